"""The season: the swing of anagen and of shedding that was published, and nothing else.

Randall & Ebling 1991: anagen over 90 % in March, a trough (about 80 %) in September; shedding more
than doubles. Courtois 1996: most telogen at the end of summer. Shedding follows the end of anagen
by a whole rest, so its peak is later here (early November) than in those men (August, September).
"""

from dataclasses import replace

import numpy as np
import pytest
from planned import planned

from follicle_sim import parse_scenario
from follicle_sim.experiments.calibration.fit_season import AIMS, FOUND, TODAY, seasonal_year
from follicle_sim.simulation.arm import prepare_arm
from follicle_sim.simulation.engine.agents.sight import PHASES, SEEN, SEEN_ANAGEN, SHED
from follicle_sim.simulation.people.cohort import draw_cohort

YEAR = 365.25
PEOPLE = 8
SCENARIO = """
schema_version = 1
title = "healthy scalps through the seasons"
arms = [{ label = "nobody treated", role = "untreated" }]
design = { kind = "counterfactual", visits = { every = "10 days", until = "104 weeks" } }
run = { history = "6 years", seed = 3 }
[population]
subjects = 8
follicles = 2500
target_area = "10 cm2"
follicle_density = "250 cm-2"
condition = "healthy"
"""
DAYS = np.arange(0.0, 728.1, 10.0)


def tallies(calendar: np.ndarray | None, **biology: float) -> np.ndarray:
    """Return tallies (S, V, columns) of people whose baseline is on these days of the year."""
    changes = "".join(f"{name} = {value}\n" for name, value in biology.items())
    plan = planned(parse_scenario(f"{SCENARIO}[biology]\n{changes}"))
    arm = prepare_arm(plan, plan.arms[0], draw_cohort(plan, plan.arms[0], 0))
    arm = replace(arm, cohort=replace(arm.cohort, calendar=calendar))
    for job in arm.jobs():
        job(np.zeros(1, np.uint8))
    return arm.result.tally


def wave(values: np.ndarray, baseline: float) -> tuple[float, float, float]:
    """Return mean, amplitude and day of the year of the peak of a yearly wave, over two years."""
    angle = 2.0 * np.pi * (baseline + DAYS) / YEAR
    basis = np.stack([np.ones(DAYS.size), np.cos(angle), np.sin(angle)], axis=1)
    mean, cosine, sine = np.linalg.lstsq(basis, values, rcond=None)[0]
    peak = np.arctan2(sine, cosine) / (2.0 * np.pi) * YEAR % YEAR
    return float(mean), float(np.hypot(cosine, sine)), float(peak)


@pytest.fixture(scope="module")
def calm() -> np.ndarray:
    return tallies(None)


def check(tally: np.ndarray, baseline: float) -> None:
    """Raise AssertionError unless anagen and shedding swing as published."""
    total = tally.sum(axis=0)
    mean, amplitude, peak = wave(total[:, SEEN_ANAGEN] / total[:, SEEN], baseline)
    assert mean + amplitude > 0.90
    assert 0.78 < mean - amplitude < 0.86
    assert 0.08 < 2.0 * amplitude < 0.12
    assert 59 < peak < 91, "most anagen in March"
    mean, amplitude, peak = wave(total[:, SHED], baseline)
    assert 2.0 < (mean + amplitude) / (mean - amplitude) < 4.0
    assert 240 < (peak - 14.0) % YEAR < 330  # counted over the 28 days before a visit


@pytest.mark.parametrize("baseline", [0.0, 150.0])
def test_anagen_and_shedding_swing_as_published(baseline: float) -> None:
    check(tallies(np.full(PEOPLE, baseline)), baseline)


def test_a_weaker_wave_another_phase_and_no_season_are_refused(calm: np.ndarray) -> None:
    with pytest.raises(AssertionError):
        check(calm, 0.0)
    for wrong in ({"season_anagen": 0.25}, {"season_anagen_peak": 100.0}):
        text = {name: f'"{x} days"' if name.endswith("peak") else x for name, x in wrong.items()}
        with pytest.raises(AssertionError):
            check(tallies(np.zeros(PEOPLE), **text), 0.0)


def test_the_mean_density_of_a_year_stays(calm: np.ndarray) -> None:
    year = DAYS < YEAR
    seasonal = tallies(np.full(PEOPLE, 45.0))
    means = [x[:, year, SEEN].mean() for x in (calm, seasonal)]
    assert means[1] == pytest.approx(means[0], rel=0.01)
    assert (seasonal[..., PHASES:].sum(axis=2) == calm[..., PHASES:].sum(axis=2)).all()


def test_each_person_has_a_season_of_their_own_and_amplitude_0_has_none(calm: np.ndarray) -> None:
    """Recruited on another day, the same person lives the other's season: the rest is unmoved."""
    days = np.where(np.arange(PEOPLE) == 3, 200.0, 45.0)
    same, apart = tallies(np.full(PEOPLE, 45.0)), tallies(days)
    others = np.arange(PEOPLE) != 3
    assert same[others].tobytes() == apart[others].tobytes()
    assert (same[3] != apart[3]).any()
    assert tallies(days, season_anagen=0.0).tobytes() == calm.tobytes()


def test_a_season_that_lets_hairs_go_sheds_in_late_summer_as_those_men_did() -> None:
    """The numbers that `fit_season` found; the season of the end of anagen alone is refused."""
    year = seasonal_year(FOUND, follicles=60_000)
    for name, (aim, error) in AIMS.items():
        assert abs(year[name] - aim) < 2.0 * error, name
    assert year["most anagen, share"] > 0.90
    assert 213 < year["fastest shedding, day"] < 273, "August and September"
    assert year["shedding at its peak over that of winter"] > 2.0
    today = seasonal_year(TODAY, follicles=60_000)
    assert 290 < today["fastest shedding, day"] < 320, "two months later"
    assert today["shedding at its peak over that of winter"] < 2.0
