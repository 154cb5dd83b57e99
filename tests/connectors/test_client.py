"""The client against a server of each version, told apart by what it answers, and against servers that refuse it."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import elasticsearch as es
import pytest

from connectors.elasticsearch import client
from schemas.failures import Failure

CERTIFICATE = Path(__file__).with_name("tls")


class Server(ThreadingHTTPServer):
    """Answers as an Elasticsearch of the given version does."""

    daemon_threads = True

    def __init__(self, version="9.5.3", product="Elasticsearch", tls=False):
        super().__init__(("127.0.0.1", 0), Handler)
        self.version, self.product = version, product
        self.authorization = None  # what the header must be
        self.seen = []  # (method, path, Accept, Authorization)
        self.failures = []  # statuses for the requests to come
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_port}"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE / "server.pem", CERTIFICATE / "server.key")
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, *_):
        pass  # a client that refuses the certificate hangs up


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, accept = self.server, self.headers.get("Accept", "")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.seen.append((self.command, self.path, accept, self.headers.get("Authorization")))
        compatible = ("8", "9") if server.version.startswith("9.") else ("7", "8")
        _, _, asked = accept.partition("compatible-with=")
        if server.failures:
            return self.answer(server.failures.pop(0), {"error": "busy"})
        if server.authorization and self.headers.get("Authorization") != server.authorization:
            return self.answer(401, {"error": "security_exception"})
        media_types = (accept, self.headers.get("Content-Type", ""))
        if any("compatible-with=" in each and each[-1] not in compatible for each in media_types):
            return self.answer(400, {"error": {"type": "media_type_header_exception"}, "asked": asked})
        return self.answer(200, {"version": {"number": server.version}, "hits": {"hits": []}}, accept)

    do_POST = do_PUT = do_HEAD = do_GET

    def answer(self, status, body, content_type="application/json"):
        payload = json.dumps(body).encode()
        self.send_response(status)
        if self.server.product:
            self.send_header("X-Elastic-Product", self.server.product)
        self.send_header("Content-Type", content_type or "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def log_message(self, *_):
        pass


def to(settings, server, **changes):
    return replace(settings, elasticsearch_url=server.url, **changes)


@pytest.mark.parametrize(("version", "asked"), [("8.19.4", "8"), ("9.0.0", "9"), ("9.5.3", "9")])
def test_both_versions_of_server_understand_the_client(settings, version, asked):
    with Server(version) as server, client.connect(to(settings, server)) as connection:
        connection.search(index="x", query={"match_all": {}})
        connection.options(request_timeout=9).bulk(operations=[{"index": {}}, {"a": 1}], index="x")
        connection.ping()
        assert all(accept.endswith(f"compatible-with={asked}") for _, _, accept, _ in server.seen[1:])
        assert len(server.seen) == 4


@pytest.mark.parametrize(
    ("changes", "authorization"),
    [
        ({"api_key": "aWQ6a2V5"}, "ApiKey aWQ6a2V5"),
        ({"api_key": "id:key"}, "ApiKey aWQ6a2V5"),
        ({"user": "desk", "password": "Пароль"}, "Basic ZGVzazrQn9Cw0YDQvtC70Yw="),
    ],
)
@pytest.mark.parametrize("version", ["8.19.0", "9.1.0"])
def test_credentials_go_with_every_request(settings, changes, authorization, version):
    with Server(version) as server:
        server.authorization = authorization
        with client.connect(to(settings, server, **changes)) as connection:
            connection.search(index="x")
        with pytest.raises(Failure, match="VOSTOCHNY_ELASTICSEARCH_API_KEY") as failure:
            client.connect(to(settings, server))
    assert failure.value.cause == "elasticsearch_rejected"


def test_the_certificate_of_ones_own_authority(settings):
    with Server(tls=True) as server:
        with client.connect(to(settings, server, ca_certs=str(CERTIFICATE / "server.pem"))) as connection:
            connection.info()
        with pytest.raises(Failure, match="VOSTOCHNY_ELASTICSEARCH_CA_CERTS") as failure:
            client.connect(to(settings, server))
    assert failure.value.cause == "elasticsearch_unreachable"


@pytest.mark.parametrize("version", ["7.17.9", "8.18.3", "10.0.0"])
def test_other_versions_are_refused(settings, version):
    with Server(version) as server, pytest.raises(Failure, match=version) as failure:
        client.connect(to(settings, server))
    assert failure.value.cause == "elasticsearch_version"


def test_what_is_not_elasticsearch_is_refused(settings):
    with Server(product="") as server, pytest.raises(Failure) as failure:
        client.connect(to(settings, server))
    assert failure.value.cause == "not_elasticsearch"


def test_nobody_there(settings):
    with Server() as server:
        gone = replace(settings, elasticsearch_url=server.url.replace("//", "//desk:hunter2@"))
    with pytest.raises(Failure, match="VOSTOCHNY_ELASTICSEARCH_URL") as failure:
        client.connect(gone)
    assert failure.value.cause == "elasticsearch_unreachable"
    assert "hunter2" not in str(failure.value)


def test_a_busy_server_is_asked_again(settings):
    with Server() as server, client.connect(to(settings, server), retries=3) as connection:
        server.failures = [429, 503, 502]
        connection.search(index="x")
        server.failures = [429] * 4
        with pytest.raises(es.ApiError):
            connection.search(index="x")


def test_the_embedded_node_by_default(settings, elasticsearch):
    if settings.elasticsearch_url:
        pytest.skip("another Elasticsearch is configured")
    with client.connect(settings) as connection:
        assert connection.info()["cluster_uuid"] == elasticsearch.info()["cluster_uuid"]


@pytest.mark.parametrize(
    ("url", "port"), [("http://127.0.0.1", 80), ("https://127.0.0.1/", 443), ("http://127.0.0.1:9", 9)]
)
def test_an_address_without_a_port_has_that_of_its_scheme(settings, url, port):
    with pytest.raises(Failure) as raised:
        client.connect(replace(settings, elasticsearch_url=url))
    assert raised.value.cause == "elasticsearch_unreachable"
    assert f"127.0.0.1:{port}" in raised.value.detail
