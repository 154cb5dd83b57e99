"""Figures for Prometheus: an address that it scrapes, and what Elasticsearch tells of the monitoring."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, Metric, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from connectors.elasticsearch.status import Status
from schemas.failures import Failure

EVERY = 10.0  # seconds between two looks into Elasticsearch; a scrape never waits for one

LAG = Histogram(
    "vostochny_entry_lag_seconds",
    "Time from the poll that first showed an entry until it was written as an article or a dead letter.",
    buckets=(0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800, 3600),
    registry=None,
)
"""Observed by the process that writes entries."""


@contextmanager
def served(host: str, port: int, *collectors: Collector) -> Iterator[str]:
    """What the collectors tell can be scraped while the block runs, at the address that it gets. Port 0: a free one.

    Raises:
        Failure: "bad_address", where nobody can listen there.
    """
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as problem:
        raise Failure(
            "bad_address",
            f"can't serve metrics at {host}:{port}: {problem.strerror or problem}. Choose another --metrics-port or "
            "--metrics-host",
        ) from problem
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class StatusMetrics(Collector):
    """Figures of a Status, asked for every few seconds while the context lasts, whatever the scrapes do."""

    def __init__(self, ask: Callable[[], Status], every: float = EVERY) -> None:
        """`ask` may raise whatever it likes, which tells that Elasticsearch can't be asked."""
        self._ask = ask
        self._every = every
        self._latest: Status | None = None
        self._ended = threading.Event()

    def __enter__(self) -> StatusMetrics:
        threading.Thread(target=self._go_on, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _go_on(self) -> None:
        while True:
            try:
                self._latest = self._ask()
            except Exception:  # told by vostochny_elasticsearch_up
                self._latest = None
            if self._ended.wait(self._every):
                return

    def describe(self) -> Iterator[Metric]:
        return self.collect()

    def collect(self) -> Iterator[Metric]:
        status = self._latest
        yield _gauge("elasticsearch_up", "1 where Elasticsearch answered the latest look, else 0.", status is not None)
        if status:
            yield from _families(status)


def _families(status: Status) -> Iterator[Metric]:
    states = {name: n for name, n in status.feeds.items() if name not in ("all", "due")}
    yield _by("feeds", "Feeds by state; new ones were never polled.", ("state",), {(k,): n for k, n in states.items()})
    yield _gauge("feeds_due", "Feeds whose next poll is due.", status.feeds["due"])
    yield _gauge("last_poll_timestamp_seconds", "When a feed was last polled; 0 for never.", _seconds(status.last_poll))
    yield _gauge(
        "entries_waiting", "Entries that were seen and are neither articles nor dead letters yet.", status.waiting
    )
    yield _gauge("entries_claimed", "Of the waiting entries, those that somebody is at work on.", status.claimed)
    yield _gauge(
        "oldest_waiting_timestamp_seconds",
        "Since when the oldest waiting entry waits; 0 where none waits.",
        _seconds(status.oldest_waiting),
    )
    failed = {tuple(name.split(": ", 1)): n for name, n in status.failed.items()}
    yield _by("dead_letters", "Dead letters that are kept, to be taken again.", ("stage", "cause"), failed)
    yield _by("documents", "Documents by index.", ("index",), {(k,): n for k, n in status.documents.items()})
    yield _by("index_size_bytes", "Size of an index on disk.", ("index",), {(k,): n for k, n in status.size.items()})


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"vostochny_{name}", meaning, value=float(value))


def _by(name: str, meaning: str, labels: tuple[str, ...], values: dict[tuple[str, ...], int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"vostochny_{name}", meaning, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp() if time else 0.0
