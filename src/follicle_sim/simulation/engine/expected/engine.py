"""The engine of expected values: what many follicles show on average, of people as they are."""

from __future__ import annotations

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import Rules
from follicle_sim.simulation.engine.agents.grafts import Grafts
from follicle_sim.simulation.engine.agents.kernel import Sightings
from follicle_sim.simulation.engine.engine import Stop, Work
from follicle_sim.simulation.engine.expected.expect import expect_block
from follicle_sim.simulation.engine.expected.flow import POOLS, Bins
from follicle_sim.simulation.engine.expected.laws import BINS, Law, law_of


class Expected:
    """Follows the expected number of follicles in each phase; without luck, and smooth.

    Records of single follicles are not filled: there are none.
    """

    def live(self, work: Work, sightings: Sightings, stop: Stop) -> None:
        """Fill the tally of `sightings`; see `Engine`."""
        bins = bins_of(work.rules, work.grafts)
        expect_block(*work, bins, sightings.tally, stop)


EXPECTED = Expected()


def bins_of(rules: Rules, grafts: Grafts) -> Bins:
    """Return the duration laws of the four phases, and of the first two of a graft."""
    laws = [law_of(float(rules.mean[p]), float(rules.sigma[p]), BINS[p]) for p in range(4)]
    if grafts.day.size:
        laws.append(law_of(float(grafts.shaft[0]), float(grafts.shaft_sigma[0]), BINS[2]))
        laws.append(law_of(float(grafts.rest[0]), float(grafts.rest_sigma[0]), BINS[3]))
    else:
        laws += [laws[2], laws[3]]
    return _side_by_side(laws)


def _side_by_side(laws: list[Law]) -> Bins:
    longest = max(law.share.size for law in laws)
    share, residual = (np.zeros((POOLS, longest + 2)) for _ in range(2))
    longer = np.zeros((POOLS, longest + 2))
    for p, law in enumerate(laws):
        count = law.share.size
        share[p, 1 : count + 1] = law.share
        residual[p, 1 : count + 1] = law.residual
        longer[p, :count] = np.cumsum(law.share[::-1])[::-1]
    counts = np.array([float(law.share.size) for law in laws])
    skips = np.array([float(np.flatnonzero(law.share > 1e-15)[0]) for law in laws])
    widths: Floats = np.array([law.width for law in laws])
    return Bins(widths, counts, skips, share, residual, longer)
