"""What each error of an instrument does to a known scalp, in closed form.

Tallies are written by hand, so that the right answer follows from the definition of the error and
not from a run. Where luck is part of it, its mean and its spread are those of the law named.
"""

import itertools
import math

import numpy as np
import pytest
from planned import drawn_people, planned

from follicle_sim import parse_scenario
from follicle_sim.base.codes import Decision, Phase
from follicle_sim.biology.sites import JITTER, UNIT_SIZE_SHARES
from follicle_sim.protocol.optics import clumping, moved_share, told_apart
from follicle_sim.protocol.timeline import SHED_WINDOW
from follicle_sim.scenario import Instrument
from follicle_sim.simulation.engine.agents import sight
from follicle_sim.simulation.instrument import SCREENING_MINUTE, read, reader_factors
from follicle_sim.simulation.instrument.counts import Scalp, count_hairs, errs
from follicle_sim.simulation.instrument.reading_draws import ReadingDraws, binomial, poisson

PEOPLE = 4000
HAIRS, THICK, ALIVE = 200.0, 120.0, 250.0
ROUNDING = 1.0 / 12.0
"""Variance that rounding to a whole number adds."""


def luck(visits: int = 1, people: int = PEOPLE, stream: int = 77) -> ReadingDraws:
    return ReadingDraws(5, 0, stream, np.arange(people)[:, None], np.arange(visits)[None, :])


def scalp(*, total: float = HAIRS, thick: float = THICK, area: float = 1.0, visits: int = 1):
    """People who all have the same hairs at every visit."""
    all_alike = np.ones((PEOPLE, visits))
    return Scalp(
        total * all_alike, thick * all_alike, ALIVE * all_alike, np.full((PEOPLE, 1), area)
    )


def assert_law(found: np.ndarray, mean: float, variance: float) -> None:
    """Hold a sample against a mean, to four standard errors, and a variance, to ten percent."""
    assert found.mean() == pytest.approx(mean, abs=4.0 * math.sqrt(variance / found.size) + 1e-9)
    assert found.var() == pytest.approx(variance, rel=0.1)


# -- counts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["circle", "square"])
@pytest.mark.parametrize(("border", "sign"), [("touching", 1.0), ("inside", -1.0)])
@pytest.mark.parametrize("area", [0.5, 2.0])
def test_who_lies_across_the_border_is_added_or_left_out(
    shape: str, border: str, sign: float, area: float
) -> None:
    """Santalo: P l / pi of border P meet hairs of length l, for each hair per area."""
    tool = Instrument(border=border, shape=shape, stub_length="2 mm")
    square = 100.0 * area  # mm2
    edge = 4.0 * math.sqrt(square) if shape == "square" else 2.0 * math.sqrt(math.pi * square)
    crossing = edge * 2.0 / (math.pi * square)
    found, _ = count_hairs(tool, scalp(area=area), luck())
    # of the variance of a Poisson number that crosses, the share 2 / pi
    variance = HAIRS * crossing * 2.0 / math.pi
    assert_law(found, HAIRS * (1.0 + sign * crossing), variance + ROUNDING)


def test_a_count_at_the_exit_has_no_error_of_the_border() -> None:
    tool = Instrument(border="exit", count_bias=1.5)
    total, thick = count_hairs(tool, scalp(), luck())
    assert (total == 1.5 * HAIRS).all()
    assert (thick == 1.5 * THICK).all()


def test_overlooked_hairs_are_a_binomial_share_and_thin_ones_are_overlooked_twice() -> None:
    tool = Instrument(missed=0.3, missed_thin=0.5)
    total, thick = count_hairs(tool, scalp(), luck())
    assert_law(thick, THICK * 0.7, THICK * 0.7 * 0.3)
    assert_law(total - thick, (HAIRS - THICK) * 0.7 * 0.5, (HAIRS - THICK) * 0.35 * 0.65)
    # each hair has luck of its own
    assert abs(np.corrcoef(thick.ravel(), (total - thick).ravel())[0, 1]) < 0.06


