"""What is asked of a study: which outcome, of which drug, at which potencies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from follicle_sim.base.arguments import check_whole
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.experiments.planning.circumstances import find_treatment
from follicle_sim.experiments.planning.power_plan import (
    Plan,
    compared,
    complete_plan,
    labels_and_roles,
)
from follicle_sim.experiments.running.checkpoint import fingerprint
from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario

POTENCIES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
"""Tried where none are given; none at all, 0, always is."""

SPOTS = 2
"""Areas looked at in each place, of which the thinnest is counted (assumption: a choice of two is
the least that is a choice)."""

MOST_SPOTS = 10


@dataclass(frozen=True)
class Question:
    """What is asked of a study, with nothing left open; made by `make_question`.

    Parameters
    ----------
    scenario
        The study as it was run, with its number of people.
    plan
        What it tested.
    treatment
        Whose potency is asked for.
    potencies
        To try, in rising order; 0 is the study without the drug.
    replicates
        Studies simulated at each potency and in each circumstance. Without a control half as many
        at potencies where all else is added, a fifth for each month of the year.
    spots
        Areas of which the thinnest is counted, in the circumstances with a choice; none of a trial
        with a control.
    """

    scenario: Scenario
    plan: Plan
    treatment: str
    potencies: tuple[float, ...]
    replicates: int
    spots: int

    @property
    def controlled(self) -> bool:
        """Tell whether arms are held against a control, and not against their own baseline."""
        return bool(self.plan.pairs[0][1])

    @property
    def key(self) -> str:
        """Return the name of the question for its checkpoint."""
        return fingerprint(
            {
                "scenario": scenario_hash(self.scenario),
                "plan": vars(self.plan) | {"table": self.plan.table.model_dump(mode="json")},
                "treatment": self.treatment,
                "potencies": list(self.potencies),
                "replicates": self.replicates,
                "spots": self.spots,
                "version": package_version(),
            }
        )


def make_question(
    scenario: Scenario,
    potencies: Sequence[float] = POTENCIES,
    replicates: int = 500,
    plan: Plan | None = None,
    *,
    treatment: str = "",
    spots: int = SPOTS,
) -> Question:
    """Return what is asked of a study, after making sure that it can be.

    Parameters
    ----------
    scenario, potencies, replicates, spots
        As in `Question`.
    plan
        Default: every visit after baseline, in a trial with a control its endpoint visit; the rest
        as the `[analysis]` table of the study.
    treatment
        Default: the only drug of the treatment arms.

    Raises
    ------
    InputError
        Everything `power` refuses, potencies below 0, no visit after baseline, no or several
        treatments to choose from.
    """
    scenario = check_scenario("plausible", scenario)
    check_whole("plausible", "replicates", replicates, None)
    check_whole("plausible", "spots", spots, None)
    plan = _complete(scenario, plan, potencies, replicates, spots)
    drug = find_treatment(scenario, treatment)
    return Question(scenario, plan, drug, tuple(sorted(set(potencies))), replicates, spots)


def _complete(
    scenario: Scenario, plan: Plan | None, potencies: Sequence[float], replicates: int, spots: int
) -> Plan:
    """Return the plan with nothing left open; refuses what cannot be asked."""
    problems = []
    if not potencies:
        problems.append(Problem("potency", "none given"))
    problems += [
        Problem("potency", f"found {potency:g}; allowed: 0 or more")
        for potency in potencies
        if not (math.isfinite(potency) and potency >= 0.0)
    ]
    if not 1 <= spots <= MOST_SPOTS:
        problems.append(Problem("spots", f"found {spots}; allowed: 1 (no choice) to {MOST_SPOTS}"))
    plan = plan or Plan()
    weeks = plan.weeks or tuple(day / 7.0 for day in scenario.design.visits if day > 0.0)
    if not weeks:
        problems.append(Problem("design.visits", "no visit after baseline: nothing to be found"))
    if problems:
        raise InputError(scenario.origin, problems)
    pairs = compared(*labels_and_roles(scenario), replace(plan, table=scenario.analysis))
    if not any(control for _, control in pairs):
        plan = replace(plan, weeks=weeks)
    return complete_plan(scenario, plan, (scenario.population.subjects,), replicates)
