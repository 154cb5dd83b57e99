"""What Elasticsearch holds: one document class per index, and the documents that records become.

Every index is flat: fields with dots, never nested ones, since Kibana's Lens refuses those. What ECS has a word for
goes by that word (`@timestamp`, `event.*`, `url.*`, `error.*`, `http.*`), the rest by the codebook's and the records'
words. `@timestamp` is when the thing happened: an article's publication (its fetching where no date is known), a
poll, a failure. Mappings are strict, so that a wrong field is an error and not a new field.

Texts are indexed four times: as they are, and by word stem under `.english`, `.russian` and `.korean`. The analyzers
are Elasticsearch's own `english` and `russian`, and `nori` of its analysis-nori plugin, which the embedded node has
and an official Elasticsearch needs installed.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from elasticsearch.dsl import (
    Boolean,
    Date,
    Document,
    Float,
    InnerDoc,
    Integer,
    Keyword,
    Long,
    MetaField,
    Object,
    Text,
)
from elasticsearch.dsl import Mapping as FieldMapping

from schemas.records import (
    Actor,
    ArchiveRecord,
    Article,
    DeadLetter,
    Entry,
    FeedState,
    Outlet,
    Poll,
    Statement,
    as_dict,
    digest,
    from_dict,
)

VERSION = 3  # raised whenever a mapping changes, so that older programs leave newer indices alone
MAX_TEXT = 1_000_000  # characters of an article's text; Elasticsearch highlights no longer ones
SLOTS = 1024  # that hosts fall into
MAX_CONTEXT = 2_000  # characters of the paragraph kept on either side of a statement

STEMMED = MappingProxyType({"english": "english", "russian": "russian", "korean": "nori"})  # sub-field → analyzer
"""Sub-fields of every searchable text, with their analyzers."""

DATE_FORMAT = "strict_date_optional_time"

_SURROGATE = re.compile("[\ud800-\udfff]")


def _date() -> Date:
    return Date(format=DATE_FORMAT)


def _keyword(**options: Any) -> Keyword:
    return Keyword(ignore_above=1024, **options)


def _url() -> Keyword:
    return Keyword(ignore_above=8191)  # 32,766 bytes, Lucene's limit of a term, whatever the script


def _text(**fields: Keyword) -> Text:
    stems = {name: Text(analyzer=analyzer) for name, analyzer in STEMMED.items()}
    return Text(analyzer="standard", fields={**stems, **fields})


def _name() -> Keyword:
    stems = {name: Text(analyzer=analyzer) for name, analyzer in STEMMED.items()}
    return _keyword(fields=stems)


class EventFields(InnerDoc):
    created = _date()  # when the page was fetched
    ingested = _date()  # when the document was written
    outcome = _keyword()  # "success" or "failure"


class UrlFields(InnerDoc):
    full = _url()
    domain = _keyword()


class OutletFields(InnerDoc):
    id = _keyword()
    name = _keyword()
    country = _keyword()
    bloc = _keyword()
    language = _keyword()


class FeedFields(InnerDoc):
    url = _url()
    kind = _keyword()


class EntryFields(InnerDoc):
    id = _keyword()
    url = _url()
    hash = _keyword()


class SettledEntryFields(EntryFields):
    seen = _date()  # when the poll that first showed it began
    lag = Float()  # seconds from then until it was written as an article or a dead letter


class WaitingFields(InnerDoc):
    """Of an entry that a poll has seen and that nothing has become of yet."""

    since = _date()
    due = _date()  # from when on anybody may take it
    host = _keyword()  # of its address: one host's entries are fetched one after another
    slot = Integer()  # of the host, below SLOTS: shards of a pipeline share the hosts by it
    payload = Text(index=False)  # JSON of the Entry


class ArchiveFields(InnerDoc):
    file = _keyword()
    offset = Long(index=False)
    length = Long(index=False)


class ErrorFields(InnerDoc):
    code = _keyword()  # the cause
    message = _text()


class CodebookFields(InnerDoc):
    version = _keyword()


class ArticleFields(InnerDoc):
    """Fields of an article that its statements carry too."""

    id = _keyword()
    title = _text(keyword=_keyword())
    language = _keyword()
    authors = _keyword(multi=True)
    published = _date()  # absent where unknown; @timestamp is always there
    modified = _date()
    relevant = Boolean()
    relevance = Float()
    extracted = Boolean()  # false where the gate closed over the raw page
    method = _keyword()
    wire_source = _keyword()
    content_hash = _keyword()
    categories = _keyword(multi=True)
    length = Integer()  # characters of the whole text
    statements = Integer()  # how many


class FullArticleFields(ArticleFields):
    text = _text()
    actors = _keyword(multi=True)  # ids of the linked actors that are named
    delay = Long()  # seconds from publication to fetching; below 0 where the date of publication is in the future


class ActorFields(InnerDoc):
    id = _keyword()
    name = _name()
    surface = _name()
    kind = _keyword()
    role = _keyword()
    affiliation = _name()
    country = _keyword()
    bloc = _keyword()
    party = _keyword()
    camp = _keyword()
    linked = Boolean()


class StatementFields(InnerDoc):
    id = _keyword()
    text = _text()
    context = Text(index=False)  # the paragraphs that it stands in
    context_start = Integer(index=False)  # offset of the context in the article's text
    start = Integer()
    end = Integer()
    direct = Boolean()
    categories = _keyword(multi=True)
    scores = Object(dynamic=True, properties={})  # by category; whatever the codebook names
    stance = _keyword()
    stance_score = Float()
    reported_by = _keyword()
    explanation = Text(index=False)


class PollFields(InnerDoc):
    entries = Integer()
    unchanged = Boolean()
    seconds = Float()


class ResponseFields(InnerDoc):
    status_code = Integer()


class HttpFields(InnerDoc):
    response = Object(ResponseFields)


class StateFields(InnerDoc):
    moved_to = _url()
    etag = Keyword(index=False, doc_values=False)
    last_modified = Keyword(index=False, doc_values=False)
    body_hash = _keyword()
    interval = Float()  # seconds
    next_poll = _date()
    failures = Integer()
    latest_entry = _date()


class DeadLetterFields(InnerDoc):
    id = _keyword()
    stage = _keyword()
    payload = Text(index=False)


def _timestamped() -> FieldMapping:
    mapping = FieldMapping()
    mapping.field("@timestamp", _date())
    return mapping


class ArticleDocument(Document):
    """One per article, whether relevant or not."""

    event = Object(EventFields)
    url = Object(UrlFields)
    outlet = Object(OutletFields)
    feed = Object(FeedFields)
    entry = Object(EntryFields)
    article = Object(FullArticleFields)
    codebook = Object(CodebookFields)
    archive = Object(ArchiveFields)

    class Meta:
        mapping = _timestamped()
        dynamic = MetaField("strict")


class StatementDocument(Document):
    """One per statement, with its article's and outlet's fields copied in."""

    event = Object(EventFields)
    url = Object(UrlFields)
    outlet = Object(OutletFields)
    feed = Object(FeedFields)
    article = Object(ArticleFields)
    statement = Object(StatementFields)
    actor = Object(ActorFields)
    codebook = Object(CodebookFields)

    class Meta:
        mapping = _timestamped()
        dynamic = MetaField("strict")
        dynamic_templates = MetaField(
            [{"scores": {"path_match": "statement.scores.*", "mapping": {"type": "float"}}}],
        )


class EntryDocument(Document):
    """One per feed entry that was seen: what it became, or that it is waiting. Its presence is what "known" means."""

    event = Object(EventFields)
    outlet = Object(OutletFields)
    feed = Object(FeedFields)
    entry = Object(SettledEntryFields)
    waiting = Object(WaitingFields)
    article = Object(properties={"id": _keyword()})
    dead_letter = Object(properties={"id": _keyword()})

    class Meta:
        mapping = _timestamped()
        dynamic = MetaField("strict")


class PollDocument(Document):
    """One per poll of a feed."""

    event = Object(EventFields)
    outlet = Object(OutletFields)
    feed = Object(FeedFields)
    poll = Object(PollFields)
    http = Object(HttpFields)
    error = Object(ErrorFields)

    class Meta:
        mapping = _timestamped()
        dynamic = MetaField("strict")


class FeedStateDocument(Document):
    """One per feed: what its next poll must know."""

    event = Object(EventFields)
    feed = Object(FeedFields)
    state = Object(StateFields)

    class Meta:
        mapping = _timestamped()
        dynamic = MetaField("strict")


class DeadLetterDocument(Document):
    """One per item that could not be handled, and per stage."""

    event = Object(EventFields)
    url = Object(UrlFields)
    outlet = Object(OutletFields)
    entry = Object(EntryFields)
    error = Object(ErrorFields)
    archive = Object(ArchiveFields)
    dead_letter = Object(DeadLetterFields)

    class Meta:
        mapping = _timestamped()
        dynamic = MetaField("strict")


DOCUMENTS: Mapping[str, type[Document]] = MappingProxyType(
    {
        "articles": ArticleDocument,
        "statements": StatementDocument,
        "entries": EntryDocument,
        "feeds": PollDocument,
        "feed-states": FeedStateDocument,
        "dead-letters": DeadLetterDocument,
    }
)
"""Document classes by the kind of index, which is the end of its alias: "vostochny-articles"."""

SETTINGS: Mapping[str, Any] = MappingProxyType(
    {"number_of_shards": 1, "auto_expand_replicas": "0-1"}  # one node or many, without a yellow light
)


def mapping_of(kind: str) -> dict[str, Any]:
    """The mapping of one kind of index, with the version and hash by which `_meta` tells an older one."""
    body = DOCUMENTS[kind]._doc_type.mapping.to_dict()
    canonical = json.dumps(body, sort_keys=True)
    return {**body, "_meta": {"version": VERSION, "hash": hashlib.sha256(canonical.encode()).hexdigest()[:16]}}


def field_names(kind: str) -> set[str]:
    """Every field of an index by its full name, sub-fields included: what a query may name."""

    def walk(properties: Mapping[str, Any], path: str) -> Iterator[str]:
        for name, field in properties.items():
            yield path + name
            yield from walk(field.get("properties", {}), f"{path}{name}.")
            yield from walk(field.get("fields", {}), f"{path}{name}.")

    return set(walk(DOCUMENTS[kind]._doc_type.mapping.to_dict()["properties"], ""))


def article_document(article: Article, now: str) -> dict[str, Any]:
    """An article as it is indexed under `article.id`; `now` is the time of writing, ISO 8601."""
    return _filled(
        {
            **_article_base(article, now),
            "entry": _entry_fields(article.entry),
            "article": {
                **_article_fields(article),
                "text": article.extract.text[:MAX_TEXT],
                "actors": sorted({actor.id for actor in article.coding.actors if actor.id}),
                "delay": _seconds_between(article.extract.published, article.fetched),
            },
            "archive": _archive_fields(article.archive),
        }
    )


def statement_documents(article: Article, now: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """An article's statements with their ids, which a second coding by the same codebook gives again."""
    base = _article_base(article, now)
    fields = _article_fields(article)
    for statement in article.coding.statements:
        key = statement_id(article, statement)
        yield (
            key,
            _filled(
                {
                    **base,
                    "article": fields,
                    "statement": _statement_fields(key, statement, article.extract.text),
                    "actor": _actor_fields(statement.speaker),
                }
            ),
        )


