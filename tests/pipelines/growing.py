"""A news web on which articles appear while it is watched, and the watching process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil

from connectors.elasticsearch.indices import Indices
from connectors.settings import Settings
from demo.sample import load_stories
from demo.web import NewsWeb, Resource, _build

PATIENCE = 180.0  # seconds, for what takes two on a machine that does nothing else


class GrowingWeb(NewsWeb):
    """The sample news web, at first with an article for each outlet, and with all that lead nowhere."""

    def __init__(self) -> None:
        super().__init__()
        stories = load_stories(self.now, 1)
        first = {story.outlet.id: story for story in reversed(stories)}
        self._least = len(first)
        self._stories = [*first.values(), *(story for story in stories if first[story.outlet.id] is not story)]
        self._at_page: tuple[int, Callable[[], None]] | None = None
        self._lock = threading.Lock()
        self.show(0)

    def __len__(self) -> int:
        return len(self._stories)

    def show(self, articles: int) -> None:
        """Have that many articles in the feeds."""
        self.shown = max(self._least, min(articles, len(self._stories)))
        self._resources = _build(self._base, self._stories[: self.shown])

    def at_page(self, number: int, call: Callable[[], None]) -> None:
        """Call something, once, in place of answering when the page after that many others is asked for."""
        with self._lock:
            self._at_page = number, call

    def answer(self, path: str) -> Resource:
        found = super().answer(path)
        call = None
        if found.content_type.startswith("text/html"):
            with self._lock:
                if self._at_page:
                    left, call = self._at_page
                    self._at_page = (left - 1, call) if left else None
                    call = None if left else call
        if call:
            call()
        return found


class Watching:
    """`vostochny watch` as a process of its own."""

    def __init__(self, url: str, settings: Settings, prism: Path, options: Sequence[str] = ()) -> None:
        self._log: list[str] = []
        self._command = [
            *(sys.executable, "-c", "from pipelines.cli import main; main()", "watch", "--outlets", url),
            *("--logs", "text", "--processes", "1", "--prism_location", str(prism), *options),
        ]
        self._env = {
            **os.environ,
            "VOSTOCHNY_DATA_DIR": str(settings.data_dir),
            "VOSTOCHNY_CACHE_DIR": str(settings.cache_dir),
            "VOSTOCHNY_ELASTICSEARCH_URL": settings.elasticsearch_url,
            "VOSTOCHNY_ELASTICSEARCH_HEAP": settings.heap,
        }
        self.start()

    def start(self) -> None:
        # Not into a file: a test may keep the process from writing any.
        process = subprocess.Popen(
            self._command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        threading.Thread(target=lambda: self._log.extend(process.stdout), daemon=True).start()
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def another(self) -> subprocess.CompletedProcess[str]:
        """The same command once more, beside this one, until it has ended."""
        return subprocess.run(self._command, env=self._env, capture_output=True, text=True, timeout=PATIENCE)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End it as a service manager does; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def children(self, name: str) -> list[psutil.Process]:
        """Processes of its own with a word in their command line."""
        found = []
        for child in psutil.Process(self._process.pid).children(recursive=True):
            try:
                if name in " ".join(child.cmdline()):
                    found.append(child)
            except psutil.Error:
                continue
        return found

    def log(self) -> str:
        """All that it and those before it have said."""
        return "".join(self._log)


@contextmanager
def watching(*arguments, **options) -> Iterator[Watching]:
    """The process while the context lasts."""
    watch = Watching(*arguments, **options)
    try:
        yield watch
    finally:
        if watch.alive:
            watch.kill()


def eventually(true: Callable[[], object], what: str, watch: Watching | None = None) -> None:
    """Wait until something has become true; a watch that has ended is started again, as a service manager does.

    Raises:
        AssertionError: it has not for long.
    """
    until = time.monotonic() + PATIENCE
    while not true():
        if watch and not watch.alive:
            watch.start()
        assert time.monotonic() < until, f"not {what} after {PATIENCE:.0f} s:\n{watch.log()[-3000:] if watch else ''}"
        time.sleep(0.1)


def make_due(client, prefix: str) -> None:
    """Have every feed polled now, as if its interval had passed."""
    index = Indices(prefix).name("feed-states")
    client.indices.refresh(index=index)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    operations = []
    for hit in client.search(index=index, size=1000, source=False)["hits"]["hits"]:
        operations += [{"update": {"_id": hit["_id"]}}, {"doc": {"state": {"next_poll": now}}}]
    if operations:
        client.bulk(index=index, operations=operations, refresh=True)
