"""Hair transplants of an arm: from doses in grafts/cm2 to sessions, and the shock of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.numerics import log_array
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.pharmacology.exposure import acting_doses
from follicle_sim.pharmacology.graft import Graft
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.tables.arms import Arm

DENSEST = 200.0
"""Grafts per cm2 of one session; surgeons place 30 to 60."""

MOST_SESSIONS = 100


@dataclass(frozen=True)
class Shock:
    """A hazard (1/day) that acts from `start` for `duration` (day): growing hairs fall at once."""

    start: float
    duration: float
    hazard: float


@dataclass(frozen=True)
class Session:
    """One transplant: when, how many grafts per cm2, of which kind, into which region.

    A lone target area has no region, "".
    """

    day: float
    density: float
    graft: Graft
    into: str = ""

    @property
    def shock(self) -> Shock:
        """The hazard under which growing hairs already there fall."""
        g = self.graft
        lasting, share = g.shock_duration.value, min(g.shock_share.value, 0.999999)
        hazard = float(-log_array(1.0 - share)) / lasting
        return Shock(self.day + g.shock_start.value, lasting, hazard)


def sessions(arm: Arm, end: float, treatments: Mapping[str, Treatment]) -> tuple[Session, ...]:
    """Return the transplants of an arm before day `end`, in time order.

    treatments : all that are given, by name. A dose of 0 grafts/cm2 is none.

    Raises
    ------
    InputError
        For more grafts or sessions than a scalp takes, or a transplant that may be missed.
    """
    transplants = []
    for i, dose in enumerate(arm.doses):
        treatment = treatments[dose.treatment]
        if treatment.graft is None or dose.amount == 0.0:
            continue
        where = f"{arm.label}.doses[{i}]"
        problems = []
        if dose.amount > DENSEST:
            message = f"{dose.amount:g} grafts/cm2; allowed: up to {DENSEST:g}"
            problems.append(Problem("amount", message))
        if dose.adherence < 1.0:
            message = "a transplant is not missed; give it to an arm of its own instead"
            problems.append(Problem("adherence", message))
        if problems:
            raise InputError(where, problems)
        days = expand(dose, end, where).times
        transplants += [
            Session(float(day), dose.amount, treatment.graft, into)
            for day in days
            for into in dose.into or ("",)
        ]
    if len(transplants) > MOST_SESSIONS:
        message = f"{len(transplants)} transplants; allowed: up to {MOST_SESSIONS}"
        raise InputError(arm.label, [Problem("doses", message)])
    return tuple(sorted(transplants, key=lambda session: session.day))


def dose_problems(
    place: str, arm: Arm, end: float, treatments: Mapping[str, Treatment]
) -> list[Problem]:
    """Return why the doses of an arm cannot be given to anybody: its first problem, or none.

    A treatment under two sets of hypotheses in one person; transplants beyond what a scalp takes.

    place : of the arm in the scenario, for the messages
    """
    try:
        sessions(arm, end, treatments)
        acting_doses(arm, end, treatments=treatments)
    except InputError as error:
        below = error.source.removeprefix(arm.label)
        return [problem.below(f"{place}{below}") for problem in error.problems]
    return []
