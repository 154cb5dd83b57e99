"""Sheets for a second coder: what spreadsheets do to them, and what coders mistype."""

from __future__ import annotations

import csv
import io
import json

import pytest

from pipelines.annotation import (
    Item,
    coded,
    coded_documents,
    document_ids,
    read_documents,
    read_sheet,
    sample,
    write_sheet,
)
from pipelines.coding import Coder
from pipelines.evaluation import evaluate, read_coded
from schemas.actors import load_actors
from schemas.codebook import load_codebook
from schemas.failures import Failure

CODEBOOK = load_codebook()

RUSSIAN = "Дмитрий Песков заявил, что договор ни против кого не направлен.\nОн добавил: «Это наше право»."
KOREAN = "조태용 실장은 무기 거래를 강하게 규탄한다고 말했다."


def document(id: str, text: str, lang: str, *spoken: tuple[str, str]) -> dict:
    """A document with its statements as the program gives them: who, and the words."""
    statements = []
    for actor, words in spoken:
        start = text.index(words)
        statements.append({"actor_name": actor, "start": start, "end": start + len(words)})
    return {
        "id": id,
        "lang": lang,
        "title": "=HYPERLINK(1)",
        "published": "2024-06-20T08:00:00Z",
        "outlet": "Sample Post",
        "text": text,
        "statements": statements,
    }


DOCUMENTS = [
    document(
        "ru#1",
        RUSSIAN,
        "ru",
        ("Dmitry Peskov", RUSSIAN.split("\n")[0]),
        ("Dmitry Peskov", RUSSIAN.split("\n")[1]),
    ),
    document("ko1", KOREAN, "ko", ("조태용", KOREAN)),
]


def many(count: int, id: str = "d") -> list[dict]:
    text = " ".join(f"Statement number {n}." for n in range(count))
    return [document(id, text, "en", *(("Anna Ray", f"number {n}.") for n in range(count)))]


def filled(sheet: bytes, *answers: dict[str, str], **dialect) -> str:
    """The sheet as a coder's spreadsheet saves it: the answers written into its rows, one after the other."""
    reader = csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"), newline=""))
    rows = list(reader)
    coding = [row for row in rows if row["statement_id"] != "#"]
    for row, answer in zip(coding, answers, strict=False):
        row.update(answer)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, reader.fieldnames, **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


ANSWERS = (
    {"categories": "moscow_pyongyang_narrative", "stance": "supportive"},
    {"speaker": "Песков", "categories": "-", "comment": "=1+1"},
    {"speaker": "조태용", "categories": "Official-Condemnation; arms_technology", "stance": " Critical "},
)


@pytest.fixture
def sheet() -> bytes:
    return write_sheet(sample(DOCUMENTS, 10), CODEBOOK)


