"""Endpoint tables against numbers worked out independently."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from follicle_sim.base.errors import InputError
from follicle_sim.base.estimates import change_mean, estimate, level_geometric_mean, relative_change
from follicle_sim.reporting.folders.run import main_variable
from follicle_sim.results.compare import ComparisonTable
from follicle_sim.results.endpoints import control_arm, draws_of, is_paired, summarise, usual_level

DAYS = [0.0, 84.0, 364.0]
RNG = np.random.default_rng(20)
DENSITY = RNG.normal(180.0, 20.0, size=(3, 6, 3)) + np.array([0.0, 10.0, 25.0])
LABELS = ["drug", "nothing", "sugar"]
ROLES = ["treatment", "untreated", "placebo"]


def make(kind: str = "counterfactual", roles: list[str] | None = None) -> xr.Dataset:
    dims = ("arm", "subject", "time")
    factor = RNG.uniform(0.5, 1.5, size=(3, 6, 3, 2))
    return xr.Dataset(
        {
            "hair_density": (dims, DENSITY, {"units": "cm-2"}),
            "factor_level": ((*dims, "factor"), factor, {"units": "1"}),
            "history": (("time",), np.zeros(3)),
        },
        coords={
            "arm": LABELS,
            "role": ("arm", ROLES if roles is None else roles),
            "subject": np.arange(6),
            "time": DAYS,
            "factor": ["WNT", "DHT"],
        },
        attrs={"design_kind": kind},
    )


def test_means_and_changes() -> None:
    table = summarise(make())
    assert table.control == "sugar"
    assert {row.variable for row in table.rows} == {"hair_density"}
    assert len(table.rows) == 9
    row = next(row for row in table.rows if row.arm == "drug" and row.day == 364.0)
    values = DENSITY[0, :, 2]
    change = values - DENSITY[0, :, 0]
    assert (row.role, row.week, row.unit, row.n) == ("treatment", 52.0, "cm-2", 6)
    assert row.mean == pytest.approx(values.mean())
    assert row.sd == pytest.approx(values.std(ddof=1))
    assert row.se == pytest.approx(values.std(ddof=1) / np.sqrt(6))
    assert row.change == pytest.approx(change.mean())
    assert row.change_se == pytest.approx(stats.sem(change))
    low, high = stats.t.interval(0.95, 5, loc=change.mean(), scale=stats.sem(change))
    assert (row.change_low, row.change_high) == (pytest.approx(low), pytest.approx(high))


def test_counterfactual_differences_are_paired() -> None:
    row = next(row for row in summarise(make()).rows if row.arm == "drug" and row.day == 84.0)
    pairs = (DENSITY[0, :, 1] - DENSITY[0, :, 0]) - (DENSITY[2, :, 1] - DENSITY[2, :, 0])
    assert row.difference == pytest.approx(pairs.mean())
    assert row.difference_se == pytest.approx(stats.sem(pairs))
    low, high = stats.t.interval(0.95, 5, loc=pairs.mean(), scale=stats.sem(pairs))
    assert row.difference_low == pytest.approx(low)
    assert row.difference_high == pytest.approx(high)


def test_parallel_differences_are_welch() -> None:
    table = summarise(make("parallel"), level=0.9)
    row = next(row for row in table.rows if row.arm == "drug" and row.day == 84.0)
    drug = DENSITY[0, :, 1] - DENSITY[0, :, 0]
    sugar = DENSITY[2, :, 1] - DENSITY[2, :, 0]
    assert row.difference_se == pytest.approx(np.hypot(stats.sem(drug), stats.sem(sugar)))
    interval = stats.ttest_ind(drug, sugar, equal_var=False).confidence_interval(0.9)
    assert row.difference_low == pytest.approx(interval.low)
    assert row.difference_high == pytest.approx(interval.high)


def test_the_control_and_the_baseline() -> None:
    table = summarise(make())
    for row in table.rows:
        if row.arm == "sugar":
            assert row.difference is row.difference_se is row.difference_low is None
        elif row.day == 0.0:
            assert row.change == row.change_se == row.difference == row.difference_se == 0.0
            assert row.change_low == row.change_high == 0.0


def test_which_arm_is_the_control() -> None:
    assert control_arm(make(roles=["treatment", "placebo", "placebo"])) == "nothing"
    assert control_arm(make(roles=["untreated", "treatment", "treatment"])) == "drug"
    without = make(roles=["treatment"] * 3)
    assert control_arm(without) == ""
    assert all(row.difference is None for row in summarise(without).rows)
    assert control_arm(make().drop_vars("role")) == ""


def test_replicates_count_as_more_people() -> None:
    single = make()
    backwards = single.isel(subject=slice(None, None, -1)).assign_coords(subject=np.arange(6))
    double = xr.concat([single, backwards], dim="replicate")
    double.attrs = dict(single.attrs)
    row = next(row for row in summarise(double).rows if row.arm == "drug" and row.day == 84.0)
    twice = np.concatenate([DENSITY[0, :, 1], DENSITY[0, ::-1, 1]])
    assert row.n == 12
    assert row.se == pytest.approx(stats.sem(twice))


def test_people_who_left() -> None:
    dataset = make()
    values = DENSITY.copy()
    values[0, 2, 2] = np.nan
    dataset["hair_density"] = (("arm", "subject", "time"), values, {"units": "cm-2"})
    row = next(row for row in summarise(dataset).rows if row.arm == "drug" and row.day == 364.0)
    stayed = [0, 1, 3, 4, 5]
    changes = values[:, stayed, 2] - values[:, stayed, 0]
    assert row.n == 5
    assert row.change == pytest.approx(changes[0].mean())
    assert row.difference == pytest.approx((changes[0] - changes[2]).mean())
    assert row.difference_se == pytest.approx(stats.sem(changes[0] - changes[2]))


def test_one_person_has_no_spread() -> None:
    row = summarise(make().isel(subject=[0])).rows[1]
    assert row.mean is not None
    assert row.change is not None
    assert row.sd is row.se is row.change_se is row.change_low is row.change_high is None


def test_without_a_baseline_visit_there_are_only_levels() -> None:
    row = summarise(make().isel(time=[1, 2])).rows[0]
    assert row.mean is not None
    assert row.change is row.difference is None


def test_a_variable_with_a_further_dimension() -> None:
    dataset = make()
    table = summarise(dataset, ["factor_level"])
    assert [row.variable for row in table.rows[:1]] == ["factor_level[WNT]"]
    row = next(row for row in table.rows if row.variable == "factor_level[DHT]")
    assert row.mean == pytest.approx(float(dataset["factor_level"][0, :, 0, 1].mean()))


def test_a_run_without_densities_is_about_what_it_measured() -> None:
    dataset = make().rename(hair_density="shed_rate").drop_vars("history")
    person = xr.DataArray(np.arange(18).reshape(3, 6), dims=("arm", "subject"))
    attended = xr.ones_like(dataset["shed_rate"])
    told = xr.Dataset({"person": person, "attended": attended}).assign(dict(dataset.data_vars))
    assert main_variable(told, ComparisonTable((), ())) == "shed_rate"


def test_bad_requests() -> None:
    with pytest.raises(InputError, match='did you mean "hair_density"') as caught:
        summarise(make(), ["hair_densty", "history"])
    assert len(caught.value.problems) == 2
    for level in (95, 1.0, 0.0, -0.5):
        with pytest.raises(InputError, match="between 0 and 1"):
            summarise(make(), level=level)
    assert summarise(make(), level=1e-6).level == 1e-6


def test_one_run_with_drawn_parameters_is_one_draw() -> None:
    dataset = make()
    dataset.attrs["uncertainty"] = "posterior"
    assert draws_of(dataset) == 1
    assert usual_level(dataset) == 0.95
    assert summarise(dataset).rows[0].interval == "95 % confidence interval: people"


def test_design_from_provenance() -> None:
    dataset = make()
    del dataset.attrs["design_kind"]
    assert not is_paired(dataset)
    scenario = {"design": {"kind": "counterfactual"}}
    dataset.attrs["provenance"] = json.dumps({"scenario": scenario})
    assert is_paired(dataset)


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.csv"
    table = summarise(make())
    table.to_csv(path)
    with path.open(newline="") as stream:
        back = list(csv.DictReader(stream))
    assert len(back) == 9
    assert float(back[1]["mean"]) == table.rows[1].mean
    assert [line["difference"] for line in back if line["arm"] == "sugar"] == [""] * 3


def test_relative_change_agrees_with_the_jackknife() -> None:
    base, now = DENSITY[0, :, 0], DENSITY[0, :, 2]
    found = estimate(relative_change, [(1.0, now, base)], paired=True)
    assert float(found.value) == pytest.approx(now.mean() / base.mean() - 1)
    keep = [np.delete(np.arange(6), i) for i in range(6)]
    left = np.array([now[k].mean() / base[k].mean() - 1 for k in keep])
    jackknife = np.sqrt(5 / 6 * np.sum((left - left.mean()) ** 2))
    assert float(found.se) == pytest.approx(jackknife, rel=0.02)


def test_geometric_mean_leaves_zeros_out() -> None:
    now = np.array([1.0, 2.0, 4.0, 0.0, np.inf])
    found = estimate(level_geometric_mean, [(1.0, now, np.zeros(5))], paired=False)
    assert float(found.value) == pytest.approx(2.0)
    assert int(found.n) == 3
    assert float(found.se) == pytest.approx(2.0 * np.log(2) / np.sqrt(3))


def test_same_people_twice_differ_by_exactly_nothing() -> None:
    base, now = DENSITY[0, :, 0], DENSITY[0, :, 2]
    found = estimate(change_mean, [(1.0, now, base), (-1.0, now, base)], paired=True)
    assert float(found.value) == float(found.se) == 0.0
