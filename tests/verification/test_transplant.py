"""Hair transplants: what is gained, when, and what is left alone."""

from statistics import NormalDist

import numpy as np
import pytest
import xarray as xr

from follicle_sim import InputError, parse_scenario, simulate
from follicle_sim.base.codes import NO_FOLLICLE, Phase
from follicle_sim.pharmacology.library import load_treatment

HEAD = """
schema_version = 1
title = "a transplant"
run = { history = "3 years", seed = 5 }
design = { kind = "counterfactual", visits = { every = "28 days", until = "78 weeks" } }
[population]
subjects = 20
follicles = 400
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_v"
"""
NOBODY = '[[arms]]\nlabel = "nobody"\nrole = "untreated"\n'
ARM = """
[[arms]]
label = "surgery"
role = "treatment"
[[arms.doses]]
treatment = "hair_transplant"
amount = "{amount} grafts/cm2"
start = "{start}"
"""


def surgery(amount: float = 30.0, start: str = "0 days") -> str:
    return ARM.format(amount=amount, start=start)


def density(data: xr.Dataset, arm: str) -> np.ndarray:
    """Return mean hairs per cm2 at the visits, (V,)."""
    return data["hair_density"].sel(arm=arm).mean("subject").values


@pytest.fixture(scope="module")
def both() -> xr.Dataset:
    return simulate(parse_scenario(HEAD + NOBODY + surgery()))


def log_normal_cdf(days: np.ndarray, mean: float, cv: float) -> np.ndarray:
    sigma = np.sqrt(np.log1p(cv * cv))
    z = (np.log(np.maximum(days, 1e-9)) - np.log(mean) + 0.5 * sigma**2) / sigma
    return np.array([NormalDist().cdf(x) for x in z])


def visible_share(day: float) -> float:
    """Return the share of surviving grafts that show their own hair: shaft, rest, first growth.

    The hair must grow 5 mm (4 of them under the skin) at 0.37 mm/day; calibre enters as that of a
    full-size follicle. Those already shed again after a whole anagen are left out: below 1 %.
    """
    g = load_treatment("hair_transplant").graft
    assert g is not None
    quantiles = (np.arange(2000) + 0.5) / 2000
    sigma = np.sqrt(np.log1p(g.shaft_cv.value**2))
    z = np.array([NormalDist().inv_cdf(q) for q in quantiles])
    shaft = g.shaft.value * np.exp(sigma * z - 0.5 * sigma**2)
    left = day - 5.0 / 0.37 - shaft
    return float(log_normal_cdf(left, g.rest.value, g.rest_cv.value).mean())


def check_gain(data: xr.Dataset, survival: float = 0.9) -> None:
    """Raise AssertionError unless density gained is that of theory, over the first 18 months."""
    gain = density(data, "surgery") - density(data, "nobody")
    follicles, area = data.sizes["subject"] * round(30 * 2.2 * 1.6), data.sizes["subject"] * 1.6
    for visit in (-1, -6, 12):
        share = survival * visible_share(float(data["time"][visit]))
        error = np.sqrt(follicles * share * (1.0 - share)) / area
        assert abs(gain[visit] - follicles / area * share) < 4.0 * error + 1.0


def test_the_gain_is_grafts_times_hairs_times_survival_times_visible_share(
    both: xr.Dataset,
) -> None:
    check_gain(both)
    with pytest.raises(AssertionError):
        check_gain(both, survival=0.8)


def test_density_dips_before_it_rises(both: xr.Dataset) -> None:
    treated, untreated = density(both, "surgery"), density(both, "nobody")
    assert treated[0] == untreated[0], "a visit on the day of surgery comes before it"
    assert treated[2] < 0.95 * treated[0], "week 8: stubble and shocked hairs are gone"
    assert treated[4] < treated[6] < treated[9], "then the grafts grow out"
    shed = both["shed_rate"].sel(arm="surgery").mean("subject").values
    assert shed[1] > 3.0 * shed[0]


