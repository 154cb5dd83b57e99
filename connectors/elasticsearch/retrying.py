"""Patience with an Elasticsearch that is busy, restarting, or moving an index."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from elasticsearch import ApiError, ConnectionError, ConnectionTimeout

from schemas.failures import Failure

Result = TypeVar("Result")

PASSING = frozenset({429, 502, 503, 504})  # statuses that say "later", not "no"
ATTEMPTS = 6
FIRST_WAIT = 0.5  # seconds, doubled by every attempt: 15 s in all


class Busy(Exception):
    """A part of an answer said "later"."""


def patiently(call: Callable[[], Result], *, attempts: int = ATTEMPTS, first_wait: float = FIRST_WAIT) -> Result:
    """The call's result, after as many attempts as it needs; the call must be safe to repeat.

    Raises:
        Failure: "elasticsearch_unavailable" when the last attempt met a connection error, a passing status or Busy;
            "elasticsearch_rejected" when the server does not let us do this.
        ApiError: any other answer, at once.
    """
    for attempt in range(attempts):
        if attempt:
            time.sleep(first_wait * 2 ** (attempt - 1))
        try:
            return call()
        except ApiError as problem:
            if problem.status_code in (401, 403):
                raise not_allowed(problem) from problem
            if problem.status_code not in PASSING:
                raise
            last: Exception = problem
        except (ConnectionError, ConnectionTimeout, Busy) as problem:
            last = problem
    raise Failure(
        "elasticsearch_unavailable",
        f"Elasticsearch did not take a request after {attempts} attempts: {last}. See whether it runs and has room "
        "on its disk (vostochny elasticsearch status), then run again: nothing is lost or doubled",
    ) from last


def not_allowed(problem: ApiError) -> Failure:
    return Failure(
        "elasticsearch_rejected",
        f"Elasticsearch does not let us do this ({problem}): the API key or user must be allowed to manage index "
        "templates, and to manage, read and write the indices that begin with the prefix",
    )
