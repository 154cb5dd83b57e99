"""Relevance: what is about the bond and what only mentions the sides; the weights and their articles."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.coding import LANGUAGES, Coder
from pipelines.coding.relevance import FEATURES, Relevance
from pipelines.coding.terms import TermMatcher
from pipelines.coding.training.relevance import judge, learn, read, table
from schemas.codebook import load_codebook
from schemas.failures import Failure

GOLD = Path(__file__).parents[1] / "gold"


@pytest.fixture(scope="module")
def coder():
    return Coder()


@pytest.fixture(scope="module")
def material():
    articles = read()
    return articles, table(articles, load_codebook()), np.array([article.relevant for article in articles])


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


def test_weights_are_what_the_script_learns(material):
    _, rows, relevant = material
    learnt, shipped = learn(rows, relevant), load_codebook().relevance
    assert shipped["prior"] == pytest.approx(learnt.prior, abs=0.3), "run python -m pipelines.coding.training.relevance"
    assert shipped["weights"] == pytest.approx(learnt.weights, abs=0.3)
    assert np.all((rows[~np.isnan(rows)] >= 0) & (rows[~np.isnan(rows)] <= 1))


def test_sources_that_were_not_learnt_from_are_judged_well(material):
    articles, rows, relevant = material
    source = np.array([article.source for article in articles])
    for left_out in ("dev", "sample"):
        learnt = learn(rows[source != left_out], relevant[source != left_out])
        assert np.mean((judge(rows, learnt) == relevant)[source == left_out]) >= 0.93


def test_material_shares_no_text_with_the_evaluation(material):
    def shingles(text: str, size: int) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    for language in LANGUAGES:
        size = 7 if language == "ko" else 9
        texts = [(GOLD / f"{half}-{language}.jsonl").read_text(encoding="utf-8") for half in ("tune", "report")]
        gold = shingles("\n".join(texts), size)
        shared = [a.id for a in material[0] if a.language == language and shingles(a.text, size) & gold]
        assert not shared


def test_a_weight_of_no_feature_is_an_error():
    codebook = load_codebook()
    wrong = replace(codebook, relevance={**codebook.relevance, "weights": {"title_bothe": 1.0}})
    with pytest.raises(Failure, match="no feature 'title_bothe'"):
        Relevance(wrong, TermMatcher(wrong, "en"))
    assert set(codebook.relevance["weights"]) <= set(FEATURES)
