"""The archive: every page fetched, with the feed entry that led to it, in WARC files that others' tools read.

Each page is a `response` record followed by a `metadata` record with the entry as JSON and by the `request` that was
sent, each its own gzip member, so that a page is found by file and offset alone and a file stays readable up to its
last whole record whatever happened to its writer. An entry whose text came with it, and whose page could not be had, is
a `resource` record with that text in place of the response. A process writes to a file of its own and never appends to
one that it finds.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from connectors.web import Response
from schemas.failures import Failure
from schemas.records import ArchiveRecord, Entry, as_dict, from_dict

log = logging.getLogger(__name__)

ROTATE_AT = 1_000_000_000  # bytes

_GZIP = 31  # zlib's window bits for a gzip member
_LEVEL = 2  # of ISA-L: 0.3 ms for a page of 200 kB, as small as zlib's level 2 that takes five times as long
_CHUNK = 1 << 20

# Headers that describe the transfer, not the body that is archived (it has its encodings undone). Archivers keep
# them under this prefix, so that readers don't undo the encodings a second time.
_ORIGINAL = "X-Archive-Orig-"
_TRANSFER = ("content-encoding", "transfer-encoding", "content-length")
_HTML = "text/html; charset=utf-8"
_PAGES = ("response", "resource")
_LINE_BREAKS = re.compile(r"[\r\n\0]+")


class Archive:
    """WARC files in a folder; safe to share among threads, and to copy to other processes.

    `rotate_at` is the size in bytes at which a new file is begun.
    """

    def __init__(self, folder: str | os.PathLike[str], *, rotate_at: int = ROTATE_AT) -> None:
        self.folder = Path(folder)
        self.rotate_at = rotate_at
        self._lock = threading.Lock()
        self._descriptor = -1
        self._owner = 0  # process that opened the file: a fork must not write to its parent's
        self._file = ""
        self._size = 0

    def __reduce__(self):
        return _reopen, (self.folder, self.rotate_at)

    def write(self, response: Response, entry: Entry) -> ArchiveRecord:
        """Append a page and the entry that led to it, and return where the page is.

        The records have left the process when this returns: killing it loses none. Raises Failure `disk_full` when
        there is no room left and `archive_unwritable` when the folder can't be written; nothing of the page is then
        left behind.
        """
        page = _response_record(response)
        request = [_request_record(response, page)] if response.sent else []
        return self._write(page, _entry_record(response.url, response.requested, entry, page), *request)

    def write_entry(self, entry: Entry, fetched: str) -> ArchiveRecord:
        """Append an entry that carries its article's text itself, as if that were its page.

        `read` gives it as an answer of status 0 without a body. Raises the failures of `write`.
        """
        text = _resource_record(entry, fetched)
        return self._write(text, _entry_record(entry.url, fetched, entry, text))

    def _write(self, first: ArcWarcRecord, *others: ArcWarcRecord) -> ArchiveRecord:
        page, rest = _compress(first), b"".join(map(_compress, others))
        with self._lock:
            try:
                if self._owner != os.getpid() or self._size >= self.rotate_at:
                    self._begin_file()
                offset = self._append(page + rest)
            except OSError as error:
                raise self._failure(error) from error
            return ArchiveRecord(self._file, offset, len(page))

    def read(self, record: ArchiveRecord) -> Response:
        """The page at a place in the archive, as it was when it was fetched.

        Raises Failure `archive_missing` when the file is not there and `archive_damaged` when what is there is no
        whole page.
        """
        raw, _ = self._member(record.file, record.offset, record.length)
        return _read_response(_parse(raw, record.file, record.offset))

    def entry(self, record: ArchiveRecord) -> Entry:
        """The feed entry that led to the page at a place in the archive. Raises the failures of `read`."""
        raw, _ = self._member(record.file, record.offset + record.length)
        return _read_entry(_parse(raw, record.file, record.offset + record.length))

    def page(self, record: ArchiveRecord) -> tuple[Response, Entry]:
        """A page and the entry that led to it, in one go. Raises the failures of `read`."""
        return self.read(record), self.entry(record)

    def pages(self) -> Iterator[tuple[ArchiveRecord, Response, Entry]]:
        """Every page in the archive with its entry, file by file in the order of writing.

        A file whose tail was cut off, as by a power failure, is read as far as it is whole; the log says so.
        """
        for path in sorted(self.folder.rglob("*.warc.gz")):
            yield from self._pages_of(path.relative_to(self.folder).as_posix())

    def close(self) -> None:
        """Close the file being written. The next write begins a new one."""
        with self._lock:
            if self._owner == os.getpid():
                os.close(self._descriptor)
            self._owner = 0

    def _begin_file(self) -> None:
        if self._owner == os.getpid():
            os.close(self._descriptor)
        self._owner = 0
        now = datetime.now(UTC)
        name = f"{now:%Y-%m}/vostochny-{now:%Y%m%dT%H%M%SZ}-{os.getpid()}-{uuid.uuid4().hex[:8]}.warc.gz"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._owner, self._file, self._size = os.getpid(), name, 0
        info = {"software": "vostochny", "format": "WARC File Format 1.1", "conformsTo": _CONFORMS_TO}
        self._append(_compress(_writer().create_warcinfo_record(path.name, info)))

    def _append(self, data: bytes) -> int:
        """Write at the file's end and return the offset; leave nothing where not all of it could be written."""
        offset = self._size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            os.ftruncate(self._descriptor, offset)
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            raise
        self._size += len(data)
        return offset

    def _failure(self, error: OSError) -> Failure:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            advice = "free some space and run again: nothing is lost"
            return Failure("disk_full", f"there is no room to archive pages in {self.folder}; {advice}")
        advice = "make it writable, or set VOSTOCHNY_DATA_DIR to another folder, and run again: nothing is lost"
        return Failure("archive_unwritable", f"can't write to the archive in {self.folder}: {error.strerror}; {advice}")

    def _member(self, file: str, offset: int, length: int = 0) -> tuple[bytes, int]:
        """A gzip member, decompressed, and its compressed length."""
        path = (self.folder / file).resolve()
        if not file or not path.is_relative_to(self.folder.resolve()):
            raise Failure("archive_missing", f"{file or 'no file'!r} is no file of the archive in {self.folder}.")
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                return _decompress(stream, length or _CHUNK)
        except FileNotFoundError:
            raise Failure("archive_missing", f"The archive in {self.folder} has no file {file}.") from None
        except (OSError, EOFError, isal_zlib.error) as error:
            raise Failure("archive_damaged", f"No whole record at {offset} of {file}: {error}.") from error

    def _pages_of(self, file: str) -> Iterator[tuple[ArchiveRecord, Response, Entry]]:
        offset = 0
        size = (self.folder / file).stat().st_size
        page: tuple[ArchiveRecord, Response] | None = None
        while offset < size:
            try:
                raw, length = self._member(file, offset)
                record = _parse(raw, file, offset)
                if record.rec_type in _PAGES:
                    page = ArchiveRecord(file, offset, length), _read_response(record)
                elif record.rec_type == "metadata" and page:
                    yield *page, _read_entry(record)
                    page = None
            except Failure as failure:
                log.warning("%s is read up to byte %d of %d only. %s", file, offset, size, failure.detail)
                return
            offset += length


