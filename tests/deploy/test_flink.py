"""The line on real Flink clusters: JobManager, TaskManager and Python workers as processes of their own.

They download Flink (137 MB) and take minutes, so they run only when asked for: pytest tests/deploy -m flink
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
import psutil
import pytest
from apache_beam.coders import VarIntCoder
from apache_beam.transforms.periodicsequence import PeriodicImpulse
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec

from connectors.elasticsearch import node
from connectors.elasticsearch.indices import Indices
from connectors.flink import cluster, jars, rest
from connectors.opml import load
from connectors.settings import Settings
from connectors.web import Web
from demo.sample import load_truth
from demo.web import NewsWeb, Resource
from pipelines.line import Line
from pipelines.run import collect_once
from pipelines.runner import CANCELLED, pipeline_options, run_pipeline
from pipelines.summary import Summary
from schemas.failures import Failure
from tests.pipelines.growing import GrowingWeb, eventually, make_due, watching

pytestmark = pytest.mark.flink

ROOT = Path(__file__).parents[2]
WAIT = 180  # seconds for anything that should come about


class Standalone:
    """A cluster on this machine and what the tests do to it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        ports = []
        for _ in range(2):
            with socket.create_server(("127.0.0.1", 0)) as free:
                ports.append(free.getsockname()[1])
        self._ports = ports
        self.start()
        self.rest = rest.Cluster(cluster.address(settings))
        self.options = [
            f"--flink_master={self.rest.url}",
            f"--environment_config=localhost:{cluster.worker_port(settings)}",
            "--parallelism=2",
        ]

    def start(self) -> None:
        """Start what is missing of it."""
        self.command("start", f"--port={self._ports[0]}", f"--worker-port={self._ports[1]}")

    def command(self, *words: str) -> str:
        """What `vostochny flink` prints."""
        command = [sys.executable, "-m", "pipelines", "flink", *words]
        return subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=WAIT, check=True
        ).stdout.strip()

    def running(self) -> list[rest.Job]:
        return [job for job in self.rest.jobs() if job.state not in rest.ENDED]

    def kill_task_manager(self) -> None:
        self._of(cluster.TASK_MANAGER).kill()

    def kill_workers(self) -> None:
        for worker in self._of(cluster.WORKER_POOL).children():
            worker.kill()

    def _of(self, role: str) -> psutil.Process:
        return next(psutil.Process(each.pid) for each in cluster.processes(self.settings) if each.role == role)


@pytest.fixture(scope="module")
def standalone(settings: Settings) -> Iterator[Standalone]:
    try:
        jars.fetch(settings)
    except Failure as problem:
        pytest.skip(f"Flink can't be had: {problem}")
    try:
        yield Standalone(settings)
    finally:
        cluster.stop(settings)


@pytest.fixture
def line(settings: Settings, elasticsearch, prefix: str, tmp_path: Path) -> Line:
    return Line(settings, prefix=f"{prefix}x", archive=str(tmp_path / "archive"), processes=1)


