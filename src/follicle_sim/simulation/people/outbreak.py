"""How a condition breaks out in each person: when, how hard, in which pieces of the scalp.

Every draw is named by the person, so that the same person has the same luck in every arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import log_array, lognormal_multipliers, normals
from follicle_sim.base.types import Flags, Floats
from follicle_sim.biology.causes import Hazard, Patches
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.scalps import Scalp
from follicle_sim.simulation.people.turns import Turns, draw_turns, draw_whole_scalp, uniform


@dataclass(frozen=True)
class Patchwork:
    """The patches of S people in R pieces of scalp.

    Parameters
    ----------
    who : names of the people
    turns : when the disease of a person is silent
    drawn_in : (S, R) day from which on each piece can be struck: minus infinity from the start
    whole_on : (S,) day on which the disease takes the whole scalp; infinite, never
    growth : (S,) factor on the activity of the disease from then on
    factor : (S, R) factor on the hazards within patches
    lag : (S,) day, in place of the lag of what acts in patches, 0 for none; None for nobody
    """

    who: DrawNames
    turns: Turns
    drawn_in: Floats
    whole_on: Floats
    growth: Floats
    factor: Floats
    lag: Floats | None = None

    def awake(self, people: slice, grid: Floats) -> Floats:
        """Return (S, R, T) activity of the disease in each piece of some people's scalps.

        1 where it acts as the person's grade says, 0 where it is silent or has not come to.
        """
        drawn_in, whole_on = self.drawn_in[people], self.whole_on[people, None]
        silent = self.turns.in_pieces(people, drawn_in.shape[1], grid, self.who)
        level = np.where(whole_on <= grid, self.growth[people, None], 1.0)
        struck = np.minimum(drawn_in, whole_on)[:, :, None] <= grid
        return np.asarray(np.where(struck, (1.0 - silent) * level[:, None], 0.0))


@dataclass(frozen=True)
class Outbreak:
    """What is particular about a condition in S people with R pieces of scalp.

    Parameters
    ----------
    shifts : (S,) standard normal draws of how late each trigger comes, by its number
    strength : (S,) factor on each hazard, by its number
    patchwork : of a condition with patches
    """

    shifts: Mapping[int, Floats]
    strength: Mapping[int, Floats]
    patchwork: Patchwork | None = None

    @property
    def differs(self) -> bool:
        """True where people differ in it."""
        return bool(self.shifts or self.strength) or self.patchwork is not None


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
    of_grade, lag = np.array(patches.strength)[grade], np.array(patches.lag)[grade]
    whole_on = draw_whole_scalp(patches, grade, who)
    patchwork = Patchwork(
        who,
        turns=draw_turns(patches, grade, whole_on, who),
        drawn_in=_drawn_in(patches, scalp, severity, who),
        whole_on=whole_on,
        growth=patches.strength[-1] / of_grade,
        factor=of_grade[:, None] * _patch_factors(patches, scalp, who),
        lag=lag if lag.any() else None,
    )
    return Outbreak(shifts, _strengths(hazards, of_grade, who), patchwork)


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
        usual = of_grade if hazard.within_patches else 1.0
        strength[number] = np.maximum(own, hazard.weakest / usual)
    return strength


def _normal(who: DrawNames, number: int, decision: Decision) -> Floats:
    return normals(*who.keys, who.ids, SUBJECT_LEVEL, number, int(decision))


def _drawn_in(patches: Patches, scalp: Scalp, severity: Floats, who: DrawNames) -> Floats:
    """Return (S, R) days: pieces of a random order are bare from the start until they make up the
    person's share of the scalp; the one on the border is or is not, by its share. Free pieces wait.

    A lone target area lies in a patch.
    """
    if len(scalp.pieces) == 1:
        return np.full((len(severity), 1), -np.inf)
    pieces = np.arange(len(scalp.pieces))
    order = np.argsort(uniform(who, pieces, Decision.PATCH_ORDER), axis=1, kind="stable")
    size = scalp.weight[order]
    before = np.cumsum(size, axis=1) - size
    share = np.clip((severity[:, None] / 100.0 - before) / size, 0.0, 1.0)
    border = uniform(who, [0], Decision.PATCH_BORDER)
    # sums of shares are rounded: a piece that is all but full is full
    bare_in_order: Flags = border < share + 1e-9
    bare = np.zeros_like(bare_in_order)
    np.put_along_axis(bare, order, bare_in_order, axis=1)
    waits = -log_array(uniform(who, pieces, Decision.PATCH_SPREAD)) / patches.spread
    return np.where(bare, -np.inf, waits)


def _patch_factors(patches: Patches, scalp: Scalp, who: DrawNames) -> Floats:
    if patches.patch_cv == 0.0:
        return np.ones((len(who.ids), len(scalp.pieces)))
    pieces = np.arange(len(scalp.pieces))
    z = normals(*who.keys, who.column, SUBJECT_LEVEL, pieces, int(Decision.PATCH_STRENGTH))
    return lognormal_multipliers(patches.patch_cv, z)
