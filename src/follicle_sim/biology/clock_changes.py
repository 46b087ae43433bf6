"""What a condition does to the phase clocks of S people on a grid of T days, at its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from follicle_sim.base.numerics import exp_array, log_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import ClockChange, Hazard
from follicle_sim.biology.hazards import rate_of
from follicle_sim.biology.signals import Setting, age_at, shift_of, signal_at


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
        acting = change.course.around(grid, shift_of(change, setting))
        whole = _log_speed(change, setting)
        if change.within_patches or change.through:
            whole = whole * np.minimum(1.0, signal_at(change, setting))
        if change.harmed:
            own_attacks = [attack for attack in attacks if attack.trigger == change.trigger]
            whole = whole * np.minimum(1.0, _harm(own_attacks, setting))
        # where it acts for a part of the time, the clock has the mean of both speeds
        mean = log_array(1.0 + acting * (exp_array(whole) - 1.0))
        own = np.zeros((len(mean), 3, grid.size))
        own[:, rows.index(change.phase)] = mean
        total = total + own
    return total


def _log_speed(change: ClockChange, setting: Setting) -> Floats:
    """Return (S or 1, T) the log speed of a clock while a change acts fully."""
    if change.by_age is None:
        return np.full((1, setting.grid.size), float(log_array(change.speed)))
    return log_array(change.by_age.at(age_at(change.by_age, change.trigger, setting)))


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
