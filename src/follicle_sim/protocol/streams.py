"""Names in the random draws: whose people and whose follicles an arm has.

A draw is a pure function of names. Arms that hold the same people share the name of their persons;
halves of one scalp share the persons and not the follicles.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from follicle_sim.base.errors import InputError, Problem

SHARED = ("counterfactual", "split_scalp")
"""Kinds of design in which every arm holds the same people."""

POOL = ""
"""Name, in the draws, of the candidates of a stratified trial; no arm can have it."""


@dataclass(frozen=True, slots=True)
class Streams:
    """24-bit names in the draws: of the persons of an arm, and of their follicles."""

    person: int
    follicle: int


def stream_of(label: str) -> int:
    """Return the 24-bit name of an arm in the random draws; 0 is kept for shared subjects."""
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:3], "big") or 1


def streams_of(kind: str, label: str, *, pooled: bool) -> Streams:
    """Return the names of an arm's people and follicles.

    Parameters
    ----------
    kind
        Of the design. In a counterfactual one every arm holds the same people; in a split scalp
        too, but each half has follicles of its own; otherwise each arm has people of its own.
    label
        Of the arm.
    pooled
        All candidates come from one pool, as in a stratified trial.
    """
    if kind == "counterfactual":
        return Streams(0, 0)
    if pooled:
        return Streams(stream_of(POOL), stream_of(POOL))
    own = stream_of(label)
    return Streams(0 if kind in SHARED else own, own)


def check_streams(labels: tuple[str, ...]) -> None:
    """Refuse arm labels whose 24-bit names coincide (one pair in sixteen million)."""
    label_of: dict[int, str] = {}
    for index, label in enumerate((POOL, *labels), start=-1):
        other = label_of.setdefault(stream_of(label), label)
        if other != label:
            message = f'"{label}" and "{other}" would share their random draws; rename one'
            raise InputError("scenario", [Problem(f"arms[{index}].label", message)])
