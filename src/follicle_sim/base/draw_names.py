"""What names the random draws of some people."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class DrawNames:
    """The part of a draw's name that says whose it is.

    seed, replicate, stream : as everywhere; stream 0 where all arms share their people
    subjects : (S,) names of the people

    Examples
    --------
    >>> DrawNames(seed=5, subjects=[7, 8, 9]).of(slice(1, 3)).ids
    array([8, 9], dtype=uint32)
    """

    seed: int = 1
    replicate: int = 0
    stream: int = 0
    subjects: ArrayLike = (0,)

    @property
    def ids(self) -> NDArray[np.uint32]:
        """Names of the people (S,) as draws take them."""
        return np.atleast_1d(np.asarray(self.subjects, dtype=np.uint32))

    @property
    def column(self) -> NDArray[np.uint32]:
        """The same as a column (S, 1), for draws that differ from event to event too."""
        return self.ids.reshape(-1, 1)

    @property
    def keys(self) -> tuple[int, int, int]:
        """Seed, replicate and stream: how the name of every draw begins."""
        return self.seed, self.replicate, self.stream

    def of(self, people: slice) -> "DrawNames":
        """Return the names of some of the people."""
        return replace(self, subjects=self.ids[people])
