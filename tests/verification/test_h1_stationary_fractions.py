"""H1: stationary shares are mean_p / sum of means, and vary between people like coin tosses."""

from typing import Any

import numpy as np
import pytest
from engine_by_hand import HUMAN_MEANS, Lived, clocks_of, forcing_on, healthy_rules, lived

from follicle_sim.simulation.engine.agents.birth import initialise
from follicle_sim.simulation.engine.agents.events import refresh

VISITS = (0.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 540.0, 720.0)


def check_h1(result: Lived) -> None:
    """Raise AssertionError unless shares are stationary (3 SE) and their SD is binomial (10 %)."""
    expected = np.array(HUMAN_MEANS) / sum(HUMAN_MEANS)
    spread = np.sqrt(expected * (1.0 - expected) / result.follicles)
    ratio = result.shares.std(axis=0, ddof=1) / spread
    assert (np.abs(ratio - 1.0) <= 0.10).all(), f"SD {ratio.min():.2f} to {ratio.max():.2f} times"
    error = spread / np.sqrt(len(result.tally))
    off = np.abs(result.pooled - expected) / error
    assert (off <= 3.0).all(), f"shares are off by {off.max():.1f} SE"


def run(start: Any = None) -> Lived:
    rules = healthy_rules()
    clocks = clocks_of(forcing_on(np.array([0.0, 365.0, 730.0])), rules)
    chosen = {} if start is None else {"start": start}
    return lived(clocks, rules, VISITS, follicles=500, subjects=1000, **chosen)


def plain_durations(state: Any, clocks: Any, rules: Any, name: Any) -> None:
    """Start in phases drawn from their own law, as if long ones were not met more often."""
    initialise(state, clocks, rules, name, True)
    state["due"] *= np.exp(-(rules.sigma[state["phase"]] ** 2))
    refresh(state, clocks, name, clocks.grid[0])


def phases_equally_likely(state: Any, clocks: Any, rules: Any, name: Any) -> None:
    """Start without weighting phases by how long they last."""
    initialise(state, clocks, rules, name, True)
    phase = np.arange(state.size) % 4
    state["due"] *= rules.mean[phase] / rules.mean[state["phase"]]
    state["phase"] = phase
    refresh(state, clocks, name, clocks.grid[0])


def all_in_anagen(state: Any, clocks: Any, rules: Any, name: Any) -> None:
    """Start every cycle together."""
    initialise(state, clocks, rules, name, False)


def luck_in_pairs(state: Any, clocks: Any, rules: Any, name: Any) -> None:
    """Let every second follicle start with the luck of the one before it."""
    initialise(state, clocks, rules, name, True)
    state[1::2] = state[::2]


def test_h1() -> None:
    check_h1(run())


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (plain_durations, r"shares|SD"),
        (phases_equally_likely, r"shares|SD"),
        (all_in_anagen, r"shares|SD"),
        (luck_in_pairs, "SD"),
    ],
)
def test_h1_fails_a_wrong_start(wrong: Any, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_h1(run(wrong))


def test_h1_plain_durations_start_right_and_drift() -> None:
    """The wrong start of the first sibling is right on day 0: only months show the error."""
    result = run(plain_durations)
    first = Lived(result.visits[:1], result.tally[:, :1])
    check_h1(first)
