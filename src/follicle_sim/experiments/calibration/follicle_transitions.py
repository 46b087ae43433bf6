"""What tracked follicles did from visit to visit beside what was expected, and what cannot be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from follicle_sim.biology.path_law import path_probability
from follicle_sim.experiments.calibration.follicle_likelihood import FollicleLikelihood
from follicle_sim.experiments.calibration.follicle_patterns import Patterns

UNLIKELY = 1e-9
"""Probability below which a follicle is named as one that the model can hardly explain."""


@dataclass(frozen=True, slots=True)
class Transition:
    """How often follicles went from one thing seen to another between visits in a row.

    Parameters
    ----------
    arm, before, after
        What was seen at a visit and at the next one.
    observed, fitted
        Number of follicles, seen and expected at the best fit.
    """

    arm: str
    before: str
    after: str
    observed: int
    fitted: float


def transitions(likelihood: FollicleLikelihood, best: float) -> tuple[Transition, ...]:
    """Return transitions between visits in a row, seen and expected."""
    rows = []
    for one, (law, nodes) in zip(likelihood.patterns, likelihood.laws(best), strict=True):
        seen: dict[tuple[str, str], int] = {}
        fitted: dict[tuple[str, str], float] = {}
        words = sorted({word for pattern in one.words for word in pattern if word})
        pairs = [(a, b) for a in words for b in words]
        for (v, w), counts in _in_a_row(one).items():
            chances = likelihood.chance_of(pairs)
            expected = path_probability(law, nodes[[v, w]], chances)
            for pair, chance in zip(pairs, expected, strict=True):
                seen[pair] = seen.get(pair, 0) + counts.get(pair, 0)
                fitted[pair] = fitted.get(pair, 0.0) + float(chance) * sum(counts.values())
        rows += [Transition(one.arm, *pair, seen[pair], fitted[pair]) for pair in seen]
    return tuple(rows)


def _in_a_row(one: Patterns) -> dict[tuple[int, int], dict[tuple[str, str], int]]:
    """Return how many follicles went from what to what, by the numbers of two visits in a row."""
    pairs: dict[tuple[int, int], dict[tuple[str, str], int]] = {}
    count = np.bincount(one.pattern, minlength=len(one.words))
    for words, many in zip(one.words, count.tolist(), strict=True):
        seen = [v for v, word in enumerate(words) if word]
        for v, w in pairwise(seen):
            here = pairs.setdefault((v, w), {})
            here[words[v], words[w]] = here.get((words[v], words[w]), 0) + many
    return pairs


MISREAD = "allow for misread visits (misread=0.01, on the command line --misread 0.01)"


def impossible(likelihood: FollicleLikelihood, value: float) -> str:
    """Return which follicle cannot be, whatever the number is."""
    for one, logs in zip(likelihood.patterns, likelihood.of_patterns(value), strict=True):
        for words, log, line in zip(one.words, logs.tolist(), one.lines, strict=True):
            if math.isinf(log):
                told = ", ".join(word or "not seen" for word in words)
                return (
                    f"line {line}: no follicle of the model can show {told}, whatever the number; "
                    f"mend the row, or {MISREAD}"
                )
    return f"together, the follicles cannot be; {MISREAD}"


def unlikely(likelihood: FollicleLikelihood, best: float, source: str) -> tuple[str, ...]:
    """Return sentences about follicles that the model can hardly explain at the best fit."""
    sentences = []
    for one, logs in zip(likelihood.patterns, likelihood.of_patterns(best), strict=True):
        for words, log, line in zip(one.words, logs.tolist(), one.lines, strict=True):
            if log < math.log(UNLIKELY):
                told = ", ".join(word or "not seen" for word in words)
                chance = "0" if math.isinf(log) else f"1e{log / math.log(10.0):.0f}"
                sentences.append(f"{source}: line {line}: {told}: probability {chance}; a slip?")
    return tuple(sentences)
