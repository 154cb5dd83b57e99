"""The archive coded anew, while others write: real servers, real processes, a real Elasticsearch."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from connectors.elasticsearch.generations import Span
from connectors.elasticsearch.indices import Indices
from connectors.opml import load
from connectors.web import Web
from pipelines.recode import recode
from pipelines.run import collect_once
from schemas.codebook import DATA
from tests.pipelines.growing import GrowingWeb

RUNNER = "FnApiRunner"


def collect(web: GrowingWeb, line):
    return collect_once(load(web.url, Web()), line, RUNNER)


def backing(client, line) -> set[str]:
    return {
        index
        for kind in ("articles", "statements")
        for index in client.indices.get(index=f"{Indices(line.prefix).alias(kind)}-*")
    }


def written(documents: dict[str, dict]) -> dict[str, dict]:
    """Documents without the time at which they were written."""
    return {key: {**source, "event": {"created": source["event"]["created"]}} for key, source in documents.items()}


@pytest.fixture
def codebook(tmp_path) -> str:
    """Path of a codebook of another version, by which nothing is about arms."""
    folder = tmp_path / "codebook"
    shutil.copytree(DATA.parent, folder)
    text = DATA.read_text(encoding="utf-8")
    text = re.sub('version: ".*"', 'version: "other"', text, count=1)
    head, tail = text.split("- id: arms_technology", 1)
    path = folder / DATA.name
    path.write_text(head + "- id: arms_technology" + tail.replace("prior: -3.0", "prior: -300.0", 1), encoding="utf-8")
    return str(path)


def test_the_same_codebook_gives_the_same_again(line, indexed, elasticsearch):
    with GrowingWeb() as web:
        collect(web, line)
        asked = len(web.requests)
        before = {kind: indexed(kind) for kind in ("articles", "statements", "entries", "dead-letters")}
        old = backing(elasticsearch, line)
        changes = []
        done = recode(line, RUNNER, tell=changes.append)
        assert len(web.requests) == asked

    assert changes == []
    assert done.promoted
    assert done.total["recoded"] == len(before["articles"])
    assert done.total["statements"] == len(before["statements"])
    for kind in ("articles", "statements"):
        assert written(indexed(kind)) == written(before[kind])
    for kind in ("entries", "dead-letters"):
        assert indexed(kind) == before[kind]
    new = backing(elasticsearch, line)
    assert len(new) == 2 and not new & old


def test_another_codebook_for_a_span_of_dates(line, indexed, elasticsearch, codebook):
    with GrowingWeb() as web:
        collect(web, line)
    other = replace(line, codebook=codebook)
    before, statements = indexed("articles"), indexed("statements")
    days = sorted(source["@timestamp"][:10] for source in before.values())
    span = Span(days[len(days) // 4], days[3 * len(days) // 4])
    inside = {key for key, source in before.items() if span.since <= source["@timestamp"][:10] <= span.until}
    assert inside < before.keys()
    about_arms = {key for key, source in statements.items() if source["article"]["id"] in inside and _arms(source)}
    assert about_arms

    old = backing(elasticsearch, line)
    changes = []
    shown = recode(other, RUNNER, span=span, tell=changes.append, promote=False)
    assert not shown.promoted
    assert (indexed("articles"), indexed("statements")) == (before, statements)
    assert backing(elasticsearch, line) == old

    assert shown.changes.articles == shown.total["recoded"] == len(inside)
    before_it, after_it = (counted["arms_technology"] for counted in shown.changes.categories)
    assert before_it == len(about_arms) > after_it
    assert {change.article_id for change in changes} <= inside
    lost = [c for c in changes if c.kind == "changed" and set(c.before.categories) - set(c.after.categories)]
    assert lost and all("categories" in change.fields for change in lost)

    done = recode(other, RUNNER, span=span)
    assert done.total["recoded"] == len(inside) and done.total["copied"] == len(before) - len(inside)
    after = indexed("articles")
    assert after.keys() == before.keys()
    assert {key for key, source in after.items() if source["codebook"]["version"] == "other"} == inside
    assert {key for key in before if before[key] == after[key]} == before.keys() - inside
    now = indexed("statements")
    assert {key for key in now if now[key]["article"]["id"] not in inside} == {
        key for key in statements if statements[key]["article"]["id"] not in inside
    }
    assert len([source for source in now.values() if source["article"]["id"] in inside and _arms(source)]) == after_it


def _arms(source: dict) -> bool:
    return "arms_technology" in source["statement"].get("categories", ())
