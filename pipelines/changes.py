"""What two generations say differently of the same articles: statement by statement, and in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from connectors.elasticsearch.generations import article_ids, refresh, statements_of
from connectors.elasticsearch.indices import Indices

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
NONE = "none"  # category of statements without any
OVERLAP = 0.5  # of two stretches of text, as a share of both together, from which they are held to be one statement

_FIELDS = (
    *("@timestamp", "url.full", "outlet.name", "article.id", "article.title", "article.content_hash"),
    *("statement.text", "statement.start", "statement.end", "statement.categories", "statement.stance"),
    *("actor.id", "actor.name"),
)


class Coded(NamedTuple):
    """A statement as one generation has it."""

    speaker_id: str
    speaker: str
    categories: tuple[str, ...]
    stance: str
    text: str
    start: int
    end: int
    content: str  # hash of the article's title and text


class Change(NamedTuple):
    """A statement that two generations don't have alike."""

    kind: str  # "added", "removed" or "changed"
    fields: tuple[str, ...]  # of a changed one: "speaker", "categories", "stance", "text"
    before: Coded | None
    after: Coded | None
    article_id: str
    title: str
    outlet: str
    published: str
    url: str

    def as_dict(self) -> dict[str, Any]:
        """What JSON can carry, each generation's coding under "before" and "after"."""
        sides = {name: _shown(side) for name, side in (("before", self.before), ("after", self.after))}
        return {**self._asdict(), "fields": list(self.fields), **sides}


@dataclass
class Changes:
    """Changes counted."""

    articles: int = 0  # compared
    kinds: Counter[str] = field(default_factory=Counter)  # of changes, and "unchanged"
    fields: Counter[str] = field(default_factory=Counter)  # of changed statements
    categories: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    stances: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    """Statements by category and by stance, before and after."""

    def as_dict(self) -> dict[str, Any]:
        def sides(counted: tuple[Counter[str], Counter[str]]) -> dict[str, dict[str, int]]:
            before, after = counted
            return {name: {"before": before[name], "after": after[name]} for name in sorted({*before, *after})}

        return {
            "articles": self.articles,
            "statements": dict(self.kinds),
            "fields": dict(self.fields),
            "categories": sides(self.categories),
            "stances": sides(self.stances),
        }


def compare(client: Elasticsearch, present: Indices, following: Indices, tell: Callable[[Change], None]) -> Changes:
    """Compare the articles of one generation with what another has of them; `tell` is called with every change."""
    counted = Changes()
    refresh(client, following)
    for ids in article_ids(client, following.name("articles"), {"match_all": {}}):
        before, after = (statements_of(client, each, ids, _FIELDS) for each in (present, following))
        for key in ids:
            counted.articles += 1
            pairs = list(match(list(map(_coded, before[key])), list(map(_coded, after[key]))))
            for old, new in pairs:
                for side, coded in ((0, old), (1, new)):
                    if coded:
                        counted.categories[side].update(coded.categories or (NONE,))
                        counted.stances[side][coded.stance or NONE] += 1
                kind, fields = _difference(old, new)
                counted.kinds[kind or "unchanged"] += 1
                counted.fields.update(fields)
                if kind:
                    tell(_change(kind, fields, old, new, (after[key] or before[key])[0]))
    return counted


def match(before: Sequence[Coded], after: Sequence[Coded]) -> Iterator[tuple[Coded | None, Coded | None]]:
    """Which statement of one coding of an article is which of another: the likeliest pairs first, each once."""
    left, right = list(before), list(after)
    for alike in (_same, _same_stretch, _overlapping):
        for old in list(left):
            new = max(right, key=lambda each: alike(old, each), default=None)
            if new is not None and alike(old, new):
                left.remove(old)
                right.remove(new)
                yield old, new
    yield from ((old, None) for old in left)
    yield from ((None, new) for new in right)


def _same(old: Coded, new: Coded) -> float:
    return float(_same_stretch(old, new) and _speaker(old) == _speaker(new))


def _same_stretch(old: Coded, new: Coded) -> float:
    # By the text alone where the article's was read differently, which shifts offsets.
    return float(old.text == new.text and (old.start == new.start or old.content != new.content))


def _overlapping(old: Coded, new: Coded) -> float:
    """The share of two stretches that both cover, or 0.0 where it is small; the same speaker's first."""
    if old.content != new.content:
        return 0.0
    both = min(old.end, new.end) - max(old.start, new.start)
    share = both / (max(old.end, new.end) - min(old.start, new.start) or 1)
    return share + (_speaker(old) == _speaker(new)) if share >= OVERLAP else 0.0


def _speaker(coded: Coded) -> str:
    return coded.speaker_id or coded.speaker


def _difference(old: Coded | None, new: Coded | None) -> tuple[str, tuple[str, ...]]:
    """The kind of a change, "" where there is none, and what has changed."""
    if old is None or new is None:
        return (ADDED if old is None else REMOVED), ()
    fields = (
        ("speaker", _speaker(old) != _speaker(new)),
        ("categories", set(old.categories) != set(new.categories)),
        ("stance", old.stance != new.stance),
        ("text", old.text != new.text),
    )
    changed = tuple(name for name, differs in fields if differs)
    return CHANGED if changed else "", changed


def _coded(source: dict[str, Any]) -> Coded:
    statement, actor = source["statement"], source.get("actor", {})
    return Coded(
        speaker_id=actor.get("id", ""),
        speaker=actor.get("name", ""),
        categories=tuple(statement.get("categories", ())),
        stance=statement.get("stance", ""),
        text=statement.get("text", ""),
        start=statement.get("start", 0),
        end=statement.get("end", 0),
        content=source["article"].get("content_hash", ""),
    )


def _change(kind: str, fields: tuple[str, ...], old: Coded | None, new: Coded | None, source: dict[str, Any]) -> Change:
    return Change(
        kind=kind,
        fields=fields,
        before=old,
        after=new,
        article_id=source["article"]["id"],
        title=source["article"].get("title", ""),
        outlet=source.get("outlet", {}).get("name", ""),
        published=source["@timestamp"],
        url=source.get("url", {}).get("full", ""),
    )


def _shown(coded: Coded | None) -> dict[str, Any] | None:
    if coded is None:
        return None
    fields = coded._asdict()
    del fields["content"]
    return {**fields, "categories": list(coded.categories)}
