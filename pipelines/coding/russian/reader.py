"""From the cues of one Russian sentence to what it attributes to whom."""

from __future__ import annotations

import re
from functools import cache

from pipelines.coding.document import Attribution, Speaker
from pipelines.coding.languages import Cue
from pipelines.coding.russian import morphology, words
from pipelines.coding.russian.indirect import BACK_NOUN, VIEWS, Cues, says_how
from pipelines.coding.russian.morphology import ANY_GENDER, NOMINATIVE

_RELAYING = re.compile(r"депутат|сенатор|парламентар|законодател|конгрессмен|источник|собеседник|член комитета")
# Openings of sentences that report something else.
_NEWS = re.compile(
    r"(?:ранее|накануне|вчера|сегодня|напомним|между тем|тем временем|недавно|до этого|позже|в свою очередь|на прошлой"
    r"|со своей стороны|\d|в (?:январе|феврале|марте|апреле|мае|июне|июле|августе|сентябре|октябре|ноябре|декабре"
    r"|понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье|минувш\w+|прошл\w+))"
)
_TAKES_UP = re.compile(
    r"(?:(?:и|а|но)\s)?(?:это|этого|этому|этим|такой|такая|такое|такие|он|она|они|оно|их|его|её|ее|там|тогда)\b"
)
_INSERTED_END = re.compile(r"V[^,;:.Qh]{1,8},(?!h)")
_VIEW = re.compile(
    r"\b(?:картин|диагноз|прогноз|сценари|взгляд|мнени|позици|оценк|рецепт|вывод|спорит|возража|иначе|обратно|аргумент|довод"
    r"|тезис|логик|не соглас|возразил|пессими|оптими|скепти)"
)
_TELLING = frozenset(
    "рассказать рассказывать объяснить объяснять пояснить ответить разъяснить поделиться рассуждать выяснить".split()
)
_ASKS = frozenset("что чего чем как зачем почему кто кому куда где когда какой какая какие каков какова".split())
_ASKED = re.compile(
    r"\b(?:спросил|спрашива|поинтересова|осведоми)\w*(?: [\w-]+){0,5} , (?:[\w-]+ ){0,2}"
    r"(?:ли|чего|зачем|почему|как|каки\w+|како\w+|чем|куда|когда|что|кто|кому|о ч[её]м)\b"
)
_QUESTION = re.compile(
    r"^[^,]{0,60}, (?:и )?(?:чего|зачем|почему|как|кому|каки\w+|како\w+|чем|куда|когда|к чему|о чем|что делать"
    r"|что жд[её]т|что стоит|что будет|что значит|что означает|насколько|\w+ ли|до чего"
    r"|для чего|за что)\b"
)
_MET = frozenset(
    """
        поговорил поговорила поговорили побеседовал побеседовала побеседовали беседует беседуем беседовал беседовала
        встретился встретилась встретились пообщался пообщалась пообщались обсудил обсудили говорим говорили
    """.split()
)
_REACHED = frozenset(
    """
        дозвонился дозвонилась дозвонились связался связалась связались спросил спросила спросили спрашиваем
        расспросил расспросила расспросили обратился обратилась обратились позвонил позвонила позвонили
    """.split()
)
_NAMED_LAST = re.compile(r"^[aqlTGOMDNtpcn]{1,10}-(q{0,3}(?:T[qlTOMDc]{0,6})?N{1,3}[.]?)$")
_PUBLISHED = frozenset(
    "обнародовано обнародован обнародовала обнародовало опубликовано опубликован опубликовала опубликовало опубликовали"
    " распространено распространила распространило вышло вышел появилось появился размещено выпустило выпустила".split()
)

_BACK = re.compile(
    r"(?:(?:и|а)\s)?(?:об этом|о таком|так|такое|такую|такой|таким|такого|такими|с таким|с такой|соответствующее"
    r"|соответствующие|подробнее об этом|это|подробности|подробностями|об этих|о том|суть|подобн\w+|свою оценку"
    r"|своим мнением|своё мнение)\b"
)


