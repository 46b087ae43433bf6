"""The profile interval of a potency holds the truth as often as it says.

Trials are simulated with a known potency, reduced to what a paper prints (means and standard errors
of changes, by arm and visit), and the potency is fitted to each. Counted is how often the 90 %
interval holds the truth; of 200 trials between 85 and 95 % is what chance allows.
"""

from dataclasses import replace

import numpy as np
import pytest
from comparison_rows import ROW
from scipy.interpolate import PchipInterpolator
from scipy.linalg import cholesky, solve_triangular

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.experiments.calibration.profile_search import Law, find_profile, limit_of
from follicle_sim.experiments.calibration.scenario_numbers import (
    Numbers,
    error_covariance,
    sampling_covariance,
    shifts,
)

NAME = "potency_exosomes_adipose_microneedling"
TRUTH = 1.5
TRIALS = 200
WEEKS = (12.0, 24.0)
TEXT = """
schema_version = 1
title = "a trial of known potency"
[population]
subjects = 20
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "aga_male"
spread = { follicle_density = 0.2, severity = 0.3, potency = 0.5 }
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 4
[[arms]]
label = "control"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks"]
[run]
history = "60 days"
seed = 4321
"""
GRID = np.array([0.0, 0.3, 0.7, 1.1, 1.5, 2.0, 3.0, 5.0, 10.0, 50.0])


def changes(data):
    """Return the change of each person, (..., arm, week, subject)."""
    gain = data.hair_density - data.hair_density.sel(time=0.0)
    gain = gain.sel(time=[7.0 * week for week in WEEKS])
    return gain.transpose(..., "arm", "time", "subject").values


def answers(kind, drift_sd=0.0):
    """Return the intervals of many trials of one design, and whether each was closed above."""
    told = with_overrides(parse_scenario(TEXT), [f'design.kind="{kind}"'])
    trials = simulate(with_overrides(told, [f"run.replicates={TRIALS}", f"biology.{NAME}={TRUTH}"]))
    steady = with_overrides(told, ["population.subjects=400", "run.seed=77"])
    if kind == "parallel":
        steady = with_overrides(steady, ['design.kind="counterfactual"'])
    runs = [simulate(with_overrides(steady, [f"biology.{NAME}={each}"])) for each in GRID]
    means = np.array([changes(run).mean(axis=-1).ravel() for run in runs])
    curve = PchipInterpolator(GRID, means)
    rows = [
        replace(ROW, observation=f"{arm} {week:g}", arm=arm, week=week, day=7.0 * week)
        for arm in ("exosomes", "control")
        for week in WEEKS
    ]
    middle = runs[list(GRID).index(TRUTH)]
    people = sampling_covariance(middle, rows, paired=kind == "split_scalp")
    own = sampling_covariance(middle, rows, paired=True)
    rng = np.random.default_rng(7)
    found = []
    for trial in changes(trials):
        n = trial.shape[-1]
        offset = rng.normal(3.0, drift_sd) if drift_sd else 0.0
        value = trial.mean(axis=-1).ravel() + offset
        se = (trial.std(axis=-1, ddof=1) / np.sqrt(n)).ravel()
        numbers = Numbers(tuple(rows), value, se, ())
        shift, unknown = shifts(numbers, np.full(4, 100.0), drift=bool(drift_sd))
        root = cholesky(error_covariance(numbers, people, own + unknown), lower=True)
        law = Law(
            value, solve_triangular(root, np.eye(4), lower=True), shift,
            np.array([2.0]), np.array([np.inf]), np.array([0.0]), np.array([50.0]),
        )  # fmt: skip
        found.append(find_profile(lambda x: curve(x[0]), law, limit_of(0.90, n, len(rows))))
    return found


@pytest.mark.parametrize(
    ("kind", "drift_sd"), [("parallel", 0.0), ("parallel", 6.0), ("split_scalp", 0.0)]
)
def test_ninety_per_cent_intervals_hold_the_truth(kind, drift_sd):
    found = answers(kind, drift_sd)
    held = [
        (each.low is None or each.low <= TRUTH) and (each.high is None or each.high >= TRUTH)
        for each in found
    ]
    share = np.mean(held)
    print(f"{kind}, drift {drift_sd:g}: {100 * share:.1f} % hold {TRUTH}")
    assert 0.85 <= share <= 0.95
    # and they are of use: most are closed on both sides, and the middle of the estimates is right
    assert np.mean([each.low is not None and each.high is not None for each in found]) > 0.8
    assert np.median([each.best[0] for each in found]) == pytest.approx(TRUTH, rel=0.15)
