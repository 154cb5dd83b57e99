"""A day of news through `vostochny watch`: do the sums match, is memory flat, does an entry cost the same all along?

    python -m benchmarks.day [--feeds 1000] [--entries 50000] [--json FILE]

A thousand feeds on 250 hosts of loopback list 50,000 entries in 24 steps, as many as a day has hours; a tenth of them
are relevant, three in a hundred lead to a failure of some kind. A step begins when all feeds are made due, in place of
waiting for their intervals, and ends when nothing waits any more. The watch is the command itself, on Prism, with an
embedded Elasticsearch of its own; all of it, and the server of the pages, shares this machine's cores. Processor time
and memory are those of the watch with its runner and reading processes, Elasticsearch apart. Run it on a quiet
machine. A smaller day is one of fewer feeds with as many entries each (`--feeds 100 --entries 5000`): what a poll
costs follows from the length of its feed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import yaml

from benchmarks.day.web import HOURS, DayWeb
from connectors.elasticsearch import node
from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.status import ask
from connectors.settings import Settings

PREFIX = "vostochny"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    web = DayWeb(arguments.feeds, arguments.entries)
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings.from_env(), data_dir=Path(folder))
        outlets = Path(folder) / "outlets.yaml"
        outlets.write_text(yaml.safe_dump(web.outlets(), allow_unicode=True))
        client = connect(settings)
        try:
            with watching(settings, outlets) as process:
                steps = [step(web, hour, client, process) for hour in range(1, HOURS + 1)]
                client.indices.refresh(index=f"{PREFIX}-*")
                found = ask(client, Indices(PREFIX))
        finally:
            node.stop(settings)
    report(web, steps, found, arguments.json)


@contextmanager
def watching(settings: Settings, outlets: Path) -> Iterator[psutil.Process]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "watch", "--outlets", str(outlets)]
    env = {**os.environ, "VOSTOCHNY_DATA_DIR": str(settings.data_dir), "VOSTOCHNY_CACHE_DIR": str(settings.cache_dir)}
    log = (settings.data_dir / "watch.log").open("wb")
    with log, subprocess.Popen([*command, "--logs", "text"], env=env, stdout=log, stderr=log) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def step(web: DayWeb, hour: int, client, process: psutil.Process) -> dict[str, float]:
    """An hour of the day: from all feeds being due to nothing waiting."""
    web.show(hour)
    before, started = processor_seconds(process), time.monotonic()
    memory = Memory(process)
    make_due(client, web.feeds)
    settled = 0
    while settled < web.shown():
        time.sleep(0.5)
        with suppress(Exception):  # not made yet
            client.indices.refresh(index=Indices(PREFIX).name("entries"))
            waiting = {"exists": {"field": "waiting.due"}}
            settled = client.count(index=Indices(PREFIX).name("entries"), query={"bool": {"must_not": [waiting]}})[
                "count"
            ]
        if not process.is_running() or time.monotonic() - started > 3600:
            raise SystemExit(f"the watch stopped at {settled} of {web.shown()} entries")
    done = web.feeds * (web.per_feed * hour // HOURS - web.per_feed * (hour - 1) // HOURS)
    result = {
        "hour": hour,
        "entries": done,
        "seconds": time.monotonic() - started,
        "processor_seconds": processor_seconds(process) - before,
        "memory": memory.end(),
    }
    print("{hour:>4}  {entries:>6} entries  {seconds:>7.1f} s  {processor_seconds:>7.1f} s CPU  ".format(**result)
          + f"{result['memory'] / 2**20:>6.0f} MB", flush=True)  # fmt: skip
    return result


def make_due(client, feeds: int) -> None:
    index = Indices(PREFIX).name("feed-states")
    found: list = []
    while len(found) < feeds:
        with suppress(Exception):  # not made yet
            client.indices.refresh(index=index)
            found = client.search(index=index, size=10_000, source=False)["hits"]["hits"]
        time.sleep(0.2)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    operations = []
    for hit in found:
        operations += [{"update": {"_id": hit["_id"]}}, {"doc": {"state": {"next_poll": now}}}]
    client.bulk(index=index, operations=operations, refresh=True)


def family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def processor_seconds(process: psutil.Process) -> float:
    total = 0.0
    for each in family(process):
        with suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system
    return total


class Memory:
    """The mean of what a process and its children have resident, in bytes, sampled twice a second."""

    def __init__(self, process: psutil.Process) -> None:
        self._process, self._samples, self._ended = process, [], threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            total = 0
            for each in family(self._process):
                with suppress(psutil.Error):
                    total += each.memory_info().rss
            self._samples.append(total)
            if self._ended.wait(0.5):
                return

    def end(self) -> float:
        self._ended.set()
        self._thread.join()
        return sum(self._samples) / len(self._samples)


def report(web: DayWeb, steps: list[dict[str, float]], found, path: Path | None) -> None:
    items = [web.item(feed, number) for feed in range(web.feeds) for number in range(web.per_feed)]
    faults = sum(bool(item.fault) for item in items)
    entries = sum(step["entries"] for step in steps)
    seconds, cpu = (sum(step[key] for step in steps) for key in ("seconds", "processor_seconds"))
    tenth = entries / 10
    early, late = cost(steps, until=tenth), cost(steps, since=entries - tenth)
    result = {
        "entries": entries,
        "articles": found.documents["articles"],
        "dead letters": found.documents["dead-letters"],
        "statements": found.documents["statements"],
        "sums match": found.documents["articles"] == len(items) - faults
        and found.documents["dead-letters"] == faults
        and found.waiting == 0,
        "seconds": round(seconds, 1),
        "entries a second": round(entries / seconds, 1),
        "processor seconds an entry": round(cpu / entries, 5),
        "cost, last tenth against first": round(late / early, 3),
        "memory, last hour against second": round(steps[-1]["memory"] / steps[1]["memory"], 3),
        "lag": found.lag,
        "sixteen cores, entries a second": round(16 * entries / cpu, 0),
    }
    for name, value in result.items():
        print(f"{name:<36} {value}")
    if path:
        path.write_text(json.dumps({**result, "steps": steps}, indent=2))


def cost(steps: list[dict[str, float]], since: float = 0.0, until: float = float("inf")) -> float:
    """Processor seconds an entry over the steps that lie in a part of the day; without the first, which starts up."""
    seen, cpu, entries = 0.0, 0.0, 0.0
    for number, step in enumerate(steps):
        if number and seen >= since and seen < until:
            cpu += step["processor_seconds"]
            entries += step["entries"]
        seen += step["entries"]
    return cpu / entries


if __name__ == "__main__":
    main()
