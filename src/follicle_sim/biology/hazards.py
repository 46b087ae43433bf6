"""What strikes the follicles of S people on a grid of T days: hazards as arrays.

Hazards are constant in each cell of the grid, as a pulse has edges and no ramps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.numerics import exp_array, log_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import Hazard
from follicle_sim.biology.delays import delayed
from follicle_sim.biology.hairline import hazard_behind
from follicle_sim.biology.signals import Setting, shift_of, signal_in_cells


@dataclass(frozen=True)
class Struck:
    """Hazards in each cell, at the node that begins it; the last node has none.

    rate : (S or 1, G or 1, T) per day
    falls : (S or 1, G or 1, T) share of struck growing hairs that fall at once
    """

    rate: Floats
    falls: Floats


def hazards_on(hazards: Sequence[Hazard], setting: Setting, first: int = 0) -> Struck:
    """Return all hazards of one kind together, of rivals the sum.

    first : number of the first of them among the hazards of a condition, as in `setting.strength`
    """
    nodes = setting.grid.size
    total, falling = np.zeros((1, 1, nodes)), np.zeros((1, 1, nodes))
    for number, hazard in enumerate(hazards, start=first):
        rate = rate_of(hazard, number, setting)
        total = total + rate
        if hazard.falls > 0.0:
            falling = falling + hazard.falls * rate
    if not falling.any():
        return Struck(total, np.zeros((1, 1, nodes)))
    share = np.divide(falling, total, out=np.zeros_like(total), where=total > 0.0)
    return Struck(total, np.minimum(share, 1.0))


def activity_on(hazards: Mapping[int, Hazard], setting: Setting) -> Floats:
    """Return (S or 1, T - 1) how active a disease is in each cell; 1 in a usual untreated person.

    hazards : by number, as in `rate_of`; of several, the sum of rates over that of the usual ones
    """
    usual = sum(hazard.rate for hazard in hazards.values())
    now = np.zeros((1, setting.grid.size - 1))
    for number, hazard in hazards.items():
        now = now + pace_of(hazard, number, setting)
    return now / usual


def pace_of(hazard: Hazard, number: int, setting: Setting) -> Floats:
    """Return (S or 1, T - 1) the rate of a hazard in each cell as it is told: before its delay."""
    grid = setting.grid
    if hazard.activity > 0.0:
        cells = hazard.at(_multiple(hazard, number, setting, np.ones((1, grid.size - 1))))
    elif hazard.course.dated:
        # the share of a cell that a pulse covers: its integral is exact on any grid
        days = hazard.course.covered(grid, shift_of(hazard, setting))
        cells = _multiple(hazard, number, setting, hazard.rate * days / np.diff(grid))
    else:
        cells = _multiple(hazard, number, setting, np.full((1, grid.size - 1), hazard.rate))
    return cells


def rate_of(hazard: Hazard, number: int, setting: Setting) -> Floats:
    """Return the rate (S or 1, G or 1, T) of a hazard by itself, by its number."""
    grid, cells = setting.grid, pace_of(hazard, number, setting)
    if hazard.ordered:
        cells = hazard_behind(cells, grid)
    if hazard.delay > 0.0:
        cells = delayed(cells, grid, hazard.delay, hazard.delay_sd)
    weight = _weights(hazard.sensitivity_power, setting.sensitivity)
    out = np.zeros((len(cells), weight.size, grid.size))
    out[:, :, :-1] = cells[:, None, :] * weight[:, None]
    return out


def _multiple(hazard: Hazard, number: int, setting: Setting, cells: Floats) -> Floats:
    """Return cells (S or 1, T - 1) times all that a hazard follows and that people differ in."""
    if hazard.within_patches or hazard.through:
        cells = cells * signal_in_cells(hazard, setting)
    if hazard.within_patches and setting.patch is not None:
        cells = cells * setting.patch[:, None]
    if number in setting.strength:
        cells = cells * setting.strength[number][:, None]
    return cells


def _weights(power: float, sensitivity: Floats) -> Floats:
    """Return (G or 1,) powers of the sensitivity of strata; 0 where a stratum has none."""
    if power == 0.0:
        return np.ones(1)
    known = sensitivity > 0.0
    logs = log_array(np.where(known, sensitivity, 1.0))
    return np.where(known, exp_array(power * logs), 0.0)
