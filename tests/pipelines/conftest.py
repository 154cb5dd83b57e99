"""A line of its own for each test: indices, archive and Elasticsearch that no other test sees."""

from __future__ import annotations

import pytest

from connectors.elasticsearch.indices import Indices
from connectors.settings import Settings
from pipelines.line import Line


@pytest.fixture
def line(settings: Settings, elasticsearch, prefix: str, tmp_path) -> Line:
    return Line(settings, prefix=f"{prefix}x", archive=str(tmp_path / "archive"), processes=1)  # quickest to start


@pytest.fixture
def indexed(elasticsearch, line: Line):
    """Call it with a kind of document to get all that are indexed, by id."""

    def documents(kind: str) -> dict[str, dict]:
        name = Indices(line.prefix).name(kind)
        elasticsearch.indices.refresh(index=name)
        hits = elasticsearch.search(index=name, size=10_000)["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}

    return documents
