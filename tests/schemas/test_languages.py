"""Languages told by script and, among those in Latin letters, by words."""

from __future__ import annotations

import pytest

from schemas.languages import detect


@pytest.mark.parametrize(
    "text, language",
    [
        ("푸틴 대통령이 北 김정은과 회담했다고 조선중앙통신이 보도했다.", "ko"),
        ("한국 KBS Samsung Electronics 발표", "ko"),
        ("プーチン大統領は北朝鮮の金正恩総書記と会談した。", "ja"),
        ("俄罗斯总统普京访问朝鲜并与金正恩举行会谈", "zh"),
        ("Путин посетил КНДР и провёл переговоры с Ким Чен Ыном", "ru"),
        ("Президент України відвідав Сеул і заявив про підтримку її партнерів", "uk"),
        ("По словам Зеленского («Слуга народу», партія), встреча лидеров России и КНДР была опасной", "ru"),
        ("The Russian president met the leader of North Korea on Wednesday.", "en"),
        ("Wladimir Putin hat Nordkorea besucht und mit Kim gesprochen.", "de"),
        ("Le président russe s'est rendu en Corée du Nord pour la première fois.", "fr"),
    ],
)
def test_texts(text, language):
    assert detect(text, "xx") == language
    assert detect(text * 20) == language


def test_the_hint_where_there_is_too_little_text():
    assert detect("", "ko-KR") == "ko"
    assert detect("KBS 1", "ko") == "ko"
    assert detect("") == ""
    assert detect("עברית היא שפה שמית ממשפחת השפות", "he") == "he"