def statement_id(article: Article, statement: Statement) -> str:
    speaker = statement.speaker.id or statement.speaker.name
    return digest(article.id, article.coding.codebook, str(statement.start), str(statement.end), speaker)


def entry_document(entry: Entry, now: str, *, article_id: str = "", dead_letter_id: str = "") -> dict[str, Any]:
    """What became of a feed entry: an article, or a dead letter. Indexed under `entry.id`."""
    return _filled(
        {
            "@timestamp": now,
            "event": {"ingested": now, "outcome": "failure" if dead_letter_id else "success"},
            "outlet": _outlet_fields(entry.feed.outlet),
            "feed": {"url": entry.feed.url, "kind": entry.feed.kind},
            "entry": {
                **_entry_fields(entry),
                "seen": entry.seen,
                "lag": (datetime.now(UTC) - datetime.fromisoformat(entry.seen)).total_seconds() if entry.seen else None,
            },
            "article": {"id": article_id},
            "dead_letter": {"id": dead_letter_id},
        }
    )


def waiting_document(entry: Entry, now: str) -> dict[str, Any]:
    """What is to be merged into an entry's document while it waits; `now` is from when on it may be taken."""
    host = urlsplit(entry.url).netloc.lower()
    return _filled(
        {
            "@timestamp": now,
            "event": {"ingested": now},
            "outlet": _outlet_fields(entry.feed.outlet),
            "feed": {"url": entry.feed.url, "kind": entry.feed.kind},
            "entry": {**_entry_fields(entry), "seen": entry.seen},
            "waiting": {
                "since": now,
                "due": now,
                "host": host,
                "slot": slot_of(host),
                "payload": json.dumps(as_dict(entry), ensure_ascii=False),
            },
        }
    )


