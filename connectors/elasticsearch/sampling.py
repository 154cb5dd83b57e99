"""Random statements of the index, with the texts that they stand in, for human coders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.retrying import patiently
from connectors.elasticsearch.sink import get_documents
from schemas.failures import Failure

MAX_SIZE = 10_000  # hits that Elasticsearch gives in one answer

_ARTICLE = ("article.title", "article.text", "article.language", "article.published", "outlet.name")


def sample_documents(
    client: Elasticsearch, indices: Indices, size: int, *, seed: int = 0, language: str = ""
) -> list[dict[str, Any]]:
    """The articles of `size` random statements, as documents in the form that `vostochny analyse` takes and gives.

    A document has `id, lang, title, published, outlet, text` and, of its statements, those that were drawn, as
    `statements[{actor_name, start, end}]`. Every statement of the index has the same chance, and the same seed draws
    the same ones while the index does not change. `language` is ISO 639-1.

    Raises:
        Failure: "bad_sample" for a size out of bounds, "no_index" when there is nothing to sample from.
    """
    if not 0 < size <= MAX_SIZE:
        raise Failure("bad_sample", f"a sample of {size} statements is not possible; ask for 1 to {MAX_SIZE}")
    index = indices.name("statements")
    query = {
        "function_score": {
            "query": {"term": {"article.language": language}} if language else {"match_all": {}},
            "random_score": {"seed": seed, "field": "statement.id"},
            "boost_mode": "replace",
        }
    }
    fields = ["article.id", "statement.start", "statement.end", "actor.name"]
    try:
        answer = patiently(lambda: client.search(index=index, query=query, size=size, source_includes=fields))
    except NotFoundError as problem:
        raise Failure("no_index", f"there is no {index} to sample: run `vostochny run` or `demo` first") from problem
    statements: dict[str, list[dict[str, Any]]] = {}
    for hit in answer["hits"]["hits"]:
        source = hit["_source"]
        statements.setdefault(source["article"]["id"], []).append(
            {
                "actor_name": source.get("actor", {}).get("name", ""),
                "start": source["statement"]["start"],
                "end": source["statement"]["end"],
            }
        )
    documents = read_documents(client, indices, statements)
    for document in documents:
        document["statements"] = sorted(statements[document["id"]], key=lambda statement: statement["start"])
    return documents


def read_documents(client: Elasticsearch, indices: Indices, ids: Iterable[str]) -> list[dict[str, Any]]:
    """The articles with these ids, those that exist, as documents without statements, by id.

    Raises:
        Failure: "no_index" when the index is missing.
    """
    found = get_documents(client, indices.name("articles"), sorted(set(ids)), list(_ARTICLE))
    return [_document(id, source) for id, source in sorted(found.items())]


def _document(id: str, source: Mapping[str, Any]) -> dict[str, Any]:
    article = source.get("article", {})
    return {
        "id": id,
        "lang": article.get("language", ""),
        "title": article.get("title", ""),
        "published": article.get("published", ""),
        "outlet": source.get("outlet", {}).get("name", ""),
        "text": article.get("text", ""),
    }
