"""Commands on the archive: recode, backfill."""

from __future__ import annotations

import json

import click
from rich.table import Table
from rich.text import Text

from pipelines.cli.collecting import carrying, line_of, line_options, only_one, report
from pipelines.cli.common import choose_feeds, console, demo_option, errors, iso_date, prefix_of, running


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--from", "since", default="", metavar="DATE", callback=iso_date, help="Only articles published since.")
@click.option("--to", "until", default="", metavar="DATE", callback=iso_date, help="Only articles published until.")
@click.option("--reread", is_flag=True, help="Extract the articles anew too, out of the archived pages.")
@click.option("--diff", is_flag=True, help="Show what would change, and leave everything as it is.")
@click.option("--promote", is_flag=True, help="With --diff: put it in place after that.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=100, show_default=True, help="Rows of the table of --diff."
)
@click.option("--json", "as_json", is_flag=True, help="Print each change, then the summary, as a line of JSON.")
@demo_option
@carrying("FnApiRunner")
def recode(since, until, reread, diff, promote, limit, as_json, demo, runner, beam_options, **options) -> None:
    """Code the archive anew, and put the result in the place of the present articles and statements.

    Texts are taken as they were extracted, unless --reread is given: after a change of the codebook nothing else is
    needed. Pages over which the gate closed are looked at again. Whoever watches or runs meanwhile goes on, and loses
    nothing.

    Options that are not listed here are Beam's and go to the runner.
    """
    from connectors.elasticsearch.generations import Span
    from pipelines.recode import recode
    from pipelines.summary import shown_live

    if promote and not diff:
        raise click.UsageError("--promote goes with --diff; without --diff the new coding is put in place anyway")
    rows: list = []
    left = 0

    def tell(change) -> None:
        nonlocal left
        if as_json:
            click.echo(json.dumps(change.as_dict(), ensure_ascii=False))
        elif len(rows) < limit:
            rows.append(change)
        else:
            left += 1

    line = line_of(running(), prefix=prefix_of(demo), **options)
    with only_one("recode", line.prefix), shown_live(errors):
        done = recode(
            line,
            runner,
            beam_options,
            span=Span(since, until),
            tell=tell if diff else None,
            promote=promote or not diff,
            reread=reread,
        )
    if as_json:
        click.echo(json.dumps(done.as_dict(), ensure_ascii=False))
        return
    if rows:
        console.print(_table(rows))
        console.print(f"… and {left:,} more (--limit, or --json for all)" if left else "")
    if done.changes:
        console.print(_counts("category", done.changes.categories), "", _counts("stance", done.changes.stances), "")
        kinds, articles = done.changes.kinds, done.changes.articles
        told = ", ".join(f"{kinds[kind]:,} {kind}" for kind in ("added", "removed", "changed", "unchanged"))
        console.print(f"Statements of {articles:,} articles: {told}.", highlight=False)
    console.print(_closing(done), highlight=False)


@click.group()
def backfill() -> None:
    """Index articles of the past, from files, sitemaps, or snapshots of feeds.

    What is indexed already is left out: begun again after a kill, a backfill goes on where it was.
    """


def _past(what: str):
    """The options of every kind of backfill, with its arguments."""

    def decorate(command):
        for option in (
            click.option("--outlets", metavar="FILE|URL", help="Whose articles they are, as of `run`."),
            demo_option,
        ):
            command = option(command)
        return line_options(command, arguments=f"{what}... [BEAM_OPTIONS]...")

    return decorate


def _dates(command):
    for option in (
        click.option("--to", "until", default="", metavar="DATE", callback=iso_date, help="Published until."),
        click.option("--from", "since", default="", metavar="DATE", callback=iso_date, help="Published since."),
    ):
        command = option(command)
    return command


def _file_command(kind: str, doc: str):
    @backfill.command(kind, help=doc, context_settings={"ignore_unknown_options": True})
    @click.option("--listed", is_flag=True, help="Leave out what is of no outlet in the list.")
    @_past("FILE")
    def command(listed, runner, beam_options, **options) -> None:
        from pipelines.backfill import backfill_files

        words = [word for word in beam_options if not word.startswith("--")]
        rest = [word for word in beam_options if word.startswith("--")]
        if not words:
            raise click.UsageError("name at least one file")
        _fill(lambda past: backfill_files(past, kind, words, runner, rest), listed=listed, **options)

    return command


