"""The sample outlets, their articles and what is planted in them, read from the data files beside this module."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent


class SampleOutlet(NamedTuple):
    """An invented outlet and how its site is built; see the head of `outlets.yaml`."""

    id: str
    name: str
    country: str
    bloc: str
    language: str
    feed: str  # "rss", "atom", "rdf", "json" or "sitemap"
    page: str  # name of a template in `pages`
    charset: str = "utf-8"
    full_text: bool = False
    offset: int = 0  # hours from UTC


class Story(NamedTuple):
    """One article as its outlet publishes it, or a broken page's entry in the feed (no paragraphs)."""

    outlet: SampleOutlet
    slug: str
    title: str
    published: datetime
    modified: datetime
    author: str
    paragraphs: tuple[str, ...]
    agency: str = ""  # whose wire copy it is
    fault: str = ""

    @property
    def id(self) -> str:
        """The article's key in `truth.yaml`."""
        return f"{self.outlet.id}/{self.slug}"


def load_outlets() -> dict[str, SampleOutlet]:
    """The sample outlets by id, in their order."""
    return {entry["id"]: SampleOutlet(**entry) for entry in _read(HERE / "outlets.yaml")}


def load_stories(now: datetime, state: int = 1) -> list[Story]:
    """All articles by outlet, newest first, as they stand in a state of the web.

    Args:
        now: the day counted as today, with a time zone. Articles of the last weeks are dated back from it by whole
            days, so that they come out the same all day long.
        state: 1 is the web as first published, 2 the web after the editors' changes to some headlines and texts.
    """
    outlets = load_outlets()
    stories: list[Story] = []
    for path in sorted((HERE / "articles").glob("*/*.md")):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        data = yaml.safe_load(head)
        paragraphs = tuple(part.strip() for part in body.split("\n\n") if part.strip())
        for outlet, own in data.get("outlets", {path.parent.name: {}}).items():
            published = moment(data, now) + timedelta(minutes=own.get("minutes", 0))
            story = Story(
                outlet=outlets[outlet],
                slug=path.stem,
                title=own.get("title", data["title"]),
                published=published,
                modified=published,
                author=data["author"],
                paragraphs=paragraphs[:-1] if own.get("shortened") else paragraphs,
                agency=data.get("agency", ""),
                fault=data.get("fault", ""),
            )
            stories.append(_edited(story, data["edit"]) if state == 2 and "edit" in data else story)
    order = list(outlets)
    return sorted(stories, key=lambda story: (order.index(story.outlet.id), -story.published.timestamp()))


def load_broken() -> list[Story]:
    """Entries of the feeds whose pages are broken on purpose."""
    outlets = load_outlets()
    return [
        Story(
            outlet=outlets[entry["outlet"]],
            slug=entry["slug"],
            title=entry["title"],
            published=datetime.fromisoformat(entry["published"]),
            modified=datetime.fromisoformat(entry["published"]),
            author="",
            paragraphs=(),
            fault=entry["fault"],
        )
        for entry in _read(HERE / "broken.yaml")
    ]


def load_truth() -> dict[str, Any]:
    """What is planted: `counts`, `events` and `articles` of `truth.yaml`."""
    return _read(HERE / "truth.yaml")


def moment(data: dict[str, Any], now: datetime) -> datetime:
    """The date of `published`, or of `days_ago` and `time`, in UTC."""
    if "published" in data:
        return datetime.fromisoformat(data["published"])
    day = now.astimezone(UTC) - timedelta(days=data["days_ago"])
    hour, minute = map(int, data["time"].split(":"))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _edited(story: Story, edit: dict[str, Any]) -> Story:
    added = (edit["addition"],) if "addition" in edit else ()
    return story._replace(
        title=edit["title"],
        modified=story.published + timedelta(hours=edit["hours"]),
        paragraphs=story.paragraphs + added,
    )


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
