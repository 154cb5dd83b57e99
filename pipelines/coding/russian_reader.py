"""Reads one Russian sentence: its words as codes with their cases, and what they attribute to whom.

Codes: V verb of speech, I its gerund, J a passive of speech ("говорится"), N part of a name, M listed name of an
organisation or medium, D state, T title, O body ("министерство"), G group, P pronoun, K noun of "по словам", S spoken
text ("заявление"), q adjective, p preposition, h "что", w "который", b conjunction, c "и", k "как", a adverb, t time,
n number, f infinitive, l any other word, Q quotation, and punctuation: , ; : ( ) - .
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pipelines.coding import russian_morphology as morphology
from pipelines.coding import russian_words as words
from pipelines.coding.document import Attribution, Document, Mention, Speaker
from pipelines.coding.russian_morphology import ANY_CASE, ANY_GENDER, NOMINATIVE, PLURAL, SINGULAR

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


class Unit(NamedTuple):
    """One sentence, or the sentences that one quotation holds together."""

    start: int
    end: int
    paragraph: int


class Word(NamedTuple):
    code: str
    lemma: str
    cases: int = 0
    numbers: int = 3
    genders: int = ANY_GENDER
    plural_cases: int = 0  # of a title whose form can be a plural too: "главы"


class _Cue(NamedTuple):
    at: int  # token of the cue
    first: int  # token where the clause of the cue begins
    speaker: Speaker
    word: str
    rule: str
    forward: bool  # the speech follows the cue
    lemma: str = ""
    source: Speaker | None = None
    again: bool = False  # the subject of the cue before, not named again


@cache
def mention_cases() -> dict[str, int]:
    """The cases of each form of a listed name or office (offices in lower case), filled by `Russian.name_forms`."""
    return {}


@cache
def lexicon() -> dict[str, Word]:
    """Every form of the words that matter, in lower case."""
    found: dict[str, Word] = {}

    def add(form: str, word: Word) -> None:
        for spelling in {form, form.replace("ё", "е")}:
            old = found.get(spelling)
            if old and old.code == word.code:
                word = word._replace(
                    cases=old.cases | word.cases,
                    numbers=old.numbers | word.numbers,
                    genders=old.genders | word.genders,
                    lemma=old.lemma,
                )
            found[spelling] = word

    for code, group in (
        ("t", words.TIME),
        ("a", words.ADVERBS),
        ("b", words.CLAUSES),
        ("c", words.AND),
        ("w", words.WHICH),
        ("h", words.THAT),
        ("p", words.PREPOSITIONS),
        ("k", ("как",)),
    ):
        for form in group:
            add(form, Word(code, form))
    for lemma in words.SPEECH:
        for form, code, shape in morphology.verb_forms(lemma):
            if form not in ("суть", "стали", "писал"):
                add(form, Word(code, lemma, 0, shape.numbers, shape.genders))
    for lemma in words.OPINION:
        for form, shape in morphology.short_adjective_forms(lemma):
            add(form, Word("V", lemma, 0, shape.numbers, shape.genders))
    for form in (
        "говорится",
        "отмечается",
        "подчёркивается",
        "сообщается",
        "указывается",
        "утверждается",
        "заявляется",
        "уточняется",
        "поясняется",
        "добавляется",
        "подчеркивается",
        "осуждается",
        "осуждаются",
        "выражается",
        "выражены",
        "выражена",
        "названо",
        "назван",
        "названа",
        "названы",
        "сказано",
        "указано",
        "отмечено",
        "содержится",
        "значится",
        "констатируется",
        "признаётся",
        "прогнозируется",
        "предлагается",
        "рекомендуется",
    ):
        add(form, Word("J", form))
    for lemma in words.SPOKEN_TEXTS:
        for form, shape in morphology.noun_forms(lemma):
            add(form, Word("S", lemma, *shape))
    for lemma in words.ORGANISATIONS:
        for form, shape in morphology.noun_forms(lemma):
            if form not in found:
                add(form, Word("O", lemma, *shape))
    for lemma in words.TITLES:
        for form, shape in morphology.noun_forms(lemma):
            if form in ("после", "общая") or (form in found and found[form].code != "T"):
                continue
            old = found.get(form)
            if old and old.numbers == SINGULAR and shape.numbers == PLURAL:
                for spelling in {form, form.replace("ё", "е")}:
                    found[spelling] = old._replace(plural_cases=old.plural_cases | shape.cases)
            elif old and old.numbers == PLURAL and shape.numbers == SINGULAR:
                for spelling in {form, form.replace("ё", "е")}:
                    found[spelling] = Word("T", lemma, *shape, plural_cases=old.cases | old.plural_cases)
            else:
                add(form, Word("T", lemma, *shape))
    for lemma in words.GROUPS:
        for form, shape in morphology.noun_forms(lemma):
            old = found.get(form)
            if shape.numbers != PLURAL or (old and old.code not in "TG"):
                continue
            if old and old.code == "T" and old.numbers & SINGULAR:
                for spelling in {form, form.replace("ё", "е")}:
                    found[spelling] = old._replace(plural_cases=old.plural_cases | shape.cases)
                continue
            if old and old.code == "T":
                found.pop(form)
                found.pop(form.replace("ё", "е"), None)
            add(form, Word("G", lemma, shape.cases, PLURAL, ANY_GENDER))
    for form in ("многие", "некоторые", "другие"):
        found[form] = Word("q", form, NOMINATIVE, PLURAL)
    for form, lemma in (
        ("сми", "сми"),
        ("мид", "мид"),
        ("минобороны", "минобороны"),
        ("минобъединения", "минобъединения"),
        ("госдепа", "госдеп"),
    ):
        found[form] = Word("G" if form == "сми" else "O", lemma, ANY_CASE, PLURAL if form == "сми" else SINGULAR)
    found["власти"] = Word("O", "власть", NOMINATIVE | morphology.GENITIVE, PLURAL)
    found["зрения"] = Word("K", "зрение", ANY_CASE)
    for form in words.DEPUTIES:
        found[form] = Word("T", form, ANY_CASE, SINGULAR)
    for pronoun in words.PRONOUNS:
        found[pronoun] = Word(
            "P",
            pronoun,
            NOMINATIVE,
            PLURAL if pronoun == "они" else SINGULAR,
            {"он": 1, "тот": 1, "она": 2, "та": 2, "оно": 4}.get(pronoun, 7),
        )
    for noun in words.BY_NOUNS:
        for form, shape in morphology.noun_forms(noun):
            if shape.cases & morphology.DATIVE and form not in found:
                for spelling in {form, form.replace("ё", "е")}:
                    found[spelling] = Word("K", noun, shape.cases, shape.numbers)
    found["взгляд"] = Word("K", "взгляд", ANY_CASE)
    found["слов"] = Word("K", "слово", morphology.GENITIVE, PLURAL)
    return found


_SURNAME = re.compile(r"(?:ов|ев|ёв|ин|ын|ский|цкий|ова|ева|ёва|ина|ына|ская|цкая|ко|ук|юк|ян|дзе|швили)$")


@cache
def _given(low: str) -> bool:
    """Whether the word is a given name."""
    return any("Name" in p.tag for p in morphology.parses(low)[:2])


@cache
def _any_verb(low: str) -> Word | None:
    """The word as a verb of speech, if it is a finite verb in the third person."""
    for reading in morphology.parses(low)[:2]:
        tag = reading.tag
        if tag.POS == "VERB" and tag.mood == "indc" and tag.person in (None, "3per"):
            shape = morphology.form_of(tag)
            return Word("V", reading.normal_form, 0, shape.numbers, shape.genders)
    return None


def _compound(low: str) -> Word | None:
    """ "политолог-кореевед", "офицера-разведчика": the first part tells."""
    first, hyphen, _ = low.partition("-")
    word = lexicon().get(first) if hyphen else None
    if word is None and low.startswith("зам") and (headed := lexicon().get(low[3:])) and headed.code == "T":
        return headed._replace(cases=ANY_CASE)  # "зампостпреда"
    if hyphen and first in words.RANKS and (headed := lexicon().get(low[len(first) + 1 :])) and headed.code == "T":
        return headed  # "вице-маршал"
    return word if word and word.code in "TG" else None


@cache
def _lower(low: str) -> Word:
    word = lexicon().get(low) or _compound(low)
    if word:
        return word
    if low[-2:] in _ADJECTIVE_ENDS or low[-3:] in _ADJECTIVE_ENDS:
        readings = [p for p in morphology.parses(low) if p.tag.POS in ("ADJF", "PRTF") and p.score > 0.05]
        if readings:
            shape = morphology.merged(morphology.form_of(p.tag) for p in readings)
            return Word("q", low, *shape)
    if low.endswith(("ть", "ться", "чь", "чься", "йти", "сти", "зти")) and any(
        p.tag.POS == "INFN" for p in morphology.parses(low)
    ):
        return Word("f", low)
    return Word("l", low)


_ADJECTIVE_ENDS = frozenset(
    [
        "ый",
        "ий",
        "ой",
        "ая",
        "яя",
        "ое",
        "ее",
        "ые",
        "ие",
        "ых",
        "их",
        "ого",
        "его",
        "ому",
        "ему",
        "ым",
        "им",
        "ую",
        "юю",
        "ыми",
        "ими",
        "ом",
        "ем",
        "ей",
    ]
)


@cache
def _capital(word: str, opening: bool) -> Word:
    """A word with a capital: a title or body, an adjective, or part of a name."""
    low = word.lower()
    known = lexicon().get(low) or _compound(low)
    upper = len(word) > 1 and word.isupper()
    if known and not upper and (opening or known.code in "OTGt"):
        return known
    if known and upper and known.code == "O":
        return known._replace(cases=ANY_CASE)
    if low[0].isascii() and not low[-1].isascii():  # "Telegram-канале"
        return Word("l", low)
    if upper or not ("а" <= low[0] <= "я" or low[0] == "ё"):
        return Word("N", word, ANY_CASE)
    readings = morphology.parses(low)
    names = [p for p in readings if {"Name", "Surn", "Patr"} & p.tag.grammemes and p.tag.number == "sing"]
    known_word = morphology.analyzer().word_is_known(low)
    if opening and not names and known_word:
        return _lower(low)
    if not names:
        adjectives = [p for p in readings if p.tag.POS in ("ADJF", "PRTF")]
        if adjectives and known_word and readings[0].tag.POS == "ADJF":
            return Word("q", low, *morphology.merged(morphology.form_of(p.tag) for p in adjectives))
        places = [p for p in readings if "Geox" in p.tag]
        if known_word and places:
            return Word("l", low, *morphology.merged(morphology.form_of(p.tag) for p in places))
    if known and known.code == "q":
        return known
    nouns = names or [p for p in readings if p.tag.POS == "NOUN"]
    cases = morphology.merged(morphology.form_of(p.tag) for p in nouns)[0] if nouns else ANY_CASE
    genders = ANY_GENDER
    if names and low not in _FAMILIES:
        genders = morphology.merged(morphology.form_of(p.tag) for p in names)[2]
    slavic = low.endswith(("ова", "ева", "ёва", "ина", "ына"))
    if (
        low[-1] not in "аеёиоуыэюя"
        or (low[-1] == "а" and not known_word and not slavic)
        or (low[-1] in "иоу" and not any("Name" in p.tag and p.tag.case == "gent" and known_word for p in readings))
    ):
        cases |= NOMINATIVE
    elif (not known_word and low[-1] in "еиоуыэю") or len(low) < 3:
        cases = ANY_CASE
    return Word("N", word, cases or ANY_CASE, SINGULAR, genders)


class Reader:
    def __init__(self, document: Document, unit: Unit, memory: list[tuple[int, str, str]], home: str = "") -> None:
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
        self.codes = "".join(t.code for t in self.tokens)
        for match in _COUNTED.finditer(self.codes):
            if self.words[match.start()] in _SHARES:
                self.tokens[match.start()] = Word("G", self.words[match.start()], NOMINATIVE)  # "один из дипломатов"
                self.codes = self.codes[: match.start()] + "G" + self.codes[match.start() + 1 :]

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
                if (
                    " " in text[quotation.start : quotation.end]
                    and _NAMED_BODY.search(text, max(quotation.start - 14, place), quotation.start)
                    and not any(m.start < quotation.end and quotation.start < m.end for m in near)
                ):
                    self._narration(place, max(quotation.start - 1, place))
                    name = text[quotation.start : quotation.end]
                    self._add(Word("N", name, ANY_CASE, SINGULAR), name.lower(), quotation.start, quotation.end)
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
        if self.document.text[max(start - 3, 0) : start].rstrip(' «"“„')[-1:] == ":":
            return False
        return not any(_any_verb(word) for word in text.split()[1:] if word.islower())

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
            entry = known.get(word.lower()) or (_any_verb(word.lower()) if not count and word[0].islower() else None)
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
                    asian = mention.text.split()[0].lower() in _FAMILIES
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
                    word = _capital(surface, opening)
                    if word.code == "q" and low[-2:] in ("ых", "их") and self.codes_end("N", match.start()):
                        word = Word("N", surface, ANY_CASE, SINGULAR)  # "Лидия Черных"
                    if opening and len(surface) < 6:
                        word = self._family_name(word, surface, low)
                    elif word.code == "l" and self.codes_end("N", match.start()) and _given(self.words[-1]):
                        word = Word("N", surface, ANY_CASE, SINGULAR)  # "Дональд Фрейзер", a river too
                    elif (
                        word.code == "N"
                        and self.tokens
                        and self.words[-1] in _FAMILIES
                        and self.starts[-1] == start_of_name(text, match.start(), self.words[-1])
                    ):
                        self.tokens[-1] = Word("N", self.words[-1], ANY_CASE, SINGULAR)
                else:
                    word = _lower(low)
                    if word.code == "l" and self._speaks(low):
                        word = _any_verb(low) or word
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
        if word.code == "N" or low not in _FAMILIES:
            return word
        known = any(name == surface for _, name, _ in self.memory)
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

    # -- speech acts -----------------------------------------------------------------------------------------------

    def refers_back(self) -> bool:
        """Whether the sentence only says who said what stands before it: "Об этом заявил X"."""
        head = " ".join(self.words[:7])
        return _BACK.match(head) is not None and "h" not in self.codes and "Q" not in self.codes

    def announces(self) -> Speaker | None:
        """The speaker of a sentence that says no more than that somebody speaks: "Иного мнения держится X"."""
        found = self._cues()
        if len(found) != 1 or self.refers_back():
            return None
        cue = found[0]
        tail = self.codes[cue.at + 1 :]
        if cue.lemma not in words.LEADS or re.search(r"[Q:hf;]", self.codes) or ("," in tail and "w" not in tail):
            return None
        return cue.speaker if cue.speaker.kind == "name" else None

    def introduced(self) -> Speaker | None:
        """The person who is the subject of a sentence without a cue."""
        stop = next((i for i, c in enumerate(self.codes) if c in ",;:Q-("), len(self.codes))
        speaker = self._subject(0, stop, 3, ANY_GENDER, persons=True)
        if speaker is None and stop < len(self.codes) and self.codes[stop] == ":":
            return None
        if speaker is None and self.words and (self.words[0] in _VIEWS or self.codes[0] == "S"):
            speaker = self.phrase_speaker(1, stop, oblique=True)  # "Реакция Василия Небензи была спокойной"
        if speaker and speaker.kind == "role" and self.codes[stop : stop + 1] == ",":
            close = self.codes.find(",", stop + 1)
            apposed = self._subject(stop + 1, close, 3, ANY_GENDER, persons=True) if close > 0 else None
            if apposed and apposed.kind == "name":  # "Вице-маршал в отставке, канадка Сьюзен Хилл, слушала"
                speaker = apposed
        if speaker and speaker.kind == "name":
            self._remember(speaker, ANY_GENDER)
            return speaker
        return None

    def attributions(self) -> list[Attribution]:
        kept = self._settled(self._cues())
        unit, text = self.unit, self.document.text
        result: list[Attribution] = []
        begin = unit.start
        for i, cue in enumerate(kept):
            end = self._cut(cue, kept[i + 1]) if i + 1 < len(kept) else unit.end
            if end <= begin:
                continue
            direct = any(self.codes[k] == "Q" and begin <= self.starts[k] < end for k in range(len(self.codes)))
            result.append(Attribution(begin, end, cue.speaker, cue.word, cue.rule, direct, cue.source))
            begin = end
            while begin < unit.end and (text[begin].isspace() or text[begin] in ",;"):
                begin += 1
        return result

    def _settled(self, found: list[_Cue]) -> list[_Cue]:
        """One cue for each stretch of speech: the same speaker once, outer sources as sources."""
        kept: list[_Cue] = []
        for cue in found:
            if not kept:
                kept.append(cue)
                continue
            last = kept[-1]
            if cue.again or self._same(cue.speaker, last.speaker):
                continue
            between = self.codes[last.at + 1 : cue.first]
            if cue.rule == "with_reference":
                if self.is_medium(last.speaker):
                    kept[-1] = last._replace(speaker=cue.speaker, source=last.speaker)
                continue
            if (
                cue.rule == "verb_subject"
                and cue.lemma in words.REPORT
                and self.is_medium(cue.speaker)
                and not self.is_medium(last.speaker)
            ) and not ("Q" in self.codes[last.at : cue.at] and re.search(r"\.", between)):
                kept[-1] = last._replace(source=cue.speaker)
                continue
            if cue.rule == "according_to" and self.is_medium(cue.speaker) and not self.is_medium(last.speaker):
                kept[-1] = last._replace(source=cue.speaker)
                continue
            if (
                last.forward
                and self.is_medium(last.speaker)
                and last.lemma in words.REPORT
                and not re.search(r"[.;Q]", between)
            ):
                kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue
            if last.rule == "according_to" and self.is_medium(last.speaker) and "Q" not in between:
                kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue
            if cue.rule == "verb_subject" and not cue.forward and "Q" not in between and "." not in between:
                if self.is_body(last.speaker) and not self.is_body(cue.speaker):
                    kept[-1] = cue  # "В Кремле надеются, что …, заявил Песков"
                continue
            if cue.speaker.kind == "pronoun" and last.forward and cue.speaker.name in ("он", "она", "они"):
                continue  # "X заявил, что он считает …": still X
            if last.forward and cue.forward and "h" in between and not re.search(r"[.;Q]|,c", between):
                continue  # what X says that Y says is X's
            kept.append(cue)
        return kept

    def is_medium(self, speaker: Speaker) -> bool:
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        if mention and mention.kind == "medium":
            return True
        head = re.match(r"[\w-]+", speaker.role.lower())
        entry = lexicon().get(head.group()) if head else None
        return bool(entry and (words.ORGANISATIONS.get(entry.lemma) in words.NEWS_BODIES or entry.lemma == "сми"))

    def is_body(self, speaker: Speaker) -> bool:
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        return bool(mention and mention.kind and mention.kind != "person")

    def _cut(self, cue: _Cue, after: _Cue) -> int:
        """Where the speech of one cue ends and that of the next begins."""
        codes = self.codes
        low, high = cue.at + 1, after.first if after.forward else after.at
        for i in range(high - 1, low - 1, -1):
            if codes[i] in ".;":
                return self.ends[i]
        if after.forward:
            at = after.first
            while at > low and codes[at - 1] in "cba":
                at -= 1
            return self.starts[at]
        for i in range(high - 1, low - 1, -1):
            if codes[i] == "Q":
                return self.starts[i]
        for i in range(high - 1, low - 1, -1):
            if codes[i] in "cb" and codes[i - 1] == ",":
                return self.starts[i]
        return self.unit.end

    def _same(self, a: Speaker, b: Speaker) -> bool:
        if a.kind == "omitted" or b.kind == "omitted":
            return True
        if a.kind != "name" or b.kind != "name":
            return a.kind == b.kind and (a.name or a.role) == (b.name or b.role)
        one, other = a.name.casefold().split(), b.name.casefold().split()
        return bool(one and other) and (one[-1][:5] == other[-1][:5] or one[0] == other[0])

    def _cues(self) -> list[_Cue]:
        """Every cue of speech in the sentence, by place."""
        found: list[_Cue] = []
        for i, code in enumerate(self.codes):
            cue = None
            if code == "V":
                cue = self._verb(i, found)
            elif code == "I" and found and not found[-1].again and self.tokens[i].lemma not in ("исходить",):
                last = found[-1]
                cue = last._replace(at=i, again=True)
            elif code == "l" and _CLAUSE.match(self.codes, i + 1) and (verb := _any_verb(self.words[i])):
                cue = self._other_verb(i, verb)
            elif code == "K":
                cue = self._by(i)
            elif code == "J":
                cue = self._passive(i)
            elif code == ":":
                cue = self._colon(i, found)
            elif code == "-" and i and not found:
                cue = self._dash(i)
            elif code == "p" and self.words[i] == "согласно":
                cue = self._by_text(i)
            elif code == "l" and self.words[i] in ("ссылкой", "ссылаясь"):
                cue = self._with_reference(i)
            if cue is None and code in "lV" and not found and _TAG.match(self.codes, i):
                cue = self._tag(i)
            if cue:
                found.append(cue)
        return found

    # -- verbs -----------------------------------------------------------------------------------------------------

    def _clause_start(self, v: int) -> int:
        return max(self.codes.rfind(c, 0, v) for c in ",;:.Q-()hw") + 1

    def _completed(self, v: int, lemma: str) -> bool:
        needs = words.NEEDS.get(lemma)
        if not needs:
            return True
        if lemma in ("передать", "передавать") and re.fullmatch(
            r"[,k-][MNO]", self.codes[max(v - 1, 0) : v] + self.codes[v + 1 : v + 2]
        ):
            return True
        tail = self.codes[v + 1 : v + 9]
        following = self.words[v + 1 : v + 9]
        joined = " ".join(following) + " "
        ahead = ""
        if lemma in words.OBJECT_FIRST:
            ahead = " " + " ".join(self.words[self._clause_start(v) : v])

        def before_has(stem: str) -> bool:  # "такими данными поделился X"
            return f" {stem}" in ahead

        for need in needs:
            if need == ",q":
                if (
                    re.search(r"[Q,.]-$", self.codes[max(v - 2, 0) : v])
                    or re.search(r"Q[,-]*[a]?$", self.codes[:v])
                    or ":Q" in tail
                    or re.search(r"-[aP]*$", self.codes[:v])
                ):
                    return True
            elif need == "q":
                if "Q" in tail[:3]:
                    return True
            elif need == "не":
                if v and self.words[v - 1] == "не":
                    return True
            elif need == ":":
                if ":" in tail:
                    return True
            elif (need.endswith(" ") and " " not in need[:-1]) or len(need) <= 2:
                if need.strip() in following:
                    return True
            elif re.search(rf"(?:^|\s){re.escape(need)}", joined) or (len(need) > 3 and before_has(need)):
                return True
        return False

    def _verb(self, v: int, found: list[_Cue]) -> _Cue | None:
        codes, token = self.codes, self.tokens[v]
        lemma = token.lemma
        if not self._completed(v, lemma):
            return None
        word = self.words[v]
        if v and self.words[v - 1] == "быть":
            return None
        negated = v > 0 and self.words[v - 1] == "не"
        if negated and lemma not in (
            "исключать",
            "исключить",
            "видеть",
            "увидеть",
            "считать",
            "верить",
            "думать",
            "сомневаться",
            "согласен",
            "согласиться",
            "уверен",
            "ожидать",
            "признавать",
            "признать",
            "комментировать",
            "поддержать",
            "скрывать",
            "намерен",
            "убеждён",
            "осудить",
            "осуждать",
            "подтвердить",
            "отрицать",
            "называть",
            "хотеть",
            "требовать",
            "бояться",
            "опасаться",
            "собираться",
        ):
            return None
        begin = self._clause_start(v)
        if begin and codes[begin - 1] == "w" and begin == v:
            return None
        if lemma in ("цитировать", "процитировать", "приводить", "привести") or (
            lemma in ("передавать", "передать") and re.search(r"\bслова\b", " ".join(self.words[v + 1 : v + 5]))
        ):
            return self._quoting(v, begin, lemma)
        how = codes[begin:v].startswith("k")
        speaker = self._subject(begin + how, v, token.numbers, token.genders, strict=True)
        if not speaker and not self._after(v, token.numbers, token.genders):
            speaker = self._subject(begin + how, v, token.numbers, token.genders)
        relative = begin > 0 and codes[begin - 1] == "w"
        if speaker and not relative:
            return self._cue(
                v, begin, speaker, "as_subject_verb" if how else "subject_verb", not how and self._goes_on(v), lemma
            )
        if relative:
            return None
        if token.numbers == PLURAL and (place := self._inside_body(begin + how, v)):
            group = self._after(v, token.numbers, token.genders)
            if not group or group.kind != "group":
                return self._cue(v, begin, place, "indefinite_personal", not how and self._goes_on(v), lemma)
        after = self._after(v, token.numbers, token.genders)
        interposed = None
        if begin > 0 and codes[begin - 1] in ",)-" and not how:
            interposed = self._interposed(begin - 1, token.numbers, token.genders)
        if (
            after
            and not (interposed and codes[v + 1 : v + 2] and codes[v + 1] in ",:h")
            and (
                not interposed
                or codes[begin - 1] in "-"
                or "Q" in codes[:v]
                or after.kind in ("name", "pronoun")
                or after.start <= self.starts[min(v + 2, len(codes) - 1)]
            )
        ):
            forward = self._content_after(v)
            return self._cue(v, begin, after, "as_verb_subject" if how else "verb_subject", forward, lemma)
        if interposed:
            return self._cue(v, interposed[0], interposed[1], "subject_verb", self._goes_on(v), lemma)
        if (
            token.numbers & PLURAL
            and (place := self._inside_body(v + 1, len(codes)))
            and (how or begin == v or "Q" in codes[:v])
        ):
            return self._cue(v, begin, place, "indefinite_personal", False, lemma)
        if found and codes[begin - 1 : begin] != "h":
            return found[-1]._replace(at=v, first=v, again=True, lemma=lemma)
        if (codes[begin:v].startswith("c") or re.search(r"c[a]*$", codes[:v])) and (
            first := self._subject(0, begin if begin > 1 else v, token.numbers, token.genders)
        ):
            return self._cue(v, 0, first, "coordinated", True, lemma)
        if (
            token.numbers & SINGULAR
            and codes[begin - 1 : begin] in ("", ".", "-", "Q")
            and (self._goes_on(v) or "Q" in codes)
            and token.genders != 4
        ) and (codes[:v].strip("ackpltqn") == "" or codes[begin - 1 : begin] in ("-", "Q")):
            here = Speaker("omitted", self.starts[v], self.starts[v])
            return _Cue(v, begin, here, word, "subject_omitted", True, lemma)
        return None

    def _other_verb(self, v: int, verb: Word) -> _Cue | None:
        """Any other verb with a person for its subject and a clause for its object: "Климов не верит, что …"."""
        if verb.lemma in words.NO_SPEECH:
            return None
        begin = self._clause_start(v)
        if begin and self.codes[begin - 1] in "hw":
            return None
        speaker = self._subject(begin, v, verb.numbers, verb.genders, persons=True, strict=True)
        if speaker is None and self.codes[v - 1 : v] == "P":
            speaker = self._pronoun(v - 1, self.words[v - 1])
        return self._cue(v, begin, speaker, "subject_verb_clause", True, verb.lemma) if speaker else None

    def _tag(self, v: int) -> _Cue | None:
        """A verb of any kind with a person behind it, after a comma at the end: "Дальше не пойдут, усмехнулся он"."""
        head = self.codes[: v - 1]
        verb = _any_verb(self.words[v])
        if self.codes[v - 1 : v] != "," or not verb or len(head) < 4 or self.codes[0] in "bw" or head[-1:] in ",Q":
            return None
        speaker = self._after(v, verb.numbers, verb.genders)
        if speaker and (speaker.kind in ("name", "pronoun") or self._role_of_person(speaker.role)):
            return self._cue(v, v, speaker, "verb_subject", False, verb.lemma)
        return None

    def _cue(self, v: int, first: int, speaker: Speaker, rule: str, forward: bool, lemma: str) -> _Cue:
        self._remember(speaker, self.tokens[v].genders)
        return _Cue(v, first, speaker, self.words[v], rule, forward, lemma)

    def _goes_on(self, v: int) -> bool:
        """Whether what is said follows the verb."""
        return re.match(r"[^.;Q]{0,40}?[,:hQ]", self.codes[v + 1 :]) is not None or len(self.codes) - v > 3

    def _content_after(self, v: int) -> bool:
        rest = self.codes[v + 1 :]
        return "h" in rest or ":" in rest or ("Q" in rest and "Q" not in self.codes[:v])

    def _quoting(self, v: int, begin: int, lemma: str) -> _Cue | None:
        """ "цитирует агентство Пескова", "приводит слова политика газета": the one quoted speaks."""
        codes = self.codes
        outer = self._subject(begin, v, 3, ANY_GENDER) or self._after(v, 3, ANY_GENDER)
        stop = next((k for k in range(v + 1, len(codes)) if codes[k] in ",;:.Q-h"), len(codes))
        inner = None
        for k in range(v + 1, stop):
            if self.words[k] in words.POSSESSIVES:
                inner = self._pronoun(k, words.POSSESSIVES[self.words[k]])
                break
            if codes[k] in "TGN" and not (outer and self.starts[k] >= outer.start and self.ends[k] <= outer.end):
                inner = self.phrase_speaker(k, stop, oblique=True)
                if inner:
                    break
        if inner:
            return _Cue(v, begin, inner, self.words[v], "quoted_source", False, lemma, outer)
        if outer and self.is_medium(outer):
            here = Speaker("omitted", self.starts[v], self.starts[v])
            return _Cue(v, begin, here, self.words[v], "quoted_source", False, lemma, outer)
        return None

    def _interposed(self, end: int, numbers: int, genders: int) -> tuple[int, Speaker] | None:
        """The subject before an apposition or a participial clause that ends before the comma at token `end`."""
        codes = self.codes
        for _ in range(4):
            begin = max(codes.rfind(c, 0, end) for c in ",;:.Q-()") + 1
            segment = codes[begin:end]
            closes = begin > 0 and codes[begin - 1] in ",)-"
            if (
                segment
                and segment[0] not in "hwkbI"
                and "V" not in segment.rstrip("a")
                and not self._participial(begin)
            ):
                lead = re.match(r"[ca]*", segment).end()
                speaker = self._subject(begin + lead, end, numbers, genders, strict=True)
                if (speaker and speaker.kind != "group") or (speaker and begin == 0):
                    if closes and codes[begin - 1] == "," and self._apposition_of(begin):
                        pass
                    else:
                        return begin, self._with_apposition(speaker, end)
            if not closes or (segment and segment[0] == "h"):
                return None
            end = begin - 1
        return None

    def _participial(self, i: int) -> bool:
        """Whether a participle or gerund opens the segment: "изучающий КНДР", "выступая в Сеуле"."""
        if self.codes[i] not in "ql":
            return False
        return any(p.tag.POS in ("PRTF", "GRND") for p in morphology.parses(self.words[i])[:2])

    def _apposition_of(self, begin: int) -> bool:
        """Whether the segment that begins at a comma renames what stands before it: "Песков, пресс-секретарь …,"."""
        previous = self.tokens[begin - 2] if begin >= 2 else None
        return bool(
            previous and previous.code == "N" and previous.cases & NOMINATIVE and self.codes[begin : begin + 1] in "Tq"
        )

    # -- noun phrases ----------------------------------------------------------------------------------------------

    def _subject(
        self, begin: int, end: int, numbers: int, genders: int, persons: bool = False, strict: bool = False
    ) -> Speaker | None:
        """The first noun phrase in the nominative in tokens [begin, end) that a verb of that form can have as subject.

        With `strict` a name that may as well be in the genitive ("договор с КНДР") is none.
        """
        codes, tokens = self.codes, self.tokens
        governed = False
        adjective = -1
        fallback = 0  # a name that can be the complement of the noun before it, too
        for i in range(begin, end):
            code, token = codes[i], tokens[i]
            if code == "p":
                governed, adjective = True, -1
                continue
            if code == "q":
                if not governed and adjective < 0 and token.cases & NOMINATIVE:
                    adjective = i
                continue
            if code in "TGOMDNP":
                if governed:
                    governed = False
                    adjective = -1
                    continue
                if code in "MDN" and i > begin and token.cases & NOMINATIVE and self._complements(begin, i):
                    fallback = fallback or i
                    continue
                fits = (
                    token.cases & NOMINATIVE
                    and token.numbers & numbers
                    and (token.genders & genders or code in "TMDOG")
                )
                if (
                    not fits
                    and numbers == PLURAL
                    and code in "TNMD"
                    and token.cases & NOMINATIVE
                    and self._joined(i, end)
                ):
                    fits = 1
                if not fits and numbers == PLURAL and token.plural_cases & NOMINATIVE:
                    return self._titled(adjective if adjective >= 0 else i, i, end, False, group=True)
                if fits and code == "O" and genders in (1, 2, 4) and not token.genders & genders:
                    fits = 0
                if fits and code == "N" and not self._nominative_run(i):
                    fits = 0
                if fits and persons and code not in "NT":
                    return None
                if fits:
                    speaker = self._phrase(adjective if adjective >= 0 else i, i, end)
                    if speaker and code == "N" and not persons and self._abbreviated(i):
                        later = self._later_person(self._run_end(i, end), end, numbers, genders)
                        if later:
                            return later
                    if speaker and code in "MD" and not persons:
                        later = self._later_person(i + 1, end, numbers, genders)
                        if later and (code == "M" or (genders in (2, 4) and later.kind == "name")):
                            return later
                    if speaker:
                        return speaker
                elif code in "TGON":
                    # an oblique noun that nothing governs: go on
                    adjective = -1
                continue
            if code in "cl" or code == "n":
                governed = False
                if code == "l":
                    adjective = -1
        if fallback and not persons and not strict and self.tokens[fallback].numbers & numbers:
            return self._phrase(fallback, fallback, end)
        return None

    def _complements(self, begin: int, i: int) -> bool:
        """Whether a name that is not inflected depends on the noun before it: "договор России и КНДР"."""
        if not self.tokens[i].cases & morphology.GENITIVE:
            # "между Владивостоком и Раджином": shares the preposition
            return (
                self.codes[i - 1] == "c"
                and i - 2 >= begin
                and self.codes[i - 2] in "MDN"
                and not self.tokens[i - 2].cases & NOMINATIVE
            )
        k = i - 1
        while k > begin and self.codes[k] == "q":
            k -= 1
        if self.codes[k] == "c" and k > begin:
            k -= 1
        return k >= begin and self.codes[k] in "lTOGMDNSK" and k < i

    def _later_person(self, begin: int, end: int, numbers: int, genders: int) -> Speaker | None:
        """A person in the nominative after a medium: "сообщил ТАСС источник", "заявил РИА Новости сенатор"."""
        governed = False
        adjective = -1
        for i in range(begin, end):
            code, token = self.codes[i], self.tokens[i]
            if code == "p":
                governed = True
            elif code == "q":
                if adjective < 0 and not governed and token.cases & NOMINATIVE:
                    adjective = i
            elif code in "TNGMDOlS":
                if (
                    not governed
                    and code in "TNG"
                    and token.cases & NOMINATIVE
                    and token.numbers & numbers
                    and (token.genders & genders or code != "N")
                ):
                    if code == "N" and self.codes[begin - 1] == "M" and self.words[i].isascii():
                        continue
                    return self._phrase(adjective if adjective >= 0 else i, i, end)
                governed = False
                adjective = -1
        return None

    def _after_body(self, i: int, k: int) -> int:
        """Where the person's name begins in a run that a body's name opens: "университета Тонгук Ко Ю Хван"."""
        if k - i > 1 and self.codes[i - 1] == "O" and i not in self.mentions:
            for j in range(i + 1, k):
                if j in self.mentions or self.words[j] in _FAMILIES:
                    return j
                if any("Name" in p.tag for p in morphology.parses(self.words[j])) and j + 1 < k:
                    return j
        return i

    def _joined(self, i: int, end: int) -> bool:
        """Whether another subject is joined to the one at token i: "Путин и Ким назвали"."""
        for j in range(i + 1, end):
            if self.codes[j] == "c" and self.words[j] == "и":
                return any(self.codes[k] in "TMDNO" and self.tokens[k].cases & NOMINATIVE for k in range(j + 1, end))
        return False

    def _abbreviated(self, i: int) -> bool:
        """Whether a name is in Latin letters or begins with capitals only ("ИА Регнум"): a medium spoken to."""
        word = self.document.text[self.starts[i] : self.ends[i]]
        return i not in self.mentions and (word.isascii() or (len(word) > 1 and word.isupper()))

    def _nominative_run(self, i: int) -> bool:
        """Whether the run of name words that begins at token i can stand in the nominative as a whole."""
        for k in range(i, len(self.tokens)):
            if self.codes[k] != "N":
                break
            if not self.tokens[k].cases & NOMINATIVE:
                return False
        return True

    def _after(self, v: int, numbers: int, genders: int) -> Speaker | None:
        codes = self.codes
        stop = next((k for k in range(v + 1, len(codes)) if codes[k] in ",;:.Q-h(wIVf"), len(codes))
        speaker = self._subject(v + 1, stop, numbers, genders)
        if (
            speaker is None
            and codes[v + 1 : v + 2] == ","
            and (nxt := codes.find(",", v + 2)) > 0
            and "Q" not in codes[v:nxt]
        ):
            after = next((k for k in range(nxt + 1, len(codes)) if codes[k] in ",;:.Q-h(wIV"), len(codes))
            if "V" not in codes[v + 1 : nxt] and "h" not in codes[v + 1 : nxt]:
                speaker = self._subject(nxt + 1, after, numbers, genders)
                stop = after
        return self._with_apposition(speaker, stop) if speaker else None

    def _with_apposition(self, speaker: Speaker, at: int) -> Speaker:
        """Takes the role from the apposition behind a name: "Песков, пресс-секретарь президента,"."""
        if speaker.kind != "name" or speaker.role or self.codes[at : at + 1] != ",":
            return speaker
        match = re.match(r"q*T[^,;:.Q()hwV-]*", self.codes[at + 1 :])
        if not match or self.starts[at] > speaker.end + 3:
            return speaker
        role = self._text(at + 1, at + 1 + match.end())
        return speaker._replace(role=role, phrase=(speaker.phrase[0], self.ends[at + match.end()]))

    def _text(self, begin: int, end: int) -> str:
        return self.document.text[self.starts[begin] : self.ends[end - 1]] if end > begin else ""

    def _run_end(self, i: int, end: int) -> int:
        """Where the run of name words that begins at token i ends."""
        k = i + 1
        while k < end and self.codes[k] == "N" and self.document.text[self.ends[k - 1] : self.starts[k]].isspace():
            k += 1
        return k

    def _name_run(self, begin: int, end: int, oblique: bool) -> tuple[int, int] | None:
        """The first run of name words in [begin, end) that a title can have for its name."""
        i = begin
        while i < end:
            if self.codes[i] == "N":
                k = self._run_end(i, end)
                nominative = all(self.tokens[j].cases & NOMINATIVE for j in range(i, k))
                before = self.codes[begin:i].rstrip("q")
                governed = before.endswith("p") or self.document.text[self.starts[i] - 1 : self.starts[i]] in (
                    "«",
                    '"',
                    "“",
                )
                foreign = (
                    all(
                        self.words[j].isascii() or self.document.text[self.starts[j] : self.ends[j]].isupper()
                        for j in range(i, k)
                    )
                    and i not in self.mentions
                )
                if not governed and not foreign and (nominative or oblique):
                    return self._after_body(i, k), k
                i = k
                continue
            i += 1
        return None

    def _phrase(self, start: int, head: int, end: int, oblique: bool = False) -> Speaker | None:
        """The speaker whose noun phrase begins at `start` with its head at `head`, in tokens up to `end`."""
        codes = self.codes
        code = codes[head]
        if code == "P":
            return self._pronoun(head, self.words[head])
        if code == "N":
            k = self._run_end(head, end)
            if (
                k < end
                and codes[head] == "N"
                and self.document.text[self.starts[head] : self.ends[k - 1]].isupper()
                and codes[k : k + 1] == "T"
            ):
                return self._phrase(k, k, end, oblique)
            role = self._text(start, head) if start < head else ""
            return self._name(head, k, role, oblique, start)
        if code in "TG":
            run = self._name_run(head + 1, end, oblique) if code == "T" else None
            if not run and start and self.words[start - 1] in words.POSSESSIVES and self.words[head] in _SPOKESMEN:
                # "Ведомство, добавил его представитель, …": the body
                return Speaker("pronoun", self.starts[start - 1], self.ends[start - 1], "оно")
            if run and self.words[head] not in ("источник", "собеседник"):
                return self._name(*run, self._text(start, run[0]).strip(' «»"'), oblique, start)
            return self._titled(start, head, end, oblique)
        if code == "O":
            # "газета «Х»", "агентство Рёнхап": the name says it
            k = head + 1
            while k < end and codes[k] in "qO":
                k += 1
            if (
                words.ORGANISATIONS.get(self.tokens[head].lemma)
                in (*words.NEWS_BODIES, "party", "institute", "company", "association")
                and k < end
                and codes[k] in "MN"
                and (k == head + 1 or codes[k] == "M")
            ):
                stop = k + 1
                while stop < end and codes[stop] == codes[k] == "N":
                    stop += 1
                text = self.document.text[self.starts[k] : self.ends[stop - 1]]
                if codes[k] == "M" or k not in self.mentions:
                    return Speaker(
                        "name" if codes[k] == "M" else "role",
                        self.starts[k],
                        self.ends[stop - 1],
                        text if codes[k] == "M" else "",
                        "" if codes[k] == "M" else text,
                    )
            return self._titled(start, head, end, oblique)
        if code == "M" and head + 1 < end and codes[head + 1] == "T" and self.tokens[head + 1].cases & NOMINATIVE:
            return self._phrase(head + 1, head + 1, end, oblique)
        text = self.document.text[self.starts[head] : self.ends[head]]
        place = (self.starts[head], self.ends[head])
        mention = self.mentions.get(head)
        if mention and mention.ambiguous and (len(mention.actors) > 1 or lexicon().get(mention.text.lower())):
            # "МИД": of which country, an earlier full name or the dateline must tell
            named = (m.text for m in reversed(self.document.mentions_in(0, place[0])) if m.text.startswith(text + " "))
            whose = next(named, "") or self.home_body(text)
            return (
                Speaker("name", *place, whose, phrase=place)
                if whose
                else Speaker("role", *place, "", text, phrase=place)
            )
        return Speaker("name", *place, text, phrase=(0, 0) if code == "D" else place)

    def _media_before(self, place: int) -> bool:
        return any(m.kind == "medium" for m in self.document.mentions_in(0, place))

    def home_body(self, text: str) -> str:
        """The full name of a ministry of the country of the dateline."""
        owner = words.OWNERS.get(self.home, ("",))[0]
        return next(
            (f"{body} {owner}" for stems, body in words.BODIES[:2] if owner and re.search(stems, text, re.I)), ""
        )

    def _titled(self, start: int, head: int, end: int, oblique: bool, group: bool = False) -> Speaker:
        """An office, a body or a group by its common noun, with the complements that belong to it."""
        codes, code = self.codes, self.codes[head]
        k = head + 1
        while k < end:
            c = codes[k]
            if c in "TOMDNGS" or (c == "q" and k + 1 < end) or (c == "l" and self._complement(k)):
                k += 1
            elif (
                c == "p"
                and self.words[k] in ("в", "во", "при", "по", "из", "на")
                and re.match(r"q*[OMDSNG]" if self.words[k] != "по" else r"q*[OMDSNl]", codes[k + 1 : end])
            ):
                k += 1 + re.match(r"q*.", codes[k + 1 : end]).end()
            elif (
                c == "c"
                and self.words[k] == "и"
                and k + 1 < end
                and codes[k + 1] in "lOMDq"
                and code != "G"
                and codes[k - 1] in "lOMDq"
            ):
                k += 2
            else:
                break
        while k > head + 1 and codes[k - 1] in "qc":
            k -= 1
        if code == "G" and (joined := re.match(r"(?:,[DM])+c[DM]", codes[k : end + 8])):
            k += joined.end()  # "лидеры США, Японии и Южной Кореи"
        text = self._text(start, k)
        if oblique:
            text = morphology.nominative_phrase(text)
        first, last = self.starts[start], self.ends[k - 1]
        if self.tokens[head].lemma in ("офис", "администрация", "канцелярия") and "T" in codes[head:k]:
            owner = next((o[0] for o in words.OWNERS.values() if any(n in text for n in o)), "")
            if owner:
                return Speaker("name", first, last, f"администрация президента {owner}", phrase=(first, last))
        alone = k == head + 1 and start == head
        lemma = self.tokens[head].lemma
        ours = any(word.startswith("наш") for word in self.words[start:head]) or (
            lemma in ("редакция", "редколлегия") and k == head + 1 and not self._media_before(first)
        )
        if ours and code == "O" and words.ORGANISATIONS.get(lemma) in words.NEWS_BODIES:
            return Speaker("outlet", first, last, "", text)
        if code == "G" or group or (self.tokens[head].numbers == PLURAL and code == "T" and head not in self.mentions):
            return Speaker("group", first, last, "", text, phrase=(first, last))
        if (
            code == "T"
            and alone
            and lemma in words.ALWAYS_BACK
            and head not in self.mentions
            and lemma not in words.SOURCES
        ):
            return self._pronoun(head, lemma)
        if code == "T" and alone and head not in self.mentions:
            # "министр" after "министр обороны Син Вон Сик"
            bearer = next((name for _, name, title in reversed(self.memory) if title == lemma and name), "")
            if bearer:
                return Speaker("name", first, last, bearer)
        if code == "T" and lemma in ("глава", "руководитель") and k == head + 2 and codes[head + 1] == "D":
            country = self._text(head + 1, k)
            text = "лидер КНДР" if re.match(r"КНДР|Северн", country) else f"президент {country}"
        if code == "T" and lemma in ("собеседник", "собеседница"):
            return (
                self._pronoun(head, "собеседник")
                if alone
                else Speaker("role", first, last, "", text, phrase=(first, last))
            )
        return Speaker("role", first, last, "", text, phrase=(first, last))

    def _complement(self, k: int) -> bool:
        """Whether a common noun can be a genitive complement of the title before it."""
        if self.starts[k] - self.ends[k - 1] > 2:
            return False
        return any(p.tag.POS == "NOUN" and p.tag.case in ("gent", "ablt") for p in morphology.parses(self.words[k])[:3])

    def _name(self, begin: int, end: int, role: str, oblique: bool, start: int | None = None) -> Speaker:
        text = self._text(begin, end)
        name = text
        if oblique and begin not in self.mentions:
            name = self._nominative_name(begin, end)
        elif begin in self.mentions and end == begin + 1:
            name = text
        if oblique and role:
            role = morphology.nominative_phrase(role)
        first = start if start is not None else begin
        return Speaker(
            "name", self.starts[begin], self.ends[end - 1], name, role, phrase=(self.starts[first], self.ends[end - 1])
        )

    def _nominative_name(self, begin: int, end: int) -> str:
        parts = [self.document.text[self.starts[k] : self.ends[k]] for k in range(begin, end)]
        if len(parts) > 1 and parts[0].lower() in words.KOREAN_FAMILIES:
            return " ".join([*parts[:-1], morphology.nominative_part(parts[-1], False)])
        feminine: bool | None = None
        for reading in morphology.parses(parts[0].lower()):
            if "Name" in reading.tag and reading.tag.gender in ("masc", "femn") and len(parts) > 1:
                feminine = reading.tag.gender == "femn"
                break
        if feminine is None and len(parts) == 1:
            low = parts[0].lower()
            feminine = low.endswith(("овой", "евой", "ёвой", "иной", "ской"))
            bearer = next((surname for _, surname, _ in reversed(self.memory) if _stem_alike(surname, parts[0])), None)
            if bearer:
                return bearer
        return " ".join(morphology.nominative_part(p, feminine) for p in parts)

    def phrase_speaker(self, begin: int, end: int, oblique: bool = False, loose: bool = False) -> Speaker | None:
        """The first speaker in tokens [begin, end): in any case if `oblique`, else in the nominative.

        With `loose` (headlines) a place alone counts too: "В МИД РФ".
        """
        if not oblique:
            speaker = self._subject(begin, end, 3, ANY_GENDER)
            if speaker or not loose:
                return speaker
            return self._inside_body(begin, end)
        adjective = -1
        for i in range(begin, end):
            code = self.codes[i]
            if code == "q":
                adjective = i if adjective < 0 else adjective
            elif code in "TGOMDN":
                return self._phrase(adjective if adjective >= 0 else i, i, end, oblique=True)
            elif code == "p" or code in "lS":
                adjective = -1
        return None

    def _inside_body(self, begin: int, end: int) -> Speaker | None:
        """ "в МИД РФ", "на Банковой", "в партии «Сила народа»": the body whose people speak."""
        codes = self.codes
        for i in range(begin, end):
            if codes[i] == "p" and self.words[i] in ("в", "во", "на", "при"):
                match = re.match(r"q*[OMDl]", codes[i + 1 : end])
                if not match:
                    continue
                head = i + match.end()
                if codes[head] == "l":
                    continue
                if codes[head] in "MD":
                    return Speaker("name", self.starts[head], self.ends[head], self._text(head, head + 1))
                speaker = self._phrase(i + 1, head, end, oblique=True)
                if speaker:
                    return speaker
            elif codes[i] in ",;:.Q-h":
                break
        return None

    # -- other cues ------------------------------------------------------------------------------------------------

    def _by(self, i: int) -> _Cue | None:
        """ "по словам X", "по его мнению", "на взгляд X", "с точки зрения X", "по данным южнокорейской разведки"."""
        codes = self.codes
        j = i - 1
        while j >= 0 and (
            codes[j] == "q" or self.words[j] in words.POSSESSIVES or self.words[j] in ("нашим", "моему", "точки")
        ):
            j -= 1
        if j < 0 or codes[j] != "p" or self.words[j] not in ("по", "на", "со", "с", "согласно"):
            return None
        lemma = self.tokens[i].lemma
        if self.words[j] != "по" and not (
            lemma in ("взгляд", "зрение") or self.words[j] in ("со", "согласно") or self.words[i] == "слов"
        ):
            return None
        if self.words[i] == "слов" and self.words[j] not in ("с", "со"):
            return None
        stop = next((k for k in range(i + 1, len(codes)) if codes[k] in ",;:.Q-h(wVI"), len(codes))
        forward = j == 0 or codes[j - 1] in ".;:,cQ"
        phrase = self._text(j, i + 1)
        for k in range(j + 1, i):
            if self.words[k] in words.POSSESSIVES:
                return _Cue(i, j, self._possessor(k, j), phrase, "according_to", forward)
        if self.words[i + 1 : i + 2] and self.words[i + 1] in words.POSSESSIVES:  # "по данным его ведомства"
            return _Cue(i, j, self._possessor(i + 1, j), phrase, "according_to", forward)
        speaker = self.phrase_speaker(i + 1, stop, oblique=True)
        if not speaker:
            return None
        if speaker.end > self.starts[i] and codes[i + 1 : i + 2] not in ("q", "T", "G", "O", "M", "D", "N"):
            return None
        speaker = self._with_apposition(speaker, stop)
        self._remember(speaker, ANY_GENDER)
        return _Cue(i, j, speaker, phrase, "according_to", forward)

    def _by_text(self, i: int) -> _Cue | None:
        """ "согласно заявлению МИД", "согласно данным разведки"."""
        stop = next((k for k in range(i + 1, len(self.codes)) if self.codes[k] in ",;:.Q-h(wVI"), len(self.codes))
        if self.codes[i + 1 : i + 2] == "K":
            return None
        speaker = self.phrase_speaker(i + 1, stop, oblique=True)
        if not speaker or self.codes[i + 1 : i + 2] not in ("S", "q", "M", "O"):
            return None
        return _Cue(i, i, speaker, self.words[i], "according_to", True)

    def _with_reference(self, i: int) -> _Cue | None:
        """ "сообщает ТАСС со ссылкой на представителя ведомства": who is referred to speaks."""
        codes = self.codes
        if self.words[i + 1 : i + 2] != ["на"]:
            return None
        stop = next((k for k in range(i + 2, len(codes)) if codes[k] in ",;:.Q-h(wVI"), len(codes))
        speaker = self.phrase_speaker(i + 2, stop, oblique=True)
        if not speaker or self.is_medium(speaker):
            return None
        return _Cue(i, i, speaker, self.words[i], "with_reference", False)

    def _possessor(self, k: int, before: int) -> Speaker:
        """Whom "его", "её", "их" means: the medium or person at the head of the sentence, else who spoke last."""
        pronoun = words.POSSESSIVES[self.words[k]]
        if before > 1 and self.codes[0] in "MN" and self.tokens[0].cases & NOMINATIVE:
            mention = self.mentions.get(0)
            if not mention or mention.kind in ("medium", "person"):
                here = self._phrase(0, 0, before)
                if here:
                    return here
        return self._pronoun(k, pronoun)

    def _passive(self, i: int) -> _Cue | None:
        """ "говорится в заявлении МИД": the body or person whose text it is."""
        codes = self.codes
        for begin, end in ((i + 1, len(codes)), (0, i)):
            for k in range(begin, end):
                if codes[k] in ";:.Qh" and k > begin:
                    break
                if codes[k] == "p" and self.words[k] in ("в", "во", "на"):
                    stop = next((m for m in range(k + 1, len(codes)) if codes[m] in ",;:.Q-h(wVIJ"), len(codes))
                    for m in range(k + 1, stop):
                        if self.words[m] in words.POSSESSIVES:
                            return _Cue(
                                i,
                                0,
                                self._pronoun(m, words.POSSESSIVES[self.words[m]]),
                                self.words[i],
                                "passive",
                                begin < i,
                            )
                    medium = next(
                        (m for m in range(k + 1, stop) if m in self.mentions and self.mentions[m].kind == "medium"),
                        None,
                    )
                    speaker = self.phrase_speaker(k + 1 if medium is None else medium, stop, oblique=True)
                    if speaker:
                        return _Cue(i, 0, speaker, self.words[i], "passive", begin < i)
                    here = Speaker("omitted", self.starts[i], self.starts[i])
                    return _Cue(i, 0, here, self.words[i], "passive", False) if "S" in codes[k:stop] else None
        return None

    def _colon(self, i: int, found: list[_Cue]) -> _Cue | None:
        """ "Песков: «…»", "Вывод эксперта: …", "У Ланькова другое мнение: …", "Маслов — о визите: «…»"."""
        codes = self.codes
        if found or i > 25 or "V" in codes[:i] or i + 1 >= len(codes):
            return None
        for k in range(i):
            if self.words[k] in _VIEWS and "Q" not in codes[:i]:
                near = self.phrase_speaker(k + 1, i, oblique=True)
                if near is None and codes[0] == "p" and self.words[0] == "у":
                    near = self.phrase_speaker(1, k, oblique=True)
                if near and codes[k - 1 : k] != "p":
                    self._remember(near, ANY_GENDER)
                    return _Cue(i, 0, near, self.words[k], "view_noun", True)
        if self.document.text[self.unit.end - 1] == "?" and codes[i + 1] != "Q":
            return None
        if "Q" not in codes[:i] and i <= 12 and codes[i + 1] != "Q":
            # "Толорая категоричен: …"
            short = next(
                (
                    k
                    for k in range(1, i)
                    if codes[k] == "l" and any(p.tag.POS == "ADJS" for p in morphology.parses(self.words[k])[:1])
                ),
                0,
            )
            person = self._subject(0, short, 3, ANY_GENDER, strict=True) if short else None
            if person and person.kind in ("name", "pronoun", "role", "group"):
                self._remember(person, ANY_GENDER)
                return _Cue(i, 0, person, self.words[short], "short_adjective", True)
        begins = self.unit.start == self.document.paragraphs[self.unit.paragraph][0]
        label = begins and (i <= 6 or (i <= 18 and codes[0] in "NT" and "l" not in codes[: max(codes.find(","), 0)]))
        if re.match(r"(?:ведущ|корр|вопрос|ответ)", self.words[0]):
            return None
        if codes[i + 1] != "Q" and not (label or (i <= 6 and len(self.document.text) < 300)):
            return None
        speaker = self._subject(0, i, 3, ANY_GENDER)
        if not speaker or (codes[i + 1] != "Q" and speaker.kind != "name"):
            return None
        if codes[i + 1] != "Q" and self.is_body(speaker) and len(self.document.text) >= 300:
            return None
        self._remember(speaker, ANY_GENDER)
        return _Cue(i, 0, speaker, ":", "colon", True)

    def _dash(self, i: int) -> _Cue | None:
        """ "«…» — Ли Чжэ Мён.", "«…», — таков вывод эксперта": no verb, and the sentence ends with the speaker."""
        codes = self.codes
        if (
            not re.search(r"Q[,.]?$", codes[:i])
            or "V" in codes[i:]
            or not re.fullmatch(r"[aqlTOMDNGcp]*,?[aqlTOMDNGcp]*[.]?", codes[i + 1 :])
        ):
            return None
        if len(codes) - i > 22:
            return None
        view = next((k for k in range(i + 1, min(i + 6, len(codes))) if self.words[k] in _VIEWS), -1)
        speaker = self.phrase_speaker(view + 1, len(codes), oblique=True) if view > 0 else None
        if view < 0 and codes[i + 1 : i + 2] in ("N", "T", "q", "M"):
            speaker = self._subject(i + 1, len(codes), 3, ANY_GENDER)
        if view > 0 and speaker is None:
            speaker = Speaker("omitted", self.starts[view], self.starts[view])
        return _Cue(i, i, speaker, "—", "quotation_dash", False) if speaker else None

    # -- whom pronouns mean ----------------------------------------------------------------------------------------

    def _remember(self, speaker: Speaker, genders: int) -> None:
        """Keeps in mind who was the subject: gender and name of a person, no name for an office."""
        if speaker.kind == "role" and self._role_of_person(speaker.role):
            self.memory.append((genders if genders in (1, 2) else 0, "", ""))
        if speaker.kind != "name":
            return
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        if mention and mention.kind and mention.kind != "person":
            return
        parts = speaker.name.split()
        if not parts or (self.words and speaker.name.isupper()):
            return
        asian = parts[0].lower() in _FAMILIES and len(parts) > 1
        gender = genders if genders in (1, 2) else 0
        if not gender:
            for reading in morphology.parses(parts[0].lower()):
                if "Name" in reading.tag and reading.tag.gender in ("masc", "femn"):
                    gender = 2 if reading.tag.gender == "femn" else 1
                    break
            else:
                gender = 2 if parts[-1].endswith(("ова", "ева", "ёва", "ина", "ская")) else 0
        name = parts[0] if asian else morphology.nominative_part(parts[-1], gender == 2 if gender else None)
        if not gender:
            gender = next((g for g, n, _ in reversed(self.memory) if n == name), 0)
        title = next(
            (
                e.lemma
                for word in re.findall(r"[\w-]+", speaker.role.lower())
                if (e := lexicon().get(word)) and e.code == "T"
            ),
            "",
        )
        self.memory.append((gender, name, title or next((t for _, n, t in reversed(self.memory) if n == name), "")))

    @staticmethod
    def _role_of_person(role: str) -> bool:
        entries = (lexicon().get(word) for word in re.findall(r"[\w-]+", role.lower()))
        head = next((e for e in entries if e and e.code in "TOG"), None)
        return bool(head and head.code == "T")

    def _pronoun(self, k: int, pronoun: str) -> Speaker:
        """A pronoun, or a title that says no more than one: the last person whom it fits by gender."""
        start, end = self.starts[k], self.ends[k]
        wanted = {"он": 1, "она": 2, "тот": 1, "та": 2}.get(pronoun, 0)
        if wanted or pronoun in words.ALWAYS_BACK:
            for gender, name, _ in reversed(self.memory):
                if not wanted or gender in (0, wanted):
                    if name:
                        return Speaker("name", start, end, name)
                    break
        return Speaker("pronoun", start, end, pronoun)


_FAMILIES = words.KOREAN_FAMILIES | words.CHINESE_FAMILIES


def start_of_name(text: str, given: int, family: str) -> int:
    """Where a family name with a capital begins that stands right before the given name at `given`, or -1."""
    start = given - 1 - len(family)
    return start if start >= 0 and text[start].isupper() and text[given - 1] == " " else -1


_CLAUSE = re.compile(r"[apnt]{0,3},h")
_TAG = re.compile(r"[lV](?:P|q{0,2}T?[TOqlN]{0,5}N{1,3}|q{0,2}T)\.?$")
_VIEWS = frozenset(
    [
        "вывод",
        "мнение",
        "взгляд",
        "прогноз",
        "аргумент",
        "ответ",
        "тезис",
        "оценка",
        "позиция",
        "рецепт",
        "совет",
        "реакция",
        "комментарий",
        "версия",
        "объяснение",
        "вердикт",
        "диагноз",
        "подход",
        "приговор",
        "предложение",
        "предупреждение",
        "опасение",
        "надежда",
        "точка",
    ]
)
_SPOKESMEN = frozenset(("представитель", "представители", "пресс-служба", "пресс-секретарь", "спикер"))
_COUNTED = re.compile(r"[lq](?=p?q*G)")
_SHARES = frozenset(("большинство", "ряд", "часть", "половина", "многие", "один", "одна", "кто-то"))
_BACK = re.compile(
    r"(?:(?:и|а)\s)?(?:об этом|о таком|так|такое|такую|такой|таким|такого|такими|с таким|с такой|соответствующее"
    r"|соответствующие|подробнее об этом|это|подробности|подробностями|об этих|о том|суть|подобн\w+|свою оценку"
    r"|своим мнением|своё мнение)\b"
)


def _stem_alike(one: str, other: str) -> bool:
    return one[:4].casefold() == other[:4].casefold() and abs(len(one) - len(other)) <= 3
