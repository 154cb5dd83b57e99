"""One form for each address, so that an article met twice is known to be the same."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import safe_url_string

from schemas.records import digest

# Names that carry where a reader came from and never which article it is: those in the query-stripping lists of
# browsers, and those that the feeds of our outlets add ("at_" BBC, "maca" Deutsche Welle, "CMP" Guardian, "smid" and
# "emc" New York Times, "ysclid" Yandex). Short beginnings are spelt out: outlets use "pk_no" and the like for articles.
_TRACKING = re.compile(
    r"(?:utm|mkt|mtm|hsa|oly|vero|itm|wt\.mc)_.+"
    r"|at_(?:medium|campaign|custom\d|link_.+|bbc_team|format|ptr_name|creation|variant|emailtype|send_id|recipient_.+)"
    r"|mc_(?:cid|eid|tc)|pk_(?:campaign|kwd|keyword|source|medium|content|cid)|ns_(?:campaign|mchannel|source|linkname|fee)"
    r"|(?:fb|g|dc|y|ys|tw|tt)clid|msclkid|[gw]braid|igshid|igsh|_ga|_gl|_openstat|_hsenc|_hsmi"
    r"|s_cid|cmpid|icid|ncid|ocid|cmp|xtor|maca|smid|smtyp|emc|guccounter"
    r"|(?:from|ref|source|src|via|rss|partner)=(?:rss|feed|atom)[^&]*",
    re.IGNORECASE,
)
_BY_HOST = {"yna.co.kr": frozenset({"section", "input", "site", "mobile"})}
_BLANK = re.compile(r"[\x00-\x20\x7f\ufeff\u200b]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = re.compile(r"%(2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")


def _tracking(host: str, pair: str) -> bool:
    name = pair.partition("=")[0]
    if _TRACKING.fullmatch(name) or ("=" in pair and _TRACKING.fullmatch(pair)):
        return True
    return any((host == h or host.endswith("." + h)) and name in names for h, names in _BY_HOST.items())


def _remove_dot_segments(path: str) -> str:
    """RFC 3986, section 5.2.4."""
    if "/." not in path:
        return path
    out: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return "/".join(out)


def normalise_url(url: str) -> str:
    """The form of an address that stands for an article; it can be fetched.

    Lower-case scheme and host (in Punycode), no user, default port, fragment or tracking parameters, the query's
    parameters sorted, dot segments resolved and percent-escapes written one way (RFC 3986, section 6.2.2). The path's
    case, empty values ("?fl") and the order of equal names stay. Raises ValueError where it is no http(s) address.
    """
    parts = urlsplit(safe_url_string(_BLANK.sub("", url)))
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(f"not an http or https address: {url[:200]!r}")
    netloc = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _DEFAULT_PORTS[scheme]:
        netloc += f":{parts.port}"
    path = _UNRESERVED.sub(lambda m: chr(int(m[1], 16)), parts.path)
    path = _ESCAPE.sub(lambda m: m[0].upper(), _remove_dot_segments(path)) or "/"
    pairs = [pair for pair in parts.query.split("&") if pair and not _tracking(host, pair)]
    return urlunsplit((scheme, netloc, path, "&".join(sorted(pairs, key=lambda p: p.partition("=")[0])), ""))


def entry_id(url: str) -> str:
    """The id of the article at this address."""
    return digest(normalise_url(url))
