"""The number that tracked follicles were fitted with, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from follicle_sim.biology.parameters import parameter_table

if TYPE_CHECKING:
    from follicle_sim.experiments.calibration.fit_follicles import FollicleFit


def interval_words(fit: FollicleFit) -> str:
    """Return the best value and the interval with their unit, in words."""
    if fit.verdict == "not identified":
        return "may be anything that was tried"
    low = "no lower limit" if fit.low is None else f"{fit.low:.3g}"
    high = "no upper limit" if fit.high is None else f"{fit.high:.3g}"
    unit = unit_words(fit.name).strip(" ()")
    return f"{fit.best:.3g}{f' {unit}' if unit else ''} [{low} to {high}]"


def unit_words(name: str) -> str:
    """Return the unit of a number after its name, such as " (days)"; empty where it has none."""
    table = parameter_table()
    return " (days)" if name in table and table[name].dimension == "time" else ""
