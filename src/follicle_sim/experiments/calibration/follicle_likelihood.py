"""The likelihood of tracked follicles at values of one number of a scenario.

Clocks are the engine's own, of the typical subject of each arm: the number is put in, the doses of
the arm turned into factors and these into clocks, and `biology.path_law` does the rest. No follicle
is drawn, so that the likelihood has no luck in it. People may differ; `fit_follicles` sees to that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.types import Floats
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.biology.path_law import PathLaw, agreement, other_words, path_probability
from follicle_sim.biology.strata import fewer_strata
from follicle_sim.experiments.calibration.follicle_patterns import Patterns
from follicle_sim.experiments.calibration.scenario_runs import setting_of
from follicle_sim.experiments.explain import check_one_area, person_links, typical_scenario
from follicle_sim.experiments.planning.circumstances import known_treatments
from follicle_sim.pharmacology.potencies import potency_parameters
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.resolve import resolve
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.engine.agents.clocks import ANAGEN, GROWN, KENOGEN, TELOGEN
from follicle_sim.simulation.engine.drive import engine_rules

SHIFTS: Mapping[str, int] = {
    "anagen_shift": ANAGEN,
    "telogen_shift": TELOGEN,
    "kenogen_shift": KENOGEN,
}
"""Numbers of no mechanism: what multiplies the duration of a phase in treatment arms from day 0."""

STRATA = 12
"""Kinds of follicles told apart: with all 32 strata no interval moves by a tenth of its width."""

MOST_NODES = 800
"""Steps of the grid: of one day up to two years of follow-up, longer ones beyond."""


def known_numbers(scenario: Scenario) -> dict[str, Any]:
    """Return every biology parameter and potency of a scenario, by name."""
    return dict(potency_parameters(known_treatments(scenario))) | dict(parameter_table())


class FollicleLikelihood:
    """Log-likelihoods of patterns at values of one number, each worked out once.

    Parameters
    ----------
    scenario
        Its arms are those of the patterns.
    name
        A biology parameter, a potency, or one of `SHIFTS`.
    patterns
        By arm.
    misread
        As for `biology.path_law.agreement`.
    """

    def __init__(
        self, scenario: Scenario, name: str, patterns: Sequence[Patterns], misread: float = 0.0
    ) -> None:
        check_one_area(scenario)
        self.scenario, self.name, self.patterns = scenario, name, tuple(patterns)
        used = {word for one in patterns for words in one.words for word in words if word}
        self.misread, self.others = misread, other_words(used)
        self.chances = [self.chance_of(one.words) for one in patterns]
        self.kept: dict[float, list[Floats]] = {}
        self.latest: dict[int, tuple[Any, Any]] = {}

    def chance_of(self, patterns: Sequence[Sequence[str]]) -> Floats:
        """Return the `agreement` (P, V, 5) of each of some patterns of words."""
        return np.stack([agreement(words, self.misread, self.others) for words in patterns])

    def of_patterns(self, value: float) -> list[Floats]:
        """Return the log-likelihood (P,) of every pattern of every arm at a value."""
        if value not in self.kept:
            self.kept[value] = [
                self._of_arm(arm, law, nodes) for arm, (law, nodes) in enumerate(self.laws(value))
            ]
        return self.kept[value]

    def _of_arm(self, arm: int, law: PathLaw, nodes: NDArray[np.int64]) -> Floats:
        """Return the log-likelihood (P,) of an arm; a control's is the same at many values."""
        key = arm, law.reading.tobytes(), law.mean.tobytes(), law.sigma.tobytes()
        if self.latest.get(arm, (None, None))[0] != key:
            with np.errstate(divide="ignore"):
                logs = np.log(path_probability(law, nodes, self.chances[arm]))
            self.latest[arm] = key, logs
        return np.asarray(self.latest[arm][1])

    def of_people(self, value: float) -> Floats:
        """Return the log-likelihood of what was seen of each person."""
        most = max(int(one.person.max()) for one in self.patterns) + 1
        total = np.zeros(most)
        for one, logs in zip(self.patterns, self.of_patterns(value), strict=True):
            # by pattern first: equal terms in any order add up to the same
            counts = np.zeros((most, len(logs)))
            np.add.at(counts, (one.person, one.pattern), 1.0)
            total += np.where(counts > 0.0, counts * np.where(counts > 0.0, logs, 0.0), 0.0).sum(1)
        return total

    def laws(self, value: float) -> list[tuple[PathLaw, NDArray[np.int64]]]:
        """Return what the follicles of every arm follow, and the nodes of its visits."""
        scenario = self.scenario
        if self.name not in SHIFTS:
            setting = setting_of(self.name, value, known_numbers(scenario)[self.name].dimension)
            scenario = with_overrides(scenario, [setting])
        days = tuple(sorted({0.0, *(day for one in self.patterns for day in one.days.tolist())}))
        typical = typical_scenario(scenario, list(scenario.arms), days)
        protocol = resolve(typical)[0]
        arms = {arm.label: arm for arm in protocol.arms}
        laws = []
        for one in self.patterns:
            arm = arms[one.arm]
            shifted = self.name in SHIFTS and arm.role == "treatment"
            laws.append(law_of(protocol, arm, one.days, (self.name, value) if shifted else None))
        return laws


