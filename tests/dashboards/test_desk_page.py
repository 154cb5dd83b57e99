"""The desk page in a real Chromium: what a reader sees and does, and what assistive technology is told."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from dashboards.desk.server import Desk
from dashboards.panels import DASHBOARDS, PANELS

DRAWN = {"columns", "shares", "bars", "line", "heatmap"}

Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, desk: Desk) -> Iterator[Opener]:
    """Opens an address of the desk and waits until it is drawn. What the console says ends the test as a failure."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str = "overview", *, width: int = 1440, height: int = 900, ready: bool = True, **options) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(allowed) else None)
        page.goto(desk.url + path)
        if ready:
            page.wait_for_selector("body[data-ready]")
        return page

    allowed = (desk.url, "data:", "blob:")
    yield opened
    for context in contexts:
        context.close()
    assert not complaints


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def settled(page: Page) -> None:
    expect(page.locator(".panel[aria-busy=true]")).to_have_count(0)


def number_of(page: Page, panel: str = "statements") -> int:
    return int(page.locator(f"#panel-{panel} .number").inner_text().replace(",", ""))


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_every_panel_is_drawn(open_page: Opener, dashboard: str):
    page = open_page(dashboard)
    for place in DASHBOARDS[dashboard].places:
        panel, section = PANELS[place.panel], page.locator(f"#panel-{place.panel}")
        expect(section.get_by_role("heading").first).to_have_text(panel.title.en)
        if panel.chart in DRAWN:
            assert section.locator(".chart svg path[d], .chart svg text").count() > 2
            box = section.locator(".chart svg").bounding_box()
            assert box and box["width"] <= section.bounding_box()["width"]
        elif panel.chart == "figure":
            assert section.locator(".number").inner_text() not in ("", "–")
        elif panel.chart == "table":
            assert section.locator("tbody tr").count() > 0
        else:
            assert section.locator("article, tbody tr").count() > 0


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_a_phone_shows_it_without_sideways_scrolling(open_page: Opener, dashboard: str):
    page = open_page(dashboard, width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator(".panel.figure").first.bounding_box()["width"] > 140


def test_a_wall_screen_is_filled(open_page: Opener):
    page = open_page(width=3840, height=2160)
    assert page.locator("#panel-reactions-over-time .chart svg").bounding_box()["width"] > 3000


@pytest.mark.parametrize(
    ("language", "title", "category"),
    [
        ("ko", "개요", "무기·기술 이전"),
        ("ru", "Обзор", "Передача оружия и технологий"),
        ("en", "Overview", "Arms and technology"),
    ],
)
def test_the_page_speaks_three_languages(open_page: Opener, language: str, title: str, category: str):
    page = open_page(f"overview?lang={language}")
    expect(page.locator("h1")).to_have_text(title)
    assert page.locator("html").get_attribute("lang") == language
    expect(page.locator("#panel-reactions-over-time .chart")).to_contain_text(category)


def test_a_filter_narrows_the_panels_and_stands_in_the_address(open_page: Opener):
    page = open_page()
    before = number_of(page)
    page.get_by_text("Bloc", exact=True).click()
    page.get_by_role("checkbox", name="South Korea").check()
    settled(page)
    assert query_of(page)["bloc"] == ["rok"]
    narrowed = number_of(page)
    assert 0 < narrowed < before
    again = open_page(page.url.removeprefix(urlsplit(page.url).scheme + "://" + urlsplit(page.url).netloc + "/"))
    assert number_of(again) == narrowed
    again.get_by_role("button", name="Remove: Bloc South Korea").click()
    settled(again)
    assert number_of(again) == before
    again.go_back()
    settled(again)
    assert number_of(again) == narrowed


def test_words_narrow_the_statements_and_stand_in_the_address(open_page: Opener):
    page = open_page()
    before = number_of(page)
    box = page.get_by_role("searchbox", name="Words in statements")
    box.fill("оружие")
    box.press("Enter")
    settled(page)
    assert query_of(page)["text"] == ["оружие"]
    narrowed = number_of(page)
    assert 0 < narrowed < before
    expect(page.locator("#panel-latest-statements article").first).to_contain_text(re.compile("оружи", re.IGNORECASE))
    expect(page.locator("#panel-feeds-over-time .deaf")).to_have_text("Not narrowed by: Words in statements")
    again = open_page("overview?text=оружие")
    assert number_of(again) == narrowed
    expect(again.get_by_role("searchbox", name="Words in statements")).to_have_value("оружие")
    again.get_by_role("button", name="Remove: Words in statements оружие").click()
    settled(again)
    assert number_of(again) == before
    expect(again.get_by_role("searchbox", name="Words in statements")).to_have_value("")
    page.locator("#panel-statements .number").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(f"of {narrowed}")


def test_emptying_the_box_of_words_shows_all_again(open_page: Opener):
    page = open_page("overview?text=missile")
    box = page.get_by_role("searchbox", name="Words in statements")
    box.fill("")
    box.press("Enter")
    settled(page)
    assert "text" not in query_of(page)


def test_a_panel_says_which_filters_it_cannot_follow(open_page: Opener):
    page = open_page("overview?stance=critical&bloc=rok")
    expect(page.locator("#panel-feeds-over-time .deaf")).to_have_text("Not narrowed by: Stance")
    expect(page.locator("#panel-stance-by-bloc .deaf")).to_be_empty()


def test_a_filters_menu_is_searched_by_words_in_any_language(open_page: Opener):
    page = open_page()
    page.get_by_text("Speaker", exact=True).first.click()
    page.get_by_role("searchbox", name="Search: Speaker").fill("Песков")
    expect(page.locator(".filter[open] li")).to_have_count(1)
    page.get_by_role("checkbox", name="Dmitry Peskov").check()
    settled(page)
    assert query_of(page)["actor"] == ["Dmitry Peskov"]


def test_the_period_can_be_chosen_by_dates(open_page: Opener):
    page = open_page("overview?from=2023-09-01&to=2023-09-30")
    september = number_of(page)
    page.get_by_label("To (included)").fill("2023-12-31")
    page.get_by_role("button", name="Apply").click()
    settled(page)
    assert query_of(page)["to"] == ["2023-12-31"]
    assert number_of(page) > september > 0


def test_a_number_opens_to_its_statements_with_their_spans_marked(open_page: Opener):
    page = open_page("actor?actor=Dmitry+Peskov")
    total = number_of(page)
    page.locator("#panel-statements .number").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("status")).to_contain_text(f"of {total}")
    card = drawer.locator("article").first
    expect(card.locator("mark")).not_to_be_empty()
    expect(card.locator(".speaker")).to_have_text("Dmitry Peskov")
    expect(card.locator(".archive")).to_contain_text(".warc.gz")
    link = card.get_by_role("link")
    assert link.get_attribute("href").startswith("http://127.0.0.1")
    assert link.get_attribute("rel") == "noopener noreferrer"
    card.get_by_text("Why it was coded so").click()
    expect(card.locator("dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    assert "open" not in query_of(page)


def test_a_bar_opens_to_what_it_counts(open_page: Opener):
    page = open_page()
    page.locator(
        "#panel-stance-by-bloc .chart path[aria-roledescription], #panel-stance-by-bloc .mark-rect path"
    ).first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("status")).to_contain_text(" of ")
    keys = json.loads(query_of(page)["keys"][0])
    rows = page.evaluate(
        "fetch('/api/dashboards/overview').then((r) => r.json()).then((a) => a.panels['stance-by-bloc'].rows)"
    )
    (expected,) = [count for *found, count in rows if found == keys]
    expect(drawer.get_by_role("status")).to_contain_text(f"of {expected}")


def test_every_number_can_be_reached_by_keyboard(open_page: Opener):
    page = open_page()
    toggle = page.locator("#panel-top-speakers .toggle")
    toggle.focus()
    page.keyboard.press("Enter")
    number = page.locator("#panel-top-speakers td.value button").first
    expect(number).to_be_visible()
    number.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("article").first).to_be_visible()


