"""From a place in the archive to the article coded anew, as the reading processes do it.

Apart from `pipelines.recode`, so that they need not import Beam.
"""

from __future__ import annotations

from functools import cache

from connectors.archive import Archive
from pipelines.reading import PageGate, faults_as_failures, own_reader
from schemas.records import ArchiveRecord, Article, Page


def reread(folder: str, record: ArchiveRecord, article_id: str, codebook: str, gate: bool) -> Article:
    """Read and code an archived page again, as the article that it was.

    Args:
        folder: of the archive.
        codebook: path of the codebook, for the gate; "" for the project's own.
        gate: whether a page without a word of the subject gets a bare record.

    Raises:
        Failure: the page is not there any more, or no article can be had from it.
        SetupFailure: what its language is coded by can't be read.
    """
    with faults_as_failures():
        response, entry = _archive(folder).page(record)
        page = Page(entry, response.url, response.header("content-type"), response.body, response.requested, record)
        article = _gate(codebook).close(page) if gate else None
        if article is None:
            article = own_reader().read(page)
        return article._replace(id=article_id)


_archive = cache(Archive)
_gate = cache(PageGate)
