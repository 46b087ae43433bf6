"""Files are NetCDF4 as others read it, and what others write is read too."""

import h5netcdf
import h5py
import numpy as np
import pytest
import xarray as xr
from virtual_trials import DESIGNS

from follicle_sim import explain, load_result, parse_scenario, save_result, simulate
from follicle_sim.results.netcdf import HIDDEN, Unusual, read_netcdf
from follicle_sim.simulation.simulate import SMALLEST

POSTERIOR = SMALLEST + 'uncertainty = "posterior"\nreplicates = 2'


def made(name):
    if name == "explain":
        return explain(parse_scenario(SMALLEST))
    return simulate(parse_scenario({**DESIGNS, "posterior": POSTERIOR}[name]))


@pytest.fixture(
    scope="module", params=["parallel", "crossover", "split_scalp", "posterior", "explain"]
)
def stored(request, tmp_path_factory):
    """A dataset and the file it was saved in."""
    data = made(request.param)
    path = tmp_path_factory.mktemp("stored") / "result.nc"
    save_result(data, path)
    return data, path


def by_others(path):
    with xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False) as data:
        return data.load()


def test_others_read_the_same(stored):
    data, path = stored
    assert by_others(path).identical(data)
    with h5netcdf.File(path) as file:
        assert {name: len(dim) for name, dim in file.dimensions.items()} == dict(data.sizes)
        assert not any(dim.isunlimited() for dim in file.dimensions.values())
        for name, variable in data.variables.items():
            assert file.variables[name].dimensions == variable.dims
            assert not HIDDEN & set(file.variables[name].attrs)


def test_it_is_read_without_h5netcdf_as_it_was(stored):
    data, path = stored
    again = read_netcdf(path)
    assert again.identical(data)
    assert list(again.variables) == list(data.variables)
    assert {name: each.dtype for name, each in again.variables.items()} == {
        name: each.dtype for name, each in data.variables.items()
    }
    assert load_result(path).encoding["source"] == str(path)


def test_what_is_read_is_written_to_equal_bytes(stored, tmp_path):
    _, path = stored
    save_result(load_result(path), tmp_path / "again.nc")
    assert (tmp_path / "again.nc").read_bytes() == path.read_bytes()


def test_what_others_wrote_is_read(stored, tmp_path):
    data, _ = stored
    data.to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    assert load_result(tmp_path / "other.nc").identical(data)


def test_a_dimension_without_values_and_numbers_without_dimensions(tmp_path):
    data = xr.Dataset(
        {"x": ("place", [1.0, np.nan]), "alone": 3, "text": "a b", "flag": ("place", [True, False])}
    )
    save_result(data, tmp_path / "a.nc")
    assert load_result(tmp_path / "a.nc").identical(data)
    assert by_others(tmp_path / "a.nc").identical(data)
    assert read_netcdf(tmp_path / "a.nc").identical(data)


def test_nobody_is_a_dataset_too(tmp_path):
    data = xr.Dataset({"x": (("subject", "time"), np.zeros((0, 2)))}, coords={"time": [0.0, 1.0]})
    save_result(data, tmp_path / "a.nc")
    assert load_result(tmp_path / "a.nc").identical(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.create_group("more"),
        lambda raw: raw["x"].attrs.__setitem__("list", [1, 2]),
        lambda raw: raw["x"].attrs.__delitem__("_Netcdf4Coordinates"),
    ],
)
def test_what_is_laid_out_otherwise_is_read_by_others(tmp_path, change):
    path = tmp_path / "a.nc"
    save_result(xr.Dataset({"x": ("place", [1.0, 2.0])}, coords={"place": [0, 1]}), path)
    with h5py.File(path, "r+") as raw:
        change(raw)
    with pytest.raises((Unusual, KeyError)):
        read_netcdf(path)
    assert load_result(path).identical(by_others(path))