def test_a_speaker_leads_to_the_actor_dashboard(open_page: Opener):
    page = open_page("overview?open=top-speakers&keys=" + json.dumps(["Dmitry Peskov"]))
    page.get_by_role("dialog").locator(".speaker").first.click()
    settled(page)
    expect(page.locator("h1")).to_have_text("Actor")
    assert query_of(page)["actor"] == ["Dmitry Peskov"]


def statement(text: str, **fields) -> dict:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "@timestamp": now,
        "event": {"ingested": now},
        "article": {"id": "x", "title": fields.pop("title", "A title"), "language": "en"},
        "outlet": {"name": "Live Gazette", "bloc": "west"},
        "actor": {"name": "Somebody", "linked": False},
        "url": {"full": fields.pop("url", "https://live.example/1")},
        "statement": {
            "id": uuid.uuid4().hex,
            "text": text,
            "context": text,
            "context_start": 0,
            "start": 0,
            "end": len(text),
            "stance": "neutral",
            "stance_score": 0.9,
        },
    }


@pytest.fixture
def index_statement(elasticsearch, indices):
    ids = []

    def index(document: dict) -> None:
        ids.append(document["statement"]["id"])
        elasticsearch.index(index=indices.name("statements"), id=ids[-1], document=document, refresh=True)

    yield index
    for id in ids:
        elasticsearch.delete(index=indices.name("statements"), id=id, refresh=True)


