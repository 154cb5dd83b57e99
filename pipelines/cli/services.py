"""Commands that look after feeds and the embedded Elasticsearch."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from rich.filesize import decimal
from rich.text import Text

from pipelines.cli.common import choose_feeds, columns_table, console, running


@click.group()
def feeds() -> None:
    """Look after the list of outlets."""


@feeds.command("list")
@click.option("--outlets", metavar="FILE|URL")
@click.option("--opml", is_flag=True, help="As OPML, for a feed reader.")
def list_feeds(outlets, opml) -> None:
    """Show the outlets and their feeds."""
    from connectors.opml import write

    found = choose_feeds(outlets, ())
    if opml:
        click.echo(write(found))
        return
    table = columns_table("outlet", "name", "country", "bloc", "language", "feed")
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

    table = columns_table("outlet", "feed", "format", "entries", "newest", "problem")
    failed = 0
    for found in check(choose_feeds(outlets, only), Web()):
        failed += bool(found.cause)
        problem = f"{found.cause}: {found.detail}" if found.cause else ""
        name, url, newest = found.feed.outlet.name, found.feed.url, found.state.latest_entry
        table.add_row(*(Text(str(value)) for value in (name, url, found.format, found.entries, newest, problem)))
    console.print(table)
    sys.exit(1 if failed == table.row_count else 0)


@click.group("elasticsearch")
def elasticsearch_group() -> None:
    """Start, stop and look at the embedded Elasticsearch."""


@elasticsearch_group.command()
def start() -> None:
    """Start the embedded Elasticsearch, which goes on in the background, and print its address."""
    click.echo(running(embedded=True).elasticsearch_url)


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
