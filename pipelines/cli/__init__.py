"""The command line: `vostochny COMMAND`.

Beam and spaCy take seconds to import, so each command imports what it needs.
"""

from __future__ import annotations

import errno
import logging

import click

from pipelines.cli import (
    archiving,
    coding,
    collecting,
    configuring,
    exporting,
    flink,
    keeping,
    operating,
    searching,
    services,
    watching,
)
from schemas.failures import Failure

TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h


class Commands(click.Group):
    """Says what went wrong and how to go on in one line instead of a traceback."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except Failure as problem:
            told = click.ClickException(str(problem))
            if problem.cause == "locked":
                told.exit_code = TRY_LATER
            raise told from problem
        except OSError as problem:
            if problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise click.ClickException(f"disk_full: no room for {problem.filename or 'a file'}; free some") from problem


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vostochny")
def main() -> None:
    """Monitor how the media react to the Moscow–Pyongyang rapprochement."""
    # Beam's word about Google packages that nothing here needs.
    logging.getLogger().addFilter(lambda record: "apitools" not in record.getMessage())
    # What goes wrong is raised, and told in one line: Beam and the client would tell it too, at length.
    for name in ("apache_beam", "elastic_transport"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


for _command in (
    collecting.run,
    watching.watch,
    operating.status,
    collecting.replay,
    archiving.recode,
    archiving.backfill,
    collecting.demo,
    searching.search,
    exporting.export,
    searching.desk,
    searching.dashboards,
    coding.analyse,
    coding.evaluate,
    coding.annotate,
    services.feeds,
    services.elasticsearch_group,
    keeping.prune,
    keeping.backup,
    keeping.restore,
    configuring.config,
    flink.flink,
):
    main.add_command(_command)
