"""Ways of giving that do something to the skin by themselves: needles, injections, a laser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from follicle_sim.analysis.outcomes.reactions.reported import Reported, parse_reported
from follicle_sim.base.entries import read_entry
from follicle_sim.base.quantity import read_toml
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.treatment_parts import FrozenTable
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.arms import Dose

BY_WAY = Path(__file__).parent / "by_way.toml"


class WayEntry(FrozenTable):
    """One way of a data file: of which routes and deliveries it is, and what it does."""

    title: str = Field(min_length=1)
    routes: tuple[str, ...]
    deliveries: tuple[str, ...]
    reactions: dict[str, dict[str, Any]] = Field(min_length=1)


@dataclass(frozen=True)
class Way:
    """A way of giving, the routes of treatments and the deliveries of a chain that are it."""

    name: str
    title: str
    routes: tuple[str, ...]
    deliveries: tuple[str, ...]
    reactions: tuple[Reported, ...]


def parse_ways(tables: Mapping[str, Any], source: str) -> tuple[Way, ...]:
    """Return the ways of giving from their tables.

    Raises
    ------
    InputError
        With every problem of the first way that has any.
    """
    ways = []
    for name, rows in tables.items():
        entry = read_entry(WayEntry, name, rows, f"{source}, {name}")
        reactions = parse_reported(name, entry.reactions, source)
        ways.append(Way(name, entry.title, entry.routes, entry.deliveries, reactions))
    return tuple(ways)


@cache
def load_ways() -> tuple[Way, ...]:
    """Return the ways of giving that have side effects of their own."""
    return parse_ways(read_toml(BY_WAY), BY_WAY.name)


def way_of(dose: Dose, scenario: Scenario) -> Way | None:
    """Return how a dose is given; None where that does nothing by itself.

    A delivery that the chain of a dose names comes before the route of its treatment.
    """
    delivery = None if dose.chain is None else dose.chain.delivery
    if delivery is not None:
        return next((way for way in load_ways() if delivery in way.deliveries), None)
    return way_of_route(route_of(dose, scenario))


def way_of_route(route: str) -> Way | None:
    """Return the way that a route of the library is."""
    return next((way for way in load_ways() if route in way.routes), None)


def route_of(dose: Dose, scenario: Scenario) -> str:
    """Return the route of a dose: its own, its treatment's in the scenario, or the library's."""
    own = scenario.treatments.get(dose.treatment, {})
    usual = load_treatment(dose.treatment).route if dose.treatment in treatment_names() else ""
    return dose.route or str(own.get("route", "")) or usual
