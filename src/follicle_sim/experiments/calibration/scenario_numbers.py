"""The observed numbers a scenario is compared with, and how their errors go together.

Visits of one trial count the same people, a difference shares its arms with other differences, and
hairs of all kinds stand on the same scalps. How much they share is not published; the simulated
people of the same design say it. With u_i(a, p) what person p of arm a moves number i by (the
influence of the delta method, `base/estimates.py`):

    S_ij = sum_a cov_p(u_i(a, p), u_j(a, p)) / n_a          R_ij = S_ij / sqrt(S_ii S_jj)
    C    = diag(se) (R + OWN_ERROR I) diag(se) + S + sum_k sd_k^2 v_k v_k'

se are the published standard errors; S, for the n people simulated, is the error of the simulation
itself; each v_k is something unknown that moves several numbers at once (`shifts`). Where arms hold
the same people, as the halves of a split scalp, u is taken from each person's sum over the arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.types import Floats
from follicle_sim.evidence.normalise import Kind
from follicle_sim.experiments.scoreboard.scoring import drift_of
from follicle_sim.results.by_treatment import by_treatment
from follicle_sim.results.compare import ComparisonRow
from follicle_sim.results.counterparts import Course, course

Row = ComparisonRow

SHARPEST: tuple[Kind, ...] = (
    "difference",
    "percent_difference",
    "change",
    "percent_change",
    "level",
)
"""Of several numbers that tell the same (arm, endpoint, week), the first of these is fitted."""

BASELINE_SD = 100.0
"""How far the baseline of a trial may lie from the simulated one, hairs/cm2 (assumption: any).
The level of a scalp is not what a drug is judged by; with it left open, levels count as changes."""

OWN_ERROR = 0.1
"""Variance that each number has for itself, as a share of its squared standard error (assumption).
In the model a person's gains at two visits are nearly one number. A real count has the day, the
reader and the lotion of its visit, and no fit should hang on the difference of two such counts."""


@dataclass(frozen=True)
class Numbers:
    """The n numbers that are fitted.

    Parameters
    ----------
    rows
        As `compare` gives them.
    value, se
        (n,) observed values and their standard errors, in the unit of each row.
    dropped
        Rows that are not fitted, each with the reason.
    """

    rows: tuple[Row, ...]
    value: Floats
    se: Floats
    dropped: tuple[tuple[Row, str], ...]

    def of(self, rows: Sequence[Row]) -> Floats:
        """Return the simulated counterparts (n,) among the rows of another run."""
        simulated = {_name(row): row.simulated for row in rows}
        return np.array([simulated[_name(row)] for row in self.rows])


def choose_numbers(rows: Sequence[Row]) -> Numbers:
    """Return the rows to fit: each fact once, with an error, where the simulation has an answer."""
    fitted: list[Row] = []
    dropped: list[tuple[Row, str]] = []
    for row in sorted(rows, key=lambda row: SHARPEST.index(row.kind)):
        if reason := _why_unfit(row, fitted):
            dropped.append((row, reason))
        else:
            fitted.append(row)
    fitted.sort(key=rows.index)
    se = [row.observed_se if row.observed_se is not None else row.imputed_se for row in fitted]
    return Numbers(
        rows=tuple(fitted),
        value=np.array([row.observed for row in fitted]),
        se=np.array(se, dtype=np.float64),
        dropped=tuple(dropped),
    )


def _why_unfit(row: Row, fitted: Sequence[Row]) -> str:
    if row.observed_se is None and row.imputed_se is None:
        return "no standard error, published or imputed"
    if row.simulated_se is None or not np.isfinite(row.simulated):
        return "the simulation has no counterpart with an error"
    if row.statistic == "geometric mean":
        return "a geometric mean; its error is not on the same scale"
    if row.statistic == "median":
        return "a median; of it no share of people can be worked out that moves it"
    for other in fitted:
        same_visit = (other.study, other.endpoint, other.week) == (
            row.study,
            row.endpoint,
            row.week,
        )
        if row.control:
            same_arm = (other.arm, other.control) == (row.arm, row.control)
        else:
            same_arm = row.arm in (other.arm, other.control)
        if same_visit and same_arm:
            return f"told by {other.observation} already"
    return ""


def _name(row: Row) -> tuple[str, str, str]:
    return row.observation, row.arm, row.control


def sampling_covariance(dataset: xr.Dataset, rows: Sequence[Row], *, paired: bool) -> Floats:
    """Return S (n, n), the covariance of the simulated counterparts over the people simulated.

    paired : person i is the same in every arm
    """
    data = by_treatment(dataset)
    labels = [str(label) for label in data["arm"].values]
    people = data.sizes["subject"]
    influence = np.zeros((len(rows), len(labels), people))
    for i, row in enumerate(rows):
        simulated = course(data, row.endpoint)
        assert isinstance(simulated, Course)
        visit = simulated.at(row.day)
        assert visit is not None
        base = simulated.reference(row.kind)
        assert base is not None
        figure = simulated.figure(row.kind, row.statistic)
        assert figure is not None
        for label, weight in _weights(row).items():
            a = labels.index(label)
            _, moves = figure(visit[0][a], base[a])
            influence[i, a] += weight * np.nan_to_num(moves)
    if paired:
        influence = influence.sum(axis=1, keepdims=True)
    counts = np.count_nonzero(np.any(influence != 0.0, axis=0), axis=1)
    parts = np.einsum("iap,jap->aij", influence, influence)
    scale = np.maximum(counts * (counts - 1.0), 1.0)
    return np.asarray((parts / scale[:, None, None]).sum(axis=0))


def _weights(row: Row) -> dict[str, float]:
    team = row.arm.split(" + ")
    return dict.fromkeys(team, 1.0 / len(team)) | ({row.control: -1.0} if row.control else {})


def shifts(numbers: Numbers, baseline: Floats, *, drift: bool) -> tuple[Floats, Floats]:
    """Return what the trial itself adds to each number (n,), and its covariance (n, n).

    Two unknowns: the drift that arms of published trials show by themselves (its mean and SD from
    `scoring.toml`; differences of arms are free of it), and where the baseline lies.

    Parameters
    ----------
    baseline
        (n,) the level that a relative change is relative to, in the unit of the endpoint.
    drift
        False leaves the drift out: the model's own trials have none.
    """
    n = len(numbers.rows)
    mean, covariance = np.zeros(n), np.zeros((n, n))
    for study, endpoint in sorted({(row.study, row.endpoint) for row in numbers.rows}):
        of_endpoint = np.array(
            [(row.study, row.endpoint) == (study, endpoint) for row in numbers.rows]
        )
        of_one_arm = of_endpoint & np.array([not row.control for row in numbers.rows])
        level = np.array([row.kind == "level" for row in numbers.rows])
        later = np.array([row.kind != "level" or row.day > 0.0 for row in numbers.rows])
        for arm in sorted({row.arm for row in numbers.rows}):
            baseline_rows = of_endpoint & level & np.array([row.arm == arm for row in numbers.rows])
            covariance += BASELINE_SD**2 * np.outer(baseline_rows, baseline_rows)
        if not drift:
            continue
        drifts = [
            drift_of(endpoint, row.kind, float(start)) if moves else (0.0, 0.0)
            for row, start, moves in zip(numbers.rows, baseline, of_one_arm & later, strict=True)
        ]
        mean += [part for part, _ in drifts]
        sd = np.array([part for _, part in drifts])
        covariance += np.outer(sd, sd)
    return mean, covariance


def baselines_of(dataset: xr.Dataset, rows: Sequence[Row]) -> Floats:
    """Return the simulated mean baseline (n,) of each row's arm and endpoint."""
    data = by_treatment(dataset)
    labels = [str(label) for label in data["arm"].values]
    baselines = []
    for row in rows:
        simulated = course(data, row.endpoint)
        base = simulated.base if isinstance(simulated, Course) else None
        arm = labels.index(row.arm.split(" + ")[0])
        baselines.append(1.0 if base is None else float(np.nanmean(base[arm])))
    return np.array(baselines)


def error_covariance(numbers: Numbers, people: Floats, further: Floats) -> Floats:
    """Return C (n, n) as the head of this module has it.

    Parameters
    ----------
    people
        (n, n) the covariance over people as the trial has them in its arms; R is taken from it.
    more
        (n, n) the error of the simulation, and what else is unknown.
    """
    sd = np.sqrt(np.diag(people))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(np.outer(sd, sd) > 0.0, people / np.outer(sd, sd), 0.0)
    np.fill_diagonal(correlation, 1.0)
    covariance = np.outer(numbers.se, numbers.se) * correlation + further
    covariance[np.diag_indices_from(covariance)] += OWN_ERROR * np.square(numbers.se)
    return np.asarray(covariance)
