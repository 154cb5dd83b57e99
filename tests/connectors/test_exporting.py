"""The reading of all documents: filters and words as in a search, page by page, from one point in time."""

from __future__ import annotations

import pytest
from articles import HANGANG, KIRBY, NEVSKY, PESKOV, POTOMAC, UNKNOWN, article, entry, letter_of, statement
from elasticsearch import Elasticsearch

from connectors.elasticsearch import exporting
from connectors.elasticsearch.exporting import documents
from connectors.elasticsearch.filters import Filters
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import Sink
from schemas.actors import load_actors
from schemas.failures import Failure

ACTORS = """
actors:
  - {id: dmitry-peskov, kind: person, country: RU, bloc: russia, occupation: official,
     en: [Dmitry Peskov, Peskov], ru: [Дмитрий Песков, Песков], ko: [드미트리 페스코프]}
"""
SAID = (
    (POTOMAC, "Shipping missiles would breach the resolutions.", KIRBY, "arms_technology", "critical", "2023-09-13"),
    (NEVSKY, "Песков отверг сообщения о поставках ракет.", PESKOV, "arms_technology", "supportive", "2023-09-14"),
    (HANGANG, "홍길동 교수는 김정은이 미사일을 보냈다고 분석했다.", UNKNOWN, "china_factor", "sceptical", "2023-10-01"),
)


@pytest.fixture(scope="module")
def actor_list(tmp_path_factory):
    path = tmp_path_factory.mktemp("actors") / "actors.yaml"
    path.write_text(ACTORS, encoding="utf-8")
    return load_actors(path)


@pytest.fixture(scope="module")
def filled(elasticsearch: Elasticsearch, shared_indices: Indices) -> Indices:
    items = []
    for number, (outlet, text, speaker, category, stance, day) in enumerate(SAID):
        said = statement(text, text, speaker, (category,), stance)
        source = entry(str(number), outlet, title=f"Title {number}")
        items.append(article(source, text, said, published=f"{day}T08:00:00Z"))
    sink = Sink(elasticsearch, shared_indices)
    assert sink.write_articles(items) == []
    sink.write_dead_letters([letter_of(entry("dead"))])
    return shared_indices


@pytest.fixture
def exported(elasticsearch, filled, actor_list):
    """The numbers of the sample statements, or their articles, that an export holds."""

    def found(kind: str = "statements", text: str = "", **filters) -> list[int]:
        rows = documents(elasticsearch, filled, kind, Filters(**filters), text, actor_list=actor_list)
        return [int(row["article"]["title"].removeprefix("Title ")) for row in rows]

    return found


@pytest.mark.parametrize("window", [1, 2, 3])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_all_come_oldest_first_over_many_pages(exported, monkeypatch, page, window):
    monkeypatch.setattr(exporting, "PAGE", page)
    monkeypatch.setattr(exporting, "WINDOW", window)
    assert exported() == [0, 1, 2]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"categories": ("arms_technology",)}, [0, 1]),
        ({"blocs": ("rok", "west")}, [0, 2]),
        ({"countries": ("ru",)}, [1]),
        ({"languages": ("KO",)}, [2]),
        ({"outlets": ("nevsky", "Sample Hangang Daily")}, [1, 2]),
        ({"since": "2023-09-14"}, [1, 2]),
        ({"until": "2023-09-14"}, [0, 1]),
        ({"since": "2023-09", "until": "2023-09"}, [0, 1]),
        ({"actors": ("Песков",)}, [1]),
        ({"categories": ("arms_technology",), "blocs": ("rok",)}, []),
    ],
)
@pytest.mark.parametrize("kind", ["statements", "articles"])
def test_filters_narrow_statements_and_articles_alike(exported, kind, filters, expected):
    if kind == "articles" and "actors" in filters:
        filters = {"actors": ("드미트리 페스코프",)}
    assert exported(kind, **filters) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("missile", [0]), ("ракета", [1]), ("김정은", [2]), ("ракета -Песков", [])]
)
@pytest.mark.parametrize("kind", ["statements", "articles"])
def test_words_are_found_by_their_stem(exported, kind, text, expected):
    assert exported(kind, text) == expected


def test_stances_narrow_statements(exported):
    assert exported(stances=("critical", "sceptical")) == [0, 2]


def test_what_is_written_meanwhile_stays_out(elasticsearch, filled, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 1)
    rows = documents(elasticsearch, filled, "statements")
    first = next(rows)
    index = filled.name("statements")
    newer = {**first, "@timestamp": "2026-01-01T00:00:00Z"}
    elasticsearch.index(index=index, id="newer", document=newer, refresh=True)
    try:
        assert len(list(rows)) == 2
        assert len(list(documents(elasticsearch, filled, "statements"))) == 4
    finally:
        elasticsearch.delete(index=index, id="newer", refresh=True)


def open_contexts(client: Elasticsearch) -> int:
    answer = client.nodes.stats(metric="indices", index_metric="search")
    return sum(node["indices"]["search"]["open_contexts"] for node in answer["nodes"].values())


def test_no_point_in_time_is_left_open(elasticsearch, filled, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 1)
    before = open_contexts(elasticsearch)
    rows = documents(elasticsearch, filled, "statements")
    next(rows)
    assert open_contexts(elasticsearch) > before
    rows.close()
    assert open_contexts(elasticsearch) == before


@pytest.mark.parametrize(
    ("kind", "filters", "text", "said"),
    [
        ("entries", {"categories": ("china_factor",)}, "", "entries can't be narrowed by categories"),
        ("articles", {"stances": ("critical",)}, "", "articles can't be narrowed by stances"),
        ("feed-states", {"blocs": ("rok",)}, "", "feed-states can't be narrowed by blocs"),
        ("dead-letters", {}, "missile", "dead-letters can't be searched by words"),
        ("statements", {"since": "yesterday"}, "", "bad_query: Elasticsearch can't read this query: failed to parse"),
    ],
)
def test_what_cannot_be_narrowed_is_refused(elasticsearch, filled, kind, filters, text, said):
    with pytest.raises(Failure, match=said):
        list(documents(elasticsearch, filled, kind, Filters(**filters), text))


def test_other_kinds_are_exported_too(elasticsearch, filled):
    (letter,) = documents(elasticsearch, filled, "dead-letters", Filters(outlets=("potomac",)))
    assert letter["dead_letter"]["stage"] == "fetch"


def test_an_index_that_is_not_there_is_told(elasticsearch, prefix):
    with pytest.raises(Failure, match=f"no_index: there is no {prefix}x-statements to export"):
        list(documents(elasticsearch, Indices(f"{prefix}x"), "statements"))
