"""The sample data of `vostochny demo`, indexed once for all tests of dashboards, and a browser to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, sync_playwright

from connectors.elasticsearch.indices import Indices
from connectors.opml import load
from connectors.settings import Settings
from connectors.web import Web
from dashboards.desk.answers import Answers
from dashboards.desk.server import Desk
from demo.web import NewsWeb
from pipelines.line import Line
from pipelines.run import collect_once
from schemas.indices import article_document, poll_document, poll_id
from schemas.records import Feed, FeedState, Outlet, Poll
from tests.connectors.articles import article, entry

SINCE = "now-10y"


@pytest.fixture(scope="session")
def indices(settings: Settings, elasticsearch: Elasticsearch, tmp_path_factory) -> Iterator[Indices]:
    """The sample news as the line indexes it; beside them a failed poll and a dispatch without a statement."""
    made = Indices("test-dashboards")
    made.delete(elasticsearch)
    line = Line(settings, prefix=made.prefix, archive=str(tmp_path_factory.mktemp("archive")), processes=1)
    with NewsWeb() as web:
        collect_once(load(web.url, Web()), line, "FnApiRunner")
    outlet = Outlet("gone", "Gone Gazette", "US", "west", "en")
    feed = Feed("https://gone.example/feed", outlet)
    poll = Poll(feed, FeedState(feed.url), "2026-01-02T03:04:05Z", 503, 0, False, 0.1, "http_503", "answered 503")
    elasticsearch.index(
        index=made.name("feeds"), id=poll_id(poll), document=poll_document(poll, poll.polled), refresh=True
    )
    dispatch = article(entry("dispatch"), "A dispatch of the agency.")
    dispatch = dispatch._replace(extract=dispatch.extract._replace(wire_source="Sample Wire"))
    elasticsearch.index(
        index=made.name("articles"), id=dispatch.id, document=article_document(dispatch, "2023-09-13T09:00:00Z")
    )
    elasticsearch.indices.refresh(index=[made.name(kind) for kind in ("statements", "articles", "dead-letters")])
    yield made
    made.delete(elasticsearch)


@pytest.fixture(scope="session")
def answers(elasticsearch: Elasticsearch, indices: Indices) -> Answers:
    return Answers(elasticsearch, indices, since=SINCE, every=0.5)


@pytest.fixture(scope="session")
def desk(answers: Answers) -> Iterator[Desk]:
    with Desk(answers) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it; CHROMIUM names another one. Left out where there is none, but not in CI."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        assert "CI" not in os.environ, "Chromium is needed: .ci/run installs it"
        pytest.skip("the desk page's tests need Chromium: apt-get install chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        # The sandbox needs rights that containers withhold; nothing but our own page is opened.
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
