"""Where English sentences end, and which of them are read together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.coding.document import Document

_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Sgt|Capt|Sen|Rep|Gov|Adm|Amb|St|Jr|Sr|vs|etc|No|Nos|Inc|Ltd|Co"
    r"|Corp|Jan|Feb|Mar"
    r"|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|approx|cf|i\.e|e\.g|Ph\.D)|\b[A-Z])\.$"
)
_ACRONYM = re.compile(r"(?:\b[A-Z]\.){2,}$")
_STARTER = re.compile(
    r"(?:The|A|An|In|On|At|But|And|He|She|It|They|We|I|This|That|These|Those|If|For|As|While|When|However|His"
    r"|Her|Its)\b"
)
END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?:\s+|$)")
_DATELINE = re.compile(
    r"[A-Z][A-Z.’'/-]+(?:[ /][A-Z.]+){0,3}(?:, [A-Z][\w. ]{2,20}){0,2}(?:, \w+\.? \d{1,2})?(?: ?\([^)]{2,40}\))?"
    r"\s?(?:[—–]|--?)\s+"
    r"|[A-Z][\w ]{2,20}, \w+\.? \d{1,2}(?: \([^)]{2,20}\))?\s?(?:[—–]|--?)\s+"
)


def goes_on(text: str, begin: int, match: re.Match[str]) -> bool:
    """Whether the sentence that begins at `begin` goes on behind the mark that `END` matched."""
    mark, after = match.start(), match.end()
    following = text[after]
    if following.islower() or following in ",;:)":
        return True
    if following in "“\"‘'«(" and text[after + 1 : after + 2].islower() and text[mark] == ".":
        return True
    if text[mark] != "." or not match.group().startswith(". "):
        return False
    head = text[max(begin, mark - 8) : mark + 1]
    return _ABBREVIATION.search(head) is not None and not (_ACRONYM.search(head) and _STARTER.match(text, after))


class Unit(NamedTuple):
    """One sentence, or the sentences that one quotation holds together."""

    start: int
    end: int
    paragraph: int


def units(document: Document) -> Iterator[Unit]:
    start = -1
    for i, sentence in enumerate(document.sentences):
        if start < 0:
            start = sentence.start
            if not i and (dateline := _DATELINE.match(document.text, start, sentence.end)):
                start = dateline.end()
        quotation = document.quotation_at(sentence.end - 1)
        follows = i + 1 < len(document.sentences) and document.sentences[i + 1].paragraph == sentence.paragraph
        if follows and quotation and quotation.end > sentence.end:
            continue
        yield Unit(start, sentence.end, sentence.paragraph)
        start = -1
