"""What is older than a date goes, and nothing else."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from connectors.archive import Archive
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.known import Known
from connectors.elasticsearch.ledger import Ledger
from connectors.elasticsearch.retention import (
    KINDS,
    USUAL,
    old_documents,
    old_files,
    remove_documents,
    remove_files,
)
from connectors.elasticsearch.sink import Sink
from connectors.web import Response
from schemas.failures import Failure
from tests.connectors.articles import article, entry, letter_of, statement

TEXT = "Kirby said that Moscow buys shells. Nobody denied it."
CUT = "2024-01-01T00:00:00Z"
CUT_SECONDS = datetime.fromisoformat(CUT).timestamp()


@pytest.fixture
def filled(elasticsearch, indices):
    """Three old articles and three new ones, each with a statement; one published at the very cut."""
    sink = Sink(elasticsearch, indices)
    dates = ["2021-05-01T00:00:00Z", "2023-12-31T23:59:59Z", "2022-01-01T00:00:00Z", CUT, "2024-05-01T00:00:00Z"]
    for number, date in enumerate(dates):
        said = statement(TEXT, "Kirby said that Moscow buys shells.")
        sink.write_articles([article(entry(str(number)), TEXT, said, published=date)])
    sink.write_dead_letters([letter_of(entry("dead"))])
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")
    return indices


def counts(elasticsearch, indices) -> dict[str, int]:
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")
    return {kind: elasticsearch.count(index=indices.name(kind))["count"] for kind in KINDS}


def test_old_articles_go_with_their_statements_and_stay_known(elasticsearch, filled):
    assert old_documents(elasticsearch, filled, CUT, USUAL) == {
        "articles": 3,
        "statements": 3,
        "dead-letters": 1,
        "feeds": 0,
    }
    told: list[tuple[str, int]] = []
    removed = remove_documents(elasticsearch, filled, CUT, removed=lambda *batch: told.append(batch))
    assert removed == {"articles": 3, "statements": 3, "dead-letters": 1}
    assert told == [("statements", 3), ("articles", 3), ("dead-letters", 1)]
    assert counts(elasticsearch, filled) == {
        "articles": 2,
        "statements": 2,
        "dead-letters": 0,
        "feeds": 0,
        "entries": 6,
    }
    new, known = Known(elasticsearch, filled).split([entry("0"), entry("dead"), entry("never")])
    assert [item.url for item in new] == [entry("never").url] and len(known) == 2
    assert not remove_documents(elasticsearch, filled, CUT)


def test_only_what_is_asked_for_goes(elasticsearch, filled):
    assert remove_documents(elasticsearch, filled, CUT, ["statements"]) == {"statements": 3}
    assert counts(elasticsearch, filled)["articles"] == 5


def test_an_entry_that_waits_stays_however_old(elasticsearch, filled):
    Ledger(elasticsearch, filled).keep([entry("waiting")])
    elasticsearch.indices.refresh(index=f"{filled.prefix}-*")
    later = "2999-01-01T00:00:00Z"
    assert old_documents(elasticsearch, filled, later, ["entries"]) == {"entries": 6}
    assert remove_documents(elasticsearch, filled, later, ["entries"]) == {"entries": 6}
    (left,) = elasticsearch.search(index=filled.name("entries"))["hits"]["hits"]
    assert left["_id"] == entry("waiting").id


def test_what_is_written_anew_between_its_being_found_and_removed_stays(elasticsearch, indices):
    index, ids = indices.name("feeds"), [str(number) for number in range(2_500)]
    old, new = {"@timestamp": "2020-01-01T00:00:00Z"}, {"@timestamp": "2025-01-01T00:00:00Z"}
    elasticsearch.bulk(index=index, operations=[x for i in ids for x in ({"index": {"_id": i}}, old)], refresh=True)
    batches: list[int] = []
    rewritten: list[str] = []

    def removed(_kind: str, number: int) -> None:
        batches.append(number)
        if not rewritten:
            found = elasticsearch.mget(index=index, ids=ids, source=False)["docs"]
            rewritten.append(next(doc["_id"] for doc in found if doc["found"]))
            elasticsearch.index(index=index, id=rewritten[0], document=new)

    assert remove_documents(elasticsearch, indices, CUT, ["feeds"], removed=removed) == {"feeds": 2_499}
    assert sorted(batches) == [500, 999, 1000] or sorted(batches) == [499, 1000, 1000]
    assert [hit["_id"] for hit in elasticsearch.search(index=index)["hits"]["hits"]] == rewritten


def test_without_indices_it_says_what_to_do(elasticsearch, prefix):
    for call in (old_documents, remove_documents):
        with pytest.raises(Failure, match=r"no_index.*vostochny run"):
            call(elasticsearch, Indices(prefix), CUT, USUAL)


@pytest.fixture
def archived(tmp_path):
    """Writes a page of an entry to a file of its own, last written at a time; the article with its place."""

    def write(path: str, when: str, published: str = ""):
        archive, item = Archive(tmp_path), entry(path)
        response = Response(item.url, 200, "OK", (("content-type", "text/html"),), b"<p>x</p>", when)
        record = archive.write(response, item)
        archive.close()
        seconds = datetime.fromisoformat(when).timestamp()
        os.utime(tmp_path / record.file, (seconds, seconds))
        return article(item, TEXT, published=published or when)._replace(archive=record)

    return write


def test_files_go_that_are_wholly_old_and_that_nothing_leads_to(elasticsearch, indices, archived, tmp_path):
    sink = Sink(elasticsearch, indices)
    old = archived("old", "2023-06-01T00:00:00Z")
    # Fetched before the cut, published after it: an article's date may lie in the future.
    future = archived("future", "2023-06-01T00:00:00Z", "2024-06-01T00:00:00Z")
    new = archived("new", "2024-06-01T00:00:00Z")
    failed = archived("failed", "2023-06-01T00:00:00Z")
    sink.write_articles([old, future, new])
    sink.write_dead_letters([letter_of(failed.entry)._replace(archive=failed.archive, failed="2024-02-01T00:00:00Z")])
    elasticsearch.indices.refresh(index=f"{indices.prefix}-*")

    assert old_files(elasticsearch, indices, tmp_path, CUT_SECONDS) == []  # the article is there
    (going,) = old_files(elasticsearch, indices, tmp_path, CUT_SECONDS, USUAL, CUT)
    assert going.path == tmp_path / old.archive.file and going.bytes == going.path.stat().st_size
    remove_documents(elasticsearch, indices, CUT)
    assert old_files(elasticsearch, indices, tmp_path, CUT_SECONDS) == [going]
    assert remove_files([going]) == going.bytes
    left = {path.name for path in tmp_path.rglob("*.warc.gz")}
    assert left == {os.path.basename(each.archive.file) for each in (future, new, failed)}


def test_a_file_that_is_being_written_stays_and_empty_folders_go(elasticsearch, indices, archived, tmp_path):
    archive, item = Archive(tmp_path), entry("open")
    record = archive.write(Response(item.url, 200, "OK", (), b"x", "2023-06-01T00:00:00Z"), item)
    os.utime(tmp_path / record.file, (0, 0))
    assert old_files(elasticsearch, indices, tmp_path, CUT_SECONDS) == []
    archive.close()
    remove_files(old_files(elasticsearch, indices, tmp_path, CUT_SECONDS))
    assert list(tmp_path.iterdir()) == []
