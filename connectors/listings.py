"""What a feed or sitemap lists, read from its bytes."""

from __future__ import annotations

import html
import io
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin

import feedparser
from lxml import etree

from schemas.charsets import decode_html
from schemas.dates import parse_date, sane
from schemas.failures import Failure
from schemas.records import DeadLetter, Entry, Feed, dead_letter, digest
from schemas.urls import normalise_url

MAX_ENTRIES = 10_000  # of a feed; the ones after are left
FULL_TEXT = 600  # characters of plain text from which an entry's content can be the whole article
FULL_TEXT_SYLLABIC = 300  # the same for Korean, Japanese and Chinese
FULL_DESCRIPTION = 1500  # characters from which even a description is taken for the whole article
MAX_TITLE = 500

_FORMATS = {
    "rss090": "RSS 0.90", "rss091n": "RSS 0.91", "rss091u": "RSS 0.91", "rss092": "RSS 0.92", "rss093": "RSS 0.93",
    "rss094": "RSS 0.94", "rss20": "RSS 2.0", "rss10": "RSS 1.0 (RDF)", "rss": "RSS", "atom01": "Atom 0.1",
    "atom02": "Atom 0.2", "atom03": "Atom 0.3", "atom10": "Atom 1.0", "atom": "Atom", "cdf": "CDF",
}  # fmt: skip
_PROLOGUE = re.compile(r"(?:[\s\ufeff]|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--)>", re.DOTALL)
_SYLLABIC = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_TEASER = re.compile(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|continue reading|read more|читать далее|더 ?보기)\W*$", re.IGNORECASE
)
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
_MEDIA = re.compile(r"\{[^}]*sitemap-(?:image|video)")  # have a loc and a title of their own
_ALTERNATE = re.compile(r"<link\b[^>]*application/(?:rss|atom)\+xml[^>]*>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


class Listing(NamedTuple):
    """What one document lists."""

    format: str  # as a reader of feeds calls it, "RSS 2.0"
    entries: list[Entry]  # each address once
    dead: list[DeadLetter]  # items without a usable address
    floor: float = 0.0  # seconds between polls that the publisher asks for at least
    sitemaps: tuple[tuple[str, str], ...] = ()  # address and last modification of those that an index names
    left: int = 0  # items beyond MAX_ENTRIES


def read_listing(body: bytes, content_type: str, url: str, feed: Feed, now: str) -> Listing:
    """Reads RSS, Atom, RDF, JSON Feed, a sitemap or a sitemap index.

    Args:
        url: where the document came from; relative links are resolved against it.
        now: ISO 8601 in UTC.

    Raises:
        Failure: "bad_feed", saying what the document is instead.
    """
    text, _ = decode_html(body, content_type)
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        raise Failure("bad_feed", f"{url} is empty")
    if text[0] in "{[":
        return _read_json(text, url, feed, now)
    start = _PROLOGUE.match(text).end()
    if text[start : start + 9].upper() == "<!DOCTYPE":
        # Neither feeds nor sitemaps need one; it can define entities that grow without bound.
        text = text[:start] + _DOCTYPE.sub("", text[start:], count=1)
    root = _ROOT.search(text, start)
    name = root[1].lower() if root else ""
    if name == "html" or not root:
        raise Failure("bad_feed", _no_feed(text, url))
    text = _REFERENCE.sub(_mend_reference, _NOT_XML.sub("", text[root.start() :]))
    if name in ("urlset", "sitemapindex"):
        return _read_sitemap(text.encode("utf-8"), url, feed, now)
    return _read_feed(text.encode("utf-8"), url, feed, now)


def _mend_reference(reference: re.Match[str]) -> str:
    """A character reference, or a blank where it names no character that XML allows."""
    digits = (reference[1] or reference[2]).lstrip("0")[:8]
    code = int(digits or "0", 16 if reference[1] else 10)
    return reference[0] if code <= 0x10FFFF and not _NOT_XML.match(chr(code)) else " "


def _no_feed(text: str, url: str) -> str:
    link = _ALTERNATE.search(text[:200_000])
    href = _HREF.search(link[0]) if link else None
    hint = f"; it names {urljoin(url, html.unescape(href[1]))} as its feed" if href else ""
    return f"{url} is {'a web page' if '<' in text[:1000] else 'neither XML nor JSON'}, not a feed{hint}"


def _gather(items: Iterable[Entry | DeadLetter], format: str, *, floor: float = 0.0, left: int = 0) -> Listing:
    entries: dict[str, Entry] = {}
    dead: list[DeadLetter] = []
    for item in items:
        if isinstance(item, DeadLetter):
            dead.append(item)
        else:
            entries.setdefault(item.id, item)
    return Listing(format, list(entries.values()), dead, floor, left=left)


def _entry(
    feed: Feed,
    now: str,
    base: str,
    *,
    links: Iterable[str],
    title: str,
    published: str,
    modified: str,
    authors: Iterable[str] = (),
    content: str = "",
    name: str = "",
) -> Entry | DeadLetter:
    """An item as an entry, or as a dead letter where none of its links is an http(s) address."""
    title = plain(title)[:MAX_TITLE]
    content = _NOT_XML.sub("", content)
    url = ""
    for link in filter(str.strip, links):
        try:
            url = normalise_url(urljoin(base, link.strip()))
        except ValueError:
            continue
        break
    entry = Entry(
        id=digest(url or f"{feed.url} {name or title}"),
        url=url,
        feed=feed,
        title=title,
        published=published or modified,
        modified=modified,
        authors=tuple(dict.fromkeys(filter(None, (plain(author)[:200] for author in authors))))[:20],
        content=content,
        hash=digest(title, modified, content),
    )
    if url:
        return entry
    what = title or name or "an item without a title"
    problem = Failure("no_link", f"{what!r} in {feed.url} names no http or https address")
    return dead_letter("poll", entry, problem, now)


def plain(markup: str) -> str:
    """The text of a bit of HTML on one line."""
    if "<" in markup:
        markup = _TAG.sub(" ", markup)
    if "&" in markup:
        markup = html.unescape(markup)
    return " ".join(_NOT_XML.sub(" ", markup).split())


def full_text(contents: Iterable[str], summary: str) -> str:
    """Of an item's contents (HTML) the one that is clearly the whole article, else "".

    It has to be longer than a teaser (600 characters of plain text, 300 in Korean, Japanese or Chinese), half as long
    again as the summary, and must not end like a teaser. A description of 1500 characters counts as well.
    """
    lead = plain(summary)
    for content in sorted(contents, key=len, reverse=True):
        text = plain(content)
        enough = FULL_TEXT_SYLLABIC if len(_SYLLABIC.findall(text)) > len(text) / 4 else FULL_TEXT
        if len(text) >= enough and (text == lead or len(text) >= 1.5 * len(lead)) and not _TEASER.search(text):
            if text == lead and len(text) < FULL_DESCRIPTION:
                continue
            return content
    return summary if len(lead) >= FULL_DESCRIPTION and not _TEASER.search(lead) else ""


# --- RSS, Atom, RDF


def _read_feed(body: bytes, url: str, feed: Feed, now: str) -> Listing:
    body, left = _first_items(body)
    _refuse_depth(body, url)
    try:
        parsed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError) as error:
        # feedparser promises to swallow everything, but chokes on some damage in its lenient mode.
        raise Failure("bad_feed", f"{url} is damaged beyond reading ({type(error).__name__}: {error})") from None
    if not parsed.entries and not parsed.version:
        problem = parsed.get("bozo_exception")
        raise Failure("bad_feed", f"{url} is XML, but no feed{f' ({problem})' if problem else ''}")
    items = (_feed_entry(item, url, feed, now) for item in parsed.entries[:MAX_ENTRIES])
    return _gather(items, _FORMATS.get(parsed.version, "XML"), floor=_floor(parsed.feed), left=left)


