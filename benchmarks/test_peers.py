"""The peers of the speed comparison are the same biology as the engine."""

import numpy as np
import pytest
from agreement import assert_same_biology, assert_same_numbers, differences
from peers import c_engine
from peers.mesa_daily import run_mesa
from peers.numpy_daily import run_numpy
from workload import run_engine, workload

needs_compiler = pytest.mark.skipif(c_engine.compiler() is None, reason="no C compiler")


@pytest.fixture(scope="module")
def translated() -> c_engine.Engine:
    return c_engine.build()


@needs_compiler
@pytest.mark.parametrize("step", [False, True])
def test_c_gives_the_same_numbers(translated: c_engine.Engine, step: bool) -> None:
    work = workload(2, 500, step=step)
    assert_same_numbers(run_engine(work), translated(work))


@needs_compiler
def test_c_gives_the_same_numbers_under_hazards(translated: c_engine.Engine) -> None:
    work = workload(2, 500, attack=0.1, destruction=1e-4)
    ours = run_engine(work)
    assert ours[:, -1, -1].min() > 0, "nothing was destroyed"
    assert_same_numbers(ours, translated(work))


@needs_compiler
def test_another_seed_gives_other_numbers(translated: c_engine.Engine) -> None:
    ours, theirs = run_engine(workload(1, 200)), translated(workload(1, 200, seed=2))
    with pytest.raises(AssertionError):
        assert_same_numbers(ours, theirs)


@pytest.mark.parametrize("step", [False, True])
def test_numpy_with_a_daily_step_agrees(step: bool) -> None:
    work = workload(20, 1000, step=step)
    found = differences(run_engine(work), run_numpy(work), (20_000, 20_000))
    assert_same_biology(found, 0.03)


@pytest.mark.parametrize("step", [False, True])
def test_mesa_agrees(step: bool) -> None:
    ours = run_engine(workload(20, 1000, step=step))
    found = differences(ours, run_mesa(workload(1, 1500, step=step)), (20_000, 1500))
    assert_same_biology(found, 0.06)


def test_the_wrong_biology_is_noticed() -> None:
    ours, theirs = run_engine(workload(20, 1000)), run_numpy(workload(20, 1000, step=True))
    with pytest.raises(AssertionError):
        assert_same_biology(differences(ours, theirs, (20_000, 20_000)), 0.03)


def test_every_follicle_is_counted_by_each() -> None:
    work = workload(1, 300)
    for tally in (run_engine(work), run_numpy(work), run_mesa(work)):
        np.testing.assert_array_equal(tally[..., -5:].sum(axis=-1), 300.0)
