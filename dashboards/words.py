"""What people read on dashboards, in English, Russian and Korean: names of fields, blocs, languages and values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from schemas.codebook import Codebook, load_codebook

LANGUAGES = ("en", "ru", "ko")


class Words(NamedTuple):
    """One text in the languages of the interface."""

    en: str
    ru: str
    ko: str

    def in_language(self, language: str) -> str:
        return getattr(self, language)


def _table(**entries: tuple[str, str, str]) -> Mapping[str, Words]:
    return MappingProxyType({id: Words(*texts) for id, texts in entries.items()})


BLOCS = _table(
    russia=("Russia", "Россия", "러시아"),
    dprk=("North Korea", "КНДР", "북한"),
    rok=("South Korea", "Республика Корея", "한국"),
    west=("West", "Запад", "서방"),
    japan=("Japan", "Япония", "일본"),
    china=("China", "Китай", "중국"),
    exile=("Russian media in exile", "Российские СМИ в изгнании", "망명 러시아 언론"),
    ukraine=("Ukraine", "Украина", "우크라이나"),
    un=("United Nations", "ООН", "유엔"),
    other=("Other", "Прочие", "기타"),
)
TEXT_LANGUAGES = _table(
    en=("English", "английский", "영어"),
    ru=("Russian", "русский", "러시아어"),
    ko=("Korean", "корейский", "한국어"),
    ja=("Japanese", "японский", "일본어"),
    zh=("Chinese", "китайский", "중국어"),
    uk=("Ukrainian", "украинский", "우크라이나어"),
    de=("German", "немецкий", "독일어"),
    fr=("French", "французский", "프랑스어"),
    es=("Spanish", "испанский", "스페인어"),
)
OUTCOMES = _table(success=("succeeded", "успешно", "성공"), failure=("failed", "неудачно", "실패"))
RELEVANCE = _table(
    true=("on the subject", "по теме", "주제 해당"), false=("on something else", "о другом", "다른 주제")
)
TRUTH = _table(true=("yes", "да", "예"), false=("no", "нет", "아니요"))
STAGES = _table(
    poll=("polling", "опрос", "조회"),
    fetch=("fetching", "загрузка", "수집"),
    archive=("archiving", "архивирование", "보존"),
    read=("reading", "чтение", "판독"),
    extract=("extraction", "извлечение", "추출"),
    code=("coding", "кодирование", "코딩"),
    index=("indexing", "индексация", "색인"),
)

FIELDS: Mapping[str, Words] = MappingProxyType(
    {
        "@timestamp": Words("Time", "Время", "시각"),
        "event.created": Words("Fetched", "Загружено", "수집 시각"),
        "event.ingested": Words("Indexed", "Проиндексировано", "색인 시각"),
        "event.outcome": Words("Outcome", "Исход", "결과"),
        "url.full": Words("Link", "Ссылка", "링크"),
        "url.domain": Words("Domain", "Домен", "도메인"),
        "outlet.id": Words("Outlet (id)", "Издание (id)", "매체 (id)"),
        "outlet.name": Words("Outlet", "Издание", "매체"),
        "outlet.country": Words("Outlet's country", "Страна издания", "매체 국가"),
        "outlet.bloc": Words("Bloc", "Блок", "진영"),
        "outlet.language": Words("Outlet's language", "Язык издания", "매체 언어"),
        "feed.url": Words("Feed", "Лента", "피드"),
        "feed.kind": Words("Kind of feed", "Вид ленты", "피드 종류"),
        "article.id": Words("Article (id)", "Статья (id)", "기사 (id)"),
        "article.title": Words("Article", "Статья", "기사"),
        "article.language": Words("Language", "Язык", "언어"),
        "article.authors": Words("Authors", "Авторы", "기자"),
        "article.published": Words("Published", "Опубликовано", "발행"),
        "article.modified": Words("Edited", "Изменено", "수정"),
        "article.relevant": Words("On the subject", "По теме", "주제 해당"),
        "article.relevance": Words("Relevance", "Релевантность", "관련도"),
        "article.extracted": Words("Text extracted", "Текст извлечён", "본문 추출"),
        "article.method": Words("Extraction method", "Способ извлечения", "추출 방식"),
        "article.wire_source": Words("Agency copy of", "Сообщение агентства", "통신사 전재"),
        "article.categories": Words("Article's categories", "Категории статьи", "기사 범주"),
        "article.length": Words("Length, characters", "Длина, знаков", "길이(자)"),
        "article.statements": Words("Statements in the article", "Высказываний в статье", "기사 내 발언 수"),
        "article.delay": Words("Delay", "Задержка", "지연"),
        "article.actors": Words("Actors named", "Упомянутые акторы", "언급된 행위자"),
        "statement.text": Words("Statement", "Высказывание", "발언"),
        "statement.direct": Words("Direct quotation", "Прямая цитата", "직접 인용"),
        "statement.categories": Words("Category", "Категория", "범주"),
        "statement.stance": Words("Stance", "Позиция", "입장"),
        "statement.stance_score": Words("Certainty of the stance", "Уверенность в позиции", "입장 확신도"),
        "statement.reported_by": Words("Reported by", "Со слов", "전언자"),
        "actor.id": Words("Speaker (id)", "Говорящий (id)", "발언자 (id)"),
        "actor.name": Words("Speaker", "Говорящий", "발언자"),
        "actor.surface": Words("As named in the text", "Как назван в тексте", "본문 표기"),
        "actor.kind": Words("Kind of speaker", "Вид говорящего", "발언자 유형"),
        "actor.role": Words("Role", "Роль", "직함"),
        "actor.affiliation": Words("Affiliation", "Принадлежность", "소속"),
        "actor.country": Words("Speaker's country", "Страна говорящего", "발언자 국가"),
        "actor.bloc": Words("Speaker's bloc", "Блок говорящего", "발언자 진영"),
        "actor.party": Words("Party", "Партия", "정당"),
        "actor.camp": Words("Camp", "Лагерь", "정치 진영"),
        "actor.linked": Words("In the actor list", "Есть в списке акторов", "행위자 목록 등재"),
        "codebook.version": Words("Codebook", "Кодировочная книга", "코드북"),
        "poll.entries": Words("Entries", "Записей", "항목 수"),
        "poll.seconds": Words("Seconds", "Секунды", "소요(초)"),
        "poll.unchanged": Words("Unchanged", "Без изменений", "변경 없음"),
        "http.response.status_code": Words("HTTP status", "Статус HTTP", "HTTP 상태"),
        "error.code": Words("Cause", "Причина", "원인"),
        "error.message": Words("What happened", "Что произошло", "내용"),
        "dead_letter.stage": Words("Stage", "Этап", "단계"),
        "archive.file": Words("Archive file", "Файл архива", "보존 파일"),
    }
)
"""Labels of the fields that dashboards show."""

CATEGORY_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "official_condemnation": "#EE6677",
        "arms_technology": "#4477AA",
        "bloc_confrontation": "#AA3377",
        "china_factor": "#CCBB44",
        "rok_domestic_blame": "#66CCEE",
        "prescription": "#228833",
        "moscow_pyongyang_narrative": "#999999",
    }
)
"""Paul Tol's "bright" scheme, which readers with any colour vision tell apart; its grey darkened for a white page."""
OTHER_COLOURS = ("#EE8866", "#44BB99", "#AAAA00", "#99DDFF", "#FFAABB", "#77AADD", "#BBCC33")  # Tol's "light"
STANCE_COLOURS: Mapping[str, str] = MappingProxyType(
    {"critical": "#D55E00", "sceptical": "#E69F00", "neutral": "#9A9A9A", "supportive": "#0072B2"}
)
"""Of Okabe and Ito's scheme, from against to for."""
OUTCOME_COLOURS: Mapping[str, str] = MappingProxyType({"success": "#009E73", "failure": "#D55E00"})


