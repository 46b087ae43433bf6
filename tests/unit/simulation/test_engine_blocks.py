"""What drives each person of a block: the row that is theirs, and whose clocks may be shared."""

import numpy as np
import pytest

from follicle_sim.simulation.engine.agents.clocks import Block, forcing_of, same_forcing

NODES = 5
SHARED = ("miniaturisation", "reversible", "brake", "gain", "log_rho", "attack")


def block(people: int = 2, own: str = "", **changes) -> Block:
    """Return people who are all forced alike; `own` names forcing of which each has a row."""
    rows = {name: np.ones((1, NODES)) for name in SHARED}
    rows["log_rho"] = np.ones((1, 3, NODES))
    rows["attack"] = np.ones((1, 1, NODES))
    if own:
        rows[own] = np.arange(1.0, people + 1)[:, None] * rows[own][0].ravel()
        if own == "log_rho":
            rows[own] = rows[own].reshape(people, 3, NODES)
        if own == "attack":
            rows[own] = rows[own].reshape(people, 1, NODES)
    ones = np.ones(people)
    whole = Block(
        grid=np.arange(float(NODES)),
        severity=ones.copy(),
        progression=ones.copy(),
        growth_scale=ones.copy(),
        pace=np.zeros((people, 3)),
        destruction=np.zeros((1, 1, NODES)),
        falls=np.zeros((1, 1, NODES)),
        shaft=np.zeros((1, NODES)),
        **rows,
    )
    return whole._replace(**changes)


def test_people_forced_alike_share_their_clocks() -> None:
    assert same_forcing(block(), 1)


@pytest.mark.parametrize("name", ["severity", "progression", "growth_scale"])
def test_a_trait_of_ones_own_needs_clocks_of_ones_own(name: str) -> None:
    other = block(5, **{name: np.array([1.0, 1.0, 1.2, 1.2, 1.0])})
    assert [bool(same_forcing(other, s)) for s in range(1, 5)] == [True, False, True, False]


@pytest.mark.parametrize("clock", range(3))
def test_a_pace_of_ones_own_needs_clocks_of_ones_own(clock: int) -> None:
    pace = np.zeros((5, 3))
    pace[2:4, clock] = 0.1
    other = block(5, pace=pace)
    assert [bool(same_forcing(other, s)) for s in range(1, 5)] == [True, False, True, False]


@pytest.mark.parametrize("name", SHARED)
def test_forcing_of_ones_own_needs_clocks_of_ones_own(name: str) -> None:
    other = block(2, own=name)
    assert not same_forcing(other, 1)
    for s, size in enumerate((1.0, 2.0)):
        row = getattr(forcing_of(other, s), name)
        # M adds the severity of 1
        assert (row == (1.0 + size if name == "miniaturisation" else size)).all()


def test_forcing_that_is_shared_is_everybodys() -> None:
    for s in range(3):
        forcing = forcing_of(block(3), s)
        for name in SHARED[1:]:
            assert (getattr(forcing, name) == 1.0).all()
        assert (forcing.miniaturisation == 2.0).all()


def test_miniaturisation_is_severity_and_progress_and_never_less_than_none() -> None:
    """M = max(0, severity + progression x M at progression 1); before baseline the last is < 0."""
    aged = np.array([[-3.0, -1.0, -0.5, 0.0, 2.0]])
    people = block(
        2,
        miniaturisation=aged,
        severity=np.array([0.4, 1.0]),
        progression=np.array([1.0, 0.5]),
        growth_scale=np.array([1.0, 1.3]),
        pace=np.array([[0.0, 0.0, 0.0], [0.1, 0.2, 0.3]]),
    )
    first, second = (forcing_of(people, s) for s in range(2))
    np.testing.assert_allclose(first.miniaturisation, [0.0, 0.0, 0.0, 0.4, 2.4], atol=1e-15)
    np.testing.assert_allclose(second.miniaturisation, [0.0, 0.5, 0.75, 1.0, 2.0], atol=1e-15)
    assert (first.growth_scale, second.growth_scale) == (1.0, 1.3)
    assert second.pace.tolist() == [0.1, 0.2, 0.3]
