"""A sentence as a string of codes, one letter for each word: a name, a title, a verb of speech, a quotation …"""

from __future__ import annotations

import re

from pipelines.coding.document import Document
from pipelines.coding.english import verbs
from pipelines.coding.english import words as vocabulary
from pipelines.coding.english.sentences import Unit

_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Sgt|Capt|Sen|Rep|Gov|Adm|Amb|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|Corp|Inc|Ltd|Co|Jr|Sr)\."
    r"|[A-Z]\.(?=\s?(?:[A-Z]|$))|[’']s\b|n[’']t\b|[^\W\d_][\w]*(?:[-‑&][\w]+|[’'](?!s\b)[^\W\d_]+)*"
    r"|\d+(?:[.,]\d+)*\w*|[^\w\s]"
)

LOWER: dict[str, str] = {}
for _code, _words in (
    ("l", ()),
    ("G", vocabulary.GROUPS),
    ("q", vocabulary.TITLE_PARTS),
    ("O", vocabulary.ORGANISATIONS),
    ("T", vocabulary.TITLES),
    ("a", vocabulary.ADVERBS),
    ("t", vocabulary.TIME),
    ("d", vocabulary.DETERMINERS),
    ("p", vocabulary.PREPOSITIONS),
    ("b", vocabulary.SUBORDINATORS),
    ("x", vocabulary.AUXILIARIES),
    ("e", vocabulary.BE),
    ("m", vocabulary.MODALS),
    ("k", vocabulary.NEGATIONS),
    ("P", vocabulary.PERSONAL),
    ("c", ("and", "or", "&")),
    ("h", ("that",)),
    ("w", ("who", "which", "whom", "whose")),
    ("b", ("as",)),
    ("k", vocabulary.CONTRACTED_DO),
    ("e", vocabulary.CONTRACTED_BE),
    ("m", vocabulary.CONTRACTED_MODALS),
):
    for _word in _words:
        LOWER[_word] = _code
_COMPOUND = re.compile(r"[-‑][a-z][a-z-]+\b")
_PUNCTUATION = {
    ",": ",", ";": ";", ":": ":", "(": "(", ")": ")", "[": "(", "]": ")", "–": "-", "—": "-", "-": "-", ".": ".",
    "?": ".", "!": ".", "…": ".", "’": "s", "'": "s",
}  # fmt: skip
_NOUN_FORMS = frozenset(
    "claim claims report reports view views comment comments remark remarks call calls estimate estimates forecast "
    "forecasts demand demands hope hopes fear fears protest protests praise blame answer answers reply replies "
    "note notes "
    "promise promises pledge pledges vow vows charge charges challenge challenges question questions signal "
    "signals stress "
    "doubt doubts worry worries appeal appeals detail details highlight highlights post posts offer offers "
    "voice voices echo "
    "guess support object address link links ties frame cast label rate rates hit hits play plays point points state "
    "states mention release releases issue issues share shares warning express speculate judge contrast fault "
    "back".split()
)


