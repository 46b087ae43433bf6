"""How people moved through a trial: screened, allocated, treated, lost, analysed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.analysis import crossover
from follicle_sim.analysis.outcomes.exposures import anything_due, exposed, exposures
from follicle_sim.analysis.sets import SETS, Rules, members_at
from follicle_sim.analysis.tests import Test
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import read_trial, scenario_of
from follicle_sim.base.types import Flags
from follicle_sim.scenario.tables.analysis import Analysis
from follicle_sim.simulation.people.follow_up import REASONS


@dataclass(frozen=True)
class ArmFlow:
    """The people of one arm (sequence, half of a scalp).

    Parameters
    ----------
    label
        Of the arm.
    allocated
        People in it.
    received
        Those who took a dose; None where the arm is given nothing while people are in the trial.
    stopped
        Those who stopped treatment early; None where the design has no early stop.
    lost
        Those who left, by reason; empty where nobody can leave.
    completed
        Those who did not leave.
    missed, planned
        Visits after baseline not attended by people still in the trial, of how many.
    analysed
        People with a baseline and a value at the primary visit, by analysis set.
    """

    label: str
    allocated: int
    received: int | None
    stopped: int | None
    lost: Mapping[str, int]
    completed: int
    missed: int
    planned: int
    analysed: Mapping[str, int]


@dataclass(frozen=True)
class SubjectFlow:
    """All people of a trial.

    Parameters
    ----------
    screened
        None where nobody was screened: everybody drawn took part.
    excluded
        Candidates by the first criterion they failed.
    enrolled
        People in the trial; arms that share people count them once.
    week
        Of the primary visit.
    shared
        Every arm holds the same people.
    arms
        In the order of the dataset.
    """

    screened: int | None
    excluded: Mapping[str, int]
    enrolled: int
    week: float
    shared: bool
    arms: tuple[ArmFlow, ...]


def subject_flow(dataset: xr.Dataset, plan: Analysis, test: Test) -> SubjectFlow:
    """Count how the people of one trial moved through it.

    Parameters
    ----------
    dataset
        One trial, without a dimension `replicate`.
    plan, test
        What is analysed; `test` is the primary one.

    Raises
    ------
    InputError
        As `read_trial`.
    """
    trial = read_trial(dataset, test.endpoint)
    scenario = scenario_of(dataset)
    doses = [] if scenario is None else exposures(dataset, scenario)
    rules = Rules(plan.least_doses, plan.most_late)
    analysed = analysed_people(trial, test)
    sets = {name: members_at(name, trial, test.day, rules)[0] & analysed for name in SETS}
    arms = []
    for index, label in enumerate(trial.arms):
        members = trial.enrolled[0, index]
        size = int(members.sum())
        received = None
        if doses and anything_due(doses[index]):
            received = int(exposed(doses[index]).sum())
        stopped = None
        if "stopped_day" in trial.known:
            stopped = int(np.isfinite(trial.known["stopped_day"][0, index][members]).sum())
        lost = {}
        if "left_reason" in trial.known:
            reason = trial.known["left_reason"][0, index][members]
            lost = {word: int((reason == code).sum()) for code, word in REASONS.items()}
        missed, planned = _count_missed(trial, index)
        arms.append(
            ArmFlow(
                label,
                size,
                received,
                stopped,
                lost,
                size - sum(lost.values()),
                missed,
                planned,
                {name: int(people[index].sum()) for name, people in sets.items()},
            )
        )
    stored = json.loads(dataset.attrs.get("flow", "{}"))
    enrolled = arms[0].allocated if trial.paired else sum(arm.allocated for arm in arms)
    week = test.day / 7.0
    return SubjectFlow(
        stored.get("screened"),
        stored.get("excluded", {}),
        enrolled,
        week,
        trial.paired,
        tuple(arms),
    )


def analysed_people(trial: Trial, test: Test) -> Flags:
    """Return who has all that a comparison needs as seen, without a rule for gaps, (A, S)."""
    people = trial.enrolled[0].copy()
    for arm, visits in enumerate(needed_visits(trial, test)):
        people[arm] &= np.isfinite(trial.values[0, arm][:, visits]).all(axis=-1)
    return np.asarray(people)


def needed_visits(trial: Trial, test: Test) -> list[list[int]]:
    """Return the visits of each arm that a comparison is made of: baseline and endpoint.

    In a crossover these are of the periods of the two treatments compared.
    """
    if trial.kind != "crossover":
        return [[trial.visit(0.0), trial.visit(test.day)] for _ in trial.arms]
    pairs = [
        crossover.visits_of(trial, label, test.day) for label in (test.treatment, test.control)
    ]
    return [[visit for turns in pair for visit in turns] for pair in zip(*pairs, strict=True)]


def _count_missed(trial: Trial, arm: int) -> tuple[int, int]:
    """Return visits after baseline that people still in the trial missed, and how many were due."""
    later = np.flatnonzero(trial.days > 0.0)
    members = trial.enrolled[0, arm]
    if "attended" not in trial.known:
        return 0, int(members.sum()) * later.size
    came = trial.known["attended"][0, arm][:, later] == 1
    inside = np.ones_like(came)
    if "left_day" in trial.known:
        left_day = trial.known["left_day"][0, arm]
        inside = ~(trial.days[later] > left_day[:, None])
    due = (inside | came) & members[:, None]
    return int((due & ~came).sum()), int(due.sum())
