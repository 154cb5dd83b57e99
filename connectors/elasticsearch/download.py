"""Downloads jars from a Maven repository: pinned by size and SHA-256, resumable, four at a time.

    python -m connectors.elasticsearch.download --lock

writes `jars.lock` and `plugin/compiler.lock` anew from the versions below. That, unlike everything else, needs Maven.
"""

from __future__ import annotations

import errno
import hashlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import filelock
import requests
import urllib3

from connectors.settings import Settings, without_password
from schemas.failures import Failure

VERSION = "9.5.3"  # of Elasticsearch
JARS = Path(__file__).with_name("jars.lock")
COMPILER = Path(__file__).parent / "plugin" / "compiler.lock"

_ROOTS = {
    JARS: (
        f"org.elasticsearch:elasticsearch:{VERSION}",
        f"org.elasticsearch.plugin:transport-netty4:{VERSION}",
        "org.apache.lucene:lucene-analysis-nori:10.5.0",
    ),
    COMPILER: ("org.eclipse.jdt:ecj:3.40.0",),
}
_PARALLEL = 4
_ATTEMPTS = 5  # without a byte gained
_PAUSE = 0.25  # seconds, doubled for each of them
_TIMEOUT = (10, 30)  # seconds to connect, between two reads
LOCK_WAIT = 1800  # seconds another process may take to download the same jars

Progress = Callable[[int, int], None]


class Jar(NamedTuple):
    """One line of a lock file."""

    coordinates: str  # group:artifact:version
    size: int  # bytes
    sha256: str

    @property
    def file(self) -> str:
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"

    @property
    def path(self) -> str:
        """Where a Maven repository keeps it, below its base address."""
        group, artifact, version = self.coordinates.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.file}"


def read_lock(path: Path) -> list[Jar]:
    """The jars that a lock file names."""
    rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Jar(coordinates, int(size), sha256) for coordinates, size, sha256 in rows]


def fetch(settings: Settings, lock: Path = JARS, progress: Progress | None = None) -> list[Path]:
    """The locked jars' paths in `settings.cache_dir`, downloaded where they are missing or damaged.

    Every file is checked by its SHA-256 each time. What was cut off is taken up where it ended. `progress` gets the
    bytes done and in total, from several threads but one call at a time, and only when there is something to download.

    Raises:
        Failure: "download_failed", "bad_download", "download_busy", "too_little_disk", "no_permission" or
            "storage_failed".
    """
    jars, folder = read_lock(lock), settings.cache_dir / "jars"

    def missing() -> list[tuple[Jar, Path]]:
        return [(jar, folder / jar.file) for jar in jars if not _intact(jar, folder / jar.file)]

    try:
        if missing():
            folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(folder / "download.lock", timeout=LOCK_WAIT):
                if still_missing := missing():  # another process may have downloaded them meanwhile
                    _Download(settings.maven_url, sum(jar.size for jar in jars), progress).run(still_missing)
    except filelock.Timeout as error:
        raise Failure(
            "download_busy", f"another process has been downloading to {folder} for {LOCK_WAIT // 60} minutes"
        ) from error
    except OSError as error:
        raise storage_failure(error, folder, "VOSTOCHNY_CACHE_DIR") from error
    return [folder / jar.file for jar in jars]


