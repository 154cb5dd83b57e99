"""The sheet itself: CSV as spreadsheets write and mangle it, or JSON lines."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.cells import escaped, unescaped
from schemas.codebook import Codebook
from schemas.failures import Failure

NOTHING = "-"  # in a cell: nobody speaks here, no category applies
LEGEND = "#"  # the statement_id of rows that only explain
MOST_PROBLEMS = 20  # named in one error

_FILLED = ("speaker", "categories", "stance", "comment")  # by the coder
_NEEDED = ("statement_id", "statement", "speaker", "categories", "stance")
_DASHES = frozenset({"-", "–", "—", "−", "none"})
_SEPARATORS = re.compile(r"[\s;,|/·]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LANGUAGE_CELL = re.compile(rb"[,;\t]\"?(ko|ru)\"?[,;\t]")


class Item(NamedTuple):
    """A statement to be coded, with what a coder must see of its article."""

    statement_id: str  # "DOCUMENT#START-END", offsets into the document's text
    document_id: str
    language: str
    outlet: str
    date: str
    title: str
    before: str
    statement: str
    after: str
    found_speaker: str  # whom the program, or the first coder, takes for the speaker


class Answer(NamedTuple):
    """A statement as the coder coded it."""

    statement_id: str
    row: int  # in the sheet, as the spreadsheet counts
    statement: str
    speaker: str  # "-": nobody
    categories: tuple[str, ...]
    stance: str  # "" where no category applies
    comment: str


def plain(text: str) -> str:
    """Text as a cell can hold it: one line, no control characters, nothing that UTF-8 can't carry."""
    return " ".join(_CONTROL.sub(" ", text).encode("utf-8", "replace").decode().split())


def bad_sheet(problems: Iterable[tuple[int, str, str]]) -> Failure:
    """The error that names row, column and fault of each problem."""
    lines = [f"row {row}, {column}: {what}" for row, column, what in problems]
    if len(lines) > MOST_PROBLEMS:
        lines[MOST_PROBLEMS:] = [f"and {len(lines) - MOST_PROBLEMS} more"]
    return Failure("bad_sheet", "\n".join(lines))


def write_sheet(
    items: Sequence[Item], codebook: Codebook, *, form: str = "csv", blind: bool = False, delimiter: str = ","
) -> bytes:
    """The sheet as the bytes of a file; `form` is "csv" (UTF-8 with byte-order mark) or "jsonl".

    With `blind` the coder does not see the speaker that was found. Categories and stances that were found are never
    in the sheet. `delimiter` is for spreadsheets whose locale wants a semicolon. Cells that a spreadsheet would take
    for a formula get an apostrophe in front (OWASP, "CSV Injection").
    """
    columns = [name for name in Item._fields if not (blind and name == "found_speaker")]
    if form == "jsonl":
        lines: list[dict[str, Any]] = [{"legend": _legend(codebook)}]
        for item in items:
            row = {name: plain(getattr(item, name)) for name in columns}
            lines.append({**row, "speaker": None, "categories": None, "stance": None, "comment": None})
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    if form != "csv":
        raise Failure("bad_format", f"{form!r} is no form of a sheet; there are csv and jsonl")
    columns += _FILLED
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    legend = _legend(codebook)
    guide = [{"statement": legend["how"]}]
    guide += [{"categories": id, "statement": text} for id, text in legend["categories"].items()]
    guide += [{"stance": id, "statement": text} for id, text in legend["stances"].items()]
    writer.writerows({"statement_id": LEGEND, **row} for row in guide)
    for item in items:
        writer.writerow({name: escaped(plain(getattr(item, name))) for name in columns if name not in _FILLED})
    return file.getvalue().encode("utf-8-sig")


def _legend(codebook: Codebook) -> dict[str, Any]:
    how = (
        f"Fill in speaker (the full name; {NOTHING} where nobody speaks), categories (one or more ids; {NOTHING} where "
        "none applies), stance (one id; may stay empty where no category applies) and, if you like, a comment. Where "
        "found_speaker is shown and right, speaker may stay empty. A row left wholly empty counts as not coded. "
        "The ids are:"
    )
    categories = {}
    for category in codebook.categories:
        text = f"{' · '.join(category.names.values())}. {category.definition}"
        text += f" Also: {category.include}" if category.include else ""
        categories[category.id] = text + (f" Not: {category.exclude}" if category.exclude else "")
    stances = {s.id: f"{' · '.join(s.names.values())}. {s.definition}" for s in codebook.stances}
    return {"how": how, "categories": categories, "stances": stances}


