"""The line is killed while it works, and run again: nothing may be lost or doubled."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections import Counter

from connectors.opml import load
from connectors.web import Web
from demo.sample import load_truth
from demo.web import NewsWeb, Resource
from pipelines.line import Line
from pipelines.run import collect_once
from pipelines.summary import Summary, failures

SEED = 7


class DeadlyWeb(NewsWeb):
    """The sample news web, which kills a process instead of answering when it asks for its n-th page."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._left = 0

    def kill(self, process: multiprocessing.process.BaseProcess, page: int) -> None:
        self._process, self._left = process, page

    def answer(self, path: str) -> Resource:
        found = super().answer(path)
        if found.content_type.startswith("text/html"):
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    self._process.kill()
        return found


def collect(url: str, line: Line) -> Summary:
    return collect_once(load(url, Web()), line, "FnApiRunner")


def test_a_killed_run_goes_on_where_it_was(line, indexed):
    truth = load_truth()
    chance = random.Random(SEED)
    with DeadlyWeb() as web:
        for page in (chance.randint(30, 60), chance.randint(20, 40)):
            process = multiprocessing.get_context("spawn").Process(target=collect, args=(web.url, line))
            web.kill(process, page)
            process.start()
            process.join()
            assert process.exitcode == -9
            assert indexed("feed-states") == {}, "what a feed's state holds for seen was not safe yet"
        last = collect(web.url, line)

        assert last.accounted
        assert last.total["entries"] == truth["counts"]["articles"] + len(truth["events"]["broken"])
        articles, letters = indexed("articles"), indexed("dead-letters")
        assert len(articles) == truth["counts"]["articles"]
        assert len({found["url"]["full"] for found in articles.values()}) == len(articles)
        broken = Counter(item["cause"] for item in truth["events"]["broken"])
        assert Counter(letter["error"]["code"] for letter in letters.values()) == broken
        said = Counter(s["article"]["id"] for s in indexed("statements").values())
        assert said == {key: n for key, a in articles.items() if (n := a["article"]["statements"])}

        assert collect(web.url, line).total["new"] == 0
        assert failures(last.total).keys() <= broken.keys()
