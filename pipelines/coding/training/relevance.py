"""Learns the weights of relevance: `python -m pipelines.coding.training.relevance [--check]`.

Reads relevance.jsonl, one article a line: `id, source, lang, relevant, title, text`. Prints prior and weights as they
stand in the codebook under `relevance`; the same articles and terms give the same weights. `--check` prints instead how
well the articles of each source are judged by weights learnt from the other sources. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipelines.coding.document import Document
from pipelines.coding.languages import language
from pipelines.coding.relevance import FEATURES, Relevance
from pipelines.coding.segmentation import segment
from pipelines.coding.terms import TermMatcher
from schemas.codebook import Codebook, load_codebook

DATA = Path(__file__).with_name("relevance.jsonl")
STRENGTH = 0.7  # inverse of the L2 penalty


class Article(NamedTuple):
    id: str
    source: str
    language: str
    relevant: bool
    title: str
    text: str


class Learnt(NamedTuple):
    prior: float
    weights: dict[str, float]


def read(path: Path = DATA) -> list[Article]:
    """The articles to learn from."""
    with path.open(encoding="utf-8") as file:
        return [
            Article(*(entry[key] for key in ("id", "source", "lang", "relevant", "title", "text")))
            for entry in map(json.loads, file)
        ]


def table(articles: Iterable[Article], codebook: Codebook) -> np.ndarray:
    """One row of features an article; rows of NaN where the article says too little to be judged."""
    stages: dict[str, tuple[TermMatcher, Relevance]] = {}
    rows = []
    for article in articles:
        if article.language not in stages:
            terms = TermMatcher(codebook, article.language)
            stages[article.language] = terms, Relevance(codebook, terms)
        terms, relevance = stages[article.language]
        document = Document(article.text, article.title, article.language)
        segment(document, language(article.language))
        found = relevance.features(document, terms.find(article.text))
        rows.append([found[name] for name in FEATURES] if found else [np.nan] * len(FEATURES))
    return np.array(rows)


def learn(rows: np.ndarray, relevant: np.ndarray) -> Learnt:
    """Fits a logistic regression, in which near-misses count more: in the field most articles are irrelevant."""
    judged = ~np.isnan(rows[:, 0])
    fitted = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight={True: 1, False: 3}).fit(
        rows[judged], relevant[judged]
    )
    weights = {name: round(float(weight), 2) for name, weight in zip(FEATURES, fitted.coef_[0], strict=True)}
    return Learnt(round(float(fitted.intercept_[0]), 2), weights)


def judge(rows: np.ndarray, learnt: Learnt) -> np.ndarray:
    """Whether each row's article is relevant."""
    weights = np.array([learnt.weights[name] for name in FEATURES])
    return np.nan_to_num(rows @ weights + learnt.prior, nan=-1.0) >= 0


def check(articles: Sequence[Article], codebook: Codebook) -> Iterator[str]:
    """Leaves one source out at a time; lines of accuracy by source and language."""
    rows = table(articles, codebook)
    relevant = np.array([article.relevant for article in articles])
    source = np.array([article.source for article in articles])
    code = np.array([article.language for article in articles])
    for left_out in sorted(set(source)):
        right = judge(rows, learn(rows[source != left_out], relevant[source != left_out])) == relevant
        for spoken in sorted(set(code)):
            chosen = (source == left_out) & (code == spoken)
            yield f"{left_out} {spoken}: {right[chosen].sum()} of {chosen.sum()}"
        for i in np.flatnonzero((source == left_out) & ~right):
            kind = "relevant" if relevant[i] else "irrelevant"
            yield f"  {kind}, but not found so: {articles[i].id} {articles[i].title}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipelines.coding.training.relevance", description=__doc__)
    parser.add_argument("--check", action="store_true", help="leave one source out at a time, print accuracies")
    chosen = parser.parse_args(arguments)
    codebook, articles = load_codebook(), read()
    if chosen.check:
        for line in check(articles, codebook):
            print(line)
        return 0
    learnt = learn(table(articles, codebook), np.array([article.relevant for article in articles]))
    print(f"  prior: {learnt.prior}\n  threshold: 0.5\n  weights:")
    for name, weight in learnt.weights.items():
        print(f"    {name}: {weight}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
