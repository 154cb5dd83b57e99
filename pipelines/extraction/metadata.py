"""What a page says of its article besides the text: title, authors, dates, address, agency, language.

Read from the markup by linear scans, without a tree, so that the same reader serves pages that are extracted and those
that the gate leaves out. Sources, best first: meta tags, schema.org JSON-LD, visible marks, the feed's entry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from tld import get_fld

from pipelines.extraction.dates import COUNTRY_ZONES, PageDate, iso, parse, sane
from schemas.dates import AHEAD
from schemas.records import Page
from schemas.urls import normalise_url

_META = re.compile(r"<meta\s((?:[^<>\"']|\"[^\"]{0,9000}\"|'[^']{0,9000}')*+)", re.I)
_ATTRIBUTE = re.compile(r"([a-z:_.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_CANONICAL = re.compile(r"<link\s[^<>]{0,300}\brel\s*=\s*[\"']?canonical\b[^<>]{0,3000}", re.I)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s<>]+)", re.I)
_TITLE = re.compile(r"<title\b[^<>]*>([^<]{1,1000})", re.I)
_HEADING = re.compile(r"<h1\b[^<>]*>", re.I)
_HEADING_END = re.compile(r"</h1", re.I)
_HTML_LANG = re.compile(r"<html\b[^<>]{0,500}?\b(?:xml:)?lang\s*=\s*[\"']?([a-z]{2})\b", re.I)
_JSON_LD = re.compile(r"<script\b[^<>]{0,300}ld\+json[^<>]{0,300}>", re.I)
_TIME_TAG = re.compile(r"<time\b[^<>]{0,500}?\bdatetime\s*=\s*[\"']([^\"'<>]{6,60})", re.I)
_ITEMPROP_DATE = re.compile(r"itemprop\s*=\s*[\"']?date[Pp]ublished\b")
_DATE_VALUE = re.compile(r"\b(?:content|datetime)\s*=\s*[\"']([^\"'<>]{6,60})", re.I)
# A day and a time in the text near the headline: 입력 2023.09.13 17:05, 13 сентября 2023, 17:05, 2023年9月13日 17:05
_WRITTEN_DATE = re.compile(
    r"(?:(?:입력|등록|승인|작성|발행|게재|보도)\D{0,20})?"
    r"(?:(?:19|20)\d\d\s?(?:[-./]|[년年])\s?\d{1,2}\s?(?:[-./]|[월月])\s?\d{1,2}[일日]?[.,]?\s*(?:\([^)]{1,3}\)\s*)?(?:오전|오후|午前|午後)?\s*\d{1,2}[:시時]\d\d"
    r"|\d{1,2}\s+(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\s+20\d\d(?:\s*г\.?)?,?\s*(?:в\s+)?\d{1,2}:\d\d"
    r"|\d{1,2}:\d\d,?\s+\d{1,2}\s+(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\s+20\d\d"
    r"|\d{1,2}\.\d{1,2}\.20\d\d,?\s+(?:в\s+)?\d{1,2}:\d\d)"
)
_URL_DATE = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?([01]\d)[/_-]?([0-3]\d)(?!\d\d?\d?[/.]?\d{5})")
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"\s+")

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "datepublished", "parsely-pub-date", "sailthru.date", "mediator_published_time", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "article.published", "pubdate", "publishdate", "publish-date", "publish_date",
    "published_time", "publication_date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created",
    "dc.date", "dcterms.date", "citation_publication_date", "article_date_original", "article:created", "date",
    "displaydate", "regdate", "ptime", "nextweb:createdate",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:article:modified_time", "article:modified", "og:modified_time", "datemodified",
    "og:updated_time", "cxenseparse:modifiedtime", "article.updated", "dc.date.modified", "dcterms.modified",
    "lastmod", "last-modified", "last_modified", "revised", "utime",
)  # fmt: skip
_TITLES = (
    "og:title",
    "twitter:title",
    "headline",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "title",
)
_AUTHORS = (
    "author", "article:author", "og:article:author", "dable:author", "byl", "parsely-author", "sailthru.author",
    "dc.creator", "dcterms.creator", "cxenseparse:author", "mediator_author", "article:author_name",
)  # fmt: skip
_SITES = ("og:site_name", "application-name", "twitter:site", "dc.publisher", "apple-mobile-web-app-title")
_SOURCES = (
    "article:source",
    "source",
    "news_source",
    "dc.source",
    "syndication-source",
    "original-source",
    "copyright",
)

_PORTALS = ("네이버", "Naver", "다음", "Daum", "Yahoo", "MSN")  # named among the authors of what they re-publish

_ARTICLE_TYPES = re.compile(r"(?:Article|Posting|Report|NewsItem|Review)$")
_MAX_JSON_LD = 2_000_000  # characters


class Metadata(NamedTuple):
    """What a page says of its article. Fields are as in `schemas.records.Extract`."""

    url: str
    title: str
    authors: tuple[str, ...]
    published: str
    modified: str
    language_hint: str  # what the page, or else the outlet, declares
    sources: str  # by-lines and rights, where an agency may be named
    bodies: tuple[str, ...]  # the article's text as JSON-LD carries it, longest first
    latest: str  # the last day that a publication date may be


def read(html: str, page: Page) -> Metadata:
    """The metadata of a page, given its decoded markup. Takes time linear in the markup's length."""
    metas = _metas(html)
    nodes = list(_article_nodes(html))
    now = _now(page)
    zone = _zone(page)
    published = _published(html, metas, nodes, page, zone, now)
    return Metadata(
        url=_canonical(html, metas, page.url),
        title=_title(html, metas, nodes, page),
        authors=_authors(html, metas, nodes, page),
        published=published,
        modified=_modified(metas, nodes, page, zone, now, published),
        language_hint=(
            match[1].lower() if (match := _HTML_LANG.search(html, 0, 5000)) else page.entry.feed.outlet.language
        ),
        sources=" | ".join([*_values(metas, _SOURCES), *_values(metas, _AUTHORS), *_ld_names(nodes)])[:1000],
        bodies=_bodies(nodes),
        latest=f"{now + AHEAD:%Y-%m-%d}",
    )


