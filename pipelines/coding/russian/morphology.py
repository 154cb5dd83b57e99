"""Russian inflection: the cases of words and names, and the way back to the nominative."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import pymorphy3

NOMINATIVE, GENITIVE, DATIVE, ACCUSATIVE, INSTRUMENTAL, LOCATIVE = 1, 2, 4, 8, 16, 32
ANY_CASE = 63
SINGULAR, PLURAL = 1, 2
MASCULINE, FEMININE, NEUTER = 1, 2, 4
ANY_GENDER = 7

_CASES = {
    "nomn": NOMINATIVE, "gent": GENITIVE, "gen2": GENITIVE, "datv": DATIVE, "accs": ACCUSATIVE, "acc2": ACCUSATIVE,
    "ablt": INSTRUMENTAL, "loct": LOCATIVE, "loc2": LOCATIVE, "voct": NOMINATIVE,
}  # fmt: skip
_GENDERS = {"masc": MASCULINE, "femn": FEMININE, "neut": NEUTER, "ms-f": MASCULINE | FEMININE}
_HUSHING = "жшчщц"
_VELAR = "гкх"
_VOWELS = "аеёиоуыэюя"


class Form(NamedTuple):
    """What a written form can be: bit sets."""

    cases: int
    numbers: int
    genders: int


@cache
def analyzer() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=100_000)
def parses(word: str) -> tuple:
    """pymorphy3's readings of a word, the most probable first."""
    return tuple(analyzer().parse(word))


def form_of(tag) -> Form:
    return Form(
        _CASES.get(tag.case, 0),
        PLURAL if tag.number == "plur" else SINGULAR,
        _GENDERS.get(tag.gender, ANY_GENDER) if tag.number != "plur" else ANY_GENDER,
    )


def merged(forms: Iterable[Form]) -> Form:
    cases = numbers = genders = 0
    for form in forms:
        cases |= form.cases
        numbers |= form.numbers
        genders |= form.genders
    return Form(cases, numbers, genders)


def noun_forms(lemma: str) -> Iterator[tuple[str, Form]]:
    """Every form of a common noun or adjective, given in the nominative; compounds keep what stands before a hyphen."""
    prefix, hyphen, last = lemma.rpartition("-")
    reading = next((p for p in parses(last) if p.tag.case == "nomn" and p.tag.POS in ("NOUN", "ADJF", "PRTF")), None)
    if reading is None:
        yield lemma, Form(ANY_CASE, SINGULAR | PLURAL, ANY_GENDER)
        return
    for other in reading.lexeme:
        if other.tag.case and other.tag.POS == reading.tag.POS:
            yield prefix + hyphen + other.word, form_of(other.tag)


_FINITE = {"VERB", "GRND", "ADJS", "PRTS"}


def verb_forms(lemma: str) -> Iterator[tuple[str, str, Form]]:
    """The forms of a verb in which it can have a third-person subject, or none.

    Triples of (form, "V", or "I" for a gerund, its shape).
    """
    reading = next((p for p in parses(lemma) if p.tag.POS == "INFN" and p.normal_form == lemma), None)
    if reading is None:
        return
    for other in reading.lexeme:
        tag = other.tag
        if tag.POS == "GRND":
            yield other.word, "I", Form(0, 3, ANY_GENDER)
        elif tag.POS == "VERB" and tag.mood == "indc" and tag.person in (None, "3per"):
            numbers = PLURAL if tag.number == "plur" else SINGULAR
            yield other.word, "V", Form(0, numbers, _GENDERS.get(tag.gender, ANY_GENDER))


def short_adjective_forms(masculine: str) -> Iterator[tuple[str, Form]]:
    """ "уверен", "уверена", "уверено", "уверены"."""
    stem = (
        masculine[:-2] + masculine[-1]
        if masculine.endswith(("ен", "ен")) and masculine in ("согласен", "должен")
        else masculine
    )
    yield masculine, Form(0, SINGULAR, MASCULINE)
    yield stem + "а", Form(0, SINGULAR, FEMININE)
    yield stem + "о", Form(0, SINGULAR, NEUTER)
    yield stem + "ы", Form(0, PLURAL, ANY_GENDER)


