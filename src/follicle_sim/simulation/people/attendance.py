"""Who comes when, who stops treatment and who leaves: pure functions of names.

Nothing here touches biology: a person who leaves lives on unseen. Only an early stop and forgotten
doses change what happens to the hair, through the doses taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import exp_array, log_array, normals, uniforms
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.pharmacology.dosing import Habit, minutes
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.scenario.tables.design import LackOfEffect
from follicle_sim.simulation.people.cohort import Cohort

Bools = NDArray[np.bool_]


class Left(IntEnum):
    """Why a person left; codes are append-only."""

    COMPLETED = 0
    AT_RANDOM = 1
    LACK_OF_EFFECT = 2


@dataclass(frozen=True)
class Attendance:
    """When the people of one arm come, as long as they have not left.

    day : (S, V) actual day of each visit; came : (S, V) whether they come to it;
    leaves : (S,) day each would leave at random, infinity for never.
    """

    day: Floats
    came: Bools
    leaves: Floats


def visit_days(protocol: Protocol, cohort: Cohort) -> Floats:
    """Return the day (S, V) of each visit, or (1, V) where everybody comes as planned."""
    if protocol.visits.slack == 0.0:
        return np.array([protocol.visits.days])
    return attend(protocol, cohort).day


def attend(protocol: Protocol, cohort: Cohort) -> Attendance:
    """Return when each person of a cohort comes to each visit of a protocol.

    Draws are named by the person and the planned minute of the visit, so another visit or another
    person moves none. Screening, baseline and the start of a crossover's period keep their day,
    and all of these but screening are missed as often as a baseline.
    """
    design = protocol.conduct
    planned = np.array(protocol.visits.days)
    loose = ~np.isin(planned, protocol.visits.exact)

    def uniform(decision: Decision) -> Floats:
        return by_visit(cohort, planned, decision)

    day = np.broadcast_to(planned, (cohort.subject.size, planned.size)).copy()
    shift = np.zeros_like(day)
    if design.visit_window > 0.0:
        shift = design.visit_window * (2.0 * uniform(Decision.VISIT_DAY) - 1.0)
    if design.late_visits is not None:
        late = uniform(Decision.VISIT_LATE) < design.late_visits.share
        shift = np.where(late, design.late_visits.by * uniform(Decision.VISIT_LATE_BY), shift)
    day[:, loose] += shift[:, loose]
    chance = np.full(planned.size, design.missed_visits)
    chance[~loose] = design.missed_baseline
    chance[planned < 0.0] = 0.0  # who is not screened is not in the trial
    came = np.ones(day.shape, np.bool_)
    if (chance > 0.0).any():
        came = uniform(Decision.MISSED_VISIT) >= chance
    yearly = design.dropout.per_year if design.dropout else 0.0
    return Attendance(day, came, waiting_time(cohort, yearly, Decision.DROPOUT))


def by_visit(cohort: Cohort, planned: Floats, decision: Decision) -> Floats:
    """Return a uniform draw (S, V) for each person and planned visit."""
    subject, minute = cohort.subject[:, None], minutes(planned)
    where = (cohort.seed, cohort.replicate, cohort.person_stream)
    return uniforms(*where, subject, SUBJECT_LEVEL, minute, int(decision))


def waiting_time(cohort: Cohort, per_year: float, decision: Decision) -> Floats:
    """Return the day (S,) of something that meets a share `per_year` of people within a year.

    Exponential with hazard -ln(1 - per_year) per year from baseline; infinity where it never does.
    A higher share brings the same person's day forward and never back.
    """
    if per_year == 0.0:
        return np.full(cohort.subject.size, np.inf)
    where = (cohort.seed, cohort.replicate, cohort.person_stream)
    u = uniforms(*where, cohort.subject, SUBJECT_LEVEL, 0, int(decision))
    return np.asarray(YEAR * log_array(u) / log_array(1.0 - per_year))


def habit_of(protocol: Protocol, cohort: Cohort) -> Habit | None:
    """Return how each person keeps to the doses; None where the design says nothing of it."""
    design, people = protocol.conduct, cohort.subject.size
    if design.early_stop is None and design.adherence_spread == 0.0:
        return None
    odds = np.ones(people)
    if design.adherence_spread > 0.0:
        where = (cohort.seed, cohort.replicate, cohort.person_stream)
        decision = int(Decision.PERSON_ADHERENCE)
        z = normals(*where, cohort.subject, SUBJECT_LEVEL, 0, decision)
        odds = exp_array(design.adherence_spread * z)
    yearly = design.early_stop.per_year if design.early_stop else 0.0
    return Habit(odds, waiting_time(cohort, yearly, Decision.EARLY_STOP))


@dataclass(frozen=True)
class Departure:
    """How the follow-up of the people of one arm ended.

    left : (S,) day, NaN for those who completed; reason : (S,) of `Left`;
    attended : (S, V) visits they were seen at.
    """

    left: Floats
    reason: NDArray[np.int8]
    attended: Bools


def depart(
    protocol: Protocol, cohort: Cohort, attendance: Attendance, gain: Floats | None
) -> Departure:
    """Return who left when and why, from what each person could see.

    Leaving for lack of effect happens at a visit, which still counts; leaving at random between
    visits. Whichever comes first is the reason. Nobody leaves after the last visit.

    Parameters
    ----------
    gain : (S, V) change in counted density since baseline, cm-2, NaN where it is not known;
        None where nobody leaves for it
    """
    design = protocol.conduct
    planned = np.array(protocol.visits.days)
    left = attendance.leaves.copy()
    reason = np.full(left.size, int(Left.AT_RANDOM), np.int8)
    rule = design.dropout.lack_of_effect if design.dropout else None
    if rule is not None and gain is not None:
        observed = attendance.came & (attendance.day < left[:, None]) & (planned > rule.after)
        chance = np.where(observed & np.isfinite(gain), leaving_chance(rule, gain), 0.0)
        gives_up = by_visit(cohort, planned, Decision.LACK_OF_EFFECT) < chance
        some = gives_up.any(axis=1)
        first = np.argmax(gives_up, axis=1)
        days = np.take_along_axis(attendance.day, first[:, None], axis=1)[:, 0]
        left = np.where(some, days, left)
        reason = np.where(some, np.int8(Left.LACK_OF_EFFECT), reason)
    stays = left >= attendance.day[:, -1]
    attended = attendance.came & (attendance.day <= left[:, None])
    left = np.where(stays, np.nan, left)
    return Departure(left, np.where(stays, np.int8(Left.COMPLETED), reason), attended)


def leaving_chance(rule: LackOfEffect, gain: Floats) -> Floats:
    """Return the probability of leaving at a visit for a seen gain of any shape, cm-2.

    per_visit / (1 + exp((gain - wanted) / softness)); per_visit below `wanted` where softness is 0.
    """
    gap = np.nan_to_num(gain, nan=0.0) - rule.wanted
    if rule.softness == 0.0:
        return np.where(gap < 0.0, rule.per_visit, 0.0)
    return np.asarray(rule.per_visit / (1.0 + exp_array(np.clip(gap / rule.softness, -500, 500))))
