"""Terms: the codebook's word lists in a text, found in one pass for all statements."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

import ahocorasick

from pipelines.coding.text import lowered, plain
from schemas.codebook import Codebook


class Hit(NamedTuple):
    start: int
    end: int
    term: int  # bit number: TermMatcher.ids[term]


class TermMatcher:
    """Finds a codebook's terms in texts of one language."""

    def __init__(self, codebook: Codebook, language: str) -> None:
        every = dict.fromkeys(term.id for terms in codebook.terms.values() for term in terms)
        self.ids = tuple(every)
        self.bits = {id: 1 << i for i, id in enumerate(self.ids)}
        number = {id: i for i, id in enumerate(self.ids)}
        inside_words = language in ("ko", "ja", "zh")
        words: dict[str, list[tuple[int, int, bool, bool, re.Pattern[str] | None]]] = {}
        self._expressions: list[tuple[int, re.Pattern[str]]] = []
        for term in codebook.terms.get(language, ()):
            expressions = []
            for pattern in term.patterns:
                if len(pattern) > 1 and pattern[0] == pattern[-1] == "/":
                    expressions.append(pattern[1:-1])
                elif "*" in pattern[:-1]:
                    head, _, rest = plain(pattern.lower()).partition("*")
                    body = r"\w*".join(re.escape(part) for part in rest.split("*"))
                    tail = re.compile(rf"\w*{body}" + ("" if inside_words or pattern[-1] == "*" else r"\b"))
                    words.setdefault(head, []).append((number[term.id], len(head), not inside_words, False, tail))
                else:
                    word = plain(pattern.lower()).rstrip("*")
                    open_end = inside_words or pattern[-1] == "*"
                    words.setdefault(word, []).append(
                        (number[term.id], len(word), not inside_words, not open_end, None)
                    )
            if expressions:
                self._expressions.append((number[term.id], re.compile("|".join(f"(?:{e})" for e in expressions))))
        self._words = ahocorasick.Automaton()
        for word, entries in words.items():
            self._words.add_word(word, tuple(entries))
        if len(self._words):
            self._words.make_automaton()

    def find(self, text: str) -> list[Hit]:
        """Every place where a term stands, by start."""
        text = plain(text)
        low = lowered(text)
        size = len(low)
        found: list[Hit] = []
        if len(self._words):
            for last, entries in self._words.iter(low):
                after = last + 1
                ended = after >= size or not low[after].isalnum()
                for term, length, bounded, closed, tail in entries:
                    if closed and not ended:
                        continue
                    start = after - length
                    if bounded and start and low[start - 1].isalnum():
                        continue
                    if tail is None:
                        found.append(Hit(start, after, term))
                    elif match := tail.match(low, after):
                        found.append(Hit(start, match.end(), term))
        for term, expression in self._expressions:
            found += [Hit(m.start(), m.end(), term) for m in expression.finditer(text)]
        found.sort()
        return found

    def mask(self, hits: list[Hit], start: int, end: int) -> int:
        """The bits of the terms that stand in [start, end)."""
        mask = 0
        for i in range(bisect_left(hits, (start,)), len(hits)):
            hit = hits[i]
            if hit.start >= end:
                break
            if hit.end <= end:
                mask |= 1 << hit.term
        return mask

    def names(self, mask: int) -> list[str]:
        """The ids of the terms whose bits are set."""
        return [id for i, id in enumerate(self.ids) if mask >> i & 1]

    def words(self, text: str, hits: list[Hit], start: int, end: int, terms: int) -> dict[str, list[str]]:
        """The words in [start, end) that stand for the given terms (bits), by term."""
        found: dict[str, list[str]] = {}
        for i in range(bisect_left(hits, (start,)), len(hits)):
            hit = hits[i]
            if hit.start >= end:
                break
            if hit.end <= end and terms >> hit.term & 1:
                said = found.setdefault(self.ids[hit.term], [])
                word = text[hit.start : hit.end]
                if word not in said and len(said) < 3:
                    said.append(word)
        return found
