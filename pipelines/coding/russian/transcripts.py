"""Interviews and texts of one voice in Russian: who speaks where no wording says so."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.russian import morphology
from pipelines.coding.russian.lexicon import lexicon

QUESTION = re.compile(r"(?:Вопрос|Корр|Корреспондент|Ведущ\w+|ВЕДУЩ\w+|КОРР\w*|ВОПРОС)\s*[.:]")
_ANSWER = re.compile(r"(?:Ответ|ОТВЕТ)\s*[.:]")


_WHOSE = re.compile(
    r"\W*(?:Ответ\w*|Брифинг|Выступление|Интервью|Комментарий|Заявление|Стенограмма|Пресс-конференция|Беседа|Из)\b(.{0,200}?)"
    r"(?:\s(?:на вопрос\w*|по итогам|в ходе|для|о|об|по|в связи|с|агентству|газете|телеканалу|СМИ)\s|[,:.«]\s|$)"
)
_WHAT_IT_IS = re.compile(
    r"\W*(?:брифинг|пресс-конференция|стенограмма|колонка|репортаж)\b|"
    r"\W*(?:интервью|беседа|разговор|эфир|прямая речь|от первого лица|эксклюзив|мнение|анализ"
    r"|диалог|вопрос|видео|гость)\b",
    re.IGNORECASE,
)
_VOCATIVE = re.compile(r"(?:[—–.,:?!]\s|^)([А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(?:вич|вна|ична))[,!]", re.MULTILINE)
_PATRONYMICS = {
    "Владимир Владимирович": "Владимир Путин",
    "Дмитрий Сергеевич": "Дмитрий Песков",
    "Сергей Викторович": "Сергей Лавров",
    "Мария Владимировна": "Мария Захарова",
    "Сергей Кужугетович": "Сергей Шойгу",
    "Андрей Рэмович": "Андрей Белоусов",
    "Василий Алексеевич": "Василий Небензя",
    "Александр Иванович": "Александр Мацегора",
    "Вячеслав Викторович": "Вячеслав Володин",
    "Валентина Ивановна": "Валентина Матвиенко",
    "Георгий Давидович": "Георгий Толорая",
    "Олег Николаевич": "Олег Кожемяко",
}
# "М.В.Захаровой" without the initials, or given name and surname.
_NAMED = re.compile(r"(?:[А-ЯЁ]\.\s?){1,2}([А-ЯЁ][а-яё-]{2,})|([А-ЯЁ][а-яё]+\s[А-ЯЁ][а-яё-]{2,})\s*$")


def interview(document: Document, found: list[Attribution], titled: Speaker | None) -> list[Attribution]:
    """Adds the answers of an interview, which follow the questions without a word on who speaks."""
    text = document.text
    asked = [
        i
        for i, (start, end) in enumerate(document.paragraphs)
        if (text[end - 1] == "?" and end - start < 500) or QUESTION.match(text, start)
    ]
    led = [i for i, (start, _) in enumerate(document.paragraphs) if text[start] in "—–" or _ANSWER.match(text, start)]
    if not asked:
        return found
    dialogue = [i for i in led if i >= asked[0]]
    if len(dialogue) > 3 and dialogue[0] == asked[0] and _alternate(dialogue, asked):
        asked = sorted({*asked, *dialogue[::2]})  # the questioner does not always ask
    begin = document.paragraphs[asked[0]][0]
    called = re.search(
        r"интервью|бесед|вопрос|рассказа|поговори|ответил", f"{document.title} {text[:begin]}", re.IGNORECASE
    )
    if not (len(asked) > 1 and (led or called)) and not (led and called):
        return found
    everybody = [s for s in [*(a.speaker for a in found), *document.named] if s.kind == "name"]
    names = [s for s in everybody if s.start < begin]
    who = max(names, key=lambda s: s.start) if names else titled or _addressed(text) or next(iter(everybody), None)
    if who is None:
        return found
    spoken = {document.sentences[document.sentence_at(a.start)].paragraph for a in found if a.speaker.kind != "omitted"}
    stop = max(led) if led and led[-1] >= asked[-1] else len(document.paragraphs) - 1
    added = [
        Attribution(sentence.start, sentence.end, who, "?", "interview_answer", direct=True)
        for sentence in document.sentences
        if asked[0] < sentence.paragraph <= stop
        and sentence.paragraph not in spoken
        and sentence.paragraph not in asked
    ]
    questions = [document.paragraphs[i] for i in asked]
    kept = [
        a
        for a in found
        if not any(b.start <= a.start < b.end for b in added)
        and not (a.speaker.kind != "name" and any(start <= a.start < end for start, end in questions))
    ]
    return sorted([*kept, *added], key=lambda a: a.start)


def _addressed(text: str) -> Speaker | None:
    """Whom a question addresses by name and patronymic, where everybody knows who that is."""
    match = _VOCATIVE.search(text[:3000])
    name = _PATRONYMICS.get(match[1]) if match else None
    return Speaker("name", 0, 0, name) if name else None


def _alternate(dialogue: list[int], asked: list[int]) -> bool:
    """Whether question and answer take turns in paragraphs that a dash leads."""
    first, second = (sum(i in asked for i in dialogue[k::2]) for k in (0, 1))
    return first * 2 >= len(dialogue[::2]) and second * 5 <= len(dialogue[1::2])


def own_text(document: Document, found: list[Attribution], who: Speaker) -> list[Attribution]:
    """Gives what nobody else says in a document published as somebody's statement to whom its title names."""
    taken = [(a.start, a.end) for a in found if a.speaker.kind != "omitted"]
    added = [
        Attribution(s.start, s.end, who, "", "own_text", direct=True)
        for s in document.sentences
        if not any(start < s.end and s.start < end for start, end in taken)
    ]
    kept = [a for a in found if a.speaker.kind != "omitted"]
    return sorted([*kept, *added], key=lambda a: a.start)


def titled(title: str) -> Speaker | None:
    """Whom a title names before a colon, or as whose briefing or answer it is; without a place in the text."""
    if (whose := _WHOSE.match(title)) and (name := _NAMED.search(whose[1])):
        parts = name[1].split() if name[1] else name[2].split()
        feminine = parts[-1].endswith(("ой", "ны"))
        return Speaker("name", 0, 0, " ".join(morphology.nominative_part(part, feminine) for part in parts))
    before, colon, _ = title.partition(":")
    parts = before.split()
    if colon and _WHAT_IT_IS.match(before) is None and 0 < len(parts) < 6 and parts[-1][:1].isupper():
        names = (part for part in parts if part[:1].isupper() and part.lower() not in lexicon())
        return Speaker("name", 0, 0, " ".join(names) or before)
    return None
