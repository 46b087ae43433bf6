"""A SALT score as the endpoint of a trial: less is better, responders by a level or by a fall."""

import numpy as np
import pytest
import xarray as xr
from trial_data import dataset

from follicle_sim import analyse, parse_scenario
from follicle_sim.analysis.measures import Threshold, threshold_of
from follicle_sim.analysis.values import read_trial
from follicle_sim.base.errors import InputError
from follicle_sim.figures.parts.style import axis_label
from follicle_sim.reporting.page.words import responder_words
from follicle_sim.scenario.fields.methods import SMALLER_IS_BETTER
from follicle_sim.scenario.tables.analysis import Analysis

PEOPLE = 30
WEEKS = (0, 12, 24)


def scores(responders: tuple[int, int], low: float = 18.0) -> xr.Dataset:
    """Return a trial: of each arm so many fall to `low` by week 12, all others by ten points."""
    rng = np.random.default_rng(4)
    values = np.empty((2, PEOPLE, len(WEEKS)))
    values[..., 0] = rng.uniform(60.0, 100.0, (2, PEOPLE))
    values[..., 1:] = values[..., :1] - 10.0 + rng.normal(0.0, 1.0, (2, PEOPLE, 2))
    for arm, count in enumerate(responders):
        values[arm, :count, 1:] = low
    data = dataset(values, weeks=WEEKS).rename(hair_density="salt")
    data["salt"].attrs["units"] = "1"
    return data


def rows(data: xr.Dataset, purpose: str, **plan: object):
    result = analyse(data, Analysis(endpoint="salt", **plan))
    return [row for row in result.rows if row.purpose == purpose]


def test_a_lower_score_is_better() -> None:
    assert "salt" in SMALLER_IS_BETTER
    (one,) = rows(scores((20, 2)), "primary", sided=1, method="t_test")
    (two,) = rows(scores((20, 2)), "primary", method="t_test")
    assert one.estimate < 0.0
    assert one.effect
    assert one.p == pytest.approx(two.p / 2)
    # on the wrong side a one-sided test finds nothing however large the difference
    (worse,) = rows(scores((2, 20)), "primary", sided=1, method="t_test")
    assert worse.estimate > 0.0
    assert worse.p > 0.5


def test_who_responds_by_default_has_twenty_points_or_less() -> None:
    (row,) = rows(scores((12, 3)), "responders")
    assert row.endpoint == "salt, 20 or less"
    assert (row.mean_treated, row.mean_control) == (12 / PEOPLE, 3 / PEOPLE)
    assert row.estimate == pytest.approx(0.3)
    (strict,) = rows(scores((12, 3)), "responders", responder_below=10)
    assert strict.endpoint == "salt, 10 or less"
    assert (strict.mean_treated, strict.mean_control) == (0.0, 0.0)


def test_twenty_points_are_low_enough_and_a_bit_more_are_not() -> None:
    (just,) = rows(scores((12, 3), low=20.0), "responders")
    assert just.mean_treated == 12 / PEOPLE
    (over,) = rows(scores((12, 3), low=20.001), "responders")
    assert over.mean_treated == 0.0


def test_a_share_of_the_baseline_is_a_fall() -> None:
    (half,) = rows(scores((12, 3), low=33.0), "responders", responder_share=0.5)
    assert half.endpoint == "salt, fall of 50% of baseline or more"
    data = scores((12, 3), low=33.0)["salt"].values
    fell = data[..., -1] <= 0.5 * data[..., 0]
    assert 0 < fell[0].sum() < 12  # some of the twelve began too low for it
    assert half.mean_treated == pytest.approx(fell[0].mean())


@pytest.mark.parametrize("plan", [{}, {"responder_below": 10}, {"responder_share": 0.5}])
def test_responders_are_the_same_in_another_order_and_in_other_last_bits(plan: dict) -> None:
    rng = np.random.default_rng(8)
    data = scores((12, 3), low=20.0)
    values = np.round(data["salt"].values / 5.0) * 5.0
    values[0, 12:18, 1:], values[1, 3:8, 1:] = 10.0, 0.5 * values[1, 3:8, :1]
    one = data.assign(salt=data["salt"].copy(data=values))
    moved = np.stack([arm[rng.permutation(PEOPLE)] for arm in values])
    moved = np.nextafter(moved, rng.choice([-np.inf, np.inf], moved.shape))
    two = data.assign(salt=data["salt"].copy(data=moved))
    (first,), (second,) = rows(one, "responders", **plan), rows(two, "responders", **plan)
    assert 0.0 < first.mean_treated < 1.0
    for key in ("mean_treated", "mean_control", "p", "low", "high", "effect"):
        assert getattr(first, key) == getattr(second, key), key


def test_a_level_is_the_primary_question_too() -> None:
    plan = {"measure": "responders", "responder_below": 20}
    (row,) = rows(scores((12, 3)), "primary", sided=1, **plan)
    assert row.statistic == "difference of rates"
    assert row.estimate == pytest.approx(0.3)
    assert row.effect


def test_time_to_a_level_is_described() -> None:
    (row,) = rows(scores((20, 2)), "time_to_response")
    assert row.endpoint == "salt, weeks to 20 or less"
    assert row.mean_treated == 12.0  # weeks: twenty of thirty have it at the first visit
    assert row.mean_control is None
    assert row.estimate > 1.0


def test_who_was_not_seen_did_not_respond() -> None:
    data = scores((12, 3))
    data["salt"][0, :4, -1] = np.nan
    (row,) = rows(data, "responders")
    assert row.mean_treated == pytest.approx(8 / PEOPLE)


def test_a_gain_reads_as_before_and_a_fall_as_a_fall() -> None:
    hairs = read_trial(dataset(np.full((2, 3, 2), 100.0), weeks=(0, 12)), "hair_density")
    assert threshold_of(Analysis(), hairs).text("cm-2") == "gain of 10 cm-2 or more"
    salt = read_trial(scores((1, 1)), "salt")
    assert threshold_of(Analysis(endpoint="salt"), salt) == Threshold(20.0, False, level=True)
    assert responder_words("hair_density", "10 hairs/cm2").startswith("a gain in hair density")
    assert responder_words("salt", "20 points or less") == "a SALT score of 20 points or less"


def test_axes_name_the_score_and_its_unit() -> None:
    assert axis_label("salt", "1", change=True) == "change from baseline in SALT score (points)"
    assert axis_label("cover", "1") == "hair cover (%)"


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"responder_below": 20}, "less of hair_density is no response"),
        ({"endpoint": "salt", "responder_gain": "10 cm-2"}, "a gain of hairs is none of a score"),
        (
            {"endpoint": "salt", "responder_below": 20, "responder_share": 0.5},
            "responder_share and responder_below exclude each other",
        ),
    ],
)
def test_what_does_not_fit_is_refused(plan: dict[str, object], message: str) -> None:
    lines = "\n".join(f"{key} = {value!r}".replace("'", '"') for key, value in plan.items())
    text = f"""
schema_version = 1
title = "plan"
arms = [{{ label = "nobody", role = "untreated" }}]
[population]
subjects = 3
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "healthy"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[analysis]
{lines}
"""
    with pytest.raises(InputError) as caught:
        parse_scenario(text)
    assert message in str(caught.value)


def test_papers_words_name_the_endpoint() -> None:
    assert Analysis(endpoint="SALT score").endpoint == "salt"
    assert Analysis(endpoint="Severity of Alopecia Tool").endpoint == "salt"
