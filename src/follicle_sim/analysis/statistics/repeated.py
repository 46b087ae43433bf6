"""Comparisons over all visits: the mixed model for repeated measures, and a random intercept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.statistics import reml
from follicle_sim.analysis.statistics.effects import Alternative, Effect, Effects, stacked, student
from follicle_sim.analysis.statistics.groups import Group, dust_of
from follicle_sim.analysis.statistics.linear import (
    ALIASED,
    ALIASED_ARM,
    Fitted,
    ancova,
    columns,
    few,
)
from follicle_sim.base.types import Floats


def mmrm(
    treated: Group, control: Group, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Compare changes at one visit, with those at all other visits as a help where it was missed.

    Change on visit x (arm + baseline + covariates), a covariance of any shape within a person,
    restricted maximum likelihood, standard error and degrees of freedom of Kenward and Roger.
    Values missing at random, given what else was seen of the person, do no harm. Where nobody
    misses a visit the answer is that of `ancova`, which is then what is computed.

    NaN with the reason where the trial is too small for the model.
    """
    complete = ancova(treated, control, visit, level, alternative)
    effects = [complete[index] for index in range(len(complete))]
    for index in np.flatnonzero(_misses_some(treated) | _misses_some(control)).tolist():
        effects[index] = _compare_one(
            "mmrm", treated[index], control[index], visit, level, alternative
        )
    return stacked(effects, "mmrm")


def mixed_model(
    treated: Group, control: Group, visit: int, level: float, alternative: Alternative
) -> Effects:
    """As `mmrm` with one variance and one covariance for all visits: a random intercept a person.

    The same estimates as statsmodels' MixedLM (the tests hold them together) with standard errors
    and degrees of freedom of Kenward and Roger, where MixedLM uses the normal law, which is too
    sure of itself in small trials.

    That is right only where visits are exchangeable. Courses of simulated people are not: spread
    grows with time and near visits are more alike than far ones. In simulated trials without an
    effect it found one in 1 to 15 of 100 at a level of 5 %, by how the visits lie (see
    `follicle_sim.analysis.methods.NOT_EXCHANGEABLE`); `mmrm` takes any covariance.
    """
    basis = reml.exchangeable(treated.followed.shape[-1])
    trials = range(len(treated.baseline))
    effects = [
        _compare_one("mixed_model", treated[i], control[i], visit, level, alternative, basis)
        for i in trials
    ]
    return stacked(effects, "mixed_model")


def _misses_some(group: Group) -> NDArray[np.bool_]:
    missing = np.isnan(group.change)
    return np.asarray((missing.any(axis=-1) & ~missing.all(axis=-1)).any(axis=-1))


def _design(treated: Group, control: Group) -> tuple[Floats, Floats, bool]:
    """Return independent columns (n, q), the arm first, and changes (n, V) of those with any.

    The last tells whether the arm is more than a sum of the other columns.
    """
    change = np.concatenate([treated.change, control.change])
    usable = np.concatenate([treated.complete, control.complete]) & np.isfinite(change).any(axis=1)
    arm = np.concatenate([np.ones_like(treated.baseline), np.zeros_like(control.baseline)])
    design = [arm, np.ones_like(arm)]
    fitted = Fitted(usable)
    for column in columns(treated, control):
        rank = fitted.rank
        fitted.adjust_for(column)
        if fitted.rank > rank:
            # Centred, so that sizes of columns do not differ by orders of magnitude.
            middle = column - column[usable].mean()
            design.append(middle / max(float(np.abs(middle[usable]).max()), 1e-300))
    beside = float((fitted.unexplained(arm) ** 2).sum())
    separable = beside > ALIASED**2 * max(float(arm[usable].sum()), 1.0)
    return np.stack(design, axis=1)[usable], change[usable], separable


def _compare_one(
    method: str,
    treated: Group,
    control: Group,
    visit: int,
    level: float,
    alternative: Alternative,
    basis: Floats | None = None,
) -> Effect:
    x, y, separable = _design(treated, control)
    people = (int(x[:, 0].sum()), int(len(x) - x[:, 0].sum()))
    weights = np.zeros((y.shape[1], x.shape[1]))
    weights[visit, 0] = 1.0
    dust = float(dust_of(treated, control))
    if min(people) < 1:
        return Effect.missing(*people, method, few(people, "1 in each arm"))
    if not separable:
        return Effect.missing(*people, method, ALIASED_ARM)
    try:
        numbers = reml.fit(x, y, basis, dust=dust).contrast(weights)
    except reml.NotEstimableError as refusal:
        return Effect.missing(*people, method, str(refusal))
    estimate, se, df = (np.array([number]) for number in numbers)
    counts = (np.array([people[0]]), np.array([people[1]]))
    return student(estimate, se, df, counts, method, level, alternative)[0]
