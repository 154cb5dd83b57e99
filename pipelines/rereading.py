"""An indexed article coded anew, as the reading processes do it.

Apart from `pipelines.recode`, so that they need not import Beam.
"""

from __future__ import annotations

from functools import cache

from connectors.archive import Archive
from pipelines.reading import PageGate, faults_as_failures, own_reader
from schemas.records import Article, Page


def code_again(article: Article, folder: str, codebook: str, gate: bool, reread: bool) -> Article:
    """Code an article anew, which keeps its id.

    Its text is taken as it was extracted. Of an article without one, because the gate closed over its page, the page is
    looked at again, and read where the gate opens.

    Args:
        folder: of the archive.
        codebook: path of the codebook, for the gate; "" for the project's own.
        gate: whether a page without a word of the subject gets a bare record.
        reread: extract everything anew out of the archived pages.

    Raises:
        Failure: the page is not there any more, or no article can be had from it.
        SetupFailure: what its language is coded by can't be read.
    """
    with faults_as_failures():
        if article.extract.text and not reread:
            return article._replace(coding=own_reader().code(article.extract, article.entry.feed.outlet.name))
        record = article.archive
        response, entry = _archive(folder).page(record)
        page = Page(entry, response.url, response.header("content-type"), response.body, response.requested, record)
        if not gate or _gate(codebook).opens(page):
            again = own_reader().read(page)
        elif reread:
            again = _gate(codebook).close(page) or own_reader().read(page)
        else:
            again = article._replace(coding=_gate(codebook).closed(article.extract))
        return again._replace(id=article.id)


_archive = cache(Archive)
_gate = cache(PageGate)
