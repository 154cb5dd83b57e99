"""The Kibana export: deterministic, whole in its references, and at the level that Kibana 8.12 to 9.x accept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dashboards.kibana import REFRESH, SEARCHES, export, install
from dashboards.panels import DASHBOARDS, KINDS, PANELS, Panel, listed_actors
from dashboards.words import LANGUAGES, colours
from schemas.events import load_events
from schemas.failures import Failure
from schemas.indices import field_names

Json = dict[str, Any]


def objects(**options: str) -> list[Json]:
    return [json.loads(line) for line in export(**options).decode().splitlines()]


def dashboards() -> list[Json]:
    return [each for each in objects() if each["type"] == "dashboard"]


def panels_of(dashboard: Json) -> list[Json]:
    return json.loads(dashboard["attributes"]["panelsJSON"])


def lens_panels() -> Iterator[tuple[Json, Json]]:
    for dashboard in dashboards():
        for panel in panels_of(dashboard):
            if panel["type"] == "lens":
                yield dashboard, panel


def definition(panel: Json) -> Panel:
    """What a panel was made from; its index is the dashboard's id and the panel's."""
    return PANELS[panel["panelIndex"].partition("-")[2]]


def layer_of(panel: Json) -> Json:
    return panel["embeddableConfig"]["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["data"]


def test_two_exports_are_the_same_bytes():
    assert export() == export()


def test_every_object_is_there_once_with_an_id_of_the_prefix():
    found = [(each["type"], each["id"]) for each in objects(prefix="desk")]
    assert len(set(found)) == len(found)
    assert all(id.startswith("desk-") for _, id in found)
    assert {id for kind, id in found if kind == "dashboard"} == {f"desk-{id}" for id in DASHBOARDS}
    assert {id for kind, id in found if kind == "index-pattern"} == {f"desk-{kind}" for kind in KINDS}


def test_versions_are_those_that_8_12_knows():
    versions = {each["type"]: (each["coreMigrationVersion"], each["typeMigrationVersion"]) for each in objects()}
    assert versions == {
        "dashboard": ("8.8.0", "8.9.0"),
        "index-pattern": ("8.8.0", "8.0.0"),
        "search": ("8.8.0", "8.0.0"),
        "tag": ("8.8.0", "8.0.0"),
    }


def test_every_reference_leads_to_an_object_of_the_export():
    ids = {(each["type"], each["id"]) for each in objects()}
    for each in objects():
        names = [reference["name"] for reference in each["references"]]
        assert len(set(names)) == len(names)
        assert {(reference["type"], reference["id"]) for reference in each["references"]} <= ids


def test_dashboards_repeat_the_references_of_their_panels():
    for dashboard in dashboards():
        references = {(r["name"], r["id"]) for r in dashboard["references"]}
        for panel in panels_of(dashboard):
            index = panel["panelIndex"]
            if panel["type"] == "lens":
                attributes = panel["embeddableConfig"]["attributes"]
                assert {(f"{index}:{r['name']}", r["id"]) for r in attributes["references"]} <= references
                for event in panel["embeddableConfig"]["enhancements"].get("dynamicActions", {}).get("events", ()):
                    name = f"{index}:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:{event['eventId']}:dashboardId"
                    assert name in {name for name, _ in references}
            if panel["type"] == "search":
                assert f"{index}:{panel['panelRefName']}" in {name for name, _ in references}
        for name in json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"]):
            assert f"controlGroup_{name}:optionsListDataView" in {name for name, _ in references}


def test_panels_lie_side_by_side_without_overlap():
    for dashboard in dashboards():
        taken: set[tuple[int, int]] = set()
        for panel in panels_of(dashboard):
            grid = panel["gridData"]
            cells = {
                (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
            }
            assert grid["x"] + grid["w"] <= 48
            assert not cells & taken
            taken |= cells


def test_columns_name_fields_of_the_index_and_columns_that_are_there():
    for _, panel in lens_panels():
        columns = layer_of(panel)["columns"]
        kind = definition(panel).kind
        assert sorted(columns) == sorted(layer_of(panel)["columnOrder"])
        for column in columns.values():
            if "sourceField" in column:
                assert column["sourceField"] == "___records___" or column["sourceField"] in field_names(kind)
            assert set(column.get("references", ())) <= set(columns)
            order = column["params"].get("orderBy", {}).get("columnId")
            assert order is None or order in columns


def accessors(state: Any) -> Iterator[str]:
    for key, value in state.items() if isinstance(state, dict) else ():
        if key.endswith("Accessor") and isinstance(value, str):
            yield value
        elif key == "accessors":
            yield from value
        elif key in ("columnId", "forAccessor"):
            yield value
        elif isinstance(value, (dict, list)):
            for each in value if isinstance(value, list) else [value]:
                yield from accessors(each)


def test_visualizations_name_columns_of_their_layer():
    for _, panel in lens_panels():
        named = set(accessors(panel["embeddableConfig"]["attributes"]["state"]["visualization"]))
        assert named
        assert named <= set(layer_of(panel)["columns"])


def test_every_panel_of_the_desk_is_in_kibana_too():
    shown = {panel["panelIndex"].partition("-")[2] for dashboard in dashboards() for panel in panels_of(dashboard)}
    assert set(PANELS) <= shown


def test_dashboards_refresh_restore_their_time_and_chain_their_controls():
    for dashboard in dashboards():
        attributes = dashboard["attributes"]
        assert attributes["timeRestore"] is True
        assert attributes["refreshInterval"] == {"pause": False, "value": REFRESH}
        assert attributes["controlGroupInput"]["chainingSystem"] == "HIERARCHICAL"


def test_controls_never_empty_a_panel_whose_index_lacks_their_field():
    for dashboard, panel in lens_panels():
        controls = json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"]).values()
        fields = {control["explicitInput"]["fieldName"] for control in controls}
        narrowed = fields <= field_names(definition(panel).kind)
        assert layer_of(panel).get("ignoreGlobalFilters", False) is not narrowed


def test_colours_are_fixed_by_id_and_by_name():
    for _, panel in lens_panels():
        state = panel["embeddableConfig"]["attributes"]["state"]["visualization"]
        for layer in state.get("layers", ()):
            split = layer.get("splitAccessor")
            if split and (wanted := colours(layer_of(panel)["columns"][split]["sourceField"])):
                given = {a["rule"]["values"][0]: a["color"]["colorCode"] for a in layer["colorMapping"]["assignments"]}
                assert given == wanted


def test_values_without_fixed_colours_are_told_apart():
    for _, panel in lens_panels():
        for layer in panel["embeddableConfig"]["attributes"]["state"]["visualization"].get("layers", ()):
            if split := layer.get("splitAccessor"):
                fixed = bool(colours(layer_of(panel)["columns"][split]["sourceField"]))
                assert ("colorMapping" in layer) is fixed
                assert ("palette" in layer) is not fixed


def test_booleans_are_named_and_coloured_by_the_number_that_buckets_have_as_key():
    ((panel, mapping),) = {
        (panel["panelIndex"], json.dumps(layer["colorMapping"]["assignments"]))
        for _, panel in lens_panels()
        for layer in panel["embeddableConfig"]["attributes"]["state"]["visualization"].get("layers", ())
        if "splitAccessor" in layer
        and layer_of(panel)["columns"][layer["splitAccessor"]]["sourceField"] == "article.relevant"
    }
    assert panel == "coverage-articles-over-time"
    assert [each["rule"]["values"] for each in json.loads(mapping)] == [
        ["true", "1", "on the subject"],
        ["false", "0", "on something else"],
    ]


def test_no_two_dashboards_share_a_panels_index():
    found = [panel["panelIndex"] for dashboard in dashboards() for panel in panels_of(dashboard)]
    assert len(set(found)) == len(found)


def test_what_is_clicked_can_narrow_the_dashboard_that_opens():
    opened = set()
    for _, panel in lens_panels():
        target = definition(panel).opens
        for event in panel["embeddableConfig"]["enhancements"].get("dynamicActions", {}).get("events", ()):
            opened.add(target)
            known = field_names(DASHBOARDS[target].kind)
            buckets = [column for column in layer_of(panel)["columns"].values() if column["isBucketed"]]
            assert buckets
            assert all(column["sourceField"] in known for column in buckets)
            same = definition(panel).kind == DASHBOARDS[target].kind
            assert event["action"]["config"]["useCurrentFilters"] is same
    assert opened >= {"actor", "coverage"}


def test_links_carry_filters_only_where_the_fields_are():
    for id, dashboard in zip(DASHBOARDS, dashboards(), strict=True):
        (links,) = (panel for panel in panels_of(dashboard) if panel["type"] == "links")
        for link in links["embeddableConfig"]["attributes"]["links"]:
            same = DASHBOARDS[link["id"]].kind == DASHBOARDS[id].kind
            assert link["options"] == {"useCurrentFilters": same, "useCurrentDateRange": True, "openInNewTab": False}


def test_a_figure_is_labelled_by_the_panels_title():
    for dashboard in dashboards():
        labels = [
            layer_of(panel)["columns"][definition(panel).measures[0].id]["label"]
            for panel in panels_of(dashboard)
            if panel["type"] == "lens" and definition(panel).chart == "figure"
        ]
        assert labels
        assert len(set(labels)) == len(labels)


def test_heatmaps_have_short_names_or_none_below():
    for _, panel in lens_panels():
        state = panel["embeddableConfig"]["attributes"]["state"]["visualization"]
        if definition(panel).chart == "heatmap":
            fields = {name: column.get("sourceField") for name, column in layer_of(panel)["columns"].items()}
            square = fields[state["xAccessor"]] == fields[state["yAccessor"]]
            assert state["gridConfig"]["isXAxisLabelVisible"] is not square
            assert square or fields[state["xAccessor"]] not in ("actor.name", "outlet.name")


def test_lists_show_what_they_are_sorted_by():
    for each in objects():
        if each["type"] == "search":
            shown = {"@timestamp", *each["attributes"]["columns"]}
            assert {name for name, _ in each["attributes"]["sort"]} <= shown


def test_examples_have_a_category():
    (examples,) = (each for each in objects() if each["id"] == "vostochny-examples")
    source = json.loads(examples["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    assert source["query"]["query"] == "(statement.categories : *)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_actors_in_articles_are_named(language):
    (view,) = (each for each in objects(language=language) if each["id"] == "vostochny-articles")
    entries = json.loads(view["attributes"]["fieldFormatMap"])["article.actors"]["params"]["lookupEntries"]
    names = {entry["key"]: entry["value"] for entry in entries}
    assert names == {actor.id: actor.name(language) for actor in listed_actors().actors}


def test_events_are_marked():
    labels = {
        annotation["label"]
        for _, panel in lens_panels()
        for layer in panel["embeddableConfig"]["attributes"]["state"]["visualization"].get("layers", ())
        for annotation in layer.get("annotations", ())
    }
    assert labels == {event.names["en"] for event in load_events()}


def test_saved_searches_are_there_for_discover():
    searches = {each["id"]: each for each in objects() if each["type"] == "search"}
    lists = [panel for panel in PANELS.values() if panel.chart in ("documents", "examples")]
    assert set(searches) == {f"vostochny-{panel.id}" for panel in (*lists, *SEARCHES)}
    titles = [each["attributes"]["title"] for each in searches.values()]
    assert len(set(titles)) == len(titles)
    for panel in (*lists, *SEARCHES):
        found = searches[f"vostochny-{panel.id}"]
        assert found["attributes"]["columns"]
        assert set(found["attributes"]["columns"]) <= field_names(panel.kind)
        source = json.loads(found["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        assert all(condition.field in source["query"]["query"] for condition in panel.where)
        assert found["references"][0]["id"] == f"vostochny-{panel.kind}"


@pytest.mark.parametrize("panel", SEARCHES, ids=lambda panel: panel.id)
def test_saved_searches_find_something(elasticsearch, indices, panel):
    query = [condition.query().to_dict() for condition in panel.where]
    assert elasticsearch.count(index=indices.name(panel.kind), query={"bool": {"filter": query}})["count"]


@pytest.mark.parametrize("kind", KINDS)
def test_data_views_label_only_fields_of_their_index(kind):
    (view,) = (each for each in objects() if each["id"] == f"vostochny-{kind}")
    labelled = json.loads(view["attributes"]["fieldAttrs"])
    assert set(labelled) <= field_names(kind)
    assert set(json.loads(view["attributes"]["fieldFormatMap"])) <= field_names(kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_in_the_language_asked_for(language):
    titles = {
        each["id"]: each["attributes"]["title"] for each in objects(language=language) if each["type"] == "dashboard"
    }
    assert all(DASHBOARDS[id].title.in_language(language) in titles[f"vostochny-{id}"] for id in DASHBOARDS)


class Kibana:
    """What stands at Kibana's address, and what it was sent."""

    def __init__(self, status: int, body: Json) -> None:
        self.requests: list[tuple[str, Message, bytes]] = []
        kibana = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                kibana.requests.append((self.path, self.headers, content))
                answer = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Kibana:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_install_sends_the_export_to_the_space_with_the_key():
    with Kibana(200, {"success": True, "successCount": 14}) as kibana:
        assert install(kibana.url + "/", space="press desk", api_key="a2V5") == 14
    ((path, headers, content),) = kibana.requests
    assert path == "/s/press%20desk/api/saved_objects/_import?overwrite=true"
    assert headers["authorization"] == "ApiKey a2V5"
    assert headers["kbn-xsrf"]
    assert export() in content


def test_install_says_which_object_was_refused():
    errors = [{"type": "dashboard", "id": "vostochny-overview", "error": {"type": "missing_references"}}]
    with (
        Kibana(200, {"success": False, "errors": errors}) as kibana,
        pytest.raises(Failure, match="dashboard vostochny-overview: missing_references"),
    ):
        install(kibana.url)


@pytest.mark.parametrize(
    ("status", "cause"), [(401, "kibana_rejected"), (422, "kibana_import"), (404, "kibana_import")]
)
def test_install_tells_a_refusal(status, cause):
    with Kibana(status, {"message": "no"}) as kibana, pytest.raises(Failure, match=cause):
        install(kibana.url)


def test_install_tells_that_nobody_answers():
    with Kibana(200, {}) as kibana:
        url = kibana.url
    with pytest.raises(Failure, match="kibana_unreachable"):
        install(url)
