"""Arguments of `simulate` that are refused, and what must not change with the length of a run."""

import numpy as np
import pytest
from scenario_examples import ROOM_FOR_TESTS

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.base.errors import InputError

SCENARIO = parse_scenario(ROOM_FOR_TESTS)


@pytest.mark.parametrize("seed", [-1, 2**32, 2**40])
def test_bad_seeds_are_refused_before_anything_runs(seed: int) -> None:
    with pytest.raises(InputError, match=r"run\.seed"):
        simulate(SCENARIO, seed=seed)


def test_numpy_integers_are_seeds() -> None:
    one, other = (simulate(SCENARIO, seed=seed) for seed in (np.int64(3), 3))
    assert one.identical(other)


def test_no_threads_is_refused() -> None:
    with pytest.raises(InputError, match="threads"):
        simulate(SCENARIO, threads=0)


def test_a_cycle_without_length_is_refused() -> None:
    phases = ("anagen", "catagen", "telogen", "kenogen")
    still = with_overrides(SCENARIO, [f'biology.{phase}_mean="0 days"' for phase in phases])
    with pytest.raises(InputError, match="add up to less than 1 day"):
        simulate(still)


@pytest.mark.parametrize("step", ["1 day", "7 days"])
def test_a_later_visit_moves_no_factor_by_a_bit(step: str) -> None:
    short = with_overrides(SCENARIO, [f'run.forcing_step="{step}"'])
    longer = with_overrides(short, ['design.visits=["0 days", "31.5 days", "200 days"]'])
    early = simulate(longer).isel(time=slice(0, 2))
    # the share of doses taken is of all that were due, and more are due until a later visit
    for name, variable in simulate(short).drop_vars("doses_taken").data_vars.items():
        assert variable.values.tobytes() == early[name].values.tobytes(), name
