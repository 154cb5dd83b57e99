"""Which language a text is in."""

from __future__ import annotations

import re
from functools import cache

# Languages written in Latin letters among which a text is placed: those of the outlets that write on Korea.
LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "fi", "no", "da", "tr", "vi", "id", "hu", "ro")

_SAMPLE = 1500
_LATIN_SAMPLE = 700  # characters; more doesn't change the answer
_ENOUGH = 20  # letters; with fewer the hint is the better guess

# English is what most of these texts are in: words that make up a fifth of it and nothing of other languages spare
# the model, which takes longer than all else that is asked of a short page.
_ENGLISH = frozenset(("the", "and", "to", "that", "of", "for", "was", "with", "said", "its", "by", "as"))
_WORD = re.compile(r"[a-z]+")

_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER = re.compile(r"[\u0530-\u10ff\u1200-\u1fff]")  # Armenian, Hebrew, Arabic, Thai … Georgian, Greek extended


def detect(text: str, hint: str = "") -> str:
    """The ISO 639-1 code of a text's language; `hint` (what the page or outlet says) where the text is too short.

    The script decides where it can: Hangul, kana, Han and Cyrillic need no model. "" where there is neither text nor
    hint.
    """
    sample = text[:_SAMPLE]
    hint = hint[:2].lower()
    counts = {
        script: len(pattern.findall(sample))
        for script, pattern in (("ko", _HANGUL), ("kana", _KANA), ("zh", _HAN), ("ru", _CYRILLIC), ("latin", _LATIN))
    }
    for script in ("ko", "kana", "zh"):
        counts[script] *= 6  # a syllable or a word, not a letter
    script = max(counts, key=counts.__getitem__)
    if counts[script] < max(_ENOUGH, len(_OTHER.findall(sample))):
        return hint
    if counts["ko"] and script in ("ko", "zh"):  # Korean headlines mix in Han
        return "ko" if counts["ko"] * 3 > counts["zh"] else "zh"
    if script in ("kana", "zh"):
        return "ja" if counts["kana"] * 8 > counts["zh"] else "zh"
    if script == "ru":
        return _cyrillic(sample)
    words = _WORD.findall(sample[:_LATIN_SAMPLE].lower())
    if len(words) > 20 and sum(map(_ENGLISH.__contains__, words)) > len(words) / 10:
        return "en"
    return _identifier().classify(sample[:_LATIN_SAMPLE])[0]


def _cyrillic(sample: str) -> str:
    sample = sample.lower()
    if re.search("[іїєґ]", sample):
        ukrainian, belarusian = len(re.findall("[їєґ]", sample)), len(re.findall("[ўэы]", sample))
        if ukrainian or belarusian:
            # a Russian text that quotes a Ukrainian name keeps its ы and э
            if belarusian > 2 * ukrainian:
                return "be" if "ў" in sample else "ru"
            return "uk"
    return "ru" if re.search("[ыэ]", sample) or len(sample) < 200 else "bg" if "ъ" in sample else "ru"


@cache
def _identifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LATIN))
    return identifier
