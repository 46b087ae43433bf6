"""Hazards and clocks of a condition as arrays: when, how hard, following what."""

import numpy as np
import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.causes import LATEST_SD, ClockChange, Course, Hazard, Patches
from follicle_sim.biology.clock_changes import clock_changes
from follicle_sim.biology.condition_reading import FOLDER, parse_condition
from follicle_sim.biology.factors import load_factors
from follicle_sim.biology.hazards import hazards_on
from follicle_sim.biology.signals import SILENT, Setting

GRID = np.concatenate([np.arange(-90.0, 0.0, 30.0), np.arange(0.0, 61.0)])
FACTORS = load_factors()
IFNG = FACTORS.index("IFNG")


def setting(people: int = 1, **changes) -> Setting:
    levels = np.ones((people, len(FACTORS.names), GRID.size))
    plain = {"grid": GRID, "levels": levels, "table": FACTORS, "shifts": {}, "strength": {}}
    return Setting(**{**plain, "sensitivity": np.zeros(1), **changes})


def total(rate: np.ndarray) -> np.ndarray:
    """Integrate a hazard that is constant in each cell."""
    return (rate[..., :-1] * np.diff(GRID)).sum(axis=-1)


def test_a_pulse_is_exact_on_any_grid():
    pulse = Hazard(Course(start=-40.3, duration=50.7), rate=0.02)
    assert total(hazards_on([pulse], setting()).rate)[0, 0] == pytest.approx(0.02 * 50.7, rel=1e-12)


def test_cycles_come_as_often_as_they_are_given():
    cycles = Hazard(Course(start=0.0, duration=2.0, every=14.0, count=4), rate=0.5)
    rate = hazards_on([cycles], setting()).rate[0, 0]
    assert GRID[rate > 0.0].tolist() == [0.0, 1.0, 14.0, 15.0, 28.0, 29.0, 42.0, 43.0]


def test_what_has_no_start_has_always_been_so():
    assert (hazards_on([Hazard(Course(), rate=0.01)], setting()).rate[0, 0, :-1] == 0.01).all()


def test_rivals_add_and_share_those_that_fall():
    rivals = [Hazard(Course(), rate=0.01), Hazard(Course(), rate=0.03, falls=0.8)]
    struck = hazards_on(rivals, setting())
    np.testing.assert_allclose(struck.rate[0, 0, :-1], 0.04, rtol=1e-15)
    np.testing.assert_allclose(struck.falls[0, 0, :-1], 0.6, rtol=1e-15)
    assert (hazards_on(rivals[:1], setting()).falls == 0.0).all()


def test_people_start_later_or_earlier_and_never_beyond_all_measure():
    late = Hazard(Course(start=10.0, duration=5.0, start_sd=2.0), rate=1.0)
    z = np.array([0.0, 1.5, -100.0])
    rate = hazards_on([late], setting(3, shifts={0: z})).rate[:, 0]
    starts = [GRID[row > 0.0].min() for row in rate]
    assert starts == [10.0, 13.0, 10.0 - LATEST_SD * 2.0]
    assert late.course.earliest == min(starts)


def test_strength_is_of_the_hazard_of_that_number():
    two = [Hazard(Course(), rate=1.0), Hazard(Course(), rate=10.0)]
    strength = {3: np.array([2.0, 0.5])}
    rate = hazards_on(two, setting(2, strength=strength), first=2).rate
    np.testing.assert_allclose(rate[:, 0, 0], [21.0, 6.0])


def test_strata_are_weighted_by_their_sensitivity():
    sensitivity = np.array([0.0, 0.25, 4.0])
    hazard = Hazard(Course(), rate=0.1, sensitivity_power=0.5)
    rate = hazards_on([hazard], setting(sensitivity=sensitivity)).rate
    np.testing.assert_allclose(rate[0, :, 0], [0.0, 0.05, 0.2], rtol=1e-12)


def test_a_hazard_follows_its_factor_at_once_or_with_a_lag():
    levels = np.ones((1, len(FACTORS.names), GRID.size))
    levels[0, IFNG, GRID > 0.0] = 0.25
    here = setting(levels=levels)
    at_once = Hazard(Course(), rate=1.0, through=(("IFNG", 2.0),))
    slow = Hazard(Course(), rate=1.0, through=(("IFNG", 2.0),), lag=20.0)
    quick_rate, slow_rate = (hazards_on([one], here).rate[0, 0] for one in (at_once, slow))
    np.testing.assert_allclose(quick_rate[GRID >= 1.0][:-1], 0.25**2, rtol=1e-12)
    # after 20 days of a step in the logarithm, 1 - 1/e of it; the ramp of a day delays by half
    node = int(np.searchsorted(GRID, 20.0))
    middle = np.log(slow_rate[node - 1 : node + 1]).mean() / np.log(0.25**2)
    assert middle == pytest.approx(1.0 - np.exp(-19.5 / 20.0), abs=2e-3)


