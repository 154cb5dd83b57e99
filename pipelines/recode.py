"""The archive coded anew: into a new generation of articles and statements, which takes the place of the present one.

    parts ─▶ FindArticles ─▶ CodeAgain ─▶ WriteAnew          (what can't be read any more is copied as it is)

Passes over the articles follow each other until few were written since the last began, whoever writes them; the rest is
in `connectors.elasticsearch.generations`. An article keeps its id, whatever its page is now held to be called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.generations import (
    GenerationSink,
    Marks,
    Span,
    Succession,
    article_ids,
    changed,
    indexed_articles,
    marks,
)
from connectors.elasticsearch.indices import Indices
from pipelines.changes import Change, Changes, compare
from pipelines.concurrently import FlatMapFutures
from pipelines.line import DEAD, Line
from pipelines.progress import FAILED, count, counts
from pipelines.reading import ReaderPool, load_ahead
from pipelines.rereading import code_again
from pipelines.runner import LOCAL, pipeline_options, run_pipeline
from schemas.actors import load_actors
from schemas.codebook import load_codebook
from schemas.failures import Failure, SetupFailure
from schemas.records import Article

ALWAYS = Span()
FEW = 100  # articles that the last pass may copy while nobody can write
MAX_PASSES = 10
PART = 20_000  # articles that one worker takes from the index at once
SETTLED = 20.0  # seconds after which whoever was writing while the aliases were swapped is done or has given up


@dataclass(frozen=True)
class Recoded:
    """What a recoding did."""

    total: Counter[str] = field(default_factory=Counter)
    """Articles that were `recoded`, those `copied` because they are out of the span or nothing of them is kept, those
    `failed:CAUSE` (copied likewise), and the `statements` of the recoded."""
    changes: Changes | None = None
    promoted: bool = False
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        changes = {"changes": self.changes.as_dict()} if self.changes else {}
        return {"promoted": self.promoted, "seconds": round(self.seconds, 1), "total": dict(self.total), **changes}


def recode(
    line: Line,
    runner: str,
    beam_options: Sequence[str] = (),
    *,
    span: Span = ALWAYS,
    tell: Callable[[Change], None] | None = None,
    promote: bool = True,
    reread: bool = False,
    settled: float = SETTLED,
) -> Recoded:
    """Code the archived pages of a span of dates anew; what others write meanwhile is coded anew too.

    Args:
        tell: called with every statement that has changed, before the new generation takes its place.
        promote: put the new generation in the place of the present one; else it is removed again.
        reread: extract the articles anew too, out of the archived pages, and not only code them.
        settled: seconds between the swap and the last look at what others were writing at that moment.

    Raises:
        Failure: as `Succession` and `pipelines.run.collect_once`. The present generation is then as it was.
    """
    options = pipeline_options(runner, beam_options)
    load_codebook(line.codebook or None)
    load_actors()
    if runner in LOCAL and not line.codebook:
        load_ahead()
    client, indices = connect(line.settings), Indices(line.prefix)
    indices.ensure(client)
    started = monotonic()
    total: Counter[str] = Counter()
    wanted = span.query(texts=not reread)
    with Succession(client, indices) as succession:
        present, following = succession.present, succession.next
        sink = GenerationSink(client, present, following)

        def carry(query: Mapping[str, Any], source: Indices, into: Indices, *, again: bool) -> None:
            found = client.count(index=source.name("articles"), query=query)["count"]
            anew = Anew(line, source, into, query, 1 + found // PART, again, reread)
            done = run_pipeline(lambda pipeline: code_anew(pipeline, anew), options) if found else None
            for counted in counts(done).values() if done else ():
                total.update(counted)

        def copy(query: Mapping[str, Any], *, again: bool) -> None:
            for some in article_ids(client, present.name("articles"), query):
                sink.copy(some, replace=again)
                total["copied"] += len(some)

        reached = Marks()
        for number in range(MAX_PASSES):
            upto = marks(client, present)
            if number:
                ids = changed(client, present, reached)
                if len(ids) <= FEW:
                    break
            for among in _among(ids) if number else [ALL]:
                carry(_both(wanted, among), present, following, again=number > 0)
                if promote:
                    copy(_both(_not(wanted), among), again=number > 0)
            reached = upto
        changes = compare(client, present, following, tell) if tell else None
        if not promote:
            return Recoded(total, changes, False, monotonic() - started)
        succession.drop_removed()
        late, reached = succession.promote(reached)
    if late:
        # They were copied as they were, and their writers may still have been at it.
        sleep(settled)
        marks(client, indices)
        for among in _among(late | changed(client, indices, reached)):
            carry(_both(wanted, among), indices, indices, again=True)
    return Recoded(total, changes, True, monotonic() - started)


@dataclass(frozen=True)
class Anew:
    """What one pass codes anew, and into what. Travels to the workers."""

    line: Line
    source: Indices  # say what there is to code
    into: Indices
    query: Mapping[str, Any]
    parts: int
    again: bool  # earlier versions may be there already
    reread: bool


def code_anew(pipeline: beam.Pipeline, anew: Anew) -> None:
    """Code what a pass is to code."""
    coded = (
        pipeline
        | "Parts" >> beam.Create(range(anew.parts))
        | beam.Reshuffle()
        | "Find articles" >> beam.ParDo(FindArticles(anew))
        | "Code again" >> beam.ParDo(CodeAgain(anew)).with_outputs(DEAD, main="articles")
    )
    coded.articles | "Batch" >> beam.BatchElements(20, 200) | "Write" >> beam.ParDo(WriteAnew(anew))
    coded[DEAD] | "Batch failed" >> beam.BatchElements(20, 200) | "Keep" >> beam.ParDo(KeepAsIs(anew))


class FindArticles(beam.DoFn):
    """Number of a part → its articles, as they are indexed."""

    def __init__(self, anew: Anew) -> None:
        self._anew = anew

    def setup(self) -> None:
        self._client = connect(self._anew.line.settings)

    def process(self, part: int) -> Iterator[Article]:
        anew, index = self._anew, self._anew.source.name("articles")
        yield from indexed_articles(self._client, index, anew.query, part, anew.parts, texts=not anew.reread)


class CodeAgain(FlatMapFutures):
    """Article → coded anew; under "dead" the ids of those that can't be."""

    def __init__(self, anew: Anew) -> None:
        super().__init__(ahead=256)
        self._anew = anew

    def prepare(self) -> None:
        super().prepare()
        self._pool = ReaderPool(self._anew.line.processes, self._anew.line.codebook)

    def dispose(self) -> None:
        self._pool.close()

    def submit(self, article: Article) -> Future:
        line = self._anew.line
        return self._pool.schedule(code_again, article, line.archive, line.codebook, line.gate, self._anew.reread)

    def results(self, article: Article, future: Future) -> Iterator[Article | TaggedOutput]:
        outlet = article.entry.feed.outlet.name
        try:
            again = ReaderPool.result(future)
        except SetupFailure:
            raise
        except Failure as problem:
            count(outlet, f"{FAILED}:{problem.cause}")
            yield TaggedOutput(DEAD, article.id)
            return
        count(outlet, "recoded")
        count(outlet, "relevant", again.coding.relevant)
        count(outlet, "statements", len(again.coding.statements))
        yield again


class WriteAnew(beam.DoFn):
    """Batch of articles → the new generation, with their statements."""

    def __init__(self, anew: Anew) -> None:
        self._anew = anew

    def setup(self) -> None:
        self._sink = GenerationSink(connect(self._anew.line.settings), self._anew.source, self._anew.into)

    def process(self, articles: list[Article]) -> None:
        refused = self._sink.write(articles, replace=self._anew.again)
        for article in articles:
            if article.id in refused:
                count(article.entry.feed.outlet.name, f"{FAILED}:index_rejected")
        self._sink.copy(list(refused), replace=self._anew.again)


class KeepAsIs(WriteAnew):
    """Batch of article ids → copied to the new generation as they are."""

    def process(self, ids: list[str]) -> None:
        self._sink.copy(ids, replace=self._anew.again)


ALL: Mapping[str, Any] = {"match_all": {}}


def _not(query: Mapping[str, Any]) -> dict[str, Any]:
    return {"bool": {"must_not": [query]}}


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": [one, other]}}


def _among(ids: set[str]) -> Iterator[dict[str, Any]]:
    """Queries that together find the articles of some ids."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), 10_000):
        yield {"ids": {"values": ordered[start : start + 10_000]}}