_file_command(
    "warc",
    "Articles in WARC files, of Common Crawl's news crawl (CC-NEWS) or others: HTML pages answered with status 200.",
)
_file_command(
    "jsonl",
    "Articles in files with a JSON object a line: url, text or html, and where known title, published, modified, "
    "fetched, authors, outlet.",
)


@backfill.command(context_settings={"ignore_unknown_options": True})
@_dates
@_past("URL")
def sitemap(since, until, runner, beam_options, **options) -> None:
    """Articles that sitemaps, or indexes of sitemaps, list. Arguments: their addresses."""
    from pipelines.backfill import backfill_sitemaps

    urls, rest = _addresses(beam_options)
    _fill(lambda past: backfill_sitemaps(past, urls, runner, rest), since=since, until=until, **options)


@backfill.command(context_settings={"ignore_unknown_options": True})
@_dates
@click.option("--wayback-url", default="", metavar="URL", help="Another Wayback Machine than the Internet Archive's.")
@_past("URL")
def wayback(since, until, wayback_url, runner, beam_options, **options) -> None:
    """Articles that feeds listed in the past, as the Wayback Machine has kept the feeds. Arguments: their addresses."""
    from connectors.backfill import WAYBACK
    from pipelines.backfill import backfill_snapshots

    urls, rest = _addresses(beam_options)
    _fill(
        lambda past: backfill_snapshots(past, urls, wayback_url or WAYBACK, runner, rest),
        since=since,
        until=until,
        **options,
    )


def _addresses(words) -> tuple[list[str], list[str]]:
    """Addresses, and options of Beam's."""
    urls = [word for word in words if not word.startswith("--")]
    if not urls or not all(url.startswith(("http://", "https://")) for url in urls):
        raise click.UsageError("name at least one http or https address")
    return urls, [word for word in words if word.startswith("--")]


def _fill(work, *, outlets, demo, as_json, since="", until="", listed=False, **options) -> None:
    from connectors.backfill import Range
    from pipelines.backfill import Past
    from pipelines.summary import shown_live

    feeds = tuple(choose_feeds(outlets, ()))
    line = line_of(running(), prefix=prefix_of(demo), **options)
    with only_one("backfill", line.prefix), shown_live(errors):
        summary = work(Past(line, feeds, Range(since, until), listed))
    report(summary, as_json)


def _closing(done) -> str:
    total = done.total
    parts = [f"{total['recoded']:,} articles coded anew", f"{total['statements']:,} statements"]
    if total["copied"]:
        parts.append(f"{total['copied']:,} articles kept as they are")
    parts += [f"{n:,} kept since reading failed, {what[7:]}" for what, n in total.items() if what.startswith("failed:")]
    end = "in place" if done.promoted else "nothing was put in place"
    return f"{', '.join(parts)} in {done.seconds:.1f} s; {end}."


def _table(changes) -> Table:
    table = Table(show_lines=True, expand=True)
    for column, ratio in (("Article", 4), ("Change", 2), ("Before", 4), ("After", 4), ("Statement", 8)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for change in changes:
        # Titles and names come from other people's pages: Text keeps their brackets from being read as markup.
        article = Text(f"{change.published[:10]} {change.outlet}\n{change.title}")
        text = (change.after or change.before).text
        kind = Text("\n".join((change.kind, *change.fields)))
        table.add_row(article, kind, _side(change.before), _side(change.after), Text(text))
    return table


def _side(coded) -> Text:
    return Text("\n".join(filter(None, (coded.speaker, *coded.categories, coded.stance))) if coded else "")


def _counts(what: str, counted) -> Table:
    before, after = counted
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(what)
    for column in ("before", "after", "change"):
        table.add_column(column, justify="right")
    for name in sorted({*before, *after}):
        table.add_row(Text(name), f"{before[name]:,}", f"{after[name]:,}", f"{after[name] - before[name]:+,}")
    return table
