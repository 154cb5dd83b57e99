"""The shared stages of coding, and the interface that other rooms call."""

from __future__ import annotations

import json
import random
import time

import pytest
import spacy

from pipelines.coding import Coder, detect
from pipelines.coding.analyse import analyse, analyse_document
from pipelines.coding.document import Document
from pipelines.coding.languages import language
from pipelines.coding.pipeline import STAGES, build
from pipelines.coding.segmentation import quotations, segment
from pipelines.coding.terms import TermMatcher
from schemas.actors import load_actors
from schemas.codebook import load_codebook

PACT = (
    "Russia and North Korea signed a mutual defence pact on Wednesday.\n\n"
    "“This is a grave threat to peace,” said Matthew Miller, the State Department spokesman.\n\n"
    "Miller added that Washington would work with Seoul and Tokyo to strengthen deterrence."
)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def spans(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotations(text, 0, len(text))]


class TestQuotations:
    def test_each_kind_of_mark(self):
        text = '“one two three” and "four five six" and «семь восемь» and „neun zehn“ and 「十一 十二」 and ‘a b c d’.'
        assert spans(text) == ["one two three", "four five six", "семь восемь", "neun zehn", "十一 十二", "a b c d"]

    def test_a_quotation_inside_a_quotation_is_part_of_it(self):
        assert spans("«Он назвал это «пактом» и ушёл» — сказано там.") == ["Он назвал это «пактом» и ушёл"]
        assert spans("He said: “They call it ‘a pact’ now.”") == ["They call it ‘a pact’ now."]

    def test_two_openings_and_one_closing_end_at_the_closing(self):
        assert spans("«Газета «Труд» пишет об этом, сказал он.") == ["Газета «Труд"]

    def test_apostrophes_are_no_quotation_marks(self):
        assert spans("North Korea’s leaders’ visit wasn't Putin's idea.") == []

    def test_without_a_closing_mark_it_goes_to_the_end_of_the_paragraph(self):
        found = quotations("He said: “We will go on.", 0, 24)
        assert [(q.end, q.closed) for q in found] == [(24, False)]

    def test_carried_over_paragraphs(self):
        document = Document("Kim said: “We go on.\n\n“And on.”")
        segment(document, language("en"))
        assert [q.carried for q in document.quotations] == [False, True]

    def test_a_term_of_one_or_two_words_is_marked(self):
        assert [q.scare for q in quotations("the “new normal” and “we shall not stand by.”", 0, 45)] == [True, False]


class TestTerms:
    def test_words_wildcards_phrases_and_expressions(self):
        matcher = TermMatcher(load_codebook(), "en")

        def found(text: str) -> set[str]:
            mask = matcher.mask(matcher.find(text), 0, len(text))
            return {id for id in matcher.ids if mask & matcher.bits[id]}

        assert "violation" in found("It VIOLATES resolutions.")
        assert "munitions" in found("artillery shells")
        assert "munitions" not in found("the bombshell news and a think tank")
        assert "dprk" in found("The North’s army")

    def test_offsets_hold_where_lower_case_is_longer(self):
        matcher = TermMatcher(load_codebook(), "en")
        text = "İİİ Russia"
        assert [text[hit.start : hit.end] for hit in matcher.find(text)] == ["Russia"]

    def test_a_term_found_at_two_places_is_told_by_span(self):
        matcher = TermMatcher(load_codebook(), "en")
        text = "Russia spoke. China listened."
        hits = matcher.find(text)
        assert matcher.mask(hits, 0, 13) & matcher.bits["russia"]
        assert not matcher.mask(hits, 0, 13) & matcher.bits["china"]


