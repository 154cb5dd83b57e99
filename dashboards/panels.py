"""The panels of all dashboards, defined once.

A panel says what it asks of which index: dimensions (`by`), measures, conditions. From that come its Elasticsearch
query (`search`, for the desk page and for whoever wants the query itself) and its Kibana object (`dashboards.kibana`).
Only aggregations that both an official Elasticsearch and the embedded node know are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.aggs import Agg
from elasticsearch.dsl.query import Query

from dashboards.words import FIELDS, Words
from schemas.actors import ActorList, load_actors
from schemas.failures import Failure
from schemas.indices import field_names

KINDS = ("statements", "articles", "feeds", "dead-letters")
MAX_BUCKETS = 400  # of a date histogram: the interval is chosen so that there are no more


@cache
def listed_actors() -> ActorList:
    """The actor list, read once: it takes a quarter of a second."""
    return load_actors()


# ── Filters ──

FILTERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "bloc": dict.fromkeys(KINDS, "outlet.bloc"),
        "outlet": dict.fromkeys(KINDS, "outlet.name"),
        "language": {
            "statements": "article.language",
            "articles": "article.language",
            "feeds": "outlet.language",
            "dead-letters": "outlet.language",
        },
        "category": {"statements": "statement.categories", "articles": "article.categories"},
        "actor": {"statements": "actor.name", "articles": "article.actors"},
        "stance": {"statements": "statement.stance"},
    }
)
"""By filter and kind of index the field filtered; an index without the field is not narrowed by it."""


class Selection(NamedTuple):
    """What a reader looks at: a period (start included, end not) and values by filter, any one of which suffices.

    `words` is a query on statements; what else is indexed is not narrowed by it.
    """

    start: datetime
    end: datetime
    filters: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    zone: str = "UTC"  # days, weeks and months begin in this time zone
    words: Query | None = None

    @property
    def before(self) -> Selection:
        """The period of the same length just before."""
        return self._replace(start=self.start - (self.end - self.start), end=self.start)

    @property
    def interval(self) -> str:
        """Calendar interval of a date histogram over the period."""
        length = self.end - self.start
        for unit, longest in (("hour", 3), ("day", 100), ("week", 750)):
            if length <= timedelta(days=longest):
                return unit
        return "month" if length <= timedelta(days=31 * MAX_BUCKETS) else "year"

    def period(self) -> Query:
        return Q("range", **{"@timestamp": {"gte": _iso(self.start), "lt": _iso(self.end)}})

    def queries(self, kind: str, leave_out: str = "") -> list[Query]:
        """The filters, and the words, as queries on one kind of index."""
        found = []
        for name, values in self.filters.items():
            named = FILTERS[name].get(kind)
            if not named or not values or name == leave_out:
                continue
            if named == "article.actors":  # holds ids, where statements hold names
                values = (
                    tuple(sorted({actor.id for value in values for actor in listed_actors().named(value)})) or values
                )
            found.append(Q("terms", **{named: list(values)}))
        if self.words is not None and kind == "statements":
            found.append(self.words)
        return found


_RELATIVE = re.compile(r"now(?:-(\d{1,5})([hdwMy]))?(/d)?")
_UNIT_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "M": 365.25 / 12, "y": 365.25}


def moment(text: str, now: datetime, zone: str = "UTC", *, end: bool = False) -> datetime:
    """A time as the address bar writes it: "now", "now-90d", "now-90d/d", or an ISO 8601 date or time.

    A date without time is the beginning of that day in `zone`, as the end of a period its end.

    Raises:
        Failure: "bad_time".
    """
    try:
        if match := _RELATIVE.fullmatch(text):
            found = now - timedelta(days=int(match[1] or 0) * _UNIT_DAYS.get(match[2] or "d", 1))
            if match[3]:
                found = found.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
            return found.astimezone(UTC)
        found = datetime.fromisoformat(text)
        if end and len(text) == 10:
            found += timedelta(days=1)
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Failure("bad_time", f"{text!r} is no time: write now-90d or 2024-06-19") from None


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# ── Conditions ──


class Is(NamedTuple):
    """The field has one of the values."""

    field: str
    values: tuple[Any, ...]

    def query(self) -> Query:
        return Q("terms", **{self.field: list(self.values)})

    def kql(self) -> str:
        values = " or ".join(str(v).lower() if isinstance(v, bool) else f'"{v}"' for v in self.values)
        return f"{self.field} : ({values})" if len(self.values) > 1 else f"{self.field} : {values}"


class Has(NamedTuple):
    """The field is there."""

    field: str

    def query(self) -> Query:
        return Q("exists", field=self.field)

    def kql(self) -> str:
        return f"{self.field} : *"


class Lacks(NamedTuple):
    """The field is missing."""

    field: str

    def query(self) -> Query:
        return ~Q("exists", field=self.field)

    def kql(self) -> str:
        return f"not {self.field} : *"


class Below(NamedTuple):
    """The number is smaller than the limit."""

    field: str
    limit: float

    def query(self) -> Query:
        return Q("range", **{self.field: {"lt": self.limit}})

    def kql(self) -> str:
        return f"{self.field} < {self.limit}"


Condition = Is | Has | Lacks | Below


def _all(conditions: Sequence[Condition]) -> Query:
    return Q("bool", filter=[condition.query() for condition in conditions])


# ── Measures ──


@dataclass(frozen=True)
class Measure:
    """A number worked out of documents.

    `of` is "count", "unique" (different values of the field), "latest" (of a date field), "mean", "median" or
    "share" (of the documents that meet `where`). `where` narrows the documents counted.
    """

    id: str
    label: Words
    of: str = "count"
    field: str = ""
    where: tuple[Condition, ...] = ()

    def aggregation(self) -> Agg | None:
        """None where the bucket's own count is the answer."""
        match self.of:
            case "count" | "share":
                return A("filter", _all(self.where)) if self.where else None
            case "unique":
                return A("cardinality", field=self.field)
            case "latest":
                return A("max", field=self.field)
            case "mean":
                return A("avg", field=self.field)
            case "median":
                return A("percentiles", field=self.field, percents=[50], keyed=False)
        raise ValueError(self.of)

    def value(self, bucket: Mapping[str, Any]) -> float | None:
        """The number out of a bucket of the answer; None where there is nothing to count."""
        if self.of == "count":
            return bucket[self.id]["doc_count"] if self.where else bucket["doc_count"]
        if self.of == "share":
            return bucket[self.id]["doc_count"] / bucket["doc_count"] if bucket["doc_count"] else None
        if self.of == "median":
            return bucket[self.id]["values"][0]["value"]
        return bucket[self.id]["value"]


