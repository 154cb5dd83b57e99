"""Rows of an export as parquet, CSV or JSON lines, in a file that is whole or not there."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.cells import escaped
from schemas.columns import Column
from schemas.failures import Failure

FORMATS = ("parquet", "csv", "jsonl")
BATCH = 5_000  # rows written at once: a row group of a parquet file
BATCH_LENGTH = 20_000_000  # characters of articles' texts: fewer rows where these are long

_ARROW = {
    "string": pa.string(),
    "timestamp": pa.timestamp("ms", tz="UTC"),
    "boolean": pa.bool_(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "scores": pa.map_(pa.string(), pa.float64()),
}

Document = Mapping[str, Any]


def write(documents: Iterable[Document], columns: Sequence[Column], form: str, out: IO[bytes]) -> int:
    """Write documents, with a column for each field, and return how many. Holds one batch in memory.

    Raises:
        Failure: "bad_format".
    """
    writers = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}
    if form not in writers:
        raise Failure("bad_format", f"{form!r} is not one of {', '.join(FORMATS)}")
    return writers[form](documents, columns, out)


@contextmanager
def output(path: str) -> Iterator[IO[bytes]]:
    """A file to write to: standard output for "-", else one that gets its name when the block ends without an error.

    Until then it is written under another name beside it, so that nobody takes a part for the whole.

    Raises:
        Failure: "no_folder", "cannot_write".
    """
    try:
        if path == "-":
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        else:
            with _file(Path(path)) as file:
                yield file
    except OSError as problem:
        if problem.errno == errno.EPIPE:  # whoever read it has had enough
            raise
        named = "standard output" if path == "-" else path
        raise Failure("cannot_write", f"{named} can't be written: {problem.strerror or problem}") from problem


@contextmanager
def _file(target: Path) -> Iterator[IO[bytes]]:
    if target.is_dir():
        raise Failure("cannot_write", f"{target} is a folder: name a file in it")
    if not target.parent.is_dir():
        raise Failure("no_folder", f"there is no folder {target.parent}: make it first")
    if target.exists() and not target.is_file():  # a device or a pipe
        with target.open("wb") as file:
            yield file
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def schema(columns: Sequence[Column]) -> pa.Schema:
    """The schema of a parquet file, each field with its unit and meaning."""
    fields = []
    for column in columns:
        kind = pa.list_(_ARROW[column.type]) if column.many else _ARROW[column.type]
        told = {"meaning": column.meaning, **({"unit": column.unit} if column.unit else {})}
        fields.append(pa.field(column.name, kind, nullable=not column.many, metadata=told))
    return pa.schema(fields)


def _parquet(documents: Iterable[Document], columns: Sequence[Column], out: IO[bytes]) -> int:
    wanted, written = schema(columns), 0
    with pq.ParquetWriter(out, wanted, compression="zstd") as writer:
        for batch in _batches(_rows(documents, columns), columns):
            values = [_values(held, column) for held, column in zip(zip(*batch, strict=True), columns, strict=True)]
            arrays = [pa.array(each, field.type) for each, field in zip(values, wanted, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=wanted))
            written += len(batch)
    return written


def _batches(rows: Iterable[list[Any]], columns: Sequence[Column]) -> Iterator[list[list[Any]]]:
    texts = [place for place, column in enumerate(columns) if column.name == "article.text"]
    batch: list[list[Any]] = []
    length = 0
    for row in rows:
        batch.append(row)
        length += sum(len(row[place] or "") for place in texts)
        if len(batch) == BATCH or length >= BATCH_LENGTH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def _csv(documents: Iterable[Document], columns: Sequence[Column], out: IO[bytes]) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        text.write("\ufeff")  # by which spreadsheets tell UTF-8
        writer = csv.writer(text)
        writer.writerow([column.name for column in columns])
        written = 0
        for row in _rows(documents, columns):
            writer.writerow([_cell(value, column) for value, column in zip(row, columns, strict=True)])
            written += 1
        text.flush()
    finally:
        with suppress(ValueError, OSError):
            text.detach()
    return written


def _jsonl(documents: Iterable[Document], columns: Sequence[Column], out: IO[bytes]) -> int:
    written = 0
    for values in _rows(documents, columns):
        row = {}
        for value, column in zip(values, columns, strict=True):
            if column.many:
                row[column.name] = value if isinstance(value, list) else [] if value is None else [value]
            elif value is not None:
                row[column.name] = _iso(value) if column.type == "timestamp" else value
        out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        written += 1
    return written


def _rows(documents: Iterable[Document], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """Of each document the value of each column."""
    names = [column.name for column in columns]
    whole = frozenset(column.name for column in columns if column.type == "scores")
    for document in documents:
        fields: dict[str, Any] = {}
        _flatten(document, "", whole, fields)
        yield [fields.get(name) for name in names]


def _flatten(document: Document, path: str, whole: frozenset[str], fields: dict[str, Any]) -> None:
    for key, value in document.items():
        name = path + key
        if isinstance(value, dict) and name not in whole:
            _flatten(value, f"{name}.", whole, fields)
        else:
            fields[name] = value


def _values(values: Sequence[Any], column: Column) -> Sequence[Any]:
    """As arrow takes them."""
    if column.many or column.type in ("timestamp", "scores"):
        return [_value(value, column) for value in values]
    return values


def _value(value: Any, column: Column) -> Any:
    if column.many:
        return value if isinstance(value, list) else [] if value is None else [value]
    if value is None:
        return None
    if column.type == "timestamp":
        return _moment(value)
    return list(value.items()) if column.type == "scores" else value


def _cell(value: Any, column: Column) -> Any:
    if column.many:
        return json.dumps(value if isinstance(value, list) else [] if value is None else [value], ensure_ascii=False)
    if value is None:
        return ""
    match column.type:
        case "string":
            return escaped(value)
        case "timestamp":
            return _iso(value)
        case "boolean":
            return "true" if value else "false"
        case "scores":
            return json.dumps(value, ensure_ascii=False)
    return value


def _moment(text: str) -> datetime:
    """A date as Elasticsearch's strict_date_optional_time has it; what it leaves out is the first of its kind."""
    whole = text + "0001-01-01"[len(text) :] if len(text) < 10 else text
    found = datetime.fromisoformat(whole)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _iso(text: str) -> str:
    if len(text) == 20 and text[-1] == "Z":  # as all records have it
        return f"{text[:-1]}.000Z"
    return _moment(text).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
