"""What Prometheus scrapes says what Elasticsearch holds."""

from __future__ import annotations

import socket
import threading

import pytest
import urllib3

from connectors.elasticsearch.ledger import Ledger
from connectors.elasticsearch.sink import Sink
from connectors.elasticsearch.status import ask
from connectors.metrics import StatusMetrics, served
from schemas.failures import Failure
from schemas.records import FeedState, Poll
from tests.connectors.articles import article, entry, feed, letter_of
from tests.connectors.scraping import Scraped

POLLED = "2024-06-01T12:00:00Z"


class Asked:
    """Asks as `watch` does, and lets a test wait for its answer."""

    def __init__(self, call) -> None:
        self._call, self.times = call, threading.Semaphore(0)

    def __call__(self):
        try:
            return self._call()
        finally:
            self.times.release()

    def wait(self) -> None:
        """Until an answer has come, and the one before it is what is told."""
        for _ in range(2):
            assert self.times.acquire(timeout=60)


def test_a_scrape_tells_what_elasticsearch_holds(elasticsearch, indices):
    sink, items = Sink(elasticsearch, indices), [entry(str(n)) for n in range(3)]
    of = feed()._replace(url='https://"quoted".example/rss')
    state = FeedState(of.url, interval=3600.0, next_poll=POLLED, failures=2)
    sink.write_polls([Poll(of, state, POLLED, 503, 0, False, 0.1, "http_503")])
    sink.write_articles([article(items[0], "Moscow and Pyongyang")])
    sink.write_dead_letters([letter_of(items[1])])
    Ledger(elasticsearch, indices).keep([items[2]])
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")
    asked = Asked(lambda: ask(elasticsearch, indices))
    with StatusMetrics(asked, every=0.05) as status, served("127.0.0.1", 0, status) as address:
        asked.wait()
        told = Scraped(address)
    assert told.sum("vostochny_elasticsearch_up") == 1
    assert told.by("vostochny_feeds", "state") == {"alive": 0, "silent": 0, "failing": 1, "new": 0}
    assert told.sum("vostochny_feeds_due") == told.sum("vostochny_entries_waiting") == 1
    assert told.sum("vostochny_dead_letters", stage="fetch", cause="timeout") == 1
    assert told.sum("vostochny_documents", index="articles") == 1
    assert told.sum("vostochny_index_size_bytes", index="articles") > 0
    assert told.sum("vostochny_last_poll_timestamp_seconds") == 1717243200
    assert told.sum("vostochny_oldest_waiting_timestamp_seconds") > 1717243200


def test_it_is_told_when_elasticsearch_cannot_be_asked():
    def fail():
        raise ConnectionRefusedError

    asked = Asked(fail)
    with StatusMetrics(asked, every=0.05) as status, served("127.0.0.1", 0, status) as address:
        asked.wait()
        told = Scraped(address)
        assert told.names() == {"vostochny_elasticsearch_up"}
        assert told.sum("vostochny_elasticsearch_up") == 0
    with pytest.raises(urllib3.exceptions.HTTPError):  # served no more
        Scraped(address)


def test_a_busy_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(Failure, match=f"127.0.0.1:{port}.*--metrics-port"), served("127.0.0.1", port):
            pass
