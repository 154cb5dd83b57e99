"""Dates as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extraction.dates import parse

AT = datetime(2023, 9, 13, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2023-09-13T17:05:00+09:00",
        "2023-09-13T17:05:00.000+0900",
        "2023-09-13T08:05:00Z",
        "2023-09-13T08:05:00.1234567Z",
        "2023-09-13 17:05 KST",
        "2023.09.13 17:05",
        "2023. 9. 13. 오후 5:05",
        "입력 2023.09.13 17:05 | 수정 2023.09.13 18:00",
        "2023년 9월 13일 오후 5시 5분",
        "2023年9月13日 17時05分",
        "Wed, 13 Sep 2023 08:05:00 GMT",
        "Sep 13, 2023 4:05 AM EDT",
        "September 13, 2023, 5:05 p.m.",
        "13 сентября 2023, 17:05",
        "17:05, 13 сентября 2023 г.",
        "13.09.2023 17:05",
        "13 вересня 2023, 11:05 GMT+3",
        "13. September 2023, 10:05 MESZ",
        "20230913170500",
        "20230913T170500+0900",
        "1694592300",
        "1694592300000",
    ],
)
def test_with_a_time(text):
    date = parse(text, 9)
    assert date is not None
    assert (date.at, date.exact) == (AT, True)


@pytest.mark.parametrize(
    "text",
    [
        "2023-09-13",
        "2023/09/13",
        "13 September 2023",
        "Sept. 13, 2023",
        "13 сентября 2023 года",
        "20230913",
        "2023-09-13T00:00:00+09:00",
    ],
)
def test_without_a_time(text):
    date = parse(text, 9)
    assert date is not None
    assert (date.at, date.exact) == (datetime(2023, 9, 13, tzinfo=UTC), False)


@pytest.mark.parametrize(
    "text", ["", "today", "2023", "2023-13-45", "31 июня 2023", "13 foo 2023", "99999999999", "25:99"]
)
def test_what_is_no_date(text):
    assert parse(text) is None