def storage_failure(error: OSError, folder: Path, variable: str) -> Failure:
    """What an error in writing to `folder` means to the user, who may choose another by `variable`."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Failure("no_permission", f"can't write to {folder}: {error}. Set {variable} to a folder that you own")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure("too_little_disk", f"no space left in {folder}. Free some, or set {variable} to another folder")
    return Failure("storage_failed", f"can't use {folder}: {error}. Set {variable} to another folder")


class _Download:
    def __init__(self, base: str, total: int, progress: Progress | None) -> None:
        self._base = base
        self._total = total
        self._progress = progress
        self._done = total
        self._counting = threading.Lock()
        self._ended = threading.Event()

    def run(self, missing: list[tuple[Jar, Path]]) -> None:
        self._count(-sum(jar.size for jar, _ in missing))
        pool = ThreadPoolExecutor(_PARALLEL)
        try:
            largest_first = sorted(missing, key=lambda item: -item[0].size)
            for future in [pool.submit(self._one, jar, path) for jar, path in largest_first]:
                future.result()
        finally:
            self._ended.set()
            pool.shutdown(cancel_futures=True)

    def _count(self, gained: int) -> None:
        with self._counting:
            self._done += gained
            if self._progress:
                self._progress(self._done, self._total)

    def _one(self, jar: Jar, path: Path) -> None:
        part = path.with_name(path.name + ".part")
        have = _size(part)
        if have > jar.size:
            part.unlink()
            have = 0
        self._count(have)
        furthest = have
        wrong = idle = 0
        problem = ""
        while not self._ended.is_set():
            if have == jar.size:
                if _intact(jar, part):
                    part.replace(path)
                    return
                part.unlink()
                self._count(-have)
                have = 0
                wrong += 1
                if wrong == 2:
                    raise Failure(
                        "bad_download",
                        f"{jar.file} from {without_password(self._base)} is not the file that was published: its "
                        "SHA-256 differs, twice. Check VOSTOCHNY_MAVEN_URL and what stands between you and it",
                    )
            if idle == _ATTEMPTS:
                raise Failure(
                    "download_failed",
                    f"{jar.file} from {without_password(self._base)}: {problem}. What has arrived is kept: try again, "
                    "or set VOSTOCHNY_MAVEN_URL to a Maven repository that this machine reaches",
                )
            if idle:
                self._ended.wait(_PAUSE * 2**idle)
            gained, problem = self._request(jar, part, have)
            before, have = have, _size(part)
            self._count(have - before - gained)  # what a server that can't resume sent once more
            idle = 0 if have > furthest else idle + 1
            furthest = max(furthest, have)

    def _request(self, jar: Jar, part: Path, have: int) -> tuple[int, str]:
        """One request for the bytes from `have` on: the bytes gained, as counted, and the problem, if any."""
        gained = 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            with requests.get(f"{self._base}/{jar.path}", headers=headers, stream=True, timeout=_TIMEOUT) as response:
                if response.status_code in (401, 403, 404, 407):
                    raise Failure(
                        "download_failed",
                        f"{without_password(self._base)} answers {response.status_code} {response.reason} for "
                        f"{jar.path}. Check VOSTOCHNY_MAVEN_URL, its user and password",
                    )
                resumed = response.status_code == 206 and _first_byte(response) == have
                if response.status_code == 416 or (response.status_code == 206 and not resumed):
                    part.unlink(missing_ok=True)
                    return 0, "the server does not continue a download rightly"
                if response.status_code not in (200, 206):
                    return 0, f"{response.status_code} {response.reason}"
                room = jar.size - (have if resumed else 0)
                with part.open("ab" if resumed else "wb") as file:
                    while chunk := response.raw.read1(1 << 16)[: room - gained]:
                        file.write(chunk)
                        gained += len(chunk)
                        self._count(len(chunk))
                        if self._ended.is_set():
                            break
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            return gained, f"{type(error).__name__}: {error}"
        return gained, "the server ended the download early"


def _first_byte(response: requests.Response) -> int:
    start = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(start) if start.isdigit() else -1


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _intact(jar: Jar, path: Path) -> bool:
    return _size(path) == jar.size and sha256(path) == jar.sha256


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(path: Path) -> None:
    """Resolves the roots of a lock file and their runtime dependencies with Maven, and writes them down."""
    dependencies = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>".format(
            *root.split(":")
        )
        for root in _ROOTS[path]
    )
    with tempfile.TemporaryDirectory() as folder:
        pom = Path(folder, "pom.xml")
        pom.write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>vostochny</groupId><artifactId>jars</artifactId>"
            f"<version>1</version><packaging>pom</packaging><dependencies>{dependencies}</dependencies></project>"
        )
        subprocess.run(
            ["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime",
             "-Dmdep.useRepositoryLayout", f"-DoutputDirectory={folder}/repository"],
            check=True,
        )  # fmt: skip
        lines = [
            "# group:artifact:version, size in bytes, SHA-256. Written by: connectors.elasticsearch.download --lock"
        ]
        for jar in sorted(Path(folder, "repository").rglob("*.jar")):
            *group, artifact, version, _ = jar.relative_to(Path(folder, "repository")).parts
            lines.append(f"{'.'.join(group)}:{artifact}:{version} {jar.stat().st_size} {sha256(jar)}")
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] != ["--lock"]:
        sys.exit(__doc__)
    for lock_file in _ROOTS:
        write_lock(lock_file)
