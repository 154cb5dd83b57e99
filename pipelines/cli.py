"""The command line: `vostochny COMMAND`.

Beam and spaCy take seconds to import, so each command imports what it needs.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime

import click
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID
from rich.table import Table
from rich.text import Text

from schemas.failures import Failure


def _console(stream) -> Console:
    """A console on a standard stream; in a pipe or file each row of a table has one line, however long."""
    width = None if stream.isatty() or "COLUMNS" in os.environ else 1000
    return Console(stderr=stream is sys.stderr, width=width)


console = _console(sys.stdout)
errors = _console(sys.stderr)


class Commands(click.Group):
    """Says what went wrong and how to go on in one line instead of a traceback."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except Failure as problem:
            raise click.ClickException(str(problem)) from problem


def _iso_date(_context, _parameter, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date; write it as 2023-09-13") from None


def line_options(command):
    """The options of every command that carries entries through the line."""
    for option in (
        click.option("--codebook", type=click.Path(exists=True, dir_okay=False), help="Another codebook."),
        click.option("--no-gate", is_flag=True, help="Extract every page, also those without a word of the subject."),
        click.option(
            "--processes",
            type=click.IntRange(min=0),
            default=0,
            metavar="N",
            help="Processes that read pages. Default: one a core.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
        click.option("--runner", default="FnApiRunner", show_default=True, help="Beam runner."),
        click.argument("beam_options", nargs=-1, type=click.UNPROCESSED),
    ):
        command = option(command)
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vostochny")
def main() -> None:
    """Monitor how the media react to the Moscow–Pyongyang rapprochement."""
    # Beam's word about Google packages that nothing here needs.
    logging.getLogger().addFilter(lambda record: "apitools" not in record.getMessage())
    # What goes wrong is raised, and told in one line: Beam and the client would tell it too, at length.
    for name in ("apache_beam", "elastic_transport"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--outlets", metavar="FILE|URL", help="Outlets (YAML), or an OPML list. Default: those that come along.")
@click.option("--only", multiple=True, metavar="NAME", help="Only outlets with NAME in their id or name.")
@click.option("--since", default="", metavar="DATE", callback=_iso_date, help="Leave out entries published before.")
@line_options
def run(outlets, only, since, **options) -> None:
    """Poll all outlets once and index what is new.

    Options that are not listed here are Beam's and go to the runner.
    """
    _collect(_running(), _feeds(outlets, only), since=since, **options)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--stage", type=click.Choice(["fetch", "archive", "read", "index"]), help="Only those that failed at this stage."
)
@click.option("--cause", default="", help="Only those that failed for this cause.")
@line_options
def replay(stage, cause, as_json, runner, beam_options, **options) -> None:
    """Take dead letters again."""
    from connectors.settings import Settings
    from pipelines.run import replay
    from pipelines.summary import shown_live

    line = _line(Settings.from_env(), **options)
    with shown_live(errors):
        summary = replay(line, runner, beam_options, stage=stage or "", cause=cause)
    _report(summary, as_json)


@main.command(context_settings={"ignore_unknown_options": True})
@line_options
def demo(**options) -> None:
    """Run the whole line on sample news, without any network.

    The sample data is kept apart from real data: in indices whose names start with "demo", made anew each time.
    """
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from demo.web import NewsWeb

    settings = _running()
    errors.print("Sample data: invented news of fictional outlets, served on loopback and kept apart from real data.")
    Indices(DEMO).delete(connect(settings))
    with NewsWeb() as web:
        _collect(settings, _feeds(web.url, ()), prefix=DEMO, **options)
    (errors if options["as_json"] else console).print(
        "\nThis was sample data. Three searches to try on it:\n"
        "  vostochny search --demo missile --category arms_technology\n"
        "  vostochny search --demo 러시아 --bloc rok --stance critical\n"
        "  vostochny search --demo сотрудничество --bloc russia --stance supportive"
    )


DEMO = "demo"


def _feeds(source: str | None, only: tuple[str, ...]):
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


def _line(settings, *, prefix="vostochny", codebook=None, no_gate=False, **options):
    from pipelines.line import Line

    return Line(
        settings,
        prefix=prefix,
        archive=str(settings.data_dir / f"{prefix}-archive"),
        gate=not no_gate,
        codebook=codebook or "",
        **options,
    )


def _collect(settings, feeds, *, as_json, runner, beam_options, **options) -> None:
    from pipelines.run import collect_once
    from pipelines.summary import shown_live

    line = _line(settings, **options)
    with shown_live(errors):
        summary = collect_once(feeds, line, runner, beam_options)
    _report(summary, as_json)


def _report(summary, as_json: bool) -> None:
    """Print what a run did; ends the command with exit code 1 where nothing could be done."""
    if as_json:
        click.echo(json.dumps(summary.as_dict(), ensure_ascii=False, indent=2))
    else:
        console.print(summary.table(), summary.closing(), sep="\n")
    if summary.exit_code:
        sys.exit(summary.exit_code)


@main.command()
@click.argument("text", default="")
@click.option("--category", multiple=True, help="An id of the codebook; may be given several times, like those below.")
@click.option("--bloc", multiple=True, help="The outlet's: rok, dprk, russia, west and so on.")
@click.option("--actor", multiple=True, help="Id or any name of a speaker.")
@click.option("--stance", multiple=True, help="critical, sceptical, supportive or neutral.")
@click.option("--from", "since", default="", metavar="DATE", callback=_iso_date, help="The first day of publication.")
@click.option("--to", "until", default="", metavar="DATE", callback=_iso_date, help="The last.")
@click.option("--size", default=10, show_default=True, help="Statements to show.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option("--demo", is_flag=True, help="Search the sample data of `vostochny demo`.")
def search(text, category, bloc, actor, stance, since, until, size, form, demo) -> None:
    """Find statements by words in Korean, Russian or English, whatever their inflection."""
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from connectors.elasticsearch.search import format_results, search

    results = search(
        connect(_running()),
        Indices(DEMO if demo else "vostochny"),
        text,
        categories=category,
        blocs=bloc,
        actors=actor,
        stances=stance,
        since=since,
        until=until,
        size=size,
    )
    if not results.total:
        _refuse_unknown(category, bloc, stance)
    width = console.width if sys.stdout.isatty() else int(os.environ.get("COLUMNS", 120))
    click.echo(format_results(results, form, width=width, color=sys.stdout.isatty()))


def _refuse_unknown(categories, blocs, stances) -> None:
    """Tell a misspelt filter from one that nothing fits; what another codebook coded was found before."""
    from schemas.codebook import load_codebook
    from schemas.outlets import BLOCS

    codebook = load_codebook()
    for option, given, known in (
        ("--category", categories, [category.id for category in codebook.categories]),
        ("--bloc", blocs, BLOCS),
        ("--stance", stances, [stance.id for stance in codebook.stances]),
    ):
        for value in given:
            if value not in known:
                raise Failure("bad_query", f"nothing has {option} {value!r}; there are {', '.join(known)}")


@main.command()
@click.option("--codebook", type=click.Path(exists=True, dir_okay=False), help="Another codebook.")
@click.option("--explain", is_flag=True, help="Say of each statement why it was coded so.")
@click.argument("documents", type=click.File(encoding="utf-8"), default="-")
def analyse(codebook, explain, documents) -> None:
    """Code texts: JSON lines with "id" and "text" in and out."""
    from pipelines.coding import Coder
    from pipelines.coding.analyse import analyse
    from schemas.codebook import load_codebook

    failed = 0
    try:
        for coded in analyse(documents, Coder(load_codebook(codebook)), explain=explain):
            failed += coded.startswith('{"error"')
            click.echo(coded)
    except UnicodeDecodeError as problem:
        raise Failure("bad_document", f"the documents are not UTF-8 text: {problem}; convert them first") from None
    if failed:
        raise Failure("bad_document", f'{failed} lines could not be coded: each has an "error" in its place')


@main.group()
def feeds() -> None:
    """Look after the list of outlets."""


def _table(*columns: str) -> Table:
    """A table that cuts nothing off on a narrow terminal: long addresses go on in the next line."""
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


@feeds.command("list")
@click.option("--outlets", metavar="FILE|URL")
@click.option("--opml", is_flag=True, help="As OPML, for a feed reader.")
def list_feeds(outlets, opml) -> None:
    """Show the outlets and their feeds."""
    from connectors.opml import write

    found = _feeds(outlets, ())
    if opml:
        click.echo(write(found))
        return
    table = _table("outlet", "name", "country", "bloc", "language", "feed")
    for feed in found:
        o = feed.outlet
        table.add_row(*map(Text, (o.id, o.name, o.country, o.bloc, o.language, feed.url)))
    console.print(table)


@feeds.command()
@click.option("--outlets", metavar="FILE|URL")
@click.option("--only", multiple=True, metavar="NAME")
def check(outlets, only) -> None:
    """Poll every feed once, keep nothing, and report on each."""
    from connectors.feeds import check
    from connectors.web import Web

    table = _table("outlet", "feed", "format", "entries", "newest", "problem")
    failed = 0
    for found in check(_feeds(outlets, only), Web()):
        failed += bool(found.cause)
        problem = f"{found.cause}: {found.detail}" if found.cause else ""
        name, url, newest = found.feed.outlet.name, found.feed.url, found.state.latest_entry
        table.add_row(*(Text(str(value)) for value in (name, url, found.format, found.entries, newest, problem)))
    console.print(table)
    sys.exit(1 if failed == table.row_count else 0)


@main.group("elasticsearch")
def elasticsearch_group() -> None:
    """Start, stop and look at the embedded Elasticsearch."""


@elasticsearch_group.command()
def start() -> None:
    """Start the embedded Elasticsearch, which goes on in the background, and print its address."""
    click.echo(_running(embedded=True).elasticsearch_url)


@elasticsearch_group.command()
def stop() -> None:
    """Stop it. Its data stays."""
    from connectors.elasticsearch import node
    from connectors.settings import Settings

    click.echo("stopped" if node.stop(Settings.from_env()) else "was not running")


@elasticsearch_group.command()
def status() -> None:
    """Say whether it runs, where, and how large it is. Exit code 3 when it does not run."""
    from connectors.elasticsearch import node
    from connectors.settings import Settings

    found = node.status(Settings.from_env())
    if found.running:
        click.echo(f"runs          {found.url or 'does not answer (yet)'}, health {found.health or 'unknown'}")
        click.echo(
            f"since         {datetime.fromtimestamp(found.started).isoformat(' ', 'seconds')}, process {found.pid}"
        )
        click.echo(f"memory        {decimal(found.memory)}")
    else:
        click.echo("does not run  `vostochny elasticsearch start` starts it")
    click.echo(f"version       {found.version}")
    click.echo(f"data          {decimal(found.data_bytes)} in {found.data_dir}")
    click.echo(f"log           {found.log}")
    sys.exit(0 if found.running else 3)


def _running(*, embedded: bool = False):
    """The settings with the address of an Elasticsearch that runs; starts the embedded one unless another is set."""
    from connectors.elasticsearch import node
    from connectors.settings import Settings

    settings = Settings.from_env()
    if settings.elasticsearch_url and not embedded:
        return settings
    with ExitStack() as stack:
        shown: list[tuple[Progress, TaskID]] = []

        def progress(done: int, total: int) -> None:
            if not shown and done < total:
                columns = ("[progress.description]{task.description}", BarColumn(), DownloadColumn())
                bars = stack.enter_context(Progress(*columns, console=errors))
                shown.append((bars, bars.add_task("Downloading Elasticsearch")))
            for bars, task in shown:
                bars.update(task, completed=done, total=total)

        return replace(settings, elasticsearch_url=node.start(settings, progress).url)
