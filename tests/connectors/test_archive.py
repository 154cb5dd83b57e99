"""What is archived can be read again, by this program and by others' tools, whatever happened to the writer."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from warcio.archiveiterator import ArchiveIterator

from connectors.archive import Archive
from connectors.web import Response
from schemas.failures import Failure
from schemas.records import ArchiveRecord, Entry, Feed, Outlet


def response(number: int = 1, body: bytes = b"<p>\xea\xb9\x80\xec\xa0\x95\xec\x9d\x80</p>", **fields) -> Response:
    known = {
        "url": f"https://news.example/{number}",
        "status": 200,
        "reason": "OK",
        "headers": (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))),
        "body": body,
        "requested": "2023-09-13T08:00:00Z",
    }
    return Response(**known | fields)


def entry(number: int = 1) -> Entry:
    feed = Feed(
        "https://news.example/rss", Outlet("example", "예시일보", "KR", "rok", "ko"), private_hosts=("127.0.0.1:1",)
    )
    return Entry(
        f"id{number}", f"https://news.example/{number}", feed, "제목", authors=("홍길동",), content="<p>본문</p>"
    )


def test_a_page_and_its_entry_come_back_as_they_were(tmp_path):
    archive = Archive(tmp_path)
    places = [archive.write(response(number), entry(number)) for number in range(5)]
    for number, place in enumerate(places):
        assert archive.read(place) == response(number)
        assert archive.entry(place) == entry(number)
    assert list(Archive(tmp_path).pages()) == [(p, response(n), entry(n)) for n, p in enumerate(places)]


def test_a_page_of_nothing_and_one_of_binary_data_come_back(tmp_path):
    archive = Archive(tmp_path)
    for body in (b"", bytes(range(256)) * 3000, b"WARC/1.1\r\n\r\nHTTP/1.1 404\r\n\r\n"):
        assert archive.read(archive.write(response(body=body), entry())).body == body


def test_headers_of_the_transfer_are_kept_but_not_undone_twice(tmp_path):
    archive = Archive(tmp_path)
    headers = (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Type", "text/html"))
    page = response(headers=headers)
    place = archive.write(page, entry())
    assert archive.read(place) == page
    with (tmp_path / place.file).open("rb") as stream:
        record = next(record for record in ArchiveIterator(stream) if record.rec_type == "response")
        assert record.http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
        assert record.http_headers.get_header("Content-Encoding") is None
        assert record.content_stream().read() == page.body


def test_line_breaks_in_headers_cannot_forge_a_record(tmp_path):
    archive = Archive(tmp_path)
    place = archive.write(response(headers=(("X-Odd", "a\r\nWARC-Type: request\r\n\r\nHTTP/1.1 200"),)), entry())
    page = archive.read(place)
    assert (page.status, page.body) == (200, response().body)
    assert page.headers == (("X-Odd", "a WARC-Type: request HTTP/1.1 200"),)


def test_other_tools_find_every_record_whole(tmp_path):
    archive = Archive(tmp_path)
    place = archive.write(response(), entry())
    archive.write(response(2, sent=(("Host", "news.example"), ("User-Agent", "Vostochny"))), entry(2))
    archive.write_entry(entry(3), "2023-09-13T08:00:00Z")
    path = tmp_path / place.file
    done = _warcio("check", "-v", str(path))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("digest pass") == 8
    lines = [json.loads(line) for line in _warcio("index", "-f", "warc-type,offset", str(path)).stdout.splitlines()]
    with path.open("rb") as stream:
        records = [(r.rec_type, r.rec_headers, r.http_headers) for r in ArchiveIterator(stream, check_digests="raise")]
    kinds = [kind for kind, _, _ in records]
    assert kinds == [line["warc-type"] for line in lines]
    assert kinds == ["warcinfo", "response", "metadata", "response", "metadata", "request", "resource", "metadata"]
    assert int(lines[1]["offset"]) == place.offset
    _, (_, page, _), _, (_, request, sent) = records[2], records[3], records[4], records[5]
    assert request.get_header("WARC-Concurrent-To") == page.get_header("WARC-Record-ID")
    assert request.get_header("WARC-Date") == "2023-09-13T08:00:00Z"
    assert (sent.protocol, sent.statusline) == ("GET", "/2 HTTP/1.1")
    assert sent.get_header("user-agent") == "Vostochny"


def _warcio(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "warcio.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_text_that_came_with_its_entry_comes_back(tmp_path):
    archive = Archive(tmp_path)
    place = archive.write_entry(entry(), "2023-09-13T08:00:00Z")
    read, found = archive.page(place)
    assert (read.status, read.body, read.requested) == (0, b"", "2023-09-13T08:00:00Z")
    assert found == entry() and list(archive.pages()) == [(place, read, found)]


def test_threads_share_a_file_without_mixing_pages(tmp_path):
    archive = Archive(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda n: archive.write(response(n, b"%d" % n * 1000), entry(n)), range(200)))
    assert len({place.file for place in places}) == 1
    assert [archive.read(place).body for place in places] == [b"%d" % n * 1000 for n in range(200)]


def _write(archive: Archive, number: int) -> ArchiveRecord:
    return archive.write(response(number), entry(number))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_never_share_a_file(tmp_path, method):
    archive = Archive(tmp_path)
    own = archive.write(response(0), entry(0))
    with multiprocessing.get_context(method).Pool(1) as pool:
        other = pool.apply(_write, (archive, 1))
    again = archive.write(response(2), entry(2))
    assert own.file == again.file != other.file
    assert [archive.read(place).url[-1] for place in (own, other, again)] == ["0", "1", "2"]


def test_a_copy_writes_to_a_file_of_its_own(tmp_path):
    archive = Archive(tmp_path)
    copy = pickle.loads(pickle.dumps(archive))
    assert archive.write(response(), entry()).file != copy.write(response(), entry()).file


def test_a_full_file_is_followed_by_a_new_one(tmp_path):
    archive = Archive(tmp_path, rotate_at=2000)
    places = [archive.write(response(n, os.urandom(1500)), entry(n)) for n in range(4)]
    assert len({place.file for place in places}) == 4
    assert len(list(archive.pages())) == 4


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        archive = Archive(tmp_path)
        number = 0
        while True:
            archive.write(response(number), entry(number))
            os.write(writer, b"%d\n" % number)
            number += 1
    os.close(writer)
    with os.fdopen(reader) as acknowledged:
        for _ in range(30):
            acknowledged.readline()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        count = 30 + len(acknowledged.readlines())
    assert [page.url for _, page, _ in Archive(tmp_path).pages()][:count] == [response(n).url for n in range(count)]


@pytest.mark.parametrize("lost", [1, 100, 700])
def test_a_file_cut_off_is_read_as_far_as_it_is_whole(tmp_path, lost, caplog):
    archive = Archive(tmp_path)
    places = [archive.write(response(n), entry(n)) for n in range(3)]
    path = tmp_path / places[0].file
    os.truncate(path, path.stat().st_size - lost)
    assert [page.url for _, page, _ in archive.pages()] == [response(n).url for n in range(2)]
    assert "read up to byte" in caplog.text


def test_what_is_missing_or_damaged_is_said(tmp_path):
    archive = Archive(tmp_path / "archive")
    place = archive.write(response(), entry())
    (tmp_path / "secret.warc.gz").write_bytes((tmp_path / "archive" / place.file).read_bytes())
    cases = {
        ArchiveRecord(): "archive_missing",
        place._replace(file="2020-01/none.warc.gz"): "archive_missing",
        place._replace(file="../secret.warc.gz"): "archive_missing",
        place._replace(offset=place.offset + 5): "archive_damaged",
        place._replace(offset=10**9): "archive_damaged",
        place._replace(offset=0, length=0): "archive_damaged",  # the file's own description
    }
    for wrong, cause in cases.items():
        with pytest.raises(Failure) as failure:
            archive.read(wrong)
        assert failure.value.cause == cause, wrong


def _fill(folder, sink) -> None:
    """Write until the process's limit on file sizes, which fails as a full disk does, then report."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    archive, places = Archive(folder), []
    try:
        for number in range(100):
            places.append(archive.write(response(number, os.urandom(3000)), entry(number)))
    except Failure as failure:
        sink.send((failure.cause, str(failure), places, os.path.getsize(archive.folder / places[0].file)))


def test_a_full_disk_is_a_failure_that_leaves_the_file_whole(tmp_path):
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_fill, args=(tmp_path, there))
    process.start()
    assert here.poll(30)
    cause, text, places, size = here.recv()
    process.join()
    assert cause == "disk_full" and "free some space" in text
    assert [record for record, _, _ in Archive(tmp_path).pages()] == places
    assert size < 10_000  # no torn record at the end


def test_a_folder_that_is_no_folder_is_a_failure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure) as failure:
        Archive(tmp_path / "file").write(response(), entry())
    assert failure.value.cause == "archive_unwritable"
