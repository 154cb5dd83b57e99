"""The desk page's web server: static files, and answers as JSON. It only reads."""

from __future__ import annotations

import gzip
import hmac
import json
import mimetypes
import socket
import threading
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import elastic_transport
import uvicorn
from elasticsearch import ApiError, Elasticsearch
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.elasticsearch.indices import Indices
from dashboards.desk.answers import Answers, Parameters
from dashboards.panels import DASHBOARDS
from schemas.codebook import Codebook
from schemas.failures import Failure

STATIC = Path(__file__).with_name("static")
PORT = 8050
COOKIE = "vostochny-desk"
SMALL = 1_000  # bytes: shorter answers are not compressed
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class File(NamedTuple):
    """A static file in memory, as it is and compressed."""

    body: bytes
    packed: bytes
    content_type: str
    etag: str


def _files() -> dict[str, File]:
    found = {}
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "text/plain"
            if kind.startswith("text/") or kind.endswith("javascript"):
                kind += "; charset=utf-8"
            etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
            found[path.relative_to(STATIC).as_posix()] = File(body, gzip.compress(body, 9, mtime=0), kind, etag)
    return found


def application(answers: Answers, *, host: str = "127.0.0.1", token: str = "") -> Starlette:
    """The desk page as an ASGI application.

    With a token, only who gives it (`?token=…` once, then a cookie; or the header `Authorization: Bearer …`) is let in.
    On loopback only requests to a loopback name are answered, so that no other site can reach the page by a name that
    it lets point here.
    """
    files = _files()

    def page(_request: Request) -> Response:
        return _file(_request, files["index.html"])

    def static(request: Request) -> Response:
        found = files.get(request.path_params["path"])
        return _file(request, found) if found else PlainTextResponse("There is no such file.", 404)

    def json_of(ask: Callable[[Request, Parameters], Any]) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            return _json(request, ask(request, _parameters(request)))

        return endpoint

    def panel_csv(request: Request) -> Response:
        parameters = _parameters(request)
        id, language = request.path_params["id"], request.query_params.get("lang", "en")
        if "behind" in request.query_params:
            text = answers.documents_csv(id, parameters, _keys(request), _measure(request), language)
        else:
            text = answers.csv(id, parameters, language)
        return Response(
            text, media_type="text/csv", headers={"content-disposition": f'attachment; filename="{id}.csv"'}
        )

    routes = [
        Route("/", lambda request: RedirectResponse("/overview" + _query_of(request), 302)),
        Route("/static/{path:path}", static),
        Route("/api/definitions", json_of(lambda request, _: answers.definitions)),
        Route("/api/pulse", json_of(lambda request, _: answers.pulse())),
        Route("/api/dashboards/{id}", json_of(lambda r, p: answers.dashboard(r.path_params["id"], p))),
        Route(
            "/api/dashboards/{id}/values/{name}",
            json_of(
                lambda r, p: answers.values(
                    r.path_params["id"], r.path_params["name"], p, r.query_params.get("words", "")[:200]
                )
            ),
        ),
        Route(
            "/api/panels/{id}/documents",
            json_of(
                lambda r, p: answers.documents(
                    r.path_params["id"], p, _keys(r), _measure(r), _list(r.query_params.get("after", ""))
                )
            ),
        ),
        Route("/api/panels/{id}/query", json_of(lambda r, p: answers.query(r.path_params["id"], p))),
        Route("/api/panels/{id}.csv", panel_csv),
        *(Route(f"/{id}", page) for id in DASHBOARDS),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(_Guard, token=token, names=LOOPBACK_NAMES if _is_loopback(host) else ())],
        exception_handlers={
            Failure: _failed,
            ApiError: _elasticsearch_failed,
            elastic_transport.TransportError: _elasticsearch_failed,
        },
    )


class Desk:
    """Serves the desk page in a thread of its own while the context lasts; `url` is its address.

    Raises:
        Failure: "no_token" when `host` is not loopback and there is no token, "port_taken".
    """

    def __init__(self, answers: Answers, *, host: str = "127.0.0.1", port: int = 0, token: str = "") -> None:
        self._server, self._socket = _server(answers, host, port, token)
        self.url = _url(host, self._socket.getsockname()[1], token)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


