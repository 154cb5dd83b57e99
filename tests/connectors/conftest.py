"""Fixtures of the tests that write to Elasticsearch."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch, helpers

from connectors.elasticsearch.indices import Indices
from schemas.indices import DOCUMENTS


@pytest.fixture(scope="module")
def shared_indices(elasticsearch: Elasticsearch) -> Iterator[Indices]:
    made = Indices(f"test-{uuid.uuid4().hex[:12]}")
    made.ensure(elasticsearch)
    yield made
    made.delete(elasticsearch)


@pytest.fixture
def indices(elasticsearch: Elasticsearch, shared_indices: Indices) -> Iterator[Indices]:
    """Empty indices, made once a module: making them takes longer than most tests."""
    yield shared_indices
    names = [shared_indices.name(kind) for kind in DOCUMENTS]
    elasticsearch.indices.put_settings(index=names, settings={"index.blocks.write": None})
    elasticsearch.indices.refresh(index=names)
    helpers.bulk(
        elasticsearch,
        (
            {"_op_type": "delete", "_index": hit["_index"], "_id": hit["_id"]}
            for hit in helpers.scan(elasticsearch, index=names, _source=False)
        ),
        refresh=True,
    )
