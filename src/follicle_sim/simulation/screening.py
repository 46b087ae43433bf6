"""Who takes part: candidates of each arm, lived up to a count where the criteria ask for one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from follicle_sim.base.errors import Interrupted
from follicle_sim.base.progress import SCREENING, Report
from follicle_sim.base.types import Floats, Names
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.timeline import Visits, time_grid
from follicle_sim.scenario.model import Design
from follicle_sim.scenario.tables.population import lead_of
from follicle_sim.simulation.arm import prepare_arm
from follicle_sim.simulation.engine.run import run_jobs
from follicle_sim.simulation.instrument import SCREENING_MINUTE, read
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.enrolment import Enrolled, enrol, flow_text, joined


@dataclass(frozen=True)
class Everybody:
    """Who takes part: names of the people, by replicate and arm, and what is told of the search."""

    people: list[list[Names | None]]  # None: the people 0, 1, 2, ...
    attrs: dict[str, str]


def enrol_all(
    protocols: Sequence[Protocol],
    threads: int | None = None,
    first_replicate: int = 0,
    progress: Report | None = None,
) -> Everybody:
    """Find the people of every arm and replicate; those of arms that share people are found once.

    Tells how many of the people wanted have been found, where there are criteria.

    Raises
    ------
    InputError
        If too few candidates are eligible.
    Interrupted
        On Ctrl-C.
    """
    arms = protocols[0].arms
    if protocols[0].population.inclusion is None:
        return Everybody([[None for _ in arms] for _ in protocols], {})
    rows: list[list[Names | None]] = []
    flows = []
    every = len(protocols) * people_of(protocols[0].source).total
    before = here = 0

    def tell(number: int) -> None:
        nonlocal here
        here = number
        if progress is not None:
            progress(SCREENING, before + here, every)

    tell(0)
    for replicate, protocol in enumerate(protocols, start=first_replicate):
        by_stream: dict[int, Enrolled] = {}
        row: list[Names | None] = []
        for arm in protocol.arms:
            stream = arm.streams.person
            if stream not in by_stream:
                # on a split scalp the half of the first arm is the one counted
                count = partial(screening_count, protocol, arm, threads)
                try:
                    by_stream[stream] = enrol(protocol, arm, replicate, count, tell)
                except (KeyboardInterrupt, Interrupted):
                    # candidates are no subjects: those let in so far are told
                    message = f"stopped by Ctrl-C while people were screened, {before + here} of"
                    raise Interrupted(f"{message} {every} found; nothing was written") from None
                before, here = before + arm.sought, 0
            row.append(by_stream[stream].subject)
        rows.append(row)
        flows.append(joined([enrolled.flow for enrolled in by_stream.values()]))
    return Everybody(rows, {"flow": flow_text(flows)})


def screening_count(
    protocol: Protocol, arm: PlannedArm, threads: int | None, cohort: Cohort
) -> Floats:
    """Return the hairs per area (S,) that the screening visit of candidates reads.

    They live as they would live as subjects, with the same draws, up to that visit: of the doses,
    those of a run-in, which are the same in all arms.
    """
    design = protocol.conduct
    day = 0.0 - lead_of(protocol.population.inclusion, design.run_in)
    before = replace(
        arm,
        doses=tuple(dose for dose in arm.doses if dose.start < 0.0),
        surgery=tuple(session for session in arm.surgery if session.day < 0.0),
    )
    adherence = design.adherence_spread
    early = replace(
        protocol,
        visits=Visits((day,)),
        conduct=Design.model_construct(kind=design.kind, visits=(day,), adherence_spread=adherence),
        record=protocol.record.model_copy(update={"follicles": False, "tracked_follicles": 0}),
        grid=time_grid(protocol.history, 0.0, protocol.step, protocol.lead),
    )
    run = prepare_arm(early, before, cohort)
    run_jobs(run.jobs(), cohort.subject.size, threads=threads)
    people, tally = run.result.cohort, run.result.tally
    # the count that begins a run-in is the one that decides; any other is a reading of its own,
    # also where screening and baseline fall on one day
    reading = None if day < 0.0 and day in protocol.visits.days else SCREENING_MINUTE
    readings = read(early, arm, people, tally, reading=reading)
    return readings["hair_density"][:, 0]
