"""Where Vostochny keeps its data and which Elasticsearch it talks to: from the environment, else from a file.

The file is the one that VOSTOCHNY_CONFIG names, or `config.yaml` in the user's configuration folder. It has the same
settings by their keys, in sections; docs/configuration.md lists them. What the environment says goes before what the
file says. A secret may be left in a file of its own, which the setting with `_file` behind its name names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import platformdirs
import yaml

from schemas.failures import Failure

MAVEN_URL = "https://repo1.maven.org/maven2"
CONFIG = "VOSTOCHNY_CONFIG"
VARIABLES = "VOSTOCHNY_"  # that the names of all variables begin with
DEMO = "demo"  # prefix of the sample data
PREFIXES = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")  # that index names may begin with

_MIN_HEAP = 128 << 20  # bytes: with less the node starts, but fails at work
_MAX_SECRET = 64 << 10  # bytes of a file that holds one
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_FILE = "_file"


class Setting(NamedTuple):
    """What can be set."""

    key: str  # in the file, with its section
    attribute: str  # of Settings
    meaning: str
    default: str  # as it is told
    secret: bool = False  # never shown; may be given as a file that holds it
    address: bool = False  # shown without user and password; may be given as a file likewise

    @property
    def variable(self) -> str:
        return VARIABLES + self.key.upper().replace(".", "_")

    @property
    def may_be_a_file(self) -> bool:
        return self.secret or self.address


SETTINGS = (
    Setting(
        "elasticsearch.url",
        "elasticsearch_url",
        "Address of another Elasticsearch than the embedded one, 8.19 or 9",
        "",
        address=True,
    ),
    Setting("elasticsearch.api_key", "api_key", "Its API key, encoded or as `id:key`; or else", "", secret=True),
    Setting("elasticsearch.user", "user", "a user", ""),
    Setting("elasticsearch.password", "password", "and the user's password", "", secret=True),
    Setting("elasticsearch.ca_certs", "ca_certs", "PEM file with the certificate of its authority", "the system's"),
    Setting("elasticsearch.port", "port", "Port of the embedded one", "the first free one from 9200 on"),
    Setting("elasticsearch.heap", "heap", "Memory for the embedded one's heap, with `k`, `m` or `g`", "`1g`"),
    Setting(
        "index_prefix",
        "index_prefix",
        "Begins the names of the indices and of the archive: another one for a second pipeline beside the first",
        "`vostochny`",
    ),
    Setting(
        "data_dir", "data_dir", "Folder of the archive, and of the embedded Elasticsearch", "the user's data folder"
    ),
    Setting("cache_dir", "cache_dir", "Folder of what can be downloaded again", "the user's cache folder"),
    Setting("backup_dir", "backup_dir", "Folder of the embedded one's backups", "`backups` in the data folder"),
    Setting("maven_url", "maven_url", "Base address of a mirror of Maven Central", MAVEN_URL, address=True),
    Setting("desk.token", "desk_token", "What readers of the desk page must know", "", secret=True),
    Setting("kibana.api_key", "kibana_api_key", "API key of a Kibana, encoded", "", secret=True),
)
"""Every setting, in the order in which they are told."""

_BY_KEY = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Given:
    """What somebody has set."""

    value: str = field(repr=False)
    where: str  # the variable, or file and line with the key
    folder: Path | None = None  # of the file, which its paths start from

    def path(self) -> Path:
        path = Path(self.value).expanduser()
        return (self.folder / path if self.folder else path).resolve()

    def bad(self, problem: str) -> Failure:
        return Failure("bad_setting", f"{self.where} {problem}")


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
    index_prefix: str = "vostochny"  # of the names of indices, of the archive and of locks
    port: int = 0  # of the embedded node; 0 for the first free one from 9200 on
    heap: str = "1g"  # of the embedded node: a number with k, m or g
    maven_url: str = field(default=MAVEN_URL, repr=False)  # of a Maven repository; may hold user and password
    desk_token: str = field(default="", repr=False)
    kibana_api_key: str = field(default="", repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """The settings that the VOSTOCHNY_… variables and the file give.

        Raises:
            Failure: "bad_setting", naming the variable, or the file, the line and the key; never a secret.
        """
        return cls.of(given(env))

    @classmethod
    def of(cls, found: Mapping[str, Given]) -> Settings:
        """The settings of what is given by key. Raises as `from_env`."""

        def text(key: str, default: str = "") -> str:
            return found[key].value if key in found else default

        def folder(key: str, name: str) -> Path:
            return found[key].path() if key in found else Path(name).expanduser().resolve()

        _check_credentials(found)
        data_dir = folder("data_dir", platformdirs.user_data_dir("vostochny", appauthor=False))
        return cls(
            data_dir=data_dir,
            cache_dir=folder("cache_dir", platformdirs.user_cache_dir("vostochny", appauthor=False)),
            backup_dir=folder("backup_dir", str(data_dir / "backups")),
            elasticsearch_url=_address(found.get("elasticsearch.url")),
            api_key=text("elasticsearch.api_key"),
            user=text("elasticsearch.user"),
            password=text("elasticsearch.password"),
            ca_certs=_file(found.get("elasticsearch.ca_certs")),
            index_prefix=_prefix(found.get("index_prefix")),
            port=_port(found.get("elasticsearch.port")),
            heap=_heap(found.get("elasticsearch.heap")),
            maven_url=_address(found.get("maven_url")) or MAVEN_URL,
            desk_token=text("desk.token"),
            kibana_api_key=text("kibana.api_key"),
        )

    @property
    def node_dir(self) -> Path:
        """The embedded node's folder: data, logs, configuration and state."""
        return self.data_dir / "elasticsearch"

    @property
    def heap_bytes(self) -> int:
        return int(self.heap[:-1]) * _UNITS[self.heap[-1]]