def test_a_share_overlooked_of_thin_hairs_alone_leaves_thick_ones() -> None:
    total, thick = count_hairs(Instrument(missed_thin=0.4), scalp(), luck())
    assert (thick == THICK).all()
    assert_law(total - thick, (HAIRS - THICK) * 0.6, (HAIRS - THICK) * 0.6 * 0.4)


def test_thin_hairs_are_overlooked_like_all_others() -> None:
    total, thick = count_hairs(Instrument(missed=0.4), scalp(thick=0.0), luck())
    assert (thick == 0.0).all()
    assert_law(total, HAIRS * 0.6, HAIRS * 0.6 * 0.4)


def test_marks_taken_for_hairs_are_thin_and_poisson_in_all_hairs() -> None:
    total, thick = count_hairs(Instrument(false_hairs=0.1), scalp(), luck())
    assert (thick == THICK).all()
    assert_law(total - HAIRS, 0.1 * HAIRS, 0.1 * HAIRS)


def test_merged_hairs_are_missing_from_the_thin_ones() -> None:
    """Two follicles of a unit merge with q = 1 - exp(-d^2 / 2 J^2); a lone thick hair is seen."""
    sharp, merged = (
        count_hairs(Instrument(occlusion=d), scalp(), luck()) for d in ("0 mm", "0.4 mm")
    )
    assert (merged[0] < sharp[0]).all()
    lost = sharp[0] - merged[0], sharp[1] - merged[1]
    assert (lost[0] > lost[1]).all()
    assert (lost[1] > 0.0).all()
    told = told_apart(np.array([[HAIRS]]), np.array([[ALIVE]]), 0.4).item()
    assert (merged[0] == round(told)).all(), "no other error, and one rounding"
    few = scalp(total=1.0, thick=1.0)
    assert (count_hairs(Instrument(occlusion="0.4 mm"), few, luck())[0] == 1.0).all()


def test_a_reader_multiplies_a_count_by_a_normal_factor() -> None:
    tool = Instrument(reader_error=0.05)
    two = reader_factors(tool, luck(visits=2))
    assert_law(two[:, 0], 1.0, 0.05**2)
    # two readings share no error
    assert abs(np.corrcoef(two.T)[0, 1]) < 0.06
    huge = reader_factors(Instrument(reader_error=3.0), luck())
    assert huge.min() == 0.0
    assert reader_factors(Instrument(), luck()).tolist() == [[1.0]] * PEOPLE


def test_operators_each_have_one_factor_and_share_out_the_people() -> None:
    tool = Instrument(operators=4, operator_error=0.1)
    total, _ = count_hairs(tool, scalp(total=1e6, visits=2), luck(visits=2))
    assert (total[:, 0] == total[:, 1]).all()
    factors, people = np.unique(total[:, 0] / 1e6, return_counts=True)
    assert factors.size == 4
    assert (np.abs(people / PEOPLE - 0.25) < 4.0 * math.sqrt(0.25 * 0.75 / PEOPLE)).all()
    assert 0.0 < np.abs(factors - 1.0).max() < 0.35
    other = count_hairs(tool, scalp(total=1e6), luck(stream=78))[0] / 1e6
    assert set(np.unique(other)) == set(factors), "the staff is that of every arm"
    by_visit = Instrument(operators=4, operator_error=0.1, operators_by="visit")
    changing, _ = count_hairs(by_visit, scalp(total=1e6, visits=2), luck(visits=2))
    same = (changing[:, 0] == changing[:, 1]).mean()
    assert abs(same - 0.25) < 4.0 * math.sqrt(0.25 * 0.75 / PEOPLE)


