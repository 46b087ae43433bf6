"""A scenario as it will run: arms, timeline, every number behind it, time and memory."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from follicle_sim.base import units
from follicle_sim.base.quantity import Quantity
from follicle_sim.biology.parameters import Parameter, parameter_table
from follicle_sim.biology.spread import typical_spread
from follicle_sim.cli.printing.text import counted, make_console, print_indented
from follicle_sim.experiments.forecast import predict_cost
from follicle_sim.pharmacology.library import Treatment, load_treatment, potency_parameters
from follicle_sim.protocol.describe import describe
from follicle_sim.scenario.model import Population, Scenario
from follicle_sim.scenario.tables.treatments import parse_own

SLOW = 0.01  # a rate per day below this reads better per year


def print_scenario(scenario: Scenario) -> None:
    """Print a scenario as it will run, its parameters with units and sources, time and memory."""
    console = make_console()
    console.print(describe(scenario), soft_wrap=True)
    if scenario.population.spread.typical:
        _print_spread(console, scenario.population)
    console.print(Text("\nBiology parameters", style="bold"))
    for row in parameter_table().values():
        _print_parameter(console, scenario, row)
    treatments = dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses)
    own = parse_own(scenario.treatments)
    for name in treatments:
        treatment = own[name] if name in own else load_treatment(name)
        for variants in _variants(scenario, name):
            _print_treatment(console, scenario, treatment.with_variants(variants))
    cost = predict_cost(scenario)
    console.print(
        f"\nPredicted: about {cost.seconds:.1f} s on {counted(cost.threads, 'thread')} once "
        f"compiled, {cost.memory / 1e6:,.0f} MB of memory."
    )


def _print_spread(console: Console, who: Population) -> None:
    console.print(Text("\nDifferences between people", style="bold"))
    for trait, row in typical_spread(who.condition).items():
        own = getattr(who.spread, trait)
        value = row.value if own is None else own
        told = graded(row.grade, row.source) if own is None else "set in this scenario"
        _print_number(console, f"{trait} = {value:g}", "coefficient of variation", told)


def _variants(scenario: Scenario, treatment: str) -> list[tuple[str, ...]]:
    """Return each set of hypotheses under which a scenario gives a treatment."""
    doses = (dose for arm in scenario.arms for dose in arm.doses)
    return list(dict.fromkeys(dose.variants for dose in doses if dose.treatment == treatment))


def _print_parameter(console: Console, scenario: Scenario, row: Parameter) -> None:
    changed = row.name in scenario.biology
    value = scenario.biology[row.name] if changed else row.value
    _print_number(
        console,
        f"{row.name} = {_value_text(value, row.dimension)}",
        row.meaning,
        "set in this scenario" if changed else graded(row.grade, row.source),
    )


def _print_treatment(console: Console, scenario: Scenario, treatment: Treatment) -> None:
    console.print(Text(f"\nTreatment {treatment.name}: {treatment.title}", style="bold"))
    if treatment.inert:
        print_indented(console, "does nothing by itself: it has no effect in the library", 2)
        return
    for path, quantity in quantities(treatment):
        if path != "potency" and not path.startswith("variants."):
            unit = "" if quantity.unit == "1" else f" {quantity.unit}"
            source = graded(quantity.grade, quantity.source)
            _print_number(console, f"{path} = {quantity.value:.6g}{unit}", "", source)
    potency = potency_parameters({treatment.name: treatment}).get(f"potency_{treatment.name}")
    if potency is not None:
        _print_parameter(console, scenario, potency)


def _print_number(console: Console, head: str, meaning: str, source: str) -> None:
    print_indented(console, head, 2, style="bold")
    print_indented(console, f"{meaning}. {source}" if meaning else source, 6, style="dim")


def graded(grade: str, source: str) -> str:
    """Return "grade: source" without saying the grade twice."""
    return source if source.startswith(f"{grade}:") else f"{grade}: {source}"


def quantities(treatment: BaseModel) -> Iterator[tuple[str, Quantity]]:
    """Yield the path and the number of everything in a treatment or a part of one."""

    def walk(node: Any, path: str) -> Iterator[tuple[str, Quantity]]:
        if isinstance(node, Quantity):
            yield path, node
            return
        parts = node if isinstance(node, dict) else dict(node)
        for key, child in parts.items():
            if isinstance(child, Quantity | dict) or hasattr(child, "model_fields_set"):
                yield from walk(child, f"{path}.{key}".lstrip("."))

    yield from walk(treatment, "")


def _value_text(value: float, dimension: str) -> str:
    if dimension == "rate" and 0 < abs(value) < SLOW:
        return f"{value * units.parse('1 year', 'time'):.4g} /year"
    return units.format_quantity(float(f"{value:.6g}"), dimension)
