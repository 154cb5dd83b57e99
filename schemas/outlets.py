"""The outlets watched and their feeds, as declared in `outlets.yaml` beside this file.

A declaration is a mapping with `id`, `name`, `country`, `bloc`, `language` and `feeds`; a feed has a `url` and, where
it differs from the common case, `kind`, `delay` (seconds), `private_hosts`, `evidence` and `note`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from schemas.failures import Failure
from schemas.records import Feed, Outlet

BLOCS: dict[str, str] = {
    "russia": "Russia",
    "dprk": "North Korea",
    "rok": "South Korea",
    "west": "West",
    "japan": "Japan",
    "china": "China",
    "exile": "Russian media in exile",
    "ukraine": "Ukraine",
    "un": "United Nations",
    "other": "Other",
}
KINDS = ("feed", "sitemap")
KEYS = {"id": True, "name": True, "country": True, "bloc": True, "language": True, "feeds": True, "note": False}
FEED_KEYS = {
    "url": True,
    "kind": False,
    "delay": False,
    "private_hosts": False,
    "evidence": False,  # how the address is known: see the head of outlets.yaml
    "note": False,
}
DECLARED = Path(__file__).with_name("outlets.yaml")
MAX_DELAY = 600.0

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_HOST = re.compile(r"(?:[^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
# Codes often written by mistake, with what ISO 3166-1 and ISO 639-1 say instead.
_MISTAKEN = {"UK": "GB", "EN": "GB", "KO": "KR", "JA": "JP", "kr": "ko", "jp": "ja", "cn": "zh", "ua": "uk"}


def load_outlets(path: str | Path | None = None) -> list[Feed]:
    """The feeds of a list of outlets in its order; without a path, of the list that comes along.

    Raises:
        Failure: "bad_outlets", with every fault on its own line as "file:line: what is wrong; what is allowed".
    """
    path = Path(path) if path else DECLARED
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise Failure("bad_outlets", f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise Failure("bad_outlets", f"{path}: is not UTF-8 text (byte {error.start})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Failure("bad_outlets", f"{path}:{line}: is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise Failure("bad_outlets", f"{path}: is not YAML: {error}") from None
    reader = _Reader(path.name)
    feeds = list(reader.outlets(root))
    if reader.faults:
        raise Failure("bad_outlets", "\n".join(reader.faults))
    return feeds


class _Reader:
    """Reads YAML nodes, which know their lines, and gathers every fault."""

    def __init__(self, file: str) -> None:
        self.faults: list[str] = []
        self._file = file
        self._ids: dict[str, int] = {}
        self._urls: dict[str, int] = {}

    def _fault(self, node: yaml.Node, message: str) -> None:
        self.faults.append(f"{self._file}:{node.start_mark.line + 1}: {message}")

    def outlets(self, root: yaml.Node | None) -> Iterator[Feed]:
        if not isinstance(root, yaml.SequenceNode) or not root.value:
            self.faults.append(f"{self._file}:1: must be a list of outlets, each '- id: …'")
            return
        for node in root.value:
            fields = self._fields(node, KEYS, "an outlet")
            if fields is None:
                continue
            outlet = Outlet(
                self._matching(fields["id"], _ID, "id", "lower-case letters, digits and hyphens"),
                self._text(fields["name"]),
                self._matching(fields["country"], _COUNTRY, "country", "two capitals (ISO 3166-1), as in KR"),
                self._one_of(fields["bloc"], tuple(BLOCS), "bloc"),
                self._matching(fields["language"], _LANGUAGE, "language", "two small letters (ISO 639-1), as in ko"),
            )
            self._once(fields["id"], outlet.id, self._ids, "id")
            listed = fields["feeds"]
            if not isinstance(listed, yaml.SequenceNode) or not listed.value:
                self._fault(listed, "feeds must be a list with at least one '- url: …'")
                continue
            for item in listed.value:
                feed = self._feed(item, outlet)
                if feed:
                    yield feed

    def _feed(self, node: yaml.Node, outlet: Outlet) -> Feed | None:
        fields = self._fields(node, FEED_KEYS, "a feed")
        if fields is None:
            return None
        url = self._text(fields["url"])
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            self._fault(fields["url"], f"url {url!r} must be an absolute http or https address")
        self._once(fields["url"], url, self._urls, "url")
        feed = Feed(url, outlet)
        if "kind" in fields:
            feed = feed._replace(kind=self._one_of(fields["kind"], KINDS, "kind"))
        if "delay" in fields:
            feed = feed._replace(delay=self._seconds(fields["delay"]))
        if "private_hosts" in fields:
            feed = feed._replace(private_hosts=tuple(self._hosts(fields["private_hosts"])))
        return feed

    def _fields(self, node: yaml.Node, keys: dict[str, bool], what: str) -> dict[str, yaml.Node] | None:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, f"{what} must be a mapping with {', '.join(keys)}")
            return None
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in keys:
                self._fault(key, f"{what} has no {key.value!r}; allowed: {', '.join(keys)}")
            elif key.value in fields:
                self._fault(key, f"{key.value} is given twice")
            fields[key.value] = value
        missing = [key for key, needed in keys.items() if needed and key not in fields]
        if missing:
            self._fault(node, f"{what} lacks {', '.join(missing)}")
            return None
        return fields

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self._fault(node, "must be a text")
            return ""
        return node.value.strip()

    def _matching(self, node: yaml.Node, pattern: re.Pattern[str], what: str, allowed: str) -> str:
        text = self._text(node)
        if text and (not pattern.fullmatch(text) or text in _MISTAKEN):
            meant = f"; {_MISTAKEN[text]}?" if text in _MISTAKEN else ""
            self._fault(node, f"{what} {text!r} must be {allowed}{meant}")
        return text

    def _one_of(self, node: yaml.Node, allowed: tuple[str, ...], what: str) -> str:
        text = self._text(node)
        if text and text not in allowed:
            self._fault(node, f"{what} {text!r} must be one of {', '.join(allowed)}")
        return text

    def _seconds(self, node: yaml.Node) -> float:
        try:
            seconds = float(self._text(node))
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= MAX_DELAY:
            self._fault(node, f"delay must be a number of seconds from 0 to {MAX_DELAY:.0f}")
        return seconds

    def _hosts(self, node: yaml.Node) -> Iterator[str]:
        items: list[Any] = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            text = self._text(item).lower()
            if not _HOST.fullmatch(text):
                self._fault(item, f"private_hosts has {text!r}; it must be host:port, as in 192.168.1.5:8080")
            yield text

    def _once(self, node: yaml.Node, value: str, seen: dict[str, int], what: str) -> None:
        if value and value in seen:
            self._fault(node, f"{what} {value!r} was already given in line {seen[value]}")
        seen.setdefault(value, node.start_mark.line + 1)
