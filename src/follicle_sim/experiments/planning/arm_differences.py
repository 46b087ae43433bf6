"""What may differ between the arms of a controlled trial although the drug does nothing.

Season, choice of the spot and regression to the mean are in every arm and drop out of a difference.
What does not: arms that drift apart, people who leave one arm for want of a gain, a reader who
knows who is treated, and a needle that the control does not get. Each is a change of the trials
that come out of a scenario without its drug. In a crossover it is in the periods of the treatment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from follicle_sim.analysis.trial import Trial
from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import normals
from follicle_sim.base.types import Flags, Floats
from follicle_sim.experiments.planning.circumstances import baseline_of, needle_of
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.trial_sources import Trials
from follicle_sim.experiments.scoreboard.designs import Offset
from follicle_sim.scenario.model import Scenario

LEAVING = 0.1
"""Share of the people of a treated arm who leave, those who gained least (assumption: as many as
leave a trial in a year, all of them for lack of effect)."""

READING = 0.03
"""How much more a reader who knows the treatment counts, as a share (assumption: what two trained
readers differ by, coefficients of variation between investigators of 2.9 to 6.3 %: phototrichogram
with headband and tapeline, Yonsei repository 22282913/158519; the lower end)."""


def treated_cells(trial: Trial, treated: Sequence[str]) -> Flags:
    """Return at which visits an arm is on one of the treatments, (A, T).

    Visits count from the first after the start: baseline, or the start of a period.
    """
    cells = np.zeros((len(trial.arms), trial.days.size), dtype=bool)
    if not trial.periods:
        arms = np.array([label in treated for label in trial.arms])
        return np.asarray(arms[:, None] & (trial.days > 0.0))
    starts = [start for start, _ in trial.periods]
    for (start, period_labels), end in zip(trial.periods, [*starts[1:], math.inf], strict=True):
        inside = (trial.days > start) & (trial.days <= end)
        for arm, label in enumerate(trial.arms):
            cells[arm, inside] = period_labels[label] in treated
    return cells


def with_arms_apart(trials: Trials, names: range, where: Flags, drift: Offset) -> Trials:
    """Return trials whose treated arms drift away from the control, one draw an arm and trial.

    Two arms differ as the control arms of two published trials do: the difference has no mean and
    the root of two times their SD. Randomised arms that are seen side by side differ less.
    """
    trial = trials.trial
    shape = (len(names), len(trial.arms))
    luck = np.zeros(shape)
    for i, name in enumerate(names):
        for arm in range(shape[1]):
            draw = normals(trial.seed, name, arm, 0, SUBJECT_LEVEL, 0, int(Decision.TRIAL_DRIFT))
            luck[i, arm] = float(draw)
    size: Floats = (math.sqrt(2.0) * drift.sd * luck)[:, :, None, None]
    if drift.relative:
        size = size * trial.values[..., [baseline_of(trial)]]
    return _with_values(trials, trial.values + size * where[None, :, None, :])


def with_reader_who_knows(trials: Trials, where: Flags) -> Trials:
    """Return trials in which counts under treatment are read as better than they are."""
    trial = trials.trial
    share = READING if trial.larger_is_better else -READING
    return _with_values(trials, trial.values * (1.0 + share * where[None, :, None, :]))


def with_leavers(trials: Trials, where: Flags, tested: Sequence[float]) -> Trials:
    """Return trials in which those who gained least under treatment are not seen after its start.

    tested : days of the visits that are tested, since baseline or the start of a period
    """
    trial = trials.trial
    values = trial.values.copy()
    good = 1.0 if trial.larger_is_better else -1.0
    for arm, cells in enumerate(where):
        for start, visits in _spans(trial, cells):
            last = visits[
                int(np.argmin(np.abs(trial.days[visits] - trial.days[start] - tested[-1])))
            ]
            gain = good * (values[:, arm, :, last] - values[:, arm, :, start])
            known = np.isfinite(gain)
            leaving = np.round(LEAVING * known.sum(axis=-1, keepdims=True)).clip(1)
            rank = np.argsort(np.argsort(np.where(known, gain, np.inf), axis=-1), axis=-1)
            gone = known & (rank < leaving)
            part = values[:, arm][:, :, visits]
            values[:, arm, :, visits] = np.moveaxis(np.where(gone[..., None], np.nan, part), -1, 0)
    return _with_values(trials, values)


def needle_of_one_arm(scenario: Scenario, plan: Plan, drug: str) -> str:
    """Return the needle that treated arms get and the control does not; "" where there is none."""
    needle = needle_of(scenario, drug)
    doses = next((arm.doses for arm in scenario.arms if arm.label == plan.control), ())
    return "" if any(dose.treatment == needle for dose in doses) else needle


def _spans(
    trial: Trial, cells: Flags
) -> list[tuple[int, np.ndarray[tuple[int], np.dtype[np.intp]]]]:
    """Return the first visit and the later ones of every span under treatment of one arm."""
    if not cells.any():
        return []
    starts = [start for start, _ in trial.periods] or [0.0]
    spans = []
    for start, end in zip(starts, [*starts[1:], math.inf], strict=True):
        visits = np.flatnonzero(cells & (trial.days > start) & (trial.days <= end))
        if visits.size:
            spans.append((trial.visit(start), visits))
    return spans


def _with_values(trials: Trials, values: Floats) -> Trials:
    return replace(trials, trial=replace(trials.trial, values=values))
