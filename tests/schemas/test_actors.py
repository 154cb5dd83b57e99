"""The actor list: what it holds, how it is read, and what it says of faults."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest

from schemas.actors import DATA, ActorList, fold, load_actors
from schemas.failures import Failure


@pytest.fixture(scope="module")
def actors() -> ActorList:
    return load_actors()


def write(folder, text, name="list.yaml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


GOOD = """\
titles:
  - {id: professor, en: professor, ru: профессор, ko: 교수}
posts:
  - {id: minister-x, at: ministry, en: [Minister of X], ru: [министр X], ko: [X부 장관], bare: [minister, министр]}
actors:
  - {id: ministry, kind: organisation, country: KR, bloc: rok, en: [Ministry], ru: [Министерство], ko: [X부]}
  - {id: party, kind: organisation, bloc: rok, camp: progressive, en: [Party], ru: [Партия], ko: [정당]}
---
defaults: {kind: person, country: KR, bloc: rok, occupation: official}
actors:
  - {id: hong, en: [Hong Gil-dong], ru: [Хон Гиль Дон], ko: [홍길동], party: party,
     roles: [minister-x 2024-02-01.., professor @ ministry ..2023]}
"""


class TestContent:
    def test_size_and_kinds(self, actors):
        kinds = Counter(actor.kind for actor in actors)
        assert len(actors) >= 1000
        assert kinds["person"] >= 700
        assert kinds["medium"] >= 90

    @pytest.mark.parametrize(
        ("country", "least"), [("KR", 250), ("US", 200), ("RU", 120), ("KP", 60), ("CN", 40), ("JP", 35), ("UA", 30)]
    )
    def test_every_side_is_there(self, actors, country, least):
        assert sum(actor.country == country for actor in actors) >= least

    def test_occupations_of_every_kind(self, actors):
        people = Counter(actor.occupation for actor in actors if actor.kind == "person")
        assert people["official"] >= 250
        assert people["scholar"] >= 200
        assert people["politician"] >= 100

    @pytest.mark.parametrize(
        ("name", "id"),
        [
            ("John Kirby", "john-kirby"),
            ("Antony Blinken", "antony-blinken"),
            ("Matthew Miller", "matthew-miller"),
            ("Kim Yung-ho", "kim-yung-ho"),
            ("Yoon Seok-yeol", "yoon-suk-yeol"),
            ("ROK Foreign Ministry", "rok-mofa"),
            ("EU", "eu"),
            ("Oleksandra Matviychuk", "oleksandra-matviychuk"),
            ("Patrick Cronin", "patrick-cronin"),
            ("Thomas Shinkin", "thomas-cynkin"),
            ("Terence Roehrig", "terence-roehrig"),
            ("Andrei Lankov", "andrei-lankov"),
            ("Chung Jae-won", "chung-jae-won"),
            ("Rafael Grossi", "rafael-grossi"),
            ("Mark Milley", "mark-milley"),
            ("Cho Han-bum", "cho-han-bum"),
            ("Sung Hoon Jeh", "jeh-sung-hoon"),
            ("Victor Cha", "victor-cha"),
            ("Ramon Pacheco Pardo", "ramon-pacheco-pardo"),
            ("John Merrill", "john-merrill"),
            ("Artyom Lukin", "artyom-lukin"),
            ("Kim Sung-nam", "kim-song-nam"),
            ("Mao Ning", "mao-ning"),
            ("Park Won Gon", "park-won-gon"),
            ("Melik Kailan", "melik-kaylan"),
            ("Park Kwang On", "park-kwang-on"),
            ("Kwon Chil Seung", "kwon-chil-seung"),
            ("Wi Sung Lak", "wi-sung-lac"),
            ("Hanger Shinmun", "hankyoreh"),
            ("Troy Stagnarone", "troy-stangarone"),
            ("Korea Times", "korea-times"),
        ],
    )
    def test_speakers_of_the_seed_article(self, actors, name, id):
        assert [actor.id for actor in actors.named(name)] == [id]

    @pytest.mark.parametrize(
        "names",
        [
            ("Yoon Suk Yeol", "Юн Сок Ёль", "Юн Сок Ель", "윤석열", "Suk-yeol Yoon", "YOON SUK-YEOL"),
            ("Kim Jong Un", "Kim Jong-un", "Kim Jongun", "Ким Чен Ын", "김정은", "金正恩"),
            ("Choe Son Hui", "Choi Sun-hee", "Цой Сон Хи", "Чхве Сон Хи", "최선희"),
            ("Lee Jae-myung", "Ли Чжэ Мён", "Ли Джэмён", "Ли Чжэ-Мен", "이재명", "Jae-myung Lee"),
            ("Thomas Cynkin", "Thomas Shinkin", "Томас Шинкин"),
            ("Jeh Sung-hoon", "Sung Hoon Jeh", "제성훈"),
            ("Hankyoreh", "Hanger Shinmun", "The Hankyoreh", "한겨레신문", "«Хангёре»"),
            ("Zelensky", "Volodymyr Zelenskyy", "Владимир Зеленский", "젤렌스키"),
            ("ROK Foreign Ministry", "МИД Республики Корея", "한국 외교부"),
            ("People's Daily", "People’s Daily", "Жэньминь жибао", "인민일보"),
        ],
    )
    def test_one_identity_in_every_script(self, actors, names):
        assert len({actors.named(name) for name in names}) == 1
        assert len(actors.named(names[0])) == 1

    def test_scripts(self, actors):
        for actor in actors:
            for language, letters in (("en", "[A-Za-z0-9]"), ("ru", "[А-Яа-яЁёA-Za-z]"), ("ko", "[가-힣A-Za-z0-9]")):
                for name in actor.names[language]:
                    assert re.search(letters, name), (actor.id, name)
                    assert name == " ".join(name.split()), (actor.id, name)
            if actor.kind == "person":
                assert re.fullmatch(r"[А-ЯЁа-яё .'’-]+", actor.name("ru")), actor.id
                assert re.search("[가-힣]", actor.name("ko")), actor.id
                assert not re.search("[А-Яа-я가-힣]", " ".join(actor.names["en"])), actor.id

    def test_everybody_has_bloc_and_occupation(self, actors):
        assert [actor.id for actor in actors if not actor.bloc or not actor.occupation] == []

    def test_camps_of_korean_parties(self, actors):
        assert actors["ppp"].camp == "conservative"
        assert actors["han-dong-hoon"].camp == "conservative"
        assert actors["dpk"].camp == "progressive"
        assert actors["park-kwang-on"].camp == "progressive"
        assert {actor.camp for actor in actors if actor.occupation == "party" and actor.country == "KR"} == {
            *("conservative", "progressive", "other")
        }

    def test_who_speaks_for_a_state(self, actors):
        for id in ("antony-blinken", "rok-mofa", "kcna", "iaea", "rafael-grossi", "china", "mark-milley", "wpk"):
            assert actors[id].official, id
        for id in ("victor-cha", "hankyoreh", "park-kwang-on", "csis", "dpk", "melik-kaylan"):
            assert not actors[id].official, id

    def test_metonyms_and_common_words_are_marked(self, actors):
        assert "Washington" in actors["usa"].metonyms
        assert "Пхеньян" in actors["dprk"].metonyms
        assert "The North" in actors["dprk"].ambiguous
        assert "US" in actors["usa"].ambiguous
        assert "조국" in actors["cho-kuk"].ambiguous
        assert "Cha" in actors["victor-cha"].ambiguous

    def test_homonyms_are_marked_in_each_spelling(self, actors):
        assert {actor.id for actor in actors.named("이병철")} == {"ri-pyong-chol", "lee-byong-chul"}
        for spelling, _, actor in actors.spellings():
            if len(actors.named(spelling)) > 1:
                assert spelling in actor.ambiguous, (spelling, actor.id)

    def test_wikidata_items_are_used_once(self, actors):
        items = [actor.wikidata for actor in actors if actor.wikidata]
        assert len(items) == len(set(items)) >= 50

    def test_terms_in_a_post_do_not_overlap(self, actors):
        for post in actors.posts:
            terms = sorted(
                (role.since, role.until) for actor in actors for role in actor.roles if role.post == post and role.since
            )
            for (_, until), (since, _) in pairwise(terms):
                length = min(len(until), len(since))
                assert until and until[:length] <= since[:length], post


class TestTitles:
    @pytest.mark.parametrize(
        ("title", "date", "id"),
        [
            ("президент США", "2023-09-13T08:00:00Z", "joe-biden"),
            ("президент США", "2025-01-20", "donald-trump"),
            ("US Secretary of State", "2023-09-13", "antony-blinken"),
            ("Secretary of State", "2025-06-01", "marco-rubio"),
            ("한국 대통령", "2024-06-20", "yoon-suk-yeol"),
            ("президент Республики Корея", "2025-07-01", "lee-jae-myung"),
            ("통일부 장관", "2023-09-14", "kim-yung-ho"),
            ("통일부 장관", "2025-10-01", "chung-dong-young"),
            ("외교부 장관", "2023-12-01", "park-jin"),
            ("외교부 장관", "2024-06-20", "cho-tae-yul"),
            ("외교장관", "2025-09-01", "cho-hyun"),
            ("국방부 장관", "2024-06-20", "shin-won-sik"),
            ("국방부 장관", "2024-10-20", "kim-yong-hyun"),
            ("глава МИД России", "2024-11-01", "sergei-lavrov"),
            ("министр обороны РФ", "2023-07-27", "sergei-shoigu"),
            ("министр обороны РФ", "2024-11-29", "andrei-belousov"),
            ("секретарь Совбеза РФ", "2025-03-21", "sergei-shoigu"),
            ("the Kremlin spokesman", "2024-01-01", "dmitry-peskov"),
            ("пресс-секретарь Кремля", "2024-01-01", "dmitry-peskov"),
            ("크렘린궁 대변인", "2024-01-01", "dmitry-peskov"),
            ("генсек НАТО", "2024-09-30", "jens-stoltenberg"),
            ("NATO Secretary General", "2024-10-28", "mark-rutte"),
            ("глава МАГАТЭ", "2023-09-15", "rafael-grossi"),
            ("일본 총리", "2023-08-18", "fumio-kishida"),
            ("일본 총리", "2025-03-01", "shigeru-ishiba"),
            ("Japanese Prime Minister", "2026-02-01", "sanae-takaichi"),
            ("North Korean leader", "2024-06-19", "kim-jong-un"),
            ("북한 국방상", "2024-07-01", "kang-sun-nam"),
            ("министр обороны КНДР", "2024-11-29", "no-kwang-chol"),
            ("북한 외무상", "", "choe-son-hui"),
        ],
    )
    def test_holder_by_date(self, actors, title, date, id):
        assert actors.holder(title, date).id == id

    def test_bare_title_needs_a_country(self, actors):
        assert actors.holder("foreign minister", "2024-06-20") is None
        assert actors.holder("foreign minister", "2024-06-20", "RU").id == "sergei-lavrov"
        assert actors.holder("министр иностранных дел", "2024-06-20", "KP").id == "choe-son-hui"
        assert actors.holder("президент", "2024-06-20", "UA").id == "volodymyr-zelensky"

    def test_nobody_in_office(self, actors):
        assert actors.holder("rok-president", "2025-05-01") is None
        assert actors.holder("no such post", "2025-05-01") is None

    def test_role_on(self, actors):
        shoigu = actors["sergei-shoigu"]
        assert shoigu.role_on("2023-07-27").post == "ru-defence-minister"
        assert shoigu.role_on("2025-03-21T10:00:00Z").title["ru"].startswith("секретарь")
        assert actors["antony-blinken"].role_on("2026-01-01").post == "us-secretary-of-state"
        assert actors["cho-hyun"].role_on("2023-09-01") is None
        assert actors["kim-jina"].role_on("2024-06-01").affiliation == "hufs"

    @pytest.mark.parametrize(
        ("id", "language", "name"),
        [
            ("antony-blinken", "en", "Blinken"),
            ("antony-blinken", "ko", "블링컨"),
            ("kim-jong-un", "ru", "Ким"),
            ("kim-jong-un", "ko", "김"),
            ("xi-jinping", "en", "Xi"),
            ("xi-jinping", "ko", "시진핑"),
            ("fumio-kishida", "en", "Kishida"),
            ("fumio-kishida", "ru", "Кисида"),
            ("fumio-kishida", "ko", "기시다"),
            ("ramon-pacheco-pardo", "en", "Pacheco Pardo"),
            ("andrei-lankov", "ru", "Ланьков"),
            ("victor-cha", "en", "Cha"),
            ("kremlin", "en", ""),
        ],
    )
    def test_family_name(self, actors, id, language, name):
        assert actors[id].family_name(language) == name


class TestReading:
    def test_a_file_of_ones_own(self, tmp_path):
        listed = load_actors(write(tmp_path, GOOD))
        hong = listed["hong"]
        assert (hong.kind, hong.country, hong.camp, hong.official) == ("person", "KR", "progressive", True)
        assert hong.source.endswith("list.yaml:11")
        assert listed.holder("minister", "2024-03-01", "KR") is hong
        assert listed.holder("X부 장관", "2023-03-01") is None
        assert [name for name, _, actor in listed.spellings() if actor is hong and name.startswith("Gil")] == [
            *("Gil-dong Hong", "Gil Dong Hong", "Gildong Hong")
        ]

    def test_a_folder_is_read_whole(self, tmp_path):
        head, tail = GOOD.split("---\n")
        write(tmp_path, head, "b.yaml")
        write(tmp_path, tail, "a.yaml")
        assert len(load_actors(tmp_path)) == 3

    def test_country_of_norway_and_dates_stay_text(self, tmp_path):
        text = GOOD.replace("kind: person, country: KR", "kind: person, country: NO").replace("2024-02-01..", "2024..")
        hong = load_actors(write(tmp_path, text))["hong"]
        assert (hong.country, hong.roles[0].since) == ("NO", "2024")

    @pytest.mark.parametrize(
        ("old", "new", "line", "words"),
        [
            ("id: hong", "id: Hong", 11, "lower-case"),
            ("id: hong", "id: party", 11, "used before, at"),
            ("ko: [홍길동]", "ko: []", 11, "no name in ko"),
            ("ru: [Хон Гиль Дон], ", "", 11, "no name in ru"),
            ("party: party", "party: nowhere", 11, "'nowhere' is unknown"),
            ("party: party", "colour: red", 11, "unknown field colour"),
            ("party: party", "bloc: east", 11, "'east' is unknown; known are china"),
            ("party: party", "country: XX", 11, "'XX' is unknown"),
            ("party: party", "occupation: king", 11, "'king' is unknown"),
            ("party: party", "wikidata: 42", 11, "Q42"),
            ("party: party", "official: perhaps", 11, "true or false"),
            ("party: party", "ambiguous: [Hong]", 11, "not among the names"),
            ("party: party", "en: [Hong]", 11, "given twice"),
            ("en: [Hong Gil-dong]", "en: [Hong Gil-dong, Hong Gil-dong]", 11, "same text twice"),
            ("minister-x 2024-02-01..", "minister-y", 11, "post 'minister-y' is unknown"),
            ("minister-x 2024-02-01..", "minister-x since 2024", 11, "must read POST"),
            ("minister-x 2024-02-01..", "minister-x 2024-13..", 11, "is no date"),
            ("minister-x 2024-02-01..", "minister-x 2024-02..2023", 11, "ends before it begins"),
            ("professor @ ministry", "king @ ministry", 11, "title 'king' is unknown"),
            ("professor @ ministry", "professor @ nowhere", 11, "'nowhere' is not in the list"),
            ("at: ministry, ", "", 4, "at is missing"),
            ("id: professor, en: professor, ", "id: professor, ", 2, "no name in en"),
            ("kind: organisation, country: KR", "country: KR", 6, "kind is missing"),
            ("en: [Party]", "en: [Ministry]", 7, "shares the name 'ministry' with ministry"),
            ("titles:", "tittles:", 1, "unknown section tittles"),
            ("titles:\n", "titles: x\nnothing:\n", 1, "unknown section nothing"),
        ],
    )
    def test_faults_name_the_line(self, tmp_path, old, new, line, words):
        assert old in GOOD
        with pytest.raises(Failure) as caught:
            load_actors(write(tmp_path, GOOD.replace(old, new, 1)))
        assert caught.value.cause == "bad_actor_list"
        assert any(fault.startswith(f"{tmp_path}/list.yaml:{line}: ") for fault in caught.value.detail.split("\n"))
        assert words in caught.value.detail

    def test_all_faults_at_once(self, tmp_path):
        text = GOOD.replace("bloc: rok", "bloc: east").replace("2024-02-01", "soon")
        with pytest.raises(Failure) as caught:
            load_actors(write(tmp_path, text))
        assert len(caught.value.detail.split("\n")) == 3

    def test_homonyms_are_allowed_when_marked_in_both(self, tmp_path):
        twin = "  - {id: twin, en: [Hong Gil-dong], ru: [Хон Кильтон], ko: [홍 길동], ambiguous: [Hong Gil-dong]}\n"
        with pytest.raises(Failure, match=r"list\.yaml:11: hong: shares the name 'hong gil dong' with twin"):
            load_actors(write(tmp_path, GOOD + twin))
        marked = GOOD.replace("party: party", "ambiguous: [Hong Gil-dong]")
        assert len(load_actors(write(tmp_path, marked + twin)).named("Gil-dong Hong")) == 2

    def test_not_yaml(self, tmp_path):
        with pytest.raises(Failure, match=r"list\.yaml:3: not YAML"):
            load_actors(write(tmp_path, "actors:\n  - {id: a\n  - b}: ]\n"))

    def test_nothing_to_read(self, tmp_path):
        with pytest.raises(Failure, match="no actors there"):
            load_actors(tmp_path)
        with pytest.raises(Failure, match="can't be read"):
            load_actors(tmp_path / "missing.yaml")
        with pytest.raises(Failure, match=r"list\.yaml: not YAML"):
            (tmp_path / "list.yaml").write_bytes("actors: [김정은]".encode("cp949"))
            load_actors(tmp_path / "list.yaml")

    def test_every_file_names_its_licence(self):
        for file in DATA.glob("*.yaml"):
            assert "Apache-2.0" in file.read_text(encoding="utf-8")[:400], file.name


def test_fold():
    assert fold("The  KREMLIN’s «Рос-сия» Ёлка й") == "kremlin's рос сия елка й"
    assert fold("António Guterres") == fold("Antonio Guterres")
