"""Learning a classifier's weights from examples.

All languages are learnt together: what the codebook's terms, rules and speakers say is the same in each, only the words
are a language's own. Needs SciPy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from pipelines.coding.categories import Judge, speaker_classes
from pipelines.coding.classifier import (
    Features,
    Passage,
    Weights,
    attribution_features,
    matter,
    sum_features,
    word_features,
    word_scale,
)
from pipelines.coding.document import Document, Speaker
from pipelines.coding.linking import Linked
from pipelines.coding.pipeline import Compiled, build
from pipelines.coding.segmentation import segment
from pipelines.coding.training.material import Coded, Example, coded_as
from schemas.actors import ActorList
from schemas.codebook import Codebook
from schemas.records import Actor

STRENGTH = 0.5  # inverse of the L2 penalty
SCALES = {"context": 0.5, "words": 2.0, "sums": 0.125}  # how far each kind of feature may reach under that penalty
LEAST = 2  # examples that must hold a feature
PRECISION, ROUNDS = 1e-6, 150  # of the optimisation: the least relative gain, the most steps
# Speakers are not always recognised, so each example is learnt from as coded and as the program finds its speaker in
# the text alone. A statement of a whole article shows what the program will see, one written alone may not.
AS_CODED, AS_FOUND, IN_ARTICLE = 1.0, 0.5, 4.0

_BLOCS = {"RU": "russia", "KP": "dprk", "KR": "rok", "JP": "japan", "CN": "china", "UA": "ukraine", "UN": "un"}
_WEST = frozenset({"US", "EU", "GB", "FR", "DE", "PL", "CA", "AU", "NO"})
_SUBJECT = ("russia", "dprk")  # an article about the subject has named both somewhere


class Sample(NamedTuple):
    """An example as features, with a weight."""

    language: str
    source: str  # of the example: "file:line", or the id of the article
    categories: frozenset[str]
    stance: str  # "" where it is not coded
    features: Features
    weight: float


class Reader:
    """Turns examples of one language into features, by the stages that code articles."""

    def __init__(self, language: str, codebook: Codebook, actors: ActorList) -> None:
        self._language = language
        self._pipeline = build(language, codebook, actors)
        self._stages = Compiled(language, codebook, actors)
        self._terms = self._stages.terms
        self._judge = Judge(codebook, self._terms)
        self._subject = sum(self._terms.bits.get(term, 0) for term in _SUBJECT)

    def samples(self, example: Example) -> Iterator[Sample]:
        """The example with its speaker as coded and as found."""
        hits = self._terms.find(example.text)
        document, linked = self._read(example.text)
        passage = Passage(example.text, self._terms.mask(hits, 0, len(example.text)))
        seen = 0
        if linked:
            first = document.attributions[0]
            begin, end = first.speaker.phrase
            found = self._terms.mask(hits, 0, begin) | self._terms.mask(hits, end, len(example.text))
            shape = _shape(first.rule, first.speaker, first.direct)
            passage = passage._replace(found=found, phrase=first.speaker.phrase, cue=first.cue, shape=shape)
            seen = speaker_classes(linked[0].actor, linked[0].occupation)
        passage = passage._replace(around=passage.found | self._subject)
        for classes, weight in ((_classes(example), AS_CODED), (seen, AS_FOUND)):
            features = self._features(passage._replace(speaker=classes))
            yield Sample(self._language, example.source, example.categories, example.stance, features, weight)

    def statements(self, coded: Coded) -> Iterator[Sample]:
        """The statements of a coded article as the program cuts them, with the speakers that it finds."""
        doc = self._pipeline.make_doc(coded["text"])
        document = doc._.coding = Document(
            coded["text"], coded.get("title", ""), self._language, coded.get("published", ""), coded.get("outlet", "")
        )
        for _, stage in self._pipeline.pipeline[:-1]:
            doc = stage(doc)
        if not document.relevant:
            return
        found = self._stages.statements.passages(
            document, doc.user_data["vostochny_linked"], doc.user_data["vostochny_hits"]
        )
        for _, _, start, end, passage in found:
            if (verdict := coded_as(coded, start, end)) is not None:
                yield Sample(self._language, coded["id"], *verdict, self._features(passage), IN_ARTICLE)

    def _features(self, passage: Passage) -> Features:
        sums, fired = self._judge.apply(passage.found, passage.speaker, passage.around)
        context = self._judge.context(passage, fired) + attribution_features(passage)
        return Features(context, word_features(matter(passage), self._language), sum_features(sums))

    def _read(self, text: str) -> tuple[Document, list[Linked]]:
        """A text alone with the attributions in it and who is behind them."""
        document = Document(text, language=self._language)
        segment(document, self._stages.language)
        self._stages.mentions.find(document)
        document.attributions = sorted(self._stages.language.attributions(document), key=lambda a: (a.start, a.end))
        return document, self._stages.linker.link(document) if document.attributions else []


def _shape(rule: str, speaker: Speaker, direct: bool) -> tuple[str, ...]:
    return rule, speaker.kind, "direct" if direct else "indirect"


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
        if sample.weight != AS_FOUND:
            counts.update(_names(sample))
    features = tuple(sorted(name for name, count in counts.items() if count >= LEAST))
    table = matrix(samples, features)
    categories = [category.id for category in codebook.categories]
    stances = [stance.id for stance in codebook.stances]
    given = np.array([[id in sample.categories for id in categories] for sample in samples], float)
    stance = np.array([[sample.stance == id for id in stances] for sample in samples], float)
    weight = np.array([sample.weight for sample in samples])
    heard = weight * given.any(axis=1) * stance.any(axis=1)
    weights, bias = _fit(table, given, stance, weight, heard)
    scale = np.array([SCALES["words" if name.startswith('"') else "context"] for name in features])
    return Model(features, weights[: len(features)] * scale[:, None], weights[len(features) :] * SCALES["sums"], bias)


def _fit(
    table: sparse.csr_matrix,
    categories: np.ndarray,
    stances: np.ndarray,
    weight: np.ndarray,
    heard: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (columns × targets) and bias: logistic losses of the categories, softmax loss of the stance, L2 penalty.

    `heard` weighs the samples for the stance.
    """
    columns, first = table.shape[1], categories.shape[1]
    targets = first + stances.shape[1]
    size = columns * targets
    across = table.T.tocsr()

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = point[:size].reshape(columns, targets), point[size:]
        scores = table @ weights + bias
        odds, logs = scores[:, :first], scores[:, first:]
        top = logs.max(axis=1, keepdims=True)
        powers = np.exp(logs - top)
        total = powers.sum(axis=1, keepdims=True)
        value = (weight[:, None] * (np.logaddexp(0, odds) - categories * odds)).sum()
        value += (heard * (np.log(total) + top - (logs * stances).sum(axis=1, keepdims=True))[:, 0]).sum()
        value += (weights * weights).sum() / (2 * STRENGTH)
        error = np.hstack(
            [
                weight[:, None] * (1 / (1 + np.exp(-np.clip(odds, -500, 500))) - categories),
                heard[:, None] * (powers / total - stances),
            ]
        )
        slope = across @ error + weights / STRENGTH
        return value, np.concatenate([slope.ravel(), error.sum(axis=0)])

    options = {"maxiter": ROUNDS, "ftol": PRECISION}
    found = minimize(loss, np.zeros(size + targets), jac=True, method="L-BFGS-B", options=options).x
    return found[:size].reshape(columns, targets), found[size:]


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
    used = {name for sample in samples if sample.language == language for name in _names(sample)}
    keep = [i for i, name in enumerate(model.features) if name in used]
    return Weights(
        language,
        tuple(entry.id for entry in (*codebook.categories, *codebook.stances)),
        tuple(model.features[i] for i in keep),
        model.weights[keep].astype(np.float32),
        model.sums.astype(np.float32),
        model.bias.astype(np.float32),
    )
