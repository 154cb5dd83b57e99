"""English: how English-language news marks who speaks."""

from __future__ import annotations

from pipelines.coding.languages import Base, Language


class English(Base):
    code = "en"


def make() -> Language:
    return English()
