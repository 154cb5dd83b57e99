"""What the indices hold as a table for an analyst's own tools."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from elasticsearch import Elasticsearch

from connectors.elasticsearch.exporting import documents
from connectors.elasticsearch.filters import EVERYTHING, Filters
from connectors.elasticsearch.indices import Indices
from connectors.tables import FORMATS, output, write
from schemas.columns import columns
from schemas.failures import Failure


def export(
    client: Elasticsearch,
    indices: Indices,
    path: str,
    *,
    what: str = "statements",
    form: str = "",
    filters: Filters = EVERYTHING,
    text: str = "",
    nothing: Callable[[], None] | None = None,
) -> int:
    """Write all documents of a kind that meet the filters and hold the words to a file; returns how many.

    `path` is "-" for standard output; `form` (parquet, csv, jsonl) follows from the path's ending where it is not
    given. The columns are `schemas.columns.columns(what)`. A million statements take no more memory than a thousand.
    `nothing` is called where nothing fits: what it raises keeps the file from being made.

    Raises:
        Failure: "bad_format", or what `connectors.elasticsearch.exporting.documents` and `connectors.tables.output`
            raise.
    """
    form = form or form_of(path)
    with output(path) as out, closing(documents(client, indices, what, filters, text)) as found:
        number = write(found, columns(what), form, out)
        if not number and nothing:
            nothing()
    return number


def form_of(path: str) -> str:
    """The format that a file's name ends in.

    Raises:
        Failure: "bad_format".
    """
    ending = path.rpartition(".")[2].lower()
    if ending not in FORMATS:
        raise Failure("bad_format", f"{path} does not say by its ending which format it is to have: give a --format")
    return ending
