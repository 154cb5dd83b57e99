"""Fetching, against a server that misbehaves."""

from __future__ import annotations

import gzip
import pickle
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
import trustme

from connectors.addresses import is_public
from connectors.hosts import HostQueue
from connectors.web import Response, Web, host_and_port
from schemas.failures import Failure
from tests.connectors.server import Answer, Handler, Server, serving

PAGE = "<html><body>Москва и Пхеньян</body></html>".encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.routes["/page"] = Answer(PAGE, headers={"Content-Type": "text/html; charset=utf-8"})
        yield server


def make_web(**options) -> Web:
    defaults = {
        "connect_timeout": 2.0,
        "read_timeout": 0.4,
        "total_timeout": 1.5,
        "backoff": 0.01,
        "min_delay": 0.0,
        "max_wait": 0.3,
        "queue": HostQueue(),
    }
    return Web(**(defaults | options))


def fetch(server: Server, path: str, web: Web | None = None, **options) -> Response:
    return (web or make_web()).get(
        server.url + path, **({"private_hosts": (server.authority,), "delay": 0.0} | options)
    )


def cause(server: Server, path: str, web: Web | None = None, **options) -> str:
    with pytest.raises(Failure) as caught:
        fetch(server, path, web, **options)
    return caught.value.cause


def test_a_page_comes_as_it_was_sent(server: Server) -> None:
    response = fetch(server, "/page")
    assert (response.url, response.status, response.reason, response.body) == (server.url + "/page", 200, "OK", PAGE)
    assert response.header("Content-Type") == "text/html; charset=utf-8"
    assert response.header("etag") == ""
    assert response.http_version == "HTTP/1.1"
    assert response.moved_permanently_to == ""
    assert abs(datetime.fromisoformat(response.requested) - datetime.now(UTC)) < timedelta(minutes=1)
    asked = server.asked[-1]
    assert asked.headers["user-agent"].startswith("Vostochny/")
    assert asked.host == server.authority


def test_connections_are_kept_open(server: Server) -> None:
    ports = []
    server.routes["/port"] = lambda handler: ports.append(handler.client_address[1]) or Answer(b"x")
    server.routes["/none"] = lambda handler: ports.append(handler.client_address[1]) or Answer(b"")
    web = make_web()
    for path in ("/port", "/none", "/port"):
        fetch(server, path, web)
    assert len(set(ports)) == 1


# --- where it may connect to


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
        ),
        *("224.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "203.0.113.9"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "2001::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "::127.0.0.1"),
    ],
)
def test_no_private_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.0.6.139", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_loopback_is_refused_unless_declared(server: Server) -> None:
    assert cause(server, "/page", private_hosts=()) == "private_address"
    assert cause(server, "/page", private_hosts=(f"127.0.0.1:{server.port + 1}",)) == "private_address"
    assert server.asked == []
    assert fetch(server, "/page").body == PAGE


@pytest.mark.parametrize("host", ["localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0"])
def test_other_ways_to_write_loopback_are_refused(server: Server, host: str) -> None:
    with pytest.raises(Failure) as caught:
        make_web().get(f"http://{host}:{server.port}/page")
    assert caught.value.cause in ("private_address", "dns", "bad_url")
    assert server.asked == []


