"""The trained classifier: log odds of categories and stances, learnt from coded statements.

It is linear over named features, so that every score can be taken apart again: the codebook's terms and rules that
were found in the statement, who speaks, both together, and the words themselves. The weights are a file for each
language, made by `python -m pipelines.coding.training`; a codebook names them under `classifiers`. Without them the
codebook's rules judge alone.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipelines.coding.text import lowered, plain
from schemas.failures import Failure

# Words are cut to these lengths, which takes endings away; shorter words stay whole.
_STEMS = {"ko": (2, 3, 4), "ru": (5, 8)}
_STEMS_ELSEWHERE = (6,)
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_VOICES = (  # the first that fits
    ("capital", {"moscow", "pyongyang"}),
    ("beijing", {"beijing"}),
    ("official", {"official"}),
    ("politician", {"politician", "activist"}),
    ("medium", {"medium", "journalist"}),
    ("scholar", {"scholar", "group"}),
)
_SHORT = 6  # letters of a word of speech or of a speaker's title
_LIMIT = 8.0  # a sum of rule weights beyond this says no more


class Passage(NamedTuple):
    """A statement as rules and classifier read it. Terms and speaker classes are bits."""

    text: str = ""  # the whole stretch
    found: int = 0  # terms in it, without those in the words that name the speaker
    speaker: int = 0  # the speaker's classes
    around: int = 0  # terms in title and paragraph
    phrase: tuple[int, int] = (0, 0)  # where `text` names the speaker
    cue: str = ""  # the words of speech
    shape: tuple[str, ...] = ()  # how it is attributed: the pattern, the kind of reference, direct or not


class Weights(NamedTuple):
    """What a classifier has learnt, for one language."""

    language: str
    targets: tuple[str, ...]  # ids of categories, then of stances
    features: tuple[str, ...]
    weights: np.ndarray  # float32, features × targets
    sums: np.ndarray  # float32, targets × targets: weights of the rules' sums
    bias: np.ndarray  # float32, targets


def save(weights: Weights, path: str | Path) -> None:
    """Writes weights as an .npz file; equal weights give equal files."""
    with Path(path).open("wb") as file:
        np.savez_compressed(
            file,
            language=np.array(weights.language),
            targets=np.array(weights.targets),
            features=np.frombuffer("\n".join(weights.features).encode(), np.uint8),
            weights=weights.weights.astype(np.float16),
            sums=weights.sums.astype(np.float32),
            bias=weights.bias.astype(np.float32),
        )


@lru_cache(maxsize=8)
def load(path: str | Path) -> Weights:
    """Reads what `save` wrote. Raises Failure("bad_classifier") where there is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return Weights(
                str(file["language"]),
                tuple(file["targets"].tolist()),
                tuple(file["features"].tobytes().decode().split("\n")),
                file["weights"].astype(np.float32),
                file["sums"],
                file["bias"],
            )
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        detail = f"{path}: not a classifier ({error}); make one with python -m pipelines.coding.training"
        raise Failure("bad_classifier", detail) from error


def voice(classes: Collection[str]) -> str:
    """The coarse kind of speaker that the codebook's terms are combined with."""
    return next((name for name, members in _VOICES if members.intersection(classes)), "other")


def context_features(classes: Sequence[str], terms: Sequence[str], rules: Sequence[str]) -> list[str]:
    """The features of who speaks and what of: the speaker's classes, the terms found, the rules that fired."""
    speaks = voice(classes)
    return [
        f"voice {speaks}",
        *(f"speaker {name}" for name in classes),
        *(f"term {term}" for term in terms),
        *(f"{speaks} + {term}" for term in terms),
        *(f"rule {rule}" for rule in rules),
    ]


def attribution_features(passage: Passage) -> list[str]:
    """The features of how the speech is introduced: the words of speech, those that name the speaker, the pattern."""
    start, end = passage.phrase
    return [
        *(f"cue {word[:_SHORT]}" for word in _words(passage.cue)),
        *(f"by {word[:_SHORT]}" for word in _words(passage.text[start:end])),
        *(f"shape {shape}" for shape in passage.shape),
    ]


def matter(passage: Passage) -> str:
    """What is said: the statement without the words that name the speaker and without the words of speech."""
    start, end = passage.phrase
    said = f"{passage.text[:start]} {passage.text[end:]}" if start < end else passage.text
    return said.replace(passage.cue, " ", 1) if passage.cue else said


@lru_cache(maxsize=1 << 15)
def _stems(token: str, sizes: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f'"{token[:size]}"' for size in sizes)


def stems(token: str, language: str) -> tuple[str, ...]:
    """A word's stems, each once, in quotation marks; figures are one word."""
    sizes = _STEMS.get(language, _STEMS_ELSEWHERE)
    return tuple(dict.fromkeys(_stems("0" if token[0].isdigit() else token, sizes)))


def _words(text: str) -> list[str]:
    return ["0" if token[0].isdigit() else token for token in _TOKEN.findall(lowered(plain(text)))]


def word_features(text: str, language: str) -> list[str]:
    """Stems and pairs of neighbouring stems, each once, in quotation marks."""
    sizes = _STEMS.get(language, _STEMS_ELSEWHERE)
    stems = [_stems(word, sizes) for word in _words(text)]
    found = dict.fromkeys(chain.from_iterable(stems))
    found.update(dict.fromkeys([f"{first[0][:-1]} {second[0][1:]}" for first, second in pairwise(stems)]))
    return list(found)


def sum_features(sums: Sequence[float]) -> np.ndarray:
    """The sums of the rules' weights, by target, as features."""
    return np.array([min(max(value, -_LIMIT), _LIMIT) for value in sums], np.float32)


class Features(NamedTuple):
    """A statement as the classifier sees it."""

    context: list[str]
    words: list[str]
    sums: np.ndarray


class Known(NamedTuple):
    """A statement's features by their number in the weights."""

    index: np.ndarray
    scale: np.ndarray  # what each counts for


class Classifier:
    """Scores statements by learnt weights."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._index = {feature: i for i, feature in enumerate(weights.features)}

    def features(self, passage: Passage, context: list[str], sums: Sequence[float]) -> Features:
        """The features of a statement; `sums` are the rules' sums in the order of the weights' targets."""
        words = word_features(matter(passage), self.weights.language)
        return Features(context + attribution_features(passage), words, sum_features(sums))

    def known(self, features: Features) -> Known:
        """The features that the classifier has learnt something about."""
        find = self._index.get
        context = [i for i in map(find, features.context) if i is not None]
        words = [i for i in map(find, features.words) if i is not None]
        scale = np.ones(len(context) + len(words), np.float32)
        scale[len(context) :] = word_scale(features.words)
        return Known(np.array(context + words, np.intp), scale)

    def score(self, features: Features, known: Known | None = None) -> np.ndarray:
        """Log odds of the categories and log weights of the stances, in the order of the weights' targets."""
        learnt = self.weights
        index, scale = self.known(features) if known is None else known
        return learnt.bias + features.sums @ learnt.sums + scale @ learnt.weights[index]

    def causes(self, known: Known, target: int, most: int = 4) -> list[tuple[str, float]]:
        """The features that speak most for a target, with their weights."""
        weights = self.weights.weights[known.index, target] * known.scale
        names = self.weights.features
        strongest = np.argsort(-weights, kind="stable")[:most].tolist()
        return [(names[known.index[i]], round(float(weights[i]), 2)) for i in strongest if weights[i] > 0]


def word_scale(words: Sequence[str]) -> float:
    """What a word's weight counts for in a statement of that many: long ones say no more than short ones."""
    return len(words) ** -0.5 if words else 0.0
