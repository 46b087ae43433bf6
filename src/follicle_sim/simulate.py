"""The way through the house: scenario, cohort, exposure, factors, clocks, engine, dataset."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr

from follicle_sim import units
from follicle_sim.attendance import last_day
from follicle_sim.biology.conditions import load_condition
from follicle_sim.cohort import draw_cohort
from follicle_sim.dataset import to_dataset
from follicle_sim.engine.run import run_jobs
from follicle_sim.engine.sight import TALLY_COLUMNS
from follicle_sim.errors import InputError, Problem
from follicle_sim.given import check_call, check_threads, check_whole
from follicle_sim.grafting import grafts_of, sessions
from follicle_sim.pharmacology.factors import load_factors
from follicle_sim.progress import LIVING, Report
from follicle_sim.provenance import result_attrs
from follicle_sim.scenario.arrangement import Arranged, arm_sizes, arrange
from follicle_sim.scenario.headcount import people_of
from follicle_sim.scenario.load import check_scenario, parse_scenario, with_overrides
from follicle_sim.scenario.model import Instrument, Scenario
from follicle_sim.scenario.numbers import treatments_of
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
    progress: Report | None = None,
    first_replicate: int = 0,
) -> xr.Dataset:
    """Run a scenario and return what a clinician would have measured.

    Parameters
    ----------
    scenario : from `load_scenario`
    seed : replaces the scenario's, 0 to 2^32 - 1
    threads : processors to use; default all. The result does not depend on it.
    progress : called with a stage ("screening" where there are criteria, then "simulating"), people
        done and people in all; whoever is in several arms, as on a split scalp, counts once
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
        If the record asked for would not fit in `record.memory_limit`, for an argument of another
        kind, or a copy of a scenario with values that no file may have.
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
    scenario = check_scenario("simulate", scenario)
    check_threads("simulate", threads)
    check_call("simulate", "progress", progress)
    check_whole("simulate", "first_replicate", first_replicate, 0)
    if seed is not None:
        number = check_whole("simulate", "seed", seed, None)
        scenario = with_overrides(scenario, [f"run.seed={number}"])
    return simulate_read(
        scenario,
        [scenario.instrument],
        threads=threads,
        progress=progress,
        first_replicate=first_replicate,
    )[0]


def simulate_read(
    scenario: Scenario,
    readers: Sequence[Instrument],
    *,
    threads: int | None = None,
    progress: Report | None = None,
    first_replicate: int = 0,
) -> list[xr.Dataset]:
    """Run a scenario once and return what each of several readers makes of it.

    The scenario's own instrument decides who may take part, so that all read the same people.

    Parameters
    ----------
    readers : instruments with the limits of the scenario's own: they see the same hairs, and differ
        in how they err
    threads, progress, first_replicate : as for `simulate`

    Raises
    ------
    InputError, Interrupted
        As for `simulate`.
    """
    check_memory(scenario)
    draws = all_drawn(scenario, first_replicate)
    studies = prepare_all(draws)
    enrolled = enrol_all(studies, threads, first_replicate, progress)
    arms = [
        [study.arm(index, replicate, each) for index, each in enumerate(row)]
        for replicate, (study, row) in enumerate(
            zip(studies, enrolled.people, strict=True), start=first_replicate
        )
    ]
    total = sum(arm.cohort.subject.size for row in arms for arm in row)
    jobs = (job for row in arms for arm in row for job in arm.jobs())
    people = len(studies) * people_of(scenario).total
    tell = None if progress is None else partial(progress, LIVING)
    if tell is not None:
        tell(0, people)
    run_jobs(jobs, total, threads=threads, progress=tell, people=people)
    results = [[arm.result for arm in row] for row in arms]
    factors, found = studies[0].factors.names, []
    for reader in readers:
        by = {"instrument": reader}
        attrs = result_attrs(scenario.model_copy(update=by)) | enrolled.attrs
        lived = studies[0].scenario.model_copy(update=by)
        found.append(with_draws(to_dataset(lived, results, factors, attrs), scenario, draws))
    return found


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
    sizes = arm_sizes(scenario)
    # half of it is held arm by arm, half in a dataset whose arms are as wide as the largest
    people = scenario.run.replicates * (sum(sizes) + len(sizes) * max(sizes)) // 2
    rows = people * len(scenario.design.visits)
    # tallies and factor levels, and the dataset's copies of them
    per_row = 8 * 2 * (TALLY_COLUMNS + len(load_factors().names))
    if scenario.record.follicles:
        # records are as wide as the densest scalp, and are padded and stacked
        per_row += 3 * 5 * _widest(scenario)
    return rows * per_row


def _widest(scenario: Arranged) -> int:
    """Return the largest number of follicles and grafts of a person in the first replicate."""
    condition = load_condition(scenario.population.condition)
    treatments, widest = treatments_of(scenario), 0
    for index, arm in enumerate(scenario.arms):
        cohort = draw_cohort(scenario, index, 0, scenario.run.seed)
        surgery = sessions(arm, last_day(scenario), condition, treatments)
        planted = grafts_of(surgery, cohort.area).number.sum(axis=1)
        widest = max(widest, int((cohort.follicles + planted).max()))
    return widest


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
        raise InputError(scenario.origin, [Problem("record.memory_limit", message)])
