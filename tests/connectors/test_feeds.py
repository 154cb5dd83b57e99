"""Polling feeds of all formats, well and badly made."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from connectors.feeds import LONGEST, SHORTEST, check, poll
from connectors.hosts import HostQueue
from connectors.listings import MAX_ENTRIES, full_text, plain, read_listing
from connectors.web import Web
from schemas.failures import Failure
from schemas.records import DeadLetter, Entry, Feed, FeedState, Outlet, Poll, from_dict
from schemas.urls import entry_id
from tests.connectors.server import Answer, Server, serving

NOW = "2023-09-14T00:00:00Z"
OUTLET = Outlet("korea-times", "Korea Times", "KR", "rok", "en")
SENTENCE = "The two leaders agreed to widen military cooperation, officials said on Wednesday. "


def rss(*items: str, channel: str = "") -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
    return f"{head}{channel}{''.join(items)}</channel></rss>".encode()


def item(link: str, title: str = "Summit", date: str = "Wed, 13 Sep 2023 08:00:00 GMT", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def web() -> Web:
    return Web(connect_timeout=2.0, read_timeout=1.0, total_timeout=3.0, backoff=0.01, max_wait=0.1, queue=HostQueue())


def feed_of(server: Server, path: str = "/feed", **fields) -> Feed:
    return Feed(server.url + path, OUTLET, private_hosts=(server.authority,), delay=0.0)._replace(**fields)


def take(
    server: Server, web: Web, state: FeedState | None = None, now: str = NOW, **fields
) -> tuple[Poll, list[Entry], list[DeadLetter]]:
    feed = feed_of(server, **fields)
    return poll(feed, state or FeedState(feed.url), web, now=now)


def read(body: bytes, content_type: str = "", url: str = "https://a.kr/rss/all.xml") -> list[Entry]:
    return read_listing(body, content_type, url, Feed(url, OUTLET), NOW).entries


# --- polls and their state


def test_a_poll_gives_entries_and_the_next_state(server: Server, web: Web) -> None:
    headers = {"ETag": '"1"', "Last-Modified": "Wed, 13 Sep 2023 09:00:00 GMT", "Content-Type": "application/rss+xml"}
    server.routes["/feed"] = Answer(rss(item("https://a.kr/1"), item("https://a.kr/2", date="")), headers=headers)
    polled, entries, dead = take(server, web)
    assert (polled.status, polled.entries, polled.unchanged, polled.cause, polled.detail) == (200, 2, False, "", "")
    assert (polled.polled, polled.state.failures, polled.state.moved_to) == (NOW, 0, "")
    assert (polled.state.etag, polled.state.last_modified) == ('"1"', "Wed, 13 Sep 2023 09:00:00 GMT")
    assert polled.state.latest_entry == "2023-09-13T08:00:00Z"
    assert polled.state.next_poll > NOW
    assert dead == []
    first, second = entries
    assert (first.id, first.url, first.title) == (entry_id("https://a.kr/1"), "https://a.kr/1", "Summit")
    assert (first.published, first.modified, second.published) == ("2023-09-13T08:00:00Z", "", "")
    assert first.feed == feed_of(server)


def test_a_feed_that_says_it_is_unchanged(server: Server, web: Web) -> None:
    server.routes["/feed"] = [
        Answer(rss(item("https://a.kr/1")), headers={"ETag": '"1"'}),
        Answer(status=304, headers={"ETag": '"1"'}),
    ]
    first, _, _ = take(server, web)
    second, entries, _ = take(server, web, first.state)
    assert server.asked[-1].headers["if-none-match"] == '"1"'
    assert (second.status, second.unchanged, second.entries, entries) == (304, True, 0, [])
    assert second.state.etag == '"1"'
    assert second.state.body_hash == first.state.body_hash
    assert second.state.latest_entry == first.state.latest_entry


def test_a_feed_that_is_unchanged_without_saying_so(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(rss(item("https://a.kr/1")))
    first, _, _ = take(server, web)
    second, entries, _ = take(server, web, first.state)
    assert (second.status, second.unchanged, entries) == (200, True, [])


def test_an_etag_repeated_after_a_change(server: Server, web: Web) -> None:
    server.routes["/feed"] = [
        Answer(rss(item("https://a.kr/1")), headers={"ETag": '"same"'}),
        Answer(rss(item("https://a.kr/2")), headers={"ETag": '"same"'}),
    ]
    first, _, _ = take(server, web)
    second, entries, _ = take(server, web, first.state)
    assert not second.unchanged
    assert [entry.url for entry in entries] == ["https://a.kr/2"]


def test_a_server_that_always_says_unchanged_is_found_out_the_next_day(server: Server, web: Web) -> None:
    body = {"now": rss(item("https://a.kr/1"))}
    server.routes["/feed"] = lambda handler: (
        Answer(status=304) if "If-None-Match" in handler.headers else Answer(body["now"], headers={"ETag": '"x"'})
    )
    state = take(server, web, now="2023-09-14T10:00:00Z")[0].state
    body["now"] = rss(item("https://a.kr/2"))
    polled, entries, _ = take(server, web, state, now="2023-09-14T23:00:00Z")
    assert polled.unchanged
    _, entries, _ = take(server, web, polled.state, now="2023-09-15T12:00:00Z")
    assert [entry.url for entry in entries] == ["https://a.kr/2"]


def test_a_permanent_redirect_is_remembered_and_dropped_when_it_fails(server: Server, web: Web) -> None:
    server.routes |= {
        "/feed": Answer(status=301, headers={"Location": "/new"}),
        "/new": Answer(rss(item("https://a.kr/1"))),
    }
    first, _, _ = take(server, web)
    assert first.state.moved_to == server.url + "/new"
    second, _, _ = take(server, web, first.state)
    assert server.paths() == ["/feed", "/new", "/new"]
    assert second.state.moved_to == server.url + "/new"
    server.routes |= {"/new": Answer(status=404), "/feed": Answer(rss(item("https://a.kr/2")))}
    third, entries, _ = take(server, web, second.state)
    assert (third.cause, third.state.moved_to) == ("", "")
    assert [entry.url for entry in entries] == ["https://a.kr/2"]


def test_a_redirect_to_what_is_no_feed_is_not_remembered(server: Server, web: Web) -> None:
    server.routes |= {
        "/feed": Answer(status=301, headers={"Location": "/"}),
        "/": Answer(b"<!doctype html><html><body>Welcome</body></html>"),
    }
    polled, _, _ = take(server, web)
    assert (polled.cause, polled.state.moved_to) == ("bad_feed", "")


def test_a_passing_redirect_is_not_remembered(server: Server, web: Web) -> None:
    server.routes |= {"/feed": Answer(status=302, headers={"Location": "/new"}), "/new": Answer(rss())}
    polled, _, _ = take(server, web)
    assert (polled.cause, polled.state.moved_to) == ("", "")


@pytest.mark.parametrize(
    ("answer", "status", "cause"),
    [
        (Answer(status=404), 404, "http_404"),
        (Answer(status=403), 403, "http_403"),
        (Answer(status=503), 503, "http_503"),
        (Answer(b""), 0, "bad_feed"),
        (Answer(b"<html><body>Not here</body></html>"), 0, "bad_feed"),
        (Answer(b"<opml><body/></opml>"), 0, "bad_feed"),
        (Answer(b'{"items": 5}'), 0, "bad_feed"),
        (Answer(b"{"), 0, "bad_feed"),
        (Answer(b"plain words"), 0, "bad_feed"),
        (Answer(b"x", headers={"Content-Encoding": "br"}), 0, "bad_encoding"),
    ],
)
def test_a_failure_is_in_the_poll(server: Server, web: Web, answer: Answer, status: int, cause: str) -> None:
    server.routes["/feed"] = answer
    polled, entries, dead = take(server, web)
    assert (polled.status, polled.cause, entries, dead) == (status, cause, [], [])
    assert polled.detail
    assert polled.state.failures == 1


def test_failures_are_counted_and_back_off(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(rss(item("https://a.kr/1")), headers={"ETag": '"1"'})
    state = take(server, web)[0].state
    server.routes["/feed"] = Answer(status=500)
    waits = []
    for n in range(1, 13):
        polled, _, _ = take(server, web, state)
        assert polled.state.failures == n
        assert (polled.state.etag, polled.state.latest_entry) == ('"1"', state.latest_entry)
        waits.append(seconds_to(polled.state))
        state = polled.state
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] == LONGEST
    server.routes["/feed"] = Answer(rss(item("https://a.kr/2")))
    assert take(server, web, state)[0].state.failures == 0


def test_retry_after_sets_the_next_poll(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(status=429, headers={"Retry-After": "7200"})
    polled, _, _ = take(server, web)
    assert (polled.status, polled.cause) == (429, "http_429")
    assert seconds_to(polled.state) == 7200


def test_a_feed_that_is_gone_is_asked_once_a_day(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(status=410)
    assert seconds_to(take(server, web)[0].state) == LONGEST


# --- when to come back


def seconds_to(state: FeedState, now: str = NOW) -> float:
    return (datetime.fromisoformat(state.next_poll) - datetime.fromisoformat(now)).total_seconds()


def hourly(hours: range) -> bytes:
    return rss(*(item(f"https://a.kr/{n}", date=f"2023-09-13T{n:02}:00:00Z") for n in hours))


def test_the_interval_follows_the_rate_of_entries(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(hourly(range(4, 24)))
    assert seconds_to(take(server, web)[0].state) == 3600
    server.routes["/feed"] = Answer(rss(*(item(f"https://a.kr/{n}", date="2023-09-13T23:59:50Z") for n in range(50))))
    assert seconds_to(take(server, web)[0].state) == SHORTEST
    server.routes["/feed"] = Answer(rss(item("https://a.kr/1", date="2023-06-01")))
    assert seconds_to(take(server, web)[0].state) == LONGEST


def test_the_interval_of_a_feed_without_dates_adapts(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(rss(item("https://a.kr/1", date="")))
    first = take(server, web)[0].state
    same = take(server, web, first)[0].state
    assert same.interval > first.interval
    server.routes["/feed"] = Answer(rss(item("https://a.kr/2", date="")))
    assert take(server, web, same)[0].state.interval < same.interval


@pytest.mark.parametrize(
    ("channel", "seconds"),
    [
        ("<ttl>120</ttl>", 7200),
        ("<ttl>soon</ttl>", SHORTEST),
        ("<ttl>1000000</ttl>", LONGEST),
        (
            '<u:updatePeriod xmlns:u="http://purl.org/rss/1.0/modules/syndication/">daily</u:updatePeriod>'
            '<u:updateFrequency xmlns:u="http://purl.org/rss/1.0/modules/syndication/">4</u:updateFrequency>',
            21600,
        ),
    ],
)
def test_what_the_publisher_asks_for_is_kept(server: Server, web: Web, channel: str, seconds: float) -> None:
    items = [item(f"https://a.kr/{n}", date="2023-09-13T23:59:50Z") for n in range(50)]
    server.routes["/feed"] = Answer(rss(*items, channel=channel))
    assert seconds_to(take(server, web)[0].state) == seconds


def test_entries_that_were_missed_between_two_polls_are_told(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(hourly(range(0, 5)))
    state = take(server, web)[0].state
    server.routes["/feed"] = Answer(hourly(range(3, 8)))
    assert take(server, web, state)[0].detail == ""
    server.routes["/feed"] = Answer(hourly(range(6, 11)))
    assert "2023-09-13T06:00:00Z" in take(server, web, state)[0].detail


# --- formats


def test_rdf() -> None:
    body = """<?xml version="1.0" encoding="UTF-8"?>
    <rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://a.de/"><title>A</title></channel>
    <item rdf:about="https://a.de/1"><title>Gipfel</title><link>https://a.de/1</link>
      <dc:date>2023-09-13T10:00:00+02:00</dc:date><dc:creator>N. N.</dc:creator></item></rdf:RDF>"""
    (entry,) = read(body.encode())
    assert (entry.url, entry.published, entry.authors) == ("https://a.de/1", "2023-09-13T08:00:00Z", ("N. N.",))


def test_atom() -> None:
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.us/blog/"><title>A</title>
    <entry><title type="html">Kim &amp;amp; &lt;b&gt;Putin&lt;/b&gt; meet</title><id>urn:1</id>
      <link rel="alternate" href="2023/one"/><link rel="enclosure" href="https://a.us/x.mp3"/>
      <published>2023-09-13T08:00:00Z</published><updated>2023-09-13T12:00:00Z</updated>
      <author><name>Jane Roe</name></author><author><name>John Doe</name></author>
      <content type="html">&lt;p&gt;{SENTENCE * 20}&lt;/p&gt;</content></entry>
    <entry><title>Later</title><id>urn:2</id><link href="/two"/><updated>2023-09-13T13:00:00Z</updated></entry>
    </feed>"""
    first, second = read(body.encode())
    assert (first.title, first.url) == ("Kim & Putin meet", "https://a.us/blog/2023/one")
    assert (first.published, first.modified) == ("2023-09-13T08:00:00Z", "2023-09-13T12:00:00Z")
    assert first.authors == ("Jane Roe", "John Doe")
    assert first.content == f"<p>{SENTENCE * 20}</p>"
    assert (second.url, second.published, second.content) == ("https://a.us/two", "2023-09-13T13:00:00Z", "")


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_json_feed(version: str) -> None:
    person = {"name": "Jane Roe"}
    body = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": "A",
        "items": [
            {
                "id": "1",
                "url": "/one?utm_source=json",
                "title": "Kim &amp; Putin",
                "content_html": f"<p>{SENTENCE * 20}</p>",
                "date_published": "2023-09-13T17:00:00+09:00",
                "date_modified": "2023-09-13T09:00:00Z",
                **({"author": person} if version == "1" else {"authors": [person]}),
            },
            {"id": "https://a.kr/2", "content_text": "Short"},
            {"id": 3},
            "nonsense",
        ],
    }
    listing = read_listing(
        json.dumps(body).encode(), "application/feed+json", "https://a.kr/feed.json", Feed("f", OUTLET), NOW
    )
    first, second = listing.entries
    assert listing.format == f"JSON Feed {version}"
    assert (first.url, first.title, first.authors) == ("https://a.kr/one", "Kim & Putin", ("Jane Roe",))
    assert (first.published, first.modified) == ("2023-09-13T08:00:00Z", "2023-09-13T09:00:00Z")
    assert first.content == f"<p>{SENTENCE * 20}</p>"
    assert (second.url, second.content) == ("https://a.kr/2", "")
    assert [letter.cause for letter in listing.dead] == ["no_link", "no_link"]