def given(env: Mapping[str, str] = os.environ) -> dict[str, Given]:
    """What is set, by key: secrets read from their files, and the environment before the file.

    Raises:
        Failure: "bad_setting".
    """
    from_env = _with_secrets(_of_env(env))
    path = config_file(env)
    from_file = _with_secrets(_of_file(path)) if path else {}
    # Credentials of one kind replace those of the other, and a user's password may come from elsewhere.
    user, key = {"elasticsearch.user", "elasticsearch.password"}, {"elasticsearch.api_key"}
    for one, other in ((user, key), (key, user)):
        if one & from_env.keys():
            for name in other:
                from_file.pop(name, None)
    return from_file | from_env


def config_file(env: Mapping[str, str] = os.environ) -> Path | None:
    """The file with settings; None where there is none.

    Raises:
        Failure: "bad_setting", when VOSTOCHNY_CONFIG names no file.
    """
    if named := env.get(CONFIG, "").strip():
        path = Given(named, CONFIG).path()
        if not _is_file(path):
            raise Failure("bad_setting", f"{CONFIG} names no file that can be read: {path}")
        return path
    path = default_config_file()
    return path if _is_file(path) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a home that a service may not look into
        return False


def default_config_file() -> Path:
    return Path(platformdirs.user_config_dir("vostochny", appauthor=False)) / "config.yaml"


