"""How much faster the archive is coded anew than its pages were collected.

    python -m benchmarks.recode CORPUS [--feeds N]

CORPUS is as for `benchmarks.line`; N takes only the first feeds of it. The pages are collected by a run as it is by
default, from a server on loopback that is never waited for out of politeness, which on the real web makes up most of a
run's time; then they are coded anew, out of the archive and into a new generation that takes the place of the first.
Everything that either needs to start is inside the clock, Elasticsearch is started before. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.line.__main__ import is_served, served
from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.opml import load
from connectors.settings import Settings
from connectors.web import Web
from pipelines.line import Line
from pipelines.recode import recode
from pipelines.run import collect_once

PREFIX = "benchmark-recode"
RUNNER = "FnApiRunner"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--feeds", type=int, metavar="N")
    arguments = parser.parse_args()
    settings = Settings.from_env()
    client = connect(settings)
    Indices(PREFIX).delete(client)
    with served(arguments.corpus) as address, tempfile.TemporaryDirectory() as archive:
        feeds = [feed for feed in load(address, Web()) if is_served(feed, address)][: arguments.feeds]
        line = Line(settings, prefix=PREFIX, archive=archive)
        try:
            started = time.perf_counter()
            total = collect_once(feeds, line, RUNNER).total
            first = (time.perf_counter() - started) / total["indexed"]
            print(
                f"first run: {total['indexed']} articles, {total['extracted']} extracted, "
                f"{1000 * first:.1f} ms an article",
                flush=True,
            )
            done = recode(line, RUNNER)
            again = done.seconds / done.total["recoded"]
            print(
                f"coded anew: {done.total['recoded']} articles, {1000 * again:.1f} ms an article, "
                f"{first / again:.1f} times as fast",
                flush=True,
            )
        finally:
            Indices(PREFIX).delete(client)


if __name__ == "__main__":
    main()
