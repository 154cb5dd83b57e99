"""The whole line on the sample news web: a real HTTP server, real processes, a real Elasticsearch."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace

import pytest

from connectors.opml import load
from connectors.web import Web
from demo.sample import load_truth
from demo.web import NewsWeb
from pipelines.run import collect_once, replay
from pipelines.summary import POLL_FAILED, failures
from schemas.codebook import DATA
from schemas.failures import Failure
from schemas.records import Feed, Outlet
from tests.connectors.server import Answer, serving

RUNNER = "FnApiRunner"


@pytest.fixture(scope="module")
def truth():
    return load_truth()


@pytest.fixture
def server():
    with serving() as found:
        yield found


def feed(server, *paths: str) -> Feed:
    items = "".join(f"<item><title>News</title><link>{server.url}{path}</link></item>" for path in paths)
    body = f"<rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>"
    server.routes["/feed.xml"] = Answer(body.encode(), headers={"Content-Type": "application/rss+xml"})
    return Feed(f"{server.url}/feed.xml", Outlet("one", "One"), delay=0.0, private_hosts=(server.authority,))


def article(title: str) -> Answer:
    paragraphs = "".join(f"<p>On day {n} it rained from morning to night, and nobody went out.</p>" for n in range(20))
    page = f"<html lang='en'><head><title>{title}</title></head><body><article>{paragraphs}</article></body></html>"
    return Answer(page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def collect(web: NewsWeb, line):
    return collect_once(load(web.url, Web()), line, RUNNER)


def test_every_entry_is_accounted_for_and_a_second_run_changes_nothing(line, indexed, truth):
    broken = Counter(item["cause"] for item in truth["events"]["broken"])
    with NewsWeb() as web:
        first = collect(web, line)
        articles, statements = indexed("articles"), indexed("statements")

        assert first.accounted
        assert first.exit_code == 0
        assert failures(first.total) == broken
        assert len(articles) == first.total["indexed"] == truth["counts"]["articles"]
        assert len(statements) == first.total["statements"] > 0
        assert Counter(a["outlet"]["id"] for a in articles.values()).keys() == {
            f.outlet.id for f in load(web.url, Web())
        }
        assert sorted(letter["error"]["code"] for letter in indexed("dead-letters").values()) == sorted(
            broken.elements()
        )

        asked = len(web.requests)
        second = collect(web, line)

        assert second.accounted
        assert second.total["new"] == 0
        feeds = {feed.url.removeprefix(web.url) for feed in load(web.url, Web())}
        assert {r.path.lstrip("/") for r in web.requests[asked:]} <= feeds | {"", "robots.txt"}
        assert indexed("articles") == articles
        assert indexed("statements") == statements


def test_an_edited_headline_or_body_updates_its_article(line, indexed, truth):
    with NewsWeb() as web:
        collect(web, line)
        before = indexed("articles")
        web.switch(2)
        summary = collect(web, line)
        after = indexed("articles")

    assert summary.accounted
    assert after.keys() == before.keys()
    changed = {after[key]["article"]["title"] for key in after if after[key] != before[key]}
    assert changed == {edit["title"] for edit in truth["events"]["edits"]}
    of_articles = {statement["article"]["id"] for statement in indexed("statements").values()}
    assert of_articles <= after.keys()


def test_what_failed_is_taken_again(line, indexed, server):
    server.routes["/sound"] = article("The weather in Busan")
    summary = collect_once([feed(server, "/broken", "/sound")], line, RUNNER)
    assert summary.accounted
    assert failures(summary.total) == {"http_404": 1}

    assert failures(replay(line, RUNNER).total) == {"http_404": 1}
    assert len(indexed("dead-letters")) == 1

    server.routes["/broken"] = article("The weather in Daegu")
    again = replay(line, RUNNER, cause="http_404")
    assert again.accounted
    assert again.total["indexed"] == 1
    assert indexed("dead-letters") == {}
    titles = {found["article"]["title"] for found in indexed("articles").values()}
    assert titles == {"The weather in Busan", "The weather in Daegu"}


def test_a_page_that_was_fetched_is_taken_again_from_the_archive(line, indexed, server):
    server.routes["/picture"] = Answer(b"\x89PNG\r\n\x1a\n" + bytes(500), headers={"Content-Type": "image/png"})
    collect_once([feed(server, "/picture")], replace(line, gate=False), RUNNER)
    assert failures(replay(line, RUNNER).total) == {"not_html": 1}
    assert server.paths() == ["/feed.xml", "/picture"]

    shutil.rmtree(line.archive)
    assert failures(replay(line, RUNNER).total) == {"archive_missing": 1}
    server.routes["/picture"] = article("The weather in Busan")
    assert replay(line, RUNNER).total["indexed"] == 1
    assert indexed("dead-letters") == {}


def test_one_article_in_two_feeds_is_one_article(line, indexed, server):
    server.routes["/sound"] = article("The weather in Busan")
    first = feed(server, "/sound")
    server.routes["/other.xml"] = server.routes["/feed.xml"]
    summary = collect_once([first, first._replace(url=f"{server.url}/other.xml")], line, RUNNER)
    assert summary.accounted
    assert (summary.total["indexed"], summary.total["known"]) == (1, 1)
    assert len(indexed("articles")) == 1


def test_a_run_in_which_nothing_could_be_done_says_so(line, server):
    gone = feed(server)._replace(url=f"{server.url}/gone.xml")
    summary = collect_once([gone], line, RUNNER)
    assert failures(summary.total, POLL_FAILED) == {"http_404": 1}
    assert summary.exit_code == 1


def test_an_archive_that_cannot_be_written_ends_the_run_and_loses_nothing(line, indexed, server, tmp_path):
    server.routes["/sound"] = article("The weather in Busan")
    (tmp_path / "file").touch()
    with pytest.raises(Failure) as raised:
        collect_once([feed(server, "/sound")], replace(line, archive=str(tmp_path / "file")), RUNNER)
    assert raised.value.cause == "archive_unwritable"
    assert indexed("entries") == indexed("feed-states") == {}

    assert collect_once([feed(server, "/sound")], line, RUNNER).total["indexed"] == 1


def test_a_codebook_that_cannot_be_used_ends_the_run(line, indexed, server, tmp_path):
    server.routes["/sound"] = article("Kim Jong Un met Vladimir Putin in Russia to speak of North Korea")
    codebook = tmp_path / "codebook.yaml"
    shutil.copy(DATA, codebook)
    shutil.copytree(DATA.with_name("lexicons"), tmp_path / "lexicons")
    (tmp_path / "classifiers").mkdir()
    (tmp_path / "classifiers" / "en.npz").write_bytes(b"damaged")
    with pytest.raises(Failure) as raised:
        collect_once([feed(server, "/sound")], replace(line, codebook=str(codebook), gate=False), RUNNER)
    assert raised.value.cause == "bad_classifier"
    assert indexed("dead-letters") == indexed("entries") == {}
