"""How much of each piece of a scalp is covered by hair, against the same scalp in health."""

from __future__ import annotations

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.biology.expected_cycle import Lives
from follicle_sim.biology.expected_sight import Limits, seen_on
from follicle_sim.biology.forcing import Drive
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.surgery import follicles_in

NODES = np.array([-1.0, 0.0])
"""Days: in health nothing changes, so two are enough."""


def cover_of(protocol: Protocol, cohort: Cohort, seen: Floats) -> Floats:
    """Return visible hairs of pieces of scalp, (S, V, R), relative to those expected in health.

    seen : (S, V, R) visible hairs
    """
    if not protocol.scalp.regional:
        return np.asarray(seen / healthy_hairs(protocol, cohort)[:, None, None])
    pieces = range(len(protocol.scalp.pieces))
    healthy = np.stack([healthy_hairs(protocol, cohort, piece) for piece in pieces], axis=1)
    return np.asarray(seen / healthy[:, None, :])


def healthy_hairs(protocol: Protocol, cohort: Cohort, piece: int = 0) -> Floats:
    """Return (S,) hairs that a piece of each person's scalp is expected to show without attacks.

    Miniaturised follicles stay miniaturised: cover is about what the disease takes.
    """
    scalp = protocol.scalp
    sensitivity = scalp.sensitivity_of(piece) * protocol.sensitivity
    severity = cohort.severity
    if protocol.condition.miniaturised is not None:
        severity = np.full_like(severity, protocol.condition.miniaturised)
    nothing, untreated = np.zeros((1, 2)), np.ones((1, 2))
    lives = Lives(
        grid=NODES,
        severity=protocol.severity_map.exposure(piece, severity),
        progression=np.zeros_like(severity),
        growth=cohort.growth,
        pace=cohort.pace,
        sensitivity=sensitivity,
        weight=np.full(sensitivity.size, 1.0 / sensitivity.size),
        drive=Drive(nothing, untreated, untreated, nothing, np.zeros((1, 3, 2))),
        parameters=protocol.parameters,
    )
    tool = protocol.instrument
    limits = Limits(tool.shortest, tool.thinnest, tool.terminal_calibre)
    follicles = follicles_in(scalp, piece, cohort.follicles)
    return np.asarray(follicles * seen_on(lives, (0.0,), limits)[0].all)
