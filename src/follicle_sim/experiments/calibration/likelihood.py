"""How likely published numbers are, given what the model says they should have been.

Gaussian, with everything of one trial correlated: visits and variables share people, a difference
shares its control arm with that arm's own change, and each trial moves the changes of all its arms
by one unknown offset (model section 5.8), which is integrated out: it adds its prior mean to the
prediction and a rank-one term to the covariance. Differences are free of it.
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from follicle_sim.base.types import Floats
from follicle_sim.experiments.calibration.targets import Target

OWN_CHANGE = ("control", "treated")
"""Quantities that carry the offset of their trial."""


@dataclass(frozen=True)
class Rules:
    """The assumptions of `likelihood.toml`; offset in hairs/cm2."""

    offset_mean: float
    offset_sd: float
    visits: float  # correlation between visits of one trial
    variables: float  # correlation between variables of one trial


@cache
def load_rules() -> Rules:
    """Return the assumptions that come with the package."""
    text = files(__package__).joinpath("likelihood.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return Rules(
        offset_mean=table["offset"]["mean"],
        offset_sd=table["offset"]["sd"],
        visits=table["correlation_visits"]["value"],
        variables=table["correlation_variables"]["value"],
    )


@dataclass(frozen=True)
class Likelihood:
    """Multivariate normal of n targets around shifted predictions.

    value, shift : (n,) published values, and what the offsets' prior mean adds to predictions;
    covariance : (n, n); whiten : (n, n) turns misfits into uncorrelated ones of variance 1;
    constant : log density of a perfect prediction.
    """

    targets: tuple[Target, ...]
    value: Floats
    shift: Floats
    covariance: Floats
    whiten: Floats
    constant: float

    def residuals(self, predicted: Floats) -> Floats:
        """Return uncorrelated standardised misfits (..., n) of predictions (..., n)."""
        return np.asarray((predicted + self.shift - self.value) @ self.whiten)

    def log_density(self, predicted: Floats) -> Floats:
        """Return the log-likelihood (...,) of predictions (..., n)."""
        white = self.residuals(predicted)
        return np.asarray(self.constant - 0.5 * np.sum(white**2, axis=-1))

    def z(self, predicted: Floats) -> Floats:
        """Return each target's own misfit (..., n) in its own standard errors."""
        gap = predicted + self.shift - self.value
        return np.asarray(gap / np.sqrt(np.diag(self.covariance)))


def make_likelihood(
    targets: Sequence[Target], rules: Rules | None = None, error: Floats | None = None
) -> Likelihood:
    """Return the likelihood of targets.

    Parameters
    ----------
    targets : what was published
    rules : offset and correlations; default those of `likelihood.toml`
    error : (n,) standard deviation of the predictions' own error, such as an emulator's

    Raises
    ------
    ValueError
        If an arm's own change has no baseline density to turn the offset into its unit.
    """
    rules = rules or load_rules()
    se = np.array([target.se for target in targets])
    weight = np.array([_offset_weight(target) for target in targets])
    same = np.array([[a.study == b.study for b in targets] for a in targets])
    covariance = np.outer(se, se) * correlation(targets, rules)
    covariance = covariance + np.where(same, rules.offset_sd**2 * np.outer(weight, weight), 0.0)
    if error is not None:
        covariance = covariance + np.diag(np.square(error))
    root = cholesky(covariance, lower=True)
    return Likelihood(
        targets=tuple(targets),
        value=np.array([target.value for target in targets]),
        shift=weight * rules.offset_mean,
        covariance=covariance,
        whiten=solve_triangular(root, np.eye(len(se)), lower=True).T,
        constant=float(-0.5 * len(se) * math.log(2 * math.pi) - np.log(np.diag(root)).sum()),
    )


def correlation(targets: Sequence[Target], rules: Rules) -> Floats:
    """Return the correlation (n, n) of the sampling errors of targets.

    A product of three correlations, so it is one itself: of visits, of variables, and of arms,
    where a difference of two equal arms goes with each of them by 1/sqrt(2), up or down. Baseline
    levels are taken as unrelated to changes and to each other: their arms hold different people.
    """
    matrix = np.eye(len(targets))
    for i, a in enumerate(targets):
        for j, b in enumerate(targets[:i]):
            if a.study != b.study or "baseline" in (a.quantity, b.quantity):
                continue
            visit = 1.0 if a.week == b.week else rules.visits
            variable = 1.0 if a.variable == b.variable else rules.variables
            matrix[i, j] = matrix[j, i] = visit * variable * _ARMS[a.quantity] @ _ARMS[b.quantity]
    return matrix


_ARMS = {
    "treated": np.array([1.0, 0.0]),
    "control": np.array([0.0, 1.0]),
    "difference": np.array([1.0, -1.0]) / math.sqrt(2.0),
}
"""What each quantity takes of the errors of the two arms."""


def _offset_weight(target: Target) -> float:
    if target.quantity not in OWN_CHANGE:
        return 0.0
    if target.density is None:
        message = f"{target.observation}: an arm's own change needs the trial's baseline density"
        raise ValueError(message)
    return 1.0 / target.density
