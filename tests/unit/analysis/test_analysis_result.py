"""A plan and a dataset to a result: comparisons, designs, what describes them, files."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats as st
import statsmodels.stats.proportion as proportion
from trial_data import dataset, people

from follicle_sim.analysis import analyse as analyse_module
from follicle_sim.analysis.analyse import analyse
from follicle_sim.analysis.measures import responded
from follicle_sim.analysis.methods import compare_groups
from follicle_sim.analysis.outcomes.responders import (
    newcombe,
    rate_difference,
    rate_difference_within,
    wilson,
)
from follicle_sim.analysis.outcomes.waiting import first_response, median_time, time_to_response
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.base.errors import InputError
from follicle_sim.scenario import Analysis

NAN = np.nan


def rows_of(result, purpose):
    return [row for row in result.rows if row.purpose == purpose]


def only(result, purpose):
    (row,) = rows_of(result, purpose)
    return row


def test_the_primary_comparison_is_ancova_at_the_last_visit():
    values = people(1)
    result = analyse(dataset(values), Analysis())
    row = only(result, "primary")
    theirs = compare_groups(
        "ancova", *(Group(values[arm, :, 0], values[arm, :, 1:]) for arm in (0, 1))
    )
    assert (row.arm, row.control, row.week, row.method) == ("drug", "control", 48.0, "ancova")
    assert (row.estimate, row.se, row.p) == pytest.approx((theirs.estimate, theirs.se, theirs.p))
    assert row.mean_treated == pytest.approx((values[0, :, 3] - values[0, :, 0]).mean())
    assert row.p_adjusted == row.p
    assert row.effect is True
    assert row.unit == "cm-2"


def test_every_arm_against_the_control_adjusted_for_their_number():
    values = people(2, arms=3, gains=(6.0, 5.0, 0.0))
    data = dataset(values, roles=("treatment", "treatment", "untreated"))
    result = analyse(data, Analysis(multiplicity="bonferroni"))
    rows = rows_of(result, "primary")
    assert [(row.arm, row.control) for row in rows] == [("drug", "other"), ("control", "other")]
    assert [row.p_adjusted for row in rows] == [min(1.0, 2 * row.p) for row in rows]


def test_secondary_endpoints_come_after_and_other_pairs_can_be_named():
    data = dataset(people(3), shaft_calibre=people(4) / 4)
    plan = Analysis(
        at="24 weeks",
        multiplicity="hierarchical",
        comparisons=({"treatment": "control", "control": "drug"},),
        secondary=({"endpoint": "shaft_calibre", "at": "48 weeks", "method": "welch"},),
    )
    primary, secondary = [row for row in analyse(data, plan).rows if row.p_adjusted is not None]
    assert (primary.arm, primary.week, primary.estimate < 0) == ("control", 24.0, True)
    assert (secondary.endpoint, secondary.week, secondary.method) == (
        "shaft_calibre",
        48.0,
        "welch",
    )
    assert secondary.p_adjusted == max(primary.p, secondary.p)


def test_replicates_are_trials_of_their_own():
    values = people(5, replicates=3, count=12)
    whole = rows_of(analyse(dataset(values), Analysis()), "primary")
    alone = [only(analyse(dataset(each), Analysis()), "primary") for each in values]
    assert [row.replicate for row in whole] == [0, 1, 2]
    assert [row.p for row in whole] == pytest.approx([row.p for row in alone], abs=1e-12)


def test_one_sided_tests_ask_for_what_is_good_for_hair():
    data = dataset(people(6, gains=(-15.0, 0.0)))
    assert only(analyse(data, Analysis(sided=1)), "primary").p > 0.95
    shed = data.rename(hair_density="shed_rate")
    assert only(analyse(shed, Analysis(endpoint="shed_rate", sided=1)), "primary").p < 0.05


def test_people_who_are_not_there_do_not_count():
    values = people(7, count=20)
    values[1, 12:] = NAN
    enrolled = np.ones((2, 20))
    enrolled[1, 12:] = 0
    result = analyse(dataset(values, enrolled=enrolled), Analysis())
    for purpose in ("primary", "responders", "average_change", "time_to_response"):
        row = only(result, purpose)
        assert (row.n_treated, row.n_control) == (20, 12), purpose


def test_without_a_control_arm_everybody_is_held_against_their_baseline():
    result = analyse(dataset(people(8, arms=1), roles=("treatment",)), Analysis())
    row = only(result, "primary")
    assert (row.method, row.control, row.statistic) == ("paired_t", "", "change")
    assert row.estimate == pytest.approx(row.mean_treated)
    assert any("regression to the mean" in note for note in result.notes)
    assert only(result, "responders").statistic == "rate"
    assert only(result, "time_to_response").statistic == "median"


def test_within_persons_methods_look_at_each_arm_of_a_parallel_trial_alone():
    rows = rows_of(analyse(dataset(people(8)), Analysis(method="signed_rank")), "primary")
    assert [(row.arm, row.control) for row in rows] == [("drug", ""), ("control", "")]


def test_a_split_scalp_is_compared_within_heads():
    rng = np.random.default_rng(9)
    shared = people(9, arms=1)
    values = np.concatenate([shared + rng.normal(3.0, 2.0, shared.shape), shared])
    values[0, 0, 3] = NAN
    result = analyse(dataset(values, kind="split_scalp"), Analysis())
    row = only(result, "primary")
    change = values[..., 3] - values[..., 0]
    theirs = st.ttest_rel(*change[:, 1:])
    assert row.p == pytest.approx(theirs.pvalue)
    assert (row.n_treated, row.n_control) == (29, 0)
    assert only(result, "responders").method == "mcnemar"
    assert rows_of(result, "time_to_response") == []
    with pytest.raises(InputError, match="arms hold the same people, ancova needs different ones"):
        analyse(dataset(values, kind="split_scalp"), Analysis(method="ancova"))


def crossover(effect, trend, count=40, seed=10):
    """A two-period crossover with a trend that is the same for all."""
    rng = np.random.default_rng(seed)
    days = np.array([0, 4, 8, 12])
    level = 200.0 + 30.0 * rng.standard_normal((2, count, 1))
    values = level + 2.0 * rng.standard_normal((2, count, 4))
    values[..., 2:] += trend
    values[..., 3] += trend
    values[0, :, 1] += effect
    values[1, :, 3] += effect
    periods = [
        {"start": 0.0, "given": {"drug then control": "drug", "control then drug": "control"}},
        {"start": 56.0, "given": {"drug then control": "control", "control then drug": "drug"}},
    ]
    return dataset(
        values,
        roles=("treatment", "treatment"),
        weeks=days,
        kind="crossover",
        labels=["drug then control", "control then drug"],
        periods=periods,
    )


def test_a_crossover_takes_out_the_order():
    plan = Analysis(comparisons=({"treatment": "drug", "control": "control"},))
    result = analyse(crossover(5.0, 20.0), plan)
    row = only(result, "primary")
    assert (row.arm, row.control, row.week, row.method) == ("drug", "control", 4.0, "t_test")
    assert row.estimate == pytest.approx(5.0, abs=1.0)
    assert row.high - row.low < 2.5
    assert (row.n_treated, row.n_control) == (40, 40)
    swapped = Analysis(comparisons=({"treatment": "control", "control": "drug"},))
    assert only(analyse(crossover(5.0, 20.0), swapped), "primary").estimate == pytest.approx(
        -row.estimate
    )
    for broken, told in (
        (plan.model_copy(update={"method": "ancova"}), "analysed between its sequences"),
        (plan.model_copy(update={"at": 56.0}), "not inside the first period"),
        (plan.model_copy(update={"missing": "complete_cases"}), "only available"),
        (Analysis(comparisons=({"treatment": "durg", "control": "control"},)), 'mean "drug"'),
    ):
        with pytest.raises(InputError, match=told):
            analyse(crossover(5.0, 20.0), broken)


def test_whoever_breaks_the_protocol_of_a_crossover_in_either_period_is_left_out():
    data = crossover(5.0, 20.0)
    day = np.broadcast_to(data["time"].values, (2, 40, 4)).copy()
    day[0, 0, 1] += 20.0
    day[1, :3, 3] += 20.0
    data["visit_day"] = (("arm", "subject", "time"), day)
    plan = Analysis(comparisons=({"treatment": "drug", "control": "control"},), set="per_protocol")
    row = only(analyse(data, plan), "primary")
    assert (row.n_treated, row.n_control) == (39, 37)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ()),
        ({"sided": 1}, ("p is one-sided and intervals are two-sided",)),
        ({"alpha": 0.01}, ("intervals hold 0.95, decisions are made at p < 0.01",)),
        ({"level": 0.9, "alpha": 0.1}, ()),
        ({"multiplicity": "holm"}, ("p is adjusted for 2 tests (holm), intervals are not",)),
    ],
)
def test_intervals_that_do_not_belong_to_the_decision_are_told(changes, told):
    plan = Analysis(secondary=({"endpoint": "hair_density", "at": "24 weeks"},), **changes)
    notes = analyse(dataset(people(11)), plan).notes
    found = [note for note in notes if "interval" in note]
    assert len(found) == len(told)
    assert all(part in note for part, note in zip(told, found, strict=True))


def test_a_random_intercept_says_what_it_takes_for_granted():
    told = analyse(dataset(people(11)), Analysis(method="mixed_model")).notes
    assert any("mmrm is the safer choice" in note for note in told)


def test_a_counterfactual_says_what_it_is():
    result = analyse(dataset(people(11), kind="counterfactual"), Analysis())
    assert only(result, "primary").method == "paired_t"
    assert "which no real trial can do" in result.notes[0]


def test_missing_values_follow_the_rule_of_the_plan():
    values = people(12)
    values[0, :10, 2:] = NAN
    data = dataset(values)
    people_of = {
        rule: only(analyse(data, Analysis(missing=rule, imputations=2)), "primary").n_treated
        for rule in ("available", "complete_cases", "last_observation_carried_forward")
    }
    assert people_of == {
        "available": 20,
        "complete_cases": 20,
        "last_observation_carried_forward": 30,
    }
    mixed = only(analyse(data, Analysis(method="mmrm")), "primary")
    assert mixed.n_treated == 30
    jumped = only(analyse(data, Analysis(missing="jump_to_reference", imputations=3)), "primary")
    assert 0 < jumped.estimate < mixed.estimate
    # Who was not seen did not respond.
    assert only(analyse(data, Analysis()), "responders").n_treated == 30
    assert only(analyse(data, Analysis(set="per_protocol")), "responders").n_treated == 20


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (Analysis(endpoint="hair_densty"), 'did you mean "hair_density"'),
        (Analysis(at="30 weeks"), "nobody is seen at week 30"),
        (
            Analysis(comparisons=({"treatment": "durg", "control": "control"},)),
            'no arm "durg"; did you mean "drug"',
        ),
        (Analysis(secondary=({"endpoint": "shaft"},)), 'no endpoint "shaft"'),
    ],
)
def test_plans_that_do_not_fit_the_data_are_refused(plan, told):
    with pytest.raises(InputError, match=told):
        analyse(dataset(people(1)), plan)


def test_a_trial_too_small_to_analyse_says_so():
    values = people(12, count=2)
    values[0, 0, 2] = NAN
    result = analyse(dataset(values), Analysis(method="mmrm"))
    row = only(result, "primary")
    assert (row.p, row.estimate, row.effect) == (None, None, False)
    assert any("mmrm could not be computed: too few people" in note for note in result.notes)


def test_strata_of_the_randomisation_are_adjusted_for(monkeypatch):
    values = people(14, count=40)
    strata = np.where(np.arange(40) % 2, "mild", "severe")[None].repeat(2, axis=0)
    values[:, ::2, 1:] += 40.0
    data = dataset(values, severity_class=strata)
    plain = only(analyse(data, Analysis()), "primary")
    read = analyse_module.read_trial
    monkeypatch.setattr(
        analyse_module, "read_trial", lambda *names: replace(read(*names), stratified=True)
    )
    sharper, loose = analyse(data, Analysis()), analyse(data, Analysis(stratify=False))
    assert only(sharper, "primary").se < 0.6 * plain.se
    assert only(loose, "primary").se == plain.se
    assert only(sharper, "average_change").se < 0.6 * only(loose, "average_change").se


def test_results_are_written_and_read_back(tmp_path):
    result = analyse(dataset(people(13)), Analysis())
    result.to_csv(tmp_path / "result.csv")
    with (tmp_path / "result.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["purpose"] for row in rows] == [row.purpose for row in result.rows]
    assert float(rows[0]["estimate"]) == result.rows[0].estimate
    result.write_json(tmp_path / "result.json")
    read = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert read["rows"][0]["p"] == result.rows[0].p
    assert "primary: hair_density, drug against control (ancova)" in result.text()


# -- responders ------------------------------------------------------------------------------------


def test_who_gained_enough():
    gain, baseline = np.array([10.0, 9.9, NAN]), np.array([100.0, 50.0, 100.0])
    assert responded(gain, baseline, 10.0, False)[:2].tolist() == [1.0, 0.0]
    assert responded(gain, baseline, 0.1, True)[:2].tolist() == [1.0, 1.0]
    assert np.isnan(responded(gain, baseline, 10.0, False)[2])
    # a share of nothing is nothing: staying bald is no response
    assert responded(np.array([0.0, 1.0]), np.zeros(2), 0.1, True).tolist() == [0.0, 1.0]


def test_intervals_of_rates_are_the_printed_ones_and_statsmodels():
    # Newcombe 1998, Stat Med 17:857, table I and 17:873, table II, method 10.
    assert wilson(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert newcombe(56, 70, 48, 80, 0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    theirs = proportion.confint_proportions_2indep(9, 20, 4, 25, method="newcomb")
    assert newcombe(9, 20, 4, 25, 0.95) == pytest.approx(theirs, abs=1e-9)
    group = np.repeat([1.0, 0.0], [9, 11]), np.repeat([1.0, 0.0], [4, 21])
    test = proportion.test_proportions_2indep(9, 20, 4, 25, method="score")
    assert rate_difference(*group, 0.95).p == pytest.approx(test.pvalue, abs=1e-9)


def test_pairs_are_judged_by_those_that_differ():
    treated = np.array([1, 1, 1, 1, 1, 1, 0, 0, 1, NAN])
    control = np.array([0, 0, 0, 0, 0, 0, 1, 0, 1, 1.0])
    found = rate_difference_within(treated, control, 0.95)
    assert found.p == pytest.approx(st.binomtest(6, 7).pvalue)
    assert found.estimate == pytest.approx(5 / 9)
    assert found.low < found.estimate < found.high
    assert found.n_treated == 9


def test_waiting_times_of_kaplan_and_meier():
    # Freireich 1963, remission in leukaemia, as in Cox 1972: placebo median 8 weeks, 6-MP 23 weeks,
    # log-rank chi-squared 16.79, hazard ratio exp(1.57) = 4.82 (Efron).
    drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    mercaptopurine = np.array(drug, dtype=float), np.array(relapsed, dtype=bool)
    nothing = np.array(placebo, dtype=float), np.ones(21, dtype=bool)
    assert (median_time(*mercaptopurine), median_time(*nothing)) == (23.0, 8.0)
    found = time_to_response(nothing, mercaptopurine, 0.95)
    assert found.effect.estimate == pytest.approx(4.82, abs=0.01)
    assert found.effect.p == pytest.approx(st.chi2.sf(16.79, 1), rel=0.01)


def test_the_median_is_reached_when_just_half_have_responded():
    """S(t) = 1/2 counts as reached, also where 2/3 x 3/4 is one only up to rounding."""
    day = np.array([1.0, 2.0, 3.0, 4.0])
    assert median_time(day, np.array([True, True, False, False])) == 2.0
    assert np.isnan(median_time(day, np.array([True, False, False, False])))
    # 9/10, 8/9 ... 5/6 of ten people: a product of 1/2 with the dust of its factors
    ten = np.arange(1.0, 11.0)
    assert median_time(ten, ten <= 5.0) == 5.0
    # at equal days, who was last seen then is still at risk of it
    assert median_time(np.array([1.0, 1.0, 2.0]), np.array([True, False, True])) == 2.0
    assert np.isnan(median_time(day, np.zeros(4, dtype=bool)))


def test_first_responses_and_last_sights():
    response = np.array([[0, 1, 0], [0, NAN, 0], [0, 0, NAN], [NAN, NAN, NAN]])
    time, happened = first_response(response, np.array([7.0, 14.0, 21.0]))
    assert time[:3].tolist() == [14.0, 21.0, 14.0]
    assert np.isnan(time[3])
    assert happened.tolist() == [True, False, False, False]


def test_nobody_responding_is_no_error():
    never = np.full(4, 21.0), np.zeros(4, dtype=bool)
    found = time_to_response(never, never, 0.95)
    assert np.isnan(found.effect.p)
    assert rate_difference(np.zeros(4), np.zeros(4), 0.95).p == 1.0