# -- names ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=50_000)
def declined(word: str) -> tuple[tuple[str, int], ...]:
    """The case forms of one part of a person's name, given in the nominative, by the rules for names.

    Pairs of form and case bits. A name in a consonant may belong to a woman and stay as it is; that form is the
    nominative here all the same.
    """
    low = word.lower()
    n, g, d, a, i, p = NOMINATIVE, GENITIVE, DATIVE, ACCUSATIVE, INSTRUMENTAL, LOCATIVE
    if len(low) < 2 or not ("а" <= low[-1] <= "я" or low[-1] == "ё") or word.isupper() or low.endswith("."):
        return ((word, ANY_CASE),)
    stem, last = word[:-1], low[-1]
    before = low[-2]
    if low.endswith(("ский", "цкий", "ной", "ый", "ской", "цкой", "жий")) and len(low) > 4:
        base = word[:-2]
        soft = "его" if low.endswith("жий") else "ого"
        hard = "им" if low[-3] in "кгхж" else "ым"
        return (
            (word, n),
            (base + soft, g | a),
            (base + soft[0] + "му", d),
            (base + hard, i),
            (base + soft[0] + "м", p),
        )
    if low.endswith("ая") and len(low) > 4:
        base = word[:-2]
        return ((word, n), (base + "ой", g | d | i | p), (base + "ую", a))
    if low.endswith(("ова", "ева", "ёва", "ина", "ына")) and len(low) > 4:
        return ((word, n), (stem + "ой", g | d | i | p), (stem + "у", a), (stem + "ы", g), (stem + "е", d | p))
    if last == "а":
        soft = before in _HUSHING
        gen = "и" if before in _VELAR + _HUSHING else "ы"
        return ((word, n), (stem + gen, g), (stem + "е", d | p), (stem + "у", a), (stem + ("ей" if soft else "ой"), i))
    if last == "я":
        dat = "и" if before == "и" else "е"
        return (
            (word, n),
            (stem + "и", g | (d | p if before == "и" else 0)),
            (stem + dat, d | p),
            (stem + "ю", a),
            (stem + "ей", i),
        )
    if last == "й":
        loc = "и" if before == "и" else "е"
        return ((word, n), (stem + "я", g | a), (stem + "ю", d), (stem + "ем", i), (stem + loc, p))
    if last == "ь":
        return (
            (word, n),
            (stem + "я", g | a),
            (stem + "ю", d),
            (stem + "ем", i),
            (stem + "е", p),
            (stem + "и", g | d | p),
        )
    if last in _VOWELS:
        return ((word, ANY_CASE),)
    if low == "павел":
        word, stem = "Павел", "Павл"
    elif low in ("пётр", "петр"):
        stem = "Петр"
    else:
        stem = word
    instrumental = (
        ("ым", "ом") if low.endswith(("ов", "ев", "ёв", "ин", "ын")) else ("ем",) if last in _HUSHING else ("ом",)
    )
    return ((word, n), (stem + "а", g | a), (stem + "у", d), *((stem + e, i) for e in instrumental), (stem + "е", p))


_CASE_ORDER = (NOMINATIVE, GENITIVE, DATIVE, ACCUSATIVE, INSTRUMENTAL, LOCATIVE)


