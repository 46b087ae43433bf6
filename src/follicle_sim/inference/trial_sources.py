"""Where virtual trials come from: the simulator, or a normal law whose answer is known.

Whoever asks about power sees a `TrialSource` only. The second source is there to hold the loop
against textbook formulas: with a known mean and SD, power has a known value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.codes import SUBJECT_LEVEL, Decision
from follicle_sim.cohort import stream_of
from follicle_sim.dataset import SUBJECT_VARIABLES
from follicle_sim.endpoints import arm_roles, people_last
from follicle_sim.errors import InputError, Problem, did_you_mean
from follicle_sim.instrument import MEANING as EXTRA
from follicle_sim.instrument import unseen
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
    turn
        (R, A, S) when each person came, 0 first: with n people an arm come those whose turn is
        before n times `share`.
    share
        (A,) candidates for one of `n`: the ratio of allocation of the arm; in a stratified trial
        those of all arms, who are allocated as they come.
    weeks
        (W,) of `now`.
    base
        (R, A, S) at baseline.
    now
        (R, A, S, W).
    """

    arms: tuple[str, ...]
    roles: tuple[str, ...]
    turn: NDArray[np.int64]
    share: tuple[int, ...]
    weeks: tuple[float, ...]
    base: Floats
    now: Floats

    def first(self, n: int) -> Trials:
        """Return the trials that n people an arm (times the share) would have made."""
        here = self.turn < n * np.array(self.share)[:, None]
        wide = max(1, int(here.sum(axis=-1).max()))  # people stand in the order they came
        here = here[..., :wide]
        return replace(
            self,
            base=np.where(here, self.base[..., :wide], np.nan),
            now=np.where(here[..., None], self.now[..., :wide, :], np.nan),
            turn=self.turn[..., :wide],
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
            turn=np.broadcast_to(people, size),
            share=(1,) * len(self.arms),
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
        See `endpoint_names`.
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
        values, days = endpoint_values(data, self.endpoint)
        arms, roles = arm_roles(data)
        people = np.broadcast_to(np.arange(data.sizes["subject"]), values.shape[:-1])
        share = [getattr(scenario.design, "ratio", lambda _: 1)(arm) for arm in arms]
        if getattr(scenario.design, "stratify", None) is not None:
            names = (
                data["person"]
                if "replicate" in data.dims
                else data["person"].expand_dims("replicate")
            )
            people = names.transpose("replicate", "arm", "subject").values % 2**32
            share = [sum(share)] * len(arms)
        later = days > 0.0
        return Trials(
            arms=tuple(arms),
            roles=tuple(roles),
            turn=people,
            share=tuple(share),
            weeks=tuple(float(day) / 7.0 for day in days[later]),
            base=values[..., int(np.flatnonzero(days == 0.0)[0])],
            now=values[..., later],
        )


def endpoint_values(data: xr.Dataset, endpoint: str) -> tuple[Floats, Floats]:
    """Return an endpoint of a dataset (R, A, S, T) and the days of its visits (T,).

    Raises
    ------
    InputError
        If the dataset does not hold it.
    """
    days = np.asarray(data["time"].values, dtype=np.float64)
    if endpoint in RECIPES:
        found = course(data, endpoint)
        if isinstance(found, str):
            raise InputError("power", [Problem("endpoint", found)])
        values = found.values
    else:
        values = people_last(data[endpoint], "arm", "time")
    shape = (*values.shape[:2], data.sizes.get("replicate", 1), data.sizes["subject"])
    return np.moveaxis(values.reshape(shape), (2, 0, 3, 1), (0, 1, 2, 3)), days


def endpoint_names() -> tuple[str, ...]:
    """Return what can be tested: the endpoints of trials, and every variable measured."""
    return tuple(sorted({*RECIPES, *SUBJECT_VARIABLES, *EXTRA} - {"phase_count"}))


def _in_blood(endpoint: str) -> bool:
    """Tell whether an endpoint is a factor's level, which no hair instrument measures."""
    return endpoint in RECIPES and bool(RECIPES[endpoint].factor)


def sized(scenario: Scenario, endpoint: str, n: int, replicates: int) -> Scenario:
    """Return a scenario with n subjects an arm that keeps only what an endpoint needs."""
    small = with_overrides(scenario, [f"population.subjects={n}"])
    needs = RECIPES[endpoint].needs if endpoint in RECIPES else (endpoint,)
    record = small.record.model_copy(update={"variables": needs, "follicles": False})
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
    if endpoint not in endpoint_names():
        tail = did_you_mean(endpoint, endpoint_names())
        problems.append(Problem("endpoint", f'unknown endpoint "{endpoint}"{tail}'))
    elif why := "" if _in_blood(endpoint) else unseen(endpoint, scenario.instrument):
        problems.append(Problem("endpoint", why))
    days = np.array(scenario.design.visits)
    if 0.0 not in days:
        problems.append(Problem("design.visits", "no visit at baseline; a change needs one"))
    for week in weeks:
        if not (np.abs(days - 7.0 * week) < 1e-6).any() or week == 0.0:
            known = ", ".join(f"{day / 7:g}" for day in days if day)
            problems.append(Problem("week", f"{week:g} is no visit after baseline; weeks: {known}"))
    if problems:
        raise InputError(scenario.title, problems)
