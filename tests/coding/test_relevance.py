"""Relevance: what is about the bond and what only mentions the sides; the weights and their articles."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.coding import LANGUAGES, Coder
from pipelines.coding.classifier import load
from pipelines.coding.relevance import FEATURES, Relevance, Wording, wording_features
from pipelines.coding.terms import TermMatcher
from pipelines.coding.text import lowered, plain
from pipelines.coding.training.material import read_articles
from pipelines.coding.training.relevance import Learner, read
from schemas.codebook import load_codebook
from schemas.failures import Failure

GOLD = Path(__file__).parents[1] / "gold"


@pytest.fixture(scope="module")
def coder():
    return Coder()


@pytest.fixture(scope="module")
def learner():
    return Learner(read(), load_codebook())


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("en", "", "Seoul says 3,000 more North Korean soldiers reached Kursk in January. Many were wounded there."),
        ("en", "Putin lands in Pyongyang", "The Russian president will sign a treaty with Kim Jong Un on Wednesday."),
        ("ko", "", "국정원은 북한이 쿠르스크 전선에 병력 3000명을 추가로 파병했다고 밝혔다."),
        (
            "ko",
            "최선희, 모스크바서 라브로프와 회담",
            "양국은 조약 이행과 군사 협력을 논의했다고 러시아 외무부가 전했다.",
        ),
        ("ru", "", "Сеул сообщил, что ещё три тысячи солдат КНДР переброшены под Курск и понесли потери."),
        ("ru", "Лавров едет в Пхеньян", "Министр обсудит с Цой Сон Хи выполнение договора и военное сотрудничество."),
    ],
)
def test_the_bond_is_the_subject(coder, language, title, text):
    assert coder.relevance(title, text, language) > 0.5


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "Cold snap",
            "Siberian air from Russia brought snow to Pyongyang. Forecasters in North Korea warned of frost.",
        ),
        ("en", "Russia beat North Korea 2-0", "The striker scored twice. The coach praised Pyongyang's defence."),
        ("en", "Vote at the UN", "Russia, Iran, Syria and North Korea voted against. Ukraine thanked its partners."),
        ("ko", "태풍 북상", "기상청은 태풍이 북한 나선과 러시아 연해주에 폭우를 뿌릴 것으로 예보했다."),
        ("ko", "여자 축구 평가전", "북한이 러시아를 2-0으로 꺾었다. 감독은 선수들을 칭찬했다."),
        (
            "ru",
            "Тайфун у берегов",
            "Ливни ждут в Приморье и на севере КНДР, сообщил гидромет. Реки в России выйдут из берегов.",
        ),
        ("ru", "Товарищеский матч", "Сборная России обыграла КНДР. Тренер похвалил соперника из Пхеньяна."),
    ],
)
def test_a_mention_is_not_the_subject(coder, language, title, text):
    assert coder.relevance(title, text, language) < 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_said_is_irrelevant(coder, language):
    assert coder.relevance("", "", language) == 0.0
    assert coder.relevance("Weather", "It will rain.", language) == 0.0


def test_weights_are_what_the_script_learns(learner):
    learnt, codebook = learner.learn(), load_codebook()
    shipped = codebook.relevance
    assert shipped["prior"] == pytest.approx(learnt.prior, abs=0.3), "run python -m pipelines.coding.training.relevance"
    assert shipped["weights"] == pytest.approx(learnt.weights, abs=0.3)
    for language, path in shipped["words"].items():
        weights, wanted = (
            dict(zip(weights.features, weights.weights[:, 0].tolist(), strict=True))
            for weights in (load(path), learnt.words[language])
        )
        names = sorted(weights.keys() | wanted.keys())
        both = [[weights.get(name, 0.0) for name in names], [wanted.get(name, 0.0) for name in names]]
        assert np.corrcoef(both)[0, 1] > 0.97, f"{path}: run python -m pipelines.coding.training.relevance"


def test_features_keep_their_bounds(learner):
    words = {language: load(path) for language, path in load_codebook().relevance["words"].items()}
    rows = learner.table(learner.articles, words)
    rows = rows[~np.isnan(rows[:, 0])]
    worded = np.array([name.startswith("wording") and name != "wording_share" for name in FEATURES])
    assert np.all((rows[:, ~worded] >= 0) & (rows[:, ~worded] <= 1))
    assert np.all(np.abs(rows[:, worded]) <= 6)


def test_a_source_that_was_not_learnt_from_is_judged_well(learner):
    held = np.array([prepared.article.source == "dev" for prepared in learner.articles])
    assert np.mean(learner.without(held)) >= 0.95


def test_wording_scores_what_the_script_learnt_from(learner):
    for language in LANGUAGES:
        weights = load(load_codebook().relevance["words"][language])
        terms = TermMatcher(load_codebook(), language)
        known = dict(zip(weights.features, weights.weights[:, 0].tolist(), strict=True))
        text = {
            "en": "Moscow’s 2 shells for Pyongyang",
            "ko": "평양에 간 러시아 포탄 2발",
            "ru": "Снаряды из КНДР для Москвы",
        }
        mask = terms.mask(terms.find(text[language]), 0, len(text[language]))
        features = wording_features(text[language], language, terms.names(mask), "both")
        wanted = float(weights.bias[0]) + sum(known.get(name, 0.0) * value for name, value in features.items())
        scored = Wording(weights, terms).score(lowered(plain(text[language])), mask, "both")
        assert scored == pytest.approx(max(-6.0, min(6.0, wanted)), abs=1e-6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_of_the_development_documents_are_misjudged(coder, language):
    documents = [article for article in read_articles(language) if "relevant" in article]
    right = [(coder.relevance(d.get("title", ""), d["text"], language) >= 0.5) == d["relevant"] for d in documents]
    assert len(right) >= 50
    assert sum(right) >= 0.95 * len(right)


def test_material_shares_no_text_with_the_evaluation(learner):
    def shingles(text: str, size: int) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    for language in LANGUAGES:
        size = 7 if language == "ko" else 9
        documents = (GOLD / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
        gold = set().union(*(shingles(json.loads(line)["text"], size) for line in documents))
        articles = [prepared.article for prepared in learner.articles]
        shared = [a.id for a in articles if a.language == language and shingles(a.text, size) & gold]
        assert not shared


def test_a_weight_of_no_feature_is_an_error():
    codebook = load_codebook()
    wrong = replace(codebook, relevance={**codebook.relevance, "weights": {"title_bothe": 1.0}})
    with pytest.raises(Failure, match="no feature 'title_bothe'"):
        Relevance(wrong, TermMatcher(wrong, "en"), "en")
    assert set(codebook.relevance["weights"]) <= set(FEATURES)