def test_matched_images_are_read_alike_at_every_visit() -> None:
    """The share found is one for all visits: a relative change shows no error but matching's."""
    tool = Instrument(matched=True, missed=0.3, missed_thin=0.5, false_hairs=0.1, reader_error=0.02)
    big = scalp(total=2e5, thick=1.2e5, visits=2)
    total, _ = count_hairs(tool, big, luck(visits=2))
    assert (total[:, 0] == total[:, 1]).all()
    expected = 1.2e5 * 0.7 + 0.8e5 * 0.7 * 0.5 + 2e5 * 0.1
    spread = 1.2e5 * 0.7 * 0.3 + 0.8e5 * 0.35 * 0.65
    assert_law(total[:, 0], expected, spread + (0.02 * expected) ** 2)
    left = Instrument(matched=True, match_error=0.01)
    total, _ = count_hairs(left, scalp(total=1e6, visits=2), luck(visits=2))
    assert_law(total[:, 1] / total[:, 0], 1.0, 2.0 * 0.01**2)


def test_hairs_overlooked_in_matched_images_are_a_binomial_number_at_all_visits() -> None:
    tool = Instrument(matched=True, missed=0.3, missed_thin=0.5, false_hairs=0.1)
    total, thick = count_hairs(tool, scalp(visits=2), luck(visits=2))
    assert (total[:, 0] == total[:, 1]).all()
    found = THICK * 0.7, (HAIRS - THICK) * 0.35
    spread = found[0] * 0.3 + found[1] * 0.65
    assert_law(total[:, 0], sum(found) + 0.1 * HAIRS, spread + ROUNDING)
    # thick and thin ones are found by one share
    share = sum(found) + 0.1 * HAIRS
    assert np.abs(thick / found[0] - total / share).max() <= 0.5 / found[0] + 0.5 / share
    few = count_hairs(Instrument(matched=True, missed=0.5), scalp(total=2.0, thick=1.0), luck())
    bald = count_hairs(tool, scalp(total=0.0, thick=0.0), luck())
    for counts in few:
        assert counts.min() == 0.0
    for counts in bald:
        assert (counts == 0.0).all()


def test_an_error_of_matching_needs_matching() -> None:
    assert (reader_factors(Instrument(match_error=0.1), luck()) == 1.0).all()
    huge = reader_factors(Instrument(matched=True, match_error=3.0), luck())
    assert huge.min() == 0.0


@pytest.mark.parametrize("shape", ["circle", "square"])
def test_an_area_found_again_loses_and_gains_the_hairs_of_a_strip(shape: str) -> None:
    """A shift of s along each axis at both visits is s sqrt(pi) long; it moves s P / sqrt(pi)."""
    for s, area in ((0.1, 0.5), (0.4, 2.0)):
        tool = Instrument(relocation=f"{s} mm", shape=shape)
        there = scalp(area=area, visits=2)
        found, _ = count_hairs(tool, there, luck(visits=2))
        edge = 4.0 if shape == "square" else 2.0 * math.sqrt(math.pi)
        moved = s / math.sqrt(math.pi) * edge / math.sqrt(100.0 * area)
        np.testing.assert_allclose(moved_share(tool, np.array([area])), moved, rtol=1e-12)
        clumps = clumping(tool, there.total, there.living)[0, 0]
        assert_law(found[:, 0], HAIRS, HAIRS * moved * clumps + ROUNDING)
        assert abs(np.corrcoef(found.T)[0, 1]) < 0.06


def test_an_area_that_is_lost_is_all_new_and_no_more() -> None:
    far = Instrument(relocation="20 mm")
    assert moved_share(far, np.array([0.1, 100.0]))[0] == 1.0
    assert 0.0 < moved_share(far, np.array([0.1, 100.0]))[1] < 1.0


