"""How much of a treatment reached each person of a trial, up to a visit."""

from __future__ import annotations

import numpy as np
import xarray as xr

from follicle_sim.analysis.outcomes.exposures import cohort_of
from follicle_sim.base.types import Floats
from follicle_sim.pharmacology.dosing import doses_taken, expand
from follicle_sim.pharmacology.exposure import acting_doses
from follicle_sim.pharmacology.site_effects import effect_means
from follicle_sim.pharmacology.variability import cv_of, person_multipliers
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.simulation.people.attendance import habit_of
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.own_blood import donor_strengths


def mean_effects(
    data: xr.Dataset, protocol: Protocol, arm: PlannedArm, treatment: str, day: float
) -> Floats:
    """Return the mean effect (S,) of a treatment from baseline to a day, as each person has it.

    It is 1 where the treatment has its full potency. Doses really taken, what is left of those
    before baseline, batches, and the person's own response are in it.
    """
    people = cohort_of(data, protocol, arm)
    none = np.zeros(people.subject.size)
    acting = acting_doses(arm, day, protocol.potencies, protocol.treatments).get(treatment)
    if acting is None:
        return none
    first = min(float(events.times[0]) for _, events in acting.schedule)
    start = max(0, int(np.searchsorted(protocol.grid, min(first, 0.0), side="right")) - 1)
    grid = protocol.grid[start:]
    effects = effect_means(acting, grid, people.draw_names, habit_of(protocol, people))
    # the share of each cell between baseline and the day
    edges = np.clip(grid, 0.0, day)
    mean = (effects * np.diff(edges)).sum(axis=1) / day
    return np.asarray(mean * _strength(protocol, arm, treatment, people))


def _strength(protocol: Protocol, arm: PlannedArm, treatment: str, people: Cohort) -> Floats:
    """Return what multiplies the effect of a treatment in each person (S,)."""
    strength = np.ones(people.subject.size)
    if protocol.population.variation["potency"] > 0.0:
        strength = strength * people.potency
    given = protocol.treatments[treatment]
    own = person_multipliers(treatment, cv_of(given.person_cv), given.responders, people.draw_names)
    if own is not None:
        strength = strength * own
    donors = donor_strengths(protocol, arm, people)
    return strength * donors[treatment] if treatment in donors else strength


def amounts_taken(
    data: xr.Dataset, protocol: Protocol, arm: PlannedArm, treatment: str, day: float
) -> Floats:
    """Return the amount (S,) of a treatment that each person took from baseline to a day."""
    people = cohort_of(data, protocol, arm)
    habit = habit_of(protocol, people)
    total = np.zeros(people.subject.size)
    for dose in arm.doses:
        if dose.treatment != treatment:
            continue
        times = expand(dose, day, begin=0.0).times
        took = doses_taken(
            treatment, times, people.draw_names, adherence=dose.adherence, habit=habit
        )
        total += dose.amount * took.sum(axis=1)
    return total
