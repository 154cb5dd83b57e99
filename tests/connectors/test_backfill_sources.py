"""Articles of the past, as others have kept them."""

from __future__ import annotations

import gzip
import json
from io import BytesIO

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from connectors.archive import Archive
from connectors.backfill import Outlets, Range, read_jsonl, read_sitemap, read_snapshot, read_warc, snapshots
from connectors.web import Web
from schemas.failures import Failure
from schemas.outlets import load_outlets
from schemas.records import DeadLetter, Feed, Outlet
from tests.connectors.server import Answer, serving
from tests.connectors.test_archive import entry, response

POST = Feed("https://rss.post.example/all.xml", Outlet("post", "The Post", "US", "west", "en"))
POST_RU = Feed("https://www.two.example/ru/feed", Outlet("two-ru", "Two", "RU", "russia", "ru"))
POST_EN = Feed("https://www.two.example/en/feed", Outlet("two-en", "Two", "RU", "russia", "en"))
OUTLETS = Outlets([POST, POST_RU, POST_EN])
HTML = "<html><body>news</body></html>"


@pytest.fixture
def server():
    with serving() as found:
        yield found


def warc(path, *records: tuple[str, int, str, bytes], compress=True, kind="response") -> str:
    """A WARC file of (address, status, content type, body), as other programs write them."""
    with open(path, "wb") as stream:
        writer = WARCWriter(stream, gzip=compress)
        writer.write_record(writer.create_warcinfo_record("x", {"software": "another"}))
        for url, status, content_type, body in records:
            headers = [("Content-Type", content_type)]
            if body.startswith(b"\x1f\x8b"):
                headers.append(("Content-Encoding", "gzip"))
            answer = StatusAndHeaders(f"{status} Whatever", headers, protocol="HTTP/1.1")
            request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            date = {"WARC-Date": "2023-09-13T08:00:00Z"}
            writer.write_record(writer.create_warc_record(url, "request", payload=BytesIO(), http_headers=request))
            writer.write_record(
                writer.create_warc_record(url, kind, payload=BytesIO(body), http_headers=answer, warc_headers_dict=date)
            )
    return str(path)


@pytest.mark.parametrize("compress", [True, False])
def test_warc_files_of_others_give_their_html_pages(tmp_path, compress):
    path = warc(
        tmp_path / "CC-NEWS-1.warc.gz",
        ("https://www.post.example/a?utm_source=x", 200, "text/html; charset=utf-8", HTML.encode()),
        ("https://post.example/gone", 404, "text/html", HTML.encode()),
        ("https://post.example/picture", 200, "image/png", b"\x89PNG"),
        ("https://elsewhere.example/b", 200, "TEXT/HTML", gzip.compress(HTML.encode())),
        ("mailto:someone", 200, "text/html", HTML.encode()),
        compress=compress,
    )
    first, second = read_warc(path, OUTLETS)
    assert first.entry.url == "https://www.post.example/a"
    assert first.entry.feed == POST._replace(url="CC-NEWS-1.warc.gz", kind="warc")
    assert first.response.body == second.response.body == HTML.encode()
    assert first.response.requested == "2023-09-13T08:00:00Z"
    assert second.entry.feed.outlet == Outlet("elsewhere-example", "elsewhere.example")
    assert not OUTLETS.has(second.entry.url)


def test_thousands_of_records_are_read_one_at_a_time(tmp_path):
    records = [(f"https://post.example/{n}", 200, "text/html", HTML.encode()) for n in range(2000)]
    found = read_warc(warc(tmp_path / "big.warc.gz", *records), OUTLETS)
    next(found)
    assert sum(1 for _ in found) == 1999


def test_own_archive_gives_its_entries_back(tmp_path):
    archive = Archive(tmp_path)
    place = archive.write(response(1), entry(1))
    archive.write_entry(entry(2), "2023-09-14T08:00:00Z")
    first, second = read_warc(str(tmp_path / place.file), OUTLETS)
    assert (first.entry, second.entry) == (entry(1), entry(2))
    assert first.response.body == response(1).body
    assert (second.response.status, second.response.requested) == (0, "2023-09-14T08:00:00Z")


