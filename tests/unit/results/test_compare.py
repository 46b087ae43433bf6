"""Comparison with published trials on hand-made datasets, against numbers worked out here."""

import csv
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from follicle_sim.base.errors import InputError
from follicle_sim.results.compare import ComparisonRow, ComparisonTable, compare

DIMS = ("arm", "subject", "time")
SUBJECTS = 8


@dataclass
class Pair:
    study: str
    arms: dict[str, str] = field(default_factory=dict)


KAUFMAN = Pair("kaufman_1998", {"fin": "finasteride", "pla": "placebo"})


def make(
    weeks: list[float], labels: list[str], kind: str = "counterfactual", **means: float
) -> xr.Dataset:
    """Build a dataset whose variables are random around `means`, drifting with time."""
    rng = np.random.default_rng(5)
    shape = (len(labels), SUBJECTS, len(weeks))
    drift = np.arange(len(labels))[:, None, None] * np.arange(len(weeks)) * 0.02
    variables = {
        name: (DIMS, mean * (1.0 + drift + 0.05 * rng.standard_normal(shape)))
        for name, mean in means.items()
    }
    return xr.Dataset(
        variables,
        coords={"arm": labels, "subject": np.arange(SUBJECTS), "time": 7.0 * np.asarray(weeks)},
        attrs={"design_kind": kind},
    )


def row_of(table: ComparisonTable, observation: str) -> ComparisonRow:
    (row,) = [row for row in table.rows if row.observation == observation]
    return row


def values(dataset: xr.Dataset, name: str) -> dict[str, np.ndarray]:
    return {str(arm): dataset[name].sel(arm=arm).values for arm in dataset["arm"].values}


def test_level_change_and_difference_paired() -> None:
    dataset = make([0, 52, 104], ["fin", "pla"], hair_density=173.0)
    table = compare(dataset, [KAUFMAN])
    hairs = values(dataset, "hair_density")
    change = {arm: hairs[arm][:, 1] - hairs[arm][:, 0] for arm in hairs}

    own = row_of(table, "kaufman_1998:2")
    assert (own.arm, own.control, own.kind, own.unit) == ("fin", "", "change", "cm-2")
    assert own.observed == pytest.approx(86 / 5.067)
    assert own.simulated == pytest.approx(change["fin"].mean())
    assert own.simulated_se == pytest.approx(stats.sem(change["fin"]))
    assert own.z is own.z_imputed is None
    assert own.ratio == pytest.approx(own.simulated / own.observed)
    assert (own.week, own.day, own.interpolated, own.derived) == (52.0, 364.0, False, False)

    apart = row_of(table, "kaufman_1998:4")
    pairs = change["fin"] - change["pla"]
    assert (apart.arm, apart.control, apart.people) == ("fin", "pla", SUBJECTS)
    assert apart.simulated == pytest.approx(pairs.mean())
    assert apart.simulated_se == pytest.approx(stats.sem(pairs))
    assert apart.z is None
    scale = math.hypot(stats.sem(pairs), 2 * 22.5 / math.sqrt(1553))
    assert apart.z_imputed == pytest.approx((pairs.mean() - 107 / 5.067) / scale)
    assert apart.use == "calibration"

    everyone = row_of(table, "kaufman_1998:1")
    mean = (hairs["fin"][:, 0] + hairs["pla"][:, 0]) / 2
    assert everyone.arm == "fin + pla"
    assert everyone.simulated == pytest.approx(mean.mean())
    assert everyone.simulated_se == pytest.approx(stats.sem(mean))
    assert table.unmatched == ()


