"""A number that follows a person's age: linear between the ages at which it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from follicle_sim.base.types import Floats


@dataclass(frozen=True, slots=True)
class AgeCurve:
    """Values at some ages (year, increasing); before the first and after the last it stays.

    `spread` is the SD in years by which people differ in these ages.
    """

    ages: tuple[float, ...]
    values: tuple[float, ...]
    spread: float = 0.0

    def at(self, age: Floats) -> Floats:
        """Return the value at ages in years, of any shape.

        Examples
        --------
        >>> AgeCurve((20.0, 40.0), (1.0, 3.0)).at(np.array([10.0, 25.0, 60.0])).tolist()
        [1.0, 1.5, 3.0]
        """
        return np.asarray(np.interp(age, self.ages, self.values))

    def integral(self, since: float, age: Floats) -> Floats:
        """Return the integral over age from one age (year) to others, of any shape.

        Exact: the curve is linear between its ages and constant outside them.

        Examples
        --------
        >>> AgeCurve((20.0, 40.0), (1.0, 3.0)).integral(20.0, np.array([10.0, 40.0])).tolist()
        [-10.0, 40.0]
        """
        return np.asarray(self._up_to(age) - self._up_to(np.asarray(since)))

    def _up_to(self, age: Floats) -> Floats:
        """Return the integral from the first age on; negative before it."""
        ages, values = np.array(self.ages), np.array(self.values)
        pieces = 0.5 * np.diff(ages) * (values[1:] + values[:-1])
        whole = np.append(0.0, np.cumsum(pieces))
        inside = np.clip(age, ages[0], ages[-1])
        piece = np.clip(np.searchsorted(ages, inside, side="right") - 1, 0, ages.size - 2)
        within = 0.5 * (inside - ages[piece]) * (values[piece] + self.at(inside))
        before = np.minimum(age - ages[0], 0.0) * values[0]
        after = np.maximum(age - ages[-1], 0.0) * values[-1]
        return np.asarray(before + whole[piece] + within + after)
