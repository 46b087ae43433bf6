"""What is seen of follicles placed by hand: lengths, calibres and days just at their limits."""

import math

import numpy as np
import pytest
from engine_by_hand import NO_COUNTS, NOBODY, clocks_of, forcing_on, healthy_rules

from follicle_sim.base.codes import Phase
from follicle_sim.simulation.engine.agents import sight
from follicle_sim.simulation.engine.agents.grafts import no_grafts
from follicle_sim.simulation.engine.agents.kernel import Person, Sightings, live, observe
from follicle_sim.simulation.engine.agents.sight import by_stratum, gauge, visits_from
from follicle_sim.simulation.engine.agents.state import STATE

GRID = np.array([0.0, 10.0, 30.0, 40.0, 80.0, 100.0])
RULES = healthy_rules(growth=0.5, emergence_length=5.0, detection_calibre=20.0)
NOW = 25.0


def follicles(*rows: dict) -> np.ndarray:
    """Return follicles to which nothing happens any more: thick, in telogen unless they say."""
    state = np.zeros(len(rows), STATE)
    state["phase"], state["club"], state["full_calibre"] = Phase.TELOGEN, 1.0, 80.0
    state["next"], state["shed"] = math.inf, -math.inf
    for i, row in enumerate(rows):
        for field, value in row.items():
            state[field][i] = value
    return state


def seen(state: np.ndarray, rules=RULES, scale: float = 1.0, **forcing) -> np.ndarray:
    """Return the tally on day `NOW`, which lies in the middle of a wide cell."""
    clocks = clocks_of(forcing_on(GRID, growth_scale=scale, **forcing), rules)
    tally = np.empty((1, sight.TALLY_COLUMNS))
    observe(state, clocks, rules, scale, NOW, tally)
    return tally[0]


def growing(**row) -> dict:
    return {"phase": Phase.ANAGEN, "mark": 0.0, **row}


def test_a_shaft_is_seen_once_it_has_the_visible_length() -> None:
    """Half a millimetre a day for 25 days is 12.5 mm in all; a hair that began at 7.5 has 5."""
    for mark, shown in ((7.5, 1.0), (7.5 + 1e-9, 0.0), (0.0, 1.0)):
        tally = seen(follicles(growing(mark=mark)))
        assert tally[sight.SEEN] == tally[sight.SEEN_ANAGEN] == tally[sight.TERMINAL] == shown
        assert tally[sight.CALIBRE_SUM] == 80.0 * shown
        assert tally[sight.GROWTH_SUM] == 0.5 * shown
        assert tally[sight.WEIGHT_SUM] == shown
        assert tally[sight.PHASES + Phase.ANAGEN] == 1.0


@pytest.mark.parametrize("phase", [Phase.ANAGEN, Phase.CATAGEN, Phase.TELOGEN])
@pytest.mark.parametrize(
    ("calibre", "shown", "thick"), [(19.99, 0, 0), (20.0, 1, 0), (29.99, 1, 0), (30.0, 1, 1)]
)
def test_a_hair_as_thick_as_the_limit_counts(phase, calibre, shown, thick) -> None:
    tally = seen(follicles({"phase": phase, "full_calibre": calibre, "mark": 0.0}))
    assert (tally[sight.SEEN], tally[sight.TERMINAL]) == (shown, thick)
    assert tally[sight.CALIBRE_SUM] == calibre * shown
    assert tally[sight.SEEN_ANAGEN] == (shown if phase == Phase.ANAGEN else 0)


def test_a_club_hair_keeps_its_calibre_and_an_empty_follicle_has_none() -> None:
    tally = seen(
        follicles(
            {"phase": Phase.CATAGEN, "club": 0.5},
            {"phase": Phase.TELOGEN, "club": 0.3},
            {"phase": Phase.KENOGEN},
            {"phase": Phase.LOST},
        )
    )
    assert tally[sight.SEEN] == 2.0
    assert tally[sight.TERMINAL] == 1.0
    assert tally[sight.CALIBRE_SUM] == 80.0 * 0.8
    assert tally[sight.SEEN_ANAGEN] == tally[sight.GROWTH_SUM] == tally[sight.WEIGHT_SUM] == 0.0
    assert tally[sight.PHASES :].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]


def test_hairs_shed_within_the_window_count_to_its_last_day() -> None:
    days = [NOW - 28.0, NOW - 28.0 - 1e-9, NOW, -math.inf]
    tally = seen(follicles(*({"phase": Phase.KENOGEN, "shed": day} for day in days)))
    assert tally[sight.SHED] == 2.0


