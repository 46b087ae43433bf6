"""Tables of single people: means, SD, n and correlations worked out by other means, nobody lost."""

import numpy as np
import pytest
from scipy import stats

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.own.held import Held, held
from follicle_sim.evidence.own.people import shared_codes, summary
from follicle_sim.evidence.own.rows import read_rows

HEAD = "subject,arm,side,week,endpoint,unit,value\n"
RNG = np.random.default_rng(3)
LEFT = 140 + 18 * RNG.standard_normal((8, 3)) + [0, 8, 12]
RIGHT = 0.8 * LEFT + 0.2 * (140 + 18 * RNG.standard_normal((8, 3))) - [0, 6, 9]
WEEKS = (0, 12, 24)


class Table:
    def __init__(self, text: str, arms: dict[str, str]) -> None:
        self.study, self.arms, self.rows = "mine", arms, read_rows(text.encode(), "mine.csv")


def lines(arm: str, side: str, values: np.ndarray, start: int = 1) -> str:
    return "".join(
        f"P{start + i},{arm},{side},{week},hair density,hairs/cm2,"
        f"{'' if np.isnan(values[i, t]) else repr(float(values[i, t]))}\n"
        for i in range(len(values))
        for t, week in enumerate(WEEKS)
    )


def split_scalp(left: np.ndarray = LEFT, right: np.ndarray = RIGHT) -> Held:
    text = HEAD + lines("drug", "left", left) + lines("none", "right", right)
    roles = {"drug": "treatment", "none": "untreated"}
    return held(Table(text, {"drug": "drug", "none": "none"}), roles)


def one(found: Held, arm: str, kind: str, week: float) -> Observation:
    (row,) = [
        row for row in found.observations if (row.arm, row.kind, row.week) == (arm, kind, week)
    ]
    return row


def test_sides_of_the_same_people_are_paired() -> None:
    found = split_scalp()
    assert found.study.within_person
    assert found.notes == ()
    level = one(found, "none", "level", 12)
    assert (level.value, level.n) == (pytest.approx(RIGHT[:, 1].mean()), 8)
    assert level.se == pytest.approx(stats.sem(RIGHT[:, 1]))
    change = one(found, "drug", "change", 24)
    assert change.value == pytest.approx((LEFT[:, 2] - LEFT[:, 0]).mean())
    assert change.se == pytest.approx(stats.sem(LEFT[:, 2] - LEFT[:, 0]))
    pairs = (LEFT[:, 2] - LEFT[:, 0]) - (RIGHT[:, 2] - RIGHT[:, 0])
    apart = one(found, "drug", "difference", 24)
    assert (apart.control, apart.value) == ("none", pytest.approx(pairs.mean()))
    assert apart.se == pytest.approx(stats.sem(pairs))
    assert not apart.derived_from


def test_correlations_within_people() -> None:
    spreads = {(each.arm, each.control, each.week): each for each in split_scalp().spreads}
    time = spreads["drug", "", 12]
    assert time.correlation == pytest.approx(stats.pearsonr(LEFT[:, 0], LEFT[:, 1])[0])
    assert time.sd_change == pytest.approx((LEFT[:, 1] - LEFT[:, 0]).std(ddof=1))
    assert time.sd_baseline == pytest.approx(LEFT[:, 0].std(ddof=1))
    sides = spreads["drug", "none", 12]
    changes = LEFT[:, 1] - LEFT[:, 0], RIGHT[:, 1] - RIGHT[:, 0]
    assert sides.correlation == pytest.approx(stats.pearsonr(*changes)[0])
    assert sides.sd_change == pytest.approx((changes[0] - changes[1]).std(ddof=1))


def test_missing_people_are_counted_and_said() -> None:
    left, right = LEFT.copy(), RIGHT.copy()
    left[0, 1] = np.nan  # P1 missed week 12
    left[1, 1:] = np.nan  # P2 left after baseline
    left[2, 0] = np.nan  # P3 has no baseline
    right[3, 2] = np.nan  # P4 is counted on one side only
    found = split_scalp(left, right)
    there = [0, 3, 4, 5, 6, 7]
    change = one(found, "drug", "change", 24)
    assert change.n == 6
    assert change.value == pytest.approx((LEFT[there, 2] - LEFT[there, 0]).mean())
    both = [0, 4, 5, 6, 7]
    pairs = (LEFT[:, 2] - LEFT[:, 0] - RIGHT[:, 2] + RIGHT[:, 0])[both]
    apart = one(found, "drug", "difference", 24)
    assert (apart.n, apart.value) == (5, pytest.approx(pairs.mean()))
    assert found.notes == (
        "drug, hair density, week 0: 7 of 8 people; 1 (P3) missing (so in no change)",
        "drug, hair density, week 12: 6 of 8 people; 1 (P2) gone for good by then, "
        "1 (P1) missing (counted again later)",
        "drug, hair density, week 24: 7 of 8 people; 1 (P2) gone for good by then",
        "none, hair density, week 24: 7 of 8 people; 1 (P4) gone for good by then",
        "drug against none, week 12: 3 (P1, P2, P3) with a change on one side only, left out",
        "drug against none, week 24: 3 (P2, P3, P4) with a change on one side only, left out",
    )


def test_arms_of_different_people_are_not_paired() -> None:
    text = HEAD + lines("drug", "", LEFT) + lines("none", "", RIGHT, start=101)
    found = held(Table(text, {"drug": "drug", "none": "none"}), {"none": "placebo"})
    assert not found.study.within_person
    apart = one(found, "drug", "difference", 12)
    errors = stats.sem(LEFT[:, 1] - LEFT[:, 0]), stats.sem(RIGHT[:, 1] - RIGHT[:, 0])
    assert apart.se == pytest.approx(np.hypot(*errors))
    assert apart.derived_from


def test_one_code_in_two_arms_is_refused_without_sides() -> None:
    rows = read_rows((HEAD + lines("drug", "", LEFT) + lines("none", "", RIGHT)).encode(), "x")
    assert 'subject "P1" is in the arms "drug" and "none"' in shared_codes(rows)
    sided = read_rows((HEAD + lines("drug", "l", LEFT) + lines("none", "r", RIGHT)).encode(), "x")
    assert shared_codes(sided) == ""


def test_two_sides_in_one_arm_are_one_person() -> None:
    text = HEAD + lines("drug", "left", LEFT) + lines("drug", "right", RIGHT)
    found = summary(read_rows(text.encode(), "x"), "")
    (change,) = [
        row for row in found.rows if "is_change_from_baseline" in row and row["week"] == 12
    ]
    mean = ((LEFT + RIGHT) / 2)[:, 1] - ((LEFT + RIGHT) / 2)[:, 0]
    assert (change["n"], change["mean"]) == (8, pytest.approx(mean.mean()))
    assert change["sd"] == pytest.approx(mean.std(ddof=1))


def test_the_same_count_twice_is_refused() -> None:
    text = HEAD + lines("drug", "left", LEFT[:1]) + lines("drug", "left", LEFT[:1])
    with pytest.raises(
        InputError, match="line 5: the same subject, arm, week and endpoint as line 2"
    ):
        read_rows(text.encode(), "x")