def test_a_page_in_the_place_of_a_feed_tells_where_the_feed_is() -> None:
    page = b'<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>'
    with pytest.raises(Failure, match=r"a web page, not a feed; it names https://a\.kr/rss\.xml as its feed"):
        read(page)


# --- items


def test_what_an_item_says_is_cleaned() -> None:
    (entry,) = read(
        rss(
            item(
                " https://A.kr/1?utm_source=rss#top \n",
                title="<![CDATA[ <b>Kim</b>&nbsp;and\n Putin &quot;meet&quot; ]]>",
                more="<author> A.  Writer </author>",
            )
        )
    )
    assert (entry.url, entry.title, entry.authors) == ("https://a.kr/1", 'Kim and Putin "meet"', ("A. Writer",))


def test_small_letters_and_korean_zones() -> None:
    body = rss(
        "<item><title>x</title><pubdate>Thu,28 Jul 2022 4:35:5 GMT+9</pubdate><link>https://a.kr/1</link></item>"
    )
    assert read(body)[0].published == "2022-07-27T19:35:05Z"


def test_dates_that_only_feedparser_knows() -> None:
    assert read(rss(item("https://a.kr/1", date="Wed Sep 13 08:00:00 2023")))[0].published == "2023-09-13T08:00:00Z"


def test_an_edit_changes_the_hash() -> None:
    first, same, title, text = (
        read(rss(item("https://a.kr/1", title=title, more=f"<description>{text}</description>")))[0]
        for title, text in (("a", "x"), ("a", "x"), ("b", "x"), ("a", "<![CDATA[<p>" + SENTENCE * 30 + "</p>]]>"))
    )
    assert first.hash == same.hash
    assert len({first.hash, title.hash, text.hash}) == 3
    assert first.id == title.id


