"""What an instrument counts on average, and how far a single count lies from that average."""

from __future__ import annotations

import math

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.protocol.optics import border_share, clumping, moved_share, told_apart
from follicle_sim.scenario.tables.instrument import Instrument


def mean_counts(
    instrument: Instrument, hairs: tuple[Floats, Floats], follicles: Floats, area: Floats
) -> tuple[Floats, Floats]:
    """Return all and terminal hairs (S,) that are written down on average.

    Parameters
    ----------
    hairs : (S,) all and terminal hairs that the limits of the instrument let through
    follicles : (S,) living ones
    area : (S,) cm2
    """
    every = told_apart(hairs[0], follicles, instrument.occlusion)
    thick = told_apart(hairs[1], follicles, instrument.occlusion)
    thin = np.maximum(0.0, every - thick)
    share_seen = 1.0 - instrument.missed
    marks = instrument.false_hairs * (thick + thin)
    thick, thin = thick * share_seen, thin * share_seen * (1.0 - instrument.missed_thin) + marks
    factor = instrument.count_bias * _border(instrument, area)
    return (thick + thin) * factor, thick * factor


def _border(instrument: Instrument, area: Floats) -> Floats:
    """Return hairs in the image relative to those on the area (S,)."""
    if instrument.border == "exit":
        return np.ones_like(area)
    crossing = border_share(instrument, area)
    return np.maximum(0.0, 1.0 + (crossing if instrument.border == "touching" else -crossing))


def reading_spread(
    instrument: Instrument, hairs: Floats, follicles: Floats, area: Floats
) -> Floats:
    """Return the SD of one count relative to its mean (S,), of people whose hairs are known."""
    some = np.maximum(hairs, 1.0)
    variance = np.full(
        hairs.shape,
        instrument.reader_error**2 + instrument.operator_error**2 + instrument.match_error**2,
    )
    variance += (instrument.missed * (1.0 - instrument.missed) + instrument.false_hairs) / some
    if instrument.relocation > 0.0:
        moved = moved_share(instrument, area)
        variance += moved * clumping(instrument, hairs, follicles) / some
    if instrument.border != "exit":
        variance += 2.0 / math.pi * border_share(instrument, area) / some
    return np.asarray(np.sqrt(variance))
