"""Endpoints that are the share of people who have something at a visit.

Each gives 1 for who has it, 0 for who has not and NaN for who was not seen, so that the mean over
people is the share. Limits are those of the papers' own wordings unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from follicle_sim.base.estimates import FloatArray
from follicle_sim.results.courses import DUST, NOTICED, REGROWN
from follicle_sim.results.recipe import Recipe

NO_HAIR_LOSS = 0.0
"""SALT score of a scalp without a bare spot, points: class 0 of the AA-IGA (Wyrwich 2020, Br J
Dermatol 183:702; classes as on medical.lilly.com)."""

VERY_SEVERE = 95.0
"""SALT score from which on alopecia is very severe, class 4 of the AA-IGA, points; taken for
totalis and universalis, whose papers give no figure (assumption)."""

COMPLETE = 0.9
"""Cover from which on the regrowth of an area is complete (assumption: a healthy area of 200
follicles scatters by 3 % about 1, and papers give no figure)."""

RECOVERED = 0.3
"""Share of the hair before chemotherapy below which recovery is incomplete (Watanabe 2019)."""

Rule = Callable[..., np.ndarray]


def marked(rule: Rule) -> Callable[..., FloatArray]:
    """Return a rule as a function that gives 1, 0 and, where a value is missing, NaN."""

    def marks(*values: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):
            kept = rule(*values)
        seen = np.all([np.isfinite(value) for value in np.broadcast_arrays(*values)], axis=0)
        return np.where(seen, kept.astype(np.float64), np.nan)

    return marks


DUST_POINTS = 100.0 * DUST
"""Points of a SALT score by which rounding may miss a level: four bare pieces of a twentieth of the
scalp each are 20 points, but not to the last bit."""


def _at_most(points: float) -> Recipe:
    return Recipe(("salt",), marked(lambda salt: salt <= points + DUST_POINTS), standing=True)


def _fell_by(share: float) -> Recipe:
    fallen = marked(lambda salt, base: salt <= (1.0 - share + DUST) * base)
    return Recipe(
        ("salt",), lambda s, b: fallen(s, with_loss(b)), against_baseline=True, standing=True
    )


def with_loss(base: FloatArray) -> FloatArray:
    """Return the score at baseline, NaN for people without hair loss: they have nothing to lose."""
    return np.where(base > DUST_POINTS, base, np.nan)


def regrown_share(salt: FloatArray, base: FloatArray) -> FloatArray:
    """Return the share of the bare area at baseline that has regrown; below 0 where it grew.

    Parameters
    ----------
    salt, base
        SALT scores now and at baseline, points, of one shape; NaN where nothing was bare.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1.0 - salt / with_loss(base))


def begun_again(density: FloatArray, base: FloatArray) -> FloatArray:
    """Return 1 from the visit on at which lost hair has begun to come back, before it 0.

    Hair has begun to come back once `REGROWN` of that at baseline stands above the person's lowest
    count; of people who never lost as much as is noticed (`NOTICED`) nothing is asked: NaN.

    Parameters
    ----------
    density : (..., T, people)
    base : (..., 1, people)
    """
    known = np.where(np.isfinite(density), density, np.inf)
    lowest = known.min(axis=-2, keepdims=True)
    visits = np.arange(density.shape[-2])[:, None]
    last_low = np.max(np.where(known == lowest, visits, -1), axis=-2, keepdims=True)
    with np.errstate(invalid="ignore"):
        back = (density > lowest + REGROWN * base) & (visits > last_low)
        lost = lowest <= (1.0 - NOTICED) * base
    return np.where(lost & np.isfinite(density), back.astype(np.float64), np.nan)


SHARES: Mapping[str, Recipe] = {
    "salt20_responders": _at_most(20.0),
    "salt10_responders": _at_most(10.0),
    "salt30_responders": _fell_by(0.3),
    "salt50_responders": _fell_by(0.5),
    "salt90_responders": _fell_by(0.9),
    "disease_free": _at_most(NO_HAIR_LOSS),
    "totalis_universalis": Recipe(
        ("salt",), marked(lambda salt: salt >= VERY_SEVERE - DUST_POINTS), standing=True
    ),
    "complete_regrowth": Recipe(
        ("cover",),
        marked(lambda cover: cover >= COMPLETE * (1.0 - DUST)),
        standing=True,
        whole=_at_most(NO_HAIR_LOSS),
    ),
    # weeks of these count from the end of chemotherapy
    "incomplete_recovery": Recipe(
        ("hair_density",),
        marked(lambda hairs, base: hairs < (RECOVERED - DUST) * base),
        against_baseline=True,
        standing=True,
        clock="chemotherapy_end",
    ),
    "regrowth_after_chemotherapy": Recipe(
        ("hair_density",),
        begun_again,
        against_baseline=True,
        standing=True,
        clock="chemotherapy_end",
    ),
    # one line is simulated, and stands for the middle and for both sides
    **dict.fromkeys(
        ("hairline_stable_frontal", "hairline_stable_right", "hairline_stable_left"),
        Recipe(("hairline_stable",), standing=True),
    ),
    "lppai_improved": Recipe(
        ("lppai",),
        marked(lambda index, base: index < (1.0 - DUST) * base),
        against_baseline=True,
        standing=True,
    ),
    "bare_area_reduction": Recipe(("salt",), regrown_share, against_baseline=True, standing=True),
}
"""The last is no share of people, but like them it is compared as it stands."""
