"""The command line as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.elasticsearch.indices import Indices
from pipelines.cli import main
from pipelines.cli.common import DEMO


def call(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--nonsense", "3"], "bad_option: neither this command nor FnApiRunner knows --nonsense"),
        (["run", "frob"], "bad_option: 'frob' is no option"),
        (["run", "--direct_num_workers=x"], "bad_option: argument --direct_num_workers: invalid int value: 'x'"),
        (["run", "--runner", "Nonsense"], "bad_runner: Unexpected pipeline runner: Nonsense"),
        (["run", "--only", "no such outlet"], "no_feeds: "),
        (["run", "--outlets", "/no/such/file"], "bad_outlets: /no/such/file: No such file"),
        (["run", "--outlets", "http://127.0.0.1:1/"], "refused: 127.0.0.1:1"),
        (["run", "--since", "yesterday"], "'yesterday' is no date; write it as 2023-09-13"),
        (["run", "--processes", "-1"], "-1 is not in the range"),
        (["search", "missile", "--size", "0"], "bad_query: size 0 is not between 1 and 10000"),
        (["analyse", "--codebook", __file__], f"bad_codebook: {__file__}:"),
    ],
)
def test_a_mistake_is_told_in_a_line(elasticsearch, arguments, said):
    result = call(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    error = result.stderr[result.stderr.index("Error: ") :]
    assert said in error
    assert error.count("\n") == 1


def test_a_line_that_cannot_be_coded_has_an_error_in_its_place():
    good = json.dumps({"id": "1", "text": "Kim Jong Un met Vladimir Putin."})
    result = call("analyse", given=f'{good}\nno json\n\n{{"id": 2}}\n{good}\n')
    assert result.exit_code == 1
    coded = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line.get("id"), line.get("error"), line.get("line")) for line in coded] == [
        ("1", None, None),
        (None, "bad_json", 2),
        (None, "bad_document", 4),
        ("1", None, None),
    ]
    assert "bad_document: 2 lines" in result.stderr


def test_documents_in_another_charset_are_refused():
    result = call("analyse", given='{"text": "Путин"}'.encode("cp1251"))
    assert result.exit_code == 1
    assert "bad_document: the documents are not UTF-8 text" in result.stderr


def test_status_of_a_node_that_does_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("VOSTOCHNY_DATA_DIR", str(tmp_path))
    result = call("elasticsearch", "status")
    assert result.exit_code == 3
    assert "does not run" in result.stdout
    assert call("elasticsearch", "stop").stdout == "was not running\n"


def test_the_demo_and_a_search_in_it(elasticsearch):
    real = set(elasticsearch.indices.get(index="vostochny-*"))
    try:
        for _ in range(2):
            result = call("demo", "--json", "--processes", "1")
            assert result.exit_code == 0
            assert json.loads(result.stdout)["accounted"]
        found = json.loads(call("search", "--demo", "러시아", "--bloc", "rok", "--format", "json").stdout)
        assert found["total"] > 0
        misspelt = call("search", "--demo", "--stance", "critikal")
        assert misspelt.exit_code == 1
        assert "bad_query: nothing has --stance 'critikal'; there are critical" in misspelt.stderr
        assert set(elasticsearch.indices.get(index="vostochny-*")) == real
    finally:
        Indices(DEMO).delete(elasticsearch)


def test_the_coding_is_judged_against_documents_coded_by_hand(tmp_path):
    gold = Path(__file__).parents[1] / "gold" / "en.jsonl"
    found = json.loads(call("evaluate", "--json", str(gold)).stdout)
    assert found["documents"] == 20
    assert 0.5 < found["attribution"]["f1"] <= 1


def test_a_sheet_for_a_second_coder_goes_out_and_comes_back(tmp_path):
    gold = Path(__file__).parents[1] / "gold" / "en.jsonl"
    sheet = tmp_path / "sheet.csv"
    assert call("annotate", str(sheet), str(gold), "--sample", "5").exit_code == 0
    assert call("annotate", str(sheet), str(gold), "--sample", "5").exit_code == 1, "a filled sheet is not overwritten"
    assert call("annotate", str(sheet), str(gold), "--read").exit_code == 0


def test_the_dashboards_are_printed_for_kibana():
    objects = [json.loads(line) for line in call("dashboards", "export").stdout.splitlines()]
    assert {"dashboard", "index-pattern", "search"} <= {each["type"] for each in objects}
    assert "no_token: 0.0.0.0" in call("desk", "--demo", "--host", "0.0.0.0").stderr


def test_a_text_is_explained():
    document = {"id": "1", "text": "North Korea and Russia signed a treaty. Dmitry Peskov said it threatens no one."}
    said = call("analyse", "--format", "text", given=json.dumps(document)).stdout
    assert said.startswith("1: relevant")
    assert "Dmitry Peskov" in said
