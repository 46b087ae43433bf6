"""Which numbers of a trial are fitted, and how their errors go together."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from comparison_rows import ROW

from follicle_sim.experiments.calibration.scenario_numbers import (
    OWN_ERROR,
    Numbers,
    choose_numbers,
    error_covariance,
    sampling_covariance,
    shifts,
)


def row(**changes):
    name = " ".join(f"{value}" for value in changes.values())
    return replace(
        ROW, **({"observation": name, "arm": "drug", "week": 12.0, "day": 84.0} | changes)
    )


def numbers(*rows):
    return Numbers(tuple(rows), np.zeros(len(rows)), np.ones(len(rows)), ())


def test_each_fact_is_fitted_once_and_the_sharpest_first():
    level, start = row(kind="level"), row(kind="level", week=0.0, day=0.0)
    change, other = row(kind="change"), row(kind="change", arm="saline")
    against = row(kind="difference", control="saline")
    later = row(kind="change", week=24.0, day=168.0)
    found = choose_numbers([start, level, change, other, against, later])
    assert found.rows == (start, against, later)
    assert {each.kind: why for each, why in found.dropped} == {
        "level": f"told by {against.observation} already",
        "change": f"told by {against.observation} already",
    }


def test_two_doses_against_one_placebo_are_two_facts():
    low, high = (row(kind="difference", arm=arm, control="saline") for arm in ("low", "high"))
    assert choose_numbers([low, high]).rows == (low, high)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"observed_se": None}, "no standard error"),
        ({"simulated_se": None}, "no counterpart"),
        ({"simulated": np.nan}, "no counterpart"),
        ({"statistic": "geometric mean", "kind": "level"}, "geometric mean"),
    ],
)
def test_what_cannot_be_fitted_says_why(changes, why):
    found = choose_numbers([row(**changes)])
    assert found.rows == ()
    assert why in found.dropped[0][1]


def test_an_imputed_error_stands_in_for_a_missing_one():
    assert choose_numbers([row(observed_se=None, imputed_se=2.5)]).se.tolist() == [2.5]


def dataset(gains):
    """Return counts (arm, subject, time) with gains (arm, subject) at week 12 and twice at 24."""
    gains = np.asarray(gains, float)
    counts = 100.0 + np.stack([0 * gains, gains, 2 * gains], axis=-1)
    return xr.Dataset(
        {"hair_density": (("arm", "subject", "time"), counts)},
        coords={
            "arm": ["drug", "saline"],
            "role": ("arm", ["treatment", "placebo"]),
            "time": [0.0, 84.0, 168.0],
        },
        attrs={"design_kind": "parallel"},
    )


def test_the_covariance_over_people_is_that_of_their_means():
    rng = np.random.default_rng(3)
    gains = rng.normal(size=(2, 40)) * [[3.0], [2.0]]
    data = dataset(gains)
    rows = [
        row(),
        row(week=24.0, day=168.0),
        row(arm="saline"),
        row(kind="difference", control="saline"),
    ]
    found = sampling_covariance(data, rows, paired=False)
    drug, saline = gains.var(axis=1, ddof=1) / 40
    wanted = np.array(
        [
            [drug, 2 * drug, 0.0, drug],
            [2 * drug, 4 * drug, 0.0, 2 * drug],
            [0.0, 0.0, saline, -saline],
            [drug, 2 * drug, -saline, drug + saline],
        ]
    )
    assert found == pytest.approx(wanted)
    paired = sampling_covariance(data, rows, paired=True)
    each = gains[0] - gains[1]
    assert paired[3, 3] == pytest.approx(each.var(ddof=1) / 40)
    assert paired[0, 2] == pytest.approx(np.cov(gains)[0, 1] / 40)


def test_a_drift_moves_all_arms_and_leaves_differences_alone():
    rows = numbers(row(), row(arm="saline"), row(kind="difference", control="saline"))
    mean, covariance = shifts(rows, np.full(3, 100.0), drift=True)
    assert mean.tolist() == [3.0, 3.0, 0.0]  # 3 and 6 hairs/cm2: scoring.toml
    assert covariance.tolist() == [[36.0, 36.0, 0.0], [36.0, 36.0, 0.0], [0.0, 0.0, 0.0]]
    mean, covariance = shifts(rows, np.full(3, 100.0), drift=False)
    assert not mean.any()
    assert not covariance.any()


def test_levels_count_as_changes():
    rows = numbers(row(kind="level", week=0.0, day=0.0), row(kind="level"))
    mean, covariance = shifts(rows, np.ones(2), drift=True)
    assert mean.tolist() == [0.0, 3.0]
    # the variance of the gain has nothing of the unknown baseline
    gain = np.array([-1.0, 1.0])
    assert gain @ covariance @ gain == pytest.approx(36.0)
    assert covariance[0, 0] == 100.0**2


def test_relative_changes_drift_relative_to_their_baseline():
    rows = numbers(row(kind="percent_change"), row(kind="percent_change", endpoint="shaft_calibre"))
    mean, _ = shifts(rows, np.array([150.0, 55.0]), drift=True)
    assert mean == pytest.approx([3.0 / 150.0, 0.027])
    absolute, _ = shifts(numbers(row(endpoint="shaft_calibre")), np.array([55.0]), drift=True)
    assert absolute == pytest.approx([0.027 * 55.0])


def test_the_error_is_that_of_the_paper_with_the_correlation_of_the_model():
    rows = numbers(row(), row(week=24.0))
    rows = replace(rows, se=np.array([2.0, 3.0]))
    people = np.array([[1.0, 1.6], [1.6, 4.0]])  # a correlation of 0.8
    found = error_covariance(rows, people, np.diag([0.25, 0.25]))
    own = 1.0 + OWN_ERROR
    assert found == pytest.approx(np.array([[4 * own + 0.25, 4.8], [4.8, 9 * own + 0.25]]))
    # nobody moved at all: no correlation can be told
    still = error_covariance(rows, np.zeros((2, 2)), np.zeros((2, 2)))
    assert still == pytest.approx(np.diag([4.0, 9.0]) * own)
