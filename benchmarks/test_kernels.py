"""Quick timings of the engine's parts, for a look at every change; nothing here can fail on time.

python -m pytest benchmarks -n 0 --benchmark-columns=median,iqr,rounds
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from workload import Workload, kaufman, run_engine, workload

from follicle_sim.simulation.engine.agents.birth import initialise
from follicle_sim.simulation.engine.agents.clocks import (
    Clocks,
    allocate_clocks,
    build_clocks,
    forcing_of,
)
from follicle_sim.simulation.engine.agents.events import advance
from follicle_sim.simulation.engine.agents.kernel import observe
from follicle_sim.simulation.engine.agents.sight import TALLY_COLUMNS
from follicle_sim.simulation.engine.agents.state import STATE
from follicle_sim.simulation.engine.expected.engine import EXPECTED
from follicle_sim.simulation.simulate import simulate

Benchmark = Callable[..., Any]

FOLLICLES = 1000
NAME = (1, 0, 0, 0)


@pytest.fixture(scope="module")
def work() -> Workload:
    return workload(1, FOLLICLES, step=True)


@pytest.fixture(scope="module")
def clocks(work: Workload) -> Clocks:
    room = allocate_clocks(work.sensitivity.size, work.block.grid.size)
    return build_clocks(room, forcing_of(work.block, 0), work.sensitivity, work.rules)


def started(clocks: Clocks, work: Workload) -> np.ndarray:
    state = np.empty(FOLLICLES, STATE)
    initialise(state, clocks, work.rules, NAME, True)
    return state


def test_build_clocks(benchmark: Benchmark, work: Workload) -> None:
    room = allocate_clocks(work.sensitivity.size, work.block.grid.size)
    forcing = forcing_of(work.block, 0)
    made = benchmark(build_clocks, room, forcing, work.sensitivity, work.rules)
    assert (np.diff(made.table[:4]) > 0).all()


def test_initialise(benchmark: Benchmark, work: Workload, clocks: Clocks) -> None:
    state = benchmark(started, clocks, work)
    assert (state["next"] >= clocks.grid[0]).all()


def test_advance(benchmark: Benchmark, work: Workload, clocks: Clocks) -> None:
    end = float(work.visits[-1])

    def setup() -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (started(clocks, work), clocks, work.rules, NAME, end), {}

    events = benchmark.pedantic(advance, setup=setup, rounds=30, warmup_rounds=1)
    assert events > FOLLICLES


def test_observe(benchmark: Benchmark, work: Workload, clocks: Clocks) -> None:
    state = started(clocks, work)
    advance(state, clocks, work.rules, NAME, 0.0)
    tally = np.empty((1, TALLY_COLUMNS))
    benchmark(observe, state, clocks, work.rules, 1.0, 0.0, tally)
    assert tally[0, -5:].sum() == FOLLICLES


def test_one_subject_with_weekly_visits(benchmark: Benchmark, work: Workload) -> None:
    tallies = benchmark(run_engine, work)
    assert tallies.shape == (1, 105, TALLY_COLUMNS)


def test_expected_values_of_one_subject(benchmark: Benchmark, work: Workload) -> None:
    """Weekly outputs over two years after six of history, clock tables included."""
    tallies = benchmark(run_engine, work, EXPECTED)
    assert tallies[0, 0, -5:].sum() == pytest.approx(FOLLICLES)


def test_simulate_kaufman(benchmark: Benchmark) -> None:
    result = benchmark.pedantic(simulate, args=(kaufman(20, 300),), rounds=5, warmup_rounds=1)
    assert result.sizes["arm"] == 2
