"""A line of its own for each test: indices, archive and Elasticsearch that no other test sees."""

from __future__ import annotations

import apache_beam
import pytest

from connectors.elasticsearch.indices import Indices
from connectors.prism import find
from connectors.settings import Settings
from pipelines.line import Line
from schemas.failures import Failure


@pytest.fixture
def line(settings: Settings, elasticsearch, prefix: str, tmp_path) -> Line:
    return Line(settings, prefix=f"{prefix}x", archive=str(tmp_path / "archive"), processes=1)  # quickest to start


@pytest.fixture
def indexed(elasticsearch, line: Line):
    """Call it with a kind of document, and a query, to get all that are indexed, by id."""

    def documents(kind: str, query: dict | None = None) -> dict[str, dict]:
        name = Indices(line.prefix).name(kind)
        elasticsearch.indices.refresh(index=name)
        hits = elasticsearch.search(index=name, query=query, size=10_000)["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}

    return documents


@pytest.fixture(scope="session")
def prism(settings: Settings):
    """Prism's binary, which is built once where there is none."""
    try:
        return find(settings, apache_beam.__version__)
    except Failure as problem:
        pytest.skip(str(problem))
