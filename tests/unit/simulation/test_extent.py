"""Cover of a scalp and its SALT score: areas, limits, reading error, refusals."""

from types import SimpleNamespace

import numpy as np
import pytest
from instrument_examples import seen_by
from planned import drawn_people, planned

from follicle_sim.base.errors import InputError
from follicle_sim.biology.scalps import TARGET_AREA, load_scalps
from follicle_sim.results.variables import FURTHER, OF_INSTRUMENTS
from follicle_sim.scenario import Instrument
from follicle_sim.scenario.fields.methods import load_methods, methods_that_see
from follicle_sim.scenario.rules.scalp import scalp_problems
from follicle_sim.simulation.arm import prepare_arm
from follicle_sim.simulation.instrument import observable, read, unseen
from follicle_sim.simulation.instrument.extent import misread, read_extent, salt_of, weighted_mean
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws

AREAS = np.array([0.40, 0.24, 0.18, 0.18])
"""Top, back and the sides (Olsen 2004)."""

SALT = Instrument(method="salt_score")
TRUE = Instrument(method="salt_score", salt_error=0.0)


def luck(people: int = 400, visits: int = 1) -> ReadingDraws:
    return ReadingDraws(5, 0, 77, np.arange(people)[:, None], np.arange(visits)[None, :])


def test_areas_count_by_their_size() -> None:
    bare_back = np.array([1.0, 0.0, 1.0, 1.0])
    assert salt_of(bare_back, AREAS, 0.7, 0.05) == pytest.approx(24.0)
    assert weighted_mean(bare_back, AREAS) == pytest.approx(0.76)
    # sizes are shares of their sum, so that a map may be written in cm2
    assert salt_of(bare_back, 500.0 * AREAS, 0.7, 0.05) == pytest.approx(24.0)


@pytest.mark.parametrize("pieces", [2, 7, 40])
def test_health_scores_exactly_none_and_a_bare_scalp_exactly_all(pieces: int) -> None:
    weight = np.random.default_rng(pieces).dirichlet(np.ones(pieces))
    # counts of 200 follicles scatter by 3 %: none of these is under 0.7 or over 0.05
    healthy = np.random.default_rng(1).normal(1.0, 0.03, (50, pieces))
    assert (salt_of(healthy, weight, 0.7, 0.05) == 0.0).all()
    assert (salt_of(np.full(pieces, 0.03), weight, 0.7, 0.05) == 100.0).all()
    # an average of equal values is the value itself
    assert weighted_mean(np.full(pieces, 0.3), weight) == pytest.approx(0.3, rel=1e-15)


def test_readers_agree_at_both_ends_and_err_between_them() -> None:
    scatter = np.random.default_rng(3).standard_normal(20_000)
    for end in (0.0, 100.0):
        assert (misread(np.full(20_000, end), 5.0, scatter) == end).all()
    middle = misread(np.full(20_000, 50.0), 5.0, scatter)
    assert middle.std() == pytest.approx(5.0, rel=0.02)  # 4 standard errors of an SD
    near = misread(np.full(20_000, 1.0), 5.0, scatter)
    assert near.min() == 0.0
    assert near.max() > 10.0


def test_a_reading_holds_what_the_instrument_measures() -> None:
    cover = np.tile(np.array([1.0, 0.0, 1.0, 1.0]), (400, 1, 1))
    exact = read_extent(TRUE, cover, AREAS, luck())
    assert set(exact) == {"salt", "cover", "region_cover"}
    assert exact["salt"] == pytest.approx(np.full((400, 1), 24.0))
    assert exact["region_cover"].shape == (400, 1, 4)
    erring = read_extent(SALT, cover, AREAS, luck())
    # 5 points, of 400 people: within 4 standard errors
    assert erring["salt"].std() == pytest.approx(5.0, rel=4 / np.sqrt(800))
    assert (erring["cover"] == exact["cover"]).all()
    assert read_extent(Instrument(), cover, AREAS, luck()) == {}


