"""The line as a pipeline that never ends.

    tick ─▶ DueFeeds ─▶ PollIntoLedger       (a poll's new entries wait in the ledger, then the feed's state is kept)
    tick ─▶ TakeWaiting ─▶ Fetch ─▶ Read ─▶ Index
                     every failure ─▶ BuryDead

The ledger in Elasticsearch joins the two halves, so that no runner's state, checkpoint or exactly-once is relied on:
whatever dies, what waits is taken again. A tick goes through every transform that works on across bundles, to let out
what is ready. Each shard does the whole of this for its share of the hosts, and shards need not know of each other.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions, PrismRunnerOptions
from apache_beam.transforms.periodicsequence import PeriodicImpulse, RebaseMode

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.ledger import LEASE, Ledger, Shard
from connectors.elasticsearch.sink import Sink
from connectors.prism import find, running
from pipelines.concurrently import TICK, dispose_of_all
from pipelines.flight import flight
from pipelines.line import DEAD, FetchPages, Line, PollFeeds, carry
from pipelines.progress import FAILED, POLL_FAILED, count
from pipelines.reading import load_ahead
from pipelines.runner import CANCELLED, LOCAL, failure_told, pipeline_options, prepared
from schemas.actors import load_actors
from schemas.codebook import load_codebook
from schemas.failures import Failure
from schemas.records import Entry, Feed, Poll

PRISM = "PrismRunner"
TICKING = 0.5  # seconds between two ticks
ASKING = 1.0  # seconds between two looks into the ledger while nothing calls for one
LINGER = 0.1  # seconds that a transform waits for results at the end of a bundle
AT_ONCE = 256  # entries on their way in one process
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a pipeline that failed is started again
PER_HOST = 8  # of them from one host: a lease must outlast the politeness between their fetches

log = logging.getLogger("vostochny.watch")


@dataclass(frozen=True)
class Watch:
    """What to watch, and how it is shared. Travels to the workers."""

    line: Line
    feeds: tuple[Feed, ...]
    shards: int = 1
    lease: float = LEASE  # seconds


class Polled(NamedTuple):
    """What one poll brought."""

    poll: Poll
    new: int
    known: int
    older: int
    failed: tuple[str, ...]  # causes of its items that lead nowhere


_kept = threading.Event()  # a poll of this process has put entries into the ledger


class _Paced(beam.DoFn):
    """A transform that asks the ledger something, though not at every tick."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def setup(self) -> None:
        line = self._watch.line
        self._ledger = Ledger(connect(line.settings), Indices(line.prefix), lease=self._watch.lease)
        self._asked: dict[Shard, float] = {}

    def _too_early(self, shard: Shard) -> bool:
        if monotonic() - self._asked.get(shard, -ASKING) < ASKING:
            return True
        self._asked[shard] = monotonic()
        return False


class DueFeeds(_Paced):
    """Tick of a shard → its feeds that are to be polled now, and the tick."""

    def setup(self) -> None:
        super().setup()
        self._shares: dict[Shard, list[Feed]] = {}

    def process(self, shard: Shard) -> Iterator[Feed | None]:
        if not self._too_early(shard):
            if shard not in self._shares:
                self._shares[shard] = [f for f in self._watch.feeds if shard.has(urlsplit(f.url).netloc.lower())]
            if share := self._shares[shard]:
                yield from self._ledger.claim_feeds(share, PollFeeds.THREADS)
        yield TICK