def test_hairs_come_by_units() -> None:
    """Variance over mean of what a strip holds: 1 strewn by chance, else by what units hold."""
    sizes, shares = np.arange(1, 1 + len(UNIT_SIZE_SHARES)), np.array(UNIT_SIZE_SHARES)
    mean = (sizes * shares).sum()
    spread = (sizes**2 * shares).sum() - mean**2
    alive = np.array([250.0])
    assert clumping(Instrument(relocation="1 mm"), np.zeros(1), alive) == 1.0
    for hairs in (100.0, 250.0):
        p = hairs / 250.0
        wide = clumping(Instrument(relocation="20 mm"), np.array([hairs]), alive)
        narrow = clumping(Instrument(), np.array([hairs]), alive)
        units = 1.0 - p + p * spread / mean
        # the excess of a narrow strip has halved where it is half a millimetre wide
        width = 20.0 * math.sqrt(math.pi)
        assert narrow - units == pytest.approx(1.125 * p, rel=1e-12)
        assert wide - units == pytest.approx(1.125 * p * 0.5 / (0.5 + width), rel=1e-12)
    assert clumping(Instrument(), np.zeros(1), np.zeros(1)) == 1.0


@pytest.mark.parametrize("p", [0.2, 0.8, 1.0])
def test_two_of_a_unit_merge_as_often_as_they_lie_close(p: float) -> None:
    """Every way in which hairs of a unit are visible and merge, added up one by one."""
    distance = 0.1
    q = 1.0 - math.exp(-0.5 * (distance / JITTER) ** 2)
    expected = follicles = 0.0
    for size, share in enumerate(UNIT_SIZE_SHARES, 1):
        follicles += share * size
        for visible in itertools.product([0, 1], repeat=size):
            chance = math.prod(p if here else 1.0 - p for here in visible)
            # the k-th visible hair is seen where none of the k - 1 before it hides it
            shown = sum((1.0 - q) ** k for k in range(sum(visible)))
            expected += share * chance * shown
    alive = np.array([[500.0]])
    found = told_apart(p * alive, alive, distance)
    assert found.item() == pytest.approx(500.0 * expected / follicles, rel=1e-9)
    assert told_apart(p * alive, alive, 0.0).item() == p * 500.0


def test_an_area_without_follicles_shows_nothing() -> None:
    none = np.zeros((1, 1))
    assert told_apart(none, none, 0.2).item() == 0.0


def test_more_hairs_than_there_are_cannot_be_left_out() -> None:
    """Stubs longer than a small area all cross its border: none lies inside whole."""
    tool = Instrument(border="inside", stub_length="5 mm")
    for counts in count_hairs(tool, scalp(area=0.01), luck()):
        assert (counts == 0.0).all()


def test_a_bald_area_counts_nothing_whatever_its_border() -> None:
    tool = Instrument(border="touching", relocation="1 mm", missed=0.1, false_hairs=0.2)
    for counts in count_hairs(tool, scalp(total=0.0, thick=0.0), luck()):
        assert (counts == 0.0).all()


@pytest.mark.parametrize(
    "error",
    [
        {"occlusion": "0.1 mm"},
        {"border": "inside"},
        {"relocation": "0.1 mm"},
        {"missed": 0.01},
        {"missed_thin": 0.01},
        {"false_hairs": 0.01},
        {"count_bias": 1.01},
        {"count_bias": 0.99},
        {"operator_error": 0.01},
        {"matched": True},
    ],
    ids=str,
)
def test_every_error_of_a_count_is_noticed(error: dict[str, object]) -> None:
    assert errs(Instrument(**error))


def test_a_reader_alone_leaves_fractions_of_hairs() -> None:
    assert not errs(Instrument(reader_error=0.1, weight_loss=0.2, calibre_error=0.1))


class Given(ReadingDraws):
    """ReadingDraws that is said and not drawn."""

    value: float

    def uniform(self, decision: Decision) -> np.ndarray:
        return np.array([[self.value]])

    normal = uniform


def given(value: float) -> Given:
    found = Given(1, 0, 0, np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64))
    object.__setattr__(found, "value", value)
    return found


