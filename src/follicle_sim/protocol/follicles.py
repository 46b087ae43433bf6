"""How many follicles people have, and on what area: one rule for drawn and for expected people."""

from __future__ import annotations

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.scenario.tables.population import Population


def count_follicles(population: Population, density: Floats) -> tuple[Floats, Floats]:
    """Return follicles (whole numbers) and area (cm2) of people with these densities (1/cm2).

    Where the scenario gives the number of follicles, the area follows from the density; else the
    number does, and nobody has none. Densities are those of the usual target area; in a region
    of the scalp that has more or less hair, so have they.

    Examples
    --------
    >>> from follicle_sim import load_scenario
    >>> scenario = load_scenario("scenarios/exosome_park_2022.toml", ["population.follicles=90"])
    >>> count_follicles(scenario.population, np.array([180.0]))
    (array([90.]), array([0.5]))
    """
    density = density * population.local_density
    if population.follicles is None:
        number = np.maximum(1.0, np.rint(density * population.target_area))
        return number, np.full(density.shape, population.target_area)
    number = np.full(density.shape, float(population.follicles))
    return number, number / density
