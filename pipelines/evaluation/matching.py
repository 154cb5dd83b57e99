"""Which statements of two codings are the same, and where the codings differ.

A coder's statement is found when one of the program's covers at least half of its anchor and names the same speaker.
Covering it with another speaker is both a miss and a false statement. A program's statement that covers no anchor is
a false one only where the coding is complete and the program has put it in a category.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipelines.coding import detect
from pipelines.coding.document import Document
from pipelines.coding.languages import language
from pipelines.coding.segmentation import segment
from pipelines.evaluation.documents import Coded
from schemas.failures import Failure

LONGEST = 800  # characters; a longer statement points at nothing in particular
NOT_FOUND = "(not found)"  # the program has no statement there
NOT_CODED = "(not coded)"  # the coder has no statement there
NONE = "(none)"  # no category, or no stance

_LEFT_OUT = frozenset({"the", "of", "mr", "ms"})
_BLAME_ALONE = frozenset({"rok_domestic_blame"})  # blame at home says nothing of the rapprochement: no stance to find

Span = tuple[int, int]


class Counts(NamedTuple):
    """Found rightly, found wrongly, missed."""

    right: int = 0
    false: int = 0
    missed: int = 0


class Comparison(NamedTuple):
    """One document in two codings."""

    language: str
    relevance: tuple[int, int]  # right, judged: 0 or 1
    attribution: Counts
    categories: dict[str, Counts]
    document_categories: Counts
    stances: list[tuple[str, str]]  # of statements that both have: the coder's, the program's
    labels: list[tuple[frozenset[str], frozenset[str]]]  # categories of statements that both have, likewise
    speakers: tuple[int, int]  # the same, of those statements
    confusions: Counter[tuple[str, str]]  # category missed, category put in its place


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """A name without what does not tell people apart: case, accents, hyphens, spaces and the order of its parts."""
    name = unicodedata.normalize("NFKD", name).casefold()
    name = unicodedata.normalize("NFC", "".join(c for c in name if not unicodedata.combining(c)))
    return "".join(sorted(part for part in re.findall(r"\w+", name) if part not in _LEFT_OUT))


def same_speaker(statement: Coded, predicted: Coded) -> bool:
    wanted = {fold(name) for name in (statement["actor"], *statement.get("aliases", ()))}
    names = [predicted.get("actor_name"), predicted.get("actor_surface"), *(predicted.get("actor_aliases") or ())]
    return any(folded in wanted for folded in map(fold, filter(None, names)) if folded)


def places(text: str, anchor: str) -> list[Span]:
    """Where the anchor stands in the text, without overlaps."""
    found, start = [], text.find(anchor)
    while start >= 0:
        found.append((start, start + len(anchor)))
        start = text.find(anchor, start + len(anchor))
    return found


def covers(predicted: Coded, spans: list[Span]) -> bool:
    start, end = predicted["start"], predicted["end"]
    return end - start <= LONGEST and any(2 * (min(end, b) - max(start, a)) >= b - a for a, b in spans)


def compare(coded: Coded, predicted: Coded) -> Comparison:
    """Compares a coder's document with the program's."""
    text = coded["text"]
    statements = predicted.get("statements", [])
    found: set[int] = set()
    right = false = missed = covered = 0
    categories: Counter[tuple[str, int]] = Counter()
    stances, labels = [], []
    confusions: Counter[tuple[str, str]] = Counter()
    for statement in coded.get("statements", ()):
        spans = places(text, statement["anchor"])
        hits = [i for i, other in enumerate(statements) if covers(other, spans)]
        same = [i for i in hits if same_speaker(statement, statements[i])]
        found.update(hits)
        right += bool(same)
        missed += not same
        false += bool(hits and not same)
        covered += bool(hits)
        wanted = frozenset(statement["categories"])
        got = frozenset(category["id"] for i in same or hits for category in statements[i].get("categories", ()))
        categories.update((id, 0) for id in wanted & got)
        categories.update((id, 1) for id in got - wanted)
        categories.update((id, 2) for id in wanted - got)
        confusions.update(_confused(wanted, got) if hits else [(id, NOT_FOUND) for id in wanted])
        if hits:
            labels.append((wanted, got))
            if statement.get("stance") and wanted != _BLAME_ALONE:
                stances.append((statement["stance"], statements[(same or hits)[0]].get("stance") or NONE))
    if coded.get("complete"):
        others = [places(text, other["anchor"]) for other in coded.get("other_statements", ())]
        for i, other in enumerate(statements):
            if i in found or not other.get("categories"):
                continue
            categories.update((category["id"], 1) for category in other["categories"])
            confusions.update((NOT_CODED, category["id"]) for category in other["categories"])
            false += not any(covers(other, spans) for spans in others)
    whole = "relevant" in coded
    wanted, got = set(coded.get("categories", ())), {category["id"] for category in predicted.get("categories", ())}
    return Comparison(
        language=coded.get("lang", ""),
        relevance=(int(whole and bool(predicted.get("relevant")) == coded["relevant"]), int(whole)),
        attribution=Counts(right, false, missed),
        categories={id: Counts(*(categories[id, n] for n in range(3))) for id, _ in categories},
        document_categories=Counts(len(wanted & got), len(got - wanted), len(wanted - got)) if whole else Counts(),
        stances=stances,
        labels=labels,
        speakers=(right, covered),
        confusions=confusions,
    )


def _confused(wanted: frozenset[str], got: frozenset[str]) -> Iterator[tuple[str, str]]:
    for missed in wanted - got or {NONE}:
        for false in got - wanted or {NONE}:
            if missed != false:
                yield missed, false


def as_prediction(second: Coded, first: Coded) -> Coded:
    """A second coder's document in the shape of the program's, so that it can be compared with the first coder's.

    Two coders may quote different words of one sentence: an anchor that covers none of the first coder's stands for
    its whole sentence. Failure("bad_coding") where the two coded different texts.
    """
    text = first["text"]
    if second["text"] != text:
        raise Failure(
            "bad_coding", f"the two coders have different texts under the id {first['id']!r}: nothing to compare"
        )
    anchors = [places(text, statement["anchor"]) for statement in first.get("statements", ())]
    statements = []
    for statement in second.get("statements", ()):
        for start, end in places(text, statement["anchor"]):
            if not any(covers({"start": start, "end": end}, spans) for spans in anchors):
                start, end = _sentence(text, second.get("lang", ""), start, end)
            statements.append(
                {
                    "actor_name": statement["actor"],
                    "actor_aliases": statement.get("aliases", []),
                    "start": start,
                    "end": end,
                    "categories": [{"id": id} for id in statement["categories"]],
                    "stance": statement.get("stance", ""),
                }
            )
    categories = [{"id": id} for id in second.get("categories", ())]
    return {"relevant": second.get("relevant"), "statements": statements, "categories": categories}


def _sentence(text: str, code: str, start: int, end: int) -> Span:
    document = Document(text)
    segment(document, language(code or detect(text)))
    met = [sentence for sentence in document.sentences if sentence.start < end and start < sentence.end]
    return (min(start, met[0].start), max(end, met[-1].end)) if met else (start, end)
