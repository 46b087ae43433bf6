"""What a trial knows of its people beside their hair: who came, who left, what they took.

Measured values turn to NaN where nobody was there to measure. Each variable appears only where the
design asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from follicle_sim.base.types import Floats, Values
from follicle_sim.pharmacology.dosing import last_due, share_taken
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.results.expected import is_followed, is_plain, may_miss, periods_of
from follicle_sim.simulation.people.attendance import (
    Attendance,
    Departure,
    Left,
    attend,
    depart,
    habit_of,
)
from follicle_sim.simulation.people.cohort import Cohort

NOBODY: Mapping[str, float] = {
    "attended": 0,
    "enrolled": 0,
    "left_reason": 0,
    "person": -1,
    "responder": 0,
}
"""What stands where an arm has no person; NaN in other variables."""

REASONS = {Left.AT_RANDOM: "at random", Left.LACK_OF_EFFECT: "lack of effect"}


def follow(
    protocol: Protocol,
    cohorts: Sequence[Cohort],
    readings: Sequence[Mapping[str, Floats]],
) -> tuple[list[dict[str, Floats]], list[dict[str, Values]]]:
    """Return the readings of one replicate with gaps, and what is known of the people, by arm.

    Parameters
    ----------
    cohorts, readings : one an arm; readings are (S, V) or (S, V, ...)
    """
    if is_plain(protocol) and not may_miss(protocol):
        return [dict(reading) for reading in readings], [{} for _ in cohorts]
    coming = [attend(protocol, cohort) for cohort in cohorts]
    gone = departures(protocol, cohorts, coming, readings)
    gaps = [
        {
            name: np.where(at.attended.reshape(at.attended.shape + (1,) * (x.ndim - 2)), x, np.nan)
            for name, x in reading.items()
        }
        for reading, at in zip(readings, gone, strict=True)
    ]
    known = [
        known_of(protocol, *of_arm)
        for of_arm in zip(protocol.arms, cohorts, coming, gone, strict=True)
    ]
    return gaps, known


def departures(
    protocol: Protocol,
    cohorts: Sequence[Cohort],
    coming: Sequence[Attendance],
    readings: Sequence[Mapping[str, Floats]],
) -> list[Departure]:
    """Return who left each arm, when and why.

    Gains are those of counted density, with the instrument's errors: that is what a person is
    shown. On a split scalp a person judges by the better half and leaves with both (assumption: no
    study says which half counts).
    """
    dropout = protocol.conduct.dropout
    gains: list[Floats | None] = [None] * len(cohorts)
    if dropout is not None and dropout.lack_of_effect is not None:
        start = protocol.visits.days.index(0.0)
        for k, (reading, at) in enumerate(zip(readings, coming, strict=True)):
            observed = np.where(at.came, reading["hair_density"], np.nan)
            gains[k] = observed - observed[:, [start]]
        if protocol.conduct.kind == "split_scalp":
            better = np.fmax(*(gain for gain in gains if gain is not None))
            gains = [better] * len(cohorts)
    return [depart(protocol, *of_arm) for of_arm in zip(cohorts, coming, gains, strict=True)]


def known_of(
    protocol: Protocol, arm: PlannedArm, cohort: Cohort, coming: Attendance, gone: Departure
) -> dict[str, Values]:
    """Return what is known of the people of one arm: (S,), or (S, V) for BY_VISIT."""
    design = protocol.conduct
    known: dict[str, Values] = {} if is_plain(protocol) else {"person": cohort.person}
    if is_followed(design):
        known["visit_day"] = np.where(gone.attended, coming.day, np.nan)
        known["attended"] = gone.attended.astype(np.int8)
    if design.allocation is not None or design.stratify is not None:
        known["enrolled"] = np.ones(cohort.subject.size, np.int8)
    if design.dropout is not None:
        known |= {"left_day": gone.left, "left_reason": gone.reason}
    if may_miss(protocol):
        habit = habit_of(protocol, cohort)
        last = np.where(np.isnan(gone.left), coming.day[:, -1], gone.left)
        known["doses_taken"] = share_taken(
            arm.doses, last, cohort.draw_names, habit=habit, begin=protocol.visits.days[0]
        )
        if design.early_stop is not None and habit is not None:
            # who has had every dose by then stops nothing
            early = habit.stops <= last_due(arm.doses, last)
            known["stopped_day"] = np.where(early, habit.stops, np.nan)
    if cohort.calendar is not None:
        known["recruited"] = cohort.calendar
    return known


def flow_of(
    protocol: Protocol, sizes: Sequence[int], known: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return how many people of one replicate were allocated, completed and lost, by arm."""
    flow: dict[str, Any] = {"allocated": {}, "completed": {}, "lost": {}}
    for arm, size, followed in zip(protocol.arms, sizes, known, strict=True):
        reason = followed.get("left_reason", np.zeros(size, np.int8))
        flow["allocated"][arm.label] = size
        flow["completed"][arm.label] = int((reason == Left.COMPLETED).sum())
        flow["lost"][arm.label] = {
            word: int((reason == code).sum()) for code, word in REASONS.items()
        }
    return flow


def summed(parts: Sequence[Any]) -> Any:
    """Return the sum of numbers, or of nested tables of numbers with the same keys."""
    if not isinstance(parts[0], Mapping):
        return sum(parts)
    return {key: summed([part[key] for part in parts]) for key in parts[0]}


def design_attrs(
    protocol: Protocol,
    sizes: Sequence[Sequence[int]],
    known: Sequence[Sequence[Mapping[str, Any]]],
    screening: str = "",
) -> dict[str, str]:
    """Return the attributes that say how people moved through the trial, as JSON texts.

    `flow`: people screened and excluded (where there were criteria), allocated, completed and lost
    by arm, in all replicates together; each replicate's own in its list `replicates` where there
    are several. `periods`: of a crossover, when each began and whose doses each sequence had in it.

    Parameters
    ----------
    sizes, known : [replicate][arm] number of people, and what `follow` says of them
    screening : the flow of the candidates as JSON, empty where nobody was screened
    """
    attrs = {}
    if screening or not is_plain(protocol):
        before = json.loads(screening or "{}")
        screenings = before.pop("replicates", [before] * len(sizes))
        flows = [
            screened | flow_of(protocol, counts, followed)
            for screened, counts, followed in zip(screenings, sizes, known, strict=True)
        ]
        several = {"replicates": flows} if len(flows) > 1 else {}
        attrs["flow"] = json.dumps(summed(flows) | several)
    if len(protocol.visits.starts) > 1:
        attrs["periods"] = json.dumps(periods_of(protocol))
    return attrs
