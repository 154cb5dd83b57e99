"""Articles of the past, from where others have kept them: WARC files, lines of JSON, sitemaps, and the Wayback Machine.

Files give pages; sitemaps and snapshots of feeds give entries, whose pages are still to be fetched. What a source has
that can't be used is a dead letter that says where it stands.
"""

from __future__ import annotations

import gzip
import html
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from htmldate.extractors import extract_url_date
from htmldate.utils import Extractor
from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from connectors.listings import Listing, read_listing
from connectors.sitemaps import MAX_BYTES as MAX_SITEMAP_BYTES
from connectors.sitemaps import unzip
from connectors.web import Response, Web
from schemas.dates import parse_date, utc_now
from schemas.failures import Failure
from schemas.records import DeadLetter, Entry, Feed, Outlet, digest, from_dict
from schemas.urls import normalise_url

STAGE = "backfill"  # of the dead letters
WAYBACK = "https://web.archive.org"
MAX_PAGE = 16 * 1024 * 1024  # bytes of a page, unpacked
MAX_RECORD = 64 * 1024 * 1024  # bytes of a WARC record, unpacked
MAX_LINE = 32 * 1024 * 1024  # characters
MAX_PAYLOAD = 20_000  # characters of a bad line that its dead letter keeps
MAX_SITEMAPS = 50_000  # below one index: the protocol's own limit
MAX_DEPTH = 3

_GZIP = 31  # zlib's window bits for a gzip member
_CHUNK = 1 << 20
_HTML = ("text/html", "application/xhtml+xml")
_TEXT = "text/html; charset=utf-8"
_FIELDS = frozenset({"url", "title", "text", "html", "published", "modified", "authors", "outlet", "fetched"})


class Found(NamedTuple):
    """An article of the past: its entry and, where the source has it, its page."""

    entry: Entry
    response: Response


class Range(NamedTuple):
    """Dates of publication, ISO 8601, both included; "" where open."""

    since: str = ""
    until: str = ""

    def has(self, date: str) -> bool:
        """Whether a date is within; one that is not known is."""
        day = date[:10]
        return not day or ((not self.since or day >= self.since) and (not self.until or day <= self.until))


class Outlets:
    """Whose an address is, by the hosts of the outlets' feeds."""

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._by_host: dict[str, list[Feed]] = {}
        for feed in feeds:
            for host in _hosts(feed.url):
                of_host = self._by_host.setdefault(host, [])
                if feed.outlet not in (each.outlet for each in of_host):
                    of_host.append(feed)

    def feed(self, url: str, source: str = "", kind: str = "") -> Feed:
        """The feed that stands for an address's outlet, declared or, where none is, made of its host.

        Args:
            source, kind: put in place of the address and kind of the declared feed.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        for known in (parts.netloc.lower(), *_parents(host)):
            if of_host := self._by_host.get(known):
                # Of several outlets on one host, such as languages, the one whose feed lies in the same folder.
                feed = max(of_host, key=lambda each: _alike(urlsplit(each.url).path, parts.path))
                return feed._replace(url=source or feed.url, kind=kind or feed.kind)
        return Feed(source or url, Outlet(_slug(host), host), kind or "feed")

    def named(self, name: str) -> Outlet | None:
        """The outlet of an id or name."""
        for of_host in self._by_host.values():
            for feed in of_host:
                if name in (feed.outlet.id, feed.outlet.name):
                    return feed.outlet
        return None

    def has(self, url: str) -> bool:
        """Whether the address is a declared outlet's."""
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        return any(known in self._by_host for known in (parts.netloc.lower(), *_parents(host)))


def _hosts(url: str) -> list[str]:
    """Under which hosts the pages of a feed are: with its port where it names one, and without what is for feeds."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if parts.port:
        return [parts.netloc.lower()]
    first, _, rest = host.partition(".")
    return [host, rest] if first in ("rss", "feed", "feeds", "api", "m") and "." in rest else [host]


def _parents(host: str) -> Iterator[str]:
    """A host and the domains that it is under, without those of the top level."""
    while "." in host:
        yield host
        host = host.partition(".")[2]


def _alike(one: str, other: str) -> int:
    """How many folders two paths begin with alike."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def _slug(host: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in host.lower()).strip("-") or "unknown"


# --- WARC


