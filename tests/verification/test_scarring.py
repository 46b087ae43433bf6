"""Scarring alopecia: a line that recedes, an index that follows, and scars that nothing fills."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import InputError, parse_scenario, simulate
from follicle_sim.base.codes import Phase
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.hairline import distances
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.instrument.scarring import index_of

NUMBER = '{{ value = {}, unit = "{}", source = "a test", grade = "user" }}'.format
DISEASE = """
[conditions.scar]
title = "a scar"
source = "a test"
androgen_sensitive = false
default_severity = "none"
severities = {{ none = 0.0 }}
follicle_density = {density}
{more}
[[conditions.scar.losses]]
about = "follicles turned into scar"
start = {start}
duration = {duration}
{size}
through = {{ IFNG = {one} }}
"""
BODY = """
schema_version = 1
title = "a scar"
run = {{ history = "{history}", seed = 11 }}
design = {{ kind = "counterfactual", visits = {visits} }}
{more}
[population]
subjects = {people}
follicles = {hairs}
target_area = "{area} cm2"
follicle_density = "240 cm-2"
condition = "{condition}"
[[arms]]
label = "nobody treated"
role = "untreated"
"""
DEPTH, SPEED = 20.0, 0.01  # mm, mm a day


def scar(size: str, start: float, duration: float, more: str = "") -> str:
    return DISEASE.format(
        density=NUMBER(240.0, "1/cm2"),
        start=NUMBER(start, "d"),
        duration=NUMBER(duration, "d"),
        size=size,
        one=NUMBER(1.0, "1"),
        more=more,
    )


def body(
    condition: str, visits: list[int], more: str = "", people: int = 30, hairs: int = 500
) -> str:
    days = str([f"{day} days" for day in visits]).replace("'", '"')
    return BODY.format(
        condition=condition,
        visits=days,
        more=more,
        people=people,
        hairs=hairs,
        area=round(hairs / 240.0, 4),
        history="2 years",
    )


def arm(label: str, treatment: str, amount: str, start: int, rest: str = "") -> str:
    dose = f'treatment = "{treatment}", amount = "{amount}", start = "{start} days"{rest}'
    return f'[[arms]]\nlabel = "{label}"\nrole = "treatment"\ndoses = [{{ {dose} }}]\n'


LINE = scar(
    f"speed = {NUMBER(SPEED, 'mm/d')}",
    -100.0,
    900.0,
    f"[conditions.scar.hairline]\ndepth = {NUMBER(DEPTH, 'mm')}",
)
INDEX = '[instrument]\nmethod = "lppai"\n'
RULER = '[instrument]\nmethod = "hairline"\nline_error = "0 mm"\n'


@pytest.fixture(scope="module")
def line() -> xr.Dataset:
    text = body("scar", [0, 100, 365, 730, 1100], RULER + "[record]\nfollicles = true\n")
    return simulate(parse_scenario(text + LINE))


def test_the_line_recedes_by_its_speed_every_year_until_the_disease_is_over(
    line: xr.Dataset,
) -> None:
    moved = line.hairline_recession.mean("subject").values[0]
    true = SPEED * np.array([0.0, 100.0, 365.0, 730.0, 800.0])
    share = true / DEPTH
    error = DEPTH * np.sqrt(share * (1 - share) / (30 * 500))
    assert (np.abs(moved - true) <= 4 * error + 1e-9).all()
    speed = line.hairline_speed.mean("subject").values[0]
    assert math.isnan(speed[0])
    assert speed[2] == pytest.approx(365.25 * SPEED, abs=4 * error[2])
    assert line.hairline_speed.attrs["units"] == "mm year-1"


def test_the_nearest_follicles_are_lost_and_no_others(line: xr.Dataset) -> None:
    phase = line.follicle_phase.values[0]  # (subject, time, follicle)
    far = distances(DrawNames(seed=11, subjects=np.arange(30)), np.arange(500), DEPTH)
    for visit, day in enumerate([0, 100, 365, 730]):
        front = SPEED * (day + 100.0)
        assert ((phase[:, visit] == Phase.LOST) == (far <= front + 1e-9)).all()


def test_a_lost_follicle_never_comes_back(line: xr.Dataset) -> None:
    lost = line.phase_count.sel(phase="lost").values
    assert (np.diff(lost, axis=-1) >= 0.0).all()


def test_who_stands_still_is_who_moved_no_further_than_the_limit(line: xr.Dataset) -> None:
    still = line.hairline_stable.values
    assert ((line.hairline_recession.values <= 2.0) == (still == 1.0)).all()
    assert still[..., 0].min() == 1.0
    assert still[..., 2].max() == 0.0  # 3.65 mm in a year


def test_readings_of_the_line_err_by_the_ruler() -> None:
    text = body(
        "scar", [0, 7], '[instrument]\nmethod = "hairline"\nline_error = "1 mm"\n', 400, 240
    )
    read = simulate(parse_scenario(text + LINE)).hairline_recession.values[0, :, 1]
    # a change is of two readings; 0.07 mm is lost, one follicle in 240 is 0.08 mm
    assert read.std() == pytest.approx(math.sqrt(2.0), rel=0.12)


# ---------------------------------------------------------------- burnt out

WHOLE = scar(f"share = {NUMBER(0.999998, '1')}", -300.0, 200.0)
HALF = scar(f"share = {NUMBER(0.5, '1')}", -300.0, 200.0)
WEEKLY = ', every = "1 week", count = 12'
GRAFTS = 40.0


def test_exosomes_do_nothing_in_a_scar_without_follicles() -> None:
    more = arm("exosomes", "exosomes_adipose_microneedling", "1 session", 0, WEEKLY)
    data = simulate(parse_scenario(body("scar", [0, 84, 168]) + more + WHOLE))
    assert (data.hair_density.values == 0.0).all()
    assert (data.phase_count.sel(phase="lost").values == 500.0).all()


def test_exosomes_bring_no_lost_follicle_back_and_act_only_on_those_left() -> None:
    more = arm("exosomes", "exosomes_adipose_microneedling", "1 session", 0, WEEKLY)
    scarred = simulate(parse_scenario(body("scar", [0, 84, 168]) + more + HALF))
    lost = scarred.phase_count.sel(phase="lost").values
    assert (lost[0] == lost[1]).all()
    whole = simulate(parse_scenario(body("healthy", [0, 84, 168]) + more))

    def gain(data: xr.Dataset) -> float:
        treated, untreated = data.hair_density.mean("subject").values
        return float(treated[1] - untreated[1])

    assert abs(gain(whole)) > 5.0  # in a healthy scalp club hairs fall first
    assert gain(scarred) == pytest.approx(0.5 * gain(whole), abs=0.6)


def grafted(disease: str, day: int) -> np.ndarray:
    """Return follicles gained by a transplant, per person and visit, as a share of those given."""
    more = arm("surgery", "hair_transplant", f"{GRAFTS} grafts/cm2", day)
    text = body("scar", [0, 30, 365, 730], people=40, hairs=240) + more + disease
    data = simulate(parse_scenario(text)).phase_count
    living = data.sum("phase") - data.sel(phase="lost")
    given = GRAFTS * 2.2  # follicles on 1 cm2
    return np.asarray((living.values[1] - living.values[0]).mean(axis=0) / given)


def test_a_transplant_lives_where_the_disease_is_silent() -> None:
    left = grafted(HALF, 0)
    survival = load_treatment("hair_transplant").graft.survival.value
    error = 4 * math.sqrt(survival * (1 - survival) / (40 * GRAFTS * 2.2))
    assert left[1:] == pytest.approx(np.full(3, survival), abs=error)


def test_a_transplant_is_attacked_where_the_disease_is_active() -> None:
    active = scar(f"rate = {NUMBER(0.002, '1/d')}", -300.0, 2000.0)
    left = grafted(active, 0)
    survival = load_treatment("hair_transplant").graft.survival.value
    expected = survival * np.exp(-0.002 * np.array([30.0, 365.0, 730.0]))
    assert left[1:] == pytest.approx(expected, abs=0.05)


def test_waiting_costs_what_no_later_drug_brings_back() -> None:
    drug = "hydroxychloroquine_oral"
    daily = ', every = "1 day", until = "1800 days"'
    arms = arm("early", drug, "400 mg", 0, daily) + arm("late", drug, "400 mg", 700, daily)
    text = body("lichen_planopilaris", [0, 700, 1800], people=60, hairs=200) + arms
    data = simulate(parse_scenario(text))
    left = (data.phase_count.sum("phase") - data.phase_count.sel(phase="lost")).mean("subject")
    untreated, early, late = left.values
    assert untreated[0] == early[0] == late[0]
    assert early[2] > late[2] + 10.0 > untreated[2] + 15.0
    assert late[1] == untreated[1]


# ---------------------------------------------------------------- the index

PLAIN = Instrument(method="lppai")


@given(st.floats(0.0, 1e9), st.floats(0.0, 1e9), st.floats(1e-9, 1.0 - 1e-9))
@settings(deadline=None)
def test_the_index_grows_with_activity_and_stays_on_its_scale(a: float, b: float, u: float) -> None:
    low, high = sorted((a, b))
    index = index_of(PLAIN, np.array([[low, high]]), np.array([[u]]))[0]
    assert 0.0 <= index[0] <= index[1] <= 10.0


def test_the_index_before_treatment_is_that_of_the_table_it_was_set_to() -> None:
    text = body("lichen_planopilaris", [0], INDEX, 4000, 4)
    index = simulate(parse_scenario(text)).lppai.values[0, :, 0]
    symptoms = (1.07 + 2.00 + 0.57 + 0.36 + 0.71 + 0.50) / 6
    signs = (1.64 + 1.07 + 1.93 + 1.71 + 1.29 + 1.36) / 6
    published = symptoms + signs + 2.5 * (0.36 + 0.43) / 2 + 1.5 * (1.7 + 2.0) / 4
    assert index.mean() == pytest.approx(published, abs=4 * index.std() / math.sqrt(index.size))


def test_the_index_of_a_silent_disease_is_none_and_a_drug_lowers_it() -> None:
    drug = arm(
        "drug", "hydroxychloroquine_oral", "400 mg", 0, ', every = "1 day", until = "1900 days"'
    )
    text = body("lichen_planopilaris", [0, 180, 400, 1900], INDEX, 100, 4)
    untreated, treated = simulate(parse_scenario(text + drug)).lppai.mean("subject").values
    assert treated[0] == pytest.approx(untreated[0], abs=0.3)  # other readings of the same people
    assert treated[1] < untreated[1] - 0.7
    assert untreated[3] == treated[3] == 0.0  # burnt out on day 1826
    assert treated[2] < treated[1] + 0.2


@pytest.mark.parametrize("method", ["hairline", "lppai"])
def test_what_a_disease_does_not_have_is_not_measured(method: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_scenario(body("healthy", [0], f'[instrument]\nmethod = "{method}"\n'))
    assert "instrument.measures" in str(caught.value)
    assert "conditions list" in str(caught.value)
