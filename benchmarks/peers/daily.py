"""What a model with a daily step reads: speed of each phase, calibre and growth, day by day.

The tables are made once for all subjects, who are equal in the benchmark; the engine and its C
translation share theirs in the same way.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from workload import Workload

Floats = NDArray[np.float64]


class DailyTables(NamedTuple):
    """Tables over days (D) and strata (G)."""

    days: Floats  # (D,) from the start of natural history to the last visit
    speed: Floats  # (D, 4, G) of the phase clocks
    calibre: Floats  # (D, G) of a growing hair, relative
    grown: Floats  # (D, G) mm of shaft made since the first day


def daily_tables(work: Workload) -> DailyTables:
    """Return the tables of a workload whose subjects are all alike (model sections 5.2, 5.3)."""
    block, rules = work.block, work.rules
    days = np.arange(np.ceil(block.grid[0]), work.visits[-1] + 1.0)

    def daily(values: Floats) -> Floats:
        return np.interp(days, block.grid, values)[:, None]

    a = work.sensitivity[None, :]
    root = np.sqrt(a)
    aged = np.maximum(0.0, block.severity[0] + block.progression[0] * block.miniaturisation[0])
    x = -a * daily(aged) - rules.reversible * root * daily(block.reversible[0])
    x = np.clip(x + daily(block.gain[0]), rules.calibre_log_min, rules.calibre_log_max)
    speed = np.ones((days.size, 4, a.size))
    for clock, phase in enumerate((0, 2, 3)):
        brake = rules.brake[clock] * root * daily(block.brake[0])
        speed[:, phase] = np.exp(rules.gamma[clock] * x + brake + daily(block.log_rho[0, clock]))
    calibre = np.exp(x)
    grown = np.cumsum(rules.growth * block.growth_scale[0] * calibre, axis=0)
    return DailyTables(days, speed, calibre, grown - grown[0])
