"""How fast the desk page is: `python -m benchmarks.desk --statements 1000000`.

Fills indices that begin with "benchmark-desk" on the configured Elasticsearch (the embedded node unless
VOSTOCHNY_ELASTICSEARCH_URL names another) with made-up statements, unless they hold as many already, and measures the
page in Chromium: from the request for the overview until all of its panels are drawn, and from a change of the filter
until all are drawn anew. `--remove` takes the indices away again.
"""

from __future__ import annotations

import argparse
import gzip
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from elasticsearch import Elasticsearch, helpers
from playwright.sync_api import Page, sync_playwright

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from connectors.settings import Settings
from dashboards.desk.answers import Answers
from dashboards.desk.server import STATIC, Desk
from schemas.actors import load_actors
from schemas.codebook import load_codebook
from schemas.indices import DOCUMENTS
from schemas.outlets import load_outlets
from schemas.records import digest

PREFIX = "benchmark-desk"
PER_ARTICLE = 3  # statements
YEARS = 3
TEXTS = {
    "en": "The spokesman said that arms transfers between Moscow and Pyongyang break the resolutions of the Council.",
    "ru": "Представитель министерства заявил, что сотрудничество двух стран не направлено против третьих государств.",
    "ko": "대변인은 북한과 러시아의 무기 거래가 유엔 안전보장이사회 결의를 위반하는 것이라고 말했다.",
}


def documents(statements: int, now: datetime) -> Iterator[tuple[str, str, dict]]:
    """Kind, id and document of made-up articles with their statements, and of a poll a day and feed."""
    chance = random.Random(1)
    feeds = load_outlets()
    actors = [actor for actor in load_actors() if actor.kind != "state"]
    categories = [category.id for category in load_codebook().categories]
    stances = [stance.id for stance in load_codebook().stances]
    weights = [1 / (rank + 1) for rank in range(len(actors))]
    for number in range(statements // PER_ARTICLE + 1):
        feed = chance.choice(feeds)
        published = now - timedelta(days=365 * YEARS * chance.random())
        stamp = published.strftime("%Y-%m-%dT%H:%M:%SZ")
        id = digest("article", str(number))
        text = TEXTS.get(feed.outlet.language, TEXTS["en"])
        base = {
            "@timestamp": stamp,
            "event": {"created": stamp, "ingested": stamp},
            "url": {"full": f"https://{feed.outlet.id}.example/{number}", "domain": f"{feed.outlet.id}.example"},
            "outlet": feed.outlet._asdict(),
            "feed": {"url": feed.url, "kind": feed.kind},
            "codebook": {"version": "2026.1"},
        }
        article = {
            "id": id,
            "title": text[:60],
            "language": feed.outlet.language,
            "published": stamp,
            "relevant": True,
            "extracted": True,
            "statements": PER_ARTICLE,
        }
        speakers = chance.choices(actors, weights, k=PER_ARTICLE)
        yield "articles", id, {**base, "article": {**article, "actors": sorted({actor.id for actor in speakers})}}
        for position, actor in enumerate(speakers):
            key = digest(id, str(position))
            chosen = chance.sample(categories, chance.choice((0, 1, 1, 1, 2)))
            score = round(chance.uniform(0.35, 1), 4)
            statement = {
                "id": key,
                "text": text,
                "context": f"{text} {text}",
                "context_start": 0,
                "start": 0,
                "end": len(text),
                "direct": chance.random() < 0.3,
                "categories": chosen,
                "stance": chance.choice(stances),
                "stance_score": score,
                "explanation": '{"cue": "said"}',
            }
            speaker = {
                "id": actor.id,
                "name": actor.name(),
                "kind": actor.kind,
                "country": actor.country,
                "linked": True,
            }
            yield "statements", key, {**base, "article": article, "statement": statement, "actor": speaker}
    for day in range(365 * YEARS):
        polled = (now - timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for feed in feeds[:40]:
            outcome = "failure" if chance.random() < 0.05 else "success"
            yield (
                "feeds",
                digest(feed.url, polled),
                {
                    "@timestamp": polled,
                    "event": {"ingested": polled, "outcome": outcome},
                    "outlet": feed.outlet._asdict(),
                    "feed": {"url": feed.url, "kind": feed.kind},
                },
            )


def fill(client: Elasticsearch, indices: Indices, statements: int) -> None:
    indices.ensure(client)
    if client.count(index=indices.name("statements"))["count"] >= statements:
        return
    names = [indices.name(kind) for kind in DOCUMENTS]
    client.indices.put_settings(index=names, settings={"index.refresh_interval": "-1"})
    started = time.monotonic()
    actions = (
        {"_index": indices.name(kind), "_id": id, "_source": document}
        for kind, id, document in documents(statements, datetime.now(UTC))
    )
    for done, _ in enumerate(helpers.streaming_bulk(client, actions, chunk_size=4000), 1):
        if done % 100_000 == 0:
            print(f"{done:,} documents, {done / (time.monotonic() - started):,.0f} a second", flush=True)
    client.indices.put_settings(index=names, settings={"index.refresh_interval": None})
    client.indices.refresh(index=names)


DRAWN = "() => document.body.dataset.ready && !document.querySelector('.panel[aria-busy=true]')"
GO = """address => { window.went = performance.now();
  history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }"""


def first_paint(page: Page, url: str) -> float:
    """Seconds from the request for the page until all panels are drawn."""
    page.goto("about:blank")
    page.goto(url, wait_until="commit")
    page.wait_for_function(DRAWN, polling=10)
    return page.evaluate("performance.now()") / 1000


def change(page: Page, address: str) -> float:
    """Seconds from a change of the filter until all panels are drawn anew."""
    page.evaluate(GO, address)
    page.wait_for_function(DRAWN, polling=10)
    return page.evaluate("performance.now() - window.went") / 1000


def measure(desk: Desk, browser_path: str, rounds: int) -> dict[str, float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        # A period of its own each time, so that Elasticsearch can't answer out of its cache.
        periods = [f"now-{360 * YEARS - number}d" for number in range(2 * rounds)]
        first_paint(page, f"{desk.url}overview")
        paints = [first_paint(page, f"{desk.url}overview?from={period}") for period in periods[:rounds]]
        cached = [first_paint(page, f"{desk.url}overview?from={periods[0]}") for _ in range(rounds)]
        filters = [
            "bloc=rok",
            "stance=critical",
            "category=arms_technology",
            "bloc=russia&stance=supportive",
            "bloc=west",
        ]
        changes = [
            change(page, f"/overview?from={period}&{filters[number % len(filters)]}")
            for number, period in enumerate(periods[rounds:])
        ]
        browser.close()
    return {
        "first paint with data, s": statistics.median(paints),
        "first paint out of the cache, s": statistics.median(cached),
        "filter change, s": statistics.median(changes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--remove", action="store_true")
    options = parser.parse_args()
    client, indices = connect(Settings.from_env()), Indices(PREFIX)
    if options.remove:
        indices.delete(client)
        return
    fill(client, indices, options.statements)
    weight = sum(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.rglob("*.*") if path.suffix != ".txt")
    print(f"statements: {client.count(index=indices.name('statements'))['count']:,}")
    print(f"page weight, compressed: {weight:,} bytes")
    with Desk(Answers(client, indices)) as desk:
        for name, value in measure(desk, options.chromium, options.rounds).items():
            print(f"{name}: {value:.2f}")


if __name__ == "__main__":
    main()
