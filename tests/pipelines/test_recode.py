"""The archive coded anew, while others write: real servers, real processes, a real Elasticsearch."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.archive import Archive
from connectors.elasticsearch import node
from connectors.elasticsearch.generations import Span
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import Sink
from connectors.opml import load
from connectors.web import Response, Web
from pipelines.recode import recode
from pipelines.run import collect_once
from schemas.codebook import DATA
from schemas.records import Actor, Article, Coding, Entry, Extract, Feed, Outlet, Statement, digest
from tests.pipelines.growing import GrowingWeb
from tests.pipelines.test_backfill import page

RUNNER = "FnApiRunner"


def collect(web: GrowingWeb, line):
    return collect_once(load(web.url, Web()), line, RUNNER)


def backing(client, line) -> set[str]:
    return {
        index
        for kind in ("articles", "statements")
        for index in client.indices.get(index=f"{Indices(line.prefix).alias(kind)}-*")
    }


def written(documents: dict[str, dict]) -> dict[str, dict]:
    """Documents without the time at which they were written."""
    return {key: {**source, "event": {"created": source["event"]["created"]}} for key, source in documents.items()}


@pytest.fixture
def codebook(tmp_path) -> str:
    """Path of a codebook of another version, by which nothing is about arms."""
    folder = tmp_path / "codebook"
    shutil.copytree(DATA.parent, folder)
    text = DATA.read_text(encoding="utf-8")
    text = re.sub('version: ".*"', 'version: "other"', text, count=1)
    head, tail = text.split("- id: arms_technology", 1)
    path = folder / DATA.name
    path.write_text(head + "- id: arms_technology" + tail.replace("prior: -3.0", "prior: -300.0", 1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("reread", [False, True])
def test_the_same_codebook_gives_the_same_again(reread, line, indexed, elasticsearch):
    with GrowingWeb() as web:
        collect(web, line)
        asked = len(web.requests)
        before = {kind: indexed(kind) for kind in ("articles", "statements", "entries", "dead-letters")}
        old = backing(elasticsearch, line)
        changes = []
        done = recode(line, RUNNER, tell=changes.append, reread=reread)
        assert len(web.requests) == asked

    assert changes == []
    assert done.promoted
    assert done.total["recoded"] == len(before["articles"])
    assert done.total["statements"] == len(before["statements"])
    for kind in ("articles", "statements"):
        assert written(indexed(kind)) == written(before[kind])
    for kind in ("entries", "dead-letters"):
        assert indexed(kind) == before[kind]
    new = backing(elasticsearch, line)
    assert len(new) == 2 and not new & old


def test_another_codebook_for_a_span_of_dates(line, indexed, elasticsearch, codebook):
    with GrowingWeb() as web:
        collect(web, line)
    other = replace(line, codebook=codebook)
    before, statements = indexed("articles"), indexed("statements")
    days = sorted(source["@timestamp"][:10] for source in before.values())
    span = Span(days[len(days) // 4], days[3 * len(days) // 4])
    inside = {key for key, source in before.items() if span.since <= source["@timestamp"][:10] <= span.until}
    assert inside < before.keys()
    about_arms = {key for key, source in statements.items() if source["article"]["id"] in inside and _arms(source)}
    assert about_arms

    old = backing(elasticsearch, line)
    changes = []
    shown = recode(other, RUNNER, span=span, tell=changes.append, promote=False)
    assert not shown.promoted
    assert (indexed("articles"), indexed("statements")) == (before, statements)
    assert backing(elasticsearch, line) == old

    assert shown.changes.articles == shown.total["recoded"] == len(inside)
    before_it, after_it = (counted["arms_technology"] for counted in shown.changes.categories)
    assert before_it == len(about_arms) > after_it
    assert {change.article_id for change in changes} <= inside
    lost = [c for c in changes if c.kind == "changed" and set(c.before.categories) - set(c.after.categories)]
    assert lost and all("categories" in change.fields for change in lost)

    done = recode(other, RUNNER, span=span)
    assert done.total["recoded"] == len(inside) and done.total["copied"] == len(before) - len(inside)
    after = indexed("articles")
    assert after.keys() == before.keys()
    assert {key for key, source in after.items() if source["codebook"]["version"] == "other"} == inside
    assert {key for key in before if before[key] == after[key]} == before.keys() - inside
    now = indexed("statements")
    assert {key for key in now if now[key]["article"]["id"] not in inside} == {
        key for key in statements if statements[key]["article"]["id"] not in inside
    }
    assert len([source for source in now.values() if source["article"]["id"] in inside and _arms(source)]) == after_it


class Writer(threading.Thread):
    """Goes on writing articles as a watch does, new ones and new versions of them, until it is ended.

    None of them is coded, though all have a page to code: what is coded in the end was coded anew.
    """

    def __init__(self, client, line) -> None:
        super().__init__()
        self._client = client
        self._indices = Indices(line.prefix)
        self._sink = Sink(client, self._indices, first_wait=0.05, attempts=12)
        self._archive = Archive(line.archive)
        self._ended = threading.Event()
        self.last: dict[str, tuple[str, str]] = {}  # article id → title of its latest version, and index it went to
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            number = 0
            while not self._ended.is_set():
                number += 1
                # Every third is an edit of an earlier one.
                self._write(number // 2 if number % 3 == 0 else number, number)
        except Exception as problem:
            self.problem = problem

    def end(self) -> None:
        self._ended.set()
        self.join()
        if self.problem:
            raise self.problem

    def _write(self, number: int, version: int) -> None:
        title = f"Meeting {number}, version {version}"
        url = f"https://post.example/{number}"
        body = page(number).replace(f"Meeting {number}".encode(), title.encode())
        fetched = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=version)).strftime("%Y-%m-%dT%H:%M:%SZ")
        entry = Entry(digest(url), url, Feed("https://post.example/rss", Outlet("post", "The Post")), hash=title)
        response = Response(url, 200, "OK", (("Content-Type", "text/html; charset=utf-8"),), body, fetched)
        record = self._archive.write(response, entry)
        said = Statement(Actor("", title, title), 0, 4, "Once", False)
        coding = Coding(True, 1.0, "en", (), (said,), (), "none")
        article = Article(digest(url), entry, Extract(url, title, "Once", "en"), coding, fetched, record, title)
        before = self._indices.backing_index(self._client, "articles")
        assert self._sink.write_articles([article]) == []
        after = self._indices.backing_index(self._client, "articles")
        self.last[article.id] = title, before if before == after else ""


def test_what_others_write_meanwhile_is_coded_anew_and_nothing_lost(line, indexed, elasticsearch, monkeypatch):
    monkeypatch.setattr("pipelines.recode.FEW", 3)
    indices = Indices(line.prefix)
    indices.ensure(elasticsearch)
    writer = Writer(elasticsearch, line)
    writer.start()
    try:
        wait_for(lambda: len(writer.last) >= 20 or writer.problem)
        old = indices.backing_index(elasticsearch, "articles")
        done = recode(line, RUNNER, reread=True, settled=1.0)
        meant = len(writer.last)
        wait_for(lambda: len(writer.last) >= meant + 5 or writer.problem)
    finally:
        writer.end()

    assert done.promoted
    new = indices.backing_index(elasticsearch, "articles")
    assert new != old and len(backing(elasticsearch, line)) == 2
    articles, statements = indexed("articles"), indexed("statements")
    assert {key: source["article"]["title"] for key, source in articles.items()} == {
        key: title for key, (title, _) in writer.last.items()
    }
    assert {key for key, source in articles.items() if source["codebook"]["version"] == "none"} <= {
        key for key, (_, index) in writer.last.items() if index != old
    }
    of_article: dict[str, int] = Counter(source["article"]["id"] for source in statements.values())
    assert of_article == {key: source["article"]["statements"] for key, source in articles.items()}
    for source in statements.values():
        assert source["article"]["title"] == articles[source["article"]["id"]]["article"]["title"]


def wait_for(true) -> None:
    until = time.monotonic() + 180
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_killed_recoding_leaves_everything_as_it_was_and_the_next_cleans_up(
    settings, elasticsearch, line, indexed, tmp_path, monkeypatch
):
    line = replace(line, prefix="demo", archive=str(tmp_path / "demo-archive"))
    try:
        writer = Writer(elasticsearch, line)
        Indices("demo").ensure(elasticsearch)
        for number in range(300):
            writer._write(number, number)
        old = backing(elasticsearch, line)
        command = [sys.executable, "-c", "from pipelines.cli import main; main()", "recode", "--demo"]
        env = {
            **os.environ,
            "VOSTOCHNY_DATA_DIR": str(tmp_path),
            "VOSTOCHNY_ELASTICSEARCH_URL": settings.elasticsearch_url or node.start(settings).url,
        }
        process = subprocess.Popen([*command, "--processes", "1"], env=env)

        def half_made() -> bool:
            new = backing(elasticsearch, line) - old
            assert process.poll() is None, "it ended before it could be killed"
            articles = [name for name in new if "-articles-" in name]
            return bool(articles) and _written(elasticsearch, articles) > 0

        wait_for(half_made)
        process.kill()
        process.wait()
        assert len(backing(elasticsearch, line)) == 4
        assert {name for kind in KINDS for name in elasticsearch.indices.get_alias(name=f"demo-{kind}")} == old
        assert elasticsearch.count(index="demo-articles", query=UNCODED)["count"] == 300
        assert Sink(elasticsearch, Indices("demo")).write_articles([]) == []
        writer._write(300, 300)

        done = subprocess.run([*command, "--json"], env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["total"]["recoded"] == 301
        elasticsearch.indices.refresh(index="demo-articles")
        assert elasticsearch.count(index="demo-articles")["count"] == 301
        assert elasticsearch.count(index="demo-articles", query=UNCODED)["count"] == 0
        assert len(backing(elasticsearch, line)) == 2
    finally:
        Indices("demo").delete(elasticsearch)


def _written(client, names: list[str]) -> int:
    total = client.indices.stats(index=names, metric="indexing")["_all"]["total"]
    return total.get("indexing", {}).get("index_total", 0)  # nothing is told of an index that is just being made


KINDS = ("articles", "statements")
UNCODED = {"term": {"codebook.version": "none"}}


def _arms(source: dict) -> bool:
    return "arms_technology" in source["statement"].get("categories", ())
