"""A new generation of articles and statements, made beside the present one and put in its place in one step.

Others go on writing to the present generation meanwhile. What they write is told by the sequence numbers that
Elasticsearch gives to every change of an index: a pass over the articles ends by asking how far they have got, and the
next takes what came after. For the last such pass, of a few documents, the present indices take no writes; sinks wait
for it. Whatever dies, the aliases lead to a whole generation: indices that were to become one are marked as such and
are removed by the next attempt, and a block that was left behind is lifted by whoever makes the indices ready next.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from connectors.elasticsearch.indices import Indices, swap_mark
from connectors.elasticsearch.retrying import patiently
from connectors.elasticsearch.sink import Sink, get_documents
from schemas.dates import utc_now
from schemas.failures import Failure
from schemas.indices import article_document, mapping_of, statement_documents
from schemas.records import ArchiveRecord, Article, Coding, Entry, Extract, Feed, Outlet

KINDS = ("articles", "statements")
BEATING = 20.0  # seconds between two signs of life
DEAD_AFTER = 300.0  # seconds without one
AT_ONCE = 500  # documents of a request
KEPT = "30m"  # that Elasticsearch keeps a search between two of its answers
BLOCKED_AT_MOST = 10.0  # seconds that others have to wait for the last pass; sinks wait for 15
_NOTE = "successor"  # in the mapping's _meta


class Span(NamedTuple):
    """Dates of the articles to be coded anew, ISO 8601, both included; "" where open."""

    since: str = ""
    until: str = ""

    def query(self, *, texts: bool) -> dict[str, Any]:
        """Those of them that are in the archive or, if `texts`, whose text is in the index."""
        dates = {name: date for name, date in (("gte", self.since), ("lte", self.until)) if date}
        within = [{"range": {"@timestamp": dates}}] if dates else []
        kept = [{"exists": {"field": "archive.file"}}, *([{"range": {"article.length": {"gt": 0}}}] if texts else [])]
        return {"bool": {"filter": [{"bool": {"should": kept}}, *within]}}


class Marks(NamedTuple):
    """How far the changes of a generation have got: a sequence number for each of its indices."""

    articles: int = -1
    statements: int = -1


class Succession:
    """Makes a new generation, while the context lasts; leaves nothing of it behind unless it was promoted.

    `present` and `next` name the indices of both generations, and can be sent to workers.

    Raises:
        Failure: "recode_elsewhere" when another machine is at it, "no_index", or as `patiently` has it.
    """

    def __init__(self, client: Elasticsearch, indices: Indices) -> None:
        self._client = client
        self._indices = indices
        self._promoted = False

    def __enter__(self) -> Succession:
        present = remove_leftovers(self._client, self._indices)
        self.present = Indices(self._indices.prefix, present)
        self._new: dict[str, str] = {}
        filling = {}
        try:
            for kind in KINDS:
                name = self._indices.next_index(kind, present[kind])
                # Under an alias of their own, so that a write to an index that somebody has removed does not make it.
                filling[kind] = f"{name}-filling"
                mapping = mapping_of(kind)
                meta = {**mapping["_meta"], _NOTE: self._note(kind)}
                self._client.indices.create(index=name, mappings={"_meta": meta}, aliases={filling[kind]: {}})
                self._new[kind] = name
        except BaseException:
            self._remove(self._new.values())
            raise
        self.next = Indices(self._indices.prefix, filling)
        self._ended = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        self._ended.set()
        if not self._promoted:
            self._remove(self._new.values())
        if isinstance(problem, NotFoundError):
            names = " or ".join((*self.present.generation.values(), *self._new.values()))
            raise Failure("no_index", f"somebody has removed {names} meanwhile; try again") from problem

    def drop_removed(self) -> None:
        """Remove from the next generation what somebody has removed from the present one."""
        present, following = self.present.name("articles"), self.next.name("articles")
        self._client.indices.refresh(index=[present, following, self.next.name("statements")])
        if self._client.count(index=present)["count"] == self._client.count(index=following)["count"]:
            return  # since all that is in the present one has been written to the next
        sink = GenerationSink(self._client, self.present, self.next)
        for hits in _hits(self._client, following, {"match_all": {}}):
            ids = [hit["_id"] for hit in hits]
            sink.remove(set(ids) - get_documents(self._client, present, ids, ["article.id"]).keys())

    def promote(self, since: Marks) -> tuple[set[str], Marks]:
        """Let the aliases lead to the new generation, all in one step, and remove the old one.

        What was written since the marks is copied, as it is, while nobody can write.

        Returns:
            The ids of these articles, and how far the new generation has got by then.

        Raises:
            Failure: "recode_overtaken" when somebody else has replaced an index meanwhile, or lifted the block as that
                of a process that had died: the present generation stays.
        """
        old = {kind: self.present.name(kind) for kind in KINDS}
        started = time.monotonic()
        under = {kind: swap_mark(index) for kind, index in old.items()}
        blocking = [{"add": {"index": old[kind], "alias": under[kind]}} for kind in KINDS]
        self._client.indices.update_aliases(actions=blocking)
        try:
            for index in old.values():
                self._client.indices.add_block(index=index, block="write")
            marks(self._client, self.present)
            late = changed(self._client, self.present, since)
            GenerationSink(self._client, self.present, self.next).copy(sorted(late), replace=True)
            self.drop_removed()
            reached = marks(self._client, Indices(self._indices.prefix, self._new))
            if time.monotonic() - started > BLOCKED_AT_MOST:
                raise Failure(
                    "recode_overtaken",
                    f"{len(late)} articles were written while the aliases were to be swapped, and took too long to "
                    "copy; the present generation stays: try again when less comes in",
                )
            actions: list[dict[str, Any]] = []
            for kind in KINDS:
                alias = self._indices.alias(kind)
                actions += [
                    {"remove": {"index": old[kind], "alias": alias, "must_exist": True}},
                    {"remove": {"index": old[kind], "alias": under[kind], "must_exist": True}},
                    {"remove": {"index": self._new[kind], "alias": self.next.name(kind), "must_exist": True}},
                    {"add": {"index": self._new[kind], "alias": alias, "is_write_index": True}},
                ]
            try:
                self._client.indices.update_aliases(actions=actions)
            except ApiError as problem:
                raise Failure(
                    "recode_overtaken",
                    f"somebody else has replaced {' or '.join(old.values())} meanwhile: its successor stays; try again "
                    f"({problem})",
                ) from problem
            self._promoted = True
        except BaseException:
            self._indices.lift_blocks(self._client)
            raise
        self._remove(old.values())
        return late, reached

    def _note(self, kind: str) -> dict[str, str]:
        return {"of": self.present.name(kind), "host": socket.gethostname(), "alive": utc_now()}

    def _beat(self) -> None:
        while not self._ended.wait(BEATING):
            for kind, index in self._new.items():
                try:
                    meta = {**mapping_of(kind)["_meta"], _NOTE: self._note(kind)}
                    self._client.indices.put_mapping(index=index, meta=meta)
                except Exception:  # whatever it is, those who do the work meet it too, and tell it
                    continue

    def _remove(self, names: Iterable[str]) -> None:
        for index in names:
            self._client.options(ignore_status=404).indices.delete(index=index)


class GenerationSink(Sink):
    """Writes articles that were coded anew, and copies others as they are, into a generation. Thread-safe.

    Every method raises Failure: "elasticsearch_unavailable" or "no_index"; calling again is safe.

    Args:
        present: what is copied from.
        into: what is written to; the aliases themselves after the new generation was promoted.
    """

    def __init__(self, client: Elasticsearch, present: Indices, into: Indices) -> None:
        super().__init__(client, into)
        self._present = present

    def write(self, articles: Sequence[Article], *, replace: bool) -> dict[str, str]:
        """Index articles with their statements.

        Args:
            replace: an earlier version may be there, whose other statements are removed; one that was fetched later
                stays.

        Returns:
            Article id → reason, of those that Elasticsearch refused.
        """
        if replace:
            articles, _ = self._latest(articles)
        now = utc_now()
        documents = {article.id: article_document(article, now) for article in articles}
        statements = {article.id: dict(statement_documents(article, now)) for article in articles}
        return self._write(documents, statements, replace)

    def copy(self, article_ids: Sequence[str], *, replace: bool) -> None:
        """Copy articles with their statements as they are; also statements whose article is not there yet.

        Raises:
            Failure: "copy_rejected".
        """
        if self._present.name("articles") == self._indices.name("articles"):
            return
        for start in range(0, len(article_ids), AT_ONCE):
            some = article_ids[start : start + AT_ONCE]
            statements: dict[str, dict[str, Any]] = {key: {} for key in some}
            query = {"terms": {"article.id": list(some)}}
            for hits in _hits(self._client, self._present.name("statements"), query, True):
                for hit in hits:
                    statements[hit["_source"]["article"]["id"]][hit["_id"]] = hit["_source"]
            articles = get_documents(self._client, self._present.name("articles"), some, ["*"])
            for key, reason in self._write(articles, statements, replace).items():
                raise Failure("copy_rejected", f"{self._indices.name('articles')} refused article {key}: {reason}")

    def remove(self, article_ids: Collection[str]) -> None:
        """Remove articles with their statements."""
        said = self._statement_ids(list(article_ids), refresh=True)
        self._delete("statements", [key for keys in said.values() for key in keys])
        self._delete("articles", article_ids)

    def _write(
        self, articles: Mapping[str, dict[str, Any]], statements: Mapping[str, dict[str, Any]], replace: bool
    ) -> dict[str, str]:
        before = self._statement_ids(list(statements), refresh=True) if replace else {}
        owners = {key: article_id for article_id, documents in statements.items() for key in documents}
        refused: dict[str, str] = {}
        for rejection in self._index("statements", [item for each in statements.values() for item in each.items()]):
            refused.setdefault(owners[rejection.id], f"statement {rejection.id}: {rejection.reason}")
        for rejection in self._index("articles", [item for item in articles.items() if item[0] not in refused]):
            refused[rejection.id] = rejection.reason
        stale = [
            key for owner, keys in before.items() if owner not in refused for key in keys - statements[owner].keys()
        ]
        if not replace:  # nothing was there before: not even half of what was refused shall be
            stale = [key for key, owner in owners.items() if owner in refused]
        self._delete("statements", stale)
        return refused


def indexed_articles(
    client: Elasticsearch, index: str, query: Mapping[str, Any], part: int = 0, parts: int = 1, *, texts: bool = True
) -> Iterator[Article]:
    """Articles as they are indexed but for their coding, in the archive's order; one of several parts of all.

    Of the entries that led to them there is what is indexed. `texts`: with their texts.
    """
    fields = ["event.created", "url.full", "outlet", "feed", "entry", "archive", *_EXTRACTED]
    sort = [{"archive.file": "asc"}, {"archive.offset": "asc"}]
    for hits in _hits(
        client, index, query, fields if texts else [f for f in fields if f != _TEXT], sort=sort, part=part, parts=parts
    ):
        for hit in hits:
            yield _article(hit["_id"], hit["_source"])


_TEXT = "article.text"
_EXTRACTED = (
    _TEXT,
    *(f"article.{name}" for name in Extract._fields if name not in ("url", "text")),
    "article.content_hash",
)


def _article(key: str, source: Mapping[str, Any]) -> Article:
    found, feed = source.get("article", {}), source.get("feed", {})
    texts = {name: found.get(name, "") for name in Extract._fields if name not in ("url", "authors")}
    entry = {"url": "", "hash": "", "id": "", **source.get("entry", {})}
    outlet = Outlet(**{"id": "", "name": "", **source.get("outlet", {})})
    return Article(
        id=key,
        entry=Entry(feed=Feed(feed.get("url", ""), outlet, feed.get("kind", "feed")), **entry),
        extract=Extract(url=source.get("url", {}).get("full", ""), authors=tuple(found.get("authors", ())), **texts),
        coding=Coding(False, 0.0, texts["language"]),
        fetched=source.get("event", {}).get("created", ""),
        archive=ArchiveRecord(**source.get("archive", {})),
        content_hash=found.get("content_hash", ""),
    )


def article_ids(client: Elasticsearch, index: str, query: Mapping[str, Any]) -> Iterator[list[str]]:
    """Ids of articles, some at a time."""
    for hits in _hits(client, index, query):
        yield [hit["_id"] for hit in hits]


def statements_of(
    client: Elasticsearch, indices: Indices, ids: Sequence[str], fields: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Article id → some fields of its statements, in the order of the text."""
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in ids}
    sort = [{"article.id": "asc"}, {"statement.start": "asc"}]
    for hits in _hits(client, indices.name("statements"), {"terms": {"article.id": list(ids)}}, fields, sort=sort):
        for hit in hits:
            found[hit["_source"]["article"]["id"]].append(hit["_source"])
    return found


