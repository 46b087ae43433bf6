"""Which named draw decides what: a seed quoted in a paper must give the same trial for ever.

Each draw is a function of (seed, replicate, stream, subject, follicle, cycle, decision). Here the
names are written out a second time, beside the law that each draw follows.
"""

import math

import numpy as np
import pytest
from people_examples import people
from planned import drawn_people, planned

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import log_array, lognormal_multipliers, normals, uniforms
from follicle_sim.protocol.streams import stream_of
from follicle_sim.scenario import Instrument
from follicle_sim.simulation.instrument import SCREENING_MINUTE, read, reader_factors
from follicle_sim.simulation.instrument.counts import MATCHED, Scalp, count_hairs
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws
from follicle_sim.simulation.people.attendance import attend, by_visit, habit_of
from follicle_sim.simulation.people.cohort import allocate

SEED, REPLICATE, PEOPLE = 9, 2, 50
LABEL = "nobody treated"
SUBJECT = np.arange(PEOPLE)
VARIED = """
age = ["20 years", "60 years"]
sex = { female = 0.3, male = 0.7 }
severity = { norwood_ii = 0.5, norwood_iv = 0.5 }
[population.spread]
follicle_density = 0.2
severity = 0.3
progression = 0.4
potency = 0.5
growth = 0.1
anagen = 0.2
telogen = 0.3
kenogen = 0.4
"""


def uniform(decision: Decision, cycle=0, follicle: int = SUBJECT_LEVEL) -> np.ndarray:
    name = (SEED, REPLICATE, stream_of(LABEL), SUBJECT, follicle, cycle)
    return uniforms(*name, int(decision))


def normal(decision: Decision, cycle=0) -> np.ndarray:
    name = (SEED, REPLICATE, stream_of(LABEL), SUBJECT, SUBJECT_LEVEL, cycle)
    return normals(*name, int(decision))


def scenario(more: str = VARIED, design: dict | None = None):
    made = people(more, subjects=PEOPLE, visits='["0 days", "12 weeks"]')
    return made.model_copy(update={"design": made.design.model_copy(update=design or {})})


@pytest.fixture
def cohort():
    return drawn_people(scenario(), 0, REPLICATE, SEED)


@pytest.mark.parametrize(
    ("trait", "cv", "decision"),
    [
        ("progression", 0.4, Decision.PROGRESSION),
        ("potency", 0.5, Decision.POTENCY),
        ("growth", 0.1, Decision.GROWTH),
    ],
)
def test_traits_that_multiply(cohort, trait: str, cv: float, decision: Decision) -> None:
    assert np.array_equal(getattr(cohort, trait), lognormal_multipliers(cv, normal(decision)))


def test_paces_are_the_speeds_of_mean_durations_that_vary(cohort) -> None:
    lengths = (Decision.ANAGEN_LENGTH, Decision.TELOGEN_LENGTH, Decision.KENOGEN_LENGTH)
    for column, (cv, decision) in enumerate(zip((0.2, 0.3, 0.4), lengths, strict=True)):
        expected = 1.0 / lognormal_multipliers(cv, normal(decision))
        np.testing.assert_allclose(np.exp(cohort.pace[:, column]), expected, rtol=1e-12)


def test_age_sex_density_and_grade(cohort) -> None:
    year = 365.25
    phi = np.array([0.5 * math.erfc(-z / math.sqrt(2.0)) for z in normal(Decision.AGE)])
    # rounded, so that another library's error function gives the same person
    expected = year * (20.0 + 40.0 * np.round(phi, 12))
    np.testing.assert_allclose(cohort.age, expected, rtol=1e-14)
    assert np.array_equal(cohort.sex == "female", uniform(Decision.SEX) < 0.3)
    density = 250.0 * lognormal_multipliers(0.2, normal(Decision.FOLLICLE_DENSITY))
    np.testing.assert_allclose(cohort.area, 1.0 / density, rtol=1e-14)
    # the grade has a draw of its own, and the spread within a grade another
    within = lognormal_multipliers(0.3, normal(Decision.SEVERITY))
    middle = cohort.severity / within
    worse = normal(Decision.SEVERITY_GRADE) > 0.0
    assert np.unique(np.round(middle[worse], 9)).size == 1
    assert np.unique(np.round(middle[~worse], 9)).size == 1
    assert middle[worse].min() > middle[~worse].max()


def test_recruitment_visits_dropout_and_habits() -> None:
    design = {
        "visit_window": 5.0,
        "missed_visits": 0.4,
        "adherence_spread": 0.7,
    }
    made = scenario(design=design)
    protocol, who = planned(made, SEED), drawn_people(made, 0, REPLICATE, SEED)
    minute = 12 * 7 * 1440
    found = attend(protocol, who)
    shift = 5.0 * (2.0 * uniform(Decision.VISIT_DAY, minute) - 1.0)
    np.testing.assert_allclose(found.day[:, 1], 84.0 + shift, rtol=1e-15)
    assert np.array_equal(found.came[:, 1], uniform(Decision.MISSED_VISIT, minute) >= 0.4)
    odds = habit_of(protocol, who).odds
    np.testing.assert_allclose(odds, np.exp(0.7 * normal(Decision.PERSON_ADHERENCE)), rtol=1e-12)
    lack = by_visit(who, np.array([0.0, 84.0]), Decision.LACK_OF_EFFECT)
    assert np.array_equal(lack[:, 1], uniform(Decision.LACK_OF_EFFECT, minute))


