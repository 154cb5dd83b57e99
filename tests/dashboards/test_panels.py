"""Panels against real data: every one answers, and its numbers are those of the documents behind them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dashboards.desk.answers import Answers
from dashboards.panels import CHARTS, DASHBOARDS, FILTERS, KINDS, PANELS, Panel, Selection, Time, moment
from dashboards.words import FIELDS, LANGUAGES, colours, value_names
from schemas.codebook import load_codebook
from schemas.events import load_events
from schemas.failures import Failure
from schemas.indices import field_names
from schemas.outlets import BLOCS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALL_TIME = Selection(datetime(2016, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))

panels = pytest.mark.parametrize("panel", PANELS.values(), ids=lambda panel: panel.id)


def fields_of(panel: Panel) -> set[str]:
    named = {dimension.field for dimension in panel.by} | {measure.field for measure in panel.measures}
    named |= {condition.field for measure in panel.measures for condition in measure.where}
    named |= {condition.field for condition in panel.where}
    return (named | set(panel.columns) | {panel.sort[0]}) - {""}


@panels
def test_every_field_is_in_the_mapping_and_labelled(panel: Panel):
    assert fields_of(panel) <= field_names(panel.kind)
    shown = {dimension.field for dimension in panel.by} | set(panel.columns)
    assert shown <= set(FIELDS)


@panels
def test_every_panel_is_whole(panel: Panel):
    assert panel.chart in CHARTS
    assert panel.kind in KINDS
    assert not panel.opens or panel.opens in DASHBOARDS
    assert all(panel.title) and all(panel.question)
    assert panel.columns if panel.chart in ("documents", "examples") else panel.measures


def test_every_panel_is_on_a_dashboard():
    placed = {place.panel for dashboard in DASHBOARDS.values() for place in dashboard.places}
    assert placed == set(PANELS)


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=lambda dashboard: dashboard.id)
def test_rows_of_a_dashboard_are_full(dashboard):
    x = 0
    for place in dashboard.places:
        assert x + place.width <= 48
        x = (x + place.width) % 48
    assert x == 0


def test_filters_name_fields_of_each_index():
    for by_kind in FILTERS.values():
        for kind, field in by_kind.items():
            assert field in field_names(kind)


def test_codebook_and_blocs_have_names_and_colours_of_their_own():
    codebook = load_codebook()
    categories = colours("statement.categories")
    assert list(categories) == [category.id for category in codebook.categories]
    assert len(set(categories.values())) == len(categories)
    assert set(colours("statement.stance")) == {stance.id for stance in codebook.stances}
    assert set(value_names("outlet.bloc")) == set(BLOCS)


def test_events_are_dated_in_order_and_named_in_all_languages():
    events = load_events()
    assert [event.date for event in events] == sorted(event.date for event in events)
    assert all(event.names[language] for event in events for language in LANGUAGES)
    assert "2023-09-13" in {event.date for event in events}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- date: soon\n  names: {en: a, ru: b, ko: c}\n  source: d", "2024-06-19"),
        ("- date: 2024-02-30\n  names: {en: a, ru: b, ko: c}\n  source: d", "day"),
        ("- date: 2024-02-28\n  names: {en: a}\n  source: d", "names"),
        ("- date: 2024-02-28\n  source: d", "an event has"),
        ("- [", "YAML"),
        ("date: 1", "list"),
    ],
)
def test_a_faulty_event_is_told_by_file_and_line(tmp_path, text, fault):
    path = tmp_path / "events.yaml"
    path.write_text(text)
    with pytest.raises(Failure, match=fault) as problem:
        load_events(path)
    assert f"{path}:" in str(problem.value)


@panels
def test_every_panel_answers_with_the_sample_data(panel: Panel, elasticsearch, indices, answers: Answers):
    body = panel.search(ALL_TIME, "").to_dict()
    answer = elasticsearch.perform_request(
        "POST",
        f"/{indices.name(panel.kind)}/_search",
        headers={"accept": "application/json", "content-type": "application/json"},
        body=body,
    ).body
    if panel.chart == "documents":
        assert answer["hits"]["hits"]
    else:
        rows = panel.rows(answer)
        assert rows
        assert all(len(row) == len(panel.by) + len(panel.measures) for row in rows)


@panels
def test_the_documents_behind_a_number_are_as_many_as_it_says(panel: Panel, answers: Answers):
    """Every count of every bucket, for the first buckets of each panel."""
    parameters = [("from", "2016-01-01"), ("to", "2036-01-01")]
    if panel.chart == "documents":
        found = answers.documents(panel.id, parameters, [], "", [])
        assert found["total"] >= len(found["documents"]) > 0
        return
    (answer,) = answers._ask([(panel.kind, panel.search(answers.selection(parameters), ""))])
    rows = panel.rows(answer)
    for row in rows[:1] if panel.chart == "figure" else rows[:8]:
        keys = row[: len(panel.by)]
        whole = answers.documents(panel.id, parameters, keys, "", [])["total"]
        for measure, value in zip(panel.measures, row[len(panel.by) :], strict=True):
            behind = answers.documents(panel.id, parameters, keys, measure.id if measure.where else "", [])["total"]
            if measure.of == "count":
                assert behind == value
            elif measure.of == "share":
                assert behind / whole == pytest.approx(value)


def test_filters_narrow_every_index_that_has_the_field(answers: Answers):
    everything = answers.dashboard("overview", [])["panels"]
    narrowed = answers.dashboard("overview", [("bloc", "rok"), ("stance", "critical")])["panels"]
    assert 0 < narrowed["statements"]["rows"][0][0] < everything["statements"]["rows"][0][0]
    assert {row[0] for row in narrowed["stance-by-bloc"]["rows"]} == {"rok"}
    assert {row[1] for row in narrowed["stance-by-bloc"]["rows"]} == {"critical"}
    feeds = sum(row[1] for row in narrowed["feeds-over-time"]["rows"])
    assert 0 < feeds < sum(row[1] for row in everything["feeds-over-time"]["rows"])


def test_an_actor_narrows_articles_by_id(answers: Answers):
    found = answers.dashboard("actor", [("actor", "Dmitry Peskov")])["panels"]
    assert {row[0] for row in found["speakers-compared"]["rows"]} == {"Dmitry Peskov"}
    together = Counter({(a, b): n for a, b, n in found["named-together"]["rows"]})
    assert together["dmitry-peskov", "dmitry-peskov"] == max(together.values())


def test_a_figure_stands_beside_the_period_before():
    selection = Selection(NOW - timedelta(days=30), NOW)
    assert selection.before == Selection(NOW - timedelta(days=60), NOW - timedelta(days=30))


@pytest.mark.parametrize(("days", "interval"), [(1, "hour"), (30, "day"), (365, "week"), (1500, "month")])
def test_the_interval_follows_from_the_period(days, interval):
    assert Selection(NOW - timedelta(days=days), NOW).interval == interval


@pytest.mark.parametrize(
    ("days", "zone", "start", "end"),
    [
        (1500, "Asia/Seoul", "2024-03-01T00:00:00+09:00", "2024-03-31T15:00:00.000Z"),
        (1500, "Asia/Seoul", "2024-12-01T00:00:00+09:00", "2024-12-31T15:00:00.000Z"),
        (30, "Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-25T23:00:00.000Z"),  # a day of 25 hours
        (365, "UTC", "2026-11-16T00:00:00+00:00", "2026-11-23T00:00:00.000Z"),
        (1, "UTC", "2026-11-23T10:00:00+00:00", "2026-11-23T11:00:00.000Z"),
    ],
)
def test_a_bucket_of_time_ends_where_the_next_begins_in_the_readers_zone(days, zone, start, end):
    selection = Selection(NOW - timedelta(days=days), NOW, zone=zone)
    bounds = Time().condition(datetime.fromisoformat(start).timestamp() * 1000, selection).to_dict()
    assert bounds["range"]["@timestamp"]["lt"] == end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-11-23T12:00:00+00:00"),
        ("now-90d", "2026-08-25T12:00:00+00:00"),
        ("now-1d/d", "2026-11-21T15:00:00+00:00"),
        ("2024-06-19", "2024-06-18T15:00:00+00:00"),
        ("2024-06-19T10:00:00Z", "2024-06-19T10:00:00+00:00"),
    ],
)
def test_times_are_read_in_the_readers_zone(text, expected):
    assert moment(text, NOW, "Asia/Seoul").isoformat() == expected


def test_the_last_day_of_a_period_is_in_it():
    assert moment("2024-06-19", NOW, end=True).isoformat() == "2024-06-20T00:00:00+00:00"


@pytest.mark.parametrize("text", ["yesterday", "now-99999y", "now+1d", "2024-13-01", ""])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(Failure, match="bad_time"):
        moment(text, NOW)
