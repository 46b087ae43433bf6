"""Whose data count, what stands in for missing values, and several tests at once."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.stats.multitest as multitest
from hypothesis import given, settings
from hypothesis import strategies as st
from trial_data import dataset, people

from follicle_sim import parse_scenario
from follicle_sim.analysis.analyse import leavers
from follicle_sim.analysis.imputation import Imputations, jump_to_reference, pooled
from follicle_sim.analysis.imputation_law import impute
from follicle_sim.analysis.methods import compare_groups, compare_many
from follicle_sim.analysis.missing import MISSING, filled
from follicle_sim.analysis.ready import check_analysis
from follicle_sim.analysis.sets import SETS, Rules, members
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.analysis.statistics.multiplicity import RULES, adjusted
from follicle_sim.analysis.values import endpoints_of, read_trial
from follicle_sim.base.errors import InputError

NAN = np.nan


def test_a_trial_is_read_with_or_without_replicates():
    values = people(1, replicates=3)
    trial = read_trial(dataset(values), "hair_density")
    assert trial.values.shape == (3, 2, 30, 4)
    one = read_trial(dataset(values[1]), "hair_density")
    assert np.array_equal(one.values[0], trial.values[1])
    assert (one.unit, one.arms, one.paired) == ("cm-2", ("drug", "control"), False)
    assert one.enrolled.all()


def test_endpoints_made_of_others_are_offered_where_their_parts_are():
    data = dataset(people(1), anagen_fraction=np.full((2, 30, 4), 0.6))
    assert {"hair_density", "anagen_fraction", "anagen_density"} <= set(endpoints_of(data))
    trial = read_trial(data, "anagen_density")
    assert trial.values == pytest.approx(0.6 * data["hair_density"].values[None])


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        ("hair_densty", 'no endpoint "hair_densty"; did you mean "hair_density"'),
        ("shaft_calibre", 'no endpoint "shaft_calibre"'),
        ("subject", 'no endpoint "subject"'),
    ],
)
def test_endpoints_that_are_not_there_are_refused(endpoint, told):
    with pytest.raises(InputError, match=told):
        read_trial(dataset(people(1)), endpoint)


def test_a_change_needs_a_baseline():
    data = dataset(people(1)).isel(time=[1, 2, 3])
    with pytest.raises(InputError, match="no visit at baseline"):
        read_trial(data, "hair_density")


def test_the_visit_asked_for_must_be_one():
    trial = read_trial(dataset(people(1)), "hair_density")
    assert trial.visit(7 * 24.0 + 0.2) == 2
    with pytest.raises(InputError, match="nobody is seen at week 30; visits: weeks 0, 12, 24, 48"):
        trial.visit(7 * 30.0)


def test_analysis_sets_follow_their_rules():
    values = people(1, count=8)
    values[0, 1, 3] = NAN
    marks = {
        "enrolled": np.ones((2, 8)),
        "attended": np.isfinite(values).astype(int),
        "doses_taken": np.ones((2, 8)),
        "stopped_day": np.full((2, 8), NAN),
        "visit_day": np.broadcast_to(7.0 * np.array([0, 12, 24, 48]), (2, 8, 4)).copy(),
    }
    marks["enrolled"][1, 7] = 0
    marks["doses_taken"][0, 2] = 0.7
    marks["doses_taken"][1, 0] = NAN
    marks["stopped_day"][0, 3] = 100.0
    marks["stopped_day"][0, 4] = 400.0
    marks["visit_day"][0, 5, 3] += 20.0
    trial = read_trial(dataset(values, **marks), "hair_density")
    everybody = members("intention_to_treat", trial, 3)
    assert everybody.sum() == 15
    strict = members("per_protocol", trial, 3)
    assert np.flatnonzero(~strict[0, 0]).tolist() == [1, 2, 3, 5]
    assert np.flatnonzero(~strict[0, 1]).tolist() == [7]
    lax = members("per_protocol", trial, 3, Rules(least_doses=0.5, most_late=30.0))
    assert np.flatnonzero(~lax[0, 0]).tolist() == [1, 3]
    with pytest.raises(InputError, match='did you mean "per_protocol"'):
        members("per_protocl", trial, 3)


def test_who_just_keeps_the_protocol_keeps_it():
    """Enough doses, as late as allowed, stopped on the day of the visit: all inside."""
    week = 7.0 * np.array([0, 12, 24, 48])
    marks = {
        "doses_taken": np.array([[0.8, 0.8 - 1e-9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]] * 2),
        "stopped_day": np.full((2, 8), NAN),
        "visit_day": np.broadcast_to(week, (2, 8, 4)).copy(),
    }
    marks["stopped_day"][:, 2] = week[3]
    marks["stopped_day"][:, 3] = week[3] - 0.5
    for person, late in ((4, 14.0), (5, 14.5), (6, -14.0), (7, -14.5)):
        marks["visit_day"][:, person, 3] += late
    trial = read_trial(dataset(people(1, count=8), **marks), "hair_density")
    inside = members("per_protocol", trial, 3)
    assert np.flatnonzero(~inside[0, 0]).tolist() == [1, 3, 5, 7]
    # the day of an earlier visit says nothing of the endpoint's
    assert np.flatnonzero(~members("per_protocol", trial, 2)[0, 0]).tolist() == [1]


def test_one_side_of_a_head_cannot_leave_the_protocol_alone():
    values = people(1, count=5)
    values[0, 2, 3] = NAN
    trial = read_trial(dataset(values, kind="split_scalp"), "hair_density")
    assert np.flatnonzero(~members("per_protocol", trial, 3)[0, 1]).tolist() == [2]


ROWS = Group(
    np.array([10.0, 10.0, 10.0, NAN]),
    np.array([[11.0, NAN, 13.0], [12.0, 14.0, NAN], [NAN, NAN, NAN], [1.0, 2.0, 3.0]]),
)


def test_what_stands_in_for_missing_values():
    last = filled(ROWS, "last_observation_carried_forward").change[:3]
    assert last.tolist() == [[1, 1, 3], [2, 4, 4], [0, 0, 0]]
    none = filled(ROWS, "baseline_observation_carried_forward").change[:3]
    assert none.tolist() == [[1, 0, 3], [2, 4, 0], [0, 0, 0]]
    assert np.array_equal(filled(ROWS, "available").followed, ROWS.followed, equal_nan=True)
    whole = Group(ROWS.baseline, np.where(np.isnan(ROWS.followed), 7.0, ROWS.followed))
    complete = filled(whole, "complete_cases")
    assert np.isfinite(complete.change).all(axis=1).tolist() == [True, True, True, False]
    assert not np.isfinite(filled(ROWS, "complete_cases").change).any()
    with pytest.raises(InputError, match='did you mean "complete_cases"'):
        filled(ROWS, "complete_case")


def monotone(rng, people, effect, dropout):
    """Baseline and three visits; who leaves is not seen again."""
    level = 100.0 + 10.0 * rng.standard_normal((people, 1))
    values = level + 4.0 * rng.standard_normal((people, 4))
    values[:, 1:] += effect
    for visit in (2, 3):
        gone = rng.random(people) < dropout
        values[gone, visit:] = NAN
    return Group(values[:, 0], values[:, 1:])


def test_jumping_to_the_reference_waters_an_effect_down_by_those_who_left():
    rng = np.random.default_rng(11)
    treated, control = monotone(rng, 300, 10.0, 0.25), monotone(rng, 300, 0.0, 0.0)
    five = Imputations(5, seed=1, replicate=0, stream=3)
    jumped = jump_to_reference("ancova", treated, control, five)
    seen = np.isfinite(treated.followed[:, -1]).mean()
    as_seen = compare_groups("mmrm", treated, control)
    assert as_seen.estimate == pytest.approx(10.0, abs=1.5)
    assert jumped.estimate == pytest.approx(10.0 * seen, abs=1.5)
    assert jumped.se > compare_groups("ancova", treated, control).se * 0.9
    again = jump_to_reference("ancova", treated, control, five)
    assert again == jumped
    other = jump_to_reference("ancova", treated, control, replace(five, seed=2))
    assert other != jumped


def test_without_gaps_nothing_is_imputed():
    rng = np.random.default_rng(12)
    groups = [monotone(rng, 12, effect, 0.0) for effect in (5.0, 0.0)]
    three = Imputations(3, seed=1, replicate=0, stream=3)
    plain, jumped = compare_groups("ancova", *groups), jump_to_reference("ancova", *groups, three)
    assert jumped.estimate == pytest.approx(plain.estimate, abs=1e-10)
    assert jumped.se == pytest.approx(plain.se, abs=1e-10)


def test_an_imputed_value_is_what_the_reference_would_have():
    beta = np.array([[0.0, 50.0], [8.0, 52.0], [9.0, 54.0]])
    sigma = 4.0 * (0.5 + 0.5 * np.eye(3))
    values = np.array([[50.0, 60.0, NAN], [50.0, NAN, 63.0], [NAN, 1.0, 2.0], [50.0, 60.0, NAN]])
    out = impute(values, np.array([1.0, 1.0, 1.0, 0.0]), beta, sigma, np.zeros((4, 3)))
    # Left on target: the reference's mean. In between: the own arm's, between its neighbours.
    assert out[0, 2] == pytest.approx(54.0)
    assert out[1, 1] == pytest.approx(60.0)
    assert np.isnan(out[2, 0])
    # A control 8 above the mean before is a third of that above it after each of the two.
    assert out[3, 2] == pytest.approx(54.0 + 8.0 / 3)


def test_who_merely_missed_the_visit_stays_in_their_arm():
    beta = np.array([[0.0, 50.0], [8.0, 52.0]])
    values = np.array([[50.0, NAN], [50.0, NAN]])
    nothing = np.zeros((2, 2))
    out = impute(values, np.ones(2), beta, 4.0 * np.eye(2), nothing, np.array([True, False]))
    assert out[:, 1].tolist() == [52.0, 60.0]
    data = dataset(people(11))
    data.hair_density[0, :3, -1] = NAN
    trial = read_trial(data, "hair_density")
    arm, last = trial.arms[0], trial.values.shape[-1] - 1
    assert leavers(trial, arm, last).sum() == 3
    # seen later on: they came back
    data.hair_density[0, :3, -2] = NAN
    data.hair_density[0, 0, -1] = 200.0
    assert leavers(read_trial(data, "hair_density"), arm, last - 1).sum() == 2
    # the data know who left
    days = np.full(trial.values.shape[1:3], NAN)
    days[0, 1] = 100.0
    told = data.assign(left_day=(("arm", "subject"), days))
    assert np.flatnonzero(leavers(read_trial(told, "hair_density"), arm, last)).tolist() == [1]
    came = np.isfinite(data.hair_density.values).astype(np.int8)
    stayed = data.assign(attended=(("arm", "subject", "time"), came))
    assert not leavers(read_trial(stayed, "hair_density"), arm, last).any()


def test_pooling_is_rubins():
    rng = np.random.default_rng(3)
    base = rng.normal(size=(5, 20))
    groups = [Group(base, base[..., None] + rng.normal(size=(5, 20, 1))) for _ in range(2)]
    found = compare_many("ancova", *groups)
    one = pooled(found, 0.95, "two_sided")
    between = np.var(found.estimate, ddof=1)
    total = np.mean(found.se**2) + 1.2 * between
    assert one.se == pytest.approx(np.sqrt(total))
    assert one.estimate == pytest.approx(found.estimate.mean())
    assert one.df < found.df[0]


def test_rank_tests_cannot_be_pooled():
    with pytest.raises(InputError, match="needs a standard error: one of t_test"):
        jump_to_reference("wilcoxon", ROWS, ROWS, Imputations(2, 1, 0, 0))


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=8)
THEIRS = {"bonferroni": "bonferroni", "holm": "holm", "hochberg": "simes-hochberg"}


@settings(deadline=None)
@given(P_VALUES, st.sampled_from(sorted(THEIRS)))
def test_adjusted_p_values_are_statsmodels(p, rule):
    theirs = multitest.multipletests(p, method=THEIRS[rule])[1]
    assert adjusted(p, rule) == pytest.approx(theirs, abs=1e-12)


@settings(deadline=None)
@given(P_VALUES, st.sampled_from(RULES))
def test_adjusting_never_makes_a_p_value_smaller(p, rule):
    assert (adjusted(p, rule) >= np.array(p) - 1e-15).all()


def test_a_hierarchy_stops_at_the_first_failure():
    assert adjusted([0.01, 0.2, 0.001], "hierarchical").tolist() == [0.01, 0.2, 0.2]
    lost = adjusted([0.01, NAN, 0.001], "hierarchical")
    assert np.isnan(lost[1])
    assert lost[2] == 1.0
    with pytest.raises(InputError, match='did you mean "bonferroni"'):
        adjusted([0.1], "bonferoni")


def test_names_are_those_of_the_scenario_file():
    from typing import get_args

    from follicle_sim.analysis.methods import METHODS
    from follicle_sim.scenario.tables import analysis

    assert tuple(METHODS) == get_args(analysis.MethodName)
    assert tuple(SETS) == get_args(analysis.SetName)
    assert tuple(MISSING) == get_args(analysis.MissingRule)
    assert get_args(analysis.Multiplicity) == RULES


ONE_ARM = """
schema_version = 1
title = "one arm"
arms = [{{ label = "drug", role = "treatment" }}]
[population]
subjects = 3
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "healthy"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[analysis]
method = "{method}"
"""


@pytest.mark.parametrize("method", ["t_test", "ancova", "wilcoxon"])
def test_a_test_between_two_arms_is_refused_before_one_arm_is_simulated(method: str) -> None:
    text = ONE_ARM.format(method=method)
    with pytest.raises(InputError, match=r"analysis\.method: \w+ needs a control arm"):
        check_analysis(parse_scenario(text), "one.toml")
    check_analysis(parse_scenario(ONE_ARM.format(method="paired_t")), "one.toml")
