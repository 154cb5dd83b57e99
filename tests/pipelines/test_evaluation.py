"""Figures of the evaluation: against those of another scorer by the same rules, and against published examples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipelines.coding import Coder
from pipelines.evaluation import evaluate, predict, read_coded, read_predictions
from pipelines.evaluation.matching import as_prediction, fold
from pipelines.evaluation.measures import alpha, kappa, masi
from pipelines.evaluation.report import as_text
from schemas.failures import Failure

HERE = Path(__file__).parent / "evaluation"

TEXT = "Anna Ray said the shells would breach resolutions. She called for talks. Beijing is silent, Li Na said."


@pytest.fixture(scope="module")
def coded() -> list[dict]:
    return read_coded((HERE / "coded.jsonl").read_text("utf-8").splitlines(), "coded.jsonl")


@pytest.fixture(scope="module")
def predicted() -> list[dict]:
    return read_predictions((HERE / "predicted.jsonl").read_text("utf-8").splitlines(), "predicted.jsonl")


def document(*statements: dict, id: str = "a", **fields) -> dict:
    return {"id": id, "lang": "en", "text": TEXT, "relevant": True, "statements": list(statements), **fields}


def statement(anchor: str, *categories: str, actor: str = "Anna Ray", stance: str = "critical") -> dict:
    return {"actor": actor, "anchor": anchor, "categories": list(categories), "stance": stance}


def pairs(one: str, other: str) -> np.ndarray:
    """How often one coder gave a value and the other another, from their values one after the other."""
    values = sorted({*one, *other})
    counts = np.zeros((1, len(values), len(values)))
    for a, b in zip(one, other, strict=True):
        counts[0, values.index(a), values.index(b)] += 1
    return counts


def assert_equal(found, expected, where="") -> None:
    if isinstance(expected, dict):
        if where.endswith("per_category"):
            assert set(found) == set(expected), where
        for key, value in expected.items():
            assert_equal(found[key], value, f"{where}/{key}")
    else:
        assert found == pytest.approx(expected, abs=1e-12), where


def test_figures_equal_those_of_the_reference_scorer(coded, predicted):
    """`expected.json` was computed by a separate scorer that follows the same rules of matching."""
    found = json.loads(evaluate(coded, predicted).as_json())
    assert_equal(found, json.loads((HERE / "expected.json").read_text()))


def test_a_document_without_prediction_counts_as_nothing_found(coded, predicted):
    assert any("en-b" in warning for warning in evaluate(coded, predicted).warnings)
    nothing = evaluate(coded, []).overall
    assert nothing.values["attribution.r"] == 0
    assert nothing.values["relevance_accuracy"] == pytest.approx(2 / 6)  # the two irrelevant ones


def test_a_perfect_prediction_scores_one():
    first = document(
        statement("the shells would breach", "arms_technology"),
        statement("Beijing is silent", "china_factor", actor="Li Na", stance="neutral"),
        categories=["arms_technology", "china_factor"],
    )
    figures = evaluate([first], [{"id": "a", **as_prediction(first, first)}]).overall
    shares = {name: value for name, value in figures.values.items() if not name.endswith(".n")}
    assert set(shares.values()) == {1.0}
    assert figures.agreement["categories.alpha"] == figures.agreement["stance.kappa"] == 1.0
    assert figures.confusions == ()


def test_confusions_pair_what_was_missed_with_what_came_instead(coded, predicted):
    found = {(a, b): n for a, b, n in evaluate(coded, predicted).overall.confusions}
    assert found["official_condemnation", "(none)"] == 1
    assert found["arms_technology", "china_factor"] == 1
    assert found["(none)", "bloc_confrontation"] == 2
    assert found["bloc_confrontation", "(not found)"] == 1
    assert found["(not coded)", "arms_technology"] == 1


def test_stance_confusion_leaves_out_blame_at_home_alone(coded, predicted):
    stances = evaluate(coded, predicted).overall.stances
    assert stances["sceptical"] == {"critical": 0, "sceptical": 1, "supportive": 0, "neutral": 1}
    assert sum(sum(row.values()) for row in stances.values()) == 7  # of eight found


@pytest.mark.parametrize(
    "one, other, expected",
    [
        ("0100000010", "1110010000", 0.095),  # Krippendorff (2011), section A: binary, two observers
        ("aabbdcccedda", "babbbccceddd", 0.692),  # section B: nominal, two observers
    ],
)
def test_alpha_of_the_published_examples(one, other, expected):
    assert alpha(pairs(one, other))[0] == pytest.approx(expected, abs=5e-4)


def test_kappa_of_the_textbook_example():
    counts = np.array([[[20.0, 5.0], [10.0, 15.0]]])  # 35 of 50 alike, 0.5 expected by chance
    assert kappa(counts)[0] == pytest.approx(0.4)
    assert np.isnan(kappa(np.array([[[5.0, 0.0], [0.0, 0.0]]]))[0])


def test_alpha_over_sets_is_observed_over_expected_distance():
    sets = [frozenset(), frozenset("a"), frozenset("ab"), frozenset("bc"), frozenset("d")]
    distance = masi(sets)
    assert distance[1, 2] == pytest.approx(1 - 1 / 2 * 2 / 3)  # one holds the other
    assert distance[2, 3] == pytest.approx(1 - 1 / 3 * 1 / 3)  # they meet
    assert distance[1, 4] == distance[0, 1] == 1.0
    units = [(1, 1), (1, 2), (2, 3), (4, 4), (0, 1), (3, 3)]
    counts = np.zeros((1, 5, 5))
    for pair in units:
        counts[0][pair] += 1
    values = [value for pair in units for value in pair]
    observed = np.mean([distance[a, b] for a, b in units])
    expected = np.mean(
        [distance[a, b] for i, a in enumerate(values) for j, b in enumerate(values) if i != j]  # without replacement
    )
    assert alpha(counts, distance)[0] == pytest.approx(1 - observed / expected)


def test_intervals_are_the_same_for_a_seed_and_hold_the_figure(coded, predicted):
    one, again, other = (evaluate(coded, predicted, seed=seed).overall for seed in (3, 3, 4))
    assert one.intervals == again.intervals != other.intervals
    low, high = one.intervals["attribution.f1"]
    assert 0 <= low <= one.values["attribution.f1"] <= high <= 1
    assert low < high
    assert evaluate(coded[:1], predicted).overall.intervals == {}  # one document says nothing of the next


def test_intervals_come_from_resampled_documents():
    """Half of the documents right, half wrong: the share of a resample is binomial."""
    right, wrong = ({"id": i, "lang": "en", "text": "", "relevant": i < 50, "statements": []} for i in (0, 99))
    documents = [{**(right if i < 50 else wrong), "id": i, "relevant": i < 50} for i in range(100)]
    figures = evaluate(documents, [{"id": i, "relevant": True} for i in range(100)]).overall
    low, high = figures.intervals["relevance_accuracy"]
    assert figures.values["relevance_accuracy"] == 0.5
    assert low == pytest.approx(0.402, abs=0.02)  # 0.5 - 1.96 · 0.05
    assert high == pytest.approx(0.598, abs=0.02)


def test_two_coders_are_compared_where_both_have_a_statement():
    first = document(
        statement("the shells would breach", "arms_technology"),
        statement("called for talks", "prescription", stance="neutral"),
        statement("Beijing is silent", "china_factor", actor="Li Na"),
        complete=True,
    )
    second = document(
        statement("breach resolutions", "official_condemnation"),  # other words of the same sentence
        statement("called for talks", "prescription", stance="neutral", actor="Somebody"),
        complete=False,
    )
    del second["relevant"]
    found = evaluate([first], [], [second])
    assert found.coders.agreement["statements"] == 2
    assert found.coders.agreement["speaker.same"] == 0.5
    assert found.coders.agreement["categories.same"] == 0.5
    assert found.coders.agreement["stance.kappa"] == 1.0
    assert found.second.agreement["statements"] == 0
    assert found.second.values["relevance_accuracy"] is None
    assert found.second.values["document_categories.f1"] is None
    assert found.second.agreement["stance.kappa"] is None
    assert json.loads(found.as_json())["coders"]["agreement"]["speaker"]["same"] == 0.5
    assert "coder–second coder" in as_text(found)


def test_coders_of_different_texts_are_refused():
    with pytest.raises(Failure, match="different texts"):
        evaluate([document()], [], [{**document(), "text": "another"}])


def test_names_are_alike_whatever_their_spelling():
    assert fold("KIM, Jong-un") == fold("Jong Un Kim")
    assert fold("Пётр Ёлкин") == fold("елкин петр")
    assert fold("The White House") == fold("White House")
    assert fold("김 정은") == fold("김정은")
    assert fold("Kim Jong-un") != fold("Kim Jong-nam")


@pytest.mark.parametrize(
    "line, told",
    [
        ("{", "gold.jsonl:2: not JSON"),
        ("[]", "gold.jsonl:2: expected a JSON object"),
        ('{"text": ""}', 'no "id"'),
        ('{"id": "a"}', '"text" is missing'),
        ('{"id": "a", "text": "", "statements": {}}', '"statements" must be a list'),
        ('{"id": "a", "text": "", "statements": [{"anchor": "x"}]}', 'statement 1: "actor" is missing'),
        ('{"id": "a", "text": "", "statements": [{"actor": "x", "anchor": ""}]}', '"anchor" is empty'),
        ('{"id": "a", "text": "", "statements": [{"actor": "x", "anchor": "y"}]}', '"categories" must be'),
    ],
)
def test_a_faulty_coding_names_file_and_line(line, told):
    with pytest.raises(Failure) as caught:
        read_coded(["", line], "gold.jsonl")
    assert caught.value.cause == "bad_coding"
    assert told in caught.value.detail


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"id": "Ы"}, ensure_ascii=False), "cp1251")
    with path.open(encoding="utf-8") as lines, pytest.raises(Failure, match="not UTF-8"):
        read_coded(lines, "gold.jsonl")


def test_the_example_of_the_documentation_can_be_read():
    page = (Path(__file__).parents[2] / "docs" / "quality.md").read_text("utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    (found,) = read_coded([" ".join(example.split("\n"))], "quality.md")
    assert found["statements"][0]["anchor"] in found["text"]


def test_ids_that_are_there_twice_are_refused_and_unknown_ones_told():
    with pytest.raises(Failure, match="twice"):
        evaluate([document(), document()], [])
    odd = document(statement("nowhere in the text", "arms", stance="angry"))
    warnings = "\n".join(evaluate([odd], [{"id": "b"}]).warnings)
    assert "no category 'arms'" in warnings
    assert "no stance 'angry'" in warnings
    assert "not in the text" in warnings
    assert "1 of the program's documents" in warnings


def test_predictions_that_failed_are_left_out_and_broken_ones_refused():
    assert read_predictions(['{"error": "bad_json", "line": 3}'], "p") == []
    with pytest.raises(Failure, match='p:1: a statement needs "start"'):
        read_predictions(['{"id": 1, "statements": [{"end": 3}]}'], "p")


def test_the_coder_codes_what_was_coded_by_hand():
    text = (
        "North Korea has sent shells to Russia, John Kirby told reporters in Washington. "
        "Any arms deal between Moscow and Pyongyang would violate Security Council resolutions, he added."
    )
    kirby = {
        "actor": "John Kirby",
        "anchor": "North Korea has sent shells to Russia",
        "categories": ["arms_technology"],
    }
    gold = [{"id": "a", "lang": "en", "text": text, "relevant": True, "statements": [kirby]}]
    found = evaluate(gold, predict(gold, Coder()))
    assert found.overall.values["attribution.f1"] == 1.0
    assert not found.warnings


def test_the_report_is_a_table_that_fits_a_terminal(coded, predicted):
    text = as_text(evaluate(coded, predicted))
    assert "attribution F1          0.60 [" in text
    assert "bloc_confrontation" in text
    assert "(not coded)" in text
    assert max(map(len, text.splitlines())) <= 120
    assert as_text(evaluate([], []))
