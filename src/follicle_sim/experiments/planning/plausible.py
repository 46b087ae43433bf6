"""What a published outcome says: how probable it is at each potency, and with no effect at all.

A study reports an event, such as "a significant rise at every visit", and perhaps nothing else. The
same study is simulated many times at each potency: the share in which the event happens is the
likelihood of the potency. Simulated without the drug, it is how often something else brings it
about: in a study without a control luck, season, the choice of the spot, the needle and a trial's
own drift; in one with a control luck and what may differ between its arms. All use the same people
and luck, so differences between them are not luck.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from follicle_sim.base.arguments import check_kind, check_threads
from follicle_sim.base.errors import Interrupted
from follicle_sim.base.progress import Parts, Report
from follicle_sim.base.types import Flags, Floats
from follicle_sim.experiments.forecast import START_UP, predict_cost
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.plausible_jobs import Job, list_jobs
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    ALONE,
    NOTHING,
    SURROUNDED,
    ChanceRow,
    RatioRow,
    chance_row,
    likelihood_ratio,
    without_the_drug,
)
from follicle_sim.experiments.planning.plausible_words import words_of
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.published_outcome import Memory, outcome
from follicle_sim.experiments.planning.question import Question
from follicle_sim.experiments.planning.trial_sources import (
    SimulatedTrials,
    trials_at_once,
    with_people,
)
from follicle_sim.experiments.running.checkpoint import Checkpoint, Kept
from follicle_sim.protocol.headcount import people_of

PERSON = 1.5e-4
"""Seconds a person costs beside events and tables, as measured: few follicles each, but traits, a
season of one's own and readings."""


@dataclass(frozen=True)
class Plausible:
    """What was found; see `ChanceRow`.

    Parameters
    ----------
    alone, surrounded
        Over potencies: with nothing but the drug, and with everything else as well. At potency 0
        stands the study without the drug: with nothing, and with all else, the needle included.
    nulls
        Without the drug, circumstance by circumstance.
    months
        Opening in each month; empty without a calendar, and in a trial with a control.
    """

    plan: Plan
    subjects: int
    treatment: str
    default: float
    alone: tuple[ChanceRow, ...]
    surrounded: tuple[ChanceRow, ...]
    nulls: tuple[ChanceRow, ...]
    months: tuple[ChanceRow, ...]
    ratios: tuple[RatioRow, ...]
    seconds: float

    @property
    def controlled(self) -> bool:
        """Tell whether arms are held against a control, and not against their own baseline."""
        return bool(self.plan.pairs[0][1])

    def likely(self, least: float = 0.147) -> tuple[float, ...]:
        """Return the potencies above 0 that the outcome leaves plausible.

        Those, of the drug alone, with a likelihood of at least `least` times the largest: 0.147 is
        exp(-3.84 / 2), the 95 % likelihood interval.
        """
        most = max(row.chance for row in self.alone)
        return tuple(
            row.potency for row in self.alone if row.potency and row.chance >= least * most
        )


def plausible(
    question: Question,
    *,
    threads: int | None = None,
    report: Report | None = None,
    checkpoint: Checkpoint | None = None,
) -> Plausible:
    """Find how probable a significant gain at every visit is, with the drug and without.

    Parameters
    ----------
    question
        From `make_question`.
    threads
        As for `simulate`; results do not depend on it.
    report
        Called with stage, people done and people in all.
    checkpoint
        Where finished studies are kept, under the key of the question, and taken from.

    Raises
    ------
    InputError
        A checkpoint of another question.
    Interrupted
        On Ctrl-C; what was finished is in the checkpoint.
    """
    began = time.perf_counter()
    check_kind("plausible", "question", question, Question, "a Question")
    check_threads("plausible", threads)
    rows = _chances(question, threads, report, checkpoint)
    nulls, months = without_the_drug(rows)
    by_cause = {row.cause: row for row in nulls}
    curves = {}
    ratios: list[RatioRow] = []
    # with all else added, the study without the drug still has its needle
    for curve, without in ((ALONE, by_cause[NOTHING]), (SURROUNDED, by_cause[ALL])):
        with_drug = tuple(row for row in rows if row.cause == curve)
        ratios += [likelihood_ratio(row, without) for row in with_drug]
        text = words_of(question)[curve]
        curves[curve] = (replace(without, cause=curve, text=text, potency=0.0), *with_drug)
    return Plausible(
        question.plan,
        people_of(question.scenario).total,
        question.treatment,
        made.default_potency(question.scenario, question.treatment),
        curves[ALONE],
        curves[SURROUNDED],
        nulls,
        months,
        tuple(ratios),
        time.perf_counter() - began,
    )


def _chances(
    question: Question, threads: int | None, report: Report | None, checkpoint: Checkpoint | None
) -> list[ChanceRow]:
    """Simulate every study of a question; return how often the outcome happened in each."""
    scenario, plan = question.scenario, question.plan
    n = scenario.population.subjects
    jobs = list_jobs(question)
    people = [sum(people_of(study).total for study in job.scenarios) for job in jobs]
    whole = sum(job.trials * size for job, size in zip(jobs, people, strict=True))
    parts, store = Parts("studies", whole, report), Kept(checkpoint)
    memories = [Memory(store, k, size, parts) for k, size in enumerate(people)]
    words = words_of(question)
    rows: list[ChanceRow] = []
    try:
        for job, memory in zip(jobs, memories, strict=True):
            outcomes = _run(job, plan, n, threads, memory)
            for name, (gained, changes) in outcomes.items():
                text = words.get(name, name)
                rows.append(chance_row(name, text, job.potency, gained, changes))
            store.save()
    except (KeyboardInterrupt, Interrupted):
        done = sum(memory.done for memory in memories)
        raise store.stopped(done, sum(job.trials for job in jobs), "studies") from None
    return rows


def expected_seconds(question: Question) -> float:
    """Return how long `plausible` will take, once compiled."""
    endpoint, n = question.plan.endpoint, question.scenario.population.subjects
    seconds = 0.0
    for job in list_jobs(question):
        for scenario in job.scenarios:
            one = with_people(scenario, endpoint, n, 1)
            people = sum(size for _, size in people_of(scenario).arms)
            seconds += job.trials * (predict_cost(one).seconds - START_UP + PERSON * people)
    return seconds


def _run(
    job: Job, plan: Plan, n: int, threads: int | None, memory: Memory
) -> dict[str, tuple[Flags, Floats]]:
    at_once = trials_at_once(job.scenarios[0], plan.endpoint, n)
    sources = [
        SimulatedTrials(scenario, plan.endpoint, threads, memory.parts)
        for scenario in job.scenarios
    ]
    spots = made.SpotTrials(tuple(sources))
    return outcome(spots, plan, job.trials, n, job.views, at_once, memory)
