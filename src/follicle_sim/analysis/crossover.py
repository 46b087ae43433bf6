"""A crossover: each person is their own control, the order of the treatments taken out.

Of two treatments, the classical analysis of Hills and Armitage (1979, Br J Clin Pharmacol 8:7,
doi:10.1111/j.1365-2125.1979.tb05903.x): half the difference between the two periods, compared
between the two sequences. Of more, two treatments at a time by the same idea (Senn 2002, Cross-over
Trials in Clinical Research, chapter 5): the difference within each person between the periods of
the two, averaged within a sequence, then over the sequences. As every treatment comes once in every
period, a trend that is the same for all cancels in that average, however many people a sequence
has; with two treatments both are one analysis. It takes for granted that nothing carries over a
washout; that cannot be tested with any power, and so is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.methods import compare_many
from follicle_sim.analysis.statistics.effects import (
    Alternative,
    Effects,
    give_need,
    no_reasons,
    refuse,
    student,
)
from follicle_sim.analysis.statistics.groups import DUST, Group
from follicle_sim.analysis.statistics.linear import few, moments
from follicle_sim.analysis.trial import SAME_DAY, Trial
from follicle_sim.base.types import Flags, Floats

METHODS = ("t_test", "welch", "wilcoxon")
"""Tests between the two sequences."""

OF_MANY = ("t_test", "welch")
"""Tests of a mean over three sequences or more."""


@dataclass(frozen=True)
class Periods:
    """Two treatments of a crossover, held against each other within people.

    Parameters
    ----------
    treated, control
        Change within a period under each, (R, A, S).
    first
        Position of the sequence that has the treatment first; of two sequences only.
    size : (R,)
        Largest absolute value that the changes come from: they carry its rounding.
    """

    treated: Floats
    control: Floats
    first: int
    size: Floats

    @property
    def difference(self) -> Floats:
        """Treated minus control, (R, A, S); NaN where one of them was not seen."""
        return self.treated - self.control


def methods_for(treatments: int) -> tuple[str, ...]:
    """Return the tests that fit a crossover of so many treatments."""
    return METHODS if treatments == 2 else OF_MANY


def labels(trial: Trial) -> tuple[str, ...]:
    """Return the labels of what is given, in the order of the first sequence."""
    _, label_of = trial.periods[0]
    return tuple(label_of[arm] for arm in trial.arms)


def last_day(trial: Trial) -> float:
    """Return the last visit of a period, day since its start.

    The last period ends with the last visit, and all are alike. Without a washout that visit may be
    the one that begins the next period.
    """
    end = float(trial.days[-1]) - trial.periods[-1][0]
    day = float(trial.days[trial.visit(end)])
    if day <= 0.0:
        raise refuse("at", "no visit after the start of a period")
    return day


def check_day(trial: Trial, day: float) -> None:
    """Refuse an endpoint visit that does not lie in every period.

    Raises
    ------
    InputError
        After the last visit of a period, or no visit that day after each start.
    """
    if not 0.0 < day <= last_day(trial) + SAME_DAY:
        raise refuse("at", f"week {day / 7:g} is not inside the first period")
    for start, _ in trial.periods:
        trial.visit(start + day)


def visits_of(trial: Trial, label: str, day: float) -> list[tuple[int, int]]:
    """Return for each sequence the first and the endpoint visit of the period of one treatment.

    Raises
    ------
    InputError
        Nobody is given it.
    """
    allowed = labels(trial)
    if label not in allowed:
        raise refuse("comparisons", f'nobody is given "{label}"; allowed: {", ".join(allowed)}')
    visits = []
    for arm in trial.arms:
        start = next(start for start, label_of in trial.periods if label_of[arm] == label)
        visits.append((trial.visit(start), trial.visit(start + day)))
    return visits


def pair_of(trial: Trial, treatment: str, control: str, day: float, keep: Flags) -> Periods:
    """Return the changes of people under two treatments.

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
        An unknown label, no visit that day after each start.
    """
    check_day(trial, day)
    values = np.where(keep[..., None], trial.values, np.nan)

    def changes(label: str) -> Floats:
        return np.stack(
            [
                values[:, arm, :, end] - values[:, arm, :, start]
                for arm, (start, end) in enumerate(visits_of(trial, label, day))
            ],
            axis=1,
        )

    starts = [start for start, _ in visits_of(trial, treatment, day)]
    size = np.where(np.isfinite(values), np.abs(values), 0.0).max(axis=(1, 2, 3), initial=0.0)
    return Periods(changes(treatment), changes(control), int(np.argmin(starts)), size)


def compare(periods: Periods, method: str, level: float, alternative: Alternative) -> Effects:
    """Compare two treatments in each of R trials.

    Parameters
    ----------
    method
        One of `methods_for` so many treatments.
    level, alternative
        As in `follicle_sim.analysis.methods.compare_many`.
    """
    if periods.difference.shape[1] > 2:
        return _over_sequences(periods, method, level, alternative)
    halves = [
        sign * periods.difference[:, arm] / 2
        for arm, sign in ((periods.first, 1.0), (1 - periods.first, -1.0))
    ]
    groups = [Group(np.zeros_like(half), half[..., None], size=periods.size) for half in halves]
    return compare_many(method, groups[0], groups[1], level=level, alternative=alternative)


def _over_sequences(
    periods: Periods, method: str, level: float, alternative: Alternative
) -> Effects:
    """Return the mean over sequences of a difference (R, A, S), the spread being that within them.

    t_test: one variance for all sequences; welch: each its own, with Satterthwaite's degrees of
    freedom. Without anybody in a sequence the periods would not cancel.
    """
    dust = DUST * periods.size
    count, mean, squares = moments(periods.difference, dust[:, None])
    sequences = count.shape[1]
    why = no_reasons(dust.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "welch":
            needed = f"2 in each of {sequences} sequences"
            enough = np.asarray((count > 1).all(axis=1))
            parts = squares / (count - 1.0) / count
            variance = parts.sum(axis=1)
            df = variance**2 / (parts**2 / (count - 1.0)).sum(axis=1)
            df = np.where(variance == 0.0, count.sum(axis=1) - float(sequences), df)
        else:
            needed = f"1 in each of {sequences} sequences, {sequences + 1} in all"
            df = np.maximum(count.sum(axis=1) - float(sequences), 0.0)
            enough = np.asarray((count > 0).all(axis=1) & (df > 0.0))
            variance = squares.sum(axis=1) / df * (1.0 / count).sum(axis=1)
        se = np.sqrt(variance) / sequences
    give_need(why, ~enough, lambda i: few(count[i].tolist(), needed))
    estimate = np.where(enough, mean.mean(axis=1), np.nan)
    people = count.sum(axis=1), np.zeros(len(count), np.int64)
    return student(estimate, se, df, people, method, level, alternative, why=why)
