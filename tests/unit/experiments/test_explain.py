"""The chain from dose to density: the same numbers as a run, with units, and a figure of them."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from follicle_sim import explain, parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.experiments.explain import NO_TREATMENT, level_unit
from follicle_sim.figures import plot_chain
from follicle_sim.figures.parts.style import root_figure
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.results.variables import OF_CHAIN as MEANING
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario

TEXT = """\
schema_version = 1
title = "a drug for a while"
[population]
subjects = 3
follicles = 200
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "{condition}"
[population.spread]
severity = {spread}
potency = {spread}
[[arms]]
label = "nobody"
role = "untreated"
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "{amount} sessions"
every = "1 week"
count = 4
[[arms]]
label = "both"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "8 weeks"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "8 weeks"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[instrument]
reader_error = 0.1
[run]
history = "1 year"
"""


def scenario(condition: str = "aga_male", amount: float = 1.0, spread: float = 0.3) -> Scenario:
    return parse_scenario(TEXT.format(condition=condition, amount=amount, spread=spread))


@pytest.fixture(scope="module")
def exosomes() -> xr.Dataset:
    return explain(scenario())


def test_every_variable_has_unit_and_name(exosomes: xr.Dataset) -> None:
    assert set(exosomes.data_vars) == set(MEANING)
    for name, variable in exosomes.data_vars.items():
        assert variable.attrs == dict(zip(("units", "long_name"), MEANING[name], strict=True))
        assert np.isfinite(variable.values).all()
    assert exosomes.time.attrs["units"] == "d"
    assert exosomes.time.values.tolist() == list(range(85))


def test_first_acting_arm_is_explained_beside_no_treatment(exosomes: xr.Dataset) -> None:
    assert exosomes.arm.values.tolist() == ["exosomes", NO_TREATMENT]
    assert exosomes.treatment.values.tolist() == ["exosomes_adipose_microneedling"]
    assert explain(scenario(), "nobody").arm.values.tolist() == ["nobody"]
    assert "treatment" not in explain(scenario(amount=0.0), "exosomes").dims


def test_unknown_arm_names_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "exosomes"'):
        explain(scenario(), "exosome")


def test_links_follow_from_each_other(exosomes: xr.Dataset) -> None:
    name = "exosomes_adipose_microneedling"
    one = exosomes.isel(arm=0).sel(treatment=name)
    assert np.flatnonzero(one.dose_amount).tolist() == [0, 7, 14, 21]
    treatment = load_treatment(name)
    # one session, half-life 10 days: the mean of the first day
    rate = np.log(2) / 10
    assert float(one.dose_level[0]) == pytest.approx((1 - np.exp(-rate)) / rate, rel=1e-9)
    level = one.dose_level.values
    assert one.effect.values == pytest.approx(level / (0.25 + level), rel=1e-2)
    drive = treatment.drives()["FGF7"]
    assert float(one.drive.sel(factor="FGF7")) == drive
    # a factor trails the effect by a day or two
    settled = 1 + drive * one.effect.values
    factor = one.factor_level.sel(factor="FGF7").values
    assert factor[4:7] == pytest.approx(settled[4:7], rel=0.1)
    # kenogen clock = FGF7^1 times the part of calibre
    kenogen = exosomes.clock_speed.sel(phase="kenogen", stratum="typical")
    x = exosomes.log_calibre.sel(stratum="typical")
    gamma = load_parameters()["gamma_kenogen"]
    expected = factor * np.exp(gamma * (x[0] - x[1]))
    ratio = kenogen[0] / kenogen[1]
    assert ratio.values[10:20] == pytest.approx(expected.values[10:20], rel=0.02)


def test_no_treatment_is_the_untreated_person(exosomes: xr.Dataset) -> None:
    without = exosomes.sel(arm=NO_TREATMENT)
    assert (without.factor_level == 1.0).all()
    alone = explain(scenario(), "nobody").isel(arm=0)
    for name in ("clock_speed", "log_calibre", "hair_density", "phase_share"):
        np.testing.assert_array_equal(without[name], alone[name])


def test_factor_levels_are_those_of_a_run_without_spread(exosomes: xr.Dataset) -> None:
    run = simulate(scenario(spread=0.0)).sel(arm="exosomes").isel(subject=0)
    at = exosomes.isel(arm=0).factor_level.sel(time=run.time.values)
    np.testing.assert_array_equal(at.transpose("time", "factor"), run.factor_level)


@pytest.mark.parametrize(
    ("run_in", "arm"), [("4 weeks", ""), ("4 weeks", "exosomes"), ("3.5 days", "both")]
)
def test_a_run_in_is_lived_before_what_is_shown(run_in: str, arm: str) -> None:
    changes = [f'design.run_in="{run_in}"', "run.forcing_step='0.4 days'"]
    changes += [f'design.run_in_arm="{arm}"'] if arm else []
    led = with_overrides(scenario(spread=0.0), changes)
    data = explain(led, "exosomes")
    run = simulate(led).sel(arm="exosomes").isel(subject=0).sel(time=slice(0.0, None))
    at = data.isel(arm=0).factor_level.sel(time=run.time.values, method="nearest")
    # grid nodes are within a tenth of a day of the visits
    np.testing.assert_allclose(at.transpose("time", "factor"), run.factor_level, rtol=2e-3)
    assert data.time.values[0] == 0.0
    assert (data.sel(arm=NO_TREATMENT).factor_level == 1.0).all()
    began = data.isel(arm=0).factor_level.isel(time=0)
    assert (began == 1.0).all() == (not arm)
    # the doses shown are those from baseline on
    shown = data.dose_amount.sel(treatment="exosomes_adipose_microneedling").values
    assert shown.sum() == 4.0
    assert plot_chain(data) is not None


def test_controls_of_a_delayed_start_are_explained_with_what_they_get_later() -> None:
    text = TEXT.replace('"parallel"', '"delayed_start"\nswitch = "8 weeks"')
    late = parse_scenario(text.format(condition="aga_male", amount=1.0, spread=0.0))
    data = explain(late, "nobody")
    first = np.flatnonzero(data.dose_amount.isel(treatment=0))[0]
    assert data.time.values[first] == 56.0


def test_spread_and_reader_error_are_left_out(exosomes: xr.Dataset) -> None:
    again = explain(scenario(spread=0.0))
    xr.testing.assert_identical(again.drop_attrs(), exosomes.drop_attrs())


def test_strata_differ_only_where_androgens_act(exosomes: xr.Dataset) -> None:
    assert exosomes.stratum.values.tolist() == ["resistant", "typical", "sensitive"]
    assert exosomes.sensitivity.sel(stratum="typical") == 1.0
    assert (np.diff(exosomes.log_calibre.isel(arm=1), axis=0) < 0).all()
    healthy = explain(scenario("healthy"))
    assert healthy.stratum.values.tolist() == ["typical"]
    assert (healthy.clock_speed.isel(arm=1) == 1.0).all()


def test_phase_shares_add_up(exosomes: xr.Dataset) -> None:
    np.testing.assert_allclose(exosomes.phase_share.sum("state"), 1.0)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("finasteride_oral", "mg/L"),
        ("minoxidil_topical_5", "mg"),
        ("exosomes_adipose_microneedling", "sessions"),
        ("vehicle", "mL"),
    ],
)
def test_unit_of_a_level(name: str, unit: str) -> None:
    treatment = load_treatment(name)
    assert level_unit(treatment) == (unit if treatment.acts else "")


@pytest.mark.parametrize("arm", ["nobody", "exosomes", "both"])
def test_chain_is_drawn_with_one_time_axis(arm: str) -> None:
    data = explain(scenario(), arm)
    lowest = plot_chain(data)
    panels = root_figure(lowest).axes
    assert len(panels) == (4 if arm == "nobody" else 8)
    ((first, last),) = {panel.get_xlim() for panel in panels}
    assert -0.3 < first <= 0.0  # room for the mark of a dose on the day of baseline
    assert last == 12.0
    assert lowest.get_xlabel() == "weeks since baseline"
    lefts = {round(panel.get_position().x0, 9) for panel in panels}
    assert len(lefts) == 1


def test_chain_in_given_axes_stays_there() -> None:
    figure = Figure()
    ax = figure.add_subplot()
    lowest = plot_chain(explain(scenario()), ax)
    assert root_figure(lowest) is figure
    assert figure.axes == [ax]
    assert len(ax.child_axes) == 8


def test_one_visit_can_be_drawn() -> None:
    still = scenario().model_copy(
        update={"design": scenario().design.model_copy(update={"visits": (0.0,)})}
    )
    plot_chain(explain(still))
