"""Texts that are somebody's words by their form: statements and commentaries as they were issued."""

from __future__ import annotations

import re

from pipelines.coding.attribution import behind_dateline
from pipelines.coding.document import Document, Speaker

_FOLLOWS = re.compile(
    r"(?:다음|아래)과\s?같(?:은|이)|(?:담화|성명|론평|논평|립장|연설)(?:의)?\s?(?:전문|내용)은\s?(?:다음|아래)"
)
_TITLE = re.compile(
    r"\s*(?:[\[(<【](?:전문|성명|담화)[\])>】]\s*)?(?P<who>[^\[\]“”\"…?]{2,40}?)\s?(?:공식\s?)?"
    r"(?P<what>대변인\s?담화|대변인\s?성명|담화문?|성명서?|론평|공보문?|보도문|연설문?)\s*(?:[(（].{0,12}[)）])?\s*$"
)
_DATELINE = re.compile(
    r"\s*[(（]?[가-힣]{2,8}\s?\d{1,2}월\s?\d{1,2}일\s?발?[^.]{0,20}[)）]?\s*$|\s*[(（][^.]{3,30}[)）]\s*$"
)
_NAME = re.compile(r"(?P<name>[가-힣]{2,4})\s(?P<role>.{2,20})$")


def issuer(document: Document) -> tuple[Speaker, int] | None:
    """Whose words the text is, and from which offset on; None where it is a report."""
    for index, (start, end) in enumerate(document.paragraphs[:3]):
        if not _FOLLOWS.search(document.text, start, end) or index + 1 == len(document.paragraphs):
            continue
        said = [a for a in document.attributions if start <= a.start < end]
        if said:
            return said[-1].speaker, end
        if named := list(document.mentions_in(start, end)):
            first = named[0]
            return Speaker("name", first.start, first.end, first.text), end
    title = _TITLE.match(document.title)
    if not title:
        return None
    begin = behind_dateline(document, _DATELINE)
    who = title["who"].strip()
    if "대변인" in title["what"]:
        return Speaker("role", 0, 0, "", f"{who} 대변인"), begin
    person = _NAME.match(who)
    if person and not who.endswith(("성", "부", "원", "회", "사")):
        return Speaker("name", 0, 0, person["name"], person["role"]), begin
    return Speaker("name", 0, 0, who), begin
