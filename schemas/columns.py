"""The columns of an export: every field of a document class, with its type, unit and meaning.

Names, types and which columns hold lists come from `schemas.indices`; `MEANINGS` says in words what each holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from elasticsearch.dsl import Boolean, Date, Field, Float, Integer, Keyword, Long, Object, Text

from schemas.indices import DOCUMENTS


class Column(NamedTuple):
    """One column of an export: a field of the index under its full name."""

    name: str  # as in Elasticsearch: "statement.stance"
    type: str  # "string", "timestamp", "boolean", "integer", "long", "double" or "scores" (numbers by name)
    many: bool  # holds a list of these
    unit: str  # "" where it has none
    meaning: str

    @property
    def shown_type(self) -> str:
        """The type as the documentation writes it."""
        return f"list of {self.type}" if self.many else "numbers by name" if self.type == "scores" else self.type


# Integer and Long before their like: the first class that a field is an instance of gives its type.
_TYPES: Mapping[type[Field], str] = MappingProxyType(
    {
        Date: "timestamp",
        Boolean: "boolean",
        Integer: "integer",
        Long: "long",
        Float: "double",
        Keyword: "string",
        Text: "string",
    }
)

_UTC = "UTC"
_CHARACTERS = "characters"
_COUNT = "count"
_PROBABILITY = "0 to 1"

MEANINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "@timestamp": (_UTC, ""),  # differs by kind: see TIMES
        "statement.id": ("", "The statement's id: hash of article, codebook version, offsets and speaker"),
        "statement.text": ("", "The statement, as the article has it"),
        "statement.categories": ("", "Ids of the codebook's categories that apply"),
        "statement.scores": (_PROBABILITY, "Probability of each category that applies, by its id"),
        "statement.stance": ("", "Id of the codebook's stance"),
        "statement.stance_score": (_PROBABILITY, "Probability of that stance"),
        "statement.direct": ("", "Whether it holds a direct quotation"),
        "statement.reported_by": ("", "Who passes the words on, where a source quotes another"),
        "actor.id": ("", "Id of the speaker in the actor list; unknown where the list lacks the speaker"),
        "actor.name": ("", "The speaker's English canonical name when listed, else the name in the text"),
        "actor.surface": ("", "The speaker as the text names them"),
        "actor.kind": ("", "person, organisation, state, medium or group"),
        "actor.role": ("", "The speaker's role, from the text or the list"),
        "actor.affiliation": ("", "What the speaker belongs to, from the text or the list"),
        "actor.country": ("ISO 3166-1", "The speaker's country"),
        "actor.bloc": ("", "The speaker's bloc"),
        "actor.party": ("", "The speaker's party"),
        "actor.camp": ("", "The speaker's political camp"),
        "actor.linked": ("", "Whether the actor list has the speaker"),
        "outlet.id": ("", "Id of the outlet that published"),
        "outlet.name": ("", "Its name"),
        "outlet.country": ("ISO 3166-1", "Its country"),
        "outlet.bloc": ("", "Its bloc"),
        "outlet.language": ("ISO 639-1", "The language it declares"),
        "article.id": ("", "Id of the article: hash of its canonical address"),
        "article.title": ("", "Its title"),
        "article.language": ("ISO 639-1", "The language that its text is in"),
        "article.authors": ("", "Its authors, as the page names them"),
        "article.published": (_UTC, "When it was published; unknown where neither page nor feed says so"),
        "article.modified": (_UTC, "When it was last edited, as the page says"),
        "article.relevant": ("", "Whether it is on the subject"),
        "article.relevance": (_PROBABILITY, "Probability that it is"),
        "article.categories": ("", "Ids of the categories of its statements"),
        "article.statements": (_COUNT, "How many statements were found in it"),
        "article.actors": ("", "Ids of the listed actors that it names"),
        "article.wire_source": ("", "The agency whose copy it carries; unknown for an outlet's own copy"),
        "article.content_hash": ("", "Hash of title and text: the same in two outlets means the same copy"),
        "article.length": (_CHARACTERS, "Length of its whole text"),
        "article.delay": ("seconds", "From publication to fetching; below 0 where the date lies ahead"),
        "article.extracted": ("", "Whether a text was extracted: not where the page lacks any word of the subject"),
        "article.method": ("", "How its text was extracted"),
        "article.text": ("", "Its text, the first 1,000,000 characters"),
        "url.full": ("", "Canonical address of the article, or of what failed"),
        "url.domain": ("", "Its host"),
        "codebook.version": ("", "Version of the codebook that it was coded by"),
        "statement.start": (_CHARACTERS, "Where the statement begins in the article's text"),
        "statement.end": (_CHARACTERS, "Where it ends"),
        "statement.context": ("", "The paragraphs that it stands in"),
        "statement.context_start": (_CHARACTERS, "Where these begin in the article's text"),
        "statement.explanation": ("", "JSON: the cue and rules behind speaker, categories and stance"),
        "entry.id": ("", "Id of the feed entry: hash of its address"),
        "entry.url": ("", "Its address, without tracking parameters"),
        "entry.hash": ("", "Hash of what an editor may change in it: title, modification, content"),
        "entry.seen": (_UTC, "When the poll that first showed it began"),
        "entry.lag": ("seconds", "From then until it was written as an article or a dead letter"),
        "dead_letter.id": ("", "Id of the dead letter: hash of stage and item"),
        "dead_letter.stage": ("", "Where it failed: poll, fetch, archive, read or index"),
        "dead_letter.payload": ("", "JSON of the feed entry, to take it again"),
        "error.code": ("", "Cause of the failure"),
        "error.message": ("", "What happened, in words"),
        "feed.url": ("", "Address of the feed, as declared"),
        "feed.kind": ("", "feed or sitemap"),
        "poll.entries": (_COUNT, "Entries in the feed, known ones included"),
        "poll.unchanged": ("", "Whether the feed was the same as at the poll before"),
        "poll.seconds": ("seconds", "How long the poll took"),
        "http.response.status_code": ("", "HTTP status of the answer"),
        "state.moved_to": ("", "Where a permanent redirect of the feed leads"),
        "state.etag": ("", "The ETag of the last answer"),
        "state.last_modified": ("", "The Last-Modified of the last answer"),
        "state.body_hash": ("", "Hash of the last answer's body"),
        "state.interval": ("seconds", "From the last poll to the next"),
        "state.next_poll": (_UTC, "When the next poll is due"),
        "state.failures": (_COUNT, "Polls failed in a row"),
        "state.latest_entry": (_UTC, "The newest publication seen in the feed"),
        "waiting.since": (_UTC, "Since when the entry waits to be taken"),
        "waiting.due": (_UTC, "From when on it may be taken"),
        "waiting.host": ("", "Host of its address"),
        "waiting.slot": ("", "Slot of the host, by which the shards of a pipeline share the work"),
        "waiting.payload": ("", "JSON of the waiting feed entry"),
        "archive.file": ("", "WARC file of the page, relative to the archive's folder"),
        "archive.offset": ("bytes", "Where the page's record begins in it"),
        "archive.length": ("bytes", "Length of the record, compressed"),
        "event.created": (_UTC, "When the page was fetched"),
        "event.ingested": (_UTC, "When this was written to the index"),
        "event.outcome": ("", "success or failure"),
    }
)
"""Unit and meaning of every field, in the order of an export's columns."""

