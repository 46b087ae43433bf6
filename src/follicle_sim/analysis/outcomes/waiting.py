"""How soon people respond: Kaplan and Meier, the log-rank test and Cox's hazard ratio.

The last two are those of statsmodels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from follicle_sim.analysis.statistics.effects import Effect
from follicle_sim.base.types import Flags, Floats


@dataclass(frozen=True)
class Waiting:
    """How long two groups wait for a response.

    Parameters
    ----------
    treated, control
        Median time, day; NaN where fewer than half respond.
    effect
        Hazard ratio with its interval, and p of the log-rank test.
    """

    treated: float
    control: float
    effect: Effect


def first_response(response: Floats, days: Floats) -> tuple[Floats, Flags]:
    """Return when each person responded first, or was last seen, and whether they did.

    Parameters
    ----------
    response : (n, V)
        1, 0 or NaN at each follow-up visit.
    days : (V,)

    Returns
    -------
    (n,) day, NaN for people never seen; (n,) flag
    """
    yes = response == 1
    happened = yes.any(axis=1)
    observed = np.isfinite(response)
    last = np.where(observed, days, -np.inf).max(axis=1)
    first = np.where(yes, days, np.inf).min(axis=1)
    time = np.where(happened, first, last)
    return np.where(np.isfinite(time), time, np.nan), happened


def time_to_response(
    treated: tuple[Floats, Flags], control: tuple[Floats, Flags], level: float
) -> Waiting:
    """Compare times to response, (n,) days and (n,) flags each, two-sided.

    The hazard ratio has an estimate only where each arm has a response while people of the other
    one still wait: else the likelihood rises without end (Bryson and Johnson 1981, Technometrics
    23:381), and what is returned is p of the log-rank test and the reason.
    """
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import survdiff

    time, status, arm = _sort_people(treated, control)
    n, m = (int((arm == side).sum()) for side in (1.0, 0.0))
    middles = [median_time(time[arm == side], status[arm == side]) for side in (1.0, 0.0)]
    if n == 0 or m == 0:
        why = f"too few people: {n} + {m} were seen, 1 in each arm is needed"
    elif not status.any():
        why = "nobody responded"
    elif not _both_could_respond(time, status, arm):
        why = "all who still waited responded at one visit, or one arm had nobody left waiting"
    else:
        p = float(survdiff(time, status.astype(float), arm)[1])
        effect = Effect.missing(n, m, "log_rank", _why_unbounded(time, status, arm))
        if not effect.why:
            fitted = PHReg(time, arm[:, None], status=status.astype(float), ties="efron").fit()
            b, se, z = float(fitted.params[0]), float(fitted.bse[0]), float(ndtri(0.5 + level / 2))
            ratio, low, high = (math.exp(log_ratio) for log_ratio in (b, b - z * se, b + z * se))
            effect = replace(effect, estimate=ratio, low=low, high=high)
        return Waiting(middles[0], middles[1], replace(effect, p=p))
    return Waiting(middles[0], middles[1], Effect.missing(n, m, "log_rank", why))


def _sort_people(
    treated: tuple[Floats, Flags], control: tuple[Floats, Flags]
) -> tuple[Floats, Flags, Floats]:
    """Return times, responses and arms (1 treated) of people seen, in an order of their own.

    Sums then run over the same numbers in the same order however the people were listed.
    """
    time = np.concatenate([treated[0], control[0]])
    status = np.concatenate([treated[1], control[1]])
    arm = np.repeat([1.0, 0.0], [treated[0].size, control[0].size])
    order = np.lexsort((arm, status, time))
    order = order[np.isfinite(time[order])]
    return time[order], status[order], arm[order]


def _count_waiting(time: Floats, arm: Floats, day: float) -> tuple[int, int]:
    """Return how many of each arm still wait just before a day, treated first."""
    still = time >= day
    return int((still & (arm == 1.0)).sum()), int((still & (arm == 0.0)).sum())


def _both_could_respond(time: Floats, status: Flags, arm: Floats) -> bool:
    """Tell whether some day's responses could have come from either arm."""
    for day in np.unique(time[status]).tolist():
        responses = int((status & (time == day)).sum())
        if min(_count_waiting(time, arm, day)) > 0 and responses < int((time >= day).sum()):
            return True
    return False


def _why_unbounded(time: Floats, status: Flags, arm: Floats) -> str:
    """Return why the hazard ratio has no estimate, "" where it has one."""
    sides = set()
    for day in np.unique(time[status]).tolist():
        if min(_count_waiting(time, arm, day)) > 0:
            sides |= set(arm[status & (time == day)].tolist())
    if sides == {1.0, 0.0}:
        return ""
    only = "treated" if sides == {1.0} else "control"
    return (
        f"only {only} people responded while people of both arms still waited: the hazard ratio "
        f"is open {'above' if sides == {1.0} else 'below'}"
    )


def median_time(time: Floats, status: Flags) -> float:
    """Return the median of Kaplan and Meier, NaN where it is not reached."""
    waiting_share = 1.0
    for day in np.unique(time[status]):
        waiting_share *= 1.0 - ((time == day) & status).sum() / (time >= day).sum()
        if waiting_share <= 0.5 + 1e-12:
            return float(day)
    return math.nan
