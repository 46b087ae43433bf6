"""The scores of people among simulated people, and those of simulated trials among the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.statistics.prediction_errors import (
    predicted,
    prediction_errors,
    trial_errors,
)
from follicle_sim.base.codes import Decision
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Floats
from follicle_sim.experiments.planning.npde_people import Key, Person
from follicle_sim.pharmacology.dosing import minutes, word


@dataclass(frozen=True)
class Pool:
    """Simulated values (R, A, S, T) of an endpoint, and what names the draws of ties."""

    values: Floats
    days: Floats
    arms: Sequence[str]
    seed: int

    def of(self, keys: Sequence[Key]) -> Floats:
        """Return what simulated people show at arms and days, (R, S, n)."""
        index = {day: number for number, day in enumerate(self.days.tolist())}
        columns = [self.values[:, self.arms.index(arm), :, index[day]] for arm, day in keys]
        return np.stack(columns, axis=-1)

    def ties(self, code: str, keys: Sequence[Key], trials: Sequence[int]) -> Floats:
        """Return the draws (R, n) that part equal values of a person, by code, arm and day."""
        arms = np.array([word(arm) for arm, _ in keys], dtype=np.uint32)
        visits = minutes(np.array([day for _, day in keys]))[0]
        names = np.asarray(trials, dtype=np.uint32)[:, None]
        decision = int(Decision.PREDICTION_TIE)
        return uniforms(self.seed, 0, names, word(code), arms, visits, decision)


def scores_of(pool: Pool, people: Sequence[Person]) -> tuple[list[Floats], list[Floats], Floats]:
    """Return scores and expectations of each person, and the scores (R, N) of trials like theirs.

    In each simulated trial the people who stand for the observed ones are seen at the same visits.

    Raises
    ------
    ValueError
        As `predicted`.
    """
    alike: dict[tuple[Key, ...], list[tuple[int, int]]] = {}
    place: dict[str, int] = {}
    for index, person in enumerate(people):
        number = place[person.arm] = place.get(person.arm, -1) + 1
        alike.setdefault(person.keys, []).append((index, number))
    replicates = len(pool.values)
    scores: list[Floats] = [np.zeros(0)] * len(people)
    expected: list[Floats] = [np.zeros(0)] * len(people)
    trials: list[Floats] = [np.zeros((replicates, 0))] * len(people)
    for keys, members in alike.items():
        simulated = pool.of(keys)
        complete = simulated.reshape(-1, len(keys))
        law = predicted(complete[np.isfinite(complete).all(axis=1)])
        # the first draw of a person is its own, the others are those of who stands for it
        draws = [pool.ties(people[index].code, keys, range(replicates + 1)) for index, _ in members]
        ties = np.stack(draws, axis=1)
        values = np.array([people[index].values for index, _ in members])
        own = prediction_errors(law, values, ties[0])
        of_trials = trial_errors(law, simulated, [number for _, number in members], ties[1:])
        for row, (index, _) in enumerate(members):
            scores[index], expected[index] = own[row], law.mean
            trials[index] = of_trials[:, row]
    return scores, expected, np.concatenate(trials, axis=1)
