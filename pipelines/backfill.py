"""Articles of the past, through the same transforms as `run`.

    files ─▶ ReadFiles ─▶ LeaveOutIndexed ─▶ ArchiveFound ─▶ Read ─▶ Index
    sitemaps, snapshots of feeds ─▶ entries ─▶ LeaveOutIndexed ─▶ Fetch ─▶ Read ─▶ Index

What is indexed is left out, so that a backfill that was killed goes on where it was when it is begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from connectors.archive import Archive
from connectors.backfill import Found, Outlets, Range, read_jsonl, read_sitemap, read_snapshot, read_warc, snapshots
from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.known import Known
from connectors.web import Web
from pipelines.line import DEAD, LeaveOutRepeated, Line, carry, fetch
from pipelines.progress import POLL_FAILED, count
from pipelines.run import run_line
from pipelines.summary import Summary
from schemas.failures import Failure
from schemas.records import DeadLetter, Entry, Feed, Page

ALWAYS = Range()
READERS: dict[str, Callable[[str, Outlets], Iterator[Found | DeadLetter]]] = {"warc": read_warc, "jsonl": read_jsonl}


@dataclass(frozen=True)
class Past:
    """What is filled in, and whose it is. Travels to the workers."""

    line: Line
    feeds: tuple[Feed, ...]  # of the declared outlets
    dates: Range = ALWAYS  # of publication
    listed: bool = False  # leave out what is of no declared outlet


def backfill_files(
    past: Past, kind: str, paths: Sequence[str], runner: str, beam_options: Sequence[str] = ()
) -> Summary:
    """Index the articles of files.

    Args:
        kind: "warc" or "jsonl".

    Raises:
        Failure: as `pipelines.run.collect_once`, or "no_file". Running again loses and doubles nothing.
    """
    for path in paths:
        open_file(path)

    def build(pipeline: beam.Pipeline) -> None:
        read = (
            pipeline
            | beam.Create(list(paths))
            | beam.Reshuffle()
            | "Read files" >> beam.ParDo(ReadFiles(past, kind)).with_outputs(DEAD, main="found")
        )
        pages = (
            read.found
            | "Batch found" >> beam.BatchElements(min_batch_size=10, max_batch_size=100)
            | "Leave out indexed" >> beam.ParDo(LeaveOutIndexed(past.line, again=True))
            | "Archive" >> beam.ParDo(ArchiveFound(past.line)).with_output_types(Page)
        )
        carry(pages, (read[DEAD],), past.line)

    return run_line(build, past.line, runner, beam_options)


def backfill_sitemaps(past: Past, urls: Sequence[str], runner: str, beam_options: Sequence[str] = ()) -> Summary:
    """Index the articles of a range of dates that sitemaps list. Raises as `pipelines.run.collect_once`."""
    return _fetched(past, list(urls), ReadSitemaps(past), runner, beam_options)


def backfill_snapshots(
    past: Past, urls: Sequence[str], base: str, runner: str, beam_options: Sequence[str] = ()
) -> Summary:
    """Index the articles that feeds listed in the past, as snapshots below a base address have them.

    Raises as `pipelines.run.collect_once`.
    """
    return _fetched(past, list(urls), ReadSnapshots(past, base), runner, beam_options)


def _fetched(past: Past, urls: list[str], read: beam.DoFn, runner: str, beam_options: Sequence[str]) -> Summary:
    def build(pipeline: beam.Pipeline) -> None:
        listed = (
            pipeline
            | beam.Create(urls)
            | beam.Reshuffle()
            | "Read listings" >> beam.ParDo(read).with_outputs(DEAD, main="entries")
        )
        new = (
            listed.entries
            | "By entry id" >> beam.WithKeys(lambda entry: entry.id).with_output_types(tuple[str, Entry])
            | "Group repeated" >> beam.GroupByKey()
            | "Leave out repeated" >> beam.ParDo(LeaveOutRepeated()).with_output_types(Entry)
            | "Batch entries" >> beam.BatchElements(min_batch_size=100, max_batch_size=1000)
            | "Leave out indexed" >> beam.ParDo(LeaveOutIndexed(past.line)).with_output_types(Entry)
        )
        fetched = fetch(new, past.line)
        carry(fetched.pages, (listed[DEAD], fetched[DEAD]), past.line)

    return run_line(build, past.line, runner, beam_options)


def open_file(path: str) -> None:
    """Raises Failure "no_file" where a file can't be read."""
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise Failure("no_file", f"{path}: {error.strerror}") from None


