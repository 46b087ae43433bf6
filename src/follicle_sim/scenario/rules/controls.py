"""Which arm others are held against, and what to say where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from follicle_sim.scenario.rules.design import CONTROLS

MOST_ARMS = 6
"""Arms that are named with their roles."""


def why_no_control(roles: Mapping[str, str]) -> str:
    """Return why tables show no difference from a control, in a sentence; "" where they do.

    roles : label of each arm to its role; the first `MOST_ARMS` are named

    Examples
    --------
    >>> why_no_control({"drug": "treatment", "nothing": "untreated"})
    ''
    >>> why_no_control({"x": "active_control"})[:41]
    'no arm has the role placebo or untreated,'
    """
    if not roles or set(roles.values()) & set(CONTROLS):
        return ""
    shown = islice(roles.items(), MOST_ARMS)
    named = ", ".join(f'"{label}": {role}' for label, role in shown)
    return (
        "no arm has the role placebo or untreated, so no table shows a difference from control "
        f"({named})"
    )


def way_to_a_control(undosed: Sequence[str]) -> str:
    """Return what would give tables a difference from a control, in a sentence.

    undosed : labels of the arms that are given nothing

    Examples
    --------
    >>> way_to_a_control(["nothing"])[:27]
    '"nothing" is given nothing:'
    """
    if len(undosed) != 1:
        return 'Set role = "placebo" or "untreated" in the arm that is the control.'
    label = undosed[0]
    return (
        f'"{label}" is given nothing: --set "arms.{label}.role=untreated" (or placebo) makes it '
        "the control."
    )
