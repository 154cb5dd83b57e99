"""Publication dates as pages write them: amid other words, in several languages, with or without a time.

Feeds' dates, which stand alone, are read by `schemas.dates`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from schemas.dates import AHEAD, EARLIEST

# Hours ahead of UTC, by ISO country code: what a time without a zone means there. The Baltic to the Pacific share
# Moscow's time in the Russian press. Elsewhere UTC is nearer than a guess about summer time.
COUNTRY_ZONES = {"KR": 9, "KP": 9, "JP": 9, "RU": 3, "BY": 3, "CN": 8, "TW": 8, "HK": 8, "SG": 8}


class PageDate(NamedTuple):
    """A date as a page gives it."""

    at: datetime  # aware, in UTC; midnight UTC of the day named where `exact` is false
    exact: bool  # the page gives a time, not only a day


_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "МСК": 3, "KST": 9, "JST": 9, "HKT": 8, "EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip

_MONTHS: dict[str, int] = {}
for _row in (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
):
    _MONTHS |= {name: number for number, name in enumerate(_row.split(), 1)}
_MONTHS["sept"] = 9

_NUMERIC = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(?!\d)")
_CJK = re.compile(r"((?:19|20)\d\d)\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d\d)(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})\.?(?:\s+(?:de\s+)?|-)([^\W\d_]{3,12})\.?,?(?:\s+(?:de\s+)?|-)((?:19|20)\d\d)(?!\d)"
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)(?!\d)")
_EPOCH = re.compile(r"\s*(\d{10})(\d{3})?\s*")
_HALF = r"(?P<half{}>오전|오후|午前|午後|上午|下午|[ap]\.?m\.?\b)"
_TIME = re.compile(
    rf"(?:{_HALF.format(1)}\s*)?(?<!\d)(?P<hour>\d{{1,2}})(?:[:.h]|\s*[시時点]\s*)(?P<minute>\d{{2}}|\d(?=\s*[분分]))"
    rf"(?:\s*[분分])?(?::(?P<second>\d\d)(?:[.,]\d+)?)?(?!\d)(?:\s*{_HALF.format(2)})?"
    r"\s*\(?(?P<zone>(?:GMT|UTC)?\s?[+-]\d{1,2}(?::?\d\d)?|[A-ZМСК]{1,4}\b)?",
    re.I,
)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}?):?(\d\d)?", re.I)
_AFTERNOON = ("오후", "午後", "下午")


def parse(value: str, zone: float = 0) -> PageDate | None:
    """The first date in a string, or None where there is none.

    A time without a zone of its own is taken to be `zone` hours ahead of UTC. Midnight counts as no time: it is what
    publishing systems write when they keep the day only.
    """
    value = value[:200]
    if epoch := _EPOCH.fullmatch(value):
        return PageDate(datetime.fromtimestamp(int(epoch[1]), UTC), True)
    day = _day(value)
    if day is None:
        return None
    year, month, date, start, end, time = day
    try:
        if time:
            hour, minute, second, rest = time
            offset = _offset(rest) if rest else zone
        else:
            # most write the time after the day, Russian outlets also before it
            match = _TIME.search(value, end, end + 40) or _TIME.search(value, max(0, start - 15), start)
            if match is None:
                return PageDate(datetime(year, month, date, tzinfo=UTC), False)
            hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
            half = (match["half1"] or match["half2"] or "").lower()
            if half:
                hour = hour % 12 + 12 * (half in _AFTERNOON or half.startswith("p"))
            named = _offset(match["zone"]) if match["zone"] else None
            offset = zone if named is None else named
        if hour == minute == second == 0:
            return PageDate(datetime(year, month, date, tzinfo=UTC), False)
        moment = datetime(year, month, date, hour, minute, second, tzinfo=timezone(timedelta(hours=offset or 0)))
        return PageDate(moment.astimezone(UTC), True)
    except (ValueError, OverflowError):
        return None


def sane(date: PageDate | None, now: datetime) -> PageDate | None:
    """The date if it lies between 1990 and a day from now, else None."""
    return date if date and EARLIEST <= date.at <= now + AHEAD else None


def iso(moment: datetime) -> str:
    """A moment as records carry it, such as "2023-09-13T08:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(value: str) -> tuple[int, int, int, int, int, tuple[int, int, int, str] | None] | None:
    """Year, month, day, where they stand, and the time where it is written together with them."""
    if m := _NUMERIC.search(value) or _CJK.search(value):
        return int(m[1]), int(m[2]), int(m[3]), m.start(), m.end(), None
    if m := _COMPACT.search(value):
        time = (int(m[4]), int(m[5]), int(m[6] or 0), value[m.end() :].strip()) if m[4] else None
        return int(m[1]), int(m[2]), int(m[3]), m.start(), m.end(), time
    if m := _DAY_FIRST.search(value):
        return int(m[3]), int(m[2]), int(m[1]), m.start(), m.end(), None
    for m in _DAY_MONTH.finditer(value):
        if month := _MONTHS.get(m[2].lower()):
            return int(m[3]), month, int(m[1]), m.start(), m.end(), None
    for m in _MONTH_DAY.finditer(value):
        if month := _MONTHS.get(m[1].lower()):
            return int(m[3]), month, int(m[2]), m.start(), m.end(), None
    return None


def _offset(zone: str) -> float | None:
    """Hours ahead of UTC that a zone's name or number stands for, or None where it is no zone we know."""
    if (hours := _ZONES.get(zone.strip().upper())) is not None:
        return hours
    if m := _OFFSET.fullmatch(zone.strip()):
        return (1 if m[1] == "+" else -1) * (int(m[2]) + int(m[3] or 0) / 60)
    return None