def test_a_sample_is_drawn_by_its_seed_and_stays_in_order():
    documents = many(200)
    one, again, other = (sample(documents, 20, seed=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert len(set(one)) == 20
    starts = [int(item.statement_id.split("#")[1].split("-")[0]) for item in one]
    assert starts == sorted(starts)
    assert len(sample(documents, 500)) == 200


def test_every_statement_has_the_same_chance():
    documents = many(10)
    drawn = [item.statement for seed in range(400) for item in sample(documents, 3, seed=seed)]
    counts = [drawn.count(f"number {n}.") for n in range(10)]
    assert sum(counts) == 1200
    assert all(85 <= count <= 155 for count in counts)  # 120 expected, standard deviation 9


def test_documents_that_come_later_do_not_upset_a_sample():
    before = set(sample(many(50), 20))
    after = set(sample(many(50) + many(5, "e"), 20))
    assert len(before & after) >= 15


def test_a_sample_can_be_of_one_language_and_not_of_nothing():
    assert {item.language for item in sample(DOCUMENTS, 10, language="ko")} == {"ko"}
    with pytest.raises(Failure, match="bad_sample"):
        sample(DOCUMENTS, 0)


def test_statements_come_from_the_program_or_from_the_first_coder():
    coder = Coder()
    text = "John Kirby said that North Korea has sent shells to Russia for the war in Ukraine."
    raw = {"id": 7, "lang": "en", "text": text, "title": "", "published": "", "outlet": ""}
    by_hand = {**raw, "statements": [{"actor": "Kirby", "anchor": "sent shells to Russia", "categories": []}]}
    (item,) = sample(coded([raw], coder), 5)
    assert (item.found_speaker, item.statement) == ("John Kirby", text)
    (item,) = sample(coded([by_hand], coder), 5)
    assert (item.found_speaker, item.statement) == ("Kirby", "sent shells to Russia")
    assert item.before == text[: text.index("sent")]


@pytest.mark.parametrize(
    "line, told", [("{", "d:2: not JSON"), ('{"id": 1}', "d:2: a document"), ("[]", "d:2: expected")]
)
def test_a_faulty_document_names_its_line(line, told):
    with pytest.raises(Failure, match="bad_document") as caught:
        read_documents(["", line], "d")
    assert told in caught.value.detail


def test_context_is_cut_between_words():
    text = "before " * 300 + "Here it is." + " after" * 300
    (item,) = sample([document("a", text, "en", ("x", "Here it is."))], 1)
    assert item.before.startswith("… before")
    assert item.after.endswith("after …")
    assert len(item.before) < 610


def test_a_sheet_shows_what_a_coder_needs_and_hides_the_codes(sheet):
    assert sheet.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
    legend = [row for row in rows if row["statement_id"] == "#"]
    assert {row["categories"] for row in legend} >= {category.id for category in CODEBOOK.categories}
    assert {row["stance"] for row in legend} >= {stance.id for stance in CODEBOOK.stances}
    (first, *_) = [row for row in rows if row["statement_id"] != "#"]
    assert first["found_speaker"] == "Dmitry Peskov"
    assert first["date"] == "2024-06-20"
    assert first["after"] == "Он добавил: «Это наше право»."
    assert first["categories"] == first["stance"] == first["speaker"] == ""
    blind = write_sheet(sample(DOCUMENTS, 10), CODEBOOK, blind=True)
    assert b"found_speaker," not in blind
    assert b"Peskov" not in blind


def test_formulas_are_written_as_text_and_read_as_they_were():
    texts = ["=1+1", "+7 (495)", "-5 degrees", "@name", "'=1", "''-x", "'quoted'", "plain", "＝1"]
    items = [Item(f"d#{n}-1", "d", "en", t, "", t, t, t, t, t) for n, t in enumerate(texts)]
    data = write_sheet(items, CODEBOOK)
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in row)
    answers = read_sheet(filled(data, *[{"categories": "-"}] * len(texts)).encode(), CODEBOOK)
    assert [answer.statement for answer in answers] == texts
    assert [answer.speaker for answer in answers] == texts


@pytest.mark.parametrize(
    "encoding, dialect",
    [
        ("utf-8-sig", {}),
        ("utf-8", {"delimiter": ";"}),
        ("utf-16", {"delimiter": "\t"}),
        ("utf-8-sig", {"delimiter": ";", "lineterminator": "\n", "quoting": csv.QUOTE_ALL}),
    ],
)
def test_a_filled_sheet_is_read_whatever_the_spreadsheet_made_of_it(sheet, encoding, dialect):
    answers = read_sheet(filled(sheet, *ANSWERS, **dialect).encode(encoding), CODEBOOK)
    assert [answer.speaker for answer in answers] == ["Dmitry Peskov", "Песков", "조태용"]
    assert [answer.categories for answer in answers] == [
        ("moscow_pyongyang_narrative",),
        (),
        ("official_condemnation", "arms_technology"),
    ]
    assert [answer.stance for answer in answers] == ["supportive", "", "critical"]
    assert answers[1].comment == "=1+1"


@pytest.mark.parametrize("language, encoding", [("ru", "cp1251"), ("ko", "cp949")])
def test_windows_encodings_are_told_by_the_rows_language(language, encoding):
    items = sample(DOCUMENTS, 10, language=language)
    sheet = filled(
        write_sheet(items, CODEBOOK, blind=True), *[{**a, "speaker": "-"} for a in [{"categories": "-"}] * 2]
    )
    (answer, *_) = read_sheet(sheet.encode(encoding, "replace"), CODEBOOK)
    assert answer.statement == items[0].statement


def test_excels_own_first_line_and_moved_columns_do_no_harm(sheet):
    text = filled(sheet, *ANSWERS)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    moved = io.StringIO(newline="")
    csv.writer(moved, delimiter=";").writerows([*reversed(row)] for row in [rows[0], *reversed(rows[1:])])
    answers = read_sheet(("sep=;\r\n" + moved.getvalue()).encode(), CODEBOOK)
    assert [answer.speaker for answer in answers] == ["조태용", "Песков", "Dmitry Peskov"]


def test_json_lines_are_a_sheet_too():
    lines = write_sheet(sample(DOCUMENTS, 10), CODEBOOK, form="jsonl").decode().splitlines()
    legend, *rows = map(json.loads, lines)
    assert "prescription" in legend["legend"]["categories"]
    rows[0].update(categories=["china_factor"], stance="neutral")
    rows[1].update(categories=[])
    answers = read_sheet("\n".join(map(json.dumps, [legend, *rows])).encode(), CODEBOOK)
    assert [(a.categories, a.stance) for a in answers] == [(("china_factor",), "neutral"), ((), "")]
    with pytest.raises(Failure, match="bad_format"):
        write_sheet([], CODEBOOK, form="xlsx")


@pytest.mark.parametrize(
    "answer, told",
    [
        ({"categories": "arms_tecnology", "stance": "critical"}, "categories: there is no category 'arms_tecnology'"),
        ({"categories": "arms_tecnology", "stance": "critical"}, "perhaps arms_technology?"),
        ({"categories": "prescription", "stance": "angry"}, "stance: there is no stance 'angry'; allowed are critical"),
        ({"categories": "prescription"}, "stance: is empty"),
        ({"stance": "critical"}, "categories: is empty"),
        ({"speaker": "-", "categories": "prescription", "stance": "critical"}, "nobody makes"),
        ({"statement_id": "ko1#0-30", "categories": "-"}, "is in row"),
        ({"statement_id": "", "categories": "-"}, "statement_id: is empty"),
    ],
)
def test_mistakes_name_row_column_and_what_is_allowed(sheet, answer, told):
    legend = 1 + len(CODEBOOK.categories) + len(CODEBOOK.stances)
    text = filled(sheet, {"statement_id": "ko1#0-30", "categories": "-"}, answer).encode()
    with pytest.raises(Failure) as caught:
        read_sheet(text, CODEBOOK)
    assert caught.value.cause == "bad_sheet"
    assert told in caught.value.detail
    assert f"row {1 + legend + 2}, " in caught.value.detail  # the header, the legend, the second statement


def test_all_mistakes_are_told_at_once(sheet):
    text = filled(sheet, *[{"categories": "arms", "stance": "critical"}] * 3)
    with pytest.raises(Failure) as caught:
        read_sheet(text.encode(), CODEBOOK)
    assert caught.value.detail.count("no category 'arms'") == 3


@pytest.mark.parametrize(
    "data, told",
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"statement_id,statement,speaker\r\n", "no column categories, stance"),
        (b"a picture \xff\x00\x9c", "no column"),
        (b'{"statement_id": ', "row 1: not JSON"),
        (b"{}\n[]", "row 2: expected a JSON object"),
    ],
)
def test_what_is_no_sheet_is_refused(data, told):
    with pytest.raises(Failure, match="bad_sheet") as caught:
        read_sheet(data, CODEBOOK)
    assert told in caught.value.detail


