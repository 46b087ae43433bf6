"""A crossover of three treatments or more: differences within people, periods taken out."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from follicle_sim import parse_scenario, simulate
from follicle_sim.analysis import crossover
from follicle_sim.analysis.ready import blank_trial, check_analysis, planned_tests, why_not
from follicle_sim.analysis.trial import Trial
from follicle_sim.base.errors import InputError
from follicle_sim.reporting.page.text import page
from follicle_sim.reporting.report import make_report

TEXT = """\
schema_version = 1
title = "turns"
[population]
subjects = {people}
follicles = 40
target_area = "0.2 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = "typical"
{arms}
[run]
history = "60 days"
[design]
kind = "crossover"
period = "12 weeks"
washout = "{washout}"
visits = ["0 weeks", "6 weeks", "12 weeks"]
{more}
"""
ARMS = """\
[[arms]]
label = "{label}"
role = "{role}"
"""


def scenario(treatments: int = 3, people: int = 4, washout: str = "4 weeks", more: str = ""):
    roles = ["treatment", "placebo", "active_control", "treatment"]
    arms = [ARMS.format(label=f"t{k}", role=roles[k]) for k in range(treatments)]
    text = TEXT.format(people=people, arms="".join(arms), washout=washout, more=more)
    return parse_scenario(text)


def trial(effects, trend, people, seed=1, noise=0.0) -> Trial:
    """Return a trial whose people change by effect + trend of the period + noise in each period."""
    blank = blank_trial(scenario(len(effects)), "hair_density")
    rng = np.random.default_rng(seed)
    widest = max(people)
    values = np.full((1, len(effects), widest, blank.days.size), np.nan)
    named = dict(zip(crossover.labels(blank), effects, strict=True))
    for arm, label in enumerate(blank.arms):
        level = 200.0 + 30.0 * rng.standard_normal(people[arm])
        for period, (start, given) in enumerate(blank.periods):
            change = named[given[label]] + trend[period]
            change = change + noise * rng.standard_normal(people[arm])
            here = values[0, arm, : people[arm]]
            here[:, blank.visit(start)] = level
            here[:, blank.visit(start + 84.0)] = level + change
    return replace(blank, values=values)


def compared(one: Trial, method="t_test", treated="t0", control="t1"):
    keep = np.isfinite(one.values).any(axis=-1)
    pair = crossover.pair_of(one, treated, control, 84.0, keep)
    return crossover.compare(pair, method, 0.95, "two_sided")[0]


@pytest.mark.parametrize("method", crossover.OF_MANY)
def test_a_trend_of_the_periods_cancels_whatever_the_sizes_of_the_sequences(method):
    trend = [0.0, -17.0, 5.0, 40.0]
    for people in ([3, 3, 3, 3], [2, 9, 4, 5]):
        still = compared(trial([10.0, 4.0, 0.0, 1.0], [0.0] * 4, people, noise=2.0), method)
        moved = compared(trial([10.0, 4.0, 0.0, 1.0], trend, people, noise=2.0), method)
        assert moved.estimate == pytest.approx(still.estimate, rel=1e-9)
        assert moved.se == pytest.approx(still.se, rel=1e-9)
        assert moved.p == pytest.approx(still.p, rel=1e-7)
        assert abs(still.estimate - 6.0) < 4 * still.se


def test_the_t_test_is_the_contrast_of_sequence_means_in_least_squares():
    people = [3, 5, 4]
    one = trial([8.0, 3.0, 0.0], [0.0, 4.0, -2.0], people, noise=3.0)
    keep = np.isfinite(one.values).any(axis=-1)
    pair = crossover.pair_of(one, "t0", "t1", 84.0, keep)
    rows = [pair.difference[0, arm][np.isfinite(pair.difference[0, arm])] for arm in range(3)]
    y = np.concatenate(rows)
    design = np.repeat(np.eye(3), people, axis=0)
    beta, rest, *_ = np.linalg.lstsq(design, y, rcond=None)
    weights = np.full(3, 1.0 / 3.0)
    df = y.size - 3
    se = np.sqrt(rest[0] / df * weights @ np.linalg.inv(design.T @ design) @ weights)
    found = compared(one)
    assert found.estimate == pytest.approx(weights @ beta, rel=1e-12)
    assert found.se == pytest.approx(se, rel=1e-12)
    assert found.df == df
    assert found.p == pytest.approx(2 * stats.t.sf(abs(weights @ beta) / se, df), rel=1e-9)
    assert found.n_treated == 12
    assert found.n_control == 0


@pytest.mark.parametrize("method", crossover.OF_MANY)
def test_with_two_treatments_both_ways_are_one(method):
    one = trial([8.0, 3.0], [0.0, 4.0], [5, 3], noise=3.0)
    keep = np.isfinite(one.values).any(axis=-1)
    pair = crossover.pair_of(one, "t0", "t1", 84.0, keep)
    usual = crossover.compare(pair, method, 0.95, "two_sided")[0]
    over = crossover._over_sequences(pair, method, 0.95, "two_sided")[0]
    for name in ("estimate", "se", "low", "high", "p", "df"):
        assert getattr(usual, name) == pytest.approx(getattr(over, name), rel=1e-9), name


def test_too_few_people_are_refused_with_how_many_are_needed():
    nobody = compared(trial([1.0, 0.0, 0.0], [0.0] * 3, [2, 0, 2], noise=1.0))
    assert np.isnan(nobody.estimate)
    assert "2 + 0 + 2 have a value, 1 in each of 3 sequences, 4 in all are needed" in nobody.why
    single = compared(trial([1.0, 0.0, 0.0], [0.0] * 3, [1, 1, 1], noise=1.0))
    assert np.isnan(single.p)
    assert "4 in all are needed" in single.why
    alike = compared(trial([1.0, 0.0, 0.0], [0.1] * 3, [2, 2, 2]))
    assert np.isnan(alike.p)
    assert "no spread" in alike.why


def test_a_trial_of_three_treatments_is_reported_and_pairs_are_only_of_the_two(tmp_path):
    more = "missed_visits = 0.2\nmissed_baseline = 0.1"
    report = make_report(simulate(scenario(3, people=6, more=more)))
    rows = [row for row in report.result.rows if row.purpose == "primary"]
    assert [(row.arm, row.control) for row in rows] == [("t0", "t1"), ("t2", "t1")]
    seen = sum(arm.analysed["intention_to_treat"] for arm in report.flow.arms)
    assert seen == rows[0].n_treated
    assert any("averaged over the sequences" in note for note in report.result.notes)
    assert "3 sequences" in page(report)
    assert len(json.loads(report.dataset.attrs["periods"])) == 3


def test_ranks_are_not_offered_for_three_and_a_control_is_needed():
    asked = scenario(3, more='[analysis]\nmethod = "wilcoxon"')
    with pytest.raises(InputError, match=r"mine.toml: analysis.method: .*by t_test, welch"):
        check_analysis(asked, "mine.toml")
    assert planned_tests(scenario(2, more='[analysis]\nmethod = "wilcoxon"'))
    arms = tuple(arm.model_copy(update={"role": "treatment"}) for arm in scenario(3).arms)
    assert "no arm is a control" in why_not(scenario(3).model_copy(update={"arms": arms}))


@pytest.mark.parametrize("treatments", [2, 3])
def test_without_a_washout_the_shared_day_ends_one_period_and_begins_the_next(treatments):
    shared = scenario(treatments, people=5, washout="0 days")
    data = simulate(shared)
    assert data.time.values.tolist()[:4] == [0.0, 42.0, 84.0, 126.0]
    row = make_report(data).result.rows[0]
    assert row.week == 12.0
    assert row.n_treated + row.n_control == 5 * treatments
    middle = scenario(treatments, washout="0 days", more='[analysis]\nat = "6 weeks"')
    assert planned_tests(middle)[0].day == 42.0
