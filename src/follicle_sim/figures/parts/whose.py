"""Whose the numbers of a comparison are: published ones, the user's own, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from follicle_sim.evidence.studies import load_studies

if TYPE_CHECKING:
    from follicle_sim.results.compare import ComparisonRow


@dataclass(frozen=True, slots=True)
class Whose:
    """Words for observed numbers.

    Parameters
    ----------
    name
        Of the numbers, as a heading: "published".
    subtrahend
        As in "simulated minus published".
    some
        As in "two published numbers".
    trials
        As in "against published trials".
    """

    name: str
    subtrahend: str
    some: str
    trials: str


PUBLISHED = Whose("published", "published", "published numbers", "published trials")
OWN = Whose("your numbers", "yours", "of your numbers", "your own numbers")
BOTH = Whose("observed", "observed", "observed numbers", "published trials and your own numbers")


def whose_numbers(rows: Sequence[ComparisonRow]) -> Whose:
    """Return the words for the numbers of a comparison.

    A table of one's own has the grade "own", or a name that is none of the registry's.
    """
    known = load_studies()
    kinds = {row.grade == "own" or row.study not in known for row in rows}
    if kinds == {True}:
        return OWN
    return BOTH if len(kinds) == 2 else PUBLISHED
