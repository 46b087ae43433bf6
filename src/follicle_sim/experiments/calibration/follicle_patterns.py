"""Tracked follicles that showed the same at the same visits, counted together by arm and person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.types import Floats
from follicle_sim.evidence.own.follicles import FollicleSeries
from follicle_sim.scenario.model import Scenario


@dataclass(frozen=True)
class Patterns:
    """What was seen in one arm: P different patterns at V visits.

    Parameters
    ----------
    arm
        Label in the scenario.
    days : (V,)
        Of all visits of the arm.
    words
        Of each pattern, V words; "" where the follicle was not seen.
    pattern, person : (N,)
        Of each follicle.
    lines : (P,)
        Of the first follicle of each pattern in the file.
    """

    arm: str
    days: Floats
    words: tuple[tuple[str, ...], ...]
    pattern: NDArray[np.int64]
    person: NDArray[np.int64]
    lines: tuple[int, ...]


def patterns_of(
    scenario: Scenario, series: Sequence[FollicleSeries], source: str
) -> tuple[Patterns, ...]:
    """Return the patterns of each arm, in the order of the scenario's arms.

    Raises
    ------
    InputError
        The file names an arm that the scenario does not have.
    """
    labels = {arm.label.casefold(): arm.label for arm in scenario.arms}
    people = {name: i for i, name in enumerate(sorted({one.subject for one in series}))}
    by_arm: dict[str, list[FollicleSeries]] = {arm.label: [] for arm in scenario.arms}
    strangers: dict[str, int] = {}
    for one in series:
        if one.arm.casefold() in labels:
            by_arm[labels[one.arm.casefold()]].append(one)
        else:
            strangers[one.arm] = min(one.line, strangers.get(one.arm, one.line))
    if strangers:
        problems = [
            Problem(f"line {line}", f'no arm "{name}"{did_you_mean(name, list(by_arm))}')
            for name, line in strangers.items()
        ]
        raise InputError(source, problems)
    return tuple(_patterns(arm, found, people) for arm, found in by_arm.items() if found)


def _patterns(arm: str, series: Sequence[FollicleSeries], people: Mapping[str, int]) -> Patterns:
    days = sorted({day for one in series for day in one.days})
    at = {day: v for v, day in enumerate(days)}
    numbers: dict[tuple[str, ...], int] = {}
    lines: list[int] = []
    pattern = []
    for one in sorted(series, key=lambda one: (one.subject, one.follicle)):
        words = [""] * len(days)
        for day, word in zip(one.days, one.seen, strict=True):
            words[at[day]] = word
        key = tuple(words)
        if key not in numbers:
            numbers[key] = len(lines)
            lines.append(one.line)
        pattern.append((numbers[key], people[one.subject], one.line))
        lines[numbers[key]] = min(lines[numbers[key]], one.line)
    which, person, _ = np.array(pattern, np.int64).T
    return Patterns(arm, np.array(days), tuple(numbers), which, person, tuple(lines))
