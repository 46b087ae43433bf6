"""How a map of the scalp is printed: its regions, the severities of the grade, every source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from follicle_sim.cli.quantities import (
    format_quantity,
    format_source,
    list_quantities,
    print_value,
)
from follicle_sim.cli.text import print_heading

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.scenario.tables.population import Population


def print_map(console: Console, who: Population) -> None:
    """Print the map that a population is simulated on; nothing where it is one target area."""
    from follicle_sim.biology.scalps import map_of, scalp_table

    name = who.scalp or map_of(who.region)
    if name is None:
        return
    table = scalp_table(name)
    print_heading(console, f"\nMap of the scalp {name}: {table.title}")
    areas = [area for area in table.areas if who.region is None or area.name in who.place.areas]
    for area in areas:
        for path, quantity in list_quantities(area):
            source = format_source(quantity.grade, quantity.source)
            print_value(console, format_quantity(f"{area.name} {path}", quantity), source)
    for path, quantity in list_quantities(table.model_copy(update={"areas": ()})):
        source = format_source(quantity.grade, quantity.source)
        print_value(console, format_quantity(path, quantity), source)
    grades = {} if table.severity is None else table.severity.grades
    for grade in sorted(who.grades_named & set(grades)):
        row = ", ".join(f"{area.name} {grades[grade][area.name]:g}" for area in areas)
        assert table.severity is not None
        source = format_source(table.severity.grade, table.severity.source)
        print_value(console, f"severity at {grade}: {row}", source)
