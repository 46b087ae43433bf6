"""When patches are silent: the law of the disease of a person, each patch after its own time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.causes import Patches
from follicle_sim.biology.conditions import load_condition
from follicle_sim.simulation.people.turns import NEVER, Turns, _wait, draw_turns, draw_whole_scalp

AREATA = load_condition("alopecia_areata").patches
MANY = 4000
GRID = np.arange(0.0, 3000.0, 10.0)
EVERYBODY = slice(None)


def who(count: int = MANY) -> DrawNames:
    return DrawNames(seed=5, subjects=np.arange(count))


def turns(patches: Patches, grade: int = 2, count: int = MANY, whole: float = NEVER) -> Turns:
    return draw_turns(patches, np.full(count, grade), np.full(count, whole), who(count))


def with_straggle(days: float) -> Patches:
    return replace(AREATA, straggle=(days,) * 4)


def test_the_disease_falls_silent_at_its_rate_and_awakes_again():
    together = turns(with_straggle(0.0)).in_pieces(EVERYBODY, 3, GRID, who())
    leaves, returns = AREATA.remission[2], AREATA.relapse[2]
    share = leaves / (leaves + returns)
    # two states that change at constant rates (Cox and Miller 1965, section 4.3)
    expected = share * (1.0 - np.exp(-(leaves + returns) * GRID))
    np.testing.assert_allclose(together[:, 0].mean(axis=0), expected, atol=0.03)
    for piece in (1, 2):
        np.testing.assert_array_equal(together[:, piece], together[:, 0])


def test_a_patch_follows_after_an_exponential_time_of_its_own():
    patches = replace(with_straggle(80.0), relapse=(1e-9,) * 4, remission=(0.01,) * 4)
    silent = turns(patches).in_pieces(EVERYBODY, 4, GRID, who())
    # a sum of two exponential times (Cox 1962, Renewal theory, section 1.4)
    a, b = 0.01, 1.0 / 80.0
    expected = 1.0 - (b * np.exp(-a * GRID) - a * np.exp(-b * GRID)) / (b - a)
    np.testing.assert_allclose(silent.mean(axis=(0, 1)), expected, atol=0.02)
    # what they have in common is the disease: one silent patch makes another one likelier
    now = silent[:, :, 10]
    both = (now[:, 0] * now[:, 1]).mean()
    assert both > 1.3 * now[:, 0].mean() * now[:, 1].mean()
    assert both < 0.9 * now[:, 0].mean()


@given(
    st.lists(st.floats(0.1, 200.0), min_size=1, max_size=8),
    st.floats(0.0, 300.0),
    st.integers(0, 2**29),
)
@settings(max_examples=50, deadline=None)
def test_pieces_turn_as_a_slow_count_says(waits, straggle, subject):
    """A second implementation, span by span, on the same draws of how late each piece is."""
    days = np.cumsum(waits)
    silent, awake = days[::2], np.append(days[1::2], 1e4)[: len(days[::2])]
    known = Turns(silent[None], awake[None], np.full((1, silent.size), straggle))
    names, pieces = DrawNames(seed=3, subjects=[subject]), 3
    found = known.in_pieces(EVERYBODY, pieces, GRID, names)[0]
    late = [_wait(names, pieces, silent.size, side) for side in (0, 1)]
    for piece in range(pieces):
        expected = np.zeros(GRID.size)
        for turn in range(silent.size):
            begin = silent[turn] + straggle * late[0][0, piece, turn]
            end = awake[turn] + straggle * late[1][0, piece, turn]
            expected[(begin <= GRID) & (end > GRID)] = 1.0
        np.testing.assert_array_equal(found[piece], expected)


def test_from_the_day_the_whole_scalp_is_taken_the_last_grade_counts():
    patches = replace(
        with_straggle(0.0), remission=(0.02, 0.02, 0.02, 0.001), relapse=(0.02, 0.02, 0.02, 0.05)
    )
    taken = turns(patches, grade=0, whole=500.0)
    silent = taken.in_pieces(EVERYBODY, 1, GRID, who())[:, 0].mean(axis=0)
    assert silent[GRID < 500.0][-1] == pytest.approx(0.5, abs=0.03)
    assert silent[GRID == 500.0] == 0.0
    assert silent[-1] == pytest.approx(0.001 / 0.051, abs=0.01)
    assert (taken.silent == np.sort(taken.silent, axis=1)).all()


def test_the_whole_scalp_is_taken_at_the_rate_of_the_grade():
    patches = replace(AREATA, whole_scalp=(0.01, 0.0, 0.0, 0.0))
    day = draw_whole_scalp(patches, np.zeros(MANY, dtype=int), who())
    assert day.mean() == pytest.approx(100.0, rel=0.05)
    assert (draw_whole_scalp(patches, np.full(MANY, 3), who()) == NEVER).all()
