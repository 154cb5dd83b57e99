"""A standalone Flink cluster on this machine: JobManager, TaskManagers and the pool of Python workers.

Each is a process of its own that outlives the command that started it. Their folder (`<data>/flink`) holds
`config.yaml`, `logs/`, `checkpoints/`, `savepoints/` and `tmp/`. A process is known as one of this folder's by a word
of its command line, so that nothing else is ever ended. All listen on loopback alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock
import psutil
import yaml

from connectors.elasticsearch import download
from connectors.flink import jars, workers
from connectors.flink.java import java
from connectors.flink.rest import Cluster
from connectors.settings import Settings
from schemas.failures import Failure

JOB_MANAGER, TASK_MANAGER, WORKER_POOL = "jobmanager", "taskmanager", "workers"
PORT = 8081

_MAINS = {
    JOB_MANAGER: "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
    TASK_MANAGER: "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
}
_READY_WAIT = 120  # seconds from a process's start until it answers or is registered
_STOP_WAIT = 15  # seconds to end by itself
_LOCK_WAIT = download.LOCK_WAIT + _READY_WAIT
_POLL = 0.1  # seconds
_LOG_SIZE = 10 << 20  # bytes of what the pool has printed, after which its next start begins another file


@dataclass(frozen=True)
class Size:
    """How large a cluster is, and where it listens."""

    port: int = PORT  # of the REST interface and the web page
    worker_port: int = workers.PORT
    task_managers: int = 1
    slots: int = 2  # of each TaskManager: subtasks of a step at once
    heap: int = 512  # MB of each TaskManager
    network: int = 192  # MB of each TaskManager, for buffers between the steps; a pipeline of ours needs 20 a slot


@dataclass(frozen=True)
class Process:
    """A process of the cluster."""

    role: str
    pid: int
    started: float  # seconds since the epoch
    memory: int  # bytes resident


def start(settings: Settings, size: Size, progress: download.Progress | None = None) -> list[Process]:
    """Start what is missing of the cluster and return its processes when they answer.

    Where it runs already, the ports and sizes of its start hold. Calling it again after a TaskManager has died starts
    another.

    Raises:
        Failure: "port_busy", "start_failed", "start_timeout", "start_busy", or what `jars.fetch` raises.
    """
    home = folder(settings)
    with _locked(home):
        classpath = jars.fetch(settings, progress)
        roles = [process.role for process in processes(settings)]
        if JOB_MANAGER not in roles:
            _end(settings)  # what its death has left behind
            roles.clear()
            shutil.rmtree(home / "tmp", ignore_errors=True)
            (home / "tmp").mkdir()
            _free(size.port, "--port")
            _write_config(home, size)
            _spawn(home, JOB_MANAGER, _command(home, classpath, JOB_MANAGER, JOB_MANAGER))
        if WORKER_POOL not in roles:
            _free(worker_port(settings), "--worker-port")
            command = [sys.executable, "-m", "connectors.flink.workers", "--port", str(worker_port(settings))]
            _spawn(home, WORKER_POOL, [*command, "--name", _mark(home, WORKER_POOL)])
        cluster = Cluster(address(settings))
        _wait(settings, JOB_MANAGER, lambda: _answers(cluster))
        for _ in range(size.task_managers - roles.count(TASK_MANAGER)):
            name = f"{TASK_MANAGER}-{uuid.uuid4().hex[:8]}"
            _spawn(home, name, _command(home, classpath, TASK_MANAGER, name, f"-Dtaskmanager.resource-id={name}"))
            _wait(settings, TASK_MANAGER, lambda name=name: cluster.task_managers().get(name), name)
        _wait(settings, WORKER_POOL, lambda: _listens(worker_port(settings)))
        return processes(settings)


def stop(settings: Settings) -> int:
    """End all processes of the cluster; returns how many there were. Jobs end with it; savepoints stay."""
    with _locked(folder(settings)):
        return _end(settings)


def processes(settings: Settings) -> list[Process]:
    """The cluster's processes that are alive."""
    marks = {_mark(folder(settings), role): role for role in (JOB_MANAGER, TASK_MANAGER, WORKER_POOL)}
    found = []
    for process in psutil.process_iter():
        try:
            words = {word.removeprefix("-Dvostochny.flink=") for word in process.cmdline()}
            if role := next((marks[word] for word in words & marks.keys()), ""):
                found.append(Process(role, process.pid, process.create_time(), process.memory_info().rss))
        except psutil.Error:
            continue
    return sorted(found, key=lambda process: (process.role, process.started))


def address(settings: Settings) -> str:
    """Of the REST interface.

    Raises:
        Failure: "no_cluster", where none has ever been started.
    """
    return f"http://localhost:{_config(settings)['rest.port']}"


def worker_port(settings: Settings) -> int:
    """Of the pool of workers: `--environment_config localhost:PORT`."""
    return _config(settings)["vostochny.worker-port"]


def folder(settings: Settings) -> Path:
    return settings.data_dir / "flink"


def _end(settings: Settings) -> int:
    found = []
    for each in processes(settings):
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(each.pid))
            found[-1].terminate()
    _, alive = psutil.wait_procs(found, _STOP_WAIT)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, _STOP_WAIT)
    return len(found)


