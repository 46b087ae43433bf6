"""What describes a comparison beside its test: responders, time to response, average change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.groups import Alternative, Effect, Floats, Group
from follicle_sim.analysis.methods import compare_groups
from follicle_sim.analysis.missing import filled
from follicle_sim.analysis.people import Flags, Trial
from follicle_sim.analysis.plan import Test
from follicle_sim.analysis.responders import (
    first_response,
    median_time,
    rate_difference,
    rate_difference_within,
    responded,
    time_to_response,
    wilson,
)
from follicle_sim.analysis.result import TrialRow, known
from follicle_sim.analysis.sets import Rules, members
from follicle_sim.scenario.analysis import Analysis

DEFAULT_GAIN = 10.0
"""Hairs per cm2 that make a responder of densities, where a plan does not say (assumption: about
half the mean gain on 5 % minoxidil or finasteride within a year)."""
DEFAULT_SHARE = 0.10
"""Share of the baseline that makes a responder of other endpoints (assumption)."""
DENSITY = "cm-2"
AS_NONE = "missing_is_no_response"


@dataclass(frozen=True)
class Threshold:
    """The gain that makes a responder: absolute, or a share of the baseline where `relative`."""

    least: float
    relative: bool

    def text(self, unit: str) -> str:
        """Return the threshold in words."""
        return f"{self.least:.0%} of baseline" if self.relative else f"{self.least:g} {unit}"


def threshold_of(plan: Analysis, trial: Trial) -> Threshold:
    """Return what makes a responder in a trial."""
    if plan.responder_share is not None:
        return Threshold(plan.responder_share, True)
    if trial.unit != DENSITY:
        return Threshold(DEFAULT_SHARE, True)
    return Threshold(DEFAULT_GAIN if plan.responder_gain is None else plan.responder_gain, False)


def further_rows(trial: Trial, test: Test, plan: Analysis, replicate: int) -> list[TrialRow]:
    """Return the describing rows of one primary comparison in one replicate; none in a crossover.

    The periods of a crossover are short, and its people respond to both treatments.
    """
    if trial.kind == "crossover":
        return []
    return Further(trial, test, plan, replicate).rows()


class Further:
    """One comparison of one replicate, ready to be described."""

    def __init__(self, trial: Trial, test: Test, plan: Analysis, replicate: int) -> None:
        self.trial, self.test, self.plan, self.replicate = trial, test, plan, replicate
        self.visit = trial.visit(test.day)
        self.start = int(np.flatnonzero(trial.days == 0.0)[0])
        rules = Rules(plan.least_doses, plan.most_late)
        self.keep: Flags = members(plan.set, trial, self.visit, rules)
        self.days = trial.days[self.start + 1 : self.visit + 1]
        self.treated = self._group(test.treatment)
        self.control = self._group(test.control) if test.control else None

    def rows(self) -> list[TrialRow]:
        """Return all rows."""
        rows = [self.responders()]
        if len(self.days) > 1:
            rows += [self.average(), *self.waiting()]
        return rows

    def _group(self, label: str) -> Group:
        visits = range(self.start + 1, self.visit + 1)
        arm = self.trial.arm(label)
        group = self.trial.group(arm, visits, self.start, self.keep)[self.replicate]
        here = self.keep[self.replicate, arm]
        return Group(group.baseline[here], group.followed[here])

    def _response(self, group: Group) -> Floats:
        limit = threshold_of(self.plan, self.trial)
        sign = 1.0 if self.trial.larger_is_better else -1.0
        baseline = np.broadcast_to(group.baseline[:, None], group.followed.shape)
        return responded(sign * group.change, baseline, limit.least, limit.relative)

    def responders(self) -> TrialRow:
        """Return the responder rates; who was not seen did not respond, unless per protocol."""
        strict = self.plan.set == "intention_to_treat"

        def final(group: Group) -> Floats:
            response = self._response(group)[:, -1]
            return np.where(np.isnan(response), 0.0, response) if strict else response

        treated = final(self.treated)
        limit = threshold_of(self.plan, self.trial).text(self.trial.unit)
        control = None if self.control is None else final(self.control)
        if control is None:
            seen = treated[np.isfinite(treated)]
            low, high = wilson(seen.sum(), seen.size, self.plan.level)
            nan = float("nan")
            rate = float(seen.mean()) if seen.size else nan
            effect = Effect(rate, nan, low, high, nan, nan, seen.size, 0, "wilson")
        else:
            compare = rate_difference_within if self.trial.paired else rate_difference
            effect = compare(treated, control, self.plan.level, self._gain_side())
        return self._row(
            "responders",
            f"{self.trial.endpoint}, gain of {limit} or more",
            effect,
            (_mean(treated), None if control is None else _mean(control)),
            "difference of rates" if control is not None else "rate",
            unit="1",
            missing=AS_NONE if strict else "available",
        )

    def _gain_side(self) -> Alternative:
        return "greater" if self.plan.sided == 1 else "two_sided"

    def average(self) -> TrialRow:
        """Return the area under the change over its time: the change people had on average."""
        treated = self._averaged(self.treated)
        control = None if self.control is None else self._averaged(self.control)
        method = self.test.method
        if method in ("mmrm", "mixed_model"):
            method = "ancova"  # one value a person: nothing is repeated any more
        effect = compare_groups(
            method,
            treated,
            control,
            level=self.plan.level,
            alternative=self.test.alternative,
        )
        return self._row(
            "average_change",
            f"{self.trial.endpoint}, area under the change over its time",
            effect,
            (_mean(treated.change[:, 0]), _mean(control.change[:, 0]) if control else None),
            "difference of changes" if control is not None else "change",
            missing=self._rule(),
        )

    def _rule(self) -> str:
        # Imputing areas many times over is not offered.
        return "available" if self.plan.missing == "jump_to_reference" else self.plan.missing

    def _averaged(self, group: Group) -> Group:
        days = np.concatenate([[0.0], self.days])
        group = filled(group, self._rule())
        change = np.column_stack([np.zeros(len(group.baseline)), group.change])
        area = np.full(len(change), np.nan)
        for person, course in enumerate(change):
            seen = np.isfinite(course)
            # Between two visits the change is taken to be linear; after the last one it is unknown.
            if seen[-1] and np.isfinite(group.baseline[person]):
                area[person] = _area(course[seen], days[seen]) / days[-1]
        return Group(group.baseline, (group.baseline + area)[:, None])

    def waiting(self) -> list[TrialRow]:
        """Return the time to response; none where both sides belong to one person."""
        if self.trial.paired and self.control is not None:
            return []
        treated = first_response(self._response(self.treated), self.days)
        label = f"{self.trial.endpoint}, weeks to a gain of "
        label += f"{threshold_of(self.plan, self.trial).text(self.trial.unit)} or more"
        if self.control is None:
            here = np.isfinite(treated[0])
            nan = float("nan")
            middle = median_time(treated[0][here], treated[1][here]) if here.any() else nan
            effect = Effect(middle / 7, nan, nan, nan, nan, nan, int(here.sum()), 0, "kaplan_meier")
            means = (known(middle / 7), None)
            return [self._row("time_to_response", label, effect, means, "median", unit="week")]
        control = first_response(self._response(self.control), self.days)
        found = time_to_response(treated, control, self.plan.level)
        middles = (known(found.treated / 7), known(found.control / 7))
        return [
            self._row("time_to_response", label, found.effect, middles, "hazard ratio", unit="1")
        ]

    def _row(
        self,
        purpose: str,
        endpoint: str,
        effect: Effect,
        means: tuple[float | None, float | None],
        statistic: str,
        *,
        unit: str | None = None,
        missing: str = "available",
    ) -> TrialRow:
        return TrialRow(
            replicate=self.replicate,
            purpose=purpose,
            arm=self.test.treatment,
            control=self.test.control,
            endpoint=endpoint,
            unit=self.trial.unit if unit is None else unit,
            week=self.test.day / 7.0,
            n_treated=effect.n_treated,
            n_control=effect.n_control,
            mean_treated=means[0],
            mean_control=means[1],
            statistic=statistic,
            estimate=known(effect.estimate),
            se=known(effect.se),
            low=known(effect.low),
            high=known(effect.high),
            p=known(effect.p),
            p_adjusted=None,
            effect=None,
            method=effect.method,
            set=self.plan.set,
            missing=missing,
        )


def _mean(values: Floats) -> float | None:
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if seen.size else None


def _area(values: Floats, days: Floats) -> float:
    return float(((values[1:] + values[:-1]) / 2 * np.diff(days)).sum())
