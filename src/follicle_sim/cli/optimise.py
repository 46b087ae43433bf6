"""`follicle-sim optimise`: search for a schedule; front, winner, luck, classes of people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    Resume,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    make_folder_option,
    quote_command,
    read_scenario,
)
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    Column,
    format_count,
    format_interval,
    format_number,
    make_console,
    print_groups,
    print_heading,
    print_indented,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.experiments.schedules.optimise import Optimised
    from follicle_sim.experiments.schedules.retest import Best, Retested

_COLUMNS = (
    Column("schedule"),
    Column("cost\n(USD)", number=True),
    Column("visits", number=True),
    Column("in the search", number=True),
    Column("on fresh people", number=True),
    Column("luck", number=True),
    Column("USD\nper hair/cm2", number=True),
)
_CLASS_COLUMNS = (
    Column("best schedule"),
    Column("cost\n(USD)", number=True),
    Column("on fresh people", number=True),
    Column("with the\ncommon one", number=True),
    Column("the common\none loses", number=True),
)


Trials = Annotated[
    int | None,
    typer.Option("--trials", min=1, help="Schedules to simulate. Default: the table's (200)."),
]
Out = Annotated[Path | None, make_folder_option("optimise")]


def optimise(
    file: ScenarioFile,
    trials: Trials = None,
    seed: Seed = None,
    settings: Settings = None,
    out: Out = None,
    resume: Resume = False,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Search number, spacing, dose and start of sessions and a cocktail's composition.

    The scenario's [optimise] table says what may vary, the budget and the objective. The best
    schedules are tried again on fresh people, so that luck is not reported as gain.
    """
    from follicle_sim.experiments.schedules.optimise import make_spaces
    from follicle_sim.experiments.schedules.optimise import optimise as search_schedules
    from follicle_sim.reporting.folders.optimise import write_schedules
    from follicle_sim.reporting.folders.run import make_folder

    scenario = read_scenario(file, settings, seed)
    make_spaces(scenario)  # a budget that no schedule meets is told before anything is made
    folder = make_folder(out or default_folder(file, "optimise"))
    with watch_progress(quiet, "schedules") as report:
        result = search_schedules(
            scenario,
            trials=trials,
            folder=folder,
            resume=resume,
            threads=threads,
            report=report,
        )
    files = write_schedules(result, folder, quote_command())
    if not quiet:
        print_schedules(result, folder, files)


def print_schedules(optimised: Optimised, folder: Path, files: Sequence[str]) -> None:
    """Print what a search found: front, winner and its luck, classes, and where the files are."""
    console = make_console()
    best = optimised.best
    print_heading(console, f"\n{optimised.scenario.title}")
    console.print(f"\n{_describe_question(best)}", soft_wrap=True)
    console.print()
    groups = {
        "winner": [_format_row(best, best.again)],
        "the front, by cost": [_format_row(best, row) for row in best.retested[1:]],
        "for orientation": [_format_row(best, row, row.name) for row in best.courses],
    }
    print_groups(console, _COLUMNS, {name: rows for name, rows in groups.items() if rows})
    for line in _conclude(optimised):
        console.print()
        print_indented(console, line, 0)
    if optimised.classes:
        _print_classes(console, optimised)
    _print_end(console, optimised, folder, files)


def _describe_question(best: Best) -> str:
    from follicle_sim.base.units import format_quantity

    search = best.space.search
    week = format_quantity(search.at, "time")
    what = {
        "density_gain": f"gain at {week} (hairs/cm2)",
        "area_under_gain": f"area under the gain until {week} (hair-weeks/cm2)",
        "cost_per_hair": f"gain at {week} (hairs/cm2), searched for the cheapest hair",
    }[search.objective]
    return f"{search.arm} against {best.space.control.label}: {what}, with 95 % intervals"


def _format_row(best: Best, row: Retested, name: str = "") -> list[str]:
    from follicle_sim.experiments.schedules.gain import cost_per_hair

    searched, fresh = row.searched, row.fresh
    label = f"{name}: {row.schedule.text}" if name else row.schedule.text
    area = best.space.search.objective == "area_under_gain"
    price = None if area else cost_per_hair(fresh.value, row.bill.cost)
    return [
        label + (f" ({row.refused})" if row.refused else ""),
        f"{row.bill.cost:,.0f}",
        f"{row.bill.visits:g}",
        "" if searched is None else format_interval(searched.value, searched.low, searched.high, 1),
        format_interval(fresh.value, fresh.low, fresh.high, 1),
        format_number(row.luck, 1, sign=True),
        "" if price is None else f"{price:,.0f}",
    ]


def _conclude(optimised: Optimised) -> list[str]:
    best = optimised.best
    winner, cheap, searched = best.again, best.as_good, best.searched
    left = ", ".join(f"{reason} {count:,}" for reason, count in searched.left_out.items())
    tried = format_count(len(searched.tried), "schedule")
    how = "all that can be followed" if searched.whole else f"proposed by {searched.method}"
    lines = [
        f"{tried} tried ({how}) on {best.subjects} people with seed {optimised.seed}, the best "
        f"again on {best.retest_subjects} others with seed {optimised.retest_seed}"
        + (f"; left out: {left}." if left else ".")
    ]
    if winner.luck is not None and winner.luck_se is not None:
        promised = winner.fresh.value + winner.luck
        within = ", within its error" if abs(winner.luck) < 2 * winner.luck_se else ""
        lines.append(
            f"The search said {promised:+.1f} of its winner, fresh people "
            f"{winner.fresh.value:+.1f}: luck {winner.luck:+.1f} (SE {winner.luck_se:.1f}){within}."
        )
    if cheap.schedule != winner.schedule:
        lines.append(
            f"Not told from the winner by fresh people, and cheaper: {cheap.schedule.text}, "
            f"{cheap.bill.cost:,.0f} USD, {-cheap.behind.value:+.1f} "
            f"[{-cheap.behind.high:.1f}, {-cheap.behind.low:.1f}]."
        )
    lines.append(
        "Intervals are over people; that potency, kinetics and prices are uncertain is not in them."
    )
    return lines


def _print_classes(console: Console, optimised: Optimised) -> None:
    print_heading(console, "\nClasses of people\n")
    groups = {}
    for row in optimised.classes:
        winner = row.best.again
        groups[row.label] = [
            [
                winner.schedule.text,
                f"{winner.bill.cost:,.0f}",
                format_interval(winner.fresh.value, winner.fresh.low, winner.fresh.high, 1),
                format_number(row.common.value, 1, sign=True),
                format_interval(row.loss.value, row.loss.low, row.loss.high, 1),
            ]
        ]
    print_groups(console, _CLASS_COLUMNS, groups)
    if optimised.best.space.search.objective == "cost_per_hair":
        console.print("\nWhat it loses: USD more for each hair/cm2.")
    console.print(
        "\nThe common one is the winner among everybody; the same fresh people with both."
    )
    missed = [row.label for row in optimised.classes if row.loss.high < 0.0]
    if missed:
        console.print(
            f"The search missed a better schedule among {'; '.join(missed)}: the common one is. "
            "More --trials find it."
        )


def _print_end(console: Console, optimised: Optimised, folder: Path, files: Sequence[str]) -> None:
    console.print(f"\n{optimised.seconds:.0f} s. Written to {folder}:", soft_wrap=True)
    print_indented(console, "  ".join(files), 2)
    console.print(
        f"  simulate the winner: follicle-sim run {folder / 'winner.toml'}", soft_wrap=True
    )