def _refuse_depth(body: bytes, url: str) -> None:
    """Raises Failure("bad_feed") for elements nested 256 deep, over which feedparser would take forever."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    etree.fromstring(body, parser)
    if any("depth" in error.message for error in parser.error_log.filter_from_fatals()):
        raise Failure("bad_feed", f"{url} nests its elements hundreds deep")


def _first_items(body: bytes) -> tuple[bytes, int]:
    """A feed cut after its first MAX_ENTRIES items, still well-formed, and how many were cut."""
    ends = [match.end() for match in _CLOSED.finditer(body)] if len(body) > 40 * MAX_ENTRIES else []
    if len(ends) <= MAX_ENTRIES:
        return body, 0
    return body[: ends[MAX_ENTRIES - 1]] + body[ends[-1] :], len(ends) - MAX_ENTRIES


def _text(item: Mapping[str, Any], name: str) -> str:
    """A text of an item as feedparser or JSON gives it; "" for anything else that may stand there."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _feed_entry(item: Mapping[str, Any], url: str, feed: Feed, now: str) -> Entry | DeadLetter:
    def date(name: str) -> str:
        # feedparser stands in "published" for a missing "updated"; `in` tells the truth.
        text = _text(item, name) if name in item else ""
        return parse_date(text, now=now, country=feed.outlet.country) or _struct_date(
            item.get(f"{name}_parsed") if text else None, now
        )

    contents = [_text(content, "value") for content in item.get("content", ())]
    yandex = _text(item, "yandex_full-text")
    if yandex:
        # Plain text with line breaks, which Russian outlets send for Yandex News.
        contents.append("".join(f"<p>{html.escape(line)}</p>" for line in html.unescape(yandex).split("\n") if line))
    authors = [_text(author, "name") for author in item.get("authors", ())] or [_text(item, "author")]
    return _entry(
        feed,
        now,
        url,
        links=_links(item),
        title=_text(item, "title"),
        published=date("published"),
        modified=date("updated"),
        authors=authors,
        content=full_text(contents, _text(item, "summary")),
        name=_text(item, "id"),
    )