def test_shocked_natives_fall_at_their_share_and_come_back() -> None:
    """Grafts that never take leave the shock alone to be seen."""
    text = HEAD + "[treatments.nothing]\ntitle = 'x'\nroute = 'surgery'\namount = 'grafts'\n"
    graft = load_treatment("hair_transplant").graft
    assert graft is not None
    text += "[treatments.nothing.graft]\n"
    for name, number in graft.model_dump().items():
        value = 0.0 if name == "survival" else 0.4 if name == "shock_share" else number["value"]
        text += f"{name} = {{ value = {value}, unit = '{number['unit']}', source = 'test', "
        text += "grade = 'user' }\n"
    text += NOBODY + surgery().replace("hair_transplant", "nothing")
    data = simulate(parse_scenario(text))
    count = data["phase_count"].sum("subject").isel(time=slice(0, 3))
    assert (count.sum("phase") == 20 * 400).all(), "grafts that fail count nowhere"
    anagen = count.sel(phase="anagen")
    share = 1.0 - float(anagen.sel(arm="surgery")[2] / anagen.sel(arm="nobody")[2])
    assert 0.25 < share < 0.42  # 0.4 fell; some began anew
    late = density(data, "surgery")[-1] / density(data, "nobody")[-1]
    assert late == pytest.approx(1.0, abs=0.03)


def test_other_arms_keep_every_bit_and_no_grafts_are_no_transplant(both: xr.Dataset) -> None:
    alone = simulate(parse_scenario(HEAD + NOBODY))
    assert both.sel(arm=["nobody"]).drop_attrs().equals(alone.drop_attrs())
    absent = simulate(parse_scenario(HEAD + surgery(0.0)))
    for name in alone.data_vars:
        assert alone[name].values.tobytes() == absent[name].values.tobytes(), name


def test_waiting_and_failed_grafts_are_recorded_as_no_follicle() -> None:
    text = (HEAD + surgery(start="30 days")).replace("subjects = 20", "subjects = 2")
    phase = simulate(parse_scenario(text + "[record]\nfollicles = true\n"))["follicle_phase"]
    grafts = phase.values[0, :, :, 400:]
    assert grafts.shape[2] == round(30 * 2.2 * 1.6)
    assert (grafts[:, :2] == NO_FOLLICLE).all()
    assert (grafts[:, 2:] == NO_FOLLICLE).any(), "some failed"
    taken = (grafts[:, 2:] != NO_FOLLICLE).mean()
    assert taken == pytest.approx(0.9, abs=0.07)
    assert (grafts[:, 2] != Phase.ANAGEN).all(), "four weeks after, all rest"
    assert (phase.values[0, :, :, :400] != NO_FOLLICLE).all()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("30.0 grafts/cm2", "900 grafts/cm2", "allowed: up to 200"),
        ('start = "0 days"', "adherence = 0.5", "not missed"),
        ("30.0 grafts/cm2", "30 mg", "grafts"),
    ],
)
def test_what_no_surgeon_does_is_refused(old: str, new: str, said: str) -> None:
    text = HEAD.replace('severity = "norwood_v"\n', "") + surgery()
    with pytest.raises(InputError, match=said):
        simulate(parse_scenario(text.replace(old, new)))


def test_who_stops_treatment_early_has_no_more_surgery() -> None:
    text = (HEAD + NOBODY + surgery(start="26 weeks")).replace(
        'until = "78 weeks" }', 'until = "78 weeks" }, early_stop = { per_year = 0.8 }'
    )
    data = simulate(parse_scenario(text))
    operated, bare = data.sel(arm="surgery"), data.sel(arm="nobody")
    stopped = (operated["stopped_day"] <= 182.0).values
    assert 5 < stopped.sum() < 15
    assert np.array_equal(operated["doses_taken"], ~stopped)
    # no grafts and no shock either: bit for bit the person without
    for name in ("hair_density", "shed_rate", "phase_count"):
        same = (operated[name] == bare[name]).all(
            [d for d in operated[name].dims if d != "subject"]
        )
        assert np.array_equal(same, stopped), name
    # the others are as if nobody could stop
    full = simulate(parse_scenario(HEAD + NOBODY + surgery(start="26 weeks"))).sel(arm="surgery")
    kept = ~stopped & operated["stopped_day"].isnull().values
    assert operated["hair_density"][kept].equals(full["hair_density"][kept])
