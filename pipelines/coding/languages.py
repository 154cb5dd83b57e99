"""The one interface behind which knowledge of a language sits.

The shared stages (segmentation, mentions, linking, attribution, categories, stance) know no language. What differs
from one to the next is said by an object with the attributes of `Language`, a module or package each: `english`,
`russian`, `korean`. `Base` gives working defaults, so that a new language can start from three methods.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import NamedTuple, Protocol

from pipelines.coding.document import Attribution, Document, Speaker


class Cue(NamedTuple):
    """A cue of speech in one unit of text, for languages that read a sentence as a row of tokens."""

    at: int  # token of the cue
    first: int  # token where the clause of the cue begins
    speaker: Speaker
    word: str
    rule: str
    forward: bool  # the speech follows the cue
    verb: str = ""  # in its base form
    source: Speaker | None = None
    again: bool = False  # the subject of the cue before, not named again


class Language(Protocol):
    code: str  # ISO 639-1
    pronouns: Mapping[str, str]  # lower-case pronoun: "person" (he, she), "body" (it: an organisation) or "any"
    organisation_nouns: Mapping[str, frozenset[str]]  # role_key of "the ministry": occupations it can stand for
    person_nouns: Mapping[str, frozenset[str]]  # role_key of "the diplomat": occupations of whom it can take up again
    text_nouns: frozenset[str]  # role_keys of texts ("the statement said"): who issued it speaks
    case_sensitive: bool  # whether names are written with capitals, so that "hope" isn't Hope

    def sentences(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Cuts the paragraph text[start:end] into sentences, in order, without the white space around them.

        A quotation of several sentences is cut too; abbreviations, initials, decimals and dates are not.
        """

    def name_forms(self, name: str, kind: str) -> Iterable[str]:
        """All written forms under which the mention matcher shall find a name of the actor list.

        `kind` is the actor's ("person", "organisation", "state", "medium", "group"). Russian gives every case,
        English hyphen and word-order variants, Korean the name itself (particles are the business of `ends_name`).
        """

    def ends_name(self, text: str, start: int, end: int) -> int:
        """Whether the matched form text[start:end] stands there as a word: the end of the name, or -1 if it doesn't.

        English and Russian ask for word boundaries; Korean lets particles follow and compounds be refused.
        """

    def short_forms(self, name: str) -> tuple[str, ...]:
        """Keys (see `key`) by which a text may refer to a person after the full name: the surname, in most cases."""

    def key(self, name: str) -> str:
        """A name folded for comparison: case, hyphens, spaces and inflection do not matter."""

    def role_key(self, role: str) -> str:
        """The head word of a title, folded: "minister" for "the Foreign Minister", "министр" for "министра обороны".

        "" where no known title is in it. A title alone refers to the last person whose title has the same key.
        """

    def attributions(self, document: Document) -> list[Attribution]:
        """Every attribution that the wording shows, in order of `start`.

        Reads text, paragraphs, sentences, quotations and mentions. One attribution for each stretch of speech:
        whole sentences (or the clause, where two speakers share a sentence), quotations of several sentences whole.
        A nested attribution is given to the inner speaker, with the outer one as `source`. Quotations that go on
        with the speech of the attribution before them, with no cue of their own, may be left to the shared stage
        (`attribution.carry_on`), which gives them to the last speaker.

        May append to `document.named` the people whom a sentence has for its subject without a cue of speech
        ("Owen Castellan, a former analyst, looks at the freight."): a pronoun or a quotation after it can be theirs.
        """

    def editorial(self, title: str, text: str) -> bool:
        """Whether the text is an editorial, so that what no attribution covers is the medium's own statement."""

    def issuer(self, document: Document) -> tuple[Speaker, int] | None:
        """Whose words the whole text is, and from which offset on, where its form shows that it is no report.

        "Комментарий официального представителя МИД", "외무성 대변인 담화", "issued the following statement". Reads the
        attributions too. What nothing else is attributed to is then the issuer's.
        """

    def headline(self, document: Document) -> list[Attribution]:
        """Attributions of a headline: "Kirby: …", «Песков: …», 커비 "…". `document.text` is one line then."""

    def register(self, role: str, affiliation: str) -> str:
        """What an unlisted speaker is by the words of the text.

        "official" (of a state or international organisation), "politician", "scholar", "journalist", "activist",
        "medium", or "" when the words don't tell.
        """

    def bodies(self, role: str, country: str) -> tuple[str, ...]:
        """Names under which the actor list may know the body that a phrase without its country means.

        "South Korean Foreign Ministry" for "a foreign ministry official" where the text is from South Korea.
        """

    def dateline(self, text: str) -> str:
        """The country (ISO 3166-1 alpha-2) of the dateline with which the text begins, or ""."""

    def country(self, text: str) -> str:
        """The country (ISO 3166-1 alpha-2; "EU", "UN") that words of affiliation or a demonym point to, or ""."""


class Base:
    """Defaults for languages with words, spaces and sentence-final punctuation."""

    code = ""
    pronouns: Mapping[str, str] = {}
    organisation_nouns: Mapping[str, frozenset[str]] = {}
    person_nouns: Mapping[str, frozenset[str]] = {}
    text_nouns: frozenset[str] = frozenset()
    case_sensitive = True
    # A mark that can end a sentence, with the white space behind it.
    sentence_end = re.compile(r"[.!?…。]+[\"'”’»)\]」』]*\s+(?=[\"'“‘«„(\[「『]*[^\sa-zа-яё])")
    _word = re.compile(r"\w")

    def goes_on(self, text: str, begin: int, match: re.Match[str]) -> bool:
        """Whether the sentence that begins at `begin` goes on behind the mark that `sentence_end` matched.

        There is text behind the mark. An abbreviation, an initial, a lower-case word after it show that it does.
        """
        return False

    def sentences(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        begin = start
        for match in self.sentence_end.finditer(text, start, end):
            if match.end() >= end:
                break
            if not self.goes_on(text, begin, match):
                found.append((begin, match.start() + len(match.group().rstrip())))
                begin = match.end()
        if begin < end:
            found.append((begin, end))
        return found

    def name_forms(self, name: str, kind: str) -> Iterable[str]:
        return (name,)

    def ends_name(self, text: str, start: int, end: int) -> int:
        if (start and self._word.match(text, start - 1)) or self._word.match(text, end):
            return -1
        return end

    def short_forms(self, name: str) -> tuple[str, ...]:
        parts = name.split()
        return (self.key(parts[-1]),) if len(parts) > 1 else ()

    def key(self, name: str) -> str:
        return "".join(c for c in name.casefold().replace("ё", "е") if c.isalnum())

    def role_key(self, role: str) -> str:
        return ""

    def attributions(self, document: Document) -> list[Attribution]:
        return []

    def headline(self, document: Document) -> list[Attribution]:
        return []

    def editorial(self, title: str, text: str) -> bool:
        return False

    def issuer(self, document: Document) -> tuple[Speaker, int] | None:
        return None

    def register(self, role: str, affiliation: str) -> str:
        return ""

    def bodies(self, role: str, country: str) -> tuple[str, ...]:
        return ()

    def dateline(self, text: str) -> str:
        return ""

    def country(self, text: str) -> str:
        return ""


_MODULES = {"en": "english", "ko": "korean", "ru": "russian"}


@cache
def language(code: str) -> Language:
    """The language's object; English for a code that no module knows. Each module has `make() -> Language`."""
    name = _MODULES.get(code, "english")
    return import_module(f"pipelines.coding.{name}").make()
