"""Mappings, templates, aliases and migration, on a real Elasticsearch."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from articles import HANGANG, KIRBY, NEVSKY, UNKNOWN, article, entry, feed, letter_of, statement
from elasticsearch import BadRequestError
from elasticsearch.dsl import Keyword, Text

from connectors.elasticsearch import indices as module
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import Sink
from schemas import indices as schema
from schemas.failures import Failure
from schemas.indices import DOCUMENTS, field_names, mapping_of
from schemas.records import FeedState, Poll

TEXT = "Kirby said the deal breaks resolutions."

PINNED = (
    3,
    {
        "articles": "66d8b0e2309e0d94",
        "statements": "7ea2e2cf418a5d44",
        "entries": "b1bcc70bf799761f",
        "feeds": "04b93ef589f46ee0",
        "feed-states": "b5fa1b984a4248b8",
        "dead-letters": "eeea00c2e1897249",
    },
)

DOCUMENTS_OF_NOTHING = {
    "articles": schema.article_document(article(entry(), ""), "2023-09-13T09:00:00Z"),
    "entries": schema.entry_document(entry(), "2023-09-13T09:00:00Z"),
    "feeds": schema.poll_document(
        Poll(feed(), FeedState(feed().url), "2023-09-13T09:00:00Z", 0, 0, False, 0.0), "2023-09-13T09:00:00Z"
    ),
    "feed-states": schema.feed_state_document(FeedState(feed().url), "2023-09-13T09:00:00Z"),
    "dead-letters": schema.dead_letter_document(letter_of(entry()), "2023-09-13T09:00:00Z"),
}


def backing(client, made, kind="articles") -> list[str]:
    return sorted(client.indices.get(index=f"{made.alias(kind)}-*"))


@pytest.fixture
def newer(monkeypatch):
    """Change a kind's mapping as a newer program would, and change it back."""

    def change(kind: str, change_mapping, version: int = schema.VERSION) -> None:
        def changed(of: str) -> dict:
            mapping = mapping_of(of)
            if of == kind:
                change_mapping(mapping["properties"])
                mapping["_meta"] = {"version": version, "hash": f"changed-{version}"}
            return mapping

        monkeypatch.setattr(module, "mapping_of", changed)

    return change


def test_every_field_is_flat_and_strict():
    for kind in DOCUMENTS:
        mapping = mapping_of(kind)
        assert mapping["dynamic"] == "strict"
        assert "'nested'" not in repr(mapping)
        assert "@timestamp" in field_names(kind)


def test_statements_carry_the_articles_fields():
    assert {name for name in field_names("articles") if name.startswith(("article.", "outlet.", "url.", "event."))} - {
        "article.text",
        "article.text.english",
        "article.text.russian",
        "article.text.korean",
        "article.actors",
        "article.delay",
    } <= field_names("statements")


def test_mappings_version_is_raised_with_the_mappings():
    """When this fails: raise VERSION in schemas/indices.py and put the new hashes here."""
    assert (schema.VERSION, {kind: mapping_of(kind)["_meta"]["hash"] for kind in DOCUMENTS}) == PINNED


def test_makes_templates_and_aliased_indices(elasticsearch, prefix):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    for kind in DOCUMENTS:
        assert backing(elasticsearch, made, kind) == [f"{prefix}-{kind}-000001"]
        (alias,) = elasticsearch.indices.get_alias(name=f"{prefix}-{kind}").body.values()
        assert alias == {"aliases": {f"{prefix}-{kind}": {"is_write_index": True}}}
    made.ensure(elasticsearch)
    assert backing(elasticsearch, made) == [f"{prefix}-articles-000001"]


def test_delete_removes_everything(elasticsearch, prefix):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    made.delete(elasticsearch)
    assert not elasticsearch.indices.exists(index=f"{prefix}-*", allow_no_indices=False)
    assert not elasticsearch.indices.exists_index_template(name=f"{prefix}-articles")
    made.delete(elasticsearch)


def test_many_at_once(elasticsearch, prefix):
    start = threading.Barrier(4)

    def ensure() -> None:
        start.wait()
        Indices(prefix).ensure(elasticsearch)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(ensure) for _ in range(4)]:
            future.result()
    assert backing(elasticsearch, Indices(prefix)) == [f"{prefix}-articles-000001"]


@pytest.mark.parametrize("kind", DOCUMENTS_OF_NOTHING)
def test_wrong_field_fails(elasticsearch, indices, kind):
    document = DOCUMENTS_OF_NOTHING[kind]
    elasticsearch.index(index=indices.name(kind), document=document)
    for wrong in ({"colour": "red"}, {"outlet": {"colour": "red"}}):
        with pytest.raises(BadRequestError) as caught:
            elasticsearch.index(index=indices.name(kind), document={**document, **wrong})
        assert caught.value.error == "strict_dynamic_mapping_exception"


