"""Learning a classifier's weights from examples.

All languages are learnt together: what the codebook's terms, rules and speakers say is the same in each, only the words
are a language's own. Needs scikit-learn.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from pipelines.coding.categories import Judge, class_names, speaker_classes
from pipelines.coding.classifier import Features, Weights, context_features, sum_features, word_features, word_scale
from pipelines.coding.document import Document, Speaker
from pipelines.coding.linking import Linked
from pipelines.coding.pipeline import Compiled
from pipelines.coding.segmentation import segment
from pipelines.coding.training.material import Example
from schemas.actors import ActorList
from schemas.codebook import Codebook
from schemas.records import Actor

STRENGTH = 0.5  # inverse of the L2 penalty
SCALES = {"context": 0.5, "words": 2.0, "sums": 0.25}  # how far each kind of feature may reach under that penalty
LEAST = 2  # examples that must hold a feature
# Speakers are not always recognised, so each example is learnt from as coded, as the program finds its speaker in the
# text alone, and without one.
AS_CODED, AS_FOUND, UNKNOWN = 1.0, 0.5, 0.25

_BLOCS = {"RU": "russia", "KP": "dprk", "KR": "rok", "JP": "japan", "CN": "china", "UA": "ukraine", "UN": "un"}
_WEST = frozenset({"US", "EU", "GB", "FR", "DE", "PL", "CA", "AU", "NO"})
_SUBJECT = ("russia", "dprk")  # an article about the subject has named both somewhere


class Sample(NamedTuple):
    """An example as features, with a weight."""

    example: Example
    features: Features
    weight: float


class Reader:
    """Turns examples of one language into features, by the stages that code articles."""

    def __init__(self, language: str, codebook: Codebook, actors: ActorList) -> None:
        self._language = language
        self._stages = Compiled(language, codebook, actors)
        self._terms = self._stages.terms
        self._judge = Judge(codebook, self._terms)
        self._subject = sum(self._terms.bits.get(term, 0) for term in _SUBJECT)

    def samples(self, example: Example) -> list[Sample]:
        """The example with its speaker as coded, as found and unknown."""
        speaker, linked = self._speaker(example.text)
        begin, end = speaker.phrase if speaker else (0, 0)
        hits = self._terms.find(example.text)
        found = self._terms.mask(hits, 0, begin) | self._terms.mask(hits, end, len(example.text))
        words = word_features(example.text, self._language)
        coded = _classes(example)
        seen = speaker_classes(linked.actor, linked.occupation) if linked else 0
        samples = []
        for classes, weight in ((coded, AS_CODED), (seen, AS_FOUND), (0, UNKNOWN)):
            sums, rules = self._judge.apply(found, classes, found | self._subject)
            context = context_features(class_names(classes), self._terms.names(found), [rule.id for rule in rules])
            samples.append(Sample(example, Features(context, words, sum_features(sums)), weight))
        return samples

    def _speaker(self, text: str) -> tuple[Speaker, Linked] | tuple[None, None]:
        """The first speaker whom the program finds in a text."""
        document = Document(text, language=self._language)
        segment(document, self._stages.language)
        self._stages.mentions.find(document)
        document.attributions = sorted(self._stages.language.attributions(document), key=lambda a: (a.start, a.end))
        if not document.attributions:
            return None, None
        linked = self._stages.linker.link(document)
        return document.attributions[0].speaker, linked[0]


def _classes(example: Example) -> int:
    bloc = "west" if example.country in _WEST else _BLOCS.get(example.country, "")
    group = example.occupation == "group"
    actor = Actor("", "", "", kind="group" if group else "person", country=example.country, bloc=bloc)
    return speaker_classes(actor, "" if group else example.occupation)


class Model(NamedTuple):
    """What was learnt from samples of all languages."""

    features: tuple[str, ...]
    weights: np.ndarray  # features × targets
    sums: np.ndarray  # targets × targets
    bias: np.ndarray


def learn(samples: Sequence[Sample], codebook: Codebook) -> Model:
    """Fits a logistic regression for each category and one for the stance of statements with a category."""
    counts: Counter[str] = Counter()
    for sample in samples:
        if sample.weight == AS_CODED:
            counts.update(_names(sample))
    features = tuple(sorted(name for name, count in counts.items() if count >= LEAST))
    table = matrix(samples, features)
    weight = np.array([sample.weight for sample in samples])
    categories = [category.id for category in codebook.categories]
    stances = [stance.id for stance in codebook.stances]
    learnt = np.zeros((table.shape[1], len(categories) + len(stances)))
    bias = np.zeros(len(categories) + len(stances))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for i, category in enumerate(categories):
            target = np.array([category in sample.example.categories for sample in samples])
            fitted = LogisticRegression(C=STRENGTH, max_iter=300).fit(table, target, weight)
            learnt[:, i], bias[i] = fitted.coef_[0], fitted.intercept_[0]
        coded = np.array([bool(sample.example.categories) for sample in samples])
        target = np.array([stances.index(sample.example.stance) for sample in samples])
        fitted = LogisticRegression(C=STRENGTH, max_iter=300).fit(table[coded], target[coded], weight[coded])
        for row, stance in enumerate(fitted.classes_):
            learnt[:, len(categories) + stance] = fitted.coef_[row]
            bias[len(categories) + stance] = fitted.intercept_[row]
    scale = np.array([SCALES["words" if name.startswith('"') else "context"] for name in features])
    return Model(features, learnt[: len(features)] * scale[:, None], learnt[len(features) :] * SCALES["sums"], bias)


def matrix(samples: Sequence[Sample], features: Sequence[str]) -> sparse.csr_matrix:
    """The samples' features, scaled: samples × (features, then the rules' sums)."""
    index = {name: i for i, name in enumerate(features)}
    values, columns, ends = [], [], [0]
    for sample in samples:
        words = SCALES["words"] * word_scale(sample.features.words)
        for names, value in ((sample.features.context, SCALES["context"]), (sample.features.words, words)):
            known = [index[name] for name in names if name in index]
            columns += known
            values += [value] * len(known)
        ends.append(len(columns))
    named = sparse.csr_matrix((values, columns, ends), shape=(len(samples), len(features)))
    sums = np.array([sample.features.sums for sample in samples]) * SCALES["sums"]
    return sparse.hstack([named, sparse.csr_matrix(sums)]).tocsr()


def _names(sample: Sample) -> Iterable[str]:
    yield from sample.features.context
    yield from sample.features.words


def of_language(model: Model, samples: Sequence[Sample], language: str, codebook: Codebook) -> Weights:
    """The part of a model that a language uses."""
    used = {name for sample in samples if sample.example.language == language for name in _names(sample)}
    keep = [i for i, name in enumerate(model.features) if name in used]
    return Weights(
        language,
        tuple(entry.id for entry in (*codebook.categories, *codebook.stances)),
        tuple(model.features[i] for i in keep),
        model.weights[keep].astype(np.float32),
        model.sums.astype(np.float32),
        model.bias.astype(np.float32),
    )
