"""A web server on loopback that behaves as badly as it is told to."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What is sent; Content-Length is added unless the headers give one, as bytes are."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]  # names in small letters
    started: float  # monotonic
    host: str


Handler = BaseHTTPRequestHandler
Route = Answer | list[Answer] | Callable[[Handler], Answer | None]


class Server:
    """Routes can be set at any time; of a list of answers each is given once and the last one from then on.

    A route that is a function may write to the handler's `wfile` itself and return None.
    """

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        self.names: list[str | None] = []  # by TLS server name indication
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self.port: int = server.server_address[1]
        self.authority = f"127.0.0.1:{self.port}"
        self.url = f"{scheme}://{self.authority}"

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def next_answer(self, path: str, handler: Handler) -> Answer | None:
        route = self.routes.get(path, Answer(b"no such page", 404))
        if isinstance(route, list):
            with self.lock:
                return route.pop(0) if len(route) > 1 else route[0]
        return route if isinstance(route, Answer) else route(handler)


@contextmanager
def serving(context: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> Iterator[Server]:
    """A server on a free port, for HTTPS where a TLS context is given."""

    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            with server.lock:
                server.at_once += 1
                server.most_at_once = max(server.most_at_once, server.at_once)
                server.asked.append(Asked(self.path, headers, time.monotonic(), headers.get("host", "")))
            try:
                answer = server.next_answer(self.path, self)
                if answer is None:
                    self.close_connection = True
                else:
                    self.answer(answer)
            finally:
                with server.lock:
                    server.at_once -= 1

        def answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            pass

    class Listening(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # clients that hang up are what is tested

    listening = Listening((address, 0), Handling)
    if context:
        context.sni_callback = lambda _socket, name, _context: server.names.append(name)
        listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    server = Server(listening, "https" if context else "http")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(5)
