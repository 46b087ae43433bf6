"""Which uncertain parameters move the answer: Sobol indices of density change, with intervals.

The first index is the share of the answer's variance that goes when the parameter is known, the
total index what stays when all others are known.
"""

import math
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.extras import need
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.running.evaluate import evaluate_all
from follicle_sim.experiments.sensitivity_plan import Outcome, Plan

LUCK_RUNS = 8
LEVEL = 0.90


@dataclass(frozen=True)
class SensitivityRow:
    """Indices of one parameter for one outcome; the intervals are half-widths at 90 %.

    mean, sd : of the outcome over the ranges, hairs/cm2; luck : share of its variance that comes
    from the finite number of follicles and belongs to no parameter.
    """

    arm: str
    control: str
    week: int
    parameter: str
    low: float
    high: float
    grade: str
    first: float
    first_interval: float
    total: float
    total_interval: float
    mean: float
    sd: float
    luck: float


@dataclass(frozen=True)
class Ranking:
    """Rows of every outcome, how many simulations they took, and how many seconds."""

    rows: tuple[SensitivityRow, ...]
    runs: int
    seconds: float


def rank_parameters(
    plan: Plan, checkpoint: Checkpoint | None = None, report: Report | None = None
) -> Ranking:
    """Simulate a plan and return the indices of every outcome and parameter.

    Raises
    ------
    MissingExtraError
        SALib is not installed.
    Interrupted
        On Ctrl-C; what was finished is in the checkpoint.
    """
    began = time.perf_counter()
    sampler, analyser = need("SALib.sample.sobol"), need("SALib.analyze.sobol")
    names = [parameter.name for parameter in plan.parameters]
    d = len(names)
    problem = {
        "num_vars": d,
        "names": names,
        "bounds": [[0.0, 1.0]] * d,
    }
    seed = plan.scenario.run.seed
    points = np.asarray(
        sampler.sample(problem, plan.samples, calc_second_order=False, scramble=True, seed=seed)
    )

    def work(i: int) -> Floats:
        if i < len(points):
            # one seed for all points, so that two points differ by their parameters alone
            return plan.simulate(plan.at(points[i]), seed)
        middle = dict(zip(names, plan.values, strict=True))
        return plan.simulate(middle, (seed + 1 + i) % 2**32)

    place = checkpoint or Checkpoint(None, "")
    results = evaluate_all(
        work, len(points) + LUCK_RUNS, len(plan.outcomes), place, report, "simulating"
    )
    rows: list[SensitivityRow] = []
    for k, outcome in enumerate(plan.outcomes):
        answers, luck = results[: len(points), k], results[len(points) :, k]
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.simplefilter("ignore")
            indices = analyser.analyze(
                problem, answers, calc_second_order=False, conf_level=LEVEL, seed=seed
            )
        rows += _rows_of(plan, outcome, indices, answers, luck)
    return Ranking(tuple(rows), plan.runs, time.perf_counter() - began)


def _rows_of(
    plan: Plan, outcome: Outcome, indices: Mapping[str, Floats], answers: Floats, luck: Floats
) -> list[SensitivityRow]:
    """Return a row for each parameter; `luck` are answers of equal parameters."""
    sd = float(answers.std())
    return [
        SensitivityRow(
            arm=outcome.arm,
            control=outcome.control,
            week=outcome.week,
            parameter=parameter.name,
            low=float(plan.ranges[i][0]),
            high=float(plan.ranges[i][1]),
            grade=parameter.grade,
            first=float(indices["S1"][i]),
            first_interval=float(indices["S1_conf"][i]),
            total=float(indices["ST"][i]),
            total_interval=float(indices["ST_conf"][i]),
            mean=float(answers.mean()),
            sd=sd,
            luck=float(luck.var(ddof=1) / sd**2) if sd else math.nan,
        )
        for i, parameter in enumerate(plan.parameters)
    ]
