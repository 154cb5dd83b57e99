"""Counts of this process as Prometheus takes them: those of `pipelines.progress`, and what is in flight."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from connectors.metrics import LAG
from pipelines.flight import flight
from pipelines.progress import FAILED, POLL_FAILED, live

# What is counted → its family, and the labels beside the outlet and the cause.
_COUNTED = {
    "new": ("entries", "new"),
    "known": ("entries", "known"),
    "older": ("entries", "older"),
    "fetched": ("pages_fetched",),
    "indexed": ("articles",),
    "extracted": ("articles_extracted",),
    "relevant": ("articles_relevant",),
    "statements": ("statements",),
    FAILED: ("dead_letters",),
    POLL_FAILED: ("polls", "failure"),
}
_FAMILIES = {
    "polls": ("Polls of feeds; a failure has its cause.", ("outlet", "outcome", "cause")),
    "entries": ("Entries that polls showed: new, known, or older than wanted.", ("outlet", "state")),
    "pages_fetched": ("Pages fetched, or taken from the feed itself.", ("outlet",)),
    "articles": ("Articles written.", ("outlet",)),
    "articles_extracted": (
        "Articles written with their text: those whose page has a word of the subject.",
        ("outlet",),
    ),
    "articles_relevant": ("Articles written that are about the subject.", ("outlet",)),
    "statements": ("Statements written.", ("outlet",)),
    "dead_letters": ("Entries that became dead letters.", ("outlet", "cause")),
}


class ProcessMetrics(Collector):
    """What this process has counted since it started. Work that a runner repeats is counted again."""

    def describe(self) -> Iterator[Metric]:
        return self.collect()

    def collect(self) -> Iterator[Metric]:
        families = {
            name: CounterMetricFamily(f"vostochny_{name}", meaning, labels=labels)
            for name, (meaning, labels) in _FAMILIES.items()
        }
        for name, labels, number in _samples():
            families[name].add_metric(labels, number)
        yield from families.values()
        yield _gauge("entries_in_flight", "Entries that this process is at work on.", flight.entries())
        yield _gauge("hosts_in_flight", "Hosts that this process is fetching from.", len(flight.hosts()))
        yield from LAG.collect()


def _samples() -> Iterator[tuple[str, list[str], int]]:
    """Family, labels and number of everything counted."""
    counts = live.copy()
    read = {outlet: number for (outlet, what), number in counts.items() if what == "polled"}
    for (outlet, counted), number in counts.items():
        what, _, cause = counted.partition(":")
        if what in _COUNTED:
            family, *labels = _COUNTED[what]
            yield family, [outlet, *labels, *([cause] if cause else [])], number
        if what == POLL_FAILED:
            read[outlet] = read.get(outlet, 0) - number
    for outlet, number in read.items():
        yield "polls", [outlet, "success", ""], max(0, number)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"vostochny_{name}", meaning, value=value)
