"""People who arrive treated: the same truth as those who were treated as long after baseline.

Nothing is tuned to it. Where androgens stand still (no progression), a dose from week -26 seen at
baseline and the same dose from baseline seen at week 26 are one question asked on two clocks.
"""

import numpy as np
import pytest

from follicle_sim import parse_scenario, resolve, simulate
from follicle_sim.base.units import YEAR
from follicle_sim.protocol.baseline.expect import count_baseline, sample_of
from follicle_sim.protocol.baseline.meet import question_of

MINOXIDIL = {"treatment": "minoxidil_topical_5", "amount": "1 mL", "every": "12 hours"}
FINASTERIDE = {"treatment": "finasteride_oral", "amount": "1 mg", "every": "1 day"}
LEAD = 182.0


def trial(
    dose,
    *arms,
    subjects=60,
    spread="",
    extra="",
    visits='["0 weeks", "26 weeks"]',
    history=6.0 * YEAR,
):
    """Return a counterfactual trial of arms given as (label, start, end), texts of days."""
    text = f"""schema_version = 1
title = "people arrive treated"
[population]
subjects = {subjects}
target_area = "1 cm2"
follicle_density = "500 cm-2"
condition = "aga_male"
severity = "norwood_iii"
{spread}
[design]
kind = "counterfactual"
visits = {visits}
[instrument]
method = "plain"
[run]
history = "{history!r} days"
{extra}
"""
    for label, start, end in arms:
        role = "treatment" if start else "untreated"
        text += f'[[arms]]\nlabel = "{label}"\nrole = "{role}"\n'
        if start:
            keys = dose | {"start": start, "until": end}
            line = ", ".join(f'{key} = "{value}"' for key, value in keys.items())
            text += f"doses = [{{{line}}}]\n"
    return parse_scenario(text)


@pytest.mark.parametrize("dose", [MINOXIDIL, FINASTERIDE], ids=["minoxidil", "finasteride"])
def test_26_weeks_before_baseline_are_26_weeks_after_it(dose) -> None:
    still = '[biology]\nprogression = "0 per year"'
    history = 6.0 * YEAR
    before = trial(dose, ("drug", "-26 weeks", "26 weeks"), extra=still, history=history)
    # as long after the beginning of the run, so that even the luck of each follicle is the same
    after = trial(dose, ("drug", "0 weeks", "26 weeks"), extra=still, history=history - LEAD)
    np.testing.assert_allclose(
        np.diff(resolve(before)[0].grid)[:60], np.diff(resolve(after)[0].grid)[:60], rtol=1e-9
    )
    early, late = simulate(before).sel(time=0.0), simulate(after).sel(time=26 * 7.0)
    for name in ("hair_density", "anagen_fraction", "mean_calibre"):
        if name in early:
            np.testing.assert_allclose(early[name], late[name], rtol=2e-3, atol=1e-9, err_msg=name)
    # a clock that is off by a month would be seen
    month_late = simulate(
        trial(dose, ("drug", "-22 weeks", "26 weeks"), extra=still, history=history)
    )
    other = month_late.sel(time=0.0)["hair_density"]
    assert abs(float((other - late["hair_density"]).mean())) > 0.3


@pytest.fixture(scope="module")
def two_years():
    scenario = trial(
        MINOXIDIL,
        ("goes on", "-104 weeks", "52 weeks"),
        ("stops", "-104 weeks", "0 weeks"),
        ("begins", "0 weeks", "52 weeks"),
        ("never", "", ""),
        visits='{every = "4 weeks", until = "52 weeks"}',
    )
    density = simulate(scenario)["hair_density"].mean("subject")
    return density - density.sel(arm="never", drop=True)


def change(gain, arm, week):
    return float(gain.sel(arm=arm, time=7.0 * week) - gain.sel(arm=arm, time=0.0))


def test_two_years_before_baseline_leave_nothing_to_gain(two_years) -> None:
    begun = change(two_years, "begins", 24)
    assert begun > 15.0  # the wrong sibling: who begins at baseline does gain
    for week in (12, 24, 36, 52):
        assert abs(change(two_years, "goes on", week)) < 0.2 * begun


def test_who_stops_at_baseline_loses_it(two_years) -> None:
    had = float(two_years.sel(arm="stops", time=0.0))
    assert had == float(two_years.sel(arm="goes on", time=0.0)) > 15.0
    assert change(two_years, "stops", 24) < -0.7 * had
    assert abs(change(two_years, "begins", 0)) == 0.0


@pytest.mark.parametrize("spread", ["", "spread = {severity = 0.3, potency = 0.5}"])
@pytest.mark.parametrize("start", ["-2 weeks", "-8 weeks", "-26 weeks", "-104 weeks"])
@pytest.mark.parametrize("dose", [MINOXIDIL, FINASTERIDE], ids=["minoxidil", "finasteride"])
def test_the_expected_baseline_is_that_of_many_people(dose, spread, start) -> None:
    scenario = trial(dose, ("drug", start, "26 weeks"), subjects=400, spread=spread)
    question = question_of(scenario)
    sample = sample_of(question, None)
    data = simulate(scenario).sel(time=0.0)
    for variable in ("hair_density", "terminal_density"):
        expected = count_baseline(question, sample, 500.0, variable).mean
        seen = data[variable].values.ravel()
        error = seen.std() / np.sqrt(seen.size)
        assert abs(seen.mean() - expected) < 3.0 * error + 0.003 * expected, variable


@pytest.mark.parametrize("dose", [MINOXIDIL, FINASTERIDE], ids=["minoxidil", "finasteride"])
def test_a_treated_baseline_is_not_that_of_bare_scalps(dose) -> None:
    """The wrong sibling of the test above: it would see doses that were overlooked."""
    treated, bare = (
        count_baseline(question, sample_of(question, None), 500.0, "hair_density").mean
        for question in (
            question_of(trial(dose, arm)) for arm in (("x", "-26 weeks", "0 weeks"), ("x", "", ""))
        )
    )
    assert treated > 1.05 * bare


def test_a_stated_baseline_is_met_under_treatment() -> None:
    scenario = trial(MINOXIDIL, ("drug", "-52 weeks", "26 weeks"), subjects=400)
    stated = {"hair_density": 260.0, "severity": None, "follicle_density": None}
    scenario = scenario.model_copy(
        update={"population": scenario.population.model_copy(update=stated)}
    )
    seen = simulate(scenario)["hair_density"].sel(time=0.0)
    error = float(seen.std()) / np.sqrt(seen.size)
    assert abs(float(seen.mean()) - 260.0) < 3.0 * error + 0.005 * 260.0
