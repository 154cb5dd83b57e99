"""Korean headlines: 커비 "…", 통일부, … 촉구."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.korean.speakers import Phrases, bare, foreign, korean_name, subject, tokens_of, word_class
from pipelines.coding.korean.words import COUNTRIES, HEADLINE_COUNTRIES, HEADLINE_OFFICES

_HEAD_LABEL = re.compile(r"^(?:\s*[\[<(〈【][^\]>)〉】]{1,20}[\]>)〉】]\s*)+")
_HEAD_QUOTE = re.compile(
    r"(?P<who>[^\"“”'‘’…]{1,45}?)[\s,:]*(?P<quote>[\"“'‘](?P<inner>[^\"“”]{3,}?)(?:[\"”]|(?<=[\w?!.])['’](?!\w)|$))"
)
_HEAD_AFTER = re.compile(r"(?P<quote>[\"“](?P<inner>[^\"“”]{4,})[\"”])\s*[-–—…]*\s*(?P<who>[^\"“”…]{2,25})$")


class Headline:
    """A title alone."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.phrases = Phrases(document)

    def run(self) -> list[Attribution]:
        text = self.document.text
        label = _HEAD_LABEL.match(text)
        start = label.end() if label else 0
        found: list[Attribution] = []
        position = start
        while position < len(text):
            match = _HEAD_QUOTE.search(text, position)
            if not match:
                break
            speaker = self.speaker(match.start("who"), match.end("who"))
            stop = match.end()
            tail = re.compile(r"(?:이?라[고며]|고|며)?\s*[가-힣]{0,8}").match(text, stop)
            stop = tail.end() if tail else stop
            if speaker:
                found.append(Attribution(match.start("who"), stop, speaker, "", "headline", True))
            position = max(stop, match.end())
        if not found:
            after = _HEAD_AFTER.search(text, start)
            speaker = self.speaker(after.start("who"), after.end("who")) if after else None
            if after and speaker:
                found.append(Attribution(after.start(), after.end(), speaker, "", "headline_after", True))
        if not found:
            found = self.plain(start)
        return found

    def plain(self, start: int) -> list[Attribution]:
        """Headlines without quotation marks: "통일부, 북러 군사협력 중단 촉구"."""
        text = self.document.text
        match = re.compile(r"(?P<who>[^,:\"“]{2,30}?)\s*(?:,|:)\s*(?P<what>.{6,})").match(text, start)
        if not match:
            return []
        speaker = self.speaker(match.start("who"), match.end("who"))
        return [Attribution(match.start(), len(text.rstrip()), speaker, "", "headline_comma")] if speaker else []

    def speaker(self, start: int, end: int) -> Speaker | None:
        text = self.document.text
        tokens = tokens_of(text, start, end)
        while tokens and not bare(tokens[-1].text):
            tokens.pop()
        if not tokens:
            return None
        for i in range(len(tokens) - 1, -1, -1):
            token = tokens[i]
            stem = bare(token.text)
            if not stem:
                continue
            if stem in HEADLINE_COUNTRIES:  # an abbreviation alone
                return Speaker("name", token.start, token.start + len(stem), HEADLINE_COUNTRIES[stem])
            office = HEADLINE_OFFICES.get(stem)
            if office and i:  # "우크라 국방 “…”"
                before = bare(tokens[i - 1].text)
                country = HEADLINE_COUNTRIES.get(before, before)
                if country in COUNTRIES:
                    role = f"{country} {office}"
                    return Speaker("role", tokens[i - 1].start, token.start + len(stem), "", role, country)
            place = token.start + token.text.find(stem)
            for mention in reversed(self.document.mentions_in(token.start, token.end)):
                if mention.end == place + len(stem):
                    kind = "role" if mention.office else "name"
                    name = "" if mention.office else mention.text
                    return Speaker(kind, mention.start, mention.end, name, mention.text if mention.office else "")
            read = self.phrases.read(tokens, i, token.text[: token.text.find(stem) + len(stem)])
            if read:
                return read[0]
            if foreign(stem) or korean_name(stem):
                first = i
                while first and word_class(bare(tokens[first - 1].text)) == "F" and i - first < 2:
                    first -= 1
                name = " ".join(bare(t.text) for t in tokens[first : i + 1])
                return Speaker("name", tokens[first].start, place + len(stem), name)
            shown, _ = subject(token.text)
            if shown:
                read = self.phrases.read(tokens, i, shown)
                if read:
                    return read[0]
            break
        return None
