"""Something to look at meanwhile: progress bars with the time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xarray as xr
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from follicle_sim.console.text import make_console
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulate import simulate, warm_up

Report = Callable[[str, int, int], None]
"""Called with the name of a stage, what of it is done and what there is in all."""


@contextmanager
def bars(*columns: ProgressColumn) -> Iterator[Progress]:
    """Get the engine ready, then draw progress on standard error.

    Compiling happens here, in the main thread, where Ctrl-C is heard at once.
    """
    console = make_console(errors=True)
    with console.status("getting the engine ready (compiled once on each machine, 20 s or so)"):
        warm_up()
    with Progress(*columns, console=console) as bar:
        yield bar


@contextmanager
def watched(quiet: bool, unit: str = "") -> Iterator[Report | None]:
    """Get the engine ready, then give a report that draws one bar a stage; None if quiet.

    Bars are drawn on standard error; `unit` names what is counted.
    """
    if quiet:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{unit},") if unit else TextColumn(""),
        TimeElapsedColumn(),
        TextColumn("gone,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with bars(*columns) as bar:
        tasks: dict[str, TaskID] = {}

        def report(title: str, done: int, of: int) -> None:
            if title not in tasks:
                tasks[title] = bar.add_task(title, total=of, completed=done)
            bar.update(tasks[title], completed=done, total=of)

        yield report


def simulate_with_progress(scenario: Scenario, *, threads: int | None, quiet: bool) -> xr.Dataset:
    """Simulate, with a progress bar on standard error unless `quiet`."""
    with watched(quiet, "subjects") as report:
        if report is None:
            return simulate(scenario, threads=threads)
        report("simulating", 0, 1)
        return simulate(
            scenario,
            threads=threads,
            progress=lambda done, total: report("simulating", done, total),
        )
