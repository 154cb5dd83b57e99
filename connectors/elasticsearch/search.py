"""Search over statements, and the reading of dead letters."""

from __future__ import annotations

import csv
import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any, NamedTuple

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query
from pymorphy3 import MorphAnalyzer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.elasticsearch.indices import Indices
from schemas import indices as documents
from schemas.actors import ActorList, load_actors
from schemas.failures import Failure
from schemas.indices import STEMMED
from schemas.records import DeadLetter, as_dict

MAX_SIZE = 10_000  # hits that Elasticsearch gives in one answer
MAX_TERMS = 50  # of a query
FORMATS = ("table", "json", "csv")

SEARCHED = MappingProxyType({"statement.text": 3, "article.title": 1, "actor.name": 2, "actor.surface": 2})
"""Fields that a query's words may stand in, with their weight."""

_NAMES = ("actor.name", "actor.surface")  # keywords, with stems in their sub-fields only
_TERM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
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
    filters: list[Query] = []
    for field, values in (
        ("statement.categories", categories),
        ("outlet.bloc", blocs),
        ("statement.stance", stances),
        ("outlet.country", [country.upper() for country in countries]),
        ("article.language", [language.lower() for language in languages]),
    ):
        if values:
            filters.append(Q("terms", **{field: list(values)}))
    if outlets:
        filters.append(_any([Q("terms", **{field: list(outlets)}) for field in ("outlet.id", "outlet.name")]))
    if actors:
        listed = actor_list if actor_list is not None else load_actors()
        filters.append(_any([_actor(name, listed) for name in actors]))
    if since or until:
        filters.append(_period(since, until))

    words, unwanted = _Terms(client).parse(text)
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
        query = query.filter(_any([Q("term", **{field: outlet}) for field in ("outlet.id", "outlet.name")]))
    query = query.sort("@timestamp", "dead_letter.id").extra(size=500)
    try:
        client.indices.refresh(index=indices.name("dead-letters"))
    except NotFoundError as problem:
        raise Failure("no_index", f"there is no {indices.name('dead-letters')}: nothing has been run yet") from problem
    # A point in time, since a replay removes the letters while it reads them.
    for hit in query.iterate(keep_alive="10m"):
        yield documents.dead_letter(hit.to_dict())


