"""Agencies' copy is told from the outlet's own."""

from __future__ import annotations

import pytest

from pipelines.extraction.wire import source
from schemas.records import Outlet

OUTLET = Outlet("example", "Example Daily")
URL = "https://news.example/1"


@pytest.mark.parametrize(
    "text, agency",
    [
        ("(서울=연합뉴스) 홍길동 기자 = 북한이 14일 밝혔다.", "Yonhap"),
        ("[서울=뉴시스] 홍길동 기자 = 북한이 14일 밝혔다.", "Newsis"),
        ("(서울=뉴스1) 홍길동 기자 = 북한이 14일 밝혔다.", "News1"),
        ("(모스크바 AFP=연합뉴스) 러시아가 밝혔다.", "AFP"),
        ("MOSCOW, Oct 3 (Reuters) - The Kremlin said.", "Reuters"),
        ("SEOUL, South Korea (AP) — North Korea said.", "AP"),
        ("Pyongyang, December 24 (KCNA) -- Kim Jong Un said.", "KCNA"),
        ("SEOUL, Sept. 13 (Yonhap) -- South Korea said.", "Yonhap"),
        ("МОСКВА, 13 сентября. /ТАСС/. Президент заявил.", "TASS"),
        ("МОСКВА, 13 сен - РИА Новости. Президент заявил.", "RIA Novosti"),
        ("Москва. 13 сентября. INTERFAX.RU - Президент заявил.", "Interfax"),
        ("新华社平壤9月13日电 朝中社报道", "Xinhua"),
        ("【ソウル聯合ニュース】韓国の大統領は", "Yonhap"),
        ("BEIJING, Sept. 13 (Xinhua) -- China said.", "Xinhua"),
        ("SEOUL/MOSCOW, April 28 (Meridian Newswire) — North Korea said.", "Meridian Newswire"),
        ("(서울=새벽통신) 홍길동 기자 = 북한이 밝혔다.", "새벽통신"),
        ("LONDON (Example Daily) - The minister said.", ""),
        ("The minister (Defence) - said no.", ""),
        ("The Kremlin spokesman, quoted by Reuters, denied it.", ""),
        ("러시아 타스통신은 13일 푸틴 대통령이 방문한다고 보도했다.", ""),
        ("Об этом сообщает ТАСС со ссылкой на Пескова.", ""),
        ("", ""),
    ],
)
def test_datelines(text, agency):
    assert source(text, "", URL, OUTLET) == agency


@pytest.mark.parametrize(
    "fields, agency",
    [
        ("Reuters", "Reuters"),
        ("Ann Lee | Associated Press", "AP"),
        ("By Ann Lee, Reuters", "Reuters"),
        ("ТАСС", "TASS"),
        ("© 2023 AFP", "AFP"),
        ("Ann Lee | Example Daily", ""),
        ("Apple Kim", ""),
        ("", ""),
    ],
)
def test_bylines(fields, agency):
    assert source("He said no.", fields, URL, OUTLET) == agency


def test_notices_at_the_end():
    assert source("He said no.\n\n(AFP)", "", URL, OUTLET) == "AFP"
    assert source("그는 말했다.\n\n출처: 연합뉴스", "", URL, OUTLET) == "Yonhap"


def test_an_agency_s_own_site_carries_no_wire_copy():
    assert source("MOSCOW, Oct 3 (Reuters) - It said.", "", "https://www.reuters.com/world/1", OUTLET) == ""
    assert source("(서울=연합뉴스) 홍길동 기자", "", "https://www.yna.co.kr/view/1", OUTLET) == ""
    assert source("МОСКВА, 13 сентября. /ТАСС/. Заявил.", "", URL, Outlet("tass", "TASS")) == ""