def waiting_entry(document: Mapping[str, Any]) -> Entry:
    """The record that `waiting_document` made the document of."""
    return from_dict(Entry, json.loads(document["waiting"]["payload"]))


def slot_of(host: str) -> int:
    """The slot of a host, always the same."""
    return zlib.crc32(host.encode("utf-8", "replace")) % SLOTS


def _entry_fields(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "url": entry.url, "hash": entry.hash}


def poll_document(poll: Poll, now: str) -> dict[str, Any]:
    """A poll as it is indexed under `poll_id(poll)`."""
    return _filled(
        {
            "@timestamp": poll.polled,
            "event": {"ingested": now, "outcome": "failure" if poll.cause else "success"},
            "outlet": _outlet_fields(poll.feed.outlet),
            "feed": {"url": poll.feed.url, "kind": poll.feed.kind},
            "poll": {"entries": poll.entries, "unchanged": poll.unchanged, "seconds": poll.seconds},
            "http": {"response": {"status_code": poll.status or None}},
            "error": {"code": poll.cause, "message": poll.detail},
        }
    )


def poll_id(poll: Poll) -> str:
    return digest(poll.feed.url, poll.polled)


def feed_state_document(state: FeedState, now: str) -> dict[str, Any]:
    """A feed's state after a poll, as it is indexed under `feed_state_id(feed_url)`."""
    fields = state._asdict()
    url = fields.pop("feed_url")
    return _filled({"@timestamp": now, "event": {"ingested": now}, "feed": {"url": url}, "state": fields})


