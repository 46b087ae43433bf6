"""People of a scenario: how they are written, refused, drawn and told of."""

import json

import numpy as np
import pytest
from people_examples import people
from planned import drawn_people

from follicle_sim import simulate
from follicle_sim.base.errors import InputError, Interrupted
from follicle_sim.biology.conditions import load_condition, load_conditions
from follicle_sim.biology.people_spread import spreads, typical_spread
from follicle_sim.experiments.explain import explain
from follicle_sim.protocol.describe import describe, overview
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.traits import DECISIONS, grade_of
from follicle_sim.scenario import dump_scenario, parse_scenario, scenario_hash, with_overrides
from follicle_sim.scenario.fields.correlation import TRAITS
from follicle_sim.simulation.people.enrolment import Flow, flow_text, joined

EVERYTHING = """
severity = { norwood_iii = 0.5, norwood_iv = 0.3, norwood_vi = 0.2 }
sex = { female = 0.25, male = 0.75 }
age = { mean = "42 years", sd = "9 years" }
spread = { typical = true, growth = 0.0, severity = 0.1 }
correlation = { severity-age = 0.5, progression-age = -0.3, follicle_density-severity = -0.2 }
[population.inclusion]
age = ["22 years", "65 years"]
sex = "male"
severity = ["norwood_iii", "norwood_iv"]
hair_density = ["20 cm-2", "2000 cm-2"]
screening = "2 weeks"
"""


def test_everything_is_written_back_as_it_was_read():
    scenario = people(EVERYTHING)
    again = parse_scenario(dump_scenario(scenario))
    assert again == scenario
    assert scenario_hash(again) == scenario_hash(scenario)


def test_everything_is_read_back_in_words():
    text = overview(people(EVERYTHING))
    for words in (
        "0.5 norwood_iii + 0.3 norwood_iv + 0.2 norwood_vi",
        "aged 42 years (SD 9 years)",
        "0.25 female + 0.75 male",
        "age-severity 0.5",
        "norwood_iii to norwood_iv, 20 cm-2 to 2000 cm-2 counted 2 weeks before baseline",
    ):
        assert words in text


def test_a_file_without_the_new_keys_keeps_its_hash():
    # of this text, from the version before people could differ in more than five traits
    scenario = parse_scenario(
        """
        schema_version = 1
        title = "one"
        arms = [{ label = "nobody", role = "untreated" }]
        design = { kind = "parallel", visits = ["0 days"] }
        [population]
        subjects = 2
        target_area = "1 cm2"
        follicle_density = "100 cm-2"
        condition = "healthy"
        spread = { growth = 0.1 }
        """
    )
    assert scenario_hash(scenario).startswith(HASH)
    assert scenario_hash(with_overrides(scenario, ["population.spread.severity=0.0"])).startswith(
        HASH
    )
    changed = with_overrides(scenario, ["population.spread.anagen=0.1"])
    assert not scenario_hash(changed).startswith(HASH)


HASH = "e0e9473da49fd1f4"

REFUSED = {
    'spread = "typcal"': ["population.spread", 'did you mean "typical"?'],
    'spread = { typical = "yes" }': ["population.spread.typical", "true or false"],
    "severity = { norwood_iii = 0.5, norwood_iv = 0.4 }": ["add up to 0.9"],
    "severity = { norwood_x = 1.0 }": ["severity.norwood_x", "unknown grade"],
    "severity = {}": ["population.severity: found an empty table"],
    "sex = { woman = 1.0 }": ["population.sex.woman", "unknown"],
    'age = ["70 years", "20 years"]': ["population.age", "the smaller one comes first"],
    'age = ["20 years"]': ["population.age: found a list; allowed: least and most"],
    'age = { mean = "40 years" }': ["population.age.sd: missing"],
    'age = { mean = "40 years", sd = "9 years", top = "70 years" }': ["population.age.top"],
    "age = 40": ["population.age", "without a unit"],
    "correlation = { severity = 0.1 }": ["two traits joined by a hyphen"],
    "correlation = { severty-age = 0.1 }": ['unknown trait "severty"', '"severity"?'],
    "correlation = { severity-severity = 0.1 }": ["name two"],
    "correlation = { severity-growth = 1.1 }": ["allowed: -1 to 1"],
    "spread = { severity = 0.2, growth = 0.2 }\n"
    "correlation = { severity-growth = 0.1, growth-severity = 0.2 }": ["stand here already"],
    "correlation = { severity-growth = 0.1 }": ["severity is the same for everybody"],
    "correlation = { growth-age = 0.1 }": ["age is the same for everybody"],
    "spread = { severity = 0.2, growth = 0.2, potency = 0.2 }\n"
    "correlation = { severity-growth = 0.9, growth-potency = 0.9, severity-potency = -0.9 }": [
        "population.correlation: these correlations contradict each other"
    ],
    'inclusion = { age = ["20 years", "30 years"] }': ["give population.age too"],
    'inclusion = { sex = "male" }': ["give population.sex too"],
    'inclusion = { severity = ["norwood_v", "norwood_ii"] }': ["the milder grade comes first"],
    'inclusion = { severity = "norwood_x" }': ["inclusion.severity", "unknown grade"],
    'inclusion = { hair_density = ["200 cm-2", "100 cm-2"] }': ["the smaller one comes first"],
    "inclusion = { hair_density = [100, 200] }": ["hair_density[0]", "without a unit"],
    'inclusion = { hair_density = ["1 cm-2", "9 cm-2"], screening = "2 years" }': [
        "population.inclusion.screening",
        "run.history",
    ],
    "inclusion = { agee = 1 }": ["population.inclusion.agee", '"age"?'],
}


