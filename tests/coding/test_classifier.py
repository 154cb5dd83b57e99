"""The classifier beside the rules."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pipelines.coding import LANGUAGES, Coder
from pipelines.coding.categories import CLASS_BITS, Judge
from pipelines.coding.classifier import Classifier, Passage, Weights, load, matter, save, word_features
from pipelines.coding.terms import TermMatcher
from schemas.codebook import load_codebook
from schemas.failures import Failure
from schemas.records import Score

TARGETS = ("rain", "wind", "glad", "sorry")


def weights(features: dict[str, list[float]], **given) -> Weights:
    table = np.array(list(features.values()), np.float32)
    size = table.shape[1]
    return Weights(
        given.get("language", "en"),
        given.get("targets", TARGETS),
        tuple(features),
        table,
        given.get("sums", np.zeros((size, size), np.float32)),
        given.get("bias", np.zeros(size, np.float32)),
    )


def test_scores_add_up_and_name_their_causes():
    learnt = Classifier(weights({'"storm"': [2, 0, 0, 1], "voice official": [0.5, -1, 0, 0], "term sea": [0, 3, 0, 0]}))
    features = learnt.features(Passage("Storm"), ["voice official"], [0, 0, 0, 0])
    assert learnt.score(features).tolist() == [2.5, -1, 0, 1]
    known = learnt.known(features)
    assert learnt.causes(known, 0) == [('"storm"', 2.0), ("voice official", 0.5)]
    assert learnt.causes(known, 2) == []


def test_rule_sums_are_features():
    learnt = Classifier(weights({"term x": [0, 0, 0, 0]}, sums=np.eye(4, dtype=np.float32) * 0.5))
    assert learnt.score(learnt.features(Passage(), [], [4, -2, 0, 100])).tolist() == [2, -1, 0, 4]


def test_who_speaks_is_heard_apart_from_what_is_said():
    text = "Shells are moving, the defence minister warned."
    phrase = text.index("the defence"), text.index(" warned")
    passage = Passage(text, phrase=phrase, cue="warned", shape=("subject_verb", "role", "indirect"))
    assert matter(passage).split() == ["Shells", "are", "moving,", "."]
    features = Classifier(weights({"by minist": [1, 0, 0, 0]})).features(passage, ["voice official"], [0] * 4)
    assert {"cue warned", "by minist", "shape role", "voice official"} <= set(features.context)
    assert '"warned"' not in features.words


def test_words_lose_their_endings():
    shared = set(word_features("снарядов из Пхеньяна", "ru")) & set(word_features("снаряды Пхеньяну", "ru"))
    assert {'"снаря"', '"пхень"'} <= shared
    assert '"포탄"' in word_features("포탄을 보냈다", "ko")
    assert word_features("", "en") == []


def test_saved_weights_come_back(tmp_path):
    learnt = weights({'"포탄"': [1, 2, 3, 4], "a + b": [0.5, 0, 0, 0]}, language="ko")
    save(learnt, tmp_path / "one.npz")
    save(learnt, tmp_path / "two.npz")
    back = load(tmp_path / "one.npz")
    assert back[:3] == learnt[:3]
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(back[3:], learnt[3:], strict=True))
    assert back.weights.dtype == np.float32


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04broken"])
def test_a_broken_file_says_what_to_do(tmp_path, content):
    path = tmp_path / "en.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Failure, match=r"en\.npz: not a classifier .*python -m pipelines\.coding\.training"):
        load(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_weights_are_small_and_fit_the_codebook(language):
    codebook = load_codebook()
    path = codebook.classifiers[language]
    assert path.stat().st_size < 3_000_000
    learnt = load(path)
    assert learnt.language == language
    assert set(learnt.targets) == {entry.id for entry in (*codebook.categories, *codebook.stances)}


TEXT = (
    "MOSCOW — Russia and North Korea signed a treaty on Tuesday.\n\n"
    '"This pact is a flagrant breach of United Nations resolutions and there will be consequences," '
    "State Department spokesman Matthew Miller said.\n\n"
    "North Korea has sent Russia three million artillery shells, said John Smith, a professor at Yale University."
)


def test_explanation_names_the_strongest_features():
    coding = Coder().code(TEXT, title="Russia and North Korea sign treaty", language="en", published="2024-06-20")
    coded = [statement for statement in coding.statements if statement.categories]
    assert coded
    for statement in coded:
        learnt = json.loads(statement.explanation)["learnt"]
        assert {score.id for score in statement.categories} <= set(learnt)
        assert statement.stance in learnt
        assert any(learnt.values())


def test_without_a_classifier_the_rules_judge_alone():
    codebook = replace(load_codebook(), classifiers={})
    coding = Coder(codebook).code(TEXT, title="Russia and North Korea sign treaty", language="en")
    coded = [statement for statement in coding.statements if statement.categories]
    assert coded
    assert all(json.loads(statement.explanation)["learnt"] == {} for statement in coded)


def test_a_category_that_was_not_learnt_follows_from_its_rules():
    codebook = load_codebook()
    own = codebook.categories[0]._replace(id="own", prior=2.0, threshold=0.5)
    codebook = replace(codebook, categories=(*codebook.categories, own))
    terms = TermMatcher(codebook, "en")
    judge = Judge(codebook, terms, Classifier(load(codebook.classifiers["en"])))
    found = judge.judge(Passage("Nothing of the kind.", speaker=CLASS_BITS["official"]))
    assert Score("own", 0.8808) in found.categories


def test_scores_of_any_text_are_finite():
    codebook = load_codebook()
    for language in LANGUAGES:
        terms = TermMatcher(codebook, language)
        judge = Judge(codebook, terms, Classifier(load(codebook.classifiers[language])))
        for text in ("", "\ud800\udfff", "0" * 5000, "да нет " * 3000, "\x00 \u202e!"):
            every = (1 << len(terms.ids)) - 1
            judgement = judge.judge(Passage(text, found=every, phrase=(0, 1), cue="да"))
            assert all(0 <= score.score <= 1 for score in judgement.categories)
            assert 0 <= judgement.stance_score <= 1
