"""Lists of feeds as OPML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.hosts import HostQueue
from connectors.opml import load, read, write
from connectors.web import Web
from schemas.failures import Failure
from schemas.outlets import load_outlets
from schemas.records import Feed, Outlet
from tests.connectors.server import Answer, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def web() -> Web:
    return Web(connect_timeout=2.0, read_timeout=1.0, backoff=0.01, queue=HostQueue())


def opml(*outlines: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def test_all_outlets_survive_the_journey() -> None:
    feeds = load_outlets()
    assert read(write(feeds)) == feeds
    assert write(read(write(feeds))) == write(feeds)


def test_own_outlets_survive_the_journey() -> None:
    outlet = Outlet("mine", "Моё & «наше»", "RU", "other", "ru")
    feeds = [Feed("https://a.ru/1?a=1&b=2", outlet, delay=5.0), Feed("https://a.ru/map.xml", outlet, kind="sitemap")]
    assert read(write(feeds)) == feeds


def test_lists_of_feed_readers() -> None:
    first, second, known = read(
        opml(
            '<outline text="Korea"><outline text="A paper" title="A Paper" type="rss" xmlUrl="https://a.kr/rss"',
            ' htmlUrl="https://a.kr/" language="ko-KR"/></outline>',
            '<outline text="no feed"/><outline XMLURL="https://b.kr/rss"/><outline text="x" xmlUrl="https://a.kr/rss"/>',
            '<outline text="My Yonhap" xmlUrl="https://en.yna.co.kr/RSS/news.xml"/>',
        )
    )
    assert (first.url, first.outlet) == ("https://a.kr/rss", Outlet("a-paper", "A Paper", language="ko"))
    assert second.outlet == Outlet("b-kr", "b.kr")
    assert (known.outlet.id, known.outlet.bloc) == ("yonhap-en", "rok")


def test_attributes_of_ours_with_and_without_the_namespace() -> None:
    fields = {"outlet": "a", "country": "kr", "bloc": "rok", "kind": "sitemap", "delay": "3"}
    for prefix in ("", "v:"):
        attributes = " ".join(f'{prefix}{name}="{value}"' for name, value in fields.items())
        (feed,) = read(
            opml(f'<outline xmlns:v="urn:vostochny:outlets" text="A" xmlUrl="https://a.kr/m.xml" {attributes}/>')
        )
        assert feed == Feed("https://a.kr/m.xml", Outlet("a", "A", "KR", "rok"), kind="sitemap", delay=3.0)


def test_different_outlets_with_like_names_are_told_apart() -> None:
    one, two, again = read(
        opml(
            '<outline text="A B" xmlUrl="https://a.kr/1"/><outline text="A-B" xmlUrl="https://a.kr/2"/>',
            '<outline text="A B" xmlUrl="https://a.kr/3"/>',
        )
    )
    assert one.outlet == again.outlet
    assert one.outlet.id != two.outlet.id


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (opml('<outline text="a" xmlUrl="ftp://a.kr/"/>'), "list:1: xmlUrl 'ftp://a.kr/' is no http or https address"),
        (
            opml('\n<outline text="a" xmlUrl="https://a.kr/" bloc="south"/>'),
            "list:2: bloc 'south' must be one of russia",
        ),
        (opml('<outline text="a" xmlUrl="https://a.kr/" kind="atom"/>'), "kind 'atom' must be one of feed, sitemap"),
        (opml('<outline text="a" xmlUrl="https://a.kr/" delay="slow"/>'), "delay 'slow' must be"),
        (opml(), "names no feeds"),
        (b"<rss/>", "its root is <rss>"),
        (b"<opml><body>", "list:1: is not well-formed XML"),
        (b"", "not well-formed"),
        (b"words", "not well-formed"),
    ],
)
def test_faults_name_the_line(body: bytes, says: str) -> None:
    with pytest.raises(Failure) as caught:
        read(body, name="list")
    assert caught.value.cause == "bad_outlets"
    assert says in caught.value.detail


def test_no_entities(server: Server, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    body = opml('<outline text="A&amp;" xmlUrl="https://a.kr/">&x;</outline>').replace(
        b"<opml ", f'<!DOCTYPE opml [<!ENTITY x SYSTEM "{secret.as_uri()}">]><opml '.encode()
    )
    assert "secret" not in str(read(body))


def test_entity_bombs_do_not_go_off() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    body = opml('<outline text="&l11;" xmlUrl="https://a.kr/"/>').replace(
        b"<opml ", f"<!DOCTYPE opml [{laughs}]><opml ".encode()
    )
    with pytest.raises(Failure) as caught:
        read(body)
    assert caught.value.cause == "bad_outlets"


def test_a_list_from_loopback_may_use_that_host_and_port_only(server: Server, web: Web) -> None:
    server.routes["/"] = Answer(
        opml(
            '<outline text="a" xmlUrl="/feeds/a.rss"/>',
            f'<outline text="b" xmlUrl="http://127.0.0.1:{server.port + 1}/b"/>',
            '<outline text="c" xmlUrl="https://c.kr/rss"/>',
        )
    )
    own, other, far = load(server.url + "/", web)
    assert (own.url, own.delay) == (server.url + "/feeds/a.rss", 0.0)
    assert (other.delay, far.delay) == (1.0, 1.0)
    assert {feed.private_hosts for feed in (own, other, far)} == {(server.authority,)}
    with pytest.raises(Failure) as caught:
        web.get(other.url, private_hosts=other.private_hosts)
    assert caught.value.cause == "private_address"


def test_robots_txt_is_no_concern_of_a_list_the_user_named(server: Server, web: Web) -> None:
    server.routes |= {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /\n"),
        "/list": Answer(opml('<outline text="a" xmlUrl="/a"/>')),
    }
    assert len(load(server.url + "/list", web)) == 1


def test_lists_from_files(tmp_path: Path, web: Web) -> None:
    feeds = [Feed("https://a.kr/rss", Outlet("a", "A", "KR", "rok", "ko"))]
    (tmp_path / "a.opml").write_bytes(write(feeds))
    (tmp_path / "a.yaml").write_text(
        "- {id: a, name: A, country: KR, bloc: rok, language: ko, feeds: [{url: https://a.kr/rss}]}"
    )
    assert load(tmp_path / "a.opml", web) == load(str(tmp_path / "a.yaml"), web) == feeds
    for missing in ("none.opml", "none.yaml"):
        with pytest.raises(Failure, match=missing):
            load(tmp_path / missing, web)
