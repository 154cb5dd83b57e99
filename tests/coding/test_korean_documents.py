"""Whole documents whose one speaker is named only at their head: every sentence of speech is his."""

from __future__ import annotations

import pytest

from pipelines.coding import Coder
from schemas.codebook import load_codebook


@pytest.fixture(scope="module")
def coder():
    return Coder(load_codebook())


DOCUMENTS = {
    "a commentary of KCNA": (
        "조선중앙통신사 론평",
        "조선중앙통신",
        "(평양 11월 1일발 조선중앙통신)\n\n미국과 그 추종세력들이 조로관계의 발전을 두고 분별없이 "
        "떠들어대고있다. 조로 두 나라사이의 "
        "협조는 주권국가들의 정당한 권리이다.\n\n우리의 협력은 그 누구도 가로막을수 없다. 미일한의 "
        "3자군사공조야말로 지역의 평화를 "
        "파괴하는 근원이다.",
        "KCNA",
        ("정당한 권리이다", "가로막을수 없다", "파괴하는 근원이다"),
        (),
    ),
    "a statement of the ministry's spokesman": (
        "조선민주주의인민공화국 외무성 대변인담화",
        "조선중앙통신",
        "조선민주주의인민공화국 외무성 대변인은 1일 다음과 같은 담화를 발표하였다.\n\n최근 미국이 조로 두 "
        "나라의 합법적인 협조관계를 "
        "걸고들고있다.\n\n우리는 이를 주권침해로 단호히 배격한다. 조로관계는 국제법에 완전히 "
        "부합된다.\n\n우리는 앞으로도 로씨야의 위업을 "
        "전적으로 지지할것이다.",
        "North Korean Foreign Ministry",
        ("단호히 배격한다", "완전히 부합된다", "전적으로 지지할것이다"),
        (),
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_speaker_at_the_head_of_a_document_says_it_all(coder, name):
    title, outlet, text, speaker, said, not_said = DOCUMENTS[name]
    coding = coder.code(text, title=title, language="ko", outlet=outlet)
    assert coding.relevant
    found = [(s.speaker.name, s.text) for s in coding.statements]
    for words in said:
        assert any(who == speaker and words in what for who, what in found), (words, found)
    for words in not_said:
        assert not any(words in what for _, what in found), (words, found)
