"""What must hold of every instrument: biology stays as it is, and luck belongs to a reading."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from people_examples import people
from planned import drawn_people, planned

from follicle_sim import parse_scenario, simulate
from follicle_sim.experiments.instruments import compare_instruments
from follicle_sim.protocol.optics import told_apart
from follicle_sim.simulation.arm import prepare_arm
from follicle_sim.simulation.instrument import SCREENING_MINUTE, read

few = settings(deadline=None, max_examples=10)

TRUTH = ("phase_count", "factor_level", "shed_rate")
SHARES = st.sampled_from([0.0, 0.04, 0.3])
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "occlusion": st.sampled_from(['"0.1 mm"', '"0.4 mm"']),
        "border": st.sampled_from(['"touching"', '"inside"']),
        "shape": st.sampled_from(['"square"', '"circle"']),
        "relocation": st.sampled_from(['"0.1 mm"', '"3 mm"']),
        "missed": SHARES,
        "missed_thin": SHARES,
        "false_hairs": SHARES,
        "count_bias": st.sampled_from([0.5, 1.3]),
        "reader_error": SHARES,
        "operators": st.sampled_from([1, 3]),
        "operator_error": SHARES,
        "operators_by": st.sampled_from(['"person"', '"visit"']),
        "matched": st.sampled_from(["true", "false"]),
        "match_error": st.sampled_from([0.0, 0.004]),
        "calibre_error": SHARES,
        "weight_loss": SHARES,
        "weight_error": SHARES,
    },
)
EVERYTHING = {
    "method": '"trichoscan"',
    "operators": 4,
    "operator_error": 0.05,
    "operators_by": '"visit"',
    "border": '"touching"',
    "measures": '["hair_density", "telogen_fraction", "global_rating", "pull_count", "comb_count"]',
    "rating_error": 0.4,
    "weight_error": 0.1,
}


def scenario(
    instrument: dict[str, object],
    *,
    visits: tuple[float, ...] = (0.0, 60.0),
    arms: tuple[str, ...] = ("one", "two"),
    subjects: int = 6,
    seed: int = 1,
    more: str = "",
):
    days = ", ".join(f'"{day!r} days"' for day in visits)
    lines = "\n".join(f"{key} = {value}" for key, value in instrument.items())
    labels = ", ".join(f'{{ label = "{arm}", role = "untreated" }}' for arm in arms)
    return parse_scenario(f"""
