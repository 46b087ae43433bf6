"""The chain of a posterior sample so far, as it grows and as a checkpoint keeps it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.types import Floats
from follicle_sim.experiments.running.checkpoint import Checkpoint


@dataclass(frozen=True)
class Chain:
    """The chain so far and where each group of walkers stands."""

    chain: Floats
    level: Floats
    accepted: float
    states: tuple[Any, ...]

    @property
    def done(self) -> int:
        """Steps of the chain so far."""
        return len(self.chain)

    @classmethod
    def of(
        cls, stored: dict[str, NDArray[Any]], states: list[Any], emcee: Any, rows: int, d: int
    ) -> "Chain":
        """Return the chain of a checkpoint; an empty one at `states` where nothing is stored."""
        if not stored:
            return cls(np.empty((0, rows, d)), np.empty((0, rows)), 0.0, tuple(states))
        size = rows // len(states)
        group_states = []
        for g in range(len(states)):
            part = slice(g * size, (g + 1) * size)
            generator = (
                "MT19937",
                stored["words"][g],
                int(stored["place"][g]),
                int(stored["has_gauss"][g]),
                float(stored["gauss"][g]),
            )
            group_states.append(
                emcee.State(
                    stored["chain"][-1, part],
                    log_prob=stored["level"][-1, part],
                    random_state=generator,
                )
            )
        return cls(stored["chain"], stored["level"], float(stored["accepted"]), tuple(group_states))

    def extend(self, samplers: list[Any], steps: int) -> "Chain":
        """Return the chain after some more steps of every group."""
        chains, levels, states = [], [], []
        accepted = self.accepted
        for sampler, state in zip(samplers, self.states, strict=True):
            sampler.reset()
            states.append(sampler.run_mcmc(state, steps))
            chains.append(sampler.get_chain())
            levels.append(sampler.get_log_prob())
            accepted += float(np.sum(sampler.backend.accepted))
        return Chain(
            np.concatenate([self.chain, np.concatenate(chains, axis=1)]),
            np.concatenate([self.level, np.concatenate(levels, axis=1)]),
            accepted,
            tuple(states),
        )

    def save(self, place: Checkpoint) -> None:
        """Write the chain, and where the random numbers of each group stand."""
        generators = [state.random_state for state in self.states]
        place.save(
            chain=self.chain,
            level=self.level,
            accepted=np.array(self.accepted),
            words=np.stack([g[1] for g in generators]),
            place=np.array([g[2] for g in generators]),
            has_gauss=np.array([g[3] for g in generators]),
            gauss=np.array([g[4] for g in generators]),
        )
