"""Flink and Beam's job server for it, as jars pinned by size and SHA-256.

    python -m connectors.flink.jars --fetch
    python -m connectors.flink.jars --lock

The first downloads them, as starting a cluster or a job would. The second writes `jars.lock` anew from `pom.xml`; that,
unlike everything else, needs Maven.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from connectors.elasticsearch import download
from connectors.settings import Settings

FLINK = "1.19.3"
BEAM = "2.70.0"  # of the runner's Java half; the Python half is newer, and both speak the same protocol
LOCK = Path(__file__).with_name("jars.lock")
_POM = Path(__file__).with_name("pom.xml")


def fetch(settings: Settings, progress: download.Progress | None = None) -> list[Path]:
    """The jars' paths, downloaded where they are missing; once, 137 MB.

    Raises:
        Failure: as `connectors.elasticsearch.download.fetch`.
    """
    return download.fetch(settings, LOCK, progress)


def write_lock() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["mvn", "-q", "-B", "-f", _POM, "dependency:copy-dependencies", "-DincludeScope=runtime",
             "-Dmdep.useRepositoryLayout", f"-DoutputDirectory={folder}"],
            check=True,
        )  # fmt: skip
        lines = ["# group:artifact:version, size in bytes, SHA-256. Written by: connectors.flink.jars --lock"]
        for jar in sorted(Path(folder).rglob("*.jar")):
            *group, artifact, version, _ = jar.relative_to(folder).parts
            lines.append(f"{'.'.join(group)}:{artifact}:{version} {jar.stat().st_size} {download.sha256(jar)}")
    LOCK.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--fetch"]:
            fetch(Settings.from_env())
        case ["--lock"]:
            write_lock()
        case _:
            sys.exit(__doc__)
