"""An evaluation as tables of plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from pipelines.evaluation import Evaluation, Figures

_MEASURES = {
    "relevance accuracy": "relevance_accuracy",
    "attribution P": "attribution.p",
    "attribution R": "attribution.r",
    "attribution F1": "attribution.f1",
    "categories micro P": "categories_micro.p",
    "categories micro R": "categories_micro.r",
    "categories micro F1": "categories_micro.f1",
    "categories macro F1": "categories_macro_f1",
    "stance accuracy": "stance_accuracy",
    "document categories F1": "document_categories.f1",
}
_AGREEMENT = {
    "speaker, same": "speaker.same",
    "categories, same set": "categories.same",
    "categories, alpha (MASI)": "categories.alpha",
    "stance, same": "stance.same",
    "stance, alpha": "stance.alpha",
    "stance, kappa": "stance.kappa",
}
_CONFUSIONS = 12  # pairs shown

Row = Sequence[str]


def as_text(evaluation: Evaluation) -> str:
    """Everything that `vostochny evaluate` says, for people; intervals are 95 %."""
    return "\n".join(_lines(evaluation))


def _lines(evaluation: Evaluation) -> Iterator[str]:
    columns = {"all": evaluation.overall}
    if len(evaluation.by_language) > 1:
        columns |= evaluation.by_language
    elif evaluation.by_language:
        columns = {next(iter(evaluation.by_language)) or "all": evaluation.overall}
    statements = [str(figures.values["attribution.n"]) for figures in columns.values()]
    yield from _table(
        [
            ("", *columns),
            ("documents", *(str(figures.documents) for figures in columns.values())),
            ("statements", *statements),
            *((title, *(_with_interval(f, name) for f in columns.values())) for title, name in _MEASURES.items()),
        ]
    )
    yield from _titled("Categories, with alpha and kappa of single ones", _categories(evaluation.overall, columns))
    yield from _titled("Stance: rows the coder's, columns the program's", _stances(evaluation.overall))
    confusions = [(coder, program, str(n)) for coder, program, n in evaluation.overall.confusions[:_CONFUSIONS]]
    if confusions:
        yield from _titled("Categories most often confused", [("coder", "program", "times"), *confusions], right_from=2)
    pairs = {"coder–program": evaluation.overall}
    if evaluation.second:
        pairs["second coder–program"] = evaluation.second
    if evaluation.coders:
        pairs["coder–second coder"] = evaluation.coders
    yield from _titled("Agreement on the statements that both have", _agreement(pairs))
    if evaluation.warnings:
        yield ""
        yield from (f"! {warning}" for warning in evaluation.warnings)


def _categories(overall: Figures, columns: dict[str, Figures]) -> Iterator[Row]:
    languages = [name for name in columns if columns[name] is not overall]
    yield "", "P", "R", "F1", "n", "alpha", "kappa", *(f"{name} {what}" for name in languages for what in ("F1", "n"))
    for key in overall.values:
        if not (key.startswith("per_category.") and key.endswith(".f1")):
            continue
        id = key.removesuffix(".f1")
        row = [_figure(overall.values[f"{id}.p"]), _of_coded(overall, id, "r"), _of_coded(overall, id, "f1")]
        row.append(str(overall.values[f"{id}.n"]))
        row += [_figure(overall.agreement.get(f"{id}.{name}")) for name in ("alpha", "kappa")]
        for name in languages:
            row += [_of_coded(columns[name], id, "f1"), str(columns[name].values.get(f"{id}.n", 0))]
        yield id.removeprefix("per_category."), *row


def _of_coded(figures: Figures, id: str, name: str) -> str:
    """A figure of a category; none where the coder never gave the category."""
    return _figure(figures.values[f"{id}.{name}"]) if figures.values.get(f"{id}.n") else "–"


def _stances(overall: Figures) -> Iterator[Row]:
    for coder, row in overall.stances.items():
        if coder == next(iter(overall.stances)):
            yield "", *row
        yield coder, *(str(n) for n in row.values())


def _agreement(pairs: dict[str, Figures]) -> Iterator[Row]:
    yield "", *pairs
    yield "statements", *(_figure(figures.agreement["statements"]) for figures in pairs.values())
    for title, name in _AGREEMENT.items():
        yield (
            title,
            *(_cell(figures.agreement[name], figures.agreement_intervals.get(name)) for figures in pairs.values()),
        )


def _with_interval(figures: Figures, name: str) -> str:
    return _cell(figures.values.get(name), figures.intervals.get(name))


def _cell(value: float | None, interval: tuple[float, float] | None) -> str:
    return f"{_figure(value)} [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else _figure(value)


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def _titled(title: str, rows: Iterable[Row], right_from: int = 1) -> Iterator[str]:
    rows = list(rows)
    if rows:
        yield ""
        yield title
        yield from _table(rows, right_from)


def _table(rows: Sequence[Row], right_from: int = 1) -> Iterator[str]:
    """Columns of equal width; those from `right_from` on are set to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            " " * (width - _width(cell)) + cell if i >= right_from else cell + " " * (width - _width(cell))
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal: East Asian letters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