class _Terms:
    """Turns the terms of a query into queries, each by the stems of the language that its script belongs to."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client

    def parse(self, text: str) -> tuple[list[Query], list[Query]]:
        """What must match and what must not."""
        terms = list(_TERM.finditer(text))
        if len(terms) > MAX_TERMS:
            raise Failure("bad_query", f"the query has {len(terms)} words: shorten it to {MAX_TERMS}")
        wanted, unwanted = [], []
        for term in terms:
            phrase = term["phrase"] is not None
            words = term["phrase"] if phrase else term["word"]
            if re.search(r"\w", words):
                (unwanted if term["minus"] else wanted).append(self._term(words, phrase))
        return wanted, unwanted

    def _term(self, words: str, phrase: bool) -> Query:
        if _HANGUL.search(words):
            return self._korean(words, phrase)
        if _CYRILLIC.search(words):
            return self._russian(words, phrase)
        if _EAST_ASIAN.search(words):
            # Chinese and Japanese, character by character, or the Chinese characters of a Korean headline.
            return _any([_match(words, "", type="phrase"), _match(words, ".korean", operator="and")])
        return _match(words, ".english", **({"type": "phrase"} if phrase else {"operator": "and"}))

    def _korean(self, words: str, phrase: bool) -> Query:
        if phrase:  # particles are not indexed, but they count between words
            return _match(words, ".korean", type="phrase", slop=2)
        # nori cuts a word by what follows it: at the end of a text 김정은의 falls apart, before a noun it does not.
        carrier = f"{words} 말"
        (tokens,) = self._analyzed("korean", [carrier])
        forms = dict.fromkeys((words, " ".join(tokens[:-1]) or words))
        ways = [_match(form, ".korean", operator="and") for form in forms]
        if len(words) > 1:  # particles and endings follow the stem: this finds what nori has cut otherwise
            ways.append(_match(words, "", type="phrase_prefix", max_expansions=500))
        return Q("dis_max", queries=ways)

    def _russian(self, words: str, phrase: bool) -> Query:
        """By all forms of each word, since the stemmer takes поставка and поставок for two words."""
        spoken = re.findall(r"\w+", words)
        ways = [forms for forms in map(self._russian_forms, spoken) if forms]
        if not ways:
            return Q("match_all")
        if not phrase and len(ways) == 1:
            return Q("dis_max", queries=[_match(form, ".russian") for form in ways[0]])
        intervals = [{"any_of": {"intervals": [{"match": {"query": form}} for form in forms]}} for forms in ways]
        rule = {"all_of": {"ordered": True, "max_gaps": len(spoken) - len(ways), "intervals": intervals}}
        return _any(
            [Q("intervals", **{f"{field}.russian": {**rule, "boost": boost}}) for field, boost in SEARCHED.items()]
        )

    def _russian_forms(self, word: str) -> list[str]:
        """A word and those of its forms that have other stems; none for a word that says nothing (и, в)."""
        forms = [word]
        if _CYRILLIC.search(word):
            parses = [parse for parse in _morphology().parse(word.lower()) if parse.score >= 0.1]
            forms += dict.fromkeys(form.word for parse in parses for form in parse.lexeme)
        stems: dict[str, str] = {}
        analyzed = self._analyzed("russian", forms)
        for form, tokens in zip(forms, analyzed, strict=True):
            if tokens:
                stems.setdefault(" ".join(tokens), form)
        return list(stems.values()) if analyzed[0] else []

    def _analyzed(self, language: str, texts: list[str]) -> list[list[str]]:
        """The stems of each text; all are sent as one, and told apart by their offsets."""
        found: list[list[str]] = [[] for _ in texts]
        ends = list(accumulate(len(text.encode("utf-16-le")) // 2 + 1 for text in texts))  # Java's characters
        answer = self._client.indices.analyze(analyzer=STEMMED[language], text="\n".join(texts))
        for token in answer["tokens"]:
            found[bisect_right(ends, token["start_offset"])].append(token["token"])
        return found


def _match(words: str, suffix: str, **options: Any) -> Query:
    """Words in any searched text, in one of its sub-fields; those that say nothing ("the") always match."""
    fields = [f"{field}{suffix}^{boost}" for field, boost in SEARCHED.items() if suffix or field not in _NAMES]
    return Q("multi_match", query=words, fields=fields, zero_terms_query="all", **options)


@cache
def _morphology() -> MorphAnalyzer:
    return MorphAnalyzer()


def _actor(name: str, listed: ActorList) -> Query:
    ids = {name, *(actor.id for actor in listed.named(name))}
    ways: list[Query] = [Q("terms", **{"actor.id": sorted(ids)})]
    if len(ids) == 1:  # not in the list: as the texts have it
        fields = [f"{field}.{stemmed}" for field in _NAMES for stemmed in STEMMED]
        ways.append(Q("multi_match", query=name, fields=fields, type="phrase"))
    return _any(ways)


def _period(since: str, until: str) -> Query:
    bounds = {}
    if since:
        bounds["gte"] = since
    if until:
        # "2023-09" lasts until the end of the month: a date is rounded up over what it leaves open.
        unit = {4: "y", 7: "M", 10: "d"}.get(len(until)) if _DAY.fullmatch(until) else None
        bounds["lte"] = f"{until}||/{unit}" if unit else until
    return Q("range", **{"@timestamp": bounds})


def _any(ways: list[Query]) -> Query:
    return ways[0] if len(ways) == 1 else Q("bool", should=ways, minimum_should_match=1)


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
        writer.writerow([";".join(value) if isinstance(value, tuple) else value for value in values])
    return out.getvalue().rstrip("\n")


def _arguments(body: dict) -> dict:
    """A query's body as the client's arguments."""
    return {"source" if name == "_source" else name: value for name, value in body.items()}


def _root_cause(problem: BadRequestError) -> str:
    try:
        return problem.body["error"]["root_cause"][0]["reason"]
    except (KeyError, IndexError, TypeError):
        return str(problem)
