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

from follicle_sim.base.types import Flags, Floats

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
    return int(_directions(columns).shape[1])


def residual(columns: Floats, values: Floats) -> Floats:
    """Return what of values (n, V) independent directions of columns (n, q) leave over."""
    basis = _directions(columns)
    return np.asarray(values - basis @ (basis.T @ values))


def _directions(columns: Floats) -> Floats:
    """Return orthonormal columns (n, rank) that span those of a matrix (n, q)."""
    length = np.linalg.norm(columns, axis=0)
    basis, sizes, _ = np.linalg.svd(columns / np.where(length > 0.0, length, 1.0), False)
    return np.asarray(basis[:, sizes > RANK])


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
    anyone = np.isfinite(y).any(axis=1)
    x, y = x[anyone], y[anyone]
    observed = np.isfinite(y)
    q, visits = x.shape[1], y.shape[1]
    shared = exchangeable and visits > 1
    spare = 0 if shared else 1
    # The visit that fewest were seen at tells the most.
    for visit in np.argsort(observed.sum(axis=0), kind="stable").tolist():
        present = observed[:, visit]
        rank = independent(x[present])
        if rank < q or present.sum() < q + spare:
            return _few_text((visit,), int(present.sum()), q, spare, visits)
    complete = observed.all(axis=1)
    if _free_visits(x[complete], y[complete], dust) is None:
        return ""
    if shared:
        return _why_not_exchangeable(x, y, dust)
    return _why_not_any_shape(x, y, dust)


def _free_visits(x: Floats, y: Floats, dust: float) -> Flags | None:
    """Return the visits of combinations without a residual; None where there is no such one.

    All visits where nobody says anything of them.
    """
    leftover = residual(x, y)
    length = np.linalg.norm(leftover, axis=0)
    free = np.asarray(length <= dust * np.sqrt(len(y)))
    moving = np.flatnonzero(~free)
    if moving.size:
        _, sizes, turned = np.linalg.svd(leftover[:, moving] / length[moving])
        rank = int((sizes > RANK).sum())
        free[moving] = (np.abs(turned[rank:]) > RANK).any(axis=0)
    return free if free.any() else None


def _why_not_any_shape(x: Floats, y: Floats, dust: float) -> str:
    observed = np.isfinite(y)
    visits = y.shape[1]
    small_sets = [np.arange(visits) == visit for visit in range(visits)]
    small_sets += [np.isin(np.arange(visits), (i, j)) for i in range(visits) for j in range(i)]
    for members in [*small_sets, *_intersections(observed)]:
        people = observed[:, members].all(axis=1)
        rank = independent(x[people])
        if people.sum() == rank and members.sum() > 2:
            continue
        free = _free_visits(x[people], y[people][:, members], dust)
        if free is None:
            continue
        at = np.flatnonzero(members)[free]
        # Others may see what is free among these people move.
        if (observed[:, at].all(axis=1) != people).any():
            continue
        if people.sum() >= rank + members.sum():
            place = _visits_text(at, visits)
            return f"no spread: {place} moved alike in everybody seen at all of them"
        return _few_text(at.tolist(), int(people.sum()), x.shape[1], len(at), visits)
    return ""


def _intersections(observed: Flags) -> list[Flags]:
    """Return the sets of visits that are intersections of patterns, larger ones first."""
    patterns = np.unique(observed, axis=0)
    sets = {pattern.tobytes(): pattern for pattern in patterns}
    for pattern in patterns:
        if len(sets) > MOST_SETS:
            break
        sets |= {
            common.tobytes(): common for common in [pattern & other for other in sets.values()]
        }
    return sorted(sets.values(), key=lambda visits: (-int(visits.sum()), visits.tobytes()))


def _why_not_exchangeable(x: Floats, y: Floats, dust: float) -> str:
    observed = np.isfinite(y)
    q, visits = x.shape[1], y.shape[1]
    counts = observed.sum(axis=1)
    # A row for each person and visit, of the columns at that visit; then each person's mean row.
    rows = np.einsum("nv,vw,nq->nvwq", observed, np.eye(visits), x).reshape(len(x), visits, -1)
    mean_row = rows.sum(axis=1) / counts[:, None]
    mean = np.where(observed, y, 0.0).sum(axis=1) / counts
    columns, values = (rows - mean_row[:, None])[observed], (y - mean[:, None])[observed]
    if len(values) - len(y) - independent(columns) < 1:
        return (
            f"too few people: {len(y)} have values, and {visits} means of {q} columns each "
            "leave nothing to tell the spread within people by; 1 more seen twice is needed"
        )
    if _leave_dust(columns, values, dust):
        return "no spread within people: there is nothing to judge a difference by"
    often = counts == counts.max()
    # Where these tell nothing, others, seen less often, may; the fit looks at its information.
    if often.sum() > independent(mean_row[often]) and _leave_dust(
        mean_row[often], mean[often], dust
    ):
        return "no spread between people: there is nothing to judge a difference by"
    return ""


def _leave_dust(columns: Floats, values: Floats, dust: float) -> bool:
    """Tell whether columns (n, q) leave nothing but rounding of values (n,)."""
    leftover = residual(columns, values)
    return bool(leftover @ leftover <= len(values) * dust**2)


def _visits_text(visits: Sequence[int] | NDArray[np.intp], of: int) -> str:
    names = " and ".join(str(visit + 1) for visit in visits)
    return f"visit{'s' if len(visits) > 1 else ''} {names} of {of}"


def _few_text(visits: Sequence[int], people: int, columns: int, spare: int, of: int) -> str:
    place = _visits_text(visits, of)
    together = " together" if len(visits) > 1 else ""
    need = columns + spare
    if people >= need:
        return (
            f"too few people: the {people} seen at {place}{together} do not tell arm, baseline and "
            "strata apart there"
        )
    return (
        f"too few people: {people} were seen at {place}{together}, {need} are needed "
        f"({columns} for arm, mean and what is adjusted for, and {spare} more)"
    )
