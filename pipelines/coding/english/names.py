"""Names and titles: their keys, what they tell of country and occupation, surnames in full."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.english import words as vocabulary
from pipelines.coding.english.tokens import LOWER
from pipelines.coding.languages import Base

_ADJECTIVES = {
    "KR": "South Korean", "JP": "Japanese", "RU": "Russian", "CN": "Chinese", "KP": "North Korean", "US": "US",
    "UA": "Ukrainian", "GB": "British", "DE": "German", "FR": "French",
}  # fmt: skip
_BODIES = (
    (("foreign ministry",), "Foreign Ministry"),
    (("foreign office",), "Foreign Office"),
    (("defense ministry", "defence ministry"), "Defense Ministry"),
    (("unification ministry",), "Unification Ministry"),
    (("presidential",), "presidential office"),
    (("military", "joint chiefs"), "military"),
    (("government",), "government"),
    (("intelligence", "spy agency"), "intelligence agency"),
)
_CAPITALS = {"BERLIN": "Germany", "PARIS": "France", "LONDON": "London", "KYIV": "Kyiv", "NEW YORK": ""}
_HONORIFICS = frozenset({"mr", "mrs", "ms", "dr", "mr.", "mrs.", "ms.", "dr."})
_SAME_TITLE = {
    "spokeswoman": "spokesman", "spokesperson": "spokesman", "spokespeople": "spokesman", "chairwoman": "chairman",
    "chairperson": "chairman", "chair": "chairman", "congresswoman": "congressman", "prof": "professor",
    "prof.": "professor",
    "gen": "general", "gen.": "general", "sen": "senator", "sen.": "senator", "rep": "lawmaker", "rep.": "lawmaker",
    "legislator": "lawmaker", "advisor": "adviser", "paper": "newspaper", "daily": "newspaper", "centre": "center",
    "organisation": "organization", "academic": "scholar", "specialist": "expert",
}  # fmt: skip
_REGISTER = tuple(
    (occupation, re.compile(rf"\b(?:{words})"))
    for occupation, words in (
        ("activist", r"activist|laureate|campaigner|human rights|defector|ngo\b|panel of experts|sanctions "
                     r"monitor|un monitor"),
        ("scholar", r"professor|prof\b|researcher|fellow|analyst|experts?\b|scholar|historian|academic|lecturer"
                    r"|economist|specialist|"
                    r"strategist|think[- ]tank|watchers?\b|observers?\b|(?:director|head|chair|president"
                    r"|founder|vice).{0,60}(?:institute|center|centre|program|studies|university|foundation)"),
        ("journalist", r"journalist|columnist|correspondent|reporter|editor|author|commentator|writer|blogger"),
        ("politician", r"lawmaker|senator|sen\b|congress(?:man|woman)|rep\b|\bmp\b|mep\b|legislator|member of "
                       r"(?:parliament|the national assembly|congress|the house)|"
                       r"floor leader|party|parliament|opposition|politician|presidential candidate|whip\b"),
        ("official", r"minister|ministry|secretary|president|spokes|ambassador|envoy|officials?\b|coordinator"
                     r"|advis[eo]r|commander|general|gen\b|admiral|chief|director|"
                     r"commissioner|representative|joint chiefs|premier|chancellor|diplomat|prosecutor"
                     r"|government|administration|department|white house|pentagon|"
                     r"kremlin|military|army|intelligence|embassy|colonel|marshal|governor|authorities|leader"
                     r"|officer|deputy|chairman|attach|politburo|central committee|side\b"),
        ("newspaper", r"newspaper|media|daily|editorial|press|magazine|outlets?\b|broadcaster|publication|paper"
                      r"|times|post\b"),
    )
)  # fmt: skip
_COUNTRY_PHRASES = tuple(
    (phrase, code)
    for phrase, code in (
        ("democratic people's republic of korea", "KP"),
        ("south korea", "KR"), ("s. korea", "KR"), ("north korea", "KP"), ("n. korea", "KP"), ("the north", "KP"),
        ("the south", "KR"),
        ("united states", "US"), ("united nations", "UN"), ("united kingdom", "GB"), ("european union", "EU"),
        ("security council", "UN"), ("white house", "US"), ("state department", "US"), ("joint chiefs of staff "
                                                                                        "of the rok", "KR"),
        ("people power", "KR"), ("democratic party of korea", "KR"), ("national assembly", "KR"), ("blue house", "KR"),
    )
) + tuple(
    (word.replace("_", " "), code) for code, words in vocabulary.INSTITUTIONS.items() for word in words.split()
)  # fmt: skip
_NAME = re.compile(r"\b[A-Z][a-z][\w’'-]*(?: (?:[A-Z]\.|al|von|van|de|der|bin))? [A-Z][\w’'-]*[a-z]\b")
_NO_SURNAME = frozenset("korea korean koreans russia".split())


class Names(Base):
    """What English names, titles and words of place tell."""

    code = "en"
    pronouns = vocabulary.PERSONAL
    text_nouns = vocabulary.TEXTS
    person_nouns = vocabulary.PERSON_NOUNS
    organisation_nouns = vocabulary.ORGANISATION_NOUNS

    def key(self, name: str) -> str:
        return "".join(c for c in name.casefold() if c.isalnum())

    def short_forms(self, name: str) -> tuple[str, ...]:
        parts = [p for p in name.split() if p.rstrip(".").casefold() not in ("jr", "sr", "ii", "iii")]
        if len(parts) < 2:
            return ()
        if parts[0].casefold() in vocabulary.KOREAN_FAMILIES and (
            "-" in name or len(parts) == 3 or parts[-1].casefold() not in vocabulary.KOREAN_FAMILIES
        ):
            return (self.key(parts[0]),)
        if len(parts) == 2 and "." not in name:  # "Tan Weiguo": which part is the family's isn't known
            return (self.key(parts[1]), self.key(parts[0]))
        return (self.key(parts[-1]),)

    def role_key(self, role: str) -> str:
        head = re.split(r"\s(?:of|for|at|in|to|on|with|and)\s|,", f"{role} ", maxsplit=1)[0]
        for word in reversed(re.findall(r"[\w-]+", head.casefold())):
            if word not in _HONORIFICS and (word in vocabulary.TITLES or word in vocabulary.ORGANISATIONS):
                return _SAME_TITLE.get(word, word)
        return ""

    def register(self, role: str, affiliation: str) -> str:
        low = f"{role} {affiliation}".casefold()
        former = bool(re.search(r"\bformer\b|\bex-|\bretired\b|\bonce\b", low))
        for occupation, words in _REGISTER:
            if words.search(low):
                if former and occupation == "official":
                    return "activist" if "panel" in low or "monitor" in low else "scholar"
                return occupation
        return ""

    def bodies(self, role: str, country: str) -> tuple[str, ...]:
        low = role.casefold()
        adjective = _ADJECTIVES.get(country, "")
        return (
            tuple(f"{adjective} {body}".strip() for words, body in _BODIES if any(word in low for word in words))
            if adjective
            else ()
        )

    def dateline(self, text: str) -> str:
        match = re.match(r"\s*([A-Z][A-Z .]{3,25})(?:,[^—–-]{0,30})?(?:\s*\([^)]{2,30}\))?\s*[—–-]", text)
        return self.country(_CAPITALS.get(match.group(1).strip(), match.group(1))) if match else ""

    def country(self, text: str) -> str:
        low = text.casefold().replace("’", "'")
        for pattern, code in _COUNTRY_PHRASES:
            if pattern in low:
                return code
        for word in re.findall(r"[\w.]+", low):
            code = vocabulary.DEMONYMS.get(word) or vocabulary.DEMONYMS.get(word.rstrip("."))
            if code:
                return code
        return ""


def full_names(text: str) -> dict[str, str]:
    """The first full name in the text by its last word, for a surname that comes back: "Osei" → "Raymond Osei"."""
    found: dict[str, str] = {}
    for match in _NAME.finditer(text):
        words = [re.sub(r"[’']s$", "", word) for word in match.group().split()]
        low = [word.casefold() for word in words]
        if any(w in vocabulary.DEMONYMS or w in _NO_SURNAME or LOWER.get(w, "N") not in "N" for w in low):
            continue
        surname = words[0] if low[0] in vocabulary.KOREAN_FAMILIES and "-" in words[-1] else words[-1]
        found.setdefault(surname, " ".join(words))
    return found


_ONLY = {"Kim": "Kim Jong Un"}  # where the text has not yet named another in full
_FAR = 4000  # characters: how far back "the report" looks for whose it is
_ISSUED = r"{0}s?\s+(?:(?:released|published|issued|put out|compiled|written|drafted)\s+)?(?:of|by|from)\s+(?:the\s+)?"


def issuer(document: Document, speaker: Speaker) -> Speaker:
    """Whose the text is that speaks, where the article has told: "the report" after "the first report of X"."""
    if speaker.kind != "role" or document.mentions_in(speaker.start, speaker.end):
        return speaker
    words = re.findall(r"[a-z]+", speaker.role.casefold())
    if not words or words[-1] not in vocabulary.TEXTS or len(words) > 4:
        return speaker
    expression = re.compile(_ISSUED.format(words[-1]))
    earlier = list(expression.finditer(document.text, max(speaker.start - _FAR, 0), speaker.start))
    for match in reversed(earlier):
        mention = next(iter(document.mentions_in(match.end(), match.end() + 80)), None)
        if mention and mention.start == match.end() and mention.kind in ("organisation", "medium"):
            return Speaker("name", mention.start, mention.end, mention.text, phrase=(speaker.start, speaker.end))
    return speaker


def in_full(attribution: Attribution, names: dict[str, str], text: str) -> Attribution:
    """The attribution with the full name of a speaker who is called by the surname."""
    speaker = attribution.speaker
    if speaker.kind != "name":
        return attribution
    full = names.get(speaker.name)
    if speaker.name in _ONLY and (not full or speaker.start < text.find(full)):
        full = _ONLY[speaker.name]
    return attribution._replace(speaker=speaker._replace(name=full)) if full else attribution
