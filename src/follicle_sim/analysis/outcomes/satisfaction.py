"""How people find their hair: answers on an ordinal scale, driven by the change that was seen.

An answer is drawn from a cumulative-logit law given the person's change in counted density. One
part of what makes people differ stays with the person over all visits, the rest is new each time:
both are normal, and their sum is turned into a logistic liability, so that the law of a single
answer is exactly the one in `satisfaction.toml`.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import xarray as xr
from scipy.special import ndtr, stdtrit

from follicle_sim.analysis.statistics.effects import Alternative, Effect, unknown
from follicle_sim.analysis.statistics.linear import few
from follicle_sim.analysis.statistics.ranks import centre, shift
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import read_trial
from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import normals
from follicle_sim.base.types import Floats
from follicle_sim.protocol.streams import stream_of


@dataclass(frozen=True)
class Scale:
    """An ordinal scale and how changes lead to its answers.

    Parameters
    ----------
    name, question
        What it is called, and what people are asked.
    answers
        In words, worst first; an answer is stored as its place, from 1.
    thresholds
        Change at which half of people give at least answer 2, 3 ..., hairs/cm2.
    slope
        Log odds a hair/cm2.
    person_share
        Share of the liability's variance that stays with the person.
    """

    name: str
    question: str
    answers: tuple[str, ...]
    thresholds: tuple[float, ...]
    slope: float
    person_share: float

    def at_least(self, change: Floats) -> Floats:
        """Return the chance of each answer but the worst, or a better one, (..., K - 1)."""
        distance = np.asarray(change)[..., None] - np.array(self.thresholds)
        return np.asarray(1.0 / (1.0 + np.exp(-self.slope * distance)))


@cache
def load_scales() -> dict[str, Scale]:
    """Return the scales by name: five_point and seven_point."""
    text = files(__package__).joinpath("satisfaction.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return {
        name: Scale(
            name,
            table[name]["question"],
            tuple(table[name]["answers"]),
            tuple(table[name]["thresholds"]["value"]),
            table["slope"]["value"],
            table["person_share"]["value"],
        )
        for name in ("five_point", "seven_point")
    }


def satisfaction(dataset: xr.Dataset, scale: str = "seven_point") -> xr.DataArray:
    """Return what everybody answers at every visit after baseline.

    Parameters
    ----------
    dataset
        Needs `hair_density` and a baseline visit.
    scale
        five_point or seven_point.

    Returns
    -------
    Dims of hair_density; answers from 1 (worst), NaN up to baseline and where nobody was seen.
    Draws are named after person and day, so another visit or arm changes no answer.

    Raises
    ------
    InputError
        An unknown scale; no hair density or no baseline in the dataset.
    """
    scales = load_scales()
    if scale not in scales:
        raise unknown("satisfaction", "scale", scale, tuple(scales))
    trial = read_trial(dataset, "hair_density")
    values = answers(trial, scales[scale])
    density = dataset["hair_density"]
    names = ("replicate", "arm", "subject", "time")
    dims = [dim for dim in names if dim in density.dims]
    shaped = xr.DataArray(
        values if "replicate" in dims else values[0],
        dims=dims,
        coords={dim: density.coords[dim] for dim in dims if dim in density.coords},
        attrs={"units": "1", "long_name": scales[scale].question},
    )
    return shaped.transpose(*density.dims)


def answers(trial: Trial, scale: Scale) -> Floats:
    """Return the answers of a trial's people, (R, A, S, T); see `satisfaction`."""
    start = int(np.flatnonzero(trial.days == 0.0)[0])
    change = trial.values - trial.values[..., [start]]
    out = np.full(change.shape, np.nan)
    minutes = np.rint(1440.0 * np.maximum(trial.days, 0.0)).astype(np.int64)
    replicates, arms, people, _ = change.shape
    for replicate in range(replicates):
        for arm in range(arms):
            subject = np.arange(people)
            stream = stream_of(trial.name(trial.arms[arm]))
            # The same person in two arms judges by the same standards.
            person_stream = 0 if trial.paired else stream
            if "person" in trial.known:
                subject = np.maximum(trial.known["person"][replicate, arm], 0) & 0xFFFFFFFF
            lasting = normals(
                trial.seed, replicate, person_stream, subject, SUBJECT_LEVEL, 0, _code("PERSON")
            )
            passing = normals(
                trial.seed,
                replicate,
                stream,
                subject[:, None],
                SUBJECT_LEVEL,
                minutes[None, :],
                _code("VISIT"),
            )
            share = scale.person_share
            z = math.sqrt(share) * lasting[:, None] + math.sqrt(1.0 - share) * passing
            # Liability u is uniform: the answer is k where at_least(k) is the last above 1 - u.
            above = scale.at_least(change[replicate, arm]) > (1.0 - ndtr(z))[..., None]
            out[replicate, arm] = 1.0 + above.sum(axis=-1)
    out[~np.isfinite(change)] = np.nan
    out[..., trial.days <= 0.0] = np.nan
    return out


def _code(name: str) -> int:
    return int(Decision[f"SATISFACTION_{name}"])


def compare_answers(
    treated: Floats, control: Floats, level: float = 0.95, alternative: Alternative = "two_sided"
) -> Effect:
    """Compare the answers of two groups, (n,) and (m,), NaN where missing.

    Returns
    -------
    Effect
        `estimate` is the chance that a treated person answers better than a control, ties half,
        with the interval of Brunner and Munzel (2000, Biom J 42:17); p is that of Wilcoxon's
        rank-sum test.
    """
    x, y = treated[np.isfinite(treated)], control[np.isfinite(control)]
    n, m = x.size, y.size
    if min(n, m) < 2:
        return Effect.missing(n, m, "wilcoxon", few((n, m), "2 in each arm"))
    better = np.sign(x[:, None] - y[None, :]) / 2 + 0.5
    chance = float(better.mean())
    parts = better.mean(axis=1).var(ddof=1) / n, better.mean(axis=0).var(ddof=1) / m
    variance = float(sum(parts))
    p = shift(x, y, level, alternative).p
    if variance == 0.0:
        # Every answer has the same place among those of the other arm: that gives no width.
        nan = math.nan
        why = "no interval of the chance: answers of the two arms do not overlap, or are all alike"
        return Effect(chance, nan, nan, nan, p, nan, n, m, "wilcoxon", why)
    df = variance**2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
    half = float(stdtrit(df, 0.5 + level / 2)) * math.sqrt(variance)
    low, high = max(0.0, chance - half), min(1.0, chance + half)
    return Effect(chance, math.sqrt(variance), low, high, p, float(df), n, m, "wilcoxon")


def compare_occasions(
    first: Floats, second: Floats, level: float = 0.95, alternative: Alternative = "two_sided"
) -> Effect:
    """Compare the answers of the same people, (n,) each, at two visits: Wilcoxon's signed rank.

    "greater" asks whether the second answers are the better ones.
    """
    return centre(second - first, level, alternative)
