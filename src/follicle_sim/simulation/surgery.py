"""From transplants to follicles that come later, and that go, in the words of the engine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.numerics import log_array
from follicle_sim.base.types import Flags, Floats
from follicle_sim.biology.scalps import Scalp
from follicle_sim.protocol.surgery import Session
from follicle_sim.simulation.engine.agents.grafts import Grafts, no_grafts

Whole = NDArray[np.int64]


def sessions_undergone(sessions: Sequence[Session], stops: Floats) -> Flags:
    """Return which sessions people have who take no more treatment from a day on, (S, K)."""
    return np.array([session.day for session in sessions]) < stops[:, None]


def follicles_in(scalp: Scalp, piece: int, follicles: Whole) -> Whole:
    """Return the follicles (S,) of a piece in people whose usual target area has so many.

    A target area that is the only piece has been counted where it lies.
    """
    if len(scalp.pieces) == 1 or not scalp.density:
        return follicles
    here = np.maximum(1, np.rint(follicles * scalp.density[piece]))
    return np.asarray(here, dtype=np.int64)


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


@dataclass(frozen=True)
class Moved:
    """Follicles that K sessions move from the donor area of S people to other areas.

    Parameters
    ----------
    planted : (S, K) set into each piece that a session is for; not all of them take
    taken : (S, K) that have left each piece of the donor area after a session and those before it
    """

    planted: Whole
    taken: Whole


def moved_by(
    sessions: Sequence[Session], scalp: Scalp, wanted: Whole, follicles: Whole
) -> Moved | None:
    """Return what transplants move on a whole scalp; None without a donor area.

    What is set into an area is taken from the donor area, evenly. Where that has no more to give,
    less is set.

    Parameters
    ----------
    wanted : (S, K) follicles that each session is to set into a piece
    follicles : (S,) of the usual target area
    """
    donor = scalp.donor
    if donor is None or not sessions:
        return None
    larger = np.array([scalp.share_of(each.into) for each in sessions]) / scalp.share_of(donor.area)
    there = follicles_in(scalp, scalp.areas.index(donor.area), follicles)[:, None]
    asked = wanted * larger
    taken = np.minimum(np.cumsum(asked, axis=1), there)
    before = np.concatenate([np.zeros_like(taken[:, :1]), taken[:, :-1]], axis=1)
    room = np.minimum(1.0, (there - before) / np.maximum(asked, 1e-12))
    return Moved(np.rint(wanted * room).astype(np.int64), np.rint(taken).astype(np.int64))
