"""Polling feeds: what is in them, when to come back, and what went wrong."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.listings import MAX_ENTRIES, Listing, read_listing
from connectors.sitemaps import MAX_BYTES as MAX_SITEMAP_BYTES
from connectors.sitemaps import follow, unzip
from connectors.web import Web
from schemas.dates import utc_now
from schemas.failures import Failure
from schemas.records import DeadLetter, Entry, Feed, FeedState, Poll

MAX_BYTES = 16 * 1024 * 1024  # of a feed
SHORTEST = 5 * 60.0  # seconds between two polls of a feed
LONGEST = 24 * 3600.0
FIRST = 30 * 60.0  # where nothing is known yet
_RATE_OVER = 20  # entries from which a feed's rate is measured
_ACCEPT = (
    "application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,"
    "application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,*/*;q=0.5"
)


class Check(NamedTuple):
    """How a feed is doing."""

    feed: Feed
    status: int  # HTTP status, 0 where none was received
    entries: int
    format: str  # "RSS 2.0", "news sitemap", "" where nothing could be read
    state: FeedState  # with the newest entry's date, and where the feed moved
    seconds: float
    cause: str
    detail: str


class _Answer(NamedTuple):
    """A feed that could be read."""

    status: int
    listing: Listing | None  # None: unchanged
    state: FeedState
    failures: list[str]  # of sitemaps below an index


def poll(feed: Feed, state: FeedState, web: Web, *, now: str) -> tuple[Poll, list[Entry], list[DeadLetter]]:
    """Asks a feed what is new.

    A feed that says it has not changed, or whose body is the one of the last poll, gives no entries. Once a day it is
    asked without conditions, since some servers keep an ETag after a change. A permanent redirect is remembered in the
    state once a feed was read there, and forgotten when that fails.

    Args:
        state: as the last poll left it; `FeedState(feed.url)` at first.
        now: ISO 8601 in UTC; when the poll is held to happen.

    Returns:
        The poll with the next state, the entries (each address once, in the feed's order), and the items that name no
        usable address. A failure is in the poll's `cause` and `detail`, not raised.
    """
    polled, _, entries, dead = _poll(feed, state, web, now)
    return polled, entries, dead


def check(feeds: Iterable[Feed], web: Web, *, at_once: int = 32) -> Iterator[Check]:
    """Polls each feed as if for the first time, keeps nothing, and reports in the order of the feeds."""
    now = utc_now()

    def one(feed: Feed) -> Check:
        polled, listing, _, _ = _poll(feed, FeedState(feed.url), web, now)
        format = listing.format if listing else ""
        return Check(
            feed, polled.status, polled.entries, format, polled.state, polled.seconds, polled.cause, polled.detail
        )

    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(one, feeds)


def _poll(
    feed: Feed, state: FeedState, web: Web, now: str
) -> tuple[Poll, Listing | None, list[Entry], list[DeadLetter]]:
    started = time.monotonic()
    try:
        try:
            answer = _answer(feed, state.moved_to or feed.url, state, web, now)
        except Failure:
            if not state.moved_to:
                raise
            state = FeedState(
                feed.url, interval=state.interval, failures=state.failures, latest_entry=state.latest_entry
            )
            answer = _answer(feed, feed.url, state, web, now)
    except Failure as failure:
        status = failure.cause.removeprefix("http_")
        failed = Poll(
            feed=feed,
            state=_after_failure(state, failure, now),
            polled=now,
            status=int(status) if status.isdigit() else 0,
            entries=0,
            unchanged=False,
            seconds=round(time.monotonic() - started, 3),
            cause=failure.cause,
            detail=failure.detail,
        )
        return failed, None, [], []
    listing = answer.listing
    entries, dead = (listing.entries, listing.dead) if listing else ([], [])
    remarks = _remarks(listing, state) if listing else []
    polled = Poll(
        feed=feed,
        state=_after_success(answer, state, now),
        polled=now,
        status=answer.status,
        entries=len(entries) + len(dead),
        unchanged=listing is None,
        seconds=round(time.monotonic() - started, 3),
        detail="; ".join(remarks + answer.failures),
    )
    return polled, listing, entries, dead


def _remarks(listing: Listing, state: FeedState) -> list[str]:
    """What a reader of the coverage must know of a poll that succeeded."""
    if "sitemap" in listing.format:
        return []  # their older part is left on purpose
    remarks = []
    if listing.left:
        remarks.append(f"only the first {MAX_ENTRIES} of its items were taken, {listing.left} left")
    published = [entry.published for entry in listing.entries]
    if state.latest_entry and published and min(published) > state.latest_entry:
        remarks.append(
            f"its oldest entry ({min(published)}) is newer than the newest of the last poll ({state.latest_entry}): "
            "what came in between was missed"
        )
    return remarks


def _answer(feed: Feed, url: str, state: FeedState, web: Web, now: str) -> _Answer:
    """As `_ask`; a feed that trips a fault of ours has it on record, and holds up no other."""
    try:
        return _ask(feed, url, state, web, now)
    except Failure:
        raise
    except Exception as problem:
        raise Failure("poll_error", f"{type(problem).__name__}: {problem}") from problem


def _ask(feed: Feed, url: str, state: FeedState, web: Web, now: str) -> _Answer:
    conditional = not _a_day_passed(state, now)
    response = web.get(
        url,
        etag=state.etag if conditional else "",
        last_modified=state.last_modified if conditional else "",
        private_hosts=feed.private_hosts,
        delay=feed.delay,
        max_bytes=MAX_SITEMAP_BYTES if feed.kind == "sitemap" else MAX_BYTES,
        accept=_ACCEPT,
    )
    moved_to = response.moved_permanently_to or ("" if url == feed.url else url)
    if response.status == 304:
        return _Answer(304, None, state._replace(moved_to=moved_to), [])
    body = unzip(response.body)
    after = state._replace(
        moved_to=moved_to, etag=response.header("etag"), last_modified=response.header("last-modified")
    )
    read = _hash(body)
    if read == state.body_hash:
        return _Answer(response.status, None, after, [])
    listing = read_listing(body, response.header("content-type"), response.url, feed, now)
    if not listing.sitemaps and "sitemap" not in listing.format:
        return _Answer(response.status, listing, after._replace(body_hash=read), [])
    listing, below, failures = follow(listing, response.url, feed, web, now)
    if listing.format == "sitemap index":
        # An index can stay as it is while its sitemaps change, and a failed one has to be read again.
        read = _hash(body + below)
        after = after._replace(etag="", last_modified="")
        if read == state.body_hash and not failures:
            return _Answer(response.status, None, after, [])
    return _Answer(response.status, listing, after._replace(body_hash="" if failures else read), failures)


def _hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _a_day_passed(state: FeedState, now: str) -> bool:
    """Whether this is the first poll of a day (UTC)."""
    if not state.next_poll:
        return False
    last = datetime.fromisoformat(state.next_poll) - timedelta(seconds=state.interval)
    return last.date() < datetime.fromisoformat(now).date()


def _after_success(answer: _Answer, state: FeedState, now: str) -> FeedState:
    listing = answer.listing
    published = sorted(filter(None, (entry.published for entry in listing.entries)), reverse=True) if listing else []
    interval = _interval(state.interval, published, listing is not None, now)
    if listing:
        interval = min(LONGEST, max(interval, listing.floor))
    return answer.state._replace(
        interval=interval,
        next_poll=_later(now, interval),
        failures=0,
        latest_entry=max([state.latest_entry, *published[:1]]),
    )


def _interval(before: float, published: list[str], changed: bool, now: str) -> float:
    """Seconds until the next poll: about as long as the feed takes for a new entry.

    Measured over its newest entries and the silence since; without dates it grows while the feed stays the same and
    shrinks when it has changed.
    """
    if changed and published:
        oldest = published[:_RATE_OVER][-1]
        span = datetime.fromisoformat(now) - datetime.fromisoformat(oldest)
        interval = span.total_seconds() / len(published[:_RATE_OVER])
    elif not before:
        interval = FIRST
    else:
        interval = before * (0.7 if changed else 1.3)
    return round(min(LONGEST, max(SHORTEST, interval)))


def _after_failure(state: FeedState, failure: Failure, now: str) -> FeedState:
    failures = state.failures + 1
    interval = state.interval or FIRST
    wait = LONGEST if failure.cause == "http_410" else min(LONGEST, interval * 2 ** min(failures - 1, 10))
    return state._replace(
        failures=failures, interval=interval, next_poll=_later(now, max(wait, min(failure.retry_after or 0.0, LONGEST)))
    )


def _later(now: str, seconds: float) -> str:
    return (datetime.fromisoformat(now) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