class Tokens:
    """The words of one unit and their codes."""

    def __init__(self, document: Document, unit: Unit, known: set[str] | frozenset[str] = frozenset()) -> None:
        self.document = document
        self.known = known
        self.unit = unit
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        codes: list[str] = []
        text = document.text
        place = unit.start
        for quotation in document.quotations_in(unit.start, unit.end):
            self._tokens(text, place, min(quotation.start, unit.end), codes)
            begin, stop = max(quotation.start - 1, unit.start), min(quotation.end + 1, unit.end)
            self._add(codes, "Q", "“", begin, stop)
            place = min(quotation.end + quotation.closed + text.startswith("''", quotation.end), unit.end)
        self._tokens(text, place, unit.end, codes)
        self.codes = self._disambiguated(codes)

    def _tokens(self, text: str, start: int, end: int, codes: list[str]) -> None:
        """Adds the words of text[start:end]; a listed name or office is one word."""
        place = start
        for mention in self.document.mentions_in(start, end):
            if mention.start < place:
                continue
            self._words(text, place, mention.start, codes)
            if text[mention.end : mention.end + 1] in ("-", "‑") and (tail := _COMPOUND.match(text, mention.end, end)):
                self._add(codes, "q", text[mention.start : tail.end()].lower(), mention.start, tail.end())
                place = tail.end()  # "Moscow-born"
                continue
            code = "T" if mention.office else "D" if mention.kind == "state" else "N"
            self._add(codes, code, mention.text.lower(), mention.start, mention.end)
            place = mention.end
        self._words(text, place, end, codes)

    def _add(self, codes: list[str], code: str, word: str, start: int, end: int) -> None:
        codes.append(code)
        self.words.append(word)
        self.starts.append(start)
        self.ends.append(end)

    def _words(self, text: str, start: int, end: int, codes: list[str]) -> None:
        for match in _TOKEN.finditer(text, start, end):
            word = match.group()
            first = word[0]
            low = word.lower()
            if first.isalpha():
                if low in ("jr.", "sr.", "jr", "sr"):
                    continue
                if first.isupper():
                    code = self._capital(word, low, not codes or codes[-1] in ".Q:")
                else:
                    code = LOWER.get(low) or ("V" if low in verbs.SPEECH else "l")
                    if code in "OTqa" and low in verbs.SPEECH:
                        code = "V"
                    elif code == "l" and low.endswith("ly"):
                        code = "a"
                if code == "V" and low.endswith("ing"):
                    code = "I"
            elif first.isdigit():
                code = "n"
            elif low in ("’s", "'s"):
                code, low = "s", "'s"
            elif low in ("n’t", "n't"):
                code, low = "k", "n't"
            elif first in '“”"«»„‘「」『』' or (first in ")]" and self._close_parenthesis(codes)):
                continue
            else:
                code = _PUNCTUATION.get(first, "l")
            self._add(codes, code, low, match.start(), match.end())

    def _close_parenthesis(self, codes: list[str]) -> bool:
        """Drops a parenthesis without a cue of speech, which would only stand in the way of the grammar."""
        for i in range(len(codes) - 1, max(len(codes) - 24, -1), -1):
            if codes[i] == "(":
                if any(c in "VIQ" or w == "according" for c, w in zip(codes[i:], self.words[i:], strict=True)):
                    return False
                for column in (codes, self.words, self.starts, self.ends):
                    del column[i:]
                return True
        return False

    @staticmethod
    def _capital(word: str, low: str, opening: bool) -> str:
        if low in vocabulary.DEMONYMS:
            return "D"
        code = LOWER.get(low, "")
        if code in ("T", "O", "t", "q"):
            return code
        if code == "G" and (
            opening
            or low in ("koreans", "americans", "russians", "ukrainians", "europeans", "republicans", "democrats")
        ):
            return code
        if opening:
            if code:
                return code
            if low in verbs.SPEECH and not low.endswith(("ed", "id")):
                return "N" if not low.endswith("ing") else "l"
            if low in verbs.SPEECH:
                return "l"
            if low.endswith("ly"):
                return "a"
            if low.endswith("ing") and len(low) > 6:
                return "l"
        elif code in ("d", "p", "c") and len(word) > 1 and word != word.upper():
            return "N" if code == "d" else code
        elif low == "may":
            return "t"
        elif code == "P" and low == "i":
            return "P"
        return "N"

    def _disambiguated(self, codes: list[str]) -> str:
        """Settles words that are verbs of speech in one place and nouns in another."""
        words = self.words
        size = len(codes)
        for i, code in enumerate(codes):
            word = words[i]
            if word == "state" and code == "V" and (i + 1 >= size or codes[i + 1] not in "hQ"):
                codes[i] = "q"  # "state media", not "they state that"
            elif word == "think" and words[i + 1 : i + 2] in (["tank"], ["tanks"]):
                codes[i] = "l"
            elif code == "V":
                before = codes[i - 1] if i else ""
                after = codes[i + 1] if i + 1 < size else "."
                if (
                    word in vocabulary.REDUCED
                    and before in tuple("TGOlKN")
                    and self._reduced("".join(codes[i + 1 : i + 14]))
                ):
                    codes[i] = "l"  # "a diplomat posted in Beijing said"
                    continue
                governed = before in ("d", "s", "q", "n") or (before == "p" and words[i - 1] != "to")
                ends = before in ("T", "O") and after in ",." and not {"Q", ","}.isdisjoint(codes[:i])
                if governed or (word in _NOUN_FORMS and not ends and self._noun_here(before, after)):
                    codes[i] = "O" if word in vocabulary.ORGANISATIONS else "K" if word in vocabulary.NOUNS else "l"
            elif code == "I":
                before = codes[i - 1] if i else ""
                if before in ("d", "s", "q", "l", "p", "V") and word in vocabulary.NOUNS:
                    codes[i] = "K"
                elif before in ("d", "s"):
                    codes[i] = "l"
            elif code == "l" and word in vocabulary.NOUNS:
                codes[i] = "K"
            elif code == "t" and word in ("may", "march", "mar.") and i and codes[i - 1] in "NPDTG":
                codes[i] = "m"
            elif (
                code == "O"
                and word in ("statement", "report", "commentary", "editorial")
                and i + 1 < size
                and codes[i + 1] in "p:h"
            ):
                codes[i] = "K"
        return "".join(codes)

    @staticmethod
    def _reduced(after: str) -> bool:
        """Whether a participle is the noun's, because the clause has its verb yet to come."""
        return re.match(r"p[^,;:.QVIhwbP]+V", after) is not None

    @staticmethod
    def _noun_here(before: str, after: str) -> bool:
        """Whether a word like "claims" or "report" is a noun between these codes."""
        if before in ("T", "O") and after in "hQPdDN":
            return False
        return before in ("", "l", "T", "O", "V", "I", "k", "m") or (before in ("D", "b", "c") and after == "p")
