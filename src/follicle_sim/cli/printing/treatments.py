"""The treatment library in the terminal: what is held, and every number with its source."""

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from follicle_sim.base.quantity import Quantity
from follicle_sim.cli.printing.show import graded, quantities
from follicle_sim.cli.printing.text import counted, make_console, plain_words, print_indented
from follicle_sim.pharmacology.library import (
    AMOUNT_UNITS,
    Treatment,
    load_treatment,
    potency_parameters,
    treatment_names,
)
from follicle_sim.pharmacology.variability import cv_of

_UNGRADED = ("definition",)
"""Grades that say nothing about evidence."""


def print_treatments() -> None:
    """Print the library: name, title, how it is dosed, what is assumed, what varies."""
    console = make_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("treatment")
    for name in treatment_names():
        treatment = load_treatment(name)
        about = Text(treatment.title)
        about.append(f"\n{'; '.join(_summary(treatment))}", style="dim")
        table.add_row(Text(name), about)
    console.print(table)
    console.print("\n`follicle-sim treatments show ID` prints every number, its source and grade.")


def print_treatment(name: str) -> None:
    """Print what is held of one treatment.

    Raises
    ------
    InputError
        If there is no such treatment.
    """
    treatment = load_treatment(name)
    console = make_console()
    console.print(Text(f"{treatment.name}: {treatment.title}", style="bold"))
    console.print("; ".join(_summary(treatment)))
    if treatment.inert:
        return
    plain = {p: q for p, q in quantities(treatment) if not p.startswith("variants.")}
    _print_numbers(name, plain)
    if treatment.responders is not None:
        trait = plain_words(treatment.responders.trait)
        console.print(f"\nResponders are drawn by the trait: {trait}")
    for key, variant in treatment.variants.items():
        console.print(Text(f'\nvariants = ["{key}"]', style="bold"))
        print_indented(console, f"{variant.reason}. Replaces {', '.join(variant.parts)}.", 2)
        _print_numbers(name, dict(quantities(variant)))


def _print_numbers(name: str, numbers: Mapping[str, Quantity]) -> None:
    console = make_console()
    for path, quantity in numbers.items():
        unit = "" if quantity.unit == "1" else f" {quantity.unit}"
        head = f"{path} = {quantity.value:.6g}{unit}"
        if path == "potency" and quantity.grade != "definition":
            head += f"   (potency_{name} in [biology])"
        print_indented(console, head, 2, style="bold")
        print_indented(console, graded(quantity.grade, quantity.source), 6, style="dim")


def _summary(treatment: Treatment) -> Iterator[str]:
    route = plain_words(treatment.route)
    yield f"{route}, dosed by {treatment.amount} ({AMOUNT_UNITS[treatment.amount]})"
    if treatment.inert:
        yield "does nothing by itself"
        return
    plain = [q for p, q in quantities(treatment) if not p.startswith("variants.")]
    stated = [q for q in plain if q.grade not in _UNGRADED]
    assumed = sum(q.grade == "assumption" for q in stated)
    yield f"{counted(len(stated), 'number')}, {assumed} of them assumed"
    if treatment.acts and not potency_parameters({treatment.name: treatment}):
        yield "potency by definition"
    yield from variability(treatment)
    if treatment.variants:
        yield f"variants: {', '.join(treatment.variants)}"


def variability(treatment: Treatment) -> Iterator[str]:
    """Yield in words how the same dose differs between people and batches, by its own data."""
    if cv := cv_of(treatment.person_cv):
        yield f"varies between people (CV {cv:g})"
    if cv := cv_of(treatment.batch_cv):
        yield f"varies between batches (CV {cv:g})"
    if treatment.responders is not None:
        yield f"responders: {treatment.responders.share.value:.3g} of people"
