"""The panels as Kibana saved objects, and their installation on a Kibana.

Objects are written at the level that Kibana 8.12 to 9.x accept: the migration versions below are the newest that 8.12
knows, and later ones migrate them upwards. Ids and the order of keys are fixed, so that two exports are the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

import requests

from dashboards.panels import (
    DASHBOARDS,
    KINDS,
    LATEST,
    PANELS,
    RELEVANT,
    STATEMENT_COLUMNS,
    Bins,
    Condition,
    Dashboard,
    Has,
    Is,
    Measure,
    Panel,
    Time,
    Values,
    listed_actors,
)
from dashboards.words import FIELDS, Words, colours, value_names
from schemas.events import load_events
from schemas.failures import Failure
from schemas.indices import field_names, mapping_of

CORE_VERSION = "8.8.0"
TYPE_VERSIONS: Mapping[str, str] = {
    "dashboard": "8.9.0",
    "index-pattern": "8.0.0",
    "search": "8.0.0",
    "tag": "8.0.0",
}
LAYER, EVENTS_LAYER = "data", "events"
PERIOD = "now-90d"
REFRESH = 60_000  # milliseconds
TIMEOUT = 60  # seconds
EVENT_COLOUR = "#666666"
PLAIN_COLOUR = "#4477AA"
OTHER_COLOUR = "#BBBBBB"
HEAT_COLOURS = ("#DEEBF7", "#B8D3EA", "#8DB9DA", "#5E9BC8", "#3F82B8")  # one hue: more is no better and no worse
DATE_PATTERN = "YYYY-MM-DD HH:mm"  # Kibana's own, with milliseconds, is cut off in tables and figures
NAME_WIDTH, DATE_WIDTH = 170, 165  # pixels of a table's columns; the others share the rest
TEXT_WIDTH = 420  # pixels that a list gives to running text
LONG_NAMES = ("actor.name", "outlet.name")  # below a heatmap they would lie over one another
TEXTS = ("statement.text", "article.title", "error.message")

BEFORE = Words("before: ", "ранее: ", "이전: ")
DASHBOARDS_LABEL = Words("Dashboards", "Панели", "대시보드")
OPEN_ARTICLE = Words("open", "открыть", "열기")
EXPLAINED = Words("How to read this", "Как читать", "읽는 법")
DATA_VIEWS: Mapping[str, Words] = {
    "statements": Words("Vostochny statements", "Восточный: высказывания", "보스토치니 발언"),
    "articles": Words("Vostochny articles", "Восточный: статьи", "보스토치니 기사"),
    "feeds": Words("Vostochny polls of feeds", "Восточный: опросы лент", "보스토치니 피드 조회"),
    "dead-letters": Words("Vostochny failures", "Восточный: сбои", "보스토치니 처리 실패"),
}

Json = dict[str, Any]

SEARCHES = (
    Panel(
        "articles-on-the-subject",
        Words("Articles on the subject", "Статьи по теме", "주제 기사 목록"),
        Words("Every article on the subject.", "Все статьи по теме.", "주제에 관한 모든 기사."),
        "documents",
        "articles",
        columns=("article.title", "article.categories", "article.statements", "outlet.name", "url.full"),
        where=RELEVANT,
    ),
    Panel(
        "agency-copy",
        Words("Agency copy, article by article", "Агентские сообщения по статьям", "통신사 전재 기사 목록"),
        Words("Who carries whose dispatches?", "Кто чьи сообщения перепечатывает?", "누가 어느 통신사 기사를 싣나?"),
        "documents",
        "articles",
        columns=("article.title", "article.wire_source", "outlet.name", "outlet.bloc", "url.full"),
        where=(*RELEVANT, Has("article.wire_source")),
    ),
    Panel(
        "direct-quotations",
        Words("Direct quotations", "Прямые цитаты", "직접 인용"),
        Words("What was said word for word?", "Что сказано дословно?", "말 그대로 인용된 발언은?"),
        "documents",
        columns=STATEMENT_COLUMNS,
        where=(Is("statement.direct", (True,)),),
    ),
    Panel(
        "by-unlisted-speakers",
        Words("Statements by unlisted speakers", "Высказывания тех, кого нет в списке", "미등재 발언자의 발언"),
        Words(
            "Who speaks that the actor list lacks?", "Кто говорит, но в списке не значится?", "목록에 없는 발언자는?"
        ),
        "documents",
        columns=("statement.text", "actor.name", "actor.role", "actor.affiliation", "outlet.name", "url.full"),
        where=(Is("actor.linked", (False,)),),
    ),
    Panel(
        "polls-that-failed",
        Words("Polls that failed", "Неудачные опросы лент", "실패한 피드 조회"),
        Words(
            "Which feed failed when, and why?",
            "Какая лента когда и почему не ответила?",
            "어느 피드가 언제 왜 실패했나?",
        ),
        "documents",
        "feeds",
        columns=("feed.url", "outlet.name", "error.code", "error.message", "http.response.status_code"),
        where=(Is("event.outcome", ("failure",)),),
    ),
)
"""Saved searches for Discover that stand on no dashboard; lists that do are saved searches as well."""


def export(*, prefix: str = "vostochny", language: str = "en") -> bytes:
    """All dashboards with what they need as NDJSON, for Kibana's import of saved objects.

    `prefix` is that of the indices, `language` (en, ru, ko) that of titles and labels.
    """
    lines = (json.dumps(each, ensure_ascii=False, sort_keys=True) for each in _Export(prefix, language).objects())
    return "".join(f"{line}\n" for line in lines).encode()


def install(
    url: str, *, space: str = "", api_key: str = "", prefix: str = "vostochny", language: str = "en", ca_certs: str = ""
) -> int:
    """Put the dashboards into a Kibana, in place of older ones, and return how many objects it took.

    `space` is a space's id, "" for the default one; `api_key` is "encoded" as Elasticsearch gives it; `ca_certs` is a
    PEM file for a server with a certificate of one's own. User and password may stand in the address.

    Raises:
        Failure: "kibana_unreachable", "kibana_rejected" (credentials or rights), "kibana_import" when Kibana refuses
            an object, saying which and why.
    """
    address = f"{url.rstrip('/')}{f'/s/{quote(space)}' if space else ''}/api/saved_objects/_import"
    headers = {"kbn-xsrf": "vostochny", **({"authorization": f"ApiKey {api_key}"} if api_key else {})}
    objects = export(prefix=prefix, language=language)
    try:
        answer = requests.post(
            address,
            params={"overwrite": "true"},
            headers=headers,
            files={"file": ("vostochny.ndjson", objects, "application/ndjson")},
            timeout=TIMEOUT,
            verify=ca_certs or True,
        )
    except requests.RequestException as problem:
        raise Failure("kibana_unreachable", f"Kibana does not answer: {problem}. Check the address") from problem
    if answer.status_code in (401, 403):
        raise Failure(
            "kibana_rejected",
            f"Kibana answers {answer.status_code}: the API key needs the right to manage saved objects in this space",
        )
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if answer.status_code != 200 or not body.get("success"):
        errors = "; ".join(f"{e['type']} {e['id']}: {e['error'].get('type')}" for e in body.get("errors", ()))
        raise Failure(
            "kibana_import",
            f"Kibana answers {answer.status_code}: {errors or body.get('message') or answer.text[:300]}. Kibana 8.12 "
            "to 9.x is needed, and the space must exist",
        )
    return body["successCount"]


def _text(value: Any) -> str:
    """JSON inside JSON, as Kibana keeps it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@cache
