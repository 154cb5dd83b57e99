"""Counts by outlet: as Beam metrics for the summary, and live in this process for the display."""

from __future__ import annotations

from collections import Counter, defaultdict

from apache_beam.metrics import Metrics
from apache_beam.metrics.metric import MetricsFilter
from apache_beam.runners.runner import PipelineResult

NAMESPACE = "vostochny"
FAILED = "failed"  # entries that became dead letters; followed by ":" and the cause
POLL_FAILED = "poll failed"  # likewise

live: Counter[tuple[str, str]] = Counter()  # (outlet name, what) counted in this process since it started


def count(outlet: str, what: str, number: int = 1) -> None:
    """Add to an outlet's count; only from a Beam bundle's own thread, where metrics are kept."""
    if number:
        Metrics.counter(NAMESPACE, f"{what}\t{outlet}").inc(number)
        live[outlet, what] += number


def counts(result: PipelineResult) -> dict[str, Counter[str]]:
    """What a finished pipeline counted: outlet name to counter."""
    by_outlet: dict[str, Counter[str]] = defaultdict(Counter)
    found = result.metrics().query(MetricsFilter().with_namespace(NAMESPACE))
    for counter in found["counters"]:
        what, outlet = counter.key.metric.name.split("\t")
        by_outlet[outlet][what] += counter.result
    return dict(by_outlet)
