"""Bounded ways to use the line: poll everything once, and take dead letters again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

import apache_beam as beam

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.ledger import Ledger
from connectors.elasticsearch.search import dead_letters
from pipelines.line import Line, collect, take_again
from pipelines.progress import counts
from pipelines.reading import load_ahead
from pipelines.runner import LOCAL, pipeline_options, run_pipeline
from pipelines.summary import Summary
from schemas.actors import load_actors
from schemas.codebook import load_codebook
from schemas.indices import entry_of
from schemas.records import Entry, Feed


def collect_once(feeds: Sequence[Feed], line: Line, runner: str, beam_options: Sequence[str] = ()) -> Summary:
    """Poll the feeds once and index what is new.

    Raises:
        Failure: Elasticsearch can't be reached, refuses the indices or ends on the way; the archive can't be written;
            the codebook or the actor list is wrong; an option of Beam's is unknown. Running again loses nothing.
    """

    def build(pipeline: beam.Pipeline) -> None:
        # Reshuffle lets a distributed runner spread the feeds over its workers.
        polled = pipeline | beam.Create(list(feeds)) | beam.Reshuffle()
        # What a pipeline that never ends has left, though its feed may have dropped it since.
        left = pipeline | "Left" >> beam.Create(_waiting(line))
        collect(polled, left, line)

    return run_line(build, line, runner, beam_options)


def _waiting(line: Line) -> list[Entry]:
    """Entries that wait and that nobody is at work on; claimed for this run."""
    ledger = Ledger(connect(line.settings), Indices(line.prefix))
    entries: list[Entry] = []
    while taken := ledger.take(1_000, per_host=100):
        entries += [entry for of_host in taken for entry in of_host]
    return entries


def replay(line: Line, runner: str, beam_options: Sequence[str] = (), *, stage: str = "", cause: str = "") -> Summary:
    """Take the dead letters of a stage or cause again; those that succeed are no longer dead.

    A page that is in the archive is taken from there, any other is fetched. Items that name no address stay. A page
    that the archive has lost fails once more, and is fetched by the next replay.

    Raises:
        Failure: as `collect_once`, or nothing has been run yet.
    """
    found = dead_letters(connect(line.settings), Indices(line.prefix), stage=stage, cause=cause)
    letters = [(entry, x.archive) for x in found if x.stage != "poll" and (entry := entry_of(x))]

    def build(pipeline: beam.Pipeline) -> None:
        take_again(pipeline | beam.Create(letters), line)

    return run_line(build, line, runner, beam_options)


def run_line(build: Callable[[beam.Pipeline], None], line: Line, runner: str, beam_options: Sequence[str]) -> Summary:
    """Run a pipeline on a line that is ready for it, and count what it did. Raises as `collect_once`."""
    options = pipeline_options(runner, beam_options)
    # What is wrong with these is told here, and not by every process that reads.
    load_codebook(line.codebook or None)
    load_actors()
    if runner in LOCAL and not line.codebook:  # elsewhere, or by another codebook, nobody would use it
        load_ahead()
    Indices(line.prefix).ensure(connect(line.settings))
    started = monotonic()
    result = run_pipeline(build, options)
    return Summary(counts(result), monotonic() - started)
