"""Who took which dose when: the simulation's own draws, read once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.types import Flags, Floats
from follicle_sim.pharmacology.dosing import doses_taken, expand
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.resolve import resolve
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.arms import Dose
from follicle_sim.simulation.people.attendance import attend, habit_of
from follicle_sim.simulation.people.cohort import Cohort, draw_people

SUBJECT_BITS = 2**29
"""Below it stands the number of a person in its name (`Cohort.person`)."""


@dataclass(frozen=True)
class Exposure:
    """One dose line of one arm.

    Parameters
    ----------
    dose
        The line, on the trial's own clock.
    times : (K,)
        Days on which a dose was due to anybody.
    due, took : (S, K)
        Whether each person was still in the trial, and whether they took it.
    """

    dose: Dose
    times: Floats
    due: Flags
    took: Flags


@dataclass(frozen=True)
class ArmExposure:
    """The people of one arm of one trial, and their doses.

    Parameters
    ----------
    label, people
        The arm, and who is in it, in the order of the dataset.
    last : (S,)
        Day of each person's last visit, or on which they left.
    lines
        Doses and who took them.
    """

    label: str
    people: Cohort
    last: Floats
    lines: list[Exposure]


def cohort_of(
    dataset: xr.Dataset, protocol: Protocol, arm: PlannedArm, replicate: int = 0
) -> Cohort:
    """Return the people of an arm of one simulated trial, as they were drawn."""
    subject = np.arange(arm.size)
    if "person" in dataset:
        names = dataset["person"].sel(arm=arm.label).values
        subject = names[names >= 0] % SUBJECT_BITS
    return draw_people(protocol, arm, replicate, subject.astype(np.int64))


def exposures(dataset: xr.Dataset, scenario: Scenario) -> list[list[Exposure]]:
    """Return the doses of every arm and who took them, while they were in the trial.

    Parameters
    ----------
    dataset
        One trial, as `simulate` returned it.
    scenario
        The one it was made from.

    Returns
    -------
    For each arm its dose lines; people in the order of the dataset. Who left takes nothing more
    that the trial would know of.
    """
    protocol = resolve(scenario)[0]
    return [arm_exposure(dataset, protocol, arm).lines for arm in protocol.arms]


def arm_exposure(
    dataset: xr.Dataset, protocol: Protocol, arm: PlannedArm, replicate: int = 0
) -> ArmExposure:
    """Return who took which dose of an arm.

    Parameters
    ----------
    dataset
        One trial: without replicates.
    protocol, arm
        It was made from.
    replicate
        Name of the trial in the draws.
    """
    people = cohort_of(dataset, protocol, arm, replicate)
    habit = habit_of(protocol, people)
    last = attend(protocol, people).day[:, -1]
    if "left_day" in dataset:
        left_day = dataset["left_day"].sel(arm=arm.label).values[: last.size]
        last = np.where(np.isnan(left_day), last, left_day)
    lines = []
    for dose in arm.doses:
        # what people took before they came is no exposure of the trial
        end, begin = float(last.max(initial=0.0)), protocol.visits.days[0]
        times = expand(dose, end, begin=begin).times
        due = times < last[:, None]
        took = doses_taken(
            dose.treatment, times, people.draw_names, adherence=dose.adherence, habit=habit
        )
        lines.append(Exposure(dose, times, due, due & took))
    return ArmExposure(arm.label, people, last, lines)


def anything_due(lines: Sequence[Exposure]) -> bool:
    """Return whether an arm is given anything while its people are in the trial."""
    return any(line.times.size > 0 for line in lines)


def exposed(lines: Sequence[Exposure]) -> Flags:
    """Return who of an arm took a dose at all, (S,); at least one line."""
    return np.asarray(np.any([line.took.any(axis=1) for line in lines], axis=0))


def ended_early(lines: Sequence[Exposure], until: Floats) -> Flags:
    """Return whose treatment ended before its last dose, (S,): more was to come from `until` on.

    until : (S,) day from which each person takes nothing more, infinity or NaN for never
    """
    end = np.where(np.isnan(until), np.inf, until)
    last = max((float(line.times[-1]) for line in lines if line.times.size), default=-np.inf)
    return np.asarray(end <= last)
