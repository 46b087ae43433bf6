"""Skin that a session has opened: more of what is applied afterwards gets in.

A needle does two things. It acts by itself (its signature), and its channels let another treatment
through until they close. The second is a multiplier of what a dose brings, so that the two effects
stay apart: one can be given without the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import exp_array
from follicle_sim.base.quantity import Days, Multiple
from follicle_sim.base.types import Floats
from follicle_sim.pharmacology.disposition import LN2
from follicle_sim.pharmacology.dosing import DoseEvents, DoseLike, Habit, doses_taken

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_MOMENT = 1e-9
"""Days: a dose due with a session comes right after it."""


class Opening(BaseModel):
    """What one session does to the skin for others.

    `gain` is how many times as much of a dose gets in right after a whole session; it goes back to
    1 with `half_life` as the channels close. `routes` are the ways of giving that it helps: a
    treatment that brings its own needle has the gain in its own numbers already.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gain: Multiple
    half_life: Days
    routes: tuple[str, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Sessions:
    """The sessions of one treatment that open the skin of an arm."""

    opening: Opening
    dose: DoseLike
    events: DoseEvents

    @property
    def alike(self) -> bool:
        """True where everybody comes to every session."""
        return self.dose.adherence >= 1.0


def multipliers(
    times: Floats, sessions: Sequence[Sessions], who: DrawNames, habit: Habit | None
) -> Floats:
    """Return how many times as much of each dose gets in as through closed skin.

    The skin is open by the sum of what sessions left, at most wholly: 1 + (gain - 1) min(1, sum
    over sessions of amount 2^(-age/half_life)). Half a session twice at once is one; one more
    session never lowers it. The form is an assumption; that channels close within hours to days is
    published (Gupta 2011, J Control Release 154:148; Kalluri 2011, AAPS J 13:473).

    Parameters
    ----------
    times : (K,) day
    sessions : of all treatments that open the skin for these doses
    who : names of the draws of S people
    habit : how each of them keeps to the doses, as for the doses themselves

    Returns
    -------
    (S, K), at least 1
    """
    out = np.ones((len(who.ids), times.size))
    by_opening: dict[int, list[Sessions]] = {}
    for one in sessions:
        by_opening.setdefault(id(one.opening), []).append(one)
    for group in by_opening.values():
        opening = group[0].opening
        is_open = np.zeros_like(out)
        for one in group:
            took = doses_taken(
                one.dose.treatment, one.events.times, who, adherence=one.dose.adherence, habit=habit
            )
            for k, moment in enumerate(one.events.times):
                age = times - moment
                after = age >= -SAME_MOMENT
                left = np.zeros(times.size)
                rate = LN2 / opening.half_life.value
                left[after] = exp_array(-rate * np.maximum(age[after], 0.0))
                is_open += one.events.amounts[k] * took[:, k : k + 1] * left
        out *= 1.0 + (opening.gain.value - 1.0) * np.minimum(is_open, 1.0)
    return out
