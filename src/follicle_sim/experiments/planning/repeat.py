"""What a controlled repeat of a study would need, at each potency it leaves possible.

The same people get the drug or its needle alone: two arms of different people, or two sides of one
scalp. Season, choice of the spot, needle and drift are then the same in both, and drop out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np

from follicle_sim.base.errors import InputError, Interrupted, Problem
from follicle_sim.base.progress import Parts, Report
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.power import PowerResult, expected_seconds, power
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.question import Question
from follicle_sim.experiments.running.checkpoint import Checkpoint, Kept, fingerprint
from follicle_sim.protocol.headcount import people_of
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.arms import Arm
from follicle_sim.scenario.vary import with_other_arms

Kind = Literal["parallel", "split_scalp"]
KINDS: tuple[Kind, ...] = ("parallel", "split_scalp")
WEEKS = (12.0, 24.0)
FEWEST = 20
"""Fewest trials that are run for a design and a potency."""

SHARE = 5
"""A design and a potency get one in this many of the study's trials: a curve joins the sizes."""


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """People needed by one design at one potency and visit.

    Parameters
    ----------
    kind
        parallel or split_scalp.
    potency, week, target
        Of the drug, of the visit tested, and the power wanted.
    arms
        People to be found are `n` times this: 2 in parallel, where n is the people of an arm, and 1
        in split_scalp.
    effect
        Mean difference between drug and needle, in the unit of the endpoint.
    people, people_low, people_high, people_in_words
        People in all for `n`, their interval, and how they are shared out.
    n, low, high, extrapolated, note
        See `follicle_sim.experiments.planning.power_curve.SmallestSize`.
    """

    kind: Kind
    potency: float
    week: float
    target: float
    arms: int
    effect: float
    n: int | None
    people: int | None
    low: int | None
    high: int | None
    extrapolated: bool
    note: str
    people_low: int | None
    people_high: int | None
    people_in_words: str


def make_controlled(
    scenario: Scenario, treatment: str, kind: Kind, weeks: Sequence[float]
) -> Scenario:
    """Return the study with its drug against its needle alone (nothing where it has none).

    Doses are those of the first arm that has the drug; every visit so far is kept.

    Raises
    ------
    InputError
        A week that is not after baseline.
    """
    if not weeks or min(weeks) <= 0.0:
        message = f"found {', '.join(f'{week:g}' for week in weeks)}; allowed: above 0"
        raise InputError(scenario.origin, [Problem("repeat week", message)])
    drug_arm = next(
        arm for arm in scenario.arms if any(dose.treatment == treatment for dose in arm.doses)
    )
    dummy = next(
        arm for arm in made.with_needle(scenario, treatment).arms if arm.label == drug_arm.label
    )
    needle = made.needle_of(scenario, treatment)
    control = needle or "untreated"
    arms = (
        Arm(label=treatment.replace("_", " "), role="treatment", doses=drug_arm.doses),
        Arm(
            label=f"{control.replace('_', ' ')} alone" if needle else control,
            role="placebo" if needle else "untreated",
            doses=dummy.doses,
        ),
    )
    visits = tuple(sorted({0.0, *scenario.design.visits, *(7.0 * week for week in weeks)}))
    update = {"kind": kind, "visits": visits, "recruitment": None, "allocation": None}
    design = scenario.design.model_copy(update=update)
    return with_other_arms(scenario, arms).model_copy(update={"design": design})


