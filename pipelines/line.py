"""The line from feeds to Elasticsearch as Beam transforms.

    Poll ─▶ LeaveOutKnown ─▶ Fetch ─▶ Read ─▶ Index
                 every failure ─▶ BuryDead

`run`, `replay` and the other ways to use the line are compositions of these. A transform that can fail hands the
failed items on under the tag "dead".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from urllib.parse import urlsplit

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from connectors.archive import Archive
from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.known import Known
from connectors.elasticsearch.sink import Sink
from connectors.feeds import poll
from connectors.settings import Settings
from connectors.web import Response, Web
from pipelines.concurrently import FlatMapFutures, FlatMapInThreads
from pipelines.flight import flight
from pipelines.progress import FAILED, POLL_FAILED, count
from pipelines.reading import PageGate, ReaderPool, faults_as_failures
from schemas.dates import utc_now, utc_now_exactly
from schemas.failures import Failure, SetupFailure
from schemas.indices import entry_of
from schemas.records import ArchiveRecord, Article, DeadLetter, Entry, Feed, FeedState, Page, Poll, dead_letter

DEAD = "dead"
POLLS = "polls"


@dataclass(frozen=True)
class Line:
    """What every transform of one line needs to know. Travels to the workers."""

    settings: Settings
    prefix: str = "vostochny"  # of the indices' names
    archive: str = ""  # folder of the WARC files
    since: str = ""  # leave out entries published before
    codebook: str = ""  # path of another codebook
    gate: bool = True  # over the raw page, before extraction
    processes: int = 0  # that read pages; 0: one a core


class PollFeeds(FlatMapInThreads):
    """Feed → its entries; under "polls" the Poll itself, under "dead" the items that lead nowhere."""

    THREADS = 32  # feeds are on as many hosts and mostly waited for

    def __init__(self, line: Line, linger: float | None = None) -> None:
        super().__init__(threads=self.THREADS, buffer=10_000, linger=linger)
        self._line = line

    def prepare(self) -> None:
        super().prepare()
        self._web = Web()
        self._known = Known(connect(self._line.settings), Indices(self._line.prefix))

    def work(self, feed: Feed) -> Iterator[Entry | TaggedOutput]:
        polled, entries, dead = self.poll(feed)
        yield TaggedOutput(POLLS, polled)
        yield from (TaggedOutput(DEAD, letter) for letter in dead)
        yield from entries

    def poll(self, feed: Feed) -> tuple[Poll, list[Entry], list[DeadLetter]]:
        state = self._known.feed_states([feed.url]).get(feed.url, FeedState(feed.url))
        seen = utc_now_exactly()
        polled, entries, dead = poll(feed, state, self._web, now=utc_now())
        return polled, [entry._replace(seen=seen) for entry in entries], dead


class LeaveOutOld(beam.DoFn):
    """Entries → those published since a date, and those without a date."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def process(self, entry: Entry) -> Iterator[Entry]:
        if entry.published and entry.published < self._line.since:
            count(entry.feed.outlet.name, "older")
        else:
            yield entry


class LeaveOutRepeated(beam.DoFn):
    """(entry id, the entries of several feeds that have it) → one of them."""

    def process(self, repeated: tuple[str, Iterable[Entry]]) -> Iterator[Entry]:
        first, *others = sorted(repeated[1], key=lambda entry: entry.feed.url)
        for entry in others:
            count(entry.feed.outlet.name, "known")
        yield first


class LeaveOutKnown(beam.DoFn):
    """Batch of entries → those that are new or changed since they were indexed."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def setup(self) -> None:
        self._known = Known(connect(self._line.settings), Indices(self._line.prefix))

    def process(self, entries: list[Entry]) -> Iterator[Entry]:
        new, known = self._known.split(entries)
        for entry in new:
            count(entry.feed.outlet.name, "new")
        for entry in known:
            count(entry.feed.outlet.name, "known")
        yield from new


class FetchPages(FlatMapInThreads):
    """(host, its entries) → pages, one host's after another and many hosts at once; archived as they come."""

    THREADS = 64

    def __init__(self, line: Line, linger: float | None = None) -> None:
        super().__init__(threads=self.THREADS, buffer=64, linger=linger)
        self._line = line

    def prepare(self) -> None:
        super().prepare()
        self._web = Web()
        self._archive = Archive(self._line.archive)

    def work(self, of_host: tuple[str, Iterable[Entry]]) -> Iterator[Page | TaggedOutput]:
        host, entries = of_host
        try:
            yield from self._fetch(entries)
        finally:
            flight.leave_host(host)

    def _fetch(self, entries: Iterable[Entry]) -> Iterator[Page | TaggedOutput]:
        # What the archive raises (a full disk) ends the run: every other page would be fetched in vain.
        for entry in entries:
            try:
                with faults_as_failures("fetch_error"):
                    response = self._web.get(entry.url, private_hosts=entry.feed.private_hosts, delay=entry.feed.delay)
            except Failure as problem:
                if entry.content:
                    # Some outlets refuse readers of pages and send the full text in the feed (38 North).
                    now = utc_now()
                    record = self._archive.write_entry(entry, now)
                    yield Page(entry, entry.url, "text/html; charset=utf-8", b"", now, record)
                else:
                    yield TaggedOutput(DEAD, dead_letter("fetch", entry, problem, utc_now()))
                continue
            yield _page(entry, response, self._archive.write(response, entry))


