"""The indices on an Elasticsearch: their names, their making, and their change to a newer mapping.

Programs read and write through aliases ("vostochny-articles"), behind each of which stands one backing index
("vostochny-articles-000001"). A newer mapping, or a whole new generation of documents, is made beside it and takes
its place in one step.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
    helpers,
)

from connectors.elasticsearch.retrying import not_allowed
from connectors.settings import PREFIXES
from schemas.failures import Failure
from schemas.indices import DOCUMENTS, SETTINGS, STEMMED, VERSION, mapping_of

TEMPLATE_PRIORITY = 200  # above the built-in templates of a full Elasticsearch
COPY_SIZE = 500  # documents
MAX_BLOCKED = 30.0  # seconds that a new generation may keep the present one still
_REPLACED = "-replaced"

_BACKING = re.compile(r"-(\d{6})(?:-[0-9a-f]+)?$")


class Indices:
    """The names of one set of indices. Cheap, picklable, and needs no connection until it is asked for something.

    `generation` gives other names by kind that take the place of the aliases, so that a sink can fill indices which
    nobody reads yet; see `connectors.elasticsearch.generations`.
    """

    def __init__(self, prefix: str = "vostochny", generation: Mapping[str, str] | None = None) -> None:
        if not PREFIXES.fullmatch(prefix):
            raise Failure("bad_prefix", f"{prefix!r} can't begin an index's name: use a-z, 0-9, '-', '_' and '.'")
        self.prefix = prefix
        self.generation = dict(generation or {})

    def name(self, kind: str) -> str:
        """The name to read and write documents of a kind under: its alias, or its index of this generation."""
        return self.generation.get(kind) or self.alias(kind)

    def alias(self, kind: str) -> str:
        if kind not in DOCUMENTS:
            raise Failure("no_such_index", f"{kind!r} is not one of {', '.join(DOCUMENTS)}")
        return f"{self.prefix}-{kind}"

    def ensure(self, client: Elasticsearch) -> None:
        """Make what is missing and bring to the current mapping what is older.

        Safe to call from several processes at once. While an index is copied to a newer mapping it takes no writes;
        sinks wait for it.

        Raises:
            Failure: "no_analyzer" when the server lacks one (nori), "newer_index" when a newer program made the
                indices, "alias_is_index" when an index stands where an alias should, "copy_rejected" when documents
                do not fit the newer mapping, "elasticsearch_rejected" when the server does not let us.
        """
        try:
            _check_analyzers(client)
            self.lift_blocks(client, older_than=MAX_BLOCKED)
            for kind in DOCUMENTS:
                self._ensure(client, kind)
        except (AuthenticationException, AuthorizationException) as problem:
            raise not_allowed(problem) from problem

    def lift_blocks(self, client: Elasticsearch, *, older_than: float = 0.0) -> None:
        """Let indices be written again that were kept still to be replaced by a new generation, and never were.

        `older_than` is in seconds: leave those alone that may be about to be replaced.
        """
        missing_is_fine = client.options(ignore_status=404).indices
        for index, body in missing_is_fine.get_alias(index=f"{self.prefix}-*", name=f"*{_REPLACED}*").body.items():
            for mark in body["aliases"] if isinstance(body, dict) else ():
                if time.time() - int(mark.rpartition("-")[2]) >= older_than:
                    # In this order: who finds the mark gone does not replace the index any more.
                    missing_is_fine.delete_alias(index=index, name=mark)
                    missing_is_fine.put_settings(index=index, settings={"index.blocks.write": None})

    def delete(self, client: Elasticsearch) -> None:
        """Remove the indices, all their documents, and the templates."""
        for kind in DOCUMENTS:
            indices = list(client.options(ignore_status=404).indices.get(index=f"{self.alias(kind)}-*"))
            if indices:
                client.options(ignore_status=404).indices.delete(index=indices)
            client.options(ignore_status=404).indices.delete_index_template(name=self.alias(kind))

    def _ensure(self, client: Elasticsearch, kind: str) -> None:
        alias, mapping = self.alias(kind), mapping_of(kind)
        found = self._find(client, kind)
        if found is None:
            self._put_template(client, kind, mapping)
            self._create_first(client, kind)
            found = self._find(client, kind)
            if found is None:
                raise Failure("no_index", f"{alias} was removed while it was being made; try again")
        index, meta = found
        if meta.get("hash") == mapping["_meta"]["hash"]:
            self._put_template(client, kind, mapping)
            return
        if meta.get("version", 0) > VERSION:
            raise Failure(
                "newer_index",
                f"{index} was made by a newer version of this program (mapping {meta['version']}, this one has "
                f"{VERSION}): use the newer version, or another VOSTOCHNY_INDEX_PREFIX",
            )
        self._put_template(client, kind, mapping)
        self._migrate(client, kind, index, mapping)

    def _find(self, client: Elasticsearch, kind: str) -> tuple[str, dict[str, Any]] | None:
        """The backing index with its mapping's `_meta`; None where there is none."""
        alias = self.alias(kind)
        try:
            found = client.indices.get_mapping(index=alias).body
        except NotFoundError:
            return None
        if alias in found:
            raise Failure(
                "alias_is_index",
                f"{alias} is an index where an alias is expected, made by something else: remove or rename it, or "
                "use another VOSTOCHNY_INDEX_PREFIX",
            )
        if len(found) > 1:
            raise Failure("many_indices", f"{alias} leads to {', '.join(sorted(found))}: leave it only the newest")
        ((index, body),) = found.items()
        return index, body["mappings"].get("_meta", {})

    def backing_index(self, client: Elasticsearch, kind: str) -> str:
        """The index that the alias leads to. Raises Failure "no_index" where there is none."""
        found = self._find(client, kind)
        if found is None:
            raise Failure("no_index", f"there is no {self.alias(kind)}: make the indices first")
        return found[0]

    def _put_template(self, client: Elasticsearch, kind: str, mapping: Mapping[str, Any]) -> None:
        client.indices.put_index_template(
            name=self.alias(kind),
            index_patterns=[f"{self.alias(kind)}-*"],
            priority=TEMPLATE_PRIORITY,
            template={"settings": dict(SETTINGS), "mappings": mapping},
            meta=mapping["_meta"],
        )

    def _create_first(self, client: Elasticsearch, kind: str) -> None:
        alias = self.alias(kind)
        try:
            client.indices.create(index=f"{alias}-000001", aliases={alias: {"is_write_index": True}})
        except BadRequestError as problem:
            # Another process was faster: what it made is what this one would have made.
            if problem.error != "resource_already_exists_exception":
                raise
            if self._find(client, kind) is None:
                client.indices.put_alias(index=f"{alias}-000001", name=alias, is_write_index=True)

    def next_index(self, kind: str, index: str) -> str:
        """A name for the index that is to come after one."""
        number = _BACKING.search(index)
        # Two processes may be at the same step: each has its own index, and the first to swap the alias wins.
        return f"{self.alias(kind)}-{int(number[1]) + 1 if number else 1:06d}-{uuid4().hex[:8]}"

    def _migrate(self, client: Elasticsearch, kind: str, old: str, mapping: Mapping[str, Any]) -> None:
        """Copy to an index of the new mapping and swap. Stopped half-way, the next call does it again."""
        alias, new = self.alias(kind), self.next_index(kind, old)
        missing_is_fine = client.options(ignore_status=404).indices
        try:
            client.indices.add_block(index=old, block="write")
            client.indices.create(index=new, mappings={"_meta": {**mapping["_meta"], "copy_of": old}})
            _copy(client, old, new, mapping)
            client.indices.update_aliases(actions=_swap(alias, old, new))
        except BaseException as problem:
            missing_is_fine.delete(index=new)
            if isinstance(problem, (ApiError, helpers.ScanError)) and self.backing_index(client, kind) != old:
                return  # another process was faster and has removed the old index
            if isinstance(problem, Failure):
                missing_is_fine.put_settings(index=old, settings={"index.blocks.write": None})
            raise
        # The old index, and copies of it that processes which were killed have left behind.
        copies = client.indices.get_mapping(index=f"{alias}-*").body
        for index, body in copies.items():
            if index == old or (index != new and body["mappings"].get("_meta", {}).get("copy_of") == old):
                missing_is_fine.delete(index=index)


