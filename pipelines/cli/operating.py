"""The command that tells how the monitoring is doing, and the display of it."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from datetime import UTC, datetime

import click
from rich.console import Group
from rich.filesize import decimal
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipelines.cli.common import console, demo_option, prefix_of, running

EVERY = 2.0  # seconds between two looks


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--follow", is_flag=True, help="Go on showing them until interrupted.")
@demo_option
def status(as_json, follow, demo) -> None:
    """Say how the monitoring is doing. Exit code 1 when something needs a look."""
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from connectors.elasticsearch.status import ask

    client, indices = connect(running()), Indices(prefix_of(demo))
    if follow:
        with contextlib.suppress(KeyboardInterrupt), Live(console=console, screen=console.is_terminal) as live:
            while True:
                live.update(shown(ask(client, indices), console.height))
                time.sleep(EVERY)
        return
    found = ask(client, indices)
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        console.print(shown(found))
    sys.exit(1 if found.problems else 0)


def shown(found, height: int = 0) -> Group:
    """A status as tables; of troubles no more than fit into so many lines (0: all)."""
    now = datetime.fromisoformat(found.asked)
    figures = Table.grid(padding=(0, 2))
    figures.add_column(style="bold")
    figures.add_column(overflow="fold")
    feeds, lag, settled = found.feeds, found.lag, found.settled
    figures.add_row("at", found.asked)
    figures.add_row(
        "feeds",
        f"{feeds['all']:,}: {feeds['alive']:,} alive, {feeds['silent']:,} silent, {feeds['failing']:,} failing, "
        f"{feeds['new']:,} not polled yet; {feeds['due']:,} due now",
    )
    polls = ", ".join(f"{n:,} {outcome}" for outcome, n in found.polls.items()) or "none"
    figures.add_row("polls", f"in the last hour {polls}; the last {_ago(found.last_poll, now)}")
    oldest = f", the oldest {_ago(found.oldest_waiting, now)}" if found.waiting else ""
    figures.add_row("waiting", f"{found.waiting:,} entries, {found.claimed:,} of them being worked on{oldest}")
    figures.add_row(
        "done",
        f"{settled['minute']:,} entries in the last minute, {settled['ten']:,} in ten, {settled['hour']:,} in the hour "
        f"({found.relevant:,} relevant)",
    )
    if lag:
        figures.add_row(
            "lag",
            ", ".join(f"{name} {value:.1f} s" for name, value in lag.items()) + " from poll to index, +1 s at most",
        )
    if found.failed:
        figures.add_row("failed", ", ".join(f"{n:,} {cause}" for cause, n in found.failed.items()))
    figures.add_row(
        "indices",
        ", ".join(f"{n:,} {kind} ({decimal(found.size[kind])})" for kind, n in found.documents.items()),
    )
    parts: list = [figures]
    room = max(0, height - 14) if height else len(found.troubles)
    if found.troubles and room:
        # Outlet names come from other people's files: Text keeps their brackets from being read as markup.
        troubles = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for column in ("outlet", "feed", "trouble", "since"):
            troubles.add_column(column, overflow="ellipsis" if height else "fold", no_wrap=bool(height))
        for trouble in found.troubles[:room]:
            what = f"{trouble.what}, {trouble.failures:,} in a row" if trouble.failures else trouble.what
            troubles.add_row(*map(Text, (trouble.outlet, trouble.url, what, _ago(trouble.since, now))))
        parts += ["", troubles]
    parts += [Text(problem, style="bold red") for problem in found.problems]
    return Group(*parts)


def _ago(then: str, now: datetime) -> str:
    if not then:
        return "never"
    seconds = max(0, round((now - datetime.fromisoformat(then).astimezone(UTC)).total_seconds()))
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name} ago"
    return f"{seconds} s ago"
