"""Why the table of a run has no column of differences from control."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from follicle_sim.scenario.model import Scenario

MOST_ARMS = 6
"""Arms that are named with their roles."""


def explain_lost_difference(scenario: Scenario) -> str:
    """Return why a run's table has no difference from control, and what would give it one."""
    undosed = [arm for arm in scenario.arms if not arm.doses]
    roles = dict.fromkeys(f'"{arm.label}" has {arm.role}' for arm in scenario.arms)
    shown = ", ".join(list(roles)[:MOST_ARMS])
    way = 'set role = "placebo" or "untreated" in the arm that is the control'
    if len(undosed) == 1:
        label = undosed[0].label
        way = (
            f'"{label}" is given nothing: --set "arms.{label}.role=untreated" (or placebo) makes '
            "it the control"
        )
    return (
        "There is no column of differences from control, because no arm has the role of one: "
        f"{shown}. {way[0].upper()}{way[1:]}."
    )
