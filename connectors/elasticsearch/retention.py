"""Removes what is older than a date: documents from the indices, and files from the archive.

By `@timestamp`, which is when the thing happened. An article and its statements share it and go together. What is at
work is left alone: an entry that waits, a document that somebody has changed since it was found.

An entry's document is what makes the entry known. It is small, and stays when its article goes, so that a feed that
still shows the entry does not bring the article back. Feeds' states are never removed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from elasticsearch import Elasticsearch, NotFoundError

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import PASSING, Busy, patiently
from schemas.failures import Failure

KINDS = ("statements", "articles", "dead-letters", "feeds", "entries")
"""What can be removed, in this order: an article that is there has its statements."""
USUAL = KINDS[:-1]
RATE = 5_000  # documents a second

_AT_ONCE = 1_000  # documents of a request
_KEEP_ALIVE = "10m"  # of a point in time, between two pages
_FILES = 10_000  # of the archive, asked about at once


class OldFile(NamedTuple):
    """A file of the archive that can go."""

    path: Path
    bytes: int


def old_documents(client: Elasticsearch, indices: Indices, before: str, kinds: Iterable[str]) -> Counter[str]:
    """How many documents `remove_documents` would remove, by kind.

    Raises:
        Failure: "no_index" when nothing has been run yet.
    """
    try:
        return Counter(
            {
                kind: patiently(lambda kind=kind: client.count(index=indices.name(kind), query=_old(kind, before)))[
                    "count"
                ]
                for kind in kinds
            }
        )
    except NotFoundError as problem:
        raise _nothing_there(indices) from problem


def remove_documents(
    client: Elasticsearch,
    indices: Indices,
    before: str,
    kinds: Collection[str] = USUAL,
    *,
    rate: int = RATE,
    removed: Callable[[str, int], None] = lambda _kind, _number: None,
) -> Counter[str]:
    """Remove the documents from before a time, and say how many by kind. Stopped half-way, calling it again goes on.

    Args:
        before: ISO 8601, UTC; what is of exactly that time stays.
        kinds: of KINDS.
        rate: documents a second, at the most, so that others get their turn.
        removed: is told the kind and number of every batch.

    Raises:
        Failure: "no_index", "elasticsearch_unavailable".
    """
    total: Counter[str] = Counter()
    began = time.monotonic()
    try:
        for kind in (kind for kind in KINDS if kind in kinds):
            for hits in _pages(client, indices.name(kind), _old(kind, before)):
                number = _delete(client, indices.name(kind), hits)
                total[kind] += number
                removed(kind, number)
                time.sleep(max(0.0, began + total.total() / rate - time.monotonic()))
            client.indices.refresh(index=indices.name(kind))
    except NotFoundError as problem:
        raise _nothing_there(indices) from problem
    return total


def old_files(
    client: Elasticsearch, indices: Indices, folder: Path, before: float, kinds: Iterable[str] = (), date: str = ""
) -> list[OldFile]:
    """Files of the archive that are wholly older than a time and that nothing in the indices leads to.

    Args:
        folder: of the archive.
        before: seconds since the epoch.
        kinds: that are to be removed as far as they are from before `date`, so that they keep no file.
    """
    found: dict[str, OldFile] = {}
    for path in sorted(folder.rglob("*.warc.gz")):
        facts = path.stat()
        if facts.st_mtime < before and not _is_open(path):
            found[path.relative_to(folder).as_posix()] = OldFile(path, facts.st_size)
    for kind in ("articles", "dead-letters"):
        going = [_old(kind, date)] if kind in kinds else []
        names = list(found)
        for start in range(0, len(names), _FILES):
            some = names[start : start + _FILES]
            query = {"bool": {"filter": [{"terms": {"archive.file": some}}], "must_not": going}}
            used = {"used": {"terms": {"field": "archive.file", "size": len(some)}}}
            answer = patiently(
                lambda kind=kind, query=query, used=used: client.search(
                    index=indices.name(kind), query=query, aggs=used, size=0, track_total_hits=False
                )
            )
            for bucket in answer["aggregations"]["used"]["buckets"]:
                del found[bucket["key"]]
    return list(found.values())


def remove_files(files: Iterable[OldFile]) -> int:
    """Remove files, and folders that become empty; the bytes freed.

    Raises:
        Failure: "archive_unwritable".
    """
    freed = 0
    for file in files:
        try:
            file.path.unlink(missing_ok=True)
        except OSError as problem:
            raise Failure("archive_unwritable", f"can't remove {file.path}: {problem.strerror}") from problem
        freed += file.bytes
        if not any(file.path.parent.iterdir()):
            file.path.parent.rmdir()
    return freed


def _old(kind: str, before: str) -> dict[str, Any]:
    waiting = [{"exists": {"field": "waiting.due"}}] if kind == "entries" else []
    return {"bool": {"filter": [{"range": {"@timestamp": {"lt": before}}}], "must_not": waiting}}


def _pages(client: Elasticsearch, index: str, query: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """All hits of a moment, without their fields but with their versions."""
    client.indices.refresh(index=index)
    point, after = patiently(lambda: client.open_point_in_time(index=index, keep_alive=_KEEP_ALIVE))["id"], None
    try:
        while True:
            answer = patiently(
                lambda: client.search(
                    pit={"id": point, "keep_alive": _KEEP_ALIVE},  # noqa: B023 - called at once
                    query=query,
                    sort="_shard_doc",
                    search_after=after,  # noqa: B023
                    size=_AT_ONCE,
                    source=False,
                    seq_no_primary_term=True,
                    track_total_hits=False,
                )
            )
            hits = answer["hits"]["hits"]
            if not hits:
                return
            point, after = answer["pit_id"], hits[-1]["sort"]
            yield hits
    finally:
        client.options(ignore_status=404).close_point_in_time(id=point)


def _delete(client: Elasticsearch, index: str, hits: list[dict[str, Any]]) -> int:
    """Delete documents that nobody has changed since they were found; how many that were."""
    actions = [
        {"delete": {"_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}}
        for hit in hits
    ]
    gone: set[str] = set()

    def send() -> None:
        # By the alias alone: a delete in an index that was replaced meanwhile would make it anew.
        for item in client.bulk(index=index, operations=actions, require_alias=True)["items"]:
            result = item["delete"]
            if result["status"] in PASSING or result["status"] == 403:  # 403: the index is being copied
                raise Busy(f"{result['status']}: {result.get('error', {}).get('reason')}")
            if result["status"] == 200:
                gone.add(result["_id"])

    patiently(send)
    return len(gone)


def _is_open(path: Path) -> bool:
    """Whether the process that the file is named after still has it open, and would write into the void."""
    number = path.name.removesuffix(".warc.gz").split("-")[-2:-1]
    try:
        return str(path) in {file.path for file in psutil.Process(int(number[0])).open_files()}
    except (psutil.NoSuchProcess, ValueError, IndexError):
        return False
    except psutil.Error:
        return True  # another user's: who knows


def _nothing_there(indices: Indices) -> Failure:
    return Failure("no_index", f"there is nothing under {indices.prefix}-*: `vostochny run`, `watch` or `demo` first")