def test_leaving_at_random_and_stopping_early() -> None:
    from follicle_sim.simulation.people.attendance import waiting_time

    who = drawn_people(scenario(), 0, REPLICATE, SEED)
    for decision in (Decision.DROPOUT, Decision.EARLY_STOP):
        expected = 365.25 * log_array(uniform(decision)) / np.log(0.8)
        np.testing.assert_allclose(waiting_time(who, 0.2, decision), expected, rtol=1e-12)


def test_allocation_is_named_by_block_class_and_place() -> None:
    classes = np.array([0, 1, 0, 0, 1, 0, 0, 0])
    found = allocate(classes, [2, 2, 4], seed=SEED, replicate=REPLICATE)
    places = [0, 1, 2, 2]
    for each in (0, 1):
        members = np.flatnonzero(classes == each)
        for block in range(-(-members.size // 4)):
            name = (stream_of(""), block, each, np.arange(4), int(Decision.ALLOCATION))
            order = np.argsort(uniforms(SEED, REPLICATE, *name))
            mine = members[4 * block : 4 * block + 4]
            assert found[mine].tolist() == [places[k] for k in order][: mine.size]


# -- readings --------------------------------------------------------------------------------------


def luck(reading: int = 40) -> ReadingDraws:
    return ReadingDraws(SEED, REPLICATE, stream_of(LABEL), SUBJECT[:, None], np.array([[reading]]))


def looked_at(total: float = 1e5) -> Scalp:
    ones = np.ones((PEOPLE, 1))
    return Scalp(total * ones, 0.5 * total * ones, 2.0 * total * ones, ones)


def test_names_of_readings_that_no_visit_has() -> None:
    assert (MATCHED, SCREENING_MINUTE) == (0x7FFFFFFE, 0x7FFFFFFF)


def test_readers_and_operators() -> None:
    tool = Instrument(reader_error=0.1)
    expected = 1.0 + 0.1 * normal(Decision.READER, 40)
    np.testing.assert_allclose(reader_factors(tool, luck())[:, 0], expected, rtol=1e-15)
    matched = Instrument(reader_error=0.1, match_error=0.02, matched=True)
    expected = 1.0 + 0.1 * normal(Decision.READER, MATCHED)
    expected *= 1.0 + 0.02 * normal(Decision.MATCHING, 40)
    np.testing.assert_allclose(reader_factors(matched, luck())[:, 0], expected, rtol=1e-15)
    staff = Instrument(operators=4, operator_error=0.1)
    operator = np.floor(4 * uniform(Decision.OPERATOR, MATCHED)).astype(int)
    bias = normals(SEED, REPLICATE, 0, operator, SUBJECT_LEVEL, 0, int(Decision.OPERATOR_BIAS))
    found, _ = count_hairs(staff, looked_at(), luck())
    assert found[:, 0].tolist() == np.rint(1e5 * (1.0 + 0.1 * bias)).tolist()


@pytest.mark.parametrize(
    ("errors", "decision", "sign"),
    [
        ({"border": "touching"}, Decision.BORDER, 1.0),
        ({"border": "inside"}, Decision.BORDER, 1.0),
        ({"relocation": "1 mm"}, Decision.RELOCATION, 1.0),
        # of a share above a half, those that are overlooked are drawn
        ({"missed": 0.2}, Decision.MISSED, -1.0),
        ({"missed_thin": 0.2}, Decision.MISSED_THIN, -1.0),
        ({"false_hairs": 0.2}, Decision.FALSE_HAIR, 1.0),
        ({"missed": 0.2, "matched": True}, Decision.MISSED, 1.0),
    ],
    ids=str,
)
def test_errors_of_a_count(errors: dict, decision: Decision, sign: float) -> None:
    """Large counts are linear in their normal draw: one visit, or all where they are matched."""
    found, _ = count_hairs(Instrument(**errors), looked_at(), luck())
    z = normal(decision, MATCHED if "matched" in errors else 40)
    if errors == {"missed": 0.2}:  # thick and thin hairs are as many, and each have a draw
        z = z + normal(Decision.MISSED_THIN, 40)
    assert np.corrcoef(found[:, 0], sign * z)[0, 1] > 0.999


@pytest.mark.parametrize(
    ("errors", "variable", "decision"),
    [
        ({"weight_error": 0.1}, "hair_weight", Decision.WEIGHING),
        ({"calibre_error": 0.1}, "shaft_calibre", Decision.CALIBRE_READING),
        ({"missed": 0.1}, "anagen_fraction", Decision.PHASE_READING),
    ],
)
def test_errors_of_other_readings(errors: dict, variable: str, decision: Decision) -> None:
    made = scenario("")
    made = made.model_copy(update={"instrument": Instrument(**errors)})
    protocol, who = planned(made, SEED), drawn_people(made, 0, REPLICATE, SEED)
    tally = np.full((PEOPLE, 2, 14), 1000.0)
    tally[..., 7] = 600.0
    found = read(protocol, protocol.arms[0], who, tally)[variable]
    for column, minute in enumerate((0, 12 * 7 * 1440)):
        assert np.corrcoef(found[:, column], normal(decision, minute))[0, 1] > 0.999