def test_texts_are_found_by_stem(elasticsearch, indices):
    said = {
        "korean": ("김정은이 푸틴에게 포탄을 넘겼다고 그가 말했다.", HANGANG, UNKNOWN, "포탄"),
        "russian": ("Песков отверг сообщения о поставках ракет.", NEVSKY, KIRBY, "поставка ракеты"),
        "english": ("Kirby warned that missiles were being shipped.", HANGANG, KIRBY, "missile shipping"),
    }
    Sink(elasticsearch, indices).write_articles(
        [
            article(entry(name, outlet, title=text), text, statement(text, text, speaker))
            for name, (text, outlet, speaker, _) in said.items()
        ]
    )
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")
    for name, (text, _, _, words) in said.items():
        for kind, field in (
            ("articles", "article.text"),
            ("articles", "article.title"),
            ("statements", "statement.text"),
        ):
            query = {"match": {f"{field}.{name}": {"query": words, "operator": "and"}}}
            hits = elasticsearch.search(index=indices.name(kind), query=query)["hits"]["hits"]
            assert [hit["_source"]["article"]["title"] for hit in hits] == [text]


def test_explanation_is_stored_but_not_searched(elasticsearch, indices):
    Sink(elasticsearch, indices).write_articles([article(entry(), TEXT, statement(TEXT, TEXT))])
    elasticsearch.indices.refresh(index=indices.name("statements"))
    (hit,) = elasticsearch.search(index=indices.name("statements"))["hits"]["hits"]
    assert hit["_source"]["statement"]["explanation"] == '{"cue": "said"}'
    with pytest.raises(BadRequestError):
        elasticsearch.search(index=indices.name("statements"), query={"match": {"statement.explanation": "said"}})


def test_migrates_to_a_newer_mapping(elasticsearch, prefix, newer):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    items = [article(entry(str(number)), TEXT, statement(TEXT, TEXT)) for number in range(600)]
    Sink(elasticsearch, made).write_articles(items)

    def change(properties: dict) -> None:
        properties["outlet"]["properties"]["city"] = Keyword().to_dict()
        properties["article"]["properties"]["authors"] = Text().to_dict()
        del properties["article"]["properties"]["length"]

    newer("articles", change, version=schema.VERSION + 1)
    made.ensure(elasticsearch)
    (index,) = backing(elasticsearch, made)
    assert index.startswith(f"{prefix}-articles-000002")
    assert backing(elasticsearch, made, "statements") == [f"{prefix}-statements-000001"]
    assert elasticsearch.count(index=made.name("articles"))["count"] == 600
    document = elasticsearch.get(index=made.name("articles"), id=items[7].id)["_source"]
    assert document["article"]["text"] == TEXT and "length" not in document["article"]
    made.ensure(elasticsearch)
    assert backing(elasticsearch, made) == [index]


def test_older_program_leaves_newer_indices_alone(elasticsearch, prefix, newer, monkeypatch):
    made = Indices(prefix)
    with monkeypatch.context():
        newer("articles", lambda properties: None, version=schema.VERSION + 1)
        made.ensure(elasticsearch)
    monkeypatch.setattr(module, "mapping_of", mapping_of)
    with pytest.raises(Failure) as caught:
        made.ensure(elasticsearch)
    assert caught.value.cause == "newer_index"
    template = elasticsearch.indices.get_index_template(name=f"{prefix}-articles")["index_templates"][0]
    assert template["index_template"]["_meta"]["version"] == schema.VERSION + 1


def test_migrations_at_once_lose_nothing(elasticsearch, prefix, newer):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    Sink(elasticsearch, made).write_articles([article(entry(str(number)), TEXT) for number in range(300)])
    newer("articles", lambda properties: properties.update(city=Keyword().to_dict()))
    start = threading.Barrier(3)

    def ensure() -> None:
        start.wait()
        Indices(prefix).ensure(elasticsearch)

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(ensure) for _ in range(3)]:
            future.result()
    assert len(backing(elasticsearch, made)) == 1
    assert elasticsearch.count(index=made.name("articles"))["count"] == 300
    assert Sink(elasticsearch, made).write_articles([article(entry("after"), TEXT)]) == []


def test_writes_during_a_migration_are_not_lost(elasticsearch, prefix, newer, monkeypatch):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    Sink(elasticsearch, made).write_articles([article(entry("before"), TEXT)])
    newer("articles", lambda properties: properties.update(city=Keyword().to_dict()))
    copy = module._copy
    writing = threading.Thread(
        target=lambda: Sink(elasticsearch, made, first_wait=0.02).write_articles([article(entry("meanwhile"), TEXT)])
    )

    def copy_while_another_writes(*args) -> None:
        copy(*args)
        writing.start()

    monkeypatch.setattr(module, "_copy", copy_while_another_writes)
    made.ensure(elasticsearch)
    writing.join()
    elasticsearch.indices.refresh(index=made.name("articles"))
    assert elasticsearch.count(index=made.name("articles"))["count"] == 2


