"""Multiple imputation by jumping to the reference, and pooling by Rubin's rules.

Whoever leaves the treated arm is taken to do from then on as the control arm does, given what was
seen of them before (Carpenter, Roger and Kenward 2013, J Biopharm Stat 23:1352,
doi:10.1080/10543406.2013.834911). Values missed in between, and those of controls, follow the
person's own arm. Parameters of the normal law behind it are redrawn for every imputation by fitting
people drawn with replacement within arms (Honaker and King 2010,
doi:10.1111/j.1540-5907.2010.00447.x). Rubin's standard error is known to be cautious here, because
the models that impute and that analyse differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.imputation_law import draw_law, impute
from follicle_sim.analysis.methods import compare_groups, compare_many
from follicle_sim.analysis.statistics import reml
from follicle_sim.analysis.statistics.effects import Alternative, Effect, Effects, refuse, student
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.base.codes import Decision
from follicle_sim.base.numerics import normals
from follicle_sim.base.types import Flags, Floats

POOLED = ("t_test", "welch", "ancova", "mmrm", "mixed_model")
"""Methods with a standard error to pool, that compare two arms."""


@dataclass(frozen=True)
class Imputations:
    """How many imputations, at least 2, and what names their draws."""

    number: int
    seed: int
    replicate: int
    stream: int


def jump_to_reference(
    method: str,
    treated: Group,
    control: Group,
    imputations: Imputations,
    *,
    level: float = 0.95,
    alternative: Alternative = "two_sided",
    left: Flags | None = None,
    names: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> Effect:
    """Compare two groups of one trial after many imputations.

    Parameters
    ----------
    method
        One of `POOLED`.
    treated, control
        Arrays (n,) and (n, V).
    level, alternative
        As for `compare_groups`.
    left : (n,)
        Who of the treated left; default: whoever was not seen at the last visit.
    names : (n,), (m,)
        Numbers of the people, negative for nobody; default: their places. Draws belong to the place
        of a person by this number, so that the order of the rows changes nothing.

    Returns
    -------
    Effect
        NaN with the reason where the law that imputes cannot be fitted.

    Raises
    ------
    InputError
        A method without a standard error.
    """
    if method not in POOLED:
        allowed = ", ".join(POOLED)
        raise refuse("missing", f"jump_to_reference needs a standard error: one of {allowed}")
    if names is not None:
        orders = [_by_name(numbers) for numbers in names]
        treated, control = treated.of(orders[0]), control.of(orders[1])
        left = None if left is None else left[orders[0]]
    groups = (treated, control)
    values = np.concatenate([np.column_stack([g.baseline, g.followed]) for g in groups])
    arm = np.repeat([1.0, 0.0], [len(group.baseline) for group in groups])
    has_baseline = np.isfinite(values[:, 0])
    if np.isfinite(values[has_baseline]).all():
        return compare_groups(method, treated, control, level=level, alternative=alternative)
    gone = np.ones(len(values), dtype=bool)
    if left is not None:
        gone[: len(left)] = left
    why = _why_not(values[has_baseline], arm[has_baseline])
    completed = None if why else _fill_gaps(values, arm, gone, imputations)
    if completed is None:
        people = (int((arm * has_baseline).sum()), int(((1 - arm) * has_baseline).sum()))
        return Effect.missing(*people, method, why or DRAWN_AGAIN)
    n = len(treated.baseline)
    effects = compare_many(
        method,
        _group_of(completed[:, :n], treated.covariates),
        _group_of(completed[:, n:], control.covariates),
        level=level,
    )
    return pooled(effects, level, alternative)


def _fill_gaps(values: Floats, arm: Floats, gone: Flags, imputations: Imputations) -> Floats | None:
    """Return the values (M, n, T) without gaps; None where people drawn again give no law."""
    has_baseline = np.isfinite(values[:, 0])
    completed = np.empty((imputations.number, *values.shape))
    keys = (imputations.seed, imputations.replicate, imputations.stream)
    people, visits = np.arange(len(values))[:, None], np.arange(values.shape[1])[None, :]
    for m in range(imputations.number):
        law = draw_law(values[has_baseline], arm[has_baseline], (*keys, m))
        if law is None:
            return None
        z = normals(*keys, people, m, visits, int(Decision.IMPUTATION))
        completed[m] = impute(values, arm, *law, z, gone)
    return completed


def _group_of(values: Floats, covariates: Floats | None) -> Group:
    """Return the people (M, n, T) of an arm as groups, the same covariates in each imputation."""
    if covariates is not None:
        covariates = np.broadcast_to(covariates, (len(values), *covariates.shape))
    return Group(values[..., 0], values[..., 1:], covariates)


DRAWN_AGAIN = (
    "too few people: imputation draws them with replacement, and the people drawn do not give its "
    "covariances"
)


def _by_name(names: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the order of people by number, places without anybody last."""
    return np.lexsort((names, names < 0))


def _why_not(values: Floats, arm: Floats) -> str:
    """Return why the law behind imputation cannot be fitted, "" where it can."""
    try:
        reml.fit(np.column_stack([arm, np.ones_like(arm)]), values)
    except reml.NotEstimableError as refusal:
        return f"to impute what is missing: {refusal}"
    return ""


def pooled(effects: Effects, level: float, alternative: Alternative) -> Effect:
    """Return one effect from those of M imputations.

    Rubin's rules with the degrees of freedom of Barnard and Rubin (1999, Biometrika 86:948).
    """
    m = len(effects)
    estimate = effects.estimate.mean()
    within = (effects.se**2).mean()
    between = effects.estimate.var(ddof=1)
    total = within + (1 + 1 / m) * between
    if not math.isfinite(total):
        why = next((reason for reason in effects.why.tolist() if reason), "too few people")
        return Effect.missing(
            int(effects.n_treated[0]), int(effects.n_control[0]), effects.method, why
        )
    complete = effects.df.mean()
    df = complete
    if between > 0.0:
        share = (1 + 1 / m) * between / total
        large_sample_df = (m - 1) / share**2
        observed_df = (complete + 1) / (complete + 3) * complete * (1 - share)
        df = 1 / (1 / large_sample_df + 1 / observed_df)
    people = (effects.n_treated[:1], effects.n_control[:1])
    numbers = (np.array([estimate]), np.array([math.sqrt(total)]), np.array([df]))
    return student(*numbers, people, effects.method, level, alternative)[0]
