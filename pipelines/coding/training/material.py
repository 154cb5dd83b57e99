"""Coded statements to learn from: data/*.tsv, one statement a line. README.md tells how they came about."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from schemas.codebook import Codebook
from schemas.failures import Failure

DATA = Path(__file__).with_name("data")
COLUMNS = ("categories", "stance", "country", "occupation", "text")


class Example(NamedTuple):
    """One coded statement."""

    language: str
    categories: frozenset[str]
    stance: str
    country: str  # the speaker's: ISO 3166-1 alpha-2, "EU", "UN" or ""
    occupation: str  # of schemas.actors.OCCUPATIONS, "former", "group" or ""
    text: str
    source: str  # "file:line"


def read(language: str, codebook: Codebook, folder: Path = DATA) -> list[Example]:
    """The examples of a language. Raises Failure("bad_training") with file and line."""
    categories = {category.id for category in codebook.categories}
    stances = {stance.id for stance in codebook.stances}
    examples = []
    for path in sorted(folder.glob(f"{language}*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            source = f"{path.name}:{number}"
            cells = line.split("\t")
            if cells == list(COLUMNS):
                continue
            if len(cells) != len(COLUMNS):
                raise Failure("bad_training", f"{source}: {len(cells)} columns; there are {', '.join(COLUMNS)}")
            coded, stance, country, occupation, text = cells
            ids = frozenset(coded.split(",")) if coded else frozenset()
            if unknown := ids - categories:
                raise Failure("bad_training", f"{source}: no category {', '.join(sorted(unknown))}")
            if stance not in stances:
                raise Failure("bad_training", f"{source}: no stance {stance!r}")
            examples.append(Example(language, ids, stance, country, occupation, text, source))
    if not examples:
        raise Failure("bad_training", f"no examples for {language!r} in {folder}")
    return examples
