"""A trial's page and its parts: sentences, money, doses taken, the flow of subjects, figures."""

import dataclasses

import numpy as np
import pytest
from virtual_trials import DESIGNS, FULL, PARALLEL

from follicle_sim import parse_scenario, simulate
from follicle_sim.analysis.exposures import exposures
from follicle_sim.analysis.flow import subject_flow
from follicle_sim.analysis.result import TrialResult, TrialRow
from follicle_sim.figures.consort import plot_flow
from follicle_sim.figures.style import save_figure
from follicle_sim.protocol.unfold import unfold
from follicle_sim.reporting.caveats import NO_CONTROL, NO_SPREAD
from follicle_sim.reporting.money import arm_costs, per_added_hair
from follicle_sim.reporting.page import page
from follicle_sim.reporting.report import make_report
from follicle_sim.reporting.shown import trial_figure
from follicle_sim.reporting.words import amount, answer_sentences, table

ROW = TrialRow(
    replicate=0,
    purpose="primary",
    arm="drug",
    control="dummy",
    endpoint="hair_density",
    unit="cm-2",
    week=24.0,
    n_treated=20,
    n_control=10,
    mean_treated=9.0,
    mean_control=-3.0,
    statistic="difference of changes",
    estimate=12.0,
    se=3.0,
    low=6.0,
    high=18.0,
    p=0.0004,
    p_adjusted=0.0008,
    effect=True,
    method="ancova",
    set="intention_to_treat",
    missing="available",
)


def said(row, tests=1, multiplicity="holm"):
    result = TrialResult((row,), 0.95, 0.05, multiplicity)
    return " ".join(answer_sentences(row, result, tests))


def changed(**values):
    return dataclasses.replace(ROW, **values)


@pytest.fixture(scope="module")
def reports():
    """A trial of every design, analysed."""
    return {name: make_report(simulate(parse_scenario(text))) for name, text in DESIGNS.items()}


def test_an_effect_is_told_with_direction_interval_and_p():
    told = said(ROW, tests=2)
    assert "had risen by 9.0 hairs/cm2 on drug and fallen by 3.0 hairs/cm2 on dummy" in told
    assert "12.0 hairs/cm2 in favour of drug (95 % confidence interval 6.0 to 18.0, " in told
    assert "p < 0.001, adjusted for 2 tests p < 0.001)" in told
    assert "shows an effect" in told
    assert "adjusted" not in said(ROW)
    assert "adjusted" not in said(ROW, tests=2, multiplicity="none")


def test_harm_chance_and_no_control_are_told_apart():
    harm = said(changed(estimate=-12.0, low=-18.0, high=-6.0))
    assert "in favour of dummy" in harm
    assert "shows harm" in harm
    luck = said(changed(effect=False, p=0.3))
    assert "does not show an effect, and does not show that there is none" in luck
    # less shedding is good
    assert "in favour of drug" in said(changed(endpoint="shed_rate", estimate=-12.0))
    alone = said(changed(control="", n_control=0))
    assert "cannot say" in alone
    assert "in favour" not in alone
    assert "too few people" in said(changed(estimate=None))


def test_shares_are_told_in_percentage_points():
    share = changed(endpoint="anagen_fraction", unit="1")
    assert amount(share, 0.123) == "12.3 percentage points"
    assert amount(ROW, -0.01, sign=True) == "0.0 hairs/cm2"


def test_a_table_wraps_its_first_column_and_drops_empty_ones():
    lines = table([["", "a", "b"], ["a rather long name of a row here", "1", ""]], 30)
    assert [line.split() for line in lines] == [
        ["a"],
        ["a", "rather", "long", "name", "of", "a"],
        ["row", "here", "1"],
    ]
    assert [len(lines[0]), len(lines[2])] == [30, 30]


def test_the_price_of_a_hair_is_the_cost_over_the_gain():
    costs = arm_costs(parse_scenario(PARALLEL), 364.0)
    assert costs["dummy"].person == 0.0
    assert costs["drug"].doses == 364
    more, each = per_added_hair(ROW, costs, 0.95)
    assert more == costs["drug"].person
    np.testing.assert_allclose([each.value, each.low, each.high], more / np.array([12, 18, 6]))
    assert "holds 0" in per_added_hair(changed(low=-1.0, high=25.0), costs, 0.95)[1].reason
    assert per_added_hair(changed(unit="um"), costs, 0.95) is None
    assert per_added_hair(changed(estimate=None), costs, 0.95) is None


