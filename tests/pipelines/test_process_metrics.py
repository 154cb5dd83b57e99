"""What Prometheus scrapes of a process is what the process has counted."""

from __future__ import annotations

import pytest

from connectors.metrics import LAG, served
from pipelines.flight import Flight
from pipelines.metrics import ProcessMetrics
from pipelines.progress import FAILED, POLL_FAILED, live
from tests.connectors.articles import entry
from tests.connectors.scraping import Scraped


@pytest.fixture
def counted():
    before = live.copy()
    live.clear()
    yield live
    live.clear()
    live.update(before)


def test_counts_are_told_by_outlet_and_cause(counted):
    counted.update(
        {
            ("A", "polled"): 5,
            ("A", f"{POLL_FAILED}:http_503"): 2,
            ("B", "polled"): 1,
            ("A", "entries"): 7,
            ("A", "new"): 4,
            ("A", "known"): 2,
            ("A", "older"): 1,
            ("A", "indexed"): 3,
            ("A", "relevant"): 1,
            ('B "b"\n', "statements"): 8,
            ("A", f"{FAILED}:timeout"): 1,
        }
    )
    with served("127.0.0.1", 0, ProcessMetrics()) as address:
        told = Scraped(address)
    assert told.by("vostochny_polls_total", "outcome") == {"success": 4, "failure": 2}
    assert told.sum("vostochny_polls_total", outlet="A", outcome="failure", cause="http_503") == 2
    assert told.by("vostochny_entries_total", "state") == {"new": 4, "known": 2, "older": 1}
    assert told.sum("vostochny_articles_total", outlet="A") == 3
    assert told.sum("vostochny_articles_relevant_total") == 1
    assert told.sum("vostochny_statements_total", outlet='B "b"\n') == 8
    assert told.sum("vostochny_dead_letters_total", outlet="A", cause="timeout") == 1
    assert told.types["vostochny_polls"] == "counter" and told.types["vostochny_entry_lag_seconds"] == "histogram"


def test_lag_is_observed_when_an_entry_has_landed():
    def lags() -> dict[str, float]:
        return {sample.labels.get("le", sample.name): sample.value for sample in LAG.collect()[0].samples}

    before = lags()
    flight, item = Flight(), entry()._replace(seen="2023-09-13T08:00:00Z")
    flight.take_off("a.example", [item])
    flight.land(item)
    flight.land(entry("unseen"))
    after = lags()
    assert after["+Inf"] - before["+Inf"] == after["vostochny_entry_lag_seconds_count"] - before["+Inf"] == 1
    assert after["3600.0"] == before["3600.0"]