def read_warc(path: str, outlets: Outlets) -> Iterator[Found | DeadLetter]:
    """The pages of a WARC file (`.warc`, `.warc.gz`), one at a time: answers of status 200 that are HTML.

    Files of this program's own archive give their entries as they were. A page's date is when it was fetched.

    Raises:
        Failure: "no_file". A damaged file is read as far as it is whole, and its dead letter says so.
    """
    name = Path(path).name
    page: Found | None = None
    with _opened(path) as stream:
        offset = 0
        try:
            for end, record in _members(stream) if stream.peek(2)[:2] == b"\x1f\x8b" else _plain(stream):
                offset = end
                if page and record.rec_type == "metadata":
                    yield _with_entry(page, record)
                    page = None
                    continue
                if page:
                    yield page
                page = None
                page = _warc_page(record, name, outlets)
        except Exception as error:  # warcio raises many kinds for what is no WARC record
            if page:
                yield page
            yield _dead("bad_warc", f"{name} can't be read beyond byte {offset}: {error!r}", name, str(offset))
            return
    if page:
        yield page


def _members(stream: BinaryIO) -> Iterator[tuple[int, ArcWarcRecord]]:
    """How far a compressed file is read, and the record up to there; each is a gzip member whose checksum holds.

    Not by warcio's own reading, which takes what it can make of a damaged member for pages.
    """
    end, data = 0, b""
    while data := data or stream.read(_CHUNK):
        inflater = isal_zlib.decompressobj(_GZIP)
        parts: list[bytes] = []
        size = 0
        while not inflater.eof:
            if not (data := data or stream.read(_CHUNK)):
                raise EOFError("the file is cut off")
            parts.append(inflater.decompress(data, _CHUNK))
            size += len(parts[-1])
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if size > MAX_RECORD:
                raise ValueError(f"a record has more than {MAX_RECORD} bytes, or the records are not compressed each")
        end = stream.tell() - len(data)
        yield end, next(iter(ArchiveIterator(BytesIO(b"".join(parts)))))


def _plain(stream: BinaryIO) -> Iterator[tuple[int, ArcWarcRecord]]:
    """The same of a file that is not compressed."""
    records = ArchiveIterator(stream)
    end = 0
    for record in records:
        yield end, record
        while record.raw_stream.read(_CHUNK):
            pass
        if record.raw_stream.limit > 0:  # which warcio takes for the end of the record
            raise EOFError(f"a {record.rec_type} record is cut off")
        end = records.get_record_offset() + records.get_record_length()


def _warc_page(record: ArcWarcRecord, name: str, outlets: Outlets) -> Found | None:
    if record.rec_type == "resource":
        kind = record.rec_headers.get_header("Content-Type") or ""
    elif record.rec_type == "response" and record.http_headers is not None:
        if record.http_headers.get_statuscode() != "200":
            return None
        kind = record.http_headers.get_header("Content-Type") or "text/html"
    else:
        return None
    address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    if kind.partition(";")[0].strip().lower() not in _HTML:
        return None
    try:
        url = normalise_url(address)
    except ValueError:
        return None
    body = record.content_stream().read(MAX_PAGE)
    fetched = parse_date(record.rec_headers.get_header("WARC-Date") or "", now=utc_now()) or utc_now()
    feed = outlets.feed(url, name, "warc")
    if record.rec_type == "resource":
        return _of_text(Entry(digest(url), url, feed, content=body.decode("utf-8", "replace")), fetched)
    headers = tuple((header, value) for header, value in record.http_headers.headers if header.lower() not in _CODINGS)
    status, _, reason = record.http_headers.statusline.partition(" ")
    protocol = record.http_headers.protocol or "HTTP/1.1"
    return Found(
        Entry(digest(url), url, feed), Response(url, int(status), reason, headers, body, fetched, http_version=protocol)
    )


_CODINGS = ("content-encoding", "transfer-encoding", "content-length")  # that have been undone


def _with_entry(page: Found, record: ArcWarcRecord) -> Found:
    """A page with the entry that this program has archived with it, where that is what follows it."""
    try:
        entry = from_dict(Entry, json.loads(record.content_stream().read(MAX_PAGE)))
        return page._replace(entry=entry) if entry.url and entry.id else page
    except (ValueError, KeyError, TypeError, AttributeError):
        return page


# --- Lines of JSON


