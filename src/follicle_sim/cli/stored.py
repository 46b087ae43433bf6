"""A stored result in place of a scenario, what it says of itself, and what is said besides."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from follicle_sim.cli.text import format_count, format_week, make_console, print_heading, spell_out

if TYPE_CHECKING:
    import xarray as xr

    from follicle_sim.scenario.model import Scenario

MOST_NAMES = 6


def read_scenario_of(file: Path, changes: Sequence[str]) -> Scenario:
    """Return the scenario in a result, changed; says on standard error what is otherwise today.

    Raises
    ------
    InputError
        For a file that is no result of this program, and for changes that cannot be made.
    """
    from follicle_sim.results.provenance import scenario_of
    from follicle_sim.scenario.load import with_overrides
    from follicle_sim.scenario.numbers import changed_since, not_repeated

    scenario = scenario_of(file)
    if changes:
        scenario = with_overrides(scenario, changes)
    print_incomplete(file.parent)
    print_changed_tables(scenario, [Path.cwd(), file.parent])
    print_other_numbers(changed_since(scenario), not_repeated(scenario))
    return scenario


def print_taken_scenario(file: Path) -> None:
    """Say of a result that was given in place of a scenario what is done with it."""
    from follicle_sim.base.signatures import is_netcdf

    if is_netcdf(file):
        print(f"{file} is the result of a run: its scenario is simulated once more.")
        print(f"To compare bit by bit: follicle-sim rerun {file} --check")


def print_result(file: Path) -> None:
    """Print what a stored result says of itself: the run that made it, its arms, what it holds."""
    from follicle_sim.base.attributes import read_provenance
    from follicle_sim.results.origin import origin_of
    from follicle_sim.results.provenance import scenario_of
    from follicle_sim.results.storage import read_result

    data = read_result(file)
    scenario, origin = scenario_of(data), origin_of(data)
    record = read_provenance(data.attrs, str(file))
    print_incomplete(file.parent)
    console = make_console()
    print_heading(console, f"\n{scenario.title}")
    replicates = format_count(scenario.run.replicates, "replicate")
    facts = {
        "what": _name_content(data),
        "made by": f"follicle_sim {record.get('version', 'of an unknown version')}",
        "scenario hash": origin.scenario_hash,
        "seed": f"{origin.seed}",
        "overrides": origin.overrides or "none",
        "design": f"{spell_out(scenario.design.kind)}, {replicates}",
        "visits": ", ".join(format_week(day / 7.0) for day in scenario.design.visits) + " weeks",
        "compared with": ", ".join(comparison.study for comparison in scenario.compare)
        or "no study",
    }
    width = max(map(len, facts))
    for name, text in facts.items():
        console.print(f"{name:<{width}}  {text}", soft_wrap=True)
    print_heading(console, "\nArms")
    for line in _list_arms(data, scenario):
        console.print(f"  {line}", soft_wrap=True)
    print_heading(console, "\nHolds")
    for line in _list_variables(data):
        console.print(f"  {line}", soft_wrap=True)
    console.print(f"\nfollicle-sim rerun {file} --check   repeats it, and compares", soft_wrap=True)
    console.print(
        f"follicle-sim run {file} --set A.B=C   runs its scenario, changed", soft_wrap=True
    )


def _name_content(data: xr.Dataset) -> str:
    """Return what of this program a file is."""
    if "subject" in data.dims:
        return "the result of a run"
    arm = data.attrs.get("arm")
    return "not the result of a run" if arm is None else f'what explain said of the arm "{arm}"'


def _list_arms(data: xr.Dataset, scenario: Scenario) -> Iterator[str]:
    """Yield each arm with its role and how many people it has."""
    for arm in scenario.arms:
        people = ""
        if "subject" in data.dims:
            people = f": {format_count(_count_people(data, arm.label), 'subject')}"
        yield f"{arm.label} ({spell_out(arm.role)}){people}"


def _count_people(data: xr.Dataset, label: str) -> int:
    """Return how many people an arm has: in one replicate where there are several."""
    if "enrolled" not in data or label not in data["arm"].values:
        return int(data.sizes["subject"])
    enrolled = data["enrolled"].sel(arm=label)
    return int(enrolled.isel(replicate=0).sum() if "replicate" in enrolled.dims else enrolled.sum())


def _list_variables(data: xr.Dataset) -> Iterator[str]:
    """Yield each variable with its unit and meaning."""
    width = max((len(str(name)) for name in data.data_vars), default=0)
    for name, values in data.data_vars.items():
        unit, meaning = values.attrs.get("units", "1"), values.attrs.get("long_name", "")
        yield f"{name!s:<{width}}  {meaning}" + ("" if unit == "1" else f" ({unit})")


def print_incomplete(folder: Path) -> None:
    """Say on standard error what in a folder was not written to its end, if anything."""
    from follicle_sim.base.folders import incomplete

    for sentence in incomplete(folder):
        print(f"Note: {sentence}", file=sys.stderr)


def print_changed_tables(scenario: Scenario, folders: Sequence[Path]) -> None:
    """Say on standard error which tables of a stored scenario are others in their files today."""
    from follicle_sim.scenario.text.own_data import changed_tables

    for sentence in changed_tables(scenario, folders):
        print(f"note: {sentence}", file=sys.stderr)


def print_other_numbers(names: Sequence[str], not_stored: Sequence[str] = ()) -> None:
    """Say on standard error what of a stored result is otherwise in today's package.

    Parameters
    ----------
    names
        Numbers that the result holds, and is repeated with.
    not_stored
        Tables that it does not hold.
    """
    if names:
        shown = ", ".join(names[:MOST_NAMES])
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        text = f"repeated with the numbers stored in the result; today's differ in {shown}{more}"
        print(f"Note: {text}.", file=sys.stderr)
    if not_stored:
        text = f"changed since, and not stored in the result: {', '.join(not_stored)}"
        print(f"Note: {text}; it may come out otherwise.", file=sys.stderr)
