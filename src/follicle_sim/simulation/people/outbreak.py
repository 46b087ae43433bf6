"""How a condition breaks out in each person: when, how hard, in which pieces of the scalp.

Every draw is named by the person, so that the same person has the same luck in every arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import log_array, lognormal_multipliers, normals, uniforms
from follicle_sim.base.types import Flags, Floats
from follicle_sim.biology.causes import Hazard, Patches
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.scalps import Scalp

MOST_TURNS = 64
"""Remissions and relapses that are drawn of a person: enough for a lifetime at the rates known."""


@dataclass(frozen=True)
class Outbreak:
    """What is particular about a condition in S people with R pieces of scalp.

    Parameters
    ----------
    shifts : (S,) standard normal draws of how late each trigger comes, by its number
    strength : (S,) factor on each hazard, by its number
    turns : (S, K) days on which the disease falls silent, awakes, falls silent, ...
    drawn_in : (S, R) day from which on each piece can be struck: minus infinity from the start
    patch : (S, R) factor on the hazards within patches; None without any
    """

    shifts: Mapping[int, Floats]
    strength: Mapping[int, Floats]
    turns: Floats | None = None
    drawn_in: Floats | None = None
    patch: Floats | None = None

    @property
    def differs(self) -> bool:
        """True where people differ in it."""
        return bool(self.shifts or self.strength) or self.patch is not None

    def awake(self, people: slice, piece: int, grid: Floats) -> Floats | None:
        """Return (S, T) 1 where the disease acts in a piece of some people, 0 where it is silent.

        None without patches.
        """
        if self.turns is None or self.drawn_in is None:
            return None
        turned = (self.turns[people, :, None] <= grid).sum(axis=1)
        acting = (turned % 2 == 0) & (self.drawn_in[people, piece, None] <= grid)
        return np.asarray(acting, dtype=np.float64)


def break_out(condition: Condition, scalp: Scalp, severity: Floats, who: DrawNames) -> Outbreak:
    """Draw the outbreak of a condition in S people.

    Parameters
    ----------
    severity : (S,) as a cohort has it; of a condition with patches, the percentage of the scalp
    who : names of the people
    """
    hazards = (*condition.attacks, *condition.losses)
    shifts = {number: _normal(who, number, Decision.TRIGGER_START) for number in condition.late}
    patches = condition.patches
    if patches is None:
        return Outbreak(shifts, _strengths(hazards, np.ones(severity.size), who))
    grade = patches.grade(severity)
    of_grade = np.array(patches.strength)[grade]
    return Outbreak(
        shifts,
        _strengths(hazards, of_grade, who),
        turns=_turns(np.array(patches.remission)[grade], np.array(patches.relapse)[grade], who),
        drawn_in=_drawn_in(patches, scalp, severity, who),
        patch=of_grade[:, None] * _patch_factors(patches, scalp, who),
    )


def _strengths(hazards: Sequence[Hazard], of_grade: Floats, who: DrawNames) -> dict[int, Floats]:
    """Return the factor (S,) of people on the rate of each hazard in which they differ.

    of_grade : (S,) factor of their grade, which comes on top of it within patches
    """
    strength = {}
    for number, hazard in enumerate(hazards):
        if hazard.person_cv == 0.0:
            continue
        z = _normal(who, number, Decision.TRIGGER_STRENGTH)
        own = lognormal_multipliers(hazard.person_cv, z)
        usual = hazard.rate * (of_grade if hazard.within_patches else 1.0)
        strength[number] = np.maximum(own, hazard.least / usual)
    return strength


def _normal(who: DrawNames, number: int, decision: Decision) -> Floats:
    return normals(*who.keys, who.ids, SUBJECT_LEVEL, number, int(decision))


def _uniform(who: DrawNames, numbers: ArrayLike, decision: Decision) -> Floats:
    """Return (S, N) uniforms of each person, N of them."""
    return uniforms(*who.keys, who.column, SUBJECT_LEVEL, np.asarray(numbers), int(decision))


def _turns(remission: Floats, relapse: Floats, who: DrawNames) -> Floats:
    """Return (S, MOST_TURNS) days from baseline on: waiting times are exponential."""
    half = np.arange(MOST_TURNS // 2)
    silent = -log_array(_uniform(who, half, Decision.REMISSION)) / remission[:, None]
    awake = -log_array(_uniform(who, half, Decision.RELAPSE)) / relapse[:, None]
    waits = np.stack([silent, awake], axis=2).reshape(len(silent), -1)
    return np.cumsum(waits, axis=1)


def _drawn_in(patches: Patches, scalp: Scalp, severity: Floats, who: DrawNames) -> Floats:
    """Return (S, R) days: pieces of a random order are bare from the start until they make up the
    person's share of the scalp; the one on the border is or is not, by its share. Free pieces wait.

    A lone target area lies in a patch.
    """
    if len(scalp.pieces) == 1:
        return np.full((len(severity), 1), -np.inf)
    pieces = np.arange(len(scalp.pieces))
    order = np.argsort(_uniform(who, pieces, Decision.PATCH_ORDER), axis=1, kind="stable")
    size = scalp.weight[order]
    before = np.cumsum(size, axis=1) - size
    share = np.clip((severity[:, None] / 100.0 - before) / size, 0.0, 1.0)
    border = _uniform(who, [0], Decision.PATCH_BORDER)
    # sums of shares are rounded: a piece that is all but full is full
    bare_in_order: Flags = border < share + 1e-9
    bare = np.zeros_like(bare_in_order)
    np.put_along_axis(bare, order, bare_in_order, axis=1)
    waits = -log_array(_uniform(who, pieces, Decision.PATCH_SPREAD)) / patches.spread
    return np.where(bare, -np.inf, waits)


def _patch_factors(patches: Patches, scalp: Scalp, who: DrawNames) -> Floats:
    if patches.patch_cv == 0.0:
        return np.ones((len(who.ids), len(scalp.pieces)))
    pieces = np.arange(len(scalp.pieces))
    z = normals(*who.keys, who.column, SUBJECT_LEVEL, pieces, int(Decision.PATCH_STRENGTH))
    return lognormal_multipliers(patches.patch_cv, z)
