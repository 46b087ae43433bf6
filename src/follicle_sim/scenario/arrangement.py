"""From what a design says to what happens to whom: pure expansion of a scenario.

A crossover becomes one arm for each sequence of treatments, a delayed start gives the controls the
treatment's doses from the switch on, a run-in adds doses and a screening visit before baseline.
Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from follicle_sim.pharmacology.dosing import expand
from follicle_sim.scenario.arms import Arm, Dose
from follicle_sim.scenario.design_checks import CONTROLS
from follicle_sim.scenario.model import Scenario

THEN = " then "
"""Joins the labels of a sequence: "drug then placebo"."""


class Arranged(Scenario):
    """A scenario whose arms and visits are those people go through, on the trial's own clock.

    `design.visits` holds every visit, the screening visit and later periods too; `starts` the days
    on which a period begins, `given` the label of the arm whose doses each arm has in each period.
    """

    starts: tuple[float, ...] = (0.0,)
    given: tuple[tuple[str, ...], ...] = ()

    @property
    def end(self) -> float:
        """Day of the last visit."""
        return self.design.visits[-1]


def arrange(scenario: Scenario) -> Arranged:
    """Return the scenario as people live it; one that is arranged already stays as it is.

    Examples
    --------
    >>> from follicle_sim.scenario import parse_scenario
    >>> turns = arrange(parse_scenario('''
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
    >>> [arm.label for arm in turns.arms], turns.design.visits
    (['laser then nothing', 'nothing then laser'], (0.0, 28.0, 84.0, 112.0))
    >>> [dose.start for dose in turns.arms[1].doses], turns.arms[1].doses[0].count
    ([84.0], 4)
    """
    if isinstance(scenario, Arranged):
        return scenario
    design = scenario.design
    starts: tuple[float, ...] = (0.0,)
    visits = design.visits
    given: tuple[tuple[str, ...], ...] = tuple((arm.label,) for arm in scenario.arms)
    if design.period is not None and design.washout is not None:
        step = design.period + design.washout
        labels = [arm.label for arm in scenario.arms]
        starts = tuple(step * k for k in range(len(labels)))
        given = tuple(tuple(labels[k:] + labels[:k]) for k in range(len(labels)))
        # A period may begin on the day the last one ends: that is one visit.
        visits = tuple(sorted({start + day for start in starts for day in design.visits}))
    if design.run_in is not None:
        visits = (-design.run_in, *visits)
    parts = {name: getattr(scenario, name) for name in Scenario.model_fields}
    parts["arms"] = arranged_arms(scenario)
    parts["design"] = design.model_copy(update={"visits": visits})
    made = Arranged.model_construct(**parts, starts=starts, given=given)
    return made.remembering(**vars(scenario.background))


def arranged_arms(scenario: Scenario) -> tuple[Arm, ...]:
    """Return the arms people are in, with the doses they get on the trial's own clock.

    In a crossover these are the rotations of the arms, so that every treatment comes once in every
    period; dosing ends with the period. Such arms have the role of a treatment.
    """
    if isinstance(scenario, Arranged):
        return scenario.arms
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


def arm_sizes(scenario: Scenario) -> tuple[int, ...]:
    """Return the number of people planned for each arranged arm: subjects times its ratio."""
    subjects, ratio = scenario.population.subjects, scenario.design.ratio
    return tuple(subjects * ratio(arm.label) for arm in arranged_arms(scenario))


def exact_days(scenario: Scenario) -> tuple[float, ...]:
    """Return the visits that happen on their very day: screening, baseline, starts of periods."""
    arranged = arrange(scenario)
    return tuple(day for day in arranged.design.visits if day <= 0.0 or day in arranged.starts)
