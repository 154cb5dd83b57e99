"""Russian: who speaks, as the wording shows it."""

from __future__ import annotations

import pytest

from pipelines.coding import Coder
from pipelines.coding.languages import language
from pipelines.coding.russian import morphology

LEAD = "Россия и КНДР укрепляют отношения после саммита в Пхеньяне."
TITLE = "Россия и КНДР: договор"


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def coded(coder: Coder, text: str, *, title: str = TITLE, outlet: str = "", lead: str = LEAD):
    """The statements in `text`, which stands behind a lead that makes the article relevant."""
    whole = f"{lead}\n\n{text}" if lead else text
    coding = coder.code(whole, title=title, language="ru", published="2024-11-01", outlet=outlet)
    return [s for s in coding.statements if s.end > len(lead) + 2]


def speakers(coder: Coder, text: str, **given) -> list[str]:
    return [s.speaker.name for s in coded(coder, text, **given)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Дмитрий Песков заявил, что Россия и КНДР будут сотрудничать.", "Dmitry Peskov"),
        ("Россия и КНДР будут сотрудничать, заявил в среду журналистам Дмитрий Песков.", "Dmitry Peskov"),
        ("«Россия и КНДР — соседи», — сказал ТАСС пресс-секретарь президента РФ Дмитрий Песков.", "Dmitry Peskov"),
        ("По словам Пескова, Россия и КНДР будут сотрудничать.", "Dmitry Peskov"),
        ("Как отметил Песков, Россия и КНДР будут сотрудничать.", "Dmitry Peskov"),
        ("Губернатор Олег Кожемяко, в свою очередь, пообещал пустить паром в КНДР.", "Oleg Kozhemyako"),
        ("Иван Климов, доцент Дальневосточной академии, убеждён, что Россия не поможет КНДР.", "Иван Климов"),
        ("По мнению доцента Дальневосточной академии Ивана Климова, Россия не поможет КНДР.", "Иван Климов"),
        ("По оценке политолога Анны Лосевой, Россия не поможет КНДР.", "Анна Лосева"),
        ("По мнению главы центра «Хансо» Чо Хён Дока, Россия не поможет КНДР.", "Чо Хён Док"),
        ("Политолог-кореевед Иван Климов не верит, что Россия поможет КНДР.", "Иван Климов"),
        ("Главный вывод Ивана Климова: Россия не поможет КНДР.", "Иван Климов"),
        ("Иначе смотрит на договор России и КНДР Иван Климов: «Это страховка, а не союз».", "Иван Климов"),
        ("«Россия не поможет КНДР», — негодует Иван Климов.", "Иван Климов"),
        ("«Россия не поможет КНДР» — Иван Климов.", "Иван Климов"),
        ("В Кремле считают, что союз России и КНДР не направлен против третьих стран.", "Kremlin"),
        ("В партии «Сила народа» считают, что КНДР давно искала поддержки России.", "People Power Party"),
        ("«Чосон ильбо» призвала готовиться к союзу России и КНДР.", "Chosun Ilbo"),
        ("В Кремле надеются на КНДР, и Россия ей поможет, заявил Песков.", "Dmitry Peskov"),
        ("Эксперты сомневаются, что Россия поможет КНДР.", "Эксперты"),
        ("Большинство опрошенных экспертов полагает, что Россия не поможет КНДР.", "Большинство опрошенных экспертов"),
        ("Об этом рассказал в беседе с «Газетой.Ru» зампред комитета Госдумы Иван Климов.", "Иван Климов"),
        ("Со слов Ивана Климова, Россия не поможет КНДР.", "Иван Климов"),
        ("По подсчётам Ивана Климова, Россия получила от КНДР снаряды.", "Иван Климов"),
        ("По подсчетам Ивана Климова, Россия получила от КНДР снаряды.", "Иван Климов"),
        ("Во всём, что связало Россию и КНДР, Иван Климов винит Вашингтон.", "Иван Климов"),
        ("Россия никогда не поможет КНДР, усмехнулся Иван Климов.", "Иван Климов"),
        ("Россия не поможет КНДР, уверяет бывший посол Дональд Фрейзер.", "Дональд Фрейзер"),
        ("Корейский вице-маршал Иван Климов считает, что Россия не поможет КНДР.", "Иван Климов"),
    ],
)
def test_speaker(coder, text, speaker):
    assert speakers(coder, text) == [speaker]


