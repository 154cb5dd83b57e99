"""Text in the cells of a CSV file, such that no spreadsheet takes it for a formula."""

from __future__ import annotations

import re

# Their full-width forms too: spreadsheets with an East Asian interface read these alike.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def escaped(cell: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    """The text that `escaped` made the cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