def read_jsonl(path: str, outlets: Outlets) -> Iterator[Found | DeadLetter]:
    """The articles of a file (`.jsonl`, `.jsonl.gz`) with an object a line.

    Its fields are `url`, and `text` (paragraphs parted by line breaks) or `html` (the page); where known `title`,
    `published`, `modified` and `fetched` (dates), `authors` (a list) and `outlet` (id or name of a declared one, or
    another's name).

    Raises:
        Failure: "no_file". A line that can't be used is a dead letter with its number.
    """
    name = Path(path).name
    with _opened(path) as stream, gzip.open(stream) if path.endswith(".gz") else stream as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield _article(line, name, outlets)
                    except (Failure, ValueError) as problem:
                        detail = problem.detail if isinstance(problem, Failure) else str(problem)
                        text = line[:MAX_PAYLOAD].decode("utf-8", "replace")
                        yield _dead("bad_line", f"{name}, line {number}: {detail}", name, text)
        except (EOFError, OSError) as error:
            yield _dead("bad_file", f"{name} can't be read beyond line {number}: {error}", name, str(number))


def _article(line: bytes, name: str, outlets: Outlets) -> Found:
    if len(line) > MAX_LINE:
        raise Failure("bad_line", f"is longer than {MAX_LINE} bytes")
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Failure("bad_line", f"is no JSON ({error})") from None
    if not isinstance(item, dict):
        raise Failure("bad_line", "is no JSON object")
    if unknown := item.keys() - _FIELDS:
        raise Failure("bad_line", f"has a field {sorted(unknown)[0]!r}; allowed are {', '.join(sorted(_FIELDS))}")
    for field, value in item.items():
        if field == "authors":
            if not isinstance(value, list) or not all(isinstance(author, str) for author in value):
                raise Failure("bad_line", "authors must be a list of texts")
        elif not isinstance(value, str):
            raise Failure("bad_line", f"{field} must be a text")
    try:
        url = normalise_url(item.get("url", ""))
    except ValueError:
        raise Failure("bad_line", f"url {item.get('url', '')!r} is no http or https address") from None
    text, page = item.get("text", ""), item.get("html", "")
    if not text.strip() and not page.strip():
        raise Failure("bad_line", "has neither text nor html")
    feed = outlets.feed(url, name, "jsonl")
    if given := item.get("outlet", "").strip():
        feed = feed._replace(outlet=outlets.named(given) or Outlet(_slug(given), given))
    now = utc_now()
    dates = {}
    for field in ("published", "modified", "fetched"):
        dates[field] = parse_date(item.get(field, ""), now=now, country=feed.outlet.country)
        if item.get(field) and not dates[field]:
            raise Failure(
                "bad_line", f"{field} {item[field]!r} is no believable date; write it as 2023-09-13T08:00:00Z"
            )
    title = item.get("title", "").strip()
    entry = Entry(
        digest(url),
        url,
        feed,
        title=title,
        published=dates["published"],
        modified=dates["modified"],
        authors=tuple(item.get("authors", ())),
    )
    fetched = dates["fetched"] or now
    if text.strip():
        paragraphs = "".join(f"<p>{html.escape(part.strip())}</p>" for part in text.split("\n") if part.strip())
        return _of_text(entry._replace(content=paragraphs), fetched)
    body = page.encode("utf-8", "replace")
    return Found(entry, Response(url, 200, "OK", (("Content-Type", _TEXT),), body, fetched))


def _of_text(entry: Entry, fetched: str) -> Found:
    """An entry that carries its article itself, as the archive gives it."""
    return Found(entry, Response(entry.url, 0, "", (("Content-Type", _TEXT),), b"", fetched))


# --- Sitemaps


def read_sitemap(url: str, dates: Range, outlets: Outlets, web: Web) -> Iterator[Entry | DeadLetter]:
    """The entries of a sitemap, or of all below an index, of some dates.

    Sitemaps that say that they have not changed since the first date are left out, as are entries whose date of
    publication, or the date in whose address, is not within; those that tell no date are taken. Of those that only tell
    when they changed it is known that they were not published later.

    Raises:
        Failure: the sitemap itself can't be read. One below it that can't is a dead letter.
    """
    feed = outlets.feed(url)._replace(url=url, kind="sitemap")
    now = utc_now()
    listing, base = _listing(url, feed, web, now)
    waiting = [(listing, base, 0)]
    seen = {url}
    while waiting:
        listing, base, depth = waiting.pop(0)
        for entry in listing.entries:
            if _within(entry, dates):
                own = outlets.feed(entry.url) if outlets.has(entry.url) else feed
                yield entry._replace(feed=own._replace(url=url, kind="sitemap"))
        yield from listing.dead
        for address, changed in listing.sitemaps:
            below = urljoin(base, address)
            if below in seen or len(seen) > MAX_SITEMAPS or depth >= MAX_DEPTH:
                continue
            if changed and dates.since and changed[:10] < dates.since:
                continue
            seen.add(below)
            try:
                found, base_below = _listing(below, feed, web, now)
            except Failure as problem:
                detail = f"sitemap {below} can't be read: {problem.detail}"
                yield _dead(problem.cause, detail, url, below, feed.outlet)
                continue
            waiting.append((found, base_below, depth + 1))


