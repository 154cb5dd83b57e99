"""A new generation of articles and statements, beside one that is written all the time."""

from __future__ import annotations

import pickle

import pytest

from connectors.elasticsearch import generations
from connectors.elasticsearch.generations import (
    GenerationSink,
    Marks,
    Succession,
    article_ids,
    changed,
    marks,
)
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import Sink
from schemas.failures import Failure
from tests.connectors.articles import article, entry, statement

TEXT = "Kirby said so. Kirby denied it."
SAID, DENIED = "Kirby said so.", "Kirby denied it."
ALL = {"match_all": {}}


@pytest.fixture
def made(elasticsearch, prefix) -> Indices:
    indices = Indices(prefix)
    indices.ensure(elasticsearch)
    articles = [article(entry(str(n)), TEXT, statement(TEXT, SAID), statement(TEXT, DENIED)) for n in range(3)]
    assert Sink(elasticsearch, indices).write_articles(articles) == []
    return indices


def backing(client, indices) -> list[str]:
    return sorted(client.indices.get(index=[f"{indices.alias(kind)}-*" for kind in ("articles", "statements")]))


def titles(client, indices, kind="articles") -> list[str]:
    name = indices.name(kind)
    client.indices.refresh(index=name)
    return sorted(hit["_source"]["article"]["title"] for hit in client.search(index=name, size=100)["hits"]["hits"])


def test_generation_takes_the_place_of_the_present_one(elasticsearch, made):
    old = backing(elasticsearch, made)
    with Succession(elasticsearch, made) as succession:
        reached = marks(elasticsearch, succession.present)
        sink = pickle.loads(pickle.dumps((succession.present, succession.next)))
        sink = GenerationSink(elasticsearch, *sink)
        again = article(entry("0", title="Recoded"), TEXT, statement(TEXT, SAID), codebook="2")
        assert sink.write([again], replace=False) == {}
        sink.copy([article(entry(n), TEXT).id for n in "12"], replace=False)
        assert titles(elasticsearch, made) == ["Title"] * 3
        assert succession.promote(reached)[0] == set()
    assert titles(elasticsearch, made) == ["Recoded", "Title", "Title"]
    assert titles(elasticsearch, made, "statements") == ["Recoded"] + ["Title"] * 4
    assert len(backing(elasticsearch, made)) == 2 and not set(backing(elasticsearch, made)) & set(old)
    made.ensure(elasticsearch)
    assert Sink(elasticsearch, made).write_articles([article(entry("after"), TEXT)]) == []


def test_what_is_not_promoted_is_gone(elasticsearch, made):
    old = backing(elasticsearch, made)
    with Succession(elasticsearch, made) as succession:
        assert len(backing(elasticsearch, made)) == 4
    assert backing(elasticsearch, made) == old
    with pytest.raises(Failure) as caught:
        GenerationSink(elasticsearch, succession.present, succession.next).write(
            [article(entry("0"), TEXT)], replace=False
        )
    assert caught.value.cause == "no_index"
    assert backing(elasticsearch, made) == old


def test_what_others_write_meanwhile_is_told_and_taken_along(elasticsearch, made):
    sink = Sink(elasticsearch, made)
    with Succession(elasticsearch, made) as succession:
        reached = marks(elasticsearch, succession.present)
        assert changed(elasticsearch, succession.present, Marks()) == {
            key for ids in article_ids(elasticsearch, succession.present.name("articles"), ALL) for key in ids
        }
        into = GenerationSink(elasticsearch, succession.present, succession.next)
        into.copy([article(entry(str(n)), TEXT).id for n in range(3)], replace=False)
        assert changed(elasticsearch, succession.present, reached) == set()

        fresh = article(entry("new", title="New"), TEXT, statement(TEXT, SAID))
        edited = article(entry("1", title="Edited"), TEXT, statement(TEXT, DENIED))._replace(
            fetched="2030-01-01T00:00:00Z"
        )
        moved = article(entry("2", title="Moved"), TEXT)._replace(id="elsewhere")
        assert sink.write_articles([fresh, edited, moved]) == []
        late, _ = succession.promote(reached)
    assert late == {fresh.id, edited.id, "elsewhere"}
    assert titles(elasticsearch, made) == ["Edited", "Moved", "New", "Title"]
    assert titles(elasticsearch, made, "statements") == ["Edited", "New", "Title", "Title"]


