"""Figures of agreement, with bootstrap confidence intervals over documents.

Every figure is a function of counts that can be summed over documents, so that all resamples are taken at once: a
matrix of how often each resample holds each document, times the counts. Arrays here have the resample first.

Sources: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), for alpha; Passonneau, "Measuring Agreement
on Set-valued Items (MASI)" (LREC 2006), for the distance between sets of categories; Cohen, "A Coefficient of Agreement
for Nominal Scales" (1960), for kappa; Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13, for
percentile intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from pipelines.evaluation.matching import NONE, Comparison

RESAMPLES = 1000
CONFIDENCE = 0.95

Labels = frozenset[str]


class Tally(NamedTuple):
    """Counts by document, or by resample; C categories, S stances, L different sets of categories."""

    documents: np.ndarray  # (…)
    relevance: np.ndarray  # (…, 2): right, judged
    attribution: np.ndarray  # (…, 3): right, false, missed
    categories: np.ndarray  # (…, C, 3)
    document_categories: np.ndarray  # (…, 3)
    speakers: np.ndarray  # (…, 2): the same, of statements that both have
    stances: np.ndarray  # (…, S, S): the coder's, the program's
    labels: np.ndarray  # (…, L, L): likewise

    def resampled(self, resamples: int, seed: int) -> Tally:
        """All documents once, then `resamples` times as many documents drawn with replacement."""
        n = len(self.documents)
        drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), resamples) if n else np.zeros((0, 0))
        weights = np.vstack([np.ones((1, n)), drawn])
        return Tally(*(np.tensordot(weights, counts, axes=1) for counts in self))


class Legend(NamedTuple):
    """What the axes of a tally stand for."""

    categories: tuple[str, ...]
    stances: tuple[str, ...]
    labels: tuple[Labels, ...]


def tally(comparisons: Sequence[Comparison], categories: Iterable[str], stances: Iterable[str]) -> tuple[Legend, Tally]:
    """Counts by document; `categories` and `stances` give the order of those that occur."""
    used = {id for c in comparisons for id in c.categories}
    used |= {id for c in comparisons for pair in c.labels for labels in pair for id in labels}
    said = {stance for c in comparisons for pair in c.stances for stance in pair}
    legend = Legend(
        tuple(_ordered(used, categories)),
        tuple(_ordered(said, (*stances, NONE))),
        tuple(sorted({labels for c in comparisons for pair in c.labels for labels in pair}, key=sorted)),
    )
    n, c, s, m = len(comparisons), *map(len, legend)
    counts = Tally(*map(np.zeros, ((n,), (n, 2), (n, 3), (n, c, 3), (n, 3), (n, 2), (n, s, s), (n, m, m))))
    counts.documents[:] = 1
    category, stance, labels = ({id: i for i, id in enumerate(ids)} for ids in legend)
    for i, compared in enumerate(comparisons):
        counts.relevance[i] = compared.relevance
        counts.attribution[i] = compared.attribution
        counts.document_categories[i] = compared.document_categories
        counts.speakers[i] = compared.speakers
        for id, found in compared.categories.items():
            counts.categories[i, category[id]] = found
        for one, other in compared.stances:
            counts.stances[i, stance[one], stance[other]] += 1
        for one, other in compared.labels:
            counts.labels[i, labels[one], labels[other]] += 1
    return legend, counts


def _ordered(ids: set[str], known: Iterable[str]) -> list[str]:
    first = [id for id in dict.fromkeys(known) if id in ids]
    return first + sorted(ids.difference(first))


def accuracy_figures(legend: Legend, counts: Tally) -> dict[str, np.ndarray]:
    """How well the program does, by the name of the figure.

    A share of nothing is 0, but of documents none of which was judged as a whole NaN.
    """
    figures = {"relevance_accuracy": _ratio(counts.relevance[:, 0], counts.relevance[:, 1])}
    figures |= _prf("attribution", counts.attribution)
    figures |= _prf("categories_micro", counts.categories.sum(axis=1))
    by_category = [_prf(f"per_category.{id}", counts.categories[:, i]) for i, id in enumerate(legend.categories)]
    coded = counts.categories[:, :, 0] + counts.categories[:, :, 2] > 0
    f1 = _f1(counts.categories)[2]
    figures["categories_macro_f1"] = _share((f1 * coded).sum(axis=1), coded.sum(axis=1))
    for one in by_category:
        figures |= one
    total = counts.stances.sum(axis=(1, 2))
    figures["stance_accuracy"] = _share(np.trace(counts.stances, axis1=1, axis2=2), total)
    judged = counts.relevance[:, 1] > 0
    for name, figure in _prf("document_categories", counts.document_categories).items():
        figures[name] = np.where(judged, figure, np.nan)
    return figures


def agreement_figures(legend: Legend, counts: Tally) -> dict[str, np.ndarray]:
    """How far two codings agree on the statements that both have; NaN where nothing varies."""
    sets = counts.labels
    given = np.array([stance != NONE for stance in legend.stances], dtype=bool)
    stances = counts.stances[:, given][:, :, given]
    figures = {
        "statements": counts.speakers[:, 1],
        "speaker.same": _ratio(counts.speakers[:, 0], counts.speakers[:, 1]),
        "categories.same": _ratio(np.trace(sets, axis1=1, axis2=2), sets.sum(axis=(1, 2))),
        "categories.alpha": alpha(sets, masi(legend.labels)),
        "stance.same": _ratio(np.trace(stances, axis1=1, axis2=2), stances.sum(axis=(1, 2))),
        "stance.alpha": alpha(stances),
        "stance.kappa": kappa(stances),
    }
    for id in legend.categories:
        holds = np.array([id in labels for labels in legend.labels], dtype=float)
        holds = np.stack([1 - holds, holds])
        pairs = np.einsum("rlm,al,bm->rab", sets, holds, holds, optimize=True)
        figures[f"per_category.{id}.same"] = _ratio(np.trace(pairs, axis1=1, axis2=2), pairs.sum(axis=(1, 2)))
        figures[f"per_category.{id}.alpha"] = alpha(pairs)
        figures[f"per_category.{id}.kappa"] = kappa(pairs)
    return figures


def intervals(figures: dict[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """Percentile intervals of those figures that vary, from all values but the first, which is the figure itself."""
    found = {}
    tail = 50 * (1 - CONFIDENCE)
    for name, values in figures.items():
        defined = values[1:][~np.isnan(values[1:])]
        if len(defined) and not np.isnan(values[0]):
            low, high = np.percentile(defined, (tail, 100 - tail))
            found[name] = (float(low), float(high))
    return found


def alpha(pairs: np.ndarray, distance: np.ndarray | None = None) -> np.ndarray:
    """Krippendorff's alpha of two coders.

    `pairs` (R, K, K) counts the units to which one gave value k and the other value m; `distance` (K, K) is how far
    two values differ, by default the nominal one (1 between any two values). NaN where all values are alike.
    """
    if distance is None:
        distance = 1 - np.eye(pairs.shape[1])
    values = pairs.sum(axis=1) + pairs.sum(axis=2)
    n = values.sum(axis=1)
    observed = 2 * np.einsum("rkm,km->r", pairs, distance)
    expected = np.einsum("rk,km,rm->r", values, distance, values, optimize=True)
    return 1 - _ratio((n - 1) * observed, expected)


def kappa(pairs: np.ndarray) -> np.ndarray:
    """Cohen's kappa of two coders, from pairs as in `alpha`; NaN where both give one and the same value throughout."""
    n = pairs.sum(axis=(1, 2))
    observed = _ratio(np.trace(pairs, axis1=1, axis2=2), n)
    expected = _ratio((pairs.sum(axis=1) * pairs.sum(axis=2)).sum(axis=1), n * n)
    return _ratio(observed - expected, 1 - expected)


def masi(sets: Sequence[Labels]) -> np.ndarray:
    """Distances between sets: 1 - Jaccard · monotonicity. Two empty sets are alike."""
    return np.array([[_masi(one, other) for other in sets] for one in sets]).reshape(len(sets), len(sets))


def _masi(one: Labels, other: Labels) -> float:
    if one == other:
        return 0.0
    monotonicity = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1 - len(one & other) / len(one | other) * monotonicity


def _prf(name: str, counts: np.ndarray) -> dict[str, np.ndarray]:
    p, r, f1 = _f1(counts)
    return {f"{name}.p": p, f"{name}.r": r, f"{name}.f1": f1, f"{name}.n": counts[..., 0] + counts[..., 2]}


def _f1(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    right, false, missed = counts[..., 0], counts[..., 1], counts[..., 2]
    p, r = _share(right, right + false), _share(right, right + missed)
    return p, r, _share(2 * p * r, p + r)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole > 0)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full_like(part, np.nan, dtype=float), where=np.abs(whole) > 1e-12)