def person_forms(name: str, last_only: bool) -> dict[str, int]:
    """A person's name in every case: form and case bits.

    With `last_only` only the last part is declined, as in Korean names ("Ким Чен Ына"), and it may stay as it is.
    """
    parts = name.split()
    tables = [declined(p) if not last_only or k == len(parts) - 1 else ((p, ANY_CASE),) for k, p in enumerate(parts)]
    found: dict[str, int] = {}
    for case in _CASE_ORDER:
        options = [
            [form for form, cases in table if cases & case] or [part] for table, part in zip(tables, parts, strict=True)
        ]
        words = [option[0] for option in options]
        found.setdefault(" ".join(words), 0)
        found[" ".join(words)] |= case
        for k in (len(parts) - 1,):
            for form in options[k][1:]:
                other = " ".join([*words[:k], form])
                found[other] = found.get(other, 0) | case
    if not last_only and len(parts) > 1:  # the surname stays: a woman's in a consonant, a foreign one
        for case in _CASE_ORDER[1:]:
            words = [next((f for f, c in t if c & case), p) for t, p in zip(tables[:-1], parts[:-1], strict=True)]
            form = " ".join([*words, parts[-1]])
            found.setdefault(form, case)
    return found


@lru_cache(maxsize=20_000)
def nominative_part(word: str, feminine: bool | None) -> str:
    """One part of a person's name, in any case, in the nominative, as far as its ending tells."""
    low = word.lower()
    if len(low) < 3 or word.isupper() or not ("а" <= low[-1] <= "я" or low[-1] == "ё"):
        return word
    for reading in parses(word):
        tag = reading.tag
        if low[-1] == "и" and not reading.is_known:
            continue  # "Хироси", "Танаки": a guess
        if (
            ("Name" in tag or "Surn" in tag or "Patr" in tag)
            and tag.number == "sing"
            and tag.case not in (None, "nomn", "voct")
        ):
            if feminine is not None and tag.gender in ("masc", "femn") and (tag.gender == "femn") != feminine:
                continue
            back = reading.inflect({"nomn"})
            if back and len(back.word) >= len(low) - 3:
                return _cased(back.word if reading.is_known or "ё" in low else back.word.replace("ё", "е"), word)
        elif (
            ("Name" in tag or "Surn" in tag)
            and tag.case == "nomn"
            and tag.number == "sing"
            and (feminine is None or tag.gender == ("femn" if feminine else "masc"))
        ):
            return word
    return _by_ending(word, low, feminine)


def _by_ending(word: str, low: str, feminine: bool | None) -> str:
    if feminine:
        if low.endswith(("овой", "евой", "ёвой", "иной", "ину", "ову", "еву")):
            return word[: -2 if low[-1] == "й" else -1] + "а"
        if low.endswith(("ской", "цкой")):
            return word[:-2] + "ая"
        return word
    if low.endswith(("ского", "цкого", "скому", "цкому")):
        return word[:-3] + "ий"
    if low.endswith(("ским", "цким", "ском", "цком")):
        return word[:-2] + "ий"
    if low.endswith(("овым", "евым", "ёвым", "иным")):
        return word[:-2]
    if len(low) > 4 and (low[-1] == "ы" or (low[-1] == "и" and low[-2] in _VELAR + _HUSHING)):
        return word[:-1] + "а"
    if low[-1] in "ауе" and low[-2] not in _VOWELS + "ьй" and len(low) > 2:
        return word[:-1]
    if low.endswith(("ом", "ем")) and len(low) > 4 and low[-3] not in _VOWELS:
        return word[:-2]
    if low[-1] in "яю" and len(low) > 2:
        return word[:-1] + ("й" if low[-2] in _VOWELS else "ь")
    return word


def _cased(word: str, like: str) -> str:
    pieces = word.split("-")
    models = like.split("-")
    return "-".join(
        p[:1].upper() + p[1:] if k < len(models) and models[k][:1].isupper() else p for k, p in enumerate(pieces)
    )


# -- phrases -------------------------------------------------------------------------------------------------------