def test_new_statements_appear_without_reloading(open_page: Opener, index_statement):
    page = open_page()
    before = number_of(page)
    page.evaluate("window.notReloaded = true")
    with page.expect_response("**/api/pulse*"):
        pass  # the page has heard how things stand
    index_statement(statement("Breaking: the bridge is open."))
    latest = page.locator("#panel-latest-statements")
    expect(latest).to_contain_text("Breaking: the bridge is open.", timeout=20_000)
    expect(page.locator("#announcement")).to_contain_text("something new")
    assert number_of(page) == before + 1
    assert page.evaluate("window.notReloaded")


def test_what_outlets_write_stays_text(open_page: Opener, index_statement):
    hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    index_statement(statement(hostile, title=hostile, url="javascript:window.hit=1"))
    page = open_page("overview?outlet=Live+Gazette")
    card = page.locator("#panel-latest-statements article").first
    expect(card.locator("mark")).to_have_text(hostile)
    assert page.locator("main img").count() == 0
    assert page.locator("a[href^=javascript]").count() == 0
    assert page.evaluate("window.hit") is None


def test_the_answer_to_an_older_filter_is_never_drawn(open_page: Opener):
    page = open_page()
    page.evaluate("AbortController.prototype.abort = () => {}")  # the older answer does arrive
    held: list[Route] = []
    page.route(
        "**/api/dashboards/overview?*",
        lambda route: held.append(route) if "bloc=west" in route.request.url else route.continue_(),
    )
    go = "address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }"
    page.evaluate(go, "/overview?bloc=west")
    page.evaluate(go, "/overview?bloc=rok")
    settled(page)
    newest = number_of(page)
    with page.expect_response(lambda response: "bloc=west" in response.url) as older:
        held[0].continue_()
    assert older.value.json()["panels"]["statements"]["rows"][0] != [newest]
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert number_of(page) == newest


def test_a_lost_connection_is_said_and_made_good(open_page: Opener, browser: Browser, desk: Desk):
    context = browser.new_context(locale="en-GB")  # complaints of the console are expected here
    page = context.new_page()
    page.goto(desk.url + "overview")
    page.wait_for_selector("body[data-ready]")
    context.set_offline(True)
    expect(page.locator("#status")).to_contain_text("No connection", timeout=15_000)
    context.set_offline(False)
    expect(page.locator("#status")).to_contain_text("As of", timeout=15_000)
    context.close()


@pytest.mark.parametrize(("kind", "start"), [("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"\xef\xbb\xbf")])
def test_a_panel_can_be_taken_along(open_page: Opener, kind: str, start: bytes):
    page = open_page()
    panel = page.locator("#panel-categories-by-bloc")
    panel.locator(".menu summary").click()
    with page.expect_download() as download:
        panel.locator(".sheet").get_by_text(kind).click()
    assert download.value.suggested_filename == f"categories-by-bloc.{kind.lower()}"
    assert Path(download.value.path()).read_bytes().startswith(start)


def test_a_panels_query_is_shown(open_page: Opener):
    page = open_page()
    panel = page.locator("#panel-top-speakers")
    panel.locator(".menu summary").click()
    panel.get_by_role("button", name="Query").click()
    text = page.locator("dialog.query pre").inner_text()
    head, _, body = text.partition("\n")
    assert re.fullmatch(r"GET /\S+-statements/_search", head)
    assert json.loads(body)["aggs"]


@pytest.mark.parametrize(
    ("dashboard", "theme"),
    [*((dashboard, "light") for dashboard in DASHBOARDS), ("overview", "dark"), ("quality", "dark")],
)
def test_no_barrier_that_axe_finds(open_page: Opener, dashboard: str, theme: str):
    page = open_page(f"{dashboard}?theme={theme}")
    assert not serious(page)


def test_words_have_no_barrier_on_a_phone(open_page: Opener):
    page = open_page("overview?text=missile&bloc=west", width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not serious(page)


def test_the_drawer_has_no_barrier(open_page: Opener):
    page = open_page("overview?open=top-speakers")
    expect(page.get_by_role("dialog").locator("article").first).to_be_visible()
    assert not serious(page)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
