"""What age does to shafts: their full size changes, whatever androgens do to the follicle.

The full size of a person's shafts is a function of age, full(age) = full e^C(age). Androgens make a
follicle smaller than that and age makes its shaft thinner, but what is gone is not taken a second
time: the shaft is as thin as the one of both that has gone further makes it,

    y_g = min(-a_g M - b sqrt(a_g) R, C) + G      where C is below 0, and C more where it is above,

within the bounds of calibre, against x_g = -a_g M - b sqrt(a_g) R + G of model section 5.2.
Diameters by age are those of people as they come, with and without pattern loss; their sum would
take what androgens took of these people twice. Clocks follow x_g: a shaft that is thin with age
does not grow for a shorter time because of it. How long it grows at which age is a number of its
own (`clock_changes`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from follicle_sim.base.numerics import log_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import CalibreChange
from follicle_sim.biology.signals import Setting, age_at


def calibre_changes(changes: Sequence[CalibreChange], setting: Setting) -> Floats | None:
    """Return C (S or 1, T), the natural log of the full size of shafts; None where none changes.

    Of several changes the sum: each multiplies the size that the others leave.
    """
    if not changes:
        return None
    total = np.zeros((1, setting.grid.size))
    for change in changes:
        age = age_at(change.rate, change.trigger, setting)
        grown = change.rate.integral(change.since, age)
        total = total + log_array(1.0 + grown / change.shaft)
    return total
