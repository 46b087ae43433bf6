"""The share of follicles in each phase that is expected, without drawing a single follicle.

Each phase is a chain of equal stages that a follicle passes at random: as many as give the phase
its coefficient of variation. All follicles of a stratum then follow linear equations, which are
solved on the grid of the forcing (implicit steps, so that no step is too long to be stable). What
changes over years depends on little more than means and spreads of durations, and these are exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from follicle_sim.base.codes import CYCLE
from follicle_sim.base.types import Floats
from follicle_sim.biology.forcing import Drive

MOST_STAGES, MOST_IN_SEASON = 4, 12
"""Of a phase, as if its coefficient of variation were 0.5 at least: it moves no share by 0.05 %,
unless a season or a treatment lets hairs go: those that rest for as long as the wave lasts then
count."""

SEASON_STEP = 3.0
"""Longest step through a season that lets hairs go, day: implicit steps smear what is short."""

ANAGEN, CATAGEN, TELOGEN, KENOGEN = range(len(CYCLE))


@dataclass(frozen=True)
class Lives:
    """What people's follicles are driven by: S people, G strata of sensitivity, T grid times.

    Parameters
    ----------
    grid : (T,) day
    severity, progression, growth : (S,) multiples, as a cohort has them
    pace : (S, 3) log speed added to the anagen, telogen and kenogen clocks
    sensitivity, weight : (G,) of each stratum, and the share of follicles it holds
    drive : forcing on the grid; its first axis S or 1
    parameters : biology by name, in canonical units
    shaft : (S or 1, T) log of the full size of shafts; None where it is the same at all times
    moved : whether the forcing has jumped of late, so that how durations are spread counts too
    """

    grid: Floats
    severity: Floats
    progression: Floats
    growth: Floats
    pace: Floats
    sensitivity: Floats
    weight: Floats
    drive: Drive
    parameters: Mapping[str, float]
    shaft: Floats | None = None
    moved: bool = False

    def log_calibre(self, node: int) -> Floats:
        """Return x (S, G) at one grid time (model section 5.2): what clocks follow."""
        return self._within(self._shrunk(node), node)

    def log_shaft(self, node: int) -> Floats:
        """Return y (S, G) at one grid time (`calibre_changes`): the log calibre of the shaft."""
        shrunk = self._shrunk(node)
        if self.shaft is not None:
            full = self.shaft[:, node, None]
            shrunk = np.minimum(shrunk, np.minimum(full, 0.0)) + np.maximum(full, 0.0)
        return self._within(shrunk, node)

    def _shrunk(self, node: int) -> Floats:
        """Return the log calibre (S, G) that androgens have taken, 0 or less."""
        p, drive = self.parameters, self.drive
        aged = self.progression * drive.miniaturisation[:, node]
        loss = np.maximum(0.0, p["severity"] * self.severity + aged)
        reversible = p["reversible_scale"] * drive.reversible[:, node]
        return -loss[:, None] * self.sensitivity - reversible[:, None] * np.sqrt(self.sensitivity)

    def _within(self, shrunk: Floats, node: int) -> Floats:
        p = self.parameters
        raw = shrunk + self.drive.gain[:, node, None]
        return np.clip(raw, p["calibre_log_min"], p["calibre_log_max"])

    def speeds(self, node: int) -> list[Floats]:
        """Return the speed (S, G) of the clock of each phase at one grid time (section 5.3)."""
        p, x = self.parameters, self.log_calibre(node)
        brake = self.drive.brake[:, node, None] * np.sqrt(self.sensitivity)
        rows = (
            (-p["gamma_anagen"], p["brake_anagen"]),
            (p["gamma_telogen"], -p["brake_telogen"]),
            (p["gamma_kenogen"], -p["brake_kenogen"]),
        )
        faster = [
            np.exp(
                gamma * x
                + effect * brake
                + self.drive.log_rho[:, clock, node, None]
                + self.pace[:, clock, None]
            )
            for clock, (gamma, effect) in enumerate(rows)
        ]
        return [faster[0], np.ones_like(x), faster[1], faster[2]]


@dataclass(frozen=True)
class Shares:
    """Of the living follicles of each person and stratum, at one day.

    phase : (4, S, G) share in each phase of the cycle
    onset : (S, G) share that begins anagen per day
    """

    phase: Floats
    onset: Floats


def cycle_shares(lives: Lives) -> list[Shares]:
    """Return the shares at every grid time, from the stationary law at the first one on."""
    means, counts = _stages(lives.parameters, lives.moved)
    speeds = lives.speeds(0)
    shares = np.stack([mean / speed for mean, speed in zip(means, speeds, strict=True)])
    shares = shares / shares.sum(axis=0)
    chain = [shares[phase] / count for phase, count in enumerate(counts) for _ in range(count)]
    first = shares[KENOGEN] * speeds[KENOGEN] / means[KENOGEN]
    every = [Shares(shares, first)]
    longest = SEASON_STEP if lives.parameters["season_telogen"] > 0.0 else math.inf
    for node in range(1, lives.grid.size):
        days, later = lives.grid[node] - lives.grid[node - 1], lives.speeds(node)
        parts = max(1, math.ceil(days / longest))
        for part in range(parts):
            middle = (part + 0.5) / parts
            rates = [
                days / parts * count / mean * ((1.0 - middle) * before + middle * after)
                for count, mean, before, after in zip(counts, means, speeds, later, strict=True)
            ]
            onset = _step(chain, rates, counts)
        ends = np.cumsum([0, *counts])
        phase = np.stack([sum(chain[a:b]) for a, b in pairwise(ends)])
        every.append(Shares(phase, onset * parts / days))
        speeds = later
    return every


def _stages(parameters: Mapping[str, float], moved: bool) -> tuple[list[float], list[int]]:
    """Return the mean duration of each phase, day, and the number of its stages."""
    names = [phase.name.lower() for phase in CYCLE]
    means = [max(parameters[f"{name}_mean"], 1e-6) for name in names]
    shaped = moved or parameters["season_telogen"] > 0.0
    most = MOST_IN_SEASON if shaped else MOST_STAGES
    variances = [max(parameters[f"{name}_cv"] ** 2, 1.0 / most) for name in names]
    return means, [max(1, round(1.0 / variance)) for variance in variances]


def _step(chain: list[Floats], rates: list[Floats], counts: list[int]) -> Floats:
    """Move the shares in a chain of stages by one step, in place; return what began anagen.

    What leaves the last stage enters the first: each stage is a constant and a multiple of that
    unknown number, and the sum of all stages stays what it was.
    """
    every = [rate for rate, count in zip(rates, counts, strict=True) for _ in range(count)]
    total = sum(chain)
    constant, multiple = np.zeros_like(chain[0]), np.ones_like(chain[0])
    constants, multiples = [], []
    for share, rate in zip(chain, every, strict=True):
        stays = 1.0 / (1.0 + rate)
        here, per_onset = (share + constant) * stays, multiple * stays
        constants.append(here)
        multiples.append(per_onset)
        constant, multiple = here * rate, per_onset * rate
    onset = (total - sum(constants)) / sum(multiples)
    for stage, (here, per_onset) in enumerate(zip(constants, multiples, strict=True)):
        chain[stage] = here + per_onset * onset
    return np.asarray(onset)
