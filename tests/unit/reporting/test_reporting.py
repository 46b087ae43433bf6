"""A trial's page and its parts: sentences, money, doses taken, the flow of subjects, figures."""

import dataclasses

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from virtual_trials import DESIGNS, FULL, PARALLEL

from follicle_sim import parse_scenario, simulate
from follicle_sim.analysis.outcomes.exposures import exposures
from follicle_sim.analysis.outcomes.flow import subject_flow
from follicle_sim.analysis.outcomes.patient_scales import patient_scales
from follicle_sim.analysis.result import TrialResult, TrialRow
from follicle_sim.base.errors import InputError
from follicle_sim.figures.consort import plot_flow
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.protocol.unfold import unfold
from follicle_sim.reporting.cdisc.counts import count_rows
from follicle_sim.reporting.page.caveats import NO_CONTROL, NO_SPREAD
from follicle_sim.reporting.page.figures import trial_figure
from follicle_sim.reporting.page.money import arm_costs, per_added_hair
from follicle_sim.reporting.page.text import page
from follicle_sim.reporting.page.words import amount, answer_sentences, table
from follicle_sim.reporting.reanalysis import with_measure
from follicle_sim.reporting.report import check_measure, make_report

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


def said(row, tests=1, multiplicity="holm", gain=""):
    result = TrialResult((row,), 0.95, 0.05, multiplicity)
    return " ".join(answer_sentences(row, result, tests, gain))


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
    assert told.endswith(
        "but not a difference as small as 6.0 hairs/cm2 or as large as 18.0 hairs/cm2."
    )
    assert "adjusted" not in said(ROW)
    assert "adjusted" not in said(ROW, tests=2, multiplicity="none")


def test_harm_chance_and_no_control_are_told_apart():
    harm = said(changed(estimate=-12.0, low=-18.0, high=-6.0))
    assert "in favour of dummy" in harm
    assert "excludes zero, but not a difference as small as 6.0 hairs/cm2 or as large" in harm
    luck = said(changed(effect=False, p=0.3, estimate=4.0, low=-3.0, high=11.0))
    assert (
        "The interval holds zero, and anything up to 11.0 hairs/cm2 in favour of drug and up to "
        "3.0 hairs/cm2 in favour of dummy." in luck
    )
    # less shedding is good
    assert "in favour of drug" in said(changed(endpoint="shed_rate", estimate=-12.0))
    shed = changed(endpoint="shed_rate", effect=False, low=-3.0, high=11.0)
    assert "3.0 hairs/cm2 in favour of drug and up to 11.0" in said(shed)
    alone = said(changed(control="", n_control=0))
    assert "excludes zero, but not a change as small as 6.0 hairs/cm2 or as large as" in alone
    assert "What caused" in alone
    assert "cannot say" in alone
    still = said(changed(control="", n_control=0, effect=False, low=-1.0, high=18.0))
    assert "holds zero, a fall of up to 1.0 hairs/cm2 and a rise of up to 18.0 hairs" in still
    assert "cannot say" not in still
    assert "in favour" not in alone
    assert "too few people" in said(changed(estimate=None))


def test_an_interval_and_a_decision_that_differ_are_both_told():
    # adjusted for other tests, or one-sided: the interval is neither
    missed = said(changed(effect=False, p_adjusted=0.07), tests=2)
    assert missed.endswith("18.0 hairs/cm2; p, adjusted for the other tests, is not below 0.05.")
    found = said(changed(low=-0.5, high=24.5))
    assert "holds zero" in found
    assert found.endswith("p, one-sided or of another test than the interval, is below 0.05.")
    assert "The interval only just excludes zero, and not a difference" in said(changed(low=0.01))
    ranks = changed(low=None, high=None, se=None)
    for row in (ranks, dataclasses.replace(ranks, effect=False)):
        assert said(row).endswith("how large a difference it leaves open is not known.")
    for row in (ROW, changed(p=0.024), changed(effect=False, p=0.3, low=-3.0), ranks):
        assert " effect" not in said(row)  # no verdict from a p


RATE = {
    "unit": "1",
    "statistic": "difference of rates",
    "mean_treated": 0.3125,
    "mean_control": 0.125,
    "estimate": 0.1875,
    "low": 0.02,
    "high": 0.32,
}


def test_responders_are_told_as_shares():
    told = said(changed(**RATE), gain="10 hairs/cm2")
    assert (
        "At week 24 the share of responders (a gain in hair density of 10 hairs/cm2 or more) was "
        "31 % on drug and 12 % on dummy. The difference is 19 percentage points in favour of drug "
        "(95 % confidence interval 2 to 32, p < 0.001)." in told
    )
    assert "but not a difference as small as 2 percentage points or as large as 32" in told
    # more responders are good, also where the endpoint itself should fall
    shed = said(changed(endpoint="shed_rate", **RATE), gain="10 % of the baseline")
    assert "a fall in shed rate of 10 % of the baseline or more" in shed.replace("shedding", "shed")
    assert "in favour of drug" in shed
    assert amount(changed(**RATE), 0.004) == "0.4 percentage points"


def test_averages_are_told_as_such():
    average = changed(statistic="difference of average changes")
    assert (
        "The average change in hair density up to week 24 was +9.0 hairs/cm2 on drug and -3.0 "
        "hairs/cm2 on dummy. The difference is 12.0 hairs/cm2 in favour of drug" in said(average)
    )
    alone = said(changed(control="", n_control=0, statistic="average change"))
    assert alone.startswith(
        "The average change in hair density up to week 24 on drug was +12.0 hairs/cm2 (95 %"
    )


