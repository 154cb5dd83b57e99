"""Russian: how Russian-language news marks who speaks.

A sentence becomes a string of codes, one letter for each word, beside the cases that each word can be in. Who speaks
is then the noun phrase in the nominative nearest to a verb of speech, or the one in the genitive after "по словам".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.languages import Base, Language
from pipelines.coding.russian import follow_ups, morphology, words
from pipelines.coding.russian.issued import issuer
from pipelines.coding.russian.lexicon import Word, lexicon, mention_cases
from pipelines.coding.russian.reader import Reader
from pipelines.coding.russian.tokens import Memory, Unit

_ABBREVIATION = re.compile(
    r"(?:(?<![\w-])(?:[А-ЯЁA-Z]|т|г|гг|в|вв|ул|д|стр|им|тыс|млн|млрд|трлн|руб|долл|кв|км|см|мм|св|др|пр|проф|акад"
    r"|доц|ген|полк|зам|пом|т\.е|т\.к|т\.д|т\.п"
    r"|н\.э|янв|фев|апр|авг|сент|окт|нояб|дек|ст|п|корр|исп|англ|кор|рус|ред|прим))\.$"
)
_ENDS_ANYWAY = re.compile(r"(?:гг?|руб|долл|др|тыс|млн|млрд|т\.д|т\.п)\.$")
_INITIAL = re.compile(r"[А-ЯЁ]\.")
_LETTERS = re.compile(r"[^\W\d_]+")


# Kinds of bodies that one noun can stand for: "ведомство" for a ministry as for a state body.
_ALIKE = (
    frozenset({"ministry", "international"}),
    frozenset({"newspaper", "magazine", "broadcaster", "agency"}),
    frozenset({"institute", "association"}),
)


class Russian(Base):
    code = "ru"
    sentence_end = re.compile(r"[.!?…]+[\"”»)\]]*(?:\s+|$)")
    pronouns: Mapping[str, str] = {**words.PRONOUNS, **dict.fromkeys(words.BACK, "person")}
    organisation_nouns: Mapping[str, frozenset[str]] = {
        noun: next((alike for alike in _ALIKE if kind in alike), frozenset({kind}))
        for noun, kind in words.ORGANISATIONS.items()
    }

    def goes_on(self, text: str, begin: int, match: re.Match[str]) -> bool:
        mark, after = match.start(), match.end()
        following = text[after]
        if following.islower() or following in ",;:)" or (following in "—–-" and match.group()[0] != "."):
            return True
        if following in "—–-" and re.match(r"[—–-]\s+[а-яё]", text[after : after + 4]):
            return True
        if following in '«“"(' and text[after + 1 : after + 2].islower() and text[mark] == ".":
            return True
        if text[mark] != "." or match.group()[:2] not in (". ", ".\u00a0"):
            return False
        head = text[max(begin, mark - 8) : mark + 1]
        return _ABBREVIATION.search(head) is not None and (
            not _ENDS_ANYWAY.search(head) or _INITIAL.match(text, after) is not None
        )

    # -- names -----------------------------------------------------------------------------------------------------

    def name_forms(self, name: str, kind: str) -> Iterable[str]:
        bare = name.strip('«»"')
        if kind == "person":
            parts = bare.split()
            last_only = (
                parts[0].lower() in words.KOREAN_FAMILIES
                and 1 < len(parts) < 4
                and not parts[-1].lower().endswith(("ов", "ев", "ин", "ова", "ева", "ина"))
            )
            table = morphology.person_forms(bare, last_only)
        elif (
            kind == "medium" and "«" not in name and (len(bare.split()) > 1 and bare.split()[-1] in ("ильбо", "синмун"))
        ):
            table = {bare: morphology.ANY_CASE}
        else:
            table = morphology.phrase_forms(bare)
        known = mention_cases()
        forms: dict[str, None] = {}
        for form, cases in table.items():
            variants = [form]
            if kind not in ("person", "office") and form[:1].islower():
                variants.append(form[:1].upper() + form[1:])
            elif (
                kind == "organisation"
                and len(form.split()) > 1
                and lexicon().get(form.split()[0].lower(), _NONE).code == "O"
            ):
                variants.append(form[:1].lower() + form[1:])
            if "ё" in form:
                variants += [v.replace("ё", "е") for v in variants]
            for variant in variants:
                forms[variant] = None
                key = variant.lower() if kind == "office" else variant
                known[key] = known.get(key, 0) | cases
        return forms

    def ends_name(self, text: str, start: int, end: int) -> int:
        if super().ends_name(text, start, end) < 0:
            return -1
        if start > 1 and text[start - 1] == "-" and text[start - 2].isalpha():
            return -1  # "вице-спикер Совета Федерации" is not its speaker
        # "Чо Хён" is not the name of Чо Хён Док
        if text[end : end + 1] == " " and end - start < 12 and text[end + 1 : end + 2].isupper():
            family, _, given = text[start:end].partition(" ")
            if given and " " not in given and family.lower() in words.KOREAN_FAMILIES:
                following = _LETTERS.match(text, end + 1)
                if following and len(following.group()) <= 5 and not following.group().isupper():
                    return -1
        return end

    def short_forms(self, name: str) -> tuple[str, ...]:
        parts = name.split()
        if len(parts) < 2:
            return ()
        first = parts[0].lower()
        slavic = parts[-1].lower().endswith(("ов", "ев", "ёв", "ин", "ова", "ева", "ёва", "ина", "ский", "ская"))
        if not slavic and (
            (first in words.KOREAN_FAMILIES and (len(parts) == 3 or "-" in parts[-1] or len(parts[0]) <= 3))
            or (first in words.CHINESE_FAMILIES and len(parts) == 2 and len(parts[0]) <= 5)
        ):
            given = (self.key(parts[1]),) if len(parts) == 2 and len(parts[1]) > 4 else ()
            return (self.key(parts[0]), *given)
        return (self.key(parts[-1]),)

    def key(self, name: str) -> str:
        """The stem of each word: "Верховцева" and "Верховцев" have the same key."""
        return "".join(_stem(word) for word in _LETTERS.findall(name.casefold().replace("ё", "е")))

    def role_key(self, role: str) -> str:
        return _role_key(role)

    def register(self, role: str, affiliation: str) -> str:
        phrase = f"{role} {affiliation}"
        former = re.search(r"\b(?:бывш|экс-|отставн|в отставке)", phrase, re.IGNORECASE)
        for occupation, expression in _REGISTER:
            if expression.search(phrase):
                if former and occupation == "official":
                    return "scholar"
                return occupation
        return ""

    def bodies(self, role: str, country: str) -> tuple[str, ...]:
        owners = words.OWNERS.get(country, ())
        return tuple(f"{body} {owner}" for expression, body in _BODIES if expression.search(role) for owner in owners)

    def dateline(self, text: str) -> str:
        match = _DATELINE.match(text)
        return self.country(match.group(1).title()) if match else ""

    def country(self, text: str) -> str:
        text = _FIELD_OF_WORK.sub(" ", text)
        found = min(
            ((m.start(), code) for expression, code in _COUNTRIES if (m := expression.search(text))), default=None
        )
        return found[1] if found else ""

    # -- attribution -----------------------------------------------------------------------------------------------

    def issuer(self, document: Document) -> tuple[Speaker, int] | None:
        return issuer(document)

    def attributions(self, document: Document) -> list[Attribution]:
        return follow_ups.attributions(document, self.dateline(document.text[:60]))

    def editorial(self, title: str, text: str) -> bool:
        return bool(_EDITORIAL.search(title) or _EDITORIAL_LEAD.match(text))

    def headline(self, document: Document) -> list[Attribution]:
        text = document.text
        end = len(text.rstrip())
        match = re.match(r"\s*((?:«[^»]{2,40}»|[^:«“\"])(?:[^:“\"]{0,80}?)):\s+(?=\S)", text)
        if match:
            reader = Reader(document, Unit(match.start(1), match.end(1), 0), Memory())
            speaker = reader.phrase_speaker(0, len(reader.codes), loose=True)
            if speaker:
                return [Attribution(match.start(1), end, speaker, ":", "headline_colon", _quoted(document, 0, end))]
        match = re.search(r"(?:[,»”\"]?\s+[—–-])\s+([^—–:«»]{2,70})\s*$", text)
        if match and match.start() > 15:
            reader = Reader(document, Unit(match.start(1), match.end(1), 0), Memory())
            if "V" not in reader.codes and (speaker := reader.phrase_speaker(0, len(reader.codes), loose=True)):
                return [
                    Attribution(0, end, speaker, match.group()[0], "headline_trailing", _quoted(document, 0, len(text)))
                ]
        return []


_EDITORIAL = re.compile(
    r"^\W*(?:от редакции|редакционн\w+|передовица|передовая)\b"
    r"|\b(?:мнение|слово|колонка|позиция|взгляд|комментарий|точка зрения) редакции\b"
    r"|\bредакционн\w+ (?:статья|колонка|комментарий)|^\W*(?:наша позиция|наше мнение|наш взгляд)\b",
    re.IGNORECASE,
)
_EDITORIAL_LEAD = re.compile(
    r"\W*(?:от редакции|редакционн(?:ая статья|ая колонка|ый комментарий)|мнение редакции)\W", re.IGNORECASE
)
_NONE = Word("", "")


def _stem(word: str) -> str:
    for ending in (
        "ого",
        "его",
        "ому",
        "ему",
        "ыми",
        "ими",
        "ой",
        "ей",
        "ым",
        "им",
        "ом",
        "ем",
        "ый",
        "ий",
        "ая",
        "ую",
        "ою",
        "ею",
        "а",
        "я",
        "у",
        "ю",
        "е",
        "ы",
        "и",
        "й",
        "ь",
        "о",
    ):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            if len(stem) >= (3 if len(ending) > 1 else 2) or (ending == "а" and len(stem) >= 2):
                return stem
    return word


_HEADS = {
    "экс-глава": "глава", "замглавы": "замминистр", "представительница": "представитель",
    "спецпредставитель": "представитель",
    "спецпосланник": "посланник", "экспертка": "эксперт", "учёный": "ученый",
    "исследовательница": "исследователь", "премьер-министр": "премьер",
    "генеральный": "генсек", "официальный": "представитель", "гендиректор": "директор", "советница": "советник",
    "экс-посол": "посол", "постпред": "посол",
    "обозревательница": "обозреватель", "зампредседателя": "председатель", "зампред": "председатель",
    "замминистра": "замминистр", "пресс-секретарь": "представитель", "собеседница": "собеседник", "вождь": "лидер",
}  # fmt: skip
_MINISTER = re.compile(
    r"(?:глав\w+|руководител\w+)\s+(?:\w+\s+){0,3}?(?:МИД|Минобороны|Минобъединения|министерств|Мин\w+"
    r"|внешнеполитическ|внешней политик|дипломати|оборонн\w+ ведомств|военн\w+ ведомств|Пентагон)"
)
_DEPUTY = re.compile(
    r"замминистр|зам(?:еститель\w*|глав\w+)\s+(?:(?:министр|глав|руководител)\w*\s+)?(?:\w+\s+){0,3}?"
    r"(?:МИД|Минобороны|Минобъединения|министр|министерств|иностранных|обороны|внешнеполитическ|дипведомств"
    r"|оборонн\w+ ведомств|военн\w+ ведомств)"
)


@cache
def _role_key(role: str) -> str:
    if _MINISTER.match(role):
        return "министр"
    if _DEPUTY.match(role):
        return "замминистр"
    known = lexicon()
    for word in re.findall(r"[\w-]+", role.lower()):
        entry = known.get(word)
        if entry and entry.code in "TO":
            return _HEADS.get(entry.lemma, entry.lemma)
    return ""


_BODIES = tuple((re.compile(expression, re.IGNORECASE), body) for expression, body in words.BODIES)
_DATELINE = re.compile(r"\s*([А-ЯЁ][А-ЯЁ-]{2,20}|[А-ЯЁ][а-яё]{2,20})[.,]\s+\d{1,2}\s+[а-яё]+")
_REGISTER = tuple(
    (occupation, re.compile(expression, re.IGNORECASE if occupation != "official" else 0))
    for occupation, expression in words.REGISTER
)
_COUNTRIES = tuple((re.compile(expression), code) for code, expression in words.COUNTRIES)
_FIELD_OF_WORK = re.compile(
    r"\bпо\s+(?:делам\s+)?(?:\w+\s+){0,2}\w+|\b(?:в|во|при)\s+(?:КНДР|РК|РФ|США|КНР|Сеуле|Пхеньяне|Москве"
    r"|Япони\w+|Росси\w+|Южной Корее|Республике Корея|Северной Корее|Киеве|Пекине|Токио)"
)


def _quoted(document: Document, start: int, end: int) -> bool:
    return any(not q.scare for q in document.quotations_in(start, end))


def make() -> Language:
    return Russian()
