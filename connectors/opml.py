"""Lists of feeds as OPML, in and out, and from wherever the user names.

An outline with an `xmlUrl` is a feed. Beside OPML 2.0's `text`, `title` and `language` it can carry, plainly or in the
namespace `urn:vostochny:outlets`: `outlet` (an id), `country` (ISO 3166-1), `bloc` (an id of `schemas.outlets.BLOCS`),
`kind` ("feed" or "sitemap") and `delay` (seconds). What it does not say of a feed that `schemas/outlets.yaml` declares
is taken from there.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml import etree

from connectors.web import Web, host_and_port
from schemas.failures import Failure
from schemas.outlets import BLOCS, KINDS, MAX_DELAY, load_outlets
from schemas.records import Feed, Outlet
from schemas.urls import normalise_url

NAMESPACE = "urn:vostochny:outlets"
MAX_BYTES = 8 * 1024 * 1024
_ACCEPT = "text/x-opml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"


def load(source: str | Path, web: Web) -> list[Feed]:
    """The feeds of a YAML file, an OPML file, or an OPML document at an http(s) address.

    A list that was taken from a loopback or private host lets its feeds use that very host and port, and no other such
    address. Loopback needs no pauses between requests.

    Raises:
        Failure: "bad_outlets", or as `Web.get`.
    """
    name = str(source)
    if re.match(r"https?://", name, re.IGNORECASE):
        own = host_and_port(name)
        response = web.get(name, private_hosts=(own,), delay=0.0, max_bytes=MAX_BYTES, accept=_ACCEPT, robots=False)
        feeds = read(response.body, name=response.url, base=response.url)
        return [_admit(feed, own) for feed in feeds] if web.is_private(name) else feeds
    path = Path(source)
    if path.suffix.lower() in (".yaml", ".yml"):
        return load_outlets(path)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise Failure("bad_outlets", f"{path}: {error.strerror or error}") from None
    return read(body, name=str(path))


def _admit(feed: Feed, own: str) -> Feed:
    loopback = host_and_port(feed.url) == own and urlsplit(f"//{own}").hostname in ("127.0.0.1", "::1", "localhost")
    return feed._replace(private_hosts=(*feed.private_hosts, own), delay=0.0 if loopback else feed.delay)


def read(body: bytes, *, name: str = "OPML", base: str = "") -> list[Feed]:
    """The feeds of an OPML document in its order, each address once.

    Args:
        name: of the document, for errors.
        base: address against which relative feed addresses are resolved.

    Raises:
        Failure: "bad_outlets", with every fault on its own line as "name:line: what is wrong".
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise Failure("bad_outlets", f"{name}:{error.lineno or 1}: is not well-formed XML: {error.msg}") from None
    if etree.QName(root).localname != "opml":
        raise Failure("bad_outlets", f"{name}:1: is no OPML: its root is <{etree.QName(root).localname}>")
    declared = {feed.url: feed for feed in load_outlets()}
    faults: list[str] = []
    feeds: dict[str, Feed] = {}
    names: dict[str, str] = {}
    for outline in root.iter("{*}outline"):
        field = {key.rpartition("}")[2]: value.strip() for key, value in outline.attrib.items()}
        address = next((value for key, value in field.items() if key.lower() == "xmlurl"), "")
        if not address:
            continue
        url = urljoin(base, address)
        problem = _problem(url, field)
        if problem:
            faults.append(f"{name}:{outline.sourceline}: {problem}")
            continue
        feed = _feed(url, field, declared.get(url))
        # Two outlets that would get the same id are told apart; two feeds of one outlet share theirs.
        if names.setdefault(feed.outlet.id, feed.outlet.name) != feed.outlet.name and "outlet" not in field:
            feed = feed._replace(outlet=feed.outlet._replace(id=f"{feed.outlet.id}-{len(names) + 1}"))
            names[feed.outlet.id] = feed.outlet.name
        feeds.setdefault(url, feed)
    if faults:
        raise Failure("bad_outlets", "\n".join(faults))
    if not feeds:
        raise Failure("bad_outlets", f"{name}: names no feeds; each needs an <outline xmlUrl=…>")
    return list(feeds.values())


def _problem(url: str, field: dict[str, str]) -> str:
    try:
        normalise_url(url)
    except ValueError:
        return f"xmlUrl {url!r} is no http or https address"
    if field.get("bloc", "other") not in BLOCS:
        return f"bloc {field['bloc']!r} must be one of {', '.join(BLOCS)}"
    if field.get("kind", "feed") not in KINDS:
        return f"kind {field['kind']!r} must be one of {', '.join(KINDS)}"
    try:
        fits = 0 <= float(field.get("delay", 0)) <= MAX_DELAY
    except ValueError:
        fits = False
    return "" if fits else f"delay {field['delay']!r} must be a number of seconds from 0 to {MAX_DELAY:.0f}"


def _feed(url: str, field: dict[str, str], declared: Feed | None) -> Feed:
    if declared and "outlet" not in field:
        outlet = declared.outlet
    else:
        title = field.get("title") or field.get("text") or urlsplit(url).hostname or url
        outlet = Outlet(id=field.get("outlet") or _slug(title) or _slug(urlsplit(url).netloc), name=title)
    outlet = outlet._replace(
        country=field.get("country", outlet.country).upper(),
        bloc=field.get("bloc", outlet.bloc),
        language=field.get("language", outlet.language)[:2].lower(),
    )
    feed = declared or Feed(url, outlet)
    return feed._replace(
        outlet=outlet,
        kind=field.get("kind") or ("sitemap" if field.get("type", "").lower() == "sitemap" else feed.kind),
        delay=float(field.get("delay", feed.delay)),
    )


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", text.lower()))[:80]


def write(feeds: list[Feed]) -> bytes:
    """The feeds as OPML 2.0 that `read` and feed readers understand."""
    root = etree.Element("opml", version="2.0", nsmap={"vostochny": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Vostochny outlets"
    body = etree.SubElement(root, "body")
    for feed in feeds:
        outline = etree.SubElement(body, "outline", type="rss", text=feed.outlet.name, xmlUrl=feed.url)
        if feed.outlet.language:
            outline.set("language", feed.outlet.language)
        own = {
            "outlet": feed.outlet.id,
            "country": feed.outlet.country,
            "bloc": feed.outlet.bloc,
            "kind": feed.kind if feed.kind != "feed" else "",
            "delay": f"{feed.delay:g}" if feed.delay != Feed._field_defaults["delay"] else "",
        }
        for key, value in own.items():
            if value:
                outline.set(f"{{{NAMESPACE}}}{key}", value)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
