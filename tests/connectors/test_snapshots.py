"""What is backed up comes back, whatever became of it meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from elasticsearch import Elasticsearch

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.known import Known
from connectors.elasticsearch.ledger import Ledger
from connectors.elasticsearch.retention import remove_documents
from connectors.elasticsearch.sink import Sink
from connectors.elasticsearch.snapshots import (
    Snapshot,
    backup,
    ensure_repository,
    keep_newest,
    restore,
    snapshots,
)
from connectors.settings import Settings
from schemas.failures import Failure
from schemas.indices import DOCUMENTS, VERSION
from schemas.records import FeedState, Poll
from tests.connectors.articles import article, entry, feed, letter_of, statement

TEXT = "Kirby said that Moscow buys shells. Nobody denied it."
POLLED = "2024-06-01T12:00:00Z"


@pytest.fixture(scope="module")
def repository(elasticsearch: Elasticsearch, settings: Settings) -> str:
    if settings.elasticsearch_url:
        pytest.skip("the server given may have no folder for backups")
    ensure_repository(elasticsearch, "tests", settings.backup_dir)
    return "tests"


@pytest.fixture
def made(elasticsearch, prefix) -> Indices:
    indices = Indices(f"{prefix}a")
    indices.ensure(elasticsearch)
    return indices


def fill(elasticsearch, indices, *names: str) -> None:
    sink = Sink(elasticsearch, indices)
    for name in names:
        said = statement(TEXT, "Kirby said that Moscow buys shells.")
        sink.write_articles([article(entry(name), TEXT, said)])
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")


def everything(elasticsearch, indices, *but: str) -> dict[str, dict]:
    """All documents by index and id."""
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")
    found = {}
    for kind in DOCUMENTS:
        if kind not in but:
            for hit in elasticsearch.search(index=indices.name(kind), size=1000)["hits"]["hits"]:
                found[f"{kind}/{hit['_id']}"] = hit["_source"]
    return found


def test_what_was_removed_and_changed_comes_back_and_what_came_later_goes(elasticsearch, made, repository):
    fill(elasticsearch, made, "a", "b", "c")
    sink = Sink(elasticsearch, made)
    state = FeedState(feed().url, etag='"1"', last_modified="x", body_hash="y", interval=600.0, next_poll="2999-01-01")
    sink.write_polls([Poll(feed(), state, POLLED, 200, 3, False, 0.1)])
    sink.write_dead_letters([letter_of(entry("dead"))])
    Ledger(elasticsearch, made).keep([entry("waiting")])
    before = everything(elasticsearch, made, "feed-states")
    taken = backup(elasticsearch, made, repository)
    assert (
        taken.state == "SUCCESS" and taken.name.startswith(f"{made.prefix}-20") and set(taken.indices) == {*DOCUMENTS}
    )

    remove_documents(elasticsearch, made, "2999-01-01T00:00:00Z")
    fill(elasticsearch, made, "later")
    (found,) = [one for one in snapshots(elasticsearch, made, repository) if one.name == taken.name]
    counts = restore(elasticsearch, made, repository, found)

    assert everything(elasticsearch, made, "feed-states") == before
    assert counts == {"articles": 3, "statements": 3, "entries": 5, "feeds": 1, "feed-states": 1, "dead-letters": 1}
    # The feed is polled at once and in full, since it may show what came after the backup.
    (again,) = Known(elasticsearch, made).feed_states([feed().url]).values()
    assert (again.etag, again.last_modified, again.body_hash, again.interval) == ("", "", "", 600.0)
    assert Ledger(elasticsearch, made).claim_feeds([feed()], 1) == [feed()]
    # Nothing is left behind, and writing goes on.
    assert len(elasticsearch.indices.get(index=f"{made.prefix}-*")) == len(DOCUMENTS)
    fill(elasticsearch, made, "later")
    assert elasticsearch.count(index=made.name("articles"))["count"] == 4
    # Once more, over what has itself been restored.
    assert restore(elasticsearch, made, repository, found)["articles"] == 3


def test_it_can_be_restored_beside_what_it_was_made_of(elasticsearch, made, prefix, repository):
    fill(elasticsearch, made, "a")
    taken = backup(elasticsearch, made, repository, f"{made.prefix}-named")
    fill(elasticsearch, made, "b")
    beside = Indices(f"{prefix}beside")
    assert restore(elasticsearch, beside, repository, taken)["articles"] == 1
    assert elasticsearch.count(index=made.name("articles"))["count"] == 2
    assert snapshots(elasticsearch, Indices(f"{prefix}nothing"), repository) == []


def test_an_entry_is_forgotten_that_is_not_whole(elasticsearch, made, repository):
    """As when it was written while the snapshot was taken, which holds the indices of different moments."""
    fill(elasticsearch, made, "whole", "no article", "no statement")
    Sink(elasticsearch, made).write_dead_letters([letter_of(entry("dead")), letter_of(entry("no letter"))])
    for kind, field, name in (
        ("articles", "entry.id", "no article"),
        ("statements", "article.id", "no statement"),
        ("dead-letters", "entry.id", "no letter"),
    ):
        elasticsearch.indices.refresh(index=made.name(kind))
        of = entry(name).id if field == "entry.id" else article(entry(name), TEXT).id
        (hit,) = elasticsearch.search(index=made.name(kind), query={"term": {field: of}})["hits"]["hits"]
        elasticsearch.delete(index=made.name(kind), id=hit["_id"])
    restore(elasticsearch, made, repository, backup(elasticsearch, made, repository))
    items = [entry(name) for name in ("whole", "dead", "no article", "no statement", "no letter")]
    new, known = Known(elasticsearch, made).split(items)
    assert (known, new) == (items[:2], items[2:])


def test_what_fails_leaves_everything_as_it_was(elasticsearch, made, repository):
    fill(elasticsearch, made, "a")
    taken = backup(elasticsearch, made, repository)
    elasticsearch.snapshot.delete(repository=repository, snapshot=taken.name)
    fill(elasticsearch, made, "b")
    before = everything(elasticsearch, made)
    names = set(elasticsearch.indices.get(index=f"{made.prefix}-*"))
    with pytest.raises(Failure, match="restore_failed"):
        restore(elasticsearch, made, repository, taken)
    assert everything(elasticsearch, made) == before
    assert set(elasticsearch.indices.get(index=f"{made.prefix}-*")) == names


def test_a_backup_of_a_newer_version_is_refused(elasticsearch, made, repository):
    fill(elasticsearch, made, "a")
    (index,) = elasticsearch.indices.get(index=made.name("articles"))
    present = elasticsearch.indices.get_mapping(index=index)[index]["mappings"]["_meta"]
    elasticsearch.indices.put_mapping(index=index, meta=present | {"version": VERSION + 1})
    taken = backup(elasticsearch, made, repository)
    elasticsearch.indices.put_mapping(index=index, meta=present)
    with pytest.raises(Failure, match=r"newer_index.*newer version"):
        restore(elasticsearch, made, repository, taken)
    assert elasticsearch.count(index=made.name("articles"))["count"] == 1
    assert set(elasticsearch.indices.get(index=made.name("articles"))) == {index}


def test_what_a_killed_restore_has_left_is_taken_up(elasticsearch, made, repository):
    fill(elasticsearch, made, "a")
    taken = backup(elasticsearch, made, repository)

    class Killed(BaseException):
        pass

    def told(what: str) -> None:
        if what == "making it whole":
            left.extend(elasticsearch.indices.get(index=f"{made.prefix}-*"))
            raise Killed

    left: list[str] = []
    with pytest.raises(Killed):
        restore(elasticsearch, made, repository, taken, told=told)
    assert len(left) == 2 * len(DOCUMENTS)
    for name in left:  # as if nothing had been cleared away
        if not elasticsearch.indices.exists(index=name):
            elasticsearch.indices.create(index=name)
    restore(elasticsearch, made, repository, taken)
    assert len(elasticsearch.indices.get(index=f"{made.prefix}-*")) == len(DOCUMENTS)


def test_only_the_newest_are_kept(elasticsearch, made, repository):
    names = [f"{made.prefix}-{number}" for number in range(3)]
    for name in names:
        backup(elasticsearch, made, repository, name)
    other = f"{made.prefix}-by-others"
    elasticsearch.snapshot.create(
        repository=repository, snapshot=other, indices=f"{made.prefix}-*", wait_for_completion=True
    )
    assert keep_newest(elasticsearch, made, repository, 1) == names[1::-1]
    assert {one.name for one in snapshots(elasticsearch, made, repository)} == {names[2], other}
    fill(elasticsearch, made, "a")
    (others,) = [one for one in snapshots(elasticsearch, made, repository) if one.name == other]
    assert restore(elasticsearch, made, repository, others)["articles"] == 0


def test_what_cannot_be_done_is_told(elasticsearch, made, prefix, repository, tmp_path):
    with pytest.raises(Failure, match=r"no_repository.*no snapshot repository 'elsewhere' \(it has .*tests"):
        ensure_repository(elasticsearch, "elsewhere", None)
    ensure_repository(elasticsearch, repository, None)
    with pytest.raises(Failure, match=r"no_backup_folder.*vostochny elasticsearch stop"):
        ensure_repository(elasticsearch, "elsewhere", tmp_path / "backups")
    with pytest.raises(Failure, match=r"no_index.*vostochny run"):
        backup(elasticsearch, Indices(f"{prefix}nothing"), repository)
    with pytest.raises(Failure, match=r"bad_name.*'Ä b'"):
        backup(elasticsearch, made, repository, "Ä b")
    backup(elasticsearch, made, repository, f"{made.prefix}-once")
    with pytest.raises(Failure, match=r"backup_failed.*same name"):
        backup(elasticsearch, made, repository, f"{made.prefix}-once")
    partial = Snapshot("p", "PARTIAL", POLLED, 1.0, {"articles": "x"}, "u")
    with pytest.raises(Failure, match=r"bad_snapshot.*partial"):
        restore(elasticsearch, made, repository, partial)
    with pytest.raises(Failure, match="no_repository"):
        snapshots(elasticsearch, made, "elsewhere")


def test_a_backup_beside_writing_holds_only_what_is_whole(elasticsearch, made, repository):
    """Whatever is known after restoring is there with all that belongs to it; the rest comes again."""
    written, stop = [], threading.Event()

    def write() -> None:
        sink = Sink(elasticsearch, made)
        while not stop.is_set():
            some = [entry(f"{len(written) + number}") for number in range(20)]
            said = statement(TEXT, "Kirby said that Moscow buys shells.")
            sink.write_articles([article(item, TEXT, said) for item in some])
            written.extend(some)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            while not written and not writing.done():
                stop.wait(0.01)
            taken = backup(elasticsearch, made, repository)
        finally:
            stop.set()
        writing.result()
    restore(elasticsearch, made, repository, taken)
    _, known = Known(elasticsearch, made).split(written)
    assert known
    for item in known:
        assert elasticsearch.exists(index=made.name("articles"), id=article(item, TEXT).id)
    articles = [article(item, TEXT).id for item in known]
    with_statements = elasticsearch.search(
        index=made.name("statements"),
        query={"terms": {"article.id": articles}},
        aggs={"of": {"cardinality": {"field": "article.id", "precision_threshold": 40_000}}},
        size=0,
    )["aggregations"]["of"]["value"]
    assert with_statements == len(articles)