@pytest.mark.parametrize(
    "text",
    [
        "Когда Россия и КНДР подписали договор, приехал Иван Климов.",
        "О договоре России и КНДР Иван Климов не комментировал слухи.",
    ],
)
def test_no_speech(coder, text):
    assert speakers(coder, text) == []


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Реакция дипломата Ивана Климова была спокойной. По его словам, Россия не поможет КНДР.", "Иван Климов"),
        (
            "Россия поможет КНДР снарядами. Такими данными поделился Иван Климов. По подсчётам его ведомства, "
            "Россия получила от КНДР миллион снарядов.",
            "Иван Климов",
        ),
        (
            "В Минобъединения РК заявили, что союз России и КНДР опасен. Ведомство, добавил его представитель, "
            "будет следить за Россией и КНДР.",
            "Unification Ministry",
        ),
    ],
)
def test_speaker_of_the_last_sentence(coder, text, speaker):
    assert speakers(coder, text)[-1] == speaker


def test_author_words_inside_a_quotation(coder):
    text = "«Россия и КНДР — не союзники, — сказал Иван Климов. — Поставки снарядов кончатся вместе с войной»."
    found = coded(coder, text)
    assert {s.speaker.name for s in found} == {"Иван Климов"}
    assert all(s.direct for s in found)
    assert found[-1].text.endswith("с войной».")


def test_speech_led_by_a_dash(coder):
    text = "— Россия не поможет КНДР, — считает Иван Климов. — Снаряды уже куплены."
    assert set(speakers(coder, text)) == {"Иван Климов"}


def test_source_of_a_nested_statement(coder):
    (said,) = coded(coder, "ТАСС цитирует Пескова: «Сотрудничество с КНДР будет расширяться».")
    assert (said.speaker.name, said.reported_by) == ("Dmitry Peskov", "ТАСС")
    (said,) = coded(coder, "Песков заявил, что Россия ценит помощь КНДР, передаёт ТАСС.")
    assert (said.speaker.name, said.reported_by) == ("Dmitry Peskov", "ТАСС")


def test_reference_back_takes_the_sentence_before(coder):
    (said,) = coded(coder, "КНДР не передаст России снаряды. Об этом заявил Иван Климов.")
    assert said.text.startswith("КНДР не передаст")


def test_pronouns_follow_gender(coder):
    text = (
        "Анна Лосева заявила, что Россия поможет КНДР. Иван Климов возразил, что Россия КНДР не поможет.\n\n"
        "Она добавила, что КНДР получит от России снаряды.\n\nПо его словам, КНДР получит от России лишь зерно."
    )
    assert speakers(coder, text) == ["Анна Лосева", "Иван Климов", "Анна Лосева", "Иван Климов"]


def test_title_alone_means_its_bearer(coder):
    text = (
        "Доцент Иван Климов считает, что Россия поможет КНДР. "
        "Посол Пётр Лосев полагает, что КНДР ждёт от России зерна.\n\n"
        "«Снаряды КНДР кончатся», — говорит доцент."
    )
    assert speakers(coder, text)[-1] == "Иван Климов"


def test_ministry_of_the_dateline(coder):
    lead = "СЕУЛ, 3 мая. Россия и КНДР подписали договор."
    assert speakers(coder, "МИД осудил поставки снарядов КНДР в Россию.", lead=lead) == ["ROK Foreign Ministry"]


def test_interview(coder):
    text = (
        "О союзе России и КНДР в интервью рассказал востоковед Иван Климов.\n\n— Прочен ли союз Москвы и Пхеньяна?\n\n"
        "— Пока идут бои, снаряды КНДР нужны России.\n\n— А технологии?\n\n— Реакторов для подлодок Россия не отдаст."
    )
    found = coded(coder, text)
    assert {s.speaker.name for s in found} == {"Иван Климов"}
    assert any("Реакторов" in s.text for s in found)
    assert not any(s.text.endswith("?") for s in found)


