"""How far each piece of a scalp is thinned in people of a severity: a map's grades, joined up.

A map says how severe each piece is at each grade. Between two grades, and between health and the
mildest, the severity of a piece is linear in the person's; beyond the worst it is proportional to
it. So a map on which every piece has the severity of the grade changes no bit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.biology.scalps import Scalp


@dataclass(frozen=True)
class SeverityMap:
    """By how much R pieces are more severe than the person, at K severities of a person.

    Parameters
    ----------
    severity : (K,) increasing from 0; () where all pieces are as severe as the person
    more : (R, K)
    sensitivity : (R,) androgen sensitivity of each piece, relative to a target area
    """

    severity: tuple[float, ...] = ()
    more: tuple[tuple[float, ...], ...] = ()
    sensitivity: tuple[float, ...] = ()

    def of_piece(self, piece: int, severity: Floats) -> Floats:
        """Return the severity (S,) of a piece in people of these severities (S,)."""
        if not self.severity:
            return severity
        at, more = np.array(self.severity), np.array(self.more[piece])
        cell = np.clip(np.searchsorted(at, severity, side="right") - 1, 0, at.size - 2)
        share = np.clip((severity - at[cell]) / (at[cell + 1] - at[cell]), 0.0, 1.0)
        beyond = np.maximum(1.0, severity / at[-1])
        # the difference is added, so that none changes no bit
        added = (more[cell] + share * (more[cell + 1] - more[cell])) * beyond
        return np.asarray(np.maximum(0.0, severity + added))

    def exposure(self, piece: int, severity: Floats) -> Floats:
        """Return miniaturisation M (S,) that makes a piece so severe, in multiples of the fitted.

        Shafts are as thin as a M says (model section 5.2), a being larger or smaller in the piece:
        one that is half as sensitive has seen twice as much of androgens to be as thin. A piece
        that androgens do not reach has no M.
        """
        sensitivity = self.sensitivity[piece] if self.sensitivity else 1.0
        if sensitivity == 0.0:
            return np.zeros_like(severity)
        return self.of_piece(piece, severity) / sensitivity


def severity_map(
    scalp: Scalp, grades: Mapping[str, float], named: Collection[str] = ()
) -> SeverityMap:
    """Return how a scalp is thinned in people of a condition.

    Parameters
    ----------
    grades
        Severity of each grade of the condition; those that the map does not know are left out.
    named
        Grades that the people are said to have. Of two with the same severity the one named counts,
        and the later one in the map's file where none is.

    Examples
    --------
    >>> from follicle_sim.biology.scalps import load_regions
    >>> grades = {"norwood_v": 2.2, "norwood_vi": 3.2}
    >>> thinned = severity_map(load_regions()["frontal"], grades)
    >>> thinned.of_piece(0, np.array([2.2, 3.2])).round(6).tolist()
    [2.8, 3.6]
    """
    at: dict[float, str] = {}
    for grade in scalp.severity:
        severity = grades.get(grade, 0.0)
        if severity > 0.0 and (at.get(severity) not in named or grade in named):
            at[severity] = grade
    order = sorted(at)
    if not order:
        return SeverityMap(sensitivity=scalp.sensitivity)
    more = tuple(
        (0.0, *(scalp.severity[at[severity]][piece] - severity for severity in order))
        for piece in range(len(scalp.pieces))
    )
    return SeverityMap((0.0, *order), more, scalp.sensitivity)
