"""Categories and stance: what a statement says, by the codebook's rules."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from pipelines.coding.classifier import Classifier, Features, Known, Passage, context_features
from pipelines.coding.terms import TermMatcher
from schemas.codebook import SPEAKER_CLASSES, Codebook
from schemas.records import Actor, Score

# On the stance rules and classifier are heard together: either alone errs more often than both.
_RULES, _LEARNT = 0.5, 0.5

CLASS_BITS = {name: 1 << i for i, name in enumerate(sorted(SPEAKER_CLASSES))}

_BY_COUNTRY = {
    "RU": "russia",
    "KP": "dprk",
    "CN": "china",
    "KR": "rok",
    "US": "us",
    "JP": "japan",
    "UA": "ukraine",
    "UN": "un",
}
_BY_OCCUPATION = {
    "official": "official",
    "military": "official",
    "ministry": "official",
    "international": "official",
    "state": "official",
    "politician": "politician",
    "party": "politician",
    "scholar": "scholar",
    "institute": "scholar",
    "former": "scholar",
    "journalist": "journalist",
    "activist": "activist",
    "association": "activist",
    "religious": "activist",
    "business": "unknown",
    "company": "unknown",
    "agency": "medium",
    "newspaper": "medium",
    "broadcaster": "medium",
    "magazine": "medium",
    "medium": "medium",
}


def speaker_classes(actor: Actor, occupation: str) -> int:
    """The codebook's speaker classes of an actor, as bits.

    `occupation` is one of schemas.actors.OCCUPATIONS, "former" for an official out of office, or what
    `Language.register` read from the text.
    """
    classes = {_BY_OCCUPATION.get(occupation, "")} - {""}
    country = _BY_COUNTRY.get(actor.country, "")
    if not country:
        country = {"russia": "russia", "dprk": "dprk", "un": "un", "west": "west"}.get(actor.bloc, "")
    if country:
        classes.add(country)
    if actor.bloc == "west" or actor.country == "EU":
        classes.add("west")
    if actor.kind == "group":
        classes.add("group")
    if not classes - {"west", *_BY_COUNTRY.values()}:
        classes.add("unknown")
    voice = classes & {"official", "politician", "medium"}
    if actor.bloc in ("russia", "dprk") and voice:
        classes.add("moscow" if actor.bloc == "russia" else "pyongyang")
        if "medium" in classes:
            classes.add("state_medium")
    if country == "china" and voice:
        classes.add("beijing")
    if country == "rok" and "official" in classes:
        classes.add("seoul")
    if occupation == "former":
        classes.add("former")
    if occupation == "former" or classes & {"official", "politician", "activist", "medium"}:
        classes.add("public")
    mask = 0
    for name in classes:
        mask |= CLASS_BITS[name]
    return mask


@lru_cache(maxsize=1024)
def class_names(mask: int) -> tuple[str, ...]:
    """The speaker classes whose bits are set."""
    return tuple(name for name, bit in CLASS_BITS.items() if bit & mask)


class Judgement(NamedTuple):
    categories: tuple[Score, ...]  # those that apply, the most probable first
    stance: str
    stance_score: float
    rules: tuple[str, ...]  # ids of the rules that fired and weigh on a chosen category or the stance
    terms: int  # the bits of the terms behind those rules
    learnt: dict[str, Known]  # by category and stance: the features that the classifier judged by, for `Judge.causes`


class _Rule(NamedTuple):
    id: str
    all: tuple[int, ...]
    around: tuple[int, ...]
    none: int
    speaker: int
    not_speaker: int
    weights: tuple[tuple[int, float], ...]
    terms: int


class Judge:
    """Applies a codebook's rules to the terms that stand in a statement, for its speaker.

    With a classifier its scores take the place of the rules' sums, which it has among its features, for the
    categories that it has learnt, and for the stance where it has learnt all of them.
    """

    def __init__(self, codebook: Codebook, terms: TermMatcher, classifier: Classifier | None = None) -> None:
        self._terms = terms
        self._categories = codebook.categories
        self._stances = codebook.stances
        self._default = codebook.default_stance
        self.nothing = Judgement((), codebook.default_stance, 1.0, (), 0, {})  # of a statement without content
        targets = [*(c.id for c in codebook.categories), *(s.id for s in codebook.stances)]
        self._priors = [*(c.prior for c in codebook.categories), *(s.prior for s in codebook.stances)]
        number = {id: i for i, id in enumerate(targets)}
        self._stance_weights = [[(number[id], weight) for id, weight in c.stance] for c in codebook.categories]

        def bits(ids, table) -> int:
            mask = 0
            for id in ids:
                mask |= table.get(id, 0)
            return mask

        self._fallback = codebook.fallback.threshold
        self._not_fallback = bits(codebook.fallback.none, terms.bits)
        self._rules = []
        for rule in codebook.rules:
            groups = tuple(bits(group, terms.bits) for group in rule.all)
            self._rules.append(
                _Rule(
                    rule.id,
                    groups,
                    tuple(bits(group, terms.bits) for group in rule.around),
                    bits(rule.none, terms.bits),
                    bits(rule.speaker, CLASS_BITS),
                    bits(rule.not_speaker, CLASS_BITS),
                    tuple((number[id], weight) for id, weight in rule.weights),
                    bits((id for group in rule.all for id in group), terms.bits),
                )
            )

        self._classifier = classifier
        self._learnt: list[int] = []  # the classifier's target for each of ours
        if classifier:
            theirs = {id: i for i, id in enumerate(classifier.weights.targets)}
            self._learnt = [theirs.get(id, -1) for id in targets]
            self._own = [number.get(id, -1) for id in classifier.weights.targets]
            if -1 in self._learnt[len(self._categories) :]:
                self._learnt[len(self._categories) :] = [-1] * len(self._stances)

    def apply(self, found: int, speaker: int, around: int) -> tuple[list[float], list[_Rule]]:
        """The sums of the rules' weights, for categories and then stances, and the rules that fired."""
        sums = self._priors.copy()
        fired = []
        for rule in self._rules:
            if rule.none & found or rule.not_speaker & speaker or (rule.speaker and not rule.speaker & speaker):
                continue
            for group in rule.all:
                if not group & found:
                    break
            else:
                if rule.around and not all(group & around for group in rule.around):
                    continue
                fired.append(rule)
                for target, weight in rule.weights:
                    sums[target] += weight
        return sums, fired

    def judge(self, passage: Passage) -> Judgement:
        """Categories and stance of a statement."""
        found = passage.found
        sums, fired = self.apply(found, passage.speaker, passage.around)
        first_stance = len(self._categories)
        features = None
        if self._classifier:
            features = self._features(passage, fired, sums)
            known = self._classifier.known(features)
            scores = self._classifier.score(features, known).tolist()
            for i, target in enumerate(self._learnt):
                if target >= 0:
                    sums[i] = scores[target] if i < first_stance else sums[i] * _RULES + scores[target] * _LEARNT
        chosen = []
        targets = set()
        for i, category in enumerate(self._categories):
            probability = 1.0 / (1.0 + math.exp(-sums[i]))
            if probability >= category.threshold:
                chosen.append(Score(category.id, round(probability, 4)))
                targets.add(i)
                for target, weight in self._stance_weights[i]:
                    sums[target] += weight
        if not chosen and self._fallback < 1 and not found & self._not_fallback:
            top = max(range(first_stance), key=sums.__getitem__)
            probability = 1.0 / (1.0 + math.exp(-sums[top]))
            if probability >= self._fallback:
                chosen.append(Score(self._categories[top].id, round(probability, 4)))
                targets.add(top)
                for target, weight in self._stance_weights[top]:
                    sums[target] += weight
        chosen.sort(key=lambda score: -score.score)
        weights = [math.exp(value) for value in sums[first_stance:]]
        best = max(range(len(weights)), key=weights.__getitem__)
        if chosen:
            stance, score = self._stances[best].id, weights[best] / sum(weights)
            targets.add(first_stance + best)
        else:
            stance, score = self._default, 1.0
        reasons = [rule for rule in fired if any(weight > 0 and target in targets for target, weight in rule.weights)]
        terms = 0
        for rule in reasons:
            terms |= rule.terms
        learnt = {}
        if features:
            for target in sorted(targets):
                if (theirs := self._learnt[target]) >= 0:
                    learnt[self._classifier.weights.targets[theirs]] = known
        return Judgement(
            tuple(chosen), stance, round(score, 4), tuple(rule.id for rule in reasons), terms & found, learnt
        )

    def causes(self, judgement: Judgement) -> dict[str, list[tuple[str, float]]]:
        """By category and stance the classifier's features that weigh most, none where the rules judged alone."""
        if not self._classifier:
            return {}
        number = self._classifier.weights.targets.index
        return {id: self._classifier.causes(known, number(id)) for id, known in judgement.learnt.items()}

    def context(self, passage: Passage, fired: list[_Rule]) -> list[str]:
        """The classifier's features of a statement besides its wording: speaker, terms, rules that fired."""
        rules = [rule.id for rule in fired]
        return context_features(class_names(passage.speaker), self._terms.names(passage.found), rules)

    def _features(self, passage: Passage, fired: list[_Rule], sums: list[float]) -> Features:
        theirs = [sums[own] if own >= 0 else 0.0 for own in self._own]
        return self._classifier.features(passage, self.context(passage, fired), theirs)


def article_categories(statements) -> tuple[Score, ...]:
    """The article's categories: each category of its statements, with the highest of their scores."""
    best: dict[str, float] = {}
    for statement in statements:
        for category in statement.categories:
            best[category.id] = max(best.get(category.id, 0.0), category.score)
    return tuple(Score(id, score) for id, score in sorted(best.items(), key=lambda item: -item[1]))
