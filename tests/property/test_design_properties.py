"""Designs as a whole: who shares what, what moves no bit, and designs that must agree."""

import json
from functools import cache

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import parse_scenario, simulate
from follicle_sim.results.by_treatment import by_treatment
from follicle_sim.results.endpoints import is_paired, summarise
from follicle_sim.simulation.people.cohort import allocate

TEXT = """
schema_version = 1
title = "minoxidil against nothing"
[population]
subjects = {subjects}
follicles = {follicles}
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = {{ severity = 0.4, potency = 0.3 }}
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "1 day"
until = "3 years"
[[arms]]
label = "nothing"
role = "untreated"
{more}
[run]
history = "{history}"
seed = 11
[design]
"""
VISITS = 'visits = ["0 days", "8 weeks", "16 weeks"]'
BIOLOGY = ("phase_count", "factor_level")


@cache
def result(
    design: str,
    *,
    visits: str = VISITS,
    more: str = "",
    subjects: int = 6,
    follicles: int = 40,
    history: str = "200 days",
) -> xr.Dataset:
    text = TEXT.format(subjects=subjects, follicles=follicles, more=more, history=history)
    return simulate(parse_scenario(f"{text}{visits}\n{design}"))


def kind(name: str, more: str = "") -> str:
    own = {
        "crossover": 'period = "16 weeks"\nwashout = "8 weeks"\n',
        "delayed_start": 'switch = "8 weeks"\n',
    }
    return f'kind = "{name}"\n{own.get(name, "")}{more}'


SOME_MISSING = "missed_visits = 0.2\ndropout = { per_year = 0.3 }"


def test_who_shares_persons_and_who_shares_follicles() -> None:
    same = result(kind("counterfactual", SOME_MISSING))
    assert np.array_equal(same.person[0], same.person[1])
    # before any dose has acted, the same scalp
    assert np.array_equal(same.phase_count[0, :, 0], same.phase_count[1, :, 0])

    halves = result(kind("split_scalp", SOME_MISSING))
    assert np.array_equal(halves.person, same.person)
    assert np.array_equal(halves.attended[0], halves.attended[1])
    # the drug acts alike in both designs, on other follicles
    assert np.array_equal(halves.factor_level, same.factor_level)
    assert not np.array_equal(halves.phase_count[0, :, 0], halves.phase_count[1, :, 0])

    for name in ("parallel", "delayed_start", "crossover"):
        apart = result(kind(name, SOME_MISSING))
        assert not set(apart.person.values[0]) & set(apart.person.values[1])


def test_a_delayed_start_is_a_parallel_trial_until_the_switch() -> None:
    late, plain = result(kind("delayed_start")), result(kind("parallel"))
    before = {"time": slice(0, 56.0)}
    assert late[list(BIOLOGY)].sel(before).equals(plain[list(BIOLOGY)].sel(before))
    assert not late.factor_level.equals(plain.factor_level)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("counterfactual", SOME_MISSING),
        ("parallel", SOME_MISSING),
        ("parallel", "allocation = { drug = 3 }"),
        ("split_scalp", "missed_visits = 0.3"),
        ("crossover", 'dropout = { lack_of_effect = { per_visit = 0.9, wanted = "50 cm-2" } }'),
    ],
)
def test_missing_people_change_nobodys_hair(name: str, more: str) -> None:
    bare, gaps = result(kind(name)), result(kind(name, more))
    people = range(6)
    assert gaps.factor_level.isel(subject=people).equals(bare.factor_level)
    seen = gaps.hair_density.isel(subject=people)
    assert seen.equals(bare.hair_density.where(np.isfinite(seen)))
    if "allocation" not in more:
        assert 0 < int(np.isfinite(seen).sum()) < seen.size


def test_a_season_is_biology_and_a_missed_baseline_is_not() -> None:
    dated = kind("parallel", 'recruitment = { opens = "1 March" }')
    bare, gaps = (
        result(dated + more, history="2 years") for more in ("", "\nmissed_baseline = 0.3")
    )
    seen = gaps.hair_density
    assert gaps.factor_level.equals(bare.factor_level)
    assert seen.equals(bare.hair_density.where(np.isfinite(seen)))
    assert 0 < int(np.isfinite(seen).sum()) < seen.size


