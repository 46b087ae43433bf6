"""The seam between a trial and whatever carries its follicles through time.

An engine is given a block of people with all that acts on them, and fills in what is seen of their
follicles at each visit. The one engine of today follows every follicle by itself (`Agents`).
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import Block, Rules
from follicle_sim.simulation.engine.agents.grafts import Grafts
from follicle_sim.simulation.engine.agents.kernel import People, Sightings, run_block
from follicle_sim.simulation.engine.agents.state import STATE

Stop = NDArray[np.uint8]
"""(1,) another thread sets it to make an engine give up early."""


class Work(NamedTuple):
    """A block of S people and all that an engine may ask about them."""

    block: Block  # traits, forcing and hazards of each person, on a grid of days
    sensitivity: Floats  # (G,) androgen sensitivity of each stratum; the last is of grafts, if any
    rules: Rules  # biology and the limits of the instrument, the same for all
    people: People  # names in the draws, follicles, and the days on which each is seen
    grafts: Grafts  # transplant sessions


class Engine(Protocol):
    """Whatever can carry a block of people through the days at which they are seen."""

    def live(self, work: Work, sightings: Sightings, stop: Stop) -> None:
        """Fill `sightings` with what is seen of each person at each visit.

        It may write nowhere else: several blocks are lived at once, each by a thread of its own.
        """


class Agents:
    """Follows every follicle through every phase; compiled, and exact between the grid's days."""

    def live(self, work: Work, sightings: Sightings, stop: Stop) -> None:
        """Fill `sightings`; see `Engine`."""
        planted = work.grafts.number.sum(axis=1)
        widest = int((work.people.follicles + planted).max())
        states = np.empty((1, widest), STATE)
        run_block(*work, states, sightings, stop)


AGENTS = Agents()
