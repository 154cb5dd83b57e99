"""Bounded ways to use the line: poll everything once, and take dead letters again."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from time import monotonic

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.search import dead_letters
from pipelines.coding import Coder
from pipelines.line import Line, collect, take_again
from pipelines.progress import counts
from pipelines.summary import Summary
from schemas.codebook import load_codebook
from schemas.records import Entry, Feed, from_dict


def collect_once(feeds: Sequence[Feed], line: Line, runner: str, beam_options: Sequence[str] = ()) -> Summary:
    """Poll the feeds once and index what is new.

    Raises:
        Failure: Elasticsearch can't be reached or refuses the indices; the codebook or the actor list is wrong.
    """

    def build(pipeline: beam.Pipeline) -> None:
        # Reshuffle lets a distributed runner spread the feeds over its workers.
        collect(pipeline | beam.Create(list(feeds)) | beam.Reshuffle(), line)

    return _run(build, line, runner, beam_options)


def replay(line: Line, runner: str, beam_options: Sequence[str] = (), *, stage: str = "", cause: str = "") -> Summary:
    """Take the dead letters of a stage or cause again; those that succeed are no longer dead.

    A page that is in the archive is taken from there, any other is fetched. Items that name no address stay.

    Raises:
        Failure: as `collect_once`, or nothing has been run yet.
    """
    found = dead_letters(connect(line.settings), Indices(line.prefix), stage=stage, cause=cause)
    letters = [(from_dict(Entry, json.loads(x.payload)), x.archive) for x in found if x.stage != "poll"]

    def build(pipeline: beam.Pipeline) -> None:
        take_again(pipeline | beam.Create(letters), line)

    return _run(build, line, runner, beam_options)


def _run(build: Callable[[beam.Pipeline], None], line: Line, runner: str, beam_options: Sequence[str]) -> Summary:
    Coder(load_codebook(line.codebook or None))  # says what is wrong with them here, not in every worker
    Indices(line.prefix).ensure(connect(line.settings))
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    started = monotonic()
    pipeline = beam.Pipeline(options=PipelineOptions([f"--runner={runner}", *beam_options]))
    build(pipeline)
    result = pipeline.run()
    result.wait_until_finish()
    return Summary(counts(result), monotonic() - started)
