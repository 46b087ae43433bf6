"""The scores of people among simulated people, and those of simulated trials among the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.statistics.prediction_errors import (
    Predicted,
    predicted,
    prediction_errors,
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
    """
    laws: dict[tuple[Key, ...], tuple[Predicted, Floats]] = {}
    place: dict[str, int] = {}
    scores, expected, trials = [], [], []
    replicates = len(pool.values)
    for person in people:
        number = place[person.arm] = place.get(person.arm, -1) + 1
        if person.keys not in laws:
            simulated = pool.of(person.keys)
            complete = simulated.reshape(-1, len(person.keys))
            complete = complete[np.isfinite(complete).all(axis=1)]
            laws[person.keys] = predicted(complete), simulated
        law, simulated = laws[person.keys]
        ties = pool.ties(person.code, person.keys, range(replicates + 1))
        scores.append(prediction_errors(law, np.array([person.values]), ties[:1])[0])
        expected.append(law.mean)
        own = np.full((replicates, len(person.keys)), np.nan)
        for trial, rows in enumerate(simulated):
            if np.isfinite(rows[number]).all():
                others = rows[np.isfinite(rows).all(axis=1)]
                tie = ties[trial + 1 : trial + 2]
                own[trial] = prediction_errors(law, rows[number : number + 1], tie, others)[0]
        trials.append(own)
    return scores, expected, np.concatenate(trials, axis=1)
