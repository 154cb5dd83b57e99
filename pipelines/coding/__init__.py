"""Coding: from a text to who says what about the subject, in which category, with which stance. Pure functions."""

from __future__ import annotations

import re

from spacy.language import Language as Pipeline

from pipelines.coding.categories import article_categories
from pipelines.coding.document import Document
from pipelines.coding.pipeline import build
from schemas.actors import ActorList, load_actors
from schemas.codebook import Codebook, load_codebook
from schemas.records import Coding

LANGUAGES = ("en", "ko", "ru")
_LONGEST = 2_000_000  # characters; what comes after is not coded
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no encoding can carry


class Coder:
    """Codes articles by a codebook and an actor list. One per process: it compiles each language once, when needed.

    `pipelines` may name a spaCy pipeline for a language, in place of the project's own.
    """

    def __init__(
        self,
        codebook: Codebook | None = None,
        actors: ActorList | None = None,
        pipelines: dict[str, Pipeline] | None = None,
    ) -> None:
        self.codebook = load_codebook() if codebook is None else codebook
        self.actors = load_actors() if actors is None else actors
        self._pipelines: dict[str, Pipeline] = dict(pipelines or {})

    def pipeline(self, language: str) -> Pipeline:
        """The spaCy pipeline that codes a language; English for one that the coder doesn't know."""
        code = language if language in LANGUAGES or language in self._pipelines else "en"
        found = self._pipelines.get(code)
        if found is None:
            found = self._pipelines[code] = build(code, self.codebook, self.actors)
        return found

    def relevance(self, title: str, text: str, language: str = "") -> float:
        """The probability that the article is about the subject of the codebook. Cheap."""
        language = language or detect(text or title)
        document = Document((text or title)[:_LONGEST], title, language)
        nlp = self.pipeline(language)
        doc = nlp.make_doc("")
        doc._.coding = document
        for name in ("vostochny_segmentation", "vostochny_relevance"):
            doc = nlp.get_pipe(name)(doc)
        return document.relevance

    def code(self, text: str, *, title: str = "", language: str = "", published: str = "", outlet: str = "") -> Coding:
        """Codes one article.

        `language` is ISO 639-1, told from the script when ""; `published` is ISO 8601 and picks office holders.
        Offsets in the result count characters of `text`; where it is empty, of `title`. An irrelevant text comes back
        without statements. No input raises: broken text is coded as far as it can be read, half characters as U+FFFD.
        """
        title = _SURROGATE.sub("\ufffd", title)
        body = _SURROGATE.sub("\ufffd", (text if text.strip() else title)[:_LONGEST])
        language = language or detect(body)
        document = Document(body, title, language, published, outlet)
        nlp = self.pipeline(language)
        doc = nlp.make_doc(body)
        doc._.coding = document
        for _, component in nlp.pipeline:
            doc = component(doc)
        return Coding(
            relevant=document.relevant,
            relevance=round(document.relevance, 4),
            language=language,
            actors=tuple(document.actors),
            statements=tuple(document.statements),
            categories=article_categories(document.statements),
            codebook=self.codebook.version,
        )


def detect(text: str) -> str:
    """The language told from the script of the first 2,000 characters: "ko", "ru", else "en"."""
    head = text[:2000]
    hangul = sum("가" <= c <= "힣" for c in head)
    cyrillic = sum("а" <= c <= "я" or "А" <= c <= "Я" for c in head)
    latin = sum(c.isascii() and c.isalpha() for c in head)
    if hangul * 3 >= max(cyrillic, latin):
        return "ko" if hangul else "en"
    return "ru" if cyrillic * 2 >= latin else "en"
