"""A search for a schedule in the terminal: the front, the winner, luck, and classes of people."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from follicle_sim.base.units import format_quantity
from follicle_sim.cli.printing.text import (
    Column,
    counted,
    make_console,
    number,
    print_groups,
    print_indented,
    with_interval,
)
from follicle_sim.experiments.schedules.gain import cost_per_hair
from follicle_sim.experiments.schedules.optimise import Best, Optimised, Retested

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


def print_schedules(found: Optimised, folder: Path, files: Sequence[str]) -> None:
    """Print what a search found: front, winner and its luck, classes, and where the files are."""
    console = make_console()
    best = found.best
    console.print(Text(f"\n{found.scenario.title}", style="bold"))
    console.print(f"\n{_what(best)}", soft_wrap=True)
    console.print()
    groups = {
        "winner": [_row(best, best.again)],
        "the front, by cost": [_row(best, row) for row in best.retested[1:]],
        "for orientation": [_row(best, row, row.name) for row in best.courses],
    }
    print_groups(console, _COLUMNS, {name: rows for name, rows in groups.items() if rows})
    for line in _conclusions(found):
        console.print()
        print_indented(console, line, 0)
    if found.classes:
        _print_classes(console, found)
    _print_end(console, found, folder, files)


def _what(best: Best) -> str:
    search = best.space.search
    week = format_quantity(search.at, "time")
    what = {
        "density_gain": f"gain at {week} (hairs/cm2)",
        "area_under_gain": f"area under the gain until {week} (hair-weeks/cm2)",
        "cost_per_hair": f"gain at {week} (hairs/cm2), searched for the cheapest hair",
    }[search.objective]
    return f"{search.arm} against {best.space.control.label}: {what}, with 95 % intervals"


def _row(best: Best, row: Retested, name: str = "") -> list[str]:
    said, again = row.searched, row.fresh
    label = f"{name}: {row.schedule.text}" if name else row.schedule.text
    area = best.space.search.objective == "area_under_gain"
    price = None if area else cost_per_hair(again.value, row.bill.cost)
    return [
        label + (f" ({row.refused})" if row.refused else ""),
        f"{row.bill.cost:,.0f}",
        f"{row.bill.visits:g}",
        "" if said is None else with_interval(said.value, said.low, said.high, 1),
        with_interval(again.value, again.low, again.high, 1),
        number(row.luck, 1, sign=True),
        "" if price is None else f"{price:,.0f}",
    ]


def _conclusions(found: Optimised) -> list[str]:
    best, again, cheap = found.best, found.best.again, found.best.as_good
    searched = best.searched
    left = ", ".join(f"{reason} {count:,}" for reason, count in searched.left_out.items())
    tried = counted(len(searched.tried), "schedule")
    how = "all that can be followed" if searched.whole else f"proposed by {searched.method}"
    lines = [
        f"{tried} tried ({how}) on {best.subjects} people with seed {found.seed}, the best again "
        f"on {best.retest_subjects} others with seed {found.retest_seed}"
        + (f"; left out: {left}." if left else ".")
    ]
    if again.luck is not None and again.luck_se is not None:
        said = again.fresh.value + again.luck
        within = ", within its error" if abs(again.luck) < 2 * again.luck_se else ""
        lines.append(
            f"The search said {said:+.1f} of its winner, fresh people {again.fresh.value:+.1f}: "
            f"luck {again.luck:+.1f} (SE {again.luck_se:.1f}){within}."
        )
    if cheap.schedule != again.schedule:
        lines.append(
            f"Not told from the winner by fresh people, and cheaper: {cheap.schedule.text}, "
            f"{cheap.bill.cost:,.0f} USD, {-cheap.behind.value:+.1f} "
            f"[{-cheap.behind.high:.1f}, {-cheap.behind.low:.1f}]."
        )
    lines.append(
        "Intervals are over people; that potency, kinetics and prices are uncertain is not in them."
    )
    return lines


def _print_classes(console: Console, found: Optimised) -> None:
    console.print(Text("\nClasses of people\n", style="bold"))
    groups = {}
    for row in found.classes:
        again = row.best.again
        groups[row.label] = [
            [
                again.schedule.text,
                f"{again.bill.cost:,.0f}",
                with_interval(again.fresh.value, again.fresh.low, again.fresh.high, 1),
                number(row.common.value, 1, sign=True),
                with_interval(row.loss.value, row.loss.low, row.loss.high, 1),
            ]
        ]
    print_groups(console, _CLASS_COLUMNS, groups)
    if found.best.space.search.objective == "cost_per_hair":
        console.print("\nWhat it loses: USD more for each hair/cm2.")
    console.print(
        "\nThe common one is the winner among everybody; the same fresh people with both."
    )
    missed = [row.label for row in found.classes if row.loss.high < 0.0]
    if missed:
        console.print(
            f"The search missed a better schedule among {'; '.join(missed)}: the common one is. "
            "More --trials find it."
        )


def _print_end(console: Console, found: Optimised, folder: Path, files: Sequence[str]) -> None:
    console.print(f"\n{found.seconds:.0f} s. Written to {folder}:", soft_wrap=True)
    print_indented(console, "  ".join(files), 2)
    console.print(
        f"  simulate the winner: follicle-sim run {folder / 'winner.toml'}", soft_wrap=True
    )
