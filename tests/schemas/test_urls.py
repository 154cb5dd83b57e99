"""One form for each address."""

from __future__ import annotations

import pytest

from schemas.urls import entry_id, normalise_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://www.KoreaTimes.co.kr:443/www/A.html?fl#top", "https://www.koreatimes.co.kr/www/A.html?fl"),
        ("http://tass.ru:80", "http://tass.ru/"),
        ("https://user:secret@a.kr/1", "https://a.kr/1"),
        ("http://127.0.0.1:8900/a", "http://127.0.0.1:8900/a"),
        ("http://[::1]:8900/a", "http://[::1]:8900/a"),
        ("https://www.yna.co.kr/view/AKR1?section=northkorea/all&input=1195m", "https://www.yna.co.kr/view/AKR1"),
        ("https://tass.ru/1?section=politics", "https://tass.ru/1?section=politics"),
        ("http://www.daejonilbo.com/mnews.asp?pk_no=1412361", "http://www.daejonilbo.com/mnews.asp?pk_no=1412361"),
        ("https://www.bbc.co.uk/news/x?at_medium=RSS&at_campaign=KARANGA", "https://www.bbc.co.uk/news/x"),
        ("https://a.ru/?utm_source=rss&utm_medium=x&id=5&fbclid=1&ysclid=2", "https://a.ru/?id=5"),
        ("https://a.kr/view?b=2&a=1&b=1", "https://a.kr/view?a=1&b=2&b=1"),
        ("https://a.kr/view?from=rss&ref=rss_all", "https://a.kr/view"),
        ("https://a.kr/view?from=seoul&id=gclid", "https://a.kr/view?from=seoul&id=gclid"),
        ("https://rss.dw.com/en/a/a-1?maca=en-rss-en-asia-1", "https://rss.dw.com/en/a/a-1"),
        ("http://пример.рф/а/../б", "http://xn--e1afmkfd.xn--p1ai/%D0%B1"),
        ("https://ko.example/북한", "https://ko.example/%EB%B6%81%ED%95%9C"),
        ("https://ko.example/%eb%b6%81%ed%95%9c", "https://ko.example/%EB%B6%81%ED%95%9C"),
        ("http://a.kr/a/%7Eb/./c//d", "http://a.kr/a/~b/c//d"),
        ("http://a.kr/%B1%E8?q=%B1%E8", "http://a.kr/%B1%E8?q=%B1%E8"),
        (" \n http://a.kr/a\n", "http://a.kr/a"),
    ],
)
def test_normal_forms(url: str, normal: str) -> None:
    assert normalise_url(url) == normal
    assert normalise_url(normal) == normal


@pytest.mark.parametrize(
    "url",
    ["", "news", "ftp://a.kr/", "javascript:void(0)", "mailto:a@b.kr", "http://", "http://a.kr:99999/", "http://["],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError):
        normalise_url(url)


def test_ids() -> None:
    assert entry_id("https://A.kr/1?utm_source=rss#x") == entry_id("https://a.kr/1")
    assert entry_id("https://a.kr/1") != entry_id("https://a.kr/2")
