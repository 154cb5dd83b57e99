"""Commands on the archive: recode, backfill."""

from __future__ import annotations

import json

import click
from rich.table import Table
from rich.text import Text

from pipelines.cli.collecting import carrying, line_of, only_one
from pipelines.cli.common import console, demo_option, errors, iso_date, prefix_of, running


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--from", "since", default="", metavar="DATE", callback=iso_date, help="Only articles published since.")
@click.option("--to", "until", default="", metavar="DATE", callback=iso_date, help="Only articles published until.")
@click.option("--diff", is_flag=True, help="Show what would change, and leave everything as it is.")
@click.option("--promote", is_flag=True, help="With --diff: put it in place after that.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=100, show_default=True, help="Rows of the table of --diff."
)
@click.option("--json", "as_json", is_flag=True, help="Print each change, then the summary, as a line of JSON.")
@demo_option
@carrying("FnApiRunner")
def recode(since, until, diff, promote, limit, as_json, demo, runner, beam_options, **options) -> None:
    """Code the archived pages anew, and put the result in the place of the present articles and statements.

    Whoever watches or runs meanwhile goes on, and loses nothing. Options that are not listed here are Beam's and go to
    the runner.
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
