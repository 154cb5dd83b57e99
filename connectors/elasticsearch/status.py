"""How the monitoring is doing, asked of Elasticsearch alone: so it can be asked of any machine, about any runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import patiently
from schemas.failures import Failure
from schemas.indices import DOCUMENTS

MAX_FEEDS = 10_000  # hits that Elasticsearch gives in one answer
SILENT_AFTER = timedelta(days=3)  # at the least
SILENT_INTERVALS = 20  # of a feed's usual time between two entries
STALE_POLLS = timedelta(days=1)
STALE_WAITING = timedelta(hours=1)
_SHOWN = 20  # causes, failing feeds


class FeedTrouble(NamedTuple):
    """A feed that needs a look."""

    url: str
    outlet: str
    what: str  # cause of its latest failure; "silent"
    since: str  # of the latest failure, or of the newest entry; ISO 8601
    failures: int  # polls failed in a row


@dataclass(frozen=True)
class Status:
    """Figures of one set of indices at one time. Rates count the hour before it, lags are in seconds."""

    asked: str
    feeds: Mapping[str, int]  # "all", "alive", "silent", "failing", "new" (never polled), "due"
    troubles: tuple[FeedTrouble, ...]
    polls: Mapping[str, int]  # in the last hour: "success", "failure"
    last_poll: str
    waiting: int  # entries that were seen and are neither articles nor dead letters yet
    claimed: int  # of these, somebody is at work on
    oldest_waiting: str
    settled: Mapping[str, int]  # entries that became articles or dead letters, in the last "minute", "ten", "hour"
    lag: Mapping[str, float]  # from the poll that showed an entry to its being written: "p50", "p95", "p99"
    relevant: int  # articles of the last hour
    failed: Mapping[str, int]  # dead letters by "stage: cause"
    documents: Mapping[str, int]  # by kind of index
    size: Mapping[str, int]  # bytes by kind of index
    problems: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "troubles": [trouble._asdict() for trouble in self.troubles]}


def ask(client: Elasticsearch, indices: Indices) -> Status:
    """The state of things, in one round of searches.

    Raises:
        Failure: "no_index" when nothing has been run yet, "elasticsearch_unavailable".
    """
    now = datetime.now(UTC)
    searches = _searches()
    lines: list[dict[str, Any]] = []
    for kind, body in searches.values():
        lines += [{"index": indices.name(kind)}, body]
    answers = patiently(lambda: client.msearch(searches=lines))["responses"]
    for answer in answers:
        if "error" in answer:
            if answer["status"] == 404:
                raise Failure("no_index", "nothing has been run yet: `vostochny run`, `watch` or `demo` first")
            raise Failure("elasticsearch_unavailable", str(answer["error"].get("reason")))
    got = dict(zip(searches, answers, strict=True))
    stats = patiently(lambda: client.indices.stats(index=[indices.name(kind) for kind in DOCUMENTS], metric="store"))
    return _status(got, _sizes(stats, indices), now)


def _searches() -> dict[str, tuple[str, dict[str, Any]]]:
    waiting = {"exists": {"field": "waiting.due"}}
    hour = {"range": {"event.ingested": {"gte": "now-1h"}}}
    rates = {name: {"gte": f"now-{since}"} for name, since in (("minute", "1m"), ("ten", "10m"), ("hour", "1h"))}
    return {
        "states": ("feed-states", {"size": MAX_FEEDS, "_source": ["feed.url", "state"], "track_total_hits": True}),
        "failures": (
            "feeds",
            {
                "size": 1000,
                "query": {"term": {"event.outcome": "failure"}},
                "collapse": {"field": "feed.url"},
                "sort": [{"@timestamp": "desc"}],
                "_source": ["feed.url", "outlet.name", "error.code", "@timestamp"],
            },
        ),
        "polls": (
            "feeds",
            {
                "size": 0,
                "track_total_hits": True,
                "aggs": {
                    "last": {"max": {"field": "@timestamp"}},
                    "hour": {
                        "filter": {"range": {"@timestamp": {"gte": "now-1h"}}},
                        "aggs": {"by": {"terms": {"field": "event.outcome"}}},
                    },
                },
            },
        ),
        "outlets": (
            "feeds",
            {"size": 0, "aggs": {"by": {"terms": {"field": "feed.url", "size": MAX_FEEDS}, "aggs": _OUTLET}}},
        ),
        "entries": (
            "entries",
            {
                "size": 0,
                "track_total_hits": True,
                "aggs": {
                    "waiting": {
                        "filter": waiting,
                        "aggs": {
                            "oldest": {"min": {"field": "waiting.since"}},
                            "claimed": {"filter": {"range": {"waiting.due": {"gt": "now"}}}},
                        },
                    },
                    "settled": {
                        "filter": {"bool": {"must_not": [waiting], "filter": [hour]}},
                        "aggs": {
                            **{name: {"filter": {"range": {"event.ingested": since}}} for name, since in rates.items()},
                            "lag": {"percentiles": {"field": "entry.lag", "percents": [50, 95, 99]}},
                        },
                    },
                },
            },
        ),
        "articles": (
            "articles",
            {
                "size": 0,
                "track_total_hits": True,
                "aggs": {"relevant": {"filter": {"bool": {"filter": [hour, {"term": {"article.relevant": True}}]}}}},
            },
        ),
        "statements": ("statements", {"size": 0, "track_total_hits": True}),
        "letters": (
            "dead-letters",
            {
                "size": 0,
                "track_total_hits": True,
                "aggs": {
                    "stage": {
                        "terms": {"field": "dead_letter.stage", "size": 10},
                        "aggs": {"cause": {"terms": {"field": "error.code", "size": _SHOWN}}},
                    }
                },
            },
        ),
    }


_OUTLET = {"name": {"terms": {"field": "outlet.name", "size": 1}}}


def _status(got: Mapping[str, Any], size: Mapping[str, int], now: datetime) -> Status:
    states = [hit["_source"] for hit in got["states"]["hits"]["hits"]]
    failures = {hit["_source"]["feed"]["url"]: hit["_source"] for hit in got["failures"]["hits"]["hits"]}
    names = {
        bucket["key"]: bucket["name"]["buckets"][0]["key"] if bucket["name"]["buckets"] else ""
        for bucket in got["outlets"]["aggregations"]["by"]["buckets"]
    }
    feeds = {"all": len(states), "alive": 0, "silent": 0, "failing": 0, "new": 0, "due": 0}
    troubles = []
    for source in states:
        url, state = source["feed"]["url"], source.get("state", {})
        feeds["due"] += _time(state.get("next_poll")) <= now
        failed, newest = state.get("failures", 0), state.get("latest_entry", "")
        if failed:
            latest = failures.get(url, {})
            cause = latest.get("error", {}).get("code", "")
            feeds["failing"] += 1
            troubles.append(FeedTrouble(url, names.get(url, ""), cause, latest.get("@timestamp", ""), failed))
        elif not state.get("interval"):
            feeds["new"] += 1
        elif newest and now - _time(newest) > max(
            SILENT_AFTER, SILENT_INTERVALS * timedelta(seconds=state["interval"])
        ):
            feeds["silent"] += 1
            troubles.append(FeedTrouble(url, names.get(url, ""), "silent", newest, 0))
        else:
            feeds["alive"] += 1
    polls, entries = got["polls"]["aggregations"], got["entries"]["aggregations"]
    waiting, settled = entries["waiting"], entries["settled"]
    lag = settled["lag"]["values"]
    failed = {
        f"{stage['key']}: {cause['key']}": cause["doc_count"]
        for stage in got["letters"]["aggregations"]["stage"]["buckets"]
        for cause in stage["cause"]["buckets"]
    }
    status = Status(
        asked=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        feeds=feeds,
        troubles=tuple(sorted(troubles, key=lambda trouble: (-trouble.failures, trouble.since))),
        polls={bucket["key"]: bucket["doc_count"] for bucket in polls["hour"]["by"]["buckets"]},
        last_poll=polls["last"].get("value_as_string", "") if polls["last"]["value"] else "",
        waiting=waiting["doc_count"],
        claimed=waiting["claimed"]["doc_count"],
        oldest_waiting=waiting["oldest"].get("value_as_string", "") if waiting["oldest"]["value"] else "",
        settled={name: settled[name]["doc_count"] for name in ("minute", "ten", "hour")},
        lag={f"p{key.partition('.')[0]}": round(value, 2) for key, value in lag.items() if value is not None},
        relevant=got["articles"]["aggregations"]["relevant"]["doc_count"],
        failed=dict(sorted(failed.items(), key=lambda pair: (-pair[1], pair[0]))),
        documents={
            "articles": _total(got["articles"]),
            "statements": _total(got["statements"]),
            "entries": _total(got["entries"]),
            "feeds": _total(got["polls"]),
            "feed-states": _total(got["states"]),
            "dead-letters": _total(got["letters"]),
        },
        size=size,
    )
    return Status(**{**status.__dict__, "problems": tuple(_problems(status, now))})


def _problems(status: Status, now: datetime) -> list[str]:
    """What somebody should look at, in words."""
    found = []
    if status.feeds["all"] and status.feeds["failing"] == status.feeds["all"]:
        found.append("no feed can be read: see whether this machine reaches the network")
    if not status.last_poll or now - _time(status.last_poll) > STALE_POLLS:
        since = f"since {status.last_poll}" if status.last_poll else "ever"
        found.append(f"no feed was polled {since}: see whether `vostochny watch` or the scheduled run works")
    if status.oldest_waiting and now - _time(status.oldest_waiting) > STALE_WAITING:
        found.append(f"entries wait since {status.oldest_waiting}: see whether `vostochny watch` works, or run once")
    return found


def _sizes(stats: Mapping[str, Any], indices: Indices) -> dict[str, int]:
    """Bytes by kind; the answer is by backing index."""
    size = dict.fromkeys(DOCUMENTS, 0)
    for name, index in stats["indices"].items():
        kind = max((k for k in DOCUMENTS if name.startswith(indices.alias(k))), key=len, default="")
        if kind:
            size[kind] += index["primaries"]["store"]["size_in_bytes"]
    return size


def _total(answer: Mapping[str, Any]) -> int:
    return answer["hits"]["total"]["value"]


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.fromtimestamp(0, UTC)