schema_version = 1
title = "read"
arms = [{labels}]
design = {{ kind = "counterfactual", visits = [{days}] }}
run = {{ seed = {seed}, history = "1 year" }}
{more}
[population]
subjects = {subjects}
target_area = "1 cm2"
follicle_density = "150 cm-2"
condition = "aga_male"
[instrument]
{lines}
""")


def result(instrument: dict[str, object], **changes) -> xr.Dataset:
    return simulate(scenario(instrument, **changes), threads=1)


@few
@given(ERRORS, st.integers(0, 2**32 - 1))
def test_no_error_changes_the_biology(errors: dict[str, object], seed: int) -> None:
    plain, read_badly = result({}, seed=seed), result(errors, seed=seed)
    for name in TRUTH:
        assert plain[name].values.tobytes() == read_badly[name].values.tobytes(), name
    for name in ("hair_density", "terminal_density", "vellus_density", "hair_weight"):
        assert (read_badly[name] >= 0.0).all(), name


def test_a_perfect_instrument_reads_the_truth() -> None:
    data = result({}, more="record = { follicles = true }")
    hairs = (data.follicle_calibre > 0).sum("follicle")
    thick = (data.follicle_calibre >= 30).sum("follicle")
    area = 1.0
    assert (data.hair_density * area == hairs).all()
    assert (data.terminal_density * area == thick).all()
    assert (data.vellus_density * area == hairs - thick).all()


@few
@given(ERRORS)
def test_people_count_whole_hairs(errors: dict[str, object]) -> None:
    chosen = scenario({"missed": 0.04, **errors})
    hairs = simulate(chosen, threads=1).hair_density.values
    if chosen.instrument.missed:
        assert (hairs == np.rint(hairs)).all()


@few
@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_a_finer_image_never_shows_fewer_hairs(one: float, other: float) -> None:
    fine, coarse = sorted((round(one, 1), round(other, 1)))
    sharp, blurred = (result({"pixel": f'"{size} um"'}) for size in (fine, coarse))
    assert (sharp.hair_density >= blurred.hair_density).all()


@few
@given(st.floats(0.0, 1.0, allow_subnormal=False), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_hairs_farther_apart_are_told_apart_at_least_as_well(
    share: float, one: float, other: float
) -> None:
    near, far = sorted((one, other))
    hairs, alive = np.array([[share * 250.0]]), np.array([[250.0]])
    shown = told_apart(hairs, alive, near).item(), told_apart(hairs, alive, far).item()
    assert hairs.item() * (1 + 1e-12) >= shown[0] >= shown[1] - 1e-9 >= -1e-9


@few
@given(st.integers(0, 1000), st.floats(0.01, 0.2))
def test_the_same_operator_cancels_in_a_relative_change(seed: int, error: float) -> None:
    truth, biased = (
        result({"operators": 5, "operator_error": size}, seed=seed).hair_density
        for size in (0.0, error)
    )
    # to the rounding of both counts
    slack = 1.0 / biased.isel(time=0)
    ratio = (biased / biased.isel(time=0)) / (truth / truth.isel(time=0))
    assert (np.abs(ratio - 1.0) <= 1.5 * slack).all()


def test_another_operator_at_each_visit_does_not_cancel() -> None:
    errors = {"operators": 5, "operator_error": 0.2, "operators_by": '"visit"'}
    biased, truth = (result(errors).hair_density, result({}).hair_density)
    ratio = (biased / biased.isel(time=0)) / (truth / truth.isel(time=0))
    assert float(ratio.isel(time=1).std()) > 0.1


@few
@given(st.lists(st.floats(1.0, 300.0).map(lambda day: round(day, 2)), min_size=1, max_size=3))
def test_more_visits_change_no_reading(more: list[float]) -> None:
    base = result(EVERYTHING)
    wider = result(EVERYTHING, visits=tuple(sorted({0.0, 60.0, *more})), subjects=9)
    same = wider.sel(time=base.time, subject=base.subject)
    for name in base.data_vars:
        assert base[name].values.tobytes() == same[name].values.tobytes(), name


@few
@given(st.permutations(["one", "two", "three"]))
def test_other_arms_change_no_reading(order: list[str]) -> None:
    base, more = result(EVERYTHING), result(EVERYTHING, arms=tuple(order))
    same = more.sel(arm=base.arm.values)
    for name in base.data_vars:
        assert base[name].values.tobytes() == same[name].values.tobytes(), name


def test_arms_of_the_same_people_share_no_error() -> None:
    hairs = result({"reader_error": 0.1}, subjects=400).hair_density.isel(time=0)
    truth = result({}, subjects=400).hair_density.isel(time=0)
    one, two = (hairs / truth).values
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.15


def test_screening_is_a_reading_of_its_own() -> None:
    chosen = scenario({"reader_error": 0.1}, visits=(0.0,), arms=("one",), subjects=400)
    plan = planned(chosen)
    arm = prepare_arm(plan, plan.arms[0], drawn_people(chosen))
    for job in arm.jobs():
        job(np.zeros(1, np.uint8))
    tally = arm.result.tally
    screened, again = (
        read(plan, plan.arms[0], arm.cohort, tally, reading=SCREENING_MINUTE)["hair_density"]
        for _ in range(2)
    )
    baseline = read(plan, plan.arms[0], arm.cohort, tally)["hair_density"]
    assert (screened == again).all()
    truth = simulate(scenario({}, visits=(0.0,), arms=("one",), subjects=400)).hair_density[0]
    errors = np.hstack([screened, baseline]) / truth.values - 1.0
    assert abs(np.corrcoef(errors.T)[0, 1]) < 0.15
    assert errors.std(axis=0) == pytest.approx(0.1, rel=0.1)


def test_a_trial_and_its_truth_are_of_the_same_people() -> None:
    asked = 'spread = { severity = 0.5 }\ninclusion = { hair_density = ["60 cm-2", "160 cm-2"] }'
    chosen = people(asked, subjects=8, follicles=60, visits='["0 days", "12 weeks"]')
    (seen,) = compare_instruments(chosen, ["macrophotography"])
    assert np.array_equal(seen.data["person"], seen.truth["person"])
    assert not np.array_equal(seen.data["hair_density"], seen.truth["hair_density"])
    spread, error = seen.errors("hair_density")
    assert error < spread


def test_regression_to_the_mean_appears_by_itself() -> None:
    """People let in for a low first reading have more hair at the next, untreated."""
    hairs = result({"reader_error": 0.1}, visits=(0.0, 28.0), subjects=400).hair_density[0]
    low = hairs[:, 0] < hairs[:, 0].quantile(0.3)
    assert float((hairs[:, 1] - hairs[:, 0])[low].mean()) > 5.0
    assert abs(float((hairs[:, 1] - hairs[:, 0]).mean())) < 2.0
