"""Killed, starved and refused at random moments: nothing that a feed ever showed may be lost or doubled.

`pytest tests/pipelines/test_endurance.py --blows 300 --seed 5` runs it longer, and from another seed.
"""

from __future__ import annotations

import contextlib
import random
import resource
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
import urllib3

from connectors.elasticsearch import node
from connectors.elasticsearch.client import connect
from connectors.elasticsearch.indices import Indices
from demo.sample import load_truth
from pipelines.line import Line
from pipelines.run import replay
from tests.pipelines.growing import GrowingWeb, eventually, make_due, watching

REFUSED_SECONDS = 20.0  # longer than one request's patience, so that the pipeline fails and starts again


class Gateway:
    """Stands before Elasticsearch, and says 429 or 503 when it is told to."""

    def __init__(self, url: str) -> None:
        self.refusing = 0
        self.target = url
        pool = urllib3.PoolManager(maxsize=64, retries=False)
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if gateway.refusing:
                    status, headers, data = gateway.refusing, {}, b"{}"
                else:
                    try:
                        given = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                        answer = pool.request(
                            self.command, gateway.target + self.path, body=body, headers=given, decode_content=False
                        )
                        status, headers, data = answer.status, dict(answer.headers), answer.data
                    except urllib3.exceptions.HTTPError:
                        status, headers, data = 503, {}, b"{}"
                with contextlib.suppress(ConnectionError):  # who asked may be dead by now
                    self.answer(status, headers, data)

            def answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = relay

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def own_node(settings, tmp_path):
    """Settings of an embedded node that only this test has, and may kill."""
    if settings.elasticsearch_url:
        pytest.skip("needs the embedded Elasticsearch, which it kills")
    own = replace(settings, data_dir=tmp_path / "data")
    node.start(own)
    yield own
    node.stop(own)


def test_blows_lose_and_double_nothing(own_node, prism, pytestconfig):
    truth = load_truth()
    broken = Counter(item["cause"] for item in truth["events"]["broken"])
    blows, seed = pytestconfig.getoption("blows"), pytestconfig.getoption("seed")
    chance = random.Random(seed)
    gateway = Gateway(node.start(own_node).url)
    settings = replace(own_node, elasticsearch_url=gateway.url)
    client = connect(own_node)
    with (
        GrowingWeb() as web,
        watching(web.url, settings, prism, options=["--demo", "--lease", "5"]) as watch,
    ):

        def count(kind: str, **query) -> int:
            name = Indices("demo").name(kind)
            if not client.indices.exists_alias(name=name):
                return 0
            client.indices.refresh(index=name)
            return client.count(index=name, **query)["count"]

        def end(process: psutil.Process) -> None:
            try:
                process.kill()
                process.wait(20)
            except psutil.Error:
                pass  # it was quicker

        def pipeline() -> None:
            watch.kill()
            watch.start()

        def runner() -> None:
            for process in watch.children("prism"):
                end(process)

        def reader() -> None:
            for process in watch.children("forkserver")[1:]:
                end(process)

        def database() -> None:
            nonlocal client
            end(psutil.Process(node.status(own_node).pid))
            gateway.target = node.start(own_node).url
            client = connect(own_node)

        def disk() -> None:
            limits = psutil.Process(watch.pid).rlimit(psutil.RLIMIT_FSIZE)
            resource.prlimit(watch.pid, resource.RLIMIT_FSIZE, (1, limits[1]))
            eventually(lambda: "disk_full" in watch.log()[before:] or settled(), "the disk was found full", watch)
            with contextlib.suppress(ProcessLookupError):  # it gave up, and is started again without the limit
                resource.prlimit(watch.pid, resource.RLIMIT_FSIZE, limits)

        def refusal() -> None:
            gateway.refusing = chance.choice([429, 503])
            ended = threading.Timer(chance.uniform(1, REFUSED_SECONDS), setattr, (gateway, "refusing", 0))
            ended.start()
            ended.join()

        def settled() -> bool:
            waiting = count("entries", query={"exists": {"field": "waiting.due"}})
            return not waiting and count("articles") + count("dead-letters") >= web.shown + broken.total()

        eventually(lambda: count("feed-states"), "the feeds were known", watch)
        dealt = Counter()
        for number in range(blows):
            blow = chance.choice([pipeline, pipeline, runner, runner, reader, database, disk, refusal])
            before = len(watch.log())
            struck = threading.Event()
            # At a random page, or a random while after the poll where fewer are asked for.
            web.at_page(chance.randrange(8), struck.set)
            web.show(web.shown + chance.randint(0, 2 * (len(web) - web.shown) // (blows - number)))
            make_due(client, "demo")
            struck.wait(chance.uniform(0.5, 6))
            if not watch.alive:
                watch.start()
            blow()
            dealt[blow.__name__] += 1
        web.show(len(web))
        eventually(lambda: count("feed-states"), "Elasticsearch was back", watch)
        make_due(client, "demo")
        eventually(settled, "everything was settled", watch)

    # A page whose process is killed is a dead letter, since it may be the page's fault; it can be taken again.
    replay(Line(own_node, "demo", str(own_node.data_dir / "demo-archive")), "FnApiRunner", cause="read_crash")
    client.indices.refresh(index=f"{Indices('demo').prefix}-*")
    print(f"seed {seed}: {dict(dealt)}")
    articles = client.search(index=Indices("demo").name("articles"), size=1000, source=["url.full", "article"])
    found = {hit["_id"]: hit["_source"] for hit in articles["hits"]["hits"]}
    assert len(found) == truth["counts"]["articles"]
    assert len({each["url"]["full"] for each in found.values()}) == len(found)
    letters = client.search(index=Indices("demo").name("dead-letters"), size=1000)["hits"]["hits"]
    assert Counter(letter["_source"]["error"]["code"] for letter in letters) == broken
    said = Counter(
        hit["_source"]["article"]["id"]
        for hit in client.search(index=Indices("demo").name("statements"), size=5000)["hits"]["hits"]
    )
    assert said == {key: n for key, each in found.items() if (n := each["article"]["statements"])}
    gateway.close()
