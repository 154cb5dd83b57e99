"""What the coding stages know of one document: each stage reads the fields before it and fills its own.

All offsets count characters of `Document.text`; spans are half-open `[start, end)`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from schemas.records import Actor, Statement


class Quotation(NamedTuple):
    """A quoted stretch, without its quotation marks."""

    start: int
    end: int
    closed: bool = True  # False: the closing mark is missing, or the speech goes on in the next paragraph
    carried: bool = False  # goes on with the quotation of the paragraph before
    scare: bool = False  # a word or two inside a sentence: a term, not speech of its own


class Sentence(NamedTuple):
    start: int
    end: int
    paragraph: int  # index into Document.paragraphs


class Mention(NamedTuple):
    """A name or an office of the actor list found in the text, with every actor that bears it."""

    start: int
    end: int
    actors: tuple[str, ...]  # ids; several for homonyms. For an office: whoever held it when the text was published
    text: str  # as it stands in the text
    ambiguous: bool = False  # counts only where the context supports it
    office: bool = False  # an office ("the Kremlin spokesman"), not a name
    kind: str = ""  # of the actors, where all are of one: "person", "organisation", "state", "medium"


SpeakerKind = Literal["name", "role", "group", "pronoun", "omitted", "outlet"]


class Speaker(NamedTuple):
    """How the text refers to whoever speaks, before it is known who that is.

    kind:
      "name"     a person's or organisation's name: `name` holds it in its base form (nominative, no particles,
                 no titles), in full or only the surname
      "role"     a title or office alone: "the minister", "глава МИД", "대통령실 관계자": in `role`
      "group"    unnamed people: "experts", "эксперты", "전문가들"
      "pronoun"  "he", "она", "그는": `name` holds the pronoun in lower case
      "outlet"   the medium that publishes the text: "this newspaper", "본지", "we" in an editorial
      "omitted"  no subject in the text (Korean, headlines, "… added"): whoever spoke last
    """

    kind: SpeakerKind
    start: int  # of the reference; where it is omitted, the place of the cue
    end: int
    name: str = ""
    role: str = ""  # as the text gives it, without the name: "spokesman", "전 주러대사"
    affiliation: str = ""  # as the text gives it: "US State Department", "아산정책연구원"
    phrase: tuple[int, int] = (0, 0)  # where name, titles and apposition stand: words of the speaker, not of the matter


class Attribution(NamedTuple):
    """A stretch of text and the speaker to whom the text ascribes it."""

    start: int
    end: int
    speaker: Speaker
    cue: str  # the word or phrase of speech as it stands in the text: "said", "по словам", "밝혔다"
    rule: str  # the pattern that fired, in snake_case: "subject_verb", "according_to", "headline_colon"
    direct: bool = False  # holds a direct quotation
    source: Speaker | None = None  # the outer source of a nested attribution: "TASS" in "TASS cited Peskov"


@dataclass(slots=True)
class Document:
    """One text on its way through the stages."""

    text: str
    title: str = ""
    language: str = ""  # ISO 639-1
    published: str = ""
    outlet: str = ""
    relevance: float = 0.0  # probability
    relevant: bool = False
    paragraphs: list[tuple[int, int]] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    named: list[Speaker] = field(default_factory=list)  # people whom the wording introduces, whether they speak or not
    attributions: list[Attribution] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    def sentence_at(self, offset: int) -> int:
        """The index of the sentence that holds the offset, or of the last one before it; -1 before the first."""
        return bisect_right(self.sentences, offset, key=lambda s: s.start) - 1

    def quotation_at(self, offset: int) -> Quotation | None:
        """The quotation that holds the offset, if any."""
        i = bisect_right(self.quotations, offset, key=lambda q: q.start) - 1
        return self.quotations[i] if i >= 0 and offset < self.quotations[i].end else None

    def quotations_in(self, start: int, end: int) -> list[Quotation]:
        """The quotations that overlap [start, end)."""
        i = max(bisect_right(self.quotations, start, key=lambda q: q.start) - 1, 0)
        found = []
        for quotation in self.quotations[i:]:
            if quotation.start >= end:
                break
            if quotation.end > start:
                found.append(quotation)
        return found

    def mentions_in(self, start: int, end: int) -> list[Mention]:
        """The mentions that lie in [start, end)."""
        i = bisect_right(self.mentions, start - 1, key=lambda m: m.start)
        found = []
        for mention in self.mentions[i:]:
            if mention.start >= end:
                break
            if mention.end <= end:
                found.append(mention)
        return found