def test_items_without_an_address_are_not_lost(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(
        rss(
            "<item><title>No link</title></item>",
            item("javascript:void(0)", title="Script"),
            item("https://a.kr/1"),
            item("https://a.kr/1", title="Again"),
        )
    )
    polled, entries, dead = take(server, web)
    assert [entry.title for entry in entries] == ["Summit"]
    assert [(letter.stage, letter.cause, letter.failed) for letter in dead] == [("poll", "no_link", NOW)] * 2
    assert polled.entries == len(entries) + len(dead)
    assert len({letter.id for letter in dead}) == 2
    assert from_dict(Entry, json.loads(dead[0].payload)).title == "No link"
    assert [letter.id for letter in take(server, web)[2]] == [letter.id for letter in dead]


def test_a_permanent_guid_is_an_address() -> None:
    body = rss("<item><title>x</title><guid isPermaLink='true'>https://a.kr/1</guid></item>")
    assert read(body)[0].url == "https://a.kr/1"


# --- full text


def entry_with(more: str) -> Entry:
    body = rss(item("https://a.kr/1", more=more)).replace(
        b"<rss ", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:yandex="http://news.yandex.ru" '
    )
    return read(body)[0]


def test_full_text_is_told_from_a_teaser() -> None:
    full = f"<p>{SENTENCE * 20}</p>"
    coded = "<content:encoded><![CDATA[{}]]></content:encoded>"
    lead = f"<description>{SENTENCE}</description>"
    assert entry_with(lead + coded.format(full)).content == full
    assert entry_with(lead + coded.format(SENTENCE)).content == ""
    assert entry_with(lead + coded.format(full + "<a href='/1'>Read more</a>")).content == ""
    assert entry_with(lead + coded.format(full + "[&hellip;]")).content == ""
    assert entry_with(f"<description><![CDATA[{full}]]></description>").content == full
    assert entry_with(f"<description>{SENTENCE * 8}</description>").content == ""


def test_full_text_for_yandex_becomes_paragraphs() -> None:
    text = "\n".join(["Лидеры договорились о военном сотрудничестве, сообщил Кремль." * 5] * 3)
    entry = entry_with(f"<yandex:full-text>{text}</yandex:full-text>")
    assert entry.content.count("<p>") == 3
    assert plain(entry.content) == " ".join(text.split())


def test_korean_full_text_can_be_shorter() -> None:
    text = "북한과 러시아가 군사협력을 논의했다고 통신이 보도했다. " * 12
    assert full_text([text], "북한과 러시아") == text
    assert full_text([SENTENCE * 5], "Summit") == ""


# --- encodings and broken feeds


@pytest.mark.parametrize(("codec", "declared"), [("cp949", "euc-kr"), ("cp1251", "windows-1251"), ("koi8-r", "koi8-r")])
@pytest.mark.parametrize("header", ["application/xml", "text/xml; charset=utf-8"])
def test_encodings(codec: str, declared: str, header: str) -> None:
    title = "펲시와 똠방각하: 북러 정상회담 열려" if codec == "cp949" else "Путин и Ким встретились на космодроме"
    body = rss(item("https://a.kr/1", title)).decode().replace("UTF-8", declared)
    assert read(body.encode(codec), header)[0].title == title


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body.replace(b"Summit", b"Sum\x0b\x08mit"),
        lambda body: body.replace(b"Summit", b"Sum&#xD800;&#8;&#99999999999;mit"),
        lambda body: body.replace(b"<channel>", b"<channel>&#xD900;<br>"),
        lambda body: b"\n\n" + body,
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.replace(b"</channel></rss>", b""),
        lambda body: body.replace(b"<channel>", b"<channel><description>a & b &nbsp; <br></description>"),
        lambda body: body.replace(b"<?xml", b"<!-- made by hand --><?xml"),
        lambda body: body.replace(
            b"<rss ", b'<!DOCTYPE rss PUBLIC "-//Netscape" "http://my.netscape.com/rss.dtd"><rss '
        ),
    ],
)
def test_damaged_feeds_are_read(damage) -> None:
    entries = read(damage(rss(item("https://a.kr/1"), item("https://a.kr/2"))))
    assert [entry.url for entry in entries] == ["https://a.kr/1", "https://a.kr/2"]
    assert entries[0].published == "2023-09-13T08:00:00Z"


