"""The exit codes that docs/operations.md promises to whoever schedules the commands."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.elasticsearch.indices import Indices
from connectors.settings import Settings
from pipelines.cli import main

DOCUMENTED = Path(__file__).parents[2] / "docs" / "operations.md"
COMMAND = (sys.executable, "-c", "from pipelines.cli import main; main()")


class Held(BaseHTTPRequestHandler):
    """Answers to a feed's poll once it may."""

    asked, may = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        if self.path != "/robots.txt":
            self.asked.set()
            self.may.wait()
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def outlets(tmp_path):
    """A list of outlets with one feed, which answers, with 404, when Held.may is set."""
    Held.asked.clear()
    Held.may.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Held) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        host = f"127.0.0.1:{server.server_port}"
        path = tmp_path / "outlets.yaml"
        path.write_text(
            "- {id: slow, name: Slow, country: KR, bloc: rok, language: ko, feeds: "
            f"[{{url: 'http://{host}/feed', private_hosts: ['{host}']}}]}}"
        )
        yield str(path)
        Held.may.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def nothing_kept(elasticsearch):
    """The indices of real data, which no test makes but those with this fixture, are removed."""
    yield
    Indices(Settings.index_prefix).delete(elasticsearch)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, ["config", "show"]),
        (0, ["feeds", "list"]),
        (1, ["run", "--only", "no such outlet"]),
        (1, ["search", "missile", "--category", "no such category"]),
        (2, ["prune"]),
        (2, ["nonsense"]),
        (2, ["watch", "--metrics-port", "65536"]),
    ],
)
def test_well_done_refused_and_misused(elasticsearch, code, arguments):
    assert CliRunner().invoke(main, arguments).exit_code == code


@pytest.mark.parametrize("arguments", [["elasticsearch", "status"], ["flink", "status"]])
def test_what_does_not_run(tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("VOSTOCHNY_DATA_DIR", str(tmp_path))
    assert CliRunner().invoke(main, arguments).exit_code == 3


def test_a_second_run_does_nothing_and_a_run_without_any_feed_fails(elasticsearch, outlets, nothing_kept):
    command = [*COMMAND, "run", "--outlets", outlets, "--processes", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as first:
        assert Held.asked.wait(120), first.kill() or first.stdout.read()
        second = CliRunner().invoke(main, ["run", "--outlets", outlets])
        assert second.exit_code == 75
        assert re.search(rf"another run is at work since \S+Z, process {first.pid}; nothing was done", second.stderr)
        again = CliRunner().invoke(main, ["replay"])
        assert again.exit_code == 75 and f"process {first.pid}" in again.stderr
        Held.may.set()
        told = first.stdout.read()
    assert first.returncode == 1 and "nothing could be done" in told


def test_a_run_that_is_killed_leaves_no_lock(elasticsearch, outlets, prefix, monkeypatch):
    monkeypatch.setenv("VOSTOCHNY_INDEX_PREFIX", f"{prefix}own")
    command = [*COMMAND, "run", "--outlets", outlets, "--processes", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as first:
        assert Held.asked.wait(120), first.kill() or first.stdout.read()
        os.kill(first.pid, signal.SIGTERM)
        first.stdout.read()
    assert first.returncode == -signal.SIGTERM  # 143 to a shell
    Held.may.set()
    assert CliRunner().invoke(main, ["run", "--outlets", outlets, "--processes", "1"]).exit_code == 1
    elasticsearch.indices.refresh(index=f"{prefix}own-feeds")
    assert elasticsearch.count(index=f"{prefix}own-feeds")["count"] == 1  # the poll that failed


def test_each_of_them_is_documented():
    codes = re.findall(r"^\| (\d+) \|", DOCUMENTED.read_text("utf-8"), re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "75", "143"]
