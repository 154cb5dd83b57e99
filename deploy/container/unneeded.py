"""Print the installed packages that the project does not need to run: what its tests brought along.

python unneeded.py pyproject.toml
"""

from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

KEPT = {"pip", "setuptools"}  # which install the project itself


def needed(requirements: Iterable[str]) -> set[str]:
    """Names of the packages that these bring along in this environment, and of themselves."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        for extra in {"", *wanted.extras}:
            if (name, extra) in found:
                continue
            found.add((name, extra))
            for each in map(Requirement, importlib.metadata.requires(name) or ()):
                if each.marker is None or each.marker.evaluate({"extra": extra}):
                    waiting.append(each)
    return {name for name, _ in found}


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        keep = needed(tomllib.load(file)["project"]["dependencies"]) | KEPT
    installed = {canonicalize_name(each.name) for each in importlib.metadata.distributions()}
    print(*sorted(installed - keep), sep="\n")
