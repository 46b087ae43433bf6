"""Repeated measures with a covariance of any shape, by restricted maximum likelihood.

The model of a trial in which every column has an effect of its own at every visit:

    y_s = B x_s + e_s,    e_s ~ N(0, Sigma) over V visits, values missing at random

so that people with the same visits missing enter through a few sums, whatever their number. Sigma
is found by Fisher scoring, and only where it exists (`estimable.py`). Standard
errors are enlarged for its being estimated, and degrees of freedom matched, by Kenward and Roger
(1997, Biometrics 53:983, doi:10.2307/2533558); Sigma being linear in its own entries, the terms of
second derivatives vanish. One contrast at a time needs no scaling of the statistic (their section
3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.statistics.estimable import why_not
from follicle_sim.analysis.statistics.groups import DUST
from follicle_sim.analysis.statistics.products import product
from follicle_sim.base.types import Floats

MOST_STEPS = 500

NEAR = 1e-4
"""Squared length of the next step, in standard errors of Sigma, from which on steps are whole: the
slope still says where the maximum lies when rounding hides the rise of the likelihood."""

CLOSE = 1e-12
"""The same at which the search has arrived."""

POLISHED = 1e-21
"""The same at which it ends, so that where it ends does not show in the ninth digit."""

MOST_POLISH = 60

ROUGH = 1e-12
"""Share of the log likelihood by which a step may seem to be worse by rounding alone."""

BOUNDARY = 1e-7
"""A correlation matrix with a smaller eigenvalue stands at the boundary of what it can be, and so
does an information matrix, scaled to a diagonal of 1."""


class NotEstimableError(ValueError):
    """A model without an answer; the message says why."""


@dataclass(frozen=True)
class Patterns:
    """Sums over the people who share a pattern of missing visits: G patterns, V visits, q columns.

    Entries of visits not seen are 0.
    """

    seen: NDArray[np.bool_]  # (G, V)
    people: Floats  # (G,)
    xx: Floats  # (G, q, q)
    yx: Floats  # (G, V, q)
    yy: Floats  # (G, V, V)

    @classmethod
    def of(cls, x: Floats, y: Floats) -> Patterns:
        """Return the sums of people with columns x (n, q) and values y (n, V), NaN missing."""
        observed = np.isfinite(y)
        anyone = observed.any(axis=1)
        x, y, observed = x[anyone], np.where(observed, y, 0.0)[anyone], observed[anyone]
        patterns, pattern_of = np.unique(observed, axis=0, return_inverse=True)
        member = (pattern_of.reshape(-1)[None, :] == np.arange(len(patterns))[:, None]).astype(
            np.float64
        )
        return cls(
            patterns,
            member.sum(axis=1),
            np.einsum("gn,ni,nj->gij", member, x, x, optimize=True),
            np.einsum("gn,nv,nj->gvj", member, y, x, optimize=True),
            np.einsum("gn,nv,nw->gvw", member, y, y, optimize=True),
        )

    def residual(self, beta: Floats) -> Floats:
        """Return sums of squares and products of y - B x, (G, V, V), for B (V, q)."""
        b = beta[None, :, :] * self.seen[:, :, None]
        cross = self.yx @ b.transpose(0, 2, 1)
        return self.yy - cross - cross.transpose(0, 2, 1) + b @ self.xx @ b.transpose(0, 2, 1)


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Parameters
    ----------
    beta : (V, q)
    sigma : (V, V)
    log_likelihood
        Restricted, or full in a fit by maximum likelihood, with its constant.
    """

    beta: Floats
    sigma: Floats
    log_likelihood: float
    _state: _State

    def contrast(self, weights: Floats) -> tuple[float, float, float]:
        """Return estimate, Kenward-Roger standard error and df of sum(weights * B)."""
        return self._state.contrast(weights)


