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
        first, *others = by_law(work.grafts)
        one = work._replace(grafts=first)
        expect_block(*one, bins_of(work.rules, first), sightings.tally, stop)
        # natives are lived with the first; expected numbers add up
        nobody = work.people._replace(follicles=np.zeros_like(work.people.follicles))
        for grafts in others:
            more = np.empty_like(sightings.tally)
            one = work._replace(people=nobody, grafts=grafts)
            expect_block(*one, bins_of(work.rules, grafts), more, stop)
            sightings.tally[:] += more


EXPECTED = Expected()


def by_law(grafts: Grafts) -> list[Grafts]:
    """Return transplant sessions in groups whose shafts and rests follow one law; at least one."""
    laws = np.stack([grafts.shaft, grafts.shaft_sigma, grafts.rest, grafts.rest_sigma])
    kinds, place = np.unique(laws, axis=1, return_inverse=True)
    place = place.ravel()
    return [
        Grafts(
            day=grafts.day[own],
            survival=grafts.survival[own],
            shaft=grafts.shaft[own],
            shaft_sigma=grafts.shaft_sigma[own],
            rest=grafts.rest[own],
            rest_sigma=grafts.rest_sigma[own],
            number=grafts.number[:, own],
        )
        for own in (place == kind for kind in range(max(1, kinds.shape[1])))
    ]


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
