"""Power of simulated trials: what a trial is, what is refused, and what is left when stopped."""

from dataclasses import replace

import numpy as np
import pytest
from gaussian_trials import GaussianTrials
from scenario_examples import EXOSOMES_AGAINST_SALINE as TEXT

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.analysis.ready import planned_tests
from follicle_sim.base.errors import InputError, Interrupted
from follicle_sim.experiments.planning.power import OTHER_LUCK, analyse_trials, judge, power
from follicle_sim.experiments.planning.power_plan import Plan, compared, complete_plan, without_drug
from follicle_sim.experiments.planning.trial_sources import SimulatedTrials, with_people
from follicle_sim.scenario.tables.analysis import Analysis

PLAN = Plan("hair_density", (48.0,), "t_test", 0.05, 2, pairs=(("a", "b"),))


@pytest.fixture(scope="module")
def scenario():
    return parse_scenario(TEXT)


@pytest.fixture(scope="module")
def answer(scenario):
    return power(scenario, [3, 6], 8, Plan(weeks=(12.0, 24.0), method="t_test"))


def test_a_smaller_trial_is_the_start_of_a_larger_one(scenario):
    source = SimulatedTrials(scenario, "hair_density")
    large, small = source.draw(range(2, 4), 6), source.draw(range(2, 4), 3)
    np.testing.assert_array_equal(large.first(3).values, small.trial.values)


def test_trials_are_those_of_a_run_with_replicates(scenario):
    found = SimulatedTrials(scenario, "hair_density").draw(range(1, 3), 4)
    run = simulate(with_overrides(scenario, ["population.subjects=4", "run.replicates=3"]))
    whole = run.hair_density.transpose("replicate", "arm", "subject", "time").values
    np.testing.assert_array_equal(found.trial.values, whole[1:])


def test_where_the_trials_are_cut_changes_nothing(scenario, answer):
    plan = answer.plan
    source = SimulatedTrials(scenario, "hair_density")
    whole = judge({"on": source}, [3, 6], 8, plan, at_once=3)
    for name in ("p", "estimate", "low", "high"):
        np.testing.assert_array_equal(whole.trials[name].sel(drug="on"), answer.trials[name][0])


def test_only_what_is_needed_is_kept(scenario):
    asked = with_people(scenario, "anagen_density", 7, 3)
    assert asked.record.variables == ("hair_density", "anagen_fraction")
    assert (asked.population.subjects, asked.run.replicates) == (7, 3)


def test_what_is_found(answer):
    assert dict(answer.trials.p.sizes) == {
        "drug": 2,
        "size": 2,
        "replicate": 8,
        "comparison": 1,
        "week": 2,
    }
    assert [row.week for row in answer.rows] == ["12", "12", "24", "24", "all", "all"] * 2
    for row in answer.rows:
        assert row.power_low <= row.power <= row.power_high
    p = answer.trials.p.sel(drug="on", size=6)
    both = [row for row in answer.rows if (row.drug, row.week, row.n) == ("on", "all", 6)]
    assert both[0].power == float((p < 0.05).all("week").mean())
    assert len(answer.smallest) == 3 * 2


def test_without_the_drug_everybody_takes_what_controls_take(scenario):
    off = without_drug(scenario, Plan())
    assert [arm.doses for arm in off.arms] == [scenario.arms[1].doses] * 2
    assert without_drug(scenario, Plan(own_change=True)).arms[0].doses == ()
    alone = scenario.model_copy(update={"arms": scenario.arms[:1]})
    assert without_drug(alone, Plan()).arms[0].doses == ()


def test_trials_without_the_drug_have_other_luck(scenario):
    seen = []

    class Noted(GaussianTrials):
        def draw(self, replicates, n):
            seen.append(replicates)
            return super().draw(replicates, n)

    source = Noted(("a", "b"), ("treatment", "placebo"), (1.0, 0.0), 1.0)
    judge({"on": source, "off": source}, [4], 5, PLAN)
    assert seen == [range(5), range(OTHER_LUCK, OTHER_LUCK + 5)]


def test_one_arm_is_held_against_its_baseline(scenario):
    alone = scenario.model_copy(update={"arms": scenario.arms[:1]})
    found = power(alone, [6], 4, type_one=False)
    assert found.plan.method == "paired_t"
    assert list(found.trials.comparison.values) == ["exosomes, own change"]
    values = SimulatedTrials(alone, "hair_density").draw(range(4), 6).trial.values
    change = (values[..., -1] - values[..., 0]).mean(axis=(1, 2))
    np.testing.assert_allclose(found.trials.estimate.values.ravel(), change)


def test_which_arm_is_the_control():
    arms, roles = ("new", "old", "dummy"), ("treatment", "active_control", "placebo")
    assert compared(arms, roles, Plan()) == (("new", "dummy"), ("old", "dummy"))
    assert compared(arms[:2], roles[:2], Plan()) == (("new", "old"),)
    assert compared(arms, roles, Plan(control="old")) == (("new", "old"), ("dummy", "old"))
    assert compared(arms, roles, Plan(own_change=True)) == tuple((arm, "") for arm in arms)