def _types(kind: str) -> dict[str, str]:
    """Elasticsearch's type of every field."""

    def walk(properties: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
        for name, field in properties.items():
            if "properties" in field:
                yield from walk(field["properties"], f"{path}{name}.")
            else:
                yield path + name, field["type"]

    return dict(walk(mapping_of(kind)["properties"], ""))


def _data_type(kind: str, field: str) -> str:
    """Lens's word for a field's type."""
    match _types(kind)[field]:
        case "date":
            return "date"
        case "boolean":
            return "boolean"
        case "integer" | "long" | "float":
            return "number"
    return "string"


def _keys(kind: str, field: str, id: str) -> list[str]:
    """What Kibana may hold for a value: of a boolean also the number that Elasticsearch gives as a bucket's key."""
    if _types(kind)[field] == "boolean":
        return [id, {"true": "1", "false": "0"}[id]]
    return [id]


def as_kibana_can(panel: Panel) -> Panel:
    """The panel with what Kibana can't do left out.

    A click narrows the dashboard that it opens by every dimension, so that those it has no field for are dropped. Of a
    square, Kibana can't ask for the same values on both sides: as many on each keep it small.
    """
    by = panel.by
    if panel.opens:
        known = field_names(DASHBOARDS[panel.opens].kind)
        by = tuple(dimension for dimension in by if dimension.field in known)
    if panel.chart == "heatmap" and by[0].field == by[1].field:
        by = (by[0], by[1]._replace(size=by[0].size))
    return replace(panel, by=by)


class _Export:
    def __init__(self, prefix: str, language: str) -> None:
        self.prefix = prefix
        self.language = language

    def objects(self) -> Iterator[Json]:
        yield self.saved("tag", "tag", {"name": self.prefix, "description": "", "color": "#4477AA"}, [])
        for kind in KINDS:
            yield self.data_view(kind)
        for panel in PANELS.values():
            if panel.chart in ("documents", "examples"):
                yield self.saved_search(panel)
        for panel in SEARCHES:
            yield self.saved_search(panel)
        for dashboard in DASHBOARDS.values():
            yield self.dashboard(dashboard)

    def word(self, words: Words) -> str:
        return words.in_language(self.language)

    def label(self, field: str) -> str:
        return self.word(FIELDS[field])

    def id(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def saved(self, kind: str, name: str, attributes: Json, references: list[Json]) -> Json:
        return {
            "id": self.id(name),
            "type": kind,
            "attributes": attributes,
            "references": references,
            "coreMigrationVersion": CORE_VERSION,
            "typeMigrationVersion": TYPE_VERSIONS[kind],
            "managed": False,
        }

    def reference(self, name: str, kind: str) -> Json:
        return {"type": "index-pattern", "id": self.id(kind), "name": name}

    def tag(self) -> Json:
        return {"type": "tag", "id": self.id("tag"), "name": f"tag-ref-{self.id('tag')}"}

    # ── Data views and saved searches ──

    def data_view(self, kind: str) -> Json:
        fields = [name for name in _types(kind) if name in FIELDS]
        formats: Json = {"url.full": {"id": "url", "params": {"labelTemplate": self.word(OPEN_ARTICLE)}}}
        for name in fields:
            names = value_names(name)
            if names:
                entries = [
                    {"key": key, "value": self.word(words)}
                    for id, words in names.items()
                    for key in _keys(kind, name, id)
                ]
                formats[name] = {"id": "static_lookup", "params": {"lookupEntries": entries}}
            elif _types(kind)[name] == "date":
                formats[name] = {"id": "date", "params": {"pattern": DATE_PATTERN}}
        if "article.actors" in fields:
            entries = [{"key": actor.id, "value": actor.name(self.language)} for actor in listed_actors().actors]
            formats["article.actors"] = {"id": "static_lookup", "params": {"lookupEntries": entries}}
        formats["article.delay"] = {"id": "duration", "params": {"inputFormat": "seconds", "outputFormat": "humanize"}}
        for name in ("article.relevance", "statement.stance_score"):
            formats[name] = {"id": "percent", "params": {"pattern": "0%"}}
        attributes = {
            "title": f"{self.prefix}-{kind}",
            "name": self.word(DATA_VIEWS[kind]) + ("" if self.prefix == "vostochny" else f" ({self.prefix})"),
            "timeFieldName": "@timestamp",
            "sourceFilters": "[]",
            "fieldFormatMap": _text({name: form for name, form in formats.items() if name in fields}),
            "fieldAttrs": _text({name: {"customLabel": self.label(name)} for name in fields}),
            "fields": "[]",
            "runtimeFieldMap": "{}",
            "typeMeta": "{}",
        }
        return self.saved("index-pattern", kind, attributes, [])

    def saved_search(self, panel: Panel) -> Json:
        name, ascending = panel.sort
        order = [[name, "asc" if ascending else "desc"]]
        if name != "@timestamp":
            order.append(["@timestamp", "desc"])
        columns = list(panel.columns)
        if name not in (*columns, "@timestamp"):
            columns.insert(1, name)  # Kibana drops the order by a column that is not shown
        conditions = panel.where
        if panel.chart == "examples":
            conditions += tuple(Has(dimension.field) for dimension in panel.by)
        source = {
            "query": self.query(conditions),
            "filter": [],
            "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
        }
        attributes = {
            "title": self.word(panel.title),
            "description": self.word(panel.question),
            "columns": columns,
            "sort": order,
            "grid": {"columns": {column: {"width": TEXT_WIDTH} for column in columns if column in TEXTS}},
            "hideChart": True,
            "isTextBasedQuery": False,
            "timeRestore": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": _text(source)},
        }
        references = [self.reference("kibanaSavedObjectMeta.searchSourceJSON.index", panel.kind), self.tag()]
        return self.saved("search", panel.id, attributes, references)

    @staticmethod
    def query(conditions: Iterable[Condition]) -> Json:
        return {"query": " and ".join(f"({c.kql()})" for c in conditions), "language": "kuery"}

    # ── Dashboards ──

    def dashboard(self, dashboard: Dashboard) -> Json:
        panels: list[Json] = []
        references: list[Json] = []
        x, y, row = 0, 5, 0
        for top in (self.markdown(dashboard), self.links(dashboard, references)):
            panels.append(top)
        for place in dashboard.places:
            if x + place.width > 48:
                x, y, row = 0, y + row, 0
            grid = {"x": x, "y": y, "w": place.width, "h": place.height}
            panels.append(self.panel(PANELS[place.panel], dashboard, grid, references))
            x, row = x + place.width, max(row, place.height)
        controls = {}
        for position, name in enumerate(dashboard.filters):
            field = dashboard.control_field(name)
            controls[name] = {
                "order": position,
                "width": "medium",
                "grow": True,
                "type": "optionsListControl",
                "explicitInput": {
                    "id": name,
                    "fieldName": field,
                    "title": self.label(field),
                    "searchTechnique": "wildcard",
                    "selectedOptions": [],
                    "enhancements": {},
                },
            }
            references.append(self.reference(f"controlGroup_{name}:optionsListDataView", dashboard.kind))
        references.append(self.tag())
        ignored = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
        attributes = {
            "title": self.title(dashboard),
            "description": self.word(dashboard.reading),
            "version": 1,
            "panelsJSON": _text(panels),
            "optionsJSON": _text(
                {
                    "useMargins": True,
                    "syncColors": False,  # would change colours between loads
                    "syncCursor": True,
                    "syncTooltips": False,
                    "hidePanelTitles": False,
                }
            ),
            "timeRestore": True,
            "timeFrom": PERIOD,
            "timeTo": "now",
            "refreshInterval": {"pause": False, "value": REFRESH},
            "kibanaSavedObjectMeta": {
                "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": []})
            },
            "controlGroupInput": {
                "controlStyle": "oneLine",
                "chainingSystem": "HIERARCHICAL",
                "panelsJSON": _text(controls),
                "ignoreParentSettingsJSON": _text(ignored),
            },
        }
        return self.saved("dashboard", dashboard.id, attributes, references)

    def title(self, dashboard: Dashboard) -> str:
        return f"{self.prefix.capitalize()}: {self.word(dashboard.title)}"

    def markdown(self, dashboard: Dashboard) -> Json:
        index = self.index(dashboard, "reading")
        nothing = {"aggs": [], "searchSource": {"query": {"query": "", "language": "kuery"}, "filter": []}}
        return {
            "type": "visualization",
            "gridData": {"x": 0, "y": 0, "w": 36, "h": 5, "i": index},
            "panelIndex": index,
            "title": self.word(EXPLAINED),
            "embeddableConfig": {
                "savedVis": {
                    "id": "",
                    "title": "",
                    "description": "",
                    "type": "markdown",
                    "params": {
                        "markdown": self.word(dashboard.reading),
                        "fontSize": 12,
                        "openLinksInNewTab": False,
                    },
                    "uiState": {},
                    "data": nothing,
                },
                "enhancements": {},
                "hidePanelTitles": True,
            },
        }

    @staticmethod
    def index(dashboard: Dashboard, panel: str) -> str:
        """A panel's id, different on every dashboard: on the way to another one Kibana keeps what has the same id."""
        return f"{dashboard.id}-{panel}"

    def links(self, dashboard: Dashboard, references: list[Json]) -> Json:
        links, index = [], self.index(dashboard, "links")
        for other in DASHBOARDS.values():
            if other.id == dashboard.id:
                continue
            name = f"link_{other.id}_dashboard"
            links.append(
                {
                    "type": "dashboardLink",
                    "id": other.id,
                    "label": self.word(other.title),
                    "order": len(links),
                    "destinationRefName": name,
                    "options": self.opening(dashboard.kind, other),
                }
            )
            references.append({"type": "dashboard", "id": self.id(other.id), "name": f"{index}:{name}"})
        return {
            "type": "links",
            "gridData": {"x": 36, "y": 0, "w": 12, "h": 5, "i": index},
            "panelIndex": index,
            "title": self.word(DASHBOARDS_LABEL),
            "embeddableConfig": {
                "attributes": {"layout": "vertical", "links": links},
                "enhancements": {},
                "hidePanelTitles": True,
            },
        }

    @staticmethod
    def opening(kind: str, dashboard: Dashboard) -> Json:
        """How to go on to a dashboard: filters on fields that its indices lack would leave it empty."""
        return {"useCurrentFilters": dashboard.kind == kind, "useCurrentDateRange": True, "openInNewTab": False}

    def panel(self, panel: Panel, dashboard: Dashboard, grid: Json, references: list[Json]) -> Json:
        index = self.index(dashboard, panel.id)
        common: Json = {
            "gridData": {**grid, "i": index},
            "panelIndex": index,
            "title": self.word(panel.title),
        }
        if panel.chart in ("documents", "examples"):
            name = f"panel_{index}"
            references.append({"type": "search", "id": self.id(panel.id), "name": f"{index}:{name}"})
            return {**common, "type": "search", "panelRefName": name, "embeddableConfig": {"enhancements": {}}}
        attributes = self.lens(as_kibana_can(panel), ignore_controls=not dashboard.narrows(panel))
        references += [{**r, "name": f"{index}:{r['name']}"} for r in attributes["references"]]
        enhancements: Json = {}
        if panel.opens and panel.opens != dashboard.id:
            drilldown = f"open-{panel.opens}"
            enhancements["dynamicActions"] = {
                "events": [
                    {
                        "eventId": drilldown,
                        "triggers": ["FILTER_TRIGGER"],
                        "action": {
                            "factoryId": "DASHBOARD_TO_DASHBOARD_DRILLDOWN",
                            "name": self.word(DASHBOARDS[panel.opens].title),
                            "config": self.opening(panel.kind, DASHBOARDS[panel.opens]),
                        },
                    }
                ]
            }
            name = f"{index}:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:{drilldown}:dashboardId"
            references.append({"type": "dashboard", "id": self.id(panel.opens), "name": name})
        config: Json = {"attributes": attributes, "enhancements": enhancements}
        if panel.chart == "figure":
            config["hidePanelTitles"] = True  # the figure carries its label
        return {**common, "type": "lens", "embeddableConfig": config}

    # ── Lens ──

    def lens(self, panel: Panel, *, ignore_controls: bool) -> Json:
        columns: Json = {}
        for position, dimension in enumerate(panel.by):
            columns[f"by{position}"] = self.bucket(panel, dimension, position)
        for measure in panel.measures:
            columns.update(self.measure(measure, panel))
        if panel.chart == "figure":
            columns[panel.measures[0].id]["label"] = self.word(panel.title)  # the panel's own title is hidden
        if panel.chart == "figure" and panel.compare:
            columns.update(self.measure(panel.measures[0], panel, shifted=True))
        layer: Json = {
            "columns": columns,
            "columnOrder": list(columns),
            "incompleteColumns": {},
            "sampling": 1,
        }
        if ignore_controls:
            layer["ignoreGlobalFilters"] = True
        references = [self.reference(f"indexpattern-datasource-layer-{LAYER}", panel.kind)]
        if panel.events:
            references.append(self.reference(f"xy-visualization-layer-{EVENTS_LAYER}", panel.kind))
        kind, visualization = self.visualization(panel)
        return {
            "title": self.word(panel.title),
            "description": self.word(panel.question),
            "visualizationType": kind,
            "type": "lens",
            "references": references,
            "state": {
                "visualization": visualization,
                "query": self.query(panel.where),
                "filters": [],
                "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
                "internalReferences": [],
                "adHocDataViews": {},
            },
        }

    def bucket(self, panel: Panel, dimension: Time | Values | Bins, position: int) -> Json:
        column: Json = {
            "label": self.label(dimension.field),
            "customLabel": True,
            "dataType": _data_type(panel.kind, dimension.field),
            "sourceField": dimension.field,
            "isBucketed": True,
        }
        match dimension:
            case Time():
                params: Json = {"interval": "auto", "includeEmptyRows": False, "dropPartials": False}
                return {**column, "operationType": "date_histogram", "scale": "interval", "params": params}
            case Bins():
                bars = round(1 / dimension.width)  # of what lies between 0 and 1
                params = {"type": "histogram", "ranges": [{"from": 0, "to": 1000, "label": ""}], "maxBars": bars}
                return {**column, "operationType": "range", "scale": "interval", "params": params}
        params = {
            "size": dimension.size,
            "orderBy": {"type": "column", "columnId": dimension.order or panel.measures[0].id},
            "orderDirection": "asc" if dimension.ascending else "desc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        }
        if position > 0 and panel.chart in ("columns", "shares"):
            params["otherBucket"] = True
        return {**column, "operationType": "terms", "scale": "ordinal", "params": params}

    def measure(self, measure: Measure, panel: Panel, *, shifted: bool = False) -> Json:
        """The column of a measure, for a share with those that its formula is made of."""
        id = f"{measure.id}-before" if shifted else measure.id
        shift: Json = {"timeShift": "previous"} if shifted else {}
        column: Json = {
            "label": self.word(measure.label),
            "customLabel": True,
            "dataType": "number",
            "isBucketed": False,
            "scale": "ratio",
        }
        count = {**column, "operationType": "count", "sourceField": "___records___", "params": {"emptyAsNull": False}}
        kql = " and ".join(f"({c.kql()})" for c in measure.where)
        filtered = {"filter": {"query": kql, "language": "kuery"}} if kql else {}
        match measure.of:
            case "count":
                return {id: {**count, **shift, **filtered}}
            case "share":
                shift_text = ", shift='previous'" if shifted else ""
                formula = f"count(kql='{kql}'{shift_text}) / count({shift_text[2:]})"
                part, whole, ratio = (f"{id}X{n}" for n in range(3))
                ast = {
                    "type": "function",
                    "name": "divide",
                    "args": [part, whole],
                    "location": {"min": 0, "max": len(formula)},
                    "text": formula,
                }
                return {
                    id: {
                        **column,
                        "operationType": "formula",
                        "params": {
                            "formula": formula,
                            "isFormulaBroken": False,
                            "format": {"id": "percent", "params": {"decimals": 0}},
                        },
                        "references": [ratio],
                    },
                    part: {**count, **shift, **filtered},
                    whole: {**count, **shift},
                    ratio: {
                        **column,
                        "operationType": "math",
                        "params": {"tinymathAst": ast},
                        "references": [part, whole],
                    },
                }
        operation = {"unique": "unique_count", "latest": "max", "mean": "average", "median": "median"}[measure.of]
        column |= {
            "operationType": operation,
            "sourceField": measure.field,
            "params": {"emptyAsNull": measure.of != "unique"},
        }
        if measure.of == "latest":
            column["dataType"] = "date"
        return {id: {**column, **shift}}

    def visualization(self, panel: Panel) -> tuple[str, Json]:
        layer: Json = {"layerId": LAYER, "layerType": "data"}
        first = panel.measures[0].id
        match panel.chart:
            case "figure":
                state = {**layer, "metricAccessor": first}
                if panel.compare:
                    state |= {"secondaryMetricAccessor": f"{first}-before", "secondaryPrefix": self.word(BEFORE)}
                return "lnsMetric", state
            case "heatmap":
                grid = {
                    "type": "heatmap_grid",
                    "isCellLabelVisible": True,
                    "isYAxisLabelVisible": True,
                    "isXAxisLabelVisible": panel.by[0].field
                    != panel.by[1].field,  # of a square the rows' names suffice
                    "isYAxisTitleVisible": False,
                    "isXAxisTitleVisible": False,
                }
                legend = {"isVisible": False, "position": "right", "type": "heatmap_legend"}
                x, y = ("by1", "by0") if panel.by[0].field in LONG_NAMES else ("by0", "by1")
                axes = {"xAccessor": x, "yAccessor": y, "valueAccessor": first}
                palette = self.heat_palette(first)
                return "lnsHeatmap", {
                    **layer, "shape": "heatmap", "legend": legend, "gridConfig": grid, "palette": palette, **axes
                }  # fmt: skip
            case "table":
                names = [*(f"by{n}" for n in range(len(panel.by))), *(m.id for m in panel.measures)]
                widths = {LATEST.id: DATE_WIDTH} | ({"by0": NAME_WIDTH} if len(names) > 4 else {})
                ordered = panel.by[0]
                assert isinstance(ordered, Values)
                sorting = {
                    "columnId": ordered.order or first,
                    "direction": "asc" if ordered.ascending else "desc",
                }
                return "lnsDatatable", {
                    **layer,
                    "columns": [
                        {"columnId": name, "isTransposed": False, **({"width": widths[name]} if name in widths else {})}
                        for name in names
                    ],
                    "paging": {"size": 10, "enabled": True},
                    "sorting": sorting,
                    "rowHeight": "auto",
                    "headerRowHeight": "auto",
                }
        return "lnsXY", self.xy(panel)

    def xy(self, panel: Panel) -> Json:
        over_time = isinstance(panel.by[0], Time)
        split = len(panel.by) > 1
        series = {
            "columns": "bar_stacked",
            "shares": "bar_percentage_stacked" if over_time else "bar_horizontal_percentage_stacked",
            "bars": "bar_horizontal_stacked" if split else "bar_horizontal",
            "line": "line",
        }[panel.chart]
        if isinstance(panel.by[0], Bins):
            series = "bar_stacked"
        first = panel.measures[0].id
        layer: Json = {
            "layerId": LAYER,
            "layerType": "data",
            "seriesType": series,
            "xAccessor": "by0",
            "accessors": [first],
            "position": "top",
            "showGridlines": False,
        }
        if split:
            layer["splitAccessor"] = "by1"
            if colours(panel.by[1].field):
                layer["colorMapping"] = self.colour_mapping(panel.kind, panel.by[1].field)
            else:
                layer["palette"] = {"type": "palette", "name": "default"}  # Kibana's own, safe for colour-blind readers
        else:
            layer["yConfig"] = [{"forAccessor": first, "color": PLAIN_COLOUR}]
        layers = [layer]
        if panel.events:
            layers.append(self.events_layer())
        shown = {"x": True, "yLeft": True, "yRight": True}
        return {
            "legend": {
                "isVisible": split,
                "position": "right" if over_time else "bottom",
                "legendSize": "auto",
                "shouldTruncate": True,
                "maxLines": 2 if over_time else 1,  # below, two lines hide the last row of the legend
            },
            "valueLabels": "hide",
            "fittingFunction": "None",
            "emphasizeFitting": False,
            "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
            "tickLabelsVisibilitySettings": shown,
            "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
            "gridlinesVisibilitySettings": shown,
            "preferredSeriesType": series,
            "layers": layers,
        }

    @staticmethod
    def heat_palette(accessor: str) -> Json:
        steps = len(HEAT_COLOURS)
        stops = [{"color": colour, "stop": 100 * (n + 1) // steps} for n, colour in enumerate(HEAT_COLOURS)]
        starts = [{"color": colour, "stop": 100 * n // steps} for n, colour in enumerate(HEAT_COLOURS)]
        params = {
            "name": "custom",
            "reverse": False,
            "rangeType": "percent",
            "rangeMin": 0,
            "rangeMax": None,
            "progression": "fixed",
            "continuity": "above",
            "steps": steps,
            "maxSteps": steps,
            "stops": stops,
            "colorStops": starts,
        }
        return {"type": "palette", "name": "custom", "accessor": accessor, "params": params}

    def colour_mapping(self, kind: str, field: str) -> Json:
        """Fixed colours by value: by its id, as Kibana 9.1 and later match, and by its name, as earlier ones do."""
        names = value_names(field)
        assignments = [
            {
                "rule": {
                    "type": "matchExactly",
                    "values": list(
                        dict.fromkeys([*_keys(kind, field, id), self.word(names[id]) if id in names else id])
                    ),
                },
                "color": {"type": "colorCode", "colorCode": colour},
                "touched": True,
            }
            for id, colour in colours(field).items()
        ]
        return {
            "assignments": assignments,
            "specialAssignments": [
                {"rule": {"type": "other"}, "color": {"type": "colorCode", "colorCode": OTHER_COLOUR}, "touched": False}
            ],
            "paletteId": "eui_amsterdam_color_blind",
            "colorMode": {"type": "categorical"},
        }

    def events_layer(self) -> Json:
        annotations = [
            {
                "type": "manual",
                "id": f"event-{event.date}",
                "label": event.names[self.language],
                "key": {"type": "point_in_time", "timestamp": f"{event.date}T00:00:00.000Z"},
                "icon": "triangle",
                "color": EVENT_COLOUR,
                "lineStyle": "dashed",
                "lineWidth": 1,
                "textVisibility": False,
            }
            for event in load_events()
        ]
        return {
            "layerId": EVENTS_LAYER,
            "layerType": "annotations",
            "ignoreGlobalFilters": True,
            "annotations": annotations,
            "persistanceType": "byValue",  # Kibana's own spelling
        }