# ── Dimensions ──


class Time(NamedTuple):
    """Buckets of time; how long they are follows from the period."""

    field: str = "@timestamp"

    def aggregation(self, selection: Selection) -> Agg:
        return A(
            "date_histogram",
            field=self.field,
            calendar_interval=selection.interval,
            time_zone=selection.zone,
            min_doc_count=1,
        )

    def condition(self, key: Any, selection: Selection) -> Query:
        start = datetime.fromtimestamp(int(key) / 1000, ZoneInfo(selection.zone))
        bounds = {"gte": _iso(start), "lt": _iso(_next(start, selection.interval))}
        return Q("range", **{self.field: bounds})


def _next(start: datetime, interval: str) -> datetime:
    """The beginning of the next calendar interval, by the clock of the time's own zone."""
    match interval:
        case "month":
            return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        case "year":
            return start.replace(year=start.year + 1)
        case "hour":
            return start.astimezone(UTC) + timedelta(hours=1)
    return start + timedelta(days=7 if interval == "week" else 1)


class Values(NamedTuple):
    """The most frequent values of a field, or those first by a measure."""

    field: str
    size: int = 12
    order: str = ""  # id of a measure; "" for the number of documents
    ascending: bool = False

    def aggregation(self, selection: Selection) -> Agg:
        order = {self.order or "_count": "asc" if self.ascending else "desc"}
        return A("terms", field=self.field, size=self.size, order=[order, {"_key": "asc"}])

    def condition(self, key: Any, selection: Selection) -> Query:
        return Q("term", **{self.field: key})


class Bins(NamedTuple):
    """Numbers in bins of one width."""

    field: str
    width: float

    def aggregation(self, selection: Selection) -> Agg:
        return A("histogram", field=self.field, interval=self.width, min_doc_count=0)

    def condition(self, key: Any, selection: Selection) -> Query:
        return Q("range", **{self.field: {"gte": float(key), "lt": float(key) + self.width}})


Dimension = Time | Values | Bins


# ── Panels ──

CHARTS = ("figure", "columns", "shares", "bars", "line", "heatmap", "table", "documents", "examples")


