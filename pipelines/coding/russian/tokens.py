"""Reads one Russian sentence: its words as codes (see `lexicon`) with their cases and places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pipelines.coding.document import Document, Mention, Speaker
from pipelines.coding.russian import morphology
from pipelines.coding.russian.lexicon import FAMILIES, Word, any_verb, capital, given, lexicon, lower, mention_cases
from pipelines.coding.russian.morphology import ANY_CASE, ANY_GENDER, NOMINATIVE, PLURAL, SINGULAR

_TOKEN = re.compile(
    r"[^\W\d_](?:[.](?=[^\W\d_]\.))[^\W\d_]\.|[А-ЯЁA-Z]\.(?=\s?[А-ЯЁA-Z])"
    r"|[^\W\d_]\w*(?:[-‑’'&.][^\W\d_]\w*)*"
    r"|\d+(?:[.,]\d+)*(?:-\w+)?%?|[^\w\s]"
)
_PUNCTUATION = {
    ",": ",",
    ";": ";",
    ":": ":",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
    "–": "-",
    "—": "-",
    "-": "-",
    ".": ".",
    "?": ".",
    "!": ".",
    "…": ".",
}
# A body before its name in quotation marks: "Фонд «Щит Тихого океана»" is one name.
_NAMED_BODY = re.compile(r"(?:фонд|центр|институт|ассоциаци|организаци)\w*\s*[«\"“„]", re.IGNORECASE)
_INSERT = re.compile(r"[,.!?…»”\"](?:\.\.)?\s*[—–-]\s+(?=[а-яё«A-ZА-ЯЁ])")
_INSERT_END = re.compile(r"[.,:;!?]\s*[—–-]\s+")
_SAID = re.compile(r"[»”\"][,.]?\s+[—–-]\s")  # behind a quotation: "«Чушь», — сказал он"
_COUNTED = re.compile(r"[lq](?=p?q*G)")
_SHARES = frozenset(("большинство", "ряд", "часть", "половина", "многие", "один", "одна", "кто-то"))


@dataclass(slots=True)
class Memory:
    """Whom the sentences read so far have had for their subjects, in order."""

    people: list[tuple[int, str, str]] = field(default_factory=list)  # gender, surname, title
    bodies: list[tuple[str, Speaker]] = field(default_factory=list)  # kind, the name at its place in the text
    pair: tuple[Speaker, ...] = ()  # two people whom one sentence has named
    text: Speaker | None = None  # whose statement or article was named last

    def title(self, name: str) -> str:
        """The title with which somebody of that surname was last named."""
        return next((title for _, known, title in reversed(self.people) if known == name), "")


_OF_PLACES = frozenset(
    ("ого", "его", "ому", "ему", "кий", "кая", "кое", "кой", "кую", "ким", "ком", "ной", "ный", "ная")
)


class Unit(NamedTuple):
    """One sentence, or the sentences that one quotation holds together."""

    start: int
    end: int
    paragraph: int


def units(document: Document) -> Iterator[Unit]:
    """Sentences; those that one quotation, or one paragraph of speech led by a dash, holds together are one unit."""
    start = -1
    text = document.text
    sentences = document.sentences
    for i, sentence in enumerate(sentences):
        if start < 0:
            start = sentence.start
        follows = i + 1 < len(sentences) and sentences[i + 1].paragraph == sentence.paragraph
        if follows:
            quotation = document.quotation_at(sentence.end - 1)
            if quotation and quotation.end > sentence.end:
                continue
            if (
                text[document.paragraphs[sentence.paragraph][0]] in "—–"
                and sentences[i + 1].start - document.paragraphs[sentence.paragraph][0] < 700
            ):
                continue
        yield Unit(start, sentence.end, sentence.paragraph)
        start = -1


class Tokens:
    """The words of one sentence as codes, with their places and grammar."""

    def __init__(self, document: Document, unit: Unit, memory: Memory, home: str = "") -> None:
        self.document = document
        self.unit = unit
        self.memory = memory
        self.home = home  # the country of the dateline
        self.tokens: list[Word] = []
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.mentions: dict[int, Mention] = {}  # token: the listed name or office that it is
        self._read()
        for i in range(len(self.tokens) - 1):
            if self.tokens[i].code == "N" and i not in self.mentions and self._describes_noun(i):
                self.tokens[i] = lower(self.words[i])
            if self.words[i] in ("внешней", "внутренней", "оборонной") and self.words[i + 1] == "политики":
                self.tokens[i + 1] = Word("l", "политика")  # not politicians
        self.codes = "".join(t.code for t in self.tokens)
        for match in _COUNTED.finditer(self.codes):
            if self.words[match.start()] in _SHARES:
                self.tokens[match.start()] = Word("G", self.words[match.start()], NOMINATIVE)  # "один из дипломатов"
                self.codes = self.codes[: match.start()] + "G" + self.codes[match.start() + 1 :]

    def _describes_noun(self, i: int) -> bool:
        """Whether a word with a capital is the adjective of the common noun behind it: "Московского вуза"."""
        low = self.words[i]
        if (
            low[-3:] not in _OF_PLACES
            or self.tokens[i + 1].code not in "lOS"
            or not self.document.text[self.starts[i + 1]].islower()
        ):
            return False
        if i and self.tokens[i - 1].code == "N":
            return False
        shared = [p.tag for p in morphology.parses(low) if p.tag.POS in ("ADJF", "PRTF")]
        nouns = [p.tag for p in morphology.parses(self.words[i + 1])[:4] if p.tag.POS == "NOUN"]
        return any(a.case == n.case and a.number == n.number for a in shared for n in nouns)

    # -- words -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        document, unit = self.document, self.unit
        text = document.text
        if text[unit.start] in "—–" and unit.start == document.paragraphs[unit.paragraph][0]:
            self._speech(unit.start + 1, unit.end)
            return
        place = unit.start
        for quotation in document.quotations_in(unit.start, unit.end):
            if quotation.start < place:
                continue
            if self._names_something(quotation.start, quotation.end):
                near = document.mentions_in(max(quotation.start - 40, 0), quotation.end + 1)
                if any(m.start < quotation.end and quotation.start < m.end for m in near):
                    continue
                name = text[quotation.start : quotation.end]
                if " " in name and _NAMED_BODY.search(text, max(quotation.start - 14, place), quotation.start):
                    word = Word("N", name, ANY_CASE, SINGULAR)
                else:
                    word = Word("M", name, _cases_of_name(name), SINGULAR)
                self._narration(place, max(quotation.start - 1, place))
                self._add(word, name.lower(), quotation.start, quotation.end)
                place = quotation.end + (1 if quotation.closed else 0)
                continue
            self._narration(place, max(quotation.start - 1, place))
            stop = min(quotation.end, unit.end)
            self._speech(max(quotation.start, unit.start), stop)
            place = min(stop + (1 if quotation.closed else 0), unit.end)
        self._narration(place, unit.end)

    def _names_something(self, start: int, end: int) -> bool:
        """Whether the quotation marks hold a name («Чосон ильбо», «Сила народа»), not speech."""
        if end - start > 45:
            return False
        text = self.document.text[start:end]
        if any(
            m.start <= start + 1 and m.end >= end - 1 for m in self.document.mentions_in(max(start - 40, 0), end + 1)
        ):
            return True
        if not text[:1].isupper() or len(text.split()) > 4 or text[-1:] in ".!?,…":
            return False
        if self.document.text[max(start - 3, 0) : start].rstrip(' «"“„')[-1:] == ":" or _SAID.match(
            self.document.text, end
        ):
            return False
        return not any(any_verb(word) for word in text.split()[1:] if word.islower())

    def _speech(self, start: int, end: int) -> None:
        """A quotation, in which the author's words may stand: «Нет, — сказал он. — Не будет»."""
        text = self.document.text
        place = start
        while match := _INSERT.search(text, place, end):
            close = _INSERT_END.search(text, match.end(), min(end, match.end() + 260))
            stop = close.start() + 1 if close else end
            if not close:
                sentence = re.compile(r"[.!?…](?=\s|$)").search(text, match.end(), end)
                stop = sentence.end() if sentence else end
            head = text[match.end() : stop]
            if not self._is_insert(head) or stop - match.end() > 300:
                if close is None:
                    break
                self._add(Word("Q", "«"), "«", place, match.end())
                place = match.end()
                continue
            if match.start() + 1 > place:
                self._add(Word("Q", "«"), "«", place, match.start() + 1)
            self._add(Word("-", "—"), "—", match.start() + 1, match.end())
            self._narration(match.end(), stop)
            place = close.end() if close else stop
            if place >= end:
                return
        if place < end:
            self._add(Word("Q", "«"), "«", place, end)

    @staticmethod
    def _is_insert(head: str) -> bool:
        known = lexicon()
        for count, word in enumerate(_TOKEN.findall(head)):
            entry = known.get(word.lower()) or (any_verb(word.lower()) if not count and word[0].islower() else None)
            if entry and entry.code in "VI":
                return True
            if count > 7 or (word in ".,:;" and count > 3):
                break
        return False

    def _narration(self, start: int, end: int) -> None:
        """Adds the words of text[start:end]; a listed name or office is one word."""
        if start >= end:
            return
        place = start
        text = self.document.text
        cases = mention_cases()
        for mention in self.document.mentions_in(start, end):
            if mention.start < place or (
                text[mention.start].islower() and not mention.office and mention.text in ("юг", "север")
            ):
                continue
            self._words(text, place, mention.start)
            if mention.office:
                word = Word("T", mention.text.lower(), cases.get(mention.text.lower(), ANY_CASE), SINGULAR)
            else:
                code = "D" if mention.kind == "state" else "N" if mention.kind == "person" else "M"
                known = cases.get(mention.text, ANY_CASE)
                plural = mention.text in (
                    "США",
                    "Соединённые Штаты",
                    "Соединенные Штаты",
                    "Штаты",
                ) or mention.text.endswith(("ие власти", "ные силы", "ие военные"))
                genders = ANY_GENDER
                if code == "N":
                    asian = mention.text.split()[0].lower() in FAMILIES
                    if " " in mention.text and not asian:
                        given = morphology.parses(mention.text.split()[0].lower())
                        genders = next(
                            (morphology.form_of(p.tag).genders for p in given if "Name" in p.tag), ANY_GENDER
                        )
                    if asian:
                        pass
                    elif genders == ANY_GENDER and re.search(r"(?:ова|ева|ина|ская)(?:|ой|ую)$", mention.text):
                        genders = 2
                    elif genders == ANY_GENDER and re.search(r"(?:ов|ев|ин|ский)$", mention.text):
                        genders = 1
                word = Word(code, mention.text, known, PLURAL if plural else SINGULAR, genders)
            self.mentions[len(self.tokens)] = mention
            self._add(word, mention.text.lower(), mention.start, mention.end)
            place = mention.end
        self._words(text, place, end)

    def _add(self, word: Word, low: str, start: int, end: int) -> None:
        self.tokens.append(word)
        self.words.append(low)
        self.starts.append(start)
        self.ends.append(end)

    def _words(self, text: str, start: int, end: int) -> None:
        for match in _TOKEN.finditer(text, start, end):
            surface = match.group()
            first = surface[0]
            if first.isalpha():
                low = surface.lower()
                if first.isupper():
                    opening = (
                        not self.tokens
                        or self.tokens[-1].code in ".Q"
                        or (self.tokens[-1].code == "-" and len(self.tokens) < 3)
                    )
                    word = capital(surface, opening)
                    if word.code == "q" and low[-2:] in ("ых", "их") and self.codes_end("N", match.start()):
                        word = Word("N", surface, ANY_CASE, SINGULAR)  # "Лидия Черных"
                    if opening and len(surface) < 6:
                        word = self._family_name(word, surface, low)
                    elif word.code == "l" and self.codes_end("N", match.start()) and given(self.words[-1]):
                        word = Word("N", surface, ANY_CASE, SINGULAR)  # "Дональд Фрейзер", a river too
                    elif (
                        word.code == "N"
                        and self.tokens
                        and self.words[-1] in FAMILIES
                        and self.starts[-1] == start_of_name(text, match.start(), self.words[-1])
                    ):
                        self.tokens[-1] = Word("N", self.words[-1], ANY_CASE, SINGULAR)
                else:
                    word = lower(low)
                    if word.code == "l" and self._speaks(low):
                        word = any_verb(low) or word
                self._add(word, low, match.start(), match.end())
            elif first.isdigit():
                self._add(Word("n", surface), surface, match.start(), match.end())
            elif first in '«»„“”"' or (first == ")" and self._close_parenthesis()):
                continue
            else:
                self._add(Word(_PUNCTUATION.get(first, "l"), surface), surface, match.start(), match.end())

    def codes_end(self, code: str, place: int) -> bool:
        """Whether the word right before `place` has that code."""
        return bool(self.tokens) and self.tokens[-1].code == code and place - self.ends[-1] == 1

    def _speaks(self, low: str) -> bool:
        """Whether a word stands where only a verb of speech can: right after a quotation and its dash."""
        tokens = self.tokens
        last = len(tokens) - 1
        while last >= 0 and tokens[last].code == "a":
            last -= 1
        return (
            last > 0
            and tokens[last].code == "-"
            and (
                tokens[last - 1].code == "Q"
                or (last > 1 and tokens[last - 1].code == "," and tokens[last - 2].code == "Q")
            )
        )

    def _family_name(self, word: Word, surface: str, low: str) -> Word:
        """A family name of one syllable that is a word too ("Чо", "Со"): before a given name, or known already."""
        if word.code == "N" or low not in FAMILIES:
            return word
        known = any(name == surface for _, name, _ in self.memory.people)
        return Word("N", surface, ANY_CASE, SINGULAR) if known else word

    def _close_parenthesis(self) -> bool:
        """Drops a parenthesis without a verb of speech, which would only stand in the way of the grammar."""
        for i in range(len(self.tokens) - 1, max(len(self.tokens) - 30, -1), -1):
            if self.tokens[i].code == "(":
                if any(t.code in "VQ" for t in self.tokens[i:]):
                    return False
                for column in (self.tokens, self.words, self.starts, self.ends):
                    del column[i:]
                for k in [k for k in self.mentions if k >= i]:
                    del self.mentions[k]
                return True
        return False


@cache
def _cases_of_name(name: str) -> int:
    """The cases in which the name in quotation marks of a newspaper, a party, a ship can stand."""
    first = name.split()[0].lower()
    readings = [p.tag for p in morphology.parses(first) if p.tag.case and p.tag.POS in ("NOUN", "ADJF")]
    return morphology.merged(map(morphology.form_of, readings))[0] or ANY_CASE


def start_of_name(text: str, given: int, family: str) -> int:
    """Where a family name with a capital begins that stands right before the given name at `given`, or -1."""
    start = given - 1 - len(family)
    return start if start >= 0 and text[start].isupper() and text[given - 1] == " " else -1
