"""A result gives its scenario back, with everything needed to make it again."""

import pytest
import xarray as xr
from virtual_trials import DESIGNS, PARALLEL

from follicle_sim import (
    InputError,
    dump_scenario,
    load_result,
    load_scenario,
    parse_scenario,
    save_result,
    scenario_of,
    simulate,
    with_overrides,
)

FEW = ["population.subjects=4", "population.follicles=20"]
DRAWN = [*FEW, "run.replicates=3", 'run.uncertainty="posterior"']


@pytest.mark.parametrize("design", DESIGNS)
def test_of_a_dataset_in_memory_and_on_disk(design, tmp_path):
    scenario = parse_scenario(DESIGNS[design], "x", FEW)
    data = simulate(scenario)
    save_result(data, tmp_path / "result.nc")
    read = load_result(tmp_path / "result.nc")
    for result in (data, read, tmp_path / "result.nc", str(tmp_path / "result.nc")):
        found = scenario_of(result)
        assert found == scenario
        assert simulate(found).identical(data)
    (tmp_path / "again.toml").write_text(dump_scenario(scenario_of(data)), encoding="utf-8")
    assert load_scenario(tmp_path / "again.toml") == scenario


def test_messages_name_the_file_or_the_title(tmp_path):
    data = simulate(parse_scenario(PARALLEL, "x", FEW))
    save_result(data, tmp_path / "result.nc")
    assert scenario_of(data).origin == "A few men on finasteride"
    for result in (tmp_path / "result.nc", load_result(tmp_path / "result.nc")):
        assert scenario_of(result).origin == str(tmp_path / "result.nc")


def test_what_was_drawn_comes_along_until_other_replicates_draw():
    scenario = parse_scenario(PARALLEL, "x", DRAWN)
    data = simulate(scenario)
    found = scenario_of(data)
    assert len(found.background.numbers.draws) == 3
    wider = with_overrides(found, ["population.subjects=5"])
    assert simulate(wider).drawn.equals(data.drawn)
    more = with_overrides(found, ["run.replicates=5"])
    assert more.background.numbers.draws is None
    assert simulate(more).drawn[:3].equals(data.drawn)
    other = with_overrides(found, ["run.seed=99"])
    assert not simulate(other).drawn.equals(data.drawn)


def test_what_is_no_result_is_refused_by_name(tmp_path):
    other, text = tmp_path / "other.nc", tmp_path / "a.toml"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(other, engine="h5netcdf")
    text.write_text(PARALLEL, encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.nc: provenance: .* not a follicle_sim result"):
        scenario_of(other)
    with pytest.raises(InputError, match=r"a\.toml: is a text file, no result; .*follicle-sim run"):
        scenario_of(text)


def test_a_result_given_as_a_scenario_is_named(tmp_path):
    save_result(simulate(parse_scenario(PARALLEL, "x", FEW)), tmp_path / "result.nc")
    with pytest.raises(InputError, match=r"is a NetCDF4 or HDF5 file.*scenario_of\(FILE\)"):
        load_scenario(tmp_path / "result.nc")
