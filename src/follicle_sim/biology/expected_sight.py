"""The share of follicles whose hair is seen, as expected from where follicles are in the cycle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from follicle_sim.base.types import Floats
from follicle_sim.biology.expected_cycle import (
    ANAGEN,
    CATAGEN,
    TELOGEN,
    Lives,
    Shares,
    cycle_shares,
)
from follicle_sim.biology.expected_past import onset_over, shaft_ago


@dataclass(frozen=True)
class Limits:
    """Past what a hair is seen: length (mm) and calibre (um), and from where on it is terminal."""

    length: float
    calibre: float
    terminal: float


@dataclass(frozen=True)
class Seen:
    """Of the living follicles of each person (S,): shares with a visible and a terminal hair."""

    all: Floats
    terminal: Floats

    def repeated(self, times: int) -> Seen:
        """Return the same with each person so many times in a row."""
        return Seen(np.repeat(self.all, times), np.repeat(self.terminal, times))


def seen_on(lives: Lives, days: tuple[float, ...], limits: Limits) -> tuple[Seen, ...]:
    """Return what is seen of S people on days that are grid times."""
    every = cycle_shares(lives)
    nodes = [int(np.searchsorted(lives.grid, day - 1e-9)) for day in days]
    return tuple(_seen(lives, every, node, limits) for node in nodes)


def _seen(lives: Lives, every: Sequence[Shares], node: int, limits: Limits) -> Seen:
    p, shares = lives.parameters, every[node]
    anagen, _, telogen, _ = lives.speeds(node)
    x = lives.log_shaft(node)
    # how long the shaft takes to come out, on the clock that ends its growth
    daily = p["growth_rate"] * lives.growth[:, None] * np.exp(x)
    hidden = _mean_until(anagen * (p["follicle_depth"] + limits.length) / daily, p)
    onset = shares.onset
    if lives.moved:
        onset = onset_over(lives.grid, every, node, (p["follicle_depth"] + limits.length) / daily)
    growing = np.maximum(0.0, shares.phase[ANAGEN] - onset / anagen * hidden)
    resting = shares.phase[CATAGEN] + shares.phase[TELOGEN]
    # a club hair has the calibre of the day on which its growth ended, half a rest ago
    ago = 0.5 * (p["catagen_mean"] + p["telogen_mean"] / telogen)
    before = max(0, node - 1)
    days = max(lives.grid[node] - lives.grid[before], 1e-9)
    club = x - (x - lives.log_shaft(before)) / days * ago
    if lives.moved:
        club = shaft_ago(lives, node, ago)
    counted, thick = limits.calibre, max(limits.calibre, limits.terminal)
    found = [
        growing * _thicker(x, least, p) + resting * _thicker(club, least, p)
        for least in (counted, thick)
    ]
    return Seen(found[0] @ lives.weight, found[1] @ lives.weight)


def _mean_until(clock: Floats, p: Mapping[str, float]) -> Floats:
    """Return E[min(D, clock)] of the duration D of anagen, which is log-normal."""
    mean, cv = p["anagen_mean"], p["anagen_cv"]
    if cv == 0.0 or mean == 0.0:
        return np.minimum(clock, mean)
    sigma = math.sqrt(math.log1p(cv * cv))
    score = np.log(clock / mean) / sigma
    ended = mean * ndtr(score - 0.5 * sigma)
    return np.asarray(ended + clock * ndtr(-(score + 0.5 * sigma)))


def _thicker(x: Floats, least: float, p: Mapping[str, float]) -> Floats:
    """Return the share of follicles whose hair is at least so thick, um, at log calibre x."""
    if least <= 0.0:
        return np.ones_like(x)
    cv = p["full_calibre_cv"]
    above = x + math.log(p["full_calibre"] / least)
    if cv == 0.0:
        return (above >= 0.0).astype(np.float64)
    sigma = math.sqrt(math.log1p(cv * cv))
    return np.asarray(ndtr(above / sigma - 0.5 * sigma))
