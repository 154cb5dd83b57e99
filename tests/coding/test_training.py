"""The training material and the classifiers made of it."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipelines.coding import LANGUAGES
from pipelines.coding.classifier import Classifier, load
from pipelines.coding.training.__main__ import main, prepare
from pipelines.coding.training.material import COLUMNS, coded_as, read, read_articles
from pipelines.coding.training.train import AS_FOUND, IN_ARTICLE, learn, of_language
from schemas.actors import OCCUPATIONS
from schemas.codebook import load_codebook
from schemas.failures import Failure

GOLD = Path(__file__).parents[1] / "gold"


@pytest.fixture(scope="module")
def samples():
    return prepare(load_codebook())


@pytest.mark.parametrize("language", LANGUAGES)
def test_material_covers_the_codebook(language):
    codebook = load_codebook()
    examples = read(language, codebook)
    own = [example for example in examples if "_sample" not in example.source]
    assert len(own) >= 450
    assert sum(not example.categories for example in own) >= 75
    for category in codebook.categories:
        assert sum(category.id in example.categories for example in own) >= 30, category.id
    for stance in codebook.stances:
        assert sum(example.stance == stance.id for example in own if example.categories) >= 30, stance.id
    known = {*OCCUPATIONS, "former", "group", ""}
    assert {example.occupation for example in examples} <= known
    texts = [example.text for example in examples]
    assert len(set(texts)) >= len(texts) - 2, "repeated statements"


def shingles(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_material_shares_no_text_with_the_evaluation(language):
    size = 6 if language == "ko" else 9  # fewer are names, titles and set phrases
    gold = [json.loads(line) for line in (GOLD / f"{language}.jsonl").open(encoding="utf-8")]
    sealed = set().union(*(shingles(article["text"], size) for article in gold))
    texts = [(example.source, example.text) for example in read(language, load_codebook())]
    texts += [(article["id"], article["text"]) for article in read_articles(language)]
    assert not [source for source, text in texts if shingles(text, size) & sealed]


def test_shipped_weights_are_what_the_script_makes(samples):
    """To tolerance: small changes of terms and rules between two trainings move weights a little."""
    codebook = load_codebook()
    model = learn(samples, codebook)
    for language in LANGUAGES:
        made = Classifier(of_language(model, samples, language, codebook))
        shipped = Classifier(load(codebook.classifiers[language]))
        assert made.weights.targets == shipped.weights.targets
        coded = [sample for sample in samples if sample.language == language and sample.weight != AS_FOUND]
        categories = len(codebook.categories)
        mine, theirs = (np.array([c.score(sample.features)[:categories] for sample in coded]) for c in (made, shipped))
        assert np.mean((mine > 0) == (theirs > 0)) > 0.98, f"{language}: run python -m pipelines.coding.training"
        wanted = np.array([[c.id in sample.categories for c in codebook.categories] for sample in coded])
        assert np.mean((mine > 0) == wanted) > 0.95


def test_training_is_deterministic(samples):
    codebook = load_codebook()
    some = samples[::11]
    first, second = learn(some, codebook), learn(some, codebook)
    assert first.features == second.features
    assert np.array_equal(first.weights, second.weights)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("weather\tneutral\tUS\tofficial\tIt will rain.", "en.tsv:2: no category weather"),
        ("\tangry\tUS\tofficial\tIt will rain.", "en.tsv:2: no stance 'angry'"),
        ("\tneutral\tIt will rain.", "en.tsv:2: 3 columns"),
    ],
)
def test_wrong_material_is_named_by_line(tmp_path, line, complaint):
    (tmp_path / "en.tsv").write_text("\t".join(COLUMNS) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(Failure, match=re.escape(complaint)):
        read("en", load_codebook(), tmp_path)


ARTICLE = {
    "id": "a",
    "text": "The shells breach resolutions, said Lee. Talks help, he added. It rained.",
    "statements": [
        {"anchor": "The shells breach resolutions", "categories": ["official_condemnation"], "stance": "critical"},
        {"anchor": "Talks help", "categories": ["prescription"], "stance": "neutral"},
    ],
    "other_statements": [{"anchor": "It rained"}],
}


def test_articles_tell_the_coding_of_what_the_program_finds():
    text = ARTICLE["text"]
    first, second = text.index("Talks"), text.index("It")
    assert coded_as(ARTICLE, 0, first) == ({"official_condemnation"}, "critical")
    assert coded_as(ARTICLE, 0, second) == ({"official_condemnation", "prescription"}, "critical")
    assert coded_as(ARTICLE, second, len(text)) == (frozenset(), "")
    assert coded_as(ARTICLE, 0, 6) is None
    assert coded_as({**ARTICLE, "complete": True}, 0, 6) == (frozenset(), "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_are_learnt_from_as_the_program_reads_them(language, samples):
    found = [sample for sample in samples if sample.language == language and sample.weight == IN_ARTICLE]
    assert len(found) > 200
    assert {sample.source for sample in found} <= {article["id"] for article in read_articles(language)}


@pytest.mark.parametrize("article", ["{", "[]", '{"id": "a"}', json.dumps({**ARTICLE, "text": "Nothing of it."})])
def test_wrong_articles_are_named_by_line(tmp_path, article):
    (tmp_path / "en_articles.jsonl").write_text(json.dumps(ARTICLE) + "\n" + article, encoding="utf-8")
    with pytest.raises(Failure, match=re.escape("en_articles.jsonl:2: ")):
        read_articles("en", tmp_path)


def test_missing_material_is_an_error(tmp_path):
    with pytest.raises(Failure, match="no examples for 'en'"):
        read("en", load_codebook(), tmp_path)


def test_options_are_checked(capsys):
    with pytest.raises(SystemExit):
        main(["--chek"])
    assert "--chek" in capsys.readouterr().err


def test_neighbours_in_the_material_are_not_templates():
    """Statements that follow each other differ in more than a word."""
    for language in LANGUAGES:
        for first, second in pairwise(read(language, load_codebook())):
            a, b = shingles(first.text, 1), shingles(second.text, 1)
            assert len(a & b) < 0.8 * max(len(a), len(b)), (first.source, second.source)
