"""Trains the classifiers of the project's codebook: `python -m pipelines.coding.training [--check] [--into FOLDER]`.

Writes one file of weights for each language; the same examples and codebook give the same weights. `--check`
cross-validates instead and prints how well statements that were not learnt from are coded.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.coding import LANGUAGES
from pipelines.coding.classifier import Classifier, save
from pipelines.coding.training.material import read
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


def check(codebook: Codebook) -> Iterator[str]:
    """Cross-validates: lines with micro F1 of categories and accuracy of stance, with the rules' own beside them."""
    samples = prepare(codebook)
    counts: dict[tuple[str, str], Counter] = {}
    reliability: dict[int, list[float]] = {}
    for fold in range(FOLDS):
        held_out = [sample for sample in samples if _fold(sample) == fold]
        model = learn([sample for sample in samples if _fold(sample) != fold], codebook)
        classifiers = {code: Classifier(of_language(model, samples, code, codebook)) for code in LANGUAGES}
        for sample in held_out:
            if sample.weight != AS_CODED:
                continue
            language = sample.example.language
            scores = classifiers[language].score(sample.features)
            _count(counts.setdefault((language, "trained"), Counter()), sample, scores, codebook, reliability)
            _count(counts.setdefault((language, "rules"), Counter()), sample, sample.features.sums, codebook)
    for (language, judge), count in sorted(counts.items()):
        found = 2 * count["hit"] / max(1, 2 * count["hit"] + count["miss"] + count["false"])
        stance = count["stance"] / max(1, count["coded"])
        parts = []
        for category in codebook.categories:
            hit = count["hit", category.id]
            parts.append(
                f"{category.id} {2 * hit / max(1, hit + count['all', category.id] + count['got', category.id] - 0):.2f}"
            )
        yield f"{language} {judge:<8} categories {found:.3f}  stance {stance:.3f}  ({', '.join(parts)})"
    for tenth, outcomes in sorted(reliability.items()):
        yield f"score {tenth / 10:.1f}-{tenth / 10 + 0.1:.1f}: right {sum(outcomes) / len(outcomes):.2f} of {len(outcomes)}"


def _fold(sample: Sample) -> int:
    name, number = sample.example.source.rsplit(":", 1)
    return (int(number) // BLOCK) % FOLDS


def _count(count: Counter, sample: Sample, scores, codebook: Codebook, reliability: dict | None = None) -> None:
    wanted = sample.example.categories
    categories = [category.id for category in codebook.categories]
    got = {id for id, score in zip(categories, scores, strict=False) if score >= 0}
    for id in wanted | got:
        count["hit" if id in wanted & got else "miss" if id in wanted else "false"] += 1
        count["hit", id] += id in wanted & got
        count["all", id] += id in wanted
        count["got", id] += id in got
    if wanted:
        stances = scores[len(categories) :]
        count["coded"] += 1
        count["stance"] += codebook.stances[int(stances.argmax())].id == sample.example.stance
    if reliability is not None:
        for id, score in zip(categories, scores, strict=False):
            probability = 1 / (1 + 2.718281828 ** -float(score))
            reliability.setdefault(min(9, int(probability * 10)), []).append(id in wanted)


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
