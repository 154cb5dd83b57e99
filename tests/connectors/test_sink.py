"""What the sink leaves in a real Elasticsearch."""

from __future__ import annotations

import threading
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from articles import HANGANG, KIRBY, NEVSKY, POTOMAC, article, entry, feed, letter_of, statement
from elasticsearch import Elasticsearch

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.search import dead_letters
from connectors.elasticsearch.sink import Sink
from schemas.failures import Failure
from schemas.indices import MAX_TEXT
from schemas.records import FeedState, Poll

TEXT = (
    "Moscow, 13 September.\n\nJohn Kirby said the deal breaks resolutions. He added that sanctions would follow.\n\nX"
)
BREACH = "John Kirby said the deal breaks resolutions."
SANCTIONS = "He added that sanctions would follow."


@pytest.fixture
def sink(elasticsearch, indices) -> Sink:
    return Sink(elasticsearch, indices)


@pytest.fixture
def held(elasticsearch, indices):
    """All documents of a kind by id."""

    def read(kind: str) -> dict[str, dict]:
        elasticsearch.indices.refresh(index=indices.name(kind))
        hits = elasticsearch.search(index=indices.name(kind), size=1000)["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}

    return read


def test_article_and_statements_carry_each_others_fields(sink, held):
    item = article(
        entry(title="Warning"),
        TEXT,
        statement(TEXT, BREACH, categories=("official_condemnation", "arms_technology")),
    )
    assert sink.write_articles([item]) == []
    (written,) = held("articles").values()
    assert written["article"]["text"] == TEXT
    assert written["article"]["actors"] == ["john-kirby"]
    assert written["article"]["statements"] == 1
    assert written["article"]["delay"] == 3600
    assert written["@timestamp"] == written["article"]["published"] == "2023-09-13T08:00:00Z"
    assert written["event"]["created"] == "2023-09-13T09:00:00Z"
    assert written["url"] == {"full": "https://potomac.example/a", "domain": "potomac.example"}
    (said,) = held("statements").values()
    assert said["article"] == {
        name: value for name, value in written["article"].items() if name not in ("text", "actors", "delay")
    }
    assert said["outlet"] == written["outlet"] == POTOMAC._asdict()
    assert said["actor"]["name"] == "John Kirby" and said["actor"]["linked"] is True
    assert said["statement"]["scores"] == {"official_condemnation": 0.75, "arms_technology": 0.75}
    assert said["statement"]["context"] == f"{BREACH} {SANCTIONS}"
    assert TEXT[said["statement"]["context_start"] :].startswith(said["statement"]["context"])


def test_writing_twice_changes_nothing(sink, held):
    items = [article(entry(str(n)), TEXT, statement(TEXT, BREACH), statement(TEXT, SANCTIONS)) for n in range(3)]
    sink.write_articles(items)
    before = held("articles").keys(), held("statements").keys(), held("entries").keys()
    sink.write_articles(items + items[:1])
    assert (held("articles").keys(), held("statements").keys(), held("entries").keys()) == before
    assert len(before[0]) == 3 and len(before[1]) == 6 and len(before[2]) == 3


def test_edit_replaces_text_and_drops_stale_statements(sink, held):
    sink.write_articles([article(entry(title="Old"), TEXT, statement(TEXT, BREACH), statement(TEXT, SANCTIONS))])
    other = article(entry("other"), TEXT, statement(TEXT, BREACH))
    sink.write_articles([other])
    edited = TEXT.replace("He added that sanctions would follow.", "")
    sink.write_articles(
        [article(entry(title="New"), edited, statement(edited, BREACH), fetched="2023-09-13T12:00:00Z")]
    )
    titles = Counter(document["article"]["title"] for document in held("articles").values())
    assert titles == {"New": 1, "Title": 1}
    assert Counter(s["article"]["title"] for s in held("statements").values()) == {"New": 1, "Title": 1}


def test_new_codebook_replaces_statements(sink, held):
    sink.write_articles([article(entry(), TEXT, statement(TEXT, BREACH), codebook="1")])
    sink.write_articles([article(entry(), TEXT, statement(TEXT, BREACH), codebook="2")])
    assert [s["codebook"]["version"] for s in held("statements").values()] == ["2"]


def test_version_fetched_last_stays(sink, held):
    late = article(entry(title="Late"), TEXT, statement(TEXT, SANCTIONS), fetched="2023-09-14T00:00:00Z")
    early = article(entry(title="Early"), TEXT, statement(TEXT, BREACH), fetched="2023-09-13T00:00:00Z")
    sink.write_articles([late, early])
    sink.write_articles([early])
    assert [document["article"]["title"] for document in held("articles").values()] == ["Late"]
    assert [document["statement"]["text"] for document in held("statements").values()] == [SANCTIONS]


def test_article_without_any_date_stands_under_the_time_of_writing(sink, held):
    item = article(entry(), TEXT, statement(TEXT, BREACH), published="", fetched="")
    for _ in range(2):
        assert sink.write_articles([item]) == []
    (written,) = held("articles").values()
    assert written["@timestamp"] == written["event"]["ingested"]
    assert "published" not in written["article"]


def test_one_article_under_two_addresses_is_one_document(sink, held):
    both = [article(entry(path, title="Same"), TEXT, url="https://potomac.example/same") for path in ("a?x", "b")]
    sink.write_articles(both)
    assert len(held("articles")) == 1
    assert held("entries").keys() == {item.entry.id for item in both}


def test_article_that_changes_its_canonical_address_is_not_doubled(sink, held):
    both = [entry("a"), entry("b")]
    shared = "https://potomac.example/shared"
    sink.write_articles([article(item, TEXT, statement(TEXT, BREACH), url=shared) for item in both])
    sink.write_articles([article(both[0], TEXT, statement(TEXT, BREACH), url="https://potomac.example/new-a")])
    assert {a["url"]["full"] for a in held("articles").values()} == {shared, "https://potomac.example/new-a"}
    sink.write_articles([article(both[1], TEXT, statement(TEXT, BREACH), url="https://potomac.example/new-b")])
    addresses = {"https://potomac.example/new-a", "https://potomac.example/new-b"}
    assert {a["url"]["full"] for a in held("articles").values()} == addresses
    assert {s["url"]["full"] for s in held("statements").values()} == addresses


def test_more_statements_than_one_answer_holds(sink, held, elasticsearch, indices):
    text = "He said no. " * 1_100
    many = [statement(text, "He said no.")._replace(start=12 * n, end=12 * n + 11) for n in range(1_100)]
    sink.write_articles([article(entry(), text, *many)])
    elasticsearch.indices.refresh(index=indices.name("statements"))
    assert elasticsearch.count(index=indices.name("statements"))["count"] == 1_100
    sink.write_articles([article(entry(), text, many[0])])
    assert len(held("statements")) == 1


def test_refused_article_becomes_dead_letter_and_leaves_no_statement(sink, held):
    good = article(entry("good"), TEXT, statement(TEXT, BREACH))
    bad_date = article(entry("bad"), TEXT, statement(TEXT, BREACH), published="yesterday")
    long_ago = article(entry("half"), TEXT, statement(TEXT, BREACH))
    half = long_ago._replace(extract=long_ago.extract._replace(modified="soon"))
    refused = sink.write_articles([good, bad_date, half])
    assert [(letter.stage, letter.cause, letter.url) for letter in refused] == [
        ("index", "index_rejected", bad_date.entry.url),
        ("index", "index_rejected", half.entry.url),
    ]
    assert "yesterday" in refused[0].detail
    assert held("articles").keys() == {good.id}
    assert [s["article"]["id"] for s in held("statements").values()] == [good.id]
    assert held("entries").keys() == {good.entry.id}


def test_refused_edit_leaves_the_earlier_version_whole(sink, held):
    first = article(entry(), TEXT, statement(TEXT, BREACH), statement(TEXT, SANCTIONS))
    sink.write_articles([first])
    before = held("statements")
    edit = article(entry(title="Edit"), TEXT, statement(TEXT, BREACH), fetched="2023-09-14T00:00:00Z")
    edit = edit._replace(extract=edit.extract._replace(modified="soon"))
    assert len(sink.write_articles([edit])) == 1
    assert held("statements").keys() == before.keys()
    assert held("articles")[first.id]["article"]["title"] == "Title"


@pytest.mark.parametrize(
    "text",
    [
        "broken \ud83d surrogate",
        "nul \x00 byte",
        "x" * (MAX_TEXT + 100),
        "a" * 100_000 + " 가" * 1000,
        "e\u0301" * 50_000,
    ],
    ids=["surrogate", "nul", "long", "immense word", "combining"],
)
def test_strange_text_is_kept(sink, held, text):
    item = article(entry(title=text[:5000]), text, statement(text, text[:9000]))
    assert sink.write_articles([item]) == []
    (written,) = held("articles").values()
    assert written["article"]["text"] == text.replace("\ud83d", "\ufffd")[:MAX_TEXT]
    assert written["article"]["length"] == len(text)
    assert len(held("statements")) == 1


def test_immense_keywords_are_kept(sink, held):
    long = entry("p" * 40_000)
    speaker = KIRBY._replace(id="", name="이" * 20_000, affiliation="ф" * 40_000)
    assert sink.write_articles([article(long, TEXT, statement(TEXT, BREACH, speaker))]) == []
    (said,) = held("statements").values()
    assert said["actor"]["name"] == speaker.name and said["url"]["full"] == long.url


def test_dead_letter_goes_when_its_item_succeeds(elasticsearch, indices, sink, held):
    items = [entry("a"), entry("b", NEVSKY)]
    sink.write_dead_letters([letter_of(item) for item in items])
    assert len(list(dead_letters(elasticsearch, indices))) == 2
    sink.write_articles([article(items[0], TEXT)])
    assert list(dead_letters(elasticsearch, indices)) == [letter_of(items[1])]
    assert held("entries")[items[0].id]["event"]["outcome"] == "success"
    assert "dead_letter" not in held("entries")[items[0].id]


def test_second_failure_replaces_the_first(elasticsearch, indices, sink):
    item = entry()
    for stage, cause in (("fetch", "timeout"), ("fetch", "http_404"), ("extract", "no_text")):
        sink.write_dead_letters([letter_of(item, stage, cause)])
    assert [(left.stage, left.cause) for left in dead_letters(elasticsearch, indices)] == [("extract", "no_text")]


def test_two_failures_of_one_entry_at_once_are_one(elasticsearch, indices, sink):
    item = entry()
    sink.write_dead_letters([letter_of(item, "fetch"), letter_of(item, "extract"), letter_of(item, "extract")])
    assert [letter.stage for letter in dead_letters(elasticsearch, indices)] == ["extract"]
    sink.write_articles([article(item, TEXT)])
    assert list(dead_letters(elasticsearch, indices)) == []


def test_dead_letter_without_entry_is_kept(elasticsearch, indices, sink, held):
    letter = letter_of(entry())._replace(payload="not an entry")
    sink.write_dead_letters([letter])
    assert list(dead_letters(elasticsearch, indices)) == [letter]
    assert held("entries") == {}


def test_dead_letters_by_stage_cause_and_outlet(elasticsearch, indices, sink):
    letters = [
        letter_of(entry("a"), "fetch", "timeout"),
        letter_of(entry("b"), "fetch", "http_404"),
        letter_of(entry("c", HANGANG), "extract", "no_text"),
    ]
    sink.write_dead_letters(letters)

    def found(**filters):
        return {letter.id for letter in dead_letters(elasticsearch, indices, **filters)}

    assert found(stage="fetch") == {letters[0].id, letters[1].id}
    assert found(cause="no_text") == {letters[2].id}
    assert found(stage="fetch", cause="http_404") == {letters[1].id}
    assert found(outlet="hangang") == found(outlet=HANGANG.name) == {letters[2].id}


def test_polls_and_states(elasticsearch, indices, sink, held):
    state = FeedState(feed().url, etag='"x"', interval=900.0, next_poll="2023-09-13T09:15:00Z")
    failed = FeedState(feed(NEVSKY).url, failures=3)
    polls = [
        Poll(feed(), state, "2023-09-13T09:00:00Z", 200, 12, False, 0.4),
        Poll(feed(NEVSKY), failed, "2023-09-13T09:00:00Z", 0, 0, False, 20.0, "timeout", "no answer"),
    ]
    sink.write_polls(polls)
    sink.write_polls(polls)
    documents = sorted(held("feeds").values(), key=lambda document: document["outlet"]["id"])
    assert [document["event"]["outcome"] for document in documents] == ["failure", "success"]
    assert documents[0]["error"] == {"code": "timeout", "message": "no answer"}
    assert documents[1]["http"]["response"]["status_code"] == 200
    assert documents[1]["poll"] == {"entries": 12, "unchanged": False, "seconds": 0.4}
    assert len(held("feed-states")) == 2


def test_nothing_to_write(sink):
    assert sink.write_articles([]) == []
    sink.write_polls([])
    sink.write_dead_letters([])


def test_missing_indices_are_named(elasticsearch, prefix):
    sink = Sink(elasticsearch, Indices(prefix))
    for write in (
        lambda: sink.write_articles([article(entry(), TEXT)]),
        lambda: sink.write_dead_letters([letter_of(entry())]),
        lambda: sink.write_feed_states([FeedState(feed().url)]),
    ):
        with pytest.raises(Failure) as caught:
            write()
        assert caught.value.cause == "no_index" and prefix in caught.value.detail
    # Elasticsearch makes an index for whatever is written to it, unless it is told to want an alias.
    assert not elasticsearch.indices.exists(index=f"{prefix}-*", allow_no_indices=False)


class Moody:
    """A server before Elasticsearch that answers the first requests by itself, and hands on the others."""

    def __init__(self, url: str, refusals: list[int], path: str = "/_bulk") -> None:
        target = urlsplit(url)
        self.seen = 0
        moody = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if path in self.path:
                    moody.seen += 1
                    if refusals:
                        status = refusals.pop(0)
                        if status:
                            self.reply(status, b'{"error":{"type":"busy","reason":"busy"}}', "application/json")
                        else:
                            self.close_connection = True
                            self.connection.close()
                        return
                onward = HTTPConnection(target.hostname, target.port, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                onward.request(self.command, self.path, body, headers)
                answer = onward.getresponse()
                self.reply(answer.status, answer.read(), answer.headers.get("content-type", ""))
                onward.close()

            def reply(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("x-elastic-product", "Elasticsearch")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

            def log_message(self, *args) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Moody:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()


def node_url(client: Elasticsearch) -> str:
    return next(iter(client.transport.node_pool.all())).base_url


@pytest.mark.parametrize("refusals", [[429, 503, 429], [0, 0], [502, 0, 504]])
def test_waits_for_a_busy_server(elasticsearch, indices, held, refusals):
    with Moody(node_url(elasticsearch), list(refusals)) as server, Elasticsearch(server.url) as client:
        sink = Sink(client, indices, first_wait=0.01)
        assert sink.write_articles([article(entry(), TEXT, statement(TEXT, BREACH))]) == []
        assert server.seen > len(refusals)
    assert len(held("articles")) == len(held("statements")) == len(held("entries")) == 1


def test_gives_up_on_a_server_that_stays_busy(elasticsearch, indices, held):
    item = article(entry(), TEXT, statement(TEXT, BREACH))
    with Moody(node_url(elasticsearch), [429] * 1000) as server, Elasticsearch(server.url) as client:
        with pytest.raises(Failure) as caught:
            Sink(client, indices, attempts=3, first_wait=0.01).write_articles([item])
        assert caught.value.cause == "elasticsearch_unavailable"
    assert held("entries") == {}  # so the next run takes it again
    assert Sink(elasticsearch, indices).write_articles([item]) == []
    assert len(held("articles")) == len(held("statements")) == 1


def test_waits_for_an_index_that_takes_no_writes(elasticsearch, indices, held):
    elasticsearch.indices.add_block(index=indices.name("articles"), block="write")
    sink = Sink(elasticsearch, indices, attempts=2, first_wait=0.01)
    item = article(entry(), TEXT)
    with pytest.raises(Failure) as caught:
        sink.write_articles([item])
    assert caught.value.cause == "elasticsearch_unavailable"
    elasticsearch.indices.put_settings(index=indices.name("articles"), settings={"index.blocks.write": None})
    assert sink.write_articles([item]) == []
    assert len(held("articles")) == 1


def test_killed_before_the_article_is_written_leaves_the_entry_new(elasticsearch, indices, held):
    """The first bulk (statements) passes, the second (articles) is cut off for good."""
    item = article(entry(), TEXT, statement(TEXT, BREACH))
    with Moody(node_url(elasticsearch), [0] * 100, path=f"/{indices.name('articles')}/_bulk") as server:
        with Elasticsearch(server.url) as client, pytest.raises(Failure):
            Sink(client, indices, attempts=2, first_wait=0.01).write_articles([item])
        assert server.seen == 2
    assert len(held("statements")) == 1 and held("articles") == held("entries") == {}
    edited = TEXT.replace("breaks", "violates")
    again = article(entry(title="Edited"), edited, statement(edited, BREACH.replace("breaks", "violates")))
    assert Sink(elasticsearch, indices).write_articles([again]) == []
    assert [s["article"]["title"] for s in held("statements").values()] == ["Edited"]
