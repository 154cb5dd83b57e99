"""What a run did, by outlet: shown while it runs and when it ends."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipelines.progress import FAILED, POLL_FAILED, live

COLUMNS = ("entries", "older", "known", "new", "fetched", "extracted", "relevant", "statements", "indexed", "failed")


@dataclass(frozen=True)
class Summary:
    """Counts by outlet."""

    outlets: Mapping[str, Counter[str]]
    seconds: float

    @property
    def total(self) -> Counter[str]:
        return sum(self.outlets.values(), Counter())

    @property
    def accounted(self) -> bool:
        """Whether every entry seen is indexed, known, too old, or a dead letter."""
        return all(
            c["entries"] == c["older"] + c["known"] + c["indexed"] + failures(c).total() for c in self.outlets.values()
        )

    @property
    def exit_code(self) -> int:
        """0, or 1 when nothing at all could be done: no feed answered, or every new entry failed."""
        total = self.total
        unreached = total["polled"] > 0 and total["polled"] == failures(total, POLL_FAILED).total()
        return int(unreached or (total["new"] > 0 and total["indexed"] == 0))

    def as_dict(self) -> dict:
        return {
            "seconds": round(self.seconds, 1),
            "accounted": self.accounted,
            "total": dict(self.total),
            "outlets": {name: dict(counts) for name, counts in sorted(self.outlets.items())},
        }

    def table(self) -> Group:
        """The counts by outlet, those columns in which anything was counted, and under them what failed and why."""
        shown = {name: counts + Counter(failed=failures(counts).total()) for name, counts in self.outlets.items()}
        total = sum(shown.values(), Counter())
        columns = [column for column in COLUMNS if total[column]]
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", show_footer=True)
        table.add_column("outlet", footer="all")
        for column in columns:
            table.add_column(column, justify="right", footer=f"{total[column]:,}")
        failed = []
        for name, counts in sorted(shown.items()):
            # Outlet names come from other people's files: Text keeps their brackets from being read as markup.
            table.add_row(Text(name), *(f"{counts[c]:,}" for c in columns))
            failed += [Text(f"{name}: {n:,} failed, {cause}") for cause, n in failures(counts).items()]
            failed += [Text(f"{name}: feed not read, {cause}") for cause in failures(counts, POLL_FAILED)]
        return Group(*([table, ""] if columns else []), *failed)

    def closing(self) -> str:
        """The whole in a sentence."""
        total = self.total
        read = total["polled"] - failures(total, POLL_FAILED).total()
        polled = f"{read:,} of {total['polled']:,} feeds read, " if total["polled"] else ""
        if not self.accounted:
            end = "the counts do not add up: please report this"
        elif self.exit_code:
            end = "nothing could be done"
        else:
            end = "every one is accounted for"
        return f"{polled}{total['entries']:,} entries in {self.seconds:.1f} s; {end}."


def failures(counts: Mapping[str, int], kind: str = FAILED) -> Counter[str]:
    """Dead letters, or failed polls, by cause; the most frequent first."""
    found = {name[len(kind) + 1 :]: n for name, n in counts.items() if name.startswith(kind + ":")}
    return Counter(dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))))


@contextmanager
def shown_live(console: Console) -> Iterator[None]:
    """Show the counts of this process while the block runs: a table on a terminal, else a line every ten seconds."""
    live.clear()
    started = monotonic()
    if console.is_terminal:
        with Live(console=console, get_renderable=lambda: _line(started), refresh_per_second=4, transient=True):
            yield
        return
    ended = threading.Event()

    def report() -> None:
        while not ended.wait(10):
            console.print(_line(started))

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _line(started: float) -> Text:
    total: Counter[str] = Counter()
    for (_, what), number in live.copy().items():
        total[what.partition(":")[0]] += number
    counts = " · ".join(
        f"{total[what]:,} {what}" for what in ("new", "known", "fetched", "indexed", "relevant", "statements", "failed")
    )
    return Text(f"{monotonic() - started:4.0f} s · {counts}")
