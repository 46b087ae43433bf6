"""How far a set of chains can be trusted: r-hat and effective sample size, by arviz."""

import numpy as np

from follicle_sim.base.extras import need
from follicle_sim.base.types import Floats


def r_hat(chains: Floats) -> Floats:
    """Return rank-normalised split r-hat (d,) of chains (chain, step, d): 1 when all agree."""
    arviz = need("arviz")
    return np.array([float(arviz.rhat(chains[..., i])) for i in range(chains.shape[-1])])


def effective_size(chains: Floats) -> Floats:
    """Return the bulk effective sample size (d,) of chains (chain, step, d)."""
    arviz = need("arviz")
    return np.array([float(arviz.ess(chains[..., i])) for i in range(chains.shape[-1])])
