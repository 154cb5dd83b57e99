"""Sitemaps as feeds: a news sitemap, a sitemap, or an index of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urljoin

from connectors.listings import Listing, read_listing
from connectors.web import Web, unpack
from schemas.failures import Failure
from schemas.records import DeadLetter, Entry, Feed

MAX_BYTES = 50 * 1024 * 1024  # of a sitemap, unpacked; the protocol's own limit
MAX_DEPTH = 2  # indexes below an index
MAX_SITEMAPS = 20  # followed from one index
NEWEST = 1000  # entries taken: sitemaps go back for years, news is at the end
_RECENT = timedelta(days=3)


def unzip(body: bytes) -> bytes:
    """A body that is itself a gzip file (".xml.gz"), unpacked; else as it is.

    Raises:
        Failure: "bad_encoding" or "too_large".
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    parts: list[bytes] = []
    size = 0
    for part in unpack(iter([body])):
        size += len(part)
        if size > MAX_BYTES:
            raise Failure("too_large", f"unpacks to more than {MAX_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def follow(listing: Listing, url: str, feed: Feed, web: Web, now: str) -> tuple[Listing, bytes, list[str]]:
    """A listing with the entries of the sitemaps that it names, the newest NEWEST of them.

    Of an index those sitemaps are read that changed in the last days, or that don't say when they changed: news
    sitemaps first, at most MAX_SITEMAPS in all and MAX_DEPTH deep.

    Returns:
        The listing, the bytes of the sitemaps read (to tell a change), and what failed.

    Raises:
        Failure: the first one, when no sitemap of an index could be read.
    """
    entries: list[Entry] = list(listing.entries)
    dead: list[DeadLetter] = list(listing.dead)
    bodies: list[bytes] = []
    failures: list[Failure] = []
    seen = {url}
    waiting = [(sitemap, 1) for sitemap in _choose(listing.sitemaps, url, now)]
    left = listing.left
    while waiting and len(seen) <= MAX_SITEMAPS:
        address, depth = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        try:
            response = web.get(
                address,
                private_hosts=feed.private_hosts,
                delay=feed.delay,
                max_bytes=MAX_BYTES,
                accept="application/xml",
            )
            body = unzip(response.body)
            below = read_listing(body, response.header("content-type"), response.url, feed, now)
        except Failure as failure:
            failures.append(failure)
            continue
        bodies.append(body)
        entries += below.entries
        dead += below.dead
        left += below.left
        if depth < MAX_DEPTH:
            waiting += [(sitemap, depth + 1) for sitemap in _choose(below.sitemaps, response.url, now)]
    if failures and not bodies:
        raise failures[0]
    entries = list({entry.id: entry for entry in reversed(entries)}.values())
    entries.sort(key=lambda entry: max(entry.published, entry.modified), reverse=True)
    listing = listing._replace(entries=entries[:NEWEST], dead=dead, left=left + max(0, len(entries) - NEWEST))
    return listing, b"".join(bodies), [str(failure) for failure in failures]


def _choose(sitemaps: Iterable[tuple[str, str]], url: str, now: str) -> list[str]:
    """The sitemaps of an index that can hold news, the likeliest first."""
    since = (datetime.fromisoformat(now) - _RECENT).strftime("%Y-%m-%dT%H:%M:%SZ")
    recent = [(urljoin(url, address), changed) for address, changed in sitemaps if address and (changed or now) > since]
    # Stable: those changed at the same time, or without a date, stay in the index's order.
    recent.sort(key=lambda item: item[1] or now, reverse=True)
    recent.sort(key=lambda item: "news" not in item[0].rsplit("/", 1)[-1].lower())
    return [address for address, _ in recent]
