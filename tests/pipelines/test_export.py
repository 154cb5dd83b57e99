"""`vostochny export` as an analyst meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import Sink
from connectors.settings import Settings
from pipelines.cli import main
from schemas.indices import DOCUMENTS
from tests.connectors.articles import HANGANG, KIRBY, POTOMAC, UNKNOWN, article, entry, statement


@pytest.fixture(scope="module")
def filled(elasticsearch):
    """Two statements where the command looks for them."""
    indices = Indices(Settings.index_prefix)
    indices.ensure(elasticsearch)
    items = []
    for outlet, text, speaker in ((POTOMAC, "A breach.", KIRBY), (HANGANG, "=위반이다.", UNKNOWN)):
        items.append(article(entry("x", outlet), text, statement(text, text, speaker, ("prescription",))))
    assert Sink(elasticsearch, indices).write_articles(items) == []
    yield indices
    indices.delete(elasticsearch)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", *arguments])


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_file_of_each_format_is_written(filled, tmp_path, form):
    path = tmp_path / f"statements.{form}"
    result = call("-o", str(path))
    assert result.exit_code == 0, result.output
    assert result.stderr.endswith(f"2 statements in {path}\n")
    if form == "parquet":
        assert pq.read_table(path).num_rows == 2
    else:
        assert path.read_text("utf-8").count("A breach.") >= 1
    assert list(tmp_path.iterdir()) == [path]


def test_json_lines_go_to_standard_output(filled):
    result = call("--bloc", "west", "--from", "2023-09-13", "--to", "2023-09-13")
    (row,) = map(json.loads, result.stdout.splitlines())
    assert row["outlet.id"] == "potomac"


def test_words_narrow_it_as_in_a_search(filled):
    assert [json.loads(line)["outlet.id"] for line in call("breaches").stdout.splitlines()] == ["potomac"]


@pytest.mark.parametrize("what", DOCUMENTS)
def test_every_index_can_be_exported(filled, tmp_path, what):
    result = call("--what", what, "-o", str(tmp_path / "table.parquet"))
    assert result.exit_code == 0, result.output
    names = pq.read_table(tmp_path / "table.parquet").column_names
    assert names[0] == "@timestamp"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "/no/such/folder/x.csv"], "no_folder: there is no folder /no/such/folder: make it first"),
        (["-o", "statements"], "bad_format: statements does not say by its ending"),
        (["--bloc", "wset"], "bad_query: nothing has --bloc 'wset'; there are russia, "),
        (["--what", "feeds", "--stance", "critical"], "no_such_filter: feeds can't be narrowed by stances"),
    ],
)
def test_a_mistake_is_told_in_a_line(filled, arguments, said):
    result = call(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_nothing_is_left_of_a_misspelt_filter(filled, tmp_path):
    assert call("--stance", "critikal", "-o", str(tmp_path / "x.csv")).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_columns_is_printed_without_an_elasticsearch(monkeypatch):
    monkeypatch.setenv("VOSTOCHNY_ELASTICSEARCH_URL", "http://127.0.0.1:1")
    assert "| `statement.stance` | string |" in call("--schema").stdout


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_whoever_has_read_enough_ends_it_quietly(elasticsearch, settings: Settings, filled, form):
    url = settings.elasticsearch_url or _address(elasticsearch)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "export", "--format", form],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "VOSTOCHNY_ELASTICSEARCH_URL": url},
        timeout=120,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == b""


def _address(client) -> str:
    (node,) = client.transport.node_pool.all()
    return node.base_url
