"""Which arm others are held against, and what to say where there is none."""

from __future__ import annotations

from collections.abc import Mapping

from follicle_sim.scenario.rules.design import CONTROLS


def why_no_control(roles: Mapping[str, str]) -> str:
    """Return why tables show no difference from a control, in a sentence; "" where they do.

    roles : label of each arm to its role

    Examples
    --------
    >>> why_no_control({"drug": "treatment", "nothing": "untreated"})
    ''
    >>> why_no_control({"x": "active_control"})[:41]
    'no arm has the role placebo or untreated,'
    """
    if not roles or set(roles.values()) & set(CONTROLS):
        return ""
    named = ", ".join(f'"{label}": {role}' for label, role in roles.items())
    return (
        "no arm has the role placebo or untreated, so no table shows a difference from control "
        f"({named})"
    )
