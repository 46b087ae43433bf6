"""`follicle-sim conditions list | show`: the library of conditions, each number with its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.quantities import (
    format_quantity,
    format_source,
    list_quantities,
    print_value,
)
from follicle_sim.cli.text import (
    format_count,
    make_console,
    print_heading,
    print_indented,
    print_index,
)

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from follicle_sim.biology.condition_tables import ConditionTable

PARTS = ("attacks", "losses", "clocks", "calibres", "signals")

ConditionName = Annotated[
    str, typer.Argument(metavar="ID", help="Name of a condition, see `conditions list`.")
]


def list_conditions() -> None:
    """List the conditions of the library."""
    from follicle_sim.biology.conditions import condition_table, load_conditions

    console = make_console()
    tables = {name: condition_table(name) for name in load_conditions()}
    entries = ((name, table.title, "; ".join(_summarise(table))) for name, table in tables.items())
    print_index(console, ("id", "condition"), entries)
    console.print(
        "\n`follicle-sim conditions show ID` prints every number, its source and grade. A table "
        "[conditions.NAME] in a scenario holds one of your own.",
        soft_wrap=True,
        markup=False,
    )


def show_condition(condition: ConditionName) -> None:
    """Show every number of one condition with its unit, source and grade."""
    from follicle_sim.biology.conditions import condition_table

    table = condition_table(condition)
    console = make_console()
    print_heading(console, f"{condition}: {table.title}")
    console.print("; ".join(_summarise(table)), markup=False)
    print_indented(console, table.source, 2, style="dim")
    print_causes(console, table)


def print_causes(console: Console, table: ConditionTable) -> None:
    """Print what a condition does: each cause in words, its numbers with their sources."""
    for part in PARTS:
        for row in getattr(table, part):
            print_indented(console, f"{part}: {row.about}", 2)
            _print_numbers(console, row)
    if table.patches is not None:
        _print_numbers(console, table.patches, "patches.")
    if table.hairline is not None:
        _print_numbers(console, table.hairline, "hairline.")
    if table.culture is not None:
        _print_numbers(console, table.culture, "culture.")


def _print_numbers(console: Console, part: BaseModel, prefix: str = "") -> None:
    for path, quantity in list_quantities(part):
        source = format_source(quantity.grade, quantity.source)
        print_value(console, format_quantity(f"{prefix}{path}", quantity), source)


def _summarise(table: ConditionTable) -> Iterator[str]:
    grades = [name for name in table.severities if name != "none"]
    if len(grades) > 1:
        yield f"grades {grades[0]} to {grades[-1]}"
    if table.androgen_sensitive:
        yield "follicles shrink under androgens"
    for part in PARTS:
        if rows := getattr(table, part):
            yield f"{part}: {len(rows)}"
    if table.patches is not None:
        yield "in patches of the scalp"
    if table.hairline is not None:
        yield "from a hairline backwards"
    if table.culture is not None:
        yield "follicles in a dish"
    if table.includes:
        yield f"holds {' and '.join(table.includes)} already"
    numbers = [quantity for _, quantity in list_quantities(table)]
    assumed = sum(quantity.grade == "assumption" for quantity in numbers)
    yield f"{format_count(len(numbers), 'number')}, {assumed} of them assumed"
