"""Small cases worked by hand: ranks, sets of visits, and each reason with its exact words."""

import numpy as np
import pytest

from follicle_sim.analysis.statistics import estimable
from follicle_sim.analysis.statistics.estimable import independent, residual, why_not

NAN = np.nan
DUST = 1e-9


def ones(people):
    """One column: the mean."""
    return np.ones((people, 1))


def arms(people):
    """Two columns: every other person is treated, and the mean."""
    return np.column_stack([np.arange(people) % 2, np.ones(people)]).astype(float)


def seen_at(visits, *patterns):
    """Values of so many people at each of some sets of visits, the first visit being 1."""
    people = sum(count for count, _ in patterns)
    y = 10.0 * np.random.default_rng(4).standard_normal((people, visits))
    rows = np.repeat(np.arange(len(patterns)), [count for count, _ in patterns])
    for person, row in enumerate(rows):
        for visit in range(visits):
            if visit + 1 not in patterns[row][1]:
                y[person, visit] = NAN
    return y


def test_ranks_of_columns_of_very_different_sizes():
    tiny = np.array([[1e-12, 1.0], [2e-12, 1.0], [4e-12, 1.0]])
    assert independent(tiny) == 2
    assert independent(1e15 * tiny) == 2
    assert independent(np.array([[0.5], [0.5]])) == 1
    assert independent(np.array([[3.0, 0.0, 6.0], [4.0, 0.0, 8.0]])) == 1
    assert independent(np.array([[1.0, -1.0], [-1.0, 1.0]])) == 1
    assert independent(np.zeros((3, 0))) == 0


