"""What a run knows of the ones before it."""

from __future__ import annotations

import pytest
from articles import HANGANG, NEVSKY, article, entry, feed, letter_of

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.known import Known
from connectors.elasticsearch.sink import Sink
from schemas.failures import Failure
from schemas.records import FeedState, Poll


@pytest.fixture
def sink(elasticsearch, indices) -> Sink:
    return Sink(elasticsearch, indices)


@pytest.fixture
def known(elasticsearch, indices) -> Known:
    return Known(elasticsearch, indices)


def test_indexed_entries_are_known_at_once(sink, known):
    items = [entry(str(number)) for number in range(5)]
    assert known.split(items) == (items, [])
    sink.write_articles([article(item, "Text.") for item in items[:3]])
    assert known.split(items) == (items[3:], items[:3])


def test_more_entries_than_one_request_holds(sink, known):
    items = [entry(str(number)) for number in range(2_500)]
    sink.write_articles([article(item, "") for item in items[::2]])
    assert known.split(items) == (items[1::2], items[::2])


def test_changed_entry_is_taken_again(sink, known):
    first = entry(title="First headline")
    sink.write_articles([article(first, "Text.")])
    changed = entry(title="Second headline")
    assert known.split([first, changed]) == ([changed], [first])
    sink.write_articles([article(changed, "Text.", fetched="2023-09-14T00:00:00Z")])
    assert known.split([changed]) == ([], [changed])


def test_dead_letters_are_known_until_the_entry_changes(sink, known):
    dead = entry(title="First headline")
    sink.write_dead_letters([letter_of(dead)])
    assert known.split([dead]) == ([], [dead])
    changed = entry(title="Second headline")
    assert known.split([changed]) == ([changed], [])


def test_refused_articles_are_not_known_without_their_dead_letter(sink, known):
    item = entry()
    letters = sink.write_articles([article(item, "Text.", published="yesterday")])
    assert known.split([item]) == ([item], [])
    sink.write_dead_letters(letters)
    assert known.split([item]) == ([], [item])


def test_second_address_of_an_article_is_known_as_well(sink, known):
    both = [entry("a"), entry("b")]
    for item in both:
        sink.write_articles([article(item, "Text.", url="https://potomac.example/canonical")])
    assert known.split(both) == ([], both)


def test_no_entries(known):
    assert known.split([]) == ([], [])
    assert known.feed_states([]) == {}


def test_feed_states_come_back_as_they_were(sink, known):
    full = FeedState(
        feed().url,
        moved_to="https://potomac.example/new-feed",
        etag='W/"1"',
        last_modified="Wed, 13 Sep 2023 08:00:00 GMT",
        body_hash="f" * 32,
        interval=900.0,
        next_poll="2023-09-13T09:15:00Z",
        failures=2,
        latest_entry="2023-09-13T08:00:00Z",
    )
    bare = FeedState(feed(NEVSKY).url)
    sink.write_polls([Poll(feed(), full, "2023-09-13T09:00:00Z", 200, 1, False, 0.1)])
    sink.write_feed_states([bare])
    asked = [full.feed_url, bare.feed_url, feed(HANGANG).url]
    assert known.feed_states(asked) == {full.feed_url: full, bare.feed_url: bare}


def test_latest_state_counts(sink, known):
    for failures in (1, 2, 0):
        sink.write_feed_states([FeedState(feed().url, failures=failures)])
    assert known.feed_states([feed().url])[feed().url].failures == 0


def test_missing_indices_are_named(elasticsearch, prefix):
    with pytest.raises(Failure) as caught:
        Known(elasticsearch, Indices(prefix)).split([entry()])
    assert caught.value.cause == "no_index"
