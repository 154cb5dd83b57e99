"""Trains the classifiers of the project's codebook: `python -m pipelines.coding.training [--check] [--into FOLDER]`.

Writes one file of weights for each language; the same material and codebook give the same weights. `--check`
cross-validates instead: it codes each article of the material with weights learnt from everything but it and a fifth of
the others, and prints how well that agrees with the coding.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.coding import LANGUAGES, Coder
from pipelines.coding.classifier import Classifier, load, save
from pipelines.coding.training.material import read, read_articles
from pipelines.coding.training.train import IN_ARTICLE, Reader, Sample, learn, of_language
from pipelines.evaluation import Figures, evaluate, predict
from schemas.actors import load_actors
from schemas.codebook import Codebook, load_codebook
from schemas.failures import Failure

FOLDS = 5


def prepare(codebook: Codebook, languages: Sequence[str] = LANGUAGES) -> list[Sample]:
    """The material of all languages as features, judged by the codebook's rules alone."""
    rules_only = replace(codebook, classifiers={})
    actors = load_actors()
    samples: list[Sample] = []
    for language in languages:
        reader = Reader(language, rules_only, actors)
        for example in read(language, codebook):
            samples += reader.samples(example)
        for article in read_articles(language):
            samples += reader.statements(article)
    return samples


def train(codebook: Codebook, folder: Path, samples: Sequence[Sample]) -> dict[str, Path]:
    """Writes the weights of every language into the folder; the files by language."""
    model = learn(samples, codebook)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {language: folder / f"{language}.npz" for language in LANGUAGES}
    for language, path in paths.items():
        save(of_language(model, samples, language, codebook), path)
    return paths


def check(codebook: Codebook) -> Iterator[str]:
    """Cross-validates by article, through the whole coder; lines of figures and how far scores can be trusted."""
    samples = prepare(codebook)
    articles = [article for language in LANGUAGES for article in read_articles(language)]
    rules_only = Coder(replace(codebook, classifiers={}))
    found: dict[str, list] = {"rules": predict(articles, rules_only), "trained": []}
    outcomes: dict[int, list[bool]] = {}
    for fold in range(FOLDS):
        kept = [sample for sample in samples if sample.weight != IN_ARTICLE or _fold(sample.source) != fold]
        with tempfile.TemporaryDirectory() as folder:
            paths = train(codebook, Path(folder), kept)
            coder = Coder(replace(codebook, classifiers=paths))
            found["trained"] += predict([a for a in articles if _fold(a["id"]) == fold], coder)
            classifiers = {language: Classifier(load(path)) for language, path in paths.items()}
        for sample in samples:
            if sample.weight == IN_ARTICLE and _fold(sample.source) == fold:
                for category, score in zip(
                    codebook.categories, classifiers[sample.language].score(sample.features), strict=False
                ):
                    tenth = min(9, int(10 / (1 + math.exp(-float(score)))))
                    outcomes.setdefault(tenth, []).append(category.id in sample.categories)
    for judge, predictions in found.items():
        result = evaluate(articles, predictions, codebook=codebook, resamples=100)
        for language, figures in result.by_language.items():
            yield f"{language} {judge:<8} {_line(figures, codebook)}"
    for tenth, right in sorted(outcomes.items()):
        share = sum(right) / len(right)
        yield f"scores from {tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}: {share:.2f} of {len(right):,} apply"


def _line(figures: Figures, codebook: Codebook) -> str:
    values = figures.values
    single = ", ".join(f"{c.id} {values.get(f'per_category.{c.id}.f1') or 0:.2f}" for c in codebook.categories)
    micro = " ".join(f"{name} {values[f'categories_micro.{name}'] or 0:.3f}" for name in ("p", "r", "f1"))
    return f"categories {micro}  stance {values['stance_accuracy'] or 0:.3f}  ({single})"


def _fold(id: str) -> int:
    return zlib.crc32(id.encode()) % FOLDS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipelines.coding.training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="cross-validate, write nothing")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="instead of the folder that the codebook names")
    chosen = parser.parse_args(arguments)
    try:
        codebook = load_codebook()
        if chosen.check:
            for line in check(codebook):
                print(line, flush=True)
        else:
            folder = chosen.into or next(iter(codebook.classifiers.values())).parent
            for path in train(codebook, folder, prepare(codebook)).values():
                print(f"{path}: {path.stat().st_size:,} bytes", file=sys.stderr)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
