"""Attribution over a Russian article: what sentences take up from those before them."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.russian import morphology
from pipelines.coding.russian.reader import Reader
from pipelines.coding.russian.tokens import Memory, Unit, units
from pipelines.coding.russian.transcripts import QUESTION, interview, own_text, titled

_DOCUMENT = re.compile(
    r"\W*(?:совместн\w+ |официальн\w+ )?(?:заявление|комментарий|коммюнике|обращение|пресс-релиз)\s+(?=\S)",
    re.IGNORECASE,
)
_INDEFINITE = re.compile(
    r"источник|собеседник|представител|чиновник|сотрудник|дипломатическ|неназванн|анонимн|один из|высокопоставл"
)
# Openings with which an argument goes on.
_GOES_ON = re.compile(
    r"(?:Но и|Да и|Ведь|Иначе(?! (?:смотр|дума|счита|оцени|рассу|вид|расста|полага))"
    r"|Тем более|Более того|К тому же|Поэтому|Значит|Стало быть|Мол|Дескать|Зато|Во-вторых"
    r"|В-третьих|Во-первых|Кроме того|При этом|И только|Однако|Впрочем|А значит|Так что|Тогда|Потому|Отсюда|В итоге"
    r"|В результате|Причина|Первая|Вторая|Третья|Именно поэтому|Вот почему|В противном случае|В этом случае"
    r"|Вместо этого)\b"
)
_LETTERS = re.compile(r"[^\W\d_]+")


def attributions(document: Document, home: str) -> list[Attribution]:
    found: list[Attribution] = []
    memory = Memory()
    spoken_to = 0  # offset up to which the text has a speaker
    loose = -1  # start of the sentences of the same or the preceding paragraph that nobody speaks
    last_paragraph = -1
    text = document.text
    expected: Speaker | None = None  # whom the sentence before has introduced
    view: Speaker | None = None  # whose view the sentence before has announced
    label: Speaker | None = None  # whose words the paragraph is: "Асмолов: …"
    announced: Speaker | None = None  # whose words the next paragraph is
    transcript = any(QUESTION.match(text, start) for start, _ in document.paragraphs)
    monologues = not any(text[end - 1] == "?" for _, end in document.paragraphs)
    for unit in units(document):
        if transcript and QUESTION.match(text, document.paragraphs[unit.paragraph][0]):
            label, last_paragraph, spoken_to, loose = None, unit.paragraph, unit.end, -1
            continue
        if unit.paragraph != last_paragraph:
            label, announced = announced or (label if transcript else None), None
            if loose >= 0 and (unit.paragraph > last_paragraph + 1 or unit.start - loose > 700):
                loose = -1
            if spoken_to > unit.start - 3:
                loose = -1
            last_paragraph, fresh = unit.paragraph, True
        else:
            fresh = False
        reader = Reader(document, unit, memory, home)
        if reader.asks():
            _silence(document, unit)
            spoken_to, loose, expected = unit.end, -1, None
            continue
        made = reader.attributions()
        if not made and monologues and text[unit.start] in "—–":
            # speech of a reporter who tells what others say
            for sentence in document.sentences[
                document.sentence_at(unit.start) : document.sentence_at(unit.end - 1) + 1
            ]:
                start = sentence.start + (2 if text[sentence.start] in "—–" else 0)
                made += Reader(document, Unit(start, sentence.end, unit.paragraph), memory, home).attributions()
        reader.owned_text()
        if made and expected and _describes(made[0].speaker, reader):
            described = made[0].speaker
            made[0] = made[0]._replace(speaker=expected._replace(role=described.role, phrase=described.phrase))
        if made and expected and fresh and made[0].rule == "subject_omitted" and text[unit.start].islower():
            made[0] = made[0]._replace(speaker=expected)  # a line was broken between subject and verb
        expected, viewed, view = None, view, None
        if len(made) == 1 and reader.publishes() and reader.is_medium(made[0].speaker):
            spoken_to, loose = unit.end, -1
            continue
        if made and (leading := reader.announces()):
            document.named.append(leading)
            spoken_to, loose, expected, view = unit.end, -1, leading, leading
            continue
        if made:
            if reader.refers_back() and loose >= 0 and made[0].start == unit.start and unit.start - loose <= 700:
                direct = made[0].direct or any(not q.scare for q in document.quotations_in(loose, unit.start))
                made[0] = made[0]._replace(start=loose, direct=direct)
            after = bool(found) and unit.start - spoken_to <= 3
            if after and len(made) == 1 and reader.opines() and reader.is_body(found[-1].speaker, "state"):
                made[0] = made[0]._replace(start=found.pop().start)  # "Китай недоволен. К такому выводу пришёл X"
                found += _by_sentence(document, made[0])
                spoken_to, loose = unit.end, -1
                continue
            if reader.refers_back() and made[0].start == unit.start and found and reader.is_medium(made[0].speaker):
                # "Об этом сообщает ТАСС" after what somebody has said: who passed it on
                if unit.start - spoken_to <= 3 and found[-1].source is None:
                    found[-1] = found[-1]._replace(source=made[0].speaker)
                spoken_to = unit.end
                continue
            if reader.refers_back() and len(made) == 1 and _passes_on(reader, made[0], found, unit.start - spoken_to):
                document.named.append(made[0].speaker)
                found[-1] = found[-1]._replace(source=made[0].speaker)
                spoken_to = unit.end
                continue
            if (
                reader.refers_back()
                and found
                and len(made) == 1
                and unit.start - spoken_to <= 3
                and reader.is_body(found[-1].speaker)
                and not reader.is_body(made[0].speaker)
                and made[0].speaker.kind in ("name", "role")
            ):
                # "В Пекине обеспокоены … Об этом заявил Кэмпбелл": who said it is named after it
                made[0] = made[0]._replace(start=found.pop().start)
            for attribution in made:
                found += _by_sentence(document, attribution)
            if made[0].rule == "colon" and "Q" not in reader.codes:
                label = made[0].speaker
            spoken_to = unit.end
            loose = -1
        elif label and not text[unit.start : unit.end].endswith("?"):
            found.append(Attribution(unit.start, unit.end, label, ":", "interview_answer", direct=True))
            spoken_to = unit.end
        elif viewed and not fresh and text[unit.end - 1] != "?" and reader.continues():
            # "Позиция Терри жёстче. Нужны вторичные санкции"
            found.append(Attribution(unit.start, unit.end, viewed, "", "view_follows"))
            spoken_to, view = unit.end, viewed
        elif (
            found
            and not fresh
            and unit.start - spoken_to <= 3
            and (_GOES_ON.match(text, unit.start) or (_by_one(found[-1], reader) and reader.goes_on()))
            and found[-1].end == spoken_to
            and found[-1].rule != "quotation_dash"
            and text[unit.end - 1] != "?"
        ):
            # "Но и рвать с Москвой Пекин не станет": the argument of whoever has just spoken
            here = Speaker("omitted", unit.start, unit.start)
            found.append(Attribution(unit.start, unit.end, here, "", "argument_continued"))
            spoken_to = unit.end
        else:
            if introduced := reader.introduced():
                document.named.append(introduced)
                expected = introduced
                view = introduced if reader.tells_view() else None
                if text[unit.end - 1] == ":" and unit.end == document.paragraphs[unit.paragraph][1]:
                    announced = introduced  # "Ким Чен Ын, председатель государственных дел:" and a paragraph of speech
            if loose < 0 or (fresh and unit.paragraph):
                loose = unit.start
    if match := _DOCUMENT.match(document.title):
        named = _WHAT_OF.split(document.title[match.end() :], maxsplit=1)[0].strip(' «»"')
        if person := _OFFICE_AND_NAME.match(named):
            parts = re.sub(r"[А-ЯЁ]\.\s?", "", person["name"]).split()
            feminine = parts[-1].endswith(("ой", "ны"))
            name = " ".join(morphology.nominative_part(part, feminine) for part in parts)
            return own_text(document, found, Speaker("name", 0, 0, name, person["role"]))
        name = morphology.nominative_phrase(named)
        return own_text(document, found, Speaker("name", 0, 0, name)) if name else found
    return interview(document, found, titled(document.title))


_WHAT_OF = re.compile(r"\s(?:о|об|по|в связи|относительно|с)\s|[:,]|\.(?=\s|$)")
# "официального представителя МИД России М.В.Захаровой": an office before a name.
_OFFICE_AND_NAME = re.compile(
    r"(?P<role>[а-яё].*?)\s+(?P<name>(?:[А-ЯЁ]\.\s?){1,2}[А-ЯЁ][\w-]+|[А-ЯЁ][а-яё-]+(?:\s[А-ЯЁ][а-яё-]+){1,2})$"
)


def _silence(document: Document, unit: Unit) -> None:
    """Marks the quotations of a journalist's question, so that nobody goes on with them."""
    for i, quotation in enumerate(document.quotations):
        if unit.start <= quotation.start < unit.end:
            document.quotations[i] = quotation._replace(scare=True)


