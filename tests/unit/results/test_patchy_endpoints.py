"""Published numbers of alopecia areata, chemotherapy and effluvia beside hand-made courses."""

import math
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from follicle_sim import parse_scenario, simulate
from follicle_sim.evidence.observed import observations
from follicle_sim.results.clocks import clock_starts, last_attack
from follicle_sim.results.compare import ComparisonRow, ComparisonTable, compare
from follicle_sim.results.counterparts import Course, course
from follicle_sim.results.courses import NOTICED, SPANS
from follicle_sim.results.shares import SHARES

DIMS = ("arm", "subject", "time")
PEOPLE = 40


@dataclass
class Pair:
    study: str
    arms: dict[str, str] = field(default_factory=dict)


THRIVE = Pair("thrive_aa1_2024", {"drug": "deuruxolitinib_8_mg", "none": "placebo"})
BRAVE = Pair("brave_aa1_2022", {"drug": "baricitinib_4_mg", "none": "placebo"})


def make(weeks: list[float], labels: list[str], **variables: np.ndarray) -> xr.Dataset:
    """Return a parallel trial of given values (arm, subject, time)."""
    people = next(iter(variables.values())).shape[1]
    return xr.Dataset(
        {name: (DIMS, values) for name, values in variables.items()},
        coords={"arm": labels, "subject": np.arange(people), "time": 7.0 * np.asarray(weeks)},
        attrs={"design_kind": "parallel"},
    )


def scores(shares: tuple[float, ...], weeks: int = 2, low: float = 15.0) -> np.ndarray:
    """Return SALT scores: all begin at 90, the given share of each arm ends at `low`."""
    salt = np.full((len(shares), PEOPLE, weeks), 90.0)
    for arm, share in enumerate(shares):
        salt[arm, : round(share * PEOPLE), -1] = low
    return salt


def row_of(table: ComparisonTable, observation: str) -> ComparisonRow:
    (row,) = [row for row in table.rows if row.observation == observation]
    return row


def share_se(p: float) -> float:
    """Return the standard error of a simulated share: that of a mean of 0 and 1."""
    return math.sqrt(p * (1 - p) / (PEOPLE - 1))


# -- shares of people ------------------------------------------------------------------------------


def test_a_share_and_a_difference_of_shares_have_a_z() -> None:
    table = compare(make([0, 24], ["drug", "none"], salt=scores((0.3, 0.05))), [THRIVE])
    row = row_of(table, "thrive_aa1_2024:1")
    assert (row.endpoint, row.kind, row.unit) == ("salt20_responders", "level", "1")
    assert row.simulated == pytest.approx(0.3)
    assert row.simulated_se == pytest.approx(share_se(0.3))
    p = (0.296 * 351 + 0.5) / 352
    assert row.observed_se == pytest.approx(math.sqrt(p * (1 - p) / 351))
    assert row.se_source == "binomial, n = 351"
    assert row.z == pytest.approx((0.3 - 0.296) / math.hypot(share_se(0.3), row.observed_se))
    # 15 points is no score of 10 or less
    assert row_of(table, "thrive_aa1_2024:2").simulated == 0.0
    apart = row_of(table, "thrive_aa1_2024:1-vs-placebo")
    assert (apart.kind, apart.derived) == ("difference", True)
    assert apart.simulated == pytest.approx(0.25)
    assert apart.z is not None
    # a share of 0 of 140 has an error too
    assert row_of(table, "thrive_aa1_2024:6").observed_se > 0.004


def test_a_printed_difference_of_shares_is_of_levels_and_needs_no_baseline() -> None:
    salt = scores((0.4, 0.05), weeks=3)
    salt[1, :10, 0] = 15.0  # some controls begin with little loss: no part of the difference
    for weeks in ([0, 12, 36], [4, 12, 36]):
        row = row_of(compare(make(weeks, ["drug", "none"], salt=salt), [BRAVE]), "brave_aa1_2022:4")
        assert row.kind == "difference"
        assert row.observed == pytest.approx(0.326)
        assert row.simulated == pytest.approx(0.35)
        assert row.simulated_se == pytest.approx(math.hypot(share_se(0.4), share_se(0.05)))


