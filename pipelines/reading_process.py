"""What every reading process starts from; the fork server imports it once and the processes share it."""

from __future__ import annotations

from pipelines.coding import LANGUAGES
from pipelines.reading import Reader

reader = Reader()
for _language in LANGUAGES:
    reader.coder.pipeline(_language)