def _describes(speaker: Speaker, reader: Reader) -> bool:
    """Whether a title without a name can mean the person whom the sentence before has introduced."""
    return speaker.kind == "role" and not _INDEFINITE.match(speaker.role.lower()) and reader.titled_person(speaker)


def _by_one(said: Attribution, reader: Reader) -> bool:
    """Whether one person's words, not quoted, have just been told."""
    return (
        not said.direct
        and said.rule.rsplit("_", 1)[-1] in ("verb", "subject", "to", "clause", "continued", "personal")
        and (said.speaker.kind in ("name", "pronoun", "role", "omitted"))
        and not reader.is_body(said.speaker, "state")
    )


def _passes_on(reader: Reader, said: Attribution, found: list[Attribution], gap: int) -> bool:
    """Whether "Об этом рассказал депутат X" tells only who passed on what a body has said."""
    return bool(
        found
        and gap <= 3
        and reader.relays(said.speaker)
        and not reader.relays(found[-1].speaker)
        and found[-1].source is None
        and (reader.is_body(found[-1].speaker) or found[-1].speaker.kind in ("role", "group"))
        and found[-1].rule != "indefinite_personal"
    )


def _by_sentence(document: Document, attribution: Attribution) -> list[Attribution]:
    """A quotation of several sentences, sentence by sentence: each makes a point of its own."""
    first = document.sentence_at(attribution.start)
    last = document.sentence_at(attribution.end - 1)
    if last <= first or not attribution.direct or (attribution.speaker.kind == "omitted" and not attribution.cue):
        return [attribution]
    cuts = [attribution.start]
    for sentence in document.sentences[first + 1 : last + 1]:
        if (
            sentence.start > cuts[-1]
            and len(_LETTERS.findall(document.text[sentence.start : min(sentence.end, attribution.end)])) > 5
        ):
            cuts.append(sentence.start)
    text = document.text
    ends = [len(text[:cut].rstrip()) for cut in cuts[1:]] + [attribution.end]
    return [attribution._replace(start=a, end=b) for a, b in zip(cuts, ends, strict=True)]
