"""Bytes of a page or feed to text, as browsers do it, without losing a page to a wrong declaration."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

# Encodings of the web in the languages watched, in the order in which a tie is decided.
_CANDIDATES = ["cp949", "cp1251", "koi8_r", "gb18030", "cp932", "euc_jp", "big5", "cp1252"]
_SAMPLE = 16_384  # bytes looked at to guess an undeclared encoding
_SURE = 8  # that many non-ASCII characters that are valid UTF-8 are no accident of another encoding
_FORGIVEN = 0.02  # share of non-ASCII bytes that may be broken before a declared encoding is held to be wrong
_HIGH = bytes(range(0x80, 0x100))
_RUN = re.compile(rb"[\x80-\xff]{4,}")  # no Western language writes four accented letters in a row
_TAG = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def _guess(body: bytes) -> str:
    """The likeliest legacy encoding of a body that declares none that fits."""
    text = _TAG.sub(b" ", body[: 40 * _SAMPLE])
    first = next((i for i, byte in enumerate(text) if byte > 0x7F), 0)
    best = from_bytes(text[max(0, first - 200) :][:_SAMPLE], cp_isolation=_CANDIDATES, threshold=0.5).best()
    return best.encoding.replace("koi8_r", "koi8-r") if best else "cp1252"


def decode_html(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page or XML document and the name of the Python codec that read it.

    Order of the WHATWG Encoding and HTML standards: byte-order mark, the header's charset parameter, the document's
    own declaration, a guess. Labels mean what browsers take them for (EUC-KR is CP949, ISO-8859-1 is Windows-1252).
    Unlike a browser, a declaration that the bytes contradict is not followed: what is valid UTF-8 is read as UTF-8,
    and where the header's charset fails and the document's own fits, the latter wins. Never raises: bytes that no
    encoding explains become U+FFFD.
    """
    bom, mark = read_bom(body)
    if bom and mark:
        return to_unicode(body[len(mark) :], bom), bom
    declared = http_content_type_encoding(content_type)
    if declared == "utf-8" or body.isascii():
        try:
            return body.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass
    labels = [label for label in (declared, html_body_declared_encoding(body)) if label]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        non_ascii = len(text) - len(text.encode("ascii", "ignore"))
        if not labels or labels[0] == "utf-8" or non_ascii >= _SURE:
            return text, "utf-8"
    high = len(body) - len(body.translate(None, _HIGH))
    if labels[:1] == ["cp1252"] and 2 * sum(map(len, _RUN.findall(body))) > high:
        labels = labels[1:] or [_guess(body)]
    best, encoding, fewest = "", "", high + 1
    for label in dict.fromkeys([*labels, "utf-8"]):
        label = "utf-16-be" if label == "utf-16" else label
        text = to_unicode(body, label)
        errors = text.count("\ufffd")
        if errors <= _FORGIVEN * high:
            return text, label
        if errors < fewest:
            best, encoding, fewest = text, label, errors
    guess = _guess(body)
    text = to_unicode(body, guess)
    return (text, guess) if text.count("\ufffd") < fewest else (best, encoding)