def unknown_variables(env: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none; not an error, since others may have put them there."""
    known = {CONFIG, *_variables()}
    return sorted(name for name in env if name.startswith(VARIABLES) and name not in known)


def without_password(url: str) -> str:
    """The address as it may be shown: without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def as_markdown() -> str:
    """The settings as a table, for the documentation."""
    lines = ["| in the file | in the environment | what it sets | default |", "|---|---|---|---|"]
    for setting in SETTINGS:
        mark = " ¹" if setting.may_be_a_file else ""
        lines.append(f"| `{setting.key}`{mark} | `{setting.variable}` | {setting.meaning} | {setting.default} |")
    return "\n".join(lines) + "\n"


def _variables() -> Iterator[str]:
    for setting in SETTINGS:
        yield setting.variable
        if setting.may_be_a_file:
            yield setting.variable + _FILE.upper()


def _of_env(env: Mapping[str, str]) -> dict[str, Given]:
    found = {}
    for setting in SETTINGS:
        for end in ("", _FILE) if setting.may_be_a_file else ("",):
            name = setting.variable + end.upper()
            if value := env.get(name, "").strip():
                found[setting.key + end] = Given(value, name)
    return found


def _of_file(path: Path) -> dict[str, Given]:
    def bad(line: int, problem: str) -> Failure:
        return Failure("bad_setting", f"{path}:{line}: {problem}")

    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as problem:
        raise Failure("bad_setting", f"{path} can't be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise Failure("bad_setting", f"{path} is not UTF-8 text") from None
    except yaml.MarkedYAMLError as problem:
        # Without the parser's words, which may quote a secret.
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise bad(line, "is not YAML; a value that begins with a sign, or holds ': ' or ' #', wants quotes") from None
    except yaml.YAMLError:
        raise bad(1, "is not YAML: it holds characters that no text has") from None

    found: dict[str, Given] = {}

    def read(node: yaml.MappingNode, section: str) -> None:
        for name, value in node.value:
            line = name.start_mark.line + 1
            key = section + str(name.value)
            if isinstance(value, yaml.MappingNode) and any(known.startswith(f"{key}.") for known in _BY_KEY):
                read(value, f"{key}.")
                continue
            setting = _BY_KEY.get(key) or _BY_KEY.get(key.removesuffix(_FILE))
            if setting is None or (key.endswith(_FILE) and not setting.may_be_a_file):
                raise bad(
                    line, f"there is no setting {_shown_key(name, section)}; there are {', '.join(_keys(section))}"
                )
            if key in found:
                raise bad(line, f"{key} is set twice")
            if not isinstance(value, yaml.ScalarNode):
                raise bad(line, f"{key} must be a text")
            if text := value.value.strip():
                found[key] = Given(text, f"{path}:{line}: {key}", path.parent)

    if isinstance(root, yaml.MappingNode):
        read(root, "")
    elif root is not None:
        raise bad(root.start_mark.line + 1, f"must be settings, each 'name: value'; there are {', '.join(_keys(''))}")
    return found


def _shown_key(name: yaml.Node, section: str) -> str:
    """A key as it may be shown: who forgets the name of a setting has a secret in its place."""
    text = section + str(name.value)
    return repr(text) if isinstance(name, yaml.ScalarNode) and re.fullmatch(r"[a-z_.]{1,40}", text) else "of this name"


def _keys(section: str) -> list[str]:
    """What a section may hold."""
    names = (key.removeprefix(section).partition(".")[0] for key in _BY_KEY if key.startswith(section))
    return list(dict.fromkeys(names))


def _with_secrets(found: dict[str, Given]) -> dict[str, Given]:
    """With what is in the files that secrets were left in, in place of these."""
    result = {key: one for key, one in found.items() if key in _BY_KEY}
    for key, one in found.items():
        name = key.removesuffix(_FILE)
        if key in _BY_KEY:
            continue
        if name in found:
            raise one.bad(f"is set beside {found[name].where}: set one of the two")
        try:
            with one.path().open(encoding="utf-8") as stream:
                text = stream.read(_MAX_SECRET).strip()
        except OSError as problem:
            raise one.bad(f"names a file that can't be read: {one.path()} ({problem.strerror})") from None
        except UnicodeDecodeError:
            raise one.bad(f"names a file that is no text: {one.path()}") from None
        if not text or "\n" in text:
            raise one.bad(f"must name a file with one line: {one.path()}")
        result[name] = Given(text, one.where)
    return result


def _check_credentials(found: Mapping[str, Given]) -> None:
    key, user, password = (found.get(f"elasticsearch.{name}") for name in ("api_key", "user", "password"))
    if key and (user or password):
        raise key.bad(f"is set beside {(user or password).where}: set an API key, or user and password")  # type: ignore[union-attr]
    if user and not password:
        raise Failure("bad_setting", f"{_named('password')} is missing, though {user.where} is set")
    if password and not user:
        raise Failure("bad_setting", f"{_named('user')} is missing, though {password.where} is set")


def _named(name: str) -> str:
    return f"{_BY_KEY[f'elasticsearch.{name}'].variable}, or elasticsearch.{name},"


def _address(one: Given | None) -> str:
    if one is None:
        return ""
    try:
        parts = urlsplit(one.value)
        _ = parts.port  # raises ValueError when it is no number
        valid = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        valid = False
    if not valid:
        raise one.bad("must be an http:// or https:// address")
    return one.value.rstrip("/")


def _file(one: Given | None) -> str:
    if one is None:
        return ""
    if not _is_file(one.path()):
        raise one.bad(f"names no file: {one.path()}")
    return str(one.path())


def _prefix(one: Given | None) -> str:
    if one is None:
        return Settings.index_prefix
    if one.value == DEMO:
        raise one.bad(f"must not be {DEMO!r}, which the sample data have")
    if not PREFIXES.fullmatch(one.value):
        raise one.bad(f"can't begin an index's name as {one.value!r}: use a-z, 0-9, '-', '_' and '.'")
    return one.value


def _port(one: Given | None) -> int:
    if one is None:
        return 0
    if not one.value.isascii() or not one.value.isdigit() or not 0 < int(one.value) < 65536:
        raise one.bad(f"must be a number from 1 to 65535, not {one.value!r}")
    return int(one.value)


def _heap(one: Given | None) -> str:
    if one is None:
        return "1g"
    heap = one.value.lower()
    if not re.fullmatch(r"\d+[kmg]", heap, re.ASCII):
        raise one.bad(f'must be a number with k, m or g, such as "512m" or "2g", not {one.value!r}')
    if int(heap[:-1]) * _UNITS[heap[-1]] < _MIN_HEAP:
        raise one.bad(f"must be at least {_MIN_HEAP >> 20}m, not {one.value!r}")
    return heap


def shown(settings: Settings, setting: Setting) -> str:
    """A setting's value as it may be shown; "" where it has none."""
    value: Any = getattr(settings, setting.attribute)
    if setting.secret:
        return "(set, not shown)" if value else ""
    if setting.address:
        return without_password(value)
    return str(value or "")