class Take(beam.DoFn):
    """Splits entries to be taken again into those to fetch and, with the place, those in the archive."""

    def process(self, letter: tuple[Entry, ArchiveRecord]) -> Iterator[Entry | TaggedOutput]:
        entry, record = letter
        count(entry.feed.outlet.name, "entries")
        yield TaggedOutput("archived", letter) if record.file else entry


class TakeFromArchive(beam.DoFn):
    """Entry with the place of its page in the archive → the page as it was fetched."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def setup(self) -> None:
        self._archive = Archive(self._line.archive)

    def process(self, archived: tuple[Entry, ArchiveRecord]) -> Iterator[Page | TaggedOutput]:
        entry, record = archived
        try:
            yield _page(entry, self._archive.read(record), record)
        except Failure as problem:
            # Without its place in the archive, so that the next replay fetches it.
            yield TaggedOutput(DEAD, dead_letter("archive", entry, problem, utc_now()))


def _page(entry: Entry, response: Response, record: ArchiveRecord) -> Page:
    return Page(entry, response.url, response.header("content-type"), response.body, response.requested, record)


class ReadPages(FlatMapFutures):
    """Page → article, coded; a page without any word of the subject → the article's bare record."""

    def __init__(self, line: Line, linger: float | None = None) -> None:
        super().__init__(ahead=128, linger=linger)  # pages in memory, 0.1 MB each on average
        self._line = line

    def prepare(self) -> None:
        super().prepare()
        self._gate = PageGate(self._line.codebook)
        self._pool = ReaderPool(self._line.processes, self._line.codebook)

    def dispose(self) -> None:
        self._pool.close()

    def submit(self, page: Page) -> Future:
        count(page.entry.feed.outlet.name, "fetched")
        done: Future = Future()
        try:
            with faults_as_failures():
                article = self._gate.close(page) if self._line.gate else None
        except Failure as problem:
            done.set_exception(problem)
            return done
        if article is None:
            return self._pool.submit(page)
        done.set_result(article)
        return done

    def results(self, page: Page, future: Future) -> Iterator[Article | TaggedOutput]:
        try:
            yield ReaderPool.result(future)
        except SetupFailure:
            raise
        except Failure as problem:
            yield TaggedOutput(DEAD, dead_letter("read", page.entry, problem, utc_now(), page.archive))


class IndexArticles(beam.DoFn):
    """Batch of articles → Elasticsearch, with their statements."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def setup(self) -> None:
        self._sink = Sink(connect(self._line.settings), Indices(self._line.prefix))

    def process(self, articles: list[Article]) -> Iterator[TaggedOutput]:
        dead = self._sink.write_articles(articles)
        refused = {letter.url for letter in dead}
        for article in articles:
            if article.entry.url in refused:
                continue
            flight.land(article.entry)
            outlet = article.entry.feed.outlet.name
            count(outlet, "indexed")
            count(outlet, "extracted", article.extract.method != "gate")
            count(outlet, "relevant", article.coding.relevant)
            count(outlet, "statements", len(article.coding.statements))
        yield from (TaggedOutput(DEAD, letter) for letter in dead)


class BuryDead(beam.DoFn):
    """Batch of dead letters → their index."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def setup(self) -> None:
        self._sink = Sink(connect(self._line.settings), Indices(self._line.prefix))

    def process(self, letters: list[DeadLetter]) -> Iterator[DeadLetter]:
        self._sink.write_dead_letters(letters)
        for letter in letters:
            if entry := entry_of(letter):
                flight.land(entry)
            count(letter.outlet.name, f"{FAILED}:{letter.cause}")
        yield from letters


