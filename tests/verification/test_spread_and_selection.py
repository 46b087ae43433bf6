"""People differ as much as those of published studies, and selection on a noisy count regresses."""

import numpy as np
import pytest
from people_examples import people
from planned import drawn_people, planned

from follicle_sim import simulate
from follicle_sim.biology.people_spread import typical_spread
from follicle_sim.experiments.calibration.measure_spread import (
    PUBLISHED_SD,
    changes,
    healthy,
    solve_lengths,
    spread_of,
    telogen_share,
)
from follicle_sim.simulation.screening import screening_count

# -- Loussouarn 2005 -------------------------------------------------------------------------------

PUBLISHED = {  # mean, SD, and half of the last digit printed
    "density": (226.0, 73.0, 0.5),
    "telogen": (0.12, 0.08, 0.005),
    "growth": (367.0, 56.0, 0.5),
}
PEOPLE = 1500
GROUP = 167
"""Volunteers of one group, a third of more than 500 (assumption of the scoreboard)."""


def test_healthy_people_have_the_means_and_spreads_published():
    seen = healthy(PEOPLE)
    for name, (mean, sd, rounding) in PUBLISHED.items():
        row = seen[name]
        # twice the error of the published group and thrice that of the simulated one
        error = np.hypot(2 * sd / np.sqrt(GROUP), 3 * row.sd / np.sqrt(PEOPLE))
        assert abs(row.mean - mean) < error + rounding, name
        error = np.hypot(2 * sd / np.sqrt(2 * GROUP), 3 * row.sd_error)
        assert abs(row.sd - sd) < error + rounding, name


def test_people_of_equal_cycles_would_differ_too_little_in_telogen():
    data = simulate(people("", condition="healthy", subjects=300, follicles=238))
    row = spread_of(1.0 - data["anagen_fraction"].values.ravel())
    assert row.sd + 3 * row.sd_error < 0.04
    assert row.mean < 0.11


def test_kept_spreads_of_the_cycle_solve_for_the_telogen_share():
    kept = typical_spread("healthy")
    solved = solve_lengths()
    assert kept["anagen"].value == pytest.approx(solved[0], abs=0.01)
    assert kept["telogen"].value == pytest.approx(solved[1], abs=0.01)
    mean, sd = telogen_share(*solved)
    assert (mean, sd) == pytest.approx((0.12, 0.08), abs=1e-6)
    # equal people: catagen and telogen of what is above the skin, and the luck of 226 hairs
    mean, sd = telogen_share(0.0, 0.0)
    assert mean == pytest.approx(118.0 / (1000.0 - 5.0 / 0.37 + 118.0))
    assert sd == pytest.approx(np.sqrt(mean * (1 - mean) / 226))


# -- one person's change over 48 weeks -------------------------------------------------------------


@pytest.mark.parametrize(("area", "subjects"), [("1 cm2", 400), ("5.067 cm2", 200)])
@pytest.mark.parametrize("condition", PUBLISHED_SD)
def test_a_persons_change_varies_as_in_minoxidil_trials(condition, area, subjects):
    low, high = PUBLISHED_SD[condition]
    for arm, row in changes(condition, area, subjects).items():
        assert low - 3 * row.sd_error < row.sd < high + 3 * row.sd_error, (arm, row)


def test_the_error_of_two_readings_is_in_it_and_not_all_of_it():
    exact = changes("aga_male", "1 cm2", 300, reader_error=0.0)["vehicle"]
    with_error = changes("aga_male", "1 cm2", 300, reader_error=0.07)["vehicle"]
    # two counts of about 195 (SD 55), each with 7 % error, beside the change itself
    expected = np.sqrt(exact.sd**2 + 2 * 0.07**2 * (195.0**2 + 55.0**2))
    assert abs(with_error.sd - expected) < 3 * with_error.sd_error
    assert exact.sd + 3 * exact.sd_error < PUBLISHED_SD["aga_male"][0]
    assert exact.sd > 7.0


# -- regression to the mean ------------------------------------------------------------------------

CANDIDATES = 900
ERROR = 0.12
VARIED = "spread = { follicle_density = 0.2 }\n"
LOW = '[population.inclusion]\nhair_density = ["0 cm-2", "200 cm-2"]\n'
HIGH = '[population.inclusion]\nhair_density = ["270 cm-2", "2000 cm-2"]\n'


def readings(asked, error):
    """Return what all candidates show at screening and at baseline, and the people let in."""
    size = {"condition": "healthy", "follicles": 240, "error": error, "history": "60 days"}
    all_of_them = people(VARIED, subjects=CANDIDATES, **size)
    baseline = simulate(all_of_them)["hair_density"].values[0, :, 0]
    plan = planned(people(VARIED + asked, subjects=1, **size))
    everybody = drawn_people(all_of_them)
    screening = screening_count(plan, plan.arms[0], None, everybody)
    chosen = simulate(people(VARIED + asked, subjects=60, **size))
    return screening, baseline, chosen


@pytest.mark.parametrize(("asked", "low", "high"), [(LOW, 0, 200), (HIGH, 270, 2000)])
def test_people_chosen_on_a_noisy_count_regress_by_one_minus_its_reliability(asked, low, high):
    screening, baseline, chosen = readings(asked, ERROR)
    eligible = np.flatnonzero((screening >= low) & (screening <= high))
    assert np.array_equal(chosen["person"].values[0] % 2**29, eligible[:60])
    assert np.array_equal(chosen["hair_density"].values[0, :, 0], baseline[eligible[:60]])
    mean = screening.mean()
    # two readings of the same people share what is theirs
    reliability = np.cov(screening, baseline)[0, 1] / screening.var(ddof=1)
    theory = 0.2**2 / (0.2**2 + ERROR**2 * (1 + 0.2**2))
    assert abs(reliability - theory) < 3 * (1 - theory**2) / np.sqrt(CANDIDATES) + 0.02
    back = baseline[eligible] - screening[eligible]
    expected = (1 - theory) * (mean - screening[eligible].mean())
    error = back.std(ddof=1) / np.sqrt(eligible.size)
    # a relative error is larger in dense scalps, so the regression bends a little: a tenth
    assert abs(back.mean() - expected) < 3 * error + 0.1 * abs(expected)
    # nothing comes back in a model whose screening reading is the baseline's
    assert abs(back.mean()) > 5 * error


def test_nothing_comes_back_without_error_at_the_baseline_itself():
    asked = LOW + 'screening = "0 days"\n'
    screening, baseline, _ = readings(asked, 0.0)
    assert np.array_equal(screening, baseline)


def test_two_weeks_of_biology_bring_little_back():
    screening, baseline, _ = readings(LOW, 0.0)
    few = screening <= 200
    back = baseline[few] - screening[few]
    expected_with_error = 0.25 * (screening.mean() - screening[few].mean())
    assert abs(back.mean()) < 0.1 * expected_with_error