def test_a_name_that_leads_home_is_refused(server: Server) -> None:
    web = make_web(resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(Failure) as caught:
        web.get(f"http://news.example:{server.port}/page")
    assert caught.value.cause == "private_address"
    assert f"private_hosts: [news.example:{server.port}]" in caught.value.detail
    assert server.asked == []


def test_a_name_is_asked_for_once_and_the_checked_address_is_connected_to(server: Server) -> None:
    answers = [["127.0.0.1"], ["127.0.0.99"], ["127.0.0.99"]]
    calls = []

    def resolve(host: str, port: int) -> list[str]:
        calls.append((host, port))
        return answers[len(calls) - 1]

    web = make_web(resolve=resolve)
    own = f"news.example:{server.port}"
    response = web.get(f"http://{own}/page", private_hosts=(own,), delay=0.0, robots=False)
    assert response.body == PAGE
    assert calls == [("news.example", server.port)]
    assert server.asked[-1].host == own


def test_a_redirect_to_a_private_host_is_refused(server: Server) -> None:
    server.routes["/out"] = Answer(status=302, headers={"Location": f"http://inner.example:{server.port}/secret"})
    web = make_web(resolve=lambda host, port: ["127.0.0.1"])
    assert cause(server, "/out", web) == "private_address"
    assert server.paths() == ["/out"]


def test_a_connection_opened_by_leave_is_not_used_without(server: Server) -> None:
    web = make_web()
    assert fetch(server, "/page", web).body == PAGE
    assert cause(server, "/page", web, private_hosts=()) == "private_address"


def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert fetch(server, "/page").body == PAGE
        assert proxy.asked == []


def test_is_private() -> None:
    web = make_web(resolve=lambda host, port: {"in.example": ["10.0.0.1"], "out.example": ["8.8.8.8"]}[host])
    assert web.is_private("http://in.example:8080/")
    assert not web.is_private("https://out.example/")


def test_host_and_port() -> None:
    assert host_and_port("https://News.Example/x") == "news.example:443"
    assert host_and_port("http://[::1]:8080/") == "[::1]:8080"


# --- names and connections


def test_a_name_that_does_not_resolve_is_asked_for_once(server: Server) -> None:
    calls = []

    def resolve(host: str, port: int) -> list[str]:
        calls.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    web = make_web(resolve=resolve)
    for n in range(50):
        with pytest.raises(Failure) as caught:
            web.get(f"https://gone.example/{n}")
        assert caught.value.cause == "dns"
        assert "gone.example" in caught.value.detail
    assert calls == ["gone.example"]


def test_a_resolver_that_hangs_is_given_up(server: Server) -> None:
    done = threading.Event()
    web = make_web(resolve=lambda host, port: done.wait(30) and [], connect_timeout=0.1)
    with pytest.raises(Failure) as caught:
        web.get("https://slow.example/")
    done.set()
    assert caught.value.cause == "dns"


def test_a_closed_port_is_refused_and_remembered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    calls = []

    def resolve(host: str, port: int) -> list[str]:
        calls.append(host)
        return ["127.0.0.1"]

    web = make_web(resolve=resolve, attempts=2)
    for _ in range(5):
        with pytest.raises(Failure) as caught:
            web.get(f"http://down.example:{port}/", private_hosts=(f"down.example:{port}",), delay=0.0)
        assert caught.value.cause == "refused"
    assert len(calls) == 2


def test_the_next_address_is_tried(server: Server) -> None:
    # Nothing listens on the port of the first one.
    web = make_web(resolve=lambda host, port: ["127.0.0.77", "127.0.0.1"])
    own = f"two.example:{server.port}"
    assert web.get(f"http://{own}/page", private_hosts=(own,), delay=0.0).body == PAGE


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "file:///etc/passwd", "http://", "http://a b/", "news", "http://x.example:99999/", ""]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Failure) as caught:
        make_web().get(url)
    assert caught.value.cause == "bad_url"


# --- time


def test_silence_ends(server: Server) -> None:
    quiet = threading.Event()
    server.routes["/quiet"] = lambda handler: quiet.wait(10) and None
    assert cause(server, "/quiet") == "timeout"
    quiet.set()


@pytest.mark.parametrize("what", ["body", "headers"])
def test_a_slow_drip_ends(server: Server, what: str) -> None:
    def drip(handler: Handler) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        handler.wfile.write(head if what == "headers" else head + b"Content-Length: 100000\r\n\r\n")
        for n in range(1000):
            handler.wfile.write(b"X-%d: y\r\n" % n if what == "headers" else b"x")
            time.sleep(0.05)

    server.routes["/drip"] = drip
    started = time.monotonic()
    with pytest.raises(Failure) as caught:
        fetch(server, "/drip", make_web(total_timeout=0.5, read_timeout=5.0))
    assert caught.value.cause == "timeout"
    assert "0.5 s in all" in caught.value.detail
    assert time.monotonic() - started < 5.0  # the server would go on for 50 s


# --- size


def test_too_large_is_not_read(server: Server) -> None:
    server.routes["/large"] = Answer(b"x" * 5000)
    assert cause(server, "/large", max_bytes=4999) == "too_large"
    assert len(fetch(server, "/large", max_bytes=5000).body) == 5000


