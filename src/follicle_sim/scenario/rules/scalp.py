"""What is a score of the whole scalp needs a scenario that simulates the whole scalp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from follicle_sim.scenario.fields.methods import load_methods
from follicle_sim.scenario.fields.refusals import Path

OF_WHOLE_SCALP = ("salt",)
"""Result variables that a target area does not have."""


def scalp_problems(scenario: Any) -> Iterator[tuple[Path, str]]:
    """Yield why an instrument cannot score what a scenario simulates.

    Parameters
    ----------
    scenario
        A scenario, or its tables with stand-ins for what was refused; `population.scalp` is the
        name of a map of the scalp, None where a target area alone is simulated.
    """
    instrument = scenario.instrument
    asked = [name for name in OF_WHOLE_SCALP if name in instrument.measures]
    if not asked or getattr(scenario.population, "scalp", None) is not None:
        return
    preset = load_methods()[instrument.method].measures
    key = "method" if set(asked) <= set(preset) else "measures"
    found = instrument.method if key == "method" else ", ".join(asked)
    yield (
        ("instrument", key),
        f'found "{found}"; {", ".join(asked)} is a score of the whole scalp, and only a target '
        'area is simulated: set population.scalp = "salt", or name a method that reads an area',
    )
