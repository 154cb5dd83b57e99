"""What earlier runs have dealt with, asked of Elasticsearch: it is the same on every runner and survives a restart."""

from __future__ import annotations

from collections.abc import Sequence

from elasticsearch import Elasticsearch

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import get_documents
from schemas.dates import utc_now_exactly
from schemas.indices import feed_state, feed_state_id
from schemas.records import Entry, FeedState


class Known:
    """Answers by realtime gets, so that a run sees what the one before it wrote a moment ago. Thread-safe."""

    def __init__(self, client: Elasticsearch, indices: Indices) -> None:
        self._client = client
        self._indices = indices

    def split(self, entries: Sequence[Entry], *, waiting: bool = False) -> tuple[list[Entry], list[Entry]]:
        """The entries that are new or changed, and the known ones, in their order.

        An entry is known when it became an article, or a dead letter, or somebody has claimed it, and its hash is
        still the same. `waiting` says that also those which nobody has claimed yet are known.
        """
        ids = list(dict.fromkeys(entry.id for entry in entries))
        fields = ["entry.hash", "waiting.due"]
        found = get_documents(self._client, self._indices.name("entries"), ids, fields)
        now = utc_now_exactly()
        hashes = {
            key: source.get("entry", {}).get("hash", "")
            for key, source in found.items()
            if waiting or source.get("waiting", {}).get("due", "9") > now
        }
        new: list[Entry] = []
        known: list[Entry] = []
        for entry in entries:
            (known if hashes.get(entry.id) == entry.hash else new).append(entry)
        return new, known

    def settled(self, entry_ids: Sequence[str], *, dead_letters: bool) -> set[str]:
        """Of some entries those that became articles, or dead letters if these count, whatever has changed since."""
        fields = ["article.id", *(["dead_letter.id"] if dead_letters else [])]
        ids = list(dict.fromkeys(entry_ids))
        found = get_documents(self._client, self._indices.name("entries"), ids, fields)
        return {key for key, source in found.items() if source}

    def feed_states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        """Feed address → its state after the latest poll, for the feeds that have been polled."""
        ids = [feed_state_id(url) for url in urls]
        found = get_documents(self._client, self._indices.name("feed-states"), ids, ["feed", "state"])
        states = map(feed_state, found.values())
        return {state.feed_url: state for state in states}