_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


def _reopen(folder: Path, rotate_at: int) -> Archive:
    return Archive(folder, rotate_at=rotate_at)


def _writer() -> WARCWriter:
    return WARCWriter(BytesIO(), gzip=False, warc_version="1.1")


def _response_record(response: Response) -> ArcWarcRecord:
    headers = []
    for name, value in response.headers:
        changed = name.lower() in _TRANSFER and not (
            name.lower() == "content-length" and value == str(len(response.body))
        )
        headers.append((_ORIGINAL * changed + _LINE_BREAKS.sub(" ", name), _LINE_BREAKS.sub(" ", value)))
    protocol = response.http_version if response.http_version.startswith("HTTP/") else "HTTP/1.1"
    status = _LINE_BREAKS.sub(" ", f"{response.status} {response.reason}").strip()
    return _writer().create_warc_record(
        _LINE_BREAKS.sub("", response.url),
        "response",
        payload=BytesIO(response.body),
        length=len(response.body),
        warc_headers_dict={"WARC-Date": response.requested},
        http_headers=StatusAndHeaders(status, headers, protocol=protocol),
    )


def _resource_record(entry: Entry, fetched: str) -> ArcWarcRecord:
    text = entry.content.encode("utf-8", "surrogatepass")
    return _writer().create_warc_record(
        _LINE_BREAKS.sub("", entry.url),
        "resource",
        payload=BytesIO(text),
        length=len(text),
        warc_content_type=_HTML,
        warc_headers_dict={"WARC-Date": fetched},
    )


