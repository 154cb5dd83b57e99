"""From the cues of one Russian sentence to what it attributes to whom."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Speaker
from pipelines.coding.languages import Cue
from pipelines.coding.russian import words
from pipelines.coding.russian.indirect import VIEWS, Cues
from pipelines.coding.russian.morphology import ANY_GENDER

_BACK = re.compile(
    r"(?:(?:и|а)\s)?(?:об этом|о таком|так|такое|такую|такой|таким|такого|такими|с таким|с такой|соответствующее"
    r"|соответствующие|подробнее об этом|это|подробности|подробностями|об этих|о том|суть|подобн\w+|свою оценку"
    r"|своим мнением|своё мнение)\b"
)


class Reader(Cues):
    """Reads one sentence."""

    def refers_back(self) -> bool:
        """Whether the sentence only says who said what stands before it: "Об этом заявил X"."""
        head = " ".join(self.words[:7])
        return _BACK.match(head) is not None and "h" not in self.codes and "Q" not in self.codes

    def announces(self) -> Speaker | None:
        """The speaker of a sentence that says no more than that somebody speaks: "Иного мнения держится X"."""
        found = self.cues()
        if len(found) != 1 or self.refers_back():
            return None
        cue = found[0]
        tail = self.codes[cue.at + 1 :]
        if cue.verb not in words.LEADS or re.search(r"[Q:hf;]", self.codes) or ("," in tail and "w" not in tail):
            return None
        return cue.speaker if cue.speaker.kind == "name" else None

    def introduced(self) -> Speaker | None:
        """The person who is the subject of a sentence without a cue."""
        stop = next((i for i, c in enumerate(self.codes) if c in ",;:Q-("), len(self.codes))
        speaker = self._subject(0, stop, 3, ANY_GENDER, persons=True)
        if speaker is None and stop < len(self.codes) and self.codes[stop] == ":":
            return None
        if speaker is None and self.words and (self.words[0] in VIEWS or self.codes[0] == "S"):
            speaker = self.phrase_speaker(1, stop, oblique=True)  # "Реакция Василия Небензи была спокойной"
        if speaker and speaker.kind == "role" and self.codes[stop : stop + 1] == ",":
            close = self.codes.find(",", stop + 1)
            apposed = self._subject(stop + 1, close, 3, ANY_GENDER, persons=True) if close > 0 else None
            if apposed and apposed.kind == "name":  # "Вице-маршал в отставке, канадка Сьюзен Хилл, слушала"
                speaker = apposed
        if speaker and speaker.kind == "name":
            self._remember(speaker, ANY_GENDER)
            return speaker
        return None

    def attributions(self) -> list[Attribution]:
        kept = self._settled(self.cues())
        unit, text = self.unit, self.document.text
        result: list[Attribution] = []
        begin = unit.start
        for i, cue in enumerate(kept):
            end = self._cut(cue, kept[i + 1]) if i + 1 < len(kept) else unit.end
            if end <= begin:
                continue
            direct = any(self.codes[k] == "Q" and begin <= self.starts[k] < end for k in range(len(self.codes)))
            result.append(Attribution(begin, end, cue.speaker, cue.word, cue.rule, direct, cue.source))
            begin = end
            while begin < unit.end and (text[begin].isspace() or text[begin] in ",;"):
                begin += 1
        return result

    def _settled(self, found: list[Cue]) -> list[Cue]:
        """One cue for each stretch of speech: the same speaker once, outer sources as sources."""
        kept: list[Cue] = []
        for cue in found:
            if not kept:
                kept.append(cue)
                continue
            last = kept[-1]
            if cue.again or self._same(cue.speaker, last.speaker):
                continue
            between = self.codes[last.at + 1 : cue.first]
            if cue.rule == "with_reference":
                if self.is_medium(last.speaker):
                    kept[-1] = last._replace(speaker=cue.speaker, source=last.speaker)
                continue
            if (
                cue.rule == "verb_subject"
                and cue.verb in words.REPORT
                and self.is_medium(cue.speaker)
                and not self.is_medium(last.speaker)
            ) and not ("Q" in self.codes[last.at : cue.at] and re.search(r"\.", between)):
                kept[-1] = last._replace(source=cue.speaker)
                continue
            if cue.rule == "according_to" and self.is_medium(cue.speaker) and not self.is_medium(last.speaker):
                kept[-1] = last._replace(source=cue.speaker)
                continue
            if (
                last.forward
                and self.is_medium(last.speaker)
                and last.verb in words.REPORT
                and not re.search(r"[.;Q]", between)
            ):
                kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue
            if last.rule == "according_to" and self.is_medium(last.speaker) and "Q" not in between:
                kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue
            if cue.rule == "verb_subject" and not cue.forward and "Q" not in between and "." not in between:
                if self.is_body(last.speaker) and not self.is_body(cue.speaker):
                    kept[-1] = cue  # "В Кремле надеются, что …, заявил Песков"
                continue
            if cue.speaker.kind == "pronoun" and last.forward and cue.speaker.name in ("он", "она", "они"):
                continue  # "X заявил, что он считает …": still X
            if last.forward and cue.forward and "h" in between and not re.search(r"[.;Q]|,c", between):
                continue  # what X says that Y says is X's
            kept.append(cue)
        return kept

    def _cut(self, cue: Cue, after: Cue) -> int:
        """Where the speech of one cue ends and that of the next begins."""
        codes = self.codes
        low, high = cue.at + 1, after.first if after.forward else after.at
        for i in range(high - 1, low - 1, -1):
            if codes[i] in ".;":
                return self.ends[i]
        if after.forward:
            at = after.first
            while at > low and codes[at - 1] in "cba":
                at -= 1
            return self.starts[at]
        for i in range(high - 1, low - 1, -1):
            if codes[i] == "Q":
                return self.starts[i]
        for i in range(high - 1, low - 1, -1):
            if codes[i] in "cb" and codes[i - 1] == ",":
                return self.starts[i]
        return self.unit.end

    def _same(self, a: Speaker, b: Speaker) -> bool:
        if a.kind == "omitted" or b.kind == "omitted":
            return True
        if a.kind != "name" or b.kind != "name":
            return a.kind == b.kind and (a.name or a.role) == (b.name or b.role)
        one, other = a.name.casefold().split(), b.name.casefold().split()
        return bool(one and other) and (one[-1][:5] == other[-1][:5] or one[0] == other[0])
