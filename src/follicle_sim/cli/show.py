"""`follicle-sim show`: a scenario as it will run, every number behind it, time and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from follicle_sim.cli.conditions import print_causes
from follicle_sim.cli.options import ScenarioFile, Settings, read_scenario
from follicle_sim.cli.quantities import (
    format_quantity,
    format_source,
    list_quantities,
    print_value,
)
from follicle_sim.cli.scalp_map import print_map
from follicle_sim.cli.stored import print_result
from follicle_sim.cli.text import format_count, make_console, print_heading, print_indented

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.biology.parameters import Parameter
    from follicle_sim.pharmacology.treatment import Treatment
    from follicle_sim.scenario.model import Population, Scenario

SLOW = 0.01  # a rate per day below this reads better per year

SET_HERE = "set in this scenario"
"""The source of a number that is not the library's."""


def show(file: ScenarioFile, settings: Settings = None) -> None:
    """Read a scenario back before running it: arms, timeline, parameters, time and memory.

    Of a result it says which run made it. With --set its scenario is shown as it would then run.
    """
    from follicle_sim.base.signatures import is_netcdf

    if is_netcdf(file) and not settings:
        print_result(file)
    else:
        print_scenario(read_scenario(file, settings))


def print_scenario(scenario: Scenario) -> None:
    """Print a scenario as it will run, its parameters with units and sources, time and memory."""
    from follicle_sim.biology.parameters import parameter_table
    from follicle_sim.experiments.forecast import predict_cost
    from follicle_sim.protocol.describe import describe
    from follicle_sim.scenario.numbers import treatments_of

    console = make_console()
    console.print(describe(scenario), soft_wrap=True)
    if scenario.population.spread.typical:
        _print_spread(console, scenario.population)
    _print_conditions(console, scenario)
    print_map(console, scenario.population)
    treatments = list(treatments_of(scenario).values())
    _print_potencies(console, scenario, treatments)
    print_heading(console, "\nBiology parameters")
    for row in parameter_table().values():
        _print_parameter(console, scenario, row)
    for treatment in treatments:
        for variants in _list_variants(scenario, treatment.name):
            _print_treatment(console, scenario, treatment.with_variants(variants))
    cost = predict_cost(scenario)
    console.print(
        f"\nPredicted: about {cost.seconds:.1f} s on {format_count(cost.threads, 'thread')} once "
        f"compiled, {cost.memory / 1e6:,.0f} MB of memory."
    )


def _print_conditions(console: Console, scenario: Scenario) -> None:
    """Print what each condition of the people does, every number with its source."""
    from follicle_sim.biology.conditions import condition_table
    from follicle_sim.scenario.tables.own_tables import thawed

    for name in (scenario.population.condition, *scenario.population.also):
        own = scenario.conditions.get(name)
        table = condition_table(name, None if own is None else thawed(own))
        print_heading(console, f"\nCondition {name}: {table.title}")
        print_causes(console, table)


def _print_potencies(console: Console, scenario: Scenario, treatments: Sequence[Treatment]) -> None:
    """Print the potency of each treatment that is given, and where it is set."""
    from follicle_sim.pharmacology.potencies import potency_parameters

    if not any(treatment.acts for treatment in treatments):
        return
    print_heading(console, "\nPotency: the size of a treatment's effect")
    for treatment in treatments:
        row = potency_parameters({treatment.name: treatment}).get(f"potency_{treatment.name}")
        if row is not None:
            way = f"to change it: --set biology.{row.name}=VALUE, or a line in [biology]"
            _print_parameter(console, scenario, replace(row, meaning=way))
        elif treatment.potency is not None:
            potency = treatment.potency
            text = f"{treatment.name}: potency {potency.value:g}"
            source = format_source(potency.grade, potency.source)
            print_value(console, text, source, "fixed: its other numbers carry the size")


def _print_spread(console: Console, population: Population) -> None:
    from follicle_sim.biology.people_spread import typical_spread

    print_heading(console, "\nDifferences between people")
    for trait, row in typical_spread(population.disease.typical_spread).items():
        own = getattr(population.spread, trait)
        value = row.value if own is None else own
        source = format_source(row.grade, row.source) if own is None else SET_HERE
        print_value(console, f"{trait} = {value:g}", source, "coefficient of variation")


def _list_variants(scenario: Scenario, treatment: str) -> list[tuple[str, ...]]:
    """Return each set of hypotheses under which a scenario gives a treatment."""
    doses = (dose for arm in scenario.arms for dose in arm.doses)
    return list(dict.fromkeys(dose.variants for dose in doses if dose.treatment == treatment))


def _print_parameter(console: Console, scenario: Scenario, row: Parameter) -> None:
    changed = row.name in scenario.biology
    value = scenario.biology[row.name] if changed else row.value
    source = SET_HERE if changed else format_source(row.grade, row.source)
    text = f"{row.name} = {_format_value(value, row.dimension)}"
    print_value(console, text, source, row.meaning)


def _print_treatment(console: Console, scenario: Scenario, treatment: Treatment) -> None:
    print_heading(console, f"\nTreatment {treatment.name}: {treatment.title}")
    if treatment.inert:
        print_indented(console, "does nothing by itself: it has no effect in the library", 2)
        return
    for path, quantity in list_quantities(treatment):
        if path != "potency" and not path.startswith("variants."):
            source = format_source(quantity.grade, quantity.source)
            print_value(console, format_quantity(path, quantity), source)


def _format_value(value: float, dimension: str) -> str:
    from follicle_sim.base import units

    if dimension == "rate" and 0 < abs(value) < SLOW:
        return f"{value * units.parse('1 year', 'time'):.4g} /year"
    return units.format_quantity(float(f"{value:.6g}"), dimension)
