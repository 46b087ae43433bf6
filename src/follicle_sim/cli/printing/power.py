"""Power in the terminal: size by size, people needed, and what to keep in mind."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from follicle_sim.cli.printing.text import (
    Column,
    decimals,
    make_console,
    number,
    plain_words,
    print_groups,
)
from follicle_sim.experiments.planning.power import PowerResult
from follicle_sim.experiments.planning.power_rows import OFF, PowerRow
from follicle_sim.figures.power import in_all, people_needed


def print_power(found: PowerResult, caveats: Sequence[str] = ()) -> None:
    """Print how often trials found the effect, what their estimates were, and the people needed.

    caveats : what makes the power look better than it is
    """
    console = make_console()
    plan = found.plan
    sides = "two-sided" if plan.sides == 2 else "one-sided"
    measure = "" if plan.measured == "change" else f" ({plan.measured})"
    what = f"{plain_words(plan.endpoint)}{measure}, {plain_words(plan.method)}"
    console.print(f"\n{what}, alpha {plan.level_of_error:g} {sides}")
    console.print(f"{found.people.meaning()}.")
    if found.stopped:
        done = {str(drug): int(n) for drug, n in zip(*_done(found), strict=True)}
        parts = [f"{n:,} of {found.wanted:,} with the drug {drug}" for drug, n in done.items()]
        console.print(f"Stopped by the user; trials done: {', '.join(parts)}.")
    digits = decimals(row.estimate_sd for row in found.rows)
    columns = [Column("week", True), Column("n", True), Column("in all", True)]
    columns += [
        Column("power (%)", True),
        Column("estimate\n(SD)", True),
        Column("CI\nwidth", True),
    ]
    columns += [Column("exagg.", True), Column("wrong\nsign", True)]
    groups: dict[str, list[list[str]]] = {}
    for row in found.rows:
        title = f"{row.comparison}{', drug switched off' if row.drug == OFF else ''}"
        groups.setdefault(title, []).append(_cells(row, digits))
    print_groups(console, columns, groups)
    failed = max(row.failed for row in found.rows)
    if failed:
        console.print(
            f"Up to {failed} trials could not be analysed; they count as not significant."
        )
    _print_smallest(console, found)
    console.print(
        "\nin all: people of all arms, each counted once. power: share of significant trials "
        "[95 % Monte Carlo interval]; with the drug switched off it is the type-I error. exagg.: "
        "size of significant estimates over the mean of all."
    )
    for note in plan.notes:
        console.print(f"! {note[:1].upper()}{note[1:]}.")
    for caveat in caveats:
        console.print(f"! {caveat[:1].upper()}{caveat[1:].rstrip('.')}. Power is then too high.")


def print_written(folder: Path, files: Sequence[str], seconds: float) -> None:
    """Say where the files are."""
    make_console().print(f"\n{seconds:.0f} s. Written to {folder}: {'  '.join(files)}")


def _done(found: PowerResult) -> tuple[list[str], list[int]]:
    done = found.trials["done"]
    return [str(each) for each in done["drug"].values], [int(each) for each in done.values]


def _cells(row: PowerRow, digits: int) -> list[str]:
    def percent(value: float) -> str:
        return f"{100 * value:.1f}"

    estimate = ""
    if row.estimate is not None:
        estimate = f"{number(row.estimate, digits, sign=True)} ({number(row.estimate_sd, digits)})"
    return [
        row.week,
        f"{row.n}",
        "" if row.people == row.n else f"{row.people:,}",
        f"{percent(row.power)} [{percent(row.power_low)}, {percent(row.power_high)}]",
        estimate,
        number(row.width, digits),
        "" if row.exaggeration is None else f"{row.exaggeration:.2f}",
        "" if row.wrong_sign is None else f"{percent(row.wrong_sign)} %",
    ]


def _print_smallest(console: Console, found: PowerResult) -> None:
    columns = [Column("week", True), Column("for 80 %", True), Column("for 90 %", True)]
    groups: dict[str, list[list[str]]] = {}
    weeks: dict[tuple[str, str], list[str]] = {}
    for row in found.smallest:
        text = people_needed(row) + in_all(row)
        weeks.setdefault((row.comparison, row.week), [row.week]).append(text)
    for (comparison, _), cells in weeks.items():
        groups.setdefault(comparison, []).append(cells)
    console.print("\nSmallest n (95 % Monte Carlo interval), and people in all\n")
    print_groups(console, columns, groups)
    if any(row.extrapolated and row.n is not None for row in found.smallest):
        console.print("* outside the numbers tried: rests on the fitted curve")