def test_what_columns_leave_over():
    values = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    left = residual(np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]), values)
    assert left == pytest.approx(np.array([[-2.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]))
    # The same column twice takes away no more, whatever its size.
    twice = residual(np.array([[1.0, 1e9], [1.0, 1e9], [1.0, 1e9]]), values)
    assert twice == pytest.approx(left)
    assert residual(np.zeros((3, 2)), values).tolist() == values.tolist()


def test_combinations_without_a_residual():
    spread = np.array([[1.0, 2.0, 0.0], [3.0, 4.0, 5.0], [4.0, 5.0, -7.0], [9.0, 10.0, 2.0]])
    assert estimable._free_visits(ones(4), spread, DUST).tolist() == [True, True, False]
    assert estimable._free_visits(ones(4), spread[:, 1:], DUST) is None
    # Sizes do not matter, and neither does what is left of a visit that is flat.
    small = spread[:, 1:] * [1e-12, 1.0]
    assert estimable._free_visits(ones(4), small, 1e-20) is None
    flat = spread[:, 1:] * [0.0, 1.0]
    assert estimable._free_visits(ones(4), flat, DUST).tolist() == [True, False]
    assert estimable._free_visits(ones(0), spread[:0], DUST).tolist() == [True, True, True]
    assert estimable._free_visits(ones(1), spread[:1], DUST).tolist() == [True, True, True]


@pytest.mark.parametrize(("half", "free"), [(0.9, True), (1.0, True), (1.1, False)])
def test_dust_is_that_of_a_single_value(half, free):
    """Four values 1 apart from their mean have a length of 2."""
    y = half * np.array([[1.0], [-1.0], [1.0], [-1.0]])
    for dust in (0.5, 1.0, 2.0):
        assert (estimable._free_visits(ones(4), dust * y, dust) is not None) == free
        assert estimable._leave_dust(ones(4), dust * y[:, 0], dust) == free


def test_sets_of_visits_are_intersections_larger_ones_first():
    def sets(*patterns):
        seen = np.array([[visit in each for visit in "1234"] for each in patterns])
        found = estimable._intersections(seen)
        return [
            "".join(name for name, there in zip("1234", each, strict=True) if there)
            for each in found
        ]

    assert sets("123", "12", "123") == ["123", "12"]
    assert sets("123", "124", "134", "234") == [
        "234", "134", "124", "123", "34", "24", "23", "14", "13", "12", "4", "3", "2", "1", "",
    ]  # fmt: skip
    assert sets("12", "34") == ["34", "12", ""]


def test_looking_for_sets_of_visits_ends(monkeypatch):
    """Each pattern doubles the sets at most; those that occur are always looked at."""
    seen = ~np.eye(6, dtype=bool)
    assert len(estimable._intersections(seen)) == 63
    monkeypatch.setattr(estimable, "MOST_SETS", 6)
    assert len(estimable._intersections(seen)) == 11
    monkeypatch.setattr(estimable, "MOST_SETS", 5)
    assert len(estimable._intersections(seen)) == 6


# -- means -----------------------------------------------------------------------------------------


def test_the_visit_with_fewest_people_is_named():
    y = seen_at(3, (6, {1, 2, 3}), (2, {1}), (1, {2}))
    assert why_not(arms(9), y, DUST) == ""
    y[2:, 2] = y[5:, 1] = NAN
    assert why_not(arms(9), y, DUST) == (
        "too few people: 2 were seen at visit 3 of 3, 3 are needed (2 for arm, mean and what is "
        "adjusted for, and 1 more)"
    )


def test_enough_people_who_are_all_of_one_arm_do_not_tell_arms_apart():
    y = seen_at(2, (8, {1, 2}))
    y[[0, 2, 4, 6, 7], 1] = NAN
    assert why_not(arms(8), y, DUST) == (
        "too few people: the 3 seen at visit 2 of 2 do not tell arm, baseline and strata apart "
        "there"
    )
    y[1, 1] = NAN
    for exchangeable, told in ((False, "3 are needed (2 for"), (True, "the 2 seen at visit 2 of")):
        assert told in why_not(arms(8), y, DUST, exchangeable=exchangeable)
    y[3, 1] = NAN
    for exchangeable, told in ((False, "3 are needed (2 for"), (True, "2 are needed (2 for")):
        assert told in why_not(arms(8), y, DUST, exchangeable=exchangeable)


def test_too_few_are_named_before_more_of_one_arm():
    y = seen_at(2, (8, {1, 2}))
    y[[0, 2, 4, 6], 0] = NAN
    y[:6, 1] = NAN
    assert why_not(arms(8), y, DUST).startswith("too few people: 2 were seen at visit 2 of 2, 3")


def test_one_visit_needs_one_more_than_columns_whatever_is_asked():
    for exchangeable in (False, True):
        y = np.array([[1.0], [4.0], [6.0]])
        assert why_not(arms(3), y, DUST, exchangeable=exchangeable) == ""
        assert why_not(arms(2), y[:2], DUST, exchangeable=exchangeable) == (
            "too few people: 2 were seen at visit 1 of 1, 3 are needed (2 for arm, mean and what "
            "is adjusted for, and 1 more)"
        )
        assert why_not(arms(3), y[[0, 1, 0]], DUST, exchangeable=exchangeable) == (
            "no spread: visit 1 of 1 moved alike in everybody seen at all of them"
        )


# -- a covariance of any shape ---------------------------------------------------------------------


def test_a_set_of_which_nobody_tells_is_passed_over():
    """Two people and two columns say nothing of three visits; pairs have people of their own."""
    pairs = [(6, {1, 2}), (6, {1, 3}), (6, {2, 3})]
    assert why_not(arms(20), seen_at(3, (2, {1, 2, 3}), *pairs), DUST) == ""
    assert why_not(arms(21), seen_at(3, (3, {1, 2, 3}), *pairs), DUST) == (
        "too few people: 3 were seen at visits 1 and 2 and 3 of 3 together, 5 are needed (2 for "
        "arm, mean and what is adjusted for, and 3 more)"
    )


def test_sets_after_one_that_is_passed_over_are_looked_at():
    pairs = [(6, {i, j}) for i in range(1, 5) for j in range(1, i)]
    y = seen_at(4, (2, {1, 2, 3, 4}), (2, {1, 2, 3}), *pairs)
    assert why_not(arms(40), y, DUST).startswith(
        "too few people: 4 were seen at visits 1 and 2 and 3 of 4 together, 5 are needed"
    )


def test_what_others_saw_move_is_no_reason():
    """Visit 1 is flat in those seen at 1 and 2 alone, and moves in others."""
    y = seen_at(3, (6, {1, 2}), (6, {1, 3}), (6, {2, 3}))
    y[:6, 0] = 5.0
    assert why_not(arms(18), y, DUST) == ""
    y = seen_at(3, (6, {1, 2}), (3, {1, 3}), (6, {2, 3}))
    y[:6, 0] = 5.0
    assert why_not(arms(15), y, DUST) == (
        "too few people: 3 were seen at visits 1 and 3 of 3 together, 4 are needed (2 for arm, "
        "mean and what is adjusted for, and 2 more)"
    )


def test_just_enough_people_who_moved_alike_have_no_spread():
    y = seen_at(2, (4, {1, 2}), (4, {1}))
    assert why_not(arms(8), y, DUST) == ""
    y[:4, 1] = y[:4, 0] + 2.0
    assert why_not(arms(8), y, DUST) == (
        "no spread: visits 1 and 2 of 2 moved alike in everybody seen at all of them"
    )


def test_a_flat_visit_is_named_alone():
    y = seen_at(3, (6, {1, 2, 3}), (4, {3}))
    y[:6, :2] = 5.0
    assert why_not(arms(10), y, DUST) == (
        "no spread: visit 1 of 3 moved alike in everybody seen at all of them"
    )


# -- one variance and one covariance ---------------------------------------------------------------


def exchangeable(x, y, dust=DUST):
    return why_not(x, np.array(y, dtype=float), dust, exchangeable=True)


def test_two_people_seen_twice_are_enough_for_one_mean_a_visit():
    assert exchangeable(ones(2), [[1, 2], [3, 7]]) == ""
    assert exchangeable(ones(2), [[1, 2], [3, 4]]) == (
        "no spread within people: there is nothing to judge a difference by"
    )
    assert exchangeable(ones(2), [[1, 2], [2, 1]]) == (
        "no spread between people: there is nothing to judge a difference by"
    )


def test_one_person_seen_twice_is_not_enough():
    y = [[1, 2], [3, NAN], [NAN, 5], [NAN, NAN]]
    assert exchangeable(ones(4), y) == (
        "too few people: 3 have values, and 2 means of 1 columns each leave nothing to tell the "
        "spread within people by; 1 more seen twice is needed"
    )
    # As many as needed of each arm, but nobody seen twice.
    y = [[1, NAN], [3, NAN], [NAN, 5], [NAN, 8]]
    assert exchangeable(arms(4), y).startswith("too few people: 4 have values, and 2 means of 2")
    assert exchangeable(ones(3), [[1, 2], [3, NAN], [NAN, 5]]).startswith("too few people: 3")


def test_a_second_person_seen_twice_is_found_wherever_they_stand():
    assert exchangeable(ones(4), [[1, 2], [3, NAN], [NAN, 5], [4, 9]]) == ""
    assert exchangeable(ones(4), [[1, 2], [3, NAN], [NAN, 5], [4, 5]]).startswith(
        "no spread within people"
    )


def test_the_spread_between_is_judged_by_those_seen_most_often():
    """The only person seen at all visits tells nothing by themselves; others may."""
    y = [[1, 2, 4], [3, 8, NAN], [NAN, 5, 9], [7, NAN, 6]]
    assert exchangeable(ones(4), y) == ""
    # Two seen at all, whose means are 2 each: 1 to spare, and no spread.
    y = [[1, 2, 3], [3, 1, 2], [7, NAN, NAN], [NAN, 90, NAN]]
    assert exchangeable(ones(4), y) == (
        "no spread between people: there is nothing to judge a difference by"
    )
    y[1][2] = 3
    assert exchangeable(ones(4), y) == ""
    # A wave that is the same in everybody is the mean of each visit, not a spread.
    y = [[1, 5, NAN], [2, 6, NAN], [9, NAN, 4], [11, NAN, 6]]
    assert exchangeable(ones(4), y).startswith("no spread within people")


def test_spread_is_judged_within_columns():
    """Both arms moved alike, each in a way of its own."""
    assert exchangeable(arms(4), [[1, 2], [1, 7], [3, 4], [4, 10]]) == (
        "no spread within people: there is nothing to judge a difference by"
    )
    assert exchangeable(arms(4), [[1, 2], [1, 7], [3, 4], [4, 11]]) == ""
    assert exchangeable(arms(4), [[1, 2], [1, 7], [2, 1], [7, 1]]) == (
        "no spread between people: there is nothing to judge a difference by"
    )
