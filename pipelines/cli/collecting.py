"""Commands that carry entries through the line: run, replay, demo."""

from __future__ import annotations

import json
import sys

import click

from pipelines.cli.common import DEMO, choose_feeds, codebook_option, console, errors, feed_options, prefix_of, running


def carrying(runner: str, arguments: str = "[BEAM_OPTIONS]..."):
    """The options of every command that carries entries through the line, with the runner it has by default."""

    def decorate(command):
        for option in (
            codebook_option,
            click.option(
                "--no-gate", is_flag=True, help="Extract every page, also those without a word of the subject."
            ),
            click.option(
                "--processes",
                type=click.IntRange(min=0),
                default=0,
                metavar="N",
                help="Processes that read pages. Default: one a core.",
            ),
            click.option("--runner", default=runner, show_default=True, help="Beam runner."),
            click.argument("beam_options", nargs=-1, type=click.UNPROCESSED, metavar=arguments),
        ):
            command = option(command)
        return command

    return decorate


def line_options(command, **given):
    """The options of the commands that come to an end."""
    return carrying("FnApiRunner", **given)(
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")(command)
    )


@click.command(context_settings={"ignore_unknown_options": True})
@feed_options
@line_options
def run(outlets, only, since, **options) -> None:
    """Poll all outlets once and index what is new.

    Options that are not listed here are Beam's and go to the runner.
    """
    with only_one("run", prefix_of(False)):
        _collect(running(), choose_feeds(outlets, only), since=since, **options)


@click.command(context_settings={"ignore_unknown_options": True})
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

    line = line_of(Settings.from_env(), **options)
    with only_one("run", line.prefix), shown_live(errors):
        summary = replay(line, runner, beam_options, stage=stage or "", cause=cause)
    report(summary, as_json)


@click.command(context_settings={"ignore_unknown_options": True})
@line_options
def demo(**options) -> None:
    """Run the whole line on sample news, without any network.

    The sample data is kept apart from real data: in indices whose names start with "demo", made anew each time.
    """
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from demo.web import NewsWeb

    settings = running()
    errors.print("Sample data: invented news of fictional outlets, served on loopback and kept apart from real data.")
    with only_one("run", DEMO), NewsWeb() as web:
        Indices(DEMO).delete(connect(settings))
        _collect(settings, choose_feeds(web.url, ()), prefix=DEMO, **options)
    (errors if options["as_json"] else console).print(
        "\nThis was sample data. Three searches to try on it:\n"
        "  vostochny search --demo missile --category arms_technology\n"
        "  vostochny search --demo 러시아 --bloc rok --stance critical\n"
        "  vostochny search --demo сотрудничество --bloc russia --stance supportive"
    )


def only_one(what: str, prefix: str):
    """A context in which no other process does the same on this machine's data."""
    from connectors.lock import alone
    from connectors.settings import Settings

    return alone(Settings.from_env().data_dir / f"{prefix}-{what}.lock", what)


def archive_of(settings, prefix: str) -> str:
    """Where the pages of a prefix are archived."""
    return str(settings.data_dir / f"{prefix}-archive")


def line_of(settings, *, prefix="", codebook=None, no_gate=False, **options):
    from pipelines.line import Line

    prefix = prefix or settings.index_prefix
    return Line(
        settings,
        prefix=prefix,
        archive=archive_of(settings, prefix),
        gate=not no_gate,
        codebook=codebook or "",
        **options,
    )


def _collect(settings, feeds, *, as_json, runner, beam_options, **options) -> None:
    from pipelines.run import collect_once
    from pipelines.summary import shown_live

    line = line_of(settings, **options)
    with shown_live(errors):
        summary = collect_once(feeds, line, runner, beam_options)
    report(summary, as_json)


def report(summary, as_json: bool) -> None:
    """Print what a run did; ends the command with exit code 1 where nothing could be done."""
    if as_json:
        click.echo(json.dumps(summary.as_dict(), ensure_ascii=False, indent=2))
    else:
        console.print(summary.table(), summary.closing(), sep="\n")
    if summary.exit_code:
        sys.exit(summary.exit_code)
