"""Where virtual trials come from: the simulator, or a normal law whose answer is known.

Whoever asks about power sees a `TrialSource` only. The second source is there to hold the loop
against textbook formulas: with a known mean and SD, power has a known value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from follicle_sim.codes import SUBJECT_LEVEL, Decision
from follicle_sim.cohort import stream_of
from follicle_sim.endpoints import arm_roles
from follicle_sim.errors import InputError, Problem, did_you_mean
from follicle_sim.numerics import normals
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulate import memory_needed, simulate
from follicle_sim.trials.simulated import RECIPES, course

Floats = NDArray[np.float64]

PART = 100e6
"""Bytes of results held at a time; more trials are run in parts."""

MOST_TRIALS = 50
"""Trials of a part at most: what Ctrl-C loses."""


@dataclass(frozen=True)
class Trials:
    """R trials of A arms: one endpoint of everybody, NaN where nobody was seen.

    Parameters
    ----------
    arms, roles
        (A,) labels and roles.
    share
        (A,) people of an arm for one of `n`: the ratio of allocation.
    paired
        Person i is the same in every arm, as in a split scalp.
    weeks
        (W,) of `now`.
    base
        (R, A, S) at baseline.
    now
        (R, A, S, W).
    """

    arms: tuple[str, ...]
    roles: tuple[str, ...]
    share: tuple[int, ...]
    paired: bool
    weeks: tuple[float, ...]
    base: Floats
    now: Floats

    def first(self, n: int) -> Trials:
        """Return the trials that would have held the first n people (times the share) an arm."""
        keep = n * np.array(self.share)
        wide = int(keep.max())
        absent = np.arange(wide)[None, :] >= keep[:, None]  # (A, S)
        return replace(
            self,
            base=np.where(absent, np.nan, self.base[:, :, :wide]),
            now=np.where(absent[..., None], np.nan, self.now[:, :, :wide]),
        )


class TrialSource(Protocol):
    """Whatever can be asked for trials.

    Draws are named: trial r with n people an arm is the same whenever it is asked for, and its
    first m people are the trial with m.
    """

    def draw(self, replicates: range, n: int) -> Trials:
        """Return the trials of these names, with n people an arm (times the arm's share)."""
        ...


@dataclass(frozen=True)
class GaussianTrials:
    """Changes from baseline that follow a normal law of known mean and SD.

    Parameters
    ----------
    arms, roles
        (A,) labels and roles.
    means
        (A,) mean change of each arm, at every week.
    sd
        SD of a person's change.
    weeks
        When changes are seen.
    level, level_sd
        Mean and SD of the baseline.
    regression
        Correlation of a person's change with the baseline: what ANCOVA takes out.
    shared
        Share of the variance of change that belongs to the person and is equal in all arms; only
        a paired design has any.
    visits
        Correlation of the changes of one person at two weeks.
    """

    arms: tuple[str, ...]
    roles: tuple[str, ...]
    means: tuple[float, ...]
    sd: float
    weeks: tuple[float, ...] = (48.0,)
    level: float = 200.0
    level_sd: float = 40.0
    regression: float = 0.0
    shared: float = 0.0
    visits: float = 0.0
    paired: bool = False
    seed: int = 1

    def draw(self, replicates: range, n: int) -> Trials:
        """Return trials; see `TrialSource`."""
        people = np.arange(n)

        def draws(arm: str, replicate: int, name: int, decision: Decision) -> Floats:
            stream = 0 if not arm else stream_of(arm)
            return normals(self.seed, replicate, stream, people, SUBJECT_LEVEL, name, int(decision))

        size = (len(replicates), len(self.arms), n)
        base, change = np.empty(size), np.empty((*size, len(self.weeks)))
        for i, replicate in enumerate(replicates):
            person = draws("", replicate, 1, Decision.SEVERITY)
            for a, arm in enumerate(self.arms):
                own = "" if self.paired else arm
                start = draws(own, replicate, 0, Decision.FOLLICLE_DENSITY)
                base[i, a] = self.level + self.level_sd * start
                steady = draws(arm, replicate, 0, Decision.PROGRESSION)
                steady = np.sqrt(self.shared) * person + np.sqrt(1.0 - self.shared) * steady
                for w, week in enumerate(self.weeks):
                    luck = draws(arm, replicate, round(1440 * 7 * week), Decision.READER)
                    if len(self.weeks) == 1:
                        luck = steady
                    else:
                        luck = np.sqrt(self.visits) * steady + np.sqrt(1.0 - self.visits) * luck
                    rest = np.sqrt(1.0 - self.regression**2) * luck
                    deviation = self.regression * start + rest
                    change[i, a, :, w] = self.means[a] + self.sd * deviation
        return Trials(
            arms=self.arms,
            roles=self.roles,
            share=(1,) * len(self.arms),
            paired=self.paired,
            weeks=self.weeks,
            base=base,
            now=base[..., None] + change,
        )


Seen = Callable[[int, int], None]
"""Called with people simulated and people in all, of the part under way."""


@dataclass(frozen=True)
class SimulatedTrials:
    """Trials of a scenario: one replicate is one trial.

    Parameters
    ----------
    scenario
        Its number of subjects and replicates are not used.
    endpoint
        See `follicle_sim.trials.simulated.RECIPES`.
    threads, progress
        As for `simulate`.
    """

    scenario: Scenario
    endpoint: str
    threads: int | None = None
    progress: Seen | None = field(default=None, compare=False)

    def draw(self, replicates: range, n: int) -> Trials:
        """Return trials; see `TrialSource`."""
        scenario = sized(self.scenario, self.endpoint, n, len(replicates))
        data = simulate(
            scenario,
            threads=self.threads,
            progress=self.progress,
            first_replicate=replicates.start,
        )
        found = course(data, self.endpoint)
        if isinstance(found, str):
            raise InputError(scenario.title, [Problem("endpoint", found)])
        arms, roles = arm_roles(data)
        # (A, T, R S) -> (R, A, S, T)
        shape = (len(arms), found.days.size, len(replicates), data.sizes["subject"])
        values = np.moveaxis(found.values.reshape(shape), (2, 0, 3, 1), (0, 1, 2, 3))
        later = found.days > 0.0
        return Trials(
            arms=tuple(arms),
            roles=tuple(roles),
            share=(1,) * len(arms),
            paired=str(self.scenario.design.kind) == "split_scalp",
            weeks=tuple(float(day) / 7.0 for day in found.days[later]),
            base=values[..., int(np.flatnonzero(found.days == 0.0)[0])],
            now=values[..., later],
        )


def sized(scenario: Scenario, endpoint: str, n: int, replicates: int) -> Scenario:
    """Return a scenario with n subjects an arm that keeps only what an endpoint needs."""
    small = with_overrides(scenario, [f"population.subjects={n}"])
    record = small.record.model_copy(
        update={"variables": RECIPES[endpoint].needs, "follicles": False}
    )
    run = small.run.model_copy(update={"replicates": replicates})
    return small.model_copy(update={"record": record, "run": run})


def trials_at_once(scenario: Scenario, endpoint: str, n: int) -> int:
    """Return how many trials are simulated in one part; what they hold does not depend on it."""
    one = sized(scenario, endpoint, n, 1)
    room = min(PART, scenario.record.memory_limit)
    return max(1, min(MOST_TRIALS, int(room // memory_needed(one))))


def check_endpoint(scenario: Scenario, endpoint: str, weeks: Sequence[float]) -> None:
    """Refuse an endpoint that nobody measures and weeks at which nobody comes.

    Raises
    ------
    InputError
        With every problem.
    """
    problems = []
    if endpoint not in RECIPES:
        tail = did_you_mean(endpoint, RECIPES)
        problems.append(Problem("endpoint", f'unknown endpoint "{endpoint}"{tail}'))
    days = np.array(scenario.design.visits)
    if 0.0 not in days:
        problems.append(Problem("design.visits", "no visit at baseline; a change needs one"))
    for week in weeks:
        if not (np.abs(days - 7.0 * week) < 1e-6).any() or week == 0.0:
            known = ", ".join(f"{day / 7:g}" for day in days if day)
            problems.append(Problem("week", f"{week:g} is no visit after baseline; weeks: {known}"))
    if problems:
        raise InputError(scenario.title, problems)
