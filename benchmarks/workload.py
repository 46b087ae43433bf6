"""The work that the engine and its peers are given: the same tables, strata, draws and visits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from repository import SCENARIOS

from follicle_sim.biology.factors import load_factors
from follicle_sim.biology.forcing import Drive, integrate
from follicle_sim.biology.hazards import Struck
from follicle_sim.protocol.resolve import resolve
from follicle_sim.scenario.load import load_scenario, parse_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.engine.agents.clocks import Block, Rules
from follicle_sim.simulation.engine.agents.grafts import no_grafts
from follicle_sim.simulation.engine.agents.kernel import People, Sightings
from follicle_sim.simulation.engine.agents.sight import TALLY_COLUMNS
from follicle_sim.simulation.engine.drive import Acts, block_of, engine_rules
from follicle_sim.simulation.engine.engine import AGENTS, Engine, Work
from follicle_sim.simulation.people.cohort import draw_cohort

Floats = NDArray[np.float64]

RESIDUAL_DHT = 0.36
"""Scalp DHT left on finasteride, relative to untreated; here it falls at once, at baseline."""

SCENARIO = """
schema_version = 1
title = "Two years of weekly visits in androgenetic alopecia"
[population]
subjects = {subjects}
follicles = {follicles}
target_area = "5.067 cm2"
follicle_density = "285 cm-2"
condition = "aga_male"
severity = "norwood_iii"
[[arms]]
label = "untreated"
role = "untreated"
[design]
kind = "counterfactual"
visits = {{ every = "1 week", until = "104 weeks" }}
[run]
seed = {seed}
"""


def weekly(subjects: int, follicles: int, seed: int = 1) -> Scenario:
    """Return an untreated scenario of two years and 105 weekly visits."""
    text = SCENARIO.format(subjects=subjects, follicles=follicles, seed=seed)
    return parse_scenario(text)


def kaufman(subjects: int, follicles: int) -> Scenario:
    """Return the Kaufman scenario at another size."""
    sizes = [f"population.subjects={subjects}", f"population.follicles={follicles}"]
    return load_scenario(SCENARIOS / "finasteride_kaufman_1998.toml", sizes)


@dataclass(frozen=True)
class Workload:
    """Everything the engine needs for a block of subjects, and so everything a peer may read."""

    block: Block
    sensitivity: Floats  # (G,)
    rules: Rules
    keys: NDArray[np.int64]  # (seed, replicate, stream)
    subjects: NDArray[np.int64]  # (S,)
    follicles: NDArray[np.int64]  # (S,)
    visits: Floats  # (V,) day

    @property
    def follicle_days(self) -> float:
        """Follicles times simulated days, natural history included."""
        grid = self.block.grid
        return float(self.follicles.sum() * (grid[-1] - grid[0]))


def workload(
    subjects: int,
    follicles: int,
    *,
    step: bool = False,
    attack: float = 0.0,
    destruction: float = 0.0,
    seed: int = 1,
) -> Workload:
    """Return the work of `subjects` equal people, with or without a step in DHT at baseline.

    `attack` (from day 100 to day 107) and `destruction` are hazards, 1/day.
    """
    plan = resolve(weekly(subjects, follicles, seed))[0]
    cohort = draw_cohort(plan, plan.arms[0], 0)
    grid = plan.grid
    block = block_of(
        cohort,
        slice(None),
        _drive(grid, RESIDUAL_DHT if step else 1.0, plan.parameters),
        grid,
        plan.parameters,
        Acts(
            _struck(np.where((grid >= 100.0) & (grid < 107.0), attack, 0.0)),
            _struck(np.full_like(grid, destruction)),
        ),
    )
    return Workload(
        block=block,
        sensitivity=plan.sensitivity,
        rules=engine_rules(plan.parameters, plan.instrument),
        keys=np.array([seed, 0, 0]),
        subjects=cohort.subject,
        follicles=cohort.follicles,
        visits=np.array(plan.visits.days),
    )


def _struck(hazard: Floats) -> Struck:
    """Return a hazard (T,) that all strata share; struck hairs leave through catagen."""
    return Struck(hazard[None, None], np.zeros((1, 1, hazard.size)))


def _drive(grid: Floats, dht: float, parameters: dict[str, float]) -> Drive:
    factors = load_factors()
    levels = np.ones((1, len(factors.names), grid.size))
    levels[0, factors.index("DHT"), grid > 0.0] = dht
    return integrate(levels, grid, parameters, factors)


def run_engine(work: Workload, engine: Engine = AGENTS) -> Floats:
    """Run an engine on one thread; return its tallies, (S, V, TALLY_COLUMNS)."""
    people, visits = work.subjects.size, work.visits.size
    tallies = np.empty((people, visits, TALLY_COLUMNS))
    engine.live(
        Work(
            work.block,
            work.sensitivity,
            work.rules,
            People(work.keys, work.subjects, work.follicles, work.visits[None, :]),
            no_grafts(people),
        ),
        Sightings(
            tallies,
            np.empty((people, visits, 0), np.uint8),
            np.empty((people, visits, 0), np.float32),
        ),
        np.zeros(1, np.uint8),
    )
    return tallies
