"""`follicle-sim health list | show`: states of health that a scenario can leave out."""

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
from follicle_sim.cli.text import make_console, print_heading, print_indented, print_index

if TYPE_CHECKING:
    from follicle_sim.biology.health import HealthState

StateName = Annotated[
    str, typer.Argument(metavar="ID", help="Name of a state of health, see `health list`.")
]


NOTHING_KNOWN = "no effect was read of; nothing acts"


def list_health() -> None:
    """List the states of health of the library."""
    from follicle_sim.biology.health import load_health

    console = make_console()
    entries = ((n, state.title, "; ".join(_summarise(state))) for n, state in load_health().items())
    print_index(console, ("id", "state of health"), entries)
    console.print(
        "\n`follicle-sim health show ID` prints every number, its source and grade, and which "
        "treatments are not given. A table [health.NAME] in a scenario holds one of your own.",
        soft_wrap=True,
        markup=False,
    )


def show_health(state: StateName) -> None:
    """Show how many people have one state of health, and which treatments are not for them."""
    from follicle_sim.base.errors import InputError, Problem, did_you_mean
    from follicle_sim.biology.health import load_health
    from follicle_sim.pharmacology.library import load_treatments

    library = load_health()
    if state not in library:
        hint = did_you_mean(state, library)
        raise InputError("health", [Problem(state, f"unknown state of health{hint}")])
    known, console = library[state], make_console()
    print_heading(console, f"{state}: {known.title}")
    console.print("; ".join(_summarise(known)), markup=False)
    if known.source:
        print_indented(console, known.source, 2, style="dim")
    console.print(f"hair: {known.hair or NOTHING_KNOWN}", markup=False)
    for path, quantity in list_quantities(known):
        source = format_source(quantity.grade, quantity.source)
        print_value(console, format_quantity(path, quantity), source)
    reasons = {
        name: treatment.contraindications[state]
        for name, treatment in load_treatments().items()
        if state in treatment.contraindications
    }
    if reasons:
        console.print("\nNot given:")
    for name, why in reasons.items():
        print_value(console, name, format_source(why.grade, why.source), why.reason)


def _summarise(state: HealthState) -> Iterator[str]:
    if not state.prevalence:
        yield "how many people have it is not known here: population.health says it"
        return
    shares = [100.0 * row.share.value for row in state.prevalence]
    if len({*shares}) == 1:
        yield f"{shares[0]:.3g} % of people"
    else:
        yield f"{min(shares):.3g} to {max(shares):.3g} % of people"
    if state.sex is not None:
        yield f"{state.sex} alone"
    if state.needs(stated=False):
        yield f"by {' and '.join(state.needs(stated=False))}"
