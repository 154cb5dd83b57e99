"""Texts that are somebody's words by their form: statements and comments as they were issued."""

from __future__ import annotations

import re

from pipelines.coding.attribution import behind_dateline
from pipelines.coding.document import Document, Speaker

_FOLLOWS = re.compile(
    r"(?:следующ|нижеследующ)\w+\s+(?:официальн\w+\s+)?"
    r"(?:заявлени|комментари|сообщени|коммюнике|послани|ответ|текст|обращени)\w*"
    r"|(?:заявлени|комментари|обращени)\w+\s+(?:следующего\s+содержания|говорится\s+следующее)|сказано следующее",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\s*(?P<what>(?:совместное |пресс-|официальное |краткий )?(?:заявление|комментарий|выступление|обращение|ответ|"
    r"послание|статья|вступительное слово|сообщение для (?:сми|прессы)))\s+"
    r"(?P<who>[^«»\"?]{3,160}?)"
    r"(?:\s+(?:в связи с|по поводу|относительно|о|об|по|на вопрос\w*|на|для|в ходе|перед|после|к)\s.*)?$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?P<role>.*?)\s*(?P<name>(?:[А-ЯЁ]\.\s?){1,2}[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ][а-яё]+(?:\s[А-ЯЁ][а-яё]+){1,2})$"
)
_DATELINE = re.compile(r"\s*[А-ЯЁ][\w-]+,\s+\d{1,2}\s+[а-яё]+\.?\s*(?:/[^/]{2,40}/)?\s*[.—–-]*\s*$")


def issuer(document: Document) -> tuple[Speaker, int] | None:
    """Whose words the text is, and from which offset on; None where it is a report."""
    for index, (start, end) in enumerate(document.paragraphs[:3]):
        found = _FOLLOWS.search(document.text, start, end)
        if not found or index + 1 == len(document.paragraphs) or document.text[found.end() : end].count(".") > 1:
            continue
        said = [a for a in document.attributions if start <= a.start < end]
        if said:
            return said[-1].speaker, end
        named = [m for m in document.mentions_in(start, end) if m.kind in ("person", "organisation", "medium")]
        if named:
            last = max((m for m in named if m.start < found.start()), key=lambda m: m.start, default=named[0])
            return Speaker("name", last.start, last.end, last.text), end
    title = _TITLE.match(document.title)
    if not title:
        return None
    begin = behind_dateline(document, _DATELINE)
    who = title["who"].strip(" ,")
    person = _NAME.match(who)
    if person and person["role"]:
        return Speaker("name", 0, 0, person["name"], person["role"]), begin
    return Speaker("name", 0, 0, who), begin
