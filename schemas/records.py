"""The records that travel through the pipelines.

Plain named tuples of strings, numbers and tuples, so that a Beam coder and JSON can carry them alike. Dates are
ISO 8601 in UTC ("2023-09-13T08:00:00Z"), "" where unknown. Offsets count characters of the article's text.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from schemas.failures import Failure

Record = TypeVar("Record")


def digest(*parts: str) -> str:
    """A 128-bit hexadecimal hash of the parts, the form of every id and content hash here."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def as_dict(record: Any) -> Any:
    """A record as what JSON can carry: nested records become objects, tuples become lists."""
    if hasattr(record, "_asdict"):
        return {name: as_dict(value) for name, value in record._asdict().items()}
    if isinstance(record, tuple):
        return [as_dict(value) for value in record]
    return record


def from_dict(kind: type[Record], data: Any) -> Record:
    """The record that `as_dict` made `data` of. Raises TypeError or KeyError where it does not fit."""
    if hasattr(kind, "_fields"):
        hints = get_type_hints(kind)
        return kind(**{name: from_dict(hints[name], value) for name, value in data.items()})
    if get_origin(kind) is tuple:
        return tuple(from_dict(get_args(kind)[0], value) for value in data)
    return data


class Outlet(NamedTuple):
    """A publisher, as declared in `schemas/outlets.yaml` or made from an OPML outline."""

    id: str
    name: str
    country: str = ""  # ISO 3166-1 alpha-2, upper case
    bloc: str = ""  # an id of schemas.outlets.BLOCS
    language: str = ""  # ISO 639-1, lower case


class Feed(NamedTuple):
    """One address that lists an outlet's articles."""

    url: str
    outlet: Outlet
    kind: str = "feed"  # "feed": RSS, Atom, RDF or JSON Feed; "sitemap": (news) sitemap
    delay: float = 1.0  # seconds between two requests to one host
    private_hosts: tuple[str, ...] = ()  # "host:port" that may be fetched though it is loopback or private


class FeedState(NamedTuple):
    """What the next poll of a feed must know of the ones before; kept in the feed-state index."""

    feed_url: str  # as declared: the key
    moved_to: str = ""  # where a permanent redirect leads
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    interval: float = 0.0  # seconds until the next poll, adapted to how often the feed changes
    next_poll: str = ""
    failures: int = 0  # polls failed in a row
    latest_entry: str = ""  # newest publication date seen


class Poll(NamedTuple):
    """One poll of one feed and what came of it."""

    feed: Feed
    state: FeedState  # after the poll
    polled: str
    status: int  # HTTP status, 0 where none was received
    entries: int  # in the feed, whether known or not
    unchanged: bool  # the server or the body's hash said so
    seconds: float
    cause: str = ""  # of the failure, "" when the poll succeeded
    detail: str = ""


class Entry(NamedTuple):
    """One item of a feed: what the feed says of an article."""

    id: str  # digest of the normalised URL
    url: str  # normalised: no fragment, no tracking parameters
    feed: Feed
    title: str = ""
    published: str = ""
    modified: str = ""
    authors: tuple[str, ...] = ()
    content: str = ""  # the full text as HTML where the feed carries it, else ""
    hash: str = ""  # digest of what an editor may change: title, modified, content
    seen: str = ""  # when the poll that showed it began, to the millisecond


class ArchiveRecord(NamedTuple):
    """Where a page's WARC record is."""

    file: str = ""  # relative to the archive's folder
    offset: int = 0
    length: int = 0  # bytes, compressed


NOT_ARCHIVED = ArchiveRecord()


class Page(NamedTuple):
    """A fetched page, before anything has been read from it."""

    entry: Entry
    url: str  # after redirects
    content_type: str  # the header, with its charset parameter
    body: bytes  # transfer and content encodings undone
    fetched: str
    archive: ArchiveRecord = NOT_ARCHIVED


class Score(NamedTuple):
    """A category with the probability that it applies."""

    id: str
    score: float


class Actor(NamedTuple):
    """A speaker, or somebody spoken of, where the text names one."""

    id: str  # of the actor list; "" when not linked
    name: str  # canonical in English when linked, else as the text gives it
    surface: str
    kind: str = ""  # "person", "organisation", "state", "medium", "group"
    role: str = ""
    affiliation: str = ""
    country: str = ""
    bloc: str = ""
    party: str = ""
    camp: str = ""
    start: int = 0
    end: int = 0


class Statement(NamedTuple):
    """A stretch of text in which one actor reacts; the codebook's unit of analysis."""

    speaker: Actor
    start: int
    end: int
    text: str
    direct: bool  # holds a direct quotation
    categories: tuple[Score, ...] = ()
    stance: str = ""
    stance_score: float = 0.0
    reported_by: str = ""  # the outer source of a nested attribution
    explanation: str = ""  # JSON: the cue and rule behind speaker, categories and stance


class Coding(NamedTuple):
    """What the coding stage makes of one text."""

    relevant: bool
    relevance: float  # probability
    language: str
    actors: tuple[Actor, ...] = ()
    statements: tuple[Statement, ...] = ()
    categories: tuple[Score, ...] = ()  # the article's, following from its statements
    codebook: str = ""  # version


class Extract(NamedTuple):
    """An article's text and metadata, as extraction reads them from a page."""

    url: str  # canonical
    title: str
    text: str
    language: str
    authors: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    wire_source: str = ""  # agency whose copy this is
    method: str = ""  # "trafilatura", "json_ld", "markup", "script", "feed", "gate"


class Article(NamedTuple):
    """One news item, ready to be indexed with its statements."""

    id: str  # digest of the canonical URL
    entry: Entry
    extract: Extract
    coding: Coding
    fetched: str
    archive: ArchiveRecord
    content_hash: str  # digest of title and text: tells an edit from a repeat


class DeadLetter(NamedTuple):
    """An item that could not be handled, with what is needed to try again."""

    id: str  # digest of stage and item: a second failure of the same item replaces the first
    stage: str  # "poll", "fetch", "archive" (its page is not there any more), "read", "index"
    cause: str
    detail: str
    failed: str
    outlet: Outlet
    url: str
    payload: str  # JSON of the Entry
    archive: ArchiveRecord = NOT_ARCHIVED


def dead_letter(
    stage: str, entry: Entry, problem: Failure, failed: str, archive: ArchiveRecord = NOT_ARCHIVED
) -> DeadLetter:
    """The dead letter of an entry that met a problem at a stage; `failed` is when."""
    return DeadLetter(
        id=digest(stage, entry.id),
        stage=stage,
        cause=problem.cause,
        detail=problem.detail,
        failed=failed,
        outlet=entry.feed.outlet,
        url=entry.url or entry.feed.url,
        payload=json.dumps(as_dict(entry), ensure_ascii=False),
        archive=archive,
    )