def test_parallel_arms_are_independent() -> None:
    dataset = make([0, 48], ["five", "none"], "parallel", terminal_density=150.0)
    pair = Pair("olsen_2002", {"five": "minoxidil_5", "none": "placebo"})
    table = compare(dataset, [pair])
    hairs = values(dataset, "terminal_density")
    change = {arm: hairs[arm][:, 1] - hairs[arm][:, 0] for arm in hairs}
    row = row_of(table, "olsen_2002:1-vs-placebo")
    se = math.hypot(stats.sem(change["five"]), stats.sem(change["none"]))
    assert row.derived
    assert row.simulated_se == pytest.approx(se)
    observed_se = math.sqrt(25.4**2 / 139 + 21.7**2 / 78)
    assert row.observed == pytest.approx(14.7)
    assert row.z == pytest.approx((row.simulated - 14.7) / math.hypot(se, observed_se))
    assert row.z_imputed is None
    plain = row_of(table, "olsen_2002:1")
    gap = change["five"].mean() - 18.6
    assert plain.z == pytest.approx(
        gap / math.hypot(stats.sem(change["five"]), 25.4 / math.sqrt(139))
    )


def test_relative_figures_are_of_group_means() -> None:
    dataset = make([0, 48, 96], ["f", "p"], hair_weight=1.0, hair_density=170.0)
    table = compare(dataset, [Pair("price_2002", {"f": "finasteride", "p": "placebo"})])
    weight = values(dataset, "hair_weight")
    share = {arm: weight[arm][:, 2].mean() / weight[arm][:, 0].mean() - 1 for arm in weight}
    assert row_of(table, "price_2002:5").simulated == pytest.approx(share["f"])
    row = row_of(table, "price_2002:4")
    assert row.kind == "percent_difference"
    assert row.simulated == pytest.approx(share["f"] - share["p"])
    assert row.observed_se == pytest.approx(0.046)
    assert row.simulated_se is not None
    expected = (row.simulated - 0.358) / math.hypot(row.simulated_se, 0.046)
    assert row.z == pytest.approx(expected)


def test_derived_endpoints() -> None:
    dataset = make([0, 48], ["f", "p"], hair_density=200.0, anagen_fraction=0.6)
    table = compare(dataset, [Pair("van_neste_2000", {"f": "finasteride", "p": "placebo"})])
    hairs, share = values(dataset, "hair_density"), values(dataset, "anagen_fraction")
    growing = {arm: hairs[arm] * share[arm] for arm in hairs}
    assert row_of(table, "van_neste_2000:2").simulated == pytest.approx(growing["f"][:, 0].mean())
    ratio = share["p"][:, 0] / (1 - share["p"][:, 0])
    geometric = row_of(table, "van_neste_2000:8")
    assert geometric.statistic == "geometric mean"
    assert geometric.simulated == pytest.approx(stats.gmean(ratio))
    gain = (growing["f"][:, 1] - growing["f"][:, 0]) - (growing["p"][:, 1] - growing["p"][:, 0])
    row = row_of(table, "van_neste_2000:10")
    assert row.simulated == pytest.approx(gain.mean())
    assert row.z == pytest.approx((gain.mean() - 27.0) / math.hypot(stats.sem(gain), 2.9))


def test_hormones_come_from_factor_levels() -> None:
    dataset = make([0, 6], ["one", "none"])
    rng = np.random.default_rng(1)
    level = np.ones((2, SUBJECTS, 2, 3))
    level[0, :, 1, 1:] = rng.normal([0.36, 0.29], 0.02, size=(SUBJECTS, 2))
    dataset["factor_level"] = ((*DIMS, "factor"), level)
    dataset = dataset.assign_coords(factor=["WNT", "DHT", "DHT_SERUM"])
    pair = Pair("drake_1999", {"one": "finasteride_1_mg", "none": "placebo"})
    table = compare(dataset, [pair])
    scalp = row_of(table, "drake_1999:7")
    assert (scalp.endpoint, scalp.kind) == ("scalp_dht", "percent_change")
    assert scalp.observed == pytest.approx(-0.641)
    assert scalp.simulated == pytest.approx(level[0, :, 1, 1].mean() - 1)
    assert row_of(table, "drake_1999:8").simulated == pytest.approx(level[0, :, 1, 2].mean() - 1)
    without = compare(dataset.sel(factor=["WNT"]), [pair])
    reasons = {lost.name: lost.reason for lost in without.unmatched}
    assert reasons["drake_1999:7"] == "not recorded in this run: factor_level of DHT"


