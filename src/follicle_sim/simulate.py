"""The way through the house: scenario, cohort, exposure, factors, clocks, engine, dataset."""

import operator

import numpy as np
import xarray as xr

from follicle_sim import units
from follicle_sim.cohort import draw_cohort
from follicle_sim.dataset import to_dataset
from follicle_sim.engine.run import Progress, run_jobs
from follicle_sim.engine.sight import TALLY_COLUMNS
from follicle_sim.errors import InputError, Problem
from follicle_sim.pharmacology.factors import load_factors
from follicle_sim.provenance import result_attrs
from follicle_sim.scenario.arrangement import arm_sizes, arrange
from follicle_sim.scenario.load import parse_scenario, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.screening import enrol_all
from follicle_sim.study import prepare, prepare_all
from follicle_sim.uncertainty import all_drawn, with_draws

SMALLEST = """
schema_version = 1
title = "one person, one visit"
[population]
subjects = 1
follicles = 1
target_area = "1 cm2"
follicle_density = "1 cm-2"
condition = "healthy"
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 days"]
[run]
history = "0 days"
"""


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    first_replicate: int = 0,
) -> xr.Dataset:
    """Run a scenario and return what a clinician would have measured.

    Parameters
    ----------
    scenario : from `load_scenario`
    seed : replaces the scenario's, 0 to 2^32 - 1
    threads : processors to use; default all. The result does not depend on it.
    progress : called with subjects done and subjects in all
    first_replicate : name of the first replicate in the draws: many trials can be run in parts, and
        are the same trials however they are cut

    Returns
    -------
    Dataset with dimensions arm, subject, time (days since baseline), phase and factor, and
    `follicle` or `replicate` where asked for; see `follicle_sim.dataset.MEANING` for variables and
    units.

    Raises
    ------
    InputError
        If the record asked for would not fit in `record.memory_limit`, or for a bad seed or number
        of threads.
    Interrupted
        On Ctrl-C.

    Examples
    --------
    >>> from follicle_sim import parse_scenario, simulate
    >>> scenario = parse_scenario('''
    ... schema_version = 1
    ... title = "ten people"
    ... arms = [{ label = "nobody treated", role = "untreated" }]
    ... [population]
    ... subjects = 10
    ... target_area = "1 cm2"
    ... follicle_density = "250 cm-2"
    ... condition = "healthy"
    ... [design]
    ... kind = "counterfactual"
    ... visits = ["0 days", "12 weeks"]
    ... ''')
    >>> result = simulate(scenario)
    >>> dict(result.hair_density.sizes)
    {'arm': 1, 'subject': 10, 'time': 2}
    """
    if seed is not None:
        scenario = with_overrides(scenario, [f"run.seed={operator.index(seed)}"])
    if threads is not None and threads < 1:
        raise InputError("simulate", [Problem("threads", f"found {threads}; allowed: 1 or more")])
    check_memory(scenario)
    draws = all_drawn(scenario, first_replicate)
    studies = prepare_all(draws)
    enrolled = enrol_all(studies, threads, first_replicate)
    arms = [
        [study.arm(index, replicate, each) for index, each in enumerate(row)]
        for replicate, (study, row) in enumerate(
            zip(studies, enrolled.people, strict=True), start=first_replicate
        )
    ]
    total = sum(arm.cohort.subject.size for row in arms for arm in row)
    jobs = (job for row in arms for arm in row for job in arm.jobs())
    run_jobs(jobs, total, threads=threads, progress=progress)
    results = [[arm.result for arm in row] for row in arms]
    attrs = result_attrs(scenario) | enrolled.attrs
    data = to_dataset(studies[0].scenario, results, load_factors().names, attrs)
    return with_draws(data, scenario, draws)


def warm_up() -> None:
    """Load the compiled engine, or compile it where it is not on disk yet (about 20 s)."""
    scenario = parse_scenario(SMALLEST, "<warm-up>")
    study = prepare(scenario)
    # in this thread, where Ctrl-C is heard even by the compiler
    for job in study.arm(0, 0).jobs():
        job(np.zeros(1, np.uint8))


def memory_needed(scenario: Scenario) -> int:
    """Return the bytes that the results of a scenario will take."""
    scenario = arrange(scenario)
    people = scenario.run.replicates * sum(arm_sizes(scenario))
    rows = people * len(scenario.design.visits)
    # tallies and factor levels, and the dataset's copies of them
    per_row = 8 * 2 * (TALLY_COLUMNS + len(load_factors().names))
    if scenario.record.follicles:
        # records are as wide as the densest scalp, and are padded and stacked
        widest = int(draw_cohort(scenario, 0, 0, scenario.run.seed).follicles.max())
        per_row += 3 * 5 * widest
    return rows * per_row


def check_memory(scenario: Scenario) -> None:
    """Refuse a scenario whose results would pass its memory limit.

    Raises
    ------
    InputError
        With the estimate, the limit and what to change.
    """
    needed, limit = memory_needed(scenario), scenario.record.memory_limit
    if needed > limit:
        found, allowed = (units.format_quantity(float(x), "memory") for x in (needed, limit))
        message = (
            f"the results need about {found}, more than the {allowed} allowed; record fewer visits "
            "or subjects, switch record.follicles off, or raise the limit"
        )
        raise InputError(scenario.title, [Problem("record.memory_limit", message)])
