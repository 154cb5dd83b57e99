"""The codebook's loader: what it reads, and what it says of a wrong one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.coding import Coder
from schemas.codebook import DATA, load_codebook
from schemas.failures import Failure

SMALL = """\
version: "1"
names: {en: Weather}
categories:
  - {id: storm, names: {en: Storm}, definition: Speaks of storms., prior: -2.0, stance: {worried: 1.0}}
stances:
  - {id: worried, names: {en: worried}, definition: Worries., prior: 0.0}
  - {id: calm, names: {en: calm}, definition: Does not., prior: 0.5}
default_stance: calm
gate: {en: [[wind], [sea]]}
relevance:
  sides: [wind, sea]
  bond: [storm]
  prior: -2.0
  weights: {title_both: 4.0, lead_both: 3.0}
rules:
  - {id: storm, all: [storm], weights: {storm: 5.0}}
lexicons:
  en:
    wind: [wind*, gale]
    sea: [sea, ocean]
    storm: ["storm*", "/hurricane|typhoon/"]
"""


@pytest.fixture
def write(tmp_path: Path):
    def writer(text: str) -> Path:
        path = tmp_path / "codebook.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return writer


def test_the_projects_own_has_the_categories_and_stances():
    codebook = load_codebook()
    assert [c.id for c in codebook.categories] == [
        "official_condemnation",
        "arms_technology",
        "bloc_confrontation",
        "china_factor",
        "rok_domestic_blame",
        "prescription",
        "moscow_pyongyang_narrative",
    ]
    assert {s.id for s in codebook.stances} == {"critical", "sceptical", "supportive", "neutral"}
    assert len(codebook.boundary_rules) == 17
    for category in codebook.categories:
        assert {"en", "ru", "ko"} <= set(category.names)


def test_every_rule_can_fire_in_every_language():
    codebook = load_codebook()
    for code, terms in codebook.terms.items():
        known = {term.id for term in terms if term.patterns}
        for rule in codebook.rules:
            for group in (*rule.all, *rule.around):
                assert known & set(group), f"{rule.id} has no words for {group} in {code}"


def test_the_gate_has_two_groups_in_five_languages():
    gate = load_codebook().gate
    assert {"en", "ru", "ko", "ja", "zh"} <= set(gate)
    assert all(len(groups) == 2 and all(groups) for groups in gate.values())


def test_another_topic_is_another_codebook(write):
    coder = Coder(load_codebook(write(SMALL)))
    coding = coder.code(
        "A gale came in from the sea on Monday.\n\n“A typhoon is next,” said Ada Brown, a scientist.",
        title="Wind and sea",
        language="en",
    )
    assert coding.relevant and coding.codebook == "1"
    assert [[c.id for c in s.categories] for s in coding.statements] == [["storm"]]
    assert coding.statements[0].stance == "worried"


def test_a_category_and_a_cue_are_added_without_code(tmp_path: Path):
    shutil.copy(DATA, tmp_path / "codebook.yaml")
    for folder in ("lexicons", "classifiers"):
        if (DATA.parent / folder).exists():
            shutil.copytree(DATA.parent / folder, tmp_path / folder)
    path = tmp_path / "codebook.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "\nstances:\n",
        "\n  - {id: tourism, names: {en: Tourism}, definition: Speaks of tourists., prior: -3.0}\n\nstances:\n",
    ).replace("\nrules:\n", "\nrules:\n  - {id: tourists, all: [tourists], weights: {tourism: 6.0}}\n")
    path.write_text(text, encoding="utf-8")
    lexicon = tmp_path / "lexicons" / "en.yaml"
    lexicon.write_text(lexicon.read_text(encoding="utf-8") + "\ntourists: [beach resort*]\n", encoding="utf-8")
    coding = Coder(load_codebook(path)).code(
        "Russia and North Korea deepened the ties of their treaty on Monday, when the ministers met in Wonsan.\n\n"
        "Sergei Lavrov said the beach resort at Wonsan would bring Russia and North Korea closer.",
        title="Russia and North Korea praise their partnership",
        language="en",
    )
    assert "tourism" in {c.id for c in coding.categories}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("default_stance: calm", "default_stance: quiet", 8, "no stance 'quiet'"),
        ("prior: -2.0, stance", "prior: high, stance", 4, "expected a number"),
        ("weights: {storm: 5.0}", "weights: {flood: 5.0}", 16, "'flood'"),
        ("all: [storm], ", "all: [flood], ", 16, "no term 'flood'"),
        ("all: [storm], ", "speaker: [sailor], ", 16, "no speaker class 'sailor'"),
        ("  bond: [storm]", "  bond: [snow]", 12, "no term 'snow'"),
        ('"/hurricane|typhoon/"', '"/hurricane(/"', 21, "not a regular expression"),
        ("{id: calm, names", "{id: worried, names", 7, "twice"),
        ('version: "1"', 'version: "1"\nvertion: "2"', 2, "unknown field 'vertion'"),
        ("names: {en: Weather}\n", "", 1, "'names' is missing"),
        ("gate: {en: [[wind], [sea]]}", "gate: {en: [[wind], [sea]", 10, "not YAML"),
        ("    sea: [sea, ocean]", "    sea: [sea, ocean]\n    sea: [lake]", 21, "twice"),
        ("    wind: [wind*, gale]", "    wind: [wind*, '*']", 19, "no letter"),
    ],
)
def test_a_wrong_codebook_names_file_and_line(write, old, new, line, says):
    assert old in SMALL
    path = write(SMALL.replace(old, new, 1))
    with pytest.raises(Failure) as caught:
        load_codebook(path)
    assert caught.value.cause == "bad_codebook"
    assert caught.value.detail.startswith(f"{path}:{line}:"), caught.value.detail
    assert says in caught.value.detail


def test_a_missing_lexicon_is_named_where_it_is_asked_for(write):
    text = SMALL[: SMALL.index("  en:\n    wind")] + "  en: nowhere.yaml\n"
    with pytest.raises(Failure, match=r"codebook\.yaml:18: .*nowhere\.yaml"):
        load_codebook(write(text))


def test_a_missing_file():
    with pytest.raises(Failure, match="can't be read"):
        load_codebook("/nowhere/codebook.yaml")
