"""Sheets of statements for a second human coder: sampled, written, filled in by hand, read back."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.annotation.sheet import Answer, Item, bad_sheet, plain, read_sheet, write_sheet
from pipelines.coding import Coder
from pipelines.coding.analyse import analyse_document
from pipelines.evaluation.documents import json_objects
from schemas.actors import ActorList
from schemas.failures import Failure
from schemas.records import digest

__all__ = [
    "Answer",
    "Item",
    "coded",
    "coded_documents",
    "document_ids",
    "read_documents",
    "read_sheet",
    "sample",
    "write_sheet",
]

CONTEXT = 600  # characters shown before and after a statement

Document = Mapping[str, Any]


def read_documents(lines: Iterable[str], name: str) -> list[Document]:
    """Documents of JSON lines, as for `vostochny analyse`. Failure("bad_document") names file (as `name`) and line."""
    documents = []
    for at, document in json_objects(lines, name, "bad_document"):
        if not (isinstance(document.get("text"), str) and "id" in document):
            raise Failure("bad_document", f'{at}: a document to sample from needs an "id" and its "text"')
        documents.append(document)
    return documents


def coded(documents: Iterable[Document], coder: Coder) -> Iterator[Document]:
    """The documents with their statements: those that they bring along, a first coder's, or else the program's."""
    for document in documents:
        yield document if "statements" in document else {**document, **analyse_document(coder, dict(document))}


def sample(documents: Iterable[Document], size: int, *, seed: int = 0, language: str = "") -> list[Item]:
    """`size` statements of the documents, each with the same chance, in the documents' order; all if there are fewer.

    A statement's place in the draw hangs on the seed and its own id alone, so that documents that are added later
    change a sample no more than they must. `language` is ISO 639-1.
    """
    if size < 1:
        raise Failure("bad_sample", f"a sample of {size} statements is none; ask for 1 or more")
    drawn = heapq.nsmallest(
        size,
        (
            (digest(str(seed), item.statement_id), number, item)
            for number, item in enumerate(_items(documents))
            if not language or item.language == language
        ),
    )
    return [item for _, _, item in sorted(drawn, key=lambda entry: entry[1])]


def _items(documents: Iterable[Document]) -> Iterator[Item]:
    seen: set[str] = set()
    for document in documents:
        text = _text(document)
        for statement in document.get("statements", ()):
            start, end = _span(text, statement)
            item = Item(
                statement_id=f"{document['id']}#{start}-{end}",
                document_id=str(document["id"]),
                language=document.get("lang") or document.get("language") or "",
                outlet=document.get("outlet") or "",
                date=(document.get("published") or "")[:10],
                title=document.get("title") or "",
                before=_context(text[max(0, start - CONTEXT) : start], cut_before=start > CONTEXT),
                statement=text[start:end],
                after=_context(text[end : end + CONTEXT], cut_after=end + CONTEXT < len(text)),
                found_speaker=statement.get("actor_name") or statement.get("actor") or "",
            )
            if start < end and item.statement_id not in seen:
                seen.add(item.statement_id)
                yield item


def _text(document: Document) -> str:
    """What offsets count in: the title, where it stands alone."""
    return document["text"] if document["text"].strip() else document.get("title") or ""


def _span(text: str, statement: Document) -> tuple[int, int]:
    if "start" in statement:
        return statement["start"], statement["end"]
    start = text.find(statement["anchor"])
    return (start, start + len(statement["anchor"])) if start >= 0 else (0, 0)


def _context(text: str, *, cut_before: bool = False, cut_after: bool = False) -> str:
    """The text without the words that its ends cut through."""
    if cut_before:
        text = "… " + (text.partition(" ")[2] or text)
    if cut_after:
        text = (text.rpartition(" ")[0] or text) + " …"
    return text


def document_ids(answers: Iterable[Answer]) -> list[str]:
    """Of the documents that the answers are about."""
    return list(dict.fromkeys(answer.statement_id.rpartition("#")[0] for answer in answers))


def coded_documents(
    answers: Sequence[Answer], documents: Iterable[Document], actors: ActorList
) -> Iterator[dict[str, Any]]:
    """What a coder filled in, as documents that `vostochny evaluate` takes, with the texts of `documents`.

    These are the documents that the sheet was sampled from. Only single statements are coded, so that nothing is said
    of a document's relevance or completeness. A speaker whom the actor list knows gets all its names as aliases.
    Raises Failure("bad_sheet") that names the row of a statement that the documents no longer have.
    """
    by_id = {str(document["id"]): document for document in documents}
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for answer in answers:
        document_id, _, place = answer.statement_id.rpartition("#")
        document = by_id.get(document_id)
        if document is None:
            problems.append((answer.row, "statement_id", f"there is no document {document_id!r} to take the text from"))
            continue
        anchor = _anchor(_text(document), place, answer.statement)
        if not anchor:
            problems.append(
                (
                    answer.row,
                    "statement",
                    "this is not what the document says there. Was the article edited since, or the cell? Where "
                    "letters have become question marks, save the sheet as CSV in UTF-8",
                )
            )
            continue
        entry = found.setdefault(document_id, _head(document))
        statement = {
            "actor": answer.speaker,
            "aliases": _aliases(answer.speaker, actors),
            "anchor": anchor,
            "categories": list(answer.categories),
        }
        for key, value in (("stance", answer.stance), ("comment", answer.comment)):
            if value:
                statement[key] = value
        entry["statements"].append(statement)
    if problems:
        raise bad_sheet(problems)
    yield from found.values()


def _head(document: Document) -> dict[str, Any]:
    return {
        "id": document["id"],
        "lang": document.get("lang") or document.get("language") or "",
        "title": document.get("title") or "",
        "published": document.get("published") or "",
        "outlet": document.get("outlet") or "",
        "text": _text(document),
        "complete": False,
        "statements": [],
    }


def _anchor(text: str, place: str, statement: str) -> str:
    """The stretch of the text that a sheet's statement is, "" where it isn't there."""
    start, _, end = place.partition("-")
    if start.isdecimal() and end.isdecimal():
        anchor = text[int(start) : int(end)]
        if plain(anchor) == plain(statement):
            return anchor
    return statement if statement and statement in text else ""


def _aliases(speaker: str, actors: ActorList) -> list[str]:
    known = actors.named(speaker)
    if len(known) != 1:
        return []
    return list(dict.fromkeys(name for names in known[0].names.values() for name in names))