def test_damaged_warc_is_read_as_far_as_it_is_whole(tmp_path):
    path = warc(
        tmp_path / "a.warc.gz", *((f"https://post.example/{n}", 200, "text/html", b"x" * 999) for n in range(9))
    )
    whole = (tmp_path / "a.warc.gz").read_bytes()
    (tmp_path / "a.warc.gz").write_bytes(whole[: len(whole) // 2] + b"damage" * 100)
    *pages, letter = read_warc(path, OUTLETS)
    assert 2 <= len(pages) < 9
    assert isinstance(letter, DeadLetter) and letter.cause == "bad_warc" and "a.warc.gz" in letter.detail


def test_lines_of_json_give_articles_and_bad_ones_are_named(tmp_path):
    lines = [
        json.dumps({"url": "https://post.example/1", "title": "제목", "text": "One <b>.\n\nTwo.", "outlet": "two-ru"}),
        "{not json",
        json.dumps({"url": "ftp://post.example/1", "text": "x"}),
        "",
        json.dumps({"url": "https://post.example/2"}),
        json.dumps({"url": "https://post.example/3", "text": "x", "published": "soon"}),
        json.dumps({"url": "https://post.example/4", "text": "x", "author": "x"}),
        json.dumps({"url": "https://post.example/5", "html": HTML, "published": "2023-09-13", "authors": ["A"]}),
        json.dumps({"url": "https://post.example/6", "html": HTML, "outlet": "Another Paper"}),
        "[" * 100_000,
    ]
    for path, data in ((tmp_path / "a.jsonl", bytes), (tmp_path / "a.jsonl.gz", gzip.compress)):
        path.write_bytes(data("\n".join(lines).encode()))
        found = list(read_jsonl(str(path), OUTLETS))
        letters = [each for each in found if isinstance(each, DeadLetter)]
        assert [letter.detail.split(":")[0] for letter in letters] == [
            f"{path.name}, line {number}" for number in (2, 3, 5, 6, 7, 10)
        ]
        assert {letter.cause for letter in letters} == {"bad_line"}
        assert len({letter.id for letter in letters}) == 6
        text, page, other = (each for each in found if not isinstance(each, DeadLetter))
        assert text.entry.content == "<p>One &lt;b&gt;.</p><p>Two.</p>"
        assert (text.entry.title, text.entry.feed.outlet) == ("제목", POST_RU.outlet)
        assert page.entry.published == "2023-09-13T00:00:00Z" and page.entry.authors == ("A",)
        assert page.response.body == HTML.encode() and page.entry.feed.outlet == POST.outlet
        assert other.entry.feed.outlet == Outlet("another-paper", "Another Paper")


def test_lines_cut_off_lose_nothing_before(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    line = json.dumps({"url": "https://post.example/1", "text": "x"}) + "\n"
    path.write_bytes(gzip.compress(line.encode() * 3)[:-12])
    *articles, letter = read_jsonl(str(path), OUTLETS)
    assert letter.cause == "bad_file" and path.name in letter.detail
    assert not any(isinstance(each, DeadLetter) for each in articles)


def test_file_that_is_not_there_is_named(tmp_path):
    for read in (read_warc, read_jsonl):
        with pytest.raises(Failure) as caught:
            next(read(str(tmp_path / "none"), OUTLETS))
        assert caught.value.cause == "no_file"


def test_outlets_of_one_host_are_told_by_folder():
    assert OUTLETS.feed("https://two.example/en/2023/a").outlet.id == "two-en"
    assert OUTLETS.feed("https://www.two.example/ru/2023/a").outlet.id == "two-ru"
    assert OUTLETS.feed("https://mobile.two.example/ru/2023/a").outlet.id == "two-ru"
    assert OUTLETS.feed("https://news.post.example/a").outlet.id == "post"
    assert OUTLETS.feed("https://notpost.example/a").outlet.id == "notpost-example"
    declared = load_outlets()
    known = Outlets(declared)
    assert all(known.has(feed.url) for feed in declared)


def test_sitemaps_are_read_for_the_dates_asked_for(server):
    def xml(name: str, child: str, items) -> Answer:
        inner = "".join(
            f"<{child}><loc>{server.url}{path}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</{child}>"
            for path, date in items
        )
        body = f'<{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{name}>'
        return Answer(body.encode(), headers={"Content-Type": "application/xml"})

    server.routes["/index.xml"] = xml(
        "sitemapindex", "sitemap", [("/old.xml", "2020-01-01"), ("/new.xml", "2024-01-01"), ("/gone.xml", "")]
    )
    server.routes["/new.xml"] = xml(
        "urlset",
        "url",
        [
            ("/within", "2023-09-13"),
            ("/before", "2022-01-01"),
            ("/changed-since", "2024-01-01"),
            ("/2021/05/06/dated", "2024-01-01"),
            ("/2023/09/14/dated", "2024-01-01"),
            ("/undated", ""),
        ],
    )
    mine = Outlets([Feed(f"{server.url}/feed", Outlet("one", "One"), delay=0.0, private_hosts=(server.authority,))])
    found = list(read_sitemap(f"{server.url}/index.xml", Range("2023-09-01", "2023-09-30"), mine, Web()))
    entries = [each for each in found if not isinstance(each, DeadLetter)]
    assert [e.url.removeprefix(server.url) for e in entries] == [
        "/within",
        "/changed-since",
        "/2023/09/14/dated",
        "/undated",
    ]
    assert {e.feed.outlet.id for e in entries} == {"one"}
    assert [letter.cause for letter in found if isinstance(letter, DeadLetter)] == ["http_404"]
    assert "/old.xml" not in server.paths()


def test_snapshots_of_a_feed_give_its_entries(server):
    rows = [["timestamp", "original"], ["20230901000000", POST.url], ["20230908000000", POST.url]]
    query = "url=https%3A%2F%2Frss.post.example%2Fall.xml&output=json&fl=timestamp,original&filter=statuscode:200"
    asked = f"/cdx/search/cdx?{query}&collapse=digest&from=20230901&to=20230930"
    server.routes[asked] = Answer(json.dumps(rows).encode(), headers={"Content-Type": "application/json"})
    item = "<item><title>News</title><link>https://post.example/1</link><pubDate>{}</pubDate></item>"
    feed = "<rss version='2.0'><channel><title>Feed</title>{}</channel></rss>"
    dates = "Thu, 31 Aug 2023 00:00:00 GMT", "Fri, 01 Sep 2023 00:00:00 GMT"
    server.routes[f"/web/20230901000000id_/{POST.url}"] = Answer(
        feed.format("".join(map(item.format, dates))).encode(), headers={"Content-Type": "application/rss+xml"}
    )
    found = snapshots(POST._replace(delay=0.0), Range("2023-09-01", "2023-09-30"), server.url, Web())
    assert [taken for taken, _ in found] == ["2023-09-01T00:00:00Z", "2023-09-08T00:00:00Z"]
    within = Range("2023-08-01", "2023-09-30")
    read = [
        each
        for taken, url in found
        for each in read_snapshot(POST._replace(delay=0.0), taken, url, within, server.url, Web())
    ]
    assert [each.url for each in read] == ["https://post.example/1", ""]
    assert (read[0].feed.outlet, read[1].cause) == (POST.outlet, "http_404")
