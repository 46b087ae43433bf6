"""Properties of people: marginal laws, correlations, names, and inclusion that only selects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_examples import people
from planned import drawn_people

from follicle_sim import simulate
from follicle_sim.scenario import Dose
from follicle_sim.scenario.fields.correlation import TRAITS, ImpossibleError, mixing, pair_of

few = settings(deadline=None, max_examples=15)
VARYING = [trait for trait in TRAITS if trait != "age"]
MANY = 4000

correlations = st.dictionaries(
    st.tuples(st.sampled_from(TRAITS), st.sampled_from(TRAITS))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: "-".join(sorted(pair, key=TRAITS.index))),
    st.floats(-1, 1),
    min_size=1,
    max_size=6,
)


def matrix(pairs, traits):
    """Return the correlation matrix that pairs stand for."""
    whole = np.eye(len(traits))
    for key, value in pairs.items():
        i, j = (traits.index(trait) for trait in pair_of(key))
        whole[i, j] = whole[j, i] = value
    return whole


@given(correlations)
@settings(deadline=None, max_examples=300)
def test_what_mixes_draws_is_the_root_of_the_matrix_or_there_is_none(pairs):
    traits = [trait for trait in TRAITS if any(trait in pair_of(key) for key in pairs)]
    wanted = matrix(pairs, traits)
    least = np.linalg.eigvalsh(wanted)[0]
    try:
        named, factor = mixing(pairs)
    except ImpossibleError:
        assert least < 1e-6
        return
    assert least > -1e-6
    assert list(named) == traits
    assert np.allclose(np.array(factor) @ np.array(factor).T, wanted, atol=1e-4)


def traits_of(cohort):
    """Return each trait of a cohort on a scale on which it is normal (N, traits)."""
    density = -np.log(250.0 * cohort.area)  # one follicle each: the area has no rounding
    columns = [
        cohort.age,
        np.log(cohort.severity),
        density,
        np.log(cohort.progression),
        np.log(cohort.potency),
        np.log(cohort.growth),
        *(-cohort.pace.T),
    ]
    return np.stack(columns, axis=1)


def population(cv, pairs, seed=1, subjects=MANY):
    """Return a cohort whose every trait has coefficient of variation `cv`."""
    spread = ", ".join(f"{trait} = {cv!r}" for trait in VARYING)
    couples = ", ".join(f"{key} = {value!r}" for key, value in pairs.items())
    return drawn_people(
        people(
            f'age = {{ mean = "45 years", sd = "9 years" }}\n'
            f"spread = {{ {spread} }}\ncorrelation = {{ {couples} }}",
            subjects=subjects,
            seed=seed,
        )
    )


@given(st.floats(0.05, 0.8), st.floats(-0.9, 0.9), st.floats(-0.4, 0.4), st.integers(0, 999))
@few
def test_traits_keep_mean_one_and_their_spread_under_any_correlation(cv, strong, weak, seed):
    pairs = {"age-severity": strong, "severity-follicle_density": weak, "potency-anagen": strong}
    cohort = population(cv, pairs, seed)
    log_sd = np.sqrt(np.log1p(cv * cv))
    values = traits_of(cohort)[:, 1:]
    # five standard errors; a mean of n normals, and an SD of n normals (SD / root 2n)
    assert np.abs(values.mean(axis=0) + log_sd**2 / 2).max() < 5 * log_sd / np.sqrt(MANY)
    assert np.abs(values.std(axis=0) / log_sd - 1.0).max() < 5 / np.sqrt(2 * MANY)
    multiples = np.exp(values)
    assert np.abs(multiples.mean(axis=0) - 1.0).max() < 5 * cv / np.sqrt(MANY)


@given(st.floats(-0.9, 0.9), st.floats(-0.4, 0.4), st.integers(0, 999))
@few
def test_correlations_come_out_as_asked_and_all_others_as_zero(strong, weak, seed):
    pairs = {"age-severity": strong, "severity-follicle_density": weak, "potency-anagen": strong}
    seen = np.corrcoef(traits_of(population(0.3, pairs, seed)).T)
    # five standard errors of a correlation of n normals that is 0, the largest
    assert np.abs(seen - matrix(pairs, TRAITS)).max() < 5 / np.sqrt(MANY)


def test_a_correlation_of_the_wrong_sign_would_be_seen():
    seen = np.corrcoef(traits_of(population(0.3, {"age-severity": 0.3})).T)
    assert np.abs(seen - matrix({"age-severity": -0.3}, TRAITS)).max() > 5 / np.sqrt(MANY)


@given(st.integers(1, 60), st.integers(0, 99))
@few
def test_more_subjects_change_no_earlier_one(some, seed):
    few_people = traits_of(population(0.4, {"age-growth": 0.5}, seed, subjects=some))
    more_people = traits_of(population(0.4, {"age-growth": 0.5}, seed, subjects=61))
    assert np.array_equal(few_people, more_people[:some])


def test_a_correlation_leaves_the_traits_it_does_not_name_alone():
    plain = traits_of(population(0.4, {}))
    coupled = traits_of(population(0.4, {"age-growth": 0.5}))
    same = (plain == coupled).all(axis=0)
    assert [trait for trait, kept in zip(TRAITS, same, strict=True) if not kept] == ["growth"]


def test_no_spread_is_exactly_one():
    cohort = drawn_people(people('age = "40 years"'))
    for trait in ("severity", "progression", "growth", "potency"):
        assert (getattr(cohort, trait) == 1.0).all()
    assert not cohort.pace.any()


CHOOSY = """
age = ["20 years", "60 years"]
severity = { norwood_ii = 0.3, norwood_iii = 0.4, norwood_iv = 0.3 }
spread = "typical"
correlation = { severity-age = 0.4 }
"""
ASKED = """
[population.inclusion]
age = ["25 years", "55 years"]
severity = ["norwood_iii", "norwood_iv"]
hair_density = ["100 cm-2", "180 cm-2"]
"""
SMALL = {"follicles": 60, "error": 0.1, "visits": '["0 days", "60 days"]'}
BIOLOGY = ("phase_count", "anagen_fraction", "shaft_calibre", "hair_density", "age", "severity")


@pytest.mark.parametrize("kind", ["parallel", "counterfactual"])
def test_inclusion_changes_nobody_only_who_is_in(kind):
    chosen = simulate(people(CHOOSY + ASKED, subjects=12, kind=kind, **SMALL))
    names = chosen["person"].values[0] % 2**29
    everybody = simulate(people(CHOOSY, subjects=int(names.max()) + 1, kind=kind, **SMALL))
    for name in BIOLOGY:
        if name in everybody:
            assert np.array_equal(everybody[name].values[:, names], chosen[name].values), name


@given(st.integers(1, 30))
@settings(deadline=None, max_examples=5)
def test_more_subjects_do_not_change_who_came_in_before(some):
    few_people = simulate(people(CHOOSY + ASKED, subjects=some, **SMALL))
    more_people = simulate(people(CHOOSY + ASKED, subjects=31, **SMALL))
    assert np.array_equal(few_people["person"], more_people["person"][:, :some])
    assert np.array_equal(few_people["hair_density"], more_people["hair_density"][:, :some])


def test_candidates_asked_at_a_time_have_no_influence(monkeypatch):
    at_once = simulate(people(CHOOSY + ASKED, subjects=9, **SMALL))
    monkeypatch.setattr("follicle_sim.simulation.people.enrolment.FEWEST", 3)
    monkeypatch.setattr("follicle_sim.simulation.people.enrolment.MOST", 5)
    in_turn = simulate(people(CHOOSY + ASKED, subjects=9, **SMALL))
    assert at_once.identical(in_turn.assign_attrs(at_once.attrs))
    assert at_once.attrs["flow"] == in_turn.attrs["flow"]


def test_arms_that_share_their_people_share_those_chosen():
    two = people(CHOOSY + ASKED, subjects=5, kind="counterfactual", **SMALL)
    arms = (two.arms[0], two.arms[0].model_copy(update={"label": "also nobody treated"}))
    shared = simulate(two.model_copy(update={"arms": arms}))
    assert np.array_equal(shared["person"][0], shared["person"][1])
    apart = two.design.model_copy(update={"kind": "parallel"})
    own = simulate(two.model_copy(update={"arms": arms, "design": apart}))
    assert not np.array_equal(own["severity"][0], own["severity"][1])


def test_the_run_in_begins_with_the_count_that_decides():
    plain = people(CHOOSY + ASKED, subjects=8, **SMALL)
    design = plain.design.model_copy(update={"run_in": 28.0})
    data = simulate(plain.model_copy(update={"design": design}))
    screening = data["hair_density"].sel(time=-28.0)
    assert ((screening >= 100.0) & (screening <= 180.0)).all()
    assert not ((data["hair_density"].sel(time=0.0) - screening) == 0.0).all()


def test_people_of_a_stratified_trial_are_chosen_before_they_are_allocated():
    plain = people(CHOOSY + ASKED, subjects=20, **SMALL)
    arms = (plain.arms[0], plain.arms[0].model_copy(update={"label": "also nobody treated"}))
    design = plain.design.model_copy(update={"stratify": "severity"})
    data = simulate(plain.model_copy(update={"arms": arms, "design": design}))
    grades = data["severity_class"].where(data["enrolled"] == 1, "nobody")
    counts = [[int((grades[a] == g).sum()) for a in (0, 1)] for g in ("norwood_iii", "norwood_iv")]
    assert np.abs(np.diff(counts, axis=1)).max() <= 1
    assert np.sum(counts) == 40
    there = data["person"].values[data["enrolled"].values == 1]
    assert np.unique(there).size == 40


def test_who_is_counted_within_a_run_in_has_had_its_doses():
    # an instrument without error reads the same in a screening on the day of baseline
    asked = 'spread = { severity = 0.5, potency = 1.0 }\ninclusion = { screening = "0 days", '
    plain = people(
        asked + 'hair_density = ["100 cm-2", "160 cm-2"] }', subjects=8, **SMALL | {"error": 0.0}
    )
    laser = {"treatment": "laser_comb", "amount": "5 sessions", "every": "1 week", "count": 9}
    dose = Dose.model_validate({**laser, "adherence": 0.7})
    arm = plain.arms[0].model_copy(update={"doses": (dose,)})
    changes = {"run_in": 56.0, "run_in_arm": arm.label, "adherence_spread": 1.0}
    design = plain.design.model_copy(update=changes)
    data = simulate(plain.model_copy(update={"arms": (arm,), "design": design}))
    baseline = data["hair_density"].sel(time=0.0)
    assert ((baseline >= 100.0) & (baseline <= 160.0)).all()