def test_between_visits_is_interpolated_and_outside_is_not() -> None:
    dataset = make([0, 40, 60], ["fin", "pla"], hair_density=173.0)
    table = compare(dataset, [KAUFMAN])
    hairs = values(dataset, "hair_density")["fin"]
    at_52 = 0.4 * hairs[:, 1] + 0.6 * hairs[:, 2]
    row = row_of(table, "kaufman_1998:2")
    assert row.interpolated
    assert row.simulated == pytest.approx((at_52 - hairs[:, 0]).mean())
    (lost,) = table.unmatched
    assert (lost.what, lost.name, lost.week) == ("observation", "kaufman_1998:5", 104.0)
    assert lost.reason == "week 104 is outside the run, weeks 0 to 60"


def test_an_uncontrolled_study_beside_an_untreated_arm() -> None:
    dataset = make([0, 12], ["exo", "nothing"], hair_density=121.0, shaft_calibre=52.6)
    table = compare(dataset, [Pair("park_2022", {"exo": "exosomes"})])
    gained = row_of(table, "park_2022:2-change")
    hairs = values(dataset, "hair_density")["exo"]
    assert gained.derived
    assert gained.observed == pytest.approx(25.6)
    assert gained.simulated == pytest.approx((hairs[:, 1] - hairs[:, 0]).mean())
    assert gained.unverified
    assert row_of(table, "park_2022:4-change").observed == pytest.approx(8.8)
    (lost,) = table.unmatched
    assert (lost.what, lost.name) == ("arm", "nothing")
    assert lost.reason == "not paired with an arm of park_2022, which has no control arm"


def test_everything_without_a_counterpart_is_named() -> None:
    dataset = make([0, 52], ["fin", "other"], hair_density=173.0)
    table = compare(dataset, [Pair("kaufman_1998", {"fin": "finasteride"})])
    reasons = {lost.name: lost.reason for lost in table.unmatched}
    assert reasons == {
        "kaufman_1998:3": 'arm "placebo" is not simulated',
        "kaufman_1998:4": 'its control arm "placebo" is not simulated',
        "kaufman_1998:5": 'its control arm "placebo" is not simulated',
        "other": "not paired with an arm of kaufman_1998",
    }


@pytest.mark.parametrize(
    ("study", "arms", "observation", "reason"),
    [
        ("olsen_2002", {"a": "minoxidil_5"}, "olsen_2002:1", "not recorded in this run: terminal"),
        ("ersan_2024", {"a": "exosomes"}, "ersan_2024:1", "does not simulate particle_diameter"),
        ("al_ameer_2025", {"a": "exosomes"}, "al_ameer_2025:1", "its week is not stated"),
        (
            "ijt_split_scalp_2020",
            {"a": "microneedling_prp"},
            "ijt_split_scalp_2020:3",
            "second reading of ijt_split_scalp_2020:1",
        ),
    ],
)
def test_reasons(study: str, arms: dict[str, str], observation: str, reason: str) -> None:
    table = compare(make([0, 60], ["a"], hair_density=150.0), [Pair(study, arms)])
    (lost,) = [lost for lost in table.unmatched if lost.name == observation]
    assert reason in lost.reason


def test_an_arm_whose_numbers_all_fail_is_named_too() -> None:
    table = compare(make([0, 4], ["a"], hair_density=150.0), [Pair("eun_2010", {"a": "placebo"})])
    assert table.rows == ()
    assert [lost.reason for lost in table.unmatched if lost.what == "arm"] == [
        'no number of arm "placebo" could be compared'
    ]


