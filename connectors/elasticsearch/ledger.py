"""What a pipeline that never ends has still to do: feeds to poll and entries to take, kept in Elasticsearch.

An entry is in the ledger before the state of its feed says that it was seen, and leaves it when it became an article
or a dead letter. Whatever dies in between, the entry is found here again. Feeds and entries are claimed for a while
before they are worked on; of several pipelines that want the same one, Elasticsearch's sequence numbers let one have
it, and a claim whose pipeline died ends by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import PASSING, Busy, patiently
from schemas.dates import utc_now_exactly
from schemas.failures import Failure
from schemas.indices import SLOTS, feed_state_document, feed_state_id, slot_of, waiting_document, waiting_entry
from schemas.records import Entry, Feed, FeedState

LEASE = 300.0  # seconds that a claim lasts
_AT_ONCE = 500  # documents of a request


class Shard(NamedTuple):
    """One of several pipelines, or parts of one, that share the feeds and entries by their hosts."""

    number: int = 0
    of: int = 1

    @property
    def slots(self) -> tuple[int, int]:
        """The first slot, and the one after the last."""
        return self.number * SLOTS // self.of, (self.number + 1) * SLOTS // self.of

    def has(self, host: str) -> bool:
        first, end = self.slots
        return first <= slot_of(host) < end


WHOLE = Shard()


class Ledger:
    """Thread-safe, like its client.

    Every method raises Failure: "elasticsearch_unavailable" after some patience, or "no_index".
    """

    def __init__(self, client: Elasticsearch, indices: Indices, *, lease: float = LEASE) -> None:
        self._client = client.options(max_retries=0)
        self._entries = indices.alias("entries")
        self._states = indices.alias("feed-states")
        self._lease = lease

    def enrol(self, feeds: Sequence[Feed]) -> None:
        """Make the feeds that were never polled due at once."""
        now = utc_now_exactly()
        actions: list[dict[str, Any]] = []
        for feed in feeds:
            actions.append({"create": {"_id": feed_state_id(feed.url)}})
            actions.append(feed_state_document(FeedState(feed.url, next_poll=now), now))
        self._bulk(self._states, actions)

    def claim_feeds(self, feeds: Sequence[Feed], most: int) -> list[Feed]:
        """Of the feeds those whose poll is due, the most overdue first."""
        by_id = {feed_state_id(feed.url): feed for feed in feeds}
        query = {"bool": {"filter": [{"range": {"state.next_poll": {"lte": "now"}}}, {"ids": {"values": [*by_id]}}]}}
        found = self._search(self._states, query=query, sort="state.next_poll", size=most)
        claimed = self._claim(self._states, found, {"state": {"next_poll": self._later()}}, [])
        return [by_id[key] for key in claimed]

    def keep(self, entries: Sequence[Entry]) -> None:
        """Have entries wait, to be taken from now on."""
        now = utc_now_exactly()
        actions: list[dict[str, Any]] = []
        for entry in entries:
            actions.append({"update": {"_id": entry.id, "retry_on_conflict": 5}})
            actions.append({"doc": waiting_document(entry, now), "doc_as_upsert": True})
        # So that `take` sees them at once, and not at the next of the index's own refreshes.
        self._bulk(self._entries, actions, refresh=True)

    def take(self, most: int, per_host: int, shard: Shard = WHOLE, but: Collection[str] = ()) -> list[list[Entry]]:
        """Claim entries that wait, those that have waited longest first.

        Args:
            most: entries.
            per_host: entries of one host.
            shard: whose hosts.
            but: hosts that are left out.

        Returns:
            The entries of each host.
        """
        first, end = shard.slots
        query = {
            "bool": {
                "filter": [
                    {"range": {"waiting.due": {"lte": "now"}}},
                    {"range": {"waiting.slot": {"gte": first, "lt": end}}},
                ],
                "must_not": [{"terms": {"waiting.host": list(but)}}],
            }
        }
        of_host = {"name": "entries", "size": per_host, "sort": [{"waiting.since": "asc"}], "_source": False}
        hosts = self._search(
            self._entries,
            query=query,
            sort="waiting.since",
            size=most,
            collapse={"field": "waiting.host", "inner_hits": {**of_host, "seq_no_primary_term": True}},
        )
        found = [hit for host in hosts for hit in host["inner_hits"]["entries"]["hits"]["hits"]][:most]
        claimed = self._claim(self._entries, found, {"waiting": {"due": self._later()}}, ["waiting.payload"])
        taken: dict[str, list[Entry]] = {}
        for host in hosts:
            for hit in host["inner_hits"]["entries"]["hits"]["hits"]:
                if document := claimed.get(hit["_id"]):
                    taken.setdefault(host["fields"]["waiting.host"][0], []).append(waiting_entry(document))
        return list(taken.values())

    def release(self) -> None:
        """Let all that waits be taken at once, whoever claimed it. For the only pipeline there is, when it starts."""
        query = {"range": {"waiting.due": {"gt": "now"}}}
        for hits in self._all(self._entries, query):
            self._claim(self._entries, hits, {"waiting": {"due": utc_now_exactly()}}, [])

    def _all(self, index: str, query: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        after: list[Any] | None = None
        while True:
            hits = self._search(index, query=query, sort="entry.id", size=_AT_ONCE, search_after=after)
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]

    def _later(self) -> str:
        return (datetime.now(UTC) + timedelta(seconds=self._lease)).isoformat(timespec="milliseconds")

    def _search(self, index: str, **body: Any) -> list[dict[str, Any]]:
        given = {name: value for name, value in body.items() if value is not None}
        answer = patiently(
            lambda: self._client.search(
                index=index, source=False, seq_no_primary_term=True, track_total_hits=False, **given
            )
        )
        return answer["hits"]["hits"]

    def _claim(
        self, index: str, hits: Sequence[dict[str, Any]], change: dict[str, Any], fields: list[str]
    ) -> dict[str, dict[str, Any]]:
        """Change documents that nobody has changed since they were found: their ids, with fields of theirs."""
        actions: list[dict[str, Any]] = []
        for hit in hits:
            version = {"if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
            actions.append({"update": {"_id": hit["_id"], **version}})
            actions.append({"doc": change, "_source": fields or False})
        # So that the next look does not find them again, as they were.
        done = self._bulk(index, actions, refresh=True)
        return {item["_id"]: item.get("get", {}).get("_source", {}) for item in done}

    def _bulk(self, index: str, actions: list[dict[str, Any]], *, refresh: bool = False) -> list[dict[str, Any]]:
        """Send actions in pairs of lines; the items that succeeded. Conflicts are somebody else's success."""
        done: list[dict[str, Any]] = []
        for start in range(0, len(actions), 2 * _AT_ONCE):
            some = actions[start : start + 2 * _AT_ONCE]
            done += patiently(lambda some=some: self._send(index, some, refresh))
        return done

    def _send(self, index: str, actions: list[dict[str, Any]], refresh: bool) -> list[dict[str, Any]]:
        answer = self._client.bulk(index=index, operations=actions, refresh=refresh, require_alias=True)
        done = []
        for item in (next(iter(item.values())) for item in answer["items"]):
            status, error = item["status"], item.get("error", {})
            if status < 300:
                done.append(item)
            elif status in PASSING or status == 403:  # 403: the index is being copied to a newer mapping
                raise Busy(f"{status}: {error.get('reason')}")
            elif status != 409 and not (status == 404 and error.get("type") == "document_missing_exception"):
                cause = "no_index" if status == 404 else "index_rejected"
                raise Failure(cause, f"{index} refused {item['_id']}: {error.get('type')}: {error.get('reason')}")
        return done
