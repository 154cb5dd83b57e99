"""Words of a query in Korean, Russian and English, each by the stems of its language."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query
from pymorphy3 import MorphAnalyzer

from connectors.elasticsearch.filters import any_of
from schemas.failures import Failure
from schemas.indices import STEMMED

MAX_TERMS = 50  # of a query

SEARCHED: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "statements": MappingProxyType({"statement.text": 3, "article.title": 1, "actor.name": 2, "actor.surface": 2}),
        "articles": MappingProxyType({"article.title": 2, "article.text": 1}),
    }
)
"""By kind of index the fields that a query's words may stand in, with their weight."""

_NAMES = ("actor.name", "actor.surface")  # keywords, with stems in their sub-fields only
_TERM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


class Terms:
    """Turns the terms of a query into queries, each by the stems of the language that its script belongs to.

    `fields` are those that the words may stand in, with their weight.
    """

    def __init__(self, client: Elasticsearch, fields: Mapping[str, int] = SEARCHED["statements"]) -> None:
        self._client = client
        self._fields = fields

    def parse(self, text: str) -> tuple[list[Query], list[Query]]:
        """What must match and what must not.

        Raises:
            Failure: "bad_query" where there are too many words.
        """
        terms = list(_TERM.finditer(text))
        if len(terms) > MAX_TERMS:
            raise Failure("bad_query", f"the query has {len(terms)} words: shorten it to {MAX_TERMS}")
        wanted, unwanted = [], []
        for term in terms:
            phrase = term["phrase"] is not None
            words = term["phrase"] if phrase else term["word"]
            if re.search(r"\w", words):
                (unwanted if term["minus"] else wanted).append(self._term(words, phrase))
        return wanted, unwanted

    def _term(self, words: str, phrase: bool) -> Query:
        if _HANGUL.search(words):
            return self._korean(words, phrase)
        if _CYRILLIC.search(words):
            return self._russian(words, phrase)
        if _EAST_ASIAN.search(words):
            # Chinese and Japanese, character by character, or the Chinese characters of a Korean headline.
            return any_of([self._match(words, "", type="phrase"), self._match(words, ".korean", operator="and")])
        return self._match(words, ".english", **({"type": "phrase"} if phrase else {"operator": "and"}))

    def _korean(self, words: str, phrase: bool) -> Query:
        if phrase:  # particles are not indexed, but they count between words
            return self._match(words, ".korean", type="phrase", slop=2)
        # nori cuts a word by what follows it: at the end of a text 김정은의 falls apart, before a noun it does not.
        carrier = f"{words} 말"
        (tokens,) = self._analyzed("korean", [carrier])
        forms = dict.fromkeys((words, " ".join(tokens[:-1]) or words))
        ways = [self._match(form, ".korean", operator="and") for form in forms]
        if len(words) > 1:  # particles and endings follow the stem: this finds what nori has cut otherwise
            ways.append(self._match(words, "", type="phrase_prefix", max_expansions=500))
        return Q("dis_max", queries=ways)

    def _russian(self, words: str, phrase: bool) -> Query:
        """By all forms of each word, since the stemmer takes поставка and поставок for two words."""
        spoken = re.findall(r"\w+", words)
        ways = [forms for forms in map(self._russian_forms, spoken) if forms]
        if not ways:
            return Q("match_all")
        if not phrase and len(ways) == 1:
            return Q("dis_max", queries=[self._match(form, ".russian") for form in ways[0]])
        intervals = [{"any_of": {"intervals": [{"match": {"query": form}} for form in forms]}} for forms in ways]
        rule = {"all_of": {"ordered": True, "max_gaps": len(spoken) - len(ways), "intervals": intervals}}
        return any_of(
            [Q("intervals", **{f"{field}.russian": {**rule, "boost": boost}}) for field, boost in self._fields.items()]
        )

    def _russian_forms(self, word: str) -> list[str]:
        """A word and those of its forms that have other stems; none for a word that says nothing (и, в)."""
        forms = [word]
        if _CYRILLIC.search(word):
            parses = [parse for parse in _morphology().parse(word.lower()) if parse.score >= 0.1]
            forms += dict.fromkeys(form.word for parse in parses for form in parse.lexeme)
        stems: dict[str, str] = {}
        analyzed = self._analyzed("russian", forms)
        for form, tokens in zip(forms, analyzed, strict=True):
            if tokens:
                stems.setdefault(" ".join(tokens), form)
        return list(stems.values()) if analyzed[0] else []

    def _analyzed(self, language: str, texts: list[str]) -> list[list[str]]:
        """The stems of each text; all are sent as one, and told apart by their offsets."""
        found: list[list[str]] = [[] for _ in texts]
        ends = list(accumulate(len(text.encode("utf-16-le")) // 2 + 1 for text in texts))  # Java's characters
        answer = self._client.indices.analyze(analyzer=STEMMED[language], text="\n".join(texts))
        for token in answer["tokens"]:
            found[bisect_right(ends, token["start_offset"])].append(token["token"])
        return found

    def _match(self, words: str, suffix: str, **options: Any) -> Query:
        """Words in any searched text, in one of its sub-fields; those that say nothing ("the") always match."""
        fields = [f"{field}{suffix}^{boost}" for field, boost in self._fields.items() if suffix or field not in _NAMES]
        return Q("multi_match", query=words, fields=fields, zero_terms_query="all", **options)


@cache
def _morphology() -> MorphAnalyzer:
    return MorphAnalyzer()
