"""Whose copy an article is: the news agency that a by-line, dateline or rights notice names."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from schemas.records import Outlet


class Agency(NamedTuple):
    """A news agency: canonical name, spellings, and the hosts where it publishes its own copy."""

    name: str
    spellings: str  # alternatives of a regular expression
    hosts: tuple[str, ...]


AGENCIES = (
    Agency(
        "Yonhap",
        r"연합뉴스(?:TV)?|Yonhap(?: News(?: Agency| TV)?)?|Ёнхап|Рёнхап|聯合ニュース|韩联社|聯合通訊社",
        ("yna.co.kr", "yonhapnewstv.co.kr"),
    ),
    Agency("Newsis", r"뉴시스|Newsis", ("newsis.com",)),
    Agency("News1", r"뉴스1|News1(?: Korea)?", ("news1.kr",)),
    Agency(
        "KCNA",
        r"조선중앙통신|Korean Central News Agency|KCNA(?! Watch)|ЦТАК|朝中社|朝鮮中央通信",
        ("kcna.kp", "kcnawatch.org", "kcna.co.jp"),
    ),
    Agency("TASS", r"ТАСС|ITAR-TASS|ИТАР-ТАСС|TASS|타스\s?통신|タス通信|塔斯社", ("tass.ru", "tass.com")),
    Agency("RIA Novosti", r"РИА\s«?Новости»?|RIA Novosti|리아\s?노보스티", ("ria.ru",)),
    Agency(
        "Interfax",
        r"Интерфакс|Interfax|INTERFAX(?:\.RU)?|인테르팍스|인터팍스",
        ("interfax.ru", "interfax.com", "interfax-russia.ru"),
    ),
    Agency("Sputnik", r"Sputnik(?: News)?|스푸트니크", ("sputniknews.com", "sputnikglobe.com")),
    Agency("Reuters", r"Reuters|Рейтер|로이터(?:통신)?|ロイター|路透社?", ("reuters.com",)),
    Agency("AP", r"(?:The )?Associated Press|AP통신|AP(?![A-Za-z])|美联社|АП(?![А-я])", ("apnews.com",)),
    Agency("AFP", r"Agence[ -]France[ -]Presse|AFP(?:통신)?(?![A-Za-z])|АФП|法新社", ("afp.com",)),
    Agency("Bloomberg", r"Bloomberg(?: News)?|블룸버그(?:통신)?", ("bloomberg.com",)),
    Agency(
        "Kyodo",
        r"Kyodo(?: News)?|교도통신|共同通信|Киодо|共同社",
        ("kyodonews.net", "kyodonews.jp", "kyodo.co.jp", "nordot.app"),
    ),
    Agency("Jiji", r"Jiji(?: Press)?|時事通信|지지통신", ("jiji.com",)),
    Agency("Xinhua", r"Xinhua(?: News Agency)?|新华社|新華社|신화통신|신화사|Синьхуа", ("xinhuanet.com", "news.cn")),
    Agency("dpa", r"dpa(?![A-Za-z])|Deutsche Presse-Agentur|데페아", ("dpa.com",)),
    Agency("EFE", r"EFE(?![A-Za-z])", ("efe.com",)),
    Agency("Ukrinform", r"Укринформ|Укрінформ|Ukrinform", ("ukrinform.net", "ukrinform.ru", "ukrinform.ua")),
)

_AGENCY = "(?P<agency>" + "|".join(agency.spellings for agency in AGENCIES) + ")"

# Where a dispatch begins: at the start of one of the first lines, as headings may stand before it
_BEGINNINGS = tuple(
    re.compile(pattern.replace("AGENCY", _AGENCY), re.M)
    for pattern in (
        r"^[(\[【〔](?![^()\[\]\n]{0,40}사진)[^()\[\]\n]{0,40}?AGENCY[^()\[\]\n]{0,25}[)\]】〕]",  # (서울=연합뉴스)
        r"^[^\n(]{2,60}[(\[]AGENCY[^()\n]{0,12}[)\]]\s*[-–—=]",  # MOSCOW, Oct 3 (Reuters) -
        r"^[^\n]{2,80}?/\s?AGENCY\s?[/.,]",  # МОСКВА, 13 сентября. /ТАСС/.
        r"^[^\n]{2,60}?\s[-–—]\s?AGENCY\.",  # МОСКВА, 13 сен - РИА Новости.
        r"^[^\n]{2,60}?\.\s+AGENCY\s?[.,-]",  # Москва. 13 сентября. INTERFAX.RU -
        r"^(?:据)?AGENCY\S{0,12}(?:电|讯|報導)",  # 新华社平壤9月13日电
    )
)
# What stands where a dateline names an agency and calls itself one is one, though it is none of those listed. Local
# stations put themselves there too ("AUSTIN (KXAN) —").
_UNLISTED = tuple(
    re.compile(pattern, re.M)
    for pattern in (
        # LONDON, April 28 (Meridian Newswire) —
        r"^[A-Z]{3}[^\n(]{0,60}\((?P<agency>[A-Z][\w&.’' -]{0,30}?(?:wire|News|Press|Agency)[\w ]{0,12})\)\s*[-–—]",
        r"^[(\[〔](?:[가-힣·, ]{2,20})=(?P<agency>[가-힣A-Za-z0-9]{1,10}(?:통신|뉴스))[)\]〕]\s",  # (서울=새벽통신)
    )
)
# In a field for the by-line, the source or the rights: "Reuters", "By Hyunsu Yim, Reuters", "© 2023 AFP"
_FIELD = re.compile(
    rf"(?:^|[|;,/(\[©=]|\b(?:by|via|with|and|copyright|источник:?|기자))"
    rf"\s*(?:\d{{4}}\s*)?(?:The )?{_AGENCY}(?![\w가-힣])",
    re.I,
)
# Alone or in a notice at the end: (AFP), <저작권자(c) 연합뉴스>, Source: Xinhua
_ENDS = tuple(
    re.compile(pattern.replace("AGENCY", _AGENCY), re.I)
    for pattern in (
        r"[(\[<]\s*AGENCY\s*[)\]>]\s*$",
        r"(?:©|ⓒ|\(c\)|copyright|source|источник|출처|저작권자\S*)\s*:?\s*(?:\d{4}\s*)?(?:The )?AGENCY"
        r"(?![\w가-힣])",
        r"(?:^|\n)\s*(?:-{1,2}\s*)?AGENCY\s*\.?$",
        r"[/=]\s*AGENCY\s*\.?$",
    )
)


def source(text: str, fields: str, url: str, outlet: Outlet) -> str:
    """The name of the agency whose copy an article is, "" where none is named or it is the outlet itself.

    `text` is the article's text with its dateline and, where it had one, its notice of rights; `fields` holds the
    page's by-lines and rights, parted by " | ".
    """
    head, tail = text[:250], text[-200:]
    places = [*((pattern, head) for pattern in _BEGINNINGS), (_FIELD, fields), *((pattern, tail) for pattern in _ENDS)]
    for pattern, place in places:
        if match := pattern.search(place):
            agency = next(agency for agency in AGENCIES if re.fullmatch(agency.spellings, match["agency"], re.I))
            return "" if _publishes(agency, url, outlet) else agency.name
    for pattern in _UNLISTED:
        if (match := pattern.search(head)) and _folded(match["agency"]) not in _folded(outlet.name):
            return match["agency"].strip()
    return ""


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _publishes(agency: Agency, url: str, outlet: Outlet) -> bool:
    host = urlsplit(url).hostname or ""
    own = any(host == name or host.endswith("." + name) for name in agency.hosts)
    return own or re.match(rf"(?:{agency.spellings})\b", outlet.name, re.I) is not None
