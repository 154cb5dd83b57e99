"""Sitemaps as feeds."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from connectors.feeds import poll
from connectors.hosts import HostQueue
from connectors.sitemaps import MAX_SITEMAPS, NEWEST
from connectors.web import Web
from schemas.records import DeadLetter, Entry, Feed, FeedState, Outlet, Poll
from tests.connectors.server import Answer, Server, serving

NOW = "2023-09-14T00:00:00Z"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(*urls: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACES}>{"".join(urls)}</urlset>'.encode()


def url(address: str, changed: str = "") -> str:
    return f"<url><loc>{address}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>"


def index(*sitemaps: tuple[str, str]) -> bytes:
    listed = "".join(
        f"<sitemap><loc>{address}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"
        for address, changed in sitemaps
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {SPACES}>{listed}</sitemapindex>'.encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def web() -> Web:
    return Web(connect_timeout=2.0, read_timeout=1.0, total_timeout=3.0, backoff=0.01, queue=HostQueue())


def take(
    server: Server, web: Web, state: FeedState | None = None, kind: str = "sitemap"
) -> tuple[Poll, list[Entry], list[DeadLetter]]:
    outlet = Outlet("ap", "AP", "US", "west", "en")
    feed = Feed(server.url + "/map.xml", outlet, kind=kind, private_hosts=(server.authority,), delay=0.0)
    return poll(feed, state or FeedState(feed.url), web, now=NOW)


@pytest.mark.parametrize("kind", ["sitemap", "feed"])
def test_a_news_sitemap(server: Server, web: Web, kind: str) -> None:
    server.routes["/map.xml"] = Answer(
        urlset(
            """<url><loc>https://a.us/article/1?utm_source=map</loc><lastmod>2023-09-13T09:00:00Z</lastmod>
            <image:image><image:loc>https://a.us/1.jpg</image:loc><image:title>A picture</image:title></image:image>
            <news:news><news:publication><news:name>AP</news:name><news:language>en</news:language></news:publication>
            <news:publication_date>2023-09-13T04:00:00-04:00</news:publication_date>
            <news:title>Kim &amp; Putin meet</news:title></news:news></url>"""
        )
    )
    polled, (entry,), dead = take(server, web, kind=kind)
    assert (entry.url, entry.title) == ("https://a.us/article/1", "Kim & Putin meet")
    assert (entry.published, entry.modified) == ("2023-09-13T08:00:00Z", "2023-09-13T09:00:00Z")
    assert (polled.entries, polled.cause, dead) == (1, "", [])


def test_a_plain_sitemap_gives_its_newest(server: Server, web: Web) -> None:
    old = [url(f"https://a.us/{n}", f"2020-01-01T00:{n // 60 % 60:02}:{n % 60:02}Z") for n in range(NEWEST + 500)]
    server.routes["/map.xml"] = Answer(urlset(*old, url("https://a.us/new", "2023-09-13"), url("/relative")))
    polled, entries, _ = take(server, web)
    assert len(entries) == polled.entries == NEWEST
    assert entries[0].url == "https://a.us/new"
    assert (entries[0].published, entries[0].modified) == ("2023-09-13T00:00:00Z", "2023-09-13T00:00:00Z")
    assert polled.detail == ""


def test_an_index_is_followed_to_what_is_recent(server: Server, web: Web) -> None:
    server.routes |= {
        "/map.xml": Answer(
            index(
                (server.url + "/2019.xml", "2019-12-31"),
                (server.url + "/today.xml.gz", "2023-09-13"),
                ("/news-sitemap.xml", ""),
                (server.url + "/deeper.xml", "2023-09-13T12:00:00Z"),
            )
        ),
        "/today.xml.gz": Answer(gzip.compress(urlset(url("https://a.us/today", "2023-09-13T01:00:00Z")))),
        "/news-sitemap.xml": Answer(
            urlset(url("https://a.us/news", "2023-09-13T02:00:00Z"), url("https://a.us/today"))
        ),
        "/deeper.xml": Answer(index((server.url + "/below.xml", ""), (server.url + "/map.xml", ""))),
        "/below.xml": Answer(urlset(url("https://a.us/below", "2023-09-13T03:00:00Z"))),
    }
    polled, entries, _ = take(server, web)
    assert [entry.url for entry in entries] == ["https://a.us/below", "https://a.us/news", "https://a.us/today"]
    assert server.paths() == ["/map.xml", "/news-sitemap.xml", "/deeper.xml", "/today.xml.gz", "/below.xml"]
    assert (polled.cause, polled.detail) == ("", "")


def test_an_index_that_stays_while_its_sitemaps_change(server: Server, web: Web) -> None:
    server.routes |= {
        "/map.xml": Answer(index((server.url + "/a.xml", "")), headers={"ETag": '"1"'}),
        "/a.xml": Answer(urlset(url("https://a.us/1"))),
    }
    first, _, _ = take(server, web)
    same, entries, _ = take(server, web, first.state)
    assert (same.unchanged, entries) == (True, [])
    server.routes["/a.xml"] = Answer(urlset(url("https://a.us/2")))
    _, entries, _ = take(server, web, same.state)
    assert [entry.url for entry in entries] == ["https://a.us/2"]


def test_a_sitemap_that_fails_is_told_and_read_again(server: Server, web: Web) -> None:
    server.routes |= {
        "/map.xml": Answer(index((server.url + "/a.xml", ""), (server.url + "/b.xml", ""))),
        "/a.xml": Answer(urlset(url("https://a.us/1"))),
    }
    polled, entries, _ = take(server, web)
    assert (len(entries), polled.cause) == (1, "")
    assert "/b.xml answered 404" in polled.detail
    server.routes["/b.xml"] = Answer(urlset(url("https://a.us/2")))
    assert len(take(server, web, polled.state)[1]) == 2
    server.routes |= {"/a.xml": Answer(status=403), "/b.xml": Answer(status=403)}
    assert take(server, web)[0].cause == "http_403"


def test_an_endless_index_ends(server: Server, web: Web) -> None:
    for n in range(5 * MAX_SITEMAPS):
        below = [(f"{server.url}/{n}-{m}.xml", "") for m in range(5 * MAX_SITEMAPS)]
        server.routes["/map.xml" if n == 0 else f"/0-{n}.xml"] = Answer(index(*below))
    take(server, web)
    assert len(server.paths()) <= MAX_SITEMAPS + 1


def test_a_zip_bomb_is_refused(server: Server, web: Web) -> None:
    server.routes["/map.xml"] = Answer(gzip.compress(b" " * 200_000_000, 9))
    assert take(server, web)[0].cause == "too_large"
