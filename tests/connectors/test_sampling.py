"""Random statements for human coders, on a real Elasticsearch."""

from __future__ import annotations

import pytest
from articles import HANGANG, KIRBY, POTOMAC, UNKNOWN, article, entry, statement

from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sampling import read_documents, sample_documents
from connectors.elasticsearch.sink import Sink
from schemas.failures import Failure

COUNT = 12


@pytest.fixture
def filled(elasticsearch, indices):
    """Indices with articles of four English and one Korean statement."""
    articles = []
    for n in range(3):
        text = f"Article {n}. " + " ".join(f"Kirby said that {n}{m} is a breach." for m in range(4))
        said = [statement(text, f"Kirby said that {n}{m} is a breach.", KIRBY, ("prescription",)) for m in range(4)]
        articles.append(article(entry(f"en{n}", POTOMAC, title=f"Title {n}"), text, *said))
    text = "홍길동 교수는 북러 밀착을 분석했다."
    articles.append(article(entry("ko", HANGANG), text, statement(text, text, UNKNOWN, ("bloc_confrontation",))))
    Sink(elasticsearch, indices).write_articles(articles)
    elasticsearch.indices.refresh(index=indices.name("statements"))
    return indices


def drawn(documents) -> set[tuple[str, int]]:
    return {(document["id"], s["start"]) for document in documents for s in document["statements"]}


def test_a_sample_has_its_texts_and_is_the_same_for_a_seed(elasticsearch, filled):
    one, again, other = (sample_documents(elasticsearch, filled, 6, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert len(drawn(one)) == len(drawn(other)) == 6
    assert drawn(one) != drawn(other)
    for document in one:
        for found in document["statements"]:
            words = document["text"][found["start"] : found["end"]]
            assert words.startswith(("Kirby said", "홍길동"))
            assert found["actor_name"] in ("John Kirby", "홍길동")
    everything = sample_documents(elasticsearch, filled, 1000)
    assert len(drawn(everything)) == COUNT + 1
    english = next(document for document in everything if document["title"] == "Title 0")
    assert (english["lang"], english["outlet"]) == ("en", POTOMAC.name)
    assert english["published"].startswith("2023-09-13")


def test_a_sample_can_be_of_one_language(elasticsearch, filled):
    (document,) = sample_documents(elasticsearch, filled, 10, language="ko")
    assert document["lang"] == "ko"


def test_the_documents_can_be_read_again(elasticsearch, filled):
    (document,) = sample_documents(elasticsearch, filled, 10, language="ko")
    (again,) = read_documents(elasticsearch, filled, [document["id"], "gone"])
    del document["statements"]
    assert again == document


def test_what_can_not_be_sampled_is_told(elasticsearch):
    with pytest.raises(Failure, match="no_index"):
        sample_documents(elasticsearch, Indices("nothing-here"), 5)
    with pytest.raises(Failure, match="bad_sample"):
        sample_documents(elasticsearch, Indices("nothing-here"), 0)