def test_another_arm_another_visit_and_a_window_move_no_other_bit() -> None:
    more = '[[arms]]\nlabel = "third"\nrole = "untreated"'
    for name in ("parallel", "delayed_start"):
        one = result(kind(name, SOME_MISSING))
        three = result(kind(name, SOME_MISSING), more=more)
        wanted = ["hair_density", "left_day", "person", *BIOLOGY]
        assert three[wanted].isel(arm=[0, 1]).equals(one[wanted])
        longer = VISITS.replace('"16 weeks"', '"12 weeks", "16 weeks"')
        between = result(kind(name, SOME_MISSING), visits=longer)
        assert (
            between[["hair_density", *BIOLOGY]]
            .isel(time=[0, 1, 3])
            .equals(one[["hair_density", *BIOLOGY]])
        )
    loose = result(kind("parallel", 'visit_window = "2 days"'))
    sharp = result(kind("parallel"))
    assert loose.isel(time=0).phase_count.equals(sharp.isel(time=0).phase_count)
    assert (np.abs(loose.visit_day - loose.time) <= 2.0).all()


def test_early_stop_ends_the_doses_and_not_the_visits() -> None:
    stops = result(kind("parallel", "early_stop = { per_year = 0.9 }"), subjects=12)
    full = result(kind("parallel"), subjects=12)
    assert np.isfinite(stops.hair_density).all()
    stopped = np.isfinite(stops.stopped_day.sel(arm="drug").values)
    assert 2 < stopped.sum() < 12
    wnt = stops.factor_level.sel(arm="drug") - full.factor_level.sel(arm="drug")
    moved = (np.abs(wnt) > 0).any(["time", "factor"]).values
    assert np.array_equal(moved, stopped)
    share = stops.doses_taken.sel(arm="drug").values
    assert (share[~stopped] == 1.0).all()
    assert np.allclose(share[stopped], np.ceil(stops.stopped_day.values[0, stopped]) / 112.0)
    assert np.isnan(stops.doses_taken.sel(arm="nothing")).all()


def test_on_a_split_scalp_a_person_leaves_with_both_halves() -> None:
    rule = 'dropout = { lack_of_effect = { per_visit = 1, wanted = "6 cm-2" } }'
    halves = result(kind("split_scalp", rule), subjects=30)
    assert np.array_equal(halves.left_reason[0], halves.left_reason[1])
    bare = result(kind("split_scalp"), subjects=30).hair_density
    better = (bare - bare.isel(time=0)).max("arm").isel(time=1).values
    assert np.array_equal(halves.left_reason.values[0] == 2, better < 6.0)


def test_arms_of_unequal_size_are_padded_and_counted() -> None:
    data = result(kind("parallel", "allocation = { drug = 2 }\nmissed_visits = 0.2"))
    assert data.enrolled.sum("subject").values.tolist() == [12, 6]
    assert np.isnan(data.hair_density.sel(arm="nothing")[6:]).all()
    assert (data.person.sel(arm="nothing")[6:] == -1).all()
    flow = json.loads(data.attrs["flow"])
    assert flow["allocated"] == {"drug": 12, "nothing": 6} == flow["completed"]
    rows = {(row.arm, row.day): row for row in summarise(data, ["hair_density"]).rows}
    attended = data.attended.sum("subject").values
    assert [rows["drug", day].n for day in (0.0, 56.0, 112.0)] == attended[0].tolist()
    assert rows["nothing", 0.0].n == 6
    # who came on which day is no endpoint
    assert not {"attended", "visit_day"} & {row.variable for row in summarise(data).rows}


def test_flows_add_up_over_replicates() -> None:
    text = TEXT.format(subjects=6, follicles=10, more="", history="200 days")
    text = text.replace("seed", "replicates = 2\nseed")
    design = kind("parallel", "dropout = { per_year = 0.9 }")
    data = simulate(parse_scenario(f"{text}{VISITS}\n{design}"))
    flow = json.loads(data.attrs["flow"])
    assert data.left_day.dims == ("replicate", "arm", "subject")
    left = (data.left_reason > 0).sum(["replicate", "subject"]).values.tolist()
    assert [each["at random"] for each in flow["lost"].values()] == left
    assert flow["allocated"] == {"drug": 12, "nothing": 12}
    assert [each["allocated"]["drug"] for each in flow["replicates"]] == [6, 6]


