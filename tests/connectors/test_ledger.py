"""The ledger: nothing in it is lost, and nobody has what somebody else has."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.known import Known
from connectors.elasticsearch.ledger import Ledger, Shard
from connectors.elasticsearch.sink import Sink
from schemas.indices import slot_of
from schemas.records import digest
from tests.connectors.articles import article, entry, feed


@pytest.fixture
def made(elasticsearch, prefix):
    indices = Indices(prefix)
    indices.ensure(elasticsearch)
    return indices


@pytest.fixture
def ledger(elasticsearch, made):
    return Ledger(elasticsearch, made)


def ids(taken) -> set[str]:
    return {each.id for of_host in taken for each in of_host}


def entries(count: int, hosts: int = 1):
    urls = [f"https://host{n % hosts}.example/{n}" for n in range(count)]
    return [entry()._replace(id=digest(url), url=url) for url in urls]


def test_what_is_kept_is_taken_once_and_whole(ledger):
    kept = [each._replace(content="<p>푸틴 «ё»</p>", seen="2026-11-23T17:00:00.123Z") for each in entries(3)]
    ledger.keep(kept)
    assert [sorted(of) for of in ledger.take(10, 10)] == [sorted(kept)]
    assert ledger.take(10, 10) == []


def test_hosts_share_and_are_left_out(ledger):
    ledger.keep(entries(30, hosts=3))
    first = ledger.take(100, 4)
    assert sorted(len(of) for of in first) == [4, 4, 4]
    second = ledger.take(100, 100, but=["host0.example", "host1.example"])
    assert {each.url.split("/")[2] for of in second for each in of} == {"host2.example"}
    assert len(ids(ledger.take(5, 100))) == 5


def test_shards_share_all_hosts(ledger):
    kept = entries(40, hosts=20)
    ledger.keep(kept)
    shards = [Shard(n, 3) for n in range(3)]
    assert all(sum(shard.has(f"host{n}.example") for shard in shards) == 1 for n in range(20))
    taken = [ids(ledger.take(1000, 100, shard)) for shard in shards]
    assert sum(map(len, taken)) == len(set.union(*taken)) == 40
    assert 0 <= slot_of("한국.example") < 1024


def test_several_that_take_at_once_never_have_the_same(elasticsearch, made):
    kept = entries(200, hosts=50)
    Ledger(elasticsearch, made).keep(kept)
    start = threading.Barrier(4)

    def take(_) -> list[str]:
        own, start_at = Ledger(elasticsearch, made), start
        start_at.wait()
        return [key for _ in range(5) for key in ids(own.take(100, 2))]

    with ThreadPoolExecutor(4) as threads:
        taken = [key for some in threads.map(take, range(4)) for key in some]
    assert len(taken) == len(set(taken))
    assert set(taken) <= {each.id for each in kept}


def test_a_claim_ends_by_itself(elasticsearch, made):
    short = Ledger(elasticsearch, made, lease=0.0)
    short.keep(entries(2))
    assert len(ids(short.take(10, 10))) == 2
    elasticsearch.indices.refresh(index=made.name("entries"))
    assert len(ids(short.take(10, 10))) == 2


def test_claims_can_be_released(elasticsearch, made, ledger):
    ledger.keep(entries(5))
    assert len(ids(ledger.take(10, 10))) == 5
    elasticsearch.indices.refresh(index=made.name("entries"))
    ledger.release()
    assert len(ids(ledger.take(10, 10))) == 5


def test_what_is_settled_waits_no_longer_and_is_known(elasticsearch, made, ledger):
    kept = entries(2)
    ledger.keep(kept)
    known = Known(elasticsearch, made)
    assert known.split(kept) == (kept, []), "whoever ends by itself takes what nobody has claimed"
    assert known.split(kept, waiting=True) == ([], kept)
    (taken,) = ledger.take(10, 10)
    assert known.split(kept) == ([], kept), "somebody is at work on them"
    Sink(elasticsearch, made).write_articles([article(taken[0], "Moscow and Pyongyang")])
    elasticsearch.indices.refresh(index=made.name("entries"))
    ledger.release()
    assert ids(ledger.take(10, 10)) == {taken[1].id}


def test_an_edited_entry_waits_again_and_keeps_its_article(elasticsearch, made, ledger):
    (first,) = entries(1)
    Sink(elasticsearch, made).write_articles([article(first, "Moscow and Pyongyang")])
    edited = first._replace(title="Edited", hash="other")
    assert Known(elasticsearch, made).split([edited], waiting=True) == ([edited], [])
    ledger.keep([edited])
    found = elasticsearch.get(index=made.name("entries"), id=first.id)["_source"]
    assert found["article"]["id"] and found["waiting"]["payload"]
    assert ledger.take(10, 10) == [[edited]]


def test_feeds_fall_due_and_are_claimed_by_one(elasticsearch, made, ledger):
    feeds = [feed()._replace(url=f"https://host{n}.example/rss") for n in range(5)]
    ledger.enrol(feeds)
    ledger.enrol(feeds)
    elasticsearch.indices.refresh(index=made.name("feed-states"))
    assert ledger.claim_feeds(feeds[:2], 10) == feeds[:2]
    both = ledger.claim_feeds(feeds, 2), ledger.claim_feeds(feeds, 10)
    claimed = [each for some in both for each in some]
    assert len(claimed) == len(set(claimed)) and set(claimed) <= set(feeds[2:])
