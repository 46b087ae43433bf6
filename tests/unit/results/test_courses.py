"""Times and shares that come from a person's whole course, on courses made by hand."""

import numpy as np
import pytest

from follicle_sim.results.courses import (
    EFFLUVIUM,
    NOTICED,
    REGROWN,
    duration,
    end,
    first_crossing,
    from_salt30_to_salt20,
    loss_day,
    onset,
    peak,
    preserved,
    regrowth_day,
)
from follicle_sim.results.shares import SHARES, begun_again, regrown_share

DAYS = np.array([0.0, 30.0, 60.0, 90.0, 120.0, 180.0])
NAN = np.nan


def same(found: np.ndarray, expected: list[float]) -> None:
    assert found == pytest.approx(np.array(expected), abs=1e-9, nan_ok=True)


def test_a_crossing_is_linear_between_visits() -> None:
    courses = np.array(
        [
            [1.0, 1.0, 3.0, 1.0, 5.0, 5.0],  # up half way between 30 and 60
            [5.0, 1.0, 1.0, 1.0, 1.0, 3.0],  # above at once
            [1.0, 2.0, 2.0, 2.0, 2.0, 2.0],  # at the level is not above it
        ]
    )
    same(first_crossing(courses, DAYS, 2.0, "above"), [45.0, 0.0, NAN])
    # down to the level includes it
    same(first_crossing(courses, DAYS, 2.0, "down_to"), [0.0, 22.5, 0.0])


def test_a_crossing_is_looked_for_from_a_visit_on() -> None:
    course = np.array([[1.0, 3.0, 1.0, 1.0, 3.0, 1.0]])
    same(first_crossing(course, DAYS, 2.0, "above", after=60.0), [105.0])
    same(first_crossing(course, DAYS, 2.0, "above", after=30.0), [30.0])
    same(first_crossing(course, DAYS, 2.0, "above", after=np.array([180.0])), [NAN])
    same(first_crossing(course, DAYS, np.array([NAN]), "above"), [NAN])


def test_a_visit_that_was_missed_is_passed_over() -> None:
    whole = np.array([1.0, 1.5, 2.0, 3.0, 3.0, 3.0])
    missed = whole.copy()
    missed[1] = NAN  # lies on the line between its neighbours
    at = first_crossing(np.stack([whole, missed]), DAYS, 1.75, "above")
    same(at, [45.0, 45.0])
    # who was not seen any more after the last visit is not said to have crossed
    gone = np.array([[1.0, NAN, NAN, NAN, NAN, NAN]])
    same(first_crossing(gone, DAYS, 2.0, "above"), [NAN])


def test_an_effluvium_has_onset_peak_and_end() -> None:
    # baseline 2 a day: the threshold is 3
    rate = np.array(
        [
            [2.0, 2.0, 4.0, 8.0, 4.0, 1.0],
            [2.0, 2.2, 2.5, 2.9, 2.0, 2.0],  # never half as fast again
            [2.0, 4.0, 6.0, 6.0, 6.0, 5.0],  # not over by the end
            [0.0, 4.0, 6.0, 6.0, 0.0, 0.0],  # no multiple of nothing
        ]
    )
    assert EFFLUVIUM == 1.5
    same(onset(rate, DAYS), [45.0, NAN, 15.0, NAN])
    same(peak(rate, DAYS), [90.0, NAN, 60.0, NAN])
    # from 4 at day 120 to 1 at day 180: 3 after a third of the way
    same(end(rate, DAYS), [140.0, NAN, NAN, NAN])
    same(duration(rate, DAYS), [95.0, NAN, NAN, NAN])


def test_hair_is_lost_and_comes_back() -> None:
    hairs = np.array(
        [
            [200.0, 0.0, 0.0, 0.0, 100.0, 200.0],
            [200.0, 190.0, 180.0, 190.0, 200.0, 200.0],  # nobody would notice
            [200.0, 100.0, 0.0, 0.0, 0.0, 0.0],  # not back yet
        ]
    )
    # the first loses 200 hairs in 30 days, the third 100
    same(loss_day(hairs, DAYS), [30.0 * NOTICED, NAN, 60.0 * NOTICED])
    # the last visit without hair is at day 90; 20 of 100 hairs take a fifth of the next 30 days
    same(regrowth_day(hairs, DAYS), [90.0 + 30.0 * 200.0 * REGROWN / 100.0, NAN, NAN])
    same(preserved(hairs, DAYS), [0.0, 1.0, 0.0])


def test_half_is_lost_by_who_keeps_just_half() -> None:
    hairs = np.array(
        [
            [200.0, 100.0, 150.0, 200.0, 200.0, 200.0],
            [200.0, 100.5, NAN, 200.0, 200.0, 200.0],
            [200.0, NAN, NAN, NAN, NAN, NAN],
            [NAN, 100.0, 100.0, 100.0, 100.0, 100.0],
        ]
    )
    same(preserved(hairs, DAYS), [0.0, 1.0, NAN, NAN])


def test_from_a_first_response_to_a_low_score() -> None:
    salt = np.array(
        [
            [100.0, 100.0, 40.0, 0.0, 0.0, 0.0],  # 70 at day 45, 20 at day 75
            [100.0, 70.0, 60.0, 50.0, 40.0, 30.0],  # never so low
            [25.0, 10.0, 5.0, 5.0, 5.0, 5.0],  # 20 before 17.5: at once
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],  # nothing to improve
        ]
    )
    same(from_salt30_to_salt20(salt, DAYS), [30.0, NAN, 0.0, NAN])


def test_hair_begins_to_come_back_after_its_lowest() -> None:
    density = np.array(
        [
            # two people over five visits: one lost it all, one never enough to be noticed
            [200.0, 200.0],
            [0.0, 170.0],
            [0.0, 165.0],
            [19.0, 180.0],
            [21.0, 200.0],
        ]
    )
    marks = begun_again(density, density[:1])
    same(marks[:, 0], [0.0, 0.0, 0.0, 0.0, 1.0])  # a tenth of 200 hairs is 20
    assert np.isnan(marks[:, 1]).all()


def test_what_grew_of_a_bare_area() -> None:
    salt, base = np.array([0.0, 5.0, 20.0, 3.0]), np.array([10.0, 10.0, 10.0, 0.0])
    same(regrown_share(salt, base), [1.0, 0.5, -1.0, NAN])


@pytest.mark.parametrize("name", ["salt30_responders", "salt50_responders", "salt90_responders"])
def test_a_fall_by_just_the_share_is_one(name: str) -> None:
    share = float(name[4:6]) / 100.0
    base = np.array([10.0, 37.0, 63.0, 90.0, 100.0])
    fallen = SHARES[name].combine
    same(fallen(base - share * base, base), [1.0] * 5)
    same(fallen(base - (share - 0.001) * base, base), [0.0] * 5)


def test_a_score_that_stays_just_at_the_limit_has_reached_it() -> None:
    salt = np.array([[90.0, 63.0, 63.0, 20.0, 20.0, 20.0]])
    same(from_salt30_to_salt20(salt, DAYS), [60.0])
