"""Pages of our own making: where the text is found, where it begins and ends, and what the page says besides."""

from __future__ import annotations

import json

import pytest

from pipelines.extraction import MAX_TEXT, extract, page_metadata
from schemas.charsets import decode_html
from schemas.failures import Failure
from schemas.records import Entry, Extract, Feed, Outlet, Page

SENTENCES = (
    "The leaders of Russia and North Korea met at the Vostochny cosmodrome on Wednesday for talks of four hours.",
    "A spokesman in Washington said that any transfer of arms would breach the resolutions of the Security Council.",
    "Analysts in Seoul doubted that Moscow would share its most advanced technology with a neighbour it mistrusts.",
    "The foreign ministry in Beijing said that the visit was a matter between the two countries and declined to go on.",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/world'>World</a></li></ul></nav>"


def entry(url: str = "https://news.example/2023/09/13/summit", **fields) -> Entry:
    outlet = fields.pop("outlet", Outlet("example", "Example Daily", "US", "west", "en"))
    return Entry("id", url, Feed("https://news.example/rss", outlet), **fields)


def page(url: str = "https://news.example/2023/09/13/summit", content_type: str = "text/html", **fields) -> Page:
    body = fields.pop("body", b"")
    return Page(entry(url, **fields), url, content_type, body, "2023-09-20T12:00:00Z")


def html(body: str = BODY, head: str = "", lang: str = "en") -> str:
    return (
        f"<!doctype html><html lang={lang}><head>{head}</head><body>{MENU}<main><article><h1>Kim meets Putin at the "
        f"cosmodrome</h1>{body}</article></main><footer>All rights reserved</footer></body></html>"
    )


def read(markup: str, **fields) -> Extract:
    return extract(page(**fields), markup)


# --- text


def test_the_text_is_the_article_s_paragraphs_and_nothing_else():
    found = read(html())
    assert found.text == "\n\n".join(SENTENCES)
    assert (found.method, found.language) == ("trafilatura", "en")


def test_lines_broken_by_br_are_paragraphs():
    body = "<div class='article-body'>" + "<br><br>".join(SENTENCES) + "</div>"
    assert read(html(body)).text == "\n\n".join(SENTENCES)


def test_inline_marks_and_links_leave_their_words_in_the_sentence():
    body = BODY.replace("Security Council", "<a href='/un'>Security <b>Council</b></a>")
    assert read(html(body)).text == "\n\n".join(SENTENCES)


def test_text_is_in_nfc_without_invisible_characters():
    body = BODY + "<p>한국 정\u200b부는 \u00ad우려를 표\ufeff했다고 밝혔다.\u00a0 그는 이어 말했다.</p>"
    assert read(html(body)).text.endswith("한국 정부는 우려를 표했다고 밝혔다. 그는 이어 말했다.")


@pytest.mark.parametrize(
    "line",
    [
        "Copyright © 2023 Example Daily. All rights reserved.",
        "Read more: What the summit means for Seoul",
        "<저작권자(c) 예시통신, 무단 전재-재배포, AI 학습 및 활용 금지>",
        "ⓒ 예시일보 무단전재 및 재배포 금지",
        "Читайте также: Что известно о саммите",
        "Подписывайтесь на наш канал в Telegram",
        "홍길동 기자 hong@news.example",
        "hong@news.example",
        "(끝)",
        "-0-",
        "Advertisement",
        "Reporting by Ann Lee; Editing by Bob Ray",
        "Tags: Russia, North Korea",
        "▶ 관련기사 보기 클릭",
        "김정은 국무위원장이 연설하고 있다. /로이터 연합뉴스",
        "Kim Jong Un arrives at the cosmodrome. (AP Photo/Kim Ho)",
        "この記事は有料会員限定です。残り500文字",
    ],
)
def test_what_follows_an_article_is_no_part_of_it(line):
    text = "\n\n".join(SENTENCES)
    assert read(html(BODY + f"<p>{line.replace('<', '&lt;')}</p>")).text == text


@pytest.mark.parametrize(
    "line",
    [
        "Kim meets Putin at the cosmodrome",
        "September 13, 2023",
        "By Ann Lee, Example Daily",
        "입력 2023.09.13 17:05 수정 2023.09.13 18:00",
        "홍길동 기자",
        "Обновлено 13.09.2023",
        "World",
    ],
)
def test_what_stands_before_an_article_is_no_part_of_it(line):
    assert read(html(f"<p>{line}</p>{BODY}")).text == "\n\n".join(SENTENCES)


@pytest.mark.parametrize(
    "line",
    [
        "“All rights reserved for the victors,” said the historian of the two countries’ alliance.",
        "홍길동 기자는 이번 회담이 동북아 정세를 바꿀 것이라고 분석했다.",
        "Копирайт на это решение, по словам эксперта, принадлежит обеим столицам.",
        "He said no.",
        "북한은 침묵했다.",
    ],
)
def test_sentences_that_sound_like_notices_stay(line):
    text = "\n\n".join([*SENTENCES, line])
    assert read(html(BODY + f"<p>{line}</p>")).text == text


def test_other_articles_headlines_at_the_end_are_cut():
    more = "<p>Related articles</p><p>Seoul warns of response</p><p>Tokyo calls for talks</p>"
    assert read(html(BODY + more)).text == "\n\n".join(SENTENCES)


def test_teasers_cut_off_in_mid_sentence_at_the_end_are_cut():
    teaser = "SEOUL WARNS: An official said that the government was keeping a close watch on the border and"
    text = "\n\n".join(SENTENCES)
    assert read(html(BODY + f"<p>{teaser}</p>" + f"<p>{teaser} that it</p>")).text == text
    assert read(html(BODY + f"<p>{teaser}</p>")).text == f"{text}\n\n{teaser}"
    danda = "কুষ্টিয়া আসনের সংসদ সদস্য অ্যাডভোকেট আ ক ম সারওয়ার জাহান বাদশার ভাই বলেন।"
    assert read(html(BODY + f"<p>{danda}</p><p>{danda} {danda}</p>")).text.endswith(f"{danda}\n\n{danda} {danda}")


def test_an_end_mark_within_the_last_sentence_s_paragraph_is_cut():
    assert read(html(BODY + "<p>The talks went on. -0-</p>")).text.endswith("The talks went on.")
    body = BODY + "<p>회담은 계속됐다고 통신은 전했다. 홍길동 기자 hong@news.example</p>"
    assert read(html(body)).text.endswith("회담은 계속됐다고 통신은 전했다.")


def test_captions_are_left_out():
    figure = "<figure><img src=x><figcaption>Kim waves.</figcaption></figure>"
    body = f"{figure}{BODY}<div class='img_desc'>김정은 위원장</div>"
    assert read(html(body)).text == "\n\n".join(SENTENCES)


def test_endless_text_is_cut_at_a_paragraph():
    body = "".join(f"<p>{number}. {SENTENCES[0]}</p>" for number in range(3000))
    text = read(html(body)).text
    assert 0.9 * MAX_TEXT < len(text) <= MAX_TEXT
    assert text.endswith(SENTENCES[0])


# --- fallbacks

EMPTY = "<div id=app></div>"


def test_a_body_in_json_ld():
    data = {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "articleBody": "\n\n".join(SENTENCES)}]}
    found = read(html(EMPTY, f'<script type="application/ld+json">{json.dumps(data)}</script>'))
    assert (found.method, found.text) == ("json_ld", "\n\n".join(SENTENCES))


