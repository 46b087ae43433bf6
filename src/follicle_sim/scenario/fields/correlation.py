"""Traits that people differ in, and how these go together: a matrix of correlations, checked.

Traits are coupled by a Gaussian copula: each has a standard normal draw of its own, and mixing the
draws with the Cholesky factor of the matrix makes them correlate without touching how any single
trait is distributed (Nelsen 2006, An Introduction to Copulas, section 2.3). The correlation of a
file is therefore that of the normal scores, equal to that of the logarithms of log-normal traits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from follicle_sim.base.errors import did_you_mean

TRAITS = (
    "age",
    "severity",
    "follicle_density",
    "progression",
    "potency",
    "growth",
    "anagen",
    "telogen",
    "kenogen",
)
"""Append-only: the order decides which draw of a correlated pair stays as it was."""

LEAST_PIVOT = 1e-9
"""A variance left over smaller than this is 0: the trait follows from the others."""

Matrix = tuple[tuple[float, ...], ...]


class ImpossibleError(ValueError):
    """Correlations that no traits can have; `trait` is the first one that does not fit in."""

    def __init__(self, trait: str) -> None:
        super().__init__(f"no traits can correlate so: {trait} contradicts the ones before it")
        self.trait = trait


def pair_of(key: str) -> tuple[str, str]:
    """Return the two traits of a key such as "severity-age", in the order of `TRAITS`.

    Raises
    ------
    ValueError
        With what is wrong, in plain words.

    Examples
    --------
    >>> pair_of("severity-age")
    ('age', 'severity')
    """
    parts = key.split("-")
    if len(parts) != 2:
        raise ValueError('two traits joined by a hyphen are needed, for example "severity-age"')
    for part in parts:
        if part not in TRAITS:
            raise ValueError(f'unknown trait "{part}"{did_you_mean(part, TRAITS)}')
    first, second = sorted(parts, key=TRAITS.index)
    if first == second:
        raise ValueError("name two different traits: one is always fully correlated with itself")
    return first, second


def correlated(pairs: Mapping[str, float]) -> tuple[str, ...]:
    """Return the traits that occur in some pair, in the order of `TRAITS`."""
    named = {trait for key in pairs for trait in pair_of(key)}
    return tuple(trait for trait in TRAITS if trait in named)


def mixing(pairs: Mapping[str, float]) -> tuple[tuple[str, ...], Matrix]:
    """Return the correlated traits, and the lower triangle that mixes their normal draws.

    Parameters
    ----------
    pairs : "trait-trait" -> correlation, -1 to 1; pairs not named are 0

    Returns
    -------
    traits : (n,)
    factor : (n, n) Cholesky factor L with L L' = the matrix; made with sums, products and square
        roots only, so it has the same bits on every machine

    Raises
    ------
    ImpossibleError
        If the matrix has a negative eigenvalue.
    """
    traits = correlated(pairs)
    correlation_of = {pair_of(key): value for key, value in pairs.items()}
    factor: list[list[float]] = []
    for i, trait in enumerate(traits):
        row: list[float] = []
        for j in range(i):
            remainder = correlation_of.get((traits[j], trait), 0.0) - _product(row, factor[j], j)
            pivot = factor[j][j]
            if pivot == 0.0 and abs(remainder) > LEAST_PIVOT:
                raise ImpossibleError(trait)
            row.append(remainder / pivot if pivot else 0.0)
        left = 1.0 - _product(row, row, i)
        if left < -LEAST_PIVOT:
            raise ImpossibleError(trait)
        row.append(math.sqrt(left) if left > LEAST_PIVOT else 0.0)
        factor.append(row)
    size = len(traits)
    return traits, tuple(tuple(row) + (0.0,) * (size - len(row)) for row in factor)


def _product(a: Sequence[float], b: Sequence[float], count: int) -> float:
    total = 0.0
    for k in range(count):
        total += a[k] * b[k]
    return total