@settings(deadline=None, max_examples=40)
@given(
    classes=st.lists(st.integers(0, 4), min_size=1, max_size=80),
    ratio=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_allocation_is_balanced_and_knows_no_future(
    classes: list[int], ratio: list[int], seed: int
) -> None:
    who = np.array(classes)
    arms = allocate(who, [10 * part for part in ratio], seed=seed, replicate=0)
    places = np.array(ratio) // np.gcd.reduce(ratio)
    for each in set(classes):
        counts = np.bincount(arms[who == each], minlength=len(ratio))
        blocks = (who == each).sum() // places.sum()
        assert ((counts >= blocks * places) & (counts <= (blocks + 1) * places)).all()
    first = allocate(who[: len(who) // 2], ratio, seed=seed, replicate=0)
    assert np.array_equal(first, arms[: len(who) // 2])


def test_a_stratified_trial_balances_severity() -> None:
    data = result(kind("parallel", 'stratify = "severity"'), subjects=60, follicles=1)
    classes = data.severity_class.values
    grades = set(np.unique(classes)) - {""}
    assert len(grades) >= 4
    for grade in grades:
        drug, nothing = (classes == grade).sum(axis=1)
        assert abs(drug - nothing) <= 1
    persons = data.person.values[data.person.values >= 0]
    assert len(set(persons)) == persons.size == 120


STEADY = """[biology]
progression = "0 per year"
"""
LONG = 'visits = ["0 days", "8 weeks", "16 weeks", "24 weeks"]'


def gain(data: xr.Dataset, day: float) -> tuple[float, float]:
    """Return drug minus nothing, and its standard error, at a day since the start."""
    rows = summarise(data, ["hair_density"]).rows
    (row,) = (r for r in rows if r.arm == "drug" and r.day == day)
    assert row.difference is not None
    assert row.difference_se is not None
    return row.difference, row.difference_se


def crossed(washout: str) -> xr.Dataset:
    design = f'kind = "crossover"\nperiod = "24 weeks"\nwashout = "{washout}"'
    return result(design, visits=LONG, subjects=60, follicles=150)


def test_a_crossover_without_carry_over_finds_what_a_parallel_trial_finds() -> None:
    truth, error = gain(
        result('kind = "counterfactual"', visits=LONG, subjects=120, follicles=150), 168.0
    )
    assert truth > 6.0 * error
    clean = crossed("2 years")
    assert is_paired(by_treatment(clean))
    assert by_treatment(clean).sizes["subject"] == 120
    found, se = gain(clean, 168.0)
    assert abs(found - truth) < 3.0 * np.hypot(se, error)
    # without a washout the second period begins with the gain of the first
    spoilt, se = gain(crossed("0 days"), 168.0)
    assert abs(spoilt - truth) > 3.0 * np.hypot(se, error)


def test_by_treatment_keeps_each_persons_numbers() -> None:
    data = crossed("2 years")
    turned = by_treatment(data)
    assert turned.arm.values.tolist() == ["drug", "nothing"]
    assert turned.role.values.tolist() == ["treatment", "untreated"]
    assert turned.time.values.tolist() == [0.0, 56.0, 112.0, 168.0]
    second = [int(np.flatnonzero(data.time.values == 168.0 + 730.5)[0]) + k for k in range(4)]
    lived = data.hair_density.values
    assert np.array_equal(turned.hair_density.values[0, :60], lived[0][:, :4])
    assert np.array_equal(turned.hair_density.values[0, 60:], lived[1][:, second])
    assert np.array_equal(turned.hair_density.values[1, :60], lived[0][:, second])
    assert by_treatment(turned) is turned


def test_who_starts_late_catches_up() -> None:
    design = 'kind = "delayed_start"\nswitch = "24 weeks"'
    visits = 'visits = { every = "8 weeks", until = "72 weeks" }'
    data = result(design, visits=visits, subjects=80, follicles=150)
    apart, se = gain(data, 168.0)
    assert apart > 4.0 * se
    later, se = gain(data, 504.0)
    assert abs(later) < 3.0 * se
    assert later < apart / 2.0


@pytest.mark.parametrize("name", ["split_scalp", "parallel"])
def test_people_chosen_by_their_count_fit_every_design(name: str) -> None:
    more = "[population.inclusion]\nhair_density = ['185 cm-2', '300 cm-2']\n"
    stratify = "" if name == "split_scalp" else 'stratify = "severity"'
    data = result(kind(name, stratify), more=more)
    people = data.person.values[data.person.values >= 0]
    assert len(set(people)) == (6 if name == "split_scalp" else 12)
    flow = json.loads(data.attrs["flow"])
    assert flow["screened"] > flow["enrolled"] == len(set(people))
    assert sum(flow["allocated"].values()) == 12


def test_follicles_are_recorded_in_arms_of_unequal_size() -> None:
    more = "[record]\nfollicles = true\n"
    data = result(kind("parallel", "allocation = { drug = 2 }"), more=more)
    assert (data.follicle_phase.sel(arm="nothing")[6:] == 255).all()
    assert (data.follicle_phase.sel(arm="drug") != 255).all()
