"""What a condition does to the phase clocks of S people on a grid of T days, at its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from follicle_sim.base.numerics import log_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import Cause, ClockChange, Hazard
from follicle_sim.biology.hazards import rate_of
from follicle_sim.biology.signals import Setting, shift_of, signal_at


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
        acting = _acting_at(change, grid, shift_of(change, setting))
        if change.within_patches or change.through:
            acting = acting * np.minimum(1.0, signal_at(change, setting))
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
            rate_of(replace(attack, delay=0.0, sensitivity_power=0.0), -1, where)[:, 0, :-1]
            for attack in attacks
        )
        * np.diff(setting.grid)
        for where in (setting, untreated)
    )
    done, most = np.cumsum(spent, axis=1), np.cumsum(usual, axis=1)
    share = np.divide(done, most, out=np.ones(np.broadcast(done, most).shape), where=most > 0.0)
    return np.concatenate([np.ones((len(share), 1)), share], axis=1)


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
