"""Trials of a normal law: with a known mean and SD, power has a known value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.trial import Trial
from follicle_sim.base.codes import Decision
from follicle_sim.base.numerics import normals
from follicle_sim.base.types import Floats
from follicle_sim.experiments.planning.trial_sources import Trials
from follicle_sim.protocol.headcount import Headcount
from follicle_sim.protocol.streams import stream_of


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
        people, names = np.arange(n), np.array(replicates)[:, None]

        def draws(arm: str, name: int, decision: Decision) -> Floats:
            # (R, n); the trial takes the place of the follicle in the name: all in one call
            stream = 0 if not arm else stream_of(arm)
            return normals(self.seed, 0, stream, people, names, name, int(decision))

        size = (len(replicates), len(self.arms), n)
        base, change = np.empty(size), np.empty((*size, len(self.weeks)))
        person = draws("", 1, Decision.SEVERITY)
        for a, arm in enumerate(self.arms):
            start = draws("" if self.paired else arm, 0, Decision.FOLLICLE_DENSITY)
            base[:, a] = self.level + self.level_sd * start
            steady = draws(arm, 0, Decision.PROGRESSION)
            steady = np.sqrt(self.shared) * person + np.sqrt(1.0 - self.shared) * steady
            for w, week in enumerate(self.weeks):
                luck = steady
                if len(self.weeks) > 1:
                    luck = draws(arm, round(1440 * 7 * week), Decision.READER)
                    luck = np.sqrt(self.visits) * steady + np.sqrt(1.0 - self.visits) * luck
                rest = np.sqrt(1.0 - self.regression**2) * luck
                deviation = self.regression * start + rest
                change[:, a, :, w] = self.means[a] + self.sd * deviation
        trial = Trial(
            arms=self.arms,
            roles=self.roles,
            endpoint="hair_density",
            unit="cm-2",
            kind="split_scalp" if self.paired else "parallel",
            days=np.array([0.0, *(7.0 * week for week in self.weeks)]),
            values=np.concatenate([base[..., None], base[..., None] + change], axis=-1),
            known={},
            periods=(),
            switch=float("nan"),
            seed=self.seed,
        )
        each = tuple((arm, 1) for arm in self.arms)
        one = Headcount(each, 1 if self.paired else len(each), trial.kind)
        return Trials(trial, np.broadcast_to(people, size), (1,) * len(self.arms), one)
