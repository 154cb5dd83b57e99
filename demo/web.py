"""The sample news web: an HTTP server on loopback, and by hand `python -m demo.web`."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self

from demo import render
from demo.sample import Story, load_broken, load_outlets, load_stories

HOST = "127.0.0.1"
RELATED = 4  # links to other stories on a page
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


class Resource(NamedTuple):
    """What the web answers at one address."""

    body: bytes
    content_type: str
    status: int = 200
    modified: datetime | None = None
    location: str = ""

    @property
    def etag(self) -> str:
        return f'"{blake2b(self.body, digest_size=12).hexdigest()}"'


class Request(NamedTuple):
    """A request as the web answered it."""

    method: str
    path: str
    status: int


class NewsWeb:
    """Serves the sample news web while the context lasts.

    `url` is the address of its OPML list of feeds. `requests` are the requests answered so far. Pages and feeds
    carry an ETag and a Last-Modified date and answer conditional requests.

    Args:
        now: the day counted as today; recent articles are dated back from it. Default: today.
        state: 1 for the web as first published, 2 for the web with edited headlines; see `switch`.
        port: 0 for any free port. Addresses are part of an article's identity: who wants a second web to offer
            the same articles must ask for the same port.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, *, now: datetime | None = None, state: int = 1, port: int = 0) -> None:
        self.now = now or datetime.now(UTC)
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer((HOST, port), _Handler)
        self._server.daemon_threads = True
        self._server.web = self
        self._base = f"http://{HOST}:{self._server.server_address[1]}"
        self.url = f"{self._base}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.switch(state)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def switch(self, state: int) -> None:
        """Puts the web into state 1 or 2; requests from now on see that state. Raises ValueError for others."""
        if state not in (1, 2):
            raise ValueError(f"the sample web has the states 1 and 2, not {state}")
        self.state = state
        self._resources = _build(self._base, load_stories(self.now, state))

    def page_url(self, story: Story) -> str:
        """The address of a story's page."""
        return self._base + render.address(story)

    def serve(self) -> None:
        """Serves in the calling thread until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def answer(self, path: str) -> Resource:
        """What stands at a path with its query."""
        return self._resources.get(path) or Resource(b"Not found\n", "text/plain; charset=utf-8", 404)


def _build(base: str, stories: list[Story]) -> dict[str, Resource]:
    outlets = list(load_outlets().values())
    broken = load_broken()
    resources = {
        "/": Resource(render.opml(outlets, base), "text/x-opml; charset=utf-8"),
        "/robots.txt": Resource(b"User-agent: *\nAllow: /\n", "text/plain; charset=utf-8"),
    }
    for outlet in outlets:
        own = [story for story in stories if story.outlet == outlet]
        for position, story in enumerate(own):
            others = own[:position] + own[position + 1 :]
            resources[render.address(story)] = _page(story, render.page(story, base, others[:RELATED]))
        entries = sorted(own + [b for b in broken if b.outlet == outlet], key=lambda s: s.published, reverse=True)
        resources[render.feed_address(outlet)] = Resource(
            render.feed(outlet, entries, base),
            f"{render.FEED_TYPES[outlet.feed]}; charset={outlet.charset}",
            modified=max(story.modified for story in entries),
        )
    for story in broken:
        resources.update(_broken(story))
    return resources


def _page(story: Story, body: bytes) -> Resource:
    charset = story.outlet.charset
    if story.fault == "lying_charset":  # the header names another charset than the bytes are in
        charset = "euc-kr"
    elif story.fault == "truncated":  # the connection was cut in the middle of the last paragraph
        last = body.index(story.paragraphs[-1].encode(charset, "xmlcharrefreplace"))
        body = body[: last + 40]
    return Resource(body, f"text/html; charset={charset}", modified=story.modified)


def _broken(story: Story) -> dict[str, Resource]:
    path = render.address(story)
    html = "text/html; charset=utf-8"
    match story.fault:
        case "not_found":
            return {}
        case "server_error":
            return {path: Resource(b"<h1>Internal Server Error</h1>", html, 500)}
        case "empty":
            return {path: Resource(b"", html)}
        case "no_html":
            return {path: Resource(PDF, "application/pdf")}
        case "redirect_loop":
            other = f"{path}/again"
            return {path: Resource(b"", html, 302, location=other), other: Resource(b"", html, 302, location=path)}
    raise ValueError(f"broken.yaml: unknown fault {story.fault!r} of {story.id}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SampleNewsWeb"
    timeout = 30
    wbufsize = -1  # head and body leave together: in two packets, each answer would wait for an acknowledgement

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def do_POST(self) -> None:
        """`/state/1` and `/state/2` switch the web's state."""
        _, _, state = self.path.rpartition("/state/")
        if state in ("1", "2"):
            self.server.web.switch(int(state))
            self._send(Resource(f"state {state}\n".encode(), "text/plain; charset=utf-8"), with_body=True)
        else:
            self._send(Resource(b"Not found\n", "text/plain; charset=utf-8", 404), with_body=True)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the requests are kept in `NewsWeb.requests`."""

    def _respond(self, *, with_body: bool) -> None:
        resource = self.server.web.answer(self.path)
        if resource.status == 200 and self._is_known(resource):
            resource = resource._replace(status=304)
        self._send(resource, with_body=with_body)

    def _is_known(self, resource: Resource) -> bool:
        """Whether the client's copy is current; If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or resource.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        if since is None or resource.modified is None:
            return False
        try:
            return resource.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _send(self, resource: Resource, *, with_body: bool) -> None:
        self.server.web.requests.append(Request(self.command, self.path, resource.status))
        self.send_response(resource.status)
        if resource.status in (200, 304):
            self.send_header("ETag", resource.etag)
            if resource.modified:
                self.send_header("Last-Modified", format_datetime(resource.modified.astimezone(UTC), usegmt=True))
        if resource.location:
            self.send_header("Location", resource.location)
        if resource.status != 304:
            self.send_header("Content-Type", resource.content_type)
            self.send_header("Content-Length", str(len(resource.body)))
        self.end_headers()
        if with_body and resource.status != 304:
            self.wfile.write(resource.body)


def main() -> None:
    """Serves the web until interrupted, on the port given as the only argument or a free one."""
    import sys

    web = NewsWeb(port=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(f"Sample news web (invented outlets and articles): {web.url}", flush=True)
    print(f"Edited headlines: curl -X POST {web.url}state/2", flush=True)
    try:
        web.serve()
    except KeyboardInterrupt:
        print("Stopped.")


if __name__ == "__main__":
    main()