@pytest.mark.parametrize("more", REFUSED)
def test_what_cannot_be_drawn_is_refused_in_plain_words(more):
    with pytest.raises(InputError) as caught:
        people(more)
    for words in REFUSED[more]:
        assert words in str(caught.value)


def test_too_few_eligible_is_refused_with_what_excludes_them():
    scenario = people(
        """
        age = ["20 years", "60 years"]
        spread = { severity = 0.25 }
        [population.inclusion]
        age = ["20 years", "40 years"]
        severity = "norwood_vi"
        """
    )
    with pytest.raises(InputError, match="fewer than one in 1,000") as caught:
        simulate(scenario)
    assert "left out by age" in str(caught.value)
    assert "widen a criterion" in str(caught.value)


def test_every_condition_has_typical_spreads_of_known_traits():
    assert set(spreads()) == {known.typical_spread for known in load_conditions().values()}
    for name in spreads():
        assert set(typical_spread(name)) <= set(TRAITS)
    with pytest.raises(InputError, match="no typical spread"):
        typical_spread("aga_mael")


def test_typical_is_what_is_left_out():
    who = people("spread = { typical = true, growth = 0.0, severity = 0.7 }").population
    usual = {trait: row.value for trait, row in typical_spread("aga_male").items()}
    assert who.variation["severity"] == 0.7
    assert who.variation["growth"] == 0.0
    assert who.variation["follicle_density"] == usual["follicle_density"]
    assert people('spread = "typical"').population.variation["growth"] == usual["growth"]
    assert not any(people("").population.variation.values())


def test_traits_have_draws_of_their_own():
    assert tuple(DECISIONS) == TRAITS
    assert len(set(DECISIONS.values())) == len(TRAITS)


def test_grade_is_the_nearest_in_ratio():
    norwood = load_condition("aga_male")
    between = np.sqrt(1.0 * 1.5)
    graded = grade_of(norwood, np.array([0.01, 1.0, between * 0.999, between * 1.001, 99.0]))
    expected = ["norwood_ii", "norwood_iii", "norwood_iii", "norwood_iv", "norwood_vi"]
    assert graded.tolist() == expected
    assert set(grade_of(load_condition("healthy"), np.zeros(3))) == {"none"}


def test_ages_and_sexes_follow_their_laws():
    cohort = drawn_people(
        people('age = ["20 years", "60 years"]\nsex = { female = 0.3, male = 0.7 }', subjects=4000)
    )
    years = cohort.age / 365.25
    assert 20.0 < years.min() < 20.2
    assert 59.8 < years.max() < 60.0
    assert abs(years.mean() - 40.0) < 3 * 40.0 / np.sqrt(12 * 4000)
    assert abs((cohort.sex == "female").mean() - 0.3) < 3 * np.sqrt(0.21 / 4000)
    normal = drawn_people(people('age = { mean = "40 years", sd = "8 years" }', subjects=4000))
    assert abs(normal.age.std() / 365.25 - 8.0) < 3 * 8.0 / np.sqrt(2 * 4000)
    assert abs(normal.age.mean() / 365.25 - 40.0) < 3 * 8.0 / np.sqrt(4000)


@pytest.mark.parametrize(("mean", "end"), [(1, 0.0), (119, 120.0)])
def test_nobody_is_younger_than_born_or_older_than_the_oldest(mean, end):
    law = f'age = {{ mean = "{mean} years", sd = "8 years" }}'
    years = drawn_people(people(law, subjects=400)).age / 365.25
    assert ((years >= 0.0) & (years <= 120.0)).all()
    # beyond the end by the normal law: P(z < -1/8) of them
    assert abs((years == end).mean() - 0.4503) < 4 * np.sqrt(0.25 / 400)