def test_a_blind_row_needs_a_speaker_and_untouched_rows_are_not_coded():
    sheet = write_sheet(sample(DOCUMENTS, 10), CODEBOOK, blind=True)
    assert read_sheet(sheet, CODEBOOK) == []
    assert len(read_sheet(filled(sheet, {"speaker": "-"}).encode(), CODEBOOK)) == 1
    with pytest.raises(Failure, match="speaker: is empty"):
        read_sheet(filled(sheet, {"categories": "-"}).encode(), CODEBOOK)


def test_the_coding_is_one_that_evaluate_takes(sheet):
    answers = read_sheet(filled(sheet, *ANSWERS).encode(), CODEBOOK)
    assert document_ids(answers) == ["ru#1", "ko1"]
    found = list(coded_documents(answers, DOCUMENTS, load_actors()))
    assert [entry["id"] for entry in found] == ["ru#1", "ko1"]
    assert found[0]["text"] == RUSSIAN
    first, second = found[0]["statements"]
    assert first["anchor"] == RUSSIAN.split("\n")[0]
    assert "Дмитрий Песков" in first["aliases"]
    assert second == {
        "actor": "Песков",
        "aliases": second["aliases"],
        "anchor": RUSSIAN.split("\n")[1],
        "categories": [],
        "comment": "=1+1",
    }
    lines = [json.dumps(entry, ensure_ascii=False) for entry in found]
    program = [
        {**d, "relevant": True, "statements": [{**s, "categories": [], "stance": "neutral"} for s in d["statements"]]}
        for d in DOCUMENTS
    ]
    program = [{**d, "categories": []} for d in program]
    evaluation = evaluate(read_coded(lines, "coded.jsonl"), program, read_coded(lines, "coded.jsonl"))
    assert evaluation.coders.agreement["categories.alpha"] == 1.0
    assert evaluation.coders.agreement["statements"] == 3
    assert evaluation.overall.values["attribution.n"] == 3
    assert evaluation.overall.values["attribution.f1"] == 1.0
    assert evaluation.overall.values["categories_micro.n"] == 3
    assert not evaluation.warnings


def test_documents_that_have_changed_or_gone_are_told_by_row(sheet):
    answers = read_sheet(filled(sheet, *ANSWERS).encode(), CODEBOOK)
    moved = [{**DOCUMENTS[0], "text": "A correction. " + RUSSIAN}, DOCUMENTS[1]]
    assert len(list(coded_documents(answers, moved, load_actors()))) == 2
    changed = [{**DOCUMENTS[0], "text": RUSSIAN.replace("договор", "альянс")}]
    with pytest.raises(Failure) as caught:
        list(coded_documents(answers, changed, load_actors()))
    assert f"row {answers[0].row}, statement: this is not what the document says there" in caught.value.detail
    assert f"row {answers[2].row}, statement_id: there is no document 'ko1'" in caught.value.detail
    assert f"row {answers[1].row}," not in caught.value.detail


def test_texts_that_no_cell_can_hold_come_back_whole():
    text = "He said:\r\n\t\x00broken \ud83d text\u2028and more."
    broken = [document("x", text, "en", ("A", text))]
    sheet = write_sheet(sample(broken, 1), CODEBOOK)
    answers = read_sheet(filled(sheet, {"categories": "-"}).encode(), CODEBOOK)
    (found,) = coded_documents(answers, broken, load_actors())
    assert found["statements"][0]["anchor"] == text
