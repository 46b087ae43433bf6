"""`follicle-sim run`: simulate a scenario; arms by visit, the trials beside them, the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.base.units import format_unit
from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    make_path_option,
    read_scenario,
)
from follicle_sim.cli.progress import simulate_with_progress
from follicle_sim.cli.stored import print_taken_scenario
from follicle_sim.cli.text import (
    Column,
    choose_decimals,
    format_interval,
    format_number,
    format_week,
    make_console,
    print_files,
    print_groups,
    print_heading,
    print_indented,
    print_potencies,
    spell_out,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.reporting.folders.run import Written
    from follicle_sim.results.compare import ComparisonRow
    from follicle_sim.results.endpoints import EndpointRow
    from follicle_sim.scenario.model import Scenario

MOST_VISITS = 9
"""Visits of an arm shown in the run's table; the rest are in endpoints.csv."""

MOST_REASONS = 6

_RUN_COLUMNS = (
    Column("week", number=True),
    Column("mean", number=True),
    Column("change from\nbaseline", number=True),
    Column("difference\nfrom control", number=True),
    Column("observed", number=True),
    Column("z", number=True),
)
_TRIAL_COLUMNS = (
    Column("week", number=True),
    Column("what"),
    Column("observed\n(SE)", number=True),
    Column("simulated\n(SE)", number=True),
    Column("z", number=True),
)


Out = Annotated[
    Path | None, make_path_option("Folder for the results. Default: results/NAME_OF_FILE.")
]
Subjects = Annotated[
    bool,
    typer.Option(
        "--subjects", help="Also write subjects.csv: a line for every subject, arm and visit."
    ),
]