def repeat(
    question: Question,
    weeks: Sequence[float] = WEEKS,
    *,
    threads: int | None = None,
    report: Report | None = None,
    checkpoint: Checkpoint | None = None,
) -> tuple[RepeatRow, ...]:
    """Find the people needed by a controlled repeat.

    Parameters
    ----------
    question
        What was asked of the study: the potencies above 0 are tried, and endpoint, alpha and sides
        are those of its plan; the method is that of the design (ANCOVA, or a paired t test). A
        fifth of its replicates, at least `FEWEST`, are run of each design and potency, of a third
        of the people the study had, as many, and three times as many; the curve through them is
        followed further.
    weeks
        Visits to test.
    threads, report, checkpoint
        As for `plausible`; the key of the checkpoint is of `repeat_key`.

    Raises
    ------
    Interrupted
        On Ctrl-C; designs and potencies that were finished are in the checkpoint.
    """
    sizes, trials = _sizes(question), _trials(question)
    plan = question.plan
    plan = Plan(plan.endpoint, tuple(weeks), "", plan.alpha, plan.sided, measure=plan.measure)
    studies = _studies(question, weeks)
    jobs = [(kind, potency) for kind in KINDS for potency in question.potencies if potency > 0.0]
    people = {kind: trials * people_of(study, sizes[-1]).total for kind, study in studies.items()}
    parts = Parts("repeats", sum(people[kind] for kind, _ in jobs), report)
    store = Kept(checkpoint)
    rows: list[RepeatRow] = []
    for done, (kind, potency) in enumerate(jobs):
        name = f"{kind}-{potency!r}"
        before = store.get(name)
        if before is not None:
            rows += [RepeatRow(**row) for row in json.loads(str(before[0]))]
            parts.skip(people[kind])
            continue
        try:
            with_drug = made.with_potency(studies[kind], question.treatment, potency)
            result = _power(with_drug, sizes, trials, plan, threads, parts.part())
        except (KeyboardInterrupt, Interrupted):
            raise store.stopped(done, len(jobs), "controlled repeats") from None
        new_rows = _rows_of(kind, potency, result, sizes[-1])
        rows += new_rows
        store.put({name: np.array(json.dumps([asdict(row) for row in new_rows]))})
        store.save()
    return tuple(rows)


def expected_repeat_seconds(question: Question, weeks: Sequence[float] = WEEKS) -> float:
    """Return how long `repeat` will take, once compiled."""
    sizes, trials = _sizes(question), _trials(question)
    potencies = sum(potency > 0.0 for potency in question.potencies)
    studies = _studies(question, weeks).values()
    return potencies * sum(expected_seconds(study, sizes, trials) for study in studies)


def _sizes(question: Question) -> tuple[int, ...]:
    n = question.scenario.population.subjects
    return max(4, n // 3), n, 3 * n


def _trials(question: Question) -> int:
    return max(FEWEST, question.replicates // SHARE)


def _studies(question: Question, weeks: Sequence[float]) -> dict[Kind, Scenario]:
    """Return the repeat in each design, with a plan of its own.

    The study's test and comparisons are those of an arm alone.
    """
    table = question.scenario.analysis.model_copy(update={"method": None, "comparisons": ()})
    study = question.scenario.model_copy(update={"analysis": table})
    return {kind: make_controlled(study, question.treatment, kind, weeks) for kind in KINDS}


def _power(
    scenario: Scenario,
    sizes: Sequence[int],
    trials: int,
    plan: Plan,
    threads: int | None,
    report: Report,
) -> PowerResult:
    """Return the power of one design at one potency, all of it."""
    result = power(scenario, sizes, trials, plan, type_one=False, threads=threads, report=report)
    if result.stopped:
        raise Interrupted("stopped by Ctrl-C")
    return result


def repeat_key(question: Question, weeks: Sequence[float]) -> str:
    """Return the name of a repeat for its checkpoint."""
    return fingerprint({"study": replace(question, spots=1).key, "weeks": list(weeks)})


def _rows_of(kind: Kind, potency: float, result: PowerResult, most: int) -> list[RepeatRow]:
    """Return the people needed at every visit; the effect is that of trials of `most` people."""
    effects = {row.week: row.estimate for row in result.rows if row.n == most}
    rows = []
    for row in result.smallest:
        effect = effects.get(row.week)
        if effect is not None:
            rows.append(
                RepeatRow(
                    kind=kind,
                    potency=potency,
                    week=float(row.week),
                    target=row.target,
                    arms=result.people.total,
                    effect=effect,
                    n=row.n,
                    people=row.people,
                    low=row.low,
                    high=row.high,
                    extrapolated=row.extrapolated,
                    note=row.note,
                    people_low=row.people_low,
                    people_high=row.people_high,
                    people_in_words=row.people_in_words,
                )
            )
    return rows
