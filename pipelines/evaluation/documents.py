"""Coded documents, a human coder's or the program's, read from JSON lines and checked.

A human coder's document: `id, lang, text, relevant, complete, categories, statements[{actor, aliases, anchor,
categories, stance}], other_statements[{anchor}]`. An anchor is a stretch of the text inside the statement. `complete`
says that there are no other statements; `other_statements` have a speaker, but are about something else. Where
`relevant` is missing, single statements were coded and not the document.

The program's document is what `vostochny analyse` prints.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from schemas.failures import Failure

Coded = dict[str, Any]


def read_coded(lines: Iterable[str], name: str) -> list[Coded]:
    """A human coder's documents. Failure("bad_coding") names file (as `name`), line and what is wrong there."""
    documents = []
    for at, document in json_objects(lines, name, "bad_coding"):
        _text(document, "text", at)
        if not isinstance(document.get("relevant", False), bool):
            raise Failure("bad_coding", f'{at}: "relevant" must be true or false')
        _texts(document.get("categories", []), "categories", at)
        for number, statement in enumerate(_list(document, "statements", at), 1):
            here = f"{at}: statement {number}"
            _text(statement, "actor", here)
            if not _text(statement, "anchor", here):
                raise Failure("bad_coding", f'{here}: "anchor" is empty; quote the words that the statement stands in')
            _texts(statement.get("categories"), "categories", here)
            _texts(statement.get("aliases", []), "aliases", here)
        for number, statement in enumerate(_list(document, "other_statements", at), 1):
            if not _text(statement, "anchor", f"{at}: other statement {number}"):
                raise Failure("bad_coding", f'{at}: other statement {number}: "anchor" is empty')
        documents.append(document)
    return documents


def read_predictions(lines: Iterable[str], name: str) -> list[Coded]:
    """The program's documents, without those that it says could not be coded. Failure("bad_prediction")."""
    documents = []
    for at, document in json_objects(lines, name, "bad_prediction"):
        if "error" in document:  # says which line of its input could not be coded
            continue
        for statement in _list(document, "statements", at, "bad_prediction"):
            if not (isinstance(statement.get("start"), int) and isinstance(statement.get("end"), int)):
                raise Failure("bad_prediction", f'{at}: a statement needs "start" and "end", offsets into the text')
            _list(statement, "categories", at, "bad_prediction")
        _list(document, "categories", at, "bad_prediction")
        documents.append(document)
    return documents


def by_id(documents: Iterable[Coded]) -> dict[Any, Coded]:
    """Documents by id; Failure("bad_coding") where two have the same."""
    found: dict[Any, Coded] = {}
    for document in documents:
        if found.setdefault(document["id"], document) is not document:
            raise Failure("bad_coding", f"the id {document['id']!r} is there twice; one document has one coding")
    return found


def json_objects(lines: Iterable[str], name: str, cause: str) -> Iterator[tuple[str, Coded]]:
    """The documents of JSON lines, each with its place, "NAME:LINE". Raises Failure(cause) that names the place."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            at = f"{name}:{number}"
            line = line.lstrip("\ufeff")
            if not line.strip():
                continue
            try:
                document = json.loads(line)
            except ValueError as error:
                raise Failure(cause, f"{at}: not JSON: {error}; one document a line is expected") from None
            if not isinstance(document, dict):
                raise Failure(cause, f"{at}: expected a JSON object")
            if "error" not in document and not isinstance(document.get("id"), str | int):
                raise Failure(cause, f'{at}: the document has no "id"')
            yield at, document
    except UnicodeDecodeError as error:
        raise Failure(cause, f"{name}: after line {number} it is not UTF-8: {error.reason}; save it as UTF-8") from None


def _text(data: Coded, key: str, at: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise Failure("bad_coding", f'{at}: "{key}" must be text' if key in data else f'{at}: "{key}" is missing')
    return value


def _texts(value: Any, key: str, at: str) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Failure("bad_coding", f'{at}: "{key}" must be a list of texts')


def _list(data: Coded, key: str, at: str, cause: str = "bad_coding") -> list[Coded]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Failure(cause, f'{at}: "{key}" must be a list of objects')
    return value