def measured(report, measure):
    """Return the report of the same people, asked for another measure."""
    plan = with_measure(report.scenario, measure, "here").analysis
    return make_report(report.dataset, plan)


MEASURED = [
    (name, measure)
    for name in DESIGNS
    for measure in ("average", "responders")
    if name != "crossover" and (name, measure) != ("one_arm", "responders")
]


@pytest.mark.parametrize(("name", "measure"), MEASURED)
def test_every_measure_has_a_page_and_a_figure(reports, name, measure):
    plain, report = reports[name], measured(reports[name], measure)
    first = report.result.rows[0]
    described = {"average": "average_change", "responders": "responders"}[measure]
    # the same people, and the number that describes a trial of changes
    same = [row for row in plain.result.rows if row.purpose == described]
    assert same or (name, measure) == ("delayed_start", "average")  # of one visit only
    for row in same:
        assert (first.estimate, first.low) == (row.estimate, row.low)
        assert (first.n_treated, first.p) == (row.n_treated, row.p)
    text = page(report)
    assert max(map(len, text.splitlines())) <= 96
    told = " ".join(text.split())
    if measure == "responders":
        share = "the share of responders (a gain in hair density of 10 hairs/cm2 or more)"
        assert f"does {share} on drug differ" in told
        assert f"{share} was" in told
        assert "USD for each" not in told  # a responder is no hair
    else:
        assert "The average change in hair density up to week" in told
    # no row of the table says the same as the primary one
    table = told.partition("To keep in mind")[0]
    assert table.count("responders (%)") == (2 if (name, measure) == AFTER else 1)
    assert table.count("average change until") <= 1
    figure = trial_figure(report)
    subject = {"average": "hair density", "responders": "share of responders (percentage points)"}
    assert any(subject[measure] in ax.get_xlabel() for ax in figure.axes)
    drawn = [
        line.get_xdata()[0]
        for ax in figure.axes
        for line in ax.lines
        if line.get_marker() == "s" and line.get_markerfacecolor() == line.get_color()
    ]
    scale = 100.0 if measure == "responders" else 1.0
    assert drawn == pytest.approx([scale * first.estimate])


AFTER = ("delayed_start", "responders")


@pytest.mark.parametrize("measure", ["change", "average", "responders"])
def test_no_text_of_a_trials_figure_is_cut(reports, measure):
    figure = trial_figure(measured(reports["parallel"], measure))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = canvas.get_width_height()
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height


def test_a_test_of_another_measure_is_left_out_of_the_plan():
    given = parse_scenario(PARALLEL + '[analysis]\nmethod = "mmrm"\n')
    assert with_measure(given, "responders", "here").analysis.method is None
    assert with_measure(given, "average", "here").analysis.method is None
    assert with_measure(given, "change", "here").analysis.method == "mmrm"
    welch = parse_scenario(PARALLEL + '[analysis]\nmethod = "welch"\n')
    assert with_measure(welch, "average", "here").analysis.method == "welch"
    with pytest.raises(InputError, match='did you mean "responders"'):
        with_measure(given, "responder", "here")


@pytest.mark.parametrize(
    ("name", "measure", "reason"),
    [
        ("crossover", "average", 'in a crossover only "change"'),
        ("one_arm", "responders", "a share of responders is held against that of a control arm"),
    ],
)
def test_a_measure_that_does_not_fit_is_refused_before_anything_is_simulated(name, measure, reason):
    asked = with_measure(parse_scenario(DESIGNS[name]), measure, "here")
    with pytest.raises(InputError, match=reason):
        check_measure(asked)
    for fine in ("parallel", "split_scalp"):
        check_measure(with_measure(parse_scenario(DESIGNS[fine]), measure, "here"))


@pytest.mark.parametrize("measure", ["average", "responders"])
def test_tables_of_cdisc_mark_the_values_a_measure_is_made_of(reports, measure):
    report = measured(reports["parallel"], measure)
    used = [
        row for row in count_rows(report) if row["PARAMCD"] == "HAIRDEN" and row["ANL01FL"] == "Y"
    ]
    # an average is of every visit since baseline, of people who were seen at the last
    visits = 3 if measure == "average" else 2
    assert len({row["AVISITN"] for row in used}) == visits
    last = {row["USUBJID"] for row in used if row["AVISITN"] == max(r["AVISITN"] for r in used)}
    assert {row["USUBJID"] for row in used} == last
    if measure == "average":
        row = report.result.rows[0]
        assert len(last) == row.n_treated + row.n_control


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
    assert "sexual (placebo)" in page(reports["parallel"])  # asked about in both arms
    assert "sexual (placebo)" not in page(reports["split_scalp"])


def test_the_page_tells_what_people_see_of_their_hair(reports):
    """The means of people at baseline and at the primary visit, with what they rest on."""
    asked = [name for name, report in reports.items() if report.plan.satisfaction is not None]
    shown = 0
    for name in asked:
        report, text = reports[name], page(reports[name], 200)
        if report.dataset.attrs["design_kind"] == "crossover":
            assert "As people see it" not in text
            continue
        points = patient_scales(report.dataset).sinclair.mean("subject").isel(arm=0)
        last = points.sel(time=report.primary.day, method="nearest")
        row = next(line for line in text.splitlines() if line.strip().startswith("Sinclair"))
        assert "part assumed" in row
        assert f"{float(points.sel(time=0.0).item()):.2g} to {float(last.item()):.2g}" in row
        shown += 1
    assert shown


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
