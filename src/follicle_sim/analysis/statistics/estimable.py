"""Whether a model for repeated measures has an answer at all, asked before anything is fitted.

A likelihood may rise without end, or be flat along some direction, where people are few. A search
then stops somewhere by the luck of rounding. What decides is the rank of what was seen:

- A mean is estimable where the columns of the people seen at its visit are independent.
- A covariance of any shape is estimable where no combination of visits is the same in everybody
  once the columns are taken out. Let P be the people seen at all of some visits S. Their residuals
  are a matrix of df rows, df being their number less the rank of their columns. With 0 < df < |S|
  some combination of S has no residual in any of P; as its variance goes to 0 the likelihood goes
  to infinity. So each S needs df >= |S|, or df = 0, where P says nothing of S; single visits and
  pairs need the former, since their own entries of the covariance come from P alone. More people of
  the same visits only add to the rank, so it is enough to look at sets of visits that are
  intersections of patterns that occur.
- One variance and one covariance need both a residual within people and one between people.

Ranks are judged by singular values with `RANK` to spare: rounding is many orders below, and counts
of hairs many orders above.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.statistics.effects import Floats

Flags = NDArray[np.bool_]

RANK = 1e-8
"""Singular values below this share of the length of a column are 0."""
MOST_SETS = 4096
"""Sets of visits looked at; with more, the fit itself has to show a boundary."""


def independent(columns: Floats) -> int:
    """Return the rank of a matrix (n, q), each column judged beside its own length.

    Examples
    --------
    >>> independent(np.array([[1.0, 200.0], [1.0, 200.0 + 1e-11], [1.0, 200.0]]))
    1
    """
    if min(columns.shape) == 0:
        return 0
    length = np.sqrt((columns**2).sum(axis=0))
    whole = columns[:, length > 0.0] / length[length > 0.0]
    if whole.shape[1] == 0:
        return 0
    sizes = np.linalg.svd(whole, compute_uv=False)
    return int((sizes > RANK * sizes[0]).sum())


def residual(columns: Floats, values: Floats) -> Floats:
    """Return what of values (n, V) independent directions of columns (n, q) leave over."""
    length = np.sqrt((columns**2).sum(axis=0))
    whole = columns[:, length > 0.0] / length[length > 0.0]
    if whole.shape[1] == 0:
        return values
    basis, sizes, _ = np.linalg.svd(whole, full_matrices=False)
    basis = basis[:, sizes > RANK * sizes[0]]
    left = values - basis @ (basis.T @ values)
    # A second pass takes away the rounding that the first one leaves.
    return np.asarray(left - basis @ (basis.T @ left))


def why_not(x: Floats, y: Floats, dust: float, *, exchangeable: bool = False) -> str:
    """Return why a model with columns x and values y cannot be fitted, "" where it can.

    Parameters
    ----------
    x : (n, q)
        Columns, independent among all people.
    y : (n, V)
        NaN where missing.
    dust
        A difference between values that is still rounding.
    exchangeable
        One variance and one covariance for all visits, in place of any.
    """
    seen = np.isfinite(y)
    q, visits = x.shape[1], y.shape[1]
    spare = 0 if exchangeable and visits > 1 else 1
    # The visit that fewest were seen at tells the most.
    for visit in np.argsort(seen.sum(axis=0), kind="stable").tolist():
        here = seen[:, visit]
        rank = independent(x[here])
        if rank < q or here.sum() < q + spare:
            return _few_at((visit,), int(here.sum()), q, spare, visits)
    whole = seen.all(axis=1)
    if _free(x[whole], y[whole], dust) is None:
        return ""
    if exchangeable and visits > 1:
        return _within_and_between(x, y, dust)
    return _any_shape(x, y, dust)


def _free(x: Floats, y: Floats, dust: float) -> Flags | None:
    """Return the visits of combinations without a residual; None where there is no such one.

    All visits where nobody says anything of them.
    """
    visits = y.shape[1]
    if len(x) - independent(x) < 1:
        return np.ones(visits, dtype=bool)
    left = residual(x, y)
    length = np.sqrt((left**2).sum(axis=0))
    free = length <= dust * np.sqrt(len(y))
    moving = np.flatnonzero(~free)
    if moving.size:
        _, sizes, turned = np.linalg.svd(left[:, moving] / length[moving])
        rank = int((sizes > RANK * sizes[0]).sum())
        free[moving] = (np.abs(turned[rank:]) > RANK).any(axis=0)
    return free if free.any() else None


def _any_shape(x: Floats, y: Floats, dust: float) -> str:
    seen = np.isfinite(y)
    visits = y.shape[1]
    asked = [np.arange(visits) == visit for visit in range(visits)]
    asked += [np.isin(np.arange(visits), (i, j)) for i in range(visits) for j in range(i)]
    for chosen in [*asked, *_intersections(seen)]:
        people = seen[:, chosen].all(axis=1)
        rank = independent(x[people])
        if people.sum() == rank and chosen.sum() > 2:
            continue
        free = _free(x[people], y[people][:, chosen], dust)
        if free is None:
            continue
        at = np.flatnonzero(chosen)[free]
        # Others may see what is free among these people move.
        if (seen[:, at].all(axis=1) != people).any():
            continue
        if people.sum() >= rank + chosen.sum():
            return f"no spread: {_named(at, visits)} moved alike in everybody seen at all of them"
        return _few_at(at.tolist(), int(people.sum()), x.shape[1], len(at), visits)
    return ""


def _intersections(seen: Flags) -> list[Flags]:
    """Return the sets of visits that are intersections of patterns, larger ones first."""
    patterns = np.unique(seen, axis=0)
    found = {pattern.tobytes(): pattern for pattern in patterns}
    fresh = list(found.values())
    while fresh and len(found) < MOST_SETS:
        made = {}
        for one in fresh:
            for other in patterns:
                both = one & other
                if both.any() and both.tobytes() not in found:
                    made[both.tobytes()] = both
        found |= made
        fresh = list(made.values())
    return sorted(found.values(), key=lambda each: (-int(each.sum()), each.tobytes()))


def _within_and_between(x: Floats, y: Floats, dust: float) -> str:
    seen = np.isfinite(y)
    q, visits = x.shape[1], y.shape[1]
    within_x, within_y = [], []
    for columns, values, here in zip(x, y, seen, strict=True):
        at = np.flatnonzero(here)
        if at.size < 2:
            continue
        contrasts = _contrasts(at.size)
        rows = np.zeros((at.size, visits, q))
        rows[np.arange(at.size), at] = columns
        within_x.append(contrasts @ rows.reshape(at.size, -1))
        within_y.append(contrasts @ values[at])
    many = seen.sum(axis=1)
    most = many == many.max()
    parts = {"within": (np.zeros((0, visits * q)), np.zeros(0))}
    if within_x:
        parts["within"] = (np.concatenate(within_x), np.concatenate(within_y))
    mean = np.where(seen[most], y[most], 0.0).sum(axis=1) / many.max()
    rows = (seen[most][:, :, None] * x[most][:, None, :]).reshape(int(most.sum()), -1)
    parts["between"] = (rows, mean)
    for name, (columns, values) in parts.items():
        df = len(columns) - independent(columns)
        if df < 1 and name == "between":
            # Others, seen less often, may tell it; the fit looks at its information.
            continue
        if df < 1:
            return (
                f"too few people: {len(y)} have values, and {visits} means of {q} columns each "
                "leave nothing to tell the spread within people by; 1 more seen twice is needed"
            )
        left = residual(columns, values[:, None])
        if float((left**2).sum()) <= len(values) * dust**2:
            return f"no spread {name} people: there is nothing to judge a difference by"
    return ""


def _contrasts(many: int) -> Floats:
    """Return orthonormal contrasts of so many values, (many - 1, many): Helmert's."""
    rows = np.tril(np.ones((many - 1, many)))
    rows[np.arange(many - 1), np.arange(1, many)] = -np.arange(1.0, many)
    return np.asarray(rows / np.sqrt((rows**2).sum(axis=1, keepdims=True)))


def _named(visits: Sequence[int] | NDArray[np.intp], of: int) -> str:
    names = " and ".join(str(visit + 1) for visit in visits)
    return f"visit{'s' if len(visits) > 1 else ''} {names} of {of}"


def _few_at(visits: Sequence[int], people: int, columns: int, spare: int, of: int) -> str:
    where = _named(visits, of)
    together = " together" if len(visits) > 1 else ""
    need = columns + spare
    if people >= need:
        return (
            f"too few people: the {people} seen at {where}{together} do not tell arm, baseline and "
            "strata apart there"
        )
    return (
        f"too few people: {people} were seen at {where}{together}, {need} are needed "
        f"({columns} for arm, mean and what is adjusted for, and {spare} more)"
    )
