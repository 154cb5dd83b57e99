"""Prism, the Beam runner for pipelines that never end on one machine: found or installed, started, stopped."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from connectors.settings import Settings
from schemas.failures import Failure

MODULE = "github.com/apache/beam/sdks/v2/go/cmd/prism"
BUILD_SECONDS = 900.0  # two cores need about 65 s
START_SECONDS = 30.0
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def find(settings: Settings, version: str, given: str = "") -> Path:
    """The Prism binary for a version of Beam.

    It is, in this order, what the user names, `prism` on the PATH, one that was built here before, one built now by
    a Go toolchain, or Beam's own download.

    Raises:
        Failure: "no_prism", with what to do.
    """
    if given:
        if not Path(given).is_file():
            raise Failure("no_prism", f"--prism_location names no file: {given}")
        return Path(given).resolve()
    if found := shutil.which("prism"):
        return Path(found)
    built = settings.cache_dir / f"prism-{version}" / "prism"
    if not built.is_file() and shutil.which("go"):
        _build(built, version)
    return built if built.is_file() else _download()


@contextlib.contextmanager
def running(binary: Path, log: Path) -> Iterator[str]:
    """Prism on a free port of loopback while the context lasts; gives its endpoint. It dies with this process.

    Raises:
        Failure: "no_prism" when it does not start; the log says why.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [binary, "--job_port", str(port), "--serve_http=false", "--log_kind=text", "--log_level=warn"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C reaches us first, who then end the pipeline
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        try:
            _wait_for(process, port, log)
            yield f"localhost:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _build(binary: Path, version: str) -> None:
    binary.parent.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["go", "install", f"{MODULE}@v{version}"],
            env={**os.environ, "GOBIN": str(binary.parent)},
            capture_output=True,
            check=True,
            timeout=BUILD_SECONDS,
            text=True,
        )
    except subprocess.CalledProcessError as problem:
        last = problem.stderr.strip().splitlines()[-1:]
        raise Failure("no_prism", f"go install {MODULE}@v{version} failed: {' '.join(last)}") from problem
    except subprocess.TimeoutExpired as problem:
        raise Failure("no_prism", f"go install {MODULE}@v{version} took more than {BUILD_SECONDS:.0f} s") from problem


def _download() -> Path:
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.portability.prism_runner import PrismJobServer

    try:
        return Path(PrismJobServer(PipelineOptions([]))._get_executable_path())
    except Exception as problem:  # whatever a download can meet
        raise Failure(
            "no_prism",
            f"this machine has no Prism, no Go to build it with, and Beam can't download it ({problem}): put `prism` "
            f"on the PATH, name it by --prism_location, or install Go and try again",
        ) from problem


def _wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise Failure("no_prism", f"{process.args[0]} did not start; see {log}")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
