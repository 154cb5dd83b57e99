"""Throughput of extraction and of the gate against bare trafilatura, one core, in one run.

    python -m benchmarks.line.extraction PAGES [--every N]

PAGES is a folder of pages as crawled (*.html or *.html.gz). trafilatura runs with its default options and no metadata;
`extract` finds text and metadata. The three take turns on each page, so that the machine's moods hit them alike; CPU
time is counted, after a round that loads what is loaded once.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import process_time

from trafilatura import bare_extraction

from pipelines.extraction import extract
from pipelines.extraction.gate import Gate
from schemas.charsets import decode_html
from schemas.codebook import load_codebook
from schemas.failures import Failure
from schemas.records import Entry, Feed, Outlet, Page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every N-th page only")
    arguments = parser.parse_args()
    files = sorted(arguments.pages.glob("*.htm*"))[:: arguments.every]
    pages = [read(file) for file in files]
    if not pages:
        parser.error(f"no pages in {arguments.pages}")
    gate = Gate(load_codebook(None).gate)
    work: dict[str, Callable[[Page, str], object]] = {
        "bare trafilatura": lambda page, html: bare_extraction(html),
        "extract": lambda page, html: extracted(page, html),
        "gate": lambda page, html: "opened" if gate.opens(html) else "closed",
    }
    for page, html in pages[:: max(1, len(pages) // 20)]:
        for function in work.values():
            function(page, html)
    seconds: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for page, html in pages:
        for name, function in work.items():
            start = process_time()
            outcome = function(page, html)
            seconds[name] += process_time() - start
            if isinstance(outcome, str):
                outcomes[f"{name}: {outcome}"] += 1
    characters = sum(len(html) for _, html in pages)
    print(f"{len(pages)} pages, {characters / len(pages) / 1000:.0f} thousand characters each on average")
    for name, spent in seconds.items():
        ratio = seconds["bare trafilatura"] / spent
        print(f"{name:18}{len(pages) / spent:9.1f} pages/s{spent / len(pages) * 1000:9.2f} ms a page{ratio:8.2f}×")
    for outcome, count in sorted(outcomes.items()):
        print(f"{outcome:30}{count:6}")


def read(file: Path) -> tuple[Page, str]:
    body = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    url = f"http://localhost/pages/{file.name}"
    page = Page(Entry("", url, Feed("", Outlet("", ""))), url, "text/html", body, "")
    return page, decode_html(body, "text/html")[0]


def extracted(page: Page, html: str) -> str:
    try:
        return extract(page, html).method
    except Failure as failure:
        return failure.cause


if __name__ == "__main__":
    main()
