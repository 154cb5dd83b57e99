"""Backup and restore by Elasticsearch's own snapshots, which hold only what has changed since the one before.

A snapshot holds the indices behind the aliases of one prefix. Restoring makes indices of it beside the present ones
and lets the aliases lead to them in one step, so that whatever goes wrong before leaves everything as it was.

The indices of a snapshot are of slightly different moments. What that could lose or double is put right after
restoring: an entry whose article or statements are not all there is forgotten, so that it is fetched again, and every
feed is read anew, since its state may know of entries that the snapshot does not.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from elasticsearch import ApiError, Elasticsearch, NotFoundError, helpers

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import not_allowed, patiently
from schemas.dates import utc_now, utc_now_exactly
from schemas.failures import Failure
from schemas.indices import DOCUMENTS, VERSION

REPOSITORY = "vostochny"
SKEW = timedelta(minutes=5)  # between the clocks of machines, and the time that a batch takes to be written

_MADE_BY = "vostochny"
_LOOK = 0.2  # seconds between two looks, at first
_LONGEST_LOOK = 5.0
_STUCK = 60.0  # seconds that an index may not be there without anybody working on it
_BACKING = re.compile(r"-(?P<number>\d{6})(?:-[0-9a-f]+)?")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,254}")


class Snapshot(NamedTuple):
    """A backup in a repository."""

    name: str
    state: str  # "SUCCESS", "PARTIAL", "FAILED" or "IN_PROGRESS"
    started: str  # ISO 8601
    seconds: float
    indices: Mapping[str, str]  # by kind
    uuid: str


def ensure_repository(client: Elasticsearch, name: str, location: Path | None) -> None:
    """Make sure that a repository is there.

    Args:
        location: folder of the embedded node's, which is registered where it is not; None for a repository that the
            server must have already.

    Raises:
        Failure: "no_repository", or "no_backup_folder" when the server can't use the folder.
    """
    try:
        found = client.options(ignore_status=404).snapshot.get_repository(name=name).body.get(name)
    except ApiError as problem:
        raise _failure("no_repository", problem) from problem
    if location is None:
        if not found:
            there = ", ".join(client.snapshot.get_repository().body) or "none"
            raise Failure(
                "no_repository",
                f"this Elasticsearch has no snapshot repository {name!r} (it has {there}): register one, in Kibana "
                "under Snapshot and Restore or by PUT _snapshot/NAME, and name it with --repository",
            )
        return
    if found and found.get("settings", {}).get("location") == str(location):
        return
    try:
        location.mkdir(parents=True, exist_ok=True)
        client.snapshot.create_repository(
            name=name, repository={"type": "fs", "settings": {"location": str(location), "compress": True}}
        )
    except OSError as problem:
        raise Failure("no_backup_folder", f"can't make {location}: {problem.strerror}") from problem
    except ApiError as problem:
        if "path.repo" in str(problem):
            raise Failure(
                "no_backup_folder",
                f"the embedded Elasticsearch was started before it was to keep backups in {location}: stop it "
                "(vostochny elasticsearch stop) and try again",
            ) from problem
        raise _failure("no_backup_folder", problem) from problem


def backup(client: Elasticsearch, indices: Indices, repository: str, name: str = "") -> Snapshot:
    """Take a snapshot of the indices, under a name made of the prefix and the time unless one is given.

    Raises:
        Failure: "no_index" when there is nothing to back up, "bad_name", "backup_failed".
    """
    name = name or f"{indices.prefix}-{re.sub('[-:]', '', utc_now()).lower()}"
    if not _NAME.fullmatch(name):
        raise Failure("bad_name", f"{name!r} can't name a backup: use a-z, 0-9, '-', '_' and '.'")
    names = list(_backing(client, indices).values())
    if not names:
        raise Failure(
            "no_index", f"there is nothing under {indices.prefix}-*: `vostochny run`, `watch` or `demo` first"
        )
    try:
        client.snapshot.create(
            repository=repository,
            snapshot=name,
            indices=names,
            include_global_state=False,
            metadata={"made_by": _MADE_BY, "prefix": indices.prefix},
            wait_for_completion=False,
        )
    except ApiError as problem:
        raise _failure("backup_failed", problem) from problem
    try:
        return _finished(client, indices, repository, name)
    except BaseException:
        client.options(ignore_status=404).snapshot.delete(repository=repository, snapshot=name)
        raise


def snapshots(client: Elasticsearch, indices: Indices, repository: str) -> list[Snapshot]:
    """The snapshots that hold indices of the prefix, the oldest first.

    Raises:
        Failure: "no_repository".
    """
    try:
        found = patiently(lambda: client.snapshot.get(repository=repository, snapshot="*", ignore_unavailable=True))
    except ApiError as problem:
        raise _failure("no_repository", problem) from problem
    each = (_snapshot(body, indices) for body in found["snapshots"])
    return sorted((one for one in each if one.indices), key=lambda one: one.started)


def keep_newest(client: Elasticsearch, indices: Indices, repository: str, keep: int) -> list[str]:
    """Remove all whole backups of a prefix but the newest so many; the names of those removed.

    Snapshots that something else has made are neither counted nor removed.
    """
    found = client.snapshot.get(repository=repository, snapshot="*")["snapshots"]
    own = {"made_by": _MADE_BY, "prefix": indices.prefix}
    ours = [_snapshot(body, indices) for body in found if body.get("metadata") == own and body["state"] == "SUCCESS"]
    going = [one.name for one in sorted(ours, key=lambda one: one.started, reverse=True)[keep:]]
    for name in going:
        client.options(ignore_status=404).snapshot.delete(repository=repository, snapshot=name)
    return going


def restore(
    client: Elasticsearch,
    indices: Indices,
    repository: str,
    snapshot: Snapshot,
    *,
    told: Callable[[str], None] = lambda _: None,
) -> Counter[str]:
    """Put what a snapshot holds in the place of what is there; documents by kind.

    Nothing may be writing under the prefix of `indices`, which need not be the one that the snapshot was made of. A
    kind that the snapshot does not hold stays as it is.

    Args:
        told: is told what is being done.

    Raises:
        Failure: "bad_snapshot" when it is not whole, "newer_index" when a newer program made it, "restore_failed".
    """
    if snapshot.state != "SUCCESS":
        raise Failure("bad_snapshot", f"{snapshot.name} is not whole ({snapshot.state.lower()}): choose another")
    indices.ensure(client)
    present = _backing(client, indices)
    # Named after the snapshot, so that what a killed restore has left is found by the next.
    new = {kind: _following(indices.alias(kind), present[kind], snapshot.uuid) for kind in snapshot.indices}
    try:
        _remove(client, new.values())
        told(f"copying {len(new)} indices")
        for kind, index in snapshot.indices.items():
            client.snapshot.restore(
                repository=repository,
                snapshot=snapshot.name,
                indices=[index],
                rename_pattern=".+",
                rename_replacement=new[kind],
                include_aliases=False,
                include_global_state=False,
                ignore_index_settings=["index.blocks.write", "index.blocks.read_only_allow_delete"],
                wait_for_completion=False,
            )
        _wait_until_there(client, list(new.values()))
        _refuse_newer(client, new)
        told("making it whole")
        _forget_incomplete(client, new, datetime.fromisoformat(snapshot.started) - SKEW)
        _read_feeds_anew(client, new)
        _replace(client, indices, present, new)
    except BaseException as problem:
        _remove(client, new.values())
        if isinstance(problem, ApiError):
            raise _failure("restore_failed", problem) from problem
        raise
    _remove(client, [present[kind] for kind in new])
    indices.ensure(client)  # brings an older mapping to the current one
    names = {kind: indices.alias(kind) for kind in DOCUMENTS}
    client.indices.refresh(index=list(names.values()))
    return Counter({kind: client.count(index=name)["count"] for kind, name in names.items()})


def _backing(client: Elasticsearch, indices: Indices) -> dict[str, str]:
    """The index behind each alias that is there."""
    found = {}
    for kind in DOCUMENTS:
        alias = indices.alias(kind)
        behind = patiently(lambda alias=alias: client.options(ignore_status=404).indices.get_alias(name=alias))
        if behind.meta.status == 404:
            continue
        if len(behind.body) > 1:
            raise Failure(
                "many_indices", f"{alias} leads to {', '.join(sorted(behind.body))}: leave it only the newest"
            )
        (found[kind],) = behind.body
    return found


def _following(alias: str, index: str, uuid: str) -> str:
    number = _BACKING.fullmatch(index.removeprefix(alias))
    mark = "".join(f"{byte:02x}" for byte in uuid.encode())[:16]
    return f"{alias}-{int(number['number']) + 1 if number else 1:06d}-{mark}"


def _snapshot(body: Mapping[str, Any], indices: Indices) -> Snapshot:
    held: dict[str, str] = {}
    for kind in DOCUMENTS:
        alias = indices.alias(kind)
        behind = [name for name in body["indices"] if _BACKING.fullmatch(name.removeprefix(alias))]
        if behind:  # of several, as another's snapshot of everything may hold, the newest
            held[kind] = max(behind)
    seconds = body.get("duration_in_millis", 0) / 1000
    return Snapshot(body["snapshot"], body["state"], body["start_time"], seconds, held, body["uuid"])


def _finished(client: Elasticsearch, indices: Indices, repository: str, name: str) -> Snapshot:
    look = _LOOK
    while True:
        (body,) = patiently(lambda: client.snapshot.get(repository=repository, snapshot=name))["snapshots"]
        match body["state"]:
            case "IN_PROGRESS":
                time.sleep(look)
                look = min(2 * look, _LONGEST_LOOK)
            case "SUCCESS":
                return _snapshot(body, indices)
            case state:
                reasons = "; ".join(str(failure.get("reason")) for failure in body.get("failures", [])[:3])
                raise Failure("backup_failed", f"the snapshot ended as {state.lower()}: {reasons or 'no reason given'}")


def _wait_until_there(client: Elasticsearch, names: list[str]) -> None:
    """Until every index has its primary shards. One that nobody works on any more raises why."""
    worked_on = time.monotonic()
    while True:
        # Not by the status, which calls a shard that is still being restored yellow, and not red.
        health = patiently(
            lambda: client.options(ignore_status=408).cluster.health(
                index=names, wait_for_no_initializing_shards=True, timeout="5s", level="indices"
            )
        )
        there = health["indices"]
        missing = [
            name
            for name in names
            if name not in there or there[name]["active_primary_shards"] < there[name]["number_of_shards"]
        ]
        if not missing:
            return
        if health["initializing_shards"]:
            worked_on = time.monotonic()
        elif time.monotonic() - worked_on > _STUCK:
            asked = client.options(ignore_status=400).cluster
            why = asked.allocation_explain(index=missing[0], shard=0, primary=True).body
            reason = why.get("unassigned_info", {}).get("details") or why.get("allocate_explanation")
            raise Failure("restore_failed", f"{missing[0]} was not restored: {reason or 'no reason given'}")
        else:
            time.sleep(_LOOK)


def _refuse_newer(client: Elasticsearch, new: Mapping[str, str]) -> None:
    for index, body in client.indices.get_mapping(index=list(new.values())).items():
        version = body["mappings"].get("_meta", {}).get("version", 0)
        if version > VERSION:
            raise Failure(
                "newer_index",
                f"the backup was made by a newer version of this program (mapping {version} of {index}, this one has "
                f"{VERSION}): restore it with the newer version",
            )


def _forget_incomplete(client: Elasticsearch, new: Mapping[str, str], since: datetime) -> None:
    """Remove the entries whose article, statements or dead letter were written too late to be in the snapshot."""
    if not {"entries", "articles", "statements", "dead-letters"} <= new.keys():
        return
    late = {"range": {"event.ingested": {"gte": since.isoformat()}}}
    fields = ["article.id", "dead_letter.id"]
    forgotten: list[str] = []
    some: list[dict[str, Any]] = []
    for hit in helpers.scan(client, index=new["entries"], query={"query": late, "_source": fields}):
        some.append(hit)
        if len(some) == 500:
            forgotten += _incomplete(client, new, some)
            some = []
    forgotten += _incomplete(client, new, some)
    deletes = ({"_op_type": "delete", "_index": new["entries"], "_id": key} for key in forgotten)
    helpers.bulk(client, deletes, refresh=True)


def _incomplete(client: Elasticsearch, new: Mapping[str, str], hits: list[dict[str, Any]]) -> list[str]:
    """The ids of entries that something is missing of."""
    article = {hit["_id"]: hit["_source"]["article"]["id"] for hit in hits if "article" in hit["_source"]}
    letter = {hit["_id"]: hit["_source"]["dead_letter"]["id"] for hit in hits if "dead_letter" in hit["_source"]}
    missing = []
    if article:
        ids = sorted(set(article.values()))
        found = client.mget(index=new["articles"], ids=ids, source=["article.statements"])["docs"]
        whole = {doc["_id"]: doc["_source"]["article"].get("statements", 0) for doc in found if doc.get("found")}
        counted = client.search(
            index=new["statements"],
            query={"terms": {"article.id": ids}},
            aggs={"of": {"terms": {"field": "article.id", "size": len(ids)}}},
            size=0,
        )["aggregations"]["of"]["buckets"]
        there = {bucket["key"]: bucket["doc_count"] for bucket in counted}
        missing += [key for key, of in article.items() if of not in whole or there.get(of, 0) < whole[of]]
    if letter:
        found = client.mget(index=new["dead-letters"], ids=sorted(set(letter.values())), source=False)["docs"]
        kept = {doc["_id"] for doc in found if doc.get("found")}
        missing += [key for key, of in letter.items() if of not in kept]
    return missing


def _read_feeds_anew(client: Elasticsearch, new: Mapping[str, str]) -> None:
    """Have every feed be polled at once, and answered in full."""
    if "feed-states" not in new:
        return
    change = {"state": {"next_poll": utc_now_exactly(), "etag": "", "last_modified": "", "body_hash": ""}}
    updates = (
        {"_op_type": "update", "_index": hit["_index"], "_id": hit["_id"], "doc": change}
        for hit in helpers.scan(client, index=new["feed-states"], query={"_source": False})
    )
    helpers.bulk(client, updates, refresh=True)


def _replace(client: Elasticsearch, indices: Indices, present: Mapping[str, str], new: Mapping[str, str]) -> None:
    actions: list[dict[str, Any]] = []
    for kind, index in new.items():
        alias = indices.alias(kind)
        actions.append({"remove": {"index": present[kind], "alias": alias, "must_exist": True}})
        actions.append({"add": {"index": index, "alias": alias, "is_write_index": True}})
    client.indices.update_aliases(actions=actions)


def _remove(client: Elasticsearch, names: Any) -> None:
    for name in names:
        client.options(ignore_status=404).indices.delete(index=name)


def _failure(cause: str, problem: ApiError) -> Failure:
    if problem.status_code in (401, 403):
        return not_allowed(problem)
    if isinstance(problem, NotFoundError) and "repository_missing" in str(problem):
        return Failure("no_repository", f"this Elasticsearch has no such snapshot repository: {_reason(problem)}")
    return Failure(cause, _reason(problem))


def _reason(problem: ApiError) -> str:
    """The innermost reason that Elasticsearch gives."""
    try:
        error = problem.body["error"]
        while error.get("caused_by"):
            error = error["caused_by"]
        return str(error.get("reason") or error.get("type"))
    except (KeyError, TypeError, AttributeError):
        return str(problem)
