"""Extractors of news to measure against, each as a function of a page's bytes that never raises."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from contextlib import suppress

import trafilatura


def trafilatura_alone(page: bytes) -> object:
    with suppress(Exception):  # some pages trip some extractors: that costs time too
        found = trafilatura.bare_extraction(page, with_metadata=True)
        return found and found.text  # all of it can't be handed from process to process


def others() -> dict[str, Callable[[bytes], object]]:
    """Other extractors of news, those that are installed."""
    found: dict[str, Callable[[bytes], object]] = {}

    def installed(name: str) -> bool:
        if importlib.util.find_spec(name):
            return True
        print(f"{name}: not installed")
        return False

    if installed("mcmetadata"):
        import mcmetadata

        found["mcmetadata"] = lambda page: mcmetadata.extract("http://localhost/", page.decode("utf-8", "replace"))
    if installed("newspaper"):
        import newspaper

        found["newspaper4k"] = lambda page: newspaper.article(
            "http://localhost/", input_html=page.decode("utf-8", "replace")
        )
    if installed("newsplease"):
        from newsplease import NewsPlease

        found["news-please"] = lambda page: NewsPlease.from_html(
            page.decode("utf-8", "replace"), url="http://localhost/"
        )

    def safely(function):
        def call(page):
            with suppress(Exception):
                return function(page)

        return call

    return {name: safely(function) for name, function in found.items()}