def test_a_result_tells_of_its_people_only_what_differs():
    assert {"person", "age", "severity"}.isdisjoint(simulate(people("", subjects=3)))
    fixed = simulate(people('age = "30 years"\nsex = "male"', subjects=3))
    assert {"age", "sex"}.isdisjoint(fixed)
    data = simulate(people(EVERYTHING, subjects=5, follicles=100, history="60 days"))
    assert data["person"].dims == ("arm", "subject")
    assert (np.diff(data["person"].values[0]) > 0).all()
    assert set(np.unique(data["severity_class"])) <= {"norwood_iii", "norwood_iv"}
    assert set(np.unique(data["sex"])) == {"male"}
    assert ((data["age"] >= 22) & (data["age"] <= 65)).all()
    assert data["age"].attrs["units"] == "year"
    flow = json.loads(data.attrs["flow"])
    assert flow["enrolled"] == 5
    assert flow["screened"] == 5 + sum(flow["excluded"].values())
    assert set(flow["excluded"]) == {"age", "sex", "severity", "hair_density"}


def test_flows_add_up():
    one, two = Flow(10, {"age": 3}), Flow(5, {"age": 1})
    assert joined([one, two]) == Flow(15, {"age": 4})
    told = json.loads(flow_text([one, two]))
    assert told["screened"] == 15
    assert [each["enrolled"] for each in told["replicates"]] == [7, 4]
    assert "replicates" not in json.loads(flow_text([one]))


def test_the_typical_subject_of_a_mixture_can_be_explained():
    data = explain(people(EVERYTHING))
    assert float(data["hair_density"].min()) > 0.0


EXOSOMES = """
[[arms.doses]]
treatment = "exosomes_foreskin_injection"
amount = "1e9 particles/cm2"
every = "4 weeks"
count = 3
batches = "{batches}"
"""


def treated(doses, **size):
    """Return what people of two treated arms have of FGF7 at week 6, and the result."""
    text = dump_scenario(people("", history="30 days", visits='["0 days", "6 weeks"]', **size))
    arms = "".join(f'\n[[arms]]\nlabel = "{name}"\nrole = "treatment"\n{doses}' for name in "ab")
    head, _, tail = text.partition("[[arms]]")
    data = simulate(parse_scenario(head + arms + tail[tail.index("[design]") :]))
    return data["factor_level"].sel(factor="FGF7").isel(time=1).values, data


def test_a_shared_batch_is_that_of_every_person_and_arm():
    own, _ = treated(EXOSOMES.format(batches="own"), subjects=30)
    shared, _ = treated(EXOSOMES.format(batches="shared"), subjects=30)
    again, _ = treated(EXOSOMES.format(batches="shared"), subjects=30, seed=2)
    assert np.ptp(own[0]) > 0.0
    assert not np.array_equal(own[0], own[1])
    assert np.ptp(shared) == 0.0
    assert shared[0, 0] > 1.0
    assert again[0, 0] != shared[0, 0]


def test_a_shared_batch_is_written_back_and_an_own_one_keeps_the_hash():
    text = dump_scenario(people("")).replace(
        'role = "untreated"', 'role = "treatment"\n' + EXOSOMES.format(batches="shared")
    )
    shared = parse_scenario(text)
    assert parse_scenario(dump_scenario(shared)) == shared
    assert "from shared batches" in describe(shared)
    own = parse_scenario(text.replace('batches = "shared"', ""))
    assert scenario_hash(own) == scenario_hash(parse_scenario(text.replace("shared", "own")))
    assert scenario_hash(own) != scenario_hash(shared)


MINOXIDIL = """
[[arms.doses]]
treatment = "minoxidil_oral"
amount = "5 mg"
every = "1 day"
until = "8 weeks"
"""


def test_a_result_tells_who_responds():
    _, data = treated(MINOXIDIL, subjects=200, kind="counterfactual")
    responds = data["responder"].values
    assert np.array_equal(responds[0], responds[1])
    assert 0.2 < responds.mean() < 0.8
    moved = np.abs(data["factor_level"].isel(time=1).values - 1.0).sum(axis=-1)
    assert moved[responds == 1].min() > moved[responds == 0].max()
    assert "responder" not in treated(EXOSOMES.format(batches="own"), subjects=2)[1]


def test_ctrl_c_while_people_are_screened_says_how_many_were_found():
    scenario = people('[population.inclusion]\nhair_density = ["1 cm-2", "2000 cm-2"]\n')

    def impatient(stage, done, of):
        if stage == "screening" and done:
            raise KeyboardInterrupt

    wanted = sum(size for _, size in people_of(scenario).arms)
    told = rf"screened, \d+ of {wanted} found; nothing was written"
    with pytest.raises(Interrupted, match=told):
        simulate(scenario, progress=impatient)
