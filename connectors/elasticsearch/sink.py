"""Writes what the line makes to Elasticsearch.

Every document's id follows from what it is of, so that a write that is repeated lands on itself. The order keeps a
kill at any moment harmless: an article's statements first, then the article, last the entry document by which the
next run knows that nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch, helpers

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import ATTEMPTS, FIRST_WAIT, PASSING, patiently
from schemas.dates import utc_now
from schemas.failures import Failure
from schemas.indices import (
    article_document,
    dead_letter_document,
    entry_document,
    entry_of,
    feed_state_document,
    feed_state_id,
    poll_document,
    poll_id,
    statement_documents,
)
from schemas.records import Article, DeadLetter, Entry, FeedState, Poll, dead_letter, digest

BULK_BYTES = 8 * 1024 * 1024  # of a request; larger ones are slower and an official server refuses 100 MB
LOOKUP = 1_000  # ids asked for at once


class Rejection(NamedTuple):
    """A document that Elasticsearch will never take as it is."""

    id: str
    reason: str


class Sink:
    """Writes articles, polls and dead letters in batches. Thread-safe, like its client."""

    def __init__(
        self, client: Elasticsearch, indices: Indices, *, attempts: int = ATTEMPTS, first_wait: float = FIRST_WAIT
    ) -> None:
        # The client's own attempts follow each other at once, which a busy server is not helped by.
        self._client = client.options(max_retries=0)
        self._indices = indices
        self._patience = {"attempts": attempts, "first_wait": first_wait}

    def write_articles(self, articles: Sequence[Article]) -> list[DeadLetter]:
        """Index articles with their statements, in place of earlier versions of the same.

        Of several versions of one article, in one call or over time, the one fetched last stays. Dead letters of
        the articles' entries are removed.

        Returns:
            A dead letter for each article that Elasticsearch refused; an earlier version of it stays, and of its
            statements only those that were there before.
        Raises:
            Failure: "elasticsearch_unavailable" or "no_index"; calling again with the same articles is safe.
        """
        now = utc_now()
        latest, indexed = self._latest(articles)
        # What was written a moment ago is found after a refresh, which costs time and is needed for edits alone: what
        # a killed run has left without an article is older.
        before = self._statement_ids([article.id for article in latest], refresh=indexed)
        statements = {article.id: dict(statement_documents(article, now)) for article in latest}

        refused: dict[str, str] = {}  # article id → reason
        owners = {key: article_id for article_id, documents in statements.items() for key in documents}
        for rejection in self._index("statements", _merged(statements.values())):
            refused.setdefault(owners[rejection.id], f"statement {rejection.id}: {rejection.reason}")
        accepted = {a.id: article_document(a, now) for a in latest if a.id not in refused}
        for rejection in self._index("articles", accepted.items()):
            refused[rejection.id] = rejection.reason

        stale = []
        for article in latest:
            old, new = before.get(article.id, set()), statements[article.id].keys()
            stale += new - old if article.id in refused else old - new
        self._delete("statements", stale)

        self._settle([article for article in articles if article.id not in refused], now)
        return [_refused(article, refused[article.id], now) for article in articles if article.id in refused]

    def write_polls(self, polls: Sequence[Poll]) -> None:
        """Record polls, keep the feeds' states, and remove dead letters of feeds that answer again."""
        now = utc_now()
        self._must("feeds", ((poll_id(poll), poll_document(poll, now)) for poll in polls))
        self.write_feed_states([poll.state for poll in polls])
        self._delete("dead-letters", [digest("poll", poll.feed.url) for poll in polls if not poll.cause])

    def write_feed_states(self, states: Sequence[FeedState]) -> None:
        now = utc_now()
        documents = {feed_state_id(state.feed_url): feed_state_document(state, now) for state in states}
        self._must("feed-states", documents.items())

    def write_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters, and mark their entries as dealt with: replay takes them again, not the next poll."""
        now = utc_now()
        marks: dict[str, tuple[Entry, str]] = {}  # by entry id, with the letter's id
        kept: dict[str, DeadLetter] = {}
        for letter in letters:
            entry = entry_of(letter)
            if entry is not None:
                if entry.id in marks:
                    kept.pop(marks[entry.id][1], None)
                marks[entry.id] = entry, letter.id
            kept[letter.id] = letter
        earlier = self._letters_of(list(marks))
        self._must("dead-letters", ((key, dead_letter_document(letter, now)) for key, letter in kept.items()))
        self._must(
            "entries",
            ((key, entry_document(entry, now, dead_letter_id=letter)) for key, (entry, letter) in marks.items()),
        )
        # An entry that failed at one stage and, replayed, at another keeps but its latest letter.
        self._delete("dead-letters", [letter for key, letter in earlier.items() if letter != marks[key][1]])

    def _latest(self, articles: Sequence[Article]) -> tuple[list[Article], bool]:
        """Each article once, leaving out those of which a version fetched later is indexed; is any indexed at all?"""
        newest: dict[str, Article] = {}
        for article in articles:
            if article.id not in newest or article.fetched >= newest[article.id].fetched:
                newest[article.id] = article
        indexed = self._get("articles", list(newest), ["event.created"])
        fetched = {key: source.get("event", {}).get("created", "") for key, source in indexed.items()}
        return [article for key, article in newest.items() if fetched.get(key, "") <= article.fetched], bool(indexed)

    def _statement_ids(self, article_ids: Sequence[str], *, refresh: bool) -> dict[str, set[str]]:
        """Article id → ids of its indexed statements."""
        found: dict[str, set[str]] = {}
        for hit in self._find("statements", "article.id", article_ids, refresh=refresh):
            found.setdefault(hit["_source"]["article"]["id"], set()).add(hit["_id"])
        return found

    def _find(self, kind: str, field: str, values: Sequence[str], *, refresh: bool) -> Iterator[dict[str, Any]]:
        """All documents that have one of some values in a field, with that field alone."""
        if values and refresh:
            patiently(lambda: self._client.indices.refresh(index=self._indices.name(kind)), **self._patience)
        for some in _batches(values):
            query = {"query": {"terms": {field: some}}, "_source": [field]}
            yield from patiently(lambda query=query: self._search(kind, query), **self._patience)

    def _search(self, kind: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        name = self._indices.name(kind)
        first = self._client.search(index=name, query=query["query"], source=query["_source"], size=LOOKUP, sort="_doc")
        hits = first["hits"]["hits"]
        # A scroll only where one answer can't hold them all.
        return hits if len(hits) < LOOKUP else list(helpers.scan(self._client, index=name, query=query, size=LOOKUP))

    def _settle(self, articles: Sequence[Article], now: str) -> None:
        """Say of the articles' entries that they are done; remove what they were before: dead letters, or articles
        under a canonical address that the page no longer gives."""
        became = {article.entry.id: article for article in articles}
        before = self._get("entries", list(became), ["article.id", "dead_letter.id"])
        former = {source["article"]["id"] for source in before.values() if "article" in source}
        former -= {article.id for article in articles}
        if former:
            still = self._find("entries", "article.id", list(former), refresh=True)
            former -= {hit["_source"]["article"]["id"] for hit in still if hit["_id"] not in became}
        said = self._statement_ids(list(former), refresh=True)
        self._delete("statements", [key for keys in said.values() for key in keys])
        self._delete("articles", former)
        self._delete(
            "dead-letters", [source["dead_letter"]["id"] for source in before.values() if "dead_letter" in source]
        )
        self._must("entries", ((key, entry_document(a.entry, now, article_id=a.id)) for key, a in became.items()))

    def _letters_of(self, entry_ids: list[str]) -> dict[str, str]:
        """Entry id → id of the dead letter that it has."""
        found = self._get("entries", entry_ids, ["dead_letter.id"])
        return {key: source["dead_letter"]["id"] for key, source in found.items() if source.get("dead_letter")}

    def _get(self, kind: str, ids: list[str], fields: list[str]) -> dict[str, dict[str, Any]]:
        """Documents by id, as last written: unlike a search, a get by id sees what is not refreshed yet."""
        return get_documents(self._client, self._indices.name(kind), ids, fields, **self._patience)

    def _must(self, kind: str, documents: Iterable[tuple[str, dict[str, Any]]]) -> None:
        rejected = self._index(kind, documents)
        if rejected:
            raise Failure(
                "index_rejected", f"{self._indices.name(kind)} refused document {rejected[0].id}: {rejected[0].reason}"
            )

    def _index(self, kind: str, documents: Iterable[tuple[str, dict[str, Any]]]) -> list[Rejection]:
        return self._bulk(kind, [{"_op_type": "index", "_id": key, "_source": body} for key, body in documents])

    def _delete(self, kind: str, ids: Iterable[str]) -> None:
        self._bulk(kind, [{"_op_type": "delete", "_id": key} for key in ids])

    def _bulk(self, kind: str, actions: list[dict[str, Any]]) -> list[Rejection]:
        """Carry out actions on one index; those still refused for a passing reason in the end raise."""
        if not actions:
            return []
        name = self._indices.name(kind)
        attempts, first_wait = self._patience["attempts"], self._patience["first_wait"]

        def send() -> list[dict[str, Any]]:
            return [
                next(iter(item.values()))
                for ok, item in helpers.streaming_bulk(
                    self._client,
                    actions,
                    index=name,
                    require_alias=True,
                    max_chunk_bytes=BULK_BYTES,
                    raise_on_error=False,
                    yield_ok=False,
                    max_retries=attempts - 1,
                    initial_backoff=first_wait,
                    retry_on_status=(*PASSING, 403),
                )
            ]

        rejections = []
        for item in patiently(send, **self._patience):
            if item["status"] == 404 and "error" not in item:
                continue  # a delete of what is not there
            reason = _reason(item.get("error", {}))
            if item["status"] == 404:
                raise Failure("no_index", f"there is no {name} to write to ({reason}): make the indices first")
            if item["status"] in PASSING or item["status"] == 403:
                raise Failure("elasticsearch_unavailable", f"{name} took no writes after {attempts} attempts: {reason}")
            rejections.append(Rejection(item["_id"], reason))
        return rejections


def get_documents(
    client: Elasticsearch, index: str, ids: Sequence[str], fields: list[str], **patience: Any
) -> dict[str, dict[str, Any]]:
    """Id → the asked-for fields of those documents that exist, by realtime gets.

    Raises:
        Failure: "no_index" when the index is missing.
    """
    found: dict[str, dict[str, Any]] = {}
    for some in _batches(ids):
        answer = patiently(lambda some=some: client.mget(index=index, ids=some, source_includes=fields), **patience)
        for document in answer["docs"]:
            if document.get("found"):
                found[document["_id"]] = document["_source"]
            elif "error" in document:
                raise Failure("no_index", f"can't read {index}: {_reason(document['error'])}; make the indices first")
    return found


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), LOOKUP):
        yield values[start : start + LOOKUP]


def _reason(error: dict[str, Any]) -> str:
    reason = f"{error.get('type', 'error')}: {error.get('reason', '')}"
    cause = error.get("caused_by")
    return f"{reason} ({_reason(cause)})" if cause else reason


def _refused(article: Article, reason: str, when: str) -> DeadLetter:
    problem = Failure("index_rejected", f"Elasticsearch refused the article: {reason}")
    return dead_letter("index", article.entry, problem, when, article.archive)


def _merged(groups: Iterable[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for group in groups:
        yield from group.items()
