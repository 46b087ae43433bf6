"""Where follicles stand in the scalp: follicular units, and follicles around their centres."""

import math

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import Decision
from follicle_sim.base.numerics import normals, uniforms
from follicle_sim.base.types import Floats

GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))

UNIT_SIZE_SHARES = (0.20, 0.45, 0.30, 0.05)
"""Share of follicular units with 1, 2, 3 and 4 follicles: mean 2.2 (model section 6). That singles
are a fifth and fours rare is an assumption."""

JITTER = 0.15
"""Root mean square distance of a follicle from its unit's centre, mm (assumption: the orifices of
one unit lie a few tenths of a millimetre apart)."""


def sites(
    seed: int, replicate: int, stream: int, subject: int, n: int, unit_density: float = 80.0
) -> tuple[Floats, NDArray[np.int64]]:
    """Place the follicles of one subject on a round patch of scalp.

    Units stand on a sunflower (Fermat) spiral, which fills a disc evenly from the centre outwards:
    with more follicles the patch grows at its rim and nobody already there moves.

    Parameters
    ----------
    seed, replicate, stream, subject : names of the random draws
    n : number of follicles
    unit_density : follicular units per cm2; model section 6 has 65 to 110

    Returns
    -------
    xy : (n, 2) position of each follicle, mm from the centre of the patch
    unit : (n,) follicular unit of each follicle, in increasing order

    Raises
    ------
    ValueError
        If n is negative or the density is not positive.

    Notes
    -----
    Densities, unit sizes and distances (1.0-1.4 mm between units) are those of model section 6; the
    spiral is that of Vogel 1979, Math Biosci 44:179 (doi:10.1016/0025-5564(79)90080-4).

    Examples
    --------
    >>> xy, unit = sites(seed=1, replicate=0, stream=0, subject=0, n=500)
    >>> xy.shape, bool(abs(500 / (unit[-1] + 1) - 2.2) < 0.2)
    ((500, 2), True)
    """
    if n < 0 or not unit_density > 0.0:
        raise ValueError("sites needs n >= 0 follicles and a positive density of units")
    name = (seed, replicate, stream, subject)
    units = np.arange(n)  # none is empty, so n of them always suffice
    luck = uniforms(*name, units, 0, int(Decision.FOLLICULAR_UNIT))
    size = 1 + np.searchsorted(np.cumsum(UNIT_SIZE_SHARES[:-1]), luck, side="right")
    unit = np.repeat(units, size)[:n]
    follicle = np.arange(n)
    place = [normals(*name, follicle, axis, int(Decision.SITE)) for axis in (0, 1)]
    square_millimetres = 100.0 / unit_density  # of scalp per unit
    radius = np.sqrt((unit + 0.5) * square_millimetres / math.pi)
    angle = unit * GOLDEN_ANGLE
    centre = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    # to the nanometre: the last bits of a library's sine differ between machines
    return np.round(centre + JITTER * math.sqrt(0.5) * np.stack(place, axis=1), 6), unit
