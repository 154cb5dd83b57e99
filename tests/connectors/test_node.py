import pytest


def test_the_client_knows_the_server(elasticsearch):
    info = elasticsearch.info()
    assert info["tagline"] == "You Know, for Search"
    assert int(info["version"]["number"].split(".")[0]) in (8, 9)
    assert info["cluster_uuid"] not in ("", "_na_")
    assert elasticsearch.ping()


@pytest.mark.parametrize(
    ("analyzer", "text", "query"),
    [
        ("english", "The ministers condemned the sanctions", "condemning sanction"),
        ("russian", "Москва осудила санкциями недовольных", "осудили санкции"),
        ("nori", "푸틴과 김정은이 평양에서 만났다", "평양에서 만난 김정은을"),
    ],
)
def test_words_are_found_by_stem(elasticsearch, prefix, analyzer, text, query):
    index = f"{prefix}{analyzer}"
    elasticsearch.indices.create(index=index, mappings={"properties": {"text": {"type": "text", "analyzer": analyzer}}})
    elasticsearch.index(index=index, document={"text": text}, refresh=True)
    answer = elasticsearch.search(index=index, query={"match": {"text": {"query": query, "operator": "and"}}})
    assert answer["hits"]["total"]["value"] == 1


def test_nori_takes_names_from_its_settings(elasticsearch, prefix):
    index = f"{prefix}names"
    names = {"type": "nori", "user_dictionary_rules": ["김정은", "최선희"]}
    elasticsearch.indices.create(index=index, settings={"analysis": {"analyzer": {"korean": names}}})
    tokens = elasticsearch.indices.analyze(index=index, analyzer="korean", text="김정은 평양")["tokens"]
    assert [token["token"] for token in tokens] == ["김정은", "평양"]
