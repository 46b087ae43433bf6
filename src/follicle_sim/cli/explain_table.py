"""The table of `follicle-sim explain`: every link week by week, and the factors it used.

Imported when it is printed, not at every start: it needs the libraries that a run needs.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.console import Console

from follicle_sim.base.types import Floats
from follicle_sim.biology.factors import CHANNELS, FACTOR_FILE, load_factors
from follicle_sim.cli.text import (
    Column,
    format_number,
    print_groups,
    print_heading,
    print_indented,
    spell_out,
)
from follicle_sim.scenario.model import Scenario

MOST_WEEKS = 8
"""Weeks shown in the table; every day is in explain.nc."""

PHASES = ("anagen", "telogen", "kenogen")


def print_course(console: Console, scenario: Scenario, data: xr.Dataset) -> None:
    """Print what every link does at a few weeks: a row for each level, effect, factor, clock."""
    at = _choose_weeks(scenario, data)
    weeks = np.round(data["time"].values[at] / 7.0, 6) + 0.0  # no -0
    columns = [Column("week")] + [Column(f"{week:.4g}", number=True) for week in weeks]
    groups: dict[str, list[list[str]]] = {}
    for group, name, values, digits in _list_rows(scenario, data):
        nothing = 1e-3 * float(np.abs(values).max())
        cells = [_format_level(value, digits, nothing) for value in values[at]]
        groups.setdefault(group, []).append([name, *cells])
    print_groups(console, columns, groups)


def _choose_weeks(scenario: Scenario, data: xr.Dataset) -> NDArray[np.intp]:
    """Return positions on the time axis of the scenario's visits, thinned to fit a table."""
    days = data["time"].values
    visits = np.array(scenario.design.visits)
    if visits.size < 4:
        visits = np.unique(np.round(np.linspace(0.0, days[-1], 5) / 7.0) * 7.0)
    step = max(1, -(-visits.size // (MOST_WEEKS - 1)))
    days_shown = np.unique([*visits[::step], visits[-1]])
    return np.unique(np.clip(np.searchsorted(days, days_shown), 0, days.size - 1))


def _list_rows(scenario: Scenario, data: xr.Dataset) -> Iterator[tuple[str, str, Floats, int]]:
    """Yield group, name, course and decimals (-1: three figures) of every row of the table."""
    first = data.isel(arm=0)
    for name in list_treatments(data):
        one = data.sel(treatment=name)
        unit = str(one["level_unit"].item())
        yield "Level at the site of effect", f"{name} ({unit})", one["dose_level"].values, -1
    for name in list_treatments(data):
        yield "Effect", name, data["effect"].sel(treatment=name).values, 2
    for name in list_moved_factors(data):
        levels = first["factor_level"].sel(factor=name).values
        yield "Factors (1 = untreated)", name, levels, 2
    without = data.isel(arm=-1)
    for phase in PHASES:
        speeds = [part["clock_speed"].sel(stratum="typical", phase=phase) for part in (first, data)]
        start = float(without["clock_speed"].sel(stratum="typical", phase=phase)[0])
        group = "Clocks of a typical follicle (1 = untreated at baseline)"
        yield group, f"{phase} ends", speeds[0].values / start, 2
    for stratum in data["stratum"].values:
        size = 100 * np.exp(first["log_calibre"].sel(stratum=stratum).values)
        yield "Calibre (% of full size)", f"{stratum} follicle", size, 0
    for phase in ("anagen", "telogen", "kenogen"):
        share = 100 * first["phase_share"].sel(state=phase).values
        yield "Follicles in each phase (%)", phase, share, 0
    losses = "before reading losses, " if has_reading_losses(scenario) else ""
    for label in data["arm"].values:
        density = data["hair_density"].sel(arm=label).values
        yield f"Hair density expected ({losses}hairs/cm2)", str(label), density, 1


def has_reading_losses(scenario: Scenario) -> bool:
    """Return whether a trial counts more or fewer hairs than its instrument could see."""
    tool = scenario.instrument
    lost = (tool.missed, tool.missed_thin, tool.occlusion, tool.false_hairs, tool.operator_error)
    return any(lost) or tool.count_bias != 1.0 or tool.border != "exit"


def _format_level(value: float, digits: int, nothing: float) -> str:
    if digits >= 0:
        return format_number(float(value), digits)
    return "0" if abs(value) < nothing else f"{value:.3g}"


def print_factors(console: Console, data: xr.Dataset) -> None:
    """Print the entries of the factor table that this arm uses; the file is there to be edited."""
    names = list_moved_factors(data)
    table = load_factors()
    if not names:
        return
    print_heading(console, "\nFactors used, and what each touches")
    print_indented(console, f"from {FACTOR_FILE}", 2, style="dim")
    for name in names:
        factor = table.factors[name]
        print_indented(console, f"{name} ({factor.kind}): {factor.direction}", 2)
        for line in _list_elasticities(factor.model_dump(exclude_none=True)):
            print_indented(console, line, 6, style="dim")
    for name in list_treatments(data):
        drive = data["drive"].sel(treatment=name)
        moved = [
            f"{factor} {float(drive.sel(factor=factor)):+.3g}"
            for factor in names
            if float(drive.sel(factor=factor)) != 0.0
        ]
        print_indented(console, f"{spell_out(name)} at effect 1: {', '.join(moved)}", 2)


def _list_elasticities(entry: Mapping[str, object]) -> Iterator[str]:
    for channel in (*CHANNELS, "turnover"):
        quantity = entry.get(channel)
        if isinstance(quantity, dict):
            unit = "" if quantity["unit"] == "1" else f" {quantity['unit']}"
            word = "elasticity " if channel in CHANNELS else ""
            yield f"{channel}: {word}{quantity['value']:g}{unit} ({quantity['grade']})"


def list_treatments(data: xr.Dataset) -> list[str]:
    """Return the treatments that act in the arm explained."""
    return [str(name) for name in data["treatment"].values] if "treatment" in data.dims else []


def list_moved_factors(data: xr.Dataset) -> list[str]:
    """Return the factors whose level leaves that of an untreated subject."""
    levels = data["factor_level"].isel(arm=0)
    return [str(f) for f in data["factor"].values if (levels.sel(factor=f) != 1.0).any()]
