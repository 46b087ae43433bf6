"""Endpoints whose papers leave a number open, beside hand-made courses of people."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import xarray as xr

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.open_numbers import OPEN
from follicle_sim.results.assumed import ASSUMED, made_with
from follicle_sim.results.compare import compare
from follicle_sim.results.counterparts import course
from follicle_sim.results.recipe import Span
from follicle_sim.scenario.load import parse_scenario

WEEKS = np.array([0.0, 24.0, 48.0])


def trial(**variables: list[list[float]]) -> xr.Dataset:
    """Return one arm of people (subject, time)."""
    arrays = {name: (("arm", "subject", "time"), np.array([x])) for name, x in variables.items()}
    people = len(next(iter(variables.values())))
    return xr.Dataset(
        arrays,
        coords={"arm": ["drug"], "subject": np.arange(people), "time": 7.0 * WEEKS},
        attrs={"design_kind": "parallel"},
    )


def values(dataset: xr.Dataset, endpoint: str, given: float) -> list[list[float]]:
    """Return what each person has at each visit, or once."""
    found = course(dataset, endpoint, given)
    assert not isinstance(found, str), found
    return np.moveaxis(found.values[0], 0, -1).tolist()


def test_regrowth_counts_from_the_given_share_of_what_was_bare() -> None:
    salt = trial(salt=[[80.0, 60.0, 40.0], [0.0, 0.0, 0.0]])
    assert values(salt, "regrowth", 0.25)[0] == [0.0, 1.0, 1.0]
    assert values(salt, "regrowth", 0.5)[0] == [0.0, 0.0, 1.0]
    assert np.isnan(values(salt, "regrowth", 0.5)[1]).all()  # nothing was bare


def test_loss_after_chemotherapy_is_graded_by_what_is_missing() -> None:
    hair = trial(hair_density=[[200.0, 50.0, 150.0], [200.0, 50.0, 100.0], [200.0, 0.0, 190.0]])
    last = [row[-1] for row in values(hair, "persistent_alopecia_grade_1", 0.2)]
    worse = [row[-1] for row in values(hair, "persistent_alopecia_grade_2", 0.5)]
    assert (last, worse) == ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    assert values(hair, "persistent_alopecia", 0.25)[0][-1] == 1.0


def test_score_of_loss_is_the_worst_and_goes_from_0_to_3() -> None:
    hair = trial(hair_density=[[200.0, 50.0, 200.0], [200.0, 150.0, 150.0], [200.0, 160.0, 160.0]])
    assert values(hair, "alopecia_score", 0.25) == [[3.0], [1.0], [0.0]]


def test_shedding_that_was_is_told_and_that_which_goes_on_is_another() -> None:
    shed = trial(shed_rate=[[1.0, 2.0, 1.0], [1.0, 1.2, 1.4], [1.0, 2.0, 2.0]])
    assert values(shed, "telogen_effluvium", 1.5) == [
        [0.0, 1.0, 1.0],
        [0.0, 0.0, 0.0],
        [0.0, 1.0, 1.0],
    ]
    still = values(shed, "chronic_effluvium", 1.5)
    assert [still[0][-1], still[2][-1]] == [0.0, 1.0]
    assert np.isnan(still[1]).all()  # never had it


def test_flares_count_from_the_lowest_score_so_far() -> None:
    salt = trial(salt=[[90.0, 20.0, 31.0], [90.0, 20.0, 29.0], [50.0, 61.0, 10.0]])
    assert values(salt, "flare", 10.0) == [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    days = [row[0] for row in values(salt, "flare_time", 10.0)]
    assert days[0] == pytest.approx(7 * (24 + 24 * 10 / 11), rel=1e-4)
    assert np.isnan(days[1])


def test_hair_that_falls_again_is_timed_from_its_lowest_loss() -> None:
    salt = trial(salt=[[90.0, 20.0, 40.0], [90.0, 90.0, 95.0]])
    days = [row[0] for row in values(salt, "shedding_after_stop_time", 5.0)]
    assert days[0] == pytest.approx(7 * (24 + 24 * 5 / 20))  # this run has no dose: from baseline
    assert np.isnan(days[1])  # no hair came that could fall again


def test_first_responses_fall_in_one_window_each() -> None:
    salt = trial(salt=[[90.0, 60.0, 60.0], [90.0, 90.0, 15.0], [90.0, 90.0, 90.0]])
    first = values(salt, "salt30_reached", 1)
    assert first[:2] == [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert np.isnan(first[2]).all()  # of those who ever respond
    assert values(salt, "salt30_reached", 2)[0] == [0.0, 1.0, 1.0]
    never = values(salt, "salt30_without_salt20", 20.0)
    assert (never[0][-1], never[1][-1]) == (1.0, 0.0)


def test_hairs_on_an_area_are_its_density_times_the_area() -> None:
    assert values(trial(hair_density=[[100.0, 110.0, 90.0]]), "hair_count", 0.5)[0] == [50, 55, 45]


def test_every_open_number_belongs_to_the_registry_and_makes_an_endpoint() -> None:
    published = {row.endpoint for row in observations()}
    assert set(ASSUMED) == set(OPEN)
    for endpoint, meaning in OPEN.items():
        assert endpoint in published
        assert meaning
        made = made_with(endpoint, 1.0)
        assert made.needs if isinstance(made, Span) else all(made.needs)


def test_a_median_of_changes_is_that_of_the_people_and_not_of_the_group() -> None:
    salt = trial(salt=[[50.0, 50.0, 0.0], [100.0, 90.0, 80.0], [100.0, 100.0, 70.0]])
    table = Table("tofacitinib_asia", {"drug": "tofacitinib_totalis"}, {"tofacitinib_asia:4": 48.0})
    (row,) = compare(salt, [table]).rows
    assert (row.kind, row.statistic) == ("percent_change", "median")
    assert row.simulated == pytest.approx(
        -0.3
    )  # of -100, -20 and -30 %; the group's mean fell by 40
    hair = trial(hair_density=[[100.0, 100.0, 110.0], [100.0, 100.0, 130.0], [90.0, 90.0, 92.0]])
    hair = hair.assign_coords(time=7.0 * np.array([0.0, 8.0, 16.0]))
    (row,) = compare(
        hair, [Table("amini_2025", {"drug": "exosomes"}, assume={"hair_count": 2.0})]
    ).rows
    assert row.simulated == pytest.approx(20.0)  # hairs on 2 cm2


@dataclass
class Table:
    study: str
    arms: dict[str, str]
    weeks: dict[str, float] = field(default_factory=dict)
    assume: dict[str, float] = field(default_factory=dict)


def test_a_week_and_a_limit_that_are_given_make_a_counterpart() -> None:
    salt = trial(salt=[[80.0, 60.0, 30.0], [80.0, 60.0, 60.0]])
    plain = Table("liu_2017", {"drug": "tofacitinib"})
    assert not compare(salt, [plain]).rows
    given = Table(
        plain.study, plain.arms, {"liu_2017:1": 48.0, "liu_2017:2": 24.0}, {"regrowth": 0.5}
    )
    rows = {row.observation: row for row in compare(salt, [given]).rows}
    assert (rows["liu_2017:1"].week, rows["liu_2017:1"].simulated) == (48.0, 0.5)
    assert (rows["liu_2017:2"].week, rows["liu_2017:2"].simulated) == (24.0, 0.0)


def test_a_number_for_an_endpoint_that_leaves_none_open_is_refused() -> None:
    table = Table("liu_2017", {"drug": "tofacitinib"}, assume={"salt50_responders": 0.5})
    with pytest.raises(InputError, match=r"compare\[0\]\.assume\.salt50_responders.*regrowth"):
        compare(trial(salt=[[80.0, 60.0, 30.0]]), [table])


SCENARIO = """
schema_version = 1
title = "patches"
[population]
subjects = 2
follicles = 20
target_area = "0.25 cm2"
follicle_density = "80 cm-2"
condition = "alopecia_areata"
scalp = "salt"
[design]
kind = "counterfactual"
visits = ["0 weeks", "24 weeks"]
[[arms]]
label = "drug"
role = "treatment"
doses = [{ treatment = "tofacitinib_oral", amount = "5 mg", every = "1 day", until = "1 week" }]
[[compare]]
study = "liu_2017"
arms = { drug = "tofacitinib" }
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('weeks = { "liu_2017:9" = 24 }', ["compare[0].weeks", "liu_2017:9", "liu_2017:1"]),
        ('weeks = { "liu_2017:1" = -3 }', ["compare[0].weeks", "found -3", "above 0"]),
        ("weeks = 24", ["compare[0].weeks: found 24", "a table is needed"]),
        (
            "assume = { regroth = 0.5 }",
            ["compare[0].assume", "regroth", 'did you mean "regrowth"?'],
        ),
        ("assume = { salt50_responders = 0.5 }", ["salt50_responders has no number to assume"]),
        ('assume = { regrowth = "half" }', ["compare[0].assume", '"half"', "a number above 0"]),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(line: str, told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        parse_scenario(SCENARIO + line)
    assert all(text in str(caught.value) for text in told), str(caught.value)


def test_a_week_that_is_stated_is_not_given_again() -> None:
    other = SCENARIO.replace("liu_2017", "brave_aa1_2022").replace('"tofacitinib"', '"placebo"')
    with pytest.raises(InputError, match="states its own week, 36"):
        parse_scenario(other + 'weeks = { "brave_aa1_2022:4" = 20 }')
