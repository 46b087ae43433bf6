"""What names the draws of side effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import normals, uniforms
from follicle_sim.base.types import Floats

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Names:
    """What names the draws of the people of one arm.

    seed, replicate, stream : of the trial and of the arm; ids : (S,) names of the people
    """

    seed: int
    replicate: int
    stream: int
    ids: NDArray[np.uint32]

    def of_people(
        self, who: Whole, minute: NDArray[np.uint32], cause: int, what: Decision
    ) -> Floats:
        """Return a uniform for each of some people (N,) and minutes (N,)."""
        where = (self.seed, self.replicate, self.stream)
        return uniforms(*where, self.ids[who], minute, cause, int(what))

    def normal(self, who: Whole, minute: NDArray[np.uint32], cause: int, what: Decision) -> Floats:
        """Return a standard normal for each of some people (N,) and minutes (N,)."""
        where = (self.seed, self.replicate, self.stream)
        return normals(*where, self.ids[who], minute, cause, int(what))

    def of_trial(self, cause: int, what: Decision) -> float:
        """Return one uniform of the whole trial, the same in every arm."""
        where = (self.seed, self.replicate, 0)
        one = uniforms(*where, SUBJECT_LEVEL, SUBJECT_LEVEL, cause, int(what))
        return float(one)