def law_of(
    protocol: Protocol, arm: PlannedArm, days: Floats, shift: tuple[str, float] | None = None
) -> tuple[PathLaw, NDArray[np.int64]]:
    """Return what the follicles of an arm's typical subject follow, and the nodes of some days.

    Parameters
    ----------
    protocol
        Of one subject without spread, up to the last of the days or beyond.
    days : (V,)
        In order.
    shift
        One of `SHIFTS`, and by what the duration is multiplied from day 0 on.

    Raises
    ------
    InputError
        Something attacks, destroys or transplants follicles: the law of paths knows only clocks.
    """
    every = protocol.scalp.sensitivity_of(0) * protocol.sensitivity
    sensitivity, weight = fewer_strata(every, STRATA)
    _, clocks = person_links(protocol, arm, sensitivity)
    if clocks.attacked or clocks.destroyed or arm.surgery:
        message = (
            "something here ends phases before their time, destroys follicles or plants them; "
            "tracked follicles are fitted where the clocks of the cycle alone move them"
        )
        raise InputError(protocol.source.origin, [Problem("population.condition", message)])
    first = float(days[0])
    grown = _read(clocks.grid, clocks.table[GROWN], np.array([first - 1.0, first]))
    hidden = clocks.emergence / np.diff(grown)[:, 0]
    lead = float(np.ceil(hidden.max())) + 1.0
    step = max(1.0, math.ceil((days[-1] - first + lead) / MOST_NODES))
    nodes = np.rint((days - first + lead) / step).astype(np.int64)
    grid = first - lead + step * np.arange(nodes[-1] + 1)
    reading = np.stack(
        [_read(clocks.grid, clocks.table[p], grid) for p in range(KENOGEN + 1)], axis=1
    )
    if shift is not None:
        phase = SHIFTS[shift[0]]
        at_zero = _read(clocks.grid, clocks.table[phase], np.zeros(1))
        later = at_zero + (reading[:, phase] - at_zero) / shift[1]
        reading[:, phase] = np.where(grid > 0.0, later, reading[:, phase])
    rules = engine_rules(protocol.parameters, protocol.instrument)
    steps = np.rint(hidden / step).astype(np.int64)
    return PathLaw(reading, weight, rules.mean, rules.sigma, steps), nodes


def _read(grid: Floats, table: Floats, days: Floats) -> Floats:
    """Return the readings (G, N) of tables (G, T) on some days, extended beyond both ends."""
    out = np.stack([np.interp(days, grid, row) for row in table])
    early, late = (table[:, [1]] - table[:, [0]]) / (grid[1] - grid[0]), table[:, [-1]]
    slope = (late - table[:, [-2]]) / (grid[-1] - grid[-2])
    out = np.where(days < grid[0], table[:, [0]] + early * (days - grid[0]), out)
    return np.where(days > grid[-1], late + slope * (days - grid[-1]), out)
