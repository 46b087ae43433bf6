"""Circumstances of a study in words, fitted to its design."""

from __future__ import annotations

from collections.abc import Sequence

from follicle_sim.experiments.planning import arm_differences as differ
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    ALONE,
    APART,
    DRIFT,
    LEAVING,
    NEEDLE,
    NOTHING,
    READING,
    SEASON,
    SPOT,
    SURROUNDED,
    TOGETHER,
)
from follicle_sim.experiments.planning.question import Question

GROUPS = {"split_scalp": "sides", "crossover": "periods"}
"""What a design compares, where that is not arms."""


def words_of(question: Question) -> dict[str, str]:
    """Return circumstances in words, by cause."""
    words = _controlled(question) if question.controlled else _uncontrolled(question)
    return {ALONE: ALONE} | words


def _uncontrolled(question: Question) -> dict[str, str]:
    scenario, plan, spots = question.scenario, question.plan, question.spots
    own = scenario.design.recruitment
    choice = spots > 1 and made.can_choose_spots(scenario)
    needle = made.needle_of(scenario, question.treatment) if plan.own_change else ""
    parts = ["spot"] * choice + ["season"] * (own is not None) + ["needle"] * bool(needle)
    return {
        NOTHING: "nothing but hair cycle and reading",
        SPOT: f"thinner of {spots} spots counted"
        if spots == 2
        else f"thinnest of {spots} spots counted",
        SEASON: "" if own is None else f"season, from {day_in_words(own.opens)}",
        NEEDLE: f"the needle ({needle.replace('_', ' ')})",
        DRIFT: "drift of published arms",
        TOGETHER: _listed(parts),
        ALL: _listed([*parts, "drift"]),
        SURROUNDED: "the drug, and all else a trial without control holds",
    }


def _controlled(question: Question) -> dict[str, str]:
    scenario, drug = question.scenario, question.treatment
    group = GROUPS.get(scenario.design.kind, "arms")
    one = group.removesuffix("s")
    needle = differ.needle_of_one_arm(scenario, question.plan, drug).replace("_", " ")
    return {
        NOTHING: "chance alone",
        NEEDLE: f"a needle that the control lacks ({needle})",
        APART: f"{group} that drift apart",
        LEAVING: f"drop-out: {100 * differ.LEAVING:.0f} % leave the treated {one}",
        READING: f"reading: {100 * differ.READING:.0f} % more on the treated {one}",
        ALL: "all of these together",
        SURROUNDED: f"the drug, and all that may differ between {group}",
    }


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def day_in_words(day: float) -> str:
    """Return a day of the year in words.

    Examples
    --------
    >>> day_in_words(0.0), day_in_words(60.0)
    ('1 January', '2 March')
    """
    month, start = next(entry for entry in reversed(made.MONTHS) if entry[1] <= day)
    return f"{int(day - start) + 1} {month}"
