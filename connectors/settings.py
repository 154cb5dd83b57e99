"""Where Vostochny keeps its data and which Elasticsearch it talks to, from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from schemas.failures import Failure

MAVEN_URL = "https://repo1.maven.org/maven2"

_MIN_HEAP = 128 << 20  # bytes: with less the node starts, but fails at work
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@dataclass(frozen=True)
class Settings:
    """What a run needs to know of its surroundings. Secrets and addresses that may hold one stay out of its repr."""

    data_dir: Path  # archive and the embedded node's indices
    cache_dir: Path  # what can be downloaded again: the embedded node's jars
    backup_dir: Path  # the embedded node's snapshots
    elasticsearch_url: str = field(default="", repr=False)  # "" for the embedded node; may hold user and password
    api_key: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    ca_certs: str = ""  # path of a PEM file
    port: int = 0  # of the embedded node; 0 for the first free one from 9200 on
    heap: str = "1g"  # of the embedded node: a number with k, m or g
    maven_url: str = field(default=MAVEN_URL, repr=False)  # of a Maven repository; may hold user and password

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """The settings that the VOSTOCHNY_… variables give; README.md lists them.

        Raises:
            Failure: "bad_setting", naming the variable.
        """

        def get(name: str) -> str:
            return env.get(f"VOSTOCHNY_{name}", "").strip()

        data_dir = _folder(get("DATA_DIR") or platformdirs.user_data_dir("vostochny", appauthor=False))
        settings = cls(
            data_dir=data_dir,
            backup_dir=_folder(get("BACKUP_DIR") or str(data_dir / "backups")),
            cache_dir=_folder(get("CACHE_DIR") or platformdirs.user_cache_dir("vostochny", appauthor=False)),
            elasticsearch_url=_address("ELASTICSEARCH_URL", get("ELASTICSEARCH_URL")),
            api_key=get("ELASTICSEARCH_API_KEY"),
            user=get("ELASTICSEARCH_USER"),
            password=get("ELASTICSEARCH_PASSWORD"),
            ca_certs=get("ELASTICSEARCH_CA_CERTS"),
            port=_port(get("ELASTICSEARCH_PORT")),
            heap=_heap(get("ELASTICSEARCH_HEAP") or "1g"),
            maven_url=_address("MAVEN_URL", get("MAVEN_URL") or MAVEN_URL),
        )
        if settings.api_key and (settings.user or settings.password):
            raise _bad("ELASTICSEARCH_API_KEY", "is set beside _USER or _PASSWORD: set one of the two")
        if bool(settings.user) != bool(settings.password):
            given, missing = ("USER", "PASSWORD") if settings.user else ("PASSWORD", "USER")
            raise _bad(f"ELASTICSEARCH_{missing}", f"is missing, though VOSTOCHNY_ELASTICSEARCH_{given} is set")
        if settings.ca_certs and not Path(settings.ca_certs).is_file():
            raise _bad("ELASTICSEARCH_CA_CERTS", f"names no file: {settings.ca_certs}")
        return settings

    @property
    def node_dir(self) -> Path:
        """The embedded node's folder: data, logs, configuration and state."""
        return self.data_dir / "elasticsearch"

    @property
    def heap_bytes(self) -> int:
        return int(self.heap[:-1]) * _UNITS[self.heap[-1]]


def without_password(url: str) -> str:
    """The address as it may be shown: without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _bad(name: str, problem: str) -> Failure:
    return Failure("bad_setting", f"VOSTOCHNY_{name} {problem}")


def _folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


def _address(name: str, value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises ValueError when it is no number
        valid = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        valid = False
    if not valid:
        raise _bad(name, "must be an http:// or https:// address")
    return value.rstrip("/")


def _port(value: str) -> int:
    if not value:
        return 0
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise _bad("ELASTICSEARCH_PORT", f"must be a number from 1 to 65535, not {value!r}")
    return int(value)


def _heap(value: str) -> str:
    heap = value.lower()
    if not re.fullmatch(r"\d+[kmg]", heap, re.ASCII):
        raise _bad("ELASTICSEARCH_HEAP", f'must be a number with k, m or g, such as "512m" or "2g", not {value!r}')
    if int(heap[:-1]) * _UNITS[heap[-1]] < _MIN_HEAP:
        raise _bad("ELASTICSEARCH_HEAP", f"must be at least {_MIN_HEAP >> 20}m, not {value!r}")
    return heap
