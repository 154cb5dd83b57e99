"""Learns what relevance is judged by: `python -m pipelines.coding.training.relevance [--check] [--into FOLDER]`.

Reads relevance.jsonl, one article a line: `id, source, lang, relevant, title, text`, and the coded statements. Writes
the weights of words, a file for each language, and prints prior and weights as they stand in the codebook under
`relevance`; the same material and terms give the same weights. `--check` prints instead how well the articles of each
source are judged by what was learnt from the other sources, then the same for parts of the articles. Needs
scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from pipelines.coding import LANGUAGES
from pipelines.coding.classifier import Weights, save
from pipelines.coding.document import Document
from pipelines.coding.languages import language
from pipelines.coding.relevance import FEATURES, Relevance, Wording, by_sentence, wording_features
from pipelines.coding.segmentation import segment
from pipelines.coding.terms import Hit, TermMatcher
from pipelines.coding.training.material import read as read_statements
from schemas.codebook import Codebook, load_codebook

DATA = Path(__file__).with_name("relevance.jsonl")
STRENGTH = 0.7  # inverse of the L2 penalty on the features
STRENGTH_WORDS = 3.0  # on words
DOUBTED = 0.5  # what a sentence counts for that need not be about the subject of its article; and a lone statement
FOLDS = 4
PARTS = 10
LEAST = 0.01  # smaller weights of words are left out


class Article(NamedTuple):
    id: str
    source: str
    language: str
    relevant: bool
    title: str
    text: str


class Prepared(NamedTuple):
    """An article with its terms."""

    article: Article
    document: Document
    hits: list[Hit]
    sentences: list[dict[str, float]]  # title first, where there is one; see `wording_features`


class Learnt(NamedTuple):
    prior: float
    weights: dict[str, float]
    words: dict[str, Weights]  # by language


def read(path: Path = DATA) -> list[Article]:
    """The articles to learn from."""
    with path.open(encoding="utf-8") as file:
        return [
            Article(*(entry[key] for key in ("id", "source", "lang", "relevant", "title", "text")))
            for entry in map(json.loads, file)
        ]


class Learner:
    """Holds what every learning from these articles needs: terms, sentences, coded statements."""

    def __init__(self, articles: Sequence[Article], codebook: Codebook) -> None:
        self._codebook = codebook
        self._terms = {code: TermMatcher(codebook, code) for code in LANGUAGES}
        self.articles = [self.prepare(article) for article in articles]
        self.relevant = np.array([article.relevant for article in articles])
        self._statements: list[dict[str, float]] = []
        coded = []
        for code in LANGUAGES:
            terms, relevance = self._terms[code], self._relevance(code)
            for example in read_statements(code, codebook):
                mask = terms.mask(terms.find(example.text), 0, len(example.text))
                sides = relevance.sides(mask, 0)
                self._statements.append(_features(example.text, code, terms.names(mask), sides))
                coded.append(bool(example.categories))
        self._coded = np.array(coded)
        self._vectors = DictVectorizer()
        rows = self._vectors.fit_transform([s for a in self.articles for s in a.sentences] + self._statements)
        self._names = self._vectors.get_feature_names_out()
        ends = np.cumsum([len(prepared.sentences) for prepared in self.articles]).tolist()
        self._rows = [rows[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        self._statement_rows: csr_matrix = rows[ends[-1] :]

    def _relevance(self, code: str, words: Weights | None = None) -> Relevance:
        terms = self._terms[code]
        return Relevance(self._codebook, terms, code, Wording(words, terms) if words else None)

    def prepare(self, article: Article) -> Prepared:
        """The article with its sentences and terms."""
        code = article.language
        terms, relevance = self._terms[code], self._relevance(code)
        document = Document(article.text, article.title, code)
        segment(document, language(code))
        hits = terms.find(article.text)
        title = terms.mask(terms.find(article.title), 0, len(article.title))
        sentences = []
        if article.title:
            sentences.append(_features(article.title, code, terms.names(title), relevance.sides(title, 0)))
        for start, end, mask, sides in relevance.sentences(document, title, by_sentence(document, hits)):
            sentences.append(_features(article.text[start:end], code, terms.names(mask), sides))
        return Prepared(article, document, hits, sentences)

    def words(self, chosen: np.ndarray) -> dict[str, Weights]:
        """Weights of words and terms, learnt from the sentences of the chosen articles and the coded statements."""
        rows, about, counts = [self._statement_rows], [self._coded], [np.full(len(self._coded), DOUBTED)]
        for i in chosen:
            size = self._rows[i].shape[0]
            rows.append(self._rows[i])
            about.append(np.full(size, self.relevant[i]))
            counts.append(np.full(size, DOUBTED if self.relevant[i] else 1.0))
        about, counts = np.concatenate(about), np.concatenate(counts)
        counts[about] *= counts[~about].sum() / counts[about].sum()
        fitted = LogisticRegression(C=STRENGTH_WORDS, max_iter=400, solver="liblinear", random_state=0).fit(
            vstack(rows).tocsr(), about, sample_weight=counts
        )
        weights, bias = fitted.coef_[0], fitted.intercept_
        learnt = {}
        for code in LANGUAGES:
            kept = [
                i
                for i, name in enumerate(self._names)
                if abs(weights[i]) >= LEAST and (name[0] != '"' or name.endswith(f'" {code}'))
            ]
            learnt[code] = Weights(
                code,
                ("relevant",),
                tuple(self._names[i].removesuffix(f" {code}") for i in kept),
                weights[kept][:, None].astype(np.float32),
                np.zeros((1, 1), np.float32),
                bias.astype(np.float32),
            )
        return learnt

    def table(self, chosen: Sequence[Prepared], words: dict[str, Weights]) -> np.ndarray:
        """One row of features an article; rows of NaN where the article says too little to be judged."""
        judges = {code: self._relevance(code, words[code]) for code in LANGUAGES}
        rows = []
        for article, document, hits, _ in chosen:
            found = judges[article.language].features(document, hits)
            rows.append([found[name] for name in FEATURES] if found else [np.nan] * len(FEATURES))
        return np.array(rows)

    def learn(self, chosen: np.ndarray | None = None) -> Learnt:
        """Fits words, then a logistic regression on the features.

        The features of an article are taken by words that were learnt from others, as they will be in the field.
        """
        chosen = np.arange(len(self.articles)) if chosen is None else chosen
        table = np.zeros((len(chosen), len(FEATURES)))
        fold = np.random.default_rng(0).integers(0, FOLDS, len(chosen))
        for number in range(FOLDS):
            held = fold == number
            table[held] = self.table([self.articles[i] for i in chosen[held]], self.words(chosen[~held]))
        judged = ~np.isnan(table[:, 0])
        fitted = LogisticRegression(C=STRENGTH, max_iter=3000).fit(table[judged], self.relevant[chosen][judged])
        weights = {name: round(float(weight), 2) for name, weight in zip(FEATURES, fitted.coef_[0], strict=True)}
        return Learnt(round(float(fitted.intercept_[0]), 2), weights, self.words(chosen))

    def judge(self, prepared: Sequence[Prepared], learnt: Learnt) -> np.ndarray:
        """Whether each article is relevant."""
        weights = np.array([learnt.weights[name] for name in FEATURES])
        return np.nan_to_num(self.table(prepared, learnt.words) @ weights + learnt.prior, nan=-1.0) >= 0

    def without(self, held: np.ndarray) -> np.ndarray:
        """Whether the held articles (a mask) are judged rightly by what the others teach."""
        learnt = self.learn(np.flatnonzero(~held))
        return self.judge([self.articles[i] for i in np.flatnonzero(held)], learnt) == self.relevant[held]


def _features(text: str, code: str, terms: list[str], sides: str) -> dict[str, float]:
    """Wording of a sentence; words are marked with their language."""
    found = wording_features(text, code, terms, sides)
    return {f"{name} {code}" if name[0] == '"' else name: value for name, value in found.items()}


def check(articles: Sequence[Article], codebook: Codebook) -> Iterator[str]:
    """Leaves out one source at a time, then a tenth of the articles; lines of accuracy by source and language."""
    learner = Learner(articles, codebook)
    source = np.array([article.source for article in articles])
    parts = np.random.default_rng(1).integers(0, PARTS, len(articles))
    for what, groups in (("source", source), ("tenth", parts)):
        right = np.zeros(len(articles), bool)
        for group in np.unique(groups):
            right[groups == group] = learner.without(groups == group)
        counts, hits = Counter(), Counter()
        for article, judged in zip(articles, right, strict=True):
            counts[article.source, article.language] += 1
            hits[article.source, article.language] += bool(judged)
        for key in sorted(counts):
            yield f"one {what} left out: {' '.join(key)}: {hits[key]} of {counts[key]}"
        for i in np.flatnonzero(~right):
            kind = "relevant" if articles[i].relevant else "irrelevant"
            yield f"  {kind}, but not found so: {articles[i].id} {articles[i].title}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipelines.coding.training.relevance", description=__doc__)
    parser.add_argument("--check", action="store_true", help="cross-validate, write nothing")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="instead of the folder that the codebook names")
    chosen = parser.parse_args(arguments)
    codebook, articles = load_codebook(), read()
    if chosen.check:
        for line in check(articles, codebook):
            print(line)
        return 0
    learnt = Learner(articles, codebook).learn()
    for code, path in codebook.relevance["words"].items():
        save(learnt.words[code], chosen.into / path.name if chosen.into else path)
    print(f"  prior: {learnt.prior}\n  threshold: 0.5\n  weights:")
    for name, weight in learnt.weights.items():
        print(f"    {name}: {weight}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