class TestCoder:
    def test_statements_with_speaker_category_stance_and_offsets(self, coder):
        coding = coder.code(PACT, title="Russia and North Korea sign pact", language="en", published="2024-06-20")
        assert coding.relevant and coding.language == "en" and coding.codebook == load_codebook().version
        first, second = coding.statements
        assert {first.speaker.name, second.speaker.name} == {"Matthew Miller"}
        assert first.speaker.country == "US" and first.direct and first.stance == "critical"
        assert "official_condemnation" in {c.id for c in first.categories}
        assert "bloc_confrontation" in {c.id for c in second.categories}
        for statement in coding.statements:
            assert PACT[statement.start : statement.end] == statement.text
        assert {c.id for c in coding.categories} >= {"official_condemnation", "bloc_confrontation"}
        assert all(0 < c.score <= 1 for c in coding.categories)

    def test_an_irrelevant_text_has_no_statements(self, coder):
        text = "The mayor of Seoul said on Monday that the new bridge would open in May. “It is late,” he added."
        coding = coder.code(text, title="Bridge opens", language="en")
        assert not coding.relevant and not coding.statements and not coding.actors

    def test_a_row_of_sanctioned_countries_is_a_passing_mention(self, coder):
        text = (
            "The bank said it had closed accounts in Iran, Russia and North Korea.\n\nProfits rose by four per cent in "
            "the third quarter. The bank's chairman said the outlook was good. Shares rose."
        )
        assert not coder.code(text, title="Bank's profits rise", language="en").relevant

    def test_a_title_alone(self, coder):
        title = "Lavrov: Russia-North Korea treaty not aimed at third countries"
        coding = coder.code("", title=title, language="en", published="2024-06-20")
        assert [s.speaker.name for s in coding.statements] == ["Sergei Lavrov"]
        assert coding.statements[0].text == title

    def test_the_office_holder_is_that_of_the_date(self, coder):
        text = "South Korea's foreign minister said Russia and North Korea must stop their illegal arms trade at once."
        names = {
            date: coder.code(text, title="Russia North Korea arms", language="en", published=date)
            .statements[0]
            .speaker.name
            for date in ("2023-09-20", "2024-06-20")
        }
        assert len(set(names.values())) == 2, names

    def test_an_unlisted_speaker_keeps_what_the_text_says(self, coder):
        text = (
            "“Russia needs shells and North Korea has them,” said Quentin Harbottle, a senior fellow at the Wexcombe "
            "Institute. Harbottle doubts that the deal will last."
        )
        first, second = coder.code(text, title="Russia and North Korea", language="en").statements
        assert first.speaker.id == "" and first.speaker.kind == "person"
        assert "senior fellow" in first.speaker.role and "Wexcombe Institute" in first.speaker.affiliation
        assert second.speaker.name == "Quentin Harbottle"

    def test_a_long_quotation_comes_in_readable_pieces(self, coder):
        quote = " ".join(f"Sentence number {i} about Russia and North Korea and their shells." for i in range(40))
        coding = coder.code(f"“{quote}” said Sergei Lavrov.", title="Russia and North Korea", language="en")
        assert len(coding.statements) > 2
        assert all(s.end - s.start <= 800 for s in coding.statements)
        assert {s.speaker.name for s in coding.statements} == {"Sergei Lavrov"}

    def test_an_editorial_speaks_for_its_outlet(self, coder):
        text = "Russia and North Korea trample on the resolutions they voted for. The deal is a threat to peace."
        coding = coder.code(
            text, title="Editorial: A threat to peace from Russia and North Korea", outlet="The Harbour"
        )
        assert {s.speaker.name for s in coding.statements} == {"The Harbour"}
        assert coding.statements[0].speaker.kind == "medium"

    def test_explanations_name_cue_rules_and_words(self, coder):
        coding = coder.code(PACT, title="Russia and North Korea sign pact", language="en")
        reasons = json.loads(coding.statements[0].explanation)
        assert reasons["cue"] == "said" and reasons["attribution"] == "verb_subject"
        assert any("threat" in word for words in reasons["terms"].values() for word in words)

    def test_relevance_is_the_same_as_in_coding(self, coder):
        coding = coder.code(PACT, title="Pact", language="en")
        assert coder.relevance("Pact", PACT, "en") == pytest.approx(coding.relevance, abs=1e-3)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("북한과 러시아가 조약에 서명했다.", "ko"),
            ("Россия и КНДР подписали договор.", "ru"),
            ("A pact.", "en"),
            ("", "en"),
        ],
    )
    def test_the_language_is_told_from_the_script(self, text, expected):
        assert detect(text) == expected


BROKEN = {
    "no line breaks": PACT.replace("\n", " ") * 40,
    "no punctuation": PACT.replace(".", "").replace(",", "").replace("“", "") * 40,
    "opening marks only": "“" * 3000 + PACT,
    "no spaces": PACT.replace(" ", "") * 10,
    "half characters": PACT.replace("a", "\ud800"),
    "control characters": PACT.replace("e", "\x00"),
    "combining marks": "e\u0301\u0316" * 5000 + PACT,
    "mixed scripts": PACT + " 김정은은 “러시아와 함께”라고 말했다. Путин заявил: «КНДР — наш друг».",
    "one sentence": "Kim Jong Un, " * 5000 + "said Russia.",
    "only cues": "Russia and North Korea said " * 3000,
    "white space": " \n\t \u2029 ",
}