@dataclass(frozen=True)
class Panel:
    """One question and how its answer is shown.

    Charts: "figure" (one number with that of the period before), "columns" (stacked over time), "shares" (parts of a
    hundred), "bars", "line", "heatmap", "table", "documents" (a list) and "examples" (some documents of each value).
    `opens` is the dashboard that a click leads on to in Kibana, narrowed by what was clicked; on the desk page every
    number opens to its documents, and these lead on.
    """

    id: str
    title: Words
    question: Words
    chart: str
    kind: str = "statements"
    by: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    where: tuple[Condition, ...] = ()
    events: bool = False  # marks the dated events of schemas/events.yaml
    opens: str = ""
    columns: tuple[str, ...] = ()  # fields of a list
    sort: tuple[str, bool] = ("@timestamp", False)  # field, ascending
    size: int = 20  # documents of a list, or of each value
    compare: bool = True  # a figure is shown beside that of the period before

    def search(self, selection: Selection, index: str) -> Search:
        """The query that answers the panel's question; where it compares, for the period before as well."""
        query = Search(index=index)[: self.size if self.chart == "documents" else 0]
        conditions = [*selection.queries(self.kind), *(condition.query() for condition in self.where)]
        if self.chart == "figure":
            both = selection._replace(start=selection.before.start).period()
            query = query.filter("bool", filter=[both, *conditions])
            periods = {"now": selection.period(), "before": selection.before.period()}
            self._measure(query.aggs.bucket("period", "filters", filters=periods), self.measures)
            return query.extra(track_total_hits=False)
        query = query.filter("bool", filter=[selection.period(), *conditions])
        if self.chart == "documents":
            name, ascending = self.sort
            order = {name: {"order": "asc" if ascending else "desc", "missing": "_last"}}
            return query.sort(order, *([] if name == "@timestamp" else ["-@timestamp"])).extra(track_total_hits=True)
        aggs: Any = query.aggs
        for position, dimension in enumerate(self.by):
            aggs = aggs.bucket(f"by{position}", dimension.aggregation(selection))
            if isinstance(dimension, Values) and dimension.order:
                self._measure(
                    aggs, [m for m in self.measures if m.id == dimension.order and position + 1 < len(self.by)]
                )
        if self.chart == "examples":
            name, ascending = self.sort
            aggs.metric("hits", "top_hits", size=self.size, sort=[{name: "asc" if ascending else "desc"}])
        self._measure(aggs, self.measures)
        return query.extra(track_total_hits=False)

    @staticmethod
    def _measure(aggs: Any, measures: Sequence[Measure]) -> None:
        for measure in measures:
            aggregation = measure.aggregation()
            if aggregation is not None:
                aggs.bucket(measure.id, aggregation) if measure.of in ("count", "share") else aggs.metric(
                    measure.id, aggregation
                )

    def rows(self, answer: Mapping[str, Any]) -> list[list[Any]]:
        """The answer as rows: the keys of the dimensions, then the measures. Of a figure two: now and before."""
        if self.chart == "figure":
            periods = answer["aggregations"]["period"]["buckets"]
            return [[measure.value(periods[name]) for measure in self.measures] for name in ("now", "before")]
        if self.chart == "documents":
            return []
        rows = list(self._rows(answer["aggregations"], 0, []))
        if len(self.by) == 2 and self.by[0].field == self.by[1].field:
            first = {row[0] for row in rows}  # both sides of a square show the same values
            rows = [row for row in rows if row[1] in first]
        return rows

    def _rows(self, bucket: Mapping[str, Any], depth: int, keys: list[Any]) -> Iterator[list[Any]]:
        if depth == len(self.by):
            yield [*keys, *(measure.value(bucket) for measure in self.measures)]
            return
        for inner in bucket[f"by{depth}"]["buckets"]:
            key = inner["key_as_string"] if inner.get("key_as_string") in ("true", "false") else inner["key"]
            yield from self._rows(inner, depth + 1, [*keys, key])

    def documents(self, selection: Selection, keys: Sequence[Any], measure: str = "") -> list[Query]:
        """The queries that the documents behind a number meet: of one bucket, and of one measure's condition."""
        found = [selection.period(), *selection.queries(self.kind), *(c.query() for c in self.where)]
        for dimension, key in zip(self.by, keys, strict=False):
            if key is not None:
                found.append(dimension.condition(key, selection))
        found += [c.query() for m in self.measures if m.id == measure for c in m.where]
        return found


# ── What the panels ask ──

STATEMENTS = Measure("statements", Words("Statements", "Высказывания", "발언"))
ARTICLES = Measure("articles", Words("Articles", "Статьи", "기사"))
OUTLETS = Measure("outlets", FIELDS["outlet.name"], "unique", "outlet.name")
CRITICAL = Measure(
    "critical",
    Words("Share critical", "Доля критических", "비판 비율"),
    "share",
    where=(Is("statement.stance", ("critical",)),),
)
DIRECT = Measure(
    "direct",
    Words("Share quoted directly", "Доля прямых цитат", "직접 인용 비율"),
    "share",
    where=(Is("statement.direct", (True,)),),
)
LATEST = Measure("latest", Words("Latest", "Последнее", "최근"), "latest", "@timestamp")
RELEVANT = (Is("article.relevant", (True,)),)
CODED = (Has("statement.categories"),)
SURE = 0.5  # below this certainty of the stance a statement is worth a look

STATEMENT_COLUMNS = (
    "statement.text",
    "actor.name",
    "statement.categories",
    "statement.stance",
    "outlet.name",
    "url.full",
)

