"""Run a scenario in four steps: resolve, recruit, live, record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from follicle_sim.base import units
from follicle_sim.base.arguments import check_call, check_threads, check_whole
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.progress import LIVING, Report
from follicle_sim.protocol.baseline.words import baseline_attrs
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.protocol.replicates import drawn_names, with_draws
from follicle_sim.protocol.resolve import resolve
from follicle_sim.results.provenance import result_attrs
from follicle_sim.scenario.load import check_scenario, parse_scenario, with_overrides
from follicle_sim.scenario.model import Instrument, Scenario
from follicle_sim.scenario.vary import with_seed
from follicle_sim.simulation.arm import ArmRun, prepare_arm
from follicle_sim.simulation.engine.agents.sight import TALLY_COLUMNS
from follicle_sim.simulation.engine.run import run_jobs
from follicle_sim.simulation.people.cohort import draw_cohort
from follicle_sim.simulation.record import to_dataset
from follicle_sim.simulation.screening import enrol_all
from follicle_sim.simulation.surgery import grafts_of
from follicle_sim.simulation.tracking import bytes_of_spells

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
    engine: str | None = None,
    threads: int | None = None,
    progress: Report | None = None,
    first_replicate: int = 0,
) -> xr.Dataset:
    """Run a scenario and return what a clinician would have measured.

    Parameters
    ----------
    scenario : from `load_scenario`
    seed : replaces the scenario's, 0 to 2^32 - 1
    engine : replaces the scenario's: "agents", or "expected" for what is expected of them
    threads : processors to use; default all. The result does not depend on it.
    progress : called with a stage ("screening" where there are criteria, then "simulating"), people
        done and people in all; whoever is in several arms, as on a split scalp, counts once
    first_replicate : name of the first replicate in the draws: many trials can be run in parts, and
        are the same trials however they are cut

    Returns
    -------
    Dataset with dimensions arm, subject, time (days since baseline), phase and factor, and
    `follicle` or `replicate` where asked for; see `results/variables.py` for variables and
    units.

    Raises
    ------
    InputError
        If the record asked for would not fit in `record.memory_limit`, for an argument of another
        kind, a copy of a scenario with values that no file may have, or one that the engine cannot
        carry.
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
    if engine is not None:
        scenario = with_overrides(scenario, [f"run.engine={engine}"])
    if seed is not None:
        scenario = with_seed(scenario, check_whole("simulate", "seed", seed, None))
    protocols = resolve(scenario, first_replicate=first_replicate)
    check_memory(protocols[0])
    people = recruit(protocols, threads, first_replicate, progress)
    live(people, threads, progress)
    return record(protocols, people, scenario.instrument)


def simulate_read(
    scenario: Scenario,
    readers: Sequence[Instrument],
    *,
    threads: int | None = None,
    progress: Report | None = None,
) -> list[xr.Dataset]:
    """Run a scenario once and return what each of several readers makes of it.

    The scenario's own instrument decides who may take part, so that all read the same people.

    Parameters
    ----------
    readers : instruments with the limits of the scenario's own: they see the same hairs, and differ
        in how they err
    threads : as for `simulate`

    Raises
    ------
    InputError, Interrupted
        As for `simulate`.
    """
    protocols = resolve(scenario)
    check_memory(protocols[0])
    people = recruit(protocols, threads, progress=progress)
    live(people, threads, progress)
    return [record(protocols, people, reader) for reader in readers]


@dataclass(frozen=True)
class Recruited:
    """Everybody who takes part: [replicate][arm], and what the search for them says of itself.

    total : people, each counted once
    """

    arms: list[list[ArmRun]]
    attrs: dict[str, str]
    total: int


