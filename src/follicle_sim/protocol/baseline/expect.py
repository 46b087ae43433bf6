"""The mean count at the baseline visit that a population is expected to have, without a run.

Everything that moves the mean is in it: natural history before baseline, age, what is given in a
run-in, the season, how people differ and who of them is let in, what the instrument sees and
overlooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.biology.calibre_changes import calibre_changes
from follicle_sim.biology.clock_changes import clock_changes
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.expected_cycle import Lives
from follicle_sim.biology.expected_sight import Limits, Seen, seen_on
from follicle_sim.biology.factors import FactorTable, with_changes
from follicle_sim.biology.forcing import Drive, in_season, integrate
from follicle_sim.biology.severity_map import severity_map
from follicle_sim.biology.signals import Setting
from follicle_sim.biology.strata import fewer_strata, sensitivities
from follicle_sim.pharmacology.exposure import ONE_PERSON, ArmLike, arm_factors, people_differ
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.protocol.baseline.people import EvenPeople, even_people
from follicle_sim.protocol.baseline.reading import mean_counts, reading_spread
from follicle_sim.protocol.follicles import count_follicles
from follicle_sim.protocol.timeline import time_grid
from follicle_sim.scenario.tables.design import Recruitment
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.scenario.tables.population import Population, lead_of

STRATA = 12
"""Classes of sensitivity that stand for all: the mean is the same to 0.1 % at every grade."""

FAR_STEP, NEAR_STEP = 90.0, 29.0
"""Least step of the grid, day, and in the last years before baseline."""


@dataclass(frozen=True)
class Before:
    """What happens to people before baseline, whoever they are.

    Parameters
    ----------
    history, step
        Days, as in a protocol.
    run_in
        Days before baseline of its screening visit; None without one.
    lead
        Days before baseline of the first dose or the screening visit of a run-in.
    recruitment
        When baselines fall in the year.
    arm
        With the doses of a run-in.
    treatments, potencies, factors
        As in a protocol.
    """

    history: float
    step: float
    run_in: float | None
    lead: float
    recruitment: Recruitment | None
    arm: ArmLike
    treatments: Mapping[str, Treatment]
    potencies: Mapping[str, float]
    factors: FactorTable

    def differ(self, potency_cv: float) -> bool:
        """Tell whether the doses give people different levels of factors."""
        return people_differ(self.arm, potency_cv, self.treatments)

    def drive(
        self,
        parameters: Mapping[str, float],
        condition: Condition,
        days: tuple[float, ...],
        potency: Floats | None = None,
    ) -> tuple[Floats, Drive]:
        """Return the grid up to baseline, and what drives people's clocks on it.

        potency : (S,) multiplier of every effect where people differ in what doses do to them;
            then they are drawn, and the drive has one row for each
        """
        grid = time_grid(self.history, 0.0, self.step, self.lead)
        who = ONE_PERSON if potency is None else DrawNames(seed=0, subjects=np.arange(potency.size))
        levels = arm_factors(
            self.arm,
            grid,
            who,
            potency=potency,
            overrides=self.potencies,
            treatments=self.treatments,
            table=self.factors,
        )
        levels = with_changes(levels, condition.signals, grid, self.factors)
        whole = integrate(levels, grid, parameters, self.factors)
        near = 4.0 * YEAR if self.recruitment is not None else YEAR
        # a treatment that began lately makes hairs fall and grow within weeks
        least = self.step if self.arm.doses else NEAR_STEP
        nodes = _thinned(grid, near, days, least)
        return grid[nodes], Drive(
            whole.miniaturisation[:, nodes],
            whole.reversible[:, nodes],
            whole.brake[:, nodes],
            whole.gain[:, nodes],
            whole.log_rho[:, :, nodes],
        )


@dataclass(frozen=True)
class Question:
    """The people whose baseline is asked for, and how they are treated before it and counted."""

    population: Population
    condition: Condition
    instrument: Instrument
    parameters: Mapping[str, float]
    before: Before

    @property
    def screened(self) -> float:
        """Day on which hairs are counted to decide who is let in; 0 where that is not asked."""
        inclusion = self.population.inclusion
        if inclusion is None or inclusion.hair_density is None:
            return 0.0
        return 0.0 - lead_of(inclusion, self.before.run_in)


@dataclass(frozen=True)
class Sample:
    """People who stand for a population at one severity, and what is seen of their follicles."""

    people: EvenPeople
    screening: Seen
    baseline: Seen
    alive: float


def sample_of(question: Question, severity: float | None) -> Sample:
    """Return the people of a population and what is seen of them.

    severity : in place of the population's; None for that
    """
    who, condition = question.population, question.condition
    if severity is not None:
        who = who.model_copy(update={"severity": severity})
    differ = question.before.differ(who.variation["potency"])
    people = even_people(who, condition, question.before.recruitment, differ=differ)
    days = (question.screened, 0.0)
    one = slice(None, None, people.copies)
    potency = people.potency[one] if differ and people.severity.size else None
    grid, drive = question.before.drive(question.parameters, condition, days, potency)
    calendar = None if people.calendar is None else people.calendar[one]
    log_rho = in_season(drive.log_rho, calendar, grid, question.parameters)
    log_rho, shaft = _at_their_age(question, people, grid, log_rho)
    own = sensitivities(condition, question.parameters["sensitivity_shape"])
    own = who.place.sensitivity_of(0) * own
    thinned = severity_map(who.place, condition.grades, who.grades_named)
    sensitivity, weight = fewer_strata(own, STRATA)
    lives = Lives(
        grid=grid,
        severity=thinned.exposure(0, people.severity[one]),
        progression=people.progression[one],
        growth=people.growth[one],
        pace=people.pace[one],
        sensitivity=sensitivity,
        weight=weight,
        drive=Drive(drive.miniaturisation, drive.reversible, drive.brake, drive.gain, log_rho),
        parameters=question.parameters,
        shaft=shaft,
        moved=bool(question.before.arm.doses),
    )
    tool = question.instrument
    limits = Limits(tool.shortest, tool.thinnest, tool.terminal_calibre)
    screening, baseline = (sight.repeated(people.copies) for sight in seen_on(lives, days, limits))
    alive = float(np.exp(condition.slow_loss * grid[0]))
    return Sample(people, screening, baseline, alive)


def _at_their_age(
    question: Question, people: EvenPeople, grid: Floats, log_rho: Floats
) -> tuple[Floats, Floats | None]:
    """Return the log speeds with what follows age added, and the log of the full size of shafts.

    Where people differ in the ages themselves, all are taken at the mean.
    """
    condition, table = question.condition, question.before.factors
    if people.age is None or not condition.follows_age:
        return log_rho, None
    untreated = np.ones((1, len(table.names), grid.size))
    age = people.age[:: people.copies]
    setting = Setting(grid, untreated, table, {}, {}, np.zeros(1), age=age)
    changed = clock_changes(condition.by_age, setting)
    shaft = calibre_changes(condition.calibres, setting)
    return log_rho if changed is None else log_rho + changed, shaft


@dataclass(frozen=True)
class Counted:
    """What is expected to be counted at a baseline visit.

    Parameters
    ----------
    mean
        Hairs per area, cm-2, of those who are let in; NaN where nobody is.
    eligible
        Share of people, 0 to 1, whose hairs meet the criterion, where there is one.
    """

    mean: float
    eligible: float


def mean_baseline(question: Question, sample: Sample, density: float, variable: str) -> float:
    """Return the mean of `count_baseline`."""
    return count_baseline(question, sample, density, variable).mean


def count_baseline(question: Question, sample: Sample, density: float, variable: str) -> Counted:
    """Return what is counted at baseline.

    density : follicles per area, cm-2
    variable : "hair_density" or "terminal_density"
    """
    who, tool, people = question.population, question.instrument, sample.people
    if people.severity.size == 0:
        return Counted(float("nan"), 0.0)
    follicle_density = density * people.density
    number, area = count_follicles(who, follicle_density)
    living = number * sample.alive
    bounds = None if who.inclusion is None else who.inclusion.hair_density
    let_in = np.ones_like(follicle_density)
    luck = let_in
    if bounds is not None:
        share = np.clip(sample.screening.all, 1e-9, 1.0)
        # whose follicles happen to show many hairs shows them two weeks later as well
        luck = np.maximum(0.0, 1.0 + people.luck * np.sqrt((1.0 - share) / (share * living)))
        hairs = luck * sample.screening.all * living, luck * sample.screening.terminal * living
        mean = mean_counts(tool, hairs, living, area)[0] / area
        spread = np.maximum(mean * reading_spread(tool, hairs[0], living, area), 1e-9)
        let_in = ndtr((bounds[1] - mean) / spread) - ndtr((bounds[0] - mean) / spread)
    hairs = luck * sample.baseline.all * living, luck * sample.baseline.terminal * living
    counts = mean_counts(tool, hairs, living, area)[variable == "terminal_density"] / area
    total = float(let_in.sum())
    expected = float((let_in * counts).sum()) / total if total > 1e-6 else float("nan")
    return Counted(expected, total / people.severity.size)


def _thinned(
    grid: Floats, near: float, days: tuple[float, ...], near_step: float = NEAR_STEP
) -> list[int]:
    """Return fewer nodes of a grid, up to baseline, with those of some days among them."""
    last = int(np.searchsorted(grid, -1e-9))
    nodes = [last]
    needed = {int(np.searchsorted(grid, day - 1e-9)) for day in days}
    for node in range(last - 1, -1, -1):
        least = near_step if grid[nodes[-1]] > -near else FAR_STEP
        if node in needed or node == 0 or grid[nodes[-1]] - grid[node] >= least:
            nodes.append(node)
    return nodes[::-1]
