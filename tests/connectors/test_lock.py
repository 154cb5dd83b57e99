"""One at a time, and a lock that nobody has to remove."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connectors.lock import alone
from schemas.failures import Failure

HOLD = "import sys; from pathlib import Path; from connectors.lock import alone\n" + (
    "with alone(Path(sys.argv[1]), 'run'): print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def holder(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path / "a.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_is_told_who_was_first(holder, tmp_path):
    said = rf"another run is at work since .*process {holder.pid}"
    with pytest.raises(Failure, match=said) as told, alone(tmp_path / "a.lock", "run"):
        pass
    assert told.value.cause == "locked"


def test_a_killed_holder_holds_nothing(holder, tmp_path):
    holder.kill()
    holder.wait()
    with alone(tmp_path / "a.lock", "run"):
        pass


def test_a_lock_is_free_again_after_its_context(tmp_path):
    for _ in range(2):
        with alone(tmp_path / "a.lock", "run"):
            pass
