"""Which entries and hosts this process is at work on, in a pipeline that never ends."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic

from connectors.metrics import LAG
from schemas.records import Entry

LONGEST = 900.0  # seconds; what is not back by then was lost with a bundle, and the ledger brings it again


class Flight:
    """Keeps a pipeline from taking more than it can carry. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, float] = {}  # id → until when it is counted
        self._hosts: dict[str, float] = {}

    def take_off(self, host: str, entries: Iterable[Entry]) -> None:
        until = monotonic() + LONGEST
        with self._lock:
            self._hosts[host] = until
            self._entries.update((entry.id, until) for entry in entries)

    def leave_host(self, host: str) -> None:
        """All entries of a host that were taken are fetched."""
        with self._lock:
            self._hosts.pop(host, None)

    def land(self, entry: Entry) -> None:
        """An entry is indexed, or a dead letter."""
        if entry.seen:
            LAG.observe(max(0.0, (datetime.now(UTC) - datetime.fromisoformat(entry.seen)).total_seconds()))
        with self._lock:
            self._entries.pop(entry.id, None)

    def hosts(self) -> list[str]:
        """Those with entries still to fetch."""
        now = monotonic()
        with self._lock:
            self._hosts = {host: until for host, until in self._hosts.items() if until > now}
            return list(self._hosts)

    def entries(self) -> int:
        """How many are on their way."""
        now = monotonic()
        with self._lock:
            self._entries = {key: until for key, until in self._entries.items() if until > now}
            return len(self._entries)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._hosts.clear()


flight = Flight()  # the process's own