def test_a_body_in_json_ld_that_goes_on_where_the_page_stops():
    data = {"@type": ["NewsArticle", "Article"], "articleBody": BODY}
    found = read(html(BODY[:200], f'<script type="application/ld+json">{json.dumps(data)}</script>'))
    assert (found.method, found.text) == ("json_ld", "\n\n".join(SENTENCES))


@pytest.mark.parametrize(
    "script",
    [
        '<script id="__NEXT_DATA__" type="application/json">'
        + json.dumps({"props": {"pageProps": {"article": {"id": 1, "contentHtml": BODY}}}})
        + "</script>",
        "<script>Fusion.globalContent="
        + json.dumps(
            {
                "type": "story",
                "content_elements": [{"type": "text", "content": s} for s in SENTENCES] + [{"type": "image"}],
            }
        )
        + ";Fusion.arcSite='x';</script>",
        "<script>var article = " + json.dumps({"title": "x", "body": BODY}, ensure_ascii=True) + ";</script>",
        "<script>window.__STATE__ = JSON.parse(" + json.dumps(json.dumps({"news": {"content": BODY}})) + ")</script>",
    ],
    ids=["next", "fusion", "variable", "string"],
)
def test_a_body_in_scripts(script):
    script = script.replace("</p>", "<\\/p>")
    found = read(html(EMPTY) + "<script>var menu = " + json.dumps({"text": "Home " * 100}) + "</script>" + script)
    assert (found.method, found.text) == ("script", "\n\n".join(SENTENCES))


