"""Throughput of the line against bare trafilatura, on the same pages in the same run.

    python -m benchmarks.line CORPUS [--others]

CORPUS is a folder whose serve.py serves feeds and pages on loopback (`serve.py PORT`, an OPML list at /). Measured are,
in pages a second over all of them: trafilatura alone in one process a core, fed from memory; the whole line (poll,
fetch, archive, extract, code, index) with every page extracted; the whole line as it runs by default, where the gate
leaves out pages without a word of the subject. Elasticsearch is started before the clock; what Beam and the reading
processes need to start is inside it, and so is what the server of the pages takes. Run it on a quiet machine: every
contender wants all cores. `--others` adds other news extractors, one core, where they are installed.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from urllib.request import urlopen

import feedparser

from benchmarks.line.extractors import others, trafilatura_alone
from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.opml import load
from connectors.settings import Settings
from connectors.web import Web
from pipelines.line import Line
from pipelines.run import collect_once
from schemas.records import Feed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--others", action="store_true")
    arguments = parser.parse_args()
    with served(arguments.corpus) as address:
        feeds = [feed for feed in load(address, Web()) if is_served(feed, address)]
        pages = [fetch(entry.link) for feed in feeds for entry in feedparser.parse(fetch(feed.url)).entries]
        cores = os.cpu_count() or 1
        print(f"{len(pages)} pages, {sum(map(len, pages)) / 1e6:.0f} MB, {cores} cores")
        bare = report("trafilatura alone", len(pages), lambda: on_all_cores(trafilatura_alone, pages, cores))
        report("the line, every page extracted", len(pages), lambda: line(feeds, gate=False), bare)
        report("the line as it runs by default", len(pages), lambda: line(feeds, gate=True), bare)
        if arguments.others:
            one = report("trafilatura, one core", len(pages), lambda: list(map(trafilatura_alone, pages)))
            for name, function in others().items():
                report(f"{name}, one core", len(pages), lambda function=function: list(map(function, pages)), one)


def report(name: str, pages: int, work: Callable[[], object], baseline: float = 0.0) -> float:
    """Time the work once and print it; returns pages a second."""
    started = time.perf_counter()
    work()
    rate = pages / (time.perf_counter() - started)
    line = f"{name:<32} {rate:8.1f} pages/s"
    print(line + (f"  {rate / baseline:5.2f} × the baseline" if baseline else ""), flush=True)
    return rate


def on_all_cores(function: Callable, items: list, processes: int) -> None:
    with get_context("spawn").Pool(processes) as pool:
        for _ in pool.imap_unordered(function, items, chunksize=8):
            pass


def line(feeds: list[Feed], *, gate: bool) -> None:
    settings = Settings.from_env()
    client = connect(settings)
    indices = Indices("benchmark")
    indices.delete(client)
    with tempfile.TemporaryDirectory() as archive:
        summary = collect_once(feeds, Line(settings, prefix="benchmark", archive=archive, gate=gate), "FnApiRunner")
    indices.delete(client)
    total = summary.total
    print(
        f"  {total['extracted']} extracted, {total['relevant']} relevant, {total['statements']} statements,"
        f" accounted for: {summary.accounted}"
    )


@contextmanager
def served(corpus: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, corpus / "serve.py", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()  # it prints its address when it is ready
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def is_served(feed: Feed, address: str) -> bool:
    """Whether the feed's entries are on the corpus's server: the publishers' own feed files lead elsewhere."""
    return feedparser.parse(fetch(feed.url)).entries[0].link.startswith(address)


def fetch(url: str) -> bytes:
    with urlopen(url, timeout=10) as answer:
        return answer.read()


if __name__ == "__main__":
    main()