def test_a_hazard_comes_back_slower_than_it_goes():
    levels = np.ones((1, len(FACTORS.names), GRID.size))
    levels[0, IFNG, (GRID > 0.0) & (GRID < 30.0)] = 0.25
    here = setting(levels=levels)
    slow = Hazard(Course(), rate=1.0, through=(("IFNG", 1.0),), lag=5.0, lag_back=20.0)
    log_rate = np.log(hazards_on([slow], here).rate[0, 0, :-1])
    low, later = (int(np.searchsorted(GRID, day)) for day in (27.0, 50.0))
    assert log_rate[low] == pytest.approx(np.log(0.25), abs=0.01)
    # after 20 days of return a share 1/e of the way is left; each step lasts a day
    assert log_rate[later] / np.log(0.25) == pytest.approx(np.exp(-20.5 / 20.0), abs=0.02)


def test_a_silent_disease_leaves_next_to_nothing():
    awake = np.where(GRID < 10.0, 1.0, 0.0)[None]
    hazard = Hazard(Course(), rate=1.0, within_patches=True)
    rate = hazards_on([hazard], setting(awake=awake, patch=np.array([3.0]))).rate[0, 0]
    np.testing.assert_allclose(rate[GRID < 9.0], 3.0)
    np.testing.assert_allclose(rate[GRID >= 10.0][:-1], 3.0 * SILENT, rtol=1e-9)


def test_a_switch_strikes_hard_or_hardly():
    people = np.array([1.0, 0.1, 0.01])
    switch = Hazard(Course(), rate=0.5, activity=10.0, steepness=3.0, least=0.1)
    rate = hazards_on([switch], setting(3, strength={0: people})).rate[:, 0, 0]
    # rate A^n / (1 + A^n) (Hill 1910)
    np.testing.assert_allclose(rate, 0.5 * np.array([1000.0 / 1001.0, 0.5, 0.001 / 1.001]))
    assert switch.at(np.array([switch.weakest])) == pytest.approx(0.1, rel=1e-12)
    plain = Hazard(Course(), rate=0.5, least=0.1)
    assert plain.at(np.array([plain.weakest])) == pytest.approx(0.1, rel=1e-12)


def test_a_switch_cannot_give_more_than_its_rate():
    tables = read_toml(FOLDER / "alopecia_areata.toml")
    tables["attacks"][0]["least"]["value"] = 1.0
    with pytest.raises(
        InputError, match=r"attacks\.0: least: found 1 per day; allowed .*: below the"
    ):
        parse_condition("own", tables, "own.toml")


def test_a_lag_of_a_persons_own_stands_in_place_of_that_of_the_hazard():
    awake = np.where(GRID < 10.0, 1.0, 0.0)[None].repeat(3, axis=0)
    slow = Hazard(Course(), rate=1.0, within_patches=True, lag=40.0, lag_back=200.0)
    own = setting(awake=awake, lag=np.array([0.0, 40.0, 5.0]))
    rate = hazards_on([slow], own).rate[:, 0]
    usual = hazards_on([slow], setting(awake=awake[:1])).rate[0, 0]
    np.testing.assert_array_equal(rate[0], usual)
    np.testing.assert_array_equal(rate[1], usual)
    late = GRID > 15.0
    assert (rate[2, late][:-1] < 0.2 * usual[late][:-1]).all()


def test_clocks_change_while_they_are_told_to():
    change = ClockChange(Course(start=5.0, duration=10.0), phase="kenogen", speed=0.5)
    added = clock_changes([change], setting())
    assert added is not None
    inside, edge = (GRID > 5.0) & (GRID < 15.0), (GRID == 5.0) | (GRID == 15.0)
    np.testing.assert_allclose(added[0, 2, inside], np.log(0.5))
    np.testing.assert_allclose(added[0, 2, edge], np.log(0.75), err_msg="half of the time")
    assert (added[0, 2, ~(inside | edge)] == 0.0).all()
    assert (added[0, :2] == 0.0).all()
    assert clock_changes([], setting()) is None


def test_grades_of_an_extent():
    same = (1.0,) * 3
    patches = Patches((0.0, 25.0, 50.0), same, same, same, 1.0, 0.0, same, same, same)
    assert patches.grade(np.array([0.0, 24.9, 25.0, 50.0, 100.0])).tolist() == [0, 0, 1, 2, 2]
