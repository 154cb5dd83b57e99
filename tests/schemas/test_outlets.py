"""The list of outlets and its loader."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schemas.failures import Failure
from schemas.outlets import BLOCS, load_outlets
from schemas.records import Outlet

GOOD = """\
- id: yonhap
  name: Yonhap
  country: KR
  bloc: rok
  language: ko
  feeds:
    - url: https://www.yna.co.kr/rss/northkorea.xml
      evidence: catalogue
    - url: http://10.0.0.5:8080/map.xml
      kind: sitemap
      delay: 2.5
      private_hosts: [10.0.0.5:8080]
"""


def faults(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Failure) as caught:
        load_outlets(path)
    assert caught.value.cause == "bad_outlets"
    return caught.value.detail


def test_the_list_that_comes_along() -> None:
    feeds = load_outlets()
    outlets = {feed.outlet.id: feed.outlet for feed in feeds}
    assert len(outlets) >= 40
    assert len({feed.url for feed in feeds}) == len(feeds)
    for bloc in ("russia", "dprk", "rok", "west", "japan", "china", "exile", "ukraine", "un"):
        assert any(outlet.bloc == bloc for outlet in outlets.values()), bloc
    assert {"ko", "ru", "en"} <= {outlet.language for outlet in outlets.values()}
    assert all(urlsplit(feed.url).hostname and not feed.private_hosts for feed in feeds)
    assert {feed.kind for feed in feeds} == {"feed", "sitemap"}


def test_a_declaration_becomes_feeds(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    first, second = load_outlets(path)
    assert first.outlet == second.outlet == Outlet("yonhap", "Yonhap", "KR", "rok", "ko")
    assert (first.url, first.kind, first.delay, first.private_hosts) == (
        "https://www.yna.co.kr/rss/northkorea.xml",
        "feed",
        1.0,
        (),
    )
    assert (second.kind, second.delay, second.private_hosts) == ("sitemap", 2.5, ("10.0.0.5:8080",))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("bloc: rok", "bloc: south", 4, ", ".join(BLOCS)),
        ("country: KR", "country: kr", 3, "ISO 3166-1"),
        ("country: KR", "country: UK", 3, "GB?"),
        ("language: ko", "language: kr", 5, "ko?"),
        ("id: yonhap", "id: Yonhap News", 1, "lower-case letters"),
        ("  name: Yonhap\n", "", 1, "lacks name"),
        ("  name: Yonhap\n", "  nome: Yonhap\n", 2, "no 'nome'; allowed: id, name"),
        ("evidence: catalogue", "proof: none", 8, "no 'proof'; allowed: url, kind"),
        ("url: https://www.yna.co.kr/rss/northkorea.xml", "url: yna.co.kr", 7, "absolute http or https"),
        ("kind: sitemap", "kind: atom", 10, "feed, sitemap"),
        ("delay: 2.5", "delay: slow", 11, "seconds"),
        ("delay: 2.5", "delay: -1", 11, "seconds"),
        ("[10.0.0.5:8080]", "[10.0.0.5]", 12, "host:port"),
        ("http://10.0.0.5:8080/map.xml", "https://www.yna.co.kr/rss/northkorea.xml", 9, "given in line 7"),
        ("  name: Yonhap\n", "  name: Yonhap\n  name: Again\n", 3, "twice"),
        ("  name: Yonhap\n", "  name: [a, b]\n", 2, "must be a text"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    detail = faults(tmp_path, GOOD.replace(old, new))
    assert f"mine.yaml:{line}: " in detail
    assert says in detail


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    detail = faults(tmp_path, GOOD.replace("KR", "Korea").replace("rok", "south").replace("2.5", "x"))
    assert [line.split(":")[1] for line in detail.splitlines()] == ["3", "4", "11"]


def test_an_id_given_twice(tmp_path: Path) -> None:
    again = GOOD.replace("https://www.yna", "https://en.yna").replace("/map.xml", "/map2.xml")
    assert "mine.yaml:13: id 'yonhap' was already given in line 1" in faults(tmp_path, GOOD + again)


@pytest.mark.parametrize("text", ["", "just words", "id: x", "[]", "- yonhap", "a: [", "\t- x"])
def test_what_is_no_list_of_outlets(tmp_path: Path, text: str) -> None:
    assert "mine.yaml" in faults(tmp_path, text)


def test_a_missing_or_binary_file(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"none\.yaml: No such file"):
        load_outlets(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Failure, match="not UTF-8"):
        load_outlets(tmp_path / "binary.yaml")
