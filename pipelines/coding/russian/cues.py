"""Cues of speech in one Russian sentence: verbs, "по словам", passives, colons and dashes, each with its speaker."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.coding.document import Speaker
from pipelines.coding.russian import morphology, words
from pipelines.coding.russian.lexicon import Word, any_verb
from pipelines.coding.russian.morphology import ANY_GENDER, NOMINATIVE, PLURAL, SINGULAR
from pipelines.coding.russian.speakers import Speakers

_CLAUSE = re.compile(r"[apnt]{0,3},h")
_TAG = re.compile(r"[lV](?:P|q{0,2}T?[TOqlN]{0,5}N{1,3}|q{0,2}T)\.?$")
VIEWS = frozenset(
    [
        "вывод",
        "мнение",
        "взгляд",
        "прогноз",
        "аргумент",
        "ответ",
        "тезис",
        "оценка",
        "позиция",
        "рецепт",
        "совет",
        "реакция",
        "комментарий",
        "версия",
        "объяснение",
        "вердикт",
        "диагноз",
        "подход",
        "приговор",
        "предложение",
        "предупреждение",
        "опасение",
        "надежда",
        "точка",
    ]
)


class Cue(NamedTuple):
    at: int  # token of the cue
    first: int  # token where the clause of the cue begins
    speaker: Speaker
    word: str
    rule: str
    forward: bool  # the speech follows the cue
    lemma: str = ""
    source: Speaker | None = None
    again: bool = False  # the subject of the cue before, not named again


class Cues(Speakers):
    """Finds the cues of a sentence."""

    def cues(self) -> list[Cue]:
        """Every cue of speech in the sentence, by place."""
        found: list[Cue] = []
        for i, code in enumerate(self.codes):
            cue = None
            if code == "V":
                cue = self._verb(i, found)
            elif code == "I" and found and not found[-1].again and self.tokens[i].lemma not in ("исходить",):
                last = found[-1]
                cue = last._replace(at=i, again=True)
            elif code == "l" and _CLAUSE.match(self.codes, i + 1) and (verb := any_verb(self.words[i])):
                cue = self._other_verb(i, verb)
            elif code == "K":
                cue = self._by(i)
            elif code == "J":
                cue = self._passive(i)
            elif code == ":":
                cue = self._colon(i, found)
            elif code == "-" and i and not found:
                cue = self._dash(i)
            elif code == "p" and self.words[i] == "согласно":
                cue = self._by_text(i)
            elif code == "l" and self.words[i] in ("ссылкой", "ссылаясь"):
                cue = self._with_reference(i)
            if cue is None and code in "lV" and not found and _TAG.match(self.codes, i):
                cue = self._tag(i)
            if cue:
                found.append(cue)
        return found

    # -- verbs -----------------------------------------------------------------------------------------------------

    def _clause_start(self, v: int) -> int:
        return max(self.codes.rfind(c, 0, v) for c in ",;:.Q-()hw") + 1

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
        if not self._completed(v, lemma):
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
            return None
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
        if found and codes[begin - 1 : begin] != "h":
            return found[-1]._replace(at=v, first=v, again=True, lemma=lemma)
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
        for k in range(v + 1, stop):
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

    # -- other cues ------------------------------------------------------------------------------------------------

    def _by(self, i: int) -> Cue | None:
        """ "по словам X", "по его мнению", "на взгляд X", "с точки зрения X", "по данным южнокорейской разведки"."""
        codes = self.codes
        j = i - 1
        while j >= 0 and (
            codes[j] == "q" or self.words[j] in words.POSSESSIVES or self.words[j] in ("нашим", "моему", "точки")
        ):
            j -= 1
        if j < 0 or codes[j] != "p" or self.words[j] not in ("по", "на", "со", "с", "согласно"):
            return None
        lemma = self.tokens[i].lemma
        if self.words[j] != "по" and not (
            lemma in ("взгляд", "зрение") or self.words[j] in ("со", "согласно") or self.words[i] == "слов"
        ):
            return None
        if self.words[i] == "слов" and self.words[j] not in ("с", "со"):
            return None
        stop = next((k for k in range(i + 1, len(codes)) if codes[k] in ",;:.Q-h(wVI"), len(codes))
        forward = j == 0 or codes[j - 1] in ".;:,cQ"
        phrase = self._text(j, i + 1)
        for k in range(j + 1, i):
            if self.words[k] in words.POSSESSIVES:
                return Cue(i, j, self._possessor(k, j), phrase, "according_to", forward)
        if self.words[i + 1 : i + 2] and self.words[i + 1] in words.POSSESSIVES:  # "по данным его ведомства"
            return Cue(i, j, self._possessor(i + 1, j), phrase, "according_to", forward)
        speaker = self.phrase_speaker(i + 1, stop, oblique=True)
        if not speaker:
            return None
        if speaker.end > self.starts[i] and codes[i + 1 : i + 2] not in ("q", "T", "G", "O", "M", "D", "N"):
            return None
        speaker = self._with_apposition(speaker, stop)
        self._remember(speaker, ANY_GENDER)
        return Cue(i, j, speaker, phrase, "according_to", forward)

    def _by_text(self, i: int) -> Cue | None:
        """ "согласно заявлению МИД", "согласно данным разведки"."""
        stop = next((k for k in range(i + 1, len(self.codes)) if self.codes[k] in ",;:.Q-h(wVI"), len(self.codes))
        if self.codes[i + 1 : i + 2] == "K":
            return None
        speaker = self.phrase_speaker(i + 1, stop, oblique=True)
        if not speaker or self.codes[i + 1 : i + 2] not in ("S", "q", "M", "O"):
            return None
        return Cue(i, i, speaker, self.words[i], "according_to", True)

    def _with_reference(self, i: int) -> Cue | None:
        """ "сообщает ТАСС со ссылкой на представителя ведомства": who is referred to speaks."""
        codes = self.codes
        if self.words[i + 1 : i + 2] != ["на"]:
            return None
        stop = next((k for k in range(i + 2, len(codes)) if codes[k] in ",;:.Q-h(wVI"), len(codes))
        speaker = self.phrase_speaker(i + 2, stop, oblique=True)
        if not speaker or self.is_medium(speaker):
            return None
        return Cue(i, i, speaker, self.words[i], "with_reference", False)

    def _possessor(self, k: int, before: int) -> Speaker:
        """Whom "его", "её", "их" means: the medium or person at the head of the sentence, else who spoke last."""
        pronoun = words.POSSESSIVES[self.words[k]]
        if before > 1 and self.codes[0] in "MN" and self.tokens[0].cases & NOMINATIVE:
            mention = self.mentions.get(0)
            if not mention or mention.kind in ("medium", "person"):
                here = self._phrase(0, 0, before)
                if here:
                    return here
        return self._pronoun(k, pronoun)

    def _passive(self, i: int) -> Cue | None:
        """ "говорится в заявлении МИД": the body or person whose text it is."""
        codes = self.codes
        for begin, end in ((i + 1, len(codes)), (0, i)):
            for k in range(begin, end):
                if codes[k] in ";:.Qh" and k > begin:
                    break
                if codes[k] == "p" and self.words[k] in ("в", "во", "на"):
                    stop = next((m for m in range(k + 1, len(codes)) if codes[m] in ",;:.Q-h(wVIJ"), len(codes))
                    for m in range(k + 1, stop):
                        if self.words[m] in words.POSSESSIVES:
                            return Cue(
                                i,
                                0,
                                self._pronoun(m, words.POSSESSIVES[self.words[m]]),
                                self.words[i],
                                "passive",
                                begin < i,
                            )
                    medium = next(
                        (m for m in range(k + 1, stop) if m in self.mentions and self.mentions[m].kind == "medium"),
                        None,
                    )
                    speaker = self.phrase_speaker(k + 1 if medium is None else medium, stop, oblique=True)
                    if speaker:
                        return Cue(i, 0, speaker, self.words[i], "passive", begin < i)
                    here = Speaker("omitted", self.starts[i], self.starts[i])
                    return Cue(i, 0, here, self.words[i], "passive", False) if "S" in codes[k:stop] else None
        return None

    def _colon(self, i: int, found: list[Cue]) -> Cue | None:
        """ "Песков: «…»", "Вывод эксперта: …", "У Ланькова другое мнение: …", "Маслов — о визите: «…»"."""
        codes = self.codes
        if found or i > 25 or "V" in codes[:i] or i + 1 >= len(codes):
            return None
        for k in range(i):
            if self.words[k] in VIEWS and "Q" not in codes[:i]:
                near = self.phrase_speaker(k + 1, i, oblique=True)
                if near is None and codes[0] == "p" and self.words[0] == "у":
                    near = self.phrase_speaker(1, k, oblique=True)
                if near and codes[k - 1 : k] != "p":
                    self._remember(near, ANY_GENDER)
                    return Cue(i, 0, near, self.words[k], "view_noun", True)
        if self.document.text[self.unit.end - 1] == "?" and codes[i + 1] != "Q":
            return None
        if "Q" not in codes[:i] and i <= 12 and codes[i + 1] != "Q":
            # "Толорая категоричен: …"
            short = next(
                (
                    k
                    for k in range(1, i)
                    if codes[k] == "l" and any(p.tag.POS == "ADJS" for p in morphology.parses(self.words[k])[:1])
                ),
                0,
            )
            person = self._subject(0, short, 3, ANY_GENDER, strict=True) if short else None
            if person and person.kind in ("name", "pronoun", "role", "group"):
                self._remember(person, ANY_GENDER)
                return Cue(i, 0, person, self.words[short], "short_adjective", True)
        begins = self.unit.start == self.document.paragraphs[self.unit.paragraph][0]
        label = begins and (i <= 6 or (i <= 18 and codes[0] in "NT" and "l" not in codes[: max(codes.find(","), 0)]))
        if re.match(r"(?:ведущ|корр|вопрос|ответ)", self.words[0]):
            return None
        if codes[i + 1] != "Q" and not (label or (i <= 6 and len(self.document.text) < 300)):
            return None
        speaker = self._subject(0, i, 3, ANY_GENDER)
        if not speaker or (codes[i + 1] != "Q" and speaker.kind != "name"):
            return None
        if codes[i + 1] != "Q" and self.is_body(speaker) and len(self.document.text) >= 300:
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, 0, speaker, ":", "colon", True)

    def _dash(self, i: int) -> Cue | None:
        """ "«…» — Ли Чжэ Мён.", "«…», — таков вывод эксперта": no verb, and the sentence ends with the speaker."""
        codes = self.codes
        if (
            not re.search(r"Q[,.]?$", codes[:i])
            or "V" in codes[i:]
            or not re.fullmatch(r"[aqlTOMDNGcp]*,?[aqlTOMDNGcp]*[.]?", codes[i + 1 :])
        ):
            return None
        if len(codes) - i > 22:
            return None
        view = next((k for k in range(i + 1, min(i + 6, len(codes))) if self.words[k] in VIEWS), -1)
        speaker = self.phrase_speaker(view + 1, len(codes), oblique=True) if view > 0 else None
        if view < 0 and codes[i + 1 : i + 2] in ("N", "T", "q", "M"):
            speaker = self._subject(i + 1, len(codes), 3, ANY_GENDER)
        if view > 0 and speaker is None:
            speaker = Speaker("omitted", self.starts[view], self.starts[view])
        return Cue(i, i, speaker, "—", "quotation_dash", False) if speaker else None
