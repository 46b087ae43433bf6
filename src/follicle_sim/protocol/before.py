"""Doses that people have had when they come: those of a run-in, and those that began before it.

A dose whose `start` lies before baseline acts in the natural history of the arm it stands in, like
any other dose. What a trial counts (doses taken, costs, side effects, EX) begins with its first
visit; what the hair has lived through does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from follicle_sim.pharmacology.dosing import expand
from follicle_sim.scenario.tables.arms import Dose


class Dosed(Protocol):
    """What is read of an arm, whether of a scenario or of a protocol."""

    @property
    def doses(self) -> tuple[Dose, ...]: ...


def lead_of_doses(arms: Iterable[Dosed]) -> float:
    """Return how long before baseline the first dose of any arm is given, day; 0 without one.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> early = Dose.model_construct(start=-182.0)
    >>> lead_of_doses([SimpleNamespace(doses=(early,)), SimpleNamespace(doses=())])
    182.0
    """
    return max([0.0, *(-dose.start for arm in arms for dose in arm.doses)])


def doses_before(doses: Iterable[Dose], day: float = 0.0) -> tuple[Dose, ...]:
    """Return what is given before a day, baseline or earlier, in a form that can be compared.

    Doses that end on the day and doses that go on are the same here, so that an arm that stops at
    baseline and one that continues have had the same. In the order of their file.
    """
    early = []
    for dose in doses:
        number = expand(dose, day).times.size
        if number:
            changes = {"count": number, "until": None}
            early.append(dose.model_copy(update=changes))
    return tuple(early)


def same_before(arms: Iterable[Dosed]) -> bool:
    """Tell whether everybody has had the same doses at baseline, in whatever order of the file."""
    histories = [doses_before(arm.doses) for arm in arms]
    return all(_sorted(history) == _sorted(histories[0]) for history in histories)


def _sorted(doses: Iterable[Dose]) -> list[str]:
    return sorted(repr(dose) for dose in doses)
