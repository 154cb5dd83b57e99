"""`vostochny analyse`: documents in, coded documents out, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.coding import Coder
from schemas.failures import Failure
from schemas.records import Actor, Score


def analyse_document(coder: Coder, doc: dict[str, Any], *, explain: bool = False) -> dict[str, Any]:
    """Codes a document with the keys `text` and, where known, `id`, `title`, `lang`, `published`, `outlet`.

    With `explain` each statement tells the cue, the rules and the words behind speaker, categories and stance.
    Raises Failure("bad_document") when text and title are both missing or not text.
    """
    given = {key: doc.get(key) or "" for key in ("text", "title", "published", "outlet")}
    given["language"] = doc.get("lang") or doc.get("language") or ""
    for key, value in given.items():
        if not isinstance(value, str):
            raise Failure("bad_document", f"{key!r} must be text, not {type(value).__name__}")
    if not (given["text"] or given["title"]):
        raise Failure("bad_document", 'a document needs a "text" or a "title"')
    coding = coder.code(
        given["text"],
        title=given["title"],
        language=given["language"],
        published=given["published"],
        outlet=given["outlet"],
    )
    statements = []
    for statement in coding.statements:
        speaker = statement.speaker
        entry: dict[str, Any] = {
            "actor_id": speaker.id,
            "actor_name": speaker.name,
            "actor_surface": speaker.surface,
            "actor_aliases": aliases(coder, speaker),
            "actor_kind": speaker.kind,
            "actor_role": speaker.role,
            "actor_affiliation": speaker.affiliation,
            "actor_country": speaker.country,
            "start": statement.start,
            "end": statement.end,
            "text": statement.text,
            "direct": statement.direct,
            "categories": [_score(category) for category in statement.categories],
            "stance": statement.stance,
            "stance_score": statement.stance_score,
            "reported_by": statement.reported_by,
        }
        if explain:
            entry["explanation"] = json.loads(statement.explanation)
        statements.append(entry)
    return {
        "id": doc.get("id", ""),
        "relevant": coding.relevant,
        "relevance": coding.relevance,
        "language": coding.language,
        "actors": [_actor(actor) for actor in coding.actors],
        "statements": statements,
        "categories": [_score(category) for category in coding.categories],
        "codebook": coding.codebook,
    }


def aliases(coder: Coder, actor: Actor) -> list[str]:
    """The names of a linked actor in every language; none for one who is not linked."""
    entry = coder.actors.get(actor.id) if actor.id else None
    return list(dict.fromkeys(name for names in entry.names.values() for name in names)) if entry else []


def analyse(lines: Iterable[str], coder: Coder | None = None, *, explain: bool = False) -> Iterator[str]:
    """Codes JSON lines into JSON lines, in order.

    A line that can't be coded gives {"error": cause, "detail": …, "line": number} in its place.
    """
    coder = coder or Coder()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            doc = json.loads(line)
            if not isinstance(doc, dict):
                raise Failure("bad_document", "expected a JSON object")
            result = analyse_document(coder, doc, explain=explain)
        except ValueError as error:
            result = {"error": "bad_json", "detail": str(error), "line": number}
        except Failure as failure:
            result = {"error": failure.cause, "detail": failure.detail, "line": number}
        yield json.dumps(result, ensure_ascii=False)


def _score(score: Score) -> dict[str, Any]:
    return {"id": score.id, "score": score.score}


def _actor(actor: Actor) -> dict[str, Any]:
    keys = ("id", "name", "surface", "kind", "role", "affiliation", "country", "start", "end")
    return {key: getattr(actor, key) for key in keys}