def _request_record(response: Response, page: ArcWarcRecord) -> ArcWarcRecord:
    parts = urlsplit(response.url)
    target = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
    headers = [(_LINE_BREAKS.sub(" ", name), _LINE_BREAKS.sub(" ", value)) for name, value in response.sent]
    line = StatusAndHeaders(
        _LINE_BREAKS.sub("", f"GET {target} HTTP/1.1"), headers, protocol="HTTP/1.1", is_http_request=True
    )
    return _writer().create_warc_record(
        _LINE_BREAKS.sub("", response.url),
        "request",
        payload=BytesIO(b""),
        length=0,
        warc_headers_dict={"WARC-Date": response.requested, **_together(page)},
        http_headers=line,
    )


def _together(page: ArcWarcRecord) -> dict[str, str]:
    """What says that a record came about with a page's."""
    return {"WARC-Concurrent-To": page.rec_headers.get_header("WARC-Record-ID")}


def _entry_record(url: str, date: str, entry: Entry, page: ArcWarcRecord) -> ArcWarcRecord:
    note = json.dumps(as_dict(entry), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return _writer().create_warc_record(
        _LINE_BREAKS.sub("", url),
        "metadata",
        payload=BytesIO(note),
        length=len(note),
        warc_content_type="application/json",
        warc_headers_dict={"WARC-Date": date, **_together(page)},
    )


def _compress(record: ArcWarcRecord) -> bytes:
    writer = _writer()
    writer.write_record(record)
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    return compressor.compress(writer.out.getbuffer()) + compressor.flush()


def _decompress(stream, size: int) -> tuple[bytes, int]:
    """Read one gzip member from a stream; `size` is how many bytes to read at a time."""
    inflater = isal_zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    taken = 0
    while not inflater.eof:
        data = stream.read(size)
        if not data:
            raise EOFError("the record is cut off")
        taken += len(data)
        parts.append(inflater.decompress(data))
    return b"".join(parts), taken - len(inflater.unused_data)


def _parse(raw: bytes, file: str, offset: int) -> ArcWarcRecord:
    try:
        return next(iter(ArchiveIterator(BytesIO(raw), no_record_parse=False)))
    except Exception as error:  # warcio raises many kinds for what is no WARC record
        raise Failure("archive_damaged", f"No WARC record at {offset} of {file}: {error!r}.") from error


def _read_response(record: ArcWarcRecord) -> Response:
    if record.rec_type == "resource":
        headers = record.rec_headers
        url, requested = headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Date")
        return Response(url, 0, "", (("Content-Type", _HTML),), b"", requested)
    if record.rec_type != "response" or record.http_headers is None:
        raise Failure("archive_damaged", f"A {record.rec_type} record stands where a page should be.")
    status, _, reason = record.http_headers.statusline.partition(" ")
    return Response(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(status),
        reason=reason,
        headers=tuple((name.removeprefix(_ORIGINAL), value) for name, value in record.http_headers.headers),
        body=record.raw_stream.read(),
        requested=record.rec_headers.get_header("WARC-Date"),
        http_version=record.http_headers.protocol,
    )


def _read_entry(record: ArcWarcRecord) -> Entry:
    if record.rec_type != "metadata":
        raise Failure("archive_damaged", f"A {record.rec_type} record stands where a page's entry should be.")
    try:
        return from_dict(Entry, json.loads(record.raw_stream.read().decode("utf-8", "surrogatepass")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure("archive_damaged", f"The entry archived with a page can't be read: {error!r}.") from error
