"""What the causes of a condition are proportional to: factor levels, and the state of a patch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.following import follow
from follicle_sim.base.numerics import exp_array, log_array, relax
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.biology.ages import AgeCurve
from follicle_sim.biology.causes import LATEST_SD, Cause, Hazard
from follicle_sim.biology.factors import FactorTable

SILENT = 1e-4
"""Activity of a disease that is silent, against one that is awake (assumption: a residue from which
it can awake, too small to be seen)."""


@dataclass(frozen=True)
class Setting:
    """What hazards depend on, besides their own numbers; S people or 1 for all.

    Parameters
    ----------
    grid : (T,) day
    levels : (S or 1, F, T) factor levels relative to untreated
    table : of the factors
    shifts : (S or 1,) standard normal draws of how late the start is for a person, by trigger
    strength : (S or 1,) factors of people on the rate of each hazard, by its number
    sensitivity : (G,) androgen sensitivity of each stratum
    awake : (S, T) activity of the disease in the patch relative to that of the person's grade: 1
        where it is awake, 0 where it is silent; None without patches
    patch : (S,) factor on the hazards within the patch
    lag : (S,) day, in place of the lag of what acts in patches; 0 where a person has none
    age : (S or 1,) day, at baseline; needed where something follows age
    """

    grid: Floats
    levels: Floats
    table: FactorTable
    shifts: Mapping[int, Floats]
    strength: Mapping[int, Floats]
    sensitivity: Floats
    awake: Floats | None = None
    patch: Floats | None = None
    lag: Floats | None = None
    age: Floats | None = None


def age_at(curve: AgeCurve, trigger: int, setting: Setting) -> Floats:
    """Return (S or 1, T) the age in years that a curve is read at: it comes earlier or later.

    Raises
    ------
    ValueError
        Where people have no age.
    """
    if setting.age is None:
        raise ValueError("something follows people's age, and they have none")
    age = (setting.age[:, None] + setting.grid) / YEAR
    late = setting.shifts.get(trigger)
    if curve.spread == 0.0 or late is None:
        return np.asarray(age)
    return np.asarray(age - curve.spread * np.clip(late, -LATEST_SD, LATEST_SD)[:, None])


def shift_of(cause: Cause, setting: Setting) -> Floats:
    """Return (S or 1,) days by which a cause starts later for each person."""
    return cause.course.shifted(setting.shifts.get(cause.trigger))


def signal_at(cause: Cause, setting: Setting) -> Floats:
    """Return (S or 1, T) what a cause is proportional to: factor levels, and whether it is awake.

    With a lag tau the logarithm follows theirs, tau d ln a/dt = ln signal - ln a, from balance at
    the grid's start: cells that attack multiply and die off in proportion to their number. Upwards
    the lag may be another one.
    """
    log_level = np.zeros((1, setting.grid.size))
    for name, power in cause.through:
        if name not in setting.table.names:
            continue  # a table older than the factor: nothing has moved it
        log_level = log_level + power * log_array(setting.levels[:, setting.table.index(name)])
    if cause.within_patches and setting.awake is not None:
        log_level = log_level + log_array(np.where(setting.awake > 0.0, setting.awake, SILENT))
    if (log_level == 0.0).all():
        return np.ones((1, setting.grid.size))
    if cause.lag > 0.0 and cause.within_patches and setting.lag is not None:
        down = np.where(setting.lag > 0.0, setting.lag, cause.lag)
        up = np.full_like(down, cause.lag_back) if cause.lag_back > 0.0 else down
        log_level = np.broadcast_to(log_level, (down.size, setting.grid.size))
        log_level = follow(log_level, 1.0 / up, 1.0 / down, setting.grid)
    elif cause.lag_back > 0.0:
        log_level = follow(log_level, 1.0 / cause.lag_back, 1.0 / cause.lag, setting.grid)
    elif cause.lag > 0.0:
        log_level = relax(log_level, 1.0 / cause.lag, setting.grid, log_level[:, 0])
    return exp_array(log_level)


def signal_in_cells(hazard: Hazard, setting: Setting) -> Floats:
    """Return (S or 1, T - 1) the mean signal of each cell.

    A factor follows a drive that is constant in a cell; its mean there is exact whatever the step,
    so that a drug of one day meets what cooling does on that day.
    """
    if hazard.lag > 0.0 or hazard.within_patches:
        signal = signal_at(hazard, setting)
        return np.asarray(0.5 * (signal[:, :-1] + signal[:, 1:]))
    steps = np.diff(setting.grid)
    out = np.ones((1, steps.size))
    for name, power in hazard.through:
        if name not in setting.table.names:
            continue  # as in `signal_at`
        factor = setting.table.factors[name]
        level = setting.levels[:, setting.table.index(name)]
        mean = cell_mean(level, factor.turnover.value, steps)
        out = out * exp_array(power * log_array(mean))
    return out


def cell_mean(level: Floats, rate: float, steps: Floats) -> Floats:
    """Return the mean in each cell of dy/dt = rate (drive - y), drive constant in the cell.

    level : (S, T) y at the nodes; rate : 1/day; steps : (T - 1,) day. Returns (S, T - 1).

    With e = exp(-rate step) and m = (1 - e)/(rate step), the mean of e^(-rate t), the drive is
    (y1 - e y0)/(1 - e) and the mean drive (1 - m) + m y0.
    """
    gone = 1.0 - exp_array(-rate * steps)
    kept = gone / (rate * steps)
    end = (1.0 - kept) / gone
    return np.asarray(end * level[:, 1:] + (1.0 - end) * level[:, :-1])
