"""Plain stand-ins for the scenario's doses and arms."""

from dataclasses import dataclass
from typing import Any


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


@dataclass(frozen=True)
class Arm:
    doses: tuple[Any, ...] = ()
    label: str = "arm"


def arm(*doses: Any) -> Arm:
    return Arm(doses)
