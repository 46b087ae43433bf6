"""What a scenario remembers besides what it asks: where it was read, and whether it was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from follicle_sim.biology.factors import FactorTable
    from follicle_sim.pharmacology.treatment import Treatment


@dataclass(frozen=True)
class Numbers:
    """Values of the package by name.

    Parameters
    ----------
    biology
        Every biology parameter, in canonical units, before anything was drawn.
    treatments
        Those of the library that are given.
    factors
        What each signalling factor does.
    marks
        Fingerprints of tables that are read from the package all the same, so that it can be said
        when they have changed: the condition, and the typical spreads of its people.
    draws
        What each replicate drew, where parameters are uncertain; None: draw.
    """

    biology: Mapping[str, float]
    treatments: Mapping[str, Treatment]
    factors: FactorTable
    marks: Mapping[str, str]
    draws: tuple[Mapping[str, float], ...] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Background:
    """Goes along with every copy of a scenario; two scenarios that ask the same are equal.

    Parameters
    ----------
    source
        File it was read from, or a name in angle brackets; empty for one that was made in Python.
    checked
        Whether validation has seen these very values; a copy with changes has not been checked.
    numbers
        Values of the package that it ran with, where it comes from a stored result.
    overrides
        Changes that were made to what the file says, such as "population.subjects=50", in the order
        in which they were made.
    """

    # none of them is part of the question, so none takes part in comparing
    source: str = field(default="", compare=False)
    checked: bool = field(default=False, compare=False)
    numbers: Numbers | None = field(default=None, compare=False)
    overrides: tuple[str, ...] = field(default=(), compare=False)
