"""Hair transplants of an arm: from doses in grafts/cm2 to follicles that come later, and shock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.biology.conditions import Condition, Pulse
from follicle_sim.engine.grafts import Grafts, no_grafts
from follicle_sim.errors import InputError, Problem
from follicle_sim.numerics import log_array
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.pharmacology.graft import Graft
from follicle_sim.pharmacology.library import Treatment
from follicle_sim.protocol.protocol import PlannedArm

Floats = NDArray[np.float64]

DENSEST = 200.0
"""Grafts per cm2 of one session; surgeons place 30 to 60."""

MOST_SESSIONS = 100


@dataclass(frozen=True)
class Session:
    """One transplant: when, how many grafts per cm2, and of which kind."""

    day: float
    density: float
    graft: Graft

    @property
    def shock(self) -> Pulse:
        """The hazard under which growing hairs already there fall."""
        g = self.graft
        lasting, share = g.shock_duration.value, min(g.shock_share.value, 0.999999)
        hazard = float(-log_array(1.0 - share)) / lasting
        return Pulse(self.day + g.shock_start.value, lasting, hazard)


def sessions(
    arm: PlannedArm, end: float, condition: Condition, treatments: Mapping[str, Treatment]
) -> tuple[Session, ...]:
    """Return the transplants of an arm before day `end`, in time order.

    treatments : all that are given, by name. A dose of 0 grafts/cm2 is none.

    Raises
    ------
    InputError
        For more grafts or sessions than a scalp takes, a transplant that may be missed, or one in
        a condition that attacks growing hair (how both attacks act together is not known).
    """
    found = []
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
        if condition.attack:
            message = f'no transplant in "{condition.name}", which attacks growing hair itself'
            problems.append(Problem("treatment", message))
        if problems:
            raise InputError(where, problems)
        days = expand(dose, end, where).times
        found += [Session(float(day), dose.amount, treatment.graft) for day in days]
    if len(found) > MOST_SESSIONS:
        message = f"{len(found)} transplants; allowed: up to {MOST_SESSIONS}"
        raise InputError(arm.label, [Problem("doses", message)])
    return tuple(sorted(found, key=lambda session: session.day))


def undergone(given: Sequence[Session], stops: Floats) -> NDArray[np.bool_]:
    """Return which sessions people have who take no more treatment from a day on, (S, K)."""
    return np.array([session.day for session in given]) < stops[:, None]


def grafts_of(given: Sequence[Session], area: Floats, stops: Floats | None = None) -> Grafts:
    """Return the engine's input for people whose patches have these areas, (S,) cm2.

    stops : (S,) day from which each person has no more surgery; None where nobody stops
    """
    if not given:
        return no_grafts(area.size)

    def column(name: str) -> Floats:
        return np.array([getattr(session.graft, name).value for session in given])

    def sigma(cv: Floats) -> Floats:
        return np.sqrt(log_array(1.0 + cv * cv))

    hairs = np.array([session.density for session in given]) * column("hairs_per_graft")
    number = np.rint(hairs * area[:, None]).astype(np.int64)
    return Grafts(
        day=np.array([session.day for session in given]),
        survival=column("survival"),
        shaft=column("shaft"),
        shaft_sigma=sigma(column("shaft_cv")),
        rest=column("rest"),
        rest_sigma=sigma(column("rest_cv")),
        number=number if stops is None else np.where(undergone(given, stops), number, 0),
    )
