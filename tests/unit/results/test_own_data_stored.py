"""A result carries the user's own data: it is repeated and compared without the file."""

import json
from pathlib import Path

import numpy as np
import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.own.held import data_hash
from follicle_sim.experiments.planning.predictive import predictive_bands
from follicle_sim.results.checks import check_result
from follicle_sim.results.compare import compare
from follicle_sim.results.storage import differing_variables, read_result, save_result
from follicle_sim.scenario.load import load_scenario
from follicle_sim.simulation.simulate import simulate

SCENARIO = """
schema_version = 1
title = "clinic"
[population]
subjects = 6
follicles = 50
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "treatment"
doses = [{ treatment = "finasteride_oral", amount = "1 mg", every = "1 day", count = 60 }]
[[arms]]
label = "none"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
[run]
history = "30 days"
[[compare]]
data = "my_trial.csv"
"""
TABLE = "arm,week,endpoint,unit,mean,sd,n,is_change_from_baseline\n" + "".join(
    f"{arm},12,hair density,hairs/cm2,{mean},{sd},{n},1\n"
    for arm, mean, sd, n in (("drug", 7.25, 12, 24), ("none", -2, 11.5, 23))
)


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    (tmp_path / "my_trial.csv").write_text(TABLE)
    file = tmp_path / "clinic.toml"
    file.write_text(SCENARIO)
    return file


def test_own_rows_are_compared_with_their_errors(clinic: Path) -> None:
    table = compare(simulate(load_scenario(clinic)))
    rows = {(row.arm, row.kind): row for row in table.rows}
    assert table.unmatched == ()
    assert set(rows) == {("drug", "change"), ("none", "change"), ("drug", "difference")}
    own = rows["drug", "change"]
    assert (own.study, own.observation, own.grade) == ("my_trial", "my_trial:1", "own")
    assert own.observed_se == pytest.approx(12 / np.sqrt(24))
    apart = rows["drug", "difference"]
    assert apart.observed == 9.25
    assert apart.observed_se == pytest.approx(np.hypot(12 / np.sqrt(24), 11.5 / np.sqrt(23)))
    assert apart.z is not None


def test_a_stored_result_is_repeated_in_another_folder(clinic: Path, tmp_path: Path) -> None:
    data = simulate(load_scenario(clinic))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    save_result(data, elsewhere / "result.nc")
    (tmp_path / "my_trial.csv").unlink()
    stored = read_result(elsewhere / "result.nc")
    scenario = check_result(stored, "result.nc")
    again = simulate(scenario)
    assert differing_variables(stored, again) == []
    assert compare(stored) == compare(again) == compare(data)
    assert compare(stored).rows[0].observed == 7.25
    assert stored.attrs["provenance"] == again.attrs["provenance"] == data.attrs["provenance"]


def test_the_hash_of_the_data_is_in_the_provenance(clinic: Path) -> None:
    scenario = load_scenario(clinic)
    record = json.loads(simulate(scenario).attrs["provenance"])
    (named,) = record["data"]
    rows = scenario.compare[0].rows
    assert named == {"study": "my_trial", "file": "my_trial.csv", "sha256": data_hash(rows)}
    record["scenario"]["compare"][0]["rows"][0]["mean"] = 70.0
    changed = simulate(scenario).assign_attrs(provenance=json.dumps(record))
    with pytest.raises(
        InputError, match=r"provenance.data: the rows of your own data are not those"
    ):
        check_result(changed, "result.nc")


def test_most_rows_of_people_are_stored_whole(clinic: Path, tmp_path: Path) -> None:
    head = "subject,arm,week,endpoint,unit,value\n"
    lines = [
        f"P{person:04d},{arm},{week},hair density,hairs/cm2,{100 + person % 50}.5\n"
        for arm, people in (("drug", range(1250)), ("none", range(1250, 2500)))
        for person in people
        for week in (0, 12)
    ]
    (tmp_path / "my_trial.csv").write_text(head + "".join(lines))
    data = simulate(load_scenario(clinic))
    save_result(data, tmp_path / "result.nc")
    stored = read_result(tmp_path / "result.nc")
    assert len(check_result(stored, "result.nc").compare[0].rows) == 5000
    assert compare(stored) == compare(data)


def test_virtual_trials_of_the_size_of_ones_own(clinic: Path) -> None:
    found = predictive_bands(load_scenario(clinic), replicates=20)
    assert (found.study, found.assumed) == ("my_trial", ())
    assert found.people == {"drug": 24, "none": 23}
    points = {(point.arm, point.kind): point.observed for point in found.points}
    assert points["drug", "difference"] == 9.25
