"""What an image of an area holds: merged hairs, hairs on the border, an area found again.

Mean-field formulas: each says what the many arrangements of hairs give on average. Follicles stand
in follicular units as `sites.py` places them; tests hold the formulas against images of
those sites.
"""

import math

import numpy as np

from follicle_sim.base.numerics import exp_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.sites import JITTER, UNIT_SIZE_SHARES
from follicle_sim.scenario.tables.instrument import Instrument

SQUARE_MILLIMETRES = 100.0
"""In a cm2."""

MEAN_UNIT = sum(m * share for m, share in enumerate(UNIT_SIZE_SHARES, 1))
SPREAD_OF_UNITS = sum((m - MEAN_UNIT) ** 2 * share for m, share in enumerate(UNIT_SIZE_SHARES, 1))

STRIP, STRIP_WIDTH = 1.125, 0.5
"""Excess of the variance of hairs in a narrow strip, and the width (mm) at which it has halved:
found by laying areas over the follicle sites of this package, as the test does."""


def told_apart(hairs: Floats, follicles: Floats, distance: float) -> Floats:
    """Return how many of the visible hairs an image shows as separate.

    A hair is lost where a hair counted before it leaves the skin within `distance`. Two follicles
    of a unit lie so close with probability q = 1 - exp(-d^2 / (2 J^2)), J the scatter of follicles
    in a unit; with a share p of follicles visible, a unit of m shows p + p (1 - p q) + ... hairs.
    Units are a millimetre apart: hairs of different units hide each other too rarely to matter.

    Parameters
    ----------
    hairs, follicles
        (S, V) visible hairs and living follicles on the area.
    distance
        mm, at most 0.5; 0 tells all hairs apart.
    """
    if distance == 0.0:
        return hairs
    near = 1.0 - float(exp_array(np.array(-0.5 * (distance / JITTER) ** 2)))
    alive = np.maximum(follicles, 1.0)
    visible = hairs / alive
    alone = np.ones_like(hairs)  # chance that no hair counted before hides the next of a unit
    unit, shown = np.zeros_like(hairs), np.zeros_like(hairs)
    for share in UNIT_SIZE_SHARES:
        unit = unit + visible * alone
        alone = alone * (1.0 - near * visible)
        shown = shown + share * unit
    return alive / MEAN_UNIT * shown


def border_share(instrument: Instrument, area: Floats) -> Floats:
    """Return hairs that lie across the border relative to those that leave the skin inside.

    Straight hairs of length l in all directions: a convex area A with border P is touched by
    density x (A + P l / pi) of them, and P l / pi of these leave the skin outside (Santalo 1976,
    Integral Geometry and Geometric Probability, chapter 6).

    area : cm2
    """
    inside = SQUARE_MILLIMETRES * area
    return _perimeter(instrument, inside) * instrument.stub_length / (math.pi * inside)


def moved_share(instrument: Instrument, area: Floats) -> Floats:
    """Return the share of the area that differs between two visits, on average.

    A small shift d of a convex area with border P leaves a strip of d P / pi (its mean width is
    P / pi). Shifts of both visits are normal along each axis with SD s, so d is s sqrt(pi).
    """
    inside = SQUARE_MILLIMETRES * area
    shift = math.sqrt(math.pi) * instrument.relocation
    return np.minimum(1.0, shift * _perimeter(instrument, inside) / (math.pi * inside))


def clumping(instrument: Instrument, hairs: Floats, follicles: Floats) -> Floats:
    """Return variance over mean of the hairs that an area gains and loses between two visits.

    1 were hairs strewn by chance. They come unit by unit, which adds to it in a narrow strip, and
    units keep their distance, so that in a wide one only what the units hold is left to chance.
    """
    share = hairs / np.maximum(follicles, 1.0)
    width = math.sqrt(math.pi) * instrument.relocation
    units = 1.0 - share * (1.0 - SPREAD_OF_UNITS / MEAN_UNIT)
    return units + STRIP * share * STRIP_WIDTH / (STRIP_WIDTH + width)


def _perimeter(instrument: Instrument, area: Floats) -> Floats:
    if instrument.shape == "square":
        return 4.0 * np.sqrt(area)
    return 2.0 * math.sqrt(math.pi) * np.sqrt(area)