def _listing(url: str, feed: Feed, web: Web, now: str) -> tuple[Listing, str]:
    response = web.get(
        url,
        private_hosts=feed.private_hosts,
        delay=feed.delay,
        max_bytes=MAX_SITEMAP_BYTES,
        accept="application/xml,text/xml;q=0.9,*/*;q=0.5",
    )
    listing = read_listing(unzip(response.body), response.header("content-type"), response.url, feed, now)
    return listing, response.url


def _within(entry: Entry, dates: Range) -> bool:
    if entry.published and entry.published != entry.modified:  # else only its last change is told
        return dates.has(entry.published)
    if day := extract_url_date(entry.url, _URL_DATES):
        return dates.has(day)
    return not entry.modified or not dates.since or entry.modified[:10] >= dates.since


_URL_DATES = Extractor(False, datetime(2100, 1, 1), datetime(1990, 1, 1), True, "%Y-%m-%d")


# --- The Wayback Machine


def snapshots(feed: Feed, dates: Range, base: str, web: Web) -> list[tuple[str, str]]:
    """The snapshots of a feed that differ: when each was taken (ISO 8601), and where it is, oldest first.

    Asked of the CDX API below a base address (https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server).

    Raises:
        Failure: as `Web.get` has it, or "bad_answer".
    """
    first, last = dates.since.replace("-", ""), dates.until.replace("-", "")
    asked = (
        f"{base.rstrip('/')}/cdx/search/cdx?url={quote(feed.url, safe='')}&output=json&fl=timestamp,original"
        f"&filter=statuscode:200&collapse=digest{f'&from={first}' if first else ''}{f'&to={last}' if last else ''}"
    )
    response = _ask(asked, feed, base, web, "application/json")
    try:
        rows = json.loads(response.body or b"[]")[1:]
        return [
            (
                datetime.strptime(stamp, "%Y%m%d%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ"),
                f"{base.rstrip('/')}/web/{stamp}id_/{original}",
            )
            for stamp, original in rows
        ]
    except (ValueError, TypeError) as error:
        raise Failure("bad_answer", f"{asked} does not answer as the CDX API does: {error}") from None


def read_snapshot(feed: Feed, taken: str, url: str, dates: Range, base: str, web: Web) -> Iterator[Entry | DeadLetter]:
    """The entries of one snapshot of a feed; a dead letter where it can't be read."""
    try:
        response = _ask(url, feed, base, web, "*/*")
        listing = read_listing(response.body, response.header("content-type"), feed.url, feed, taken)
    except Failure as problem:
        yield _dead(problem.cause, f"snapshot {url}: {problem.detail}", feed.url, url, feed.outlet)
        return
    yield from (entry for entry in listing.entries if dates.has(entry.published))
    yield from listing.dead


def _ask(url: str, feed: Feed, base: str, web: Web, accept: str) -> Response:
    # The base address is the user's own choice, who may have a Wayback Machine of their own.
    hosts = () if base == WAYBACK else (_authority(base),)
    return web.get(url, private_hosts=hosts, delay=feed.delay, max_bytes=MAX_SITEMAP_BYTES, accept=accept, robots=False)


def _authority(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.hostname}:{port}"


# --- In common


def _opened(path: str):
    try:
        return open(path, "rb")
    except OSError as error:
        raise Failure("no_file", f"{path}: {error.strerror}") from None


def _dead(cause: str, detail: str, source: str, what: str, outlet: Outlet | None = None) -> DeadLetter:
    return DeadLetter(
        id=digest(STAGE, source, what),
        stage=STAGE,
        cause=cause,
        detail=detail,
        failed=utc_now(),
        outlet=outlet or Outlet(_slug(source), source),
        url="",
        payload=what,
    )
