"""Linear disposition in closed form: what each dose leaves, superposed over dose events.

Any chain of linear compartments answers a unit dose with a sum of exponentials, so one- and
two-compartment kinetics, first-order input and an effect compartment are all a list of
(coefficient, rate) pairs, and no differential equation is solved step by step.
Textbook form: Gibaldi & Perrier, Pharmacokinetics (1982), chapters 1, 2 and appendix B.
"""

import math
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.numerics import LN2_HIGH, LN2_LOW, decay_sum
from follicle_sim.base.types import Floats

LN2 = LN2_HIGH + LN2_LOW
# Two stages of equal rate have a limit of the form t exp(-rate t). Moving one rate by this share
# keeps the sum of exponentials, changes C by less than 1e-6 of itself and loses under 1e-8.
NUDGE = 1e-7


@dataclass(frozen=True)
class Response:
    """Level after a unit dose at time 0: sum over i of coefficient_i exp(-rate_i t)."""

    coefficients: tuple[float, ...]
    rates: tuple[float, ...]

    def through(self, rate: float) -> "Response":
        """Return the response after one more first-order stage, y' = rate (x - y), y(0) = 0.

        With `rate` the absorption rate this is input from a depot; with the equilibration rate it
        is an effect compartment.
        """
        while any(abs(rate - known_rate) < NUDGE * known_rate for known_rate in self.rates):
            rate *= 1.0 + 2.0 * NUDGE
        scaled = [c * rate / (rate - k) for c, k in zip(self.coefficients, self.rates, strict=True)]
        return Response((*scaled, -math.fsum(scaled)), (*self.rates, rate))

    def scaled(self, factor: float) -> "Response":
        """Return the response times `factor` (bioavailability over volume)."""
        return Response(tuple(factor * c for c in self.coefficients), self.rates)


def one_compartment(elimination: float) -> Response:
    """Return the response of one compartment with elimination rate 1/day."""
    return Response((1.0,), (elimination,))


def two_compartments(elimination: float, leaving: float, returning: float) -> Response:
    """Return the response of the central of two compartments.

    Parameters
    ----------
    elimination, leaving, returning : rates k10, k12, k21, 1/day
    """
    total = elimination + leaving + returning
    product = elimination * returning
    fast = 0.5 * (total + math.sqrt(total * total - 4.0 * product))
    slow = product / fast  # not the other root of the formula, which cancels
    first = (fast - returning) / (fast - slow)
    return Response((first, 1.0 - first), (fast, slow))


def concentration(
    times: Floats, amounts: Floats, durations: Floats, response: Response, grid: Floats
) -> tuple[Floats, Floats]:
    """Superpose the response over dose events.

    Parameters
    ----------
    times : (K,) day, sorted
    amounts : (S, K) amount of each event for each subject, 0 where it was missed
    durations : (K,) day; 0 is given at once, otherwise at a constant rate over the duration
    response : level per unit amount
    grid : (T,) increasing times, day

    Returns
    -------
    nodes : (S, T) level at the grid times, a dose that falls on a node included
    means : (S, T - 1) exact mean level in each grid cell

    Exactly 0 for a subject whose amounts are all 0.
    """
    amounts = np.atleast_2d(np.asarray(amounts, dtype=np.float64))
    slow = durations > 0.0
    shape = (len(amounts), grid.size)
    nodes, areas = np.zeros(shape), np.zeros((shape[0], shape[1] - 1))
    if (~slow).any():
        for coefficient, rate in zip(response.coefficients, response.rates, strict=True):
            at_nodes, in_cells = decay_sum(times[~slow], amounts[:, ~slow], rate, grid)
            nodes += coefficient * at_nodes
            areas += coefficient * in_cells
    if slow.any():
        _add_infusions(times[slow], amounts[:, slow], durations[slow], response, grid, nodes, areas)
    # After many half-lives only rounding errors are left, which may lie below 0.
    return np.maximum(nodes, 0.0), np.maximum(areas / np.diff(grid), 0.0)


def _add_infusions(
    times: Floats,
    amounts: Floats,
    durations: Floats,
    response: Response,
    grid: Floats,
    nodes: Floats,
    areas: Floats,
) -> None:
    """Add infusions to `nodes` and `areas`.

    An infusion is a step on and a step off, and each step answers (1 - exp(-rate t)) / rate: the
    running input less the decays of its edges.
    """
    flow = amounts / durations
    on_nodes, in_cells = np.zeros_like(nodes), np.zeros_like(areas)
    for k, (start, stop) in enumerate(zip(times, times + durations, strict=True)):
        first, last = np.searchsorted(grid, (start, stop), side="left")
        on_nodes[:, first:last] += flow[:, k : k + 1]
        cells = slice(max(int(np.searchsorted(grid, start, side="right")) - 1, 0), int(last))
        edges = np.clip(grid[cells.start : cells.stop + 1], start, stop)
        overlap = np.diff(edges)
        in_cells[:, cells.start : cells.start + overlap.size] += flow[:, k : k + 1] * overlap
    edges = np.concatenate([times, times + durations])
    signed = np.concatenate([flow, -flow], axis=1)
    order = np.argsort(edges, kind="stable")
    for coefficient, rate in zip(response.coefficients, response.rates, strict=True):
        at_nodes, in_decay = decay_sum(edges[order], signed[:, order], rate, grid)
        nodes += coefficient / rate * (on_nodes - at_nodes)
        areas += coefficient / rate * (in_cells - in_decay)
