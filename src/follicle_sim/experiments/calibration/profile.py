"""Which parameters the data identify: the best fit with one parameter held, over its range.

No prior enters. A profile that rises by less than LIMIT towards an end of the range says that the
data do not exclude that end; one that does so at both says that they do not know the parameter.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import chi2

from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.calibration.emulator import Density, Emulator, spread_points
from follicle_sim.experiments.calibration.likelihood import Likelihood, make_likelihood
from follicle_sim.experiments.calibration.problem import Calibration

Verdict = Literal["identified", "no lower limit", "no upper limit", "not identified"]

LEVEL = 0.90
LIMIT = float(chi2.ppf(LEVEL, 1))
"""Rise of -2 log-likelihood that ends the 90 % interval of one parameter."""

POINTS = 21
STARTS = 8


@dataclass(frozen=True)
class Profile:
    """One parameter: values (p,) in canonical units, rise (p,) of -2 log-likelihood, its reading.

    low, high : ends of the 90 % interval, None where the range ends first.
    """

    name: str
    values: Floats
    rise: Floats
    best: float
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True)
class ProfileRow:
    """One point of a profile, as profile.csv has it."""

    parameter: str
    value: float
    rise: float
    verdict: Verdict


def profiles(
    calibration: Calibration, emulator: Emulator, points: int = POINTS, report: Report | None = None
) -> tuple[Profile, ...]:
    """Return the profile likelihood of every free parameter.

    The emulator's error over the whole range counts as error of the data here, because a profile
    walks far from the best fit.
    """
    likelihood = make_likelihood(calibration.targets, calibration.rules, emulator.range_error)
    d = len(calibration.names)
    grid = np.linspace(-1.0, 1.0, points)
    misfits = np.empty((d, points))

    def lowest(fixed: int, at: float, starts: Floats) -> tuple[float, Floats]:
        return least(likelihood, emulator, fixed, at, starts)

    for fixed in range(d):
        if report is not None:
            report("profiles", fixed, d)
        starts = spread_points(STARTS, d - 1) if d > 1 else np.empty((1, 0))
        seeds: list[Floats] = []
        for k, at in enumerate(grid):
            # the neighbour's best is the likeliest to be near
            misfits[fixed, k], others = lowest(fixed, float(at), np.array([*starts, *seeds[-1:]]))
            seeds.append(others)
        for k in range(points - 2, -1, -1):
            value, seeds[k] = lowest(fixed, float(grid[k]), np.array([seeds[k], seeds[k + 1]]))
            misfits[fixed, k] = min(misfits[fixed, k], value)
    if report is not None:
        report("profiles", d, d)
    lowest_of_all = misfits.min()
    return tuple(
        read_profile(
            name, calibration.decode(np.tile(grid[:, None], d))[:, i], misfits[i] - lowest_of_all
        )
        for i, name in enumerate(calibration.names)
    )


def least(
    likelihood: Likelihood, model: Density, fixed: int, at: float, starts: Floats
) -> tuple[float, Floats]:
    """Return the least -2 log-likelihood with x[held] = at, and the others (d - 1,) there.

    starts : (m, d - 1) where the searches begin
    """
    d = starts.shape[1] + 1
    others = [i for i in range(d) if i != fixed]

    def misfit(free: Floats) -> Floats:
        x = np.empty(d)
        x[fixed], x[others] = at, free
        return likelihood.residuals(model(x))

    if not others:
        return float(np.sum(misfit(np.empty(0)) ** 2)), np.empty(0)
    runs = [
        least_squares(misfit, np.clip(start, -0.999, 0.999), bounds=(-1.0, 1.0), max_nfev=60)
        for start in starts
    ]
    best = min(runs, key=lambda run: float(run.cost))
    return 2.0 * float(best.cost), np.asarray(best.x)


def read_profile(name: str, values: Floats, rise: Floats) -> Profile:
    """Return a profile with its interval and what it says of the parameter.

    values : (p,) increasing; rise : (p,) of -2 log-likelihood above the best fit of all.
    """
    best = int(np.argmin(rise))
    logs = np.log(values)
    low = _find_crossing(logs[: best + 1][::-1], rise[: best + 1][::-1])
    high = _find_crossing(logs[best:], rise[best:])
    return Profile(name, values, rise, float(values[best]), low, high, judge(low, high))


def judge(low: float | None, high: float | None) -> Verdict:
    """Return what an interval says of its parameter; an end that is None was not reached."""
    if low is None and high is None:
        return "not identified"
    if low is None:
        return "no lower limit"
    return "identified" if high is not None else "no upper limit"


def _find_crossing(logs: Floats, rise: Floats) -> float | None:
    """Return the value at which a profile, from its best outwards, first passes LIMIT."""
    beyond = np.flatnonzero(rise > LIMIT)
    if not beyond.size:
        return None
    k = int(beyond[0])
    if k == 0:
        return float(np.exp(logs[0]))
    share = (LIMIT - rise[k - 1]) / (rise[k] - rise[k - 1])
    return float(np.exp(logs[k - 1] + share * (logs[k] - logs[k - 1])))


def profile_rows(all_profiles: tuple[Profile, ...]) -> list[ProfileRow]:
    """Return the points of all profiles as rows."""
    return [
        ProfileRow(profile.name, float(value), float(rise), profile.verdict)
        for profile in all_profiles
        for value, rise in zip(profile.values, profile.rise, strict=True)
    ]