def run(
    file: ScenarioFile,
    out: Out = None,
    seed: Seed = None,
    settings: Settings = None,
    subjects: Subjects = False,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario, hold it against its trials, write data, tables and figures."""
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.reporting.folders.run import make_folder, write_run
    from follicle_sim.simulation.simulate import check_memory

    scenario = read_scenario(file, settings, seed)
    if not quiet:
        print_taken_scenario(file)
    protocols = resolve(scenario)
    check_memory(protocols[0])
    folder = make_folder(out or default_folder(file))
    data = simulate_with_progress(protocols, threads=threads, quiet=quiet)
    written = write_run(data, scenario, folder, subjects=subjects)
    if not quiet:
        print_run(scenario, written, folder)


def print_run(scenario: Scenario, written: Written, folder: Path) -> None:
    """Print a run's result: a table arm by visit, the comparison, and where the files are."""
    from follicle_sim.protocol.baseline.words import baseline_sentence
    from follicle_sim.protocol.donor import donor_notes
    from follicle_sim.reporting.page.caveats import note_identical_people

    console = make_console()
    print_heading(console, f"\n{scenario.title}")
    print_potencies(console, scenario)
    if scenario.population.stated is not None:
        console.print(f"Baseline: {baseline_sentence(scenario)}.")
    for _, sentence in donor_notes(scenario):
        console.print(f"Donor area: {sentence}.")
    _print_course(console, written, scenario)
    _print_regions(console, written)
    _print_beyond(console, written)
    rows = written.comparison.rows
    if rows:
        _print_comparison(console, rows)
    elif not scenario.compare:
        console.print("\nThe scenario names no study to compare with.")
    _print_unmatched(console, written)
    if caveat := note_identical_people(scenario):
        console.print()
        print_indented(console, caveat, 0)
    print_files(console, folder, written.files)


def _print_course(console: Console, written: Written, scenario: Scenario) -> None:
    endpoints, name = written.endpoints, written.variable
    rows = [row for row in endpoints.rows if row.variable == name]
    if not rows:
        return
    published = [row for row in written.comparison.rows if row.endpoint == name]
    digits = choose_decimals(row.mean for row in rows)
    groups: dict[str, list[list[str]]] = {}
    for row in _choose_visits(rows, published):
        matches = [p for p in published if _meets(row, p)]
        values = [
            f"{_name_kind(p)} {format_number(p.observed, digits, sign=_signed(p))}" for p in matches
        ]
        groups.setdefault(_arm_title(row), []).append(
            [
                format_week(row.week),
                format_number(row.mean, digits),
                format_interval(row.change, row.change_low, row.change_high, digits),
                format_interval(row.difference, row.difference_low, row.difference_high, digits),
                "\n".join(values),
                "\n".join(format_z(p) for p in matches),
            ]
        )
    unit = format_unit(rows[0].unit)
    console.print(
        f"\n{spell_out(name).capitalize()}{f' ({unit})' if unit else ''}: mean; "
        f"changes with {endpoints.level * 100:g} % interval"
    )
    if "credible" in endpoints.interval:
        console.print(endpoints.interval)
    if endpoints.control and len(groups) > 1:
        console.print(f"control: {endpoints.control}")
    console.print()
    print_groups(console, _RUN_COLUMNS, groups)
    if not endpoints.control and len(groups) > 1:
        from follicle_sim.scenario.rules.controls import way_to_a_control, why_no_control

        reason = why_no_control({arm.label: arm.role for arm in scenario.arms})
        way = way_to_a_control([arm.label for arm in scenario.arms if not arm.doses])
        console.print(f"\n{reason[:1].upper()}{reason[1:]}. {way}")


def _print_beyond(console: Console, written: Written) -> None:
    """Print what of the run nobody has ever published."""
    for one in written.beyond:
        console.print()
        print_indented(console, f"{one.sentence[0].upper()}{one.sentence[1:]}.", 0)


def _print_regions(console: Console, written: Written) -> None:
    """Print the hairs of every region at the first visit and the last, where there are regions."""
    prefix = "region_density["
    rows = [row for row in written.endpoints.rows if row.variable.startswith(prefix)]
    if not rows:
        return
    first, last = rows[0].week, max(row.week for row in rows)
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        if row.week != first:
            continue
        (end,) = (
            each
            for each in rows
            if (each.arm, each.variable, each.week) == (row.arm, row.variable, last)
        )
        name = row.variable.removeprefix(prefix).removesuffix("]")
        cells = [name, *(format_number(each.mean, 0) for each in (row, end))]
        groups.setdefault(_arm_title(row), []).append(cells)
    columns = (
        Column("region"),
        Column(f"week {format_week(first)}", number=True),
        Column(f"week {format_week(last)}", number=True),
    )
    console.print(f"\nHairs by region ({format_unit(rows[0].unit)}): mean\n")
    print_groups(console, columns, groups)


def _arm_title(row: EndpointRow) -> str:
    role = spell_out(row.role)
    return row.arm if not role or role in row.arm.lower() else f"{row.arm} ({role})"


def _choose_visits(
    rows: Sequence[EndpointRow], published: Sequence[ComparisonRow]
) -> Iterator[EndpointRow]:
    """Pass visits with a published number, and enough others to see the course."""
    days = sorted({row.day for row in rows})
    step = max(1, -(-len(days) // MOST_VISITS))
    days_shown = {*days[::step], days[-1]}
    # in every arm, so that what a trial published of one can be read beside the others
    days_shown |= {row.day for row in rows if any(_meets(row, p) for p in published)}
    yield from (row for row in rows if row.day in days_shown)


def _meets(row: EndpointRow, published: ComparisonRow) -> bool:
    arms = published.arm.split(" + ")
    return row.arm == arms[0] and abs(row.day - published.day) < 0.5 and _shown(published)


def _shown(row: ComparisonRow) -> bool:
    return row.kind in ("level", "change", "difference")


def _signed(row: ComparisonRow) -> bool:
    return row.kind != "level"


def _name_kind(row: ComparisonRow) -> str:
    if " + " in row.arm:
        return "all arms"
    return {"level": "mean", "change": "change", "difference": "difference"}[row.kind]


def _print_comparison(console: Console, rows: Sequence[ComparisonRow]) -> None:
    from follicle_sim.evidence.studies import load_studies
    from follicle_sim.figures.parts.whose import whose_numbers

    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        against = f" minus {row.control}" if row.control else ""
        se = row.observed_se if row.observed_se is not None else row.imputed_se
        digits, sign = choose_decimals([row.observed, row.simulated]), _signed(row)
        mark = "" if row.observed_se is not None else "~"
        unit = format_unit(row.unit)
        what = f"{spell_out(row.endpoint)}, {spell_out(row.kind)}"
        groups.setdefault(f"{row.study}: {row.arm}{against} (for {row.use})", []).append(
            [
                format_week(row.week),
                what + (f" ({unit})" if unit else ""),
                _with_se(row.observed, se, mark, digits, sign),
                _with_se(row.simulated, row.simulated_se, "", digits, sign),
                format_z(row),
            ]
        )
    whose = whose_numbers(rows)
    print_heading(console, f"\nAgainst {whose.trials}\n")
    print_groups(console, _TRIAL_COLUMNS, groups)
    console.print(f"\nz: simulated minus {whose.subtrahend}, in joint standard errors (SE).")
    if any(row.observed_se is None and row.imputed_se is not None for row in rows):
        console.print("~: no spread was published; the SE stands on an assumption.")
    studies = load_studies()
    for study in dict.fromkeys(row.study for row in rows):
        if study in studies and studies[study].controlled == "uncontrolled":
            console.print(
                f"{study} had no control arm: its change holds whatever time, season, handling and "
                "regression to the mean added."
            )


def _print_unmatched(console: Console, written: Written) -> None:
    unmatched = written.comparison.unmatched
    if not unmatched:
        return
    # One reason often holds for many numbers: it is said once, after all their names.
    reasons: dict[tuple[str, str], list[str]] = {}
    for lost in unmatched:
        week = "" if lost.week is None else f" week {format_week(lost.week)}"
        what = f"{spell_out(lost.endpoint)}{week}".strip() or lost.name
        reasons.setdefault((lost.study, lost.reason), []).append(what)
    console.print(f"\nWithout a counterpart ({len(unmatched)}):")
    for (study, reason), names in list(reasons.items())[:MOST_REASONS]:
        print_indented(console, f"{study}: {', '.join(names)}: {reason}", 2)
    if len(reasons) > MOST_REASONS:
        left = sum(len(names) for names in list(reasons.values())[MOST_REASONS:])
        print_indented(console, f"and {left} more", 2)


def _with_se(value: float, se: float | None, mark: str, digits: int, sign: bool) -> str:
    return format_number(value, digits, sign=sign) + (
        "" if se is None else f" ({mark}{format_number(se, digits)})"
    )


def format_z(row: ComparisonRow) -> str:
    """Return the z score of a row, marked ~ where its standard error was imputed."""
    if row.z is not None:
        return format_number(row.z, 1, sign=True)
    return "" if row.z_imputed is None else "~" + format_number(row.z_imputed, 1, sign=True)
