"""What is a score of the whole scalp needs a scenario that simulates the whole scalp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from follicle_sim.scenario.fields.methods import load_methods
from follicle_sim.scenario.fields.refusals import Path

OF_WHOLE_SCALP = ("salt",)
"""Result variables that a target area does not have."""

OF_HAIRLINE = ("hairline_recession", "hairline_speed", "hairline_stable")
OF_INFLAMMATION = ("lppai",)
"""Result variables of diseases that move a hairline, and of those that scar by inflammation."""


def _one_area_only(scenario: Any) -> Iterator[tuple[Path, str]]:
    """Yield what a whole scalp cannot have: it is about one target area."""
    if scenario.population.scalp is None:
        return
    way = "leave population.scalp out"
    if scenario.design.kind == "split_scalp":
        yield ("design", "kind"), f"halves of a scalp are compared in one target area each; {way}"
    if scenario.record.follicles:
        yield (
            ("record", "follicles"),
            f"follicles are kept of one target area, not of a whole scalp; {way}",
        )
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            if dose.amount_dimension == "grafts":
                message = f"grafts are set into one target area, not into a whole scalp; {way}"
                yield ("arms", i, "doses", j, "treatment"), message


def _not_of_this_disease(scenario: Any) -> Iterator[tuple[Path, str]]:
    """Yield what is measured of a scarring disease in people who do not have it."""
    who, measures = scenario.population, scenario.instrument.measures
    needs = (
        (OF_HAIRLINE, "hairline", "has no hairline that recedes", "a [hairline]"),
        (OF_INFLAMMATION, "inflamed", "has no loss through IFNG", "such a loss"),
    )
    for names, part, why, table in needs:
        asked = [name for name in names if name in measures]
        if asked and not getattr(who.disease, part):
            yield (
                ("instrument", "measures"),
                f"{', '.join(asked)}: {who.condition} {why}; name a condition with {table} "
                "(`follicle-sim conditions list`), or another method",
            )


def scalp_problems(scenario: Any) -> Iterator[tuple[Path, str]]:
    """Yield why an instrument cannot score what a scenario simulates.

    Parameters
    ----------
    scenario
        A scenario, or its tables with stand-ins for what was refused; `population.scalp` is the
        name of a map of the scalp, None where a target area alone is simulated.
    """
    yield from _one_area_only(scenario)
    yield from _not_of_this_disease(scenario)
    instrument = scenario.instrument
    asked = [name for name in OF_WHOLE_SCALP if name in instrument.measures]
    if not asked or scenario.population.scalp is not None:
        return
    preset = load_methods()[instrument.method].measures
    key = "method" if set(asked) <= set(preset) else "measures"
    found = instrument.method if key == "method" else ", ".join(asked)
    yield (
        ("instrument", key),
        f'found "{found}"; {", ".join(asked)} is a score of the whole scalp, and only a target '
        'area is simulated: set population.scalp = "salt", or name a method that reads an area',
    )