class ReadFiles(beam.DoFn):
    """Path → the articles in the file; under "dead" what can't be used."""

    def __init__(self, past: Past, kind: str) -> None:
        self._past = past
        self._kind = kind

    def setup(self) -> None:
        self._outlets = Outlets(self._past.feeds)

    def process(self, path: str) -> Iterator[Found | TaggedOutput]:
        for found in READERS[self._kind](path, self._outlets):
            if isinstance(found, DeadLetter):
                yield _dead(found)
            elif not self._past.listed or self._outlets.has(found.entry.url):
                count(found.entry.feed.outlet.name, "entries")
                yield found


class ReadSitemaps(beam.DoFn):
    """Address of a sitemap → the entries that it lists."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def setup(self) -> None:
        self._web = Web()
        self._outlets = Outlets(self._past.feeds)

    def process(self, url: str) -> Iterator[Entry | TaggedOutput]:
        outlet = self._outlets.feed(url).outlet.name
        count(outlet, "polled")
        try:
            for found in read_sitemap(url, self._past.dates, self._outlets, self._web):
                yield _dead(found) if isinstance(found, DeadLetter) else _counted(found)
        except Failure as problem:
            count(outlet, f"{POLL_FAILED}:{problem.cause}")


class ReadSnapshots(beam.DoFn):
    """Address of a feed → the entries of its snapshots."""

    def __init__(self, past: Past, base: str) -> None:
        self._past = past
        self._base = base

    def setup(self) -> None:
        self._web = Web()
        self._feeds = {feed.url: feed for feed in self._past.feeds}
        self._outlets = Outlets(self._past.feeds)

    def process(self, url: str) -> Iterator[Entry | TaggedOutput]:
        feed = self._feeds.get(url) or self._outlets.feed(url, url)
        count(feed.outlet.name, "polled")
        try:
            taken = snapshots(feed, self._past.dates, self._base, self._web)
        except Failure as problem:
            count(feed.outlet.name, f"{POLL_FAILED}:{problem.cause}")
            return
        for when, where in taken:
            for found in read_snapshot(feed, when, where, self._past.dates, self._base, self._web):
                yield _dead(found) if isinstance(found, DeadLetter) else _counted(found)


class LeaveOutIndexed(beam.DoFn):
    """Batch of entries, or of what was found of them → those of which nothing has become.

    Args:
        again: those that are dead letters are taken, since here is their page; else replay takes them.
    """

    def __init__(self, line: Line, *, again: bool = False) -> None:
        self._line = line
        self._again = again

    def setup(self) -> None:
        self._known = Known(connect(self._line.settings), Indices(self._line.prefix))

    def process(self, batch: list[Entry | Found]) -> Iterator[Entry | Found]:
        entries = [each.entry if isinstance(each, Found) else each for each in batch]
        settled = self._known.settled([entry.id for entry in entries], dead_letters=not self._again)
        for each, entry in zip(batch, entries, strict=True):
            known = entry.id in settled
            count(entry.feed.outlet.name, "known" if known else "new")
            settled.add(entry.id)  # of several pages of one article in a batch the first
            if not known:
                yield each


class ArchiveFound(beam.DoFn):
    """What was found → its page, once it is in the archive."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def setup(self) -> None:
        self._archive = Archive(self._line.archive)

    def teardown(self) -> None:
        self._archive.close()

    def process(self, found: Found) -> Iterator[Page]:
        entry, response = found
        if response.status:
            record = self._archive.write(response, entry)
        else:
            record = self._archive.write_entry(entry, response.requested)
        kind = response.header("content-type")
        yield Page(entry, response.url, kind, response.body, response.requested, record)


def _dead(letter: DeadLetter) -> TaggedOutput:
    count(letter.outlet.name, "entries")
    return TaggedOutput(DEAD, letter)


def _counted(entry: Entry) -> Entry:
    count(entry.feed.outlet.name, "entries")
    return entry