def swap_mark(index: str) -> str:
    """An alias to say that an index takes no writes from now on because a new generation is about to replace it."""
    return f"{index}{_REPLACED}-{int(time.time())}"


def _swap(alias: str, old: str, new: str) -> list[dict[str, Any]]:
    return [
        {"remove": {"index": old, "alias": alias, "must_exist": True}},
        {"add": {"index": new, "alias": alias, "is_write_index": True}},
    ]


def _copy(client: Elasticsearch, old: str, new: str, mapping: Mapping[str, Any]) -> None:
    """Copy all documents, leaving out fields that the new mapping no longer has."""
    client.indices.refresh(index=old)
    documents = helpers.scan(client, index=old, size=COPY_SIZE, preserve_order=False)
    actions = (
        {"_index": new, "_id": document["_id"], "_source": _known_fields(document["_source"], mapping)}
        for document in documents
    )
    rejected = [item["index"] for ok, item in helpers.streaming_bulk(client, actions, raise_on_error=False) if not ok]
    if rejected:
        reason = rejected[0]["error"].get("reason", "")
        raise Failure(
            "copy_rejected",
            f"{len(rejected)} documents of {old} do not fit the new mapping, first {rejected[0]['_id']}: {reason}. "
            "The old index stays in use: go on with the older version, or remove these documents and try again.",
        )
    client.indices.refresh(index=new)


def _known_fields(source: Mapping[str, Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    properties = mapping.get("properties", {})
    if mapping.get("dynamic") is True:
        return dict(source)
    return {
        name: _known_fields(value, properties[name]) if isinstance(value, dict) else value
        for name, value in source.items()
        if name in properties
    }


def _check_analyzers(client: Elasticsearch) -> None:
    for analyzer in STEMMED.values():
        try:
            client.indices.analyze(analyzer=analyzer, text="x")
        except ApiError as problem:
            if problem.status_code not in (400, 404):
                raise
            raise Failure(
                "no_analyzer",
                f"this Elasticsearch has no analyzer {analyzer!r}"
                + (
                    ": install its Korean plugin on every node (bin/elasticsearch-plugin install analysis-nori) and "
                    "restart it"
                    if analyzer == "nori"
                    else ""
                ),
            ) from problem
