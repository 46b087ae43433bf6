"""What the data leave open: a posterior sample by emcee, resumable, with its own diagnostics.

Two independent groups of walkers start from different points: walkers of one group move by each
other, so only groups that never met can disagree, and r-hat is taken over walkers of both.
"""

import hashlib
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.errors import InputError, Interrupted, Problem
from follicle_sim.base.extras import need
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.calibration.chain import Chain
from follicle_sim.experiments.calibration.diagnostics import effective_size, r_hat
from follicle_sim.experiments.calibration.emulator import Density
from follicle_sim.experiments.running.checkpoint import Checkpoint

WALKERS, STEPS, GROUPS = 32, 2000, 2

BURN = 0.25
"""Share of the steps that is left out as the way from the start."""

CHUNK = 200
"""Steps between two checkpoints."""


@dataclass(frozen=True)
class Posterior:
    """Chains (step, walker, d) of all groups side by side; what they say of themselves."""

    chain: Floats
    log_density: Floats  # (step, walker)
    acceptance: float
    seconds: float  # spent in this process

    @property
    def after_burn_in(self) -> Floats:
        """Return the chains (walker, step, d) without the burn-in."""
        return np.swapaxes(self.chain[int(BURN * len(self.chain)) :], 0, 1)

    @property
    def draws(self) -> Floats:
        """Return all draws after the burn-in (m, d), steps of all walkers in turn."""
        return np.asarray(np.swapaxes(self.after_burn_in, 0, 1).reshape(-1, self.chain.shape[-1]))

    def thinned(self, count: int) -> Floats:
        """Return `count` draws (count, d), spread evenly over the walkers and their later steps."""
        draws = self.draws
        rows = np.linspace(0, len(draws) - 1, min(count, len(draws)))
        return np.asarray(draws[rows.round().astype(int)])

    def r_hat(self) -> Floats:
        """Return r-hat (d,) over the walkers of all groups."""
        return r_hat(self.after_burn_in)

    def effective_size(self) -> Floats:
        """Return the effective number of independent draws (d,)."""
        return effective_size(self.after_burn_in)


def generator_state(seed: int, group: int) -> tuple[str, NDArray[np.uint32], int]:
    """Return the state of emcee's Mersenne twister that a seed and a group name."""
    name = f"follicle_sim posterior {seed} {group}".encode()
    words = hashlib.shake_256(name).digest(4 * 624)
    return "MT19937", np.frombuffer(words, dtype="<u4").astype(np.uint32), 624


def sample(
    log_density: Density,
    starts: Floats,
    *,
    steps: int = STEPS,
    walkers: int = WALKERS,
    groups: int = GROUPS,
    seed: int = 0,
    checkpoint: Checkpoint | None = None,
    report: Report | None = None,
) -> Posterior:
    """Draw from a density with emcee's ensemble sampler.

    Parameters
    ----------
    log_density : of x (m, d), returns (m,)
    starts : (at least walkers x groups, d) different points where the density is not zero
    steps, walkers, groups : walkers are those of each group, at least 2 d
    seed : equal seeds give equal chains, whether run in one piece or resumed
    checkpoint : where to keep the chain
    report : called with the stage, steps done and steps in all

    Raises
    ------
    InputError
        Too few walkers or starting points.
    MissingExtraError
        emcee is not installed.
    Interrupted
        On Ctrl-C; the chain so far is in the checkpoint.
    """
    emcee = need("emcee")
    began = time.perf_counter()
    d = starts.shape[1]
    if walkers < 2 * d:
        message = f"{walkers} walkers cannot explore {d} parameters; allowed: {2 * d} or more"
        raise InputError("posterior", [Problem("walkers", message)])
    if len(starts) < walkers * groups:
        message = f"only {len(starts)} starting points for {groups} x {walkers} walkers"
        raise InputError("posterior", [Problem("walkers", message)])
    # moves along differences between walkers: three times the effective draws of the stretch
    # move, measured on the five default parameters
    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    samplers = [
        emcee.EnsembleSampler(walkers, d, log_density, vectorize=True, moves=moves)
        for _ in range(groups)
    ]
    states = [
        emcee.State(starts[g::groups][:walkers], random_state=generator_state(seed, g))
        for g in range(groups)
    ]
    place = checkpoint or Checkpoint(None, "")
    chain = Chain.of(place.load(), states, emcee, walkers * groups, d)
    try:
        while chain.done < steps:
            chunk = min(CHUNK, steps - chain.done)
            chain = chain.extend(samplers, chunk)
            chain.save(place)
            if report is not None:
                report("sampling", chain.done, steps)
    except KeyboardInterrupt:
        tail = "; go on with --resume" if place.path is not None else ""
        raise Interrupted(f"stopped after {chain.done} of {steps} steps{tail}") from None
    tries = walkers * groups * max(chain.done, 1)
    return Posterior(
        chain=chain.chain[:steps],
        log_density=chain.level[:steps],
        acceptance=chain.accepted / tries,
        seconds=time.perf_counter() - began,
    )
