"""What follicles that are seen today have been through in the last weeks, where forcing has jumped.

Elsewhere the rates of today stand for those of the weeks before: they drift over years.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.biology.expected_cycle import Lives, Shares


def onset_over(grid: Floats, every: Sequence[Shares], node: int, days: Floats) -> Floats:
    """Return the mean onset (S, G) per day over so many days (S, G) up to a node.

    Shafts that have not come out began within these days, and not as many begin each day.
    """
    first = _node_before(grid, node, float(days.max()))
    width = np.diff(grid[first : node + 1])
    begun = np.cumsum([step * every[first + 1 + k].onset for k, step in enumerate(width)], axis=0)
    total = np.concatenate([np.zeros_like(begun[:1]), begun])
    since = np.maximum(grid[node] - days, grid[first])
    number = total[-1] - _at(grid[first : node + 1], total, since)
    return np.asarray(number / np.maximum(grid[node] - since, 1e-9))


def shaft_ago(lives: Lives, node: int, days: Floats) -> Floats:
    """Return the log calibre of the shaft (S, G) so many days (S, G) before a node."""
    first = _node_before(lives.grid, node, float(days.max()))
    sizes = np.stack([lives.log_shaft(k) for k in range(first, node + 1)])
    since = np.maximum(lives.grid[node] - days, lives.grid[first])
    return _at(lives.grid[first : node + 1], sizes, np.broadcast_to(since, sizes.shape[1:]))


def _node_before(grid: Floats, node: int, days: float) -> int:
    """Return a node that is so many days before another one, and no later than the one before."""
    early = int(np.searchsorted(grid, grid[node] - days, side="right")) - 1
    return max(0, min(early, node - 1))


def _at(grid: Floats, values: Floats, days: Floats) -> Floats:
    """Return values (T, S, G) at days (S, G) of their own, linear between grid times."""
    low = np.clip(np.searchsorted(grid, days, side="right") - 1, 0, grid.size - 2)
    part = (days - grid[low]) / (grid[low + 1] - grid[low])
    here, after = (np.take_along_axis(values, k[None], axis=0)[0] for k in (low, low + 1))
    return np.asarray(here + part * (after - here))
