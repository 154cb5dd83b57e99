"""Search over statements, and the reading of dead letters."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Q, Search
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.elasticsearch.filters import Filters, any_of
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.terms import Terms
from schemas import indices as documents
from schemas.actors import ActorList
from schemas.cells import escaped
from schemas.failures import Failure
from schemas.indices import STEMMED
from schemas.records import DeadLetter, as_dict

MAX_SIZE = 10_000  # hits that Elasticsearch gives in one answer
FORMATS = ("table", "json", "csv")

_START, _END = "\ue000", "\ue001"  # private-use characters, which no article has, around what a search found


class Hit(NamedTuple):
    """A statement that a search found."""

    id: str
    score: float
    date: str  # of the article, ISO 8601
    outlet: str
    country: str
    bloc: str
    language: str
    actor_id: str
    actor: str
    role: str
    affiliation: str
    categories: tuple[str, ...]
    stance: str
    text: str
    found: tuple[tuple[int, int], ...]  # stretches of the text that the query's words met, as offsets
    title: str
    url: str


class Results(NamedTuple):
    """The best or newest hits, and how many there are in all."""

    total: int
    hits: tuple[Hit, ...]


def search(
    client: Elasticsearch,
    indices: Indices,
    text: str = "",
    *,
    categories: Sequence[str] = (),
    blocs: Sequence[str] = (),
    actors: Sequence[str] = (),
    stances: Sequence[str] = (),
    outlets: Sequence[str] = (),
    countries: Sequence[str] = (),
    languages: Sequence[str] = (),
    since: str = "",
    until: str = "",
    size: int = 20,
    actor_list: ActorList | None = None,
) -> Results:
    """Find statements by the words of a query, whatever its language, and by what they are coded as.

    Every word must be in the statement, its speaker's name or its article's title, in whatever inflection; "a
    phrase" must be there word after word, and what follows a minus must not be. Of each filter any one value
    suffices; `outlets` and `actors` take ids or names, actors under any name that the actor list or the text has.
    `blocs` and `countries` are the outlet's. `since` and `until` are ISO 8601 dates or times, both included. With a
    query the best hits come first, without one the newest.

    Raises:
        Failure: "bad_query" for a date or size that can't be read or too long a query, "no_index" when there is
            nothing to search.
    """
    if not 0 < size <= MAX_SIZE:
        raise Failure("bad_query", f"size {size} is not between 1 and {MAX_SIZE}")
    chosen = Filters(
        categories=tuple(categories),
        blocs=tuple(blocs),
        actors=tuple(actors),
        stances=tuple(stances),
        outlets=tuple(outlets),
        countries=tuple(countries),
        languages=tuple(languages),
        since=since,
        until=until,
    )
    filters = chosen.queries("statements", actor_list)
    words, unwanted = Terms(client).parse(text)
    query = Search(using=client, index=indices.name("statements"))
    query = query.query(Q("bool", must=words, must_not=unwanted, filter=filters))
    query = query.sort("_score", "-@timestamp") if words else query.sort("-@timestamp")
    query = query.extra(size=size, track_total_hits=True, track_scores=True)
    query = query.source(excludes=["statement.context", "statement.explanation", "statement.scores"])
    query = query.highlight(
        *(f"statement.text{suffix}" for suffix in ("", *(f".{name}" for name in STEMMED))),
        number_of_fragments=0,
        pre_tags=[_START],
        post_tags=[_END],
    )
    try:
        answer = client.search(index=indices.name("statements"), **_arguments(query.to_dict()))
    except NotFoundError as problem:
        raise Failure(
            "no_index", f"there is no {indices.name('statements')} to search: run `vostochny run` or `demo` first"
        ) from problem
    except BadRequestError as problem:
        raise Failure("bad_query", f"Elasticsearch can't read this query: {_root_cause(problem)}") from problem
    return Results(answer["hits"]["total"]["value"], tuple(_hit(hit) for hit in answer["hits"]["hits"]))


def format_results(results: Results, form: str = "table", *, width: int | None = None, color: bool = False) -> str:
    """Results as a table for a terminal (`width` columns, its own by default), JSON, or CSV with a head line.

    Raises:
        Failure: "bad_format".
    """
    if form == "json":
        hits = [{**as_dict(hit), "found": [list(span) for span in hit.found]} for hit in results.hits]
        return json.dumps({"total": results.total, "hits": hits}, ensure_ascii=False, indent=2)
    if form == "csv":
        return _csv(results)
    if form == "table":
        return _table(results, width, color)
    raise Failure("bad_format", f"{form!r} is not one of {', '.join(FORMATS)}")


def dead_letters(
    client: Elasticsearch, indices: Indices, *, stage: str = "", cause: str = "", outlet: str = ""
) -> Iterator[DeadLetter]:
    """All dead letters, oldest first, or those of one stage, cause, or outlet (id or name).

    Raises:
        Failure: "no_index" when there is no index of dead letters.
    """
    query = Search(using=client, index=indices.name("dead-letters")).query("match_all")
    for field, value in (("dead_letter.stage", stage), ("error.code", cause)):
        if value:
            query = query.filter("term", **{field: value})
    if outlet:
        query = query.filter(any_of([Q("term", **{field: outlet}) for field in ("outlet.id", "outlet.name")]))
    query = query.sort("@timestamp", "dead_letter.id").extra(size=500)
    try:
        client.indices.refresh(index=indices.name("dead-letters"))
    except NotFoundError as problem:
        raise Failure("no_index", f"there is no {indices.name('dead-letters')}: nothing has been run yet") from problem
    # A point in time, since a replay removes the letters while it reads them.
    for hit in query.iterate(keep_alive="10m"):
        yield documents.dead_letter(hit.to_dict())


def _hit(hit: dict) -> Hit:
    source = hit["_source"]
    statement, article = source["statement"], source.get("article", {})
    outlet, actor = source.get("outlet", {}), source.get("actor", {})
    spans = {span for marked in hit.get("highlight", {}).values() for span in _spans(marked[0])}
    return Hit(
        id=hit["_id"],
        score=hit["_score"] or 0.0,
        date=source["@timestamp"],
        outlet=outlet.get("name", ""),
        country=outlet.get("country", ""),
        bloc=outlet.get("bloc", ""),
        language=article.get("language", ""),
        actor_id=actor.get("id", ""),
        actor=actor.get("name", ""),
        role=actor.get("role", ""),
        affiliation=actor.get("affiliation", ""),
        categories=tuple(statement.get("categories", ())),
        stance=statement.get("stance", ""),
        text=statement.get("text", ""),
        found=tuple(_joined(sorted(spans))),
        title=article.get("title", ""),
        url=source.get("url", {}).get("full", ""),
    )


def _spans(marked: str) -> Iterator[tuple[int, int]]:
    """The marked stretches of a highlighted text, as offsets in it without the marks."""
    position = start = 0
    for part in re.split(f"([{_START}{_END}])", marked):
        if part == _START:
            start = position
        elif part == _END:
            yield start, position
        else:
            position += len(part)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _table(results: Results, width: int | None, color: bool) -> str:
    table = Table(show_lines=True, expand=True)
    table.add_column("Published", ratio=3, overflow="fold")
    table.add_column("Speaker and coding", ratio=4, overflow="fold")
    table.add_column("Statement", ratio=9, overflow="fold")
    for hit in results.hits:
        published = Text(f"{hit.date[:10]}\n{hit.outlet}")
        published.append("\n" + " ".join(part for part in (hit.bloc, hit.country, hit.language) if part), "dim")
        speaker = Text(hit.actor)
        speaker.append("".join(f"\n{line}" for line in (hit.role, hit.affiliation) if line), "dim")
        speaker.append("".join(f"\n{line}" for line in (*hit.categories, hit.stance) if line))
        statement = Text(hit.text)
        for start, end in hit.found:
            statement.stylize("bold", start, end)
        statement.append(f"\n{hit.title}\n{hit.url}", "dim")
        table.add_row(published, speaker, statement)
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color)
    if results.hits:
        console.print(table)
    console.print(f"{len(results.hits)} of {results.total} statements", highlight=False)
    return out.getvalue().rstrip("\n")


def _csv(results: Results) -> str:
    out = io.StringIO()
    columns = [name for name in Hit._fields if name != "found"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for hit in results.hits:
        values = (getattr(hit, name) for name in columns)
        cells = (";".join(value) if isinstance(value, tuple) else value for value in values)
        writer.writerow([escaped(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().rstrip("\n")


def _arguments(body: dict) -> dict:
    """A query's body as the client's arguments."""
    return {"source" if name == "_source" else name: value for name, value in body.items()}


def _root_cause(problem: BadRequestError) -> str:
    try:
        return problem.body["error"]["root_cause"][0]["reason"]
    except (KeyError, IndexError, TypeError):
        return str(problem)
