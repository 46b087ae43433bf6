"""Endpoints whose papers leave a number open: a limit, an area. The number is then given.

A `[[compare]]` table gives it, ``assume = { regrowth = 0.5 }``, so that it stands where it is seen.
Every function takes that number and returns how the endpoint is made of what is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from follicle_sim.base.estimates import FloatArray
from follicle_sim.evidence.open_numbers import OPEN
from follicle_sim.results.courses import DUST, PRESERVED, first_crossing
from follicle_sim.results.recipe import Recipe, Span
from follicle_sim.results.shares import marked, with_loss

STEPS = 3
"""Highest score of hair loss where it is scored from 0 to 3."""

RESPONSE = 0.3
"""Fall of the score that is a first response (SALT30)."""


def regrown(share: float) -> Recipe:
    """Return who has at least this share of the bare area covered again."""
    fallen = marked(lambda salt, base: salt <= (1.0 - share + DUST) * base)
    return Recipe(
        ("salt",), lambda s, b: fallen(s, with_loss(b)), against_baseline=True, standing=True
    )


def lost_share(share: float) -> Recipe:
    """Return who lacks at least this share of the hair before chemotherapy."""
    return _after_chemotherapy(lambda hairs, base: hairs <= (1.0 - share + DUST) * base)


def lost_less_than_half(share: float) -> Recipe:
    """Return who lacks at least this share of it, and less than half (CTCAE grade 1)."""
    return _after_chemotherapy(
        lambda hairs, base: (hairs <= (1.0 - share + DUST) * base) & (hairs > PRESERVED * base)
    )


def _after_chemotherapy(rule: Callable[..., np.ndarray]) -> Recipe:
    return Recipe(
        ("hair_density",),
        marked(rule),
        against_baseline=True,
        standing=True,
        clock="chemotherapy_end",
    )


def loss_score(step: float) -> Span:
    """Return a score from 0 to 3: one more for each such share of the hair that was ever lost."""

    def score(density: FloatArray, days: FloatArray) -> FloatArray:
        known = np.where(np.isfinite(density), density, np.inf)
        with np.errstate(invalid="ignore", divide="ignore"):
            lost = 1.0 - known.min(axis=-1) / density[..., 0]
            return np.asarray(np.clip(np.floor(lost / step + DUST), 0.0, STEPS))

    return Span("hair_density", score)


def has_shed(times: float) -> Recipe:
    """Return who has shed hair, by then, so many times as fast as at baseline."""

    def ever(rate: FloatArray, base: FloatArray) -> FloatArray:
        known = np.where(np.isfinite(rate), rate, -np.inf)
        highest = np.maximum.accumulate(known, axis=-2)
        return np.where(base > 0.0, (highest > times * base).astype(np.float64), np.nan)

    return Recipe(("shed_rate",), ever, against_baseline=True, standing=True)


def still_sheds(times: float) -> Recipe:
    """Return who, of people that ever shed so many times as fast as at baseline, does so then."""

    def still(rate: FloatArray, base: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):
            now = np.isfinite(rate) & (rate > times * base)
        ever = now.any(axis=-2, keepdims=True)
        return np.where(ever & np.isfinite(rate), now.astype(np.float64), np.nan)

    return Recipe(("shed_rate",), still, against_baseline=True, standing=True)


def flared(points: float) -> Recipe:
    """Return whose SALT score has risen, by then, so far above its lowest so far."""

    def ever(salt: FloatArray) -> FloatArray:
        known = np.where(np.isfinite(salt), salt, np.inf)
        low = np.minimum.accumulate(known, axis=-2)
        with np.errstate(invalid="ignore"):
            up = np.isfinite(salt) & (salt >= low + points - DUST)
        flare = np.maximum.accumulate(up, axis=-2)
        return np.where(np.isfinite(salt), flare.astype(np.float64), np.nan)

    return Recipe(("salt",), ever, standing=True)


def flare_day(points: float) -> Span:
    """Return the day on which the score has risen so far above its lowest so far."""

    def day(salt: FloatArray, days: FloatArray) -> FloatArray:
        known = np.where(np.isfinite(salt), salt, np.inf)
        rise = salt - np.minimum.accumulate(known, axis=-1)
        return first_crossing(rise, days, np.full(salt.shape[:-1], points * (1.0 - 1e-6)), "above")

    return Span("salt", day)


def relapse_day(points: float) -> Span:
    """Return the days from the last dose until the score is so far above its lowest."""

    def day(salt: FloatArray, days: FloatArray) -> FloatArray:
        known = np.where(np.isfinite(salt), salt, np.inf)
        last = days.size - 1 - np.argmin(known[..., ::-1], axis=-1)
        depth = np.take_along_axis(known, last[..., None], axis=-1)[..., 0]
        fell = depth < salt[..., 0]  # nobody else has hair to lose again
        level = np.where(fell, depth + points, np.nan)
        return first_crossing(salt, days, level, "above", after=days[last])

    return Span("salt", day, clock="chemotherapy_end")


def first_within(visits: float) -> Recipe:
    """Return who of all that ever have SALT30 has it first within so many visits before one."""
    width = max(1, round(visits))

    def first(salt: FloatArray, base: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):
            responds = salt <= (1.0 - RESPONSE + DUST) * with_loss(base)
        ever = responds.any(axis=-2, keepdims=True)
        by_then = np.maximum.accumulate(responds, axis=-2)
        before = np.zeros_like(by_then)
        before[..., width:, :] = by_then[..., :-width, :]
        return np.where(ever & np.isfinite(salt), (by_then & ~before).astype(np.float64), np.nan)

    return Recipe(("salt",), first, against_baseline=True, standing=True)


def never_low(points: float) -> Recipe:
    """Return who, of people who ever had SALT30 by then, had no score as low by then."""

    def never(salt: FloatArray, base: FloatArray) -> FloatArray:
        known = np.where(np.isfinite(salt), salt, np.inf)
        lowest = np.minimum.accumulate(known, axis=-2)
        with np.errstate(invalid="ignore"):
            responded = lowest <= (1.0 - RESPONSE + DUST) * with_loss(base)
        return np.where(responded, (lowest > points).astype(np.float64), np.nan)

    return Recipe(("salt",), never, against_baseline=True, standing=True)


WHOLLY = 0.85
"""Fall of an activity index from which on a response is complete and no more partial (assumption:
half of a tenth is read into the scatter; the limits of hcq_clobetasol were not seen)."""


def calmed(share: float) -> Recipe:
    """Return whose activity index has fallen by this share at least."""
    return Recipe(
        ("lppai",),
        marked(lambda index, base: index <= (1.0 - share + DUST) * base),
        against_baseline=True,
        standing=True,
    )


def calmed_in_part(share: float) -> Recipe:
    """Return whose activity index has fallen by this share at least, but not wholly."""
    return Recipe(
        ("lppai",),
        marked(
            lambda index, base: (
                (index <= (1.0 - share + DUST) * base) & (index > (1.0 - WHOLLY + DUST) * base)
            )
        ),
        against_baseline=True,
        standing=True,
    )


def hairs_on(area: float) -> Recipe:
    """Return the hairs on an area (cm2)."""
    return Recipe(("hair_density",), lambda density: density * area)


def made_with(endpoint: str, given: float) -> Recipe | Span:
    """Return how an endpoint of `ASSUMED` is made with the number that its papers leave open."""
    return ASSUMED[endpoint](given)


def unstated(endpoint: str) -> str:
    """Return why an endpoint of `ASSUMED` has no counterpart, and the way out."""
    return (
        "each paper sets a limit of its own, and none is stated; "
        f"[[compare]] assume = {{ {endpoint} = ... }} gives one ({OPEN[endpoint]})"
    )


def taken(comparison: object) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return what a `[[compare]]` table gives: weeks by number, and numbers by endpoint."""
    return getattr(comparison, "weeks", None) or {}, getattr(comparison, "assume", None) or {}


ASSUMED: Mapping[str, Callable[[float], Recipe | Span]] = {
    "any_regrowth": regrown,
    "minor_regrowth": regrown,
    "major_regrowth": regrown,
    "regrowth": regrown,
    "flare": flared,
    "flare_time": flare_day,
    "shedding_after_stop_time": relapse_day,
    "salt30_reached": first_within,
    "salt30_without_salt20": never_low,
    "persistent_alopecia": lost_share,
    "persistent_alopecia_grade_1": lost_less_than_half,
    "persistent_alopecia_grade_2": lost_share,
    "alopecia_score": loss_score,
    "reported_hair_loss": has_shed,
    "telogen_effluvium": has_shed,
    "chronic_effluvium": still_sheds,
    "scarring_complete_response": calmed,
    "scarring_partial_response": calmed_in_part,
    "hair_count": hairs_on,
}
"""What makes each endpoint of `evidence.open_numbers.OPEN` of its number."""
