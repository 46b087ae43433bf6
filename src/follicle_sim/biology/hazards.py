"""What a condition does to S people on a grid of T days: hazards and clocks as arrays.

Hazards are constant in each cell of the grid, as a pulse has edges and no ramps; clocks are given
at the nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from follicle_sim.base.numerics import exp_array, log_array, relax
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import Cause, ClockChange, Hazard
from follicle_sim.biology.delays import delayed
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
    awake : (S, T) 1 where the disease is awake in the patch, 0 where not; None without patches
    patch : (S,) factor on the hazards within the patch
    """

    grid: Floats
    levels: Floats
    table: FactorTable
    shifts: Mapping[int, Floats]
    strength: Mapping[int, Floats]
    sensitivity: Floats
    awake: Floats | None = None
    patch: Floats | None = None


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
        rate = _rate(hazard, number, setting)
        total = total + rate
        if hazard.falls > 0.0:
            falling = falling + hazard.falls * rate
    if not falling.any():
        return Struck(total, np.zeros((1, 1, nodes)))
    share = np.divide(falling, total, out=np.zeros_like(total), where=total > 0.0)
    return Struck(total, np.minimum(share, 1.0))


def _rate(hazard: Hazard, number: int, setting: Setting) -> Floats:
    grid = setting.grid
    if hazard.course.dated:
        # the share of a cell that a pulse covers: its integral is exact on any grid
        days = hazard.course.covered(grid, _shift(hazard, setting))
        cells = hazard.rate * days / np.diff(grid)
    else:
        cells = np.full((1, grid.size - 1), hazard.rate)
    if hazard.within_patches or hazard.through:
        cells = cells * _signal_in_cells(hazard, setting)
    if hazard.within_patches and setting.patch is not None:
        cells = cells * setting.patch[:, None]
    if number in setting.strength:
        cells = cells * setting.strength[number][:, None]
    if hazard.delay > 0.0:
        cells = delayed(cells, grid, hazard.delay, hazard.delay_sd)
    weight = _weights(hazard.sensitivity_power, setting.sensitivity)
    out = np.zeros((len(cells), weight.size, grid.size))
    out[:, :, :-1] = cells[:, None, :] * weight[:, None]
    return out


def _signal_in_cells(hazard: Hazard, setting: Setting) -> Floats:
    """Return (S or 1, T - 1) the mean signal of each cell.

    A factor follows a drive that is constant in a cell; its mean there is exact whatever the step,
    so that a drug of one day meets what cooling does on that day.
    """
    if hazard.lag > 0.0 or hazard.within_patches:
        signal = _signal(hazard, setting)
        return np.asarray(0.5 * (signal[:, :-1] + signal[:, 1:]))
    steps = np.diff(setting.grid)
    out = np.ones((1, steps.size))
    for name, power in hazard.through:
        if name not in setting.table.names:
            continue  # as in `_signal`
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


def _weights(power: float, sensitivity: Floats) -> Floats:
    """Return (G or 1,) powers of the sensitivity of strata; 0 where a stratum has none."""
    if power == 0.0:
        return np.ones(1)
    known = sensitivity > 0.0
    logs = log_array(np.where(known, sensitivity, 1.0))
    return np.where(known, exp_array(power * logs), 0.0)


def clock_changes(
    changes: Sequence[ClockChange], setting: Setting, attacks: Sequence[Hazard] = ()
) -> Floats | None:
    """Return (S or 1, 3, T) added to the log speed of the anagen, telogen and kenogen clocks.

    None where nothing is changed. attacks : of the same people, for changes that follow the harm
    """
    if not changes:
        return None
    grid = setting.grid
    rows = ("anagen", "telogen", "kenogen")
    total = np.zeros((1, 3, grid.size))
    for change in changes:
        acting = _acting_at(change, grid, _shift(change, setting))
        if change.within_patches or change.through:
            acting = acting * np.minimum(1.0, _signal(change, setting))
        if change.harmed:
            own_attacks = [attack for attack in attacks if attack.trigger == change.trigger]
            acting = acting * np.minimum(1.0, _harm(own_attacks, setting))
        own = np.zeros((len(acting), 3, grid.size))
        own[:, rows.index(change.phase)] = float(log_array(change.speed)) * acting
        total = total + own
    return total


def _harm(attacks: Sequence[Hazard], setting: Setting) -> Floats:
    """Return (S or 1, T) hazards spent up to each node over those of untreated factors; 1 before.

    At the strike: what falls later was harmed then.
    """
    untreated = replace(setting, levels=np.ones_like(setting.levels[:1]))
    spent, usual = (
        sum(
            _rate(replace(attack, delay=0.0, sensitivity_power=0.0), -1, where)[:, 0, :-1]
            for attack in attacks
        )
        * np.diff(setting.grid)
        for where in (setting, untreated)
    )
    done, most = np.cumsum(spent, axis=1), np.cumsum(usual, axis=1)
    share = np.divide(done, most, out=np.ones(np.broadcast(done, most).shape), where=most > 0.0)
    return np.concatenate([np.ones((len(share), 1)), share], axis=1)


def _shift(cause: Cause, setting: Setting) -> Floats:
    return cause.course.shifted(setting.shifts.get(cause.trigger))


def _acting_at(cause: Cause, grid: Floats, shift: Floats) -> Floats:
    """Return (S or 1, T) 1 at nodes after a start, up to its end and with it.

    Clocks are linear between nodes: a change at the node of its start would reach back into the
    step before it, a month long where fine steps begin.
    """
    course = cause.course
    if not course.dated:
        return np.ones((1, grid.size))
    acting = np.zeros((shift.size, grid.size))
    for cycle in range(course.count):
        since = grid - (course.start + cycle * course.every + shift[:, None])
        acting += (since > 0.0) & (since <= course.duration)
    return acting


def _signal(cause: Cause, setting: Setting) -> Floats:
    """Return (S or 1, T) what a cause is proportional to: factor levels, and whether it is awake.

    With a lag tau the logarithm follows theirs, tau d ln a/dt = ln signal - ln a, from balance at
    the grid's start: cells that attack multiply and die off in proportion to their number.
    """
    log_level = np.zeros((1, setting.grid.size))
    for name, power in cause.through:
        if name not in setting.table.names:
            continue  # a table older than the factor: nothing has moved it
        log_level = log_level + power * log_array(setting.levels[:, setting.table.index(name)])
    if cause.within_patches and setting.awake is not None:
        log_level = log_level + log_array(np.where(setting.awake > 0.0, 1.0, SILENT))
    if (log_level == 0.0).all():
        return np.ones((1, setting.grid.size))
    if cause.lag > 0.0:
        log_level = relax(log_level, 1.0 / cause.lag, setting.grid, log_level[:, 0])
    return exp_array(log_level)
