"""What a test is made on: a person's change, its average over time, or whether they responded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from follicle_sim.analysis.missing import filled
from follicle_sim.analysis.statistics.effects import Alternative, Effects
from follicle_sim.analysis.statistics.groups import DUST, Group
from follicle_sim.analysis.statistics.rates import (
    PAIRS,
    SCORE,
    rate_differences,
    rate_differences_within,
)
from follicle_sim.analysis.trial import Trial
from follicle_sim.base.types import Flags, Floats
from follicle_sim.scenario.tables.analysis import REPEATED, Analysis

DEFAULT_GAIN = 10.0
"""Hairs per cm2 that make a responder of densities, where a plan does not say (assumption: about
half the mean gain on 5 % minoxidil or finasteride within a year)."""

DEFAULT_SHARE = 0.10
"""Share of the baseline that makes a responder of other endpoints (assumption)."""

DEFAULT_LEVELS: Mapping[str, float] = {"salt": 20.0}
"""Levels that make a responder whatever the baseline, where a plan does not say: hair on four
fifths of the scalp is what patients and experts call success (Wyrwich 2020, Br J Dermatol
183:702)."""

DENSITY = "cm-2"

AS_NONE = "missing_is_no_response"
"""How a row of responders calls what became of people not seen."""

MEASURES: Mapping[str, str] = {
    "change": "change from baseline at the endpoint visit",
    "average": "change averaged over the time until then: the area under it over that time",
    "responders": "share of people with the gain of a responder; who was not seen has not got it",
}


@dataclass(frozen=True)
class Threshold:
    """What makes a responder: a gain, absolute or a share of the baseline, or a level.

    Parameters
    ----------
    least
        Smallest gain, or the level.
    relative
        A gain is a share of the baseline.
    level
        It is a level: the endpoint is so low, or lower, whatever it was at baseline.
    falls
        A gain is one where the endpoint falls.
    """

    least: float
    relative: bool
    level: bool = False
    falls: bool = False

    def text(self, unit: str) -> str:
        """Return the threshold in words.

        Examples
        --------
        >>> Threshold(10.0, False).text("cm-2"), Threshold(0.5, True, falls=True).text("1")
        ('gain of 10 cm-2 or more', 'fall of 50% of baseline or more')
        >>> Threshold(20.0, False, level=True).text("1")
        '20 or less'
        """
        number = f"{self.least:g}" if unit in ("", "1") else f"{self.least:g} {unit}"
        if self.level:
            return f"{number} or less"
        number = f"{self.least:.0%} of baseline" if self.relative else number
        return f"{'fall' if self.falls else 'gain'} of {number} or more"


def threshold_of(plan: Analysis, trial: Trial) -> Threshold:
    """Return what makes a responder in a trial."""
    falls = not trial.larger_is_better
    if plan.responder_share is not None:
        return Threshold(plan.responder_share, True, falls=falls)
    level = DEFAULT_LEVELS.get(trial.endpoint)
    if plan.responder_below is not None and trial.endpoint == plan.endpoint:
        level = plan.responder_below
    if level is not None:
        return Threshold(level, False, level=True)
    if trial.unit != DENSITY:
        return Threshold(DEFAULT_SHARE, True, falls=falls)
    gain = DEFAULT_GAIN if plan.responder_gain is None else plan.responder_gain
    return Threshold(gain, False, falls=falls)


def misfit(measure: str, method: str, missing: str, kind: str, *, own: bool) -> tuple[str, str]:
    """Return where and why a measure does not fit a plan; twice "" where it does.

    Parameters
    ----------
    measure
        One of `MEASURES`.
    method
        The test asked for, "" where it is left open.
    missing
        Rule for missing values.
    kind
        Of the design.
    own
        Arms are held against their own baseline.
    """
    if measure == "change":
        return "", ""
    if kind == "crossover":
        why = "its periods are short and its people take both treatments"
        return "measure", f'found "{measure}"; in a crossover only "change": {why}'
    if measure == "responders":
        test = rate_test(kind)
        if own:
            why = "a share of responders is held against that of a control arm"
            return "measure", f'found "responders" without one: {why}'
        if method not in ("", test):
            return "method", f"found {method}; shares of responders are compared by {test} only"
        if missing != "available":
            why = "whoever was not seen counts as no responder"
            return "missing", f"found {missing}; with responders only available: {why}"
    elif method in REPEATED:
        why = "an average is one value a person, nothing is repeated"
        return "method", f"found {method}; {why}; use ancova"
    elif missing == "jump_to_reference":
        return "missing", f"found {missing}; averages over time are not imputed"
    return "", ""


def rate_test(kind: str) -> str:
    """Return the name of the test that compares shares of responders in a kind of design."""
    return PAIRS if kind == "split_scalp" else SCORE


def arm_group(
    trial: Trial, label: str, visit: int, keep: Flags, plan: Analysis, rule: str = ""
) -> Group:
    """Return the people of an arm up to the endpoint visit, after the missing-data rule.

    Parameters
    ----------
    visit
        Position of the endpoint visit.
    keep : (R, A, S)
        Everybody else is missing.
    rule
        Replaces that of the plan.

    Returns
    -------
    Group
        Arrays (R, S) and (R, S, V), classes of the randomisation as covariates.
    """
    arm = trial.arm(label)
    start = int(np.flatnonzero(trial.days == 0.0)[0])
    group = trial.group(arm, range(start + 1, visit + 1), start, keep)
    strata = trial.known.get("severity_class")
    if strata is not None and trial.stratified and plan.stratify:
        classes = np.unique(strata[trial.enrolled])
        columns = (strata[:, arm, :, None] == classes[1:]).astype(np.float64)
        group = replace(group, covariates=columns)
    return filled(group, rule or plan.missing)


def averaged(group: Group, days: Floats) -> Group:
    """Return people with one follow-up value: baseline plus the change averaged over time.

    Between two visits the change is taken to be linear; after the last one it is unknown, so that
    who was not seen at the last visit has no average.

    Parameters
    ----------
    group
        Arrays (..., n) and (..., n, V).
    days : (V,)
        Of the follow-up visits since baseline.
    """
    change = group.change
    area = np.zeros(group.baseline.shape)
    before, since = np.zeros(area.shape), np.zeros(area.shape)
    for index, day in enumerate(days.tolist()):
        changes = change[..., index]
        observed = np.isfinite(changes)
        area = np.where(observed, area + (changes + before) / 2 * (day - since), area)
        before, since = np.where(observed, changes, before), np.where(observed, day, since)
    mean = np.where(np.isfinite(change[..., -1]), area / days[-1], np.nan)
    return replace(group, followed=(group.baseline + mean)[..., None])


def response(group: Group, plan: Analysis, trial: Trial) -> Floats:
    """Return 1 for a responder, 0 for none, NaN where it is not known, (..., n, V)."""
    limit = threshold_of(plan, trial)
    if limit.level:
        low = group.followed <= limit.least + DUST * np.abs(group.followed)
        return np.where(np.isfinite(group.change), low.astype(np.float64), np.nan)
    sign = 1.0 if trial.larger_is_better else -1.0
    baseline = np.broadcast_to(group.baseline[..., None], group.followed.shape)
    return responded(sign * group.change, baseline, limit.least, limit.relative)


def responded(gain: Floats, baseline: Floats, least: float, relative: bool) -> Floats:
    """Return 1 for a responder, 0 for none, NaN where the gain is not known.

    Parameters
    ----------
    gain, baseline
        Of one shape; `gain` already positive where it is good for hair.
    least
        Smallest gain of a responder, a share of the baseline where `relative`; whoever starts from
        nothing needs any gain at all.
    """
    needed = least * baseline if relative else np.full_like(baseline, least)
    # A gain of just the least is one, whatever rounding makes of the difference of two counts.
    dust = DUST * (np.abs(baseline) + np.abs(gain))
    yes = (gain >= needed - dust) & (gain > dust)
    return np.where(np.isfinite(gain), yes.astype(np.float64), np.nan)


def final_response(group: Group, keep: Flags, plan: Analysis, trial: Trial) -> Floats:
    """Return who responded at the endpoint visit, (..., n): 1, 0, and NaN for who does not count.

    By intention to treat, who was not seen did not respond. `keep` are the people of the arm.
    """
    final = response(group, plan, trial)[..., -1]
    if plan.set == "intention_to_treat":
        return np.where(np.isnan(final) & keep, 0.0, final)
    return final


def compare_rates(
    treated: Floats, control: Floats, trial: Trial, level: float, alternative: Alternative
) -> Effects:
    """Compare responders, (R, n) each, as the design asks: within persons or between people."""
    compare = rate_differences_within if trial.paired else rate_differences
    return compare(treated, control, level, alternative)


def method_for_average(method: str) -> str:
    """Return the test of averages that stands for another one of a plan.

    Examples
    --------
    >>> [method_for_average(name) for name in ("mmrm", "welch", "mcnemar")]
    ['ancova', 'welch', 'paired_t']
    """
    if method == PAIRS:
        return "paired_t"
    # One value a person: nothing is repeated any more.
    return "ancova" if method in (*REPEATED, SCORE) else method
