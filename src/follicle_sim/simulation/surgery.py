"""From transplants to follicles that come later, in the words of the engine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.numerics import log_array
from follicle_sim.base.types import Floats
from follicle_sim.protocol.surgery import Session
from follicle_sim.simulation.engine.agents.grafts import Grafts, no_grafts


def sessions_undergone(sessions: Sequence[Session], stops: Floats) -> NDArray[np.bool_]:
    """Return which sessions people have who take no more treatment from a day on, (S, K)."""
    return np.array([session.day for session in sessions]) < stops[:, None]


def grafts_of(sessions: Sequence[Session], area: Floats, stops: Floats | None = None) -> Grafts:
    """Return the engine's input for people whose patches have these areas, (S,) cm2.

    stops : (S,) day from which each person has no more surgery; None where nobody stops
    """
    if not sessions:
        return no_grafts(area.size)

    def column(name: str) -> Floats:
        return np.array([getattr(session.graft, name).value for session in sessions])

    def sigma(cv: Floats) -> Floats:
        return np.sqrt(log_array(1.0 + cv * cv))

    hairs = np.array([session.density for session in sessions]) * column("hairs_per_graft")
    number = np.rint(hairs * area[:, None]).astype(np.int64)
    return Grafts(
        day=np.array([session.day for session in sessions]),
        survival=column("survival"),
        shaft=column("shaft"),
        shaft_sigma=sigma(column("shaft_cv")),
        rest=column("rest"),
        rest_sigma=sigma(column("rest_cv")),
        number=number
        if stops is None
        else np.where(sessions_undergone(sessions, stops), number, 0),
    )
