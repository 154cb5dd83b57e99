"""The state of things is told from what the indices hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.ledger import Ledger
from connectors.elasticsearch.sink import Sink
from connectors.elasticsearch.status import ask
from schemas.failures import Failure
from schemas.records import FeedState, Poll, dead_letter
from tests.connectors.articles import article, entry, feed


def ago(**units) -> str:
    return (datetime.now(UTC) - timedelta(**units)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def made(elasticsearch, prefix):
    indices = Indices(prefix)
    indices.ensure(elasticsearch)
    return indices


def test_without_indices_it_says_what_to_do(elasticsearch, prefix):
    with pytest.raises(Failure, match=r"no_index.*vostochny run"):
        ask(elasticsearch, Indices(prefix))


def test_empty_indices_need_a_look(elasticsearch, made):
    found = ask(elasticsearch, made)
    assert found.feeds["all"] == found.waiting == found.documents["articles"] == 0
    assert found.lag == {} and found.last_poll == ""
    assert any("no feed was polled ever" in problem for problem in found.problems)


def test_feeds_are_told_apart(elasticsearch, made):
    states = {
        "alive": FeedState("", interval=3600.0, next_poll=ago(minutes=-5), latest_entry=ago(hours=2)),
        "silent": FeedState("", interval=3600.0, next_poll=ago(minutes=5), latest_entry=ago(days=9)),
        "slow but alive": FeedState("", interval=86400.0, next_poll=ago(minutes=-5), latest_entry=ago(days=9)),
        "failing": FeedState("", interval=3600.0, next_poll=ago(minutes=-5), failures=3),
    }
    polls = []
    for name, state in states.items():
        of = feed()._replace(url=f"https://{name.replace(' ', '')}.example/rss")
        cause = "http_503" if state.failures else ""
        polls.append(Poll(of, state._replace(feed_url=of.url), ago(minutes=1), 503, 0, False, 0.1, cause))
    Sink(elasticsearch, made).write_polls(polls)
    Ledger(elasticsearch, made).enrol([feed()._replace(url="https://new.example/rss")])
    elasticsearch.indices.refresh(index=f"{made.prefix}-*")
    found = ask(elasticsearch, made)
    assert found.feeds == {"all": 5, "alive": 2, "silent": 1, "failing": 1, "new": 1, "due": 2}
    failing, silent = found.troubles
    assert (failing.what, failing.failures, failing.url) == ("http_503", 3, "https://failing.example/rss")
    assert (silent.what, silent.url) == ("silent", "https://silent.example/rss")
    assert found.polls == {"success": 3, "failure": 1}
    assert found.problems == ()


def test_what_waits_and_what_is_done_is_counted(elasticsearch, made):
    sink, ledger = Sink(elasticsearch, made), Ledger(elasticsearch, made)
    seen = (datetime.now(UTC) - timedelta(seconds=4)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    of = [entry(str(n))._replace(seen=seen) for n in range(4)]
    ledger.keep(of)
    (taken,) = ledger.take(2, 2)
    done, failed = taken
    sink.write_articles([article(done, "Moscow and Pyongyang")])
    sink.write_dead_letters([dead_letter("fetch", failed, Failure("http_404", "gone"), seen)])
    elasticsearch.indices.refresh(index=f"{made.prefix}-*")
    found = ask(elasticsearch, made)
    assert (found.waiting, found.claimed) == (2, 0)
    assert found.settled == {"minute": 2, "ten": 2, "hour": 2}
    assert 4 <= found.lag["p50"] < 60
    assert found.failed == {"fetch: http_404": 1}
    assert found.documents["articles"] == 1 and found.size["articles"] > 0