TIMES: Mapping[str, str] = MappingProxyType(
    {
        "articles": "When it was published; when it was fetched, where no date is known",
        "statements": "When its article was published; when it was fetched, where no date is known",
        "entries": "When it was dealt with; for a waiting one, when it was seen",
        "feeds": "When the feed was polled",
        "feed-states": "When the feed was last polled",
        "dead-letters": "When it failed",
    }
)
"""What `@timestamp` means, by kind of index."""


def columns(kind: str) -> tuple[Column, ...]:
    """The columns of an export of one kind of index, one of `schemas.indices.DOCUMENTS`.

    Raises:
        KeyError: for a field without an entry in `MEANINGS`.
    """
    fields = dict(_fields(DOCUMENTS[kind]._doc_type.mapping.properties, ""))
    if missing := fields.keys() - MEANINGS.keys():
        raise KeyError(f"say in schemas/columns.py what these fields mean: {', '.join(sorted(missing))}")
    found = []
    for name, (unit, meaning) in MEANINGS.items():
        if name in fields:
            type_, many = fields[name]
            found.append(Column(name, type_, many, unit, meaning or TIMES[kind]))
    return tuple(found)


def _fields(properties: Field, path: str) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Every field below some properties: full name, then type and whether it is a list."""
    for name in properties.to_dict()["properties"]:
        field = properties[name]
        if not isinstance(field, Object):
            yield path + name, (next(_TYPES[each] for each in type(field).__mro__ if each in _TYPES), field._multi)
        elif list(field._mapping.properties.to_dict().get("properties", ())):
            yield from _fields(field._mapping.properties, f"{path}{name}.")
        else:
            yield path + name, ("scores", False)


def as_markdown() -> str:
    """`docs/schema.md`: the columns of every kind of index."""
    lines = [_HEAD]
    for kind in DOCUMENTS:
        lines += [f"\n## {kind}\n", "| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{each.name}` | {each.shown_type} | {each.unit or '–'} | {each.meaning} |" for each in columns(kind)
        ]
    return "\n".join(lines) + "\n"


_HEAD = """# Columns of an export

What `vostochny export --what KIND` writes, one row for each document. This page is what `vostochny export --schema`
prints; it is made from the document classes in `schemas/indices.py`, and a test holds it to them.

A column has the name of its field in Elasticsearch, so that queries and exports speak of one thing. Types by format:

| type | parquet | CSV | JSON lines |
|---|---|---|---|
| string | string | text, see below | string |
| timestamp | timestamp[ms, UTC] | `2023-09-13T08:00:00.000Z` | as in CSV |
| boolean | bool | `true`, `false` | true, false |
| integer, long, double | int32, int64, double | number | number |
| list of … | list | JSON array | array |
| numbers by name | map<string, double> | JSON object | object |

What is unknown is null in parquet, empty in CSV, and left out of JSON lines; a list is never null, but may be empty.
All times are UTC. Rows come in the order of `@timestamp`.

CSV files are UTF-8 with a byte order mark, as spreadsheets expect. A text that a spreadsheet would take for a formula
(its first character is `=`, `+`, `-`, `@`, a tab or a carriage return, or a full-width `＝＋－＠`) has an apostrophe in
front. A text that already begins with apostrophes and then one of these gets one more, so that nothing is lost:
`schemas.cells.unescaped` takes it off again. Parquet and JSON lines have all texts as they are. Spreadsheets cut cells
after 32,767 characters, which `article.text` may exceed."""
