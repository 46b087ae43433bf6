"""How much of a scalp is without hair: loss piece by piece, the SALT score, and its reading error.

The score is that of Olsen 2004, J Am Acad Dermatol 51:440: of each area of the scalp the percentage
of hair loss, times the area's share of the scalp, added up.
"""

from __future__ import annotations

import numpy as np

from follicle_sim.base.codes import Decision
from follicle_sim.base.types import Floats
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws

MOST_SALT = 100.0
"""Score of a scalp without any hair, points."""


def loss_of(cover: Floats, full: float, bare: float) -> Floats:
    """Return the share of each piece that looks without hair, 0 to 1.

    Between a piece that looks covered and one that looks bare the loss is linear (assumption).

    Parameters
    ----------
    cover : (..., R)
        Visible hairs relative to the same piece in health.
    full, bare
        Cover from which on a piece looks covered, and up to which it looks bare; full > bare.

    Examples
    --------
    >>> loss_of(np.array([1.1, 0.7, 0.375, 0.05, 0.0]), 0.7, 0.05).round(3).tolist()
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    return np.clip((full - cover) / (full - bare), 0.0, 1.0)


def weighted_mean(values: Floats, weight: Floats) -> Floats:
    """Return the mean over pieces (...,) of values (..., R) weighted by their size (R,).

    Numerator and denominator are summed in one order, so that the mean of equal values is that
    value to the last bit, and none is outside the range of the values by more than rounding.
    """
    total = np.zeros(values.shape[:-1])
    size = 0.0
    for piece, share in enumerate(weight.tolist()):
        total = total + share * values[..., piece]
        size += share
    return np.asarray(total / size)


def salt_of(cover: Floats, weight: Floats, full: float, bare: float) -> Floats:
    """Return the SALT score (...,) of a scalp, 0 (covered) to 100 (bare) points.

    Parameters
    ----------
    cover : (..., R)
        Visible hairs of each piece relative to the same piece in health.
    weight : (R,)
        Share of the scalp that each piece is.
    full, bare
        As for `loss_of`.

    Examples
    --------
    Bare on the back, 24 % of the scalp, and half covered on top, 40 % (Olsen 2004):

    >>> scalp = np.array([0.375, 0.0, 1.0, 1.0])
    >>> round(float(salt_of(scalp, np.array([0.40, 0.24, 0.18, 0.18]), 0.7, 0.05)), 6)
    44.0
    """
    return MOST_SALT * weighted_mean(loss_of(cover, full, bare), weight)


def misread(salt: Floats, error: float, scatter: Floats) -> Floats:
    """Return scores as a reader finds them, 0 to 100.

    A scalp without a bare spot, and one without a hair, are recognised by everybody.

    Parameters
    ----------
    salt : (...,)
        True scores, points.
    error
        SD between readings, points.
    scatter : (...,)
        Standard normals.
    """
    certain = (salt == 0.0) | (salt == MOST_SALT)
    return np.where(certain, salt, np.clip(salt + error * scatter, 0.0, MOST_SALT))


def read_extent(
    instrument: Instrument, cover: Floats, weight: Floats, luck: ReadingDraws
) -> dict[str, Floats]:
    """Return what an instrument makes of the cover of a scalp, as far as it measures it.

    Parameters
    ----------
    instrument
        What it measures, from which cover on a piece looks covered, and how it errs.
    cover : (S, V, R)
        Visible hairs of each piece relative to the same piece in health.
    weight : (R,)
        Share of the scalp that each piece is. One piece alone is a target area: it has a cover and
        no score.
    luck
        Names of the draws of the readings.

    Returns
    -------
    `cover` and `salt` (S, V), `region_cover` (S, V, R).
    """
    readings = {"cover": weighted_mean(cover, weight), "region_cover": cover}
    if weight.size > 1:
        score = salt_of(cover, weight, instrument.full_cover, instrument.bare_cover)
        if instrument.salt_error:
            score = misread(score, instrument.salt_error, luck.normal(Decision.SALT_READING))
        readings["salt"] = score
    return {name: values for name, values in readings.items() if name in instrument.measures}
