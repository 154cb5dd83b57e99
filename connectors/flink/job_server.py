"""Beam's job server for Flink: takes a pipeline from Python and hands it to a Flink cluster, or is one itself."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.elasticsearch import download
from connectors.flink import jars
from connectors.flink.java import bound, java
from connectors.settings import Settings
from schemas.failures import Failure

LOCAL = "[local]"  # as Flink's master: a cluster within the job server

_MAIN = "org.apache.beam.runners.flink.FlinkJobServerDriver"
_READY_WAIT = 120  # seconds
_STOP_WAIT = 10  # seconds
_POLL = 0.05  # seconds


@contextmanager
def job_server(
    settings: Settings, master: str = LOCAL, heap: str = "1g", progress: download.Progress | None = None
) -> Iterator[str]:
    """A job server while the block runs: its endpoint, as localhost:PORT. Ends with this process, however that ends.

    Args:
        master: Flink's REST interface as host:port, or LOCAL.
        heap: Of its Java process, which with LOCAL does all of Flink's work.

    Raises:
        Failure: "job_server_failed", with its last words, or what `jars.fetch` raises.
    """
    classpath = jars.fetch(settings, progress)
    with tempfile.TemporaryDirectory(prefix="vostochny-flink-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        log = Path(folder, "job-server.log")
        command = java(
            classpath, _MAIN, "--job-host", "localhost", "--job-port", str(port), "--artifact-port", "0",
            "--expansion-port", "0", "--artifacts-dir", f"{folder}/artifacts", "--flink-master", master,
            options=[f"-Xmx{heap}", f"-Djava.io.tmpdir={folder}", "-Dlog.to=file", f"-Dlog.file={log}"],
        )  # fmt: skip
        with Path(folder, "job-server.out").open("wb") as words:
            process = subprocess.Popen(bound(command), stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        try:
            _wait_ready(process, port, log)
            yield f"localhost:{port}"
        finally:
            process.terminate()
            try:
                process.wait(_STOP_WAIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_ready(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WAIT
    while True:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            said = [text for name in (log, log.with_suffix(".out")) if name.exists() and (text := name.read_text())]
            raise Failure("job_server_failed", " ".join("".join(said).split()[-100:]) or "it said nothing")
        time.sleep(_POLL)
