"""Plain stand-ins for the scenario's doses and arms."""

from dataclasses import dataclass
from typing import Any

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import lognormal_multipliers, normals
from follicle_sim.base.types import Floats


def potencies(who: DrawNames, cv: float) -> Floats:
    """Return a multiplier of every effect for each person, log-normal of mean 1."""
    z = normals(*who.keys, who.ids, SUBJECT_LEVEL, 0, int(Decision.POTENCY))
    return lognormal_multipliers(cv, z)


@dataclass(frozen=True)
class Dose:
    treatment: str = "finasteride_oral"
    amount: float = 1.0
    start: float = 0.0
    every: float | None = None
    count: int | None = None
    until: float | None = None
    duration: float = 0.0
    adherence: float = 1.0
    variants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arm:
    doses: tuple[Any, ...] = ()
    label: str = "arm"


def arm(*doses: Any) -> Arm:
    return Arm(doses)