def test_korean_in_script_escapes():
    text = "러시아와 북한은 새로운 조약에 서명했다. 한국 정부는 깊은 우려를 표명했다고 밝혔다. " * 8
    found = read(html(EMPTY) + f"<script>var data = {json.dumps({'body': text})};</script>")
    assert (found.method, found.language, found.text) == ("script", "ko", text.strip())


def test_the_element_marked_as_the_article():
    body = f"<div id='dic_area'>{'<br>'.join(SENTENCES)}</div>"
    found = read(f"<html><body><div class='comments'><div class='sidebar'>{body}</div></div></body></html>")
    assert found.text == "\n\n".join(SENTENCES)
    assert found.method == "markup"


def test_an_article_within_a_menu_that_is_never_closed():
    assert read(
        f"<html><body><nav><a href='/'>Home</a><div class='article-body'>{BODY}</div></body></html>"
    ).text == "\n\n".join(SENTENCES)


def test_the_feed_s_full_text_where_the_page_has_none():
    found = read(html("<p>Please subscribe to go on reading this article of ours.</p>"), content=BODY)
    assert (found.method, found.text) == ("feed", "\n\n".join(SENTENCES))


def test_a_page_that_could_not_be_had_is_read_from_the_feed():
    content = BODY + "<p>The post <a href='/x'>Kim meets Putin</a> appeared first on <a href='/'>Example Daily</a>.</p>"
    found = read("", content=content, title="Kim meets Putin", published="2023-09-13T08:05:00Z")
    assert (found.method, found.text) == ("feed", "\n\n".join(SENTENCES))
    assert (found.title, found.published) == ("Kim meets Putin", "2023-09-13T08:05:00Z")


def test_the_page_where_the_feed_has_only_an_excerpt():
    found = read(html(), content=f"<p>{SENTENCES[0]}</p>")
    assert (found.method, found.text) == ("trafilatura", "\n\n".join(SENTENCES))


def test_a_page_without_text_is_a_failure():
    for markup in (html(EMPTY), "", "   ", "<html></html>", "<!-- -->", "just words"):
        with pytest.raises(Failure) as failure:
            read(markup)
        assert failure.value.cause == "no_text"
        assert "https://news.example/2023/09/13/summit" in failure.value.detail


@pytest.mark.parametrize(
    "kind, body",
    [
        ("application/pdf", b"%PDF-1.7"),
        ("text/html", b"%PDF-1.7"),
        ("image/jpeg", b"\xff\xd8"),
        ("application/json", b"{}"),
    ],
)
def test_what_is_no_html_is_a_failure(kind, body):
    for reading in (extract, lambda page, markup: page_metadata(markup, page)):
        with pytest.raises(Failure) as failure:
            reading(page(content_type=kind, body=body), body.decode("latin-1"))
        assert failure.value.cause == "not_html"


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 50_000 + BODY,
        "<p>" + "<b>" * 50_000 + "text",
        "<table>" + "<tr><td>" * 20_000,
        "".join(f"<div>{number}</div>" for number in range(60_000)),
        '<script type="application/ld+json">' + "[" * 50_000 + "</script>",
        "<script>" + '=["' * 50_000 + "</script>",
        "<meta content='" * 20_000,
        "<" * 200_000,
        "\ud800\udfff\0\x01" * 1000 + BODY,
        "&#1114112;&#0;" * 5000,
    ],
    ids=["divs", "bold", "table", "elements", "json-ld", "script", "meta", "brackets", "characters", "entities"],
)
def test_hostile_pages_end_in_a_text_or_a_failure(markup):
    try:
        assert read(html(markup)).text
    except Failure as failure:
        assert failure.cause in ("no_text", "not_html")


def test_pages_in_the_outlets_charsets():
    korean = "러시아와 북한은 새로운 조약에 서명했다고 통신이 보도했다. 똠방각하 펲시콜라도 말했다. " * 5
    russian = "Президент России и лидер КНДР провели переговоры на космодроме Восточный в среду. " * 5
    for text, charset in ((korean, "cp949"), (russian, "windows-1251"), (russian, "koi8-r")):
        declared = "euc-kr" if charset == "cp949" else charset
        body = html(f"<p>{text}</p><p>{text}</p>", f"<meta charset={declared}>").encode(charset)
        markup, _ = decode_html(body, "text/html")
        assert text.strip() in read(markup).text


# --- metadata


def published(head: str = "", body: str = BODY, **fields) -> str:
    return read(html(body, head), **fields).published


def ld(**fields) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


KOREAN = Outlet("k", "예시일보", "KR", "rok", "ko")
RUSSIAN = Outlet("r", "Пример", "RU", "russia", "ru")


