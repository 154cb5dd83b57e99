"""Dates as feeds write them."""

from __future__ import annotations

import pytest

from schemas.dates import parse_date

NOW = "2026-11-23T14:00:00Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed, 13 Sep 2023 08:00:00 GMT", "2023-09-13T08:00:00Z"),
        ("Wed, 13 Sep 2023 17:00:00 +0900", "2023-09-13T08:00:00Z"),
        ("Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-27T19:35:05Z"),
        ("Thu, 28 Jul 2022 04:35:05 KST", "2022-07-27T19:35:05Z"),
        ("Thu, 28 Jul 2022 04:35:05 MSK", "2022-07-28T01:35:05Z"),
        ("13 Sep 23 10:00 UTC+03:00", "2023-09-13T07:00:00Z"),
        ("Wed, 13 сен 2023 12:00:00 +0300", "2023-09-13T09:00:00Z"),
        ("Sep 13, 2023 10:00 PM EST", "2023-09-14T03:00:00Z"),
        ("Sun, 27 09 2026 19:00:00 +0900", "2026-09-27T10:00:00Z"),
        ("Sun,27 Sep 2026 19:00:00 +09:00", "2026-09-27T10:00:00Z"),
        ("27.09.2026 19:00", "2026-09-27T19:00:00Z"),
        ("2023-09-13T17:00:00+09:00", "2023-09-13T08:00:00Z"),
        ("2023-09-13T17:00:00+0900", "2023-09-13T08:00:00Z"),
        ("2023-09-13T08:00:00.123456Z", "2023-09-13T08:00:00Z"),
        ("2023-09-13T08:00Z", "2023-09-13T08:00:00Z"),
        ("20230913 08:00:00", "2023-09-13T08:00:00Z"),
        ("2023-09-13", "2023-09-13T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2026-11-24T13:59:59Z", "2026-11-24T13:59:59Z"),
    ],
)
def test_dates(text: str, moment: str) -> None:
    assert parse_date(text, now=NOW) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "1246-05-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "2026-11-24T14:00:01Z"),
        *("2023-02-30", "2023-13-01", "13 Foo 2023 10:00", "2023-09-13T25:00:00Z", "13 Sep 2023 10:00 QQQ", "12:30"),
    ],
)
def test_dates_that_can_not_be(text: str) -> None:
    assert parse_date(text, now=NOW) == ""


@pytest.mark.parametrize(("country", "hour"), [("KR", "08"), ("RU", "14"), ("CN", "09"), ("GB", "17"), ("", "17")])
def test_a_time_without_a_zone_is_the_outlets_own(country: str, hour: str) -> None:
    assert parse_date("2023-09-13 17:00:00", now=NOW, country=country) == f"2023-09-13T{hour}:00:00Z"
    assert parse_date("2023-09-13", now=NOW, country=country) == "2023-09-13T00:00:00Z"
