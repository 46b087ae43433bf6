"""Spells of tracked follicles, and their curves, against the slow engine and a plain product."""

import numpy as np
import pytest
from reference.test_agreement import CASES, END, FOLLICLES, NAME, SEEN_BY, pair

from follicle_sim.analysis.statistics.durations import duration_curve
from follicle_sim.base.codes import NO_FOLLICLE
from follicle_sim.simulation.engine.agents.spells import follow

FIRST = 0.0
Spell = tuple[int, int, float, float, float, bool]
"""Follicle, phase, onset, entry, exit, ended."""


def spells_by_hand(name: str) -> list[Spell]:
    """Return the spells of the slow engine between day 0 and the end of its grid."""
    slow = pair(CASES[name]).slow
    people, _ = slow.live(FOLLICLES, [END], SEEN_BY)
    spells = []
    for i, f in enumerate(people):
        start = slow.begin(i)
        changes = [(start.entered, start.phase), *((row[0], row[1]) for row in f.log)]
        for k, (onset, phase) in enumerate(changes):
            later, heir = changes[k + 1] if k + 1 < len(changes) else (np.inf, 9)
            if phase < 4 and later > FIRST:
                since = max(onset, FIRST) - onset
                ended = later <= END and heir != 4
                spells.append((i, phase, onset, since, min(later, END) - onset, ended))
    return spells


def spells_followed(name: str, room: int = 60) -> tuple[np.ndarray, np.ndarray]:
    both = pair(CASES[name])
    onset = np.full((FOLLICLES, room), np.nan)
    phase = np.full((FOLLICLES, room), NO_FOLLICLE, np.uint8)
    days = np.array([FIRST, 300.0, END])
    follow(both.state, both.clocks, both.rules, NAME, 0, days, (onset, phase))
    return onset, phase


@pytest.mark.parametrize(
    "name", ["healthy, nothing changes", "androgens, three drugs that start and stop",
             "attacks and destruction", "fast cycle"],
)  # fmt: skip
def test_spells_are_those_of_the_slow_engine(name: str) -> None:
    onset, phase = spells_followed(name)
    for i in range(FOLLICLES):
        expected = [(spell[1], spell[2]) for spell in spells_by_hand_of(name) if spell[0] == i]
        living = np.isfinite(onset[i]) & (phase[i] < 4)
        assert phase[i][living].tolist() == [code for code, _ in expected], f"follicle {i}"
        days = [day for _, day in expected]
        np.testing.assert_allclose(onset[i][living], days, rtol=1e-9, atol=1e-9)


_KEPT: dict[str, list[Spell]] = {}


def spells_by_hand_of(name: str) -> list[Spell]:
    if name not in _KEPT:
        _KEPT[name] = spells_by_hand(name)
    return _KEPT[name]


@pytest.mark.parametrize("phase", range(4))
@pytest.mark.parametrize("name", ["healthy, nothing changes", "fast cycle"])
def test_the_curve_is_the_plain_product_over_the_slow_engines_spells(name: str, phase: int) -> None:
    spells = [spell for spell in spells_by_hand_of(name) if spell[1] == phase]
    entry, exit = np.array([row[3] for row in spells]), np.array([row[4] for row in spells])
    ended = np.array([row[5] for row in spells])
    curve = duration_curve(entry, exit, ended, np.arange(len(spells)))
    share, steps = 1.0, []
    for time in sorted({row[4] for row in spells if row[5]}):
        at_risk = sum(row[3] < time <= row[4] for row in spells)
        share *= 1.0 - sum(row[5] and row[4] == time for row in spells) / at_risk
        steps.append((time, share, at_risk))
    got = np.column_stack([curve.time, curve.survival, curve.at_risk])
    np.testing.assert_allclose(got, np.array(steps).reshape(-1, 3), rtol=1e-9, atol=1e-12)


def test_where_room_runs_out_follow_up_ends_with_the_last_onset() -> None:
    name = "androgens, three drugs that start and stop"
    wide_onset, wide_phase = spells_followed(name)
    onset, phase = spells_followed(name, room=4)
    several = np.isfinite(wide_onset[:, 4])
    assert several.any()
    assert not several.all()
    np.testing.assert_array_equal(onset, wide_onset[:, :4])
    assert (phase[several, 3] == NO_FOLLICLE).all()
    np.testing.assert_array_equal(phase[~several], wide_phase[~several, :4])