def test_too_large_without_a_length_is_not_read(server: Server) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            handler.wfile.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")

    server.routes["/endless"] = endless
    assert cause(server, "/endless", max_bytes=100_000) == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_not_unpacked(server: Server, encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    server.routes["/bomb"] = Answer(pack(b"\0" * 200_000_000, 9), headers={"Content-Encoding": encoding})
    assert cause(server, "/bomb", max_bytes=1_000_000) == "too_large"


# --- encodings


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("gzip", gzip.compress(PAGE[:10]) + gzip.compress(PAGE[10:]) + b"\0\0"),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", raw_deflate(PAGE)),
        ("identity", PAGE),
    ],
)
def test_content_encodings_are_undone(server: Server, encoding: str, body: bytes) -> None:
    server.routes["/packed"] = Answer(body, headers={"Content-Encoding": encoding})
    response = fetch(server, "/packed")
    assert response.body == PAGE
    assert response.header("content-encoding") == encoding


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", PAGE), ("gzip", gzip.compress(PAGE * 50)[:-30]), ("br", b"\x0b\x02\x80"), ("gzip, gzip", PAGE)],
)
def test_broken_content_encodings_are_refused(server: Server, encoding: str, body: bytes) -> None:
    server.routes["/packed"] = Answer(body, headers={"Content-Encoding": encoding})
    assert cause(server, "/packed") == "bad_encoding"


# --- broken answers


def test_a_body_that_breaks_off(server: Server) -> None:
    server.routes["/half"] = lambda handler: (
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf") and None
    )
    assert cause(server, "/half") == "reset"
    assert server.paths() == ["/half"] * 3


def test_a_connection_that_is_dropped_once_is_tried_again(server: Server) -> None:
    answers = iter([None, Answer(PAGE)])
    server.routes["/once"] = lambda handler: next(answers)
    assert fetch(server, "/once").body == PAGE


def test_what_is_not_http(server: Server) -> None:
    server.routes["/smtp"] = lambda handler: handler.wfile.write(b"220 mail.example ESMTP\r\n") and None
    assert cause(server, "/smtp") == "bad_response"


# --- redirects


def test_permanent_redirects_are_told_as_far_as_they_go(server: Server) -> None:
    server.routes |= {
        "/a": Answer(status=301, headers={"Location": "/b"}),
        "/b": Answer(status=308, headers={"Location": "c"}),
        "/c": Answer(status=302, headers={"Location": "/page"}),
    }
    response = fetch(server, "/a")
    assert response.url == server.url + "/page"
    assert response.moved_permanently_to == server.url + "/c"
    assert fetch(server, "/c").moved_permanently_to == ""


def test_redirects_in_other_scripts(server: Server) -> None:
    server.routes["/ko"] = lambda handler: (
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /" + "북한".encode() + b"\r\n\r\n")
        and None
    )
    server.routes["/%EB%B6%81%ED%95%9C"] = Answer(PAGE)
    assert fetch(server, "/ko").body == PAGE


@pytest.mark.parametrize(
    ("first", "second"),
    [("/circle", "/circle"), ("/circle", "/round")],
)
def test_circles_end(server: Server, first: str, second: str) -> None:
    server.routes["/round"] = Answer(status=302, headers={"Location": first})
    server.routes["/circle"] = Answer(status=302, headers={"Location": second})
    assert cause(server, "/circle") == "too_many_redirects"
    assert len(server.paths()) <= 2


def test_endless_redirects_end(server: Server) -> None:
    for n in range(100):
        server.routes[f"/{n}"] = Answer(status=302, headers={"Location": f"/{n + 1}"})
    assert cause(server, "/0", make_web(max_redirects=5)) == "too_many_redirects"
    assert len(server.paths()) == 6


def test_a_redirect_to_nowhere(server: Server) -> None:
    server.routes["/lost"] = Answer(status=302)
    server.routes["/file"] = Answer(status=302, headers={"Location": "file:///etc/passwd"})
    assert cause(server, "/lost") == "bad_redirect"
    assert cause(server, "/file") == "bad_url"


# --- refusals


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 500])
def test_refusals_are_not_repeated(server: Server, status: int) -> None:
    server.routes["/no"] = Answer(b"x" * 100, status)
    assert cause(server, "/no", max_bytes=10) == f"http_{status}"
    assert server.paths() == ["/no"]