def test_interrupted_migration_is_done_again(elasticsearch, prefix, newer, monkeypatch):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    Sink(elasticsearch, made).write_articles([article(entry(), TEXT)])
    newer("articles", lambda properties: properties.update(city=Keyword().to_dict()))
    copy = module._copy

    def interrupted(*args) -> None:
        copy(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_copy", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made.ensure(elasticsearch)
    assert backing(elasticsearch, made) == [f"{prefix}-articles-000001"]
    assert elasticsearch.count(index=made.name("articles"))["count"] == 1
    made.ensure(elasticsearch)
    assert elasticsearch.count(index=made.name("articles"))["count"] == 1
    assert Sink(elasticsearch, made).write_articles([article(entry("after"), TEXT)]) == []


def test_killed_migration_leaves_nothing_behind(elasticsearch, prefix, newer):
    """What a process that was killed while it copied has left: the old index without writes, and part of a copy."""
    made = Indices(prefix)
    made.ensure(elasticsearch)
    Sink(elasticsearch, made).write_articles([article(entry(), TEXT)])
    old = f"{prefix}-articles-000001"
    elasticsearch.indices.add_block(index=old, block="write")
    elasticsearch.indices.create(index=f"{prefix}-articles-000002-dead", mappings={"_meta": {"copy_of": old}})
    unrelated = made.next_index("articles", old)
    elasticsearch.indices.create(index=unrelated)
    newer("articles", lambda properties: properties.update(city=Keyword().to_dict()))
    made.ensure(elasticsearch)
    current, *others = sorted(elasticsearch.indices.get_alias(name=made.name("articles")).body)
    assert not others
    assert set(backing(elasticsearch, made)) == {current, unrelated}
    assert elasticsearch.count(index=made.name("articles"))["count"] == 1


def test_documents_that_do_not_fit_keep_the_old_index(elasticsearch, prefix, newer):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    Sink(elasticsearch, made).write_articles([article(entry(title="no number"), TEXT)])

    def change(properties: dict) -> None:
        properties["article"]["properties"]["title"] = {"type": "integer"}

    newer("articles", change)
    with pytest.raises(Failure) as caught:
        made.ensure(elasticsearch)
    assert caught.value.cause == "copy_rejected"
    assert backing(elasticsearch, made) == [f"{prefix}-articles-000001"]
    assert Sink(elasticsearch, made).write_articles([article(entry("after"), TEXT)]) == []


def test_blocks_that_a_killed_process_has_left_are_lifted_after_a_while(elasticsearch, prefix, monkeypatch):
    made = Indices(prefix)
    made.ensure(elasticsearch)
    index = f"{prefix}-articles-000001"
    elasticsearch.indices.put_alias(index=index, name=module.swap_mark(index))
    elasticsearch.indices.add_block(index=index, block="write")
    impatient = {"attempts": 1, "first_wait": 0.0}
    made.ensure(elasticsearch)
    with pytest.raises(Failure):
        Sink(elasticsearch, made, **impatient).write_articles([article(entry(), TEXT)])
    monkeypatch.setattr(module, "MAX_BLOCKED", 0.0)
    made.ensure(elasticsearch)
    assert Sink(elasticsearch, made, **impatient).write_articles([article(entry(), TEXT)]) == []
    assert list(elasticsearch.indices.get_alias(index=index)[index]["aliases"]) == [made.name("articles")]


def test_index_in_the_place_of_an_alias_is_named(elasticsearch, prefix):
    elasticsearch.indices.create(index=f"{prefix}-articles")
    with pytest.raises(Failure) as caught:
        Indices(prefix).ensure(elasticsearch)
    assert caught.value.cause == "alias_is_index" and f"{prefix}-articles" in caught.value.detail


def test_missing_analyzer_is_named(elasticsearch, prefix, monkeypatch):
    monkeypatch.setattr(module, "STEMMED", {"korean": "nori_of_nobody"})
    with pytest.raises(Failure) as caught:
        Indices(prefix).ensure(elasticsearch)
    assert caught.value.cause == "no_analyzer" and "nori_of_nobody" in caught.value.detail


@pytest.mark.parametrize("bad", ["", "Upper", "a*", "-a", "a b", "a/b", "новости"])
def test_bad_prefix(bad):
    with pytest.raises(Failure) as caught:
        Indices(bad)
    assert caught.value.cause == "bad_prefix"
