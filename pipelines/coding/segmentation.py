"""Segmentation: paragraphs, sentences and quotations."""

from __future__ import annotations

import re

from pipelines.coding.document import Document, Quotation, Sentence
from pipelines.coding.languages import Language

_PARAGRAPH = re.compile(r"[^\r\n\u2028\u2029]+")
_MARK = re.compile(
    r"''|``|[“”\"«»„‟〝〞「」『』《》]|(?<![\w’'])[‘'](?=[^\s’'])|(?<=[\w.,!?…%)])[’'](?![^\W가-힣]|[’'])",
)
_CLOSING = re.compile(r"(?<=[\w.,!?…%)])[’'](?![^\W가-힣]|[’'])")
_CLOSES = {"“": "”", "«": "»", "„": '“”"', "「": "」", "『": "』", "《": "》", "‘": "’'", "'": "'’", "〝": "〞"}
_LONGEST_INNER = 400  # characters: a single quotation mark that closes farther off is an apostrophe
_LONGEST_SENTENCE = 2_000  # characters: likewise
_LONGEST_PARAGRAPH = 20_000  # characters: longer ones are cut, so that text without line breaks stays workable


def segment(document: Document, language: Language) -> None:
    """Fills paragraphs, sentences and quotations."""
    text = document.text
    for match in _PARAGRAPH.finditer(text):
        start, end = _strip(text, match.start(), match.end())
        while end - start > _LONGEST_PARAGRAPH:
            cut = text.rfind(" ", start, start + _LONGEST_PARAGRAPH)
            cut = cut if cut > start else start + _LONGEST_PARAGRAPH
            _paragraph(document, language, *_strip(text, start, cut))
            start, end = _strip(text, cut, end)
        if start < end:
            _paragraph(document, language, start, end)


def _paragraph(document: Document, language: Language, start: int, end: int) -> None:
    if start >= end:
        return
    text = document.text
    index = len(document.paragraphs)
    document.paragraphs.append((start, end))
    for begin, stop in language.sentences(text, start, end):
        while stop - begin > _LONGEST_SENTENCE:
            cut = text.rfind(" ", begin + 1, begin + _LONGEST_SENTENCE)
            cut = cut if cut > begin else begin + _LONGEST_SENTENCE
            document.sentences.append(Sentence(begin, cut, index))
            begin = _strip(text, cut, stop)[0]
        if begin < stop:
            document.sentences.append(Sentence(begin, stop, index))
    found = quotations(text, start, end)
    if found and document.quotations and found[0].start - start <= 1:
        last = document.quotations[-1]
        if not last.closed and index and last.end >= document.paragraphs[index - 1][1]:
            found[0] = found[0]._replace(carried=True)
    document.quotations += found


def quotations(text: str, start: int, end: int) -> list[Quotation]:
    """The outermost quotations of one paragraph, in order. Quotations inside a quotation are part of it.

    An opening mark that nothing closes opens a quotation to the end of the paragraph, where it is a double mark.
    """
    found: list[Quotation] = []
    opened = ""  # the mark that opened the outermost quotation
    begin = last_close = 0
    depth = 0
    for match in _MARK.finditer(text, start, end):
        mark, at = match.group(), match.start()
        after = match.end()
        if len(mark) == 2:  # two single marks for a double one
            mark = "'" if opened and opened in "‘'" else '"'
        if not opened:
            opens = mark in _CLOSES and not (mark == "'" and not _closing(text, at + 1, end))
            if mark in '"”':  # typed without care for direction: opens before a word, after a space or bracket
                opens = after < end and not text[after].isspace() and (at == start or not text[at - 1].isalnum())
            if opens and mark in "‘'" and not _closing(text, at + 1, end):
                opens = False
            if opens:
                opened, begin, depth, last_close = mark, after, 1, 0
            continue
        if opened in "‘'":
            if mark in _CLOSES[opened]:
                found.append(_quotation(text, begin, at))
                opened = ""
        elif opened in '"”':
            if mark in '"”“':
                found.append(_quotation(text, begin, at))
                opened = ""
        elif mark in _CLOSES[opened] or (opened in "“„" and mark == '"'):
            last_close = at
            depth -= 1
            if not depth:
                found.append(_quotation(text, begin, at))
                opened = ""
        elif mark == opened:
            if opened == "“" and not _closes_later(text, at + 1, end, 2):
                continue
            depth += 1
    if opened and opened not in "‘'":
        if last_close > begin:
            found.append(_quotation(text, begin, last_close))
        elif end - begin > 1:
            found.append(Quotation(begin, end, closed=False))
    return found


def _closing(text: str, start: int, end: int) -> bool:
    return _CLOSING.search(text, start, min(end, start + _LONGEST_INNER)) is not None


def _closes_later(text: str, start: int, end: int, times: int) -> bool:
    return text.count("”", start, end) >= times


def _quotation(text: str, start: int, end: int) -> Quotation:
    inner = text[start:end]
    words = len(inner.split())
    return Quotation(start, end, scare=words <= 2 and inner[-1:] not in ".,!?…")


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
