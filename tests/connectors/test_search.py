"""Search by word stem in three languages, filters and output, on a real Elasticsearch."""

from __future__ import annotations

import csv
import io
import json

import pytest
from articles import HANGANG, KIRBY, NEVSKY, PESKOV, POTOMAC, UNKNOWN, article, entry, statement

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.search import FORMATS, Hit, Results, format_results, search
from connectors.elasticsearch.sink import Sink
from schemas.actors import ActorList, load_actors
from schemas.failures import Failure

SAID = {
    "en": (
        POTOMAC,
        "Kirby sees a breach",
        "John Kirby said that shipping missiles to Moscow would breach the resolutions.",
        KIRBY,
        ("official_condemnation", "arms_technology"),
        "critical",
        "2023-09-13T08:00:00Z",
    ),
    "en2": (
        POTOMAC,
        "No talks in sight",
        "John Kirby added that Washington stays open to dialogue.",
        KIRBY,
        ("prescription",),
        "neutral",
        "2023-10-31T23:30:00Z",
    ),
    "ru": (
        NEVSKY,
        "Кремль отвечает",
        "Дмитрий Песков отверг сообщения о поставках ракет из Северной Кореи.",
        PESKOV,
        ("moscow_pyongyang_narrative",),
        "supportive",
        "2023-09-14T08:00:00Z",
    ),
    "ru2": (
        NEVSKY,
        "Объёмы",
        "Песков назвал слухи о росте поставок оружия выдумкой.",
        PESKOV,
        ("arms_technology",),
        "supportive",
        "2024-02-01T08:00:00Z",
    ),
    "ko": (
        HANGANG,
        "북러 정상회담 평가",
        "홍길동 교수는 김정은이 미사일을 러시아로 보냈다고 분석했다.",
        UNKNOWN,
        ("arms_technology",),
        "sceptical",
        "2023-09-15T08:00:00Z",
    ),
    "ko2": (
        HANGANG,
        "중국의 반응",
        "그는 중국이 이 밀착을 불편해한다고 말했다.",
        UNKNOWN,
        ("china_factor",),
        "critical",
        "2024-01-05T08:00:00Z",
    ),
}


ACTORS = """
actors:
  - {id: dmitry-peskov, kind: person, country: RU, bloc: russia, occupation: official,
     en: [Dmitry Peskov, Peskov], ru: [Дмитрий Песков, Песков], ko: [드미트리 페스코프]}
"""


@pytest.fixture(scope="module")
def actor_list(tmp_path_factory) -> ActorList:
    path = tmp_path_factory.mktemp("actors") / "actors.yaml"
    path.write_text(ACTORS, encoding="utf-8")
    return load_actors(path)


@pytest.fixture(scope="module")
def filled(elasticsearch, shared_indices) -> Indices:
    items = []
    for name, (outlet, title, text, speaker, categories, stance, published) in SAID.items():
        said = statement(text, text, speaker, categories, stance)
        items.append(article(entry(name, outlet, title=title), text, said, published=published))
    assert Sink(elasticsearch, shared_indices).write_articles(items) == []
    elasticsearch.indices.refresh(index=shared_indices.name("statements"))
    return shared_indices


