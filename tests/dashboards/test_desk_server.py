"""The desk's server over real HTTP: answers, filters, exports, and who is let in."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import uuid

import pytest
import requests

from connectors.elasticsearch.search import search
from dashboards.desk.answers import Answers
from dashboards.desk.server import STATIC, Desk, serve
from dashboards.panels import DASHBOARDS, PANELS
from schemas.failures import Failure
from tests.dashboards.conftest import SINCE


def get(desk: Desk, path: str, **parameters):
    answer = requests.get(desk.url + path, params=parameters, timeout=30)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_a_dashboard_answers_for_all_its_panels(desk, dashboard):
    found = get(desk, f"api/dashboards/{dashboard}")
    assert set(found["panels"]) == {place.panel for place in DASHBOARDS[dashboard].places}
    assert not [panel for panel in found["panels"].values() if "error" in panel]


def test_actors_come_with_their_names_in_all_languages(desk):
    found = get(desk, "api/dashboards/actor", actor="Dmitry Peskov")
    assert found["actors"]["Dmitry Peskov"][1] == "Дмитрий Песков"


def test_statements_come_with_context_explanation_and_archive_record(desk):
    found = get(desk, "api/panels/top-speakers/documents", keys=json.dumps(["Dmitry Peskov"]))
    assert found["total"] > 0
    for document in found["documents"]:
        assert document["actor"]["name"] == "Dmitry Peskov"
        statement = document["statement"]
        start = statement["start"] - statement["context_start"]
        assert statement["context"][start : start + len(statement["text"])] == statement["text"]
        assert isinstance(statement["explanation"], dict)
        assert document["archive"]["file"]
        assert "text" not in document["article"]


def test_pages_of_documents_follow_each_other_without_gap_or_repeat(desk):
    ids, after = [], ""
    while True:
        found = get(desk, "api/panels/statements/documents", **({"after": after} if after else {}))
        ids += [document["id"] for document in found["documents"]]
        if not found["after"]:
            break
        after = json.dumps(found["after"])
    assert len(ids) == len(set(ids)) == found["total"] > 40


def test_values_of_a_filter_are_narrowed_by_the_other_filters_and_by_words(desk):
    path = "api/dashboards/overview/values/outlet"
    everything = get(desk, path)["values"]
    russian = get(desk, path, bloc="russia", outlet="Sample: Thames Dispatch")["values"]
    assert 0 < len(russian) < len(everything)
    found = get(desk, "api/dashboards/overview/values/actor", words="песков")
    assert found["values"][0][0] == "Dmitry Peskov"
    assert get(desk, "api/dashboards/overview/values/bloc", words="한국")["values"][0][0] == "rok"


@pytest.mark.parametrize(
    "text", ["missile", "ракета", "미사일", '"strategic partnership"', "россия -путин", "no such word"]
)
def test_words_find_what_a_search_finds(desk, elasticsearch, indices, text):
    total = search(elasticsearch, indices, text).total
    found = get(desk, "api/dashboards/overview", text=text)["panels"]
    assert found["statements"]["rows"][0] == [total]
    assert found["feeds-over-time"]["rows"] == get(desk, "api/dashboards/overview")["panels"]["feeds-over-time"]["rows"]
    assert get(desk, "api/panels/statements/documents", text=text)["total"] == total


def test_words_narrow_the_values_that_a_filter_offers(desk):
    every = dict(get(desk, "api/dashboards/overview/values/bloc")["values"])
    some = dict(get(desk, "api/dashboards/overview/values/bloc", text="оружие")["values"])
    assert some
    assert all(count <= every[bloc] for bloc, count in some.items())
    assert sum(some.values()) < sum(every.values())


def test_csv_holds_the_rows_with_heads_in_the_language(desk):
    answer = requests.get(desk.url + "api/panels/categories-by-bloc.csv", params={"lang": "ru"}, timeout=30)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Блок", "Категория", "Высказывания"]
    panel = get(desk, "api/dashboards/overview")["panels"]["categories-by-bloc"]
    assert [[a, b, int(n)] for a, b, n in rows[1:]] == panel["rows"]
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_can_be_had_as_csv_and_as_a_query(desk, elasticsearch, panel):
    rows = requests.get(desk.url + f"api/panels/{panel}.csv", timeout=30).content.decode("utf-8-sig").splitlines()
    assert len(rows) > 1
    found = get(desk, f"api/panels/{panel}/query")
    answer = elasticsearch.perform_request(
        "POST",
        f"/{found['index']}/_search",
        headers={"accept": "application/json", "content-type": "application/json"},
        body=found["body"],
    )
    assert answer["timed_out"] is False


def test_what_a_spreadsheet_would_take_for_a_formula_is_quoted(elasticsearch, indices):
    answers = Answers(elasticsearch, indices, since=SINCE)
    id = uuid.uuid4().hex
    document = {
        "@timestamp": "2026-01-01T00:00:00Z",
        "statement": {"id": id, "text": '=HYPERLINK("https://evil.example")', "stance": "neutral"},
        "outlet": {"name": "Formula Gazette"},
    }
    elasticsearch.index(index=indices.name("statements"), id=id, document=document, refresh=True)
    try:
        text = answers.documents_csv("statements", [("outlet", "Formula Gazette")], [], "", "en")
    finally:
        elasticsearch.delete(index=indices.name("statements"), id=id, refresh=True)
    assert "\"'=HYPERLINK" in text


def test_the_pulse_says_that_there_is_something_new(elasticsearch, indices):
    before = Answers(elasticsearch, indices).pulse()
    id = uuid.uuid4().hex
    document = {"@timestamp": "2026-01-01T00:00:00Z", "statement": {"id": id}}
    elasticsearch.index(index=indices.name("statements"), id=id, document=document, refresh=True)
    try:
        assert Answers(elasticsearch, indices).pulse() != before
    finally:
        elasticsearch.delete(index=indices.name("statements"), id=id, refresh=True)


@pytest.mark.parametrize(
    ("path", "status", "cause"),
    [
        ("api/dashboards/overview?text=" + "word+" * 51, 400, "bad_query"),
        ("api/dashboards/overview?text=" + "w" * 501, 400, "bad_query"),
        ("api/dashboards/nope", 404, "no_such_dashboard"),
        ("api/panels/nope/query", 404, "no_such_panel"),
        ("api/dashboards/overview/values/nope", 404, "no_such_filter"),
        ("api/dashboards/overview?from=soon", 400, "bad_time"),
        ("api/dashboards/overview?from=2025-01-01&to=2024-01-01", 400, "bad_time"),
        ("api/dashboards/overview?zone=../../etc/passwd", 400, "bad_zone"),
        ("api/dashboards/overview?bloc=" + "x" * 600, 400, "bad_filter"),
        ("api/panels/statements/documents?keys={", 400, "bad_bucket"),
        ("api/panels/certainty/documents?keys=[%22x%22]", 400, "bad_bucket"),
        ("api/panels/statements/documents?after=[1,2,3,4]", 400, "bad_bucket"),
    ],
)
def test_what_cannot_be_answered_is_said_clearly(desk, path, status, cause):
    answer = requests.get(desk.url + path, timeout=30)
    assert answer.status_code == status
    assert answer.json()["cause"] == cause
    assert answer.json()["detail"]


def test_an_elasticsearch_without_indices_has_nothing_to_show(elasticsearch):
    from connectors.elasticsearch.indices import Indices

    empty = Answers(elasticsearch, Indices("test-no-such-indices"))
    assert empty.pulse()["counts"] == [0, 0]
    for dashboard in DASHBOARDS:
        assert not [panel for panel in empty.dashboard(dashboard, [])["panels"].values() if "error" in panel]


def test_every_answer_has_the_headers_that_keep_the_page_safe(desk):
    for path in ("overview", "static/desk.js", "api/pulse", "nope"):
        headers = requests.get(desk.url + path, timeout=30).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_static_files_come_compressed_and_are_not_sent_twice(desk):
    url = desk.url + "static/vendor/vega.min.js"
    first = requests.get(url, timeout=30)
    assert first.headers["content-encoding"] == "gzip"
    assert first.content == (STATIC / "vendor" / "vega.min.js").read_bytes()
    assert requests.get(url, headers={"if-none-match": first.headers["etag"]}, timeout=30).status_code == 304
    assert "content-encoding" not in requests.get(url, headers={"accept-encoding": "identity"}, timeout=30).headers


def test_the_page_weighs_less_than_a_megabyte_and_a_half():
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.rglob("*") if path.is_file()) < 1_500_000


def test_the_page_needs_no_network():
    pages = [path for path in STATIC.glob("*") if path.suffix in (".js", ".css", ".html")]
    for path in pages:
        found = set(re.findall(r"https?://[^\s\"'`)]+", path.read_text()))
        assert found <= {"https://vega.github.io/schema/vega-lite/v6.json"}  # a name, which nothing fetches


@pytest.mark.parametrize("path", ["static/../server.py", "static/%2e%2e/server.py", "static//etc/passwd"])
def test_only_the_pages_own_files_are_served(desk, path):
    request = requests.Request("GET", desk.url).prepare()
    request.url = desk.url + path
    assert requests.Session().send(request, timeout=30).status_code == 404


def test_nothing_can_be_written(desk):
    assert requests.post(desk.url + "api/pulse", timeout=30).status_code == 405


def test_on_loopback_only_loopback_names_are_answered(desk):
    assert requests.get(desk.url + "api/pulse", headers={"host": "evil.example"}, timeout=30).status_code == 421


def test_a_desk_open_to_a_network_needs_a_token(answers, elasticsearch, indices):
    with pytest.raises(Failure, match="no_token"):
        serve(elasticsearch, indices, host="0.0.0.0", port=0)
    with pytest.raises(Failure, match="no_token"):
        Desk(answers, host="0.0.0.0")


def test_with_a_token_only_who_knows_it_is_let_in(answers):
    with Desk(answers, token="открой") as desk:
        base = desk.url.partition("?")[0]
        assert requests.get(base + "api/pulse", timeout=30).status_code == 401
        assert requests.get(base + "api/pulse?token=wrong", timeout=30).status_code == 401
        bearer = {"authorization": "Bearer открой".encode()}
        assert requests.get(base + "api/pulse", headers=bearer, timeout=30).status_code == 200
        session = requests.Session()
        page = session.get(desk.url, params={"bloc": "rok"}, timeout=30)
        assert page.status_code == 200
        assert "token" not in page.url
        assert "bloc=rok" in page.url
        assert session.get(base + "api/pulse", timeout=30).status_code == 200


def test_a_port_that_is_taken_is_told(answers, desk):
    port = int(desk.url.rpartition(":")[2].strip("/"))
    with pytest.raises(Failure, match="port_taken"):
        Desk(answers, port=port)