class PollIntoLedger(PollFeeds):
    """Feed → what its poll brought, once its new entries are in the ledger."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch.line, LINGER)
        self._watch = watch

    def prepare(self) -> None:
        super().prepare()
        indices = Indices(self._line.prefix)
        self._ledger = Ledger(connect(self._line.settings), indices, lease=self._watch.lease)
        self._sink = Sink(connect(self._line.settings), indices)

    def work(self, feed: Feed) -> Iterator[Polled]:
        polled, entries, dead = self.poll(feed)
        wanted = [entry for entry in entries if not entry.published or entry.published >= self._line.since]
        new, known = self._known.split(wanted, waiting=True)
        # In this order: what the feed's state says was seen must be safe before.
        if new:
            self._ledger.keep(new)
            _kept.set()
        if dead:
            self._sink.write_dead_letters(dead)
        self._sink.write_polls([polled])
        older = len(entries) - len(wanted)
        yield Polled(polled, len(new), len(known), older, tuple(letter.cause for letter in dead))


class CountPolls(beam.DoFn):
    """Polls → counts."""

    def process(self, polled: Polled) -> None:
        outlet, poll = polled.poll.feed.outlet.name, polled.poll
        count(outlet, "polled")
        count(outlet, "entries", poll.entries)
        count(outlet, "older", polled.older)
        count(outlet, "known", polled.known)
        count(outlet, "new", polled.new)
        for cause in polled.failed:
            count(outlet, f"{FAILED}:{cause}")
        if poll.cause:
            count(outlet, f"{POLL_FAILED}:{poll.cause}")
            log.warning("feed not read: %s %s (%s)", poll.feed.url, poll.cause, poll.detail)


class TakeWaiting(_Paced):
    """Tick of a shard → hosts with the entries to fetch from them now, and the tick."""

    def process(self, shard: Shard) -> Iterator[tuple[str, list[Entry]] | None]:
        if _kept.is_set() or not self._too_early(shard):
            _kept.clear()
            room = AT_ONCE - flight.entries()
            if room > 0:
                for entries in self._ledger.take(room, PER_HOST, shard, but=flight.hosts()):
                    host = urlsplit(entries[0].url).netloc.lower()
                    flight.take_off(host, entries)
                    yield host, entries
        yield TICK


def watch_feeds(pipeline: beam.Pipeline, watch: Watch) -> None:
    """Poll feeds when they are due, and index what is new in them, for ever."""
    line = watch.line
    ticks = [
        pipeline
        | f"Tick {number + 1}" >> PeriodicImpulse(fire_interval=TICKING, rebase=RebaseMode.REBASE_START)
        | f"Shard {number + 1}" >> beam.Map(_shard, Shard(number, watch.shards))
        for number in range(watch.shards)
    ]
    tick = ticks | "Ticks" >> beam.Flatten()
    (
        tick
        | "Due feeds" >> beam.ParDo(DueFeeds(watch))
        | "Poll" >> beam.ParDo(PollIntoLedger(watch))
        | "Count polls" >> beam.ParDo(CountPolls())
    )
    taken = tick | "Take" >> beam.ParDo(TakeWaiting(watch))
    fetched = taken | "Fetch" >> beam.ParDo(FetchPages(line, LINGER)).with_outputs(DEAD, main="pages")
    ticking = tick | "Tick on" >> beam.Map(lambda _: TICK)
    pages = (fetched.pages, ticking) | "Pages and ticks" >> beam.Flatten()
    carry(pages, (fetched[DEAD],), line, LINGER)


def _shard(_tick: object, shard: Shard) -> Shard:
    return shard


def keep_watching(
    prepare: Callable[[], Watch], runner: str, beam_options: Sequence[str] = (), *, alone: bool = False
) -> None:
    """Watch until interrupted, or ended on its cluster. One that fails is started again, after a pause that grows.

    Args:
        prepare: says what to watch, anew for each start, so that it can bring Elasticsearch back.
        alone: no other pipeline works on these indices, so that what a killed one has claimed can be taken at once.

    Raises:
        Failure: before anything runs: "bad_runner", "bad_option", "no_prism", or as `pipelines.run` has it.
        KeyboardInterrupt: the pipeline has been ended.
    """
    if runner in LOCAL:
        raise Failure(
            "bad_runner",
            f"{runner} runs pipelines that end: its timers fire at once and its windows only at the end, which loses "
            "and doubles what never ends. Use --runner PrismRunner on one machine, or FlinkRunner on a cluster",
        )
    options = pipeline_options(runner, beam_options, streaming=True)
    own_prism = runner == PRISM and not options.view_as(PortableOptions).job_endpoint
    pause, has_run = FIRST_PAUSE, False
    while True:
        started = monotonic()
        try:
            watch = prepare()
            with contextlib.ExitStack() as stack:
                if own_prism:
                    options.view_as(PortableOptions).job_endpoint = stack.enter_context(_prism(watch.line, options))
                stack.enter_context(prepared(options))
                _make_ready(watch, runner, alone)
                has_run = True
                _run_once(watch, options)
            problem: Exception = RuntimeError("the runner ended the pipeline")
        except Exception as raised:
            problem = failure_told(raised) or raised
            if not has_run and not (isinstance(problem, Failure) and problem.cause == "elasticsearch_unavailable"):
                raise
            if isinstance(problem, Failure) and problem.cause == CANCELLED:
                log.info("ended on the cluster")
                return
        finally:
            dispose_of_all()
            flight.clear()
        if monotonic() - started > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        log.error("the pipeline failed and starts again in %.0f s: %s", pause, _in_a_line(problem))
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _prism(line: Line, options: PipelineOptions) -> contextlib.AbstractContextManager[str]:
    given = options.view_as(PrismRunnerOptions).prism_location or ""
    return running(find(line.settings, beam.__version__, given), line.settings.data_dir / "prism.log")


def _make_ready(watch: Watch, runner: str, alone: bool) -> None:
    line = watch.line
    load_codebook(line.codebook or None)
    load_actors()
    if runner == PRISM and not line.codebook:
        load_ahead()
    client = connect(line.settings)
    Indices(line.prefix).ensure(client)
    ledger = Ledger(client, Indices(line.prefix), lease=watch.lease)
    ledger.enrol(watch.feeds)
    if alone:
        ledger.release()


def _run_once(watch: Watch, options: PipelineOptions) -> None:
    pipeline = beam.Pipeline(options=options)
    watch_feeds(pipeline, watch)
    result = pipeline.run()
    try:
        result.wait_until_finish()
    except KeyboardInterrupt:
        result.cancel()
        raise


def _in_a_line(problem: Exception) -> str:
    if isinstance(problem, Failure):
        return str(problem)
    lines = [line for line in str(problem).splitlines() if line.strip()]
    return f"{type(problem).__name__}: {lines[-1] if lines else ''}"[:500]
