"""Russian: how Russian news marks who speaks."""

from __future__ import annotations

from pipelines.coding.languages import Base, Language


class Russian(Base):
    code = "ru"


def make() -> Language:
    return Russian()
