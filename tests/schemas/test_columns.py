"""What an export's columns are said to be is what the document classes and the records make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from schemas.columns import MEANINGS, TIMES, as_markdown, columns
from schemas.indices import DOCUMENTS, mapping_of

TYPES = {
    "keyword": "string",
    "text": "string",
    "date": "timestamp",
    "boolean": "boolean",
    "integer": "integer",
    "long": "long",
    "float": "double",
    "object": "scores",
}


def mapped(properties: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, field in properties.items():
        if below := field.get("properties"):
            yield from mapped(below, f"{path}{name}.")
        else:
            yield path + name, field.get("type", "object")


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_field_of_the_mapping_is_a_column_of_its_type(kind):
    expected = {name: TYPES[type_] for name, type_ in mapped(mapping_of(kind)["properties"])}
    assert {column.name: column.type for column in columns(kind)} == expected


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_column_says_what_it_means(kind):
    assert all(column.meaning for column in columns(kind))
    assert columns(kind)[0].name == "@timestamp"
    assert columns(kind)[0].meaning == TIMES[kind]


def test_no_meaning_is_of_a_field_that_is_not_there():
    assert set(MEANINGS) == {column.name for kind in DOCUMENTS for column in columns(kind)}


def test_lists_are_what_the_records_hold_many_of():
    many = {column.name for kind in DOCUMENTS for column in columns(kind) if column.many}
    assert many == {"article.authors", "article.categories", "article.actors", "statement.categories"}


def test_the_page_is_up_to_date():
    page = Path(__file__).parents[2] / "docs" / "schema.md"
    assert page.read_text("utf-8") == as_markdown(), "write it anew: vostochny export --schema > docs/schema.md"
