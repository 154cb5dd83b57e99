"""Cues of speech in one Russian sentence: verbs, "по словам", passives, colons and dashes, each with its speaker."""

from __future__ import annotations

import re
from functools import cache

from pipelines.coding.document import Speaker
from pipelines.coding.languages import Cue
from pipelines.coding.russian import morphology, words
from pipelines.coding.russian.lexicon import Word, any_verb
from pipelines.coding.russian.morphology import ANY_GENDER, NOMINATIVE, PLURAL
from pipelines.coding.russian.verbs import Verbs

# Behind a verb that needn't be one of speech: a noun of speech and what was said.
_NOUN_CLAUSE = re.compile(r"[aqlptnSK]{1,5},h")
_SPOKEN = re.compile(
    r"\b(?:слов(?:а|о|ами|ом)|заявлени|замечани|напоминани|признани|предположени|мысл|вывод|тезис|мнени|убеждени"
    r"|уверенност|надежд|опасени|тревог|довод|аргумент|верси|утверждени|предупреждени|призыв|оговорк|догадк|пожелани"
    r"|фраз|констатаци|к тому|с того|на то|в том|о том|от того)"
)
BACK_NOUN = re.compile(
    r"(?:(?:и|а|но|именно)\s)?(?:с|к|о|об|на|в)?\s?(?:так(?:ое|ую|ой|им|ого|ие|ими|ому|их)|эт(?:о|им|ой|у|ими|их|ого|ому|от)"
    r"|подобн\w+|соответствующ\w+|схож\w+|похож\w+|аналогичн\w+)\s(?:же\s)?(?:\w+\s)?(?:заявлен|заверен|мнени|вывод|предположен|оценк|точк"
    r"|позици|довод|аргумент|соображен|прогноз|признан|призыв|предупрежден|обещан|инициатив|предложен|верси|тезис|данны"
    r"|сведен|информаци|цифр|объяснен|трактовк|убежден|наблюден|заключен|формулировк|слова|комментари|критик|упр[её]к"
    r"|обвинен|опасен|предостережен|совет|рецепт|просьб|требован|заверени|картин|расклад|диагноз|вердикт|угроз|сообщени|реплик|тирад|выпад|пассаж|сигнал|посыл"
    r"|предсказани|рассуждени|скепсис|оговорк|сценари|рекомендаци|ультиматум|филиппик)"
)
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


_FOLLOWS = frozenset("следует явствует вытекает видно ясно узнать узнали понять".split())
_SAME_VIEW = re.compile(
    r"(?:(?:и|а)\s)?(?:того же|такого же|иного|другого|схожего|похожего|противоположного|обратного)\s(?:мнения|взгляда)"
)
_ELIDED = re.compile(r"p?Q|h|p[ql]+Q?")
_GOT_BY = re.compile(r",q(?:p(?=q*[TGMNO]))?(?=q*[TGMNO])")
_BY_NAME = re.compile(r"N+(?=[,.])")
_FOR_PERSON = re.compile(r"q*T[TOqMDl]*N+|q*N{2,}")
_BEFALLS = frozenset("пришлось приходится остаётся остается осталось кажется представляется думается хочется".split())
_THOUGHT = re.compile(
    r"\b(?:мысль|мысли|идею|версию|тезис|логику|аргумент|довод|взгляда|мнения|ноту|тему|линию|черту)\b"
)
_FOLLOWED = frozenset(("последовало", "последовал", "прозвучало", "прозвучал", "услышали", "раздалось"))
_ACTIVE = re.compile(r"(?:вш|ющ|ущ|ящ|ащ)(?:ий|ая|ие|ее)(?:ся)?$")
_IN_VIEW = frozenset(("глазах", "понимании", "представлении", "изложении", "интерпретации", "пересказе"))
_IN_IT = frozenset(("нём", "нем", "ней", "них", "тексте", "нотах"))


