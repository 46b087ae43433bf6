"""The figures of a trial, prepared from its report."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from follicle_sim.analysis.outcomes.adverse import NOT_KNOWN, AdverseRow
from follicle_sim.analysis.outcomes.reactions.words import percent
from follicle_sim.analysis.outcomes.responders import wilson
from follicle_sim.analysis.outcomes.satisfaction import answers as answers_of
from follicle_sim.analysis.outcomes.satisfaction import load_scales
from follicle_sim.analysis.result import TrialRow
from follicle_sim.analysis.trial import Trial
from follicle_sim.figures.consort import plot_flow
from follicle_sim.figures.parts.style import is_share, name_of, unit_of
from follicle_sim.figures.reactions import ReactionArm, ReactionLine, plot_reactions
from follicle_sim.figures.trial import Answers, ForestLine, Rate, plot_trial
from follicle_sim.reporting.page import words
from follicle_sim.reporting.page.text import repeats_primary
from follicle_sim.reporting.report import TrialReport
from follicle_sim.results.by_treatment import by_treatment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TESTED = ("primary", "secondary", "after_switch", "average_change")


def flow_figure(report: TrialReport) -> Figure:
    """Return the flow of subjects as boxes."""
    return plot_flow(report.flow, report.scenario.title)


def trial_figure(report: TrialReport) -> Figure:
    """Return the trial on one page."""
    result = report.result
    first = next(row for row in result.rows if row.purpose == "primary")
    responders, rates = _rates(report)
    note = (
        f"Virtual trial, seed {report.scenario.run.seed}. Course: people as measured, without a "
        f"rule for gaps. Primary comparison: {words.how_found(first).partition('; ')[2]}."
    )
    return plot_trial(
        course_of(report),
        first.endpoint,
        [_line(row, report) for row in result.rows if _is_drawn(row, report)],
        rates,
        responders,
        _answers(report),
        report.scenario.title,
        note,
    )


def reactions_figure(report: TrialReport) -> Figure:
    """Return the side effects of a trial and its downtime."""
    level = words.percent_of(report.plan.level)
    arms = []
    for arm in report.reactions:
        lines = [
            ReactionLine(
                _what(row, {dose.treatment for arm in report.scenario.arms for dose in arm.doses}),
                row.affected / row.people,
                row.low,
                row.high,
                (row.mild, row.moderate, row.severe),
                _said(row),
            )
            for row in report.events
            if row.arm == arm.arm and row.people
        ]
        arms.append(ReactionArm(arm.arm, tuple(lines), arm.downtime, arm.given))
    note = (
        f"Virtual trial, seed {report.scenario.run.seed}. Bars: people with it, cut by severity "
        f"of the events; lines: exact {level} interval, of nobody what it is at most. Rates are "
        "drawn from what published counts leave open. " + NOT_KNOWN + "."
    )
    return plot_reactions(arms, f"{report.scenario.title}: side effects and downtime", note)


def _what(row: AdverseRow, treatments: Collection[str]) -> str:
    """Return a side effect; of a way of giving and of a placebo with its name."""
    own = row.treatment in treatments
    return name_of(row.event) if own else f"{name_of(row.event)} ({name_of(row.treatment)})"


def _said(row: AdverseRow) -> str:
    most = "" if row.affected else f", at most {percent(row.high)}"
    return f"{row.affected} of {row.people}{most}"


def course_of(report: TrialReport) -> xr.Dataset:
    """Return the primary endpoint as a dataset of its own; of a crossover by treatment."""
    trial = report.trial(report.primary.endpoint)
    values = np.where(trial.enrolled[0][..., None], trial.values[0], np.nan)
    data = xr.Dataset(
        {trial.endpoint: (("arm", "subject", "time"), values)},
        coords={
            "arm": list(trial.arms),
            "role": ("arm", list(trial.roles)),
            "subject": np.arange(values.shape[1]),
            "time": trial.days,
        },
        attrs=report.dataset.attrs,
    )
    data[trial.endpoint].attrs = {"units": trial.unit}
    course = by_treatment(data)
    if course is not data:
        # Doses belong to sequences, which this course no longer has.
        del course.attrs["provenance"]
    return course


def _is_drawn(row: TrialRow, report: TrialReport) -> bool:
    siblings = [other for other in report.result.rows if (other.arm, other.control) == pair_of(row)]
    if repeats_primary(row, siblings):
        return False
    known = row.estimate is not None and row.low is not None and row.high is not None
    return known and row.purpose in TESTED


def pair_of(row: TrialRow) -> tuple[str, str]:
    """Return the arms of a row."""
    return row.arm, row.control


def _line(row: TrialRow, report: TrialReport) -> ForestLine:
    endpoint, _, more = row.endpoint.partition(",")
    rate = words.is_rate(row)
    scale = 100.0 if is_share(endpoint) or rate else 1.0
    assert row.estimate is not None
    assert row.low is not None
    assert row.high is not None
    unit = "percentage points" if rate else unit_of(endpoint, row.unit, change=True)
    between = "difference in" if row.control else "change in"
    average = more or words.is_average(row)
    what = f"{'average until ' if average else ''}week {row.week:g}"
    subject = "share of responders" if rate else name_of(endpoint)
    pair = f"{row.arm} − {row.control}" if row.control else row.arm
    several = len({(r.arm, r.control) for r in report.result.rows}) > 1
    name = f"{subject}, {what}" + (f": {pair}" if several else "")
    ends = [words.amount(row, end).split(" ")[0] for end in (row.low, row.high)]
    estimate = words.amount(row, row.estimate, sign=True).split(" ")[0]
    text = f"{estimate} [{ends[0]}, {ends[1]}]\n{words.p_words(row.p)}".replace("-", "−")
    return ForestLine(
        name,
        f"{between} {subject}{f' ({unit})' if unit else ''}",
        scale * row.estimate,
        scale * row.low,
        scale * row.high,
        text,
        row.purpose == "primary",
    )


def _rates(report: TrialReport) -> tuple[str, list[Rate]]:
    rates: dict[str, Rate] = {}
    threshold = ""
    for row in report.result.rows:
        if row.purpose != "responders":
            continue
        name, _, threshold = row.endpoint.partition(", ")
        threshold = threshold.replace("cm-2", "hairs/cm²")
        if threshold.endswith(" or less"):
            threshold = f"{name_of(name)}, {threshold}"
        sides = [(row.arm, row.mean_treated, row.n_treated)]
        # Within persons both sides are the same people, counted once.
        sides += [(row.control, row.mean_control, row.n_control or row.n_treated)]
        for arm, share, n in sides:
            if arm and share is not None and n:
                low, high = wilson(round(share * n), n, report.plan.level)
                rates.setdefault(arm, Rate(arm, share, low, high, n))
    return threshold, list(rates.values())


def _answers(report: TrialReport) -> Answers | None:
    if report.plan.satisfaction is None or report.dataset.attrs["design_kind"] == "crossover":
        return None
    scale = load_scales()[report.plan.satisfaction]
    trial: Trial = report.trial("hair_density")
    visit = trial.visit(report.primary.day)
    answered = answers_of(trial, scale)[0, :, :, visit]
    shares, n = {}, {}
    for index, arm in enumerate(trial.arms):
        answers = answered[index][trial.enrolled[0, index] & np.isfinite(answered[index])]
        if answers.size:
            counts = [(answers == k + 1).sum() for k in range(len(scale.answers))]
            shares[arm], n[arm] = np.array(counts) / answers.size, int(answers.size)
    question = f"{scale.question[0].upper()}{scale.question[1:]}, week {report.primary.day / 7:g}"
    return Answers(question, scale.answers, shares, n) if shares else None
