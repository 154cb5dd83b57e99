"""Fixtures that several rooms' tests share.

No test sees the user's data: the settings of the environment are replaced by a data folder under pytest's temporary
folder. Only the jars of the embedded node, which are checked by their SHA-256, come from the user's cache folder, so
that they are not downloaded for each run. VOSTOCHNY_TEST_ELASTICSEARCH_URL (and …_USER, …_PASSWORD) runs the tests
against another Elasticsearch than the embedded node.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import elasticsearch as es
import pytest

from connectors.elasticsearch import client, node
from connectors.settings import Settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--blows", type=int, default=30, help="How often the endurance test strikes. Default: 30.")
    parser.addoption("--seed", type=int, default=7, help="Of the endurance test's choices. Default: 7.")


@pytest.fixture(scope="session", autouse=True)
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings that `Settings.from_env()` gives in all tests: an embedded node with a data folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))  # the user's own file
        cache_dir = Settings.from_env({"VOSTOCHNY_CACHE_DIR": os.environ.get("VOSTOCHNY_CACHE_DIR", "")}).cache_dir
        for name in [name for name in os.environ if name.startswith("VOSTOCHNY_")]:
            if name != "VOSTOCHNY_MAVEN_URL" and not name.startswith("VOSTOCHNY_TEST_"):
                patch.delenv(name)
        for name in ("URL", "USER", "PASSWORD"):
            if value := os.environ.get(f"VOSTOCHNY_TEST_ELASTICSEARCH_{name}"):
                patch.setenv(f"VOSTOCHNY_ELASTICSEARCH_{name}", value)
        patch.setenv("VOSTOCHNY_CACHE_DIR", str(cache_dir))
        patch.setenv("VOSTOCHNY_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("VOSTOCHNY_ELASTICSEARCH_HEAP", "512m")
        yield Settings.from_env()


@pytest.fixture(scope="session")
def elasticsearch(settings: Settings) -> Iterator[es.Elasticsearch]:
    """A client to the session's Elasticsearch; the embedded node is stopped at the end."""
    connection = client.connect(settings)
    yield connection
    connection.close()
    node.stop(settings)


@pytest.fixture
def prefix(elasticsearch: es.Elasticsearch) -> Iterator[str]:
    """A prefix for the names of one test's indices and templates, which are removed after it."""
    name = f"test-{uuid.uuid4().hex[:12]}-"
    yield name
    # By their full names, since servers refuse to remove by pattern.
    if indices := list(elasticsearch.indices.get(index=f"{name}*", expand_wildcards="all", features="aliases")):
        elasticsearch.indices.delete(index=indices)
    elasticsearch.options(ignore_status=404).indices.delete_index_template(name=f"{name}*")
    elasticsearch.options(ignore_status=404).cluster.delete_component_template(name=f"{name}*")
