"""What replicates draw of biology and potencies, and what the potencies' errors stand on."""

import math

import numpy as np
import pytest

from follicle_sim import InputError, parse_scenario, simulate, with_overrides
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.posterior import load_posterior
from follicle_sim.experiments.calibration.likelihood import load_rules
from follicle_sim.experiments.calibration.potency_error import error_covariance, fit_of, with_error
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow
from follicle_sim.pharmacology.fitted import load_fitted
from follicle_sim.protocol.replicates import MOST_SD, draw_scenario, drawn_names
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.scenario.load import dump_scenario

TEXT = """
schema_version = 1
title = "treated and not"
[population]
subjects = 2
follicles = 40
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[[arms]]
label = "treated"
role = "treatment"
doses = [{ treatment = "exosomes_adipose_microneedling", amount = "1 session" }]
[[arms]]
label = "untreated"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 weeks", "12 weeks"]
[run]
replicates = 3
history = "1 year"
"""
PARK = "exosomes_adipose_microneedling"


def posterior(*changes):
    return with_overrides(parse_scenario(TEXT), ["run.uncertainty=posterior", *changes])


def test_without_it_nothing_is_drawn():
    plain = parse_scenario(TEXT)
    assert draw_scenario(plain, 2) is plain
    assert drawn_names(plain) == ()
    data = simulate(plain)
    assert "drawn" not in data
    assert "uncertainty" not in data.attrs


def test_a_replicate_is_a_pure_function_of_seed_and_replicate():
    three, five = posterior(), posterior("run.replicates=5")
    for replicate in range(3):
        assert draw_scenario(three, replicate).biology == draw_scenario(five, replicate).biology
    assert draw_scenario(posterior("run.seed=2"), 0).biology != draw_scenario(three, 0).biology


def test_replicates_never_share_a_draw_and_use_them_all():
    everyone = posterior("run.replicates=200")
    severities = {draw_scenario(everyone, r).biology["severity"] for r in range(200)}
    assert severities == {draw["severity"] for draw in load_posterior()}


def test_each_replicate_equals_a_run_with_its_parameters_set_by_hand():
    scenario = posterior()
    data = simulate(scenario)
    assert data.attrs["uncertainty"] == "posterior"
    for replicate in range(3):
        one = with_overrides(parse_scenario(TEXT), [])
        by_hand = one.model_copy(update={"biology": draw_scenario(scenario, replicate).biology})
        same = simulate(by_hand).hair_density.isel(replicate=replicate)
        assert np.array_equal(data.hair_density.isel(replicate=replicate), same)
        told = data["drawn"].isel(replicate=replicate).to_series().to_dict()
        assert told == dict(draw_scenario(scenario, replicate).biology)


def test_it_is_stored_and_repeats():
    data = simulate(posterior())
    again = stored_scenario(data.attrs, "test")
    assert again.run.uncertainty == "posterior"
    assert 'uncertainty = "posterior"' in dump_scenario(again)
    assert np.array_equal(simulate(again, threads=1).hair_density, data.hair_density)


@pytest.mark.parametrize("number", [1, 201])
def test_too_many_or_too_few_replicates_are_refused(number):
    with pytest.raises(InputError, match="allowed: 2 to 200"):
        posterior(f"run.replicates={number}")


def test_what_the_scenario_sets_stays():
    fixed = posterior("biology.severity=0.4", f"biology.potency_{PARK}=1.5")
    assert "severity" not in drawn_names(fixed)
    for replicate in range(3):
        assert draw_scenario(fixed, replicate).biology["severity"] == 0.4
        assert draw_scenario(fixed, replicate).biology[f"potency_{PARK}"] == 1.5


def test_a_potency_follows_only_what_is_drawn():
    every = {f"biology.{name}={value}" for name, value in load_posterior()[0].items()}
    rate = next(text for text in every if "progression" in text)
    fixed = posterior(*(every - {rate}), f"{rate} per day")
    entry, z = load_fitted("potencies")[PARK], []
    for replicate in range(3):
        log = math.log(draw_scenario(fixed, replicate).biology[f"potency_{PARK}"] / entry.value)
        z.append(log / entry.log_se)
    free = (
        math.log(draw_scenario(posterior(), 0).biology[f"potency_{PARK}"] / entry.value)
        / entry.log_se
    )
    assert len(set(z)) == 3
    assert z[0] != free  # there the draw of biology moves it too