def test_the_page_s_own_time_goes_first():
    head = '<meta property="article:published_time" content="2023-09-13T17:05:00+09:00">'
    assert published(head, published="2023-09-14T00:00:00Z") == "2023-09-13T08:05:00Z"
    assert published(ld(datePublished="2023-09-13T17:05:00+09:00")) == "2023-09-13T08:05:00Z"
    assert (
        published(body='<span itemprop="datePublished" content="2023-09-13T08:05:00Z"></span>' + BODY)
        == "2023-09-13T08:05:00Z"
    )


def test_a_time_without_a_zone_is_the_outlet_s_country_s():
    head = '<meta property="article:published_time" content="2023-09-13 17:05:00">'
    assert published(head, outlet=KOREAN) == "2023-09-13T08:05:00Z"
    assert published(head, outlet=RUSSIAN) == "2023-09-13T14:05:00Z"
    assert published(head) == "2023-09-13T17:05:00Z"


def test_a_day_alone_takes_the_feed_s_time_of_that_article():
    head = '<meta name="date" content="2023-09-13">'
    assert published(head, outlet=RUSSIAN, published="2023-09-12T21:16:15Z") == "2023-09-12T21:16:15Z"
    assert published(head, outlet=RUSSIAN, published="2023-09-18T10:00:00Z") == "2023-09-13T00:00:00Z"
    assert published(head, outlet=RUSSIAN) == "2023-09-13T00:00:00Z"


def test_midnight_is_a_day_alone():
    head = ld(datePublished="2023-09-13T00:00:00+09:00")
    assert published(head, outlet=KOREAN) == "2023-09-13T00:00:00Z"
    assert published(head, outlet=KOREAN, published="2023-09-13T02:30:00Z") == "2023-09-13T02:30:00Z"


def test_the_feed_s_time_where_the_page_has_none():
    assert published(published="2023-09-13T08:05:00Z") == "2023-09-13T08:05:00Z"


@pytest.mark.parametrize(
    "wrong", ["1246-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2123-09-13T08:05:00Z", "soon", "2023-13-45"]
)
def test_bogus_dates_are_not_believed(wrong):
    head = f'<meta property="article:published_time" content="{wrong}">'
    assert published(head, published="2023-09-13T08:05:00Z") == "2023-09-13T08:05:00Z"
    assert published(head, url="https://news.example/a", published=wrong) == ""


@pytest.mark.parametrize(
    "written, outlet",
    [
        ("입력 2023.09.13 17:05", KOREAN),
        ("13 сентября 2023, 11:05", RUSSIAN),
        ("11:05, 13 сентября 2023", RUSSIAN),
    ],
)
def test_dates_written_beside_the_headline(written, outlet):
    assert (
        published(body=f"<div>{written}</div>{BODY}", url="https://news.example/a", outlet=outlet)
        == "2023-09-13T08:05:00Z"
    )


def test_a_date_in_the_address_is_the_last_resort():
    assert published() == "2023-09-13T00:00:00Z"


def test_modified():
    head = ld(datePublished="2023-09-13T08:05:00Z", dateModified="2023-09-13T10:00:00Z")
    assert read(html(head=head)).modified == "2023-09-13T10:00:00Z"
    head = ld(datePublished="2023-09-13T08:05:00Z", dateModified="2023-09-13T07:00:00Z")
    assert read(html(head=head)).modified == ""
    assert (
        read(html(), published="2023-09-13T08:05:00Z", modified="2023-09-14T08:05:00Z").modified
        == "2023-09-14T08:05:00Z"
    )


@pytest.mark.parametrize(
    "title",
    [
        "Kim meets Putin at the cosmodrome | Example Daily",
        "Kim meets Putin at the cosmodrome - Example Daily",
        "Example Daily :: Kim meets Putin at the cosmodrome",
        "Kim meets Putin at the cosmodrome — World — Example Daily",
        "Kim meets Putin at the cosmodrome",
        "Kim meets &quot;Putin&quot; at the cosmodrome | news.example",
    ],
)
def test_the_title_is_without_the_site_s_name(title):
    head = f'<meta property="og:site_name" content="Example Daily"><title>{title}</title>'
    found = page_metadata(html(head=head), page()).title.replace('"', "")
    assert found in ("Kim meets Putin at the cosmodrome", "Kim meets Putin at the cosmodrome — World")