class _State:
    """Everything that depends on Sigma."""

    def __init__(self, data: Patterns, sigma: Floats, basis: Floats, restricted: bool) -> None:
        self.data, self.sigma, self.basis, self.restricted = data, sigma, basis, restricted
        visits, q = data.yx.shape[1:]
        seen_pairs = data.seen[:, :, None] & data.seen[:, None, :]
        # A 1 on the diagonal of a visit not seen makes the padded matrix invertible.
        padded = np.where(seen_pairs, sigma, 0.0) + np.eye(visits) * ~data.seen[:, :, None]
        root = np.linalg.cholesky(padded)
        self.inverse = np.where(seen_pairs, np.linalg.inv(padded), 0.0)  # (G, V, V)
        groups = len(data.people)
        precision = product(self.inverse.reshape(groups, -1).T, data.xx.reshape(groups, -1))
        precision = precision.reshape(visits, visits, q, q).transpose(0, 2, 1, 3)
        precision = precision.reshape(visits * q, visits * q)
        xroot = np.linalg.cholesky(precision)
        self.phi = np.linalg.inv(precision)
        right = np.einsum("gvw,gwj->vj", self.inverse, data.yx, optimize=True)
        self.beta = (self.phi @ right.reshape(-1)).reshape(visits, q)
        self.residual = data.residual(self.beta)
        log_det = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        total = float(data.people @ log_det)
        total += float((self.inverse * self.residual).sum())
        count = float((data.people[:, None] * data.seen).sum())
        if restricted:
            total += 2 * float(np.log(np.diagonal(xroot)).sum())
            count -= visits * q
        self.log_likelihood = -0.5 * (total + count * np.log(2 * np.pi))
        blocks = self.phi.reshape(visits, q, visits, q)
        # K_g[v, w] = tr(Phi block (w, v) times xx_g)
        self.kernel = np.einsum("viwj,gij->gvw", blocks, data.xx, optimize=True)

    def score(self) -> Floats:
        """Return the derivative by each entry of Sigma taken as free, (V, V)."""
        a = self.inverse
        inner = a @ self.residual @ a - self.data.people[:, None, None] * a
        if self.restricted:
            inner = inner + a @ self.kernel @ a
        return np.asarray(0.5 * inner.sum(axis=0))

    def step(self) -> tuple[Floats, float]:
        """Return the next step of Sigma, (V, V), and its squared length in standard errors."""
        score = self.basis.T @ self.score().reshape(-1)
        step = np.linalg.solve(self.information, score)
        return (self.basis @ step).reshape(self.sigma.shape), float(score @ step)

    @cached_property
    def information(self) -> Floats:
        """The expected information of the parameters of Sigma, (m, m)."""
        a, people, basis = self.inverse, self.data.people, self.basis
        size = a.shape[1] ** 2
        first = people[:, None, None] * a
        if self.restricted:
            first = first - 2.0 * (a @ self.kernel @ a)
        information = product(product(basis.T, cross_products(first, a).reshape(size, size)), basis)
        if self.restricted:
            moved = self.phi @ self.moved  # (m, Vq, Vq)
            flat = moved.reshape(len(moved), -1)
            information += product(flat, moved.transpose(0, 2, 1).reshape(len(moved), -1).T)
        return np.asarray(0.25 * (information + information.T))

    @cached_property
    def moved(self) -> Floats:
        """The derivative of the precision of B by each parameter of Sigma, (m, Vq, Vq)."""
        a, basis, m = self.inverse, self.basis, self.basis.shape[1]
        visits, q = self.data.yx.shape[1:]
        full = np.empty((visits, q, visits, q, m))
        for i in range(q):
            for j in range(i, q):
                # sum over g of xx_g[i, j] A_g E A_g for every E of the basis at once
                weighted = self.data.xx[:, i, j, None, None] * a
                block = product(cross_products(weighted, a).reshape(visits**2, visits**2), basis)
                block = block.reshape(visits, visits, m)
                full[:, i, :, j] = full[:, j, :, i] = block
        return np.asarray(-np.moveaxis(full, -1, 0).reshape(m, visits * q, visits * q))

    def contrast(self, weights: Floats) -> tuple[float, float, float]:
        """Return estimate, adjusted standard error and df; see the module's docstring."""
        a, xx, basis = self.inverse, self.data.xx, self.basis
        visits, q = self.data.yx.shape[1:]
        c = weights.reshape(-1)
        d = (self.phi @ c).reshape(visits, q)
        plain = float(c @ d.reshape(-1))
        covariance = np.linalg.inv(inside(self.information, FLAT))
        moved = self.moved @ d.reshape(-1)  # (m, Vq)
        slope = moved @ d.reshape(-1)  # derivative of c' Phi c with its sign turned
        # d' Q_ij d with Q_ij = sum_g X' A E_i A E_j A X
        outer = a @ (d @ xx @ d.T) @ a
        quadratic = cross_products(outer, a).reshape(visits**2, visits**2)
        quadratic = product(product(basis.T, quadratic), basis)
        product_term = moved @ self.phi @ moved.T
        adjusted = plain + 2.0 * float(
            (covariance * (0.5 * (quadratic + quadratic.T) - product_term)).sum()
        )
        df = 2.0 * plain**2 / float(slope @ covariance @ slope)
        return float(c @ self.beta.reshape(-1)), float(np.sqrt(max(adjusted, plain))), df


def cross_products(first: Floats, second: Floats) -> Floats:
    """Return the sum over g of first_g[a, c] second_g[b, d], as an array [a, b, c, d]."""
    count, visits = first.shape[:2]
    sums = product(first.reshape(count, -1).T, second.reshape(count, -1))
    return sums.reshape((visits,) * 4).transpose(0, 2, 1, 3)


def unstructured(visits: int) -> Floats:
    """Return what each entry of a symmetric Sigma stands for, (V * V, V (V + 1) / 2)."""
    first, second = np.triu_indices(visits)
    basis = np.zeros((visits, visits, first.size))
    at = np.arange(first.size)
    basis[first, second, at] = 1.0
    basis[second, first, at] = 1.0
    return basis.reshape(visits**2, first.size)


