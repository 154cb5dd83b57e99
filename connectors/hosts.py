"""One polite line per host: no two requests at once, and a pause between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_MANY = 4096  # hosts remembered before those long idle are forgotten


@dataclass
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0  # monotonic time of the earliest next request
    waiting: int = 0


class HostQueue:
    """Lets one request at a time through to each host, `delay` seconds after the last one ended.

    Thread-safe. One queue serves a whole process, so that polling feeds and fetching pages share a host's line.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, host: str, delay: float) -> Iterator[float]:
        """Waits for the turn of a request to `host` and holds it; gives the seconds waited."""
        started = time.monotonic()
        with self._lock:
            if len(self._hosts) > _MANY:
                self._hosts = {n: h for n, h in self._hosts.items() if h.waiting or h.free_at > started}
            line = self._hosts.setdefault(host, _Host())
            line.waiting += 1
        try:
            with line.turn:
                pause = line.free_at - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                try:
                    yield time.monotonic() - started
                finally:
                    line.free_at = max(line.free_at, time.monotonic() + delay)
        finally:
            with self._lock:
                line.waiting -= 1

    def hold(self, host: str, seconds: float) -> None:
        """Keeps everyone from `host` for that long, because the host asked for it."""
        with self._lock:
            line = self._hosts.setdefault(host, _Host())
            line.free_at = max(line.free_at, time.monotonic() + seconds)
