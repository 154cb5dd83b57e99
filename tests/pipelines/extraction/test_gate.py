"""The gate lets every page of the subject through, and menus, scripts and addresses open it for nothing else."""

from __future__ import annotations

import pickle

import pytest

from pipelines.extraction.gate import Gate, prose

WORDS = {
    "en": (("russia", "moscow", "putin"), ("north korea", "dprk", "pyongyang")),
    "ru": (("росси", "путин", "рф"), ("кндр", "северной коре", "пхеньян")),
    "ko": (("러시아", "푸틴"), ("북한", "김정은")),
    "zh": (("俄罗斯",), ("朝鲜",)),
}


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(WORDS)


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


OPEN = {
    "a paragraph": "<p>Putin and the leader of North Korea met.</p>",
    "upper case": "<p>RUSSIA'S ENVOY LEFT PYONGYANG</p>",
    "mixed languages": "<p>러시아 외무장관 (Lavrov) 평양 방문, DPRK 매체</p>",
    "Russian": "<p>Президент РФ посетил КНДР с визитом.</p>",
    "Russian in capitals": "<p>ПУТИН В ПХЕНЬЯНЕ</p>",
    "Korean": "<p>푸틴 대통령이 김정은과 회담했다.</p>",
    "Chinese": "<p>俄罗斯总统访问朝鲜</p>",
    "a hyphen": "<p>Russia praised North-Korea.</p>",
    "an unbreakable blank": "<p>Russia praised North&nbsp;Korea.</p>",
    "words parted by a line break": "<p>Russia praised North\nKorea.</p>",
    "decimal entities": "<p>&#xD478;&#xD2F4; &#44608;&#51221;&#51008; &#54924;&#45812;</p>",
    "links in a sentence": '<p>A talk between <a href="/x">Putin</a> and the <a href="/y">DPRK</a> leader.</p>',
    "a bold link that opens a sentence": "<p><b><a href='/x'>North Korea</a></b> thanked Russia for its help.</p>",
    "a link that never ends": "<p><a href='/x'>Putin thanked North Korea.</p>",
    "a script's body": '<script>var a = {"body": "' + "러시아와 북한은 새 조약에 서명했다. " * 5 + '"};</script>',
    "an escaped body": '<script>self.push("'
    + "러시아와 북한".encode("ascii", "backslashreplace").decode() * 10
    + '")</script>',
    "a style never closed": "<style>p {color: red}<p>Putin thanked North Korea.</p>",
    "a comment never closed": "<!-- <p>Putin thanked North Korea.</p>",
}
CLOSED = {
    "one side": "<p>North Korea fired a missile, and North Korea said so.</p>",
    "the other side": "<p>Putin spoke in Moscow.</p>",
    "a menu": "<nav><a href='/k'>North Korea</a> <a href='/r'>Russia</a></nav><p>Weather in Seoul.</p>",
    "a list of links": "<ul><li><a href='/k'>North Korea</a></li><li><a href='/r'>Russia</a></li></ul><p>Weather.</p>",
    "another article's headline": "<div><a href='/1'><span>Putin thanks North Korea</span></a></div><p>Weather.</p>",
    "addresses": "<p><a href='/russia/north-korea/'>Here</a> is the weather.</p>",
    "code": "<script>if (tag == 'Russia' || tag == 'North Korea') show('Russia');</script><p>Weather.</p>",
    "a comment": "<!-- Russia, North Korea --><p>Weather.</p>",
    "words inside words": "<p>Prussia and its DPRKs; сюрпризы и перфоратор.</p><p>КНДР</p>",
    "nothing": "",
}


@pytest.mark.parametrize("body", OPEN.values(), ids=OPEN)
def test_opens(gate, body):
    assert gate.opens(page(body))


@pytest.mark.parametrize("body", CLOSED.values(), ids=CLOSED)
def test_stays_closed(gate, body):
    assert not gate.opens(page(body))


@pytest.mark.parametrize(
    "head",
    [
        "<title>Putin in Pyongyang | News</title>",
        '<meta property="og:description" content="Putin thanked North Korea">',
        "<meta content='Putin thanked North Korea' name=description>",
        '<script type="application/ld+json">{"headline": "x", "description": '
        '"Russia and North Korea have signed a treaty of partnership on Wednesday."}</script>',
    ],
)
def test_title_and_summary_open_it(gate, head):
    assert gate.opens(page("<p>Subscribers only.</p>", head))


def test_plain_text_can_be_asked_about(gate):
    assert gate.opens("러시아와 북한")
    assert gate.names_both("Russia, North Korea")
    assert not gate.names_both("Russia")


def test_odd_characters_are_no_obstacle(gate):
    assert gate.opens("<p>\ud800 Putin \0 North Korea \udfff</p>")


def test_one_language_s_words_count_for_the_other_side(gate):
    assert gate.opens("<p>Путин met with 김정은.</p>")


def test_a_side_without_words_is_refused():
    with pytest.raises(ValueError, match="two sides"):
        Gate({"en": (("russia",), ()), "ko": ((" ",), ())})


def test_it_travels_to_other_processes(gate):
    assert pickle.loads(pickle.dumps(gate)).opens("<p>Putin, DPRK</p>")


def test_prose_keeps_the_words_apart():
    assert prose("<p>North</p><p>Korea</p>").split() == ["North", "Korea"]


@pytest.mark.parametrize(
    "unit", ["<a href=x>", "<!--", "<style>", "<", "<meta ", "</a", '<script>"', "&#", "<b><a>x</a>"]
)
def test_a_hostile_page_is_read_too(gate, unit):
    assert gate.opens(unit * 20_000 + ">'\"</script><p>Putin thanked North Korea.</p>") in (True, False)