def test_a_relative_fall_is_the_persons_own() -> None:
    salt = scores((0.5, 0.2))
    salt[0, 0] = [20.0, 9.9]  # half of a small score
    salt[0, 1] = [20.0, 11.0]
    salt[0, 2] = [0.0, 0.0]  # nothing to improve
    data = make([0, 24], ["drug", "none"], salt=salt)
    pair = Pair("ctp_543_2022", {"drug": "deuruxolitinib_8_mg", "none": "placebo"})
    row = row_of(compare(data, [pair]), "ctp_543_2022:3")
    assert row.endpoint == "salt50_responders"
    # 20 fell to 15; of the first three one fell by half and one had nothing to lose
    assert row.simulated == pytest.approx((20 - 3 + 1) / (PEOPLE - 1))
    assert row.people == PEOPLE - 1
    without = compare(make([12, 24], ["drug", "none"], salt=salt), [pair])
    reasons = {lost.name: lost.reason for lost in without.unmatched}
    assert reasons["ctp_543_2022:3"] == "the run has no visit at baseline"


def test_a_score_itself_is_compared_in_points() -> None:
    salt = np.full((1, PEOPLE, 2), 93.0)
    salt[0, :, 1] = np.linspace(60.0, 100.0, PEOPLE)
    pair = Pair("brave_placebo_2024", {"none": "placebo"})
    row = row_of(compare(make([0, 36], ["none"], salt=salt), [pair]), "brave_placebo_2024:1")
    assert (row.kind, row.unit, row.observed) == ("change", "points", -5.5)
    assert row.simulated == pytest.approx(-13.0)
    assert row.observed_se == pytest.approx(20.9 / math.sqrt(345))


def test_the_median_of_what_regrew() -> None:
    salt = np.full((2, 41, 2), 10.0)
    salt[0, :, 1] = np.linspace(-2.0, 2.0, 41)[::-1] + 2.0  # 0 to 4 points left, 2 in the middle
    data = make([0, 24], ["clobetasol", "hydrocortisone"], salt=salt)
    pair = Pair("lenane_2014", {"clobetasol": "clobetasol", "hydrocortisone": "hydrocortisone"})
    row = row_of(compare(data, [pair]), "lenane_2014:2")
    assert (row.endpoint, row.statistic) == ("bare_area_reduction", "median")
    assert row.simulated == pytest.approx(0.8)
    # order statistics half a root of 41 to either side of the middle one, 0.01 apart
    assert row.simulated_se == pytest.approx(0.5 * math.sqrt(41) * 0.01 * 40 / 41, rel=0.02)
    assert row_of(compare(data, [pair]), "lenane_2014:4").simulated == pytest.approx(0.0)


def test_complete_regrowth_of_an_area_and_of_a_scalp() -> None:
    cover = np.array([[[0.0, 0.95], [0.0, 0.85]]])
    area = course(make([0, 12], ["a"], cover=cover), "complete_regrowth")
    assert isinstance(area, Course)
    assert area.values[0, :, :].tolist() == [[0.0, 0.0], [1.0, 0.0]]
    # on a whole scalp a few bare spots leave the mean cover high
    salt = np.array([[[50.0, 5.0], [50.0, 0.0]]])
    scalp = course(make([0, 12], ["a"], cover=cover, salt=salt), "complete_regrowth")
    assert isinstance(scalp, Course)
    assert scalp.values[0, 1].tolist() == [0.0, 1.0]


def test_every_share_is_of_people_and_every_limit_is_between_none_and_all() -> None:
    rng = np.random.default_rng(7)
    data = make(
        [0, 12, 24],
        ["a", "b"],
        salt=rng.uniform(0.0, 100.0, (2, PEOPLE, 3)),
        cover=rng.uniform(0.0, 1.1, (2, PEOPLE, 3)),
        hair_density=rng.uniform(0.0, 200.0, (2, PEOPLE, 3)),
        lppai=rng.uniform(0.0, 10.0, (2, PEOPLE, 3)),
        hairline_stable=rng.integers(0, 2, (2, PEOPLE, 3)).astype(np.float64),
    )
    for name in set(SHARES) - {"bare_area_reduction", "disease_free", "complete_regrowth"}:
        simulated = course(data, name)
        assert isinstance(simulated, Course), name
        assert simulated.standing
        marks = simulated.values[np.isfinite(simulated.values)]
        assert set(np.unique(marks)) == {0.0, 1.0}, name


def shaken(values: np.ndarray, seed: int) -> np.ndarray:
    """Return values that each moved by one or two units in the last place, or not at all."""
    steps = np.random.default_rng(seed).integers(-2, 3, values.shape)
    for towards, sign in ((-np.inf, -1), (np.inf, 1)):
        for least in (1, 2):
            values = np.where(sign * steps >= least, np.nextafter(values, towards), values)
    return values