def test_a_target_area_has_a_cover_and_no_score() -> None:
    alone = read_extent(SALT, np.full((5, 2, 1), 0.4), np.ones(1), luck(5, 2))
    assert set(alone) == {"cover", "region_cover"}
    assert alone["cover"] == pytest.approx(np.full((5, 2), 0.4))


def test_a_reading_of_an_arm_takes_the_cover_along() -> None:
    scenario = seen_by(subjects=3, history="30 days")
    protocol = planned(scenario)
    arm = protocol.arms[0]
    cohort = drawn_people(scenario)
    run = prepare_arm(protocol, arm, cohort)
    cover = np.random.default_rng(2).uniform(0.0, 1.0, (3, 2, 4))
    tally = run.result.tally
    plain = read(protocol, arm, cohort, tally, instrument=SALT)
    whole = read(protocol, arm, cohort, tally, instrument=SALT, cover=cover, weight=AREAS)
    assert set(whole) - set(plain) == {"salt", "cover", "region_cover"}
    for name, values in plain.items():
        assert np.array_equal(values, whole[name], equal_nan=True), name
    # the same name of a reading is the same luck
    again = read(protocol, arm, cohort, tally, instrument=SALT, cover=cover, weight=AREAS)
    assert np.array_equal(whole["salt"], again["salt"])


# -- what sees it, and what it needs ------------------------------------------------------------


def test_the_score_is_seen_by_its_own_method_only() -> None:
    assert methods_that_see("salt") == ("salt_score",)
    assert unseen("salt", SALT) == ""
    assert unseen("salt", Instrument(method="trichoscan")).endswith("does: salt_score")
    assert "hair_density" not in observable(SALT)
    assert FURTHER["region_cover"] == "region"
    assert OF_INSTRUMENTS["salt"][0] == "1"
    assert load_methods()["salt_score"].values["full_cover"] == 0.7


@pytest.mark.parametrize("words", ["SALT", "Severity of Alopecia Tool", "SALT score"])
def test_papers_words_name_the_method(words: str) -> None:
    assert Instrument(method=words).method == "salt_score"


def test_a_score_without_a_whole_scalp_is_refused_at_its_place() -> None:
    with pytest.raises(InputError, match=r"instrument\.method.*whole scalp.*population\.scalp"):
        seen_by('method = "salt_score"')
    with pytest.raises(InputError, match=r'instrument\.measures: found "salt"'):
        seen_by('measures = ["hair_density", "SALT"]')


def test_a_score_of_a_whole_scalp_is_no_problem() -> None:
    rest = {
        "design": SimpleNamespace(kind="parallel"),
        "record": SimpleNamespace(follicles=False, tracked_follicles=0),
        "arms": (),
    }
    people = {"region": None, "severity": None, "stated": None, "also": ()}
    scalp = SimpleNamespace(scalp="salt", place=load_scalps()["salt"], **people)
    area = SimpleNamespace(scalp=None, place=TARGET_AREA, **people)
    whole = SimpleNamespace(instrument=SALT, population=scalp, **rest)
    assert list(scalp_problems(whole)) == []
    part = SimpleNamespace(instrument=SALT, population=area, **rest)
    assert len(list(scalp_problems(part))) == 1
    plain = SimpleNamespace(instrument=Instrument(), population=area, **rest)
    assert list(scalp_problems(plain)) == []


@pytest.mark.parametrize(
    ("key", "value"), [("full_cover", 0.3), ("bare_cover", 0.6), ("salt_error", -1.0)]
)
def test_limits_that_cross_are_refused(key: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"instrument\.{key}.*allowed"):
        seen_by(f"{key} = {value}")


def test_a_perfect_reader_keeps_what_bare_means() -> None:
    strict = Instrument(method="salt_score", full_cover=0.9)
    assert strict.perfected().full_cover == 0.9
    assert strict.perfected().salt_error == 0.0
