"""Trains the classifiers of the project's codebook: `python -m pipelines.coding.training [--check] [--into FOLDER]`.

Writes one file of weights for each language; the same examples and codebook give the same weights. `--check`
cross-validates instead and prints how well statements that were not learnt from are coded.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipelines.coding import LANGUAGES
from pipelines.coding.classifier import Classifier, save
from pipelines.coding.training.material import Example, read
from pipelines.coding.training.train import AS_CODED, Reader, Sample, learn, of_language
from schemas.actors import load_actors
from schemas.codebook import Codebook, load_codebook
from schemas.failures import Failure

FOLDS = 5
BLOCK = 10  # neighbouring examples stay together: they may be of one article


def prepare(codebook: Codebook, languages: Sequence[str] = LANGUAGES) -> list[Sample]:
    """The examples of all languages as features, judged by the codebook's rules alone."""
    rules_only = replace(codebook, classifiers={})
    actors = load_actors()
    samples = []
    for language in languages:
        reader = Reader(language, rules_only, actors)
        for example in read(language, codebook):
            samples += reader.samples(example)
    return samples


def train(codebook: Codebook, folder: Path) -> None:
    """Writes the weights of every language into the folder."""
    samples = prepare(codebook)
    model = learn(samples, codebook)
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        path = folder / f"{language}.npz"
        save(of_language(model, samples, language, codebook), path)
        print(f"{path}: {path.stat().st_size:,} bytes", file=sys.stderr)


class Tally:
    """Verdicts compared with the coding."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._counts: dict[str, Counter[str]] = {category.id: Counter() for category in codebook.categories}
        self._stances: list[bool] = []

    def add(self, example: Example, scores: np.ndarray) -> None:
        """Counts a verdict: log odds of the categories, then log weights of the stances."""
        for category, score in zip(self._codebook.categories, scores, strict=False):
            found, wanted = probability(score) >= category.threshold, category.id in example.categories
            if found or wanted:
                self._counts[category.id]["right" if found and wanted else "wrong"] += 1 + (found and wanted)
        if example.categories:
            best = int(np.argmax(scores[len(self._codebook.categories) :]))
            self._stances.append(self._codebook.stances[best].id == example.stance)

    def __str__(self) -> str:
        categories = ", ".join(f"{id} {_f1(count):.2f}" for id, count in self._counts.items())
        stance = sum(self._stances) / max(1, len(self._stances))
        return f"categories {_f1(sum(self._counts.values(), Counter())):.3f}  stance {stance:.3f}  ({categories})"


def _f1(count: Counter[str]) -> float:
    return count["right"] / max(1, count.total())


def probability(score: float) -> float:
    """The probability of log odds."""
    return 1 / (1 + math.exp(-float(score)))


def check(codebook: Codebook) -> Iterator[str]:
    """Cross-validates: lines with micro F1 of categories and accuracy of stance, then how far scores can be trusted.

    The classifier and the rules are measured each for itself.
    """
    samples = prepare(codebook)
    tallies = {(code, judge): Tally(codebook) for code in LANGUAGES for judge in ("rules", "trained")}
    outcomes: dict[int, list[bool]] = {}
    for fold in range(FOLDS):
        model = learn([sample for sample in samples if _fold(sample) != fold], codebook)
        classifiers = {code: Classifier(of_language(model, samples, code, codebook)) for code in LANGUAGES}
        for sample in samples:
            if _fold(sample) != fold or sample.weight != AS_CODED:
                continue
            example = sample.example
            scores = classifiers[example.language].score(sample.features)
            tallies[example.language, "rules"].add(example, sample.features.sums)
            tallies[example.language, "trained"].add(example, scores)
            for category, score in zip(codebook.categories, scores, strict=False):
                outcomes.setdefault(min(9, int(probability(score) * 10)), []).append(category.id in example.categories)
    for (language, judge), tally in tallies.items():
        yield f"{language} {judge:<8} {tally}"
    for tenth, right in sorted(outcomes.items()):
        share = sum(right) / len(right)
        yield f"scores from {tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}: {share:.2f} of {len(right):,} apply"


def _fold(sample: Sample) -> int:
    line = int(sample.example.source.rsplit(":", 1)[1])
    return line // BLOCK % FOLDS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipelines.coding.training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="cross-validate, write nothing")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="instead of the folder that the codebook names")
    chosen = parser.parse_args(arguments)
    try:
        codebook = load_codebook()
        if chosen.check:
            for line in check(codebook):
                print(line)
        else:
            train(codebook, chosen.into or next(iter(codebook.classifiers.values())).parent)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
