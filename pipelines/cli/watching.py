"""The command that never ends: watch."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from datetime import UTC, datetime
from types import FrameType

import click

from pipelines.cli.collecting import carrying, line_of
from pipelines.cli.common import choose_feeds, demo_option, errors, feed_options, prefix_of, running


@click.command(context_settings={"ignore_unknown_options": True})
@feed_options
@carrying("PrismRunner")
@click.option(
    "--shards", type=click.IntRange(1, 1024), default=1, show_default=True, help="Parts that share the hosts."
)
@click.option(
    "--lease",
    type=click.FloatRange(min=5),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="After which what a dead worker has claimed is taken again.",
)
@click.option("--logs", type=click.Choice(["text", "json"]), help="Lines of log instead of the display of a terminal.")
@demo_option
def watch(outlets, only, since, runner, beam_options, shards, lease, logs, demo, **options) -> None:
    """Poll every feed when it is due and index what is new, until interrupted.

    Options that are not listed here are Beam's and go to the runner.
    """
    from connectors.settings import Settings
    from pipelines.watch import Watch, keep_watching

    _log_to_stderr(logs or ("" if errors.is_terminal else "text"))
    feeds = tuple(choose_feeds(outlets, only))

    def prepare() -> Watch:
        line = line_of(running(), prefix=prefix_of(demo), since=since, **options)
        return Watch(line, feeds, shards, lease)

    alone = not Settings.from_env().elasticsearch_url  # nobody else has the embedded node
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    try:
        keep_watching(prepare, runner, beam_options, alone=alone)
    except KeyboardInterrupt:
        errors.print("Ended. What was on its way waits, and is taken when you watch or run again.")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Beam's threads would tell at length that their connections were closed, while we do close them.
    threading.excepthook = lambda _: None
    raise KeyboardInterrupt


class _Json(logging.Formatter):
    """A log record as one line of JSON, in ECS's words."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "@timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "log.level": record.levelname.lower(),
            "log.logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(fields, ensure_ascii=False)


def _log_to_stderr(kind: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if kind == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("vostochny")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