class Cues(Verbs):
    """Finds the cues of a sentence."""

    def cues(self) -> list[Cue]:
        """Every cue of speech in the sentence, by place."""
        found: list[Cue] = []
        clauses = "h" in self.codes
        for i, code in enumerate(self.codes):
            if code not in "VlKpI:-fJNq":
                continue
            cue = None
            if code == "q":
                if i and self.codes[i - 1] == "," and _ACTIVE.search(self.words[i]):
                    cue = self._participle(i, found)
                if cue:
                    found.append(cue)
                continue
            if code == "V":
                cue = self._verb(i, found)
            elif code == "I" and self.tokens[i].lemma != "исходить":
                if not found:
                    cue = self._gerund(i)
                elif not found[-1].again:
                    cue = found[-1]._replace(at=i, again=True)
            elif code == "f" and self.tokens[i].lemma in words.SPEECH:
                cue = self._infinitive(i, found)
            if clauses and cue is None and code in "lV" and self._takes_clause(i) and (verb := any_verb(self.words[i])):
                cue = self._other_verb(i, verb)
            if code == "K":
                cue = self._by(i)
            elif code == "J":
                cue = self._passive(i)
            elif code == ":":
                cue = self._colon(i, found)
            elif code == "-" and i:
                cue = self._elided(i) if found else self._dash(i)
            elif code == "p" and self.words[i] == "согласно":
                cue = self._by_text(i)
            elif code == "l" and self.words[i] in _FOLLOWS:
                cue = self._follows(i)
            elif code in "lf" and self.words[i] in _BEFALLS:
                cue = self._befalls(i)
            elif code in "lN" and self.words[i] in _IN_VIEW:
                cue = self._in_view(i)
            elif code == "p" and self.words[i] in ("по", "для"):
                cue = cue or self._by_person(i)
            elif code == "l" and self.words[i] in ("устами", "голосом"):
                cue = self._by_mouth(i)
                if cue:
                    found[:] = []  # "НАТО отреагировало устами Рютте": he
            elif code == "l" and self.words[i] in ("ссылкой", "ссылаясь"):
                cue = self._with_reference(i)
            if cue is None and not found and code in "lV" and self.codes[i - 1] == "," and _TAG.match(self.codes, i):
                cue = self._tag(i)
            if cue:
                found.append(cue)
        if not found and (cue := self._backward()):
            found.append(cue)
        return found

    def _participle(self, i: int, found: list[Cue]) -> Cue | None:
        """ "Возразил посол Климов, заявивший, что …", "С ним солидарен Климов, считающий, что …"."""
        if not (verb := speaking_participle(self.words[i])) or not re.match(
            r"[^,.;QwV]{0,8}(?:,h|:)|q?Q", self.codes[i + 1 :]
        ):
            return None
        if found and found[-1].forward and "h" in self.codes[found[-1].at : i]:
            return None
        begin = max(self.codes.rfind(c, 0, i - 1) for c in ",;:.-()hw") + 1
        speaker = self._subject(begin, i - 1, verb.numbers, verb.genders, strict=True)
        if not speaker or speaker.kind == "pronoun":
            return None
        if found:
            return found[-1]._replace(at=i, again=True) if self._same(found[-1].speaker, speaker) else None
        self._remember(speaker, verb.genders)
        return Cue(i, 0, speaker, self.words[i], "participle", True, verb.lemma)

    def _takes_clause(self, v: int) -> bool:
        """Whether "что" follows the verb, or a noun of speech that takes it: "ограничился словами о том, что"."""
        if _CLAUSE.match(self.codes, v + 1):
            return True
        match = _NOUN_CLAUSE.match(self.codes, v + 1)
        return bool(match and _SPOKEN.search(" ".join(self.words[v + 1 : match.end()])))

    def _backward(self) -> Cue | None:
        """ "С таким призывом приехала глава МИД": any verb, where the words stand in the sentence before."""
        head = BACK_NOUN.match(" ".join(self.words[:6]))
        if not head or "h" in self.codes or "Q" in self.codes:
            return None
        for v in range(2, len(self.codes)):
            if self.codes[v] in "lV" and (verb := any_verb(self.words[v])):
                speaker = self._after(v, verb.numbers, verb.genders) or self._subject(0, v, verb.numbers, verb.genders)
                return self._cue(v, 0, speaker, "verb_subject", False, verb.lemma) if speaker else None
        return None

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
        if speaker is None and (got := _GOT_BY.match(codes, i + 1)):  # "по информации, полученной FT"
            close = next((k for k in range(got.end(), len(codes)) if codes[k] in ",;:.Q-h(wVI"), len(codes))
            speaker = self.phrase_speaker(got.end(), close, oblique=True)
            if speaker:
                self._remember(speaker, ANY_GENDER)
                return Cue(i, j, speaker, phrase, "according_to", forward)
        if not speaker:
            return None
        if speaker.end > self.starts[i] and codes[i + 1 : i + 2] not in ("q", "T", "G", "O", "M", "D", "N"):
            return None
        speaker = self._with_apposition(speaker, stop)
        self._remember(speaker, ANY_GENDER)
        return Cue(i, j, speaker, phrase, "according_to", forward)

    def _follows(self, i: int) -> Cue | None:
        """ "следует из заявления Новака", "из доклада экспертов вытекает, что", "из него следует, что"."""
        codes = self.codes
        places = [k for k in range(max(i - 12, 0), min(i + 4, len(codes))) if self.words[k] == "из"]
        place = min(places, key=lambda k: abs(k - i), default=-1)
        if place < 0 or not re.match(r"q*[SKOl]|P|q?l", codes[place + 1 :]):
            return None
        forward = "h" in codes[i + 1 : i + 3]
        if not forward and i + 1 < len(codes) and place < i:
            return None
        stop = next(
            (k for k in range(place + 1, len(codes)) if codes[k] in ",;:.Q-h(VIl" and k > place + 1), len(codes)
        )
        if place < i:
            stop = min(stop, i)
        if self.words[place + 1] in ("него", "них", "нее", "неё", "этого"):
            return Cue(i, 0, self.memory.text, self.words[i], "follows_from", forward) if self.memory.text else None
        if codes[place + 1] not in "SKq":
            return None
        speaker = self.phrase_speaker(place + 2, stop, oblique=True)
        if speaker is None and codes[stop : stop + 2] == ",w":
            speaker = self._after(stop + 2, 3, ANY_GENDER)  # "из заявления, которое сделал X"
        speaker = speaker or (self.memory.text if stop == place + 2 else None)
        if speaker is None:
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, 0, speaker, self.words[i], "follows_from", forward)

    def _befalls(self, i: int) -> Cue | None:
        """ "Министру пришлось оправдываться: …", "Климову кажется, что …": who says so stands in the dative."""
        begin = self._clause_start(i)
        head = next((k for k in range(begin, i) if self.codes[k] in "TNP"), -1)
        if head < 0 or not self.tokens[head].cases & morphology.DATIVE or self.tokens[head].cases & NOMINATIVE:
            return None
        if not re.match(r"[^,;.Q]{0,6}(?:,h|:)", self.codes[i + 1 :]):
            return None
        speaker = self.phrase_speaker(begin, i, oblique=True)
        if not speaker or self.is_body(speaker):
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, begin, speaker, self.words[i], "dative_subject", True)

    def _in_view(self, i: int) -> Cue | None:
        """ "в глазах X", "в изложении X"."""
        if self.codes[i - 1 : i] != "p" or not i:
            return None
        stop = next((k for k in range(i + 1, len(self.codes)) if self.codes[k] in ",;:.Q-h(wVI"), len(self.codes))
        if self.codes[i + 1 : i + 2] not in ("q", "T", "G", "N"):
            return None
        speaker = self.phrase_speaker(i + 1, stop, oblique=True)
        if not speaker:
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, i - 1, speaker, self._text(i - 1, i + 1), "according_to", True)

    def _by_person(self, i: int) -> Cue | None:
        """ "по Ланькову, …", "Для профессора Ланькова договор — …": a person's view without a noun for it."""
        codes = self.codes
        match = (_BY_NAME if self.words[i] == "по" else _FOR_PERSON).match(codes, i + 1)
        if not match or (i and codes[i - 1] not in ",ca"):
            return None
        if self.words[i] == "для" and (i or "V" in codes or not re.search(r"-|a?[lq]", codes[match.end() :])):
            return None
        speaker = self.phrase_speaker(i + 1, match.end(), oblique=True)
        if not speaker or speaker.kind != "name" or self.is_body(speaker):
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, i, speaker, self.words[i], "according_to", True)

    def _by_text(self, i: int) -> Cue | None:
        """ "согласно заявлению МИД", "согласно данным разведки"."""
        stop = next((k for k in range(i + 1, len(self.codes)) if self.codes[k] in ",;:.Q-h(wVI"), len(self.codes))
        if self.codes[i + 1 : i + 2] == "K":
            return None
        speaker = self.phrase_speaker(i + 1, stop, oblique=True)
        if not speaker or self.codes[i + 1 : i + 2] not in ("S", "q", "M", "O"):
            return None
        return Cue(i, i, speaker, self.words[i], "according_to", True)

    def _by_mouth(self, i: int) -> Cue | None:
        """ "НАТО ответило устами генсека Марка Рютте: …"."""
        stop = next((k for k in range(i + 1, len(self.codes)) if self.codes[k] in ",;:.Q-h(wVI"), len(self.codes))
        speaker = self.phrase_speaker(i + 1, stop, oblique=True) if self.codes[i + 1 : i + 2] in tuple("qTN") else None
        if not speaker or speaker.kind not in ("name", "role"):
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, 0, speaker, self.words[i], "according_to", True)

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
                                self._body_here() or self._pronoun(m, words.POSSESSIVES[self.words[m]]),
                                self.words[i],
                                "passive",
                                begin < i,
                            )
                    if published := self._published(k, stop):
                        return Cue(i, 0, published, self.words[i], "passive", begin < i)
                    medium = next(
                        (m for m in range(k + 1, stop) if m in self.mentions and self.mentions[m].kind == "medium"),
                        None,
                    )
                    speaker = self.phrase_speaker(k + 1 if medium is None else medium, stop, oblique=True)
                    if speaker:
                        return Cue(i, 0, speaker, self.words[i], "passive", begin < i)
                    if "S" not in codes[k:stop] and not any(w in _IN_IT for w in self.words[k + 1 : stop]):
                        return None
                    here = self.memory.text or Speaker("omitted", self.starts[i], self.starts[i])
                    return Cue(i, 0, here, self.words[i], "passive", False)
        return None

    def _body_here(self) -> Speaker | None:
        """The body that the paragraph has had for its subject, where it has named no person since."""
        start = self.document.paragraphs[self.unit.paragraph][0]
        body = self.memory.bodies[-1][1] if self.memory.bodies else None
        if body is None or body.start < start or (body.kind == "name" and self.is_body(body, "state")):
            return None
        return None if any(m.kind == "person" for m in self.document.mentions_in(body.end, self.unit.end)) else body

    def _published(self, k: int, stop: int) -> Speaker | None:
        """ "в заявлении, опубликованном на сайте МИД": whose site it is."""
        if (
            self.codes[stop : stop + 2] != ",q"
            or "S" not in self.codes[k:stop]
            or re.search(r"S.*[MOTN]", self.codes[k:stop])
        ):
            return None
        close = next((m for m in range(stop + 2, len(self.codes)) if self.codes[m] in ",;:.Q-h(wVIJ"), len(self.codes))
        if "сайте" not in self.words[stop:close]:
            return None
        return self.phrase_speaker(self.words.index("сайте", stop) + 1, close, oblique=True)

    def _colon(self, i: int, found: list[Cue]) -> Cue | None:
        """ "Песков: «…»", "Вывод эксперта: …", "У Ланькова другое мнение: …", "Маслов — о визите: «…»"."""
        codes = self.codes
        if found or i > 25 or i + 1 >= len(codes):
            return None
        for k in range(i if "V" not in codes[:i] else 0):
            if self.words[k] in VIEWS and "Q" not in codes[:i]:
                near = self.phrase_speaker(k + 1, i, oblique=True)
                if near is None and codes[0] == "p" and self.words[0] == "у":
                    near = self.phrase_speaker(1, k, oblique=True)
                if near and codes[k - 1 : k] != "p":
                    self._remember(near, ANY_GENDER)
                    return Cue(i, 0, near, self.words[k], "view_noun", True)
        if self.document.text[self.unit.end - 1] == "?" and codes[i + 1] != "Q":
            return None
        if _FOLLOWED & set(self.words[max(i - 4, 0) : i]) and "Q" not in codes[:i]:
            # "На просьбу журналистов назвать число последовало: …": whoever spoke last
            here = Speaker("omitted", self.starts[i], self.starts[i])
            return Cue(i, 0, here, self.words[i - 1], "subject_omitted", True)
        if "V" not in codes[:i] and "Q" not in codes[:i] and self.words[0] in ("для", "у") and i > 2:
            # "Для Климова сомнений нет: …", "У посла Климова иллюзий нет: …"
            person = self.phrase_speaker(1, i, oblique=True) if codes[1] in "qTNG" else None
            if person and person.kind in ("name", "group") and not self.is_body(person):
                self._remember(person, ANY_GENDER)
                return Cue(i, 0, person, self.words[0], "view_noun", True)
        if "Q" not in codes[:i] and i <= 20 and codes[i + 1] != "Q" and "V" not in codes[:i]:
            # "Толорая категоричен: …"
            short = next((k for k in range(i - 1, 0, -1) if codes[k] in "la" and says_how(self.words[k])), 0)
            person = self._subject(0, short, 3, ANY_GENDER, strict=True) if short else None
            if person and person.kind in ("name", "pronoun", "role", "group"):
                self._remember(person, ANY_GENDER)
                return Cue(i, 0, person, self.words[short], "short_adjective", True)
        if _SAME_VIEW.match(" ".join(self.words[:4])) and (holder := self._subject(2, i, 3, ANY_GENDER)):
            return self._cue(i, 0, holder, "view_noun", True, "")  # "Того же мнения Анкит Панда: …"
        if "Q" not in codes[:i] and i <= 20:
            # "Седых тоже не ждёт эффекта: расчёты давно идут золотом"
            v = next(
                (k for k in range(i - 1, -1, -1) if codes[k] == "V" or (codes[k] == "l" and any_verb(self.words[k]))), 0
            )
            verb = any_verb(self.words[v]) or (self.tokens[v] if codes[v] == "V" else None)
            if v and verb and (verb.lemma in words.COLON or _THOUGHT.search(" ".join(self.words[:i]))):
                speaker = self._subject(0, v, verb.numbers, verb.genders) or self._after(v, verb.numbers, verb.genders)
                if speaker and (speaker.kind in ("pronoun", "group") or not self.is_body(speaker, "state")):
                    return self._cue(v, 0, speaker, "subject_verb", True, verb.lemma)._replace(at=i)
            if (
                v
                and verb
                and verb.numbers & PLURAL
                and self._subject(0, i, verb.numbers, verb.genders) is None
                and (place := self._inside_body(0, v))
            ):  # "В партии такой шаг встретили в штыки: …"
                return Cue(i, 0, place, self.words[v], "indefinite_personal", True, verb.lemma)
        if "V" in codes[:i]:
            return None
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

    def _elided(self, i: int) -> Cue | None:
        """ "X говорил о нарушениях, посол Y — об отчаянии": the verb of the clause before is not said again."""
        codes = self.codes
        begin = max(codes.rfind(c, 0, i) for c in ",;.") + 1
        if (
            begin < 3
            or not _ELIDED.match(codes, i + 1)
            or not re.fullmatch(r"[caqTOMDNlGp]*[TNG][caqTOMDNlGp]*", codes[begin:i])
        ):
            return None
        speaker = self._subject(begin, i, 3, ANY_GENDER, strict=True)
        if not speaker or speaker.kind not in ("name", "role", "group") or self.is_body(speaker):
            return None
        self._remember(speaker, ANY_GENDER)
        return Cue(i, begin, speaker, "—", "elided_verb", True)

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


@cache
def speaking_participle(low: str) -> Word | None:
    """The word as an active participle, in the nominative, of a verb of speech: "заявивший"."""
    for reading in morphology.parses(low)[:2]:
        tag = reading.tag
        if tag.POS == "PRTF" and tag.voice == "actv" and tag.case == "nomn" and reading.normal_form in words.SPEECH:
            shape = morphology.form_of(tag)
            return Word("V", reading.normal_form, 0, shape.numbers, shape.genders)
    return None


@cache
def says_how(low: str) -> bool:
    """Whether the word can be all the predicate of whoever goes on to speak: "категоричен", "откровеннее"."""
    return any(p.tag.POS in ("ADJS", "COMP") for p in morphology.parses(low)[:1])