def changed(client: Elasticsearch, indices: Indices, since: Marks) -> set[str]:
    """Ids of the articles of a generation that were written since, or a statement of which was."""
    found: set[str] = set()
    for hits in _hits(client, indices.name("articles"), _written_after(since.articles)):
        found |= {hit["_id"] for hit in hits}
    for hits in _hits(client, indices.name("statements"), _written_after(since.statements), ["article.id"]):
        found |= {hit["_source"]["article"]["id"] for hit in hits}
    return found


def marks(client: Elasticsearch, indices: Indices) -> Marks:
    """How far a generation has got; what was written up to there is found by searches from now on."""
    reached = Marks(**{kind: _reached(client, indices.name(kind)) for kind in KINDS})
    refresh(client, indices)
    return reached


def refresh(client: Elasticsearch, indices: Indices) -> None:
    """Let searches find all that was written to a generation."""
    client.indices.refresh(index=[indices.name(kind) for kind in KINDS])


def remove_leftovers(client: Elasticsearch, indices: Indices) -> dict[str, str]:
    """Remove what attempts that were killed have left; the present index of each kind.

    Raises:
        Failure: "recode_elsewhere" when a process on another machine is at one, or was until a moment ago.
    """
    present = {kind: indices.backing_index(client, kind) for kind in KINDS}
    doomed = []
    for kind, index in present.items():
        found = client.indices.get_mapping(index=f"{indices.alias(kind)}-*").body
        for name, body in found.items():
            note = body["mappings"].get("_meta", {}).get(_NOTE)
            if not note:
                continue
            if name == index:  # killed after the swap
                doomed += [note["of"]] if note["of"] in found else []
            elif note["host"] == socket.gethostname() or _age(note["alive"]) > DEAD_AFTER:
                doomed.append(name)
            else:
                raise Failure(
                    "recode_elsewhere",
                    f"{note['host']} is coding the archive anew, or was until {note['alive']}: wait for its end, or "
                    f"for {DEAD_AFTER / 60:.0f} minutes if it died",
                )
    if doomed:
        client.options(ignore_status=404).indices.delete(index=doomed)
    indices.lift_blocks(client)
    return present


