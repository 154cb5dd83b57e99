"""prune, backup and restore as commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.archive import Archive
from connectors.elasticsearch.indices import Indices
from connectors.elasticsearch.sink import Sink
from connectors.web import Response
from pipelines.cli import main
from tests.connectors.articles import article, entry, statement

TEXT = "Kirby said that Moscow buys shells. Nobody denied it."
MANY = 3


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def demo(settings, elasticsearch):
    """Articles of 2023 under the prefix of the sample data, one of them archived then."""
    indices, item = Indices("demo"), entry("archived")
    indices.delete(elasticsearch)
    indices.ensure(elasticsearch)
    archive = Archive(settings.data_dir / "demo-archive")
    record = archive.write(Response(item.url, 200, "OK", (), b"x", "2023-09-13T09:00:00Z"), item)
    archive.close()
    os.utime(archive.folder / record.file, (1694595600, 1694595600))
    said = statement(TEXT, "Kirby said that Moscow buys shells.")
    articles = [article(entry(str(number)), TEXT, said) for number in range(MANY - 1)]
    Sink(elasticsearch, indices).write_articles([*articles, article(item, TEXT, said)._replace(archive=record)])
    elasticsearch.indices.refresh(index="demo-*")
    yield archive.folder / record.file
    indices.delete(elasticsearch)


def count(elasticsearch, kind: str) -> int:
    elasticsearch.indices.refresh(index=f"demo-{kind}")
    return elasticsearch.count(index=f"demo-{kind}")["count"]


def test_prune_shows_asks_and_removes(elasticsearch, demo: Path):
    tried = call("prune", "--demo", "--before", "2023-09-14", "--archive", "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "before 2023-09-14T00:00:00Z" in tried.output and re.search(r"files of the archive +1 ", tried.output)
    unasked = call("prune", "--demo", "--before", "2023-09-14", "--archive")
    assert unasked.exit_code == 2 and "add --yes" in unasked.output
    assert count(elasticsearch, "articles") == MANY and demo.exists()

    kept = call("prune", "--demo", "--before", "2023-09-13", "--archive", "--yes")
    assert kept.exit_code == 0 and count(elasticsearch, "articles") == MANY and demo.exists()
    done = call("prune", "--demo", "--before", "2023-09-14", "--archive", "--yes")
    assert done.exit_code == 0, done.output
    assert f"Removed {2 * MANY} documents and 1 files" in done.output
    assert count(elasticsearch, "articles") == count(elasticsearch, "statements") == 0
    assert count(elasticsearch, "entries") == MANY and not demo.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "either --before DATE or --older-than AGE"),
        (["--before", "2023-09-14", "--older-than", "3d"], "either --before DATE or --older-than AGE"),
        (["--before", "yesterday"], "'yesterday' is no date"),
        (["--older-than", "3 months"], "write it as 400d, 60w or 2y"),
        (["--older-than", "3d", "--what", "feed-states"], "feed-states"),
    ],
)
def test_prune_does_not_guess(arguments, said):
    done = call("prune", *arguments)
    assert done.exit_code == 2 and said in done.output


def test_what_was_backed_up_comes_back(settings, elasticsearch, demo: Path):
    if settings.elasticsearch_url:
        pytest.skip("the server given may have no folder for backups")
    taken = call("backup", "--demo", "--name", "demo-first")
    assert taken.exit_code == 0 and "demo-first: 6 indices" in taken.output, taken.output
    assert call("prune", "--demo", "--older-than", "1w", "--what", "articles", "--yes").exit_code == 0
    second = call("backup", "--demo", "--keep", "1", "--name", "demo-second")
    assert "removed demo-first" in second.output, second.output
    listed = call("backup", "--demo", "--list")
    assert "demo-second" in listed.output and "demo-first" not in listed.output
    missing = call("restore", "--demo", "demo-first", "--yes")
    assert missing.exit_code == 1 and "no_backup" in missing.output and "demo-second" in missing.output

    Indices("demo").delete(elasticsearch)
    unasked = call("restore", "--demo")
    assert unasked.exit_code == 2 and "add --yes" in unasked.output
    with holding(settings, "watch"):
        locked = call("restore", "--demo", "--yes")
    assert locked.exit_code == 75 and "another watch is at work" in locked.output
    done = call("restore", "--demo", "--yes")
    assert done.exit_code == 0, done.output
    assert f"0 articles, {MANY} statements" in done.output
    assert count(elasticsearch, "statements") == MANY


HOLD = "import sys; from pathlib import Path; from connectors.lock import alone\n" + (
    "with alone(Path(sys.argv[1]), sys.argv[2]): print('held', flush=True); sys.stdin.read()"
)


@contextmanager
def holding(settings, what: str) -> Iterator[None]:
    """Another process does something to the sample data while the block runs."""
    command = [sys.executable, "-c", HOLD, str(settings.data_dir / f"demo-{what}.lock"), what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()
