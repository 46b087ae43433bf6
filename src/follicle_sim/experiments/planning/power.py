"""How often a trial of n people would find an effect: power, and what a finding is then worth.

Whole trials are simulated, each analysed as its plan says. A trial of fewer people is the first n
of a larger one: draws are named, so it is exactly the trial that n people would have made.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from follicle_sim.analysis.analyse import answer
from follicle_sim.analysis.statistics.multiplicity import adjusted
from follicle_sim.base.arguments import (
    check_call,
    check_kind,
    check_threads,
    check_whole,
    check_wholes,
)
from follicle_sim.base.errors import Interrupted
from follicle_sim.base.progress import Parts, Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.forecast import START_UP, predict_cost
from follicle_sim.experiments.planning.lots import PLANNED, LotRow, lot_rows, other_lots
from follicle_sim.experiments.planning.power_plan import Plan, complete_plan, without_drug
from follicle_sim.experiments.planning.power_rows import (
    OFF,
    ON,
    PowerLine,
    PowerRow,
    SmallestRow,
    power_lines,
    power_rows,
    smallest_rows,
)
from follicle_sim.experiments.planning.trial_sources import (
    SimulatedTrials,
    Trials,
    TrialSource,
    trials_at_once,
    with_people,
)
from follicle_sim.protocol.headcount import Headcount, people_of
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.analysis import Multiplicity

OTHER_LUCK = 1_000_000
"""First replicate of the trials without the drug: no trial with it has that name."""

OVERHEAD = 1.4
"""Time of many short runs over that of their events and tables alone, as measured: doses, draws and
the analysis are the rest."""


@dataclass(frozen=True)
class PowerResult:
    """What many virtual trials found.

    Parameters
    ----------
    plan
        With nothing left open.
    trials
        Dims drug ("on", and "off" where type-I error was asked for), size, replicate, comparison,
        week; variables p, p_adjusted (for the comparisons of a trial, as the scenario's
        `[analysis]` says), estimate, low and high. NaN where a trial could not be analysed. Joint
        questions are asked of this.
    rows, smallest
        What it says, size by size, and the numbers needed.
    people
        By arm and in all, for an n of 1.
    wanted
        Trials asked for; fewer were done where the user stopped the run.
    seconds
        Time taken.
    lots
        The same trials with other lots, where the scenario has lots that differ.
    """

    plan: Plan
    trials: xr.Dataset
    rows: tuple[PowerRow, ...]
    smallest: tuple[SmallestRow, ...]
    people: Headcount
    wanted: int
    seconds: float
    lots: tuple[LotRow, ...] = ()

    @property
    def stopped(self) -> bool:
        """Tell whether the user stopped the run before its end."""
        return bool(self.trials.attrs["stopped"] == "yes")

    def lines(self, last: float | None = None) -> tuple[PowerLine, ...]:
        """Return the fitted curves up to `last` people an arm, default the largest size tried."""
        most = float(self.trials["size"].max()) if last is None else last
        return power_lines(self.trials, self.plan.level_of_error, self.plan.sides, most)


def power(
    scenario: Scenario,
    sizes: Sequence[int],
    replicates: int = 500,
    plan: Plan | None = None,
    *,
    type_one: bool = True,
    threads: int | None = None,
    report: Report | None = None,
) -> PowerResult:
    """Find how often trials of a scenario would find an effect.

    Parameters
    ----------
    scenario
        Its design must give every arm people of its own (or sides of their own, split_scalp).
    sizes
        Numbers n of people: of an arm, times its ratio of allocation; of a sequence of a crossover;
        of both sides of a split scalp. `follicle_sim.protocol.headcount.people_of` tells how many
        that are by arm and in all.
    replicates
        Trials.
    plan
        What they look at.
    type_one
        Also run as many trials with the drug switched off: every treated arm takes what the control
        arm takes (nothing without one), with other luck.
    threads
        As for `simulate`; results do not depend on it.
    report
        Called with stage, people done and people in all.

    Raises
    ------
    InputError
        A counterfactual design, an endpoint, week, method or size that does not fit; all at once.
    Interrupted
        On Ctrl-C before the first trials were done; later on, the result holds those done.

    Examples
    --------
    >>> from follicle_sim import load_scenario, power
    >>> few = ["design.kind=parallel", "run.history=30 days"]
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml", few)
    >>> result = power(scenario, [4], replicates=3)
    >>> result.rows[0].people  # in all: 4 an arm
    8
    """
    scenario = check_scenario("power", scenario)
    sizes = check_wholes("power", "sizes", sizes)
    check_whole("power", "replicates", replicates)
    check_kind("power", "plan", plan, Plan, "a Plan")
    check_threads("power", threads)
    check_call("power", "report", report)
    plan = complete_plan(scenario, plan or Plan(), sizes, replicates)
    most = max(sizes)
    at_once = trials_at_once(scenario, plan.endpoint, most)
    people = replicates * people_of(scenario, most).total

    def source(study: Scenario, stage: str) -> TrialSource:
        parts = Parts(stage, people, report)
        return SimulatedTrials(study, plan.endpoint, threads, parts)

    sources = {ON: source(scenario, "trials")}
    if type_one:
        sources[OFF] = source(without_drug(scenario, plan), "drug off")
    result = judge(sources, sizes, replicates, plan, at_once)
    variants = {} if result.stopped else other_lots(scenario)
    if not variants:
        return result
    lots = lot_rows(PLANNED, result.rows, result.smallest)
    for name, study in variants.items():
        part = judge({ON: source(study, name)}, sizes, replicates, plan, at_once)
        lots += lot_rows(name, part.rows, part.smallest)
        result = replace(result, seconds=result.seconds + part.seconds)
    return replace(result, lots=lots)


def judge(
    sources: Mapping[str, TrialSource],
    sizes: Sequence[int],
    replicates: int,
    plan: Plan,
    at_once: int = 100,
) -> PowerResult:
    """Draw trials from sources ("on", perhaps "off") and analyse them as planned.

    Parameters
    ----------
    sources
        Trials with and without the drug.
    sizes, replicates, plan
        As for `power`; the plan's weeks and method must be given.
    at_once
        Trials drawn in one part; no result depends on it.

    Raises
    ------
    Interrupted
        On Ctrl-C before anything was done.
    """
    began = time.perf_counter()
    sizes = tuple(sorted(set(sizes)))
    parts_of: dict[str, list[xr.Dataset]] = {}
    stopped = False
    one: Headcount | None = None
    try:
        for drug, source in sources.items():
            first = 0 if drug == ON else OTHER_LUCK
            for low in range(0, replicates, at_once):
                names = range(first + low, first + min(low + at_once, replicates))
                trials = source.draw(names, sizes[-1])
                part = analyse_trials(trials, sizes, plan, range(low, low + len(names)))
                parts_of.setdefault(drug, []).append(part)
                one = trials.people
    except (KeyboardInterrupt, Interrupted):
        if not parts_of:
            raise
        stopped = True
    whole = [xr.concat(parts, "replicate") for parts in parts_of.values()]
    data = xr.concat(whole, xr.Variable("drug", list(parts_of)), join="outer")
    data["done"] = (
        "drug",
        [sum(part.sizes["replicate"] for part in parts) for parts in parts_of.values()],
    )
    data.attrs = {
        "endpoint": plan.endpoint,
        "method": plan.method,
        "measure": plan.measured,
        "alpha": plan.level_of_error,
        "sided": plan.sides,
        "stopped": "yes" if stopped else "no",
    }
    assert one is not None
    data["people"] = ("size", [one.times(n).total for n in sizes])
    data["people"].attrs = {"long_name": f"people in all; {one.meaning()}", "units": "1"}
    rows = power_rows(data, plan.level_of_error, one)
    smallest = smallest_rows(data, plan.level_of_error, plan.sides, one)
    seconds = time.perf_counter() - began
    return PowerResult(plan, data, rows, smallest, one, replicates, seconds)


def analyse_trials(trials: Trials, sizes: Sequence[int], plan: Plan, names: range) -> xr.Dataset:
    """Analyse trials, and the smaller ones inside them, as planned.

    Returns
    -------
    Dims size, replicate, comparison, week; see `PowerResult.trials`.
    """
    tests = plan.tests()
    shape = (len(sizes), len(names), len(tests), len(plan.weeks))
    values = {name: np.full(shape, np.nan) for name in ("p", "estimate", "low", "high")}
    for i, n in enumerate(sizes):
        trial = trials.first(n)
        for k, tests_by_week in enumerate(tests.values()):
            for w, test in enumerate(tests_by_week):
                effects = answer(trial, test, plan.table).effects
                for name, array in values.items():
                    array[i, :, k, w] = getattr(effects, name)
    values["p_adjusted"] = _adjusted(values["p"], plan.table.multiplicity)
    dims = ("size", "replicate", "comparison", "week")
    return xr.Dataset(
        {name: (dims, array) for name, array in values.items()},
        coords={
            "size": list(sizes),
            "replicate": np.array(names),
            "comparison": list(tests),
            "week": list(plan.weeks),
        },
    )


def _adjusted(p: Floats, rule: Multiplicity) -> Floats:
    """Return p values (N, R, K, W) adjusted for K comparisons, in every trial by itself."""
    if rule == "none" or p.shape[2] == 1:
        return p
    rows = np.moveaxis(p, 2, -1)
    done = np.array([adjusted(row.tolist(), rule) for row in rows.reshape(-1, rows.shape[-1])])
    return np.moveaxis(done.reshape(rows.shape), -1, 2)


def expected_seconds(scenario: Scenario, sizes: Sequence[int], trials: int) -> float:
    """Return how long `trials` trials of the largest size will take, once compiled."""
    one = with_people(scenario, "hair_density", max(sizes), 1)
    return math.ceil(OVERHEAD * trials * (predict_cost(one).seconds - START_UP))