def test_what_is_left_open_is_the_analysis_table(scenario):
    table = scenario.analysis.model_copy(
        update={
            "endpoint": "shaft_calibre",
            "at": 84.0,
            "method": "welch",
            "alpha": 0.01,
            "sided": 1,
        }
    )
    plan = complete_plan(scenario.model_copy(update={"analysis": table}), Plan(), [5], 5)
    assert (plan.endpoint, plan.weeks, plan.method) == ("shaft_calibre", (12.0,), "welch")
    assert (plan.alpha, plan.sided, plan.alternative) == (0.01, 1, "greater")
    mine = complete_plan(scenario, Plan("shed_rate", sided=1), [5], 5)
    assert (mine.weeks, mine.method, mine.alternative) == ((24.0,), "ancova", "less")


def test_a_test_within_persons_of_the_table_is_one_of_own_changes_as_in_a_trial(scenario):
    table = Analysis(method="signed_rank")
    planned = scenario.model_copy(update={"analysis": table})
    plan = complete_plan(planned, Plan(), [5], 5)
    trial = planned_tests(planned)
    asked = [(each.treatment, each.control) for each in trial]
    assert list(plan.pairs) == asked
    assert {control for _, control in asked} == {""}
    # who names a control arm, or the test, is told that they do not fit
    for mine in (Plan(control=scenario.arms[-1].label), Plan(method="signed_rank")):
        with pytest.raises(InputError, match="does not fit"):
            complete_plan(planned, mine, [5], 5)


def test_a_counterfactual_design_is_refused_with_the_reason(scenario):
    shared = with_overrides(scenario, ["design.kind=counterfactual"])
    with pytest.raises(InputError, match=r"same people with the same luck.*not of a trial") as told:
        power(shared, [10], 10)
    assert 'kind = "parallel"' in str(told.value)


def test_everything_wrong_is_told_at_once(scenario):
    plan = Plan("hair_densty", (13.0,), "tt_test", 0.7, 3, "salin")
    with pytest.raises(InputError) as told:
        complete_plan(scenario, plan, [1, 30], 1)
    places = [problem.where for problem in told.value.problems]
    assert places == ["control", "method", "alpha", "sided", "n", "replicates", "endpoint", "week"]
    text = str(told.value)
    assert 'did you mean "hair_density"' in text
    assert 'did you mean "t_test"' in text
    assert "weeks: 12, 24" in text


@pytest.mark.parametrize(
    ("method", "own", "reason"),
    [
        ("paired_t", False, "arms hold different people"),
        ("t_test", True, "an arm is held against its own baseline"),
    ],
)
def test_a_test_that_does_not_fit_the_design_is_refused(scenario, method, own, reason):
    with pytest.raises(InputError, match=reason):
        complete_plan(scenario, Plan(method=method, own_change=own), [10], 10)


@pytest.mark.parametrize(
    ("method", "own", "kind", "rule"),
    [
        ("wilcoxon", False, "parallel", "jump_to_reference"),
        ("", True, "parallel", "jump_to_reference"),
        ("", False, "crossover", "complete_cases"),
    ],
)
def test_a_rule_for_missing_values_that_does_not_fit_is_refused(scenario, method, own, kind, rule):
    # It was found out after the first trials were simulated, or not at all.
    design = scenario.design.model_copy(update={"kind": kind})
    table = scenario.analysis.model_copy(update={"missing": rule})
    asked = scenario.model_copy(update={"design": design, "analysis": table})
    with pytest.raises(InputError, match=f"analysis.missing: .*{rule}"):
        complete_plan(asked, Plan(method=method, own_change=own), [10], 10)


def test_an_alpha_of_a_half_in_the_table_is_refused_like_any_other(scenario):
    table = scenario.analysis.model_copy(update={"alpha": 0.5})
    with pytest.raises(InputError, match=r"alpha: found 0\.5; allowed: above 0, below 0\.5"):
        complete_plan(scenario.model_copy(update={"analysis": table}), Plan(), [10], 10)


class Stopping(GaussianTrials):
    """Ctrl-C comes while the third part is drawn."""

    def draw(self, replicates, n):
        if replicates.start >= 20:
            raise Interrupted("stopped")
        return super().draw(replicates, n)


def test_ctrl_c_leaves_what_was_done():
    law = Stopping(("a", "b"), ("treatment", "placebo"), (20.0, 0.0), 20.0)
    found = judge({"on": law, "off": law}, [10], 100, PLAN, at_once=10)
    assert found.stopped
    assert (found.wanted, {row.trials for row in found.rows}) == (100, {20})
    assert {row.drug for row in found.rows} == {"on"}