@pytest.fixture
def found(elasticsearch, filled, actor_list):
    """The names of the statements that a search finds."""
    names = {text: name for name, (_, _, text, *_) in SAID.items()}

    def find(text: str = "", **filters) -> list[str]:
        return [names[hit.text] for hit in search(elasticsearch, filled, text, actor_list=actor_list, **filters).hits]

    return find


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("missile", {"en"}),
        ("missiles shipped", {"en"}),
        ("MISSILE", {"en"}),
        ("the missile", {"en"}),
        ("missile dialogue", set()),
        ("поставка", {"ru", "ru2"}),
        ("поставками", {"ru", "ru2"}),
        ("поставка ракеты", {"ru"}),
        ("поставка в Корею", {"ru"}),
        ("песковым", {"ru", "ru2"}),
        ("김정은", {"ko"}),
        ("김정은의 미사일", {"ko"}),
        ("김정은의", {"ko"}),
        ("북러", {"ko"}),
        ("전문가", set()),
        ("미사일을", {"ko"}),
        ("중국", {"ko2"}),
        ("정상회담", {"ko"}),
        ("Kirby", {"en", "en2"}),
        ("Peskov", {"ru", "ru2"}),
        ("Peskov ракета", {"ru"}),
        ("홍길동 미사일", {"ko"}),
        ('"shipping missiles"', {"en"}),
        ('"missiles shipping"', set()),
        ('"сообщение о поставке ракеты"', {"ru"}),
        ('"рост поставок"', {"ru2"}),
        ('"поставки рост"', set()),
        ('"미사일을 러시아로"', {"ko"}),
        ('"미사일 러시아"', {"ko"}),
        ('"러시아 미사일"', set()),
        ("😀 поставка𝐀", set()),
        ("поставка -ракета", {"ru2"}),
        ('Kirby -"open to dialogue"', {"en"}),
        ("-missile -поставка -중국", {"en2", "ko"}),
        ('"unbalanced', set()),
        ("!!! ... «»", set(SAID)),
        ("", set(SAID)),
    ],
)
def test_finds_by_stem_whatever_the_language(found, query, expected):
    assert set(found(query)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"categories": ["arms_technology"]}, {"en", "ru2", "ko"}),
        ({"categories": ["prescription", "china_factor"]}, {"en2", "ko2"}),
        ({"blocs": ["russia"]}, {"ru", "ru2"}),
        ({"blocs": ["russia", "rok"]}, {"ru", "ru2", "ko", "ko2"}),
        ({"stances": ["critical"]}, {"en", "ko2"}),
        ({"outlets": ["potomac"]}, {"en", "en2"}),
        ({"outlets": [POTOMAC.name]}, {"en", "en2"}),
        ({"countries": ["kr"]}, {"ko", "ko2"}),
        ({"languages": ["EN", "ru"]}, {"en", "en2", "ru", "ru2"}),
        ({"since": "2023-10-31"}, {"en2", "ru2", "ko2"}),
        ({"until": "2023-09-14"}, {"en", "ru"}),
        ({"until": "2023-10"}, {"en", "en2", "ru", "ko"}),
        ({"since": "2024", "until": "2024-01"}, {"ko2"}),
        ({"until": "2023"}, {"en", "en2", "ru", "ko"}),
        ({"since": "2023-09-14T08:00:00Z", "until": "2023-09-15T08:00:00Z"}, {"ru", "ko"}),
        ({"actors": ["dmitry-peskov"]}, {"ru", "ru2"}),
        ({"actors": ["홍길동"]}, {"ko", "ko2"}),
        ({"actors": ["nobody at all"]}, set()),
        ({"actors": ["john-kirby"], "categories": ["arms_technology"], "blocs": ["west"]}, {"en"}),
        ({"actors": ["john-kirby"], "blocs": ["russia"]}, set()),
    ],
)
def test_filters(found, filters, expected):
    assert set(found(**filters)) == expected


@pytest.mark.parametrize("name", ["Песков", "Dmitry Peskov", "드미트리 페스코프", "Дмитрий Песков", "peskov"])
def test_actor_under_any_name(found, name):
    assert set(found(actors=[name])) == {"ru", "ru2"}


def test_newest_first_without_a_query(found):
    assert found() == ["ru2", "ko2", "en2", "ko", "ru", "en"]


def test_best_first_with_a_query(elasticsearch, filled):
    results = search(elasticsearch, filled, "Kirby dialogue")
    assert [hit.text for hit in results.hits] == [SAID["en2"][2]]
    assert results.hits[0].score > 0