@pytest.mark.parametrize("code", ["en", "ko", "ru"])
@pytest.mark.parametrize("kind", BROKEN)
def test_broken_text_is_coded_without_an_exception(coder, kind, code):
    coding = coder.code(BROKEN[kind], title="Russia and North Korea, 북러, Россия и КНДР", language=code)
    json.dumps(coding).encode("utf-8")


@pytest.mark.parametrize("code", ["en", "ko", "ru"])
def test_thirty_thousand_words_take_time_in_proportion(coder, code):
    def seconds(times: int) -> float:
        start = time.process_time()
        coder.code(PACT * times, title="Russia and North Korea", language=code)
        return time.process_time() - start

    seconds(10)
    once, tenfold = seconds(90), seconds(900)
    assert tenfold < 40 * once + 1


@pytest.mark.parametrize("code", ["en", "ko", "ru"])
def test_random_word_salad_keeps_offsets_and_sizes(coder, code):
    source = random.Random(7)
    words = (
        *PACT.split(),
        "“",
        "”",
        '"',
        "«",
        "»",
        "Putin",
        "Kim",
        "said",
        ",",
        "who",
        "that",
        ":",
        "(",
        ")",
        "\n\n",
        "he",
    )
    for _ in range(150):
        text = " ".join(source.choices(words, k=source.randint(1, 200)))
        for statement in coder.code(text, title="Russia and North Korea", language=code).statements:
            assert text[statement.start : statement.end] == statement.text
            assert 0 < statement.end - statement.start <= 800


class TestPipelines:
    def test_stages_are_registered_components(self):
        assert tuple(build("en").pipe_names) == STAGES

    def test_saved_and_loaded_it_codes_the_same(self, tmp_path, coder):
        build("en").to_disk(tmp_path / "english")
        loaded = Coder(pipelines={"en": spacy.load(tmp_path / "english")})
        assert loaded.code(PACT, title="Pact of Russia and North Korea", language="en") == coder.code(
            PACT, title="Pact of Russia and North Korea", language="en"
        )

    def test_it_runs_on_plain_text_as_any_pipeline(self):
        doc = build("en")(PACT)
        assert doc.text == PACT and doc._.coding.statements

    def test_a_component_can_be_put_before_the_stages(self):
        nlp = build("en")
        nlp.add_pipe("sentencizer", first=True)
        doc = nlp(PACT)
        assert doc._.coding.sentences[0].start == 0 and doc._.coding.statements

    def test_a_stage_can_be_left_out_and_replaced(self):
        nlp = build("en")

        @spacy.Language.component("test_no_statements")
        def nothing(doc):
            return doc

        nlp.replace_pipe("vostochny_statements", "test_no_statements")
        assert nlp(PACT)._.coding.statements == []


class TestAnalyse:
    def test_the_format_of_a_coded_document(self, coder):
        result = analyse_document(
            coder, {"id": "a", "text": PACT, "title": "Russia and North Korea sign pact", "lang": "en"}, explain=True
        )
        assert result["id"] == "a" and result["relevant"] is True and result["language"] == "en"
        statement = result["statements"][0]
        assert PACT[statement["start"] : statement["end"]] == statement["text"]
        assert statement["actor_name"] == "Matthew Miller" and statement["actor_surface"] == "Matthew Miller"
        assert "Мэттью Миллер" in statement["actor_aliases"]
        assert {"id", "score"} == set(statement["categories"][0]) and statement["explanation"]["cue"]
        assert any(actor["name"] == "Matthew Miller" for actor in result["actors"])

    def test_bad_lines_are_answered_in_place(self, coder):
        lines = ['{"id": "a", "text": "Nothing."}', "{", "[]", '{"id": "b"}', '{"text": 5}', ""]
        results = [json.loads(line) for line in analyse(lines, coder)]
        assert [r.get("error") for r in results] == [None, "bad_json", "bad_document", "bad_document", "bad_document"]
        assert results[1]["line"] == 2


def test_names_are_linked_across_scripts(coder):
    texts = {
        "en": (
            "Vladimir Putin said Russia and North Korea would deepen their strategic partnership.",
            "Russia North Korea",
        ),
        "ru": (
            "Президент Владимир Путин заявил, что Россия и КНДР углубят стратегическое партнёрство.",
            "Россия и КНДР",
        ),
        "ko": ("블라디미르 푸틴 러시아 대통령은 “북한과 전략적 동반자 관계를 심화하겠다”고 말했다.", "북러 조약"),
    }
    ids = {
        coder.code(text, title=title, language=code).statements[0].speaker.id for code, (text, title) in texts.items()
    }
    assert ids == {load_actors().named("Vladimir Putin")[0].id}