def test_counts_are_quantiles_of_their_law() -> None:
    """The k-th count is reached when the uniform passes the sum of all chances below it."""
    n, p = 6, 0.3
    reached = np.cumsum([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])
    for k in range(n):
        for step, expected in ((-1e-9, k), (1e-9, k + 1)):
            found = binomial([[n]], p, given(reached[k] + step), Decision.MISSED)
            assert found.item() == expected
            # the other outcome, counted from its own end
            found = binomial([[n]], 1 - p, given(reached[k] + step), Decision.MISSED)
            assert found.item() == n - expected
    assert binomial([[1]], 0.5, given(0.5), Decision.MISSED).item() == 0.0
    reached = np.cumsum([math.exp(-2.0) * 2.0**k / math.factorial(k) for k in range(9)])
    for k in range(8):
        assert poisson([[2.0]], given(reached[k] - 1e-9), Decision.COMB).item() == k
        assert poisson([[2.0]], given(reached[k] + 1e-9), Decision.COMB).item() == k + 1


def test_no_uniform_and_no_normal_lead_out_of_what_there_is() -> None:
    almost_one = given(1.0 - 2.0**-53)
    for n in range(5):
        for p in (0.0, 1e-9, 0.1, 0.3, 0.5):
            assert binomial([[n]], p, almost_one, Decision.MISSED).item() <= n
    assert poisson([[3.0]], almost_one, Decision.COMB).item() <= 200.0
    for z, expected in ((-60.0, 0.0), (60.0, 500.0)):
        assert binomial([[500]], 0.4, given(z), Decision.MISSED).item() == expected
    assert poisson([[100.0]], given(-60.0), Decision.COMB).item() == 0.0
    assert poisson([[100.0]], given(2.0), Decision.COMB).item() == 120.0


# -- readings --------------------------------------------------------------------------------------

TEXT = """
schema_version = 1
title = "read by hand"
arms = [{{ label = "one", role = "untreated" }}]
design = {{ kind = "parallel", visits = ["0 days", "28 days"] }}
[instrument]
{lines}
[population]
subjects = {people}
target_area = "{area} cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
"""
ALL = '"hair_density", "telogen_fraction", "anagen_density", "cumulative_thickness"'
AREA = 2.0
SHEDDING = 14.0
COLUMNS = {
    sight.SEEN: 200.0,
    sight.TERMINAL: 120.0,
    sight.SEEN_ANAGEN: 180.0,
    sight.CALIBRE_SUM: 9000.0,
    sight.GROWTH_SUM: 63.0,
    sight.WEIGHT_SUM: 121.8,
    sight.SHED: SHEDDING,
    sight.GROWS: 170.0,
    sight.PHASES + Phase.ANAGEN: 190.0,
    sight.PHASES + Phase.CATAGEN: 5.0,
    sight.PHASES + Phase.TELOGEN: 15.0,
    sight.PHASES + Phase.KENOGEN: 30.0,
    sight.PHASES + Phase.LOST: 10.0,
}


def reading(lines: str = "", *, people: int = PEOPLE, area: float = AREA, name=None, **tally):
    """Read people who all have the hairs of `COLUMNS`; `tally` replaces columns at visit 1."""
    scenario = parse_scenario(TEXT.format(lines=lines, people=people, area=area))
    protocol, cohort = planned(scenario), drawn_people(scenario)
    values = np.zeros((people, 2, sight.TALLY_COLUMNS))
    for column, value in COLUMNS.items():
        values[..., column] = value
    for column, value in tally.items():
        values[:, 1, getattr(sight, column)] = value
    return read(protocol, protocol.arms[0], cohort, values, reading=name)


