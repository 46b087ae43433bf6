"""From what a design says to what happens to whom: pure expansion of arms and visits.

A crossover becomes one arm for each sequence of treatments, a delayed start gives the controls the
treatment's doses from the switch on, a run-in adds doses and a screening visit before baseline.
Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from follicle_sim.pharmacology.dosing import expand
from follicle_sim.protocol.timeline import Visits
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.design import CONTROLS
from follicle_sim.scenario.tables.arms import Arm, Dose

THEN = " then "
"""Joins the labels of a sequence: "drug then placebo"."""


@dataclass(frozen=True, slots=True)
class Unfolded:
    """Arms and visits as people go through them, on the trial's own clock.

    Parameters
    ----------
    arms
        With the doses they get.
    sizes
        People planned for each: subjects times its share of the allocation.
    given
        For each arm the label of the one whose doses it has in each period.
    visits
        Every visit, the screening visit and later periods too.
    """

    arms: tuple[Arm, ...]
    sizes: tuple[int, ...]
    given: tuple[tuple[str, ...], ...]
    visits: Visits


def unfold(scenario: Scenario) -> Unfolded:
    """Return the arms and visits of a scenario as people live them.

    Examples
    --------
    >>> from follicle_sim.scenario import parse_scenario
    >>> turns = unfold(parse_scenario('''
    ... schema_version = 1
    ... title = "laser and nothing, in turn"
    ... [population]
    ... subjects = 10
    ... target_area = "1 cm2"
    ... follicle_density = "250 cm-2"
    ... condition = "aga_male"
    ... [[arms]]
    ... label = "laser"
    ... role = "treatment"
    ... doses = [{treatment = "laser_comb", amount = "1 session", every = "1 week", count = 52}]
    ... [[arms]]
    ... label = "nothing"
    ... role = "untreated"
    ... [design]
    ... kind = "crossover"
    ... period = "4 weeks"
    ... washout = "8 weeks"
    ... visits = ["0 days", "4 weeks"]
    ... '''))
    >>> [arm.label for arm in turns.arms], turns.visits.days
    (['laser then nothing', 'nothing then laser'], (0.0, 28.0, 84.0, 112.0))
    >>> [dose.start for dose in turns.arms[1].doses], turns.arms[1].doses[0].count
    ([84.0], 4)
    """
    design = scenario.design
    starts: tuple[float, ...] = (0.0,)
    days = design.visits
    labels = [arm.label for arm in scenario.arms]
    sequences: tuple[tuple[str, ...], ...] = tuple((label,) for label in labels)
    if design.period is not None and design.washout is not None:
        step = design.period + design.washout
        starts = tuple(step * k for k in range(len(labels)))
        sequences = tuple(tuple(labels[k:] + labels[:k]) for k in range(len(labels)))
        # A period may begin on the day the last one ends: that is one visit.
        days = tuple(sorted({start + day for start in starts for day in design.visits}))
    if design.run_in is not None:
        days = (-design.run_in, *days)
    arms = _arms(scenario)
    subjects = scenario.population.subjects
    sizes = tuple(subjects * design.ratio(arm.label) for arm in arms)
    return Unfolded(arms, sizes, sequences, Visits(days, starts, design.slack))


def _arms(scenario: Scenario) -> tuple[Arm, ...]:
    """Return the arms people are in, with the doses they get on the trial's own clock.

    In a crossover these are the rotations of the arms, so that every treatment comes once in every
    period; dosing ends with the period. Such arms have the role of a treatment.
    """
    design, arms = scenario.design, scenario.arms
    if design.period is not None and design.washout is not None:
        step, count = design.period + design.washout, len(arms)
        rows = [[arms[(k + turn) % count] for turn in range(count)] for k in range(count)]
        arms = tuple(
            Arm(label="sequence", role="treatment").model_copy(
                update={
                    "label": THEN.join(arm.label for arm in row),
                    "id": _sequence_id(row),
                    "doses": tuple(
                        dose
                        for turn, arm in enumerate(row)
                        for dose in between(arm.doses, turn * step, turn * step + design.period)
                    ),
                }
            )
            for row in rows
        )
    if design.switch is not None:
        treatment = next(arm for arm in arms if arm.role == "treatment")
        own = {arm.label: tuple(between(arm.doses, 0.0, design.switch)) for arm in arms}
        late = tuple(between(treatment.doses, design.switch, None))
        arms = tuple(
            arm.model_copy(update={"doses": own[arm.label] + late}) if arm.role in CONTROLS else arm
            for arm in arms
        )
    if design.run_in is not None and design.run_in_arm is not None:
        source = next(arm for arm in scenario.arms if arm.label == design.run_in_arm)
        before = tuple(between(source.doses, -design.run_in, 0.0))
        arms = tuple(arm.model_copy(update={"doses": before + arm.doses}) for arm in arms)
    return arms


def _sequence_id(row: Sequence[Arm]) -> str | None:
    """Return what names the draws of a sequence where one of its arms has a name of its own."""
    if all(arm.id is None for arm in row):
        return None
    return THEN.join(arm.drawn_as for arm in row)


def between(doses: Iterable[Dose], first: float, last: float | None) -> Iterable[Dose]:
    """Yield doses moved to begin on day `first` instead of baseline, and cut before day `last`."""
    for dose in doses:
        changes: dict[str, float | int | None] = {"start": dose.start + first}
        if dose.until is not None:
            changes["until"] = dose.until + first
        if last is not None:
            number = expand(dose, last - first).times.size
            if number == 0:
                continue
            if dose.until is not None:
                changes["until"] = min(dose.until + first, last)
            elif dose.count is not None:
                changes["count"] = number
        yield dose.model_copy(update=changes)