def _coloured(ids: list[str], fixed: Mapping[str, str]) -> dict[str, str]:
    rest = [colour for colour in OTHER_COLOURS if colour not in fixed.values()]
    unknown = [id for id in ids if id not in fixed]
    return {id: fixed.get(id) or rest[unknown.index(id) % len(rest)] for id in ids}


def colours(field: str, codebook: Codebook | None = None) -> dict[str, str]:
    """The fixed colour of each value of a field, in the order in which they are stacked; empty for other fields."""
    codebook = codebook or load_codebook()
    if field in ("statement.categories", "article.categories"):
        return _coloured([category.id for category in codebook.categories], CATEGORY_COLOURS)
    if field == "statement.stance":
        order = list(STANCE_COLOURS)
        ids = sorted((s.id for s in codebook.stances), key=lambda id: order.index(id) if id in order else len(order))
        return _coloured(ids, STANCE_COLOURS)
    if field == "event.outcome":
        return dict(OUTCOME_COLOURS)
    if field == "article.relevant":
        return {"true": "#4477AA", "false": "#AAB4BE"}
    return {}


@cache
def _codebook_names(codebook: Codebook, kind: str) -> dict[str, Words]:
    entries = codebook.categories if kind == "categories" else codebook.stances
    return {e.id: Words(*(e.names.get(lang) or e.names.get("en") or e.id for lang in LANGUAGES)) for e in entries}


def value_names(field: str, codebook: Codebook | None = None) -> Mapping[str, Words]:
    """Names of a field's values; empty where the values are names already."""
    codebook = codebook or load_codebook()
    match field:
        case "statement.categories" | "article.categories":
            return _codebook_names(codebook, "categories")
        case "statement.stance":
            return _codebook_names(codebook, "stances")
        case "outlet.bloc" | "actor.bloc":
            return BLOCS
        case "article.language" | "outlet.language":
            return TEXT_LANGUAGES
        case "event.outcome":
            return OUTCOMES
        case "dead_letter.stage":
            return STAGES
        case "article.relevant":
            return RELEVANCE
        case "actor.linked" | "statement.direct" | "article.extracted" | "poll.unchanged":
            return TRUTH
    return {}
