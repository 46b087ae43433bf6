"""Something to look at meanwhile: bars on a terminal, a line now and then in a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from follicle_sim.cli.text import make_console

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from follicle_sim.base.progress import Report
    from follicle_sim.protocol.protocol import Protocol

EVERY = 10.0
"""Seconds between two lines where nobody looks at a terminal."""


@contextmanager
def watch_progress(quiet: bool, unit: str = "") -> Iterator[Report | None]:
    """Get the engine ready, then give a report that shows each stage; None if quiet.

    On a terminal a bar for each stage is drawn on standard error; elsewhere, as in a file, a line
    is written from time to time. `unit` names what is counted. Compiling happens here, in the main
    thread, where Ctrl-C is heard at once.
    """
    if quiet:
        yield None
        return
    console = make_console(errors=True)
    prepare_engine(console)
    if not console.is_terminal:
        yield Lines(unit, lambda text: console.print(text, soft_wrap=True))
        return
    with make_bars(unit, console) as bar:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of, completed=done)
            bar.update(tasks[stage], completed=done, total=of)

        yield report


def prepare_engine(console: Console) -> None:
    """Load the compiled engine, with a word about what takes the time where it is compiled."""
    from follicle_sim.simulation.simulate import warm_up

    with console.status("getting the engine ready (compiled once on each machine, 20 s or so)"):
        warm_up()


def make_bars(unit: str, console: Console) -> Progress:
    """Return bars with counts and times, one a stage; `unit` names what is counted."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    # where a terminal is narrow the bar gives way, and no number is cut
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TextColumn(f"{unit}," if unit else ""),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        TextColumn("gone,"),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("left"),
        console=console,
    )


class Lines:
    """A report that writes a line from time to time, and one at the end of each stage.

    Parameters
    ----------
    unit
        What is counted.
    write
        Called with each line.
    every
        Seconds between two lines at least; default `EVERY`.
    clock
        Tells the time in seconds.
    """

    def __init__(
        self,
        unit: str,
        write: Callable[[str], None],
        every: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._unit, self._write, self._clock = unit, write, clock
        self._every = EVERY if every is None else every
        self._last = clock()
        self._began: dict[str, tuple[float, int]] = {}
        self._ended: set[str] = set()

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Take note, and write where it is time."""
        now = self._clock()
        began, before = self._began.setdefault(stage, (now, done))
        ended = done >= of
        if stage in self._ended or (now - self._last < self._every and not ended):
            return
        self._last = now
        if ended:
            self._ended.add(stage)
        gone = now - began
        text = f"{stage}: {done:,} of {of:,}{f' {self._unit}' if self._unit else ''}, "
        text += f"{_clock_text(gone)} gone"
        if before < done < of and gone >= 1.0:
            text += f", about {_clock_text(gone * (of - done) / (done - before))} left"
        self._write(text)


def _clock_text(seconds: float) -> str:
    """Return a time as people read it.

    Examples
    --------
    >>> _clock_text(7.4), _clock_text(200.0), _clock_text(7300.0)
    ('7 s', '3 min 20 s', '2 h 01 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def simulate_with_progress(
    protocols: Sequence[Protocol], *, threads: int | None, quiet: bool
) -> xr.Dataset:
    """Simulate what was resolved, and show on standard error how far it is unless `quiet`.

    The command resolved the scenario to refuse what does not fit into memory; it is not resolved
    again for the simulation.
    """
    from follicle_sim.simulation.simulate import live, record, recruit

    with watch_progress(quiet, "subjects") as report:
        people = recruit(protocols, threads, progress=report)
        live(people, threads, report)
        return record(protocols, people, protocols[0].source.instrument)
