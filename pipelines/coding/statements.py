"""Statements: attributed stretches with their speaker, judged by the codebook, in readable sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pipelines.coding.attribution import LONGEST, pieces
from pipelines.coding.categories import Judge, Judgement, speaker_classes
from pipelines.coding.classifier import Classifier, Passage
from pipelines.coding.document import Attribution, Document
from pipelines.coding.linking import Linked
from pipelines.coding.terms import Hit, TermMatcher
from schemas.codebook import Codebook
from schemas.records import Statement

# Who has a position without a verb of speech ("Thorne sees the worst to come"); of others it would be a deed.
_LEAST_WORDS = 6
_LEAST_LENGTH = 40  # characters, which is as many words in languages that write them together
_OPINION = frozenset({"scholar", "former", "journalist", "activist", ""})


class StatementMaker:
    def __init__(self, codebook: Codebook, terms: TermMatcher, classifier: Classifier | None = None) -> None:
        self._terms = terms
        self._judge = Judge(codebook, terms, classifier)

    def make(self, document: Document, linked: list[Linked], hits: list[Hit]) -> None:
        """Fills `document.statements` from the attributions and the actors behind them."""
        made: list[_Draft] = []
        for attribution, speaker, start, end, passage in self.passages(document, linked, hits):
            if passage.found or _says_something(document.text, start, end, attribution):
                judgement = self._judge.judge(passage)
            else:
                judgement = self._judge.nothing
            draft = _Draft(attribution, speaker, start, end, passage.found, passage.speaker, judgement)
            if not (made and made[-1].absorb(draft, document)):
                made.append(draft)
        document.statements = [self._statement(document, draft, hits) for draft in made]

    def passages(
        self, document: Document, linked: list[Linked], hits: list[Hit]
    ) -> Iterator[tuple[Attribution, Linked, int, int, Passage]]:
        """The stretches that are judged, with what they are judged by."""
        mask = self._terms.mask
        title = mask(self._terms.find(document.title), 0, len(document.title)) if document.title else 0
        for attribution, speaker in zip(document.attributions, linked, strict=True):
            if attribution.speaker.kind == "pronoun" and not speaker.actor.kind:
                continue  # "it" with nobody to stand for
            if attribution.rule == "position" and speaker.occupation not in _OPINION:
                continue
            classes = speaker_classes(speaker.actor, speaker.occupation)
            shape = (attribution.rule, attribution.speaker.kind, "direct" if attribution.direct else "indirect")
            for start, end in pieces(document, attribution.start, attribution.end):
                text = document.text[start:end]
                if not text.strip():
                    continue
                phrase = attribution.speaker.phrase
                found = self._found(hits, start, end, phrase)
                first, last = (
                    document.sentences[max(document.sentence_at(at), 0)].paragraph for at in (start, end - 1)
                )
                begin, stop = document.paragraphs[first][0], document.paragraphs[last][1]
                inside = start <= phrase[0] < phrase[1] <= end
                passage = Passage(
                    text,
                    found,
                    classes,
                    title | mask(hits, begin, stop),
                    (phrase[0] - start, phrase[1] - start) if inside else (0, 0),
                    attribution.cue,
                    shape,
                )
                yield attribution, speaker, start, end, passage

    def _found(self, hits: list[Hit], start: int, end: int, phrase: tuple[int, int]) -> int:
        """The terms in [start, end), without those in the noun phrase that names the speaker."""
        if start <= phrase[0] < phrase[1] <= end:
            return self._terms.mask(hits, start, phrase[0]) | self._terms.mask(hits, phrase[1], end)
        return self._terms.mask(hits, start, end)

    def _statement(self, document: Document, draft: _Draft, hits: list[Hit]) -> Statement:
        attribution, judgement = draft.attribution, draft.judgement
        source = attribution.source
        reasons = {
            "cue": attribution.cue,
            "attribution": attribution.rule,
            "speaker": attribution.speaker.kind,
            "linked": "list" if draft.speaker.actor.id else "text",
            "rules": judgement.rules,
            "terms": self._terms.words(document.text, hits, draft.start, draft.end, judgement.terms),
            "learnt": self._judge.causes(judgement),
        }
        return Statement(
            speaker=draft.speaker.actor,
            start=draft.start,
            end=draft.end,
            text=document.text[draft.start : draft.end],
            direct=draft.direct,
            categories=judgement.categories,
            stance=judgement.stance,
            stance_score=judgement.stance_score,
            reported_by=(source.name or source.role) if source else "",
            explanation=json.dumps(reasons, ensure_ascii=False),
        )


def _says_something(text: str, start: int, end: int, attribution: Attribution) -> bool:
    """Whether more is left of a stretch than a word or two beside speaker and cue ("Not so fast, says X.")."""
    first, last = attribution.speaker.phrase
    said = f"{text[start:first]} {text[last:end]}" if start <= first < last <= end else text[start:end]
    return len(said.split()) - len(attribution.cue.split()) >= _LEAST_WORDS or len(said) > _LEAST_LENGTH


class _Draft:
    """A statement in the making."""

    __slots__ = ("attribution", "classes", "direct", "end", "found", "judgement", "speaker", "start")

    def __init__(
        self,
        attribution: Attribution,
        speaker: Linked,
        start: int,
        end: int,
        found: int,
        classes: int,
        judgement: Judgement,
    ) -> None:
        self.attribution = attribution
        self.speaker = speaker
        self.start = start
        self.end = end
        self.found = found
        self.classes = classes
        self.judgement = judgement
        self.direct = attribution.direct

    def absorb(self, other: _Draft, document: Document) -> bool:
        """Takes in the next statement where the same speaker goes on with the same point; says whether it did."""
        mine, theirs = self.speaker.actor, other.speaker.actor
        if (mine.id, mine.name) != (theirs.id, theirs.name) or other.end - self.start > LONGEST:
            return False
        if document.text[self.end : other.start].strip():
            return False
        if {c.id for c in self.judgement.categories} != {c.id for c in other.judgement.categories}:
            return False
        if self.judgement.categories and self.judgement.stance != other.judgement.stance:
            return False
        self.end = max(self.end, other.end)
        self.found |= other.found
        self.direct = self.direct or other.direct
        best = {c.id: c for c in other.judgement.categories}
        categories = tuple(max(c, best[c.id], key=lambda score: score.score) for c in self.judgement.categories)
        self.judgement = self.judgement._replace(
            categories=categories,
            rules=tuple(dict.fromkeys((*self.judgement.rules, *other.judgement.rules))),
            terms=self.judgement.terms | other.judgement.terms,
            learnt={**other.judgement.learnt, **self.judgement.learnt},
        )
        return True
