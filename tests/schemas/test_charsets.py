"""Bytes to text as browsers do it."""

from __future__ import annotations

import pytest

from schemas.charsets import decode_html

KOREAN = "북한과 러시아가 회담을 열고 군사협력을 논의했다고 조선중앙통신이 14일 보도했다. 똠방각하 펲시콜라. " * 3
RUSSIAN = "Президент России Владимир Путин заявил, что Москва и Пхеньян укрепят сотрудничество, ещё раз. " * 3
FRENCH = "Le président a été reçu à l'Élysée; l'été dernier, où qu'il fût, la Corée l'inquiétait déjà. " * 3
TEXTS = [
    (KOREAN, "euc-kr", "cp949", "cp949"),
    (KOREAN, "ks_c_5601-1987", "cp949", "cp949"),
    (RUSSIAN, "windows-1251", "cp1251", "cp1251"),
    (RUSSIAN, "koi8-r", "koi8-r", "koi8-r"),
    (KOREAN, "utf-8", "utf-8", "utf-8"),
    (FRENCH, "iso-8859-1", "cp1252", "cp1252"),
]


def page(text: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(("text", "label", "codec", "named"), TEXTS)
def test_the_header_is_followed(text: str, label: str, codec: str, named: str) -> None:
    html = page(text)
    assert decode_html(html.encode(codec), f"text/html; charset={label}") == (html, named)


@pytest.mark.parametrize(("text", "label", "codec", "named"), TEXTS)
@pytest.mark.parametrize(
    "form", ['<meta charset="{}">', "<meta http-equiv='Content-Type' content='text/html; charset={}'>"]
)
def test_the_documents_own_word_is_followed(text: str, label: str, codec: str, named: str, form: str) -> None:
    html = page(text, form.format(label))
    assert decode_html(html.encode(codec), "text/html") == (html, named)


@pytest.mark.parametrize(("text", "label", "codec", "named"), TEXTS)
def test_an_undeclared_encoding_is_found(text: str, label: str, codec: str, named: str) -> None:
    html = page(text)
    assert decode_html(html.encode(codec)) == (html, named)


@pytest.mark.parametrize("label", ["euc-kr", "windows-1251", "koi8-r", "iso-8859-1", "utf-8", "us-ascii", "nonsense"])
@pytest.mark.parametrize("text", [KOREAN, RUSSIAN])
def test_utf_8_is_read_whatever_is_declared(text: str, label: str) -> None:
    html = page(text)
    assert decode_html(html.encode(), f"text/html; charset={label}") == (html, "utf-8")


@pytest.mark.parametrize(("text", "codec"), [(KOREAN, "cp949"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r")])
@pytest.mark.parametrize("label", ["utf-8", "iso-8859-1"])
def test_a_lying_header_does_not_lose_the_page(text: str, codec: str, label: str) -> None:
    html = page(text)
    assert decode_html(html.encode(codec), f"text/html; charset={label}")[0] == html
    declared = page(text, f"<meta charset={codec.replace('cp949', 'euc-kr').replace('cp1251', 'windows-1251')}>")
    assert decode_html(declared.encode(codec), f"text/html; charset={label}")[0] == declared


def test_byte_order_marks_win() -> None:
    html = page(RUSSIAN)
    assert decode_html(html.encode("utf-8-sig"), "text/html; charset=windows-1251") == (html, "utf-8")
    assert decode_html(b"\xff\xfe" + html.encode("utf-16-le"), "text/html; charset=utf-8") == (html, "utf-16-le")


def test_some_broken_bytes_are_replaced() -> None:
    body = page(KOREAN).encode()[:-20] + b"\xff\xfe\xc0" + "끝".encode()
    text, encoding = decode_html(body, "text/html; charset=utf-8")
    assert encoding == "utf-8"
    assert KOREAN[:100] in text
    assert text.endswith("\ufffd끝")


def test_anything_gives_a_text() -> None:
    assert decode_html(b"") == ("", "utf-8")
    assert decode_html(bytes(range(256)) * 10)[0]


def test_xml_declarations_are_read() -> None:
    xml = f'<?xml version="1.0" encoding="windows-1251"?><rss><title>{RUSSIAN}</title></rss>'
    assert decode_html(xml.encode("cp1251"), "application/xml") == (xml, "cp1251")
