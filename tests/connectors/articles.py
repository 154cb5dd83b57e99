"""Records of sample news, for tests of what is written to Elasticsearch and found there."""

from __future__ import annotations

import json

from schemas.records import (
    Actor,
    ArchiveRecord,
    Article,
    Coding,
    DeadLetter,
    Entry,
    Extract,
    Feed,
    Outlet,
    Score,
    Statement,
    as_dict,
    digest,
)

HANGANG = Outlet("hangang", "Sample Hangang Daily", "KR", "rok", "ko")
NEVSKY = Outlet("nevsky", "Sample Nevsky Bulletin", "RU", "russia", "ru")
POTOMAC = Outlet("potomac", "Sample Potomac Post", "US", "west", "en")

KIRBY = Actor("john-kirby", "John Kirby", "Kirby", "person", "spokesman", "us-nsc", "US", "west", start=0, end=5)
PESKOV = Actor("dmitry-peskov", "Dmitry Peskov", "Песков", "person", "пресс-секретарь", "kremlin", "RU", "russia")
UNKNOWN = Actor("", "홍길동", "홍길동", "person", "교수", "가나대", "KR", "rok")


def feed(outlet: Outlet = POTOMAC) -> Feed:
    return Feed(f"https://{outlet.id}.example/feed", outlet)


def entry(path: str = "a", outlet: Outlet = POTOMAC, *, title: str = "Title", modified: str = "") -> Entry:
    url = f"https://{outlet.id}.example/{path}"
    return Entry(digest(url), url, feed(outlet), title=title, modified=modified, hash=digest(title, modified))


def statement(
    text: str, sentence: str, speaker: Actor = KIRBY, categories: tuple[str, ...] = (), stance: str = "critical"
) -> Statement:
    """The statement that a sentence of a text is."""
    start = text.index(sentence)
    return Statement(
        speaker._replace(start=start, end=start + len(speaker.surface)),
        start,
        start + len(sentence),
        sentence,
        direct=False,
        categories=tuple(Score(category, 0.75) for category in categories),
        stance=stance,
        stance_score=0.9,
        explanation='{"cue": "said"}',
    )


def article(
    entry: Entry,
    text: str,
    *statements: Statement,
    published: str = "2023-09-13T08:00:00Z",
    fetched: str = "2023-09-13T09:00:00Z",
    url: str = "",
    codebook: str = "1",
    relevant: bool = True,
) -> Article:
    outlet = entry.feed.outlet
    extract = Extract(
        url or entry.url,
        entry.title,
        text,
        outlet.language,
        published=published,
        method="trafilatura" if text else "gate",
    )
    categories = {score.id: score for statement in statements for score in statement.categories}
    actors = tuple(statement.speaker for statement in statements)
    coding = Coding(relevant, 0.9, outlet.language, actors, statements, tuple(categories.values()), codebook)
    return Article(
        digest(extract.url),
        entry,
        extract,
        coding,
        fetched,
        ArchiveRecord("a.warc.gz", 1, 2),
        digest(extract.title, extract.text),
    )


def letter_of(item: Entry, stage: str = "fetch", cause: str = "timeout") -> DeadLetter:
    return DeadLetter(
        digest(stage, item.id),
        stage,
        cause,
        "no answer within 20 s",
        "2023-09-13T09:30:00Z",
        item.feed.outlet,
        item.url,
        json.dumps(as_dict(item)),
        ArchiveRecord("a.warc.gz", 12, 34),
    )