def test_a_refusals_page_is_no_concern(server: Server) -> None:
    server.routes["/no"] = Answer(b"x" * 1_000_000, 404, {"Content-Encoding": "br"})
    assert cause(server, "/no", max_bytes=10) == "http_404"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_passing_faults_are_tried_again(server: Server, status: int) -> None:
    server.routes["/busy"] = [Answer(status=status), Answer(status=status), Answer(PAGE)]
    assert fetch(server, "/busy").body == PAGE
    server.routes["/down"] = Answer(status=status)
    assert cause(server, "/down") == f"http_{status}"
    assert server.paths().count("/down") == 3


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(server: Server, status: int) -> None:
    server.routes["/wait"] = [Answer(status=status, headers={"Retry-After": "1"}), Answer(PAGE)]
    assert fetch(server, "/wait", make_web(max_wait=2.0, total_timeout=5.0)).body == PAGE
    first, second = (asked.started for asked in server.asked if asked.path == "/wait")
    assert second - first >= 0.99


def test_retry_after_keeps_everyone_from_the_host(server: Server) -> None:
    refused = threading.Event()

    def once(handler: Handler) -> Answer:
        if refused.is_set():
            return Answer(PAGE)
        refused.set()
        return Answer(status=429, headers={"Retry-After": "1"})

    server.routes["/wait"] = once
    web = make_web(max_wait=2.0, total_timeout=5.0)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fetch, server, "/wait", web)
        assert refused.wait(5)
        fetch(server, "/page", web)
        assert first.result().body == PAGE
    times = {asked.path: asked.started for asked in reversed(server.asked)}
    assert times["/page"] - times["/wait"] >= 0.9


def test_a_long_retry_after_is_handed_on_and_the_host_left_alone(server: Server) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    server.routes["/stop"] = Answer(status=429, headers={"Retry-After": at})
    web = make_web()
    for path in ("/stop", "/page"):
        with pytest.raises(Failure) as caught:
            fetch(server, path, web)
        assert caught.value.cause == "http_429"
        assert 500 < caught.value.retry_after <= 600
    assert server.paths() == ["/stop"]


def test_a_long_retry_after_of_one_page_does_not_close_the_host(server: Server) -> None:
    server.routes["/stop"] = Answer(status=503, headers={"Retry-After": "600"})
    web = make_web()
    with pytest.raises(Failure) as caught:
        fetch(server, "/stop", web)
    assert (caught.value.cause, caught.value.retry_after) == ("http_503", 600.0)
    assert fetch(server, "/page", web).body == PAGE
    assert server.paths() == ["/stop", "/page"]


def test_conditional_requests(server: Server) -> None:
    server.routes["/feed"] = Answer(status=304, headers={"ETag": '"1"'})
    response = fetch(server, "/feed", etag='"1"', last_modified="Wed, 13 Sep 2023 08:00:00 GMT")
    assert (response.status, response.body) == (304, b"")
    asked = server.asked[-1].headers
    assert asked["if-none-match"] == '"1"'
    assert asked["if-modified-since"] == "Wed, 13 Sep 2023 08:00:00 GMT"
    assert cause(server, "/feed") == "http_304"


# --- robots.txt (RFC 9309)


def test_robots_txt_is_heeded_and_read_once(server: Server) -> None:
    server.routes["/robots.txt"] = Answer(b"User-agent: vostochny\nDisallow: /private/\n\nUser-agent: *\nDisallow: /\n")
    server.routes["/private/page"] = Answer(PAGE)
    web = make_web()
    assert fetch(server, "/page", web).body == PAGE
    assert cause(server, "/private/page", web) == "robots"
    assert fetch(server, "/private/page", web, robots=False).body == PAGE
    assert [asked.path for asked in server.asked] == ["/robots.txt", "/page", "/private/page"]


def test_robots_txt_is_read_once_however_many_wait(server: Server) -> None:
    server.routes["/robots.txt"] = lambda handler: time.sleep(0.05) or Answer(b"User-agent: *\nDisallow: /private/\n")
    web = make_web()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: fetch(server, "/page", web), range(5)))
    assert [asked.path for asked in server.asked].count("/robots.txt") == 1


def test_robots_txt_that_is_missing_allows_all(server: Server) -> None:
    assert fetch(server, "/page").body == PAGE
    server.routes["/robots.txt"] = Answer(status=403)
    assert fetch(server, "/page").body == PAGE