def test_a_logo_marked_as_heading_is_no_title():
    markup = "<h1>Example Daily</h1><h1>News of the world</h1>"
    for title in ("Example Daily | Kim meets Putin", "Kim meets Putin : Example Daily"):
        assert page_metadata(f"<title>{title}</title>{markup}", page()).title == "Kim meets Putin"


def test_parts_of_a_headline_stay():
    title = "Putin and Kim: a new axis? - what the experts say"
    assert page_metadata(f"<title>{title} | Example Daily</title>", page()).title == title
    assert page_metadata("<p>x</p>", page(title="From the feed")).title == "From the feed"


def test_authors():
    cases = {
        ld(author=[{"@type": "Person", "name": "Ann Lee"}, {"name": "Bob Ray"}]): ("Ann Lee", "Bob Ray"),
        '<meta name="author" content="By Ann Lee and Bob Ray">': ("Ann Lee", "Bob Ray"),
        '<meta name="author" content="홍길동 기자 hong@news.example">': ("홍길동",),
        '<meta property="article:author" content="https://facebook.com/ann">': (),
        '<meta name="author" content="Example Daily">': (),
        ld(author={"name": {"name": []}}): (),
    }
    for head, authors in cases.items():
        assert read(html(head=head)).authors == authors, head


@pytest.mark.parametrize(
    "markup, authors",
    [
        ("<p class='byline'>By Ann Lee and Bob Ray</p>", ("Ann Lee", "Bob Ray")),
        ("<span class=author><a rel='author' href=/x>Ann Lee</a></span>", ("Ann Lee",)),
        ("<div class='article__author' itemprop='author'>Анна Лисицына</div>", ("Анна Лисицына",)),
        ("<p class='article-writer'>홍길동 기자 hong@news.example</p>", ("홍길동",)),
        ("<div class='author-box'>Read everything that our staff has written.</div>", ()),
        ("<div class='authority'>Ann Lee</div>", ()),
    ],
)
def test_authors_in_a_visible_byline(markup, authors):
    assert read(html(markup + BODY)).authors == authors


def canonical(address: str, url: str = "https://news.example/2023/09/13/summit?page=1") -> str:
    return read(html(head=f'<link href="{address}" rel="canonical">'), url=url).url


def test_the_canonical_address_on_the_same_site_is_believed():
    assert canonical("https://www.news.example/2023/09/13/summit") == "https://www.news.example/2023/09/13/summit"
    assert canonical("/2023/09/13/summit") == "https://news.example/2023/09/13/summit"
    assert canonical("//news.example/a/12345") == "https://news.example/a/12345"


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/2023/09/13/summit",
        "https://news.example/",
        "https://news.example",
        "javascript:x",
        "http://[::1",
        "",
    ],
)
def test_a_canonical_address_elsewhere_or_of_the_home_page_is_not(address):
    assert canonical(address) == "https://news.example/2023/09/13/summit?page=1"


def test_a_canonical_address_without_the_article_s_number_is_not_believed():
    url = "https://news.example/read?no=1412361"
    assert canonical("https://news.example/read", url) == url


def test_sites_under_a_country_s_second_level_are_different_sites():
    url = "https://www.one.co.kr/article/1412361"
    assert canonical("https://www.two.co.kr/article/1412361", url) == url
    assert canonical("https://m.one.co.kr/article/1412361", url) == "https://m.one.co.kr/article/1412361"


def test_another_port_is_another_site():
    url = "http://127.0.0.1:8900/article/1412361"
    assert canonical("http://127.0.0.1:8901/article/1412361", url) == url
    assert canonical("http://127.0.0.1/article/1412361", url) == url
    assert canonical("http://127.0.0.1:8900/article/2", url) == "http://127.0.0.1:8900/article/2"


def test_page_metadata_agrees_with_extraction_but_has_no_text():
    head = '<title>Kim meets Putin | Example Daily</title><link rel="canonical" href="/2023/summit-1">' + ld(
        headline="Kim meets Putin", datePublished="2023-09-13T08:05:00Z", author={"name": "Ann Lee"}
    )
    whole, cheap = read(html(head=head)), page_metadata(html(head=head), page())
    assert cheap == whole._replace(text="", method="gate")


def test_broken_json_ld_still_gives_its_date():
    fields = '"@type": "NewsArticle", "datePublished": "2023-09-13T08:05:00Z"'
    head = f'<script type="application/ld+json">{{{fields}, "x": oops}}</script>'
    assert published(head) == "2023-09-13T08:05:00Z"
    head = f'<script type="application/ld+json"><!-- {{{fields},}} --></script>'
    assert published(head) == "2023-09-13T08:05:00Z"