def _links(item: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of an item's page, the likeliest first."""
    yield _text(item, "feedburner_origlink")
    yield _text(item, "link")
    for link in item.get("links", ()):
        if link.get("rel") == "alternate":
            yield _text(link, "href")
    name = _text(item, "id")
    if name.startswith(("http://", "https://")):
        yield name


def _struct_date(value: time.struct_time | None, now: str) -> str:
    try:
        return sane(datetime(*value[:6], tzinfo=UTC), now) if value else ""
    except (ValueError, OverflowError):
        return ""


def _floor(channel: Mapping[str, Any]) -> float:
    """Seconds between polls that a feed asks for: RSS `ttl` in minutes, or RSS 1.0's syndication module."""
    try:
        ttl = 60 * float(channel.get("ttl", 0))
        period = _PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower(), 0)
        each = period / max(1.0, float(channel.get("sy_updatefrequency", 1) or 1))
    except ValueError:
        return 0.0
    return max(0.0, ttl, each)


# --- JSON Feed


def _read_json(text: str, url: str, feed: Feed, now: str) -> Listing:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failure("bad_feed", f"{url} is not valid JSON: {error}") from None
    items = root.get("items") if isinstance(root, dict) else None
    if not isinstance(items, list) or "jsonfeed.org/version/" not in str(root.get("version")):
        raise Failure("bad_feed", f"{url} is JSON, but no JSON Feed (https://jsonfeed.org/version/1.1)")
    entries = (_json_entry(item if isinstance(item, dict) else {}, url, feed, now) for item in items[:MAX_ENTRIES])
    return _gather(
        entries, f"JSON Feed {str(root['version']).rsplit('/', 1)[-1]}", left=max(0, len(items) - MAX_ENTRIES)
    )


def _json_entry(item: dict[str, Any], url: str, feed: Feed, now: str) -> Entry | DeadLetter:
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    lines = _text(item, "content_text").split("\n")
    contents = [_text(item, "content_html"), "".join(f"<p>{html.escape(line)}</p>" for line in lines if line.strip())]
    name = str(item.get("id", ""))
    return _entry(
        feed,
        now,
        url,
        links=[_text(item, "url") or _text(item, "external_url") or (name if name.startswith("http") else "")],
        title=_text(item, "title"),
        published=parse_date(_text(item, "date_published"), now=now, country=feed.outlet.country),
        modified=parse_date(_text(item, "date_modified"), now=now, country=feed.outlet.country),
        authors=[str(person.get("name", "")) for person in people if isinstance(person, dict)],
        content=full_text(contents, _text(item, "summary")),
        name=name,
    )


# --- Sitemaps (sitemaps.org protocol 0.9 and Google's news extension)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _read_sitemap(body: bytes, url: str, feed: Feed, now: str) -> Listing:
    entries: list[Entry | DeadLetter] = []
    indexed: list[tuple[str, str]] = []
    left = 0
    nodes = etree.iterparse(
        io.BytesIO(body),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        recover=True,
        huge_tree=False,
        remove_comments=True,
    )
    country = feed.outlet.country
    news = False
    try:
        for _, node in nodes:
            field = {
                _local(child.tag): (child.text or "").strip()
                for child in node.iter()
                if isinstance(child.tag, str) and not _MEDIA.match(child.tag)
            }
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
            if _local(node.tag) == "sitemap":
                indexed.append((field.get("loc", ""), parse_date(field.get("lastmod", ""), now=now, country=country)))
                continue
            if len(entries) >= 5 * MAX_ENTRIES:
                left += 1
                continue
            news = news or "publication_date" in field
            entries.append(
                _entry(
                    feed,
                    now,
                    url,
                    links=[field.get("loc", "")],
                    title=field.get("title", ""),
                    published=parse_date(field.get("publication_date", ""), now=now, country=country),
                    modified=parse_date(field.get("lastmod", ""), now=now, country=country),
                )
            )
    except etree.XMLSyntaxError as error:
        raise Failure("bad_feed", f"{url} is a sitemap that can't be read: {error}") from None
    format = "sitemap index" if indexed else "news sitemap" if news else "sitemap"
    return _gather(entries, format, left=left)._replace(sitemaps=tuple(indexed))
