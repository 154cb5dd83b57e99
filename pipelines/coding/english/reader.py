"""What one unit attributes to whom: its cues, with nested and repeated ones settled."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.english import verbs
from pipelines.coding.english import words as vocabulary
from pipelines.coding.english.follow_ups import FollowUps
from pipelines.coding.english.indirect import Cues
from pipelines.coding.languages import Cue


class Reader(Cues, FollowUps):
    """Reads one unit."""

    def attributions(self) -> list[Attribution]:
        found = [cue for cue in self.cues() if not self._background(cue)]
        if not found:
            return []
        kept: list[Cue] = []
        for cue in found:
            cue = self._own_subject(cue)
            if kept:
                last = kept[-1]
                between = self.codes[last.at : cue.first + 1]
                inside = last.forward and cue.forward and ("," not in between or between[:-1].endswith("ch"))
                if inside and (cue.speaker.kind == "pronoun" or self._own_words(cue)):
                    continue  # "X said that he believes …", "that Washington believes …": still X
                one_of = (
                    cue.speaker.kind == "group"
                    and cue.speaker.name.endswith("of them")
                    and last.speaker.kind == "group"
                )
                if cue.again or one_of or self._same(cue.speaker, last.speaker):
                    continue
                if self._outer(cue, last):
                    if self._taken_up(cue, last):
                        pass
                    elif self._only_reports(cue, last):
                        kept[-1] = last._replace(source=cue.speaker)
                    else:  # "Moscow rejects the charge, its spokeswoman said": her words throughout
                        kept[-1] = cue._replace(first=last.first, source=last.source)
                    continue
                if last.forward and cue.forward and self._subordinate(cue) in vocabulary.INSIDE_SPEECH:
                    continue  # "Putin noted that … because Kim had expressed interest"
                nested = (
                    last.forward
                    and cue.forward
                    and self.codes[last.at + 1 : cue.first].strip("hatnpdG,NDTOqls") == ""
                    and not self._quote_between(last.at, cue.first)
                )
                if nested and (cue.first - last.at) <= (12 if last.verb in verbs.REPORT else 3):
                    if self._reports(last) or cue.verb in verbs.PLAIN:
                        kept[-1] = cue._replace(source=last.speaker, first=last.first)
                    continue  # "X said that Moscow wants …": what Moscow wants is X's word
            kept.append(cue)
        unit = self.unit
        result = []
        begin = unit.start
        if (
            kept[0].rule == "noun_of"
        ):  # "We should also note the opinion of X that …": what stands before is the author's
            begin = self.starts[kept[0].first]
        for i, cue in enumerate(kept):
            if self._asks(cue.speaker):
                continue
            end = unit.end
            if i + 1 < len(kept):
                end = self._cut(cue, kept[i + 1])
                if end <= begin:
                    continue
            result.append(
                Attribution(begin, end, cue.speaker, cue.word, cue.rule, quoted(self.document, begin, end), cue.source)
            )
            begin = end
        if not result:
            return []
        text = self.document.text
        return [a._replace(start=start, end=end) for a in result for start, end in [_trimmed(text, a.start, a.end)]]

    def _own_subject(self, cue: Cue) -> Cue:
        """A pronoun means the person or group with whom the same unit begins: "Yang agrees: the summit, he says, …"."""
        if cue.speaker.kind != "pronoun" or cue.first == 0:
            return cue
        first = self._first_subject(cue.first)
        if first is None or first[1].start >= cue.speaker.start or self._beside(first[1], cue):
            return cue
        subject = first[1]
        mention = next(iter(self.document.mentions_in(subject.start, subject.end)), None)
        named = mention.kind == "person" if mention else " " in subject.name or subject.name in self.known
        person = subject.kind == "name" and named and self._verb_follows(subject)
        fits = person if cue.speaker.name in ("he", "she") else cue.speaker.name == "they" and subject.kind == "group"
        return cue._replace(speaker=subject) if fits else cue

    @staticmethod
    def _asks(speaker: Speaker) -> bool:
        """Whether the speaker is an unnamed reporter or host, whose questions are nobody's statements."""
        return speaker.kind in ("role", "group") and speaker.role.split(" ")[-1].casefold() in vocabulary.ASKERS

    def _beside(self, subject: Speaker, cue: Cue) -> bool:
        """Whether only a comma stands between a subject and the cue: "Xi, she says, …": he is whom she speaks of."""
        between = self.document.text[subject.end : cue.speaker.start]
        return between.strip() == ","

    def _reports(self, cue: Cue) -> bool:
        """Whether the cue is that of a medium, or of a verb of reporting."""
        if cue.verb in verbs.REPORT or cue.rule == "citing":
            return True
        mentions = self.document.mentions_in(cue.speaker.start, cue.speaker.end)
        return any(m.kind == "medium" for m in mentions) or any(
            word in cue.speaker.role.casefold() for word in ("media", "news", "agency", "paper", "broadcaster")
        )

    def _outer(self, cue: Cue, last: Cue) -> bool:
        """Whether a cue at the end of the unit only tells where the statement before was reported: ", KCNA said"."""
        codes = self.codes
        if cue.rule not in ("subject_verb", "verb_subject", "according_to") or cue.at < last.at:
            return False
        tail = codes[max(cue.at, cue.first) + 1 :]
        if cue.rule == "according_to":
            return codes[cue.first - 1 : cue.first] == "," and re.fullmatch(r"[a-zA-Z]*[.,]?", tail) is not None
        ends = re.match(r"(?:G|[pa]?d?[lqtnNDTOsK]+)*(?:$|[.,])", tail) is not None
        return ends and codes[max(cue.first - 1, 0)] in ",Q" and last.forward

    def _own_words(self, cue: Cue) -> bool:
        """Whether what a cue inside another's speech tells is the outer speaker's: what a state or group thinks."""
        if cue.verb in verbs.PLAIN or cue.speaker.kind not in ("name", "group"):
            return False
        mention = next(iter(self.document.mentions_in(cue.speaker.start, cue.speaker.end)), None)
        return cue.speaker.kind == "group" or (mention is not None and mention.kind == "state")

    def _taken_up(self, cue: Cue, last: Cue) -> bool:
        """Whether the pronoun of the outer cue means the inner speaker: "To X, the road, it shrugs, is a stunt."."""
        mention = next(iter(self.document.mentions_in(last.speaker.start, last.speaker.end)), None)
        person = last.speaker.kind == "name" and (mention is None or mention.kind == "person")
        if cue.speaker.kind != "pronoun" or last.verb in verbs.THINK:
            return False
        return person if cue.speaker.name in ("he", "she") else cue.speaker.name == "it" and not person

    def _only_reports(self, cue: Cue, last: Cue) -> bool:
        """Whether the outer cue hands on what the inner speaker said, rather than speaking of him."""
        if last.verb in verbs.THINK:
            return False
        mention = next(iter(self.document.mentions_in(last.speaker.start, last.speaker.end)), None)
        if self._reports(cue) or cue.rule == "according_to":
            return True
        person = last.speaker.kind == "name" and (mention is None or mention.kind == "person")
        return person and cue.speaker.kind != "group" and self._subordinate(last) != "that"

    def _subordinate(self, cue: Cue) -> str:
        """The word that makes the clause of the cue a subordinate one, else ""."""
        return self.words[cue.first - 1] if cue.first and self.codes[cue.first - 1] in "bh" else ""

    def _background(self, cue: Cue) -> bool:
        """Whether a state or body is only said in passing to have spoken: "the first since Pyongyang confirmed …"."""
        word = self._subordinate(cue)
        if not word or cue.speaker.kind == "pronoun":
            return False
        mention = next(iter(self.document.mentions_in(cue.speaker.start, cue.speaker.end)), None)
        if mention is None or mention.kind == "person":
            return False
        if word == "that":
            return cue.first >= 2 and self.words[cue.first - 2] in vocabulary.TIDINGS
        return word in vocabulary.BEFORE_BACKGROUND and cue.first > 1

    def _quote_between(self, a: int, b: int) -> bool:
        return "Q" in self.codes[a:b]

    def _cut(self, cue: Cue, after: Cue) -> int:
        """Where the speech of one cue ends and that of the next begins."""
        if after.forward:
            at = after.first
            while at > cue.at + 1 and self.codes[at - 1] in "bca":
                at -= 1
            return self.starts[at]
        between = range(after.at - 1, cue.at, -1)
        for i in between:
            if self.codes[i] == "Q":
                return self.starts[i]
        for i in between:
            if self.codes[i] in ";." or (self.codes[i] in "bc" and self.codes[i - 1] == ","):
                return self.starts[i]
        return self.unit.end

    def _same(self, a: Speaker, b: Speaker) -> bool:
        if a.kind != "name" or b.kind != "name":
            return a.kind == b.kind and (a.name or a.role) == (b.name or b.role)
        one, other = a.name.casefold().split(), b.name.casefold().split()
        return bool(one and other) and (
            one[-1] == other[-1] or one[0] == other[0] or a.name in b.name or b.name in a.name
        )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in ",;"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    return start, end


def quoted(document: Document, start: int, end: int) -> bool:
    return any(not q.scare for q in document.quotations_in(start, end))