def _config(settings: Settings) -> dict:
    try:
        return yaml.safe_load((folder(settings) / "config.yaml").read_text())
    except FileNotFoundError:
        raise Failure("no_cluster", "`vostochny flink start` starts one") from None


def _write_config(home: Path, size: Size) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:  # known to both sides, and of no interest to anyone else
        rpc_port = found.getsockname()[1]
    config = {
        "rest.address": "localhost",
        "rest.bind-address": "localhost",
        "rest.port": size.port,
        "jobmanager.rpc.address": "localhost",
        "jobmanager.rpc.port": rpc_port,
        "jobmanager.bind-host": "localhost",
        "taskmanager.host": "localhost",
        "taskmanager.bind-host": "localhost",
        "taskmanager.numberOfTaskSlots": size.slots,
        # Flink's scripts work these out; processes that are started without them must be told.
        "taskmanager.cpu.cores": float(size.slots),
        "taskmanager.memory.framework.heap.size": "128m",
        "taskmanager.memory.framework.off-heap.size": "128m",
        "taskmanager.memory.task.heap.size": f"{size.heap - 128}m",
        "taskmanager.memory.task.off-heap.size": "64m",
        "taskmanager.memory.network.min": f"{size.network}m",
        "taskmanager.memory.network.max": f"{size.network}m",
        "taskmanager.memory.managed.size": "64m",
        "taskmanager.memory.jvm-metaspace.size": "256m",
        "taskmanager.memory.jvm-overhead.min": "128m",
        "taskmanager.memory.jvm-overhead.max": "128m",
        "jobmanager.memory.process.size": "1g",
        # A TaskManager that was killed is noticed within seconds, and its job starts again for as long as it takes.
        "heartbeat.interval": 2000,
        "heartbeat.timeout": 20000,
        "restart-strategy.type": "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff": "1 s",
        "restart-strategy.exponential-delay.max-backoff": "30 s",
        "state.backend.type": "hashmap",
        "state.checkpoints.dir": (home / "checkpoints").as_uri(),
        "state.savepoints.dir": (home / "savepoints").as_uri(),
        "io.tmp.dirs": str(home / "tmp"),
        "web.upload.dir": str(home / "tmp"),
        "web.submit.enable": False,  # jobs come from the job server; nobody uploads jars in a browser
        "vostochny.worker-port": size.worker_port,
    }
    (home / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))


def _command(home: Path, classpath: list[Path], role: str, name: str, *arguments: str) -> list[str]:
    """That of a Java process, with as much memory as the configuration says."""
    config = yaml.safe_load((home / "config.yaml").read_text())

    def megabytes(*parts: str) -> int:
        return sum(int(config[f"taskmanager.memory.{part}"].removesuffix("m")) for part in parts)

    if role == JOB_MANAGER:
        memory = ["-Xmx512m", "-XX:MaxMetaspaceSize=256m"]
    else:
        direct = megabytes("framework.off-heap.size", "task.off-heap.size", "network.max")
        memory = [
            f"-Xmx{megabytes('framework.heap.size', 'task.heap.size')}m",
            f"-XX:MaxDirectMemorySize={direct}m",
            f"-XX:MaxMetaspaceSize={megabytes('jvm-metaspace.size')}m",
        ]
    options = [
        f"-Dvostochny.flink={_mark(home, role)}",
        f"-Dlog.file={home / 'logs' / name}.log",
        f"-Djava.io.tmpdir={home / 'tmp'}",
        *memory,
    ]
    return java(classpath, _MAINS[role], "--configDir", str(home), *arguments, options=options)


def _mark(home: Path, role: str) -> str:
    return f"{home}/{role}"


def _spawn(home: Path, name: str, command: list[str]) -> None:
    out = home / "logs" / f"{name}.out"
    if out.exists() and out.stat().st_size > _LOG_SIZE:
        out.replace(out.with_suffix(".out.1"))
    with out.open("ab") as words:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
    process.returncode = 0  # it is to outlive us: no warning that it still runs


def _wait(settings: Settings, role: str, ready, name: str = "") -> None:
    deadline = time.monotonic() + _READY_WAIT
    while not ready():
        alive = role in {process.role for process in processes(settings)}
        if not alive or time.monotonic() > deadline:
            log = folder(settings) / "logs" / (name or role)
            said = " ".join(_last_words(log.with_suffix(".log")) or _last_words(log.with_suffix(".out")))
            raise Failure(
                "start_timeout" if alive else "start_failed",
                f"Flink's {role} {'does not answer' if alive else 'has ended'}; see {log}.*: {said}",
            )
        time.sleep(_POLL)


def _last_words(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-3:] if log.exists() else []


def _answers(cluster: Cluster) -> bool:
    try:
        cluster.task_managers()
        return True
    except Failure:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((workers.HOST, port)) == 0


def _free(port: int, option: str) -> None:
    if _listens(port):
        raise Failure("port_busy", f"another program listens on port {port}; choose another by {option}")


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        for name in ("logs", "checkpoints", "savepoints", "tmp"):
            (home / name).mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(home / "start.lock", timeout=_LOCK_WAIT):
            yield
    except filelock.Timeout as problem:
        raise Failure("start_busy", "another process has been starting or stopping the cluster for long") from problem
    except OSError as problem:
        raise download.storage_failure(problem, home, "VOSTOCHNY_DATA_DIR") from problem