PANELS: Mapping[str, Panel] = MappingProxyType(
    {
        panel.id: panel
        for panel in (
            # Figures
            Panel(
                "statements",
                Words("Statements", "Высказывания", "발언"),
                Words("How much is said?", "Сколько говорят?", "발언은 얼마나 있었나?"),
                "figure",
                measures=(STATEMENTS,),
            ),
            Panel(
                "speakers",
                Words("Speakers", "Говорящие", "발언자"),
                Words("How many different speakers?", "Сколько разных говорящих?", "발언자는 몇인가?"),
                "figure",
                measures=(Measure("speakers", Words("Speakers", "Говорящие", "발언자"), "unique", "actor.name"),),
            ),
            Panel(
                "quoting-outlets",
                Words("Outlets that quote", "Цитирующие издания", "인용 매체"),
                Words("In how many outlets?", "В скольких изданиях?", "몇 개 매체에서?"),
                "figure",
                measures=(OUTLETS,),
            ),
            Panel(
                "critical-share",
                CRITICAL.label,
                Words(
                    "How large a part of the statements is critical of the rapprochement?",
                    "Какая часть высказываний критикует сближение?",
                    "밀착을 비판하는 발언의 비율은?",
                ),
                "figure",
                measures=(CRITICAL,),
            ),
            Panel(
                "direct-share",
                DIRECT.label,
                Words(
                    "How large a part holds a direct quotation?",
                    "Какая часть содержит прямую цитату?",
                    "직접 인용이 든 발언의 비율은?",
                ),
                "figure",
                measures=(DIRECT,),
            ),
            Panel(
                "relevant-articles",
                Words("Articles on the subject", "Статьи по теме", "주제 기사"),
                Words("How many articles are on the subject?", "Сколько статей по теме?", "주제 기사는 몇 건인가?"),
                "figure",
                "articles",
                measures=(ARTICLES,),
                where=RELEVANT,
            ),
            Panel(
                "all-articles",
                Words("Articles collected", "Собранные статьи", "수집 기사"),
                Words("How many articles were collected?", "Сколько статей собрано?", "수집한 기사는 몇 건인가?"),
                "figure",
                "articles",
                measures=(ARTICLES,),
            ),
            Panel(
                "living-feeds",
                Words("Living feeds", "Живые ленты", "작동 중인 피드"),
                Words("How many feeds answered?", "Сколько лент отвечает?", "응답한 피드는 몇 개인가?"),
                "figure",
                "feeds",
                measures=(Measure("feeds", Words("Feeds", "Ленты", "피드"), "unique", "feed.url"),),
                where=(Is("event.outcome", ("success",)),),
            ),
            Panel(
                "failed-polls",
                Words("Share of failed polls", "Доля неудачных опросов", "조회 실패 비율"),
                Words("How often did feeds fail?", "Как часто ленты не отвечали?", "피드는 얼마나 자주 실패했나?"),
                "figure",
                "feeds",
                measures=(
                    Measure(
                        "failed",
                        Words("Share failed", "Доля неудач", "실패 비율"),
                        "share",
                        where=(Is("event.outcome", ("failure",)),),
                    ),
                ),
            ),
            Panel(
                "failures",
                Words("Failures", "Сбои", "처리 실패"),
                Words("How many items failed?", "Сколько не обработано?", "처리하지 못한 항목은?"),
                "figure",
                "dead-letters",
                measures=(Measure("failures", Words("Failures", "Сбои", "처리 실패")),),
            ),
            Panel(
                "uncoded-share",
                Words("Share without category", "Доля без категории", "범주 없는 발언 비율"),
                Words(
                    "How many statements fit no category?",
                    "Сколько высказываний не попало ни в одну категорию?",
                    "어느 범주에도 들지 않은 발언의 비율은?",
                ),
                "figure",
                measures=(
                    Measure(
                        "uncoded",
                        Words("Share without category", "Доля без категории", "범주 없는 발언 비율"),
                        "share",
                        where=(Lacks("statement.categories"),),
                    ),
                ),
            ),
            Panel(
                "unlinked-share",
                Words("Share of unlisted speakers", "Доля говорящих вне списка", "미등재 발언자 비율"),
                Words(
                    "How many statements are by speakers that the actor list lacks?",
                    "Сколько высказываний принадлежит тем, кого нет в списке акторов?",
                    "행위자 목록에 없는 발언자의 발언 비율은?",
                ),
                "figure",
                measures=(
                    Measure(
                        "unlinked",
                        Words("Share unlisted", "Доля вне списка", "미등재 비율"),
                        "share",
                        where=(Is("actor.linked", (False,)),),
                    ),
                ),
            ),
            Panel(
                "unsure-share",
                Words("Share of unsure stances", "Доля неуверенных позиций", "불확실한 입장 비율"),
                Words(
                    "How often is the coding unsure of the stance?",
                    "Как часто кодирование не уверено в позиции?",
                    "입장 판정이 불확실한 비율은?",
                ),
                "figure",
                measures=(
                    Measure(
                        "unsure",
                        Words("Share unsure", "Доля неуверенных", "불확실 비율"),
                        "share",
                        where=(Below("statement.stance_score", SURE),),
                    ),
                ),
            ),
            Panel(
                "freshness",
                Words("Newest in the index", "Новейшее в индексе", "최신 색인"),
                Words("How fresh is what is shown?", "Насколько свежи данные?", "얼마나 최신인가?"),
                "figure",
                measures=(Measure("indexed", FIELDS["event.ingested"], "latest", "event.ingested"),),
                compare=False,
            ),
            # Overview
            Panel(
                "reactions-over-time",
                Words("Reactions over time", "Реакции во времени", "시기별 반응"),
                Words(
                    "What is said when, by category? A statement with several categories counts in each.",
                    "Что и когда говорят, по категориям? Высказывание с несколькими категориями считается в каждой.",
                    "언제 무엇을 말했나(범주별)? 범주가 여럿인 발언은 각각 센다.",
                ),
                "columns",
                by=(Time(), Values("statement.categories", 20)),
                measures=(STATEMENTS,),
                where=CODED,
                events=True,
            ),
            Panel(
                "categories-by-bloc",
                Words("How each bloc's press reacts", "Как реагирует пресса каждого блока", "진영별 언론 반응"),
                Words(
                    "Which part of a bloc's coded reactions falls to each category?",
                    "Какая доля реакций блока приходится на каждую категорию?",
                    "진영별 반응에서 각 범주가 차지하는 몫은?",
                ),
                "shares",
                by=(Values("outlet.bloc"), Values("statement.categories", 20)),
                measures=(STATEMENTS,),
                where=CODED,
            ),
            Panel(
                "stance-over-time",
                Words("Stance over time", "Позиция во времени", "시기별 입장"),
                Words(
                    "How do the parts of the stances change?",
                    "Как меняются доли позиций?",
                    "입장의 몫은 어떻게 바뀌나?",
                ),
                "shares",
                by=(Time(), Values("statement.stance")),
                measures=(STATEMENTS,),
                where=CODED,
                events=True,
            ),
            Panel(
                "stance-by-bloc",
                Words("Stance by bloc", "Позиция по блокам", "진영별 입장"),
                Words(
                    "Where do the outlets of each bloc quote for and against?",
                    "Кого цитируют издания каждого блока: за или против?",
                    "각 진영 매체는 찬반 어느 쪽을 인용하나?",
                ),
                "shares",
                by=(Values("outlet.bloc"), Values("statement.stance")),
                measures=(STATEMENTS,),
                where=CODED,
            ),
            Panel(
                "feeds-over-time",
                Words("Living feeds over time", "Живые ленты во времени", "시기별 작동 피드"),
                Words(
                    "How many feeds answered? Fewer feeds mean fewer statements, not fewer reactions.",
                    "Сколько лент отвечало? Меньше лент — меньше высказываний, а не реакций.",
                    "응답한 피드 수. 피드가 줄면 발언 수가 줄 뿐, 반응이 준 것은 아니다.",
                ),
                "line",
                "feeds",
                by=(Time(),),
                measures=(Measure("feeds", Words("Feeds", "Ленты", "피드"), "unique", "feed.url"),),
                where=(Is("event.outcome", ("success",)),),
            ),
            Panel(
                "top-speakers",
                Words("Who speaks most", "Кто говорит чаще всех", "가장 많이 말한 발언자"),
                Words(
                    "Whose statements are quoted most, with which stance?",
                    "Чьи высказывания цитируют чаще и с какой позицией?",
                    "누구의 발언이 어떤 입장으로 가장 많이 인용되나?",
                ),
                "bars",
                by=(Values("actor.name", 12), Values("statement.stance")),
                measures=(STATEMENTS,),
                where=CODED,
                opens="actor",
            ),
            Panel(
                "top-outlets",
                Words("Who quotes most", "Кто цитирует чаще всех", "가장 많이 인용한 매체"),
                Words(
                    "Which outlets carry the reactions, of which categories?",
                    "Какие издания передают реакции и каких категорий?",
                    "어느 매체가 어떤 범주의 반응을 전하나?",
                ),
                "bars",
                by=(Values("outlet.name", 12), Values("statement.categories", 20)),
                measures=(STATEMENTS,),
                where=CODED,
                opens="coverage",
            ),
            Panel(
                "latest-statements",
                Words("Latest statements", "Последние высказывания", "최근 발언"),
                Words("What was said last?", "Что сказано последним?", "가장 최근의 발언은?"),
                "documents",
                columns=STATEMENT_COLUMNS,
                size=12,
            ),
            # Actor
            Panel(
                "speakers-compared",
                Words("Speakers compared", "Сравнение говорящих", "발언자 비교"),
                Words(
                    "Who says how much, how critically, where, and when last?",
                    "Кто сколько говорит, насколько критично, где и когда в последний раз?",
                    "누가 얼마나, 얼마나 비판적으로, 어디서, 언제까지 말했나?",
                ),
                "table",
                by=(Values("actor.name", 25),),
                measures=(STATEMENTS, OUTLETS, CRITICAL, DIRECT, LATEST),
            ),
            Panel(
                "stances-taken",
                Words("What stance in which category", "Какая позиция в какой категории", "범주별 입장"),
                Words(
                    "In which categories does the actor speak, and how?",
                    "В каких категориях и как высказывается актор?",
                    "어떤 범주에서 어떤 입장으로 말하나?",
                ),
                "heatmap",
                by=(Values("statement.stance"), Values("statement.categories", 20)),
                measures=(STATEMENTS,),
                where=CODED,
            ),
            Panel(
                "stance-counts-over-time",
                Words("Statements by stance over time", "Высказывания по позициям во времени", "시기별·입장별 발언"),
                Words("When did the stance change?", "Когда менялась позиция?", "입장은 언제 바뀌었나?"),
                "columns",
                by=(Time(), Values("statement.stance")),
                measures=(STATEMENTS,),
                events=True,
            ),
            Panel(
                "speakers-outlets",
                Words("Who carries whom", "Кто кого передаёт", "누가 누구를 전하나"),
                Words(
                    "Which blocs' outlets quote which speakers?",
                    "Издания каких блоков цитируют каких говорящих?",
                    "어느 진영 매체가 어느 발언자를 인용하나?",
                ),
                "heatmap",
                by=(Values("actor.name", 12), Values("outlet.bloc")),
                measures=(STATEMENTS,),
            ),
            Panel(
                "named-together",
                Words("Named together", "Упомянуты вместе", "함께 언급된 행위자"),
                Words(
                    "Which actors stand in the same articles?",
                    "Какие акторы стоят в одних и тех же статьях?",
                    "어떤 행위자들이 같은 기사에 나오나?",
                ),
                "heatmap",
                "articles",
                by=(Values("article.actors", 12), Values("article.actors", 60)),
                measures=(ARTICLES,),
                where=RELEVANT,
            ),
            # Outlets and coverage
            Panel(
                "articles-over-time",
                Words("Articles over time", "Статьи во времени", "시기별 기사"),
                Words(
                    "How much was collected, and how much of it is on the subject?",
                    "Сколько собрано и сколько из этого по теме?",
                    "얼마나 수집했고 그중 주제 기사는 얼마나 되나?",
                ),
                "columns",
                "articles",
                by=(Time(), Values("article.relevant", 2)),
                measures=(ARTICLES,),
                events=True,
            ),
            Panel(
                "outlets-compared",
                Words("Outlets compared", "Сравнение изданий", "매체 비교"),
                Words(
                    "How much of an outlet is on the subject, how soon is it fetched, what is its latest?",
                    "Какая доля материалов по теме, через какое время они загружаются, когда последний?",
                    "주제 기사 비율, 발행 후 수집까지 걸린 시간, 마지막 기사는?",
                ),
                "table",
                "articles",
                by=(Values("outlet.name", 100),),
                measures=(
                    ARTICLES,
                    Measure("relevant", Words("On the subject", "По теме", "주제 기사"), "share", where=RELEVANT),
                    Measure(
                        "agency",
                        Words("Agency copy", "Агентские", "통신사 전재"),
                        "share",
                        where=(Has("article.wire_source"),),
                    ),
                    Measure(
                        "delay",
                        Words("Median delay", "Медиана задержки", "지연 중앙값"),
                        "median",
                        "article.delay",
                    ),
                    LATEST,
                ),
                opens="overview",
            ),
            Panel(
                "silent-outlets",
                Words("Longest silent", "Дольше всех молчат", "가장 오래 조용한 매체"),
                Words(
                    "Which outlets have had no article the longest? A dead feed must not read as a change of mind.",
                    "От каких изданий дольше всего нет статей? Мёртвая лента — не перемена мнения.",
                    "가장 오래 기사가 없는 매체는? 죽은 피드를 태도 변화로 읽어서는 안 된다.",
                ),
                "table",
                "articles",
                by=(Values("outlet.name", 15, "latest", ascending=True),),
                measures=(LATEST, ARTICLES),
            ),
            Panel(
                "polls-over-time",
                Words("Polls of feeds", "Опросы лент", "피드 조회"),
                Words("When did feeds fail?", "Когда ленты не отвечали?", "피드는 언제 실패했나?"),
                "columns",
                "feeds",
                by=(Time(), Values("event.outcome", 2)),
                measures=(Measure("polls", Words("Polls", "Опросы", "조회")),),
            ),
            Panel(
                "feeds-that-fail",
                Words("Feeds that fail", "Ленты со сбоями", "실패하는 피드"),
                Words("Which feeds fail, and why?", "Какие ленты не отвечают и почему?", "어느 피드가 왜 실패하나?"),
                "table",
                "feeds",
                by=(Values("feed.url", 25), Values("error.code", 5)),
                measures=(Measure("polls", Words("Polls", "Опросы", "조회")), LATEST),
                where=(Is("event.outcome", ("failure",)),),
            ),
            Panel(
                "failures-by-cause",
                Words("Failures by cause", "Сбои по причинам", "원인별 실패"),
                Words(
                    "What could not be handled? `vostochny replay` takes it again.",
                    "Что не удалось обработать? Команда `vostochny replay` попробует снова.",
                    "무엇을 처리하지 못했나? `vostochny replay`가 다시 시도한다.",
                ),
                "bars",
                "dead-letters",
                by=(Values("error.code", 15), Values("dead_letter.stage", 7)),
                measures=(Measure("failures", Words("Failures", "Сбои", "처리 실패")),),
            ),
            Panel(
                "languages",
                Words("Languages", "Языки", "언어"),
                Words(
                    "In which languages is the subject written of, by bloc?",
                    "На каких языках пишут о теме, по блокам?",
                    "진영별로 어떤 언어로 다루나?",
                ),
                "heatmap",
                "articles",
                by=(Values("outlet.bloc"), Values("article.language", 12)),
                measures=(ARTICLES,),
                where=RELEVANT,
            ),
            Panel(
                "agencies",
                Words("Agency copy", "Агентские сообщения", "통신사 전재"),
                Words(
                    "Whose dispatches do the outlets carry?",
                    "Чьи сообщения перепечатывают издания?",
                    "매체들은 어느 통신사 기사를 싣나?",
                ),
                "bars",
                "articles",
                by=(Values("article.wire_source", 15),),
                measures=(ARTICLES,),
                where=(Has("article.wire_source"),),
            ),
            Panel(
                "latest-failures",
                Words("Latest failures", "Последние сбои", "최근 실패"),
                Words("What went wrong last?", "Что не удалось в последний раз?", "가장 최근의 실패는?"),
                "documents",
                "dead-letters",
                columns=("dead_letter.stage", "error.code", "error.message", "outlet.name", "url.full"),
                size=10,
            ),
            # Codebook and quality
            Panel(
                "categories",
                Words("Categories", "Категории", "범주"),
                Words(
                    "How often does each category apply, how sure is the coding, how much is direct speech?",
                    "Как часто встречается каждая категория, насколько уверенно, сколько прямой речи?",
                    "범주별 빈도, 확신도, 직접 인용 비율은?",
                ),
                "table",
                by=(Values("statement.categories", 20),),
                measures=(
                    STATEMENTS,
                    Measure(
                        "certainty",
                        FIELDS["statement.stance_score"],
                        "mean",
                        "statement.stance_score",
                    ),
                    CRITICAL,
                    DIRECT,
                ),
            ),
            Panel(
                "categories-together",
                Words("Categories that go together", "Категории, идущие вместе", "함께 나타나는 범주"),
                Words(
                    "Which categories do the same statements carry? The cell of a category with itself is its total.",
                    "Какие категории несут одни и те же высказывания? Категория с самой собой — её итог.",
                    "같은 발언에 함께 붙는 범주는? 같은 범주끼리의 칸은 그 범주의 합계다.",
                ),
                "heatmap",
                by=(Values("statement.categories", 20), Values("statement.categories", 20)),
                measures=(STATEMENTS,),
                where=CODED,
            ),
            Panel(
                "certainty",
                Words("How sure the coding is", "Насколько уверено кодирование", "코딩 확신도"),
                Words(
                    "How are the scores of the stance spread?",
                    "Как распределены оценки позиции?",
                    "입장 점수의 분포는?",
                ),
                "bars",
                by=(Bins("statement.stance_score", 0.1),),
                measures=(STATEMENTS,),
            ),
            Panel(
                "codebook-versions",
                Words("Codebook versions", "Версии кодировочной книги", "코드북 판"),
                Words(
                    "By which version of the codebook were the statements coded?",
                    "По какой версии книги закодированы высказывания?",
                    "어느 판의 코드북으로 코딩했나?",
                ),
                "columns",
                by=(Time(), Values("codebook.version", 8)),
                measures=(STATEMENTS,),
            ),
            Panel(
                "unlisted-speakers",
                Words("Speakers that the actor list lacks", "Кого нет в списке акторов", "행위자 목록에 없는 발언자"),
                Words(
                    "Whom should the actor list take in next?",
                    "Кого стоит внести в список акторов?",
                    "행위자 목록에 다음으로 올릴 발언자는?",
                ),
                "table",
                by=(Values("actor.name", 25),),
                measures=(STATEMENTS, OUTLETS, LATEST),
                where=(Is("actor.linked", (False,)),),
            ),
            Panel(
                "examples",
                Words("Examples of each category", "Примеры каждой категории", "범주별 보기"),
                Words(
                    "What do typical statements of each category look like?",
                    "Как выглядят типичные высказывания каждой категории?",
                    "범주별 전형적 발언은 어떤 모습인가?",
                ),
                "examples",
                by=(Values("statement.categories", 20),),
                measures=(STATEMENTS,),
                columns=("statement.categories", *(c for c in STATEMENT_COLUMNS if c != "statement.categories")),
                sort=("statement.stance_score", False),
                size=2,
            ),
            Panel(
                "statements-to-check",
                Words("Statements to check by hand", "Проверить вручную", "직접 확인할 발언"),
                Words(
                    "Of which stances is the coding least sure?",
                    "В каких позициях кодирование уверено меньше всего?",
                    "입장 판정이 가장 불확실한 발언은?",
                ),
                "documents",
                columns=("statement.stance_score", *STATEMENT_COLUMNS),
                sort=("statement.stance_score", True),
                where=CODED,
                size=10,
            ),
            Panel(
                "articles-without-statements",
                Words(
                    "Articles on the subject without a statement",
                    "Статьи по теме без высказываний",
                    "발언 없는 주제 기사",
                ),
                Words(
                    "What may the coding have missed?",
                    "Что могло пропустить кодирование?",
                    "코딩이 놓쳤을 만한 기사는?",
                ),
                "documents",
                "articles",
                columns=("article.title", "article.length", "outlet.name", "url.full"),
                where=(*RELEVANT, Is("article.statements", (0,))),
                size=10,
            ),
        )
    }
)


