"""Relevance: whether the bond between the two sides is a subject of the article, not a passing mention."""

from __future__ import annotations

import math

from pipelines.coding.document import Document
from pipelines.coding.terms import Hit, TermMatcher
from schemas.codebook import Codebook

_LEAD = 2  # paragraphs
_FULL = 12  # sentences: the share of sentences counts fully from here


class Relevance:
    """Scores a document by the sentences that name both sides, and by title and lead.

    A sentence that names the sides in a row with others ("Iran, Russia and North Korea") does not count as naming both.

    The features, whose weights the codebook gives under `relevance`: `title_both`, `title_one`, `lead_both`,
    `lead_bond` (0 or 1), `bond_sentences` (up to 4), `share_both` and `share_each` (0 to 1; the latter of the side
    named in fewer sentences), `pair` (up to 2), `unbonded` (no word of the bond in title and text: 0 or 1).
    """

    def __init__(self, codebook: Codebook, terms: TermMatcher) -> None:
        settings = codebook.relevance
        self._terms = terms
        self._sides = [self._mask(side) for side in settings["sides"]]
        self._bond = 0
        for bond in settings["bond"]:
            self._bond |= self._mask(bond)
        self._pair = self._mask(settings["bond"][0])
        self._others = 0
        for other in settings["others"]:
            self._others |= self._mask(other)
        self._prior = settings["prior"]
        self._weights = settings["weights"]
        self.threshold = settings["threshold"]

    def _mask(self, names: str) -> int:
        mask = 0
        for name in names.split("|"):
            mask |= self._terms.bits[name]
        return mask

    def touches(self, mask: int) -> bool:
        """Whether terms of both sides are among the bits."""
        return all(side & mask for side in self._sides)

    def score(self, document: Document, hits: list[Hit]) -> float:
        """The probability that the document is relevant. Reads paragraphs, sentences and title."""
        title = self._title(document.title)
        lead_end = document.paragraphs[min(_LEAD, len(document.paragraphs)) - 1][1] if document.paragraphs else 0
        everything = 0
        both = bonds = pairs = 0
        each = [0] * len(self._sides)
        lead = 0
        i = 0
        for sentence in document.sentences:
            mask = 0
            while i < len(hits) and hits[i].start < sentence.end:
                mask |= 1 << hits[i].term
                i += 1
            everything |= mask
            for n, side in enumerate(self._sides):
                each[n] += bool(side & mask)
            if self.touches(mask) and not self._others & mask:
                both += 1
                bonded = bool(self._bond & mask)
                bonds += bonded
                if sentence.start < lead_end:
                    lead |= 1 | bonded << 1
            pairs += bool(self._pair & mask and not self._others & mask)
        if not self.touches(everything | title):
            return 0.0
        sides = sum(bool(side & title) for side in self._sides)
        features = {
            "title_both": float(sides == len(self._sides)),
            "title_one": float(0 < sides < len(self._sides)),
            "lead_both": float(lead & 1),
            "lead_bond": float(lead >> 1),
            "bond_sentences": float(min(bonds, 4)),
            "share_both": both / max(len(document.sentences), _FULL),
            "share_each": min(each) / max(len(document.sentences), _FULL),
            "pair": float(min(pairs, 2)),
            "unbonded": float(not self._bond & (everything | title)),
        }
        total = self._prior + sum(weight * features[name] for name, weight in self._weights.items())
        return 1.0 / (1.0 + math.exp(-total))

    def _title(self, title: str) -> int:
        return self._terms.mask(self._terms.find(title), 0, len(title)) if title else 0
