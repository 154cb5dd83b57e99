"""The gate: whether a raw page is worth extracting at all.

Extraction costs some 15 ms a page and most pages are not about the subject, so a scan over the raw HTML leaves out
those that can't be: a page must name both sides of the relationship. The scan is one pass of a finite automaton
(RE2) over the page as it came. Only where both sides turn up anywhere is the page read a second time without its
menus, link lists, scripts' code and addresses, since those name Russia and North Korea on every page of some outlets.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

import re2

# Elements that hold no part of an article, dropped with all they contain.
_NAMES = ("script", "style", "nav", "footer", "aside", "svg", "select", "template")
_APART = re.compile(rf"<(?:(!--)|({'|'.join(_NAMES)})\b)", re.I)
_ENDS = {"!--": re.compile("-->")} | {name: re.compile(rf"</{name}\b", re.I) for name in _NAMES}
# Strings in scripts that are long enough to be a paragraph count: some outlets keep the body only there.
_PARAGRAPH = 60
_LINK = re.compile(r"<a\b[^<>]*>[^<]*(?:<(?!/?a\b)[^<]*)*</a\s*>", re.I)
# Emphasis is no border between a link and its sentence: a name that opens a paragraph may be both bold and a link.
_BORDER_BEFORE = re.compile(r"</?(?!(?:b|i|em|strong)\b)\w[^<>]*>\s*\Z", re.I)
_BORDER_AFTER = re.compile(r"\s*</?(?!(?:b|i|em|strong)\b)\w", re.I)
_META = re.compile(r"<meta\b[^>]{0,2000}>", re.I)
_META_TEXT = re.compile(r"title|description|headline", re.I)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_TAG = re.compile(r"<[^<>]*>")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class Gate:
    """Tells the pages that may be about the relationship of two sides from those that can't be.

    `words` has for each language two groups of words or word beginnings, one for each side. A page passes when at
    least one word of each group occurs in it, in any of the languages and in any case. A word in Latin or Cyrillic
    letters must start where a word starts ("russia" finds "Russian", not "Prussia"); others are found anywhere, as
    Korean, Chinese and Japanese don't separate words. A space in a word stands for any blank, hyphen or underscore.
    Blanks and letters written as HTML entities or script escapes count as what they stand for.

    Raises ValueError when one of the sides has no word at all.
    """

    def __init__(self, words: Mapping[str, tuple[Iterable[str], Iterable[str]]]) -> None:
        self._words = {language: (tuple(first), tuple(second)) for language, (first, second) in words.items()}
        sides = [
            sorted({word.strip() for groups in self._words.values() for word in groups[side] if word.strip()})
            for side in (0, 1)
        ]
        if not all(sides):
            raise ValueError("the gate needs at least one word for each of the two sides")
        self._raw = _automaton("|".join(_pattern(word, escapes=True) for word in side) for side in sides)
        self._prose = _automaton("|".join(_pattern(word) for word in side) for side in sides)

    def __reduce__(self):
        return Gate, (self._words,)

    def opens(self, text: str) -> bool:
        """Whether the page, given as raw HTML (or plain text), names both sides in its title, summary or prose."""
        return _names_both(self._raw, text) and _names_both(self._prose, prose(text))

    def names_both(self, text: str) -> bool:
        """Whether plain text names both sides; of no use on HTML."""
        return _names_both(self._prose, text)


def prose(page: str) -> str:
    """What a raw HTML page says in its title, summary, prose and paragraph-long script strings; "" where nothing.

    Linear in the page's length, made for looking up words: no words are lost or joined, order is not kept.
    """
    kept: list[str] = []
    found: list[str] = []
    endless: set[str] = set()  # never closed in the rest of the page: what follows is kept, not lost
    begin = at = 0
    while start := _APART.search(page, at):
        at = start.end()
        name = start[1] or start[2].lower()
        if name in endless:
            continue
        end = _ENDS[name].search(page, at)
        if end is None:
            endless.add(name)
            continue
        kept.append(page[begin : start.start()])
        if name == "script":
            found += map(_unescape, filter(_is_paragraph, page[at : end.start()].split('"')))
        begin = at = end.end()
    kept.append(page[begin:])
    markup = " ".join(kept)
    for tag in _META.findall(markup):
        if _META_TEXT.search(tag) and (content := _CONTENT.search(tag)):
            found.append(content[1] or content[2] or "")
    found.append(_TAG.sub(" ", _LINK.sub(_unless_lone, markup)))
    return html.unescape("\n".join(found))


def _unless_lone(link: re.Match[str]) -> str:
    """The link, or a blank when no text is beside it: then it is a menu item or another article's headline."""
    page = link.string
    lone = _BORDER_BEFORE.search(page, max(0, link.start() - 300), link.start()) and _BORDER_AFTER.match(
        page, link.end()
    )
    return " " if lone else link[0]


def _is_paragraph(string: str) -> bool:
    """Whether what stands between two quotation marks of a script is a text of some length and no code."""
    return len(string) >= _PARAGRAPH and sum(map(string.count, "(){};=")) < len(string) / 20


def _unescape(string: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), string)


def _automaton(sides: Iterable[str]) -> re2.Set:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 << 20  # the default makes the automaton forget its states over long lists of words
    automaton = re2.Set.SearchSet(options)
    for side in sides:
        automaton.Add(side)
    automaton.Compile()
    return automaton


def _names_both(automaton: re2.Set, text: str) -> bool:
    matched = automaton.Match(text.encode("utf-8", "replace"))
    return matched is not None and len(matched) == 2


def _pattern(word: str, *, escapes: bool = False) -> str:
    """A regular expression for a word; with `escapes` for its forms in entities and script strings too."""
    blank = (
        r"(?:[\s_\-\x{A0}\x{2010}\x{2011}]|&nbsp;|&#160;|\\u00a0)+" if escapes else r"[\s_\-\x{A0}\x{2010}\x{2011}]+"
    )
    plain = blank.join(map(re2.escape, word.split()))
    if word[0].isascii():
        # an escape before the word ("\n", "\u003e") ends in a word character
        plain = (r"(?:\b|\\[nrt]|\\u[0-9a-f]{4})" if escapes else r"\b") + plain
    elif "\u0400" <= word[0] <= "\u04ff":
        plain = r"(?:^|[^\p{Cyrillic}])" + plain
    if not escapes or word.isascii():
        return plain
    forms = [plain]
    for case in dict.fromkeys((word.lower(), word.capitalize(), word.upper())):
        forms.append("".join(c if c.isascii() else rf"\\u{ord(c):04x}" for c in case).replace(" ", blank))
        forms.append("".join(c if c.isascii() else rf"&#(?:{ord(c)}|x{ord(c):x});" for c in case).replace(" ", blank))
    return "|".join(forms)
