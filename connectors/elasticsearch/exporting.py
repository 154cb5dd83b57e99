"""Every document that meets some conditions, read in pages from one point in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Q

from connectors.elasticsearch.filters import EVERYTHING, Filters
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import patiently
from connectors.elasticsearch.terms import SEARCHED, Terms
from schemas.actors import ActorList
from schemas.failures import Failure

KEEP_ALIVE = "5m"  # that a point in time outlives the page before
PAGE = 1_000  # documents
PAGE_OF_TEXTS = 200  # likewise of documents that hold an article's whole text
WINDOW = 20_000  # documents that a page is sorted out of, more where a day has more

_IDS = {
    "articles": "article.id",
    "statements": "statement.id",
    "entries": "entry.id",
    "feeds": "feed.url",
    "feed-states": "feed.url",
    "dead-letters": "dead_letter.id",
}


def documents(
    client: Elasticsearch,
    indices: Indices,
    kind: str,
    filters: Filters = EVERYTHING,
    text: str = "",
    *,
    actor_list: ActorList | None = None,
) -> Iterator[dict[str, Any]]:
    """All documents of a kind that meet the filters and hold the words, oldest first, as they are in the index.

    They are those of the moment of the first one, whatever is written meanwhile, and no more than a page of them is
    held in memory. `text` is as in `search`: every word must be there, in whatever inflection.

    Raises:
        Failure: "no_such_filter" for a filter or words that the kind has no field for, "bad_query" for words or
            dates that can't be read, "no_index" when there is nothing to export, "export_interrupted" when
            Elasticsearch lost the point in time.
    """
    index = indices.name(kind)
    if text and kind not in SEARCHED:
        raise Failure("no_such_filter", f"{kind} can't be searched by words; {' and '.join(SEARCHED)} can")
    conditions = filters.queries(kind, actor_list)
    wanted, unwanted = Terms(client, SEARCHED[kind]).parse(text) if text else ([], [])
    query = Q("bool", filter=[*conditions, *wanted], must_not=unwanted).to_dict()
    try:
        # What has just been written; whoever may only read does without.
        client.options(ignore_status=403).indices.refresh(index=index)
        opened = patiently(lambda: client.open_point_in_time(index=index, keep_alive=KEEP_ALIVE))
    except NotFoundError as problem:
        raise Failure("no_index", f"there is no {index} to export: run `vostochny run` or `demo` first") from problem
    point = opened["id"]
    try:
        for window in _windows(client, query, point):
            after = None
            while hits := _page(client, kind, {"bool": {"filter": [query, window]}}, point, after):
                yield from (hit["_source"] for hit in hits)
                after = hits[-1]["sort"]
    except BadRequestError as problem:
        raise Failure("bad_query", f"Elasticsearch can't read this query: {_reason(problem)}") from problem
    except NotFoundError as problem:
        raise Failure(
            "export_interrupted", f"Elasticsearch let go of what it was reading ({_reason(problem)}): export again"
        ) from problem
    finally:
        client.options(ignore_status=404).close_point_in_time(id=point)


def _windows(client: Elasticsearch, query: dict[str, Any], point: str) -> Iterator[dict[str, Any]]:
    """Stretches of time that hold all documents, in their order, as queries.

    Each page is sorted out of all documents of its stretch, which is why there are several.
    """
    days = {"days": {"date_histogram": {"field": "@timestamp", "calendar_interval": "day", "min_doc_count": 1}}}
    found = patiently(lambda: client.search(pit=_kept(point), query=query, size=0, aggs=days, track_total_hits=False))
    start, held = None, 0
    for day in found["aggregations"]["days"]["buckets"]:
        if held and held + day["doc_count"] > WINDOW:
            yield _range(start, day["key"])
            start, held = day["key"], 0
        held += day["doc_count"]
    if held:
        yield _range(start, None)


def _range(start: int | None, end: int | None) -> dict[str, Any]:
    bounds = {name: at for name, at in (("gte", start), ("lt", end)) if at is not None}
    return {"range": {"@timestamp": {**bounds, "format": "epoch_millis"}}}


def _page(client: Elasticsearch, kind: str, query: dict[str, Any], point: str, after: Any) -> list[dict[str, Any]]:
    answer = patiently(
        lambda: client.search(
            pit=_kept(point),
            query=query,
            sort=[{"@timestamp": "asc"}, {_IDS[kind]: {"order": "asc", "missing": "_last"}}],
            search_after=after,
            size=PAGE_OF_TEXTS if kind == "articles" else PAGE,
            track_total_hits=False,
        )
    )
    return answer["hits"]["hits"]


def _kept(point: str) -> dict[str, str]:
    return {"id": point, "keep_alive": KEEP_ALIVE}


def _reason(problem: ApiError) -> str:
    try:
        return problem.body["error"]["root_cause"][0]["reason"]
    except (KeyError, IndexError, TypeError):
        return str(problem)