def test_statements_whose_article_is_still_to_come_are_taken_along(elasticsearch, made):
    """What a writer has left that was stopped between an article's statements and the article."""
    fresh = article(entry("new", title="New"), TEXT, statement(TEXT, SAID))
    with Succession(elasticsearch, made) as succession:
        reached = marks(elasticsearch, succession.present)
        GenerationSink(elasticsearch, succession.present, succession.next).copy(
            [article(entry(str(n)), TEXT).id for n in range(3)], replace=False
        )
        GenerationSink(elasticsearch, made, made)._write({}, {fresh.id: {"one": _document(fresh)}}, False)
        late, _ = succession.promote(reached)
    assert late == {fresh.id}
    assert "New" in titles(elasticsearch, made, "statements")


def _document(of) -> dict:
    from schemas.indices import statement_documents

    return next(statement_documents(of, "2024-01-01T00:00:00Z"))[1]


def test_leftovers_are_removed_but_not_those_of_another_machine_that_is_at_it(elasticsearch, made, monkeypatch):
    old = backing(elasticsearch, made)
    killed = Succession(elasticsearch, made)
    killed.__enter__()
    killed._ended.set()
    with Succession(elasticsearch, made):
        assert len(backing(elasticsearch, made)) == 4

    abroad = Succession(elasticsearch, made)
    with monkeypatch.context() as patch:
        patch.setattr(generations.socket, "gethostname", lambda: "elsewhere")
        abroad.__enter__()
        abroad._ended.set()
    with pytest.raises(Failure) as caught, Succession(elasticsearch, made):
        pass
    assert caught.value.cause == "recode_elsewhere" and "elsewhere" in caught.value.detail
    monkeypatch.setattr(generations, "DEAD_AFTER", -1.0)
    with Succession(elasticsearch, made):
        assert len(backing(elasticsearch, made)) == 4
    assert backing(elasticsearch, made) == old


def interrupted(*_) -> None:
    raise KeyboardInterrupt


def test_old_generation_that_outlived_the_swap_is_removed_by_the_next(elasticsearch, made, monkeypatch):
    with Succession(elasticsearch, made) as succession:
        reached = marks(elasticsearch, succession.present)
        ids = [article(entry(str(n)), TEXT).id for n in range(3)]
        GenerationSink(elasticsearch, succession.present, succession.next).copy(ids, replace=False)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Succession, "_remove", interrupted)
            succession.promote(reached)
    assert len(backing(elasticsearch, made)) == 4
    with Succession(elasticsearch, made):
        pass
    assert len(backing(elasticsearch, made)) == 2
    assert titles(elasticsearch, made) == ["Title"] * 3
    assert Sink(elasticsearch, made).write_articles([article(entry("after"), TEXT)]) == []


def test_indices_that_somebody_removes_meanwhile_are_named(elasticsearch, made):
    with pytest.raises(Failure) as caught, Succession(elasticsearch, made) as succession:
        made.delete(elasticsearch)
        marks(elasticsearch, succession.present)
    assert caught.value.cause == "no_index" and made.name("articles") in caught.value.detail


def test_successor_is_overtaken_by_whoever_has_replaced_the_index(elasticsearch, made):
    with Succession(elasticsearch, made) as slow:
        reached = marks(elasticsearch, slow.present)
        index = slow.present.name("articles")
        elasticsearch.indices.create(index=f"{index}-other")
        elasticsearch.indices.update_aliases(
            actions=[
                {"remove": {"index": index, "alias": made.name("articles")}},
                {"add": {"index": f"{index}-other", "alias": made.name("articles"), "is_write_index": True}},
            ]
        )
        with pytest.raises(Failure) as caught:
            slow.promote(reached)
    assert caught.value.cause == "recode_overtaken"
    assert list(elasticsearch.indices.get_alias(name=made.name("articles"))) == [f"{index}-other"]
    settings = elasticsearch.indices.get_settings(index=index)[index]["settings"]["index"]
    assert settings.get("blocks", {}).get("write") in (None, "false")