def recruit(
    protocols: Sequence[Protocol],
    threads: int | None = None,
    first_replicate: int = 0,
    progress: Report | None = None,
) -> Recruited:
    """Find the people of every replicate and arm, and make room for their results."""
    enrolled = enrol_all(protocols, threads, first_replicate, progress)
    arms = [
        [
            prepare_arm(protocol, arm, draw_cohort(protocol, arm, replicate, names))
            for arm, names in zip(protocol.arms, row, strict=True)
        ]
        for replicate, (protocol, row) in enumerate(
            zip(protocols, enrolled.people, strict=True), start=first_replicate
        )
    ]
    return Recruited(arms, enrolled.attrs, len(protocols) * people_of(protocols[0].source).total)


def live(people: Recruited, threads: int | None = None, progress: Report | None = None) -> None:
    """Carry the follicles of all people through the trial; results are written into the arms."""
    arms = [arm for row in people.arms for arm in row]
    total = sum(arm.cohort.subject.size for arm in arms)
    jobs = (job for arm in arms for job in arm.jobs())
    tell = None if progress is None else partial(progress, LIVING)
    if tell is not None:
        tell(0, people.total)
    run_jobs(jobs, total, threads=threads, progress=tell, people=people.total)


def record(protocols: Sequence[Protocol], people: Recruited, reader: Instrument) -> xr.Dataset:
    """Return what an instrument makes of those who have lived, with what made it."""
    first = protocols[0]
    read_as = first.source.model_copy(update={"instrument": reader})
    results = [[arm.result for arm in row] for row in people.arms]
    attrs = result_attrs(read_as, first.treatments) | people.attrs | baseline_attrs(first.met)
    names = drawn_names(read_as, first.treatments)
    data = to_dataset(first, results, reader, attrs)
    return with_draws(
        data, names, [protocol.drawn for protocol in protocols], read_as.run.uncertainty
    )


def warm_up() -> None:
    """Load the compiled engine, or compile it where it is not on disk yet (about 20 s)."""
    scenario = parse_scenario(SMALLEST, "<warm-up>")
    # in this thread, where Ctrl-C is heard even by the compiler
    for row in recruit(resolve(scenario)).arms:
        for job in (job for arm in row for job in arm.jobs()):
            job(np.zeros(1, np.uint8))


def memory_needed(protocol: Protocol) -> int:
    """Return the bytes that the results of a protocol will take, all replicates together."""
    sizes, replicates = protocol.sizes, protocol.source.run.replicates
    # half of it is held arm by arm, half in a dataset whose arms are as wide as the largest
    people = replicates * (sum(sizes) + len(sizes) * max(sizes)) // 2
    rows = people * len(protocol.visits.days)
    # tallies and factor levels, and the dataset's copies of them
    pieces = len(protocol.scalp.pieces)
    per_row = 8 * 2 * (TALLY_COLUMNS + len(protocol.factors.names) + pieces)
    if protocol.record.follicles:
        # records are as wide as the densest scalp, and are padded and stacked
        per_row += 3 * 5 * _widest(protocol)
    return rows * per_row + people * bytes_of_spells(protocol)


def _widest(protocol: Protocol) -> int:
    """Return the largest number of follicles and grafts of a person in the first replicate."""
    widest = 0
    for arm in protocol.arms:
        cohort = draw_cohort(protocol, arm, 0)
        planted = grafts_of(arm.surgery, cohort.area).number.sum(axis=1)
        widest = max(widest, int((cohort.follicles + planted).max()))
    return widest


def check_memory(protocol: Protocol) -> None:
    """Refuse a protocol whose results would pass its memory limit.

    Raises
    ------
    InputError
        With the estimate, the limit and what to change.
    """
    needed, limit = memory_needed(protocol), protocol.record.memory_limit
    if needed > limit:
        size, most = (units.format_quantity(float(x), "memory") for x in (needed, limit))
        message = (
            f"the results need about {size}, more than the {most} allowed; record fewer visits "
            "or subjects, switch record.follicles off, track fewer follicles, or raise the limit"
        )
        raise InputError(protocol.source.origin, [Problem("record.memory_limit", message)])