class Place(NamedTuple):
    """A panel's size on the 48 columns of a dashboard; panels flow from left to right. Heights are Kibana's units."""

    panel: str
    width: int
    height: int


@dataclass(frozen=True)
class Dashboard:
    id: str
    title: Words
    reading: Words  # how to read it
    filters: tuple[str, ...]
    places: tuple[Place, ...]
    kind: str = "statements"  # the index whose values the filters offer
    fields: Mapping[str, str] = field(default_factory=dict)  # of Kibana's controls, where not that index's usual ones

    def panels(self) -> list[Panel]:
        return [PANELS[place.panel] for place in self.places]

    def control_field(self, name: str) -> str:
        """The field that Kibana's control of a filter names."""
        return self.fields.get(name) or FILTERS[name][self.kind]

    def narrows(self, panel: Panel) -> bool:
        """Whether Kibana's controls can narrow the panel: a field that its index lacks would leave it empty."""
        return all(self.control_field(name) in field_names(panel.kind) for name in self.filters)


def _figures(*ids: str, last: int = 0) -> tuple[Place, ...]:
    """A row of figures, equally wide but for the last one, where its width is given."""
    if last:
        edges = [(48 - last) * position // (len(ids) - 1) for position in range(len(ids))] + [48]
    else:
        edges = [48 * position // len(ids) for position in range(len(ids) + 1)]
    return tuple(Place(id, end - start, 6) for id, (start, end) in zip(ids, pairwise(edges), strict=True))


ALL_FILTERS = tuple(FILTERS)

DASHBOARDS: Mapping[str, Dashboard] = MappingProxyType(
    {
        dashboard.id: dashboard
        for dashboard in (
            Dashboard(
                "overview",
                Words("Overview", "Обзор", "개요"),
                Words(
                    "Who reacts how to the rapprochement of Moscow and Pyongyang. Compare shares within a bloc, not "
                    "counts between blocs, and read them beside the living feeds: a dead feed is no change of mind.",
                    "Кто и как реагирует на сближение Москвы и Пхеньяна. Сравнивайте доли внутри блока, а не числа "
                    "между блоками, и смотрите на живые ленты: мёртвая лента — не перемена мнения.",
                    "북러 밀착에 누가 어떻게 반응하는가. 진영 간 건수가 아니라 진영 안의 몫을 비교하고, 작동 중인 "
                    "피드 수와 함께 읽으십시오. 죽은 피드는 태도 변화가 아닙니다.",
                ),
                ALL_FILTERS,
                (
                    *_figures("statements", "speakers", "quoting-outlets", "critical-share", "freshness", last=14),
                    Place("reactions-over-time", 48, 14),
                    Place("categories-by-bloc", 24, 13),
                    Place("stance-by-bloc", 24, 13),
                    Place("stance-over-time", 24, 12),
                    Place("feeds-over-time", 24, 12),
                    Place("top-speakers", 24, 15),
                    Place("top-outlets", 24, 15),
                    Place("latest-statements", 48, 20),
                ),
            ),
            Dashboard(
                "actor",
                Words("Actor", "Актор", "행위자"),
                Words(
                    "What one speaker says, when, in which categories and beside whom. Choose a speaker above; without "
                    "one, all are shown.",
                    "Что говорит один актор, когда, в каких категориях и рядом с кем. Выберите говорящего вверху; без "
                    "выбора показаны все.",
                    "한 행위자가 무엇을, 언제, 어떤 범주에서, 누구와 함께 말하는가. 위에서 발언자를 고르십시오. 고르지 "
                    "않으면 모두 보입니다.",
                ),
                ("actor", "category", "stance", "bloc", "outlet", "language"),
                (
                    *_figures("statements", "quoting-outlets", "critical-share", "direct-share"),
                    Place("reactions-over-time", 24, 13),
                    Place("stance-counts-over-time", 24, 13),
                    Place("stances-taken", 24, 16),
                    Place("named-together", 24, 16),
                    Place("speakers-outlets", 24, 16),
                    Place("speakers-compared", 24, 16),
                    Place("latest-statements", 48, 20),
                ),
            ),
            Dashboard(
                "coverage",
                Words("Outlets and coverage", "Издания и охват", "매체와 수집 범위"),
                Words(
                    "Whether what is counted is all there is: feeds alive, outlets silent, failures, languages. "
                    "Filters of statements (category, speaker, stance) do not apply to feeds and failures.",
                    "Всё ли посчитано: живые ленты, молчащие издания, сбои, языки. Фильтры высказываний (категория, "
                    "говорящий, позиция) к лентам и сбоям не применяются.",
                    "빠진 것이 없는가: 작동 중인 피드, 조용한 매체, 실패, 언어. 발언 필터(범주, 발언자, 입장)는 피드와 "
                    "실패에는 적용되지 않습니다.",
                ),
                ("bloc", "outlet", "language"),
                (
                    *_figures("all-articles", "relevant-articles", "living-feeds", "failed-polls", "failures"),
                    Place("articles-over-time", 24, 13),
                    Place("feeds-over-time", 24, 13),
                    Place("outlets-compared", 24, 18),
                    Place("silent-outlets", 24, 18),
                    Place("polls-over-time", 24, 12),
                    Place("languages", 24, 12),
                    Place("failures-by-cause", 24, 12),
                    Place("agencies", 24, 12),
                    Place("articles-without-statements", 48, 14),
                    Place("feeds-that-fail", 48, 12),
                    Place("latest-failures", 48, 14),
                ),
                "articles",
                {"language": "outlet.language"},
            ),
            Dashboard(
                "quality",
                Words("Codebook and quality", "Кодировочная книга и качество", "코드북과 품질"),
                Words(
                    "Whether the coding can be trusted: examples of each category, statements of low certainty, "
                    "speakers that the actor list lacks.",
                    "Можно ли доверять кодированию: примеры каждой категории, неуверенные решения, говорящие "
                    "вне списка акторов.",
                    "코딩을 믿을 수 있는가: 범주별 보기, 확신도가 낮은 발언, 행위자 목록에 없는 발언자.",
                ),
                ALL_FILTERS,
                (
                    *_figures("statements", "uncoded-share", "unsure-share", "unlinked-share"),
                    Place("categories", 24, 13),
                    Place("categories-together", 24, 13),
                    Place("certainty", 24, 12),
                    Place("codebook-versions", 24, 12),
                    Place("examples", 48, 22),
                    Place("unlisted-speakers", 24, 18),
                    Place("statements-to-check", 24, 18),
                ),
            ),
        )
    }
)