def feed_state_id(feed_url: str) -> str:
    return digest(feed_url)


def feed_state(document: Mapping[str, Any]) -> FeedState:
    """The record that `feed_state_document` made the document of."""
    return FeedState(feed_url=document["feed"]["url"], **document.get("state", {}))


def dead_letter_document(letter: DeadLetter, now: str) -> dict[str, Any]:
    """A dead letter as it is indexed under `letter.id`."""
    entry = entry_of(letter)
    return _filled(
        {
            "@timestamp": letter.failed,
            "event": {"ingested": now, "outcome": "failure"},
            "url": _url_fields(letter.url),
            "outlet": _outlet_fields(letter.outlet),
            "entry": _entry_fields(entry) if entry else {},
            "error": {"code": letter.cause, "message": letter.detail},
            "archive": _archive_fields(letter.archive),
            "dead_letter": {"id": letter.id, "stage": letter.stage, "payload": letter.payload},
        }
    )


def dead_letter(document: Mapping[str, Any]) -> DeadLetter:
    """The record that `dead_letter_document` made the document of."""
    fields, error = document["dead_letter"], document.get("error", {})
    return DeadLetter(
        id=fields["id"],
        stage=fields["stage"],
        cause=error.get("code", ""),
        detail=error.get("message", ""),
        failed=document["@timestamp"],
        outlet=Outlet(**{"id": "", "name": "", **document.get("outlet", {})}),
        url=document.get("url", {}).get("full", ""),
        payload=fields.get("payload", ""),
        archive=ArchiveRecord(**document.get("archive", {})),
    )


