"""The one exception by which a room says that an item could not be handled."""

from __future__ import annotations


class Failure(Exception):
    """An item can't be handled, and why.

    `cause` is a short snake_case code, stable enough to count by ("http_404", "timeout", "private_address",
    "robots", "too_large", "bad_feed", "no_text", "index_rejected"); `detail` says in a sentence what happened and,
    where the user can do something about it, what. `retry_after` is in seconds where the other side named it.
    """

    def __init__(self, cause: str, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.cause}: {self.detail}"

    def __reduce__(self):
        return _rebuild, (type(self), self.cause, self.detail, self.retry_after)


class SetupFailure(Failure):
    """What every item would meet, such as a codebook's damaged file: the run must stop and the user act."""


def _rebuild(kind: type[Failure], cause: str, detail: str, retry_after: float | None) -> Failure:
    return kind(cause, detail, retry_after=retry_after)