def test_entity_bombs_do_not_go_off() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    body = rss(item("https://a.kr/1", title="&l11;")).replace(b"<rss ", f"<!DOCTYPE rss [{laughs}]><rss ".encode())
    assert len(read(body)[0].title) < 100
    block = "A" * 50_000
    body = rss(item("https://a.kr/1", title="&a;" * 10_000)).replace(
        b"<rss ", f'<!DOCTYPE rss [<!ENTITY a "{block}">]><rss '.encode()
    )
    assert block not in read(body)[0].title


def test_external_entities_are_not_read(server: Server, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    for uri in (secret.as_uri(), server.url + "/dtd"):
        body = rss(item("https://a.kr/1", title="x&a;")).replace(
            b"<rss ", f'<!DOCTYPE rss [<!ENTITY a SYSTEM "{uri}">]><rss '.encode()
        )
        assert "secret" not in read(body)[0].title
    assert server.asked == []


def test_endless_feeds_are_cut(server: Server, web: Web) -> None:
    items = "".join(f"<item><link>https://a.kr/{n}</link></item>" for n in range(MAX_ENTRIES + 5))
    server.routes["/feed"] = Answer(rss(items))
    polled, entries, _ = take(server, web)
    assert (len(entries), polled.entries, polled.cause) == (MAX_ENTRIES, MAX_ENTRIES, "")
    assert "5 left" in polled.detail
    assert entries[-1].url == f"https://a.kr/{MAX_ENTRIES - 1}"


def test_abysses_are_refused() -> None:
    with pytest.raises(Failure, match="nests"):
        read(rss("<item>" + "<a>" * 100_000))
    with pytest.raises(Failure, match="JSON"):
        read(b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000)


def test_a_zipped_feed_is_unpacked(server: Server, web: Web) -> None:
    server.routes["/feed"] = Answer(gzip.compress(rss(item("https://a.kr/1"))))
    assert [entry.url for entry in take(server, web)[1]] == ["https://a.kr/1"]


# --- checking


def test_check_reports_on_each(server: Server, web: Web) -> None:
    server.routes |= {"/feed": Answer(rss(item("https://a.kr/1"))), "/empty": Answer(rss())}
    feeds = [feed_of(server), feed_of(server, url=server.url + "/gone"), feed_of(server, url=server.url + "/empty")]
    good, gone, empty = check(feeds, web)
    assert (good.feed, good.status, good.entries, good.format, good.cause) == (feeds[0], 200, 1, "RSS 2.0", "")
    assert good.state.latest_entry == "2023-09-13T08:00:00Z"
    assert (gone.status, gone.entries, gone.format, gone.cause) == (404, 0, "", "http_404")
    assert (empty.status, empty.entries, empty.cause) == (200, 0, "")
