"""Why a statement was coded so, in words."""

from __future__ import annotations

from pipelines.coding import Coder
from pipelines.coding.analyse import analyse_document
from pipelines.explaining import as_text, explained
from schemas.codebook import load_codebook

CODEBOOK = load_codebook()


def entry(**fields) -> dict:
    return {
        "actor_id": "john-kirby",
        "actor_name": "John Kirby",
        "actor_surface": "He",
        "actor_role": "spokesman",
        "actor_affiliation": "",
        "actor_country": "US",
        "start": 3,
        "end": 30,
        "text": "He said the\nshells matter.",
        "direct": True,
        "categories": [{"id": "arms_technology", "score": 0.93}],
        "stance": "neutral",
        "stance_score": 0.6,
        "reported_by": "TASS",
        "explanation": {
            "cue": "said",
            "attribution": "subject_verb",
            "speaker": "pronoun",
            "linked": "list",
            "rules": ["arms-goods", "gone-since"],
            "terms": {"munitions": ["shells"]},
        },
        **fields,
    }


def test_speaker_category_and_stance_come_with_their_reasons():
    weight = dict(next(rule for rule in CODEBOOK.rules if rule.id == "arms-goods").weights)["arms_technology"]
    assert explained(entry(), CODEBOOK) == [
        "[3–30] He said the shells matter.",
        "  John Kirby, spokesman, US",
        "    “He”: meant by a pronoun, in the actor list: john-kirby",
        "    “said”, subject verb, with a direct quotation",
        "    reported by TASS",
        "  arms_technology 0.93",
        f"    {weight:+.1f} arms-goods: “shells”",
        "  neutral 0.60",
    ]


def test_what_else_an_explanation_holds_is_told_too():
    found = entry(categories=[], explanation={"model": {"arms": 0.4}, "note": "as it is", "empty": []})
    lines = explained(found, CODEBOOK)
    assert any("no category" in line for line in lines)
    assert lines[-2:] == ['  model: {"arms": 0.4}', "  note: as it is"]


def test_every_statement_of_a_coded_text_can_be_explained():
    text = (
        "“North Korea has sent shells to Russia,” John Kirby told reporters. Experts doubt that the alliance will last."
        "\n\n«Договор с КНДР ни против кого не направлен», — заявил Песков."
    )
    document = analyse_document(Coder(), {"id": "a", "text": text, "lang": "en"}, explain=True)
    shown = as_text(document, CODEBOOK)
    assert shown.startswith("a: relevant (")
    assert "arms_technology" in shown
    assert "“shells”" in shown
    assert shown.count("[") >= len(document["statements"]) >= 1
