"""The dated events that dashboards mark, as declared in `events.yaml` beside this file or in another such file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

from schemas.failures import Failure

DATA = Path(__file__).with_name("events.yaml")
LANGUAGES = ("en", "ru", "ko")


class Event(NamedTuple):
    date: str  # ISO 8601 day
    names: Mapping[str, str]  # by language
    source: str  # who made it public


def load_events(path: str | Path | None = None) -> tuple[Event, ...]:
    """The events in the order of their dates; without a path those that come along.

    Raises:
        Failure: "bad_events", naming file and line.
    """
    path = Path(path) if path else DATA
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise Failure("bad_events", f"{path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Failure("bad_events", f"{path}:{mark.line + 1 if mark else 1}: is not YAML in UTF-8") from None
    if not isinstance(root, yaml.SequenceNode):
        raise Failure("bad_events", f"{path}:1: must be a list of events, each '- date: …'")
    return tuple(sorted((_event(path, node) for node in root.value), key=lambda event: event.date))


def _event(path: Path, node: yaml.Node) -> Event:
    def fault(what: str) -> Failure:
        return Failure("bad_events", f"{path}:{node.start_mark.line + 1}: {what}")

    try:
        fields = yaml.safe_load(yaml.serialize(node))
    except ValueError as error:  # such as 2024-02-30
        raise fault(f"{error}; write a day as 2024-06-19") from None
    if not isinstance(fields, dict) or set(fields) != set(Event._fields):
        raise fault(f"an event has {', '.join(Event._fields)}")
    if type(fields["date"]) is not date:
        raise fault(f"date {fields['date']!r} is no day; write 2024-06-19")
    names = fields["names"]
    if not isinstance(names, dict) or set(names) != set(LANGUAGES) or not all(map(_is_text, names.values())):
        raise fault(f"names must be a text for each of {', '.join(LANGUAGES)}")
    if not _is_text(fields["source"]):
        raise fault("source must say who made the event public")
    return Event(fields["date"].isoformat(), names, fields["source"])


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
