"""Verbs of speech and opinion in one Russian sentence, each with its subject."""

from __future__ import annotations

import re

from pipelines.coding.document import Speaker
from pipelines.coding.languages import Cue
from pipelines.coding.russian import morphology, words
from pipelines.coding.russian.lexicon import Word, any_verb
from pipelines.coding.russian.morphology import ANY_GENDER, NOMINATIVE, PLURAL, SINGULAR
from pipelines.coding.russian.speakers import Speakers

_PASSES_ON = re.compile(r"(q*[OM])(?=q*[TGN])")
_PASSERS = frozenset("пресс-служба агентство газета издание портал телеканал журнал канал радиостанция таблоид".split())


_INSERTED = re.compile(r",V(?:P|q{0,2}[TN][TOqlNMD]{0,5})[,.]")  # "Переброска войск, продолжил глава кабинета, …"


class Verbs(Speakers):
    """Reads verbs as cues."""

    def _clause_start(self, v: int) -> int:
        begin = max(self.codes.rfind(c, 0, v) for c in ",;:.-()hw") + 1
        quoted = self.codes.rfind("Q", begin, v)
        while quoted >= begin:
            # a quotation that is part of the clause doesn't end it: "ЕС «решительно» осуждает"
            if quoted == begin or self.codes[quoted + 1 : quoted + 2] in ",-." or len(self.codes) == quoted + 1:
                return quoted + 1
            quoted = self.codes.rfind("Q", begin, quoted)
        return begin

    def _completed(self, v: int, lemma: str) -> bool:
        needs = words.NEEDS.get(lemma)
        if not needs:
            return True
        if lemma in ("передать", "передавать") and re.fullmatch(
            r"[,k-][MNO]", self.codes[max(v - 1, 0) : v] + self.codes[v + 1 : v + 2]
        ):
            return True
        tail = self.codes[v + 1 : v + 9]
        following = self.words[v + 1 : v + 9]
        joined = " ".join(following) + " "
        ahead = ""
        if lemma in words.OBJECT_FIRST:
            ahead = " " + " ".join(self.words[self._clause_start(v) : v])

        def before_has(stem: str) -> bool:  # "такими данными поделился X"
            return f" {stem}" in ahead

        for need in needs:
            if need == ",q":
                if (
                    re.search(r"[Q,.]-$", self.codes[max(v - 2, 0) : v])
                    or re.search(r"Q[,-]*[a]?$", self.codes[:v])
                    or ":Q" in tail
                    or re.search(r"-[aP]*$", self.codes[:v])
                ):
                    return True
            elif need == "q":
                if "Q" in tail[:3]:
                    return True
            elif need == "не":
                if v and self.words[v - 1] == "не":
                    return True
            elif need == ":":
                if ":" in tail:
                    return True
            elif (need.endswith(" ") and " " not in need[:-1]) or len(need) <= 2:
                if need.strip() in following:
                    return True
            elif re.search(rf"(?:^|\s){re.escape(need)}", joined) or (len(need) > 3 and before_has(need)):
                return True
        return False

    def _verb(self, v: int, found: list[Cue]) -> Cue | None:
        codes, token = self.codes, self.tokens[v]
        lemma = token.lemma
        if not self._completed(v, lemma) and not _INSERTED.match(codes, max(v - 1, 0)):
            return None
        word = self.words[v]
        if v and self.words[v - 1] == "быть":
            return None
        negated = v > 0 and self.words[v - 1] == "не"
        if negated and lemma not in (
            "исключать",
            "исключить",
            "видеть",
            "увидеть",
            "считать",
            "верить",
            "думать",
            "сомневаться",
            "согласен",
            "согласиться",
            "уверен",
            "ожидать",
            "признавать",
            "признать",
            "комментировать",
            "поддержать",
            "скрывать",
            "намерен",
            "убеждён",
            "осудить",
            "осуждать",
            "подтвердить",
            "отрицать",
            "называть",
            "хотеть",
            "требовать",
            "бояться",
            "опасаться",
            "собираться",
        ):
            return None
        begin = self._clause_start(v)
        if begin and codes[begin - 1] == "w" and begin == v:
            # "Ким направил послание, в котором выразил уверенность, что …"
            sender = None
            if codes[begin - 2 : begin] == "pw" and self._content_after(v):
                head = next((k for k, c in enumerate(codes) if c in ",;:.Q-(h"), v)
                sender = self._subject(0, head, token.numbers, token.genders, persons=True, strict=True)
            return self._cue(v, begin, sender, "subject_verb", True, lemma) if sender else None
        if begin < v and self.words[begin] == "если":
            return None  # "если сочтёт, что": nobody has
        if lemma in ("цитировать", "процитировать", "приводить", "привести") or (
            lemma in ("передавать", "передать") and re.search(r"\bслова\b", " ".join(self.words[v + 1 : v + 5]))
        ):
            return self._quoting(v, begin, lemma)
        how = codes[begin:v].startswith("k")
        speaker = self._subject(begin + how, v, token.numbers, token.genders, strict=True)
        if not speaker and not self._after(v, token.numbers, token.genders):
            speaker = self._subject(begin + how, v, token.numbers, token.genders)
        relative = begin > 0 and codes[begin - 1] == "w"
        if speaker and not relative:
            return self._cue(
                v, begin, speaker, "as_subject_verb" if how else "subject_verb", not how and self._goes_on(v), lemma
            )
        if relative:
            return None
        text = self._text_speaks(begin, v)
        if text and not ((other := self._after(v, token.numbers, token.genders)) and other.kind in ("name", "pronoun")):
            return self._cue(v, begin, text, "text_speaks", self._goes_on(v), lemma)
        if token.numbers == PLURAL and (place := self._inside_body(begin + how, v)):
            group = self._after(v, token.numbers, token.genders)
            if not group or group.kind != "group":
                return self._cue(v, begin, place, "indefinite_personal", not how and self._goes_on(v), lemma)
        after = self._after(v, token.numbers, token.genders)
        interposed = None
        if begin > 0 and codes[begin - 1] in ",)-" and not how:
            interposed = self._interposed(begin - 1, token.numbers, token.genders)
        if (
            after
            and not (interposed and codes[v + 1 : v + 2] and codes[v + 1] in ",:h")
            and (
                not interposed
                or codes[begin - 1] in "-"
                or "Q" in codes[:v]
                or after.kind in ("name", "pronoun")
                or after.start <= self.starts[min(v + 2, len(codes) - 1)]
            )
        ):
            forward = self._content_after(v)
            return self._cue(v, begin, after, "as_verb_subject" if how else "verb_subject", forward, lemma)
        if interposed:
            return self._cue(v, interposed[0], interposed[1], "subject_verb", self._goes_on(v), lemma)
        if (
            token.numbers & PLURAL
            and (place := self._inside_body(v + 1, len(codes)))
            and (how or begin == v or "Q" in codes[:v])
        ):
            return self._cue(v, begin, place, "indefinite_personal", False, lemma)
        if ordinal := self._first_or_second(begin, v):
            return self._cue(v, begin, ordinal, "subject_verb", self._goes_on(v), lemma)
        if token.numbers & PLURAL and "там" in self.words[begin:v]:
            # "Там говорят, что …", "В Пентагоне осторожны: там не видят признаков …"
            body = self._inside_body(0, begin) or (self.memory.bodies[-1][1] if self.memory.bodies else None)
        else:
            body = None
        if body:
            return Cue(v, begin, body, word, "indefinite_personal", self._goes_on(v), lemma)
        if found and codes[begin - 1 : begin] != "h":
            return found[-1]._replace(at=v, first=v, again=True, verb=lemma)
        if (codes[begin:v].startswith("c") or re.search(r"c[a]*$", codes[:v])) and (
            first := self._subject(0, begin if begin > 1 else v, token.numbers, token.genders)
        ):
            return self._cue(v, 0, first, "coordinated", True, lemma)
        if (
            token.numbers & SINGULAR
            and codes[begin - 1 : begin] in ("", ".", "-", "Q")
            and (self._goes_on(v) or "Q" in codes)
            and token.genders != 4
        ) and (codes[:v].strip("ackpltqn") == "" or codes[begin - 1 : begin] in ("-", "Q")):
            here = Speaker("omitted", self.starts[v], self.starts[v])
            return Cue(v, begin, here, word, "subject_omitted", True, lemma)
        return None

    def _other_verb(self, v: int, verb: Word) -> Cue | None:
        """Any other verb with a person for its subject and a clause for its object: "Климов не верит, что …"."""
        if verb.lemma in words.NO_SPEECH:
            return None
        begin = self._clause_start(v)
        if begin and self.codes[begin - 1] in "hw":
            return None
        speaker = self._subject(begin, v, verb.numbers, verb.genders, persons=True, strict=True)
        if speaker is None and self.codes[v - 1 : v] == "P":
            speaker = self._pronoun(v - 1, self.words[v - 1])
        return self._cue(v, begin, speaker, "subject_verb_clause", True, verb.lemma) if speaker else None

    def _first_or_second(self, begin: int, v: int) -> Speaker | None:
        """ "Первый считает …, второй уверен …": of the two whom the sentence before has named."""
        if v - begin > 2 or not self.memory.pair:
            return None
        word = self.words[begin] if begin < v else ""
        at = {"первый": 0, "первая": 0, "второй": 1, "вторая": 1, "последний": 1, "последняя": 1}.get(word)
        return None if at is None else self.memory.pair[at]

    def _text_speaks(self, begin: int, v: int) -> Speaker | None:
        """ "Доклад призывает", "в документе называют": whose text it is."""
        for i in range(begin, v):
            if self.codes[i] == "S" and self.tokens[i].cases & NOMINATIVE and self.codes[i - 1 : i] != "p":
                if i + 1 < v and self.codes[i + 1] in "qMOTDN":
                    return self.phrase_speaker(i + 1, v, oblique=True)
                if i + 1 < v and self.codes[i + 1] != "a":
                    return None
                return self.memory.text or Speaker("omitted", self.starts[v], self.starts[v])
        return None

    def _gerund(self, i: int) -> Cue | None:
        """ "Песков ушёл от ответа, заметив, что …": the subject of the clause beside it speaks."""
        codes = self.codes
        if not self._completed(i, self.tokens[i].lemma) or not re.match(r"[^,.;QwV]{0,6}(?:,h|:)|-?Q", codes[i + 1 :]):
            return None
        begin = self._clause_start(i)
        speaker = None
        if begin > 1:
            speaker = self._subject(0, begin - 1, 3, ANY_GENDER, strict=True)
        elif (comma := codes.rfind(",")) > i + 2:
            speaker = self._subject(comma + 1, len(codes), 3, ANY_GENDER, strict=True)
        return self._cue(i, begin, speaker, "gerund", True, self.tokens[i].lemma) if speaker else None

    def _infinitive(self, i: int, found: list[Cue]) -> Cue | None:
        """ "Песков поспешил заверить, что …": the subject of the verb that only says how he came to speak."""
        codes, lemma = self.codes, self.tokens[i].lemma
        begin = self._clause_start(i)
        if (found and found[-1].at >= begin) or (begin and codes[begin - 1] in "wh") or not self._completed(i, lemma):
            return None
        if not (self._content_after(i) or re.search(r"Q,?-[^Q]*$", codes[:i])):
            return None
        for k in range(i - 1, begin - 1, -1):
            verb = any_verb(self.words[k]) or (self.tokens[k] if codes[k] == "V" else None)
            if verb is None or verb.lemma not in words.MODALS:
                short = words.READY.get(self.words[k])
                if short is None:
                    continue
                verb = Word("V", self.words[k], 0, *short)
            if "не" in self.words[max(k - 1, begin) : k] and not (
                verb.lemma in ("преминуть", "уставать", "устать", "забыть", "забывать")
                or lemma in ("скрывать", "отрицать", "исключать", "сомневаться", "исключить")
            ):
                return None
            speaker = self._subject(begin, k, verb.numbers, verb.genders, strict=True)
            if speaker is None:
                speaker = self._after(i, verb.numbers, verb.genders) or self._subject(
                    k + 1, i, verb.numbers, verb.genders
                )
            if (
                speaker is None
                and begin > 1
                and codes[begin - 1] == ","
                and (interposed := self._interposed(begin - 1, verb.numbers, verb.genders))
            ):
                begin, speaker = interposed
            if speaker is None and begin == 0 and verb.numbers & PLURAL:
                speaker = self._inside_body(0, k)
            if speaker:
                return self._cue(i, begin, speaker, "modal_infinitive", self._content_after(i), lemma)
            return None
        return None

    def _tag(self, v: int) -> Cue | None:
        """A verb of any kind with a person behind it, after a comma at the end: "Дальше не пойдут, усмехнулся он"."""
        head = self.codes[: v - 1]
        verb = any_verb(self.words[v])
        if self.codes[v - 1 : v] != "," or not verb or len(head) < 4 or self.codes[0] in "bw" or head[-1:] in ",Q":
            return None
        speaker = self._after(v, verb.numbers, verb.genders)
        if speaker and (speaker.kind in ("name", "pronoun") or self._role_of_person(speaker.role)):
            return self._cue(v, v, speaker, "verb_subject", False, verb.lemma)
        return None

    def _cue(self, v: int, first: int, speaker: Speaker, rule: str, forward: bool, lemma: str) -> Cue:
        self._remember(speaker, self.tokens[v].genders)
        return Cue(v, first, speaker, self.words[v], rule, forward, lemma)

    def _goes_on(self, v: int) -> bool:
        """Whether what is said follows the verb."""
        return re.match(r"[^.;Q]{0,40}?[,:hQ]", self.codes[v + 1 :]) is not None or len(self.codes) - v > 3

    def _content_after(self, v: int) -> bool:
        rest = self.codes[v + 1 :]
        return "h" in rest or ":" in rest or ("Q" in rest and "Q" not in self.codes[:v])

    def _quoting(self, v: int, begin: int, lemma: str) -> Cue | None:
        """ "цитирует агентство Пескова", "приводит слова политика газета": the one quoted speaks."""
        codes = self.codes
        outer = self._subject(begin, v, 3, ANY_GENDER) or self._after(v, 3, ANY_GENDER)
        stop = next((k for k in range(v + 1, len(codes)) if codes[k] in ",;:.Q-h"), len(codes))
        inner = None
        passer = _PASSES_ON.match(codes, v + 1)  # "цитирует британское издание российского командира"
        if passer and (passer[1] == "M" or self.tokens[passer.end(1) - 1].lemma in _PASSERS):
            inner = self.phrase_speaker(passer.end(1), stop, oblique=True)
            outer = self._phrase(v + 1, passer.end(1) - 1, passer.end(1)) if inner else outer
        for k in range(v + 1, stop if inner is None else v):
            if self.words[k] in words.POSSESSIVES:
                inner = self._pronoun(k, words.POSSESSIVES[self.words[k]])
                break
            if codes[k] in "TGN" and not (outer and self.starts[k] >= outer.start and self.ends[k] <= outer.end):
                inner = self.phrase_speaker(k, stop, oblique=True)
                if inner:
                    break
        if inner:
            return Cue(v, begin, inner, self.words[v], "quoted_source", False, lemma, outer)
        if outer and self.is_medium(outer):
            here = Speaker("omitted", self.starts[v], self.starts[v])
            return Cue(v, begin, here, self.words[v], "quoted_source", False, lemma, outer)
        return None

    def _interposed(self, end: int, numbers: int, genders: int) -> tuple[int, Speaker] | None:
        """The subject before an apposition or a participial clause that ends before the comma at token `end`."""
        codes = self.codes
        for _ in range(4):
            begin = max(codes.rfind(c, 0, end) for c in ",;:.Q-()") + 1
            segment = codes[begin:end]
            closes = begin > 0 and codes[begin - 1] in ",)-"
            if (
                segment
                and segment[0] not in "hwkbI"
                and "V" not in segment.rstrip("a")
                and not self._participial(begin)
            ):
                lead = re.match(r"[ca]*", segment).end()
                speaker = self._subject(begin + lead, end, numbers, genders, strict=True)
                if (speaker and speaker.kind != "group") or (speaker and begin == 0):
                    if closes and codes[begin - 1] == "," and self._apposition_of(begin):
                        pass
                    else:
                        return begin, self._with_apposition(speaker, end)
            if not closes or (segment and segment[0] == "h"):
                return None
            end = begin - 1
        return None

    def _participial(self, i: int) -> bool:
        """Whether a participle or gerund opens the segment: "изучающий КНДР", "выступая в Сеуле"."""
        if self.codes[i] not in "ql":
            return False
        return any(p.tag.POS in ("PRTF", "GRND") for p in morphology.parses(self.words[i])[:2])

    def _apposition_of(self, begin: int) -> bool:
        """Whether the segment that begins at a comma renames what stands before it: "Песков, пресс-секретарь …,"."""
        previous = self.tokens[begin - 2] if begin >= 2 else None
        return bool(
            previous and previous.code == "N" and previous.cases & NOMINATIVE and self.codes[begin : begin + 1] in "Tq"
        )
