"""Against a repository on loopback that misbehaves in the ways that mirrors and lines do."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.elasticsearch import download
from schemas.failures import Failure

BODY = random.Random(3).randbytes(300_000)
OTHER = random.Random(4).randbytes(1_000)
JARS = {"org.example:large:1.0": BODY, "org.example.deep:small:2.1": OTHER}


class Repository(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {f"/maven/{download.Jar(coordinates, 0, '').path}": body for coordinates, body in JARS.items()}
        self.asked = []  # (path, Range header)
        self.faults = []  # taken one for each request for the large jar

    @property
    def ranges(self):
        return [ranged for path, ranged in self.asked if "large" in path]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        ranged = self.headers.get("Range", "")
        self.server.asked.append((self.path, ranged))
        body = self.server.files.get(self.path)
        fault = self.server.faults.pop(0) if self.server.faults and "large" in self.path else ""
        if body is None or fault == "missing":
            return self.send_error(404)
        if fault == "unavailable":
            return self.send_error(503)
        if "no range" in fault:
            ranged = ""
        start = int(ranged.removeprefix("bytes=").rstrip("-") or 0)
        if start >= len(body):
            return self.send_error(416)
        if fault == "other":
            body = body[::-1]
        if fault == "longer":
            body += b"more"
        self.send_response(206 if start else 200)
        if start:
            first = 0 if fault == "wrong range" else start
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start : start + 100_000] if "cut" in fault else body[start:])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def repository():
    with Repository() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def own(settings, repository, tmp_path):
    return replace(settings, cache_dir=tmp_path, maven_url=f"http://127.0.0.1:{repository.server_port}/maven")


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "test.lock"
    lines = [f"{name} {len(body)} {hashlib.sha256(body).hexdigest()}" for name, body in JARS.items()]
    path.write_text("\n".join(["# a comment", *lines]) + "\n")
    return path


def contents(paths):
    return [path.read_bytes() for path in paths]


def test_all_jars_arrive_and_are_asked_for_once(own, lock, repository):
    progress = []
    paths = download.fetch(own, lock, lambda done, total: progress.append((done, total)))
    assert [path.name for path in paths] == ["large-1.0.jar", "small-2.1.jar"]
    assert contents(paths) == [BODY, OTHER]
    assert progress[0][0] == 0
    assert progress[-1] == (len(BODY) + len(OTHER),) * 2
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)
    download.fetch(own, lock, lambda *_: pytest.fail("nothing is left to download"))
    assert len(repository.asked) == 2
    assert not list(own.cache_dir.rglob("*.part"))


def test_a_download_cut_off_is_taken_up_where_it_ended(own, lock, repository):
    repository.faults = ["cut", "cut"]
    progress = []
    assert contents(download.fetch(own, lock, lambda done, _: progress.append(done))) == [BODY, OTHER]
    assert repository.ranges == ["", "bytes=100000-", "bytes=200000-"]
    assert progress[-1] == len(BODY) + len(OTHER)


def test_a_later_run_takes_up_what_an_earlier_one_left(own, lock, repository):
    (own.cache_dir / "jars").mkdir()
    (own.cache_dir / "jars" / "large-1.0.jar.part").write_bytes(BODY[:250_000])
    assert contents(download.fetch(own, lock)) == [BODY, OTHER]
    assert repository.ranges == ["bytes=250000-"]


@pytest.mark.parametrize("fault", ["no range", "wrong range"])
def test_a_server_that_can_not_resume_is_asked_for_all(own, lock, repository, fault):
    repository.faults = ["cut", fault]
    progress = []
    assert contents(download.fetch(own, lock, lambda done, _: progress.append(done))) == [BODY, OTHER]
    assert progress[-1] == len(BODY) + len(OTHER)


def test_a_damaged_jar_is_downloaded_again(own, lock, repository):
    large = download.fetch(own, lock)[0]
    large.write_bytes(BODY[:1000] + b"?" + BODY[1001:])
    assert contents(download.fetch(own, lock)) == [BODY, OTHER]
    assert len(repository.ranges) == 2
    large.write_bytes(BODY[:1000])
    assert contents(download.fetch(own, lock)) == [BODY, OTHER]


@pytest.mark.parametrize("fault", ["other", "longer", "unavailable"])
def test_one_wrong_answer_is_made_good(own, lock, repository, fault):
    repository.faults = [fault]
    assert contents(download.fetch(own, lock)) == [BODY, OTHER]


def test_a_file_other_than_the_published_one_is_refused(own, lock, repository):
    repository.faults = ["other"] * 9
    with pytest.raises(Failure, match="SHA-256 differs") as failure:
        download.fetch(own, lock)
    assert failure.value.cause == "bad_download"
    assert "VOSTOCHNY_MAVEN_URL" in failure.value.detail
    assert not (own.cache_dir / "jars" / "large-1.0.jar").exists()


def test_a_server_that_never_gets_further_is_given_up(own, lock, repository, monkeypatch):
    monkeypatch.setattr(download, "_PAUSE", 0.001)
    repository.faults = ["cut"] + ["no range cut", "unavailable"] * 9
    with pytest.raises(Failure) as failure:
        download.fetch(own, lock)
    assert failure.value.cause == "download_failed"
    assert (own.cache_dir / "jars" / "large-1.0.jar.part").stat().st_size == 100_000
    repository.faults = []
    assert contents(download.fetch(own, lock)) == [BODY, OTHER]


def test_a_jar_that_is_not_there_fails_at_once(own, lock, repository):
    repository.faults = ["missing"]
    with pytest.raises(Failure, match="answers 404") as failure:
        download.fetch(replace(own, maven_url=own.maven_url.replace("//", "//user:secret@")), lock)
    assert failure.value.cause == "download_failed"
    assert "secret" not in str(failure.value)
    assert len(repository.ranges) == 1


def test_a_folder_that_can_not_be_written_is_named(own, lock, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="VOSTOCHNY_CACHE_DIR"):
        download.fetch(replace(own, cache_dir=tmp_path / "file"), lock)


def test_two_processes_download_once(own, lock, repository):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=download.fetch, args=(own, lock)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert len(repository.asked) == 2
