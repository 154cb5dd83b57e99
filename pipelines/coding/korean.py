"""Korean: how Korean news marks who speaks."""

from __future__ import annotations

from pipelines.coding.languages import Base, Language


class Korean(Base):
    code = "ko"


def make() -> Language:
    return Korean()
