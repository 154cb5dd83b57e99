"""From a fetched page to its article: text, headline, authors, dates, address, language and agency.

trafilatura finds the text. Where it finds none or little, the article is looked for, in this order, in JSON-LD's
`articleBody`, in the element marked as the article's body, in scripts (outlets that build their pages in the browser),
and in the feed's own full text. Nothing here touches network, disk or clock.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from pipelines.extraction import boilerplate, metadata, wire
from schemas.failures import Failure
from schemas.languages import detect
from schemas.records import Extract, Page

# trafilatura reports every page without text as an error of its own; here that is a Failure or a fallback.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

MAX_CHARACTERS = 4_000_000  # of markup read; articles end long before
MAX_ELEMENTS = 20_000  # beyond, paragraphs are gathered as they come: trafilatura would take seconds
MAX_TEXT = 200_000  # characters of text kept; the longest speeches printed in full have half as many
ENOUGH = 250  # characters of text below which the other places are looked at
_DATED = 1_000_000  # characters searched for a date that no tag gives
_LEAST = 40  # characters of text that still make an article

_OPTIONS = Extractor(output_format="txt", fast=True, comments=False)
_THOROUGH = Extractor(output_format="txt", fast=False, comments=False)

# Never part of an article's text; gone before trafilatura copies the tree several times.
_DROPPED = (
    "script", "style", "svg", "iframe", "template", "noscript", "button", "select", "object", "video", "audio",
    "canvas", "figcaption",
)  # fmt: skip
_AROUND = (
    "head",
    "nav",
    "footer",
    "aside",
    "menu",
    "dialog",
)  # where one of these is never closed it holds the article
_CAPTION = etree.XPath(
    "//*[self::p or self::div or self::span or self::td or self::em or self::dd]"
    "[contains(@class, 'caption') or contains(@class, 'Caption') or contains(@class, 'img_desc') or"
    " contains(@class, 'photo_desc') or contains(@class, 'photo-desc') or contains(@class, 'img-desc') or"
    " contains(@class, 'txt_photo') or contains(@class, 'photoCredit') or contains(@class, 'photo-credit')]"
)
_BODY = etree.XPath(
    "//*[@itemprop='articleBody'] | //*[@id='articleBody' or @id='article_body' or @id='article-body' or"
    " @id='articleBodyContents' or @id='dic_area' or @id='newsct_article' or @id='article-view-content-div' or"
    " @id='article_txt' or @id='news_body_area']"
)
_INLINE = (
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i",
    "ins", "kbd", "label", "mark", "nobr", "q", "ref", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr",
)  # fmt: skip
_SKIPPED = frozenset(("table", "aside", "nav", "footer", "header", "form", "ul", "figure"))
_NOT_HTML = re.compile(r"\s*(?:application/(?!xhtml|xml)|image/|audio/|video/|font/|text/(?!html|xml))", re.I)
_CONTROLS = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))  # invalid in any tree
_COUNT = etree.XPath("count(//*)")
_SCRIPT = re.compile(r"<script\b([^<>]{0,500})>", re.I)
_BODY_KEYS = re.compile(
    r"(?:body|content|contents|text|html|articlebody|article_body|bodytext|body_text|bodyhtml|fulltext|full_text|"
    r"contenthtml|newscontent|articlecontent|article_content|markup|value|data|maintext|main_text|story)$",
    re.I,
)


def extract(page: Page, html: str) -> Extract:
    """Read the article from a page, given the page and its decoded markup.

    The text's paragraphs are parted by a blank line; it is in NFC and begins and ends where the article does. Dates
    are UTC, "" where neither page nor feed gives a believable one. Raises Failure `not_html` for other kinds of
    content and `no_text` where no article is found in the page or the feed.
    """
    _check_html(page, html)
    html = html[:MAX_CHARACTERS]
    found = metadata.read(html, page)
    method, paragraphs = _text(page, html, found)
    paragraphs = boilerplate.trim(paragraphs, title=found.title, authors=found.authors)
    text = "\n\n".join(paragraphs)
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rpartition("\n\n")[0] or text[:MAX_TEXT]
    if len(text) < _LEAST:
        raise Failure("no_text", f"No article text in the page at {page.url}, nor in its feed.")
    if not found.published:
        found = found._replace(published=_guessed_date(html, found))
    return _made(page, found, text, method)


def page_metadata(html: str, page: Page) -> Extract:
    """Read only what the page's markup says of the article: title, dates, authors, address; no text.

    For pages that the gate leaves out. The language is told by the title, or else as the page or outlet declares.
    Raises Failure `not_html` as `extract` does.
    """
    _check_html(page, html)
    return _made(page, metadata.read(html[:MAX_CHARACTERS], page), "", "gate")


def _guessed_date(html: str, found: metadata.Metadata) -> str:
    """The day that htmldate finds in the page where it declares none and the feed neither, "" where nothing is found.

    Its extensive search is left out: it takes as long as the extraction and returns years from footers.
    """
    try:
        day = find_date(
            html[:_DATED],
            url=found.url,
            extensive_search=False,
            original_date=True,
            min_date="1990-01-01",
            max_date=found.latest,
        )
    except (ValueError, TypeError, AttributeError, etree.LxmlError):
        return ""
    return f"{day}T00:00:00Z" if day else ""


def _made(page: Page, found: metadata.Metadata, text: str, method: str) -> Extract:
    return Extract(
        url=found.url,
        title=boilerplate.clean(found.title),
        text=text,
        language=detect(text or found.title, found.language_hint),
        authors=tuple(filter(None, map(boilerplate.clean, found.authors))),
        published=found.published,
        modified=found.modified,
        wire_source=wire.source(text, found.sources, found.url, page.entry.feed.outlet),
        method=method,
    )


def _check_html(page: Page, html: str) -> None:
    kind = page.content_type
    if _NOT_HTML.match(kind) or page.body[:5] == b"%PDF-" or html.count("\0", 0, 2000) > 20:
        raise Failure("not_html", f"{page.url} is no HTML page but {kind.partition(';')[0].strip() or 'binary data'}.")


def _text(page: Page, html: str, found: metadata.Metadata) -> tuple[str, list[str]]:
    """The article's paragraphs and where they were found."""
    tree = _parse(html)
    best = ("trafilatura", _trafilatura(tree, _OPTIONS) if tree is not None else [])
    length = _length(best[1])
    # a body in JSON-LD that is much longer than what shows is the article behind a teaser
    for body in found.bodies[:1]:
        if len(body) > max(ENOUGH, 1.7 * length):
            best, length = ("json_ld", _fragment(body)), len(body)
    # trafilatura's last resort is the whole page in one paragraph: anything that looks like an article is better
    dumped = best[0] == "trafilatura" and len(best[1]) == 1 and length > 2 * ENOUGH
    if dumped or (length < ENOUGH and len(html) > 10 * length):  # else it is a short article, not a part of one
        for method, find in (
            ("markup", lambda: _marked(tree)),
            ("script", lambda: _from_scripts(html)),
            ("trafilatura", lambda: _trafilatura(_parse(html), _THOROUGH)),
            ("trafilatura", lambda: _trafilatura(_parse(html, whole=True), _OPTIONS)),
        ):
            paragraphs = find()
            much = _length(paragraphs) >= ENOUGH
            if much and len(paragraphs) > 1 if dumped else much or _length(paragraphs) > 1.5 * length:
                best, length = (method, paragraphs), _length(paragraphs)
                if much:
                    break
    # a feed that carries the article in full has no menus round it: it is the better text unless it is an excerpt
    if page.entry.content:
        paragraphs = _fragment(page.entry.content)
        if _length(paragraphs) > max(_LEAST, 1.25 * length):
            best = ("feed", paragraphs)
    return best