def test_ctrl_c_at_once_is_an_interruption():
    law = Stopping(("a", "b"), ("treatment", "placebo"), (20.0, 0.0), 20.0)
    with pytest.raises(Interrupted):
        judge({"off": law}, [10], 100, PLAN)


def test_trials_that_cannot_be_analysed_are_counted_and_not_significant():
    law = GaussianTrials(("a", "b"), ("treatment", "placebo"), (200.0, 0.0), 20.0)

    class Empty(GaussianTrials):
        def draw(self, replicates, n):
            trials = super().draw(replicates, n)
            trials.trial.values[0] = np.nan
            return trials

    empty = Empty(law.arms, law.roles, law.means, law.sd)
    (row,) = judge({"on": empty}, [10], 4, PLAN).rows
    assert (row.failed, row.power) == (1, 0.75)


def test_unequal_arms_and_people_allocated_as_they_come():
    law = GaussianTrials(("a", "b"), ("treatment", "placebo"), (0.0, 0.0), 20.0)
    drawn = law.draw(range(1), 8)
    twice = replace(drawn, share=(2, 1)).first(3)
    assert twice.enrolled.sum(axis=-1).tolist() == [[6, 3]]
    assert np.isfinite(twice.values).sum(axis=(-2, -1)).tolist() == [[12, 6]]
    turn = np.array([[[0, 1, 4, 5, 7, 8, 10, 11], [2, 3, 6, 9, 12, 13, 14, 15]]])
    pooled = replace(drawn, turn=turn, share=(2, 2))
    assert pooled.first(4).enrolled.sum(axis=-1).tolist() == [[5, 3]]
    assert analyse_trials(pooled, [4], PLAN, range(1)).p.shape == (1,) * 4


DESIGNS = {
    "unequal arms": "design.allocation={exosomes = 2, saline = 1}",
    "in blocks by severity": "design.stratify=severity",
    "dropout and missed visits": "design.dropout={per_year = 0.5}",
    "half a scalp each": "design.kind=split_scalp",
}


@pytest.mark.parametrize("change", DESIGNS.values(), ids=DESIGNS)
def test_in_every_design_a_smaller_trial_is_the_start_of_a_larger_one(scenario, change):
    asked = with_overrides(scenario, [change, "design.missed_visits=0.2"])
    source = SimulatedTrials(asked, "hair_density")
    large, small = (source.draw(range(2), n).first(5) for n in (9, 5))
    np.testing.assert_array_equal(large.enrolled, small.enrolled)
    np.testing.assert_array_equal(large.values, small.values)
    # nobody at all would be equal too
    people = 15 if "allocation" in change else 10
    assert small.enrolled.sum(axis=(1, 2)).tolist() == [people, people]


def test_a_trial_stratified_among_eligible_people_can_be_analysed(scenario):
    changes = [
        "design.stratify=severity",
        'population.inclusion={severity = ["norwood_ii", "norwood_iv"]}',
    ]
    found = power(with_overrides(scenario, changes), [5, 9], 3, Plan(method="t_test"))
    assert {row.failed for row in found.rows} == {0}


def test_a_crossover_compares_treatments(scenario):
    turns = with_overrides(
        scenario,
        ["design.kind=crossover", "design.period=24 weeks", "design.washout=4 weeks"],
    )
    found = power(turns, [4], 3)
    assert (found.plan.method, found.plan.weeks) == ("t_test", (24.0,))
    assert list(found.trials.comparison.values) == ["exosomes minus saline"]
    assert np.isfinite(found.trials.p).all()


def test_a_delayed_start_is_judged_before_the_switch(scenario):
    late = with_overrides(scenario, ["design.kind=delayed_start", "design.switch=12 weeks"])
    assert complete_plan(late, Plan(), [4], 4).weeks == (12.0,)


def test_several_comparisons_are_adjusted_as_the_table_says(scenario):
    third = scenario.arms[0].model_copy(update={"label": "again"})
    table = scenario.analysis.model_copy(update={"multiplicity": "bonferroni"})
    three = scenario.model_copy(update={"arms": (*scenario.arms, third), "analysis": table})
    found = power(three, [4], 3, type_one=False).trials
    np.testing.assert_allclose(found.p_adjusted, np.minimum(1.0, 2.0 * found.p))


def test_progress_adds_up(scenario):
    seen = []
    power(scenario, [3], 4, type_one=False, report=lambda *each: seen.append(each))
    assert seen[-1] == ("trials", 2 * 3 * 4, 2 * 3 * 4)


def test_what_is_not_known_of_biology_can_be_part_of_the_luck(scenario):
    unsure = with_overrides(scenario, ["run.uncertainty=posterior", "run.replicates=2"])
    found = power(unsure, [4], 3)
    assert np.isfinite(found.trials.p).all()
    with pytest.raises(InputError, match="each trial takes a draw of what is not known: 200 exist"):
        complete_plan(unsure, Plan(), [4], 500)
