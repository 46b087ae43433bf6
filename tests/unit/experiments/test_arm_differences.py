"""What may differ between arms of a controlled trial: each change does what it says, no more."""

import math
from dataclasses import replace

import numpy as np
import pytest
from gaussian_trials import GaussianTrials
from plausible_examples import TEXT

from follicle_sim import parse_scenario
from follicle_sim.experiments.planning import arm_differences as differ
from follicle_sim.experiments.planning.plausible import plausible
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    APART,
    LEAVING,
    NEEDLE,
    NOTHING,
    READING,
)
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.question import make_question
from follicle_sim.experiments.scoreboard.designs import offset_of

CONTROL = """
[[arms]]
label = "control"
role = "untreated"
[design]"""
CONTROLLED = TEXT.replace("\n[design]", CONTROL)


@pytest.fixture
def trials():
    law = GaussianTrials(
        ("drug", "dummy"), ("treatment", "placebo"), (0.0, 0.0), 5.0, weeks=(4.0, 12.0)
    )
    drawn = law.draw(range(400), 20)
    return replace(drawn, trial=replace(drawn.trial, values=drawn.trial.values + 100.0))


@pytest.fixture
def where(trials):
    return differ.treated_cells(trials.trial, ("drug",))


def test_only_the_treated_arm_after_baseline_is_treated(trials, where):
    assert where.tolist() == [[False, True, True], [False, False, False]]


def test_in_a_crossover_the_periods_of_the_treatment_are(trials):
    first = {"drug": "drug", "dummy": "dummy"}
    second = {"drug": "dummy", "dummy": "drug"}
    days = np.array([0.0, 28.0, 56.0, 84.0])
    trial = replace(trials.trial, days=days, periods=((0.0, first), (56.0, second)))
    cells = differ.treated_cells(trial, ("drug",))
    # the visit that begins a period is the last of the one before
    assert cells.tolist() == [[False, True, True, False], [False, False, False, True]]


def test_arms_drift_apart_as_two_published_control_arms_do(trials, where):
    drift = offset_of("hair_density")
    after = differ.with_arms_apart(trials, range(400), where, drift)
    moved = after.trial.values - trials.trial.values
    assert not moved[:, 1].any()
    assert not moved[..., 0].any()
    shifts = moved[:, 0, 0, 1]
    assert np.ptp(moved[:, 0, :, 1:], axis=(1, 2)).max() < 1e-9
    sd = math.sqrt(2.0) * drift.sd
    assert shifts.mean() == pytest.approx(0.0, abs=4 * sd / math.sqrt(400))
    assert shifts.std() == pytest.approx(sd, rel=0.15)


def test_a_reader_who_knows_counts_more_under_treatment(trials, where):
    values = differ.with_reader_who_knows(trials, where).trial.values
    np.testing.assert_array_equal(values[:, 1], trials.trial.values[:, 1])
    np.testing.assert_allclose(values[:, 0, :, 1:] / trials.trial.values[:, 0, :, 1:], 1.03)
    shed = replace(trials, trial=replace(trials.trial, endpoint="shed_rate"))
    less = differ.with_reader_who_knows(shed, where).trial.values
    assert (less[:, 0, :, 1] < trials.trial.values[:, 0, :, 1]).all()


def test_those_who_gained_least_leave_the_treated_arm(trials, where):
    left = differ.with_leavers(trials, where, (28.0, 84.0)).trial.values
    gone = np.isnan(left)
    assert not gone[:, 1].any()
    assert not gone[..., 0].any()
    assert (gone[:, 0, :, 1] == gone[:, 0, :, 2]).all()
    assert (gone[:, 0, :, 2].sum(axis=1) == 2).all()  # of 20, a tenth
    gain = trials.trial.values[:, 0, :, 2] - trials.trial.values[:, 0, :, 0]
    stayed = np.where(gone[:, 0, :, 2], np.inf, gain).min(axis=1)
    worst = np.where(gone[:, 0, :, 2], gain, -np.inf).max(axis=1)
    assert (worst <= stayed).all()


def test_a_controlled_trial_is_asked_what_may_differ_between_its_arms():
    question = make_question(parse_scenario(CONTROLLED), (8.0,), 30)
    assert question.plan.weeks == (12.0,)
    found = plausible(question)
    assert [row.cause for row in found.nulls] == [NOTHING, NEEDLE, APART, LEAVING, READING, ALL]
    assert found.nulls[1].text == "a needle that the control lacks (saline injection)"
    assert found.months == ()
    told = " ".join(row.text for row in (*found.nulls, *found.surrounded))
    assert "without control" not in told
    assert "sides" not in told
    assert found.subjects == 12
    nulls = {row.cause: row for row in found.nulls}
    assert nulls[READING].changes[0] > nulls[NOTHING].changes[0] + 1.0
    assert nulls[LEAVING].changes[0] > nulls[NOTHING].changes[0]
    assert len({row.changes for row in found.nulls}) == 6
    assert [row.potency for row in found.surrounded] == [0.0, 8.0]


def test_a_needle_that_both_arms_get_is_no_difference():
    dose = '\n[[arms.doses]]\ntreatment = "saline_injection"\namount = "1 session"\n[design]'
    both = parse_scenario(CONTROLLED.replace("\n[design]", dose))
    drug = "exosomes_foreskin_injection"
    assert differ.needle_of_one_arm(both, Plan(control="control"), drug) == ""
    one = parse_scenario(CONTROLLED)
    assert differ.needle_of_one_arm(one, Plan(control="control"), drug) == "saline_injection"


def test_a_split_scalp_speaks_of_sides():
    text = CONTROLLED.replace('"parallel"', '"split_scalp"')
    found = plausible(make_question(parse_scenario(text), (8.0,), 4))
    told = " ".join(row.text for row in (*found.nulls, found.surrounded[0]))
    assert "arms" not in told
    assert "sides that drift apart" in told
    assert found.subjects == 6


def test_a_crossover_is_asked_about_its_periods():
    turns = 'kind = "crossover"\nperiod = "12 weeks"\nwashout = "4 weeks"'
    text = CONTROLLED.replace('kind = "parallel"', turns)
    found = plausible(make_question(parse_scenario(text), (8.0,), 8))
    nulls = {row.cause: row for row in found.nulls}
    assert nulls[APART].text == "periods that drift apart"
    assert nulls[READING].changes[0] > nulls[NOTHING].changes[0] + 1.0
    assert nulls[LEAVING].changes[0] > nulls[NOTHING].changes[0]