def _length(paragraphs: Iterable[str]) -> int:
    return sum(map(len, paragraphs))


def _parse(html: str, *, whole: bool = False) -> HtmlElement | None:
    """The page's tree without what is never text, or None where there is none; `whole` keeps menus and the like."""
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8")
    # every element of one class: lxml.html's own look-up by tag costs a tenth of the extraction
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        tree = etree.fromstring(html.encode("utf-8", "replace").translate(None, _CONTROLS), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing but blanks or comments
        return None
    if tree is None:
        return None
    etree.strip_elements(tree, *_DROPPED, *(() if whole else _AROUND), with_tail=False)
    for element in _CAPTION(tree):
        if len(element.xpath("string()")) < 400:
            element.clear(keep_tail=True)
    return tree


def _trafilatura(tree: HtmlElement | None, options: Extractor) -> list[str]:
    if tree is None:
        return []
    if _COUNT(tree) > MAX_ELEMENTS:
        return [text for p in tree.iter("p") if len(text := boilerplate.clean("".join(p.itertext()))) > 60]
    try:
        document = bare_extraction(tree, options=options)
    except (etree.LxmlError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        return []  # trafilatura stumbles over odd trees: then the other places are looked at
    return _paragraphs(document.body) if document is not None and document.body is not None else []


def _paragraphs(body: etree._Element) -> list[str]:
    """The paragraphs of an element: each run of text between two block elements or line breaks."""
    etree.strip_tags(body, *_INLINE)
    found = []
    for element in body.iter():
        if element.text and isinstance(element.tag, str):
            found.append(element.text)
        if element.tail and element is not body:
            found.append(element.tail)
    return _in_order(body) if len(body) else [text for text in map(boilerplate.clean, found) if text]


def _in_order(body: etree._Element) -> list[str]:
    """Texts and tails in document order."""
    found = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        text = (element.text if isinstance(element.tag, str) else None) if event == "start" else element.tail
        if text and (element is not body or event == "start") and (cleaned := boilerplate.clean(text)):
            found.append(cleaned)
    return found


def _fragment(markup: str) -> list[str]:
    """Paragraphs of an article's body given as HTML, as escaped HTML, or as plain text with line breaks."""
    if "&lt;" in markup and "<" not in markup:
        markup = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if "<" not in markup:
        return [text for line in markup.split("\n") if (text := boilerplate.clean(metadata.plain(line)))]
    tree = _parse(f"<div>{markup[:MAX_CHARACTERS]}</div>")
    return [] if tree is None else _paragraphs(tree)


def _marked(tree: HtmlElement | None) -> list[str]:
    """Paragraphs of the element that the page marks as the article's body."""
    if tree is None:
        return []
    candidates = []
    for element in _BODY(tree):
        for part in element.iterdescendants(*_SKIPPED):
            if part.tag != "table" and part.getparent() is not None:
                part.clear(keep_tail=True)
        candidates.append(_paragraphs(element))
    return max(candidates, key=_length, default=[])


def _from_scripts(html: str) -> list[str]:
    """The longest prose under a key that names a body, among the JSON in the page's scripts.

    Covers Next.js (`__NEXT_DATA__`), Fusion (`Fusion.globalContent`), Nuxt and home-made `var article = {…}`.
    """
    best: list[str] = []
    for start in _SCRIPT.finditer(html):
        end = html.find("</script", start.end())
        script = html[start.end() : end if end >= 0 else None]
        if len(script) < ENOUGH:
            continue
        for data in _json_in(script):
            for paragraphs in _bodies(data):
                if _length(paragraphs) > _length(best):
                    best = paragraphs
    return best


def _json_in(script: str) -> Iterator[object]:
    """Values of the JSON texts in a script: the whole of it, or what is assigned or passed in it."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(200):
        match = _JSON_START.search(script, at)
        if match is None:
            return
        begin = match.end() - 1
        try:
            data, at = decoder.raw_decode(script, begin)
        except (ValueError, RecursionError):
            at = match.end()
            continue
        if isinstance(data, str):  # JSON within a string: JSON.parse("…"), self.__next_f.push([1, "…"])
            if len(data) > ENOUGH:
                yield from _json_in(data) if data.lstrip()[:1] in "{[" else [{"text": data}]
        elif at - begin > ENOUGH:
            yield data


_JSON_START = re.compile(r"(?:^\s*|[=(,:]\s*)[{\[\"]")


def _bodies(data: object) -> Iterator[list[str]]:
    """Texts in parsed JSON that may be an article: long strings, or lists of paragraphs, under a body's key."""
    stack: list[tuple[str, object, int]] = [("", data, 0)]
    seen = 0
    while stack and seen < 20_000:
        key, value, depth = stack.pop()
        seen += 1
        if isinstance(value, str):
            if len(value) >= ENOUGH and _BODY_KEYS.match(key) and _is_prose(paragraphs := _fragment(value)):
                yield paragraphs
        elif isinstance(value, dict) and depth < 30:
            stack += ((str(k), v, depth + 1) for k, v in value.items())
        elif isinstance(value, list) and depth < 30:
            # Fusion's content_elements and the like: one object or string a paragraph
            blocks = [_block(item) for item in value]
            if sum(map(bool, blocks)) >= 2 and _is_prose(
                paragraphs := [p for block in blocks if block for p in _fragment(block)]
            ):
                yield paragraphs
            stack += ((key, item, depth + 1) for item in value)


def _block(item: object) -> str:
    """The text of one paragraph in a list of them, "" for pictures, advertisements and the like."""
    if isinstance(item, str):
        return item if len(item) > _LEAST and " " in item else ""
    if isinstance(item, dict):
        for key in ("content", "text", "html", "value", "body"):
            text = item.get(key)
            if (
                isinstance(text, str)
                and len(text) > 1
                and item.get("type", "text") in ("text", "paragraph", "p", "header", "quote", "html", "raw_html")
            ):
                return text
    return ""


_WORDS = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*(?:\s|$)")


def _is_prose(paragraphs: list[str]) -> bool:
    """Whether this reads as sentences rather than as code, a list of addresses or a template."""
    text = "\n".join(paragraphs)
    if len(text) < ENOUGH or text.count("{") > len(text) / 200 or text.count("function") > 1:
        return False
    letters = sum(map(len, _WORDS.findall(text)))
    return letters > 0.6 * len(text) and len(_SENTENCE_END.findall(text)) >= 2
