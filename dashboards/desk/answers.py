"""What the desk page asks for, answered out of Elasticsearch. Reads only."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from elasticsearch import Elasticsearch
from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.terms import Terms
from dashboards.panels import DASHBOARDS, FILTERS, KINDS, PANELS, Dashboard, Panel, Selection, listed_actors, moment
from dashboards.words import FIELDS, LANGUAGES, TEXT_LANGUAGES, colours, value_names
from schemas.cells import escaped
from schemas.codebook import Codebook
from schemas.events import load_events
from schemas.failures import Failure

PAGE = 20  # documents of one answer
MAX_EXPORT = 10_000  # rows of a CSV file; also what Elasticsearch gives in one answer
MAX_VALUES = 200  # of a filter in the address bar
MAX_LENGTH = 500  # characters of one of them
OFFERED = 100  # values in a filter's menu
REMEMBERED = 100  # queries by their words
PULSE = 1.0  # seconds that an answer to "anything new?" serves all who ask

Json = dict[str, Any]
Parameters = Sequence[tuple[str, str]]


class Answers:
    """Answers to one set of indices, for any number of readers at once.

    `since` is the period shown where the address bar names none; `every` is how often, in seconds, an open page asks
    whether there is anything new.
    """

    def __init__(
        self,
        client: Elasticsearch,
        indices: Indices,
        codebook: Codebook | None = None,
        since: str = "now-90d",
        every: float = 5.0,
    ) -> None:
        self.client = client
        self.indices = indices
        self.codebook = codebook
        self.since = since
        self.every = every
        self._pulse: tuple[float, Json] = (-PULSE, {})
        self._lock = threading.Lock()
        self._parsed: dict[str, Query] = {}

    # ── What there is ──

    @cached_property
    def definitions(self) -> Json:
        """Dashboards, panels, names, colours and events: what the page needs besides numbers."""
        fields = {name for panel in PANELS.values() for name in _fields(panel)} | {
            name for by_kind in FILTERS.values() for name in by_kind.values()
        }
        return {
            "since": self.since,
            "every": self.every,
            "filters": {name: dict(by_kind) for name, by_kind in FILTERS.items()},
            "fields": {name: list(words) for name, words in FIELDS.items()},
            "values": {
                name: {id: list(words) for id, words in names.items()}
                for name in sorted(fields)
                if (names := value_names(name, self.codebook))
            },
            "colours": {name: found for name in sorted(fields) if (found := colours(name, self.codebook))},
            "languages": {id: list(words) for id, words in TEXT_LANGUAGES.items()},
            "events": [
                {"date": event.date, "names": [event.names[language] for language in LANGUAGES]}
                for event in load_events()
            ],
            "panels": {panel.id: _definition(panel) for panel in PANELS.values()},
            "dashboards": [
                {
                    "id": dashboard.id,
                    "title": list(dashboard.title),
                    "reading": list(dashboard.reading),
                    "filters": list(dashboard.filters),
                    "kind": dashboard.kind,
                    "places": [place._asdict() for place in dashboard.places],
                }
                for dashboard in DASHBOARDS.values()
            ],
        }

    def pulse(self) -> Json:
        """The number of statements and the newest time of indexing: when either changes, there is something new."""
        with self._lock:
            asked, answer = self._pulse
            if monotonic() - asked < PULSE:
                return answer
            searches = []
            for kind in ("statements", "articles"):
                query = Search()[:0].extra(track_total_hits=True)
                query.aggs.metric("indexed", "max", field="event.ingested")
                searches.append((kind, query))
            found = self._ask(searches)
            answer = {
                "counts": [item["hits"]["total"]["value"] if "hits" in item else 0 for item in found],
                "indexed": max(item.get("aggregations", {}).get("indexed", {}).get("value") or 0 for item in found),
            }
            self._pulse = monotonic(), answer
            return answer

    # ── Dashboards ──

    def selection(self, parameters: Parameters) -> Selection:
        """What the address bar selects.

        Raises:
            Failure: "bad_time", "bad_zone", "bad_filter", "bad_query".
        """
        single = dict(parameters)
        zone = single.get("zone") or "UTC"
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise Failure("bad_zone", f"{zone[:50]!r} is no time zone: write Asia/Seoul") from None
        # Whole minutes, so that Elasticsearch can answer out of its cache what it was just asked.
        now = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        start = moment(single.get("from") or self.since, now, zone)
        end = moment(single.get("to") or "now", now, zone, end=True)
        if start >= end:
            raise Failure("bad_time", "the period ends before it begins")
        filters = {name: tuple(value for key, value in parameters if key == name and value) for name in FILTERS}
        if any(len(values) > MAX_VALUES for values in filters.values()):
            raise Failure("bad_filter", f"more than {MAX_VALUES} values in one filter")
        if any(len(value) > MAX_LENGTH for values in filters.values() for value in values):
            raise Failure("bad_filter", f"a filter's value is longer than {MAX_LENGTH} characters")
        chosen = {name: values for name, values in filters.items() if values}
        return Selection(start, end, chosen, zone, self._words(single.get("text", "").strip()))

    def _words(self, text: str) -> Query | None:
        """The words of a search as a query on statements, the same that `vostochny search` asks; None without any."""
        if not text:
            return None
        if len(text) > MAX_LENGTH:
            raise Failure("bad_query", f"the words are longer than {MAX_LENGTH} characters")
        if text not in self._parsed:  # Elasticsearch is asked for the words' stems
            wanted, unwanted = Terms(self.client).parse(text)
            if len(self._parsed) >= REMEMBERED:
                self._parsed.clear()
            self._parsed[text] = Q("bool", filter=wanted, must_not=unwanted)
        return self._parsed[text]

    def dashboard(self, id: str, parameters: Parameters) -> Json:
        """All panels of a dashboard, asked in one round.

        Raises:
            Failure: "no_such_dashboard", or what `selection` raises.
        """
        dashboard, selection = self._dashboard(id), self.selection(parameters)
        panels = dashboard.panels()
        answers = self._ask([(panel.kind, self._lean(panel, panel.search(selection, ""))) for panel in panels])
        found = {panel.id: self._panel(panel, answer) for panel, answer in zip(panels, answers, strict=True)}
        return {
            "dashboard": id,
            "start": selection.start.isoformat(),
            "end": selection.end.isoformat(),
            "interval": selection.interval,
            "panels": found,
            "actors": self._actor_names(panels, found),
        }

    def _panel(self, panel: Panel, answer: Mapping[str, Any]) -> Json:
        if "error" in answer:
            return {"error": _reason(answer["error"])}
        if panel.chart == "documents":
            hits = answer["hits"]
            return {"total": hits.get("total", {}).get("value", 0), "documents": [_document(h) for h in hits["hits"]]}
        if "aggregations" not in answer:  # there is no such index yet
            return {"rows": []}
        found: Json = {"rows": panel.rows(answer)}
        if panel.chart == "examples":
            buckets = answer["aggregations"]["by0"]["buckets"]
            found["examples"] = [[_document(hit) for hit in bucket["hits"]["hits"]["hits"]] for bucket in buckets]
        return found

    def _actor_names(self, panels: Iterable[Panel], found: Mapping[str, Json]) -> Json:
        """Names in all languages of the actors in the answer: by English name, or by id as articles have them."""
        names: Json = {}
        for panel in panels:
            answer = found[panel.id]
            for position, dimension in enumerate(panel.by):
                if dimension.field in ("actor.name", "article.actors"):
                    names.update(_names(row[position] for row in answer.get("rows", ())))
            lists = [answer.get("documents", ()), *answer.get("examples", ())]
            names.update(_names(d["actor"]["name"] for docs in lists for d in docs if d.get("actor", {}).get("name")))
        return names

    # ── Documents behind a number ──

    def documents(
        self, id: str, parameters: Parameters, keys: Sequence[Any], measure: str, after: Sequence[Any]
    ) -> Json:
        """A page of the documents behind a number, newest first: of one bucket (`keys`) and measure of a panel.

        Raises:
            Failure: "no_such_panel", "bad_bucket", or what `selection` raises.
        """
        panel = _panel_of(id)
        query = self._behind(panel, parameters, keys, measure)[:PAGE].extra(track_total_hits=True)
        if after:
            query = query.extra(search_after=list(after))
        (answer,) = self._ask([(panel.kind, query)])
        if "error" in answer:
            raise Failure("bad_bucket", _reason(answer["error"]))
        hits = answer["hits"]["hits"]
        documents = [_document(hit) for hit in hits]
        if panel.kind == "statements":
            self._add_archive_records(documents)
        return {
            "total": answer["hits"].get("total", {}).get("value", 0),
            "documents": documents,
            "after": hits[-1]["sort"] if len(hits) == PAGE else None,
            "actors": _names(d["actor"]["name"] for d in documents if d.get("actor", {}).get("name")),
        }

    def _behind(self, panel: Panel, parameters: Parameters, keys: Sequence[Any], measure: str) -> Search:
        try:
            conditions = panel.documents(self.selection(parameters), keys, measure)
        except (ValueError, TypeError, OverflowError):
            raise Failure("bad_bucket", "the bucket's keys do not fit the panel") from None
        identity = {"statements": "statement.id", "articles": "article.id", "dead-letters": "dead_letter.id"}
        order = ["-@timestamp", identity.get(panel.kind, "feed.url")]
        name, ascending = panel.sort
        if name != "@timestamp" and panel.chart in ("documents", "examples"):
            order.insert(0, {name: {"order": "asc" if ascending else "desc", "missing": "_last"}})
        return self._lean(panel, Search().filter("bool", filter=conditions).sort(*order))

    def _add_archive_records(self, documents: list[Json]) -> None:
        ids = sorted({document["article"]["id"] for document in documents})
        query = Search().filter("ids", values=ids)[: len(ids)].source(["archive"])
        (answer,) = self._ask([("articles", query)])
        records = {hit["_id"]: hit["_source"].get("archive") for hit in answer.get("hits", {}).get("hits", ())}
        for document in documents:
            if record := records.get(document["article"]["id"]):
                document["archive"] = record

    # ── Filters ──

    def values(self, dashboard: str, name: str, parameters: Parameters, words: str) -> Json:
        """The values that a filter can take under all the other filters, most frequent first.

        `words` narrows them to those that hold it, in the name shown in any language of the interface.

        Raises:
            Failure: "no_such_filter", "no_such_dashboard", or what `selection` raises.
        """
        if name not in FILTERS:
            raise Failure("no_such_filter", f"{name[:50]!r} is not one of {', '.join(FILTERS)}")
        kind = self._dashboard(dashboard).kind
        if kind not in FILTERS[name]:
            kind = "statements"
        field = FILTERS[name][kind]
        selection = self.selection(parameters)
        query = Search()[:0].filter("bool", filter=[selection.period(), *selection.queries(kind, leave_out=name)])
        query = query.extra(track_total_hits=False)
        query.aggs.bucket("values", A("terms", field=field, size=MAX_EXPORT if words else OFFERED))
        (answer,) = self._ask([(kind, query)])
        buckets = answer.get("aggregations", {}).get("values", {}).get("buckets", ())
        listed = (
            {name: [*texts] for name, texts in _names(b["key"] for b in buckets).items()} if name == "actor" else {}
        )
        named = {key: list(texts) for key, texts in value_names(field, self.codebook).items()} | listed
        wanted = words.casefold()
        found = [
            [bucket["key"], bucket["doc_count"]]
            for bucket in buckets
            if any(wanted in text.casefold() for text in (str(bucket["key"]), *named.get(bucket["key"], ())))
        ][:OFFERED]
        return {"values": found, "names": {key: named[key] for key, _ in found if key in listed}}

    # ── Export ──

    def query(self, id: str, parameters: Parameters) -> Json:
        """The query of a panel as Elasticsearch takes it.

        Raises:
            Failure: "no_such_panel", or what `selection` raises.
        """
        panel = _panel_of(id)
        body = panel.search(self.selection(parameters), "").to_dict()
        return {"index": self.indices.name(panel.kind), "body": body}

    def csv(self, id: str, parameters: Parameters, language: str) -> str:
        """A panel as a CSV file with a head line in the language: its rows, or up to 10,000 documents of a list.

        Raises:
            Failure: "no_such_panel", "no_answer", or what `selection` raises.
        """
        panel, selection = _panel_of(id), self.selection(parameters)
        word = LANGUAGES.index(language) if language in LANGUAGES else 0
        if panel.chart in ("documents", "examples"):
            return self.documents_csv(id, parameters, (), "", language)
        (answer,) = self._ask([(panel.kind, panel.search(selection, ""))])
        found = self._panel(panel, answer)
        if "error" in found:
            raise Failure("no_answer", found["error"])
        rows = found["rows"][:1] if panel.chart == "figure" else found["rows"]
        head = [*(FIELDS[d.field][word] for d in panel.by), *(m.label[word] for m in panel.measures)]
        fields = [*(d.field for d in panel.by), *(m.field if m.of == "latest" else "" for m in panel.measures)]
        return _csv(head, ([_cell(value, field) for value, field in zip(row, fields, strict=True)] for row in rows))

    def documents_csv(self, id: str, parameters: Parameters, keys: Sequence[Any], measure: str, language: str) -> str:
        """The documents behind a number as a CSV file, up to 10,000. Raises as `documents`."""
        panel = _panel_of(id)
        word = LANGUAGES.index(language) if language in LANGUAGES else 0
        (answer,) = self._ask([(panel.kind, self._behind(panel, parameters, keys, measure)[:MAX_EXPORT])])
        if "error" in answer:
            raise Failure("bad_bucket", _reason(answer["error"]))
        fields = ["@timestamp", *(panel.columns or _COLUMNS[panel.kind])]
        rows = ([_cell(_at(hit["_source"], f), "") for f in fields] for hit in answer["hits"]["hits"])
        return _csv([FIELDS[f][word] for f in fields], rows)

    # ── Elasticsearch ──

    def _dashboard(self, id: str) -> Dashboard:
        if id not in DASHBOARDS:
            raise Failure("no_such_dashboard", f"{id[:50]!r} is not one of {', '.join(DASHBOARDS)}")
        return DASHBOARDS[id]

    @staticmethod
    def _lean(panel: Panel, query: Search) -> Search:
        """Without what the page does not show."""
        return query.source(excludes=["article.text", "dead_letter.payload"])

    def _ask(self, searches: Sequence[tuple[str, Search]]) -> list[Mapping[str, Any]]:
        """The answers to several queries, each on one kind of index, in one round."""
        lines: list[Json] = []
        for kind, query in searches:
            lines += [{"index": self.indices.name(kind), "ignore_unavailable": True}, query.to_dict()]
        answer = self.client.msearch(searches=lines)
        return answer["responses"]


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "statements": (
        "statement.text",
        "actor.name",
        "actor.role",
        "actor.affiliation",
        "statement.categories",
        "statement.stance",
        "statement.stance_score",
        "statement.direct",
        "outlet.name",
        "outlet.bloc",
        "article.language",
        "article.title",
        "url.full",
        "codebook.version",
    ),
    "articles": ("article.title", "article.language", "outlet.name", "outlet.bloc", "article.categories", "url.full"),
    "feeds": ("feed.url", "outlet.name", "event.outcome", "poll.entries", "error.code", "error.message"),
    "dead-letters": ("dead_letter.stage", "error.code", "error.message", "outlet.name", "url.full"),
}
assert set(_COLUMNS) == set(KINDS)


def _panel_of(id: str) -> Panel:
    if id not in PANELS:
        raise Failure("no_such_panel", f"there is no panel {id[:50]!r}")
    return PANELS[id]


def _fields(panel: Panel) -> list[str]:
    return [*(dimension.field for dimension in panel.by), *panel.columns]


def _definition(panel: Panel) -> Json:
    return {
        "title": list(panel.title),
        "question": list(panel.question),
        "chart": panel.chart,
        "kind": panel.kind,
        "by": [{"field": d.field, "type": type(d).__name__.lower(), "width": getattr(d, "width", 0)} for d in panel.by],
        "measures": [
            {"id": m.id, "label": list(m.label), "of": m.of, "field": m.field, "narrow": bool(m.where)}
            for m in panel.measures
        ],
        "columns": list(panel.columns or _COLUMNS[panel.kind]),
        "events": panel.events,
        "compare": panel.compare,
        "opens": panel.opens,
    }


def _document(hit: Mapping[str, Any]) -> Json:
    source = dict(hit["_source"])
    statement = source.get("statement", {})
    if isinstance(statement.get("explanation"), str):
        try:
            explanation = json.loads(statement["explanation"])
        except ValueError:
            explanation = {"": statement["explanation"]}
        source["statement"] = {**statement, "explanation": explanation}
    return {"id": hit["_id"], **source}


def _names(values: Iterable[Any]) -> dict[str, list[str]]:
    """Listed actors' names in the languages of the interface, by English name or id."""
    listed = listed_actors()
    found = {}
    for value in set(values):
        if not isinstance(value, str):
            continue
        entry = listed.get(value) or next((a for a in listed.named(value) if a.name("en") == value), None)
        if entry:
            found[value] = [entry.name(language) for language in LANGUAGES]
    return found


def _reason(error: Mapping[str, Any]) -> str:
    causes = error.get("root_cause") or [error]
    return str(causes[0].get("reason") or error.get("type") or "Elasticsearch did not answer")


def _at(source: Mapping[str, Any], path: str) -> Any:
    if path in source:  # "@timestamp"
        return source[path]
    value: Any = source
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _cell(value: Any, field: str) -> Any:
    if value is None:
        return ""
    if field in ("@timestamp", "event.ingested") and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat()
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value


def _csv(head: Iterable[str], rows: Iterable[Sequence[Any]]) -> str:
    """With a byte order mark, by which spreadsheets tell UTF-8; what they would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([escaped(value) if isinstance(value, str) else value for value in row])
    return "\ufeff" + out.getvalue()
