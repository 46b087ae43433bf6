"""What describes a comparison beside its test: responders, time to response, average change."""

from __future__ import annotations

import numpy as np

from follicle_sim.analysis.measures import (
    AS_NONE,
    arm_group,
    averaged,
    final_response,
    method_for_average,
    response,
    threshold_of,
)
from follicle_sim.analysis.methods import compare_groups
from follicle_sim.analysis.outcomes.responders import (
    rate_difference,
    rate_difference_within,
    wilson,
)
from follicle_sim.analysis.outcomes.waiting import first_response, median_time, time_to_response
from follicle_sim.analysis.result import Question, TrialRow, known
from follicle_sim.analysis.sets import Rules, members_at
from follicle_sim.analysis.statistics.effects import Effect, direction
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.analysis.tests import Test
from follicle_sim.analysis.trial import Trial
from follicle_sim.base.types import Flags, Floats
from follicle_sim.scenario.tables.analysis import Analysis


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
        self.keep: Flags = members_at(plan.set, trial, test.day, rules)
        self.days = trial.days[self.start + 1 : self.visit + 1]
        self.treated = self._group(test.treatment)
        self.control = self._group(test.control) if test.control else None

    def rows(self) -> list[TrialRow]:
        """Return all rows."""
        rows = [self.responders()]
        if len(self.days) > 1:
            rows += [self.average(), *self.waiting()]
        return rows

    def _group(self, label: str, rule: str = "available") -> Group:
        group = arm_group(self.trial, label, self.visit, self.keep, self.plan, rule)
        return group[self.replicate]

    def _response(self, group: Group) -> Floats:
        return response(group, self.plan, self.trial)

    def responders(self) -> TrialRow:
        """Return the responder rates; who was not seen did not respond, unless per protocol."""
        strict = self.plan.set == "intention_to_treat"

        def final(group: Group, label: str) -> Floats:
            keep = self.keep[self.replicate, self.trial.arm(label)]
            return final_response(group, keep, self.plan, self.trial)

        treated = final(self.treated, self.test.treatment)
        limit = threshold_of(self.plan, self.trial).text(self.trial.unit)
        control = None if self.control is None else final(self.control, self.test.control)
        if control is None:
            known_responses = treated[np.isfinite(treated)]
            low, high = wilson(known_responses.sum(), known_responses.size, self.plan.level)
            nan = float("nan")
            rate = float(known_responses.mean()) if known_responses.size else nan
            effect = Effect(rate, nan, low, high, nan, nan, known_responses.size, 0, "wilson")
        else:
            compare = rate_difference_within if self.trial.paired else rate_difference
            effect = compare(
                treated, control, self.plan.level, direction(self.plan.sided, gains_rise=True)
            )
        return self._row(
            "responders",
            f"{self.trial.endpoint}, {limit}",
            effect,
            (_mean(treated), None if control is None else _mean(control)),
            "difference of rates" if control is not None else "rate",
            unit="1",
            missing=AS_NONE if strict else "available",
        )

    def average(self) -> TrialRow:
        """Return the area under the change over its time: the change people had on average."""
        treated = self._averaged(self.test.treatment)
        control = self._averaged(self.test.control) if self.test.control else None
        effect = compare_groups(
            method_for_average(self.test.method),
            treated,
            control,
            level=self.plan.level,
            alternative=direction(self.plan.sided, gains_rise=self.trial.larger_is_better),
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

    def _averaged(self, label: str) -> Group:
        return averaged(self._group(label, self._rule()), self.days)

    def waiting(self) -> list[TrialRow]:
        """Return the time to response; none where both sides belong to one person."""
        if self.trial.paired and self.control is not None:
            return []
        treated = first_response(self._response(self.treated), self.days)
        limit = threshold_of(self.plan, self.trial)
        article = "" if limit.level else "a "
        label = f"{self.trial.endpoint}, weeks to {article}{limit.text(self.trial.unit)}"
        if self.control is None:
            present = np.isfinite(treated[0])
            nan = float("nan")
            middle = median_time(treated[0][present], treated[1][present]) if present.any() else nan
            effect = Effect(
                middle / 7, nan, nan, nan, nan, nan, int(present.sum()), 0, "kaplan_meier"
            )
            means = (known(middle / 7), None)
            return [self._row("time_to_response", label, effect, means, "median", unit="week")]
        control = first_response(self._response(self.control), self.days)
        times = time_to_response(treated, control, self.plan.level)
        middles = (known(times.treated / 7), known(times.control / 7))
        return [
            self._row("time_to_response", label, times.effect, middles, "hazard ratio", unit="1")
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
        return TrialRow.of(
            effect,
            self.test,
            Question(self.replicate, purpose, endpoint, unit or self.trial.unit, statistic),
            means=means,
            method=effect.method,
            set=self.plan.set,
            missing=missing,
        )


def _mean(values: Floats) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else None
