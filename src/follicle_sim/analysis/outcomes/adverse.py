"""Side effects: how many people of each arm have them, from counts that studies reported.

A side effect of sessions strikes each session independently; one of a treatment in use strikes at
a constant rate. Nothing of it changes hair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.analysis.outcomes.reported import Reported, load_reported
from follicle_sim.analysis.outcomes.responders import wilson
from follicle_sim.analysis.statistics.effects import refuse
from follicle_sim.analysis.values import read_trial, scenario_of
from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Flags, Floats
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.protocol.streams import stream_of
from follicle_sim.scenario.model import Arm

PLACEBO = "placebo"


@dataclass(frozen=True)
class AdverseRow:
    """One side effect in one arm of one trial.

    Parameters
    ----------
    replicate, arm, treatment, event
        Where and what.
    people, affected, events
        People in the arm, those who had it, and how often it happened in all.
    low, high
        Limits of the share affected (Wilson).
    source, grade, unverified
        Of the rate it was drawn with.
    """

    replicate: int
    arm: str
    treatment: str
    event: str
    people: int
    affected: int
    events: int
    low: float
    high: float
    source: str
    grade: str
    unverified: str


def adverse_events(dataset: xr.Dataset, level: float = 0.95) -> tuple[AdverseRow, ...]:
    """Draw the side effects of a simulated trial.

    Parameters
    ----------
    dataset
        With the scenario it was made from.
    level
        Of the intervals.

    Returns
    -------
    Arm by arm, only treatments with a reported rate: see `unreported` for the rest.

    Raises
    ------
    InputError
        The dataset does not say what it was made from, or is a crossover: its arms are sequences,
        and whom to blame for an event in the second period nobody can say.
    """
    scenario = scenario_of(dataset)
    if scenario is None:
        raise refuse("adverse_events", "the dataset does not hold the scenario it was made from")
    names = [str(name) for name in dataset.data_vars if "time" in dataset[name].dims]
    trial = read_trial(dataset, "hair_density" if "hair_density" in names else names[0])
    if trial.periods:
        raise refuse("adverse_events", "not offered in a crossover")
    last = float(trial.days[-1])
    rows = []
    for arm in scenario.arms:
        a = trial.arm(arm.label)
        for replicate in range(len(trial.values)):
            members: Flags = trial.enrolled[replicate, a]
            until, used_until = np.full(members.size, last), np.full(members.size, last)
            if "left_day" in trial.known:
                until = np.fmin(until, trial.known["left_day"][replicate, a])
            if "stopped_day" in trial.known:
                used_until = np.fmin(used_until, trial.known["stopped_day"][replicate, a])
            share_taken = np.ones(members.size)
            if "doses_taken" in trial.known:
                share_taken = np.nan_to_num(trial.known["doses_taken"][replicate, a], nan=1.0)
            exposure = (until, np.fmin(until, used_until), share_taken)
            for reported, times in given_to(arm, last):
                count = _draw_counts(
                    reported, times, exposure, trial.seed, replicate, arm.drawn_as
                )[members]
                affected = int((count > 0).sum())
                low, high = wilson(affected, count.size, level)
                rows.append(
                    AdverseRow(
                        replicate,
                        arm.label,
                        reported.treatment,
                        reported.event,
                        count.size,
                        affected,
                        int(count.sum()),
                        low,
                        high,
                        reported.source,
                        reported.grade,
                        reported.unverified,
                    )
                )
    return tuple(rows)


def given_to(arm: Arm, last: float) -> list[tuple[Reported, Floats]]:
    """Return the side effects an arm is exposed to, with the days of the doses (K,)."""
    table = load_reported()
    given: dict[str, list[tuple[Floats, Floats]]] = {}
    for dose in arm.doses:
        # what came of doses before baseline was over, or known, when people came
        events = expand(dose, last, begin=0.0)
        if dose.start < 0.0 and not events.times.size:
            continue
        given.setdefault(dose.treatment, []).append((events.times, events.amounts))
    if arm.role == PLACEBO and not set(given) & set(table):
        given = {PLACEBO: [(np.zeros(1), np.zeros(1))]}
    exposed = []
    for treatment, doses in given.items():
        days, amounts = (np.concatenate(parts) for parts in zip(*doses, strict=True))
        # where the amount matters, that of a mean session
        usual = float(amounts.mean()) if amounts.size else 0.0
        exposed += [(row.at(usual), np.sort(days)) for row in table.get(treatment, ())]
    return exposed


def unreported(arms: tuple[Arm, ...]) -> tuple[str, ...]:
    """Return the treatments given whose side effects have no rate here."""
    treatments = dict.fromkeys(dose.treatment for arm in arms for dose in arm.doses)
    return tuple(treatment for treatment in treatments if treatment not in load_reported())


def _draw_counts(
    reported: Reported,
    times: Floats,
    exposure: tuple[Floats, Floats, Floats],
    seed: int,
    replicate: int,
    arm: str,
) -> NDArray[np.int64]:
    """Return how often each person (S,) has it: one uniform each, turned into a count.

    exposure : (S,) day up to which doses were due, and were used; share of those due that was taken
    """
    until, used_until, share_taken = exposure
    name = stream_of(f"{reported.treatment} {reported.event}")
    u = uniforms(
        seed,
        replicate,
        stream_of(arm),
        np.arange(until.size),
        SUBJECT_LEVEL,
        name,
        int(Decision.ADVERSE_EVENT),
    )
    if reported.sessions is not None:
        from scipy.stats import binom  # half a second, which trials without such events are spared

        sessions = np.rint(share_taken * (times[None, :] < until[:, None]).sum(axis=1))
        return np.asarray(binom.ppf(u, sessions, reported.per_session), dtype=np.int64)
    start = times[0] if times.size else np.inf
    exposed = np.where(share_taken > 0.0, np.maximum(used_until - start, 0.0), 0.0)
    return np.asarray(u < -np.expm1(-reported.per_day * exposed), dtype=np.int64)