@pytest.mark.parametrize("seed", range(4))
def test_shares_decide_alike_whoever_comes_first_and_whatever_rounding_did(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # scores on the limits themselves: whole pieces of a twentieth of the scalp, bare or not
    base = 5.0 * rng.integers(0, 21, (1, PEOPLE, 1))
    later = np.where(rng.random((1, PEOPLE, 2)) < 0.5, 0.5, 0.1) * base
    salt = np.concatenate([base, later], axis=2)
    cover = rng.choice([0.0, 0.3, 0.89, 0.9, 1.0], salt.shape)
    hairs = np.concatenate([np.full(base.shape, 70.0), 70.0 * cover[..., 1:]], axis=2)
    order = rng.permutation(PEOPLE)
    weeks, names = [0, 12, 24], ["a"]
    index = np.where(rng.random(salt.shape) < 0.5, 4.0, 3.0)
    stable = np.where(rng.random(salt.shape) < 0.5, 1.0, 0.0)
    moved = {"salt": salt, "cover": cover, "hair_density": hairs, "lppai": index}
    plain = make(weeks, names, **moved, hairline_stable=stable)
    shuffled = {name: shaken(v[:, order], seed + 9) for name, v in moved.items()}
    other = make(weeks, names, **shuffled, hairline_stable=stable[:, order])
    for name in set(SHARES) - {"bare_area_reduction", "regrowth_after_chemotherapy"}:
        one, two = course(plain, name), course(other, name)
        assert isinstance(one, Course), name
        assert isinstance(two, Course), name
        np.testing.assert_array_equal(one.values[:, :, order], two.values, err_msg=name)


def test_who_was_not_seen_is_neither() -> None:
    salt = scores((0.5,))
    salt[0, :4, 1] = np.nan
    row = row_of(
        compare(make([0, 24], ["none"], salt=salt), [Pair(THRIVE.study, {"none": "placebo"})]),
        "thrive_aa1_2024:5",
    )
    assert row.people == PEOPLE - 4
    assert row.simulated == pytest.approx(16 / 36)


def test_regrowth_without_a_stated_limit_says_so() -> None:
    table = compare(
        make([0, 26], ["a"], salt=scores((0.5,))), [Pair("prp_triamcinolone_jcdr", {"a": "prp"})]
    )
    reasons = {lost.name: lost.reason for lost in table.unmatched}
    assert "each paper sets a limit of its own" in reasons["prp_triamcinolone_jcdr:2"]


# -- what a person has once ------------------------------------------------------------------------


def test_times_after_a_delivery_need_no_week() -> None:
    days = np.arange(0.0, 365.0, 14.0)
    rate = np.ones((1, PEOPLE, days.size))
    # from 1 at day 70 to 3 at day 98 and back at day 140: above 1.5 from day 77 on
    rate[:] = np.interp(days, [70.0, 98.0, 140.0], [1.0, 3.0, 1.0])
    rate[0, ::2] *= 2.0  # a multiple of the person's own
    data = make(list(days / 7.0), ["mothers"], shed_rate=rate)
    table = compare(data, [Pair("hirose_2023", {"mothers": "with_hair_loss"})])
    assert row_of(table, "hirose_2023:2").simulated == pytest.approx(77.0)
    assert row_of(table, "hirose_2023:3").simulated == pytest.approx(98.0)
    assert row_of(table, "hirose_2023:4").simulated == pytest.approx(129.5)
    row = row_of(table, "hirose_2023:2")
    assert (row.endpoint, row.unit, row.people) == ("effluvium_onset", "d", PEOPLE)
    # it was looked for until the last visit
    assert row.day == days[-1]
    assert not row.interpolated


def test_the_median_time_is_that_of_those_who_had_it() -> None:
    days = np.arange(0.0, 120.0, 10.0)
    rate = np.ones((1, 5, days.size))
    for person, start in enumerate([30.0, 40.0, 50.0, 60.0]):  # the fifth never sheds more
        rate[0, person, days > start] = 2.0
    data = make(list(days / 7.0), ["ill"], shed_rate=rate)
    table = compare(data, [Pair("abrantes_2021", {"ill": "effluvium"})])
    row = row_of(table, "abrantes_2021:1")
    assert row.statistic == "median"
    assert row.people == 4
    # half way up between two visits
    assert row.simulated == pytest.approx(50.0)


def test_hair_through_chemotherapy() -> None:
    days = np.array([0.0, 20.0, 60.0, 100.0, 200.0, 300.0])
    lost = np.array([200.0, 0.0, 0.0, 0.0, 100.0, 200.0])
    kept = np.array([200.0, 150.0, 140.0, 150.0, 200.0, 200.0])
    hairs = np.stack([np.tile(lost, (10, 1)), np.tile(kept, (10, 1))])
    hairs[1, :4] = lost
    data = make(list(days / 7.0), ["bare", "cooled"], hair_density=hairs)
    bajpai = compare(data, [Pair("bajpai_2020", {"cooled": "cooling", "bare": "control"})])
    assert row_of(bajpai, "bajpai_2020:1").simulated == pytest.approx(0.6)
    assert row_of(bajpai, "bajpai_2020:5").simulated == 0.0
    apart = row_of(bajpai, "bajpai_2020:1-vs-control")
    assert apart.simulated == pytest.approx(0.6)
    assert apart.z is not None
    survey = compare(data, [Pair("watanabe_2019", {"bare": "chemotherapy"})])
    assert row_of(survey, "watanabe_2019:2").simulated == pytest.approx(20.0 * NOTICED)
    # this run does not say when its last dose was: weeks count from baseline
    assert row_of(survey, "watanabe_2019:4").simulated == pytest.approx(120.0)


def test_a_run_in_which_nobody_has_it_says_so() -> None:
    data = make([0, 26], ["ill"], shed_rate=np.ones((1, PEOPLE, 2)))
    table = compare(data, [Pair("abrantes_2021", {"ill": "effluvium"})])
    reasons = {lost.name: lost.reason for lost in table.unmatched}
    assert reasons["abrantes_2021:1"] == "nobody of this run has it"
    later = make([4, 26], ["ill"], shed_rate=np.ones((1, PEOPLE, 2)))
    table = compare(later, [Pair("abrantes_2021", {"ill": "effluvium"})])
    reasons = {lost.name: lost.reason for lost in table.unmatched}
    assert reasons["abrantes_2021:1"] == "the run has no visit at baseline"


def test_every_time_of_the_registry_is_in_days() -> None:
    for row in observations():
        if row.endpoint in SPANS and row.endpoint != "hair_preservation":
            assert row.unit == "d", row.id


# -- from when weeks count -------------------------------------------------------------------------

DOSED = """
schema_version = 1
title = "dosed for a while"
[population]
subjects = 2
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "healthy"
[[arms]]
label = "dosed"
role = "treatment"
doses = [{ treatment = "minoxidil_topical_5", amount = "1 mL", every = "3 weeks", count = 4 }]
[[arms]]
label = "none"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "10 weeks", "20 weeks"]
[run]
history = "30 days"
"""


def test_weeks_after_the_end_of_treatment_count_from_the_last_dose() -> None:
    data = simulate(parse_scenario(DOSED))
    assert clock_starts(data, "baseline").tolist() == [0.0, 0.0]
    # doses at weeks 0, 3, 6 and 9; controls of the trial count as the treated do
    assert clock_starts(data, "chemotherapy_end").tolist() == [63.0, 63.0]
    hairs = course(data, "incomplete_recovery")
    assert isinstance(hairs, Course)
    one_week = hairs.at(7.0)
    assert one_week is not None
    assert not one_week[1]  # week 10 is a visit
    assert hairs.at(7.0 * 12) is None  # week 21 is after the run
    assert hairs.at(7.0 * 5) is not None


def test_a_condition_that_is_chemotherapy_ends_with_its_last_infusion() -> None:
    def attack(**course: float) -> SimpleNamespace:
        return SimpleNamespace(course=SimpleNamespace(**course))

    infusions = attack(start=0.0, duration=1.0, every=21.0, count=4)
    lasting = attack(start=-math.inf, duration=math.inf, every=0.0, count=1)
    assert last_attack(SimpleNamespace(attacks=(infusions, lasting)), 365.0) == 64.0
    # what goes on at the end of the run has not ended
    assert last_attack(SimpleNamespace(attacks=(infusions,)), 50.0) is None
    assert last_attack(SimpleNamespace(attacks=(lasting,)), 365.0) is None
    assert last_attack(None, 365.0) is None