class CountingWeb(NewsWeb):
    """The sample news web, which does something when it is asked for its n-th page."""

    def __init__(self, page: int = 0, then: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._page, self._then = page, then
        self.pages = 0  # asked for so far

    def answer(self, path: str) -> Resource:
        found = super().answer(path)
        if found.content_type.startswith("text/html"):
            with self._lock:
                self.pages += 1
                if self.pages == self._page:
                    self._then()
        return found


def collect(url: str, line: Line, options: list[str]) -> Summary:
    """Run the line in a process of its own, so that one that hangs can be ended."""
    results: multiprocessing.Queue = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(target=_collect, args=(url, line, options, results))
    process.start()
    try:
        return results.get(timeout=2 * WAIT)
    finally:
        process.kill()
        process.join()


def _collect(url: str, line: Line, options: list[str], results: multiprocessing.Queue) -> None:
    results.put(collect_once(load(url, Web()), line, "FlinkRunner", options))
    results.close()
    results.join_thread()


def check_all_is_there(elasticsearch, prefix: str) -> None:
    """Every article and dead letter of the sample once, with the statements that the article counts."""

    def documents(kind: str) -> dict[str, dict]:
        name = Indices(prefix).name(kind)
        elasticsearch.indices.refresh(index=name)
        return {hit["_id"]: hit["_source"] for hit in elasticsearch.search(index=name, size=10_000)["hits"]["hits"]}

    truth = load_truth()
    articles, letters, statements = documents("articles"), documents("dead-letters"), documents("statements")
    assert len(articles) == truth["counts"]["articles"]
    assert len({found["url"]["full"] for found in articles.values()}) == len(articles)
    broken = Counter(item["cause"] for item in truth["events"]["broken"])
    assert Counter(letter["error"]["code"] for letter in letters.values()) == broken
    said = Counter(statement["article"]["id"] for statement in statements.values())
    assert said == {key: n for key, found in articles.items() if (n := found["article"]["statements"])}


def test_embedded_cluster(line, elasticsearch):
    with CountingWeb() as web:
        summary = collect(web.url, line, ["--flink_master=[local]"])
    assert summary.accounted
    assert summary.exit_code == 0
    check_all_is_there(elasticsearch, line.prefix)


def test_standalone_cluster_whose_task_manager_is_killed(standalone, line, elasticsearch):
    def kill() -> None:
        standalone.kill_task_manager()
        threading.Thread(target=standalone.start, daemon=True).start()

    with CountingWeb(40, kill) as web:
        collect(web.url, line, standalone.options)
        check_all_is_there(elasticsearch, line.prefix)
        assert web.pages > load_truth()["counts"]["articles"], "it did not begin anew"
        again = collect(web.url, line, standalone.options)
    assert again.accounted
    assert again.total["new"] == 0


@pytest.fixture
def watched(settings: Settings, elasticsearch, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a watch with a data folder of its own, on the session's Elasticsearch; its indices are removed."""
    url = settings.elasticsearch_url or node.start(settings).url
    yield replace(settings, data_dir=tmp_path, elasticsearch_url=url)
    Indices("demo").delete(elasticsearch)


def test_watch_is_killed_saved_and_resumed(standalone, watched, elasticsearch):
    truth = load_truth()
    broken = Counter(item["cause"] for item in truth["events"]["broken"])

    def count(kind: str) -> int:
        name = Indices("demo").name(kind)
        if not elasticsearch.indices.exists_alias(name=name):
            return 0
        elasticsearch.indices.refresh(index=name)
        return elasticsearch.count(index=name)["count"]

    def watch(*options: str):
        options = ("--demo", "--lease=10", "--runner=FlinkRunner", *standalone.options, *options)
        return watching(web.url, watched, Path(os.devnull), options=options)

    with GrowingWeb() as web:
        with watch() as first:
            eventually(lambda: count("dead-letters") == broken.total(), "all broken entries were dead letters", first)
            web.show(60)
            web.at_page(10, standalone.kill_task_manager)
            make_due(elasticsearch, "demo")
            eventually(lambda: len(standalone.rest.task_managers()) == 0, "the TaskManager was missed", first)
            standalone.start()
            eventually(lambda: count("articles") == 60, "all articles were there", first)
            saved = standalone.command("savepoint", "--cancel")
            eventually(lambda: not first.alive, "the command ended with its job")
            assert first.stop() == 0, first.log()
        assert standalone.running() == []
        with watch(f"--savepoint_path={saved}") as second:
            eventually(standalone.running, "it ran again", second)
            second.kill()
        left = standalone.rest.job()
        with watch() as third:
            eventually(lambda: [job.id for job in standalone.running()] not in ([left.id], []), "it took over", third)
            web.show(len(web))
            make_due(elasticsearch, "demo")
            eventually(lambda: count("articles") == len(web), "all articles were there", third)
            assert len(standalone.running()) == 1
            assert third.stop() == 0, third.log()
        assert standalone.running() == []
    check_all_is_there(elasticsearch, "demo")


def test_an_unbounded_pipeline_survives_kill_and_savepoint(standalone, tmp_path):
    seen = tmp_path / "seen"

    class Number(beam.DoFn):
        """Numbers what comes, and writes number and time down."""

        COUNT = ReadModifyWriteStateSpec("count", VarIntCoder())

        def process(self, _, time=beam.DoFn.TimestampParam, count=beam.DoFn.StateParam(COUNT)):  # noqa: B008
            number = (count.read() or 0) + 1
            count.write(number)
            with seen.open("a") as file:
                file.write(f"{number} {time.micros}\n")

    def build(pipeline: beam.Pipeline) -> None:
        (
            pipeline
            | PeriodicImpulse(fire_interval=0.2)
            | beam.Map(lambda _: ("", 1)).with_output_types(tuple[str, int])
            | beam.ParDo(Number())
        )

    def numbers() -> list[int]:
        return [int(row.split()[0]) for row in seen.read_text().splitlines()] if seen.exists() else []

    def wait_for(happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT
        while not happened():
            assert time.monotonic() < deadline, "it did not come about"
            time.sleep(0.1)

    def submit(*options: str) -> threading.Thread:
        def run() -> None:
            with pytest.raises(Failure, match=CANCELLED):
                run_pipeline(build, options_of)

        given = [*standalone.options, "--checkpointing_interval=1000", "--parallelism=1", *options]
        options_of = pipeline_options("FlinkRunner", given, streaming=True)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def job() -> rest.Job:
        return standalone.rest.job()

    first = submit()
    wait_for(lambda: len(numbers()) >= 10 and standalone.rest.checkpoints(job()) >= 1)
    standalone.kill_task_manager()
    before = max(numbers())
    standalone.start()
    wait_for(lambda: max(numbers()) > before + 10)
    before = max(numbers())
    standalone.kill_workers()
    wait_for(lambda: max(numbers()) > before + 10)
    saved = standalone.command("savepoint", "--cancel")
    first.join(WAIT)
    before = max(numbers())

    second = submit(f"--savepoint_path={saved}")
    wait_for(lambda: max(numbers()) > before + 10)
    standalone.command("cancel")
    second.join(WAIT)

    rows = {tuple(map(int, row.split())) for row in seen.read_text().splitlines()}
    assert sorted(number for number, _ in rows) == list(range(1, max(numbers()) + 1)), "numbered twice or not at all"
    times = sorted(time for _, time in rows)
    assert {b - a for a, b in itertools.pairwise(times)} == {200_000}, "a tick was lost or doubled"
