"""What a controlled repeat of a study would need, at each potency it leaves possible.

The same people get the drug or its needle alone: two arms of different people, or two sides of one
scalp. Season, choice of the spot, needle and drift are then the same in both, and drop out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from follicle_sim.errors import InputError, Problem
from follicle_sim.inference import circumstances as made
from follicle_sim.inference.plausible import Report
from follicle_sim.inference.power import power
from follicle_sim.inference.power_plan import Plan
from follicle_sim.inference.power_rows import SmallestRow
from follicle_sim.scenario.arms import Arm
from follicle_sim.scenario.model import Scenario

Kind = Literal["parallel", "split_scalp"]
KINDS: tuple[Kind, ...] = ("parallel", "split_scalp")
WEEKS = (12.0, 24.0)
FEWEST = 20
"""Trials of a design and potency at least."""


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """People needed by one design at one potency and visit.

    Parameters
    ----------
    kind
        parallel (people an arm) or split_scalp (people in all).
    potency, week, target
        Of the drug, of the visit tested, and the power wanted.
    arms
        People to be found are `n` times this: 2 in parallel, 1 in split_scalp.
    effect
        Mean difference between drug and needle, in the unit of the endpoint.
    n, low, high, extrapolated, note
        See `follicle_sim.inference.power_curve.SmallestSize`.
    """

    kind: Kind
    potency: float
    week: float
    target: float
    arms: int
    effect: float
    n: int | None
    low: int | None
    high: int | None
    extrapolated: bool
    note: str


def controlled(scenario: Scenario, treatment: str, kind: Kind, weeks: Sequence[float]) -> Scenario:
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
    given = next(
        arm for arm in scenario.arms if any(dose.treatment == treatment for dose in arm.doses)
    )
    dummy = next(arm for arm in made.needled(scenario, treatment).arms if arm.label == given.label)
    needle = made.needle_of(scenario, treatment)
    control = needle or "untreated"
    arms = (
        Arm(label=treatment.replace("_", " "), role="treatment", doses=given.doses),
        Arm(
            label=f"{control.replace('_', ' ')} alone" if needle else control,
            role="placebo" if needle else "untreated",
            doses=dummy.doses,
        ),
    )
    visits = tuple(sorted({0.0, *scenario.design.visits, *(7.0 * week for week in weeks)}))
    update = {"kind": kind, "visits": visits, "recruitment": None, "allocation": None}
    design = scenario.design.model_copy(update=update)
    return scenario.model_copy(update={"arms": arms, "design": design})


def repeat(
    scenario: Scenario,
    treatment: str,
    potencies: Sequence[float],
    replicates: int,
    weeks: Sequence[float] = WEEKS,
    *,
    plan: Plan | None = None,
    threads: int | None = None,
    report: Report | None = None,
) -> tuple[RepeatRow, ...]:
    """Find the people needed by a controlled repeat.

    Parameters
    ----------
    scenario
        The study as it was run.
    treatment, potencies
        The drug, and the potencies above 0 to try.
    replicates
        Trials of each design and potency, of a third of the people the study had, as many, and
        three times as many; the curve through them is followed further.
    weeks
        Visits to test.
    plan
        Endpoint, alpha and sides; the method is that of the design (ANCOVA, or a paired t test).
    threads, report
        As for `plausible`.
    """
    n = scenario.population.subjects
    sizes = (max(4, n // 3), n, 3 * n)
    trials = max(FEWEST, replicates)
    each = 2 * sizes[-1] * trials
    tried = [potency for potency in potencies if potency > 0.0]
    asked = plan or Plan()
    asked = Plan(asked.endpoint, tuple(weeks), "", asked.alpha, asked.sided, measure=asked.measure)
    rows: list[RepeatRow] = []
    before = 0
    for kind in KINDS:
        # its own plan: the study's test and comparisons are those of an arm alone
        study = controlled(scenario, treatment, kind, weeks)
        table = study.analysis.model_copy(update={"method": None, "comparisons": ()})
        study = study.model_copy(update={"analysis": table})
        for potency in tried:

            def seen(stage: str, done: int, of: int, start: int = before) -> None:
                if report is not None:
                    report("controlled repeats", start + done, each * len(tried) * len(KINDS))

            found = power(
                made.with_potency(study, treatment, potency),
                sizes,
                trials,
                asked,
                type_one=False,
                threads=threads,
                report=seen,
            )
            effects = {row.week: row.estimate for row in found.rows if row.n == sizes[-1]}
            rows += [
                _row(kind, potency, row, effects[row.week])
                for row in found.smallest
                if row.week in effects and effects[row.week] is not None
            ]
            before += each
    return tuple(rows)


def _row(kind: Kind, potency: float, row: SmallestRow, effect: float | None) -> RepeatRow:
    assert effect is not None
    return RepeatRow(
        kind,
        potency,
        float(row.week),
        row.target,
        2 if kind == "parallel" else 1,
        effect,
        row.n,
        row.low,
        row.high,
        row.extrapolated,
        row.note,
    )
