"""Stories as the bytes that a news site sends: pages, feeds of several formats, and the list of feeds.

Each outlet's pages are built after a common kind of site (see the templates in `pages`), so that reading them is
real work: navigation, related links, metadata in different places.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache
from html import escape
from string import Template
from xml.etree import ElementTree as ET

from demo.sample import HERE, SampleOutlet, Story

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss1": "http://purl.org/rss/1.0/",
    "sitemap": "http://www.sitemaps.org/schemas/sitemap/0.9",
}

FEED_FILES = {"rss": "rss.xml", "atom": "atom.xml", "rdf": "index.rdf", "json": "feed.json", "sitemap": "news.xml"}
FEED_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
    "sitemap": "application/xml",
}
WORDS = {
    "en": {
        "notice": "Sample article, invented for demonstration.",
        "sections": ("Home", "World", "Politics", "Business", "Sport"),
        "related": "More from this section",
        "published": "Published",
        "subscribe": "Read the whole article with a subscription.",
        "by": "By",
    },
    "ru": {
        "notice": "Образец статьи, придуман для демонстрации.",
        "sections": ("Главная", "В мире", "Политика", "Экономика", "Спорт"),
        "related": "Ещё по теме",
        "published": "Опубликовано",
        "subscribe": "Читайте статью целиком по подписке.",
        "by": "Автор:",
    },
    "ko": {
        "notice": "견본 기사입니다. 시연을 위해 지어낸 글입니다.",
        "sections": ("처음", "국제", "정치", "경제", "스포츠"),
        "related": "관련 기사",
        "published": "입력",
        "subscribe": "구독자만 전체 기사를 볼 수 있습니다.",
        "by": "글",
    },
}


def address(story: Story) -> str:
    """The path and query of a story's page; the sites with table pages use a script with a parameter."""
    if story.outlet.page == "table":
        return f"/{story.outlet.id}/view.php?id={story.slug}"
    return f"/{story.outlet.id}/article/{story.slug}"


def feed_address(outlet: SampleOutlet) -> str:
    """The path of an outlet's feed."""
    return f"/{outlet.id}/{FEED_FILES[outlet.feed]}"


def page(story: Story, base: str, related: list[Story]) -> bytes:
    """A story's page in its outlet's charset.

    Args:
        base: scheme, host and port of the site, without a slash at the end.
        related: other stories of the outlet to link to.
    """
    words = WORDS[story.outlet.language]
    local = _local(story.published, story.outlet)
    dateline = " · ".join(part for part in (f"{words['by']} {story.author}", story.agency) if part)
    fields = {
        "language": story.outlet.language,
        "charset": story.outlet.charset,
        "outlet": escape(story.outlet.name),
        "title": escape(story.title),
        "teaser": escape(story.paragraphs[0][:160]),
        "url": escape(base + address(story)),
        "home": f"{base}/{story.outlet.id}/",
        "published": local.isoformat(),
        "modified": _local(story.modified, story.outlet).isoformat(),
        "shown": f"{words['published']} {local:%Y-%m-%d %H:%M}",
        "author": escape(story.author),
        "byline": escape(dateline),
        "paragraphs": "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in story.paragraphs),
        "lines": "<br><br>\n".join(escape(text, quote=False) for text in story.paragraphs),
        "json_ld": _json_ld(story, base),
        "json_ld_body": _json_ld(story, base, body=True),
        "sections": "".join(f'<li><a href="/{story.outlet.id}/">{word}</a></li>' for word in words["sections"]),
        "related": "".join(f'<li><a href="{escape(address(s))}">{escape(s.title)}</a></li>' for s in related),
        "related_title": words["related"],
        "subscribe": words["subscribe"],
        "notice": words["notice"],
    }
    return _template(story.outlet.page).substitute(fields).encode(story.outlet.charset, "xmlcharrefreplace")


def feed(outlet: SampleOutlet, stories: list[Story], base: str) -> bytes:
    """An outlet's feed with all its stories, in its format and charset."""
    writer = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json_feed, "sitemap": _sitemap}[outlet.feed]
    return writer(outlet, stories, base)