def _agreeing(words: list[str]) -> tuple[int, object | None]:
    """The index of the head noun that the leading adjectives agree with, and its reading; -1 where there is none."""
    for k, word in enumerate(words[:4]):
        readings = parses(word.lower())
        noun = next((p for p in readings if p.tag.POS == "NOUN" and p.tag.case == "nomn"), None)
        adjective = next((p for p in readings if p.tag.POS in ("ADJF", "PRTF") and p.tag.case == "nomn"), None)
        if noun and not (adjective and k + 1 < len(words) and adjective.score > noun.score):
            return k, noun
        if not adjective:
            return -1, None
    return -1, None


def phrase_forms(phrase: str) -> dict[str, int]:
    """A title or the name of an organisation in every case: form and case bits. What follows the head noun stays."""
    words = phrase.split()
    if not words or (any(c in phrase for c in '«»"') and not words[0][0].isalpha()):
        return {phrase: ANY_CASE}
    head = words[0]
    if head == "МИД":
        rest = words[1:]
        return {
            " ".join([head + ending, *rest]): cases
            for ending, cases in (("", ANY_CASE), ("а", 2), ("у", 4), ("ом", 16), ("е", 32))
        }
    if (head.isupper() and len(head) > 1) or not ("а" <= head[-1].lower() <= "я"):
        return {phrase: ANY_CASE}
    k, noun = _agreeing(words)
    if noun is None:
        first = declined(words[0]) if len(words) == 1 else ((words[0], ANY_CASE),)
        return {" ".join([form, *words[1:]]): cases for form, cases in first}
    if "Fixd" in noun.tag:
        return {phrase: ANY_CASE}
    found: dict[str, int] = {phrase: NOMINATIVE}
    number = noun.tag.number
    for name in ("gent", "datv", "accs", "ablt", "loct"):
        inflected = []
        for j, word in enumerate(words[: k + 1]):
            readings = parses(word.lower())
            reading = (
                noun if j == k else next(p for p in readings if p.tag.POS in ("ADJF", "PRTF") and p.tag.case == "nomn")
            )
            wanted = (
                {name, number}
                if j == k
                else {name, number}
                | ({noun.tag.gender} if number == "sing" and noun.tag.gender in ("masc", "femn", "neut") else set())
            )
            if j < k and name == "accs":
                wanted.add("anim" if noun.tag.animacy == "anim" else "inan")
            form = reading.inflect(wanted) or reading.inflect({name, number})
            if form is None:
                break
            shape = form.word
            inflected.append(_cased(shape, word) if not word.isupper() else word)
        else:
            text = " ".join([*inflected, *words[k + 1 :]])
            found[text] = found.get(text, 0) | _CASES[name]
    return found


_WORD = re.compile(r"[\w-]+")


@lru_cache(maxsize=20_000)
def nominative_phrase(phrase: str) -> str:
    """A title, group or organisation, in any case, with its head noun and adjectives in the nominative."""
    words = phrase.split()
    for k, word in enumerate(words[:4]):
        low = word.lower()
        readings = parses(low)
        best = readings[0].tag if readings else None
        if best is None:
            return phrase
        if best.POS in ("ADJF", "PRTF") or any(p.tag.POS == "ADJF" and p.score > 0.2 for p in readings):
            if k + 1 < len(words):
                continue
            return phrase
        nouns = [p for p in readings if p.tag.POS == "NOUN"]
        if not nouns or word.isupper() or any(p.tag.case == "nomn" and p.score >= 0.4 for p in nouns):
            return phrase
        noun = nouns[0]
        number = noun.tag.number
        form = noun.inflect({"nomn", number})
        if form is None:
            return phrase
        shaped = []
        for word_before in words[:k]:
            reading = next(p for p in parses(word_before.lower()) if p.tag.POS in ("ADJF", "PRTF"))
            wanted = {"nomn", number} | (
                {noun.tag.gender} if number == "sing" and noun.tag.gender in ("masc", "femn", "neut") else set()
            )
            other = reading.inflect(wanted)
            shaped.append(_cased(other.word, word_before) if other else word_before)
        return " ".join([*shaped, _cased(form.word, word), *words[k + 1 :]])
    return phrase
