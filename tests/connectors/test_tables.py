"""Exports as files: every format holds what the documents hold, no cell is a formula, no part passes for the whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from connectors import tables
from connectors.tables import output, write
from schemas.cells import escaped, unescaped
from schemas.columns import Column, columns
from schemas.failures import Failure

COLUMNS = columns("statements")
FULL = {
    "@timestamp": "2023-09-13T08:00:00Z",
    "statement": {
        "id": "1",
        "text": "=HYPERLINK(1) „цитата“\n두 줄",
        "categories": ["prescription", "china_factor"],
        "scores": {"prescription": 0.75, "china_factor": 0.5},
        "stance": "critical",
        "stance_score": 0.25,
        "direct": True,
        "start": 7,
    },
    "outlet": {"name": "-1"},
    "article": {"categories": "prescription", "delay": 5},  # one value alone, as Elasticsearch takes it too
}
BARE = {"@timestamp": "2023-09", "statement": {"id": "2", "direct": False}}


def written(form: str, *documents: dict, of: tuple[Column, ...] = COLUMNS) -> bytes:
    out = io.BytesIO()
    assert write(documents, of, form, out) == len(documents)
    return out.getvalue()


def test_parquet_has_the_columns_types_units_and_meanings():
    table = pq.read_table(io.BytesIO(written("parquet", FULL, BARE)))
    assert table.column_names == [column.name for column in COLUMNS]
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert types["@timestamp"] == "timestamp[ms, tz=UTC]"
    assert types["statement.categories"].startswith("list<")
    assert types["statement.scores"].startswith("map<string, double")
    told = table.schema.field("statement.stance_score").metadata
    assert told[b"unit"] == b"0 to 1"
    assert b"Probability" in told[b"meaning"]
    full, bare = table.to_pylist()
    assert full["@timestamp"] == datetime(2023, 9, 13, 8, tzinfo=UTC)
    assert full["statement.text"] == FULL["statement"]["text"]
    assert full["statement.categories"] == ["prescription", "china_factor"]
    assert dict(full["statement.scores"]) == FULL["statement"]["scores"]
    assert full["article.categories"] == ["prescription"]
    assert bare["@timestamp"] == datetime(2023, 9, 1, tzinfo=UTC)
    assert bare["statement.categories"] == []
    assert bare["statement.text"] is None
    assert bare["statement.direct"] is False


def test_csv_is_what_a_spreadsheet_can_open():
    data = written("csv", FULL, BARE)
    assert data.startswith(b"\xef\xbb\xbf")
    full, bare = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert full["@timestamp"] == "2023-09-13T08:00:00.000Z"
    assert full["statement.text"] == "'" + FULL["statement"]["text"]
    assert unescaped(full["statement.text"]) == FULL["statement"]["text"]
    assert full["outlet.name"] == "'-1"
    assert full["statement.direct"] == "true"
    assert full["statement.stance_score"] == "0.25"
    assert json.loads(full["statement.categories"]) == ["prescription", "china_factor"]
    assert json.loads(full["statement.scores"]) == FULL["statement"]["scores"]
    assert (bare["statement.categories"], bare["statement.text"], bare["statement.start"]) == ("[]", "", "")


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r", "＝1", "'=1", "''-", "", "a=1", "'quoted'", "북"]
)
def test_no_cell_is_a_formula_and_none_is_lost(text):
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(tuple("=+-@\t\r＝＋－＠"))


def test_json_lines_leave_out_what_is_unknown():
    full, bare = map(json.loads, written("jsonl", FULL, BARE).splitlines())
    assert full["statement.text"] == FULL["statement"]["text"]
    assert full["article.categories"] == ["prescription"]
    assert bare == {
        "@timestamp": "2023-09-01T00:00:00.000Z",
        "statement.id": "2",
        "statement.categories": [],
        "statement.direct": False,
        "article.authors": [],
        "article.categories": [],
    }


@pytest.mark.parametrize("form", tables.FORMATS)
def test_nothing_still_has_its_columns(form):
    data = written(form)
    if form == "parquet":
        assert pq.read_table(io.BytesIO(data)).column_names == [column.name for column in COLUMNS]
    elif form == "csv":
        assert data.decode("utf-8-sig").strip().split(",") == [column.name for column in COLUMNS]
    else:
        assert data == b""


def test_an_unknown_format_is_refused():
    with pytest.raises(Failure, match="'xls' is not one of parquet, csv, jsonl"):
        write((), COLUMNS, "xls", io.BytesIO())


class Counted(dict):
    """A document that is counted while somebody holds it."""

    alive = most = 0

    def __init__(self, *arguments):
        super().__init__(*arguments)
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)

    def __del__(self):
        Counted.alive -= 1


@pytest.mark.parametrize("form", tables.FORMATS)
def test_no_more_than_a_batch_is_held(form, monkeypatch):
    monkeypatch.setattr(tables, "BATCH", 100)
    Counted.most = 0
    assert write((Counted(BARE) for _ in range(1_000)), COLUMNS, form, io.BytesIO()) == 1_000
    assert 0 < Counted.most <= 210


def test_long_texts_make_smaller_batches(monkeypatch):
    monkeypatch.setattr(tables, "BATCH_LENGTH", 1_000)
    article = {"@timestamp": "2023", "article": {"text": "a" * 100}}
    data = written("parquet", *[article] * 35, of=columns("articles"))
    assert pq.ParquetFile(io.BytesIO(data)).num_row_groups == 4


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "statements.csv"

    def interrupted() -> Iterator[dict]:
        yield FULL
        assert not path.exists()
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError), output(str(path)) as out:
        write(interrupted(), COLUMNS, "csv", out)
    assert list(tmp_path.iterdir()) == []
    with output(str(path)) as out:
        write([FULL], COLUMNS, "csv", out)
    assert [file.name for file in tmp_path.iterdir()] == ["statements.csv"]
    assert path.read_bytes() == written("csv", FULL)


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "statements.jsonl"
    path.write_text("older")
    with pytest.raises(RuntimeError), output(str(path)) as out:
        out.write(b"newer")
        raise RuntimeError
    assert path.read_text() == "older"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("missing/statements.csv", "no_folder: there is no folder {}/missing: make it first"),
        ("", "cannot_write: {} is a folder: name a file in it"),
        ("../../../../../../../dev/full", "No space left on device"),
    ],
)
def test_a_place_that_cannot_be_written_is_told(tmp_path, path, said):
    with pytest.raises(Failure) as caught, output(f"{tmp_path}/{path}".rstrip("/")) as out:
        write([FULL], COLUMNS, "csv", out)
    assert said.format(tmp_path) in str(caught.value)
