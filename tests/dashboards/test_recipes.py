"""The recipes and the notebook: every piece of code runs on the sample data and prints what the page shows of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.recipes import CODE, NOTEBOOK, PAGE, notebook, prepare, run
from schemas.indices import field_names

FIELD = re.compile(r"@timestamp|\b[a-z_]+(?:\.[a-z_]+)+\b")


@pytest.fixture(scope="module")
def folder(elasticsearch, indices, tmp_path_factory) -> Path:
    """An analyst's folder with the export of the sample data in it."""
    found = tmp_path_factory.mktemp("analyst")
    prepare(elasticsearch, indices, found)
    return found


def shape(line: str) -> list[str] | int:
    """The words of a head; of a row of data, whose words follow the coding, how many cells it has."""
    return line.count(" | ") or re.findall(r"[^\W\d]+", line)


def test_every_recipe_prints_what_the_page_says(folder):
    """Heads and names; the numbers follow the coding, and `python -m benchmarks.recipes` writes them anew."""
    for piece, printed in run(PAGE.read_text("utf-8"), folder):
        assert printed.strip(), piece["code"]
        shown, lines = piece["output"].splitlines(), printed.splitlines()
        assert shape(lines[0]) == shape(shown[0])
        assert len(lines) > len(shown) / 2


def test_the_notebook_runs(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    names: dict = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "analysis.ipynb", "exec"), names)
            assert capsys.readouterr().out.strip()


def test_the_notebook_is_the_page():
    assert NOTEBOOK.read_text("utf-8") == notebook(PAGE.read_text("utf-8")), "python -m benchmarks.recipes"


def test_the_page_answers_what_analysts_ask():
    headings = re.findall(r"^## (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    for words in ("shares by bloc", "First use", "changed stance", "together", "Wire copy", "Holes", "second coder"):
        assert any(words in heading for heading in headings)
    assert len(CODE.findall(PAGE.read_text("utf-8"))) > 7


@pytest.mark.parametrize(
    "query", re.findall(r"^```esql\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
def test_esql_names_fields_that_exist(query):
    kind = re.match(r"FROM vostochny-([\w-]+)", query)[1]
    assert set(FIELD.findall(re.sub(r'"[^"]*"', "", query))) <= field_names(kind)
