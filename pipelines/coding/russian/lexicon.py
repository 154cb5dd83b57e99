"""Russian words with the parts that they play in attribution: each word of a text becomes a code with its grammar.

Codes: V verb of speech, I its gerund, J a passive of speech ("говорится"), N part of a name, M listed name of an
organisation or medium, D state, T title, O body ("министерство"), G group, P pronoun, K noun of "по словам", S spoken
text ("заявление"), q adjective, p preposition, h "что", w "который", b conjunction, c "и", k "как", a adverb, t time,
n number, f infinitive, l any other word, Q quotation, and punctuation: , ; : ( ) - .
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pipelines.coding.russian import morphology, words
from pipelines.coding.russian.morphology import ANY_CASE, ANY_GENDER, NOMINATIVE, PLURAL, SINGULAR

FAMILIES = words.KOREAN_FAMILIES | words.CHINESE_FAMILIES


class Word(NamedTuple):
    code: str
    lemma: str
    cases: int = 0
    numbers: int = 3
    genders: int = ANY_GENDER
    plural_cases: int = 0  # of a title whose form can be a plural too: "главы"


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
            old = found.get(form)
            if old is None:
                add(form, Word("O", lemma, *shape))
            elif old.lemma == lemma and old.numbers == SINGULAR and shape.numbers == PLURAL:
                for spelling in {form, form.replace("ё", "е")}:  # "спецслужбы"
                    found[spelling] = found[spelling]._replace(plural_cases=old.plural_cases | shape.cases)
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
    found["согласно"] = Word("p", "согласно")
    for form in ("тем", "любой", "тема", "август"):  # words that can be names, too: "Тема" of "Артём"
        found.setdefault(form, Word("l", form))
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


@cache
def given(low: str) -> bool:
    """Whether the word is a given name."""
    return any("Name" in p.tag for p in morphology.parses(low)[:2])


@cache
def any_verb(low: str) -> Word | None:
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
def lower(low: str) -> Word:
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
def capital(word: str, opening: bool) -> Word:
    """A word with a capital: a title or body, an adjective, or part of a name."""
    low = word.lower()
    known = lexicon().get(low) or _compound(low)
    upper = len(word) > 1 and word.isupper()
    if known and not upper and (opening or known.code in "OTGt"):
        return known
    if known and upper and known.code in "OG":
        return known._replace(cases=ANY_CASE)
    if low[0].isascii() and not low[-1].isascii():  # "Telegram-канале"
        return Word("l", low)
    if upper or not ("а" <= low[0] <= "я" or low[0] == "ё"):
        return Word("N", word, ANY_CASE)
    readings = morphology.parses(low)
    names = [p for p in readings if {"Name", "Surn", "Patr"} & p.tag.grammemes and p.tag.number == "sing"]
    known_word = morphology.analyzer().word_is_known(low)
    if opening and not names and known_word:
        return lower(low)
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
    if names and low not in FAMILIES and (known_word or not low.endswith(("ин", "ын"))):
        genders = morphology.merged(morphology.form_of(p.tag) for p in names)[2]
    slavic = low.endswith(("ова", "ева", "ёва", "ина", "ына"))
    instrumental = bool(names) and len(low) > 4 and low.endswith(("ым", "им", "ом", "ем")) and not cases & NOMINATIVE
    if (
        (low[-1] not in "аеёиоуыэюя" and not instrumental)
        or (low[-1] == "а" and not known_word and not slavic)
        or (
            low[-1] in "иоу"
            and (names or not known_word or len(low) < 5)
            and not any("Name" in p.tag and p.tag.case == "gent" and known_word for p in readings)
        )
    ):
        cases |= NOMINATIVE
    elif (not known_word and low[-1] in "еиоуыэю") or len(low) < 3:
        cases = ANY_CASE
    return Word("N", word, cases or ANY_CASE, SINGULAR, genders)
