"""Small helpers on strings that every stage shares."""

from __future__ import annotations

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "‑": "-", "\n": " ", "\t": " "}
)


def lowered(text: str) -> str:
    """The text in lower case with the same length, so that offsets hold (İ and the like stay as they are)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def plain(text: str) -> str:
    """The text with typographic apostrophes, hyphens and spaces made plain; the length stays."""
    return text.translate(_PLAIN)
