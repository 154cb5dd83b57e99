"""English: how English-language news marks who speaks.

A sentence becomes a string of codes, one letter for each word (a name, a title, a verb of speech, a quotation …), so
that the grammar of attribution can be read by regular expressions over few letters instead of a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from pipelines.coding import english_cues as cues
from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.languages import Base, Language

_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Sgt|Capt|Sen|Rep|Gov|Adm|Amb|St|Jr|Sr|vs|etc|No|Nos|Inc|Ltd|Co"
    r"|Corp|Jan|Feb|Mar"
    r"|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|approx|cf|i\.e|e\.g|Ph\.D)|\b[A-Z])\.$"
)
_ACRONYM = re.compile(r"(?:\b[A-Z]\.){2,}$")
_STARTER = re.compile(
    r"(?:The|A|An|In|On|At|But|And|He|She|It|They|We|I|This|That|These|Those|If|For|As|While|When|However|His"
    r"|Her|Its)\b"
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?:\s+|$)")
_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Sgt|Capt|Sen|Rep|Gov|Adm|Amb|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|Corp|Inc|Ltd|Co)\."
    r"|[A-Z]\.(?=\s?(?:[A-Z]|$))|[’']s\b|n[’']t\b|[^\W\d_][\w]*(?:[-‑&][\w]+|[’'](?!s\b)[^\W\d_]+)*"
    r"|\d+(?:[.,]\d+)*\w*|[^\w\s]"
)

_LOWER: dict[str, str] = {}
for _code, _words in (
    ("l", ()),
    ("G", cues.GROUPS),
    ("q", cues.TITLE_PARTS),
    ("O", cues.ORGANISATIONS),
    ("T", cues.TITLES),
    ("a", cues.ADVERBS),
    ("t", cues.TIME),
    ("d", cues.DETERMINERS),
    ("p", cues.PREPOSITIONS),
    ("b", cues.SUBORDINATORS),
    ("x", cues.AUXILIARIES),
    ("e", cues.BE),
    ("m", cues.MODALS),
    ("k", cues.NEGATIONS),
    ("P", cues.PERSONAL),
    ("c", ("and", "or", "&")),
    ("h", ("that",)),
    ("w", ("who", "which", "whom", "whose")),
    ("b", ("as",)),
):
    for _word in _words:
        _LOWER[_word] = _code
_PUNCTUATION = {
    ",": ",", ";": ";", ":": ":", "(": "(", ")": ")", "[": "(", "]": ")", "–": "-", "—": "-", "-": "-", ".": ".",
    "?": ".", "!": ".", "…": ".", "’": "s", "'": "s",
}  # fmt: skip
_INDEFINITE = frozenset("a an one another some".split())
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


class _Unit(NamedTuple):
    """One sentence, or the sentences that one quotation holds together."""

    start: int
    end: int
    paragraph: int


class _Cue(NamedTuple):
    at: int  # token of the cue
    first: int  # token where the clause of the cue begins
    speaker: Speaker
    word: str
    rule: str
    forward: bool  # the speech follows the cue
    verb: str = ""
    source: Speaker | None = None
    again: bool = False  # the subject of the cue before, not named again


class English(Base):
    code = "en"
    pronouns = cues.PERSONAL
    text_nouns = cues.TEXTS
    organisation_nouns = cues.ORGANISATION_NOUNS

    # -- segmentation ----------------------------------------------------------------------------------------------

    def sentences(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        begin = start
        for match in _END.finditer(text, start, end):
            after = match.end()
            if after >= end:
                break
            mark = match.start()
            nxt = text[after]
            if nxt.islower() or (
                nxt in ",;:)"
                or (nxt in "“\"‘'«(" and after + 1 < end and text[after + 1].islower() and text[mark] == ".")
            ):
                continue
            if text[mark] == "." and match.group().startswith(". "):
                head = text[max(begin, mark - 8) : mark + 1]
                if _ABBREVIATION.search(head) and not (_ACRONYM.search(head) and _STARTER.match(text, after)):
                    continue
            cut = mark + len(match.group().rstrip())
            found.append((begin, cut))
            begin = after
        if begin < end:
            found.append((begin, end))
        return found

    # -- names -----------------------------------------------------------------------------------------------------

    def key(self, name: str) -> str:
        return "".join(c for c in name.casefold() if c.isalnum())

    def short_forms(self, name: str) -> tuple[str, ...]:
        parts = [p for p in name.split() if p.rstrip(".").casefold() not in ("jr", "sr", "ii", "iii")]
        if len(parts) < 2:
            return ()
        if parts[0].casefold() in cues.KOREAN_FAMILIES and (
            "-" in name or len(parts) == 3 or parts[-1].casefold() not in cues.KOREAN_FAMILIES
        ):
            return (self.key(parts[0]),)
        if len(parts) == 2 and "." not in name:  # "Tan Weiguo": which part is the family's isn't known
            return (self.key(parts[1]), self.key(parts[0]))
        return (self.key(parts[-1]),)

    def role_key(self, role: str) -> str:
        head = re.split(r"\s(?:of|for|at|in|to|on|with|and)\s|,", f"{role} ", maxsplit=1)[0]
        for word in reversed(re.findall(r"[\w-]+", head.casefold())):
            if word not in _HONORIFICS and (word in cues.TITLES or word in cues.ORGANISATIONS):
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
            code = cues.DEMONYMS.get(word) or cues.DEMONYMS.get(word.rstrip("."))
            if code:
                return code
        return ""

    # -- attribution -----------------------------------------------------------------------------------------------

    def attributions(self, document: Document) -> list[Attribution]:
        found: list[Attribution] = []
        before: tuple[_Unit, bool, bool] | None = None  # the unit before; is it nothing but a quotation; has it one
        known: set[str] = set()  # words of the names of those who have spoken or been introduced
        names = _full_names(document.text)
        labels = _Labels(document)
        statement: Speaker | None = None  # whose statement the paragraphs after "… the following statement:" are
        for unit in _units(document):
            reader = _Reader(document, unit, known)
            if labels.asks(unit.paragraph):
                continue
            made = [_in_full(a, names) for a in reader.attributions()]
            if not made and (label := labels.speaker(unit.paragraph)):
                made = [Attribution(unit.start, unit.end, label, ":", "label", True)]
            elif not made and statement:
                made = [Attribution(unit.start, unit.end, statement, ":", "following_statement")]
            elif made and _announces(document, unit):
                statement = made[-1].speaker
                made = []
            if (
                made
                and before
                and before[0].paragraph == unit.paragraph
                and ((before[1] and reader.bare()) or (before[2] and reader.refers_back()))
            ):
                made[0] = made[0]._replace(start=before[0].start, direct=True)
            if not made and found and (pronoun := reader.quoted_pronoun()):
                made = [Attribution(unit.start, unit.end, pronoun, "", "pronoun_quote", True)]
            if not made and (introduced := reader.introduced()):
                document.named.append(introduced)
                if reader.present():
                    made = [
                        Attribution(
                            unit.start, unit.end, introduced, "", "position", _quoted(document, unit.start, unit.end)
                        )
                    ]
            for speaker in [a.speaker for a in made] + document.named[-1:]:
                if speaker.kind == "name":
                    known.update(speaker.name.split())
            found += made
            quoted = not made and "Q" in reader.codes
            before = (unit, quoted and set(reader.codes) <= set("Q.,"), quoted)
        return found + self._own_statement(document, found)

    def _own_statement(self, document: Document, found: list[Attribution]) -> list[Attribution]:
        """What nothing attributes in a text that is itself a statement: "Press Statement of Kim Yo Jong, …"."""
        match = _STATEMENT_OF.match(document.title)
        if not match:
            return []
        who = re.sub(r"^the\s+", "", match.group("who")).strip()
        person = re.match(r"[A-Z][\w-]+(?: [A-Z][\w-]+){1,3}(?=,|$)", who)
        if person and not self.role_key(person.group()):
            speaker = Speaker("name", 0, 0, person.group(), who[person.end() :].strip(" ,"))
        else:
            speaker = Speaker("role", 0, 0, who, who)
        return [
            Attribution(sentence.start, sentence.end, speaker, match.group("what"), "own_statement")
            for sentence in document.sentences
            if not any(a.start < sentence.end and sentence.start < a.end for a in found)
        ]

    def editorial(self, title: str, text: str) -> bool:
        return (
            re.match(
                r"\s*\[?(?:(?:lead(?:ing)? )?editorial|our (?:view|take|opinion|position)|leader\b|leading article"
                r"|(?:the )?[\w ]{2,40}(?:[’']s)? (?:view|editorial|opinion) ?[:|–—-]|the [\w ]{2,40} view\b"
                r"|from the editors?"
                r"|kcna commentary|rodong sinmun)",
                title,
                re.IGNORECASE,
            )
            is not None
            or re.search(r"[|–—-] ?editorial\]?\s*$|\(editorial\)", title, re.IGNORECASE) is not None
            or re.search(r"(?:\A|\n)\W{0,4}(?:by )?the editorial board\W{0,3}(?:\n|\Z)", text, re.IGNORECASE)
            is not None
        )

    def headline(self, document: Document) -> list[Attribution]:
        text = document.text
        match = re.match(r"\s*([^:“\"]{2,70}?):\s+(?=\S)", text)
        if match:
            reader = _Reader(document, _Unit(match.start(1), match.end(1), 0))
            speaker = reader.noun_phrase(0, len(reader.codes))
            if speaker:
                end = len(text.rstrip())
                return [Attribution(match.start(1), end, speaker, ":", "headline_colon", _quoted(document, 0, end))]
        match = re.search(r"(?:[:,]|\s[-–—|])\s+([^,:]{2,60})\s*$", text)
        if match and match.start() > 15:
            reader = _Reader(document, _Unit(match.start(1), match.end(1), 0))
            speaker = reader.noun_phrase(0, len(reader.codes))
            if speaker and not reader.cues():
                return [
                    Attribution(
                        0, match.end(1), speaker, match.group()[0], "headline_trailing", _quoted(document, 0, len(text))
                    )
                ]
        return []


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
_STATEMENT_OF = re.compile(
    r"\s*(?P<what>(?:Press |Joint |Special )?(?:Statement|Answer|Speech|Address|Remarks|Message|Talk))"
    r"\s+(?:of|by|from)\s+(?P<who>.{3,200})$"
)
# "Her advice to Seoul is …", "His remedy: …": whose it is says it.
_SAID_BY_ITSELF = frozenset(
    "advice message remedy prescription diagnosis prognosis answer worry fear hunch guess bet point conclusion verdict "
    "view argument suspicion complaint question reply rebuttal proposal recommendation warning prediction forecast "
    "assessment thesis contention belief formula calculation explanation retort hope concern".split()
)
_NAMING = frozenset("describe call term label dub brand denounce portray characterize deem condemn".split())
_OBJECTS = {"him": "he", "her": "she", "them": "they"}
_REDUCED = frozenset("say think believe know report suspect understand consider estimate expect deem".split())
_VIEWS = frozenset(
    "view opinion words assessment estimation estimate reading judgment judgement belief telling eyes account phrase "
    "phrasing formulation interpretation analysis calculation reasoning book".split()
)
_GAVE_NAME = re.compile(
    r"(?:gave (?:his|her) (?:\w+ )?name (?:only )?as"
    r"|identified (?:\w+ )?(?:only )?(?:as|by \w+ (?:sur|family |last )?name,?)"
    r"|asked to be (?:called|identified)(?: only)?(?: by \w+ \w+,?| as)?) (?P<name>(?:M(?:r|s|rs)\.? )?[A-Z][\w-]+)"
)
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
    (word.replace("_", " "), code) for code, words in cues.INSTITUTIONS.items() for word in words.split()
)  # fmt: skip


def _units(document: Document) -> Iterator[_Unit]:
    start = -1
    for i, sentence in enumerate(document.sentences):
        if start < 0:
            start = sentence.start
            if not i and (dateline := _DATELINE.match(document.text, start, sentence.end)):
                start = dateline.end()
        quotation = document.quotation_at(sentence.end - 1)
        follows = i + 1 < len(document.sentences) and document.sentences[i + 1].paragraph == sentence.paragraph
        if follows and quotation and quotation.end > sentence.end:
            continue
        yield _Unit(start, sentence.end, sentence.paragraph)
        start = -1


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in ",;"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    return start, end


def _quoted(document: Document, start: int, end: int) -> bool:
    return any(not q.scare for q in document.quotations_in(start, end))


_DATELINE = re.compile(
    r"[A-Z][A-Z.’'/-]+(?:[ /][A-Z.]+){0,3}(?:, [A-Z][\w. ]{2,20}){0,2}(?:, \w+\.? \d{1,2})?(?: ?\([^)]{2,40}\))?"
    r"\s?(?:[—–]|--?)\s+"
    r"|[A-Z][\w ]{2,20}, \w+\.? \d{1,2}(?: \([^)]{2,20}\))?\s?(?:[—–]|--?)\s+"
)
_FOLLOWS = re.compile(
    r"\b(?:following|as follows|statement|text|letter|message|commentary|remarks|answer|answers|reply)\b[^.!?\"“]{0,90}"
    r":[\"“]?$|\bas follows\.$"
)


def _announces(document: Document, unit: _Unit) -> bool:
    """Whether the unit ends its paragraph with "… made public the following statement:"."""
    text = document.text[unit.start : unit.end].rstrip()
    return (
        unit.end >= document.paragraphs[unit.paragraph][1]
        and unit.paragraph + 1 < len(document.paragraphs)
        and _FOLLOWS.search(text) is not None
    )


_NAME = re.compile(r"\b[A-Z][a-z][\w’'-]*(?: (?:[A-Z]\.|al|von|van|de|der|bin))? [A-Z][\w’'-]*[a-z]\b")
_NO_SURNAME = frozenset("korea korean koreans russia".split())


def _full_names(text: str) -> dict[str, str]:
    """The first full name in the text by its last word, for a surname that comes back: "Osei" → "Raymond Osei"."""
    found: dict[str, str] = {}
    for match in _NAME.finditer(text):
        words = [re.sub(r"[’']s$", "", word) for word in match.group().split()]
        low = [word.casefold() for word in words]
        if any(w in cues.DEMONYMS or w in _NO_SURNAME or _LOWER.get(w, "N") not in "N" for w in low):
            continue
        surname = words[0] if low[0] in cues.KOREAN_FAMILIES and "-" in words[-1] else words[-1]
        found.setdefault(surname, " ".join(words))
    return found


def _in_full(attribution: Attribution, names: dict[str, str]) -> Attribution:
    """The attribution with the full name of a speaker who is called by the surname."""
    speaker = attribution.speaker
    full = names.get(speaker.name) if speaker.kind == "name" else None
    return attribution._replace(speaker=speaker._replace(name=full)) if full else attribution


_LABEL = re.compile(
    r"(?P<who>[A-Z][\w.’'-]*(?: (?:[A-Z][\w.’'-]*|of|for|the|and)){0,6})(?:\s*\([^)\n]{1,60}\))?\s*:(?:\s+|$)"
    r"|\[(?P<aside>[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,5})\](?:\s+|$)"
)
_ASKS = frozenset("q question interviewer reporter moderator host journalist correspondent anchor press".split())
_ANSWERS = frozenset("a answer".split())


class _Labels:
    """The speakers of an interview or a transcript, where labels or questions show whose each paragraph is."""

    def __init__(self, document: Document) -> None:
        self._speakers: dict[int, Speaker] = {}
        self._questions: set[int] = set()
        text = document.text
        labels: list[tuple[int, re.Match[str]]] = []
        for index, (start, end) in enumerate(document.paragraphs):
            match = _LABEL.match(text, start, end)
            if match and (match.end() >= end or text[match.end()] not in '“"'):
                labels.append((index, match))
        names = [match["who"] or match["aside"] for _, match in labels]
        asked = any(name.casefold() in _ASKS for name in names)
        if len(labels) >= 2 and (asked or len(set(names)) < len(names)):
            self._read(document, labels)
        elif not labels:
            self._read_questions(document)

    def _read(self, document: Document, labels: list[tuple[int, re.Match[str]]]) -> None:
        current: Speaker | None = None
        by_index = dict(labels)
        guest = self._guest(document, labels[0][0])
        outlet = document.outlet.casefold()
        for index in range(labels[0][0], len(document.paragraphs)):
            match = by_index.get(index)
            if match is None:
                if index <= labels[-1][0] or document.paragraphs[index - 1] == labels[-1][1].span():
                    if current:
                        self._speakers[index] = current
                    elif index - 1 in self._questions:
                        self._questions.add(index)
                continue
            group = "who" if match["who"] else "aside"
            who = match[group]
            low = who.casefold()
            if low in _ASKS or low == outlet or (who.isupper() and len(who) <= 4 and low not in _ANSWERS):
                self._questions.add(index)
                current = None
                continue
            named = Speaker("name", *match.span(group), who, phrase=match.span(group))
            current = guest if low in _ANSWERS else named
            if current:
                self._speakers[index] = current

    def _read_questions(self, document: Document) -> None:
        """Paragraphs that are questions of the interviewer, each before an answer."""
        text = document.text
        questions = [
            index
            for index, (start, end) in enumerate(document.paragraphs)
            if end - start < 260 and text[start:end].rstrip().endswith("?") and text[start] not in "“\"'‘«"
        ]
        if len(questions) < 2 or any(b - a < 2 for a, b in pairwise(questions)):
            return
        guest = self._guest(document, questions[0])
        if guest is None:
            return
        self._questions.update(questions)
        for index in range(questions[0] + 1, len(document.paragraphs)):
            if index not in self._questions:
                self._speakers[index] = guest

    def _guest(self, document: Document, before: int) -> Speaker | None:
        """Who is interviewed: the first person named in full before the first question."""
        end = document.paragraphs[before][0] if before else 0
        names = _full_names(document.text[:end])
        found = [(document.text.index(name), name) for name in names.values() if name in document.text[:end]]
        found += [(m.start, m.text) for m in document.mentions_in(0, end) if m.kind == "person" and not m.office]
        if not found:
            return None
        at, name = min(found)
        return Speaker("name", at, at + len(name), name)

    def asks(self, paragraph: int) -> bool:
        """Whether the paragraph is a question of the interviewer."""
        return paragraph in self._questions

    def speaker(self, paragraph: int) -> Speaker | None:
        """Who speaks in the paragraph."""
        return self._speakers.get(paragraph)


class _Reader:
    """Reads one unit: its words as codes, and what they attribute to whom."""

    def __init__(self, document: Document, unit: _Unit, known: set[str] | frozenset[str] = frozenset()) -> None:
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
            place = min(quotation.end + (1 if quotation.closed else 0), unit.end)
        self._tokens(text, place, unit.end, codes)
        self.codes = self._disambiguated(codes)

    def _tokens(self, text: str, start: int, end: int, codes: list[str]) -> None:
        """Adds the words of text[start:end]; a listed name or office is one word."""
        place = start
        for mention in self.document.mentions_in(start, end):
            if mention.start < place:
                continue
            self._words(text, place, mention.start, codes)
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
                if first.isupper():
                    code = self._capital(word, low, not codes or codes[-1] in ".Q:")
                else:
                    code = _LOWER.get(low) or ("V" if low in cues.SPEECH else "l")
                    if code in "OTqa" and low in cues.SPEECH:
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
        if low in cues.DEMONYMS:
            return "D"
        code = _LOWER.get(low, "")
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
            if low in cues.SPEECH and not low.endswith(("ed", "id")):
                return "N" if not low.endswith("ing") else "l"
            if low in cues.SPEECH:
                return "l"
            if low.endswith("ly"):
                return "a"
            if low.endswith("ing") and len(low) > 6:
                return "l"
        elif code in ("d", "p", "c") and len(word) > 1 and word != word.upper():
            return "N" if code == "d" else code
        elif code == "P" and low == "i":
            return "P"
        return "N"

    def _disambiguated(self, codes: list[str]) -> str:
        """Settles words that are verbs of speech in one place and nouns in another."""
        words = self.words
        size = len(codes)
        for i, code in enumerate(codes):
            word = words[i]
            if word == "think" and words[i + 1 : i + 2] in (["tank"], ["tanks"]):
                codes[i] = "l"
            elif code == "V":
                before = codes[i - 1] if i else ""
                after = codes[i + 1] if i + 1 < size else "."
                governed = before in ("d", "s", "q", "n") or (before == "p" and words[i - 1] != "to")
                ends = before in ("T", "O") and after in ",." and not {"Q", ","}.isdisjoint(codes[:i])
                if governed or (word in _NOUN_FORMS and not ends and self._noun_here(before, after)):
                    codes[i] = "O" if word in cues.ORGANISATIONS else "K" if word in cues.NOUNS else "l"
            elif code == "I":
                before = codes[i - 1] if i else ""
                if before in ("d", "s", "q", "l", "p", "V") and word in cues.NOUNS:
                    codes[i] = "K"
                elif before in ("d", "s"):
                    codes[i] = "l"
            elif code == "l" and word in cues.NOUNS:
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
    def _noun_here(before: str, after: str) -> bool:
        """Whether a word like "claims" or "report" is a noun between these codes."""
        if before in ("T", "O") and after in "hQPd":
            return False
        return before in ("", "l", "T", "O", "V", "I", "k", "m") or (before == "D" and after == "p")

    # -- speech acts -----------------------------------------------------------------------------------------------

    def bare(self) -> bool:
        """Whether the unit is a cue without content: "Kim said on Tuesday."."""
        codes = self.codes
        if "Q" in codes or "h" in codes or ":" in codes:
            return False
        last = max(codes.rfind("V"), codes.rfind("I"))
        return (
            last >= 0
            and re.fullmatch(r"(?:(?:G|pd?[tnqlDNOTs]+|d?[tn]+|a|l)*)\.?", codes[last + 1 :]) is not None
            and len(codes) < 25
        )

    def refers_back(self) -> bool:
        """Whether the unit only says who said what stands before it: "X made this assessment at a meeting."."""
        return re.search(r"VdK", self.codes) is not None and "h" not in self.codes and "Q" not in self.codes

    def attributions(self) -> list[Attribution]:
        found = self.cues()
        if not found:
            return []
        kept: list[_Cue] = []
        for cue in found:
            cue = self._own_subject(cue)
            if kept:
                last = kept[-1]
                inside = last.forward and cue.forward and "," not in self.codes[last.at : cue.first + 1]
                if cue.speaker.kind == "pronoun" and inside:
                    continue  # "X said that he believes …": still X
                one_of = (
                    cue.speaker.kind == "group"
                    and cue.speaker.name.endswith("of them")
                    and last.speaker.kind == "group"
                )
                if cue.again or one_of or self._same(cue.speaker, last.speaker):
                    continue
                if self._outer(cue, last):
                    kept[-1] = last._replace(source=cue.speaker)
                    continue
                nested = (
                    last.forward
                    and cue.forward
                    and self.codes[last.at + 1 : cue.first].strip("hatnpdG,NDTOqls") == ""
                    and not self._quote_between(last.at, cue.first)
                )
                if nested and (cue.first - last.at) <= (12 if last.verb in cues.REPORT else 3):
                    if self._reports(last) or cue.verb in cues.PLAIN:
                        kept[-1] = cue._replace(source=last.speaker, first=last.first)
                    continue  # "X said that Moscow wants …": what Moscow wants is X's word
            kept.append(cue)
        unit = self.unit
        result = []
        begin = unit.start
        if (
            kept[0].rule == "noun_of"
        ):  # "We should also note the opinion of X that …": what stands before is the author's
            begin = self.starts[kept[0].first]
        for i, cue in enumerate(kept):
            end = unit.end
            if i + 1 < len(kept):
                end = self._cut(cue, kept[i + 1])
                if end <= begin:
                    continue
            result.append(
                Attribution(begin, end, cue.speaker, cue.word, cue.rule, _quoted(self.document, begin, end), cue.source)
            )
            begin = end
        text = self.document.text
        return [a._replace(start=start, end=end) for a in result for start, end in [_trimmed(text, a.start, a.end)]]

    def _own_subject(self, cue: _Cue) -> _Cue:
        """A pronoun means the person or group with whom the same unit begins: "Yang agrees: the summit, he says, …"."""
        if cue.speaker.kind != "pronoun" or cue.first == 0:
            return cue
        first = self._first_subject(cue.first)
        if first is None or first[1].start >= cue.speaker.start or self._beside(first[1], cue):
            return cue
        subject = first[1]
        mention = next(iter(self.document.mentions_in(subject.start, subject.end)), None)
        named = mention.kind == "person" if mention else " " in subject.name or subject.name in self.known
        person = subject.kind == "name" and named and self._verb_follows(subject)
        fits = person if cue.speaker.name in ("he", "she") else cue.speaker.name == "they" and subject.kind == "group"
        return cue._replace(speaker=subject) if fits else cue

    def _beside(self, subject: Speaker, cue: _Cue) -> bool:
        """Whether only a comma stands between a subject and the cue: "Xi, she says, …": he is whom she speaks of."""
        between = self.document.text[subject.end : cue.speaker.start]
        return between.strip() == ","

    def _verb_follows(self, speaker: Speaker) -> bool:
        """Whether the name is a subject: what comes next is neither a preposition nor the end of the clause."""
        for i, start in enumerate(self.starts):
            if start >= speaker.end:
                return self.codes[i] not in "s.;"
        return False

    def _reports(self, cue: _Cue) -> bool:
        """Whether the cue is that of a medium, or of a verb of reporting."""
        if cue.verb in cues.REPORT or cue.rule == "citing":
            return True
        mentions = self.document.mentions_in(cue.speaker.start, cue.speaker.end)
        return any(m.kind == "medium" for m in mentions) or any(
            word in cue.speaker.role.casefold() for word in ("media", "news", "agency", "paper", "broadcaster")
        )

    def _outer(self, cue: _Cue, last: _Cue) -> bool:
        """Whether a cue at the end of the unit only tells where the statement before was reported: ", KCNA said"."""
        codes = self.codes
        if cue.rule not in ("subject_verb", "verb_subject", "according_to") or cue.at < last.at:
            return False
        tail = codes[max(cue.at, cue.first) + 1 :]
        if cue.rule == "according_to":
            return codes[cue.first - 1 : cue.first] == "," and re.fullmatch(r"[a-zA-Z]*[.,]?", tail) is not None
        ends = re.fullmatch(r"(?:G|[pa]?d?[lqtnNDTOsK]+)*\.?", tail) is not None
        return ends and codes[max(cue.first - 1, 0)] in ",Q" and last.forward

    def _quote_between(self, a: int, b: int) -> bool:
        return "Q" in self.codes[a:b]

    def _cut(self, cue: _Cue, after: _Cue) -> int:
        """Where the speech of one cue ends and that of the next begins."""
        if after.forward:
            at = after.first
            while at > cue.at + 1 and self.codes[at - 1] in "bca":
                at -= 1
            return self.starts[at]
        between = range(after.at - 1, cue.at, -1)
        for i in between:
            if self.codes[i] == "Q":
                return self.starts[i]
        for i in between:
            if self.codes[i] in ";." or (self.codes[i] in "bc" and self.codes[i - 1] == ","):
                return self.starts[i]
        return self.unit.end

    def _same(self, a: Speaker, b: Speaker) -> bool:
        if a.kind != "name" or b.kind != "name":
            return a.kind == b.kind and (a.name or a.role) == (b.name or b.role)
        one, other = a.name.casefold().split(), b.name.casefold().split()
        return bool(one and other) and (
            one[-1] == other[-1] or one[0] == other[0] or a.name in b.name or b.name in a.name
        )

    def cues(self) -> list[_Cue]:
        """Every cue of speech in the unit, by place."""
        codes, words = self.codes, self.words
        found: list[_Cue] = []
        subject: Speaker | None = None  # of the last finite verb of speech
        asked = codes.find(",") if words and words[0] in ("asked", "pressed", "questioned") else -1
        for i, code in enumerate(codes):
            cue = None
            if i < asked:
                continue
            if code == "V":
                cue = self._verb(i, subject)
            elif code == "I":
                cue = self._participle(i, subject)
            elif code == "l" and words[i] == "according" and i + 1 < len(words) and words[i + 1] == "to":
                cue = self._according(i)
            elif code == ":":
                cue = self._colon(i, found)
            elif code == "K":
                cue = self._noun(i)
            elif code == "p" and words[i] in ("to", "for"):
                if i <= 1 + (codes[:1] == "a"):
                    cue = self._opening_to(i)
                if (
                    not cue
                    and words[i] == "to"
                    and not cues.SEEM.isdisjoint(words[max(i - 6, 0) : i])
                    and codes[i + 1 : i + 2] == "N"
                ):
                    speaker = self._right(i + 1)
                    cue = _Cue(i, 0, speaker, "seems to", "seems_to", True) if speaker else None
            if cue:
                found.append(cue)
                subject = cue.speaker
        return found

    def _verb(self, v: int, subject: Speaker | None) -> _Cue | None:
        codes, words = self.codes, self.words
        word = words[v]
        verb = cues.SPEECH[word]
        if not self._completed(v, verb):
            return None
        j = len(re.sub(r"(?:p?d?[tn]+,?(?=$)|[axk])*$", "", codes[:v]))
        skipped = codes[j:v]
        if verb in _REDUCED and word.endswith(("ed", "id", "ght", "wn", "ood")) and words[v + 1 : v + 2] == ["to"]:
            return None  # "the specialists now thought to be in the North"
        negated = "k" in skipped
        if negated and verb not in cues.THINK and verb not in ("deny", "exclude", "rule"):
            return None
        before = codes[j - 1] if j else ""
        if before == "e" or "e" in skipped:
            if verb in ("quote", "cite") and self._follows(v, ("as",)):
                region = self._left(j - 1)
                if region:
                    return _Cue(v, region[0], region[1], word, "quoted_as_saying", True, verb)
            if "K" in codes[:j] and words[v + 1 : v + 2] == ["by"] and (spoken := self._right(v + 2)):
                return _Cue(v, v, spoken, word, "passive_by", True, verb)
            return None
        if before == "m" and (
            words[v - 1] in ("rather", "like") or (words[j - 1] == "would" and verb in ("prefer", "argue", "add"))
        ):
            region = self._left(j - 1)
            return _Cue(v, region[0], region[1], word, "subject_verb", True, verb) if region else None
        if before == "m" or (before == "p" and words[j - 1] == "to"):
            if before == "p" and j >= 2 and words[j - 2] in ("on", "continued", "goes", "continues") and subject:
                return _Cue(v, j, subject, word, "coordinated", True, verb, again=True)
            if (
                before == "p"
                and not subject
                and verb in cues.PLAIN | {"praise", "hail", "criticize", "criticise", "dismiss", "blame"}
                and not cues.LEADS_TO_SPEECH.isdisjoint(words[max(j - 14, 0) : j - 1])
                and (first := self._first_subject(j - 1))
            ):
                return _Cue(v, first[0], first[1], word, "infinitive", True, verb)
            return None
        if verb in ("quote", "cite") and (inner := self._quoted_inner(v)):
            outer = self._left(j)
            return _Cue(
                v, outer[0] if outer else v, inner, word, "quoted_source", True, verb, outer[1] if outer else None
            )
        inverted = before in ("Q", ",", "") or (before == "." and j == v)
        if inverted and verb not in ("cite", "quote"):
            spoken = self._right(v + 1)
            # "…," said X: the speech stands before the cue, and nothing between comma and cue is a subject
            if spoken and (before == "Q" or before == "" or self._starts_name(v + 1)):
                left = self._interposed(j) if before == "," and codes[: j - 1].rstrip(",") else None
                if left is None or "Q" in codes[:j]:
                    return _Cue(v, v, spoken, word, "verb_subject", False, verb)
        if before == "c" or (before == "b" and words[j - 1] in ("but", "while", "though", "although", "yet", "nor")):
            if subject:
                return _Cue(v, j, subject, word, "coordinated", True, verb, again=True)
            first = self._first_subject(v)
            return _Cue(v, first[0], first[1], word, "coordinated", True, verb) if first else None
        region = self._left(j)
        if region is None:
            return None
        asks = self._word_before(region[1])
        if asks in ("what", "how", "why"):
            if asks == "how" and verb in ("put", "describe", "see", "sum", "term", "phrase"):
                return _Cue(v, region[0], region[1], word, "how_x_put_it", False, verb)
            quoted = re.match(r"[^,;.Q]{0,8}Q", codes[v + 1 :])
            if region[1].kind in ("name", "role") and quoted and verb in _NAMING:
                return _Cue(v, region[0] - 1, region[1], word, "what_x_called", True, verb)
            return None
        forward = not (
            codes[: region[0]].endswith((",", "Q")) and "Q" in codes[: region[0]] and not self._content_after(v)
        )
        return _Cue(v, region[0], region[1], word, "subject_verb", forward, verb)

    def _word_before(self, speaker: Speaker) -> str:
        start = speaker.phrase[0] or speaker.start
        i = next((i for i, place in enumerate(self.starts) if place >= start), 0)
        while i and self.codes[i - 1] in "dql":
            if self.words[i - 1] in ("what", "how", "why"):
                break
            i -= 1
        return self.words[i - 1] if i else ""

    def _content_after(self, v: int) -> bool:
        return re.match(r"(?:G|[pa]?d?[tnNDOTqls]+)*[.,]?$", self.codes[v + 1 :]) is None

    def _completed(self, v: int, verb: str) -> bool:
        """Whether the words that the verb needs to be one of speech follow it."""
        needs = cues.NEEDS.get(verb)
        if needs is None:
            return verb != "call" or self.words[v + 1 : v + 2] not in (["in"], ["off"], ["up"], ["itself"])
        window = self.words[v + 1 : v + 6]
        if self.codes[v - 1 : v] == "Q" and "Q" in self.codes[:v]:
            return True  # "…?" asked X
        if v and self.codes[v - 1] == "," and verb in cues.INVERTED and self._starts_name(v + 1):
            return True  # "Not so fast, counters X"
        if verb in ("refuse", "decline"):
            return len(window) > 1 and window[0] == "to" and window[1] in cues.RULED_OUT
        if verb == "see" and v >= 2 and self.words[v - 1] == "rather":
            return True
        if verb == "see" and self.words[v] == "saw" and "as" not in self.words[v + 1 : v + 16]:
            quoted = "Q" in self.codes[v + 1 : v + 7]
            if not quoted and not (window and window[0] in ("no", "little", "signs", "evidence", "in")):
                return False
        if verb == "go":
            return window[:1] == ["on"] and (self.codes[v + 2 : v + 3] in tuple(",.Q:h") or "to" in window[1:2])
        if verb == "see" and self.words[v] == "sees":
            return True
        if verb in cues.INTERPOSED and self._interposes(v):
            return True
        if verb == "want":
            window = self.words[v + 1 : v + 10]
            return "to" in window and "," not in window[: window.index("to")]
        if verb in ("view", "regard", "portray", "present", "frame", "interpret", "consider", "cast"):
            return bool(needs & set(self.words[v + 1 : v + 14]))
        if verb in (
            "point",
            "continue",
            "want",
            "put",
            "hold",
            "feel",
            "find",
            "know",
            "speak",
            "rule",
            "play",
            "hope",
            "fear",
        ):
            return bool(window) and (
                window[0] in needs or (verb in ("hold", "point", "put") and bool(needs & set(window)))
            )
        return bool(needs & set(window))

    def _interposes(self, v: int) -> bool:
        """Whether a verb ends a clause of speech between commas: "the deal, he reckons, …", "…, Quill finds."."""
        after = re.match(r"(?:p?d?[tn]+|a)*[,.;]", self.codes[v + 1 :])
        return after is not None and re.search(r"[,Q][^,;.]{1,12}$", self.codes[:v]) is not None

    def _follows(self, v: int, wanted: tuple[str, ...]) -> bool:
        return self.words[v + 1 : v + 2] and self.words[v + 1] in wanted

    def _participle(self, i: int, subject: Speaker | None) -> _Cue | None:
        codes, words = self.codes, self.words
        verb = cues.SPEECH[words[i]]
        if not self._completed(i, verb):
            return None
        before = codes[i - 1] if i else ""
        if verb in ("cite", "quote"):
            inner = self._right(i + 1)
            if inner:
                return _Cue(i, i, inner, words[i], "citing", bool(codes[i + 1 :].strip(".NDTOqlsdpG,")), verb, subject)
            return None
        stripped = len(re.sub(r"[axk]*$", "", codes[:i]))
        if stripped and codes[stripped - 1] == "e":
            if verb not in cues.PLAIN:
                return None
            region = self._left(stripped - 1)
            return _Cue(i, region[0], region[1], words[i], "subject_verb", True, verb) if region else None
        if (
            before in "NTD"
            and before
            and (match := re.search(r"p([dDNTOqls]*[NTD])$", codes[:i]))
            and words[match.start()] == "with"
        ):
            speaker = self.noun_phrase(match.start() + 1, i)
            return _Cue(i, match.start(), speaker, words[i], "with_participle", True, verb) if speaker else None
        if before in (",", "Q", "c", "-") or (before == "a" and i > 1 and codes[i - 2] in ",Q"):
            if subject:
                return _Cue(i, i, subject, words[i], "participle", True, verb, again=True)
            first = self._first_subject(i)
            if first and first[1].kind == "name" and " " not in first[1].name and first[1].name not in self.known:
                first = first if self.document.mentions_in(first[1].start, first[1].end) else None
            return _Cue(i, first[0], first[1], words[i], "participle", True, verb) if first else None
        return None

    def _according(self, i: int) -> _Cue | None:
        after = self.words[i + 2] if i + 2 < len(self.words) else ""
        if after in _OBJECTS and self.codes[i + 3 : i + 4] in (",", ".", ""):
            speaker = Speaker("pronoun", self.starts[i + 2], self.ends[i + 2], _OBJECTS[after])
        else:
            speaker = self._right(i + 2)
        if not speaker:
            return None
        forward = i < 2 or self.codes[i - 1] in ".;"
        return _Cue(i, i, speaker, "according to", "according_to", forward)

    def _opening_to(self, i: int) -> _Cue | None:
        """ "To Patrick Cronin, chair of …, “…”": a name between "to" and a comma at the beginning."""
        codes = self.codes
        match = re.match(r"[DTOq]*(?:N+|P)(?:,|(?=[dhl]))", codes[i + 1 :])
        medium = re.match(r"d?[lqD]*N,", codes[i + 1 :])
        if medium and self._kind(i + medium.end() - 1) == "medium":
            end = i + medium.end()
            speaker = self.noun_phrase(i + 1, end)
            return _Cue(i, i, speaker, self.words[i], "to_name", True) if speaker else None
        phrase = re.match(r"([DTOqN]*N)(?=p)p[dDTOqN]*[NO](?=[,d])", codes[i + 1 :])
        if not match and not phrase:
            return None
        end = i + 1 + (phrase.end(1) if phrase else len(match.group().rstrip(",")))
        speaker = self.noun_phrase(i + 1, end)
        if (
            not speaker
            or speaker.kind != "name"
            or not (self._mention_ending(end) is None or "Q" in codes or codes[end] == "d")
        ):
            return None
        unlisted = self._mention_ending(end) is None and re.match(r",(?:w|d?[lqDN]*T)", codes[end:])
        if self.words[i] == "for" and not unlisted and not re.search(r"e|Q|h", codes[end:]):
            return None
        return _Cue(i, i, self._with_apposition(speaker, end), self.words[i], "to_name", True)

    def _colon(self, i: int, found: list[_Cue]) -> _Cue | None:
        codes = self.codes
        if found or i + 1 >= len(codes) or (codes[i + 1] != "Q" and i > 6):
            return None
        region = re.search(r"[^,;:.Q()\-]*$", codes[:i]).group()
        first = i - len(region)
        if codes[i + 1] == "Q":
            trailing = re.search(r"(?:[NDTOqls]*N|[dDTOqlN]*[TOG])$", region)
            if trailing:
                speaker = self.noun_phrase(i - len(trailing.group()), i)
                return _Cue(i, first, speaker, ":", "colon", True) if speaker else None
            return None
        if first == 0 and len(self.document.text) < 300:
            speaker = self.noun_phrase(0, i)
            named = speaker and speaker.kind == "name" and (" " in speaker.name or self._mention_ending(i) is not None)
            return _Cue(i, 0, speaker, ":", "colon", True) if named else None
        return None

    def _noun(self, i: int) -> _Cue | None:
        """ "the opinion of X that …", "in X's view, …", "a statement by X: …"."""
        codes, words = self.codes, self.words
        noun = words[i]
        after = words[i + 1] if i + 1 < len(words) else ""
        if noun in _VIEWS:
            stop = i - 2 if words[i - 2 : i] == ["point", "of"] else i
            match = re.search(r"p(d?[DNTOqlG]*[NDOTG]s|d)[l]*$", codes[:stop])
            if match and words[match.start()] in ("in", "by", "from"):
                first = match.start() + 1
                if match.group(1) == "d" and words[first] in ("his", "her", "their", "its"):
                    here = Speaker(
                        "pronoun",
                        self.starts[first],
                        self.ends[first],
                        {"his": "he", "her": "she", "their": "they", "its": "it"}[words[first]],
                    )
                    return _Cue(i, match.start(), here, f"in {words[first]} {noun}", "in_view", True)
                if match.group(1) != "d" and (speaker := self.noun_phrase(first, match.end(1) - 1)):
                    return _Cue(i, match.start(), speaker, f"in … {noun}", "in_view", True)
        if (
            after in ("of", "by", "from")
            and (speaker := self._right(i + 2))
            and speaker.kind in ("name", "role", "group")
        ):
            rest = codes[i + 2 :]
            opening = i >= 2 and codes[i - 1] == "d" and words[i - 2] in ("in", "by")
            if opening and i > 2 and not re.search(r"h|:", rest):  # "…," in the words of X
                return _Cue(i, 0, speaker, f"{noun} {after}", "in_the_words_of", False)
            if opening or re.search(r"h|:Q|:", rest) or codes[max(i - 3, 0) : i].count("e"):
                # the statement must say what was said: "that …", a colon, a quotation
                return _Cue(i, max(i - 2, 0), speaker, f"{noun} {after}", "noun_of", True)
        if (
            (verb := re.match(r"(?:p[dDNTOlqs]+)?[he:]", codes[i + 1 :]))
            and (match := re.search(r"(d?[DNTOqlG]*[NDOTG])s[lq]*$", codes[:i]))
            and (noun in _SAID_BY_ITSELF or verb.group() in "he")
        ):
            speaker = self.noun_phrase(match.start(1), match.end(1))
            if speaker and speaker.kind != "group":
                return _Cue(i, match.start(1), speaker, noun, "possessive_noun", True)
        if (
            noun in _SAID_BY_ITSELF
            and i <= 3
            and words[0] in ("his", "her")
            and re.match(r"(?:p[dDNTOlqs]+)?[he:]", codes[i + 1 :])
        ):
            here = Speaker("pronoun", self.starts[0], self.ends[0], "he" if words[0] == "his" else "she")
            return _Cue(i, 0, here, f"{words[0]} {noun}", "possessive_noun", True)
        return None

    def _quoted_inner(self, v: int) -> Speaker | None:
        """ "TASS quoted Peskov as saying": who stands between the verb and "as"."""
        if self.words[v + 1 : v + 2] and self.words[v + 1] in _OBJECTS and "as" in self.words[v + 2 : v + 5]:
            return Speaker("pronoun", self.starts[v + 1], self.ends[v + 1], _OBJECTS[self.words[v + 1]])
        match = re.match(r"([dDNTOqls,G]*?[NDTOG])(?:[^b]{0,6})b", self.codes[v + 1 :])
        if match and self.words[v + match.end()] == "as":
            return self.noun_phrase(v + 1, v + 1 + match.end(1))
        return None

    # -- noun phrases ----------------------------------------------------------------------------------------------

    def _starts_name(self, i: int) -> bool:
        return re.match(r"[a]?(?:d?[lqDns]*[NTOGD]|P)", self.codes[i:]) is not None

    def _left(self, j: int) -> tuple[int, Speaker] | None:
        """The subject that ends before token j, and where its clause begins."""
        codes = self.codes
        if not j:
            return None
        last = codes[j - 1]
        if last in ",)-":
            return self._interposed(j)
        if joint := re.search(r"d?[lqDN]*[TGO]p(?:d?[DN]+,)+d?[DN]*,?cd?[DN]+(?:p?[tn]+)?$", codes[:j]):
            stop = len(joint.group().rstrip("tn").rstrip("p")) + joint.start()
            whole = self.document.text[self.starts[joint.start()] : self.ends[stop - 1]]
            whole = re.sub(r"^(?:the|The)\s+", "", whole)
            end = self.ends[stop - 1]
            return joint.start(), Speaker("group", end - len(whole), end, whole, whole)
        if last == "w":
            k = j - 1 - (j >= 2 and codes[j - 2] == ",")
            region = self._region(k)
            speaker = self.noun_phrase(region, k) or (self._trailing(region, k))
            said_of = "who which" if self._is_body(k) else "who"
            return (region, speaker) if speaker and self.words[j - 1] in said_of.split() else None
        region = self._region(j)
        speaker = self.noun_phrase(region, j)
        return (region, speaker) if speaker else None

    def _is_body(self, j: int) -> bool:
        """Whether the word before token j names a state, an organisation or a medium."""
        return j > 0 and (self._kind(j - 1) in ("state", "organisation", "medium") or self.words[j - 1] == "west")

    def _region(self, j: int) -> int:
        return max(self.codes.rfind(c, 0, j) for c in ",;:.Q()-hwbVIm") + 1

    def _interposed(self, j: int) -> tuple[int, Speaker] | None:
        """The subject before an apposition, a relative clause or a parenthesis that ends before token j."""
        codes = self.codes
        end = j - 1
        fallback: tuple[int, Speaker] | None = None
        for _ in range(5):
            begin = max(codes.rfind(c, 0, end) for c in ",;:.Q()-") + 1
            segment = codes[begin:end]
            closes = begin > 0 and codes[begin - 1] in ",(-"
            stop = begin + segment.index("w") if "w" in segment[1:] else end
            segment = codes[begin:stop]
            speaker = None
            if segment and (segment[0] not in "pwIb" or self.words[begin] in ("but", "yet", "so")):
                lead = re.match(r"[cab]*", segment).end()
                speaker = self._trailing(begin + lead, stop) or (
                    self.noun_phrase(begin + lead, stop)
                    if segment[lead : lead + 1] in ("d", "P", "G", "T", "D", "N") and "V" not in segment
                    else None
                )
            if (
                end == j - 1
                and re.fullmatch(r"d?[qlTD]*N+", segment)
                and closes
                and re.search(r"[TO](?:p[^,;:.Q]*)?$", codes[: begin - 1])
            ):
                region = self._region(begin - 1)
                if codes[region : region + 1] not in ("p", "") or region == begin - 1:
                    named = self._named(begin, begin + re.search(r"N+$", segment).start(), end)
                    title = self.document.text[self.starts[region] : self.ends[begin - 2]]
                    title = re.sub(r"^(?:[Tt]he|[Aa]n?)\s+", "", title)
                    return region, named._replace(role=f"{title} {named.role}".strip())
            if speaker and end < j - 1:
                interposed = codes[end + 1 : j - 1]
                if not re.match(r"[^Ph]", interposed) or re.search(r"(?:^|,)[^w,][^,]*[emx]", interposed):
                    speaker = None
            if speaker and end < j - 1:
                clause = self.document.text[self.starts[end] : self.ends[j - 1]]
                if speaker.kind != "name" and (given := _GAVE_NAME.search(clause)):
                    at = self.starts[end] + given.start("name")
                    role = speaker.role or speaker.name
                    return begin, Speaker("name", at, at + len(given["name"]), given["name"], role)
                if speaker.kind == "name":
                    return begin, self._with_apposition(speaker, end + 1)
                fallback = (begin, speaker)
            if not closes:
                break
            end = begin - 1
        return fallback

    def _trailing(self, begin: int, end: int) -> Speaker | None:
        """The name with which a region ends, unless a preposition governs it."""
        match = re.search(r"([NDTOqls]*)(N+|D)$", self.codes[begin:end])
        if not match:
            return None
        first = begin + match.start()
        governed = (first > begin and self.codes[first - 1] == "p") or (
            first - 1 > begin and self.codes[first - 1] == "d" and self.codes[first - 2] == "p"
        )
        if governed and "T" not in match.group(1):
            return None
        return self.noun_phrase(first, end)

    def _mention_ending(self, end: int) -> int | None:
        """The first token of the listed name that ends with token end-1."""
        if end < 1:
            return None
        for mention in self.document.mentions_in(max(self.starts[end - 1] - 60, 0), self.ends[end - 1]):
            if mention.end == self.ends[end - 1]:
                return next((i for i in range(end - 1, -1, -1) if self.starts[i] <= mention.start), None)
        return None

    def _right(self, i: int) -> Speaker | None:
        """The noun phrase that begins at token i, with its apposition."""
        codes = self.codes
        start = i + re.match(r"a?", codes[i:]).end()
        match = re.match(r"P|d?[lqDnNTOGs]*[NTOGD]", codes[start:])
        if not match:
            return None
        end = start + match.end()
        # "spokesman for the Foreign Ministry": the head takes its prepositional phrases along
        speaker = self.noun_phrase(start, end)
        if speaker and speaker.kind in ("role", "group"):
            phrase = re.match(r"(?:p(?:d?[lqDnNTOGs]*[NTOGDl])(?:cd?[lqDNTO]*[NTOD])?)+", codes[end:])
            if phrase:
                end += phrase.end()
                speaker = self.noun_phrase(start, end) or speaker
            if apposed := re.match(r",(N+)(?=[,.;:)\-]|$)", codes[end:]):
                name = self._named(end + 1, end + 1, end + apposed.end())
                return name._replace(role=speaker.role, affiliation=speaker.affiliation)
        return self._with_apposition(speaker, end) if speaker else None

    def present(self) -> bool:
        """Whether the unit says in the present tense what its subject is or does: "is less sure", "puts numbers on"."""
        if len(self.codes) < 10 and "Q" not in self.codes:
            return False
        return any(
            w in ("is", "has", "would") or (c in "lV" and w.endswith("s") and not w.endswith("ss"))
            for c, w in zip(self.codes, self.words, strict=True)
        )

    def quoted_pronoun(self) -> Speaker | None:
        """The "he" or "she" of a unit that quotes without a verb of speech: "He gives it “one year, maybe less”."."""
        quoted = any(not q.scare for q in self.document.quotations_in(self.unit.start, self.unit.end))
        advises = re.match(r"Pa?ma?l", self.codes) and "would" in self.words[1:3]
        if not (quoted or advises):
            return None
        forms = (
            {"he": "he", "she": "she"}
            if advises
            else {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she"}
        )
        for i, word in enumerate(self.words):
            if word in forms:
                if re.search(r"[NTG]", self.codes[:i]):
                    return None
                return Speaker("pronoun", self.starts[i], self.ends[i], forms[word])
        return None

    def introduced(self) -> Speaker | None:
        """The person who is the subject of a unit without a cue."""
        first = self._first_subject(len(self.codes))
        if first and first[1].kind == "name" and first[0] == 0:
            speaker = first[1]
            mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
            if (mention and mention.kind and mention.kind != "person") or not self._verb_follows(speaker):
                return None
            return speaker if " " in speaker.name or speaker.role or mention else None
        return None

    def _first_subject(self, before: int) -> tuple[int, Speaker] | None:
        """The subject with which the sentence begins, for verbs that share it."""
        codes = self.codes
        begin = 0
        for part in re.split(r"[,;:Q()\-]", codes[:before]):
            lead = re.match(r"(?:[cab]|p?d?[ln]*[tn]+a?)*", part).end()
            if lead < len(part) and part[lead] not in "pI":
                match = re.match(r"P|d?[lqDnNTOGs]*[NTOGD]", part[lead:])
                if match:
                    speaker = self.noun_phrase(begin + lead, begin + lead + match.end())
                    if speaker:
                        return begin, self._with_apposition(speaker, begin + lead + match.end())
            begin += len(part) + 1
        return None

    def noun_phrase(self, begin: int, end: int) -> Speaker | None:
        """Reads tokens [begin, end) as a speaker: a name with its titles, an office, a group or a pronoun."""
        codes, words = self.codes, self.words
        begin += re.match(r"(?:[acb]|[dn]?t+(?=[aDNdTOqlPG]))*", codes[begin:end]).end()
        region = codes[begin:end]
        if not region:
            return None
        if region[-1] == "P":
            return Speaker("pronoun", self.starts[end - 1], self.ends[end - 1], words[end - 1])
        if region[0] == "p":  # an adverbial before the subject: "On Monday Kim", "In Seoul President Yoon"
            match = re.search(r"(?<=[tnDK])(?:[qDTO]*)N+$|P$", region[1:])
            mention = self._mention_ending(end)
            if match:
                begin += 1 + match.start()
            elif mention is not None and mention > begin + 1 and codes[mention - 1] in "OTNDlK":
                begin = mention
            elif end - begin > 3 and (split := re.search(r"(?<=[OTlNK])(d[lDNTOqs]*[TOG])$", region[1:])):
                begin += 1 + split.start()
            else:
                return None
            region = codes[begin:end]
        name = re.search(r"N[Nn]*$", region)
        mention = self._mention_ending(end)
        if mention is not None and mention >= begin:
            first = mention
        elif name:
            first = begin + name.start()
        else:
            first = -1
        if first >= 0:
            lead = codes[begin:first]
            governed = re.search(r"p[dlqDNOGsnc]*$", lead)
            if mention is not None and codes[first] == "T":
                governed = None if not lead.endswith(("p", "pd")) else governed
                if not governed:
                    start, stop = self.starts[first], self.ends[end - 1]
                    role = self.document.text[start:stop]
                    return Speaker("role", start, stop, role, role)
            if mention is not None and lead[-1:] in ("N", "O") and self._kind(first) == "person":
                governed = None  # "of the Democratic Party Park Kwang On"
            if not governed:
                return self._named(begin, first, end)
            tail = lead[governed.start() :]
            if name and len(name.group()) >= 2 and re.search(r"[OT]$", tail) and mention is not None:
                return self._named(begin, first, end)  # "of the Democratic Party Park Kwang On"
        if (
            words[begin] in ("one", "some", "many", "most", "two", "several")
            and words[begin + 1 : begin + 2] == ["of"]
            and end - begin >= 3
        ):
            whole = self.document.text[self.starts[begin] : self.ends[end - 1]]
            return Speaker("group", self.starts[begin], self.ends[end - 1], whole, whole)
        head = re.match(r"[^p]*", region).group()
        if head[-1:] == "K" and words[begin + len(head) : begin + len(head) + 1] in (["by"], ["from"]):
            return self.noun_phrase(begin + len(head) + 1, end)  # "a joint statement by the foreign ministers"
        loose = head.rstrip("lan")
        if len(loose) < len(head) and loose[-1:] in ("N", "D") and "l" in head[len(loose) :]:
            return None  # "the treaty that Kim signed in Pyongyang": a verb follows the name
        head = loose
        if not head:
            return None
        last = begin + len(head) - 1
        if (
            head[-1] in "TOG"
            or (head == "d" and words[begin] in ("some", "many", "most", "others", "several", "both"))
            or (head[-1] == "D")
        ):
            return self._titled(begin, last + 1, end)
        if head[-1] == "N" and begin + len(head) < end:
            first = begin + re.search(r"[ND]*N$", head).start()
            return self._named(begin, first, last + 1)
        return None

    def _kind(self, token: int) -> str:
        """The kind of the listed actor that a token names."""
        mention = next(iter(self.document.mentions_in(self.starts[token], self.ends[token])), None)
        return mention.kind if mention else ""

    def _named(self, begin: int, first: int, end: int) -> Speaker:
        text = self.document.text
        start, stop = self.starts[first], self.ends[end - 1]
        title = text[self.starts[begin] : self.ends[first - 1]] if first > begin else ""
        title = re.sub(r"^(?:the|an?|The|An?)\s+|.*\band(?: the)?$", "", title).strip()
        affiliation = ""
        if title and (cut := re.search(r"^(.*?)(?:[’']s?)\s+(\S.*)$", title)):
            affiliation, title = cut.group(1), cut.group(2)
        return Speaker("name", start, stop, text[start:stop], title, affiliation, (self.starts[begin], stop))

    def _titled(self, begin: int, last: int, end: int) -> Speaker | None:
        """An office, an organisation or a group by its common noun: "the foreign minister", "some experts"."""
        text, codes, words = self.document.text, self.codes, self.words
        head = words[last - 1]
        code = codes[last - 1]
        first = begin
        while first < last - 1 and codes[first] in "dac":
            first += 1
        whole = self.starts[begin]
        indefinite = words[begin] in _INDEFINITE
        start, stop = self.starts[first], self.ends[last - 1]
        role = text[start:stop]
        rest = text[self.starts[last] : self.ends[end - 1]] if last < end else ""
        if code == "D":
            return Speaker("name", start, stop, role)
        if code == "G" or codes[begin:last] == "d":
            return Speaker("group", whole, stop, role, role, rest)
        if words[begin] in ("this", "our") and head in (
            "newspaper",
            "paper",
            "magazine",
            "publication",
            "outlet",
            "daily",
        ):
            return Speaker("outlet", start, stop, role, role)
        affiliation = re.sub(r"^(?:of|for|at|from|in|with)\s+(?:the\s+)?", "", rest)
        if code == "T" and indefinite and (head in cues.UNNAMED or not affiliation) and not self._body(begin, end):
            return Speaker("group", whole, stop, role, role, affiliation)
        return Speaker("role", whole, self.ends[end - 1], role, role, affiliation, (whole, self.ends[end - 1]))

    def _body(self, begin: int, end: int) -> bool:
        """Whether the phrase names a listed organisation."""
        return bool(self.document.mentions_in(self.starts[begin], self.ends[end - 1])) or "O" in self.codes[begin:end]

    def _with_apposition(self, speaker: Speaker, at: int) -> Speaker:
        """Takes role and affiliation from the apposition behind a name: ", a professor at Kookmin University,"."""
        codes = self.codes
        if speaker.kind != "name" or at >= len(codes):
            return speaker
        if relative := re.match(r",w[^,;:.Q()]*", codes[at:]):
            stop = self.ends[at + relative.end() - 1]
            return speaker._replace(phrase=(speaker.phrase[0] or speaker.start, stop))
        if codes[at] in ",(":
            at += 1
        match = re.match(r"[dlqDNOTsn]*T[^,;:.Q()hwV]*", codes[at:])
        if not match:
            return speaker
        text = self.document.text[self.starts[at] : self.ends[at + match.end() - 1]]
        role, _, affiliation = re.sub(r"^(?:the|an?)\s+", "", text).partition(" at ")
        if not affiliation:
            role, _, affiliation = role.partition(" of ")
        if not affiliation:
            role, _, affiliation = role.partition(" for ")
        affiliation = re.sub(r"^the\s+", "", affiliation).strip() or speaker.affiliation
        last = at + match.end()
        if relative := re.match(r",?w[^,;:.Q()]*", codes[last:]):
            last += relative.end()
        phrase = (speaker.phrase[0] or speaker.start, self.ends[last - 1])
        return speaker._replace(role=f"{speaker.role} {role}".strip(), affiliation=affiliation, phrase=phrase)


def make() -> Language:
    return English()


__all__: Iterable[str] = ("English", "make")
