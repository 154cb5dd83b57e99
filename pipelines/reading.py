"""From a fetched page to a coded article: the pure part of the line, and the processes that do it in parallel."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, TimeoutError
from contextlib import contextmanager
from multiprocessing.forkserver import ensure_running

from pebble import ProcessExpired, ProcessPool

from pipelines.extraction import extract, page_metadata
from pipelines.extraction.gate import Gate
from schemas.charsets import decode_html
from schemas.codebook import load_codebook
from schemas.failures import Failure, SetupFailure
from schemas.records import Article, Coding, Extract, Page, digest


class Reader:
    """Reads pages: decodes, extracts and codes them. One per process; loading the languages takes seconds."""

    def __init__(self, codebook: str = "") -> None:
        from pipelines.coding import Coder  # with spaCy, which takes seconds and which nobody else needs

        self.coder = Coder(load_codebook(codebook or None))

    def read(self, page: Page) -> Article:
        """Extract and code a page.

        Raises:
            Failure: when no article can be had from the page.
            SetupFailure: what its language is coded by can't be read.
        """
        html, _ = decode_html(page.body, page.content_type)
        found = extract(page, html)
        return _article(page, found, self.code(found, page.entry.feed.outlet.name))

    def code(self, found: Extract, outlet: str) -> Coding:
        """Code what was extracted from a page of an outlet. Raises SetupFailure as `read`."""
        try:
            return self.coder.code(
                found.text, title=found.title, language=found.language, published=found.published, outlet=outlet
            )
        except Failure as problem:  # no text raises, only what the language is coded by
            raise SetupFailure(problem.cause, problem.detail) from problem


class PageGate:
    """Decides over the raw page whether it is worth reading at all."""

    def __init__(self, codebook: str = "") -> None:
        self._codebook = load_codebook(codebook or None)
        self._gate = Gate(self._codebook.gate)

    def close(self, page: Page) -> Article | None:
        """The article's record without text, when the page has no word of the subject; None when it must be read.

        Raises:
            Failure: what is there is no page.
        """
        html, _ = decode_html(page.body, page.content_type)
        if self._opens(page, html):
            return None
        found = page_metadata(html, page)
        return _article(page, found, self.closed(found))

    def opens(self, page: Page) -> bool:
        """Whether the page must be read."""
        return self._opens(page, decode_html(page.body, page.content_type)[0])

    def closed(self, found: Extract) -> Coding:
        """The coding of an article whose page was not read."""
        return Coding(False, 0.0, found.language, codebook=self._codebook.version)

    def _opens(self, page: Page, html: str) -> bool:
        return self._gate.opens(html) or self._gate.opens(f"{page.entry.title}\n{page.entry.content}")


def _article(page: Page, found: Extract, coding: Coding) -> Article:
    return Article(
        id=digest(found.url),
        entry=page.entry,
        extract=found,
        coding=coding,
        fetched=page.fetched,
        archive=page.archive,
        content_hash=digest(found.title, found.text),
    )


class ReaderPool:
    """Processes that read pages side by side. A page that hangs or kills its process fails alone."""

    TIMEOUT = 60.0  # seconds; the slowest real page takes one

    def __init__(self, processes: int = 0, codebook: str = "") -> None:
        self._processes = processes or os.cpu_count() or 1
        self._codebook = codebook
        self._pool: ProcessPool | None = None

    def submit(self, page: Page) -> Future:
        return self.schedule(_read, page)

    def schedule(self, function: Callable[..., Article], *args: object) -> Future:
        """Have a reading process call a function, which finds that process's Reader by `own_reader`."""
        if self._pool is None:  # a run that finds nothing new needs no processes
            self._pool = ProcessPool(
                max_workers=self._processes,
                initializer=_start_reader,
                initargs=(self._codebook,),
                context=multiprocessing.get_context("forkserver"),
            )
        return self._pool.schedule(function, args=args, timeout=self.TIMEOUT)

    @staticmethod
    def result(future: Future) -> Article:
        """Wait for a page's article.

        Raises:
            Failure: the page could not be read, took too long, or ended the process that read it.
        """
        try:
            return future.result()
        except TimeoutError:
            raise Failure("read_timeout", f"reading the page took more than {ReaderPool.TIMEOUT:.0f} s") from None
        except ProcessExpired as problem:
            raise Failure("read_crash", f"reading the page ended its process: {problem}") from None

    def close(self) -> None:
        if self._pool:
            self._pool.stop()
            self._pool.join()


_reader: Reader


def load_ahead() -> None:
    """Begin to load, in a process of its own, what the reading processes of this one will share."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["pipelines.reading_process"])
    ensure_running()


def _start_reader(codebook: str) -> None:
    global _reader
    if codebook:
        _reader = Reader(codebook)
    else:
        from pipelines.reading_process import reader

        _reader = reader


def own_reader() -> Reader:
    """The Reader of this process, which a ReaderPool has started."""
    return _reader


def _read(page: Page) -> Article:
    with faults_as_failures():
        return _reader.read(page)


@contextmanager
def faults_as_failures(cause: str = "read_error") -> Iterator[None]:
    """A page that trips a fault of ours must not stop the line; its dead letter keeps it for a replay."""
    try:
        yield
    except Failure:
        raise
    except Exception as problem:
        raise Failure(cause, f"{type(problem).__name__}: {problem}") from problem