class RecordPolls(beam.DoFn):
    """Batch of polls → what became of each, and the state that the next poll starts from."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def setup(self) -> None:
        self._sink = Sink(connect(self._line.settings), Indices(self._line.prefix))

    def process(self, polls: list[Poll]) -> None:
        if self._line.since:
            # Entries that were left out must be seen again by a run that wants them.
            polls = [
                each._replace(state=each.state._replace(etag="", last_modified="", body_hash="")) for each in polls
            ]
        self._sink.write_polls(polls)
        for each in polls:
            outlet = each.feed.outlet.name
            count(outlet, "polled")
            count(outlet, "entries", each.entries)
            if each.cause:
                count(outlet, f"{POLL_FAILED}:{each.cause}")


class CountLeft(beam.DoFn):
    """Entries that an earlier pipeline has left → the same, counted."""

    def process(self, entry: Entry) -> Iterator[Entry]:
        count(entry.feed.outlet.name, "entries")
        count(entry.feed.outlet.name, "new")
        yield entry


def collect(feeds: beam.PCollection, left: beam.PCollection, line: Line) -> None:
    """Feeds → all that is new in them, indexed, and what was left. Bounded; the whole of `vostochny run`."""
    polled = feeds | "Poll" >> beam.ParDo(PollFeeds(line)).with_outputs(POLLS, DEAD, main="entries")
    new = (
        polled.entries
        | "Leave out old" >> beam.ParDo(LeaveOutOld(line)).with_output_types(Entry)
        | "By entry id" >> beam.WithKeys(lambda entry: entry.id).with_output_types(tuple[str, Entry])
        | "Group repeated" >> beam.GroupByKey()
        | "Leave out repeated" >> beam.ParDo(LeaveOutRepeated()).with_output_types(Entry)
        | "Batch entries" >> beam.BatchElements(min_batch_size=100, max_batch_size=1000)
        | "Leave out known" >> beam.ParDo(LeaveOutKnown(line)).with_output_types(Entry)
    )
    taken = left | "Count left" >> beam.ParDo(CountLeft()).with_output_types(Entry)
    fetched = fetch((new, taken) | "All new" >> beam.Flatten(), line)
    done = carry(fetched.pages, (polled[DEAD], fetched[DEAD]), line)
    # A feed's state says "seen up to here": it may be kept only when all that was seen is safe.
    polled[POLLS] | beam.WaitOn(done) | "Batch polls" >> beam.BatchElements() | beam.ParDo(RecordPolls(line))


def take_again(letters: beam.PCollection, line: Line) -> None:
    """Entries with the place of their page in the archive, if it is there → indexed."""
    taken = letters | "Take" >> beam.ParDo(Take()).with_outputs("archived", main="to_fetch")
    fetched = fetch(taken.to_fetch, line)
    found = taken.archived | beam.ParDo(TakeFromArchive(line)).with_outputs(DEAD, main="pages")
    pages = (fetched.pages, found.pages) | "All pages" >> beam.Flatten()
    carry(pages, (fetched[DEAD], found[DEAD]), line)


def fetch(entries: beam.PCollection, line: Line) -> beam.pvalue.DoOutputsTuple:
    """Entries → their pages, under "pages", and dead letters."""
    return (
        entries
        | "By host" >> beam.WithKeys(lambda entry: urlsplit(entry.url).netloc).with_output_types(tuple[str, Entry])
        | "Group by host" >> beam.GroupByKey()
        | "Fetch" >> beam.ParDo(FetchPages(line)).with_outputs(DEAD, main="pages")
    )


def carry(
    pages: beam.PCollection, dead: Iterable[beam.PCollection], line: Line, linger: float | None = None
) -> beam.PCollection:
    """Pages → read and indexed; returns all dead letters, complete when everything is done."""
    read = pages | "Read" >> beam.ParDo(ReadPages(line, linger)).with_outputs(DEAD, main="articles")
    indexed = (
        read.articles
        | "Batch articles" >> beam.BatchElements(min_batch_size=20, max_batch_size=200)
        | "Index" >> beam.ParDo(IndexArticles(line)).with_outputs(DEAD)
    )
    return (
        (*dead, read[DEAD], indexed[DEAD])
        | "All dead letters" >> beam.Flatten()
        | "Batch dead letters" >> beam.BatchElements(max_batch_size=500)
        | "Bury" >> beam.ParDo(BuryDead(line)).with_output_types(DeadLetter)
    )
