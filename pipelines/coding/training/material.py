"""Material to learn from: coded statements, data/*.tsv, and coded articles, data/*_articles.jsonl.

README.md tells how they came about.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from schemas.codebook import Codebook
from schemas.failures import Failure

DATA = Path(__file__).with_name("data")
Coded = dict[str, Any]  # an article with its coding, as `vostochny evaluate` reads it
COLUMNS = ("categories", "stance", "country", "occupation", "text")


class Example(NamedTuple):
    """One coded statement."""

    language: str
    categories: frozenset[str]
    stance: str
    country: str  # the speaker's: ISO 3166-1 alpha-2, "EU", "UN" or ""
    occupation: str  # of schemas.actors.OCCUPATIONS, "former", "group" or ""
    text: str
    source: str  # "file:line"


def read(language: str, codebook: Codebook, folder: Path = DATA) -> list[Example]:
    """The examples of a language. Raises Failure("bad_training") with file and line."""
    categories = {category.id for category in codebook.categories}
    stances = {stance.id for stance in codebook.stances}
    examples = []
    for path in sorted(folder.glob(f"{language}*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            source = f"{path.name}:{number}"
            cells = line.split("\t")
            if cells == list(COLUMNS):
                continue
            if len(cells) != len(COLUMNS):
                raise Failure("bad_training", f"{source}: {len(cells)} columns; there are {', '.join(COLUMNS)}")
            coded, stance, country, occupation, text = cells
            ids = frozenset(coded.split(",")) if coded else frozenset()
            if unknown := ids - categories:
                raise Failure("bad_training", f"{source}: no category {', '.join(sorted(unknown))}")
            if stance not in stances:
                raise Failure("bad_training", f"{source}: no stance {stance!r}")
            examples.append(Example(language, ids, stance, country, occupation, text, source))
    if not examples:
        raise Failure("bad_training", f"no examples for {language!r} in {folder}")
    return examples


def read_articles(language: str, folder: Path = DATA) -> list[Coded]:
    """The coded articles of a language, none where there is no file. Raises Failure("bad_training") with file and line.

    Each has `id`, `text`, `statements` and perhaps `title`, `published`, `outlet`, `other_statements`, `complete`.
    """
    path = folder / f"{language}_articles.jsonl"
    articles = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), 1):
        try:
            article = json.loads(line)
            for anchor in _anchors(article):
                if anchor not in article["text"]:
                    raise Failure("bad_training", f"{path.name}:{number}: {anchor[:60]!r} is not in the text")
            articles.append({**article, "id": str(article["id"])})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Failure("bad_training", f"{path.name}:{number}: not a coded article ({error!r})") from error
    return articles


def _anchors(article: Coded) -> list[str]:
    return [entry["anchor"] for entry in (*article["statements"], *article.get("other_statements", ()))]


def coded_as(article: Coded, start: int, end: int) -> tuple[frozenset[str], str] | None:
    """Categories and stance (or "") that the coding gives text[start:end]; None where it tells nothing.

    A stretch belongs to the statements of whose anchor it holds at least half. One that belongs to none has no
    category, if the coding is complete or says so.
    """
    categories: frozenset[str] = frozenset()
    stance = ""
    for statement in article["statements"]:
        if _holds(article["text"], statement["anchor"], start, end):
            categories |= frozenset(statement["categories"])
            stance = stance or statement.get("stance", "")
    others = (statement["anchor"] for statement in article.get("other_statements", ()))
    known = article.get("complete") or any(_holds(article["text"], anchor, start, end) for anchor in others)
    return (categories, stance) if categories or known else None


def _holds(text: str, anchor: str, start: int, end: int) -> bool:
    place = text.find(anchor)
    while place >= 0:
        if 2 * (min(end, place + len(anchor)) - max(start, place)) >= len(anchor):
            return True
        place = text.find(anchor, place + len(anchor))
    return False
