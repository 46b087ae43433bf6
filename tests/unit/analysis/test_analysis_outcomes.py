"""What people say, what happens to them, what it costs."""

import json

import numpy as np
import pytest
import scipy.stats as st
from trial_data import dataset, people

from follicle_sim import parse_scenario
from follicle_sim.analysis.analyse import analyse
from follicle_sim.analysis.outcomes.cost_per_hair import cost_per_added_hair
from follicle_sim.analysis.outcomes.satisfaction import (
    compare_answers,
    compare_occasions,
    load_scales,
    satisfaction,
)
from follicle_sim.analysis.statistics.ordinal import proportional_odds
from follicle_sim.base.errors import InputError
from follicle_sim.results.provenance import result_attrs
from follicle_sim.scenario import Analysis

NAN = np.nan


def given_change(change, count=4000, weeks=(0, 4, 12)):
    values = np.full((2, count, len(weeks)), 200.0)
    values[0, :, 1:] += change
    return dataset(values, weeks=weeks)


@pytest.mark.parametrize("scale", ["five_point", "seven_point"])
def test_answers_follow_the_law_of_the_scale(scale):
    known = load_scales()[scale]
    found = satisfaction(given_change(30.0), scale)
    for arm, change in ((0, 30.0), (1, 0.0)):
        for visit in (1, 2):
            answers = found.values[arm, :, visit]
            shares = [(answers >= k).mean() for k in range(2, len(known.answers) + 1)]
            expected = known.at_least(np.array(change))
            assert shares == pytest.approx(expected.tolist(), abs=0.03)
    assert np.isnan(found.values[..., 0]).all()


def test_the_published_shares_come_back():
    seven, five = load_scales()["seven_point"], load_scales()["five_point"]
    # Dhurat 2013: more than 50 % improvement; Wan 2025: an improvement, satisfied.
    assert seven.at_least(np.array(91.4))[-1] == pytest.approx(0.82, abs=0.005)
    assert seven.at_least(np.array(22.2))[-1] == pytest.approx(0.045, abs=0.005)
    assert seven.at_least(np.array(35.0))[3] == pytest.approx(0.80, abs=0.005)
    assert five.at_least(np.array(35.0))[2] == pytest.approx(0.87, abs=0.005)


def test_one_person_answers_alike_at_two_visits_and_draws_have_names():
    found = satisfaction(given_change(0.0)).values
    first, second = found[0, :, 1], found[0, :, 2]
    assert 0.4 < np.corrcoef(first, second)[0, 1] < 0.7
    assert abs(np.corrcoef(found[0, :, 1], found[1, :, 1])[0, 1]) < 0.06
    fewer = satisfaction(given_change(0.0, count=10, weeks=(0, 12))).values
    assert np.array_equal(fewer[0, :, 1], second[:10])
    shared = satisfaction(given_change(0.0).assign_attrs(design_kind="split_scalp")).values
    assert np.corrcoef(shared[0, :, 1], shared[1, :, 1])[0, 1] > 0.4


def test_nobody_answers_who_was_not_seen():
    data = given_change(0.0, count=5)
    data["hair_density"][0, 1, 2] = NAN
    data["hair_density"][1, 2, 0] = NAN
    found = satisfaction(data).values
    assert np.isnan(found[0, 1, 2])
    assert np.isfinite(found[0, 1, 1])
    assert np.isnan(found[1, 2]).all()
    with pytest.raises(InputError, match='did you mean "seven_point"'):
        satisfaction(data, "sevn_point")


def test_answers_are_compared_by_ranks_and_by_odds():
    rng = np.random.default_rng(1)
    x, y = rng.integers(2, 8, 80).astype(float), rng.integers(1, 7, 90).astype(float)
    found = compare_answers(x, y)
    theirs = st.mannwhitneyu(x, y, method="asymptotic")
    assert found.p == pytest.approx(theirs.pvalue, abs=1e-10)
    assert found.estimate == pytest.approx(theirs.statistic / (80 * 90))
    # The same chance of Brunner and Munzel, whose test is of one half.
    munzel = st.brunnermunzel(y, x)
    z = (found.estimate - 0.5) / found.se
    assert 2 * st.t.sf(abs(z), found.df) == pytest.approx(munzel.pvalue, rel=1e-6)
    odds = proportional_odds(x, y)
    assert odds.low < odds.estimate < odds.high
    assert odds.p == pytest.approx(found.p, abs=0.02)
    # Two answers only: the odds ratio of a two-by-two table.
    few = proportional_odds(np.repeat([1.0, 2.0], [10, 30]), np.repeat([1.0, 2.0], [20, 20]))
    assert few.estimate == pytest.approx(3.0, rel=1e-3)
    assert np.isnan(proportional_odds(np.ones(5), np.ones(5)).p)