def _age(then: str) -> float:
    return (datetime.fromisoformat(utc_now()) - datetime.fromisoformat(then)) / timedelta(seconds=1)


def _written_after(sequence_number: int) -> dict[str, Any]:
    return {"range": {"_seq_no": {"gt": sequence_number}}}


def _reached(client: Elasticsearch, index: str) -> int:
    """The sequence number up to which an index has all changes."""
    answer = patiently(lambda: client.indices.stats(index=index, level="shards", metric="docs"))
    shards = [copy for body in answer["indices"].values() for copies in body["shards"].values() for copy in copies]
    return min(copy["seq_no"]["local_checkpoint"] for copy in shards if copy["routing"]["primary"])


def _hits(
    client: Elasticsearch,
    index: str,
    query: Mapping[str, Any],
    fields: Sequence[str] | bool = False,
    *,
    sort: Sequence[Mapping[str, str]] = ({"_shard_doc": "asc"},),
    part: int = 0,
    parts: int = 1,
) -> Iterator[list[dict[str, Any]]]:
    """All that a query finds, at one point in time, with some fields, all (True) or none."""
    pit = patiently(lambda: client.open_point_in_time(index=index, keep_alive=KEPT))["id"]
    body: dict[str, Any] = {"query": query, "source": fields, "sort": list(sort), "size": AT_ONCE}
    if parts > 1:
        body["slice"] = {"id": part, "max": parts}
    try:
        while True:
            body["pit"] = {"id": pit, "keep_alive": KEPT}
            answer = patiently(lambda: client.search(**body, track_total_hits=False))
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            body["search_after"] = hits[-1]["sort"]
    finally:
        client.options(ignore_status=404).close_point_in_time(id=pit)