def test_a_perfect_instrument_divides_what_is_there() -> None:
    found = reading(f"measures = [{ALL}]", people=3)
    expected = {
        "hair_density": 100.0,
        "terminal_density": 60.0,
        "vellus_density": 40.0,
        "shaft_calibre": 45.0,
        "anagen_fraction": 0.85,
        "telogen_fraction": 0.15,
        "anagen_density": 85.0,
        "growth_rate": 63.0 / 180.0,
        "shed_rate": SHEDDING / AREA / SHED_WINDOW,
        "hair_weight": 60.9,
        "cumulative_thickness": 0.045 * 100.0,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-14, err_msg=name)
    assert found["phase_count"][2, 1].tolist() == [190.0, 5.0, 15.0, 30.0, 10.0]


def test_thickness_is_of_all_hairs_counted_and_nothing_where_there_are_none() -> None:
    found = reading(f"measures = [{ALL}]\nmissed = 0.4", people=50)
    exact = found["shaft_calibre"] / 1000.0 * found["hair_density"]
    np.testing.assert_allclose(found["cumulative_thickness"], exact, rtol=1e-14)
    bare = reading(f"measures = [{ALL}]", people=3, SEEN=0.0, TERMINAL=0.0, CALIBRE_SUM=0.0)
    assert (bare["cumulative_thickness"][:, 1] == 0.0).all()
    assert np.isnan(bare["shaft_calibre"][:, 1]).all()
    assert (bare["anagen_density"][:, 1] == 0.0).all()


def test_clippings_that_are_lost_weigh_nothing() -> None:
    lost = reading("weight_loss = 0.3", people=20)["hair_weight"]
    np.testing.assert_allclose(lost, 0.7 * 60.9, rtol=1e-14)
    both = reading("weight_loss = 0.3\nweight_error = 0.1")["hair_weight"]
    assert_law(both, 0.7 * 60.9, (0.1 * 0.7 * 60.9) ** 2)
    assert reading("weight_error = 3.0")["hair_weight"].min() == 0.0


def test_a_misread_calibre_scatters_about_the_true_one() -> None:
    assert_law(reading("calibre_error = 0.04")["shaft_calibre"], 45.0, (0.04 * 45.0) ** 2)
    assert reading("calibre_error = 3.0")["shaft_calibre"].min() == 0.0


def test_a_reader_multiplies_all_densities_of_a_reading_alike() -> None:
    found = reading("reader_error = 0.1")
    factor = found["hair_density"] / 100.0
    assert_law(factor, 1.0, 0.01)
    np.testing.assert_allclose(found["terminal_density"], 60.0 * factor, rtol=1e-12)
    np.testing.assert_allclose(found["vellus_density"], 40.0 * factor, rtol=1e-12)


def test_the_phases_of_overlooked_hairs_are_luck() -> None:
    """Of n hairs a share f is drawn without return: the variance of p is p q (1 - f) / (f n)."""
    found = reading("missed = 0.4")["anagen_fraction"]
    assert_law(found, 0.85, 0.85 * 0.15 * 0.4 / 0.6 / 200.0)
    assert abs(np.corrcoef(found.T)[0, 1]) < 0.06
    alike = reading("missed = 0.4\nmatched = true")["anagen_fraction"]
    assert (alike[:, 0] == alike[:, 1]).all()
    assert_law(alike[:, 0], 0.85, 0.85 * 0.15 * 0.4 / 0.6 / 200.0)
    # a share stays one, however few hairs are left
    few = reading("missed = 0.9", SEEN=4.0, GROWS=3.0)["anagen_fraction"][:, 1]
    assert few.min() == 0.0
    assert few.max() == 1.0


