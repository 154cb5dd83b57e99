"""Relevance: whether the bond between the two sides is a subject of the article, not a passing mention."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from pipelines.coding.classifier import Weights, load, stems
from pipelines.coding.document import Document
from pipelines.coding.terms import Hit, TermMatcher
from pipelines.coding.text import lowered, plain
from schemas.codebook import Codebook
from schemas.failures import Failure

_LEAD = 2  # paragraphs
_FULL = 8  # sentences: shares count fully from here
_MANY = 4  # sentences: more add nothing

FEATURES = (
    "title_both",  # the title names both sides
    "title_one",  # one side
    "title_hinted",  # both, one of them or both only by a hint: officials, places, "the front"
    "title_matter",  # goods or the theme, and a side
    "title_off",  # another subject: weather, sport …, or one side's own affairs
    "title_others",  # a state that is often listed with the sides
    "lead_both",  # a sentence of the first two paragraphs names both
    "lead_bond",  # and a word of their bond
    "lead_theme",  # a sentence of the lead has the theme and a side
    "lead_apart",  # title and lead name both, but never in one sentence
    "lead_off",  # share of the lead's sentences on another subject
    "bond_sentences",  # sentences that name both and a word of the bond: 1 from four
    "goods_sentences",  # sentences that name both and goods: 1 from four
    "share_both",  # share of the sentences that name both
    "pair",  # the pair by its own name: 1 from two sentences
    "carried",  # one side with the bond's matter, the other in the sentence before: 1 from four
    "theme",  # words that are used of this bond alone: 1 from four sentences
    "share_theme",
    "theme_near",  # theme or goods where the second side was named last: 1 from four sentences
    "front_troops",  # troops of the second side at the first side's front: 1 from two sentences
    "share_goods",  # share of the sentences with goods or the theme
    "share_off",  # share of the sentences on another subject
    "share_alone",  # on one side's own affairs: tests, drills, air raids
    "share_others",  # that name a third state
    "passing",  # no more than one sentence with both, and one side named once at most
    "one_side",  # a side is neither named nor hinted at
    "wording",  # what the sentences' words and terms say by learnt weights (`Wording`): mean of the log odds
    "wording_title",  # the title's; the first sentence's where there is none
    "wording_first",  # the first sentence's
    "wording_strongest",  # the strongest sentence's
    "wording_three",  # the mean of the strongest three
    "wording_share",  # share of the sentences whose wording speaks for it
)

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_TERM = 0.3  # what a term counts for in a sentence, beside its words
_SIDES = 0.5  # and which sides it names
_EXTREME = 6.0  # log odds: more says no more
_CACHED = 1 << 16  # words

SIDES = ("both", "carried", "first", "second", "neither")  # named in a sentence; carried: the other in the one before


def wording_features(text: str, language: str, terms: list[str], sides: str) -> dict[str, float]:
    """A sentence as learnt weights see it: its stems, its terms, and both with the sides (`SIDES`) that it names."""
    tokens = set(_TOKEN.findall(lowered(plain(text))))
    scale = max(1, len(tokens)) ** -0.5
    found: dict[str, float] = {}
    for token in sorted(tokens):
        for stem in stems(token, language):
            found[stem] = found.get(stem, 0.0) + scale
    found[f"sides {sides}"] = _SIDES
    for term in terms:
        found[f"term {term}"] = found[f"{sides} + {term}"] = _TERM
    return found


class Wording:
    """Scores sentences by learnt weights of words and terms; what `wording_features` names, without the names."""

    def __init__(self, weights: Weights, terms: TermMatcher) -> None:
        known = dict(zip(weights.features, weights.weights[:, 0].tolist(), strict=True))
        self._known = known
        self._language = weights.language
        self._bias = float(weights.bias[0])
        self._tokens: dict[str, float] = {}
        self._sides = {
            sides: (
                _SIDES * known.get(f"sides {sides}", 0.0),
                [_TERM * (known.get(f"term {id}", 0.0) + known.get(f"{sides} + {id}", 0.0)) for id in terms.ids],
            )
            for sides in SIDES
        }

    def score(self, low: str, mask: int, sides: str) -> float:
        """Log odds that a sentence is about the bond, 0 at most where it names neither side.

        `low`: the sentence in lower case, plain; `mask`: its terms (bits); `sides`: of `SIDES`.
        """
        total, by_term = self._sides[sides]
        total += self._bias
        while mask:
            bit = mask & -mask
            total += by_term[bit.bit_length() - 1]
            mask ^= bit
        tokens = set(_TOKEN.findall(low))
        if tokens:
            cache = self._tokens
            words = 0.0
            for token in tokens:
                weight = cache.get(token)
                words += self._weight(token) if weight is None else weight
            total += words * len(tokens) ** -0.5
        return min(max(total, -_EXTREME), 0.0 if sides == "neither" else _EXTREME)

    def _weight(self, token: str) -> float:
        if len(self._tokens) >= _CACHED:
            self._tokens.clear()
        known = self._known
        weight = self._tokens[token] = sum(known.get(stem, 0.0) for stem in stems(token, self._language))
        return weight


class Relevance:
    """Scores a document by the terms of its sentences, title and lead.

    The features (`FEATURES`, those of wording -6 to 6, the others 0 to 1) are weighted by the codebook, under
    `relevance`, which also names the groups of terms that they look for. A sentence that names the sides in a row with
    others ("Iran, Russia and North Korea") does not count as naming both. `wording` judges the sentences' words; by
    default it is read from the codebook's file for the language, where it has one. Raises Failure("bad_codebook") for
    a weight of an unknown feature.
    """

    def __init__(self, codebook: Codebook, terms: TermMatcher, language: str, wording: Wording | None = None) -> None:
        settings = codebook.relevance
        self._terms = terms
        path = settings["words"].get(language)
        self._wording = Wording(load(path), terms) if wording is None and path else wording
        self._sides = tuple(self._mask(side) for side in settings["sides"])
        hints = settings["hints"] or ("",) * len(self._sides)
        self._hinted = tuple(side | self._mask(hint) for side, hint in zip(self._sides, hints, strict=True))
        self._pair = self._mask(settings["bond"][0])
        groups = ("bond", "meeting", "goods", "troops", "front", "theme", "together", "others", "off", "alone")
        for group in groups:
            setattr(self, f"_{group}", self._masks(settings[group]))
        self._goods |= self._troops
        self._prior = settings["prior"]
        if unknown := settings["weights"].keys() - set(FEATURES):
            raise Failure(
                "bad_codebook",
                f"{codebook.source}: relevance: no feature {min(unknown)!r}; there are {', '.join(FEATURES)}",
            )
        self._weights = tuple(settings["weights"].items())
        self.threshold = settings["threshold"]

    def _mask(self, names: str) -> int:
        mask = 0
        for name in names.split("|") if names else ():
            mask |= self._terms.bits.get(name, 0)
        return mask

    def _masks(self, groups: tuple[str, ...]) -> int:
        mask = 0
        for group in groups:
            mask |= self._mask(group)
        return mask

    def score(self, document: Document, hits: list[Hit]) -> float:
        """The probability that the document is relevant. Reads paragraphs, sentences and title."""
        found = self.features(document, hits)
        if found is None:
            return 0.0
        total = self._prior + sum(weight * found[name] for name, weight in self._weights)
        return 1.0 / (1.0 + math.exp(-total))

    def features(self, document: Document, hits: list[Hit]) -> dict[str, float] | None:
        """The features by name; None where a side is missing and nothing of the theme makes up for it."""
        title = self._terms.mask(self._terms.find(document.title), 0, len(document.title)) if document.title else 0
        masks = by_sentence(document, hits)
        everything = title
        for mask in masks:
            everything |= mask
        (first, second), (near_first, near_second) = self._sides, self._hinted
        near = near_first | near_second
        sided = bool(everything & near_first and everything & near_second)
        if not sided and not (everything & self._theme or (title & self._goods and title & near)):
            return None
        theme, goods, others = self._theme, self._goods, self._others
        matter = goods | theme
        weighty = matter | self._bond & self._meeting | self._pair
        off = self._off | self._alone
        lead_end = document.paragraphs[min(_LEAD, len(document.paragraphs)) - 1][1] if document.paragraphs else 0
        both = bonds = traded = pairs = carried = themes = themes_near = at_front = 0
        matters = offs = lead_offs = alones = thirds = leads = firsts = seconds = 0
        lead, last = title, title
        lead_both = lead_bond = lead_theme = False
        for sentence, mask in zip(document.sentences, masks, strict=True):
            in_lead = sentence.start < lead_end
            if in_lead:
                leads += 1
                lead |= mask
            if not mask:
                continue
            names_first, names_second = bool(mask & first), bool(mask & second)
            hints_first, hints_second = bool(mask & near_first), bool(mask & near_second)
            listed = bool(mask & others)
            bonded = bool(mask & self._bond)
            firsts += names_first
            seconds += names_second
            if names_first and names_second:
                if not listed:
                    both += 1
                    bonds += bonded
                    traded += bool(mask & goods)
                    if in_lead:
                        lead_both = True
                        lead_bond |= bonded
            elif hints_first and hints_second:
                carried += bonded and not listed
            elif mask & weighty and (
                (hints_first and last & near_second)
                or (hints_second and last & near_first)
                or (mask & self._together and last & near)
            ):
                carried += 1
            if mask & theme:
                themes += 1
                lead_theme |= in_lead and bool(mask & near)
            if mask & matter:
                matters += 1
                themes_near += bool((mask | last) & near_second and everything & near_first)
            at_front += bool(hints_second and mask & self._troops and mask & (near_first | self._front))
            offs += bool(mask & self._off)
            lead_offs += in_lead and bool(mask & self._off)
            alones += bool(mask & self._alone)
            thirds += listed
            pairs += bool(mask & self._pair) and not listed
            if mask & near:
                last = mask
        length = max(1, len(masks))
        full = max(length, _FULL)
        in_title = sum(bool(title & side) for side in self._sides)
        return {
            "title_both": float(in_title == 2),
            "title_one": float(in_title == 1),
            "title_hinted": float(in_title < 2 and bool(title & near_first and title & near_second)),
            "title_matter": float(sided and bool(title & matter and title & near)),
            "title_off": float(bool(title & off)),
            "title_others": float(bool(title & others)),
            "lead_both": float(lead_both),
            "lead_bond": float(lead_bond),
            "lead_theme": float(lead_theme),
            "lead_apart": float(not lead_both and bool(lead & first and lead & second)),
            "lead_off": lead_offs / max(1, leads),
            "bond_sentences": min(bonds, _MANY) / _MANY,
            "goods_sentences": min(traded, _MANY) / _MANY,
            "share_both": both / full,
            "pair": min(pairs, 2) / 2,
            "carried": min(carried, _MANY) / _MANY * sided,
            "theme": min(themes, _MANY) / _MANY,
            "share_theme": themes / full,
            "theme_near": min(themes_near, _MANY) / _MANY,
            "front_troops": min(at_front, 2) / 2,
            "share_goods": matters / full * sided,
            "share_off": offs / length,
            "share_alone": alones / length,
            "share_others": thirds / length,
            "passing": float(both <= 1 and min(firsts, seconds) <= 1),
            "one_side": float(not sided),
            **self._worded(document, title, masks),
        }

    def sides(self, mask: int, before: int) -> str:
        """Which sides (of `SIDES`) a sentence of these terms names; `before`: the terms of the last one that did."""
        (first, second), (near_first, near_second) = self._sides, self._hinted
        if mask & first and mask & second:
            return "both"
        around = mask | before
        if around & near_first:
            return "carried" if around & near_second else "first"
        return "second" if around & near_second else "neither"

    def sentences(self, document: Document, title: int, masks: list[int]) -> Iterator[tuple[int, int, int, str]]:
        """Start, end, terms (bits) and sides of each sentence; `title`: the title's terms."""
        near = self._hinted[0] | self._hinted[1]
        last = title
        for sentence, mask in zip(document.sentences, masks, strict=True):
            yield sentence.start, sentence.end, mask, self.sides(mask, last)
            if mask & near:
                last = mask

    def _worded(self, document: Document, title: int, masks: list[int]) -> dict[str, float]:
        """The features of wording; 0 where nothing was learnt."""
        wording = self._wording
        low = lowered(plain(document.text))
        scores = (
            [
                wording.score(low[start:end], mask, sides)
                for start, end, mask, sides in self.sentences(document, title, masks)
            ]
            if wording
            else []
        )
        if not wording or not scores:
            return dict.fromkeys((name for name in FEATURES if name.startswith("wording")), 0.0)
        first = scores[0]
        head = wording.score(lowered(plain(document.title)), title, self.sides(title, 0)) if document.title else first
        strongest = sorted(scores, reverse=True)[:3]
        return {
            "wording": sum(scores) / len(scores),
            "wording_title": head,
            "wording_first": first,
            "wording_strongest": strongest[0],
            "wording_three": sum(strongest) / len(strongest),
            "wording_share": sum(score > 0 for score in scores) / len(scores),
        }


def by_sentence(document: Document, hits: list[Hit]) -> list[int]:
    """The terms (bits) of each sentence."""
    masks = []
    i, size = 0, len(hits)
    for sentence in document.sentences:
        mask = 0
        while i < size and hits[i].start < sentence.end:
            mask |= 1 << hits[i].term
            i += 1
        masks.append(mask)
    return masks
