"""Alopecia areata as published: who answers, when, and what is left when the drug stops.

Bounds are wide enough for the luck of these people, and of a fixed seed.
"""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from follicle_sim import load_scenario, parse_scenario, simulate

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FEW = ["population.subjects=300", "population.follicles=20", "design.kind=counterfactual"]


@pytest.fixture(scope="module")
def brave() -> xr.DataArray:
    """Return SALT scores (arm, subject, time); the drug stops at week 52."""
    return simulate(load_scenario(SCENARIOS / "alopecia_areata_brave.toml", FEW)).salt


def at(scores: xr.DataArray, arm: str, week: float) -> np.ndarray:
    return scores.sel(arm=arm, time=7.0 * week).values


def test_few_recover_on_placebo_and_more_on_more_drug(brave: xr.DataArray) -> None:
    arms = ("placebo", "baricitinib 2 mg", "baricitinib 4 mg")
    shares = [(at(brave, arm, 36) <= 20.0).mean() for arm in arms]
    # BRAVE-AA1 and AA2: 3.3 to 6.2 %, 19.4 to 22.8 %, 35.9 to 38.8 %
    assert 0.02 < shares[0] < 0.09
    assert 0.13 < shares[1] < 0.31
    assert 0.28 < shares[2] < 0.49
    assert shares == sorted(shares)


def test_who_answers_a_drug_does_so_wholly_and_who_remits_often_in_part(
    brave: xr.DataArray,
) -> None:
    """Of people with a score of 20, 70 to 87 % have one of 10 (THRIVE-AA1, UP-AA)."""
    answered = at(brave, "baricitinib 4 mg", 36)
    assert 0.65 < (answered <= 10.0).sum() / (answered <= 20.0).sum() < 0.95
    start, end = at(brave, "placebo", 0), at(brave, "placebo", 36)
    # BRAVE-AA on placebo: 9.3 % halve their score, 4.1 % reach 20
    halved = (end <= 0.5 * start).mean()
    assert 0.04 < halved < 0.14
    assert (end <= 20.0).mean() < 0.85 * halved


def test_an_answer_takes_months(brave: xr.DataArray) -> None:
    shares = [(at(brave, "baricitinib 4 mg", week) <= 20.0).mean() for week in (8, 16, 24, 36)]
    assert shares == sorted(shares)
    assert shares[0] < 0.02
    assert shares[2] < 0.85 * shares[3]


def test_what_was_gained_is_lost_after_a_lag(brave: xr.DataArray) -> None:
    """Of those who answered, more than 20 points worse: none by week 4, a tenth by week 8."""
    before = at(brave, "baricitinib 4 mg", 52)
    answered = before <= 20.0
    lost = [
        (at(brave, "baricitinib 4 mg", 52 + weeks) - before > 20.0)[answered].mean()
        for weeks in (4, 8, 24)
    ]
    assert lost[0] < 0.03
    assert 0.02 < lost[1] < 0.16
    assert 0.4 < lost[2] < 0.7


def test_scores_stay_on_their_scale_and_pieces_that_are_free_stay_covered(
    brave: xr.DataArray,
) -> None:
    assert float(brave.min()) >= 0.0
    assert float(brave.max()) <= 100.0
    # trials take people from SALT 50 on; weak attacks leave some hair in a patch
    assert (at(brave, "placebo", 0) > 30.0).all()


PATCH = """
schema_version = 1
title = "a patch"
[population]
subjects = 500
follicles = 60
target_area = "0.25 cm2"
follicle_density = "240 cm-2"
condition = "alopecia_areata"
severity = "salt_1_24"
[instrument]
measures = ["cover"]
[design]
kind = "counterfactual"
visits = ["0 weeks", "12 weeks", "26 weeks", "52 weeks"]
[run]
history = "200 days"
[[arms]]
label = "nothing"
role = "untreated"
[[arms]]
label = "5 mg/mL"
role = "treatment"
[[arms.doses]]
treatment = "triamcinolone_intralesional"
amount = "0.5 mg"
every = "30 days"
count = 3
[[arms]]
label = "10 mg/mL"
role = "treatment"
[[arms.doses]]
treatment = "triamcinolone_intralesional"
amount = "1 mg"
every = "30 days"
count = 3
"""


def test_a_first_patch_regrows_by_itself_and_sooner_under_injections() -> None:
    whole = (simulate(parse_scenario(PATCH)).cover >= 0.9).mean("subject")
    # a textbook page: 33 % by six months and 50 % by a year
    assert 0.2 < float(whole.sel(arm="nothing", time=182.0)) < 0.4
    assert 0.42 < float(whole.sel(arm="nothing", time=364.0)) < 0.68
    # monthly injections for twelve weeks: 44 and 54 % (Muhaidat 2020), 25 % (2023)
    at_12 = [float(whole.sel(arm=arm, time=84.0)) for arm in ("nothing", "5 mg/mL", "10 mg/mL")]
    assert at_12 == sorted(at_12)
    assert at_12[0] < 0.06
    assert 0.25 < at_12[1] < 0.55
    assert 0.3 < at_12[2] < 0.65
