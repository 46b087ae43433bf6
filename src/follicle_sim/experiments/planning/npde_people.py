"""The people whose values are held against predictions of them: of a table, or of another run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from follicle_sim.base.types import Floats
from follicle_sim.evidence.normalise import measure
from follicle_sim.results.endpoints import arm_roles

Key = tuple[str, float]
"""Simulated arm and day of a value."""


@dataclass(frozen=True)
class Person:
    """What was read of one person of one endpoint, in the order of arms and days.

    Parameters
    ----------
    code
        Of the person; names its draws.
    arm
        The first arm it has a value in: among whose simulated people it stands.
    keys, values
        Arm and day of each value, and the value in the endpoint's own unit.
    """

    code: str
    arm: str
    keys: tuple[Key, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Observed:
    """People by endpoint, and sentences about values that were left out."""

    people: Mapping[str, tuple[Person, ...]]
    left_out: tuple[str, ...]


def of_table(
    rows: Iterable[Mapping[str, Any]], arms: Mapping[str, str], days: Sequence[float]
) -> Observed:
    """Return the people of a table of one's own.

    Two sides of a person in one arm are one value, their mean. Values between two visits of the
    simulation are left out, and so are shares of a baseline.

    Parameters
    ----------
    rows
        Checked rows of single people.
    arms
        Simulated arm to the name it has in the table.
    days
        Of the simulated visits.
    """
    label_of = {name: label for label, name in arms.items()}
    order = {label: index for index, label in enumerate(arms)}
    found: dict[str, dict[str, dict[Key, list[float]]]] = {}
    lost: dict[str, int] = {}
    for row in rows:
        meaning = measure(row["endpoint"], row["unit"])
        day = next((day for day in days if math.isclose(day, 7.0 * row["week"])), None)
        reason = ""
        if meaning.relative:
            reason = f"{row['endpoint']} in {row['unit']}: a share of something else"
        elif row["arm"] not in label_of:
            reason = f'arm "{row["arm"]}": not simulated'
        elif day is None:
            reason = f"week {row['week']:g}: no visit of the simulation"
        if reason:
            lost[reason] = lost.get(reason, 0) + 1
            continue
        by_person = found.setdefault(meaning.endpoint, {}).setdefault(row["subject"], {})
        if row.get("value") is not None and day is not None:
            key = (label_of[row["arm"]], day)
            by_person.setdefault(key, []).append(row["value"] * meaning.factor)
    people = {}
    for endpoint, by_code in found.items():
        means = {
            code: {key: math.fsum(sorted(sides)) / len(sides) for key, sides in values.items()}
            for code, values in by_code.items()
        }
        people[endpoint] = tuple(_people(means, order))
    sentences = tuple(f"{reason}: {number} values left out" for reason, number in lost.items())
    return Observed({name: some for name, some in people.items() if some}, sentences)


def of_values(data: xr.Dataset, values: Floats, days: Floats, *, shared: bool) -> Iterator[Person]:
    """Yield the people of the first replicate of another run.

    values : (R, A, S, T) of one endpoint; NaN where nothing was read
    shared : the arms have the same people
    """
    labels, _ = arm_roles(data)
    order = {label: index for index, label in enumerate(labels)}
    by_code: dict[str, dict[Key, float]] = {}
    for index, label in enumerate(labels):
        for number, row in enumerate(values[0, index]):
            code = f"{number}" if shared else f"{label} {number}"
            by_person = by_code.setdefault(code, {})
            for day, value in zip(days.tolist(), row.tolist(), strict=True):
                if np.isfinite(value):
                    by_person[label, day] = value
    yield from _people(by_code, order)


def _people(
    by_code: Mapping[str, Mapping[Key, float]], order: Mapping[str, int]
) -> Iterator[Person]:
    """Yield people in the order of their codes, so that no order of rows decides anything."""
    for code in sorted(by_code):
        values = by_code[code]
        keys = tuple(sorted(values, key=lambda key: (order[key[0]], key[1])))
        if keys:
            yield Person(code, keys[0][0], keys, tuple(values[key] for key in keys))
