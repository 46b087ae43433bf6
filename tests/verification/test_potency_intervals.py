"""The profile interval of a potency holds the truth as often as it says.

Trials are simulated with a known potency and reduced to what a paper prints (means and standard
errors of changes, by arm and visit), or written as the table of single people that a clinic keeps.
The potency is fitted to each. Counted is how often the 90 % interval holds the truth; of 200 trials
between 85 and 95 % is what chance allows. All trials share one curve of simulated means;
benchmarks/subject_table_coverage.py simulates anew for each of them, as `fit_scenario` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest
from comparison_rows import ROW
from known_potency import (
    DESIGNS,
    NAME,
    TRUTH,
    WEEKS,
    holds,
    people_table,
    scenario_of_kind,
    trials_of,
)
from scipy.interpolate import PchipInterpolator
from scipy.linalg import cholesky, solve_triangular

from follicle_sim import compare, simulate, with_overrides
from follicle_sim.evidence.own.rows import read_rows
from follicle_sim.experiments.calibration.profile_search import Law, find_profile, limit_of
from follicle_sim.experiments.calibration.scenario_numbers import (
    Numbers,
    baselines_of,
    choose_numbers,
    error_covariance,
    sampling_covariance,
    shifts,
)

TRIALS = 200
PEOPLE = 20
"""In each arm, as the scenario says."""

GRID = np.array([0.0, 0.3, 0.7, 1.1, 1.5, 2.0, 3.0, 5.0, 10.0, 50.0])


def changes(data):
    """Return the change of each person, (..., arm, week, subject)."""
    gain = data.hair_density - data.hair_density.sel(time=0.0)
    gain = gain.sel(time=[7.0 * week for week in WEEKS])
    return gain.transpose(..., "arm", "time", "subject").values


@cache
def grid_runs(kind):
    """Return one large trial of a design at every potency of the grid, of the same people.

    Simulated once for all tests of this file; nobody changes them.
    """
    steady = with_overrides(scenario_of_kind(kind), ["population.subjects=400", "run.seed=77"])
    if kind == "parallel":
        steady = with_overrides(steady, ['design.kind="counterfactual"'])
    return [simulate(with_overrides(steady, [f"biology.{NAME}={each}"])) for each in GRID]


def errors_of_people(middle, rows, kind):
    """Return the covariance over the people of a trial, and that of the large simulation."""
    own = sampling_covariance(middle, rows, paired=True)
    paired = kind == "split_scalp"
    return own if paired else sampling_covariance(middle, rows, paired=False), own


def profile(curve, numbers, people, more, shift):
    """Return the profile of the potency of one trial of n people an arm."""
    root = cholesky(error_covariance(numbers, people, more), lower=True)
    whiten = solve_triangular(root, np.eye(len(root)), lower=True)
    ends = [np.array([value]) for value in (2.0, np.inf, 0.0, 50.0)]
    law = Law(numbers.value, whiten, shift, *ends)
    return find_profile(lambda x: curve(x[0]), law, limit_of(0.90, PEOPLE, len(numbers.rows)))


def fits_of_means(kind, drift_sd=0.0):
    """Return the profiles of trials reduced to means of changes."""
    runs = grid_runs(kind)
    curve = PchipInterpolator(GRID, [changes(run).mean(axis=-1).ravel() for run in runs])
    rows = [
        replace(ROW, observation=f"{arm} {week:g}", arm=arm, week=week, day=7.0 * week)
        for arm in ("exosomes", "control")
        for week in WEEKS
    ]
    people, own = errors_of_people(runs[list(GRID).index(TRUTH)], rows, kind)
    rng = np.random.default_rng(7)
    fits = []
    for trial in changes(trials_of(kind, TRIALS)):
        offset = rng.normal(3.0, drift_sd) if drift_sd else 0.0
        value = trial.mean(axis=-1).ravel() + offset
        se = (trial.std(axis=-1, ddof=1) / np.sqrt(PEOPLE)).ravel()
        numbers = Numbers(tuple(rows), value, se, ())
        shift, unknown = shifts(numbers, np.full(4, 100.0), drift=bool(drift_sd))
        fits.append(profile(curve, numbers, people, own + unknown, shift))
    return fits


def fits_of_subject_tables(kind):
    """Return the profiles of trials written as tables of single people.

    The numbers are chosen from the table as `fit_scenario` does it: differences from the control,
    of a split scalp between the two sides of each person.
    """
    runs = grid_runs(kind)
    middle = runs[list(GRID).index(TRUTH)]
    trials = trials_of(kind, TRIALS)
    fits, curve, people, own = [], None, None, None
    for number in range(TRIALS):
        text = people_table(trials.isel(replicate=number))
        table = OwnTable(read_rows(text.encode(), "trial.csv"))
        numbers = choose_numbers(compare(middle, [table]).rows)
        if curve is None:  # what is simulated hangs on the design and not on the trial
            means = [numbers.of(compare(run, [table]).rows) for run in runs]
            curve = PchipInterpolator(GRID, means)
            people, own = errors_of_people(middle, numbers.rows, kind)
        shift, unknown = shifts(numbers, baselines_of(middle, numbers.rows), drift=True)
        assert {row.kind for row in numbers.rows} == {"difference", "level"}
        fits.append(profile(curve, numbers, people, own + unknown, shift))
    return fits


@dataclass(frozen=True)
class OwnTable:
    """A table of single people beside the arms of the scenario."""

    rows: tuple
    study: str = "trial"
    arms: Mapping = field(default_factory=lambda: {arm: arm for arm in ("exosomes", "control")})


def check_coverage(name, fits):
    """Intervals hold the truth, and are of use: most are closed, and estimates lie around it."""
    share = np.mean([holds(fit.low, fit.high) for fit in fits])
    closed = np.mean([fit.low is not None and fit.high is not None for fit in fits])
    middle = np.median([fit.best[0] for fit in fits])
    print(
        f"{name}: {100 * share:.1f} % hold {TRUTH}, {100 * closed:.0f} % closed, "
        f"median {middle:.3g}"
    )
    assert 0.85 <= share <= 0.95
    assert closed > 0.8
    assert middle == pytest.approx(TRUTH, rel=0.15)


@pytest.mark.parametrize(
    ("kind", "drift_sd"), [("parallel", 0.0), ("parallel", 6.0), ("split_scalp", 0.0)]
)
def test_ninety_per_cent_intervals_hold_the_truth(kind, drift_sd):
    check_coverage(f"{kind}, drift {drift_sd:g}", fits_of_means(kind, drift_sd))


@pytest.mark.parametrize("kind", DESIGNS)
def test_intervals_from_tables_of_single_people_hold_the_truth(kind):
    check_coverage(f"{kind}, single people", fits_of_subject_tables(kind))
