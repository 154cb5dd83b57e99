"""A news web of many hosts, whose feeds grow hour by hour."""

from __future__ import annotations

import hashlib
import random
import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from demo.sample import Story, load_stories, load_truth

HOURS = 24
LISTED = 10  # entries in a feed
BLOCS = (("KR", "rok", "ko"), ("RU", "russia", "ru"), ("US", "west", "en"))
FAULTS = ("not_found", "server_error", "no_html", "redirect_loop", "dropped")
SUBJECTS = {  # of the other nine in ten: the manner of everyday news, without a word of ours
    "en": (
        "The council met on {0} to settle the budget for {1} schools.",
        "Residents of {1} said the bus was late again.",
        "Officials counted {0} visitors at the harbour fair in {1}.",
        "The team from {1} won by {0} points.",
    ),
    "ru": (
        "Совет собрался {0} числа, чтобы утвердить смету на {1} школ.",
        "Жители района {1} снова ждали автобус.",
        "На ярмарке в порту насчитали {0} гостей, рассказали в мэрии.",
        "Команда из района {1} победила с перевесом в {0} очков.",
    ),
    "ko": (
        "구의회는 {0}일 학교 {1}곳의 예산을 심의했다.",
        "{1}동 주민들은 버스가 또 늦었다고 말했다.",
        "항구 축제에 {0}명이 다녀갔다고 구청이 밝혔다.",
        "{1}팀이 {0}점 차로 이겼다.",
    ),
}


class Item(NamedTuple):
    """An entry of a feed and its page."""

    feed: int
    number: int
    language: str
    relevant: bool
    fault: str  # "" for a page as it should be

    @property
    def path(self) -> str:
        return f"/{self.feed}/{self.number}"


class DayWeb:
    """`feeds` feeds on as many hosts of loopback as there are fourth parts of them, with `entries` entries in a day.

    A tenth of the entries are relevant, three in a hundred lead to a failure. `show(hour)` has the feeds list what
    appeared until then.
    """

    def __init__(self, feeds: int, entries: int, *, seed: int = 7) -> None:
        self.feeds, self.per_feed = feeds, entries // feeds
        self.now = datetime.now(UTC)
        self.hour = 0
        self._seed = seed
        truth = load_truth()["articles"]
        self._stories: dict[str, list[Story]] = {language: [] for _, _, language in BLOCS}
        for story in load_stories(self.now):
            if truth[story.id]["relevant"] and not story.fault and story.outlet.language in self._stories:
                self._stories[story.outlet.language].append(story)
        self._server = ThreadingHTTPServer(("0.0.0.0", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.requests = 0
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def host(self, feed: int) -> str:
        return f"127.0.{feed // 4 // 250}.{feed // 4 % 250 + 1}:{self.port}"

    def outlets(self) -> list[dict]:
        """Declarations as `schemas/outlets.yaml` has them."""
        return [
            {
                "id": f"day-{n}",
                "name": f"Day {n}",
                **dict(zip(("country", "bloc", "language"), BLOCS[n % len(BLOCS)], strict=True)),
                "feeds": [{"url": f"http://{self.host(n)}/{n}/feed", "delay": 0, "private_hosts": [self.host(n)]}],
            }
            for n in range(self.feeds)
        ]

    def show(self, hour: int) -> None:
        self.hour = hour

    def shown(self) -> int:
        """Entries that any feed has listed until now."""
        return self.feeds * self._listed()

    def items(self, feed: int) -> list[Item]:
        return [self.item(feed, number) for number in range(self._listed())]

    def item(self, feed: int, number: int) -> Item:
        chance = random.Random(f"{self._seed} {feed} {number}")
        relevant = chance.random() < 0.1
        fault = chance.choice(FAULTS) if chance.random() < 0.03 else ""
        return Item(feed, number, BLOCS[feed % len(BLOCS)][2], relevant, fault)

    def _listed(self) -> int:
        return self.per_feed * self.hour // HOURS

    def feed(self, feed: int) -> bytes:
        items = self.items(feed)[-LISTED:]
        start = self.now - timedelta(days=1)
        parts = [
            f"<item><title>{escape(self._title(item))}</title><link>http://{self.host(feed)}{item.path}</link>"
            f"<pubDate>{format_datetime(start + timedelta(days=item.number / self.per_feed))}</pubDate></item>"
            for item in reversed(items)
        ]
        head = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{feed}</title>'
        return f"{head}{''.join(parts)}</channel></rss>".encode()

    def _title(self, item: Item) -> str:
        if item.relevant:
            return f"{self._story(item).title} ({item.feed}-{item.number})"
        return self._sentence(item, 0)

    def _story(self, item: Item) -> Story:
        stories = self._stories[item.language]
        return stories[(item.feed * 31 + item.number) % len(stories)]

    def _sentence(self, item: Item, n: int) -> str:
        forms = SUBJECTS[item.language]
        chance = hashlib.blake2b(f"{item.path} {n}".encode(), digest_size=4).digest()
        return forms[chance[0] % len(forms)].format(2 + chance[1] % 28, 3 + chance[2])

    def page(self, item: Item) -> bytes:
        if item.relevant:
            # Every one another text, or it would be a repeat.
            paragraphs = [*self._story(item).paragraphs, self._sentence(item, 1)]
        else:
            paragraphs = [" ".join(self._sentence(item, 10 * p + s) for s in range(5)) for p in range(6)]
        title = escape(self._title(item))
        menu = "".join(f'<li><a href="/{item.feed}/s{n}">{self._sentence(item, 100 + n)}</a></li>' for n in range(60))
        style = "<style>" + "".join(f".c{n}{{color:#{n:06x};margin:{n}px}}" for n in range(400)) + "</style>"
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
        return (
            f'<!doctype html><html lang="{item.language}"><head><meta charset="utf-8"><title>{title}</title>{style}'
            f"</head><body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{body}</article></body></html>"
        ).encode()


def _handler(web: DayWeb) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.requests += 1
            if match := re.fullmatch(r"/(\d+)/feed", self.path):
                return self.give(web.feed(int(match[1])), "application/rss+xml")
            if match := re.fullmatch(r"/(\d+)/(\d+)(/again)?", self.path):
                return self.page(web.item(int(match[1]), int(match[2])), again=bool(match[3]))
            return self.give(b"not found", "text/plain", 404)

        def page(self, item: Item, again: bool) -> None:
            match item.fault:
                case "not_found":
                    self.give(b"gone", "text/plain", 404)
                case "server_error":
                    self.give(b"broken", "text/plain", 500)
                case "no_html":
                    self.give(b"%PDF-1.4 nothing", "application/pdf")
                case "redirect_loop":
                    self.give(b"", "text/html", 302, location=item.path if again else f"{item.path}/again")
                case "dropped":
                    self.close_connection = True
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>")
                case _:
                    self.give(web.page(item), "text/html; charset=utf-8")

        def give(self, body: bytes, kind: str, status: int = 200, location: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
