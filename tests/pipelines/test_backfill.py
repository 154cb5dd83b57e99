"""Articles of the past through the line: real files and servers, real processes, a real Elasticsearch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.backfill import Range
from connectors.elasticsearch import node
from connectors.elasticsearch.indices import Indices
from connectors.opml import load
from connectors.web import Web
from pipelines.backfill import Past, backfill_files, backfill_sitemaps, backfill_snapshots
from pipelines.recode import recode
from pipelines.run import collect_once
from pipelines.summary import failures
from schemas.failures import Failure
from schemas.records import Feed, Outlet
from tests.connectors.server import Answer, serving
from tests.connectors.test_backfill_sources import warc
from tests.pipelines.growing import GrowingWeb

RUNNER = "FnApiRunner"


def text(number: int) -> str:
    return (
        "Kim Jong Un met Vladimir Putin in Russia to speak of shells and missiles for the war in Ukraine.\n"
        '"North Korea must not send shells to Russia, and Moscow must not pay for them with missile technology," White '
        f"House spokesman John Kirby told reporters in Washington on day {number}.\n"
        "It was their second meeting, and nobody knows what the two leaders have agreed upon."
    )


def page(number: int) -> bytes:
    paragraphs = "".join(f"<p>{part}</p>" for part in text(number).split("\n"))
    head = f"<title>Meeting {number}</title><meta charset='utf-8'>"
    return f"<html lang='en'><head>{head}</head><body><article>{paragraphs}</article></body></html>".encode()


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def post() -> Feed:
    return Feed("https://post.example/rss", Outlet("post", "The Post", "US", "west", "en"))


def test_warc_files_are_indexed_once_and_can_be_coded_anew(line, indexed, post, tmp_path):
    html = "text/html; charset=utf-8"
    pages = [(f"https://www.post.example/{n}", 200, html, page(n)) for n in range(12)]
    others = [("https://elsewhere.example/1", 200, html, page(1)), ("https://post.example/x", 404, html, page(2))]
    path = warc(tmp_path / "news.warc.gz", *pages[:6], *others, pages[0], *pages[6:])
    past = Past(line, (post,), listed=True)
    first = backfill_files(past, "warc", [path], RUNNER)
    assert first.accounted
    assert (first.total["indexed"], first.total["known"]) == (12, 1)
    articles, statements = indexed("articles"), indexed("statements")
    assert len(articles) == 12 and statements
    assert {a["outlet"]["id"] for a in articles.values()} == {"post"}
    assert {a["event"]["created"] for a in articles.values()} == {"2023-09-13T08:00:00Z"}
    assert {a["@timestamp"] for a in articles.values()} == {"2023-09-13T08:00:00Z"}  # no page has a date of its own

    again = backfill_files(past, "warc", [path], RUNNER)
    assert again.accounted and again.total["known"] == 13
    assert (indexed("articles"), indexed("statements")) == (articles, statements)
    assert recode(line, RUNNER).total["recoded"] == 12
    assert indexed("statements").keys() == statements.keys()

    all_ = backfill_files(Past(line, (post,)), "warc", [path], RUNNER)
    assert all_.total["indexed"] == 1
    assert {a["outlet"]["name"] for a in indexed("articles").values()} == {"The Post", "elsewhere.example"}


def test_lines_of_json_are_indexed_and_bad_ones_are_dead_letters(line, indexed, post, tmp_path):
    path = tmp_path / "a.jsonl"
    items = [
        {"url": f"https://post.example/{n}", "title": f"Meeting {n}", "text": text(n), "published": f"2023-09-1{n}"}
        for n in range(5)
    ]
    items.append({"url": "https://post.example/page", "html": page(9).decode(), "outlet": "Another"})
    items.append({"url": "https://post.example/picture", "html": "\x00" * 500})
    lines = [json.dumps(item) for item in items]
    path.write_text("\n".join([*lines[:2], "{broken", *lines[2:]]), encoding="utf-8")
    for _ in range(2):
        done = backfill_files(Past(line, (post,)), "jsonl", [str(path)], RUNNER)
        assert done.accounted
        assert failures(done.total)["bad_line"] == 1
        articles = indexed("articles").values()
        assert sorted(a["article"]["title"] for a in articles) == [*(f"Meeting {n}" for n in range(5)), "Meeting 9"]
        assert {a["@timestamp"] for a in articles if a["article"]["title"] != "Meeting 9"} == {
            f"2023-09-1{n}T00:00:00Z" for n in range(5)
        }
        assert {a["outlet"]["name"] for a in articles} == {"The Post", "Another"}
        letters = sorted(indexed("dead-letters").values(), key=lambda letter: letter["error"]["code"])
        assert [letter["dead_letter"]["stage"] for letter in letters] == ["backfill", "read"]
        assert "a.jsonl, line 3" in letters[0]["error"]["message"]
    assert recode(line, RUNNER).total["recoded"] == 6
    assert len(indexed("articles")) == 6


def test_file_that_is_missing_ends_it_before_it_begins(line, post):
    with pytest.raises(Failure) as caught:
        backfill_files(Past(line, (post,)), "jsonl", ["/nonexistent"], RUNNER)
    assert caught.value.cause == "no_file"


def test_sitemaps_and_snapshots_of_feeds(line, indexed, server):
    feed = Feed(f"{server.url}/feed.xml", Outlet("one", "One"), delay=0.0, private_hosts=(server.authority,))
    html = {"Content-Type": "text/html; charset=utf-8"}
    for number in range(4):
        server.routes[f"/{number}"] = Answer(page(number), headers=html)
    urls = "".join(f"<url><loc>{server.url}/{n}</loc><lastmod>2023-09-1{n}</lastmod></url>" for n in range(3))
    server.routes["/map.xml"] = Answer(f"<urlset>{urls}</urlset>".encode(), headers={"Content-Type": "text/xml"})
    past = Past(line, (feed,))
    dated = replace(past, dates=Range("2023-09-11", "2023-09-30"))
    done = backfill_sitemaps(dated, [f"{server.url}/map.xml"], RUNNER)
    assert done.accounted and done.total["indexed"] == 2
    assert "/0" not in server.paths()

    rows = [["timestamp", "original"], *([f"2023090{day}000000", feed.url] for day in (1, 2, 3))]
    quoted = feed.url.replace(":", "%3A").replace("/", "%2F")
    query = f"url={quoted}&output=json&fl=timestamp,original&filter=statuscode:200&collapse=digest"
    server.routes[f"/wayback/cdx/search/cdx?{query}"] = Answer(json.dumps(rows).encode())
    for day, numbers in ((1, (0, 1)), (2, (1, 3))):
        items = "".join(f"<item><title>Meeting {n}</title><link>{server.url}/{n}</link></item>" for n in numbers)
        server.routes[f"/wayback/web/2023090{day}000000id_/{feed.url}"] = Answer(
            f"<rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>".encode()
        )
    done = backfill_snapshots(past, [feed.url], f"{server.url}/wayback", RUNNER)
    assert done.accounted
    assert (done.total["indexed"], failures(done.total)) == (2, {"http_404": 1})
    assert len(indexed("articles")) == 4
    assert {a["outlet"]["id"] for a in indexed("articles").values()} == {"one"}
    assert server.paths().count("/1") == 1


def test_archive_fills_empty_indices(line, indexed, elasticsearch):
    """What is left when Elasticsearch is lost: the archive."""
    with GrowingWeb() as web:
        collect_once(load(web.url, Web()), line, RUNNER)
        feeds = tuple(load(web.url, Web()))
    before = {key: a["article"] for key, a in indexed("articles").items()}
    Indices(line.prefix).delete(elasticsearch)
    files = sorted(str(path) for path in Path(line.archive).rglob("*.warc.gz"))
    backfill_files(Past(line, feeds), "warc", files, RUNNER)
    assert {key: a["article"] for key, a in indexed("articles").items()} == before


def test_killed_backfill_goes_on_where_it_was(settings, elasticsearch, tmp_path):
    path = tmp_path / "a.jsonl"
    items = ({"url": f"https://post.example/{n}", "title": f"Meeting {n}", "text": text(n)} for n in range(400))
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "backfill", "jsonl", str(path)]
    env = {
        **os.environ,
        "VOSTOCHNY_DATA_DIR": str(tmp_path),
        "VOSTOCHNY_ELASTICSEARCH_URL": settings.elasticsearch_url or node.start(settings).url,
    }
    name = Indices("demo").name("articles")

    def count() -> int:
        if not elasticsearch.indices.exists_alias(name=name):
            return 0
        elasticsearch.indices.refresh(index=name)
        return elasticsearch.count(index=name)["count"]

    try:
        process = subprocess.Popen([*command, "--demo", "--processes", "1"], env=env)
        while not (before := count()):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
        process.wait()
        assert 0 < before < 400
        done = subprocess.run([*command, "--demo", "--json"], env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        total = json.loads(done.stdout)["total"]
        assert total["known"] >= before and total["known"] + total["indexed"] == 400
        assert count() == 400
    finally:
        Indices("demo").delete(elasticsearch)