def test_a_person_of_faster_growth_has_longer_and_heavier_hair() -> None:
    """Weight per hair: (calibre / full calibre)^2 times growth, relative to a full hair."""
    fast = growing(mark=0.0, full_calibre=40.0)
    tally = seen(follicles(fast), scale=1.5)
    assert tally[sight.GROWTH_SUM] == 0.5 * 1.5
    assert tally[sight.WEIGHT_SUM] == pytest.approx(0.25 * 1.5, rel=1e-14)
    # 0.5 x 1.5 x 25 days
    assert seen(follicles(growing(mark=13.75)), scale=1.5)[sight.SEEN] == 1.0
    assert seen(follicles(growing(mark=13.76)), scale=1.5)[sight.SEEN] == 0.0


@pytest.mark.parametrize(("resolution", "told"), [(1.0, 1.0), (1.0 + 1e-9, 0.0), (0.0, 1.0)])
def test_growth_is_told_from_rest_where_it_reaches_what_is_noticed(resolution, told) -> None:
    """Half a millimetre a day for two days is 1 mm."""
    rules = RULES._replace(resolution=resolution, regrowth=2.0)
    tally = seen(follicles(growing(), {}), rules)
    assert tally[sight.GROWS] == told
    assert tally[sight.SEEN] == 2.0
    hidden = seen(follicles(growing(full_calibre=10.0)), rules)
    assert hidden[sight.GROWS] == 0.0


def test_between_grid_times_size_and_growth_are_linear() -> None:
    """x = log calibre is linear in a cell, and so is the table of what has grown."""
    gain = np.array([0.0, -0.2, 0.1, 0.0, -0.4, 0.0])
    clocks = clocks_of(forcing_on(GRID, gain=gain), RULES, (0.0, 0.5))
    speed = 0.5 * np.exp(gain)
    grown = np.append(0.0, np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(GRID)))
    days = np.array([0.0, 3.0, 25.0, 40.0, 99.0, 100.0])
    found = gauge(clocks, days)
    assert found.shape == (2, 2, 6)
    for stratum in found:
        np.testing.assert_allclose(stratum[0], np.exp(np.interp(days, GRID, gain)), rtol=1e-13)
        np.testing.assert_allclose(stratum[1], np.interp(days, GRID, grown), rtol=1e-13)


def test_follicles_are_taken_stratum_by_stratum_in_their_order() -> None:
    strata = [2, 0, 1, 2, 0, 0, 3]
    state = follicles(*({"stratum": g} for g in strata))
    assert by_stratum(state, 5).tolist() == [1, 4, 5, 2, 0, 3, 6]


def test_the_first_visit_not_before_a_grid_time() -> None:
    visits = np.array([0.0, 10.0, 10.5, 80.0])
    assert visits_from(GRID, visits).tolist() == [0, 1, 3, 3, 3, 4]


def test_single_follicles_are_recorded_as_they_are_counted() -> None:
    """Calibre 0 where no hair is seen, whatever the reason; the phase in any case."""
    rules = RULES._replace(emergence_length=5.0)
    rows = [
        growing(mark=7.5),
        growing(mark=7.5 + 1e-6),
        growing(full_calibre=20.0),
        growing(full_calibre=19.9),
        {"phase": Phase.CATAGEN, "club": 0.5},
        {"phase": Phase.TELOGEN, "club": 0.2},
        {"phase": Phase.KENOGEN},
        {"phase": Phase.LOST},
    ]
    state = follicles(*rows)
    clocks = clocks_of(forcing_on(GRID), rules)
    visits = np.array([NOW, 60.0])
    tally = np.empty((2, sight.TALLY_COLUMNS))
    phase, calibre = np.empty((2, 8), np.uint8), np.empty((2, 8), np.float32)
    stop = np.zeros(1, np.uint8)
    person, seen = Person(NOBODY, 1.0, visits, NO_COUNTS), Sightings(tally, phase, calibre)
    assert live(state, clocks, rules, person, no_grafts(), seen, stop) == 0
    assert calibre[0].tolist() == [80.0, 0.0, 20.0, 0.0, 40.0, 0.0, 0.0, 0.0]
    assert calibre[1].tolist() == [80.0, 80.0, 20.0, 0.0, 40.0, 0.0, 0.0, 0.0]
    assert (phase == state["phase"]).all()
    assert (tally[:, sight.SEEN] == (calibre > 0.0).sum(axis=1)).all()
    assert (tally[:, sight.CALIBRE_SUM] == calibre.sum(axis=1)).all()
