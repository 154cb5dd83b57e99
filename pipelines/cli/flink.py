"""Commands that look after a Flink cluster on this machine, and the jobs of any."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from rich.filesize import decimal
from rich.text import Text

from pipelines.cli.common import columns_table, console, downloading, errors


def _cluster(url: str):
    from connectors.flink.cluster import address
    from connectors.flink.rest import Cluster
    from connectors.settings import Settings

    return Cluster(url or address(Settings.from_env()))


at_option = click.option("--at", metavar="HOST:PORT", default="", help="Another cluster than the one started here.")
job_argument = click.argument("job", default="")


@click.group()
def flink() -> None:
    """Run a Flink cluster on this machine; list, save and end the jobs of any.

    JOB is a job's id or the beginning of it; it may be left out where only one runs.
    """


@flink.command()
@click.option("--port", type=int, default=8081, show_default=True, help="Of the REST interface and the web page.")
@click.option("--worker-port", type=int, default=50000, show_default=True, help="Of the pool of Python workers.")
@click.option("--task-managers", type=click.IntRange(min=1), default=1, show_default=True, metavar="N")
@click.option("--slots", type=click.IntRange(min=1), default=2, show_default=True, metavar="N", help="Of each.")
@click.option("--heap", type=click.IntRange(min=256), default=512, show_default=True, metavar="MB", help="Of each.")
def start(**size) -> None:
    """Start the cluster, or what is missing of it, and print its address.

    It goes on in the background and listens on loopback alone. The first time downloads 137 MB.
    """
    from connectors.flink import cluster
    from connectors.settings import Settings

    settings = Settings.from_env()
    with downloading("Flink") as progress:
        cluster.start(settings, cluster.Size(**size), progress)
    click.echo(cluster.address(settings))


@flink.command()
def stop() -> None:
    """End the cluster's processes, and with them its jobs. Savepoints stay."""
    from connectors.flink import cluster
    from connectors.settings import Settings

    ended = cluster.stop(Settings.from_env())
    click.echo(f"stopped {ended} processes" if ended else "was not running")


@flink.command()
@at_option
def status(at) -> None:
    """Show processes, TaskManagers and jobs. Exit code 3 when no cluster answers."""
    from connectors.flink import cluster
    from connectors.settings import Settings
    from schemas.failures import Failure

    settings = Settings.from_env()
    if not at:
        table = columns_table("process", "id", "since", "memory")
        for process in cluster.processes(settings):
            since = datetime.fromtimestamp(process.started).isoformat(" ", "seconds")
            table.add_row(process.role, str(process.pid), since, decimal(process.memory))
        console.print(table)
    try:
        found = _cluster(at)
        managers, jobs = found.task_managers(), found.jobs()
    except Failure as problem:
        errors.print(Text(str(problem)))
        sys.exit(3)
    console.print(f"\n{found.url}: {len(managers)} TaskManagers with {sum(managers.values())} slots\n", highlight=False)
    table = columns_table("job", "name", "state", "since")
    for job in jobs:
        table.add_row(job.id, Text(job.name), job.state, datetime.fromtimestamp(job.started).isoformat(" ", "seconds"))
    console.print(table)


@flink.command()
@job_argument
@at_option
@click.option("--to", metavar="ADDRESS", default="", help="Folder that all processes of the cluster reach.")
@click.option("--cancel", is_flag=True, help="End the job in the same step.")
def savepoint(job, at, to, cancel) -> None:
    """Save what a job has done, and print where; `--savepoint_path` of the next start goes on from there."""
    cluster = _cluster(at)
    click.echo(cluster.savepoint(cluster.job(job), to, cancel=cancel))


@flink.command()
@job_argument
@at_option
def cancel(job, at) -> None:
    """End a job without saving what it has done."""
    cluster = _cluster(at)
    cluster.cancel(cluster.job(job))
