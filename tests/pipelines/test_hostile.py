"""Everything that a hostile web can do, at once, beside honest feeds: each has its cause on record, and they go on."""

from __future__ import annotations

import gzip
import json

from pipelines.run import collect_once
from schemas.records import Feed, Outlet
from tests.connectors.server import Answer, Handler, serving

HTML = {"Content-Type": "text/html; charset=utf-8"}
RSS = {"Content-Type": "application/rss+xml"}
HONEST = 10
DEEP = 100_000


def rss(*links: str, title: str = "News") -> bytes:
    items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for link in links)
    return f"<rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>".encode()


def page(title: str = "Rain", text: str = "It rained from morning to night, and nobody went out.") -> bytes:
    paragraphs = "".join(f"<p>On day {n}: {text}</p>" for n in range(20))
    head = f"<html lang='en'><head><title>{title}</title></head>"
    return f"{head}<body><article>{paragraphs}</article></body></html>".encode()


def endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        handler.wfile.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


def drops(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n<html><body>")


def old(handler: Handler) -> None:
    handler.wfile.write(b"<html>an answer as in 1991</html>")


def away(handler: Handler) -> Answer:
    """To another page for ever."""
    return Answer(b"", 302, {"Location": f"{handler.path}x"})


PAGES = {  # what a page does → the causes it may have on record; "" for an article
    "bomb": (Answer(gzip.compress(b"\0" * 200_000_000), headers={**HTML, "Content-Encoding": "gzip"}), {"too_large"}),
    "nested bomb": (
        Answer(gzip.compress(gzip.compress(b"<p>" * 9_000_000)), headers={**HTML, "Content-Encoding": "gzip, gzip"}),
        {"too_large", "bad_encoding"},
    ),
    "endless": (endless, {"too_large"}),
    "hundred megabytes": (Answer(b"x" * 100_000_000, headers=HTML), {"too_large"}),
    "drops": (drops, {"reset", "bad_response"}),
    "no http": (old, {"bad_response", "reset"}),
    "away": (away, {"too_many_redirects"}),
    "to metadata": (Answer(b"", 302, {"Location": "http://169.254.169.254/latest/"}), {"private_address"}),
    "to decimal loopback": (Answer(b"", 302, {"Location": "http://2130706433/"}), {"private_address", "bad_url"}),
    "to a file": (Answer(b"", 302, {"Location": "file:///etc/passwd"}), {"bad_url"}),
    "deep": (
        Answer(b"<div>" * DEEP + page() + b"</div>" * DEEP, headers=HTML),
        {"", "no_text", "read_error", "not_html"},
    ),
    "many headers": (
        Answer(page(), headers={**HTML, **{f"X-{n}": "y" for n in range(5000)}}),
        {"bad_response", "reset", "too_large"},
    ),
    "nothing but scripts": (Answer(b"<script>" + b"a=1;" * 500_000 + b"</script>", headers=HTML), {"", "no_text"}),
    "one line": (Answer(page(text="word " * 20_000), headers=HTML), {""}),
    "lying charset": (
        Answer(page("Дождь", "Дождь шёл."), headers={"Content-Type": "text/html; charset=utf-16"}),
        {"", "not_html", "no_text"},
    ),
    "zero bytes": (Answer(page().replace(b"rained", b"ra\0ined"), headers=HTML), {""}),
    "markup in the title": (Answer(page("<script>alert(1)</script>=cmd|' /C calc'!A0"), headers=HTML), {""}),
}
FEEDS = {  # bodies that are no feed, or none to be read
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss><channel><item><title>&j;</title><link>/x</link></item></channel></rss>",
    "external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel>&a;</channel></rss>',
    "abyss": b"<rss>" + b"<a>" * DEEP,
    "json abyss": b"[" * DEEP,
    "a page instead": page("Error"),
    "nothing": b"",
}


def test_hostile_pages_and_feeds_have_their_cause_and_the_others_go_on(line, indexed):
    with serving(address="0.0.0.0") as server:
        hosts = iter(range(1, 250))
        feeds = []

        def add(name: str, body: bytes, *, headers: dict[str, str] = RSS, **routes) -> None:
            host = f"127.0.0.{next(hosts)}:{server.port}"
            path = f"/{host}/feed"
            server.routes[path] = Answer(body.replace(b"HOST", f"http://{host}/{host}".encode()), headers=headers)
            for route, answer in routes.items():
                server.routes[f"/{host}/{route}"] = answer
            feeds.append(Feed(f"http://{host}{path}", Outlet(name, name), delay=0.0, private_hosts=(host,)))

        for n in range(HONEST):
            add(f"honest {n}", rss(f"HOST/page?{n}"), **{f"page?{n}": Answer(page(), headers=HTML)})
        for name, (answer, _) in PAGES.items():
            add(name, rss("HOST/page"), **{"page" + "x" * n: answer for n in range(12)})
        for name, body in FEEDS.items():
            add(name, body)
        add("long title", rss("HOST/page", title="word " * 1_000_000), page=Answer(page(), headers=HTML))
        add("links home", rss("http://169.254.169.254/latest/", "http://[::1]/", "http://localhost/", "javascript:x"))
        items = [f"HOST/page?{n}" for n in range(100_000)]
        add("endless feed", rss(*items).replace(b"/page?", b"/gone?"))
        summary = collect_once(feeds, line, "FnApiRunner")

    assert summary.accounted
    assert summary.exit_code == 0
    causes: dict[str, set[str]] = {}
    letters = indexed("dead-letters", {"bool": {"must_not": {"term": {"outlet.name": "endless feed"}}}})
    for letter in letters.values():
        causes.setdefault(letter["outlet"]["name"], set()).add(letter["error"]["code"])
    for document in indexed("articles").values():
        causes.setdefault(document["outlet"]["name"], set()).add("")
    for name, (_, allowed) in PAGES.items():
        assert causes.get(name) and causes[name] <= allowed, (name, causes.get(name))
    assert all(causes[f"honest {n}"] == {""} for n in range(HONEST))
    assert causes["long title"] == {""}
    assert "" not in causes["links home"] and "private_address" in causes["links home"]
    polls = {poll["outlet"]["name"]: poll for poll in indexed("feeds").values()}
    assert len(polls) == len(feeds)
    for name in FEEDS.keys() - {"entities"}:
        assert polls[name]["event"]["outcome"] == "failure" or not polls[name]["poll"].get("entries"), name
    assert polls["entities"]["poll"]["entries"] == 1, "its item is read without what the entities would have been"
    assert "left" in polls["endless feed"]["error"]["message"], "entries beyond the limit are told"
    assert "root:" not in json.dumps(list(indexed("articles").values())), "no file of this machine was read"
