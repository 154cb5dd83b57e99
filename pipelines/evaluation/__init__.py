"""How far the program's coding agrees with a human coder's, and two coders' with each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pipelines.coding import Coder
from pipelines.coding.analyse import analyse_document
from pipelines.evaluation.documents import Coded, by_id, read_coded, read_predictions
from pipelines.evaluation.matching import Comparison, as_prediction, compare, places
from pipelines.evaluation.measures import (
    CONFIDENCE,
    RESAMPLES,
    accuracy_figures,
    agreement_figures,
    intervals,
    tally,
)
from schemas.codebook import Codebook, load_codebook

__all__ = ["Evaluation", "Figures", "evaluate", "predict", "read_coded", "read_predictions"]


class Figures(NamedTuple):
    """Figures of one set of documents. Names have dots: "attribution.f1", "per_category.prescription.p".

    A value is None where it is not defined (agreement on what does not vary; relevance, where only statements were
    coded). `intervals` are 95 % bootstrap intervals over documents. In `stances` a row is the coder's stance, a column
    the program's. `confusions` counts categories that the coder gave and the program missed, with what it gave in
    their place.
    """

    documents: int
    values: Mapping[str, float | None]
    agreement: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float]]
    agreement_intervals: Mapping[str, tuple[float, float]]
    stances: Mapping[str, Mapping[str, int]]
    confusions: Sequence[tuple[str, str, int]]

    def as_dict(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            **_nested(self.values),
            "intervals": {name: list(bounds) for name, bounds in self.intervals.items()},
            "stance_confusion": {coder: dict(row) for coder, row in self.stances.items()},
            "category_confusion": [{"coder": a, "program": b, "n": n} for a, b, n in self.confusions],
            "agreement": self.agreement_as_dict(),
        }

    def agreement_as_dict(self) -> dict[str, Any]:
        bounds = {name: list(pair) for name, pair in self.agreement_intervals.items()}
        return {**_nested(self.agreement), "intervals": bounds}


class Evaluation(NamedTuple):
    """What `evaluate` found. `second` compares the second coder with the program, `coders` the two coders."""

    overall: Figures
    by_language: Mapping[str, Figures]
    second: Figures | None = None
    coders: Figures | None = None
    warnings: tuple[str, ...] = ()
    codebook: str = ""  # version

    def as_dict(self) -> dict[str, Any]:
        """As JSON can carry it; the figures of all documents stand at the top."""
        found = {
            **self.overall.as_dict(),
            "by_language": {language: figures.as_dict() for language, figures in self.by_language.items()},
        }
        for name, figures in (("second_coder", self.second), ("coders", self.coders)):
            if figures:
                found[name] = {"documents": figures.documents, "agreement": figures.agreement_as_dict()}
        return {**found, "confidence": CONFIDENCE, "codebook": self.codebook, "warnings": list(self.warnings)}

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1, allow_nan=False)


def predict(coded: Iterable[Coded], coder: Coder) -> list[Coded]:
    """The program's coding of the documents that a human coder has coded."""
    return [analyse_document(coder, document) for document in coded]


def evaluate(
    coded: Iterable[Coded],
    predictions: Iterable[Coded],
    second: Iterable[Coded] = (),
    *,
    codebook: Codebook | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Evaluation:
    """Compares the program's documents with a human coder's, matched by id, and both with a second coder's.

    A document without a prediction counts as one in which nothing was found; the second coder may have coded some of
    the documents, and some of their statements. `resamples` of the documents give the intervals, the same ones for
    the same `seed`. Raises Failure("bad_coding") for a document that is there twice or differs between coders.
    """
    codebook = codebook or load_codebook()
    first, other, program = by_id(coded), by_id(second), {document["id"]: document for document in predictions}
    warnings = [f"{id}: the program has not coded it; counted as nothing found" for id in first if id not in program]
    if strange := sum(id not in first for id in program):
        warnings.append(f"{strange} of the program's documents were not coded by hand and are left out")
    warnings += _unknown_ids({**other, **first}.values(), codebook)
    for id, document in first.items():
        for statement in document.get("statements", ()):
            if not places(document["text"], statement["anchor"]):
                warnings.append(f"{id}: the anchor {statement['anchor'][:60]!r} is not in the text; counted as missed")

    def figures(comparisons: Iterable[Comparison]) -> Figures:
        return _figures(list(comparisons), codebook, resamples, seed)

    def with_program(documents: Mapping[Any, Coded]) -> list[Comparison]:
        return [compare(document, program.get(id, {})) for id, document in documents.items()]

    compared = with_program(first)
    languages = sorted({one.language for one in compared})
    shared = [id for id in first if id in other]
    if other and not shared:
        warnings.append("the second coder has none of these documents")
    return Evaluation(
        figures(compared),
        {name: figures(one for one in compared if one.language == name) for name in languages},
        figures(with_program(other)) if other else None,
        figures(compare(first[id], as_prediction(other[id], first[id])) for id in shared) if shared else None,
        tuple(warnings),
        codebook.version,
    )


def _figures(compared: list[Comparison], codebook: Codebook, resamples: int, seed: int) -> Figures:
    legend, counts = tally(compared, (c.id for c in codebook.categories), (s.id for s in codebook.stances))
    resampled = counts.resampled(resamples if len(compared) > 1 else 0, seed)
    values = accuracy_figures(legend, resampled)
    agreement = agreement_figures(legend, resampled)
    confusions = sum((one.confusions for one in compared), Counter())
    stances = counts.stances.sum(axis=0).astype(int)
    shares = {name: figure for name, figure in values.items() if not name.endswith(".n")}
    return Figures(
        len(compared),
        {name: _number(figure[0], name) for name, figure in values.items()},
        {name: _number(figure[0], name) for name, figure in agreement.items()},
        intervals(shares),
        intervals({name: figure for name, figure in agreement.items() if name != "statements"}),
        {
            a: {b: int(stances[i, j]) for j, b in enumerate(legend.stances)}
            for i, a in enumerate(legend.stances)
            if stances[i].any()
        },
        tuple((a, b, n) for (a, b), n in sorted(confusions.items(), key=lambda item: (-item[1], item[0]))),
    )


def _number(value: float, name: str) -> float | int | None:
    if np.isnan(value):
        return None
    return int(value) if name.endswith((".n", "statements")) else float(value)


def _nested(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Names with dots to objects in objects; categories have theirs even where there are none."""
    nested: dict[str, Any] = {"per_category": {}}
    for name, value in figures.items():
        *path, last = name.split(".")
        place = nested
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return nested


def _unknown_ids(documents: Iterable[Coded], codebook: Codebook) -> list[str]:
    categories, stances = {c.id for c in codebook.categories}, {s.id for s in codebook.stances}
    found = []
    for document in documents:
        for statement in document.get("statements", ()):
            for id in statement["categories"]:
                if id not in categories:
                    found.append(f"{document['id']}: the codebook has no category {id!r}")
            if statement.get("stance") and statement["stance"] not in stances:
                found.append(f"{document['id']}: the codebook has no stance {statement['stance']!r}")
    return list(dict.fromkeys(found))
