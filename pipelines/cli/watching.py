"""The command that never ends: watch."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

import click
from rich.live import Live
from rich.text import Text

from pipelines.cli.collecting import carrying, line_of, only_one
from pipelines.cli.common import choose_feeds, demo_option, errors, feed_options, prefix_of, running
from pipelines.cli.operating import EVERY, shown
from schemas.failures import Failure

log = logging.getLogger("vostochny.watch")


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
@click.option(
    "--renew",
    type=click.FloatRange(min=0),
    default=24.0,
    show_default=True,
    metavar="HOURS",
    help="After which a watch on Prism starts afresh, in place. 0: never.",
)
@click.option("--logs", type=click.Choice(["text", "json"]), help="Lines of log instead of the display of a terminal.")
@click.option(
    "--metrics-port", type=click.IntRange(0, 65535), metavar="PORT", help="Serve figures for Prometheus. 0: a free one."
)
@click.option(
    "--metrics-host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Of the address to serve."
)
@demo_option
def watch(
    outlets, only, since, runner, beam_options, shards, lease, renew, logs, metrics_port, metrics_host, demo, **options
) -> None:
    """Poll every feed when it is due and index what is new, until interrupted.

    Options that are not listed here are Beam's and go to the runner.
    """
    from connectors.settings import Settings
    from pipelines.watch import PRISM, Watch, keep_watching

    _log_to_stderr(logs or ("" if errors.is_terminal else "text"))
    feeds = tuple(choose_feeds(outlets, only))

    running()  # which shows its own progress where it downloads
    display = _Display(prefix_of(demo))

    def prepare() -> Watch:
        line = line_of(running(), prefix=prefix_of(demo), since=since, **options)
        display.settings = line.settings
        return Watch(line, feeds, shards, lease)

    alone = not Settings.from_env().elasticsearch_url  # nobody else has the embedded node
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    if renew and runner == PRISM:
        # Beam's Python worker grows by a few hundred megabytes a day; what is on its way waits in the ledger.
        signal.signal(signal.SIGALRM, _renew)
        signal.setitimer(signal.ITIMER_REAL, renew * 3600)
    try:
        with (
            only_one("watch", prefix_of(demo)),
            _scraped(metrics_host, metrics_port, display),
            display.going_on(bool(logs) or not errors.is_terminal),
        ):
            keep_watching(prepare, runner, beam_options, alone=alone)
    except _Renewal:
        log.info("starting afresh after %g hours", renew)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    except KeyboardInterrupt:
        errors.print("Ended. What was on its way waits, and is taken when you watch or run again.")


class _Renewal(KeyboardInterrupt):
    """Ends the pipeline as an interruption does."""


def _renew(_signal: int, _frame: FrameType | None) -> None:
    threading.excepthook = lambda _: None
    raise _Renewal


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Beam's threads would tell at length that their connections were closed, while we do close them.
    threading.excepthook = lambda _: None
    raise KeyboardInterrupt


@contextmanager
def _scraped(host: str, port: int | None, display: _Display) -> Iterator[None]:
    """Figures for Prometheus are served while the block runs, if a port is given."""
    if port is None:
        yield
        return
    from prometheus_client import ProcessCollector

    from connectors.metrics import StatusMetrics, served
    from pipelines.metrics import ProcessMetrics

    process = ProcessCollector(registry=None)  # its memory, processor time and open files
    with StatusMetrics(display.ask) as asked, served(host, port, ProcessMetrics(), asked, process) as address:
        log.info("metrics at %s", address)
        yield


class _Display:
    """Tells how the watch is doing: on a terminal all the time, else by a line of log a minute."""

    def __init__(self, prefix: str) -> None:
        self.settings = None  # of the latest start
        self._prefix = prefix

    @contextmanager
    def going_on(self, logs: bool) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._log if logs else self._show, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(5)

    def ask(self):
        """The status. Raises Failure, or what the client raises, where it can't be had."""
        from connectors.elasticsearch.client import connect
        from connectors.elasticsearch.indices import Indices
        from connectors.elasticsearch.status import ask

        if self.settings is None:
            raise Failure("starting", "the pipeline is being made ready")
        client = connect(self.settings, timeout=5, retries=0)
        try:
            return ask(client, Indices(self._prefix))
        finally:
            client.close()

    def _asked(self):
        """The status, or why it can't be had."""
        try:
            return self.ask()
        except Exception as problem:  # whatever goes wrong, the watch itself says so and goes on
            return str(problem)

    def _log(self, ended: threading.Event) -> None:
        while not ended.wait(60):
            found = self._asked()
            if isinstance(found, str):
                log.warning("no status: %s", found)
                continue
            lag = found.lag.get("p95", 0.0)
            log.info(
                "%d feeds, %d failing, %d due; %d entries waiting; %d done in ten minutes; lag p95 %.1f s; %d failed",
                *(found.feeds[name] for name in ("all", "failing", "due")),
                *(found.waiting, found.settled["ten"], lag, sum(found.failed.values())),
            )

    def _show(self, ended: threading.Event) -> None:
        with Live(console=errors, screen=True) as live:
            while not ended.wait(EVERY):
                found = self._asked()
                live.update(Text(found) if isinstance(found, str) else shown(found, errors.height))


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
