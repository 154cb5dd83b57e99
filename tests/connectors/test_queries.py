"""Every query of docs/queries.md: run on sample news, it must find something; ES|QL must name fields that exist."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from articles import HANGANG, NEVSKY, PESKOV, POTOMAC, UNKNOWN, article, entry, feed, letter_of, statement

from connectors.elasticsearch.sink import Sink
from schemas.indices import DOCUMENTS, field_names
from schemas.records import Actor, FeedState, Poll

PAGE = Path(__file__).parents[2] / "docs" / "queries.md"
CURL = re.compile(r'curl -s "\$ES/(?P<index>[\w-]+)/_search" -H \S+ \S+ -d \'(?P<body>.*)\'', re.DOTALL)
FIELD = re.compile(r"@timestamp|\b[a-z_]+(?:\.[a-z_]+)+\b")


class Query(NamedTuple):
    heading: str
    language: str
    text: str


def queries(*languages: str) -> list:
    """The page's code blocks in some languages."""
    found = []
    heading = ""
    for match in re.finditer(r"^#+ ([^\n]+)$|^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        heading = match[1] or heading
        if match[2] in languages:
            found.append(pytest.param(Query(heading, match[2], match[3]), id=f"{heading} ({match[2]})"))
    return found


@pytest.fixture(scope="module")
def filled(elasticsearch, shared_indices):
    """News of the days around the summit and of the last days: something for every query."""
    today = datetime.now(UTC)
    days = [datetime(2023, 9, 1, 8, tzinfo=UTC), datetime(2023, 9, 20, 8, tzinfo=UTC)]
    days += [today - timedelta(days=ago) for ago in (1, 9, 20)]
    lawmaker = Actor(
        "a-lawmaker", "A Lawmaker", "의원", "person", country="KR", bloc="rok", party="a-party", camp="progressive"
    )
    spoken = [
        (POTOMAC, "They formed a strategic partnership.", PESKOV, ("official_condemnation", "arms_technology")),
        (POTOMAC, "A satellite will be launched.", UNKNOWN, ("arms_technology",)),
        (NEVSKY, "Песков отметил стратегическое партнёрство и спутники.", PESKOV, ("moscow_pyongyang_narrative",)),
        (NEVSKY, "Он опроверг поставки.", PESKOV, ("moscow_pyongyang_narrative",)),
        (HANGANG, "그는 위성 기술이 전략적인 동반자 관계라고 말했다.", lawmaker, ("rok_domestic_blame",)),
    ]
    items, letters, polls = [], [], []
    for day in days:
        date = f"{day:%Y-%m-%dT%H:%M:%SZ}"
        for number, (outlet, text, speaker, categories) in enumerate(spoken):
            said = statement(text, text, speaker, categories)._replace(direct=True)
            source = entry(f"{date}-{number}", outlet, title=f"{number}")
            items.append(article(source, text, said, published=date))
    old, text, _, _ = spoken[0]
    items += [
        article(entry("undated", NEVSKY), "Без даты.", published=""),
        article(entry("silent", old, title="No statement"), text),
        article(entry("copy", HANGANG, title="No statement"), text),  # the same to the letter
        article(entry("other"), "", relevant=False, published=f"{today:%Y-%m-%dT%H:%M:%SZ}"),
    ]
    stranger = HANGANG._replace(id="long-silent", name="Sample Long Silent")
    items.append(article(entry("old", stranger), "옛 기사.", published="2023-08-01T00:00:00Z"))
    for outlet, cause in ((POTOMAC, ""), (NEVSKY, "timeout")):
        state = FeedState(feed(outlet).url)
        polls.append(Poll(feed(outlet), state, f"{today:%Y-%m-%dT%H:%M:%SZ}", 200, 9, False, 0.1, cause, cause))
        letters.append(letter_of(entry("dead", outlet)))
    sink = Sink(elasticsearch, shared_indices)
    assert sink.write_articles(items) == []
    sink.write_polls(polls)
    sink.write_dead_letters(letters)
    elasticsearch.indices.refresh(index=f"{shared_indices.prefix}-*")
    return shared_indices


def assert_found(answer: dict) -> None:
    assert answer["hits"]["total"]["value"] > 0
    assert answer["hits"]["hits"] or answer["aggregations"]
    for name, aggregation in answer.get("aggregations", {}).items():
        assert_filled(name, aggregation)


def assert_filled(name: str, aggregation: dict) -> None:
    """At least one bucket is there, and every aggregation below has something in some bucket."""
    if "value" in aggregation:
        assert aggregation["value"] is not None, name
    if "hits" in aggregation:
        assert aggregation["hits"]["hits"], name
    if "buckets" not in aggregation:
        return
    buckets = aggregation["buckets"]
    buckets = [*buckets.values()] if isinstance(buckets, dict) else buckets
    assert any(bucket["doc_count"] for bucket in buckets), name
    below = {key for bucket in buckets for key, value in bucket.items() if isinstance(value, dict)}
    for key in below:
        parts = [bucket[key] for bucket in buckets]
        if "buckets" in parts[0]:
            assert_filled(key, {"buckets": [part for each in parts for part in _listed(each["buckets"])]})
        else:
            assert any(part.get("value") is not None or part.get("doc_count") or part.get("hits") for part in parts), (
                key
            )


def _listed(buckets) -> list:
    return [*buckets.values()] if isinstance(buckets, dict) else buckets


@pytest.mark.parametrize("query", queries("bash"))
def test_query_finds_something(elasticsearch, filled, query):
    command = CURL.fullmatch(query.text.strip())
    assert command, "not of the page's form"
    index = command["index"].replace("vostochny", filled.prefix)
    answer = elasticsearch.perform_request(
        "POST",
        f"/{index}/_search",
        headers={"accept": "application/json", "content-type": "application/json"},
        body=json.loads(command["body"]),
    )
    assert_found(answer.body)


@pytest.mark.parametrize("query", queries("python"))
def test_python_finds_something(elasticsearch, filled, query, capsys):
    names = {"client": elasticsearch}
    exec(compile(query.text.replace("vostochny-", f"{filled.prefix}-"), str(PAGE), "exec"), names)
    assert_found(names["response"].to_dict())
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("query", queries("esql"))
def test_esql_names_fields_that_exist(query):
    kind = re.match(r"FROM vostochny-([\w-]+)", query.text)[1]
    without_strings = re.sub(r'"[^"]*"', "", query.text)
    named = set(FIELD.findall(without_strings))
    assert named and named <= field_names(kind)


@pytest.mark.parametrize("query", queries("bash", "python"))
def test_fields_exist(query):
    kind = re.search(r"vostochny-([\w-]+)", query.text)[1]
    roots = {name.split(".")[0] for of in DOCUMENTS for name in field_names(of)}
    strings = re.findall(r'"((?:@timestamp|[a-z_]+\.[a-z_.]+))"', query.text)
    named = {name for name in strings if name.split(".")[0] in roots}
    assert named <= field_names(kind)


def test_page_names_every_index():
    text = PAGE.read_text("utf-8")
    assert all(f"`vostochny-{kind}`" in text for kind in DOCUMENTS)


def test_page_is_worth_reading():
    assert len(queries("bash")) >= 12
    assert len(queries("python")) >= 3
    assert len(queries("esql")) >= 4
