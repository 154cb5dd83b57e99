"""What several commands share."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID
from rich.table import Table

from connectors.settings import DEMO, Settings
from schemas.failures import Failure


def _console(stream) -> Console:
    """A console on a standard stream; in a pipe or file each row of a table has one line, however long."""
    width = None if stream.isatty() or "COLUMNS" in os.environ else 1000
    return Console(stderr=stream is sys.stderr, width=width)


console = _console(sys.stdout)
errors = _console(sys.stderr)


def prefix_of(demo: bool) -> str:
    """What the names of the indices begin with: those of the sample data, or as it is set."""
    return DEMO if demo else Settings.from_env().index_prefix


codebook_option = click.option("--codebook", type=click.Path(exists=True, dir_okay=False), help="Another codebook.")
demo_option = click.option("--demo", is_flag=True, help="Use the sample data of `vostochny demo`.")


def iso_date(_context, _parameter, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date; write it as 2023-09-13") from None


def feed_options(command):
    """Which feeds to poll, and what of them to leave out."""
    for option in (
        click.option("--since", default="", metavar="DATE", callback=iso_date, help="Leave out what is older."),
        click.option("--only", multiple=True, metavar="NAME", help="Only outlets with NAME in their id or name."),
        click.option(
            "--outlets", metavar="FILE|URL", help="Outlets (YAML), or an OPML list. Default: those that come along."
        ),
    ):
        command = option(command)
    return command


def choose_feeds(source: str | None, only: tuple[str, ...]):
    from connectors.opml import load
    from connectors.web import Web
    from schemas.outlets import load_outlets

    feeds = load(source, Web()) if source else load_outlets()
    if only:
        wanted = [name.casefold() for name in only]
        feeds = [f for f in feeds if any(w in f.outlet.id or w in f.outlet.name.casefold() for w in wanted)]
    if not feeds:
        raise Failure("no_feeds", "no outlet is left to poll; `vostochny feeds list` shows the names for --only")
    return feeds


def columns_table(*columns: str) -> Table:
    """A table that cuts nothing off on a narrow terminal: long addresses go on in the next line."""
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def running(*, embedded: bool = False):
    """The settings with the address of an Elasticsearch that runs; starts the embedded one unless another is set."""
    from connectors.elasticsearch import node

    settings = Settings.from_env()
    if settings.elasticsearch_url and not embedded:
        return settings
    with downloading("Elasticsearch") as progress:
        return replace(settings, elasticsearch_url=node.start(settings, progress).url)


@contextmanager
def downloading(what: str):
    """What is told of a download's bytes, done and in total, is shown while the block runs."""
    with ExitStack() as stack:
        shown: list[tuple[Progress, TaskID]] = []

        def progress(done: int, total: int) -> None:
            if not shown and done < total:
                columns = ("[progress.description]{task.description}", BarColumn(), DownloadColumn())
                bars = stack.enter_context(Progress(*columns, console=errors))
                shown.append((bars, bars.add_task(f"Downloading {what}")))
            for bars, task in shown:
                bars.update(task, completed=done, total=total)

        yield progress