def test_hairs_come_out_when_pulled_that_would_soon_have_fallen() -> None:
    lines = 'measures = ["pull_count", "pull_positive"]\npull_hairs = 40\npull_days = "14 days"'
    found = reading(f"{lines}\npull_threshold = 1")
    # 14 fall in 28 days, so 7 of 200 within 14 days
    chance = SHEDDING / SHED_WINDOW * 14.0 / 200.0
    assert_law(found["pull_count"], 40 * chance, 40 * chance * (1.0 - chance))
    assert np.array_equal(found["pull_positive"], found["pull_count"] > 1.0)
    # exactly as many as are normal is normal
    assert (found["pull_positive"][found["pull_count"] == 1.0] == 0.0).all()
    assert (found["pull_positive"][found["pull_count"] == 2.0] == 1.0).all()
    none = {"SEEN": 0.0, "TERMINAL": 0.0, "CALIBRE_SUM": 0.0}
    bare = reading(lines, **none, SHED=50.0)["pull_count"][:, 1]
    assert (bare <= 40.0).all()
    assert bare.mean() > 39.8


def test_a_comb_catches_a_poisson_share_of_what_is_shed() -> None:
    lines = 'measures = ["comb_count"]\ncomb_area = "400 cm2"\ncomb_days = 3\ncomb_catch = 0.2'
    mean = SHEDDING / AREA / SHED_WINDOW * 400.0 * 3.0 * 0.2
    assert_law(reading(lines)["comb_count"], mean, mean)


def rated(calibre_sum: float, lines: str = "rating_step = 0.5", people: int = 3) -> np.ndarray:
    measures = 'measures = ["global_rating"]'
    return reading(f"{measures}\n{lines}", people=people, CALIBRE_SUM=calibre_sum)["global_rating"]


@pytest.mark.parametrize(
    ("change", "points"),
    [
        (0.0, 0.0),
        (0.26, 1.0),
        (0.24, 0.0),
        (-0.24, 0.0),
        (1.0, 2.0),
        (9.0, 3.0),
        (-0.26, -1.0),
        (-0.9, -2.0),
    ],
)
def test_points_are_steps_of_coverage_since_baseline(change: float, points: float) -> None:
    found = rated(9000.0 * (1.0 + change))
    assert (found[:, 0] == 0.0).all()
    assert (found[:, 1] == points).all()
    assert not np.signbit(found[found == 0.0]).any()


def test_a_rating_errs_by_points_but_never_at_baseline() -> None:
    found = rated(9000.0 * 1.5, "rating_step = 0.5\nrating_error = 0.4", PEOPLE)
    assert (found[:, 0] == 0.0).all()
    # 1 point and a normal error of 0.4, rounded: P(0) = P(z < -1.25), P(2) the same
    shares = [(found[:, 1] == k).mean() for k in (0.0, 1.0, 2.0)]
    expected = np.array([0.1056, 0.7887, 0.1056])
    assert (np.abs(shares - expected) < 4.0 * np.sqrt(expected * (1 - expected) / PEOPLE)).all()


def test_a_screening_has_no_baseline_to_rate_against_and_luck_of_its_own() -> None:
    lines = 'measures = ["hair_density", "global_rating"]\nreader_error = 0.1'
    screened = reading(lines, name=SCREENING_MINUTE)
    assert np.isnan(screened["global_rating"]).all()
    # the visits of one call share the reading that is named
    assert (screened["hair_density"][:, 0] == screened["hair_density"][:, 1]).all()
    visits = reading(lines)["hair_density"]
    for column in visits.T:
        assert abs(np.corrcoef(screened["hair_density"][:, 0], column)[0, 1]) < 0.06


def test_a_reading_is_named_by_the_minute_of_its_visit() -> None:
    lines = "reader_error = 0.1"
    visits = reading(lines)["hair_density"]
    for column, minute in enumerate((0, 28 * 1440)):
        named = reading(lines, name=minute)["hair_density"]
        assert (named[:, 0] == visits[:, column]).all()


def test_only_what_is_measured_is_read_of_the_special_variables() -> None:
    plain = set(reading('measures = ["hair_density"]', people=3))
    for name in ("telogen_fraction", "anagen_density", "cumulative_thickness", "pull_positive"):
        more = set(reading(f'measures = ["{name}"]', people=3))
        assert more - plain == {name}