def serve(
    client: Elasticsearch,
    indices: Indices,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    token: str = "",
    since: str = "now-90d",
    codebook: Codebook | None = None,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve the desk page until the process is interrupted; `ready` is called with its address.

    `since` is the period shown at first; `port` 0 takes any free one.

    Raises:
        Failure: "no_token" when `host` is not loopback and there is no token, "port_taken".
    """
    answers = Answers(client, indices, codebook, since)
    server, bound = _server(answers, host, port, token)
    ready(_url(host, bound.getsockname()[1], token))
    server.run(sockets=[bound])


def _server(answers: Answers, host: str, port: int, token: str) -> tuple[uvicorn.Server, socket.socket]:
    if not token and not _is_loopback(host):
        raise Failure("no_token", f"{host} can be reached from a network: give a --token that readers must know")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)  # from now on requests wait instead of being refused
    except OSError as problem:
        bound.close()
        raise Failure(
            "port_taken", f"{host}:{port} can't be listened at: {problem.strerror}. Choose a --port"
        ) from None
    config = uvicorn.Config(
        application(answers, host=host, token=token),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config), bound


def _url(host: str, port: int, token: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?{urlencode({'token': token})}" if token else "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Guard:
    """Lets in only who may, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, token: str, names: tuple[str, ...]) -> None:
        self.app = app
        self.token = token.encode()
        self.cookie = blake2b(self.token, digest_size=32, person=b"vostochny-desk").hexdigest() if token else ""
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await (self._refusal(scope) or self.app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        request = Request(scope)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("This page is for reading only.", 405, {"allow": "GET, HEAD"})
        if self.names and _host_name(headers.get("host", "")) not in self.names:
            return PlainTextResponse("This page answers only to the name localhost.", 421)
        if not self.token:
            return None
        given = request.query_params.get("token")
        if given is not None and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.token):
            # Out of the address bar, so that an address can be passed on without the token.
            answer = RedirectResponse(scope["path"] + _query_of(request), 303)
            answer.set_cookie(COOKIE, self.cookie, httponly=True, samesite="strict", path="/", max_age=30 * 86400)
            return answer
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(bearer.encode("latin-1"), self.token):
            return None
        if hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.cookie.encode()):
            return None
        return PlainTextResponse("Open the address with the token that the desk gave: …/?token=…", 401)


def _host_name(host: str) -> str:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name


def _query_of(request: Request) -> str:
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "token"]
    return f"?{urlencode(kept)}" if kept else ""


def _parameters(request: Request) -> Parameters:
    return parse_qsl(request.url.query, errors="replace")


def _list(text: str) -> list[Any]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) > 5 or any(isinstance(each, (list, dict)) for each in found):
        raise Failure("bad_bucket", "keys must be a short JSON list")
    return found


def _keys(request: Request) -> list[Any]:
    return _list(request.query_params.get("keys", ""))


def _measure(request: Request) -> str:
    return request.query_params.get("measure", "")


def _file(request: Request, found: File) -> Response:
    headers = {"etag": found.etag, "cache-control": "no-cache", "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(found.packed if packed else found.body, headers=headers, media_type=found.content_type)


def _json(request: Request, content: Any, status: int = 200) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    headers = {"vary": "accept-encoding"}
    if len(body) > SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["content-encoding"] = gzip.compress(body, 5, mtime=0), "gzip"
    return Response(body, status, headers, "application/json")


def _failed(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Failure)
    return JSONResponse({"cause": problem.cause, "detail": problem.detail}, 404 if "no_such" in problem.cause else 400)


def _elasticsearch_failed(_request: Request, problem: Exception) -> Response:
    detail = f"Elasticsearch does not answer as it should: {problem}"
    return JSONResponse({"cause": "elasticsearch_unavailable", "detail": detail[:500]}, 503)
