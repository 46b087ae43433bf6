"""The profile likelihood of one number of a model, from few evaluations of it.

With y = law.value, residuals r(x) = W (f(x) + shift - y) of n observed numbers and, for a number
with a prior, (log x - log x_0) / sd, -2 log-likelihood is |r|^2 up to a constant. At a value of the
first number the others are fitted (least squares). Between such values each residual is followed by
a monotone cubic (PCHIP, Fritsch and Butland 1984, doi:10.1137/0905021) in log(1 + 10 x / x_0);
values are added where the minimum and the ends of the interval come to lie, until these stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import least_squares
from scipy.special import stdtrit

from follicle_sim.base.types import Floats

Model = Callable[[Floats], Floats]
"""Values (d,) of the free numbers to predictions (n,)."""

FIRST = (0.1, 0.4, 1.0, 2.5, 8.0, 30.0)
"""Where a profile is begun, in multiples of the present value; it ends at the bounds."""

CLOSE = 0.01
"""The search ends when its answers move by less than this share of the present value, or of
themselves where they are larger."""

ROUNDS = 8
FINE = 2001
OTHERS = 50.0
"""Factor by which a number beside the first may leave its present value, either way."""


@dataclass(frozen=True)
class Law:
    """The normal law that n observed numbers follow.

    value : (n,); whiten : (n, n) turns misfits into uncorrelated ones of variance 1; shift : (n,)
    is added to predictions; present, prior_sd : (d,) present value of each free number, and the SD
    of its logarithm around it, infinite where nothing is known; lower, upper : (d,) bounds.
    """

    value: Floats
    whiten: Floats
    shift: Floats
    present: Floats
    prior_sd: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class FirstProfile:
    """A profile: values (p,) of the first number, rise (p,) of -2 log-likelihood above its least.

    curve : (2, m) values and rise between them, for drawing;
    best : (d,) values of all numbers at the minimum; misfit : -2 log-likelihood there; low, high :
    ends of the interval, None where the search ends first.
    """

    values: Floats
    rise: Floats
    curve: Floats
    best: Floats
    misfit: float
    low: float | None
    high: float | None


def limit_of(level: float, people: float, numbers: int) -> float:
    """Return the rise of -2 log-likelihood that ends an interval: Student's t, squared.

    The standard errors were themselves estimated, from `people`; each of the `numbers` fitted to
    the same people takes one of the degrees of freedom, as in Hotelling's law. With many people
    this is the chi-squared quantile of Wilks.

    Examples
    --------
    >>> round(limit_of(0.90, 1e9, 1), 3), round(limit_of(0.90, 20, 4), 3)
    (2.706, 3.048)
    """
    return float(stdtrit(max(3.0, people - numbers), 0.5 + level / 2) ** 2)


def find_profile(model: Model, law: Law, limit: float) -> FirstProfile:
    """Return the profile of the first number.

    Parameters
    ----------
    model
        From values (d,) to predictions (n,).
    limit
        Rise that ends the interval.
    """
    start = law.present[0]
    ends = (law.lower[0], law.upper[0])
    starts = [start * share for share in FIRST if ends[0] < start * share < ends[1]]
    nodes: dict[float, Floats] = {}
    others: dict[float, Floats] = {}
    for value in (ends[0], *starts, ends[1]):
        nodes[value], others[value] = _least(model, law, value, law.present[1:])
    answer = _read_interval(nodes, start, limit)
    for _ in range(ROUNDS):
        ends_found = [place for place in answer if place is not None]
        fresh = [value for value in ends_found if not _is_near(value, nodes, start)]
        if not fresh:
            break
        for value in fresh:
            near = min(nodes, key=lambda node: abs(node - value))
            nodes[value], others[value] = _least(model, law, value, others[near])
        answer = _read_interval(nodes, start, limit)
    best, low, high = answer
    assert best is not None
    axis, squares = _curve(nodes, start)
    at = min(nodes, key=lambda node: abs(node - best))
    values = np.array(sorted(nodes))
    rise = np.interp(_stretch(values, start), axis, squares) - squares.min()
    curve = np.array([np.expm1(axis) * start / 10.0, squares - squares.min()])
    return FirstProfile(
        values, rise, curve, np.array([best, *others[at]]), float(squares.min()), low, high
    )


def _least(model: Model, law: Law, value: float, near: Floats) -> tuple[Floats, Floats]:
    """Return the residuals (n + d,) at a value of the first number, and the others there."""

    def residuals(logs: Floats) -> Floats:
        others = law.present[1:] * np.exp(logs)
        misfit = law.whiten @ (model(np.array([value, *others])) + law.shift - law.value)
        return np.concatenate([misfit, prior(value), logs / law.prior_sd[1:]])

    def prior(value: float) -> Floats:
        if not np.isfinite(law.prior_sd[0]) or value <= 0.0:
            return np.zeros(1)
        return np.array([np.log(value / law.present[0]) / law.prior_sd[0]])

    if not near.size:
        return residuals(np.empty(0)), near
    lower = np.log(np.maximum(law.lower[1:] / law.present[1:], 1.0 / OTHERS))
    upper = np.log(np.minimum(law.upper[1:] / law.present[1:], OTHERS))
    start = np.clip(np.log(near / law.present[1:]), lower + 1e-6, upper - 1e-6)
    # steps of a twentieth look past single hairs
    solution = least_squares(residuals, start, bounds=(lower, upper), diff_step=0.05, xtol=1e-3)
    return np.asarray(solution.fun), law.present[1:] * np.exp(solution.x)


def _stretch(values: Floats, start: float) -> Floats:
    return np.log1p(10.0 * values / start)


def _curve(nodes: dict[float, Floats], start: float) -> tuple[Floats, Floats]:
    """Return a fine axis, stretched, and the squared residuals along it."""
    values = np.array(sorted(nodes))
    at = _stretch(values, start)
    axis = np.unique(np.concatenate([np.linspace(at[0], at[-1], FINE), at]))
    residuals = PchipInterpolator(at, np.array([nodes[value] for value in values]))(axis)
    return axis, np.square(residuals).sum(axis=1)


def _read_interval(
    nodes: dict[float, Floats], start: float, limit: float
) -> tuple[float | None, float | None, float | None]:
    """Return the best value and both ends of the interval, None where the search ends first."""
    axis, squares = _curve(nodes, start)
    values = np.expm1(axis) * start / 10.0
    best = int(np.argmin(squares))
    rise = squares - squares[best] - limit
    return float(values[best]), _end(values, rise, best, -1), _end(values, rise, best, 1)


def _end(values: Floats, rise: Floats, best: int, step: int) -> float | None:
    """Return where the rise first passes 0, from the best outwards."""
    last = 0 if step < 0 else len(values) - 1
    for k in range(best, last, step):
        if rise[k + step] > 0.0:
            share = -rise[k] / (rise[k + step] - rise[k])
            return float(values[k] + share * (values[k + step] - values[k]))
    return None


def _is_near(value: float, nodes: dict[float, Floats], start: float) -> bool:
    return any(abs(value - node) <= CLOSE * max(value, start) for node in nodes)