def test_two_visits_of_the_same_people():
    rng = np.random.default_rng(2)
    first = rng.integers(1, 6, 40).astype(float)
    second = np.minimum(first + (rng.random(40) < 0.5), 7.0)
    assert compare_occasions(first, second, alternative="greater").p < 0.001
    assert compare_occasions(first, first).p == 1.0


def run_of(text, count=200):
    scenario = parse_scenario(text.replace("subjects = 200", f"subjects = {count}"))
    data = dataset(
        people(1, arms=len(scenario.arms), count=count, gains=(20.0, 0.0)),
        labels=[arm.label for arm in scenario.arms],
        roles=[arm.role for arm in scenario.arms],
    )
    return data.assign_attrs(provenance=result_attrs(scenario)["provenance"])


TRIAL = """\
schema_version = 1
title = "A trial of two"
[population]
subjects = 200
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "treatment"
doses = [{treatment = "finasteride_oral", amount = "1 mg", every = "1 day", until = "52 weeks"}]
[[arms]]
label = "control"
role = "placebo"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks", "48 weeks"]
[analysis]
satisfaction = "seven_point"
adverse_events = true
"""


def test_a_plan_may_ask_for_both():
    result = analyse(run_of(TRIAL))
    chance, odds = [row for row in result.rows if row.purpose == "satisfaction"]
    assert chance.statistic == "chance of a better answer"
    assert chance.estimate > 0.55
    assert (odds.method, odds.estimate > 1.0) == ("proportional_odds", True)
    events = [row for row in result.rows if row.purpose == "adverse_events"]
    assert [row.arm for row in events] == ["drug"]
    assert events[0].control == "control"
    json.loads(result.to_json())
    alone = analyse(run_of(TRIAL), Analysis(method="paired_t", satisfaction="five_point"))
    visits = [row for row in alone.rows if row.purpose == "satisfaction"]
    assert {row.statistic for row in visits} == {"change of answers between visits"}


def test_better_answers_are_looked_for_where_less_of_the_endpoint_is_better():
    data = run_of(TRIAL)
    data["shed_rate"] = 300.0 - data["hair_density"]
    for endpoint in ("hair_density", "shed_rate"):
        plan = Analysis(endpoint=endpoint, sided=1, satisfaction="five_point")
        rows = [
            row for row in analyse(data, plan).rows if row.purpose in ("primary", "satisfaction")
        ]
        assert max(row.p for row in rows[:2]) < 1e-3


def test_a_missing_rate_is_a_note():
    result = analyse(run_of(TRIAL.replace("finasteride_oral", "hydroxychloroquine_oral")))
    assert any(
        "no reported rate of side effects: hydroxychloroquine_oral" in n for n in result.notes
    )
    assert any("long-term safety are not known" in n for n in result.notes)


# -- money -----------------------------------------------------------------------------------------


def test_the_cost_of_a_hair_has_fiellers_interval():
    # With a known cost the limits are those of the gain, turned over.
    found = cost_per_added_hair(1000.0, 20.0, 4.0, df=30)
    t = st.t.ppf(0.975, 30)
    assert (found.low, found.high) == pytest.approx((1000 / (20 + 4 * t), 1000 / (20 - 4 * t)))
    wider = cost_per_added_hair(1000.0, 20.0, 4.0, df=30, cost_se=100.0)
    assert wider.low < found.low < found.value < found.high < wider.high


def test_fiellers_interval_holds_the_truth():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        gain, cost = rng.normal(15.0, 3.0), rng.normal(900.0, 80.0)
        found = cost_per_added_hair(cost, gain, 3.0, cost_se=80.0)
        held += found.reason != "" or found.low <= 60.0 <= found.high
    assert 0.94 < held / 2000 < 0.96


def test_where_nothing_may_have_been_gained_there_is_no_price():
    found = cost_per_added_hair(1000.0, 5.0, 3.0)
    assert found.value == 200.0
    assert found.high == np.inf
    assert "holds 0" in found.reason
    assert "hair was lost" in cost_per_added_hair(1000.0, -20.0, 1.0).reason
    with pytest.raises(InputError, match="standard errors are 0 or more"):
        cost_per_added_hair(1.0, 1.0, -1.0)
