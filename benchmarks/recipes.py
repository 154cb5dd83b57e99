"""What comes out of the recipes on the sample data: `vostochny demo`, then `python -m benchmarks.recipes`.

Runs the code of docs/recipes.md on an export of the sample data, puts what it prints below each piece of code, and
writes docs/analysis.ipynb, which is the same page as a notebook without what it prints.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from elasticsearch import Elasticsearch

from connectors.elasticsearch.client import connect
from connectors.elasticsearch.exporting import documents
from connectors.elasticsearch.indices import Indices
from connectors.settings import Settings
from demo.sample import load_truth
from pipelines.exporting import export

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "recipes.md"
NOTEBOOK = DOCS / "analysis.ipynb"

CODE = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def prepare(client: Elasticsearch, indices: Indices, folder: Path) -> None:
    """Put into the folder the files that the recipes read, out of the sample data."""
    for what in ("statements", "articles"):
        export(client, indices, str(folder / f"{what}.parquet"), what=what)
    with (folder / "second.jsonl").open("w", encoding="utf-8") as file:
        for document in second_coder(client, indices):
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def second_coder(client: Elasticsearch, indices: Indices) -> Iterator[dict]:
    """What is planted in the sample articles, in the form of `vostochny annotate --read`."""
    truth = load_truth()["articles"]
    ids = {}
    for article in documents(client, indices, "articles"):
        parts = article["url"]["full"].split("/")
        ids[f"{parts[3]}/{parts[-1]}"] = article["article"]["id"]
    for key, planted in truth.items():
        statements = [
            {
                "actor": each["speaker"],
                "anchor": each["text"],
                "categories": each["categories"],
                "stance": each["stance"],
            }
            for each in planted.get("statements", ())
        ]
        if statements and key in ids:
            yield {"id": ids[key], "statements": statements}


def run(page: str, folder: Path) -> Iterator[tuple[re.Match, str]]:
    """Each piece of the page's code with what it prints, run one after the other in the folder."""
    names: dict = {"__name__": "__main__"}
    with contextlib.chdir(folder):
        for piece in CODE.finditer(page):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(piece["code"], str(PAGE), "exec"), names)
            yield piece, printed.getvalue()


def with_outputs(page: str, outputs: list[str]) -> str:
    """The page with what its code prints below it."""
    left = iter(outputs)

    def replace(piece: re.Match) -> str:
        printed = "\n".join(line.rstrip() for line in next(left).splitlines())
        return f"```python\n{piece['code']}```\n" + (f"\n```text\n{printed}\n```\n" if printed else "")

    return CODE.sub(replace, page)


def notebook(page: str) -> str:
    """The page as a notebook: a cell for each piece of code, none with what it printed."""
    cells: list[dict] = []

    def add(kind: str, text: str) -> None:
        if text.strip():
            lines = text.strip("\n").splitlines(keepends=True)
            code = {"execution_count": None, "outputs": []} if kind == "code" else {}
            cells.append({"cell_type": kind, "id": f"cell-{len(cells)}", "metadata": {}, "source": lines, **code})

    end = 0
    for piece in CODE.finditer(page):
        add("markdown", page[end : piece.start()])
        add("code", piece["code"])
        end = piece.end()
    add("markdown", page[end:])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def main(say: Callable[[str], None] = print) -> None:
    import tempfile

    page = PAGE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        prepare(connect(Settings.from_env()), Indices("demo"), Path(folder))
        outputs = [printed for _, printed in run(page, Path(folder))]
    page = with_outputs(page, outputs)
    PAGE.write_text(page, "utf-8")
    NOTEBOOK.write_text(notebook(page), "utf-8")
    say(f"{len(outputs)} pieces of code, {os.path.relpath(PAGE)} and {os.path.relpath(NOTEBOOK)}")


if __name__ == "__main__":
    main()
