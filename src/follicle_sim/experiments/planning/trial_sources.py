"""Where virtual trials come from: the simulator, or whatever else can be asked for trials.

Whoever asks about power sees a `TrialSource` only: tests ask a normal law whose power is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import read_trial
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.progress import Parts
from follicle_sim.protocol.baseline.meet import with_baseline
from follicle_sim.protocol.headcount import Headcount, people_of
from follicle_sim.protocol.resolve import resolve
from follicle_sim.results.counterparts import RECIPES
from follicle_sim.results.variables import FURTHER, SUBJECT_VARIABLES
from follicle_sim.results.variables import OF_INSTRUMENTS as EXTRA
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.instrument import unseen
from follicle_sim.simulation.simulate import memory_needed, simulate

PART = 100e6
"""Bytes of results held at a time; more trials are run in parts."""

MOST_TRIALS = 50
"""Trials of a part at most: what Ctrl-C loses."""


@dataclass(frozen=True)
class Trials:
    """R trials of A arms, one endpoint, and the trials of fewer people inside them.

    Parameters
    ----------
    trial
        Values (R, A, S, T) and what is known of people, as an analysis takes them.
    turn
        (R, A, S) when each person came, 0 first: with n people an arm come those whose turn is
        before n times `share`.
    share
        (A,) candidates for one of `n`: the ratio of allocation of the arm; in a stratified trial
        those of all arms, who are allocated as they come.
    people
        By arm and in all, for an n of 1.
    """

    trial: Trial
    turn: NDArray[np.int64]
    share: tuple[int, ...]
    people: Headcount

    def first(self, n: int) -> Trial:
        """Return the trials that n people an arm (times the share) would have made."""
        whole = self.trial
        here = whole.enrolled & (self.turn < n * np.array(self.share)[:, None])
        wide = max(1, int(here.sum(axis=-1).max()))  # people stand in the order they came
        known = {name: values[:, :, :wide] for name, values in whole.known.items()}
        known["enrolled"] = here[..., :wide].astype(np.int8)
        values = np.where(here[..., :wide, None], whole.values[:, :, :wide], np.nan)
        return replace(whole, values=values, known=known)


class TrialSource(Protocol):
    """Whatever can be asked for trials.

    Draws are named: trial r with n people an arm is the same whenever it is asked for, and its
    first m people are the trial with m.
    """

    def draw(self, replicates: range, n: int) -> Trials:
        """Return the trials of these names, with n people an arm (times the arm's share)."""
        ...


@dataclass(frozen=True)
class SimulatedTrials:
    """Trials of a scenario: one replicate is one trial.

    Parameters
    ----------
    scenario
        Its number of subjects and replicates are not used.
    endpoint
        See `endpoint_names`.
    threads
        As for `simulate`.
    parts
        Told how far it is; every draw is a part.
    """

    scenario: Scenario
    endpoint: str
    threads: int | None = None
    parts: Parts | None = field(default=None, compare=False)

    def draw(self, replicates: range, n: int) -> Trials:
        """Return trials; see `TrialSource`."""
        scenario = with_people(self.scenario, self.endpoint, n, len(replicates))
        # every trial has operators of its own, also where a part holds a single trial
        scenario = with_baseline(scenario, part=True)
        data = simulate(
            scenario,
            threads=self.threads,
            progress=None if self.parts is None else self.parts.part(),
            first_replicate=replicates.start,
        )
        trial = read_trial(data, self.endpoint)
        people = np.broadcast_to(np.arange(data.sizes["subject"]), trial.values.shape[:-1])
        one = people_of(scenario, 1)
        share = [size for _, size in one.arms]
        if trial.stratified:
            people = arrival(trial.known["person"])
            share = [one.total] * len(share)
        return Trials(trial, people, tuple(share), one)


def arrival(person: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return when people (R, A, S) of one pool came, over all arms, 0 first.

    Candidates are named in the order they come; where nobody is (-1) comes last.

    Examples
    --------
    >>> arrival(np.array([[[70, 73, 75], [71, 78, -1]]])).tolist()
    [[[0, 2, 3], [1, 4, 5]]]
    """
    names = np.where(person < 0, np.iinfo(np.int64).max, person).reshape(len(person), -1)
    order = np.argsort(names, axis=1, kind="stable")
    turn = np.empty_like(order)
    np.put_along_axis(turn, order, np.arange(names.shape[1])[None], axis=1)
    return turn.reshape(person.shape)


def endpoint_names() -> tuple[str, ...]:
    """Return what can be tested: the endpoints of trials, and every variable measured."""
    recipes = {name for name, recipe in RECIPES.items() if not recipe.factor}
    return tuple(sorted({*recipes, *SUBJECT_VARIABLES, *EXTRA} - set(FURTHER)))


def with_people(scenario: Scenario, endpoint: str, n: int, replicates: int) -> Scenario:
    """Return a scenario with n subjects an arm that keeps only what an endpoint needs."""
    small = with_overrides(scenario, [f"population.subjects={n}"])
    needs = RECIPES[endpoint].needs if endpoint in RECIPES else (endpoint,)
    record = small.record.model_copy(update={"variables": needs, "follicles": False})
    run = small.run.model_copy(update={"replicates": replicates})
    return small.model_copy(update={"record": record, "run": run})


def trials_at_once(scenario: Scenario, endpoint: str, n: int) -> int:
    """Return how many trials are simulated in one part; what they hold does not depend on it."""
    one = with_people(scenario, endpoint, n, 1)
    room = min(PART, scenario.record.memory_limit)
    return max(1, min(MOST_TRIALS, int(room // memory_needed(resolve(one)[0]))))


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
    elif why := unseen(endpoint, scenario.instrument):
        problems.append(Problem("endpoint", why))
    days = np.array(scenario.design.visits)
    if 0.0 not in days:
        problems.append(Problem("design.visits", "no visit at baseline; a change needs one"))
    for week in weeks:
        if not (np.abs(days - 7.0 * week) < 1e-6).any() or week == 0.0:
            known = ", ".join(f"{day / 7:g}" for day in days if day)
            problems.append(Problem("week", f"{week:g} is no visit after baseline; weeks: {known}"))
    if problems:
        raise InputError(scenario.origin, problems)