def exchangeable(visits: int) -> Floats:
    """Return one variance and one covariance for all visits, as a random intercept gives, (V*V, 2).

    The covariance may be negative, which a random intercept's variance may not.
    """
    diagonal = np.eye(visits).reshape(-1)
    return np.stack([diagonal, 1.0 - diagonal], axis=1) if visits > 1 else diagonal[:, None]


def fit(
    x: Floats,
    y: Floats,
    basis: Floats | None = None,
    *,
    restricted: bool = True,
    dust: float | None = None,
) -> Fit:
    """Fit the model to people with columns x (n, q) and values y (n, V), NaN where missing.

    Parameters
    ----------
    x
        Independent columns, without missing values.
    y
        People without any value are left out.
    basis
        What each parameter of Sigma stands for, (V * V, m): `exchangeable`; default: any shape.
    restricted
        False for plain maximum likelihood, as some published examples have it.
    dust
        A difference between values that is still rounding; default: `DUST` of the largest.

    Raises
    ------
    NotEstimableError
        Some mean or covariance cannot be estimated from these people, or only at its boundary.
    """
    visits = y.shape[1]
    shared = basis is not None
    sizes = np.where(np.isfinite(y), np.abs(y), 0.0).max(initial=0.0)
    why = why_not(x, y, DUST * sizes if dust is None else dust, exchangeable=shared)
    if why:
        raise NotEstimableError(why)
    if basis is None:
        basis = unstructured(visits)
    start = basis @ np.linalg.lstsq(basis, _first_guess(x, y).reshape(-1), rcond=None)[0]
    state = _State(Patterns.of(x, y), start.reshape(visits, visits), basis, restricted)
    inside(state.information, FLAT)
    for _ in range(MOST_STEPS):
        step, gap = state.step()
        if gap < NEAR:
            state, gap = _polish(state, step, gap)
            if gap < CLOSE:
                inside(state.sigma, EDGE)
                inside(state.information, FLAT)
                return Fit(state.beta, state.sigma, state.log_likelihood, state)
            step, gap = state.step()
        state, better = _step_along(state, step)
        if not better or _correlation_floor(state.sigma) < BOUNDARY:
            break
    raise NotEstimableError(EDGE)


EDGE = (
    "too few people: the spread that fits best lies at the boundary of what a covariance can be "
    "(visits that go together without fail), where no standard error holds"
)
FLAT = "too few people: what they show does not tell the spread of one visit from another's"


def inside(matrix: Floats, why: str) -> Floats:
    """Return a covariance or information matrix that lies inside its boundary; refuse others.

    Raises
    ------
    NotEstimableError
        With the reason given.
    """
    if _correlation_floor(matrix) < BOUNDARY:
        raise NotEstimableError(why)
    return matrix


def _correlation_floor(matrix: Floats) -> float:
    """Return the smallest eigenvalue of a symmetric matrix scaled to a diagonal of 1."""
    size = np.diagonal(matrix)
    if not (size > 0.0).all():
        return -1.0
    root = np.sqrt(size)
    return float(np.linalg.eigvalsh(matrix / np.outer(root, root))[0])


def _polish(state: _State, step: Floats, gap: float) -> tuple[_State, float]:
    """Return the state after whole steps, as long as each brings it nearer to the maximum."""
    for _ in range(MOST_POLISH):
        if gap < POLISHED:
            break
        try:
            tried = _State(state.data, state.sigma + step, state.basis, state.restricted)
            further, next_gap = tried.step()
        except np.linalg.LinAlgError:
            break
        if not 0.0 <= next_gap < gap:
            break
        state, step, gap = tried, further, next_gap
    return state, gap


def _step_along(state: _State, step: Floats) -> tuple[_State, bool]:
    """Return the first state along a step, halved until it is better, and whether one was."""
    for halving in range(30):
        moved = state.sigma + step * 0.5**halving
        try:
            tried = _State(state.data, moved, state.basis, state.restricted)
        except np.linalg.LinAlgError:
            continue
        if tried.log_likelihood >= state.log_likelihood - ROUGH * abs(state.log_likelihood):
            return tried, True
    return state, False


def _first_guess(x: Floats, y: Floats) -> Floats:
    """Return a covariance to start from: variances as seen, half of each shared."""
    variances = np.empty(y.shape[1])
    for visit, column in enumerate(y.T):
        present = np.isfinite(column)
        residuals = (
            column[present]
            - x[present] @ np.linalg.lstsq(x[present], column[present], rcond=None)[0]
        )
        variances[visit] = float(residuals @ residuals) / max(present.sum() - x.shape[1], 1)
    root = np.sqrt(variances)
    return np.asarray(np.outer(root, root) * (0.5 + 0.5 * np.eye(root.size)))
