"""What `pip install .` installs is what the checkout has."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_data_file_goes_into_the_package():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    rooms = [pattern.rstrip("*") for pattern in tool["packages"]["find"]["include"]]
    packed = {
        file
        for room, patterns in tool["package-data"].items()
        for pattern in patterns
        for file in (ROOT / room).glob(pattern)
        if file.is_file()
    }
    present = {
        file
        for room in rooms
        for file in (ROOT / room).rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc")
    }
    assert sorted(present - packed) == []


def test_every_module_is_in_a_package():
    rooms = [file.parent for file in ROOT.glob("*/__init__.py") if file.parent.name not in ("tests", "benchmarks")]
    modules = {file.parent for room in rooms for file in room.rglob("*.py")}
    assert [str(folder) for folder in modules if not (folder / "__init__.py").exists()] == []
