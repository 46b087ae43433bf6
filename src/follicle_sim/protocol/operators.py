"""Operators: the people who count hairs, each with a factor of their own on every count.

A factor is a pure function of names, so what the operators of one trial read too much or too little
is known before anybody is counted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import normals
from follicle_sim.base.types import Floats
from follicle_sim.scenario.tables.instrument import Instrument


def factors_of_operators(
    instrument: Instrument, seed: int, replicate: int, operator: NDArray[np.int64]
) -> Floats:
    """Return the factor of each operator on counts, in the shape of their names.

    Parameters
    ----------
    instrument
        With the SD between operators.
    seed, replicate
        Of the trial, as for every draw: its staff is the same in all arms.
    operator
        Names, 0 to `instrument.operators` - 1.
    """
    name = (seed, replicate, 0, operator, SUBJECT_LEVEL, 0)
    bias = normals(*name, int(Decision.OPERATOR_BIAS))
    return np.asarray(np.maximum(0.0, 1.0 + instrument.operator_error * bias))


def read_by_own(instrument: Instrument, seed: int) -> Instrument:
    """Return an instrument as the operators of a single run read it.

    Their mean factor becomes a bias of every count, and how they differ the error between them.

    Examples
    --------
    >>> tool = read_by_own(Instrument(operator_error=0.03), seed=1)
    >>> tool.count_bias != 1.0, tool.operator_error
    (True, 0.0)
    """
    if instrument.operator_error == 0.0:
        return instrument
    names = np.arange(instrument.operators, dtype=np.int64)
    factors = factors_of_operators(instrument, seed, 0, names)
    mean = float(factors.mean())
    spread = float(factors.std()) / mean if mean > 0.0 else 0.0
    changes = {"count_bias": instrument.count_bias * mean, "operator_error": spread}
    return instrument.model_copy(update=changes)