def test_potencies_spread_as_their_fit_says():
    entry = load_fitted("potencies")[PARK]
    scenario = posterior("run.replicates=200")
    logs, shifts = [], []
    default = load_parameters()
    for replicate in range(200):
        biology = draw_scenario(scenario, replicate).biology
        logs.append(math.log(biology[f"potency_{PARK}"] / entry.value))
        shifts.append(
            sum(e * math.log(biology[k] / default[k]) for k, e in entry.elasticity.items())
        )
    left = np.array(logs) - np.array(shifts)
    assert abs(left.mean()) < 3 * entry.log_se / math.sqrt(200)
    assert left.std() == pytest.approx(entry.log_se, rel=0.15)
    assert abs(np.corrcoef(left, shifts)[0, 1]) < 0.2


def test_what_is_hardly_known_has_the_assumed_spread_and_definitions_have_none():
    doses = (
        '[{ treatment = "saline_injection", amount = "1 session" }, '
        '{ treatment = "microneedling", amount = "1 session" }, '
        '{ treatment = "finasteride_oral", amount = "1 mg" }]'
    )
    text = TEXT.replace(f'[{{ treatment = "{PARK}", amount = "1 session" }}]', doses)
    scenario = with_overrides(
        parse_scenario(text), ["run.uncertainty=posterior", "run.replicates=150"]
    )
    names = drawn_names(scenario)
    assert "potency_finasteride_oral" not in names
    assert load_fitted("potencies")["microneedling"].log_se > MOST_SD
    saline = [
        math.log(draw_scenario(scenario, r).biology["potency_saline_injection"]) for r in range(150)
    ]
    assert np.std(saline) == pytest.approx(MOST_SD, rel=0.15)


def test_treatments_that_share_a_fit_share_its_luck():
    solution = 'treatment = "minoxidil_topical_5", amount = "1 mL"'
    foam = '{ treatment = "minoxidil_foam_5", amount = "1000 mg" }'
    text = TEXT.replace(f'treatment = "{PARK}", amount = "1 session"', solution)
    text = text.replace('role = "untreated"', f'role = "treatment"\ndoses = [{foam}]')
    biology = draw_scenario(
        with_overrides(parse_scenario(text), ["run.uncertainty=posterior"]), 1
    ).biology
    assert biology["potency_minoxidil_foam_5"] == biology["potency_minoxidil_topical_5"]


def test_one_treatment_under_two_potencies_is_refused():
    dose = '{ treatment = "minoxidil_topical_5", amount = "1 mL"'
    text = TEXT.replace(f'{{ treatment = "{PARK}", amount = "1 session"', dose)
    text = text.replace(
        'role = "untreated"',
        f'role = "treatment"\ndoses = [{dose}, variants = ["exogen_release"] }}]',
    )
    scenario = with_overrides(parse_scenario(text), ["run.uncertainty=posterior"])
    with pytest.raises(InputError, match="another potency"):
        simulate(scenario)


# -- the errors of fitted potencies ----------------------------------------------------------------


def test_every_fitted_potency_has_its_error_from_the_command():
    for name, entry in load_fitted("potencies").items():
        if entry.grade == "fitted":
            assert entry.log_se is not None, f"{name}: run the command potency_error"
            assert set(entry.elasticity) == set(load_posterior()[0])
            assert entry.error.startswith(
                "`python -m follicle_sim.experiments.calibration.potency_error`"
            )
            assert fit_of(entry.command).command == entry.command


def row(**changes):
    values = dict.fromkeys(ScoreRow.__dataclass_fields__, "")
    values |= {"study": "a", "endpoint": "x", "week": 12.0, "observed_se": 2.0, "mc_se": 0.0}
    return ScoreRow(**(values | {"offset_sd": 0.0} | changes))


def test_numbers_of_one_trial_are_correlated_and_drift_together():
    rules = load_rules()
    rows = [row(offset_sd=6.0), row(offset_sd=6.0, week=24.0), row(study="b", mc_se=1.0)]
    found = error_covariance(rows)
    assert found[0, 0] == 4.0 + 36.0
    assert found[0, 1] == rules.visits * 4.0 + 36.0
    assert found[0, 2] == 0.0
    assert found[2, 2] == 5.0


def test_stored_errors_are_those_of_the_command():
    # one of them again, on fewer people
    entry = load_fitted("potencies")["conditioned_medium_topical"]
    few = ["population.subjects=24", "population.follicles=500", "run.seed=3"]
    found = with_error(entry, fit_of(entry.command), few)
    assert found.log_se == pytest.approx(entry.log_se, rel=0.25)
    assert found.elasticity["gamma_anagen"] == pytest.approx(
        entry.elasticity["gamma_anagen"], abs=0.15
    )
