"""Commands that look after what is kept: prune, backup, restore."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.filesize import decimal
from rich.progress import Progress
from rich.text import Text

from pipelines.cli.collecting import archive_of, only_one
from pipelines.cli.common import columns_table, console, demo_option, errors, iso_date, prefix_of, running
from schemas.failures import Failure

_UNITS = {"d": 1, "w": 7, "y": 365}  # days

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
repository_option = click.option(
    "--repository",
    metavar="NAME",
    default="vostochny",
    show_default=True,
    help="Snapshot repository. That of the embedded Elasticsearch is made where it is missing.",
)


def _age(_context, _parameter, text: str | None) -> timedelta | None:
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,5})([dwy])", text)
    if not found:
        raise click.BadParameter(f"{text!r} is no age; write it as 400d, 60w or 2y")
    return timedelta(days=int(found[1]) * _UNITS[found[2]])


@click.command()
@click.option("--before", metavar="DATE", default="", callback=iso_date, help="Remove what is of before this day.")
@click.option("--older-than", metavar="AGE", callback=_age, help="Remove what is older, such as 400d, 60w or 2y.")
@click.option(
    "--what",
    multiple=True,
    type=click.Choice(["articles", "statements", "dead-letters", "feeds", "entries"]),
    help="Only this; may be repeated. Default: all but entries, by which articles stay known.",
)
@click.option("--archive", is_flag=True, help="Also files of the archive that are wholly older and not needed.")
@click.option("--rate", type=click.IntRange(min=1), default=5000, show_default=True, help="Documents a second.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@yes_option
@demo_option
def prune(before, older_than, what, archive, rate, dry_run, yes, demo) -> None:
    """Remove what is older than a date.

    The date is an article's publication, and otherwise when the thing happened. An article and its statements go
    together unless --what says otherwise.
    """
    from connectors.elasticsearch import retention
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices

    if bool(before) == (older_than is not None):
        raise click.UsageError("Say either --before DATE or --older-than AGE.")
    cut = datetime.fromisoformat(before).replace(tzinfo=UTC) if before else datetime.now(UTC) - older_than
    date = cut.strftime("%Y-%m-%dT%H:%M:%SZ")
    settings, kinds = running(), what or retention.USUAL
    client, indices = connect(settings), Indices(prefix_of(demo))
    with only_one("prune", indices.prefix):
        going = retention.old_documents(client, indices, date, kinds)
        files = []
        if archive:
            folder = Path(archive_of(settings, indices.prefix))
            files = retention.old_files(client, indices, folder, cut.timestamp(), kinds, date)
        table = columns_table(f"before {date}", "to remove")
        for kind in (kind for kind in retention.KINDS if kind in kinds):
            table.add_row(kind, f"{going[kind]:,}")
        if archive:
            table.add_row("files of the archive", f"{len(files):,} ({decimal(sum(file.bytes for file in files))})")
        console.print(table)
        if dry_run or not (going.total() or files):
            return
        _sure("Remove them?", yes)
        with Progress(console=errors, disable=not errors.is_terminal, transient=True) as bars:
            task = bars.add_task("Removing", total=going.total())
            removed = retention.remove_documents(
                client, indices, date, kinds, rate=rate, removed=lambda _, number: bars.advance(task, number)
            )
        freed = retention.remove_files(files)
    console.print(
        f"Removed {removed.total():,} documents"
        + (f" and {len(files):,} files ({decimal(freed)})." if archive else "."),
        highlight=False,
    )


@click.command()
@repository_option
@click.option("--name", default="", help="Of the backup. Default: made of the time.")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Then remove all backups but the newest N.")
@click.option("--list", "listing", is_flag=True, help="Only show the backups that are there.")
@demo_option
def backup(repository, name, keep, listing, demo) -> None:
    """Take a snapshot of all indices, which holds what has changed since the last.

    The archive's files are not in it: copy them as any files.
    """
    from connectors.elasticsearch import snapshots

    client, indices = _ready(repository, demo)
    if listing:
        table = columns_table("backup", "state", "begun", "seconds")
        for found in snapshots.snapshots(client, indices, repository):
            table.add_row(Text(found.name), found.state.lower(), found.started, f"{found.seconds:.1f}")
        console.print(table)
        return
    with only_one("backup", indices.prefix):
        taken = snapshots.backup(client, indices, repository, name)
        removed = snapshots.keep_newest(client, indices, repository, keep) if keep else []
    told = f"{taken.name}: {len(taken.indices)} indices in {taken.seconds:.1f} s"
    console.print(Text(told + (f"; removed {', '.join(removed)}" if removed else "")))


@click.command()
@click.argument("name", default="")
@repository_option
@click.option("--from", "source", metavar="PREFIX", help="Of the indices that were backed up. Default: as --into.")
@click.option(
    "--into", metavar="PREFIX", help="Of the indices that are replaced. Default: the index_prefix that is set."
)
@yes_option
@demo_option
def restore(name, repository, source, into, yes, demo) -> None:
    """Put the backup NAME, or the newest, in the place of what is there.

    Nothing may be writing there: other commands of this machine are kept out; end those of other machines.
    """
    from connectors.elasticsearch import snapshots
    from connectors.elasticsearch.indices import Indices

    client, indices = _ready(repository, demo)
    target = Indices(into or indices.prefix)
    made_of = Indices(source or target.prefix)
    there = snapshots.snapshots(client, made_of, repository)
    found = [one for one in there if one.name == name] if name else [one for one in there if one.state == "SUCCESS"]
    if not found:
        names = ", ".join(one.name for one in there) or "none"
        raise Failure(
            "no_backup", f"there is no {name or 'whole backup'} of {made_of.prefix} in {repository} (there is {names})"
        )
    chosen = found[-1]
    console.print(Text(f"{chosen.name}, begun {chosen.started}, takes the place of what is in {target.prefix}-*."))
    _sure("Replace it?", yes)
    with ExitStack() as alone:
        for what in ("watch", "run", "recode", "backfill", "prune", "restore"):
            alone.enter_context(only_one(what, target.prefix))
        counts = snapshots.restore(client, target, repository, chosen, told=lambda what: errors.print(f"{what} …"))
    console.print(f"Restored: {', '.join(f'{number:,} {kind}' for kind, number in counts.items())}.", highlight=False)


def _ready(repository: str, demo: bool):
    """A client, and the indices of the prefix, once the repository is there."""
    from connectors.elasticsearch import snapshots
    from connectors.elasticsearch.client import connect
    from connectors.elasticsearch.indices import Indices
    from connectors.settings import Settings

    client, settings = connect(running()), Settings.from_env()
    snapshots.ensure_repository(client, repository, None if settings.elasticsearch_url else settings.backup_dir)
    return client, Indices(prefix_of(demo))


def _sure(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody is here to be asked: add --yes.")
    click.confirm(question, abort=True)
