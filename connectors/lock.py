"""One at a time: what is scheduled must not start beside itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from schemas.dates import utc_now
from schemas.failures import Failure

LOCKED = "locked"


@contextlib.contextmanager
def alone(path: Path, what: str) -> Iterator[None]:
    """Hold a lock while the context lasts. The kernel frees it when the process ends, however it ends.

    Args:
        path: of the lock; beside it a file says who holds it.
        what: a word for what is going on, for whoever finds it locked.

    Raises:
        Failure: "locked", saying who holds it since when.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_suffix(".holder")
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        with contextlib.suppress(OSError):
            raise Failure(LOCKED, f"{holder.read_text().strip()}; nothing was done") from None
        raise Failure(LOCKED, f"another {what} is at work; nothing was done") from None
    try:
        with contextlib.suppress(OSError):  # a full disk; the lock is what counts
            holder.write_text(f"another {what} is at work since {utc_now()}, process {os.getpid()}\n")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
