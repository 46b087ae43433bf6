"""Progress of any design: it never falls, never passes what there is, and ends at it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import parse_scenario, simulate
from follicle_sim.experiments.instruments import compare_instruments
from follicle_sim.experiments.planning.plausible import plausible
from follicle_sim.experiments.planning.power import power
from follicle_sim.experiments.planning.question import make_question
from follicle_sim.protocol.headcount import people_of

TEXT = """
schema_version = 1
title = "minoxidil against nothing"
[population]
subjects = {subjects}
follicles = 12
target_area = "1 cm2"
follicle_density = "60 cm-2"
condition = "aga_male"
severity = {{ norwood_iii = 0.5, norwood_iv = 0.5 }}
age = ["20 years", "60 years"]
{inclusion}
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "1 day"
until = "1 year"
{control}
[run]
history = "60 days"
seed = {seed}
replicates = {replicates}
[design]
visits = ["0 days", "4 weeks"]
{design}
"""
CONTROL = '[[arms]]\nlabel = "nothing"\nrole = "untreated"'
DESIGNS = (
    'kind = "parallel"',
    'kind = "parallel"\nallocation = { drug = 3 }',
    'kind = "parallel"\nallocation = { drug = 2 }\nstratify = "severity"',
    'kind = "split_scalp"',
    'kind = "crossover"\nperiod = "4 weeks"\nwashout = "1 week"',
    'kind = "counterfactual"',
)
INCLUSIONS = (
    "",
    'inclusion = { age = ["30 years", "50 years"] }',
    'inclusion = { age = ["25 years", "60 years"], hair_density = ["20 cm-2", "70 cm-2"] }',
)


@st.composite
def scenarios(draw, designs=DESIGNS):
    one = draw(st.booleans())
    return parse_scenario(
        TEXT.format(
            subjects=draw(st.integers(4, 12)),
            inclusion=draw(st.sampled_from(INCLUSIONS)),
            control="" if one else CONTROL,
            seed=draw(st.integers(0, 99)),
            replicates=draw(st.integers(1, 3)),
            design='kind = "parallel"' if one else draw(st.sampled_from(designs)),
        )
    )


def stages_of(told, total, stages):
    """Check what was told, and that exactly these stages were."""
    for stage, done, of in told:
        assert 0 <= done <= of == total, (stage, done, of)
    assert {stage for stage, _, _ in told} == stages
    for stage in stages:
        mine = [done for name, done, _ in told if name == stage]
        assert mine == sorted(mine)
        assert mine[-1] == total


SIZES = st.lists(st.integers(2, 9), min_size=1, max_size=3)


def names(scenario, *stages):
    search = scenario.population.inclusion is not None
    return {*stages, *(f"{stage}: screening" for stage in stages if search)}


@settings(max_examples=25, deadline=None)
@given(scenarios())
def test_a_run_counts_every_person_once(scenario):
    told = []
    simulate(scenario, progress=lambda *each: told.append(each))
    total = scenario.run.replicates * people_of(scenario).total
    search = {"screening"} if scenario.population.inclusion is not None else set()
    stages_of(told, total, {"simulating"} | search)


@settings(max_examples=12, deadline=None)
@given(scenarios(DESIGNS[:5]), st.integers(2, 5), SIZES)
def test_power_counts_every_person_once(scenario, replicates, sizes):
    told = []
    power(scenario, sizes, replicates, report=lambda *each: told.append(each))
    total = replicates * people_of(scenario, max(sizes)).total
    stages_of(told, total, names(scenario, "trials", "drug off"))


@settings(max_examples=4, deadline=None)
@given(scenarios(DESIGNS[:1]), st.integers(2, 3), st.integers(1, 3))
def test_a_published_outcome_counts_every_person_once(scenario, replicates, spots):
    told = []
    question = make_question(scenario, (2.0,), replicates, spots=spots)
    plausible(question, report=lambda *each: told.append(each))
    stages_of(told, told[-1][2], names(scenario, "studies"))


@settings(max_examples=4, deadline=None)
@given(scenarios())
def test_instruments_count_every_person_once_a_method(scenario):
    told = []
    methods = ("trichoscopy", "macrophotography")
    compare_instruments(scenario, methods, report=lambda *each: told.append(each))
    total = 2 * scenario.run.replicates * people_of(scenario).total
    stages_of(told, total, names(scenario, "reading"))
