"""A crossover of two treatments: each person is their own control, the order taken out.

The classical analysis of Hills and Armitage (1979, Br J Clin Pharmacol 8:7,
doi:10.1111/j.1365-2125.1979.tb05903.x): half the difference between the two periods, compared
between the two sequences. A trend that is the same for all cancels. It takes for granted that
nothing carries over a washout; that cannot be tested with any power, and so is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.groups import Floats, Group, refuse
from follicle_sim.analysis.people import SAME_DAY, Flags, Trial

METHODS = ("t_test", "welch", "wilcoxon")
"""Tests between the two sequences."""


@dataclass(frozen=True)
class Periods:
    """What a two-period crossover compares.

    Parameters
    ----------
    first, second
        The people who had the treatment first, and those who had it second: groups whose
        difference is treatment minus control.
    treated, control
        Change within a period under each, (R, n), of all people.
    """

    first: Group
    second: Group
    treated: Floats
    control: Floats


def labels(trial: Trial) -> tuple[str, ...]:
    """Return the labels of what is given, in the order of the first sequence."""
    _, given = trial.periods[0]
    return tuple(given[arm] for arm in trial.arms)


def last_day(trial: Trial) -> float:
    """Return the last visit that lies in the first period, day since its start."""
    end = trial.periods[1][0]
    inside = trial.days[(trial.days > 0.0) & (trial.days < end)]
    if inside.size == 0:
        raise refuse("at", "no visit between the starts of the two periods")
    return float(inside[-1])


def end_visits(trial: Trial, day: float) -> tuple[int, int]:
    """Return the endpoint visit of each of the two periods, `day` since its start.

    Raises
    ------
    InputError
        No visit that day after each start.
    """
    first, second = (start for start, _ in trial.periods)
    if day >= second - SAME_DAY:
        raise refuse("at", f"week {day / 7:g} is not inside the first period")
    return trial.visit(first + day), trial.visit(second + day)


def period_groups(
    trial: Trial, treatment: str, control: str, day: float, keep: Flags
) -> tuple[Periods, tuple[int, int]]:
    """Return the groups of a crossover, and the endpoint visit of each period.

    Parameters
    ----------
    treatment, control
        Labels of what is given.
    day
        Of the endpoint visit, since the start of a period.
    keep : (R, A, S)
        Whose data count.

    Raises
    ------
    InputError
        Other than two treatments, an unknown label, no visit that day after each start.
    """
    if len(trial.periods) != 2 or len(trial.arms) != 2:
        count = f"{len(trial.periods)} periods and {len(trial.arms)} sequences"
        raise refuse("comparisons", f"a crossover of 2 treatments can be analysed; found {count}")
    known = labels(trial)
    for label in (treatment, control):
        if label not in known:
            raise refuse("comparisons", f'nobody is given "{label}"; allowed: {", ".join(known)}')
    ends = end_visits(trial, day)
    values = np.where(keep[..., None], trial.values, np.nan)
    changes = [
        values[..., end] - values[..., trial.visit(start)]
        for (start, _), end in zip(trial.periods, ends, strict=True)
    ]
    at = [trial.arms.index(arm) for arm, given in trial.periods[0][1].items() if given == treatment]
    first, second = at[0], 1 - at[0]
    halves = [(changes[0][:, arm] - changes[1][:, arm]) / 2 for arm in (first, second)]
    # Halves of differences carry the rounding of the counts they come from.
    size = np.where(np.isfinite(values), np.abs(values), 0.0).max(axis=(1, 2, 3), initial=0.0)
    groups = [Group(np.zeros_like(half), half[..., None], size=size) for half in halves]
    treated = np.concatenate([changes[0][:, first], changes[1][:, second]], axis=1)
    untreated = np.concatenate([changes[1][:, first], changes[0][:, second]], axis=1)
    return Periods(groups[0], groups[1], treated, untreated), ends
