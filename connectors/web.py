"""Fetching from the web: politely, within limits, and never from where nobody meant to send us."""

from __future__ import annotations

import contextlib
import email.utils
import re
import socket
import ssl
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple
from urllib.parse import urljoin

import certifi
import urllib3
from protego import Protego
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    HTTPError,
    IncompleteRead,
    LocationParseError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import Timeout, Url, parse_url

from connectors.addresses import Resolve, connect_checked, is_public, resolve_within, system_resolve
from connectors.hosts import HostQueue
from schemas.dates import utc_now
from schemas.failures import Failure

PRODUCT = "Vostochny"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_PASSING = frozenset({429, 502, 503, 504})
_TRANSIENT = frozenset({"refused", "unreachable", "connect_timeout", "reset", *(f"http_{s}" for s in _PASSING)})
_DEAD = frozenset({"dns", "refused", "unreachable", "connect_timeout", "private_address", "tls"})
_ROBOTS_BYTES = 512 * 1024  # RFC 9309, section 2.5: at least 500 KiB
_ROBOTS_KEPT = 24 * 3600.0  # seconds; RFC 9309, section 2.4
_ROBOTS_KEPT_UNREACHABLE = 600.0
_REFUSAL_BYTES = 64 * 1024  # read of the page that comes with a redirect or a refusal
_REMEMBERED = 4096  # hosts of which robots.txt, or a failure, is remembered
_QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)  # Linux
_QUEUE = HostQueue()


class Response(NamedTuple):
    """What a server answered, after redirects."""

    url: str  # after redirects
    status: int  # 200-299, or 304 to a conditional request
    reason: str
    headers: tuple[tuple[str, str], ...]  # as sent, Content-Encoding too
    body: bytes  # with the content encoding undone
    requested: str  # when, ISO 8601 in UTC
    moved_permanently_to: str = ""  # where permanent redirects alone lead
    http_version: str = "HTTP/1.1"
    sent: tuple[tuple[str, str], ...] = ()  # the headers of the request

    def header(self, name: str) -> str:
        """A header's value, of several the last; "" where there is none."""
        return _header(self.headers, name)


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str:
    name = name.lower()
    return next((value for key, value in reversed(headers) if key.lower() == name), "")


class _Limits(threading.local):
    """The limits of the fetch that goes on in this thread; its sockets heed them."""

    deadline: float = 0.0

    def left(self) -> float:
        return self.deadline - time.monotonic()


_limits = _Limits()


class _Patient:
    """A socket that gives up when the fetch's time is over, however steadily bytes drip in."""

    def recv_into(self, *args, **kwargs):
        left = _limits.left()
        if left <= 0:
            raise TimeoutError("the fetch took too long")
        if _QUICK_ACK is not None:
            # Servers that send headers and body apart would else wait 40 ms for our delayed acknowledgement.
            self.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        before = self.gettimeout()
        self.settimeout(left if before is None else min(left, before))
        try:
            return super().recv_into(*args, **kwargs)
        finally:
            self.settimeout(before)


class _PlainSocket(_Patient, socket.socket):
    pass


class _TLSSocket(_Patient, ssl.SSLSocket):
    pass


class _Fetch(NamedTuple):
    """One hop's answer, before redirects and refusals are judged."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    http_version: str

    def header(self, name: str) -> str:
        return _header(self.headers, name)


class _Memory:
    """What was learnt about hosts, each for a while; the oldest goes first when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, object]] = OrderedDict()

    def get(self, key: str):
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
            return value if until > time.monotonic() else None

    def keep(self, key: str, value: object, seconds: float) -> None:
        with self._lock:
            self._kept[key] = time.monotonic() + seconds, value
            self._kept.move_to_end(key)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)


@cache
def _tls_context(ca_certs: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_certs)
    if ca_certs is None:
        context.load_verify_locations(certifi.where())  # a bare system has no authorities of its own
    context.sslsocket_class = _TLSSocket
    return context


def _again(failure: Failure) -> Failure:
    """A failure to raise once more; the remembered one would gather tracebacks."""
    return Failure(failure.cause, failure.detail, retry_after=failure.retry_after)


def _agent() -> str:
    try:
        return f"{PRODUCT}/{version('vostochny')} (media monitoring)"
    except PackageNotFoundError:
        return f"{PRODUCT} (media monitoring)"


