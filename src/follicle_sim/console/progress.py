"""Simulate with something to look at meanwhile."""

import xarray as xr
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from follicle_sim.console.text import make_console
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulate import simulate, warm_up


def simulate_with_progress(scenario: Scenario, *, threads: int | None, quiet: bool) -> xr.Dataset:
    """Simulate, with a progress bar on standard error unless `quiet`."""
    if quiet:
        return simulate(scenario, threads=threads)
    console = make_console(errors=True)
    with console.status("getting the engine ready (compiled once on each machine, 20 s or so)"):
        warm_up()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("subjects,"),
        TimeElapsedColumn(),
        TextColumn("gone,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("simulating", total=None)
        return simulate(
            scenario,
            threads=threads,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
