"""The shapes of a head: pieces of a map of the scalp, from above and from behind.

A map holds outlines on a plane on which areas are true, r = sqrt(2) sin(angle from the top / 2), x
to the person's right and y to the face. That plane is the picture from above. From behind, a point
is put back onto a sphere, which is seen from the back and a little from above.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from follicle_sim.base.estimates import FloatArray
from follicle_sim.biology.scalps import Scalp, load_scalps

VIEWS = ("above", "behind")

_FROM_ABOVE = math.radians(12.0)
"""How far above the horizon the eye is that looks at the back of a head."""

_STEP = 0.03
"""Longest straight part of an outline, of the head's half width."""

_TALL = 1.1
"""A head is a little higher than it is wide."""

Ring = FloatArray
"""(N, 2) corners of a polygon, the last joined to the first."""


def scalp_of(pieces: Sequence[str]) -> Scalp | None:
    """Return the map whose pieces have these names; None where there is none."""
    found = (scalp for scalp in load_scalps().values() if scalp.pieces == tuple(pieces))
    return next(found, None)


def area_of(ring: Ring) -> float:
    """Return the area of a polygon."""
    x, y = ring[:, 0], ring[:, 1]
    return float(0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def pieces_of(scalp: Scalp) -> list[list[Ring]]:
    """Return the polygons of every piece on the plane; pieces of one area are equally large."""
    shapes: list[list[Ring]] = []
    for area in dict.fromkeys(scalp.areas):
        rings = [np.array(ring) for ring in scalp.outlines[area]]
        shapes += _cut(rings, scalp.areas.count(area))
    return shapes


def room_in(ring: Ring) -> tuple[float, float, float]:
    """Return where to write in a polygon (x, y) and how wide it is there.

    It is at the height of its centre, in the middle of what the polygon holds of that line.
    """
    x, y = ring[:, 0], ring[:, 1]
    on, to = np.roll(x, -1), np.roll(y, -1)
    cross = x * to - y * on
    whole = 3.0 * float(cross.sum())
    middle = float(((x + on) * cross).sum()) / whole
    level = float(((y + to) * cross).sum()) / whole
    crossed = (y > level) != (to > level)
    share = (level - y[crossed]) / (to[crossed] - y[crossed])
    ends = np.sort(x[crossed] + share * (on[crossed] - x[crossed])).reshape(-1, 2)
    low, high = ends[np.argmin(np.abs(ends.mean(axis=1) - middle))]
    return 0.5 * float(low + high), level, float(high - low)


def seen_from(view: str, ring: Ring) -> Ring:
    """Return a polygon of the plane as it is seen; what is behind the head lies on its rim."""
    fine = _finer(ring)
    return fine if view == "above" else _behind(fine)


@cache
def head_of(view: str) -> tuple[Ring, ...]:
    """Return what a head is drawn of, from back to front: ears, nose or neck, and the skull."""
    turn = np.linspace(0.0, 2.0 * math.pi, 120, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    if view == "above":
        ears = [circle * (0.09, 0.19) + (side * 1.0, -0.08) for side in (-1.0, 1.0)]
        nose = np.array([(-0.12, 0.9), (-0.05, 1.06), (0.0, 1.09), (0.05, 1.06), (0.12, 0.9)])
        return (*ears, nose, circle * (1.0, 1.09) + (0.0, -0.09))
    ears = [circle * (0.11, 0.26) + (side * 1.03, -0.16) for side in (-1.0, 1.0)]
    neck = np.array([(-0.55, -0.6), (0.55, -0.6), (0.6, -1.22), (-0.6, -1.22)])
    skull = circle * np.where(circle[:, 1:] > 0.0, (1.0, _TALL), (1.0, 1.02))
    return (*ears, neck, skull)


def _behind(points: Ring) -> Ring:
    r = np.maximum(np.hypot(points[:, 0], points[:, 1]), 1e-12)
    down = 2.0 * np.arcsin(np.minimum(1.0, r / math.sqrt(2.0)))
    right, front = np.sin(down) * points[:, 0] / r, np.sin(down) * points[:, 1] / r
    top = np.cos(down)
    up = front * math.sin(_FROM_ABOVE) + top * math.cos(_FROM_ABOVE)
    near = top * math.sin(_FROM_ABOVE) - front * math.cos(_FROM_ABOVE)
    far = np.maximum(np.hypot(right, up), 1e-12)
    scale = np.where(near >= 0.0, 1.0, 1.0 / far)
    seen = np.stack([right * scale, up * scale], axis=1)
    return np.asarray(seen * np.where(seen[:, 1:] > 0.0, (1.0, _TALL), (1.0, 1.02)))


def _finer(ring: Ring) -> Ring:
    """Return a polygon with points along its sides."""
    parts = []
    for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        count = max(1, math.ceil(float(np.hypot(*(end - start))) / _STEP))
        parts.append(start + (end - start) * (np.arange(count) / count)[:, None])
    return np.concatenate(parts)


def _cut(rings: Sequence[Ring], count: int) -> list[list[Ring]]:
    """Cut polygons into equally large pieces by lines from the top of the head.

    They go round from the face by the person's right side.
    """
    if count == 1:
        return [list(rings)]
    whole = sum(area_of(ring) for ring in rings)

    def within(low: float, high: float) -> list[Ring]:
        # a sector that is half a turn or more is put together from narrow ones
        ends = np.linspace(low, high, 1 + math.ceil((high - low) / 2.0))
        parts = [_sector(ring, *span) for ring in rings for span in pairwise(ends)]
        return [part for part in parts if len(part) > 2]

    def end(share: float) -> float:
        def excess(angle: float) -> float:
            return sum(area_of(part) for part in within(0.0, angle)) - share * whole

        return _root(excess, 0.0, 2.0 * math.pi)

    ends = [0.0, *(end(k / count) for k in range(1, count)), 2.0 * math.pi]
    return [within(low, high) for low, high in pairwise(ends)]


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def _sector(ring: Ring, low: float, high: float) -> Ring:
    """Return the part of a polygon between two directions less than half a turn apart.

    Directions are turned from the face to the person's right.
    """
    for x, y in ((math.cos(low), -math.sin(low)), (-math.cos(high), math.sin(high))):
        ring = _half(ring, x, y)
        if len(ring) == 0:
            break
    return ring


def _half(ring: Ring, x: float, y: float) -> Ring:
    """Return the part of a polygon in which x X + y Y is not negative (Sutherland and Hodgman)."""
    side = ring[:, 0] * x + ring[:, 1] * y
    kept: list[FloatArray] = []
    for i in range(len(ring)):
        before = i - 1
        if (side[i] >= 0.0) != (side[before] >= 0.0):
            share = side[before] / (side[before] - side[i])
            kept.append(ring[before] + share * (ring[i] - ring[before]))
        if side[i] >= 0.0:
            kept.append(ring[i])
    return np.array(kept).reshape(-1, 2)
