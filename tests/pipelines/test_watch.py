"""The pipeline that never ends, on Prism, as the command that users run."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.elasticsearch.indices import Indices
from demo.sample import load_truth
from pipelines.cli import main
from tests.connectors.scraping import Scraped
from tests.pipelines.growing import GrowingWeb, eventually, make_due, watching

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture
def watched(settings, elasticsearch, tmp_path):
    """Settings of a watch with a data folder of its own, on the session's Elasticsearch; its indices are removed."""
    from dataclasses import replace

    from connectors.elasticsearch import node

    url = settings.elasticsearch_url or node.start(settings).url
    yield replace(settings, data_dir=tmp_path, elasticsearch_url=url)
    Indices("demo").delete(elasticsearch)


@pytest.mark.parametrize("runner", ["FnApiRunner", "DirectRunner"])
def test_runners_that_stream_wrongly_are_refused(runner):
    done = CliRunner().invoke(main, ["watch", "--runner", runner])
    assert done.exit_code == 1
    assert "PrismRunner" in done.output and runner in done.output


def test_what_appears_is_indexed_within_seconds_and_once(watched, elasticsearch, prism):
    truth = load_truth()
    broken = Counter(item["cause"] for item in truth["events"]["broken"])

    def count(kind: str) -> int:
        name = Indices("demo").name(kind)
        if not elasticsearch.indices.exists_alias(name=name):
            return 0
        elasticsearch.indices.refresh(index=name)
        return elasticsearch.count(index=name)["count"]

    with GrowingWeb() as web, watching(web.url, watched, prism, options=["--demo", "--metrics-port", "0"]) as watch:
        eventually(lambda: count("dead-letters") == broken.total(), "all broken entries were dead letters", watch)
        for shown in (40, len(web)):
            web.show(shown)
            make_due(elasticsearch, "demo")
            eventually(lambda shown=shown: count("articles") == shown, f"{shown} articles were there", watch)
        make_due(elasticsearch, "demo")
        asked = len(web.requests)
        eventually(lambda: len(web.requests) >= asked + 20, "every feed was polled once more", watch)
        second = watch.another()
        assert (second.returncode, watch.alive) == (75, True)
        assert "another watch is at work since" in second.stderr and f"process {watch.pid};" in second.stderr
        told = Scraped(re.search(r"metrics at (\S+)", watch.log())[1])
        assert watch.stop() == 0, watch.log()

    articles = truth["counts"]["articles"]
    assert told.sum("vostochny_articles_total") == told.sum("vostochny_entry_lag_seconds_count") - broken.total()
    assert told.sum("vostochny_articles_total") == articles
    assert told.sum("vostochny_statements_total") == count("statements")
    assert told.by("vostochny_dead_letters_total", "cause") == broken
    assert told.sum("vostochny_polls_total") > 20 and told.sum("process_resident_memory_bytes") > 0
    assert told.sum("vostochny_entries_in_flight") == 0
    documented = OPERATIONS.read_text("utf-8").partition("### Prometheus")[2].partition("\n## ")[0]
    names = re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`.+?) \|", documented, re.MULTILINE)))
    names += [name.removeprefix("vostochny_") for name in re.findall(r"vostochny_[a-z_]*[a-z]", documented)]
    assert len(set(names)) > 20
    assert {name for name in names if not told.has(f"vostochny_{name}")} == set()
    assert count("articles") == truth["counts"]["articles"]
    assert count("statements") > 0
    waiting = {"exists": {"field": "waiting.due"}}
    entries = Indices("demo").name("entries")
    assert elasticsearch.count(index=entries, query=waiting)["count"] == 0
    found = elasticsearch.search(index=entries, size=1000, source=["entry.lag"])["hits"]["hits"]
    assert len(found) == truth["counts"]["articles"] + broken.total()
    assert all(hit["_source"]["entry"]["lag"] > 0 for hit in found)


def test_a_watch_starts_afresh_in_place(watched, elasticsearch, prism):
    with GrowingWeb() as web, watching(web.url, watched, prism, options=["--demo", "--renew", "0.003"]) as watch:
        process = watch.pid
        eventually(lambda: watch.log().count("starting afresh") >= 2, "it had started afresh twice", watch)
        assert watch.alive and watch.pid == process
        entries = Indices("demo").name("entries")
        waiting = {"exists": {"field": "waiting.due"}}

        def settled() -> bool:
            elasticsearch.indices.refresh(index=entries)
            counts = [elasticsearch.count(index=entries, query=query)["count"] for query in (None, waiting)]
            return counts[0] > 0 and counts[1] == 0

        eventually(settled, "everything was settled between two starts", watch)