def test_size_and_total(elasticsearch, filled):
    results = search(elasticsearch, filled, size=2)
    assert (results.total, len(results.hits)) == (6, 2)


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("missile Kirby", ["Kirby", "missiles"]),
        ("поставка ракета", ["поставках", "ракет"]),
        ("김정은 미사일", ["김정은이", "미사일을"]),
        ('"сообщения о поставках"', ["сообщения", "поставках"]),
        ("Peskov ракета", ["ракет"]),
    ],
)
def test_shows_what_it_found(elasticsearch, filled, query, marked):
    (hit,) = search(elasticsearch, filled, query).hits
    assert [hit.text[start:end] for start, end in hit.found] == marked


def test_hit_says_who_where_and_when(elasticsearch, filled):
    (hit,) = search(elasticsearch, filled, "missile").hits
    assert hit._replace(id="", score=0.0, found=()) == Hit(
        "",
        0.0,
        "2023-09-13T08:00:00Z",
        "Sample Potomac Post",
        "US",
        "west",
        "en",
        "john-kirby",
        "John Kirby",
        "spokesman",
        "us-nsc",
        ("official_condemnation", "arms_technology"),
        "critical",
        SAID["en"][2],
        (),
        "Kirby sees a breach",
        "https://potomac.example/en",
    )


def test_json(elasticsearch, filled):
    results = search(elasticsearch, filled, "김정은")
    read = json.loads(format_results(results, "json"))
    assert read["total"] == 1
    assert read["hits"][0]["text"] == SAID["ko"][2]
    assert read["hits"][0]["categories"] == ["arms_technology"]
    assert [SAID["ko"][2][start:end] for start, end in read["hits"][0]["found"]] == ["김정은이"]


def test_csv(elasticsearch, filled):
    results = search(elasticsearch, filled, "missile")
    (row,) = csv.DictReader(io.StringIO(format_results(results, "csv")))
    assert row["actor"] == "John Kirby" and row["text"] == SAID["en"][2]
    assert row["categories"] == "official_condemnation;arms_technology"


def test_table(elasticsearch, filled):
    shown = format_results(search(elasticsearch, filled, "поставка", size=1), "table", width=120)
    assert "Dmitry Peskov" in shown and "https://nevsky.example/" in shown
    assert "1 of 2 statements" in shown
    assert "\x1b" not in shown
    assert "\x1b[1m" in format_results(search(elasticsearch, filled, "поставка"), "table", width=120, color=True)
    assert max(map(len, shown.splitlines())) <= 120


def test_nothing_found_is_said():
    for form in FORMATS:
        assert format_results(Results(0, ()), form)
    assert "0 of 0 statements" in format_results(Results(0, ()))


def test_markup_in_news_is_text(elasticsearch, filled):
    (hit,) = search(elasticsearch, filled, "missile").hits
    shown = format_results(Results(1, (hit._replace(text="[bold]not markup[/bold] [/]"),)), width=200)
    assert "[bold]not markup[/bold] [/]" in shown


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [({"since": "yesterday"}, "bad_query"), ({"until": "2023-13-01"}, "bad_query"), ({"size": 0}, "bad_query")],
)
def test_unreadable_arguments_are_named(elasticsearch, filled, arguments, cause):
    with pytest.raises(Failure) as caught:
        search(elasticsearch, filled, **arguments)
    assert caught.value.cause == cause


def test_long_queries(elasticsearch, filled):
    assert search(elasticsearch, filled, "missile поставка 미사일 " * 10).total == 0
    assert search(elasticsearch, filled, '"' + "слово word 말 " * 100 + '"').total == 0
    assert search(elasticsearch, filled, "x" * 10_000).total == 0
    with pytest.raises(Failure) as caught:
        search(elasticsearch, filled, "word " * 5_000)
    assert caught.value.cause == "bad_query"


def test_unknown_format():
    with pytest.raises(Failure) as caught:
        format_results(Results(0, ()), "xml")
    assert caught.value.cause == "bad_format"


def test_missing_index_is_named(elasticsearch, prefix):
    with pytest.raises(Failure) as caught:
        search(elasticsearch, Indices(prefix), "x")
    assert caught.value.cause == "no_index"
