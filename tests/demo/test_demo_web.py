"""The sample news web answers as planned, and the product's own readers understand it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

import feedparser
import pytest
import urllib3
from lxml import etree

from connectors import opml
from connectors.web import Web
from demo import render
from demo.sample import Story, load_broken, load_outlets, load_stories, load_truth
from demo.web import NewsWeb
from pipelines.extraction import extract
from schemas.charsets import decode_html
from schemas.records import Entry, Feed, Outlet, Page, digest

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
OUTLETS = load_outlets()
STORIES = load_stories(NOW)
BROKEN = load_broken()
BY_OUTLET = {
    outlet: {story.title for story in [*STORIES, *BROKEN] if story.outlet.id == outlet.id}
    for outlet in OUTLETS.values()
}


@pytest.fixture(scope="module")
def web() -> Iterator[NewsWeb]:
    with NewsWeb(now=NOW) as served:
        yield served


@pytest.fixture(scope="module")
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        yield pool


def _get(http: urllib3.PoolManager, url: str, **headers: str) -> urllib3.BaseHTTPResponse:
    return http.request("GET", url, headers=headers, redirect=False)


def _story(fault: str) -> Story:
    return next(story for story in [*STORIES, *BROKEN] if story.fault == fault)


def _feed_url(web: NewsWeb, outlet_id: str) -> str:
    return web.url.rstrip("/") + render.feed_address(OUTLETS[outlet_id])


def test_the_list_of_feeds_is_read_by_the_product(web):
    feeds = opml.load(web.url, Web())
    assert [(f.outlet.id, f.outlet.name, f.outlet.country, f.outlet.bloc, f.outlet.language) for f in feeds] == [
        (f"sample-{o.id}", o.name, o.country, o.bloc, o.language) for o in OUTLETS.values()
    ]
    assert {f.outlet.id for f in feeds if f.kind == "sitemap"} == {
        f"sample-{o.id}" for o in OUTLETS.values() if o.feed == "sitemap"
    }
    assert all(f.private_hosts == (urlsplit(web.url).netloc,) for f in feeds)


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=lambda outlet: outlet.id)
def test_feeds_list_all_their_articles(web, http, outlet):
    response = _get(http, _feed_url(web, outlet.id))
    assert response.status == 200
    if outlet.feed == "json":
        items = json.loads(response.data)["items"]
        titles = {item["title"] for item in items}
        assert all(("content_html" in item) == outlet.full_text for item in items)
    elif outlet.feed == "sitemap":
        titles = set(etree.fromstring(response.data).xpath("//*[local-name()='title']/text()"))
    else:
        parsed = feedparser.parse(response.data, response_headers={"content-type": response.headers["Content-Type"]})
        assert not parsed.bozo
        assert parsed.version.startswith({"rss": "rss20", "atom": "atom10", "rdf": "rss10"}[outlet.feed])
        assert all(entry.get("published_parsed") or entry.get("updated_parsed") for entry in parsed.entries)
        titles = {entry.title for entry in parsed.entries}
    assert titles == BY_OUTLET[outlet]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_pages_answer_with_their_article(web, http, story):
    response = _get(http, web.page_url(story))
    assert response.status == 200
    html, _ = decode_html(response.data, response.headers["Content-Type"])
    assert story.title in unescape(html)
    if story.outlet.full_text:
        assert story.paragraphs[-1] not in html
    if story.fault == "truncated":
        assert "</html>" not in html
        assert story.paragraphs[-1] not in html
    else:
        assert render.WORDS[story.outlet.language]["notice"] in html


@pytest.mark.parametrize("story", [s for s in STORIES if s.fault != "truncated"], ids=lambda story: story.id)
def test_extraction_gives_the_planted_text(web, http, story):
    response = _get(http, web.page_url(story))
    outlet = Outlet(story.outlet.id, story.outlet.name, language=story.outlet.language)
    content = "".join(f"<p>{text}</p>" for text in story.paragraphs) if story.outlet.full_text else ""
    published = f"{story.published:%Y-%m-%dT%H:%M:%SZ}"
    url = web.page_url(story)
    entry = Entry(digest(url), url, Feed(url, outlet), title=story.title, published=published, content=content)
    content_type = response.headers["Content-Type"]
    html, _ = decode_html(response.data, content_type)
    found = extract(Page(entry, url, content_type, response.data, "2026-11-23T16:00:00Z"), html)
    assert found.text.split() == " ".join(story.paragraphs).split()
    assert (found.title, found.published, found.language) == (story.title, published, story.outlet.language)


def test_charsets_are_those_of_the_outlets(web, http):
    for outlet_id, charset in {"hangang": "euc-kr", "nevsky": "windows-1251"}.items():
        story = next(story for story in STORIES if story.outlet.id == outlet_id)
        for url in (web.page_url(story), _feed_url(web, outlet_id)):
            response = _get(http, url)
            assert response.headers["Content-Type"].endswith(f"charset={charset}")
            assert response.data.decode(charset)
            with pytest.raises(UnicodeDecodeError):
                response.data.decode("utf-8")


def test_one_header_lies_about_the_charset(web, http):
    response = _get(http, web.page_url(_story("lying_charset")))
    assert response.headers["Content-Type"].endswith("charset=euc-kr")
    assert response.data.decode("utf-8")


def test_broken_pages_are_broken_as_planned(web, http):
    assert {story.fault for story in BROKEN} == {"not_found", "server_error", "empty", "redirect_loop", "no_html"}
    assert _get(http, web.page_url(_story("not_found"))).status == 404
    assert _get(http, web.page_url(_story("server_error"))).status == 500
    assert _get(http, web.page_url(_story("empty"))).data == b""
    assert _get(http, web.page_url(_story("no_html"))).data.startswith(b"%PDF")
    start = _get(http, web.page_url(_story("redirect_loop")))
    back = _get(http, web.url.rstrip("/") + start.headers["Location"])
    assert (start.status, back.status) == (302, 302)
    assert web.page_url(_story("redirect_loop")).endswith(back.headers["Location"])


def test_conditional_requests_are_answered_304(web, http):
    for url in (web.page_url(STORIES[0]), _feed_url(web, "thames")):
        first = _get(http, url)
        tag, date = first.headers["ETag"], first.headers["Last-Modified"]
        assert _get(http, url, **{"If-None-Match": tag}).status == 304
        assert _get(http, url, **{"If-None-Match": f'"other", W/{tag}'}).status == 304
        assert _get(http, url, **{"If-Modified-Since": date}).status == 304
        assert _get(http, url, **{"If-None-Match": '"other"', "If-Modified-Since": date}).status == 200
        assert _get(http, url, **{"If-Modified-Since": "Tue, 01 Aug 2023 00:00:00 GMT"}).status == 200
        assert _get(http, url, **{"If-Modified-Since": "no date"}).status == 200


def test_head_gives_the_headers_alone(web, http):
    url = web.page_url(STORIES[0])
    response = http.request("HEAD", url)
    assert (response.status, response.data) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(_get(http, url).data)


def test_the_second_state_shows_edits_to_who_asks_again(http):
    edits = load_truth()["events"]["edits"]
    with NewsWeb(now=NOW) as web:
        stories = {story.id: story for story in STORIES}
        tags = {story.id: _get(http, web.page_url(story)).headers["ETag"] for story in STORIES}
        feed_tag = _get(http, _feed_url(web, "potomac")).headers["ETag"]
        assert http.request("POST", f"{web.url}state/2").status == 200
        assert web.state == 2
        for edit in edits:
            response = _get(
                http, web.page_url(stories[edit["article"]]), **{"If-None-Match": tags.pop(edit["article"])}
            )
            html, _ = decode_html(response.data, response.headers["Content-Type"])
            assert response.status == 200
            assert edit["title"] in unescape(html)
        assert _get(http, _feed_url(web, "potomac"), **{"If-None-Match": feed_tag}).status == 200
        # A page changes too when a story that it links to has another headline now.
        untouched = next(story for story in STORIES if story.outlet.id == "thames")
        assert _get(http, web.page_url(untouched), **{"If-None-Match": tags[untouched.id]}).status == 304


def test_requests_are_kept(http):
    with NewsWeb(now=NOW) as web:
        _get(http, web.url)
        _get(http, f"{web.url}nowhere")
        assert [(r.method, r.path, r.status) for r in web.requests] == [("GET", "/", 200), ("GET", "/nowhere", 404)]


def test_a_second_web_on_the_same_port_has_the_same_addresses(http):
    with NewsWeb(now=NOW) as web:
        url, port = web.url, urlsplit(web.url).port
        with pytest.raises(OSError, match="in use"):
            NewsWeb(now=NOW, port=port)
        first = _get(http, url).data
    with NewsWeb(now=NOW, port=port) as web:
        assert web.url == url
        assert _get(http, url).data == first


def test_there_are_but_two_states():
    with pytest.raises(ValueError, match="states 1 and 2"):
        NewsWeb(now=NOW, state=3)
