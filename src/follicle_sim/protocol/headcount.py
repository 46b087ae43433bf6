"""How many people a design needs: arm by arm and in all, and what the `n` of a trial means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from follicle_sim.protocol.unfold import unfold
from follicle_sim.scenario.model import Scenario

MOST_NAMED = 48
"""Letters that the names of unequal arms may take in a figure."""


@dataclass(frozen=True, slots=True)
class Headcount:
    """People of one trial.

    Parameters
    ----------
    arms
        Label and people of every group that is allocated: arms, sequences of a crossover, sides.
    total
        Different people in all; on a split scalp everybody is on both sides and counted once.
    kind
        Of the design.
    planned
        Allocated as they come: the people of an arm may be a few more or less.
    """

    arms: tuple[tuple[str, int], ...]
    total: int
    kind: str
    planned: bool = False

    def times(self, n: int) -> Headcount:
        """Return the people of a trial n times as large."""
        arms = tuple((label, n * size) for label, size in self.arms)
        return Headcount(arms, n * self.total, self.kind, self.planned)

    @property
    def shared(self) -> bool:
        """Tell whether every arm holds all the people."""
        return self.total < sum(size for _, size in self.arms)

    @property
    def equal(self) -> bool:
        """Tell whether all arms are of one size."""
        return len({size for _, size in self.arms}) == 1

    def text(self, noun: str = "people") -> str:
        """Return the people in words.

        Examples
        --------
        >>> Headcount((("drug", 48), ("placebo", 24)), 72, "parallel").text()
        '72 people, 48 on drug and 24 on placebo'
        >>> Headcount((("left", 10), ("right", 10)), 10, "split_scalp").text()
        '10 people, each with both sides'
        """
        whole = f"{self.total:,} {noun}"
        roughly = "about " if self.planned else ""
        if len(self.arms) == 1:
            return whole
        if self.shared:
            return f"{whole}, {_together(self.kind, len(self.arms))}"
        if self.equal:
            return (
                f"{whole}, {roughly}{self.arms[0][1]:,} in each of {len(self.arms)} {self._groups}"
            )
        named = [f"{roughly}{size:,} on {label}" for label, size in self.arms]
        return f"{whole}, {', '.join(named[:-1])} and {named[-1]}"

    def meaning(self, *, short: bool = False) -> str:
        """Return what the n of a trial means, of the people for an n of 1.

        Parameters
        ----------
        short
            Leave out the names of unequal arms where they are long.

        Examples
        --------
        >>> Headcount((("drug", 2), ("placebo", 1)), 3, "parallel").meaning()
        'n: people, 2 n on drug and n on placebo; in all 3 n'
        >>> Headcount((("left", 1), ("right", 1)), 1, "split_scalp").meaning()
        'n: people in all, each with both sides'
        >>> Headcount((("a then b", 1), ("b then a", 1)), 2, "crossover").meaning()
        'n: people a sequence; in all 2 n'
        """
        whole = f"in all {self.total} n"
        if len(self.arms) == 1 and self.total == 1:
            return "n: people"
        if self.shared:
            return f"n: people in all, {_together(self.kind, len(self.arms))}"
        if self.equal and self.arms[0][1] == 1:
            return f"n: people {'a sequence' if self.kind == 'crossover' else 'an arm'}; {whole}"
        if short and sum(len(label) for label, _ in self.arms) > MOST_NAMED:
            return f"n: people, allocated {' : '.join(str(size) for _, size in self.arms)}; {whole}"
        named = [f"{f'{size} n' if size > 1 else 'n'} on {label}" for label, size in self.arms]
        groups = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
        return f"n: people, {groups}; {whole}"

    @property
    def unit(self) -> str:
        """Return what an axis of people in all counts, of the people for an n of 1.

        Examples
        --------
        >>> Headcount((("drug", 1), ("placebo", 1)), 2, "parallel").unit
        'people in all, in 2 arms of equal size'
        >>> Headcount((("drug", 2), ("placebo", 1)), 3, "parallel").unit
        'people in all, 2 : 1'
        >>> Headcount((("left", 1), ("right", 1)), 1, "split_scalp").unit
        'people in all, each with both sides'
        """
        if len(self.arms) == 1:
            return "people"
        if self.shared:
            return f"people in all, {_together(self.kind, len(self.arms))}"
        if self.equal:
            return f"people in all, in {len(self.arms)} {self._groups} of equal size"
        return f"people in all, {self.ratio}"

    @property
    def group_heading(self) -> str:
        """Return the heading over the people of each group, "" where all are in every one.

        Examples
        --------
        >>> Headcount((("a then b", 1), ("b then a", 1)), 2, "crossover").group_heading
        'a sequence'
        """
        if len(self.arms) == 1 or self.shared:
            return ""
        if not self.equal:
            return "by arm"
        return "a sequence" if self.kind == "crossover" else "an arm"

    @property
    def ratio(self) -> str:
        """Return the people of each group beside each other.

        Examples
        --------
        >>> Headcount((("drug", 48), ("placebo", 24)), 72, "parallel").ratio
        '48 : 24'
        """
        return " : ".join(f"{size:,}" for _, size in self.arms)

    @property
    def group_sizes(self) -> str:
        """Return the people of each group as a table shows them, "" where all are in every one.

        Examples
        --------
        >>> Headcount((("drug", 16), ("placebo", 16)), 32, "parallel").group_sizes
        '16'
        """
        if not self.group_heading:
            return ""
        return f"{self.arms[0][1]:,}" if self.equal else self.ratio

    @property
    def beside_all(self) -> str:
        """Return what stands beside the people in all: those of each group.

        Examples
        --------
        >>> Headcount((("drug", 16), ("placebo", 16)), 32, "parallel").beside_all
        '16 an arm'
        >>> Headcount((("drug", 48), ("placebo", 24)), 72, "parallel").beside_all
        '48 : 24'
        """
        return (
            f"{self.group_sizes} {self.group_heading}"
            if self.group_heading and self.equal
            else self.group_sizes
        )

    def as_record(self) -> Mapping[str, Any]:
        """Return plain numbers, for JSON."""
        return {"arms": dict(self.arms), "in_all": self.total, "same_in_every_arm": self.shared}

    @property
    def _groups(self) -> str:
        return "sequences" if self.kind == "crossover" else "arms"


def _together(kind: str, arms: int) -> str:
    if kind == "split_scalp":
        return "each with both sides" if arms == 2 else f"each with {arms} sides"
    return "the same in every arm"


def people_of(scenario: Scenario, n: int | None = None) -> Headcount:
    """Return the people of one trial of a scenario, by arm and in all.

    Parameters
    ----------
    n
        Takes the place of `population.subjects`: people of an arm whose ratio of allocation is 1.
    """
    unfolded = unfold(scenario)
    labels, sizes = [arm.label for arm in unfolded.arms], unfolded.sizes
    if n is not None:
        sizes = tuple(n * scenario.design.ratio(label) for label in labels)
    kind = scenario.design.kind
    # halves of a scalp and the arms of a counterfactual design hold the same people
    shared = kind in ("split_scalp", "counterfactual")
    total = max(sizes) if shared else sum(sizes)
    planned = scenario.design.stratify is not None
    return Headcount(tuple(zip(labels, sizes, strict=True)), total, kind, planned)