@pytest.mark.parametrize(
    "answer", [Answer(status=500), Answer(status=429), Answer(b"x", headers={"Content-Encoding": "br"})]
)
def test_robots_txt_that_can_not_be_read_allows_nothing(server: Server, answer: Answer) -> None:
    server.routes["/robots.txt"] = answer
    assert cause(server, "/page") == "robots"
    assert server.paths() == []


def test_robots_txt_is_followed_through_redirects(server: Server) -> None:
    server.routes["/robots.txt"] = Answer(status=301, headers={"Location": "/real-robots"})
    server.routes["/real-robots"] = Answer(b"User-agent: *\nDisallow: /page\n")
    assert cause(server, "/page") == "robots"


def test_robots_txt_of_a_redirects_target_is_heeded(server: Server) -> None:
    with serving() as other:
        other.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n")
        server.routes["/over"] = Answer(status=302, headers={"Location": other.url + "/page"})
        assert cause(server, "/over", private_hosts=(server.authority, other.authority)) == "robots"
        assert other.paths() == []


def test_an_endless_robots_txt_is_read_as_far_as_asked(server: Server) -> None:
    server.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /page\n" + b"# more\n" * 200_000)
    assert cause(server, "/page") == "robots"


# --- politeness


def test_one_request_at_a_time_and_pauses_between(server: Server) -> None:
    def slow(handler: Handler) -> Answer:
        time.sleep(0.02)
        return Answer(PAGE)

    server.routes["/slow"] = slow
    web = make_web()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: fetch(server, "/slow", web, delay=0.1), range(6)))
    assert server.most_at_once == 1
    times = [asked.started for asked in server.asked]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.1


def test_two_webs_of_a_process_share_the_line(server: Server) -> None:
    server.routes["/slow"] = lambda handler: time.sleep(0.05) or Answer(PAGE)
    webs = [make_web(queue=None), make_web(queue=None)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda web: fetch(server, "/slow", web), webs))
    assert server.most_at_once == 1


def test_crawl_delay_is_heeded_within_bounds(server: Server) -> None:
    server.routes["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 1000\n")
    web = make_web(max_wait=0.2)
    fetch(server, "/page", web)
    fetch(server, "/page", web)
    first, second = (asked.started for asked in server.asked if asked.path == "/page")
    assert 0.2 <= second - first < 10.0


def test_public_hosts_keep_the_least_delay() -> None:
    queue = HostQueue()
    with queue.turn("a.example", 0.15):
        pass
    with queue.turn("b.example", 0.0) as waited:
        assert waited < 0.15
    with queue.turn("a.example", 0.0) as waited:
        assert waited >= 0.1


# --- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_server(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_certificates_are_checked_against_the_name(authority: trustme.CA, tmp_path) -> None:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    with serving(tls_server(authority, "news.example")) as server:
        server.routes["/page"] = Answer(PAGE)
        hosts = {name: f"{name}:{server.port}" for name in ("news.example", "other.example")}

        def get(name: str, **options) -> Response:
            web = make_web(resolve=lambda host, port: ["127.0.0.1"], **options)
            return web.get(f"https://{hosts[name]}/page", private_hosts=tuple(hosts.values()), delay=0.0)

        assert get("news.example", ca_certs=str(trusted)).body == PAGE
        assert server.names[-1] == "news.example"
        for name, options in (("other.example", {"ca_certs": str(trusted)}), ("news.example", {})):
            with pytest.raises(Failure) as caught:
                get(name, **options)
            assert caught.value.cause == "tls"


def test_a_slow_drip_over_tls_ends(authority: trustme.CA, tmp_path) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(1000):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    with serving(tls_server(authority, "127.0.0.1")) as server:
        server.routes["/drip"] = drip
        web = make_web(total_timeout=0.5, read_timeout=5.0, ca_certs=str(trusted))
        assert cause(server, "/drip", web) == "timeout"


def test_failures_travel_between_processes(server: Server) -> None:
    failure = pickle.loads(pickle.dumps(Failure("http_429", "asked to wait", retry_after=7.0)))
    assert (failure.cause, failure.detail, failure.retry_after) == ("http_429", "asked to wait", 7.0)