class Web:
    """Fetches pages and feeds. Thread-safe; one per process is enough.

    It asks robots.txt first, holds one request at a time to a host, connects only to public addresses (the name is
    resolved once and the checked address connected to, at every redirect), follows no proxy settings of the
    environment, keeps no cookies and speaks HTTP/1.1 with gzip and deflate.

    Args:
        user_agent: sent with each request; robots.txt is read for "Vostochny".
        connect_timeout: seconds for resolving a name and connecting.
        read_timeout: seconds without a byte.
        total_timeout: seconds for one fetch with its redirects and repeats, without the waiting in its host's line.
        max_bytes: of a body, both as sent and unpacked, unless `get` is told otherwise.
        attempts: how often a passing fault (refused or broken connection, 429, 502, 503, 504) is tried in all.
        backoff: seconds before the second attempt; doubles after.
        max_wait: seconds that Retry-After and robots.txt's Crawl-delay are heeded at most by waiting. A host that
            wants a longer pause is left alone that long, its fetches failing at once with `retry_after`.
        min_delay: seconds between two requests to one public host, whatever `get` is told.
        dead_for: seconds in which a host that can't be reached is not tried again.
        resolve: name and port to addresses; for tests.
        ca_certs: PEM file of authorities to trust instead of the system's.
        queue: the line of requests; by default one for the process.
    """

    def __init__(
        self,
        *,
        user_agent: str | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 20.0,
        total_timeout: float = 60.0,
        max_bytes: int = 10 * 1024 * 1024,
        max_redirects: int = 8,
        attempts: int = 3,
        backoff: float = 1.0,
        max_wait: float = 30.0,
        min_delay: float = 1.0,
        dead_for: float = 300.0,
        resolve: Resolve = system_resolve,
        ca_certs: str | None = None,
        queue: HostQueue | None = None,
    ) -> None:
        self._user_agent = user_agent or _agent()
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._attempts = attempts
        self._backoff = backoff
        self._max_wait = max_wait
        self._min_delay = min_delay
        self._dead_for = dead_for
        self._resolve = resolve
        self._queue = queue or _QUEUE
        self._robots = _Memory()
        self._robots_queue = HostQueue()  # so that a host is asked for its robots.txt once, however many wait for it
        self._troubles = _Memory()
        context = _tls_context(ca_certs)
        # Two sets of connections, so that one opened to a private host by leave is never used without.
        self._pools = {allowed: self._pool_manager(context, allowed) for allowed in (False, True)}

    def _pool_manager(self, context: ssl.SSLContext, private_allowed: bool) -> urllib3.PoolManager:
        def new_socket(connection: HTTPConnection) -> socket.socket:
            return connect_checked(
                _PlainSocket,
                self._resolve,
                connection._dns_host.strip("[]"),
                connection.port,
                private_allowed=private_allowed,
                seconds=max(0.01, min(self._connect_timeout, _limits.left())),
            )

        plain = type("Connection", (HTTPConnection,), {"_new_conn": new_socket})
        tls = type("TLSConnection", (HTTPSConnection,), {"_new_conn": new_socket})
        manager = urllib3.PoolManager(num_pools=256, maxsize=1, retries=False, ssl_context=context)
        manager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TLSPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }
        return manager

    def close(self) -> None:
        """Closes the connections kept open."""
        for manager in self._pools.values():
            manager.clear()

    def is_private(self, url: str) -> bool:
        """Whether an address leads to this machine or a private network.

        Raises:
            Failure: "bad_url" or "dns".
        """
        target = _parse(url)
        addresses = resolve_within(self._resolve, _host(target), _port(target), self._connect_timeout)
        return not any(map(is_public, addresses))

    def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        private_hosts: tuple[str, ...] = (),
        delay: float = 1.0,
        max_bytes: int | None = None,
        accept: str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        robots: bool = True,
    ) -> Response:
        """Fetches an address, redirects followed.

        Args:
            etag, last_modified: as the server sent them before; the answer may then be a 304 without a body.
            private_hosts: each "host:port" that may be fetched though it is loopback or private.
            delay: seconds between two requests to the host; public hosts get at least `min_delay`.
            max_bytes: of the body, packed and unpacked.
            robots: whether robots.txt is heeded. Not for what the user named himself.

        Raises:
            Failure: "bad_url", "private_address", "dns", "refused", "unreachable", "connect_timeout", "timeout",
                "reset", "tls", "too_large", "too_many_redirects", "bad_redirect", "bad_encoding", "bad_response",
                "robots", or "http_" and the status.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip, deflate",
            **{name: value for name, value in conditions.items() if value},
        }
        limit = self._max_bytes if max_bytes is None else max_bytes
        private = frozenset(host.lower() for host in private_hosts)
        left = self._total_timeout
        moved, permanent, seen = "", True, {url}
        for _ in range(self._max_redirects + 1):
            target = _parse(url)
            pause = self._permit(target, private, delay) if robots else self._pause(target, private, delay)
            requested = utc_now()
            answer, left = self._attempt(target, headers, private, pause, limit, left)
            if answer.status not in _REDIRECTS:
                break
            location = _location(answer)
            if not location:
                raise Failure("bad_redirect", f"{url} answered {answer.status} without saying where to")
            url = urljoin(url, location)
            permanent = permanent and answer.status in _PERMANENT
            moved = url if permanent else moved
            if url in seen:
                raise Failure("too_many_redirects", f"redirects go in a circle at {url}")
            seen.add(url)
        else:
            raise Failure("too_many_redirects", f"more than {self._max_redirects} redirects, the last to {url}")
        if not 200 <= answer.status < 300 and not (answer.status == 304 and (etag or last_modified)):
            raise self._refused(target, answer)
        sent = (("Host", target.netloc or ""), *headers.items())
        return Response(
            url, answer.status, answer.reason, answer.headers, answer.body, requested, moved, answer.http_version, sent
        )

    def _pause(self, target: Url, private: frozenset[str], delay: float) -> float:
        return delay if _named(target) in private else max(delay, self._min_delay)

    def _permit(self, target: Url, private: frozenset[str], delay: float) -> float:
        """The seconds to keep between requests to the host, if robots.txt lets us. Raises Failure."""
        pause = self._pause(target, private, delay)
        origin = f"{target.scheme}://{_authority(target)}"
        rules = self._robots.get(origin)
        if rules is None:
            with self._robots_queue.turn(origin, 0.0):
                rules = self._robots.get(origin)
                if rules is None:
                    rules, kept = self._read_robots(origin, private, pause)
                    self._robots.keep(origin, rules, kept)
        if isinstance(rules, Failure):
            raise _again(rules)
        if not rules.can_fetch(target.url, PRODUCT):
            raise Failure("robots", f"{origin}/robots.txt keeps robots from {target.request_uri}")
        return max(pause, min(rules.crawl_delay(PRODUCT) or 0.0, self._max_wait))

    def _read_robots(self, origin: str, private: frozenset[str], pause: float) -> tuple[Protego | Failure, float]:
        """The rules of an origin, or why it can't be asked, and how long that holds (RFC 9309, section 2.3.1)."""
        url, left = f"{origin}/robots.txt", min(self._total_timeout, 2 * self._read_timeout)
        headers = {"User-Agent": self._user_agent, "Accept": "text/plain,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}
        everything = Protego.parse("")
        try:
            for _ in range(6):
                target = _parse(url)
                answer, left = self._attempt(target, headers, private, pause, _ROBOTS_BYTES, left, cut=True)
                if answer.status not in _REDIRECTS or not _location(answer):
                    break
                url = urljoin(url, _location(answer))
            else:
                return everything, _ROBOTS_KEPT
        except Failure as failure:
            if failure.cause in _DEAD and _parse(url).netloc == _parse(origin).netloc:
                raise
            unreachable = Failure("robots", f"{url} can't be read, so nothing is fetched: {failure.detail}")
            return unreachable, _ROBOTS_KEPT_UNREACHABLE
        if answer.status == 429 or answer.status >= 500:
            refusal = f"{url} answered {answer.status}; until that is over nothing may be fetched (RFC 9309)"
            return Failure("robots", refusal), _ROBOTS_KEPT_UNREACHABLE
        if not 200 <= answer.status < 300:
            return everything, _ROBOTS_KEPT
        return Protego.parse(answer.body.decode("utf-8", "replace")), _ROBOTS_KEPT

    def _attempt(
        self,
        target: Url,
        headers: dict[str, str],
        private: frozenset[str],
        pause: float,
        limit: int,
        seconds: float,
        *,
        cut: bool = False,
    ) -> tuple[_Fetch, float]:
        """One hop, tried again where a fault may pass; the answer and the seconds left. Raises Failure."""
        host = _authority(target)
        private_allowed = _named(target) in private
        key = f"{host} {private_allowed}"
        for attempt in range(1, self._attempts + 1):
            self._shun(key)
            wait = self._backoff * 2 ** (attempt - 1)
            failure: Failure | None = None
            answer: _Fetch | None = None
            with self._queue.turn(host, pause):
                self._shun(key)  # it may have failed while this thread was in line
                started = time.monotonic()
                _limits.deadline = started + seconds
                try:
                    answer = self._request(target, headers, private_allowed, limit, cut=cut)
                except Failure as problem:
                    failure = problem
                else:
                    if answer.status not in _PASSING:
                        return answer, seconds - (time.monotonic() - started)
                    failure = self._refused(target, answer)
                seconds -= time.monotonic() - started
                if failure.retry_after is not None:
                    wait = max(wait, failure.retry_after)
                    if failure.cause == "http_429" and wait > self._max_wait:
                        self._troubles.keep(key, failure, min(wait, 3600.0))
                    elif failure.cause == "http_429":
                        self._queue.hold(host, wait)
            again = failure.cause in _TRANSIENT and attempt < self._attempts and wait <= min(self._max_wait, seconds)
            if not again:
                if failure.cause in _DEAD:
                    self._troubles.keep(key, failure, self._dead_for)
                if answer is not None:
                    return answer, seconds
                raise failure
            time.sleep(wait)
            seconds -= wait
        raise AssertionError("the last attempt returns or raises")

    def _shun(self, key: str) -> None:
        """Raises the Failure for which a host is left alone for now, if there is one."""
        trouble = self._troubles.get(key)
        if trouble is not None:
            raise _again(trouble)

    def _request(self, target: Url, headers: dict[str, str], private_allowed: bool, limit: int, *, cut: bool) -> _Fetch:
        """One request and its whole answer. Raises Failure."""
        left = _limits.left()
        name = target.host
        if left <= 0:
            raise Failure("timeout", f"{target.url} took longer than {self._total_timeout:g} s in all")
        timeout = Timeout(connect=min(self._connect_timeout, left), read=min(self._read_timeout, left))
        try:
            response = (
                self._pools[private_allowed]
                .connection_from_url(target.url)
                .urlopen(
                    "GET",
                    target.request_uri,
                    headers=headers,
                    redirect=False,
                    retries=False,
                    timeout=timeout,
                    preload_content=False,
                    decode_content=False,
                )
            )
            whole = False
            try:
                if 200 <= response.status < 300:
                    body = _read_body(response, limit, cut=cut)
                    whole = not cut or len(body) < limit
                else:
                    body = b"".join(_chunks(response, _REFUSAL_BYTES, cut=True))
                    whole = len(body) < _REFUSAL_BYTES
            finally:
                if whole:
                    response.release_conn()
                else:
                    response.close()
        except Failure:
            raise
        except (ReadTimeoutError, TimeoutError):
            if _limits.left() <= 0:
                raise Failure("timeout", f"{target.url} took longer than {self._total_timeout:g} s in all") from None
            raise Failure("timeout", f"{name} was silent for too long") from None
        except SSLError as error:
            raise Failure("tls", f"{name}'s certificate or encryption is not accepted: {error}") from None
        except ProtocolError as error:
            cause = error.args[1] if len(error.args) > 1 else error
            if isinstance(cause, IncompleteRead):
                raise Failure("reset", f"{name} broke off before the end of the body") from None
            if isinstance(cause, TimeoutError):
                raise Failure("timeout", f"{name} was silent for too long") from None
            if isinstance(cause, OSError):
                raise Failure("reset", f"{name} broke the connection: {cause}") from None
            raise Failure("bad_response", f"{name} does not speak HTTP as it should: {cause!r}"[:300]) from None
        except (OSError, HTTPError) as error:
            raise Failure("bad_response", f"{target.url}: {error}"[:300]) from None
        version = {10: "HTTP/1.0", 11: "HTTP/1.1"}.get(response.version, "HTTP/1.1")
        return _Fetch(response.status, response.reason or "", tuple(response.headers.items()), body, version)

    def _refused(self, target: Url, answer: _Fetch) -> Failure:
        return Failure(
            f"http_{answer.status}",
            f"{target.url} answered {answer.status} {answer.reason}".rstrip(),
            retry_after=_retry_after(answer.header("retry-after")),
        )


def _parse(url: str) -> Url:
    try:
        target = parse_url(url)
        port_fits = target.port is None or 0 < target.port < 65536
    except (LocationParseError, ValueError):
        raise Failure("bad_url", f"{url[:200]!r} is no address") from None
    if target.scheme not in ("http", "https") or not target.host or not port_fits:
        raise Failure("bad_url", f"{url[:200]!r} is no http or https address")
    return target._replace(fragment=None, auth=None, path=target.path or "/")


def host_and_port(url: str) -> str:
    """The "host:port" that an address leads to, as `private_hosts` names it. Raises Failure("bad_url")."""
    return _named(_parse(url))


def _named(target: Url) -> str:
    return f"{(target.host or '').lower()}:{_port(target)}"


def _host(target: Url) -> str:
    return (target.host or "").strip("[]").lower()


def _port(target: Url) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _authority(target: Url) -> str:
    """Whom a request goes to: the host, and the port where it isn't the scheme's own."""
    standard = target.port in (None, 443 if target.scheme == "https" else 80)
    return (target.host or "").lower() if standard else _named(target)


def _location(answer: _Fetch) -> str:
    """Where a redirect leads; headers are read as Latin-1, but some servers write addresses in UTF-8."""
    location = answer.header("location").strip()
    with contextlib.suppress(UnicodeError):
        return location.encode("latin-1").decode("utf-8")
    return location


def _retry_after(value: str) -> float | None:
    """Seconds that a Retry-After header names (RFC 9110, section 10.2.3), None without one that makes sense."""
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    with contextlib.suppress(ValueError, TypeError):
        date = email.utils.parsedate_to_datetime(value)
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
        return max(0.0, (date - datetime.now(UTC)).total_seconds())
    return None


def _read_body(response: urllib3.BaseHTTPResponse, limit: int, *, cut: bool) -> bytes:
    """A body with its content encoding undone, at most `limit` bytes packed and unpacked.

    Args:
        cut: take what fits of a body that is too large, instead of refusing it.

    Raises:
        Failure: "too_large" or "bad_encoding".
    """
    too_large = _too_large(response, limit)
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit and not cut:
        raise too_large
    parts: list[bytes] = []
    size = 0
    for part in _unpacked(_chunks(response, limit, cut=cut), response.headers):
        size += len(part)
        if size > limit:
            if not cut:
                raise too_large
            parts.append(part[: limit - size])
            break
        parts.append(part)
    return b"".join(parts)


def _too_large(response: urllib3.BaseHTTPResponse, limit: int) -> Failure:
    announced = response.headers.get("content-length", "")
    return Failure("too_large", f"more than {limit} bytes{f' ({announced} announced)' if announced else ''}")


def _chunks(response: urllib3.BaseHTTPResponse, limit: int, *, cut: bool) -> Iterator[bytes]:
    """A body as it is sent, until it is over its limit."""
    size = 0
    for chunk in response.stream(64 * 1024, decode_content=False):
        size += len(chunk)
        if size > limit and not cut:
            raise _too_large(response, limit)
        yield chunk
        if size > limit:
            return


def _unpacked(chunks: Iterator[bytes], headers: urllib3.HTTPHeaderDict) -> Iterator[bytes]:
    """A body with gzip and deflate undone, in small pieces, so that a bomb is noticed before it fills the memory."""
    encodings = [e.strip().lower() for e in headers.get("content-encoding", "").split(",")]
    encodings = [e for e in encodings if e not in ("", "identity", "none", "utf-8")]
    if not encodings:
        yield from chunks
        return
    if len(encodings) > 1 or encodings[0] not in ("gzip", "x-gzip", "deflate"):
        raise Failure("bad_encoding", f"content encoding {', '.join(encodings)} was not asked for and is not read")
    yield from unpack(chunks, encodings[0] == "deflate")


def unpack(chunks: Iterator[bytes], deflate: bool = False, step: int = 256 * 1024) -> Iterator[bytes]:
    """The content of gzip (of any number of members), zlib or raw deflate data, in pieces of at most `step` bytes.

    Raises:
        Failure: "bad_encoding", where the data is broken or ends early.
    """
    unpacker = None
    started = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if unpacker is None:
                    if started and not data.strip(b"\0"):
                        break  # padding after the last member
                    unpacker = _unpacker(data, deflate)
                    started = True
                yield unpacker.decompress(data, step)
                data = unpacker.unconsumed_tail
                if unpacker.eof:
                    data, unpacker = unpacker.unused_data, None
        while unpacker is not None and not unpacker.eof:
            rest = unpacker.decompress(unpacker.unconsumed_tail, step)
            if not rest:
                raise Failure("bad_encoding", "the compressed body ends early")
            yield rest
    except zlib.error as error:
        raise Failure("bad_encoding", f"the body is not compressed as its headers say: {error}") from None


def _unpacker(data: bytes, deflate: bool) -> zlib._Decompress:
    # "deflate" should be zlib data, but some servers send it raw, as browsers allow.
    raw = deflate and (len(data) < 2 or (data[0] & 0x0F) != 8 or ((data[0] << 8) | data[1]) % 31 != 0)
    return zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