def _metas(html: str) -> dict[str, list[str]]:
    """Contents of the meta tags by name, property or itemprop in lower case."""
    metas: dict[str, list[str]] = {}
    for tag in _META.finditer(html):
        attributes = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(tag[1])}
        content = attributes.get("content", "").strip()
        if content:
            for key in ("property", "name", "itemprop", "http-equiv"):
                if name := attributes.get(key):
                    metas.setdefault(name.strip().lower(), []).append(plain(content))
    return metas


def _values(metas: dict[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    return (value for name in names for value in metas.get(name, ()))


def _article_nodes(html: str) -> Iterator[dict[str, Any]]:
    """The schema.org objects that describe an article, those with a headline or date first met first."""
    for start in _JSON_LD.finditer(html):
        end = html.find("</script", start.end())
        text = html[start.end() : end if end >= 0 else None][:_MAX_JSON_LD].strip()
        for data in _objects(_load(text)):
            kinds = data.get("@type")
            if any(
                isinstance(kind, str) and _ARTICLE_TYPES.search(kind)
                for kind in (kinds if isinstance(kinds, list) else [kinds])
            ):
                yield data


def _load(text: str) -> Any:
    """JSON as pages write it: with comments and CDATA marks around it, trailing commas, raw line breaks."""
    for attempt in (
        lambda: text,
        lambda: re.sub(
            r",\s*([}\]])", r"\1", re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|;)\s*$", "", text)
        ),
        lambda: unescape(text),
    ):
        try:
            return json.loads(attempt(), strict=False)
        except (ValueError, RecursionError):
            continue
    fields = {}  # of a broken object, the plain ones
    for match in re.finditer(r'"(@type|headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\]|\\.){1,500})"', text):
        fields.setdefault(match[1], match[2])
    return fields


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in parsed JSON, outermost first, as far as 10 levels and 5,000 values."""
    level, seen = [data], 0
    for _ in range(10):
        deeper: list[Any] = []
        for value in level:
            seen += 1
            if seen > 5000:
                return
            if isinstance(value, dict):
                yield value
                deeper += (v for v in value.values() if isinstance(v, (dict, list)))
            elif isinstance(value, list):
                deeper += (v for v in value if isinstance(v, (dict, list)))
        level = deeper


def plain(value: str) -> str:
    """Text of a fragment: no tags, entities resolved (twice where a system escaped twice), blanks single."""
    value = unescape(value)
    if "&" in value:
        value = unescape(value)
    return _BLANKS.sub(" ", _TAG.sub(" ", value) if "<" in value else value).strip()


def _now(page: Page) -> datetime:
    """When the page was fetched: a date is judged by that moment, also when the archive is read years later."""
    try:
        return datetime.fromisoformat(page.fetched).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def _zone(page: Page) -> int:
    country = page.entry.feed.outlet.country or (urlsplit(page.url).hostname or "").rpartition(".")[2].upper()
    return COUNTRY_ZONES.get(country, 0)


def _published(
    html: str, metas: dict[str, list[str]], nodes: list[dict[str, Any]], page: Page, zone: int, now: datetime
) -> str:
    """When the article was published, "" where neither page nor feed says.

    A page's own time goes first. Where it only gives a day, a feed's time within a day of it is that article's time;
    a feed's time further off, such as that of a re-publication, is not.
    """
    entry = sane(parse(page.entry.published), now)
    day: PageDate | None = None
    for date in _candidates(html, metas, nodes, zone, certain=True):
        if sane(date, now):
            if date.exact:
                return iso(date.at)
            day = day or date
    if day:
        near = entry and entry.exact and abs(entry.at - day.at) <= timedelta(days=1, hours=14)
        return iso(entry.at if entry and near else day.at)
    if entry:
        return iso(entry.at)
    for date in _candidates(html, metas, nodes, zone, certain=False):
        if sane(date, now):
            return iso(date.at)
    if (match := _URL_DATE.search(urlsplit(page.url).path)) and (date := sane(parse("-".join(match.groups())), now)):
        return iso(date.at)
    return ""


def _candidates(
    html: str, metas: dict[str, list[str]], nodes: list[dict[str, Any]], zone: int, *, certain: bool
) -> Iterator[PageDate]:
    """Dates that may be the article's: declared as such (`certain`) or merely written near its headline."""
    if certain:
        values = [
            *_values(metas, _PUBLISHED),
            *(str(node[key]) for key in ("datePublished", "dateCreated") for node in nodes if key in node),
        ]
        for mark in _ITEMPROP_DATE.finditer(html):
            tag = html[max(0, html.rfind("<", 0, mark.start())) : mark.end() + 200].partition(">")[0]
            values += (match[1] for match in [_DATE_VALUE.search(tag)] if match)
    else:
        body = match.start() if (match := re.search(r"<h1\b", html, re.I)) else 0
        values = [match[1] for match in [_TIME_TAG.search(html, body) or _TIME_TAG.search(html)] if match]
        near = _TAG.sub(" ", html[max(0, body - 3000) : body + 12000])
        values += (match[0] for match in [_WRITTEN_DATE.search(near)] if match)
    for value in values:
        if date := parse(value, zone):
            yield date


def _modified(
    metas: dict[str, list[str]], nodes: list[dict[str, Any]], page: Page, zone: int, now: datetime, published: str
) -> str:
    """When the article was last changed, "" where not known or before it was published."""
    values = [*_values(metas, _MODIFIED), *(str(node["dateModified"]) for node in nodes if "dateModified" in node)]
    dates = [date for value in values if (date := sane(parse(value, zone), now))]
    date = next((date for date in dates if date.exact), None) or sane(parse(page.entry.modified), now)
    return iso(date.at) if date and date.exact and iso(date.at) >= published else ""


def _canonical(html: str, metas: dict[str, list[str]], url: str) -> str:
    """The address that the page calls its own, where that is believable, else the one it came from.

    Some systems name their home page, a section, or a test server on every page: an address on another site or with
    a path cut down to nothing is not believed.
    """
    link = _CANONICAL.search(html)
    named = _HREF.search(link[0]) if link else None
    own = urlsplit(url)
    for candidate in [*([unescape(named[1])] if named else ()), *metas.get("og:url", ())]:
        try:
            address = urljoin(url, candidate.strip())
            parts = urlsplit(address)
            if parts.scheme not in _PORTS or own.scheme not in _PORTS or _site(parts) != _site(own):
                continue
            bare = len(parts.path.strip("/")) < 2 and not parts.query
            if bare and (own.path.strip("/") or own.query):
                continue
            if not parts.query and own.path == parts.path and re.search(r"\d{4}", urlsplit(normalise_url(url)).query):
                continue  # the article's number has been cut off
            # a path that is a mere beginning of the fetched one is a section's address
            if (
                not parts.query
                and own.path.rstrip("/").startswith(parts.path.rstrip("/") + "/")
                and not re.search(r"\d", parts.path)
            ):
                continue
            return normalise_url(address)
        except ValueError:
            continue
    return normalise_url(url)


_PORTS = {"http": 80, "https": 443}


def _site(address: SplitResult) -> tuple[str, int]:
    """What one owner holds: the registrable domain, and the port where it is not the scheme's own (then 0)."""
    host = address.hostname or ""
    port = address.port or _PORTS[address.scheme]
    if host[-1:].isalpha():  # no IP address
        host = get_fld(f"http://{host}", fail_silently=True, search_private=True) or ".".join(host.split(".")[-2:])
    return host, port * (port not in (80, 443))


_SEPARATOR = r"(?:\s+[-–—|•·»›<>~:]+\s+|\s*(?:\||::|\s[-–—:]|»|[：｜])\s*|\s*[_＿]\s*)"


def _title(html: str, metas: dict[str, list[str]], nodes: list[dict[str, Any]], page: Page) -> str:
    """The headline without the site's name."""
    headlines = [plain(node["headline"]) for node in nodes if isinstance(node.get("headline"), str)]
    tag = _TITLE.search(html)
    declared = [
        *_values(metas, _TITLES[:3]),
        *headlines,
        *_values(metas, _TITLES[3:]),
        *([plain(tag[1])] if tag else ()),
    ]
    headings = [text for text in _headings(html) if 4 < len(text) < 400]
    names = [*_values(metas, _SITES), page.entry.feed.outlet.name, urlsplit(page.url).hostname or ""]
    site = {re.sub(r"\W+", "", name).casefold() for name in names} - {""}
    # what the page or feed elsewhere gives as the whole headline tells where the site's name starts
    known = [
        other for other in (*headings, *headlines, page.entry.title) if len(other) > 9 and not _names_site(other, site)
    ]
    for title in filter(None, declared):
        for other in known:
            before, found, after = title.partition(other)
            if found and (not before or _ENDS_APART.search(before)) and (not after or _STARTS_APART.match(after)):
                return other
        if title := _without_site(title, site):
            return title
    return next(filter(None, [*headings, page.entry.title]), "")


def _headings(html: str) -> Iterator[str]:
    for start in islice(_HEADING.finditer(html), 5):
        if end := _HEADING_END.search(html, start.end(), start.end() + 2000):
            yield plain(html[start.end() : end.start()])


_STARTS_APART = re.compile(r"\s*(?:[-–—|•·»›<>~:_＿：｜])")
_ENDS_APART = re.compile(r"[-–—|•·»›<>~:_＿：｜]\s*$")


def _without_site(title: str, folded: set[str]) -> str:
    parts = re.split(f"({_SEPARATOR})", title)
    while len(parts) > 2 and _names_site(parts[-1], folded):
        parts = parts[:-2]
    while len(parts) > 2 and _names_site(parts[0], folded):
        parts = parts[2:]
    title = "".join(parts).strip()
    return "" if _names_site(title, folded) or not re.search(r"\w", title) else title


def _names_site(part: str, folded: set[str]) -> bool:
    """Whether a part of a title is the site's name or address (a host such as "kr.example.com" holds "example")."""
    part = re.sub(r"\W+", "", part).casefold()
    return bool(part) and any(
        part == name
        or (len(name) > 2 and part.startswith(name) and len(part) < len(name) + 6)
        or (len(part) > 3 and part in name)
        or (len(name) > 3 and name in part and len(part) < len(name) + 12)
        for name in folded
    )


def _authors(html: str, metas: dict[str, list[str]], nodes: list[dict[str, Any]], page: Page) -> tuple[str, ...]:
    """Names of the authors in the page's order, without "by", the Korean and Japanese word for reporter, addresses."""
    names = (
        [name for node in nodes[:1] for name in _names(node.get("author"))]
        or list(_values(metas, _AUTHORS))
        or list(page.entry.authors)
        or _byline(html)
    )
    site = {
        re.sub(r"\W+", "", name).casefold()
        for name in [*_values(metas, _SITES), page.entry.feed.outlet.name, *_PORTALS]
    }
    cleaned: dict[str, None] = {}
    for name in names:
        name = re.sub(r"https?:\S+|\S+@\S+", " ", name)
        for part in re.split(r"\s*(?:[,;|/·]|\band\b|\bund\b|\bи\b)\s*", name):
            part = re.sub(r"^\s*(?:by|von|par|автор|글|текст)\b:?\s*", " ", part, flags=re.I)
            part = re.sub(
                r"\s*(?:(?:선임|수습|전문|인턴|논설)?(?:기자|특파원|논설위원)|記者|记者)\s*$", "", part.strip()
            )
            part = _BLANKS.sub(" ", part.strip(" .-–=()[]"))
            if (
                1 < len(part) < 60
                and not re.search(r"[<>{}@\d]", part)
                and re.sub(r"\W+", "", part).casefold() not in site
            ):
                cleaned[part] = None
    return tuple(cleaned)[:12]


def _byline(html: str) -> list[str]:
    """The text of the first element near the headline that calls itself the author's, where it reads as names do."""
    heading = match.start() if (match := _HEADING.search(html)) else 0
    for word in islice(_BYLINE_WORD.finditer(html, max(0, heading - 3000), heading + 40_000), 20):
        opening = html.rfind("<", 0, word.start())
        start = html.find(">", word.end(), word.end() + 500) + 1
        tag = _BYLINE.match(html, opening, start) if start else None
        end = html.find(f"</{tag[1]}", start, start + 400) if tag else -1
        if end > 0 and _NAMES.fullmatch(text := plain(html[start:end])):
            return [_BYLINE_DATE.sub("", text)]
    return []


_BYLINE_WORD = re.compile(r"(?:author|byline|reporter|writer|journalist)(?![a-z])")
_BYLINE = re.compile(r"<(a|address|div|em|li|p|span|strong)\s[^<>]*\b(?:rel|itemprop|class)\s*=[^<>]*>")
# "By Ann Lee and Bob Ray", "홍길동 기자", "Анна Лисицына, Москва"; dates may follow
_NAMES = re.compile(
    r"(?:(?:by|автор|текст)\b:?\s*)?(?:[A-ZÀ-ÞА-ЯЁ][\w.'’-]*(?:\s(?:van|von|de|al|bin)\b)?[\s,]{0,2}(?:and\s|и\s)?){2,8}"
    r"|[가-힣]{2,4}\s?(?:[가-힣]{2,6}\s?)?(?:기자|특파원|논설위원)(?:\s\S+@\S+)?",
)
_BYLINE_DATE = re.compile(r",?\s*(?:published|updated|опубликовано)\b.*", re.I)


def _names(author: Any) -> Iterator[str]:
    for item in author if isinstance(author, list) else [author]:
        name = item.get("name") if isinstance(item, dict) else item
        for text in name if isinstance(name, list) else [name]:
            if isinstance(text, str):
                yield plain(text)


def _ld_names(nodes: list[dict[str, Any]]) -> Iterator[str]:
    """Whom JSON-LD names as maker or holder of the article, other than its publisher."""
    for node in nodes[:1]:
        for key in ("author", "creator", "sourceOrganization", "copyrightHolder", "provider", "isBasedOn"):
            yield from _names(node.get(key))


def _bodies(nodes: list[dict[str, Any]]) -> tuple[str, ...]:
    bodies = {node[key] for node in nodes for key in ("articleBody", "reviewBody") if isinstance(node.get(key), str)}
    return tuple(sorted(bodies, key=len, reverse=True))