def opml(outlets: list[SampleOutlet], base: str) -> bytes:
    """The list of feeds: an outline each, with the attributes that the product's OPML reader knows."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Sample news web: invented outlets and articles"
    body = ET.SubElement(root, "body")
    for outlet in outlets:
        ET.SubElement(
            body,
            "outline",
            text=outlet.name,
            type="rss",
            xmlUrl=base + feed_address(outlet),
            htmlUrl=f"{base}/{outlet.id}/",
            outlet=f"sample-{outlet.id}",
            kind="sitemap" if outlet.feed == "sitemap" else "feed",
            country=outlet.country,
            bloc=outlet.bloc,
            language=outlet.language,
        )
    return _xml(root, "utf-8")


@cache
def _template(name: str) -> Template:
    return Template((HERE / "pages" / f"{name}.html").read_text(encoding="utf-8"))


def _local(moment: datetime, outlet: SampleOutlet) -> datetime:
    return moment.astimezone(timezone(timedelta(hours=outlet.offset)))


def _json_ld(story: Story, base: str, *, body: bool = False) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": base + address(story),
        "headline": story.title,
        "datePublished": _local(story.published, story.outlet).isoformat(),
        "dateModified": _local(story.modified, story.outlet).isoformat(),
        "inLanguage": story.outlet.language,
        "author": {"@type": "Organization" if story.agency else "Person", "name": story.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": story.outlet.name},
    }
    if story.agency:
        data["sourceOrganization"] = {"@type": "NewsMediaOrganization", "name": story.agency}
    if body:
        data["articleBody"] = "\n\n".join(story.paragraphs)
    return json.dumps(data, ensure_ascii=False, indent=1).replace("</", "<\\/")


def _summary(story: Story) -> str:
    return story.paragraphs[0] if story.paragraphs else story.title


def _xml(root: ET.Element, charset: str) -> bytes:
    head = f'<?xml version="1.0" encoding="{charset}"?>\n'
    text = head + ET.tostring(root, encoding="unicode")
    return text.encode(charset, "xmlcharrefreplace")


def _root(tag: str, default: str, *prefixes: str) -> ET.Element:
    """An element that declares its namespaces; names below it are written with their prefixes as they stand."""
    declared = {"xmlns": NAMESPACES[default]} if default else {}
    return ET.Element(tag, declared | {f"xmlns:{prefix}": NAMESPACES[prefix] for prefix in prefixes})


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _rss(outlet: SampleOutlet, stories: list[Story], base: str) -> bytes:
    root = _root("rss", "", "atom", "dc")
    root.set("version", "2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", outlet.name)
    _add(channel, "link", f"{base}/{outlet.id}/")
    _add(channel, "description", WORDS[outlet.language]["notice"])
    _add(channel, "language", outlet.language)
    for story in stories:
        item = ET.SubElement(channel, "item")
        _add(item, "title", story.title)
        _add(item, "link", base + address(story))
        _add(item, "description", _summary(story))
        _add(item, "pubDate", format_datetime(_local(story.published, outlet)))
        _add(item, "dc:creator", story.author)
        if story.modified > story.published:
            _add(item, "atom:updated", _local(story.modified, outlet).isoformat())
        ET.SubElement(item, "guid", isPermaLink="false").text = story.id
    return _xml(root, outlet.charset)


def _atom(outlet: SampleOutlet, stories: list[Story], base: str) -> bytes:
    root = _root("feed", "atom")
    _add(root, "title", outlet.name)
    _add(root, "id", f"{base}/{outlet.id}/")
    _add(root, "updated", max(story.modified for story in stories).isoformat())
    for story in stories:
        entry = ET.SubElement(root, "entry")
        _add(entry, "title", story.title)
        ET.SubElement(entry, "link", rel="alternate", href=base + address(story))
        _add(entry, "id", f"tag:sample.invalid,2023:{story.id}")
        _add(entry, "published", _local(story.published, outlet).isoformat())
        _add(entry, "updated", _local(story.modified, outlet).isoformat())
        if story.author:
            _add(ET.SubElement(entry, "author"), "name", story.author)
        _add(entry, "summary", _summary(story))
    return _xml(root, outlet.charset)


def _rdf(outlet: SampleOutlet, stories: list[Story], base: str) -> bytes:
    root = _root("rdf:RDF", "rss1", "rdf", "dc")
    channel = ET.SubElement(root, "channel", {"rdf:about": f"{base}/{outlet.id}/"})
    _add(channel, "title", outlet.name)
    _add(channel, "link", f"{base}/{outlet.id}/")
    _add(channel, "description", WORDS[outlet.language]["notice"])
    listed = ET.SubElement(ET.SubElement(channel, "items"), "rdf:Seq")
    for story in stories:
        url = base + address(story)
        ET.SubElement(listed, "rdf:li", {"rdf:resource": url})
        item = ET.SubElement(root, "item", {"rdf:about": url})
        _add(item, "title", story.title)
        _add(item, "link", url)
        _add(item, "description", _summary(story))
        _add(item, "dc:date", _local(story.published, outlet).isoformat())
        _add(item, "dc:creator", story.author)
    return _xml(root, outlet.charset)


def _json_feed(outlet: SampleOutlet, stories: list[Story], base: str) -> bytes:
    items = []
    for story in stories:
        item = {
            "id": story.id,
            "url": base + address(story),
            "title": story.title,
            "summary": _summary(story),
            "date_published": _local(story.published, outlet).isoformat(),
            "date_modified": _local(story.modified, outlet).isoformat(),
            "authors": [{"name": story.author}],
        }
        if outlet.full_text:
            item["content_html"] = "".join(f"<p>{escape(text, quote=False)}</p>" for text in story.paragraphs)
        items.append(item)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{base}/{outlet.id}/",
        "feed_url": base + feed_address(outlet),
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode(outlet.charset)


def _sitemap(outlet: SampleOutlet, stories: list[Story], base: str) -> bytes:
    root = _root("urlset", "sitemap", "news")
    for story in stories:
        url = ET.SubElement(root, "url")
        _add(url, "loc", base + address(story))
        _add(url, "lastmod", _local(story.modified, outlet).isoformat())
        news = ET.SubElement(url, "news:news")
        publication = ET.SubElement(news, "news:publication")
        _add(publication, "news:name", outlet.name)
        _add(publication, "news:language", outlet.language)
        _add(news, "news:publication_date", _local(story.published, outlet).isoformat())
        _add(news, "news:title", story.title)
    return _xml(root, outlet.charset)
