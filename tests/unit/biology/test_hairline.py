"""A line that recedes: budgets as distances, its hazard, and how active the disease is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError
from follicle_sim.biology.causes import Course, Hazard
from follicle_sim.biology.condition_reading import parse_condition
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.factors import load_factors
from follicle_sim.biology.hairline import distance_of, distances, hazard_behind
from follicle_sim.biology.hazards import activity_on, hazards_on
from follicle_sim.biology.signals import Setting

GRID = np.concatenate([np.arange(-120.0, 0.0, 30.0), np.arange(0.0, 401.0)])
FACTORS = load_factors()


def setting(people: int = 1, **changes) -> Setting:
    levels = np.ones((people, len(FACTORS.names), GRID.size))
    plain = {"grid": GRID, "levels": levels, "table": FACTORS, "shifts": {}, "strength": {}}
    return Setting(**{**plain, "sensitivity": np.zeros(1), **changes})


def test_distances_are_even_over_the_band_and_belong_to_the_follicle() -> None:
    who = DrawNames(seed=3, subjects=[4, 9])
    far = distances(who, np.arange(20_000), 30.0)
    counts = np.histogram(far, bins=10, range=(0.0, 30.0))[0] / far.size
    assert counts == pytest.approx(np.full(10, 0.1), abs=5 * math.sqrt(0.09 / far.size))
    assert (distances(who.of(slice(1, 2)), [77], 30.0) == far[1:, 77:78]).all()


def test_a_line_spends_the_budget_of_those_it_passes() -> None:
    pace = np.full((1, GRID.size - 1), 0.001)  # a thousandth of the band a day
    spent = np.cumsum(hazard_behind(pace, GRID) * np.diff(GRID), axis=1)
    line = 40.0 * 0.001 * (GRID[1:] - GRID[0])
    assert distance_of(spent[0], 40.0) == pytest.approx(line, rel=1e-12)


def test_a_line_does_not_leave_its_band() -> None:
    hazard = hazard_behind(np.full((1, GRID.size - 1), 0.1), GRID)
    assert np.isfinite(hazard).all()
    assert (hazard >= 0.0).all()
    assert (hazard[0, -5:] == 0.0).all()  # nothing is left to lose


@given(st.lists(st.floats(0.0, 0.02), min_size=4, max_size=4))
@settings(deadline=None, max_examples=40)
def test_whatever_its_speed_the_line_is_where_its_steps_took_it(paces: list[float]) -> None:
    pace = np.repeat(np.array([paces]), GRID.size // 4, axis=1)[:, : GRID.size - 1]
    spent = np.cumsum(hazard_behind(pace, GRID) * np.diff(GRID), axis=1)
    moved = np.minimum(np.cumsum(pace * np.diff(GRID), axis=1), 0.999999)
    assert distance_of(spent, 1.0) == pytest.approx(moved, abs=1e-9)


def test_an_ordered_loss_is_a_line_and_not_a_rate() -> None:
    loss = Hazard(Course(start=0.0, duration=300.0), rate=0.002, ordered=True)
    rate = hazards_on([loss], setting()).rate[0, 0, :-1]
    day = GRID[:-1]
    lost = 1.0 - np.exp(-np.cumsum(rate * np.diff(GRID)))
    assert lost[-1] == pytest.approx(0.6, rel=1e-9)
    inside = (day >= 0.0) & (day < 300.0)
    assert np.diff(lost[inside]) == pytest.approx(0.002, rel=1e-9)  # by the same every day
    assert (rate[~inside] == 0.0).all()


def test_activity_is_that_of_the_signal_and_ends_with_the_disease() -> None:
    calm = setting(2, strength={3: np.array([1.0, 2.0])})
    calm.levels[:, FACTORS.index("IFNG")] = 0.25
    loss = Hazard(Course(start=0.0, duration=300.0), rate=0.002, through=(("IFNG", 1.0),))
    active = activity_on({3: loss}, calm)
    inside = (GRID[:-1] >= 0.0) & (GRID[:-1] < 300.0)
    assert active[0, inside] == pytest.approx(0.25)
    assert active[1, inside] == pytest.approx(0.5)
    assert (active[:, ~inside] == 0.0).all()


def test_what_is_inflamed_is_what_follows_interferon_gamma() -> None:
    assert list(load_condition("lichen_planopilaris").inflamed) == [0]
    assert list(load_condition("frontal_fibrosing_alopecia").inflamed) == [0]
    assert not load_condition("chemotherapy").inflamed
    assert not load_condition("alopecia_areata").inflamed  # no follicle is lost there


# ---------------------------------------------------------------- what a file may not say

LINE = {
    "title": "a line",
    "source": "our clinic",
    "androgen_sensitive": False,
    "default_severity": "none",
    "severities": {"none": 0.0},
    "follicle_density": {"value": 240.0, "unit": "1/cm2", "source": "our clinic", "grade": "user"},
}


def quantity(value: float, unit: str) -> dict[str, object]:
    return {"value": value, "unit": unit, "source": "our clinic", "grade": "user"}


def loss(**changes: object) -> dict[str, object]:
    plain = {"about": "a line", "start": quantity(0.0, "d"), "duration": quantity(400.0, "d")}
    return {**plain, "speed": quantity(0.01, "mm/d"), **changes}


DEPTH = {"hairline": {"depth": quantity(30.0, "mm")}}


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"losses": [loss()]}, "give [hairline] with its depth"),
        (DEPTH, "no loss has a speed"),
        ({**DEPTH, "losses": [loss(), loss()]}, "two have a speed"),
        ({**DEPTH, "losses": [loss(rate=quantity(0.1, "1/d"))]}, "one of them"),
        ({**DEPTH, "losses": [loss(start=None, duration=None)]}, "speed needs a start"),
        ({**DEPTH, "losses": [loss(delay=quantity(3.0, "d"))]}, "delay: a line that recedes"),
        ({**DEPTH, "losses": [loss(speed=quantity(-1.0, "mm/d"))]}, "out of bounds"),
        ({"hairline": {"depth": quantity(30.0, "cm")}, "losses": [loss()]}, 'kept in "mm"'),
        ({**DEPTH, "losses": [loss(spped=1)]}, 'did you mean "speed"?'),
    ],
)
def test_what_does_not_fit_a_line_is_told(tables: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_condition("line", {**LINE, **tables}, "my_line.toml")
    assert told in str(caught.value), str(caught.value)
    assert "my_line.toml" in str(caught.value)
