"""What a search or an export is narrowed to, as queries on any kind of index."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from schemas.actors import ActorList, load_actors
from schemas.failures import Failure
from schemas.indices import STEMMED, field_names

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "categories": ("statement.categories", "article.categories"),
        "blocs": ("outlet.bloc",),
        "actors": ("actor.id", "article.actors"),
        "stances": ("statement.stance",),
        "outlets": ("outlet.id",),
        "countries": ("outlet.country",),
        "languages": ("article.language", "outlet.language"),
    }
)
"""By filter the fields that it narrows; of an index the first one that it has."""

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class Filters(NamedTuple):
    """Values by filter, any one of which suffices, and a period, both ends of which are included.

    `outlets` and `actors` are ids or names, actors under any name that the actor list or the text has; `blocs` and
    `countries` are the outlet's; `since` and `until` are ISO 8601 dates or times.
    """

    categories: tuple[str, ...] = ()
    blocs: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def queries(self, kind: str, actor_list: ActorList | None = None) -> list[Query]:
        """The filters as queries on one kind of index.

        Raises:
            Failure: "no_such_filter" where documents of the kind have nothing that a filter could narrow.
        """
        known = field_names(kind)
        found: list[Query] = []
        for name, candidates in FIELDS.items():
            values = getattr(self, name)
            if not values:
                continue
            field = next((each for each in candidates if each in known), "")
            if not field:
                raise Failure("no_such_filter", f"{kind} can't be narrowed by {name}: they have no field for it")
            found.append(_query(field, values, actor_list))
        if self.since or self.until:
            found.append(_period(self.since, self.until))
        return found


EVERYTHING = Filters()


def any_of(ways: Sequence[Query]) -> Query:
    """What meets one of the queries."""
    return ways[0] if len(ways) == 1 else Q("bool", should=list(ways), minimum_should_match=1)


def _query(field: str, values: Sequence[str], actor_list: ActorList | None) -> Query:
    match field:
        case "outlet.id":
            return any_of([Q("terms", **{each: list(values)}) for each in ("outlet.id", "outlet.name")])
        case "actor.id" | "article.actors":
            listed = actor_list if actor_list is not None else load_actors()
            return any_of([_actor(field, name, listed) for name in values])
        case "outlet.country":
            values = [value.upper() for value in values]
        case "article.language" | "outlet.language":
            values = [value.lower() for value in values]
    return Q("terms", **{field: list(values)})


def _actor(field: str, name: str, listed: ActorList) -> Query:
    ids = {name, *(actor.id for actor in listed.named(name))}
    ways: list[Query] = [Q("terms", **{field: sorted(ids)})]
    if len(ids) == 1 and field == "actor.id":  # not in the list: as the texts have it
        fields = [f"actor.{part}.{stemmed}" for part in ("name", "surface") for stemmed in STEMMED]
        ways.append(Q("multi_match", query=name, fields=fields, type="phrase"))
    return any_of(ways)


def _period(since: str, until: str) -> Query:
    bounds = {}
    if since:
        bounds["gte"] = since
    if until:
        # "2023-09" lasts until the end of the month: a date is rounded up over what it leaves open.
        unit = {4: "y", 7: "M", 10: "d"}.get(len(until)) if _DAY.fullmatch(until) else None
        bounds["lte"] = f"{until}||/{unit}" if unit else until
    return Q("range", **{"@timestamp": bounds})