def test_labelled_round_table(coder):
    text = "Андрей Лунин: Россия и КНДР не союзники. Это временно.\n\nАнна Лосева: России и КНДР есть чем меняться."
    assert speakers(coder, text)[0] == "Андрей Лунин"
    assert speakers(coder, text)[-1] == "Анна Лосева"


def test_editorial_is_the_outlets_voice(coder):
    text = "Пхеньян шлёт солдат в Курскую область. Сеулу пора готовиться к худшему."
    found = coded(coder, text, title="От редакции: союз России и КНДР", outlet="Вечерний курьер")
    assert {(s.speaker.name, s.speaker.kind) for s in found} == {("Вечерний курьер", "medium")}


def test_published_statement_of_a_ministry(coder):
    text = "США не вправе вмешиваться в отношения КНДР и России. Обвинения в поставках оружия беспочвенны."
    found = coded(coder, text, title="Заявление МИД КНДР о сотрудничестве с Россией", lead="")
    assert {s.speaker.name for s in found} == {"North Korean Foreign Ministry"}


def test_announcement_is_no_statement(coder):
    text = "С ним не согласна доцент Анна Лосева. Она считает, что КНДР получит от России технологии."
    (said,) = coded(coder, text)
    assert said.text.startswith("Она считает")
    assert said.speaker.name == "Анна Лосева"


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("Песков: Россия и КНДР продолжат сотрудничать", "Dmitry Peskov"),
        ("Россия и КНДР продолжат сотрудничать — Песков", "Dmitry Peskov"),
        ("В Кремле назвали Россию и КНДР друзьями", "Kremlin"),
    ],
)
def test_headline(coder, title, speaker):
    coding = coder.code("", title=title, language="ru", published="2024-11-01")
    assert [s.speaker.name for s in coding.statements] == [speaker]


def test_sentences():
    text = "В 2024 г. В. В. Путин прибыл в КНДР. «Рад видеть! — сказал он. — Очень». Это было в июне и т. д."
    cut = [text[a:b] for a, b in language("ru").sentences(text, 0, len(text))]
    assert cut[0] == "В 2024 г. В. В. Путин прибыл в КНДР."
    assert cut[-1].startswith("Это было")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Владимир Зеленский", "Владимира Зеленского"),
        ("Мария Захарова", "Марией Захаровой"),
        ("Йенс Столтенберг", "Йенсом Столтенбергом"),
        ("Сергей Шойгу", "Сергея Шойгу"),
    ],
)
def test_person_forms(name, form):
    assert form in morphology.person_forms(name, last_only=False)


def test_korean_names_decline_at_the_end():
    assert "Ким Чен Ына" in morphology.person_forms("Ким Чен Ын", last_only=True)


@pytest.mark.parametrize(
    ("phrase", "nominative"),
    [
        ("южнокорейских экспертов", "южнокорейские эксперты"),
        ("официального представителя МИД", "официальный представитель МИД"),
        ("Института востоковедения РАН", "Институт востоковедения РАН"),
    ],
)
def test_nominative_phrase(phrase, nominative):
    assert morphology.nominative_phrase(phrase) == nominative


def test_keys_ignore_inflection():
    ru = language("ru")
    assert ru.key("Верховцева") == ru.key("Верховцев") == ru.key("Верховцевым")
    assert ru.key("Ким") == "ким"


def test_countries_and_occupations():
    ru = language("ru")
    assert ru.country("посол РФ в КНДР") == "RU"
    assert ru.country("южнокорейский эксперт по России") == "KR"
    assert ru.register("доцент", "Высшей школы востоковедения") == "scholar"
    assert ru.register("представитель Госдепартамента", "") == "official"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "«" * 500,
        "— — — «»",
        "Россия и КНДР" + " заявил" * 400,
        "по словам по мнению в , : ; ( ) « Россия КНДР",
        "Россия, КНДР: " + "А. " * 1000,
        "\u0301Росси\u0301я и КНДР\ud800 «заявила» 北朝鮮 김정은이 said Peskov: «да",
        "Россия и КНДР (" * 300,
    ],
)
def test_no_text_raises(coder, text):
    coder.code(text, title=TITLE, language="ru")
