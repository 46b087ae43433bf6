"""What is tested besides the change at a visit: its average over time, and who responded."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats as st
from gaussian_trials import GaussianTrials
from scenario_examples import EXOSOMES_AGAINST_SALINE as TEXT
from test_analysis_result import NAN, dataset, only, people

from follicle_sim import parse_scenario, with_overrides
from follicle_sim.analysis.analyse import analyse
from follicle_sim.analysis.measures import averaged
from follicle_sim.analysis.outcomes.responders import rate_difference
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.analysis.statistics.rates import rate_differences, rate_differences_within
from follicle_sim.base.errors import InputError
from follicle_sim.experiments.planning.power import judge, power
from follicle_sim.experiments.planning.power_plan import Plan, complete_plan
from follicle_sim.scenario import Analysis


@pytest.fixture(scope="module")
def scenario():
    return parse_scenario(TEXT)


def responses(rng, trials, n, rate):
    drawn = (rng.random((trials, n)) < rate).astype(float)
    drawn[rng.random(drawn.shape) < 0.1] = NAN
    return drawn


@pytest.mark.parametrize("side", ["two_sided", "greater", "less"])
def test_many_trials_of_pairs_are_scipys_one_by_one(side):
    rng = np.random.default_rng(3)
    treated, control = responses(rng, 40, 15, 0.6), responses(rng, 40, 15, 0.3)
    found = rate_differences_within(treated, control, 0.95, side)
    for row, (a, b) in enumerate(zip(treated, control, strict=True)):
        more, less = int(((a == 1) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())
        p = 1.0
        if more + less:
            p = st.binomtest(more, more + less, 0.5, side.replace("_", "-")).pvalue
        assert found.p[row] == pytest.approx(p, abs=1e-12)
    assert np.isnan(rate_differences_within(treated * NAN, control, 0.95).low).all()


def test_many_trials_of_rates_are_those_trials_one_by_one():
    rng = np.random.default_rng(4)
    treated, control = responses(rng, 20, 12, 0.5), responses(rng, 20, 9, 0.1)
    control[3] = NAN
    found = rate_differences(treated, control, 0.9, "greater")
    for row in range(20):
        one = rate_difference(treated[row], control[row], 0.9, "greater")
        np.testing.assert_equal(found[row].p, one.p)
        np.testing.assert_equal((found[row].low, found[row].high), (one.low, one.high))
    assert np.isnan(found.p[3])
    assert found.n_control[3] == 0


def test_an_average_is_the_area_between_the_visits_a_person_came_to():
    days = np.array([7.0, 21.0, 28.0])
    change = np.array([[4.0, 8.0, 6.0], [NAN, 8.0, 6.0], [4.0, 8.0, NAN]])
    found = averaged(Group(np.full(3, 50.0), 50.0 + change), days).change[:, 0]
    full = np.trapezoid([0.0, 4.0, 8.0, 6.0], [0.0, *days]) / 28.0
    gap = np.trapezoid([0.0, 8.0, 6.0], [0.0, 21.0, 28.0]) / 28.0
    np.testing.assert_allclose(found, [full, gap, NAN])


def test_the_primary_row_is_the_one_that_only_described_before():
    data = dataset(people(11))
    described = analyse(data, Analysis())
    for measure, purpose in (("average", "average_change"), ("responders", "responders")):
        row = only(analyse(data, Analysis(measure=measure)), "primary")
        other = only(described, purpose)
        for name in ("estimate", "low", "high", "p", "unit", "method", "missing", "n_treated"):
            assert getattr(row, name) == getattr(other, name), name
        assert row.effect == (row.p < 0.05)
        assert row.p != only(described, "primary").p


def test_who_was_not_seen_did_not_respond_unless_per_protocol():
    values = people(11)
    values[0, :3, -1] = NAN
    plan = Analysis(measure="responders")
    strict = only(analyse(dataset(values), plan), "primary")
    mild = only(
        analyse(dataset(values), plan.model_copy(update={"set": "per_protocol"})), "primary"
    )
    assert (strict.n_treated - mild.n_treated, strict.missing) == (3, "missing_is_no_response")
    assert strict.mean_treated < mild.mean_treated


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"measure": "responders", "method": "ancova"}, "a test of their own"),
        ({"measure": "average", "method": "mmrm"}, "one value a person; use ancova"),
        ({"measure": "average", "missing": "jump_to_reference"}, "imputes changes"),
    ],
)
def test_keys_that_do_not_fit_are_refused_when_the_file_is_read(keys, told):
    with pytest.raises(ValueError, match=told):
        Analysis(**keys)


def test_a_power_plan_takes_the_test_that_belongs_to_the_measure(scenario):
    found = complete_plan(scenario, Plan(measure="responders"), [5], 5)
    assert (found.method, found.measure) == ("miettinen_nurminen", "responders")
    assert complete_plan(scenario, found, [5], 5) == found
    assert complete_plan(scenario, Plan(measure="average"), [5], 5).method == "ancova"
    assert complete_plan(scenario, Plan(), [5], 5).measure == "change"
    halves = with_overrides(scenario, ["design.kind=split_scalp"])
    assert complete_plan(halves, Plan(measure="responders"), [5], 5).method == "mcnemar"
    planned = with_overrides(scenario, ["analysis.method=mmrm"])
    for measure, method in (("average", "ancova"), ("responders", "miettinen_nurminen")):
        assert complete_plan(planned, Plan(measure=measure), [5], 5).method == method
    fewer = replace(found, endpoint="shed_rate", sided=1)
    assert complete_plan(scenario, fewer, [5], 5).alternative == "greater"
    fewer = Plan("shed_rate", sided=1, measure="average")
    assert complete_plan(scenario, fewer, [5], 5).alternative == "less"


TURNS = ["design.kind=crossover", "design.period=24 weeks", "design.washout=4 weeks"]


@pytest.mark.parametrize(
    ("plan", "changes", "told"),
    [
        (Plan(measure="responders", method="ancova"), [], "miettinen_nurminen only"),
        (Plan(measure="responders", own_change=True), [], "that of a control arm"),
        (Plan(measure="responders"), ["analysis.missing=complete_cases"], "no responder"),
        (Plan(measure="average", method="mixed_model"), [], "use ancova"),
        (Plan(measure="average"), ["analysis.missing=jump_to_reference"], "not imputed"),
        (Plan(measure="average"), TURNS, 'in a crossover only "change"'),
        (Plan(measure="avrage"), [], 'did you mean "average"'),
    ],
)
def test_what_makes_no_sense_is_refused(scenario, plan, changes, told):
    with pytest.raises(InputError, match=told):
        complete_plan(with_overrides(scenario, changes), plan, [5], 5)


@pytest.mark.parametrize("measure", ["average", "responders"])
def test_simulated_trials_are_judged_by_either(scenario, measure):
    found = power(scenario, [4, 8], 4, Plan(measure=measure), type_one=False)
    assert found.trials.attrs["measure"] == measure
    assert np.isfinite(found.trials.p).all()
    plain = power(scenario, [4, 8], 4, Plan(), type_one=False)
    assert (found.trials.p.values != plain.trials.p.values).any()


def test_the_average_of_one_arm_is_its_own():
    law = GaussianTrials(("a",), ("treatment",), (30.0,), 10.0, weeks=(24.0, 48.0))
    plan = Plan("hair_density", (48.0,), "paired_t", 0.05, 2, measure="average", pairs=(("a", ""),))
    (row,) = judge({"on": law}, [20], 50, plan).rows
    assert row.estimate == pytest.approx(0.75 * 30.0, abs=4 * row.estimate_se)


def test_a_mixed_model_is_not_chosen_unwarned(scenario):
    (note,) = complete_plan(scenario, Plan(method="mixed_model"), [5], 5).notes
    assert "1 to 15 of 100" in note
    assert note in analyse(dataset(people(11)), Analysis(method="mixed_model")).notes
    assert complete_plan(scenario, Plan(method="mmrm"), [5], 5).notes == ()
