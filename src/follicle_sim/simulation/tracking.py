"""Follicles followed from day to day: a few of each person, which of them named beforehand."""

from __future__ import annotations

import math

import numpy as np

from follicle_sim.base.codes import CYCLE, NO_FOLLICLE
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.simulation.engine.agents.spells import Spells, follow_block
from follicle_sim.simulation.engine.agents.state import STATE
from follicle_sim.simulation.engine.engine import Stop, Work

SHORTEST_CYCLE = 30.0
"""Room is made for a cycle every so many days; a follicle that ran through more would be followed
until the room is full, which no duration in it is the cause of but all have ended before."""


def spells_at_most(protocol: Protocol) -> int:
    """Return for how many spells of a follicle there is room."""
    days = protocol.visits.days[-1] - protocol.visits.days[0]
    return len(CYCLE) * (1 + math.ceil(days / SHORTEST_CYCLE))


def room_for_spells(protocol: Protocol, people: int) -> Spells:
    """Return empty spells (S, K, M) of the tracked follicles of some people."""
    shape = (people, protocol.record.tracked_follicles, spells_at_most(protocol))
    if not protocol.record.tracked_follicles:
        shape = (people, 0, 0)
    return Spells(np.full(shape, np.nan), np.full(shape, NO_FOLLICLE, np.uint8))


def bytes_of_spells(protocol: Protocol) -> int:
    """Return the bytes that the tracked follicles of one person take, and their copies."""
    one = np.dtype(np.float64).itemsize + np.dtype(np.uint8).itemsize
    return 2 * one * protocol.record.tracked_follicles * spells_at_most(protocol)


def track(work: Work, spells: Spells, people: slice, stop: Stop) -> None:
    """Write the spells of a block of people into their rows of (S, K, M).

    The first follicles of each by name are followed. A name says nothing of a follicle, so they are
    a random sample of the person's own, and the same in every arm that holds the person.
    """
    grafted = min(1, work.grafts.day.size)
    state = np.zeros(spells.onset.shape[1], STATE)
    rows = Spells(spells.onset[people], spells.phase[people])
    follow_block(work.block, work.sensitivity, work.rules, work.people, grafted, state, rows, stop)