def test_two_simulated_arms_may_stand_for_one() -> None:
    dataset = make([0, 52], ["full", "lazy", "pla"], hair_density=173.0)
    arms = {"full": "finasteride", "lazy": "finasteride", "pla": "placebo"}
    table = compare(dataset, [Pair("kaufman_1998", arms)])
    found = [row for row in table.rows if row.observation == "kaufman_1998:4"]
    assert [(row.arm, row.control) for row in found] == [("full", "pla"), ("lazy", "pla")]


def test_a_label_with_a_plus_sign_is_met() -> None:
    dataset = make([0, 12], ["needles + drug"], hair_density=150.0)
    pair = Pair("dhurat_2013", {"needles + drug": "microneedling_minoxidil_5"})
    table = compare(dataset, [pair])
    assert not [lost for lost in table.unmatched if lost.what == "arm"]


def test_replicates_are_more_people() -> None:
    dataset = make([0, 52], ["fin", "pla"], hair_density=173.0)
    both = xr.concat([dataset, dataset * 1.01], dim="replicate")
    both.attrs = dict(dataset.attrs)
    row = row_of(compare(both, [KAUFMAN]), "kaufman_1998:2")
    assert row.people == 2 * SUBJECTS


def test_one_subject_has_no_error_and_no_z() -> None:
    dataset = make([0, 48], ["a", "b"], terminal_density=150.0).isel(subject=[0])
    row = row_of(compare(dataset, [Pair("olsen_2002", {"a": "minoxidil_5"})]), "olsen_2002:1")
    assert row.simulated_se is row.z is None
    assert row.ratio is not None


def test_without_a_baseline_visit_only_levels_match() -> None:
    dataset = make([4, 12], ["exo"], hair_density=121.0, shaft_calibre=52.6)
    table = compare(dataset, [Pair("park_2022", {"exo": "exosomes"})])
    assert [row.observation for row in table.rows] == ["park_2022:2", "park_2022:4"]


def test_comparisons_come_from_the_stored_scenario() -> None:
    dataset = make([0, 52], ["fin", "pla"], hair_density=173.0)
    assert compare(dataset) == ComparisonTable((), ())
    scenario = {"compare": [{"study": KAUFMAN.study, "arms": KAUFMAN.arms}]}
    dataset.attrs["provenance"] = json.dumps({"scenario": scenario})
    assert compare(dataset) == compare(dataset, [KAUFMAN])


def test_all_wrong_names_at_once() -> None:
    dataset = make([0, 52], ["fin", "pla"], hair_density=173.0)
    wrong = [Pair("kaufmann_1998", {"fin": "x"}), Pair("kaufman_1998", {"fim": "placeboo"})]
    with pytest.raises(InputError) as caught:
        compare(dataset, wrong)
    message = str(caught.value)
    # "fim" is too short to be a slip for anything: the arms there are are listed
    for part in ('"kaufman_1998"', "allowed: fin, pla", 'did you mean "placebo"'):
        assert part in message
    assert len(caught.value.problems) == 3


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "comparison.csv"
    table = compare(make([0, 52, 104], ["fin", "pla"], hair_density=173.0), [KAUFMAN])
    table.to_csv(path)
    with path.open(newline="") as stream:
        back = list(csv.DictReader(stream))
    assert [line["observation"] for line in back] == [row.observation for row in table.rows]
    assert back[0]["z"] == ""
    assert float(back[0]["simulated"]) == table.rows[0].simulated


def test_an_arm_of_another_study_is_not_lonely_and_one_of_none_is_told_once() -> None:
    dataset = make([0, 12, 52], ["fin", "pla", "exo", "other"], hair_density=173.0)
    table = compare(dataset, [KAUFMAN, Pair("park_2022", {"exo": "exosomes"})])
    lonely = [(lost.study, lost.name) for lost in table.unmatched if lost.what == "arm"]
    assert lonely == [("kaufman_1998", "other")]
