"""What can be wrong with doses that begin before baseline: how far back, and in which design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from follicle_sim.base.units import format_quantity
from follicle_sim.scenario.fields.refusals import Path

Problems = Iterator[tuple[Path, str]]


def before_problems(scenario: Any) -> Problems:
    """Yield what is wrong with doses before baseline, with places from the top of the file."""
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            if dose.start < 0.0:
                for key, message in _of_one(scenario, arm, dose):
                    yield ("arms", i, "doses", j, key), message


def _of_one(scenario: Any, arm: Any, dose: Any) -> Iterator[tuple[str, str]]:
    design, found = scenario.design, format_quantity(dose.start, "time")
    if dose.start < -scenario.run.history:
        limit = format_quantity(-scenario.run.history, "time")
        yield (
            "start",
            f"found {found}; allowed: {limit} or later, as the run begins there; lengthen "
            "run.history, or let the dose begin later",
        )
    if dose.amount_dimension == "grafts":
        yield "start", f"found {found}; a transplant is lived from baseline on; allowed: 0 days on"
    if design.kind in ("crossover", "delayed_start"):
        yield (
            "start",
            f"found {found}; the doses of a {design.kind} design are counted from the day on which "
            "an arm gets them; for a common time before baseline give design.run_in and run_in_arm",
        )
    elif design.run_in_arm == arm.label:
        yield (
            "start",
            f"found {found}; the doses of the run-in are counted from its beginning; give what "
            "people took before it to an arm of its own, or leave design.run_in_arm out",
        )
