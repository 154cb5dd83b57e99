"""Texts that are somebody's words by their form: interviews, transcripts, statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.english.names import full_names
from pipelines.coding.english.sentences import Unit

_STATEMENT_OF = re.compile(
    r"\s*(?P<what>(?:Press |Joint |Special |Opening |Official )?"
    r"(?:Statement|Answer|Speech|Address|Remarks?|Message|Talk|Comments?|Commentary|Article|Letter))"
    r"\s+(?:of|by|from)\s+(?P<who>.{3,200}?)"
    r"(?:\s+(?:on|about|regarding|concerning|following|after|in (?:connection|response|reply)|at|to) .*)?$"
)
# "Foreign Ministry Spokeswoman Maria Zakharova": words of the office before the name.
_OFFICE_AND_NAME = re.compile(
    r"(?P<role>(?:[\w’'-]+ ){0,6}?(?:spokes\w+|minister|ambassador|secretary|president|envoy|representative|director|"
    r"chairman|chairwoman|chief|chancellor|general|speaker|leader|marshal))\s+"
    r"(?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+){1,3})(?=,|$)",
    re.IGNORECASE,
)
# "Her advice to Seoul is …", "His remedy: …": whose it is says it.
_FOLLOWS = re.compile(
    r"\b(?:following|as follows|statement|text|letter|message|commentary|remarks|answer|answers|reply)\b"
    r"(?:[^.!?\"“]{0,90}|[^.!?\"“]{0,90}[\"“][^\"”]{1,250}[\"”][^.!?\"“]{0,40}):[\"“]?$|\bas follows\.$"
)
_LABEL = re.compile(
    r"(?P<who>[A-Z][\w.’'-]*(?: (?:[A-Z][\w.’'-]*|of|for|the|and)){0,6})(?:\s*\([^)\n]{1,60}\))?\s*:(?:\s+|$)"
    r"|\[(?P<aside>[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,5})\](?:\s+|$)"
)
_ASKS = frozenset("q question interviewer reporter moderator host journalist correspondent anchor press".split())
# "[Kwon Young-se/Floor Leader: “…”]": an excerpt in a broadcaster's script.
_EXCERPT = re.compile(r"\[(?P<who>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,3})\s*/\s*(?P<title>[^:\]\n]{2,90}):\s*(?=[\"“‘'])")
_TALKS = re.compile(
    r"\b(?:[Ii]nterview(?:ed)?\b|Q&A|[Ss]at down with|[Cc]onversation with"
    r"|(?:spoke|speaks|talked|talks) (?:to|with) (?:us|me)\b)"
)
_QUOTED = re.compile(r"[“\"][^”\"]*(?:[”\"]|$)")
_FIRST_PERSON = re.compile(r"\b(?:I|I[’'](?:m|ve|d|ll)|[Mm]y|me)\b")
_REPORTS = frozenset("announcer presenter newsreader narrator studio voice-over voiceover newscaster".split())
_ANSWERS = frozenset("a answer".split())


class Labels:
    """The speakers of an interview or a transcript, where labels or questions show whose each paragraph is."""

    def __init__(self, document: Document) -> None:
        self._speakers: dict[int, Speaker] = {}
        self._questions: set[int] = set()
        self._begins: dict[int, int] = {}
        text = document.text
        labels: list[tuple[int, re.Match[str]]] = []
        for index, (start, end) in enumerate(document.paragraphs):
            match = _LABEL.match(text, start, end)
            if match and (match.end() >= end or text[match.end()] not in '“"'):
                labels.append((index, match))
        names = [match["who"] or match["aside"] for _, match in labels]
        asked = any(name.casefold() in _ASKS for name in names)
        if len(labels) >= 2 and all(name.casefold() in _ASKS for name in names):
            self._read_questions(document, [index for index, _ in labels])
        elif len(labels) >= 2 and (asked or len(set(names)) < len(names)):
            self._read(document, labels)
        elif not labels:
            questions = [
                index
                for index, (start, end) in enumerate(document.paragraphs)
                if end - start < 260 and text[start:end].rstrip().endswith("?") and text[start] not in "“\"'‘«"
            ]
            if len(questions) >= 2 and all(b - a > 1 for a, b in pairwise(questions)):
                self._read_questions(document, questions)

    def _read(self, document: Document, labels: list[tuple[int, re.Match[str]]]) -> None:
        current: Speaker | None = None
        by_index = dict(labels)
        guest = self._guest(document, labels[0][0])
        outlet = document.outlet.casefold()
        for index in range(labels[0][0], len(document.paragraphs)):
            match = by_index.get(index)
            if match is None:
                if index <= labels[-1][0] or document.paragraphs[index - 1] == labels[-1][1].span():
                    if current:
                        self._speakers[index] = current
                    elif index - 1 in self._questions:
                        self._questions.add(index)
                continue
            self._begins[index] = match.end()
            group = "who" if match["who"] else "aside"
            who = match[group]
            low = who.casefold()
            if low in _ASKS or low == outlet or (who.isupper() and len(who) <= 4 and low not in _ANSWERS):
                self._questions.add(index)
                current = None
                continue
            named = Speaker("name", *match.span(group), who, phrase=match.span(group))
            current = guest if low in _ANSWERS else None if low in _REPORTS else named
            if current:
                self._speakers[index] = current

    def _read_questions(self, document: Document, questions: list[int]) -> None:
        """Paragraphs that are questions: the guest answers them in an interview, the medium where it explains."""
        self._questions.update(questions)
        answers = [i for i in range(questions[0] + 1, len(document.paragraphs)) if i not in self._questions]
        guest = self._guest(document, questions[0])
        if guest and self._interviews(document, questions[0], answers):
            self._speakers.update(dict.fromkeys(answers, guest))

    @staticmethod
    def _interviews(document: Document, first: int, answers: list[int]) -> bool:
        """Whether somebody speaks in the paragraphs `answers`, in quotation marks or of himself."""
        text = document.text
        if _TALKS.search(f"{document.title}\n{text[: document.paragraphs[first][0]]}"):
            return True
        spoken = 0
        for index in answers:
            paragraph = text[slice(*document.paragraphs[index])].strip()
            outside = _QUOTED.sub("", paragraph)
            spoken += len(outside.split()) <= 2 or _FIRST_PERSON.search(outside) is not None
        return spoken * 2 >= len(answers)

    def _guest(self, document: Document, before: int) -> Speaker | None:
        """Who is interviewed: the first person named in full before the first question."""
        end = document.paragraphs[before][0] if before else 0
        names = full_names(document.text[:end])
        found = [(document.text.index(name), name) for name in names.values() if name in document.text[:end]]
        found += [(m.start, m.text) for m in document.mentions_in(0, end) if m.kind == "person" and not m.office]
        if not found:
            return None
        at, name = min(found)
        return Speaker("name", at, at + len(name), name)

    def asks(self, paragraph: int) -> bool:
        """Whether the paragraph is a question of the interviewer."""
        return paragraph in self._questions

    def begins(self, paragraph: int) -> int:
        """Where the words of the paragraph begin, behind its label."""
        return self._begins.get(paragraph, 0)

    def speaker(self, paragraph: int) -> Speaker | None:
        """Who speaks in the paragraph."""
        return self._speakers.get(paragraph)


def announces(document: Document, unit: Unit) -> bool:
    """Whether the unit ends its paragraph with "… made public the following statement:"."""
    text = document.text[unit.start : unit.end].rstrip()
    return (
        unit.end >= document.paragraphs[unit.paragraph][1]
        and unit.paragraph + 1 < len(document.paragraphs)
        and _FOLLOWS.search(text) is not None
    )


def excerpt(document: Document, unit: Unit) -> Attribution | None:
    """The speaker of a unit that is an excerpt with name and title in brackets."""
    match = _EXCERPT.match(document.text, unit.start, unit.end)
    if not match:
        return None
    speaker = Speaker("name", *match.span("who"), match["who"], match["title"].strip(), phrase=match.span())
    return Attribution(unit.start, unit.end, speaker, ":", "label", True)


def own_statement(
    document: Document, found: list[Attribution], announced: int, role_key: Callable[[str], str]
) -> list[Attribution]:
    """What nothing attributes in a text that is itself a statement: "Press Statement of Kim Yo Jong, …"."""
    match = _STATEMENT_OF.match(document.title)
    if not match:
        return []
    who = re.sub(r"^the\s+", "", match.group("who")).strip()
    person = re.match(r"[A-Z][\w-]+(?: [A-Z][\w-]+){1,3}(?=,|$)", who)
    office = _OFFICE_AND_NAME.match(who)
    if office and office["name"].istitle():
        speaker = Speaker("name", 0, 0, office["name"], office["role"])
    elif person and not role_key(person.group()):
        speaker = Speaker("name", 0, 0, person.group(), who[person.end() :].strip(" ,"))
    else:
        speaker = Speaker("role", 0, 0, who, who)
    return [
        Attribution(sentence.start, sentence.end, speaker, match.group("what"), "own_statement")
        for sentence in document.sentences
        if sentence.start >= announced and not any(a.start < sentence.end and sentence.start < a.end for a in found)
    ]