@cache
def _to_come(low: str) -> bool:
    """Whether the word tells of what will, can or should be: "поднимет", "может", "придётся"."""
    if low in _MODAL:
        return True
    return any(p.tag.POS == "VERB" and p.tag.tense == "futr" for p in morphology.parses(low)[:1])


_MODAL = frozenset(
    """
        может могут могла могло могли должен должна должно должны нужно нужен нужна нужны следует необходимо надо
        нельзя стоит вряд невозможно возможно способен способна способно способны
    """.split()
)


class Reader(Cues):
    """Reads one sentence."""

    found: list[Cue]  # its cues, once `attributions` has read them

    def refers_back(self) -> bool:
        """Whether the sentence only says who said what stands before it: "Об этом заявил X"."""
        head = " ".join(self.words[:7])
        if self.codes[:1] == "k" and "," in self.codes[:8]:  # "Как передаёт X, об этом сообщает Y"
            at = self.codes.find(",") + 1
            head = " ".join(self.words[at : at + 7])
        return _BACK.match(head) is not None and "h" not in self.codes and "Q" not in self.codes

    def announces(self) -> Speaker | None:
        """The speaker of a sentence that says no more than that somebody speaks: "Иного мнения держится X"."""
        found = self.found
        if len(found) != 1 or self.refers_back():
            return None
        cue = found[0]
        tail = self.codes[cue.at + 1 :]
        if cue.verb in _TELLING and "Q" not in self.codes and _QUESTION.search(" ".join(self.words[cue.at + 1 :])):
            return cue.speaker if cue.speaker.kind == "name" else None  # "рассказал, чего ждать от соседа"
        if cue.rule == "verb_subject" and cue.at > 2 and self.codes[cue.at - 1] == ",":
            return None  # what was said stands before it
        if (
            (cue.verb not in words.LEADS and not {"иначе", "по-другому", "по-иному"} & set(self.words))
            or cue.first > 4
            or not (cue.forward or cue.at < 6)
            or re.search(r"[Q:hf;]", self.codes)
            or ("," in tail and "w" not in tail)
        ):
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
        if speaker is None or speaker.kind != "name":
            for i, word in enumerate(self.words[:-2]):
                met = word in _MET and self.words[i + 1] in ("с", "со")
                if met or (word in _REACHED and self.words[i + 1] in ("до", "с", "со", "у", "к")):
                    # "поговорил с востоковедом Павлом Лешаковым", "дозвонился до командира Олега Шиманского"
                    close = next((k for k in range(i + 2, len(self.codes)) if self.codes[k] in ",;:Q-(."), stop)
                    speaker = self.phrase_speaker(i + 2, close, oblique=True) or speaker
                    break
        if (speaker is None or speaker.kind != "name") and (last := _NAMED_LAST.search(self.codes)):
            # "Ещё один голос из скептиков — Андрей Ланьков."
            named = self._subject(last.start(1), len(self.codes), 3, ANY_GENDER, persons=True)
            speaker = named if named and named.kind == "name" else speaker
        if speaker and speaker.kind == "role" and self.codes[stop : stop + 1] == ",":
            close = self.codes.find(",", stop + 1)
            apposed = self._subject(stop + 1, close, 3, ANY_GENDER, persons=True) if close > 0 else None
            if apposed and apposed.kind == "name":  # "Вице-маршал в отставке, канадка Сьюзен Хилл, слушала"
                speaker = apposed
        if (speaker is None or speaker.kind != "name") and self.codes[:1] == "p" and self.words[0] == "у":
            speaker = self.phrase_speaker(1, len(self.codes), oblique=True) or speaker  # "У Ивашенцова есть ответ"
        if speaker and speaker.kind == "name":
            self.memory.pair = self._pair()
            self._remember(speaker, ANY_GENDER)
            return speaker
        body = self._subject(0, stop, 3, ANY_GENDER)
        if body and body.kind == "name" and (self.is_body(body, "medium") or self.is_body(body, "organisation")):
            self._remember(body, ANY_GENDER)
        elif body and body.kind == "role" and not self._role_of_person(body.role):
            self.memory.bodies.append(("", body))
        return None

    def tells_view(self) -> bool:
        """Whether the sentence only says what view somebody has: "Позиция Терри жёстче", "С ним спорит Толорая"."""
        if len(self.codes) > 18 or re.search(r"[Q:h]", self.codes):
            return False
        last = next((i for i in range(len(self.codes) - 1, 0, -1) if self.codes[i] in "lqa"), 0)
        return says_how(self.words[last]) or _VIEW.search(" ".join(self.words)) is not None

    def continues(self) -> bool:
        """Whether a sentence without a cue can be what the one announced says: no news, no other person's deed."""
        if _NEWS.match(" ".join(self.words[:5])) or "t" in self.codes[:6]:
            return False
        stop = next((i for i, c in enumerate(self.codes) if c in ",;:Q-("), len(self.codes))
        return self._subject(0, stop, 3, ANY_GENDER, persons=True) is None

    def _pair(self) -> tuple[Speaker, ...]:
        """The two people whom the sentence names in the nominative, none where it is not two."""
        found: list[Speaker] = []
        i = 0
        while i < len(self.codes):
            if self.codes[i] == "N" and self.tokens[i].cases & NOMINATIVE:
                end = self._run_end(i, len(self.codes))
                if (end - i > 1 or i in self.mentions) and self._nominative_run(i):
                    found.append(self._name(i, end, "", oblique=False))
                i = end
            else:
                i += 1
        return tuple(found) if len(found) == 2 else ()

    def opines(self) -> bool:
        """Whether the sentence says whose conclusion stands before it: "К такому выводу пришло издание"."""
        return BACK_NOUN.match(" ".join(self.words[:6])) is not None and not re.search(r"[hQ]", self.codes)

    def goes_on(self) -> bool:
        """Whether a sentence without a cue reads as what the speech before it goes on to say.

        It takes up what was said ("Это стало результатом …") or tells of what will, can or should be, and has no
        person for its subject and no date.
        """
        if not self.words or not self.continues():
            return False
        return _TAKES_UP.match(" ".join(self.words[:3])) is not None or any(
            code in "lV" and _to_come(word) for code, word in zip(self.codes, self.words, strict=True)
        )

    def asks(self) -> bool:
        """Whether the sentence is the question of a journalist: "— А Китай? — уточнил ведущий"."""
        codes = self.codes
        if "Q" not in codes and self.words and self.words[0] in _ASKS and self.document.text[self.unit.end - 1] == "?":
            return True  # "Что ответят союзники?"
        if "Q" not in codes and _ASKED.search(" ".join(self.words)):
            return True  # "Депутаты спросили премьера, считает ли он …"
        for i, code in enumerate(codes):
            asker = code in "TG" and self.tokens[i].lemma in words.ASKERS and self.tokens[i].cases & NOMINATIVE
            if asker or self.words[i] in ("ведущий", "ведущая"):
                named = "N" in codes[i + 1 : i + 4] or any(c in "TN" for c in codes[max(i - 3, 0) : i])
                text = self.document.text[self.unit.start : self.unit.end]
                return not named and ("?" in text or any(w in words.ASKING for w in self.words))
        return False

    def relays(self, speaker: Speaker) -> bool:
        """Whether the speaker is somebody who tells what a body has told him: a member of parliament, a source."""
        role = speaker.role or self.memory.title(speaker.name.split()[-1] if speaker.name else "")
        if not role and speaker.name:
            role = self.memory.title(speaker.name.split()[0])
        return _RELAYING.search(role.lower()) is not None

    def owned_text(self) -> None:
        """Keeps in mind whose statement or article the sentence names: "обнародовано заявление МИД КНДР"."""
        for i in range(len(self.codes) - 1, -1, -1):
            if self.codes[i] == "S" and re.match(r"q*[MOTDN]", self.codes[i + 1 :]):
                stop = next(
                    (k for k in range(i + 1, len(self.codes)) if self.codes[k] in ",;:.Q-h(wVIp"), len(self.codes)
                )
                if (owner := self.phrase_speaker(i + 1, stop, oblique=True)) and not self.is_medium(owner):
                    self.memory.text = owner
                    return
            elif self.codes[i] == "S" and i and self.words[i - 1] in _PUBLISHED:
                if owner := self._subject(0, i - 1, 3, ANY_GENDER, strict=True):
                    self.memory.text = owner  # "эксперты опубликовали доклад"
                return

    def publishes(self) -> bool:
        """Whether the sentence only says that a text has come out, of which the next ones tell."""
        return self.memory.text is not None and any(w in _PUBLISHED for w in self.words) and "h" not in self.codes

    def attributions(self) -> list[Attribution]:
        self.found = self.cues()
        kept = self._settled(self.found)
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
            if self._told_of(cue, found):
                continue
            if not kept:
                kept.append(cue)
                continue
            last = kept[-1]
            if cue.again or self._same(cue.speaker, last.speaker):
                continue
            between = self.codes[last.at + 1 : cue.first]
            if last.rule in ("short_adjective", "view_noun") and not self._person(cue.speaker) and "Q" not in between:
                continue  # "Эксперты откровеннее: в Пекине опасаются …": the experts
            if (
                cue.forward
                and self._organ(cue.speaker)
                and self.relays(last.speaker)
                and not re.search(r"[.;Q]", between)
            ):
                kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue
            if last.rule == "with_reference" and cue.rule in ("verb_subject", "subject_verb"):
                if not self.is_medium(cue.speaker):  # "со ссылкой на разведку сообщил Зеленский": he
                    kept[-1] = cue._replace(first=last.first)
                else:
                    kept[-1] = last._replace(source=cue.speaker)
                continue
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
            if last.rule[:3] in ("acc", "as_") and self.is_medium(last.speaker) and "Q" not in between:
                kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue
            if last.rule == "according_to" and last.forward and not re.search(r"[.;Q]", between) and cue.forward:
                if self._person(cue.speaker) and cue.speaker.kind != "pronoun":
                    kept[-1] = cue._replace(source=last.speaker, first=last.first)
                continue  # "По словам Брукер, США исходят из того, что …": Brucker
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

    def _told_of(self, cue: Cue, found: list[Cue]) -> bool:
        """Whether somebody else says what the cue says: "Пекин, по мнению газеты, не видит угрозы"."""
        if cue.rule not in ("subject_verb", "indefinite_personal") or self._person(cue.speaker):
            return False
        for other in found:
            if other.at >= cue.at or self.codes[other.first - 1 : other.first] != "," or self.codes[other.first] == "I":
                continue
            if other.rule == "verb_subject":
                # "Пекин, добавил он, не видит угрозы", "Впрочем, добавил он, Пекин не видит угрозы"
                behind = _INSERTED_END.match(self.codes, other.at)
                if behind and self._person(other.speaker) and not re.search(r"[.;Q]", self.codes[other.at : cue.at]):
                    return True
            elif other.rule == "according_to" and cue.speaker.start < self.starts[other.first]:
                return True
        return False

    def _person(self, speaker: Speaker) -> bool:
        """Whether a person or people speak, not a body or a state."""
        if speaker.kind in ("group", "pronoun"):
            return speaker.name != "оно"
        if speaker.kind == "role":
            return self._role_of_person(speaker.role)
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        return not (mention and mention.kind and mention.kind != "person")

    def _organ(self, speaker: Speaker) -> bool:
        """Whether an organ of a state speaks, named or by its common noun."""
        at = self.starts.index(speaker.start) if speaker.start in self.starts else -1
        return (at >= 0 and self.codes[at] == "O") or (self.is_body(speaker, "organisation") and speaker.kind == "name")

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
