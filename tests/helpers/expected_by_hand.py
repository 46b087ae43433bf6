"""Drives the engine of expected values without a scenario: chosen rules and clocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from follicle_sim.simulation.engine.agents.clocks import Clocks, Rules
from follicle_sim.simulation.engine.agents.grafts import Grafts, no_grafts
from follicle_sim.simulation.engine.agents.sight import TALLY_COLUMNS
from follicle_sim.simulation.engine.expected.engine import bins_of
from follicle_sim.simulation.engine.expected.expect import expect_person

Floats = NDArray[np.float64]


def expected(
    clocks: Clocks, rules: Rules, visits: Floats, scale: float = 1.0, grafts: Grafts | None = None
) -> tuple[Floats, Floats]:
    """Return expected tallies: (V, TALLY_COLUMNS) of one native, (K, V, ...) of one graft each."""
    grafts = no_grafts() if grafts is None else grafts
    visits = np.asarray(visits, np.float64)
    native = np.empty((visits.size, TALLY_COLUMNS))
    planted = np.empty((grafts.day.size, visits.size, TALLY_COLUMNS))
    bins = bins_of(rules, grafts)
    expect_person(clocks, rules, bins, grafts, scale, visits, (native, planted))
    return native, planted