def test_a_treatment_without_a_price_is_told_and_not_guessed():
    own = """
[treatments.mine]
title = "mine"
route = "topical"
amount = "sessions"
"""
    text = PARALLEL.replace("finasteride_oral", "mine").replace("1 mg", "1 session") + own
    cost = arm_costs(parse_scenario(text), 364.0)["drug"]
    assert cost.person is None
    assert "has no price" in cost.reason


@pytest.mark.parametrize("name", ["parallel", "split_scalp"])
def test_doses_taken_are_those_of_the_simulation(reports, name):
    data = reports[name].dataset
    for index, lines in enumerate(reports[name].given):
        for line in lines:
            share = line.took.sum(axis=1) / line.due.sum(axis=1)
            known = data["doses_taken"].values[index, : share.size]
            np.testing.assert_array_equal(share, known)


def test_doses_of_other_people_would_not_fit(reports):
    report = reports["parallel"]
    wrong = exposures(report.dataset, parse_scenario(FULL, overrides=["run.seed=2"]))
    share = wrong[0][0].took.sum(axis=1) / wrong[0][0].due.sum(axis=1)
    assert not np.allclose(share, report.dataset["doses_taken"].values[0, : share.size])


def test_flow_adds_up_in_every_design(reports):
    for name, report in reports.items():
        flow = report.flow
        sizes = [arm.allocated for arm in flow.arms]
        assert flow.enrolled == (sizes[0] if name == "split_scalp" else sum(sizes))
        for arm in flow.arms:
            assert arm.allocated == arm.completed + sum(arm.lost.values())
            assert 0 <= arm.analysed["per_protocol"] <= arm.analysed["intention_to_treat"]
            assert arm.analysed["intention_to_treat"] <= arm.allocated
            assert arm.missed <= arm.planned
        if flow.screened is not None:
            assert flow.screened == flow.enrolled + sum(flow.excluded.values())
    row = reports["parallel"].result.rows[0]
    seen = [arm.analysed["intention_to_treat"] for arm in reports["parallel"].flow.arms]
    assert seen == [row.n_treated, row.n_control]


def test_missed_visits_are_those_of_people_still_there(reports):
    report = reports["parallel"]
    data, arm = report.dataset, report.flow.arms[0]
    came = data["attended"].values[0][:, 1:] == 1
    assert arm.planned - arm.missed == came[data["enrolled"].values[0] == 1].sum()
    again = subject_flow(data, report.plan, report.primary)
    assert again == report.flow


def test_warnings_fit_the_trial(reports):
    assert NO_CONTROL[:30] in page(reports["one_arm"])
    assert NO_CONTROL[:30] not in page(reports["parallel"])
    text = PARALLEL.replace('spread = "typical"', "")
    alike = page(make_report(simulate(parse_scenario(text))), 300)
    assert NO_SPREAD[1:60] in alike
    assert "placebo: sexual" in page(reports["parallel"])  # asked about in both arms
    assert "placebo: sexual" not in page(reports["split_scalp"])


def test_a_page_fits_its_width(reports):
    for report in reports.values():
        for width in (80, 96):
            assert max(map(len, page(report, width).splitlines())) <= width


def test_figures_are_the_same_twice(reports, tmp_path):
    report = reports["parallel"]
    for index in range(2):
        save_figure(plot_flow(report.flow, "flow"), tmp_path / f"flow{index}.png")
        save_figure(trial_figure(report), tmp_path / f"trial{index}.png")
    for name in ("flow", "trial"):
        first, second = (tmp_path / f"{name}{index}.png" for index in range(2))
        assert first.read_bytes() == second.read_bytes()


def test_a_flow_of_many_arms_names_those_it_does_not_draw(reports):
    flow = reports["parallel"].flow
    many = dataclasses.replace(
        flow, arms=tuple(dataclasses.replace(flow.arms[0], label=f"arm {n}") for n in range(9))
    )
    figure = plot_flow(many)
    told = [text.get_text() for text in figure.axes[0].texts]
    assert "Not drawn: arm 6, arm 7, arm 8" in told


def test_arms_of_a_crossover_are_drawn_by_treatment(reports):
    report = reports["crossover"]
    assert unfold(report.scenario).visits.starts == (0.0, 238.0)
    figure = trial_figure(report)
    words = {text.get_text() for ax in figure.axes for text in ax.texts}
    assert {"drug", "dummy"} <= words
