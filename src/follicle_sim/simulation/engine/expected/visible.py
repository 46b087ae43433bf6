"""What is seen of a hair whose follicle's full calibre is one of many, compiled.

Full calibres are log-normal and have no say in the cycle, so what an instrument shows of the hairs
of one relative calibre is a partial moment of that law.
"""

import math

from follicle_sim.base.compiled import jit_inline
from follicle_sim.simulation.engine.agents.clocks import Rules


@jit_inline
def partial_moment(rules: Rules, relative: float, least: float, power: int) -> float:
    """Return E[D^power; D relative >= least] of full calibres D in units of their mean.

    For D log-normal of mean 1 with sigma s this is exp(s^2 power (power - 1) / 2) times the normal
    probability of (ln(relative mean / least) - s^2 / 2) / s + power s.
    """
    sigma = rules.full_calibre_sigma
    whole = math.exp(0.5 * sigma * sigma * power * (power - 1))
    if least <= 0.0:
        return whole
    distance = math.log(relative * rules.full_calibre / least) - 0.5 * sigma * sigma
    if sigma <= 0.0:
        return whole if distance >= 0.0 else 0.0
    return whole * 0.5 * math.erfc(-(distance / sigma + power * sigma) / math.sqrt(2.0))
