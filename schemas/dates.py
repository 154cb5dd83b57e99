"""Dates as feeds and pages write them, to ISO 8601 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # there was no web before
AHEAD = timedelta(days=1)  # a date further in the future is wrong

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6,
    "июл": 7, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12,
}  # fmt: skip
_MINUTES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180,
    "MSK": 180, "HKT": 480, "SGT": 480, "KST": 540, "JST": 540, "AEST": 600, "VLAT": 600, "AEDT": 660,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
# Where a date names no zone, its outlet means the time of its country; these have one that never changes, Russia's
# papers keep Moscow's.
_COUNTRIES = {"KR": 540, "KP": 540, "JP": 540, "CN": 480, "HK": 480, "TW": 480, "SG": 480, "RU": 180}

_ZONE = r"(?P<zone>[A-Z]{1,4}(?:\s?[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}(?::?\d{2})?)?"
_CLOCK = (
    r"(?:(?:[T,\s]|at)+(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AP]M\b)?)?"
)
_FORMS = [
    re.compile(form + _CLOCK + r"\s*" + _ZONE + r"(?:\s*\(.*\))?", re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/.]\s?(?P<month>\d{1,2})[-/.]\s?(?P<day>\d{1,2})\.?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?:[^\W\d]+\.?[,\s]\s*)?(?P<day>\d{1,2})[\s.](?P<month>\d{1,2})[\s.](?P<year>\d{4})",
        r"(?:[^\W\d]+\.?[,\s]\s*)?(?P<day>\d{1,2})[\s-]+(?P<name>[^\W\d]{3,})\.?,?[\s-]+(?P<year>\d{4}|\d{2})",
        r"(?:[^\W\d]+\.?[,\s]\s*)?(?P<name>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    )
]
_OFFSET = re.compile(r"([A-Z]*)\s?([+-])(\d{1,2}):?(\d{2})?")


def utc_now() -> str:
    """This second, as records give dates: ISO 8601 in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_now_exactly() -> str:
    """Now, to the millisecond, in the same form."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _zone_minutes(zone: str, country: str) -> int | None:
    """Minutes east of Greenwich; None for a zone nobody knows."""
    zone = zone.upper()
    if not zone:
        return _COUNTRIES.get(country, 0)
    if zone == "CST" and _COUNTRIES.get(country) == 480:
        return 480
    offset = _OFFSET.fullmatch(zone)
    if not offset:
        return _MINUTES.get(zone)
    name, sign, hours, minutes = offset.groups()
    if name not in ("", "GMT", "UTC", "UT"):
        return None
    # "+900" is nine hours; "+9" and "+09" are as well.
    return (60 * int(hours) + int(minutes or 0)) * (-1 if sign == "-" else 1)


def sane(moment: datetime, now: str) -> str:
    """A moment as ISO 8601 in UTC; "" before 1990 or more than a day after `now`."""
    moment = moment.astimezone(UTC)
    if moment < EARLIEST or moment > datetime.fromisoformat(now) + AHEAD:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_date(text: str, *, now: str, country: str = "") -> str:
    """The moment that a date text means, as ISO 8601 in UTC; "" where it says none or one that can't be.

    Reads ISO 8601 and RFC 822 dates and what is written in their stead: "GMT+9", zone names, two-digit years, months as
    numbers ("27 09 2026", "27.09.2026"), missing blanks, English and Russian month names, a clock with a.m. and p.m. A
    date alone stays that day (midnight UTC).

    Args:
        now: ISO 8601 in UTC; dates more than a day after it are wrong.
        country: of the outlet (ISO 3166-1); its time is meant where the text names no zone.
    """
    text = " ".join(text.split())[:100]
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            break
    else:
        return ""
    part = found.groupdict()
    month = _MONTHS.get(part["name"][:3].lower(), 0) if part.get("name") else int(part["month"])
    year = int(part["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    hour = int(part["hour"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].upper() == "PM" else 0)
    minutes = _zone_minutes(part["zone"] or "", country) if part["hour"] else 0
    if minutes is None or abs(minutes) > 16 * 60:
        return ""
    try:
        zone = timezone(timedelta(minutes=minutes))
        second = min(int(part["second"] or 0), 59)  # a leap second
        return sane(datetime(year, month, int(part["day"]), hour, int(part["minute"] or 0), second, 0, zone), now)
    except (ValueError, OverflowError):
        return ""
