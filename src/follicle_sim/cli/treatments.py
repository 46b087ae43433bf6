"""`follicle-sim treatments list | show`: the library, every number of it with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    spell_out,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.base.quantity import Sourced
    from follicle_sim.pharmacology.treatment import Treatment

_UNGRADED = ("definition",)
"""Grades that say nothing about evidence."""


TreatmentName = Annotated[
    str, typer.Argument(metavar="ID", help="Name of a treatment, see `treatments list`.")
]


def list_treatments() -> None:
    """List the treatments of the library."""
    from follicle_sim.pharmacology.library import load_treatment, treatment_names

    console = make_console()
    treatments = [load_treatment(name) for name in treatment_names()]
    entries = (
        (treatment.name, treatment.title, "; ".join(_summarise(treatment)))
        for treatment in treatments
    )
    print_index(console, ("id", "treatment"), entries)
    console.print("\n`follicle-sim treatments show ID` prints every number, its source and grade.")


def show_treatment(treatment: TreatmentName) -> None:
    """Show every number of one treatment with its unit, source and grade."""
    from follicle_sim.pharmacology.library import load_treatment

    print_treatment(load_treatment(treatment))


def print_treatment(treatment: Treatment) -> None:
    """Print what is held of one treatment, and of each of its variants."""
    console = make_console()
    print_heading(console, f"{treatment.name}: {treatment.title}")
    console.print("; ".join(_summarise(treatment)))
    _print_suitability(console, treatment)
    _print_side_effects(console, treatment)
    if treatment.inert:
        return
    plain = {p: q for p, q in list_quantities(treatment) if not p.startswith("variants.")}
    _print_numbers(console, treatment.name, plain)
    if treatment.responders is not None:
        trait = spell_out(treatment.responders.trait)
        console.print(f"\nResponders are drawn by the trait: {trait}")
    _print_aftercare(console, treatment)
    _print_deliveries(console, treatment)
    for key, variant in treatment.variants.items():
        print_heading(console, f'\nvariants = ["{key}"]')
        print_indented(console, f"{variant.reason}. Replaces {', '.join(variant.parts)}.", 2)
        _print_numbers(console, treatment.name, dict(list_quantities(variant)))


def _print_suitability(console: Console, treatment: Treatment) -> None:
    """Print whom a treatment is not for, of whom it is made, and what is not known of it."""
    from follicle_sim.pharmacology.donor import DONORS

    if treatment.donor is not None:
        console.print(f"made of {DONORS[treatment.donor]}")
    if treatment.contraindications:
        console.print("\nNot given with (left out by population.inclusion.exclude):")
        for state, why in treatment.contraindications.items():
            source = format_source(why.grade, why.source)
            print_value(console, spell_out(state), source, why.reason)
    elif treatment.acts:
        console.print("Whom it is not given to was not read.")
    if treatment.not_known:
        print_indented(console, f"Not known: {treatment.not_known}", 0)
    if treatment.contraindications and not treatment.inert:
        console.print("\nNumbers:")


def _print_side_effects(console: Console, treatment: Treatment) -> None:
    """Print what was counted with this treatment and with its way of giving, and by whom."""
    from follicle_sim.analysis.outcomes.adverse import NOT_KNOWN
    from follicle_sim.analysis.outcomes.reactions.reported import load_reported
    from follicle_sim.analysis.outcomes.reactions.ways import way_of_route
    from follicle_sim.analysis.outcomes.reactions.words import counted_words
    from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS

    way = way_of_route(treatment.route)
    own = load_reported().get(treatment.name, ())
    named = {row.event for row in own}
    by_way = () if way is None else tuple(r for r in way.reactions if r.event not in named)
    if not own and not by_way:
        console.print("Side effects: no count was read; what is not counted is not known.")
        return
    console.print("\nSide effects, as people with them were counted:")
    for row in (*own, *by_way):
        of = "" if row.treatment == treatment.name else f" ({row.treatment})"
        time = (
            f"{row.weeks:g} weeks"
            if row.sessions is None
            else format_count(row.sessions, "session")
        )
        for amount, _ in row.counts:
            at = f" at {amount:g} {AMOUNT_UNITS[treatment.amount]}" if row.by_amount else ""
            text = f"{spell_out(row.event)}{of}{at}: {counted_words(row, amount)}; {time}"
            print_value(console, text, format_source(row.grade, row.source), row.unverified)
    print_indented(console, f"{NOT_KNOWN}.", 0)


def _print_aftercare(console: Console, treatment: Treatment) -> None:
    """Print what may be done after a session of this route, each number with its grade."""
    from follicle_sim.pharmacology.aftercare import load_aftercare

    follows = {n: care for n, care in load_aftercare().items() if treatment.route in care.routes}
    if follows:
        print_heading(console, "\naftercare = [...], off unless a dose names it")
    for name, care in follows.items():
        for path, quantity in care.numbers.items():
            source = format_source(quantity.grade, quantity.source)
            print_value(console, format_quantity(f"{name}.{path}", quantity), source, care.title)


def _print_deliveries(console: Console, treatment: Treatment) -> None:
    """Print the ways in which a session may be brought to the skin, each number with its grade."""
    from follicle_sim.pharmacology.vial import load_deliveries

    ways = {n: way for n, way in load_deliveries().items() if treatment.route in way.routes}
    if len(ways) < 2:
        return
    print_heading(console, "\nchain.delivery = ..., as in its own study unless a dose names it")
    for name, way in ways.items():
        own = " (its own)" if treatment.route in way.own_of else ""
        for path, quantity in way.numbers.items():
            source = format_source(quantity.grade, quantity.source)
            text = format_quantity(f"{name}.{path}", quantity)
            print_value(console, text, source, f"{way.title}{own}")


def _print_numbers(console: Console, name: str, numbers: Mapping[str, Sourced]) -> None:
    for path, quantity in numbers.items():
        text = format_quantity(path, quantity)
        if path == "potency" and quantity.grade != "definition":
            text += f"   (potency_{name} in [biology])"
        print_value(console, text, format_source(quantity.grade, quantity.source))


def _summarise(treatment: Treatment) -> Iterator[str]:
    from follicle_sim.pharmacology.potencies import potency_parameters
    from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS

    route = spell_out(treatment.route)
    yield f"{route}, dosed by {treatment.amount} ({AMOUNT_UNITS[treatment.amount]})"
    if treatment.inert:
        yield "does nothing by itself"
        return
    plain = [q for p, q in list_quantities(treatment) if not p.startswith("variants.")]
    stated = [q for q in plain if q.grade not in _UNGRADED]
    assumed = sum(q.grade == "assumption" for q in stated)
    yield f"{format_count(len(stated), 'number')}, {assumed} of them assumed"
    if treatment.acts and not potency_parameters({treatment.name: treatment}):
        yield "potency by definition"
    yield from list_variability(treatment)
    if treatment.variants:
        yield f"variants: {', '.join(treatment.variants)}"


def list_variability(treatment: Treatment) -> Iterator[str]:
    """Yield in words how the same dose differs between people and batches, by its own data."""
    from follicle_sim.pharmacology.variability import cv_of

    if cv := cv_of(treatment.person_cv):
        yield f"varies between people (CV {cv:g})"
    if cv := cv_of(treatment.batch_cv):
        yield f"varies between batches (CV {cv:g})"
    if treatment.responders is not None:
        yield f"responders: {treatment.responders.share.value:.3g} of people"
