"""Why a statement was coded as it was, in lines for people to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.codebook import Codebook

_REFERENCES = {
    "name": "named here",
    "role": "meant by a title",
    "group": "a group without names",
    "pronoun": "meant by a pronoun",
    "omitted": "left out here; whoever spoke last",
    "outlet": "the medium itself",
}
_KNOWN = frozenset({"cue", "attribution", "speaker", "linked", "rules", "terms"})
_INDENT = " " * 4


def as_text(document: Mapping[str, Any], codebook: Codebook) -> str:
    """A document as `analyse_document(…, explain=True)` gives it: every statement, and why it was coded so."""
    verdict = "relevant" if document["relevant"] else "not relevant"
    count = len(document["statements"])
    lines = [f"{document['id']}: {verdict} ({document['relevance']:.2f}), {count} statement{'s' * (count != 1)}"]
    for statement in document["statements"]:
        lines += ["", *explained(statement, codebook)]
    return "\n".join(lines)


def explained(statement: Mapping[str, Any], codebook: Codebook) -> list[str]:
    """One statement of such a document: its text, then speaker, categories and stance with what speaks for them.

    A rule is named with its weight (log odds) and the words of the text that it found; `codebook` is the one by which
    the document was coded. What an explanation holds besides is given as it is.
    """
    reasons = statement["explanation"]
    lines = [f"[{statement['start']}–{statement['end']}] {' '.join(statement['text'].split())}"]
    lines += _speaker(statement, reasons)
    for category in statement["categories"]:
        lines.append(f"  {category['id']} {category['score']:.2f}")
        lines += _rules(category["id"], reasons, codebook)
    if not statement["categories"]:
        lines.append("  no category: nothing in it speaks clearly enough for one")
    lines.append(f"  {statement['stance']} {statement['stance_score']:.2f}")
    lines += _rules(statement["stance"], reasons, codebook)
    lines += [f"  {key}: {_said(value)}" for key, value in reasons.items() if key not in _KNOWN and value]
    return lines


def _speaker(statement: Mapping[str, Any], reasons: Mapping[str, Any]) -> Iterator[str]:
    about = [statement[f"actor_{key}"] for key in ("role", "affiliation", "country")]
    yield f"  {', '.join(filter(None, (statement['actor_name'] or '(nobody named)', *about)))}"
    reference = _REFERENCES.get(reasons.get("speaker", ""), reasons.get("speaker", ""))
    surface = f"“{statement['actor_surface']}”: " if statement["actor_surface"] else ""
    listed = f"in the actor list: {statement['actor_id']}" if statement["actor_id"] else "not in the actor list"
    yield f"{_INDENT}{surface}{reference}, {listed}"
    cue = f"“{reasons['cue']}”, " if reasons.get("cue") else ""
    quoted = ", with a direct quotation" if statement["direct"] else ""
    yield f"{_INDENT}{cue}{reasons.get('attribution', '').replace('_', ' ')}{quoted}"
    if statement["reported_by"]:
        yield f"{_INDENT}reported by {statement['reported_by']}"


def _rules(target: str, reasons: Mapping[str, Any], codebook: Codebook) -> Iterator[str]:
    """The rules that fired for a category or stance, the weightiest first."""
    weights = {rule.id: (dict(rule.weights), rule) for rule in codebook.rules}
    fired = [weights[id] for id in reasons.get("rules", ()) if target in weights.get(id, ({},))[0]]
    for weight, rule in sorted(fired, key=lambda pair: -pair[0][target]):
        words = _words((term for group in rule.all for term in group), reasons.get("terms", {}))
        speaker = f"; speaker: {' or '.join(sorted(rule.speaker))}" if rule.speaker else ""
        yield f"{_INDENT}{weight[target]:+.1f} {rule.id}{': ' + words if words else ''}{speaker}"


def _words(terms: Iterable[str], found: Mapping[str, list[str]]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(word for term in terms for word in found.get(term, ())))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