def entry_of(letter: DeadLetter) -> Entry | None:
    """The entry that a dead letter's payload holds; None where it holds none."""
    try:
        return from_dict(Entry, json.loads(letter.payload))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _article_base(article: Article, now: str) -> dict[str, Any]:
    """What an article and its statements have in common besides `article.*`."""
    return {
        "@timestamp": article.extract.published or article.fetched or now,
        "event": {"created": article.fetched, "ingested": now},
        "url": _url_fields(article.extract.url or article.entry.url),
        "outlet": _outlet_fields(article.entry.feed.outlet),
        "feed": {"url": article.entry.feed.url, "kind": article.entry.feed.kind},
        "codebook": {"version": article.coding.codebook},
    }


def _article_fields(article: Article) -> dict[str, Any]:
    extract, coding = article.extract, article.coding
    return {
        "id": article.id,
        "title": extract.title,
        "language": extract.language or coding.language,
        "authors": extract.authors,
        "published": extract.published,
        "modified": extract.modified,
        "relevant": coding.relevant,
        "relevance": coding.relevance,
        "extracted": extract.method != "gate",
        "method": extract.method,
        "wire_source": extract.wire_source,
        "content_hash": article.content_hash,
        "categories": tuple(category.id for category in coding.categories),
        "length": len(extract.text),
        "statements": len(coding.statements),
    }


def _statement_fields(key: str, statement: Statement, text: str) -> dict[str, Any]:
    start, end = _paragraphs(text, statement.start, statement.end)
    return {
        "id": key,
        "text": statement.text,
        "context": text[start:end],
        "context_start": start,
        "start": statement.start,
        "end": statement.end,
        "direct": statement.direct,
        "categories": tuple(category.id for category in statement.categories),
        "scores": {category.id: category.score for category in statement.categories},
        "stance": statement.stance,
        "stance_score": statement.stance_score,
        "reported_by": statement.reported_by,
        "explanation": statement.explanation,
    }


def _seconds_between(start: str, end: str) -> int | None:
    """None where one of the times is not known."""
    try:
        return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
    except (ValueError, TypeError):
        return None


def _paragraphs(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the paragraphs around a stretch, no more than MAX_CONTEXT away."""
    first = text.rfind("\n", max(0, start - MAX_CONTEXT), start) + 1 or max(0, start - MAX_CONTEXT)
    last = text.find("\n", end, end + MAX_CONTEXT)
    return first, min(len(text), end + MAX_CONTEXT) if last < 0 else last


def _actor_fields(actor: Actor) -> dict[str, Any]:
    fields = actor._asdict()
    del fields["start"], fields["end"]
    return {**fields, "linked": bool(actor.id)}


def _outlet_fields(outlet: Outlet) -> dict[str, Any]:
    return outlet._asdict()


def _url_fields(url: str) -> dict[str, Any]:
    try:
        return {"full": url, "domain": urlsplit(url).hostname or ""}
    except ValueError:  # such as "https://[broken"; the address alone is still worth keeping
        return {"full": url}


def _archive_fields(record: ArchiveRecord) -> dict[str, Any]:
    return record._asdict() if record.file else {}


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is unknown ("", None, empty), and with text that UTF-8 can carry, character for character."""
    result = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            value = _filled(value)
        elif isinstance(value, str):
            value = _encodable(value)
        elif isinstance(value, (tuple, list)):
            value = [_encodable(item) for item in value if item]
        if value is not None and value != "" and value != [] and value != {}:
            result[name] = value
    return result


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, as broken pages have them
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text