def read_sheet(data: bytes, codebook: Codebook) -> list[Answer]:
    """The rows that the coder filled in, from a sheet's bytes, in the order of the sheet.

    Takes what spreadsheets make of a CSV: commas, semicolons or tabs; with or without byte-order mark; UTF-8, UTF-16
    or the Windows encoding of the rows' language; columns and rows in any order. Raises Failure("bad_sheet") that
    names row and column of everything that is wrong, and what is allowed there.
    """
    answers: list[Answer] = []
    problems: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    categories = {category.id: category.id for category in codebook.categories}
    stances = {stance.id: stance.id for stance in codebook.stances}
    for row, cells in _rows(data):
        id = cells["statement_id"]
        if id == LEGEND or not any(cells.values()):
            continue
        faults: list[tuple[str, str]] = []
        if not id:
            faults.append(("statement_id", "is empty; it says which statement this is"))
        elif id in seen:
            faults.append(("statement_id", f"{id!r} is in row {seen[id]} already"))
        seen.setdefault(id, row)
        if not any(cells[name] for name in ("speaker", "categories", "stance")):
            problems += [(row, *fault) for fault in faults]
            continue
        answer = _answer(row, cells, categories, stances, faults)
        problems += [(row, *fault) for fault in faults]
        answers.append(answer)
    if problems:
        raise bad_sheet(problems)
    return answers


def _answer(
    row: int, cells: Mapping[str, str], categories: dict[str, str], stances: dict[str, str], faults: list
) -> Answer:
    speaker = cells["speaker"] or cells.get("found_speaker", "")
    if not speaker:
        faults.append(("speaker", f"is empty; name who speaks, or write {NOTHING} where nobody does"))
    speaker = NOTHING if speaker.casefold() in _DASHES else speaker
    given = [part for part in _SEPARATORS.split(cells["categories"]) if part]
    chosen: list[str] = []
    if not given and speaker != NOTHING:
        faults.append(("categories", f"is empty; write {NOTHING} where none applies"))
    if [part.casefold() for part in given] != [NOTHING] and not (len(given) == 1 and given[0].casefold() in _DASHES):
        chosen = [id for part in given if (id := _known(part, categories, "category", "categories", faults))]
    if chosen and speaker == NOTHING:
        faults.append(("categories", f"a statement that nobody makes has none; write {NOTHING}"))
    stance = cells["stance"]
    if stance.casefold() in _DASHES:
        stance = ""
    stance = stance and _known(stance, stances, "stance", "stance", faults)
    if chosen and not cells["stance"]:
        faults.append(("stance", f"is empty; allowed are {', '.join(stances)}"))
    return Answer(
        cells["statement_id"],
        row,
        cells["statement"],
        speaker,
        tuple(dict.fromkeys(chosen)),
        stance,
        cells.get("comment", ""),
    )


def _known(given: str, ids: dict[str, str], what: str, column: str, faults: list[tuple[str, str]]) -> str:
    id = re.sub(r"[\s-]+", "_", given.strip(" .'\"")).casefold()
    if id in ids:
        return id
    near = difflib.get_close_matches(id, ids, 1)
    hint = f" (perhaps {near[0]}?)" if near else ""
    faults.append((column, f"there is no {what} {given!r}{hint}; allowed are {', '.join(ids)}"))
    return ""


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number and cells by column; every needed column is there."""
    text = _decoded(data)
    if text.lstrip().startswith("{"):
        yield from _json_rows(text)
        return
    header: list[str] = []
    number = 0
    for record in _records(text):
        if not number and record and record[0].startswith("sep="):
            continue  # Excel's own first line, which it doesn't count
        number += 1
        if not header:
            header = [unescaped(name.strip()).casefold() for name in record]
            missing = [name for name in _NEEDED if name not in header]
            if missing:
                raise Failure(
                    "bad_sheet",
                    f"row {number}: there is no column {', '.join(missing)}; the first row of the sheet must be the "
                    "names of the columns as `vostochny annotate --sample` wrote them",
                )
            continue
        cells = dict.fromkeys(header, "")
        cells.update(zip(header, (unescaped(cell.strip()) for cell in record), strict=False))
        yield number, cells
    if not header:
        raise Failure("bad_sheet", "the sheet is empty")


def _records(text: str) -> Iterator[list[str]]:
    """The records, by the delimiter that makes most sense of the head."""

    def read(delimiter: str) -> Iterator[list[str]]:
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        except csv.Error as error:
            raise Failure("bad_sheet", f"not CSV: {error}; save the sheet as CSV in UTF-8 again") from None

    def columns(delimiter: str) -> int:
        head = [record for _, record in zip(range(2), read(delimiter), strict=False)]
        return max((sum(cell.strip().casefold() in _NEEDED for cell in record) for record in head), default=0)

    return read(max(",;\t", key=columns))


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Failure("bad_sheet", f"row {number}: not JSON: {error}") from None
        if not isinstance(row, dict):
            raise Failure("bad_sheet", f"row {number}: expected a JSON object")
        if "legend" in row:
            continue
        cells = dict.fromkeys(_NEEDED, "")
        for name, value in row.items():
            if isinstance(value, list):  # of categories; an empty one says that none applies
                value = " ".join(map(str, value)) or NOTHING
            cells[name] = "" if value is None else str(value).strip()
        yield number, cells


def _decoded(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise Failure("bad_sheet", "this is a workbook, not a CSV file; save it as CSV in UTF-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    languages = _LANGUAGE_CELL.findall(data)
    # CP949 first: it refuses nearly all Cyrillic text, while Windows-1251 takes any bytes for letters.
    encodings = [name for code, name in ((b"ko", "cp949"), (b"ru", "cp1251")) if code in languages]
    for encoding in (*encodings, "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")
