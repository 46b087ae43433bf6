"""Results on disk: what the raw file says, and a write that fails leaves nothing open."""

import gc
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest
import xarray as xr
from virtual_trials import DESIGNS

from follicle_sim import explain, load_result, parse_scenario, save_result, simulate
from follicle_sim.base.errors import InputError, OutputError
from follicle_sim.results import storage
from follicle_sim.simulation.simulate import SMALLEST

POSTERIOR = SMALLEST + 'uncertainty = "posterior"\nreplicates = 2'


def results():
    yield "one visit", simulate(parse_scenario(SMALLEST))
    yield "parallel", simulate(parse_scenario(DESIGNS["parallel"]))
    yield "crossover", simulate(parse_scenario(DESIGNS["crossover"]))
    yield "posterior", simulate(parse_scenario(POSTERIOR))
    yield "explain", explain(parse_scenario(SMALLEST))


@pytest.fixture(
    scope="module", params=["one visit", "parallel", "crossover", "posterior", "explain"]
)
def stored(request, tmp_path_factory):
    """A dataset and the file it was saved in."""
    data = dict(results())[request.param]
    path = tmp_path_factory.mktemp("stored") / "result.nc"
    save_result(data, path)
    return data, path


def test_no_coordinate_has_missing_values(stored):
    data, path = stored
    with h5py.File(path) as raw:
        for name in data.coords:
            assert "_FillValue" not in raw[name].attrs, name
            assert "missing_value" not in raw[name].attrs, name
        # a measured value may be missing, and says how
        floats = [name for name, each in data.data_vars.items() if each.dtype.kind == "f"]
        assert all("_FillValue" in raw[name].attrs for name in floats)


def test_it_keeps_simple_rules_of_cf(stored):
    data, path = stored
    with h5py.File(path) as raw:
        assert raw.attrs["Conventions"] == "CF-1.11"
        for name, each in raw.items():
            assert name.isidentifier(), name  # 2.3
            for key in each.attrs:
                assert key.replace("_", "a").isalnum(), key
            if name in data.variables:
                told = str(each.attrs.get("coordinates", ""))
                assert set(told.split()) <= set(raw), name  # 5
    for name in data.coords:
        if data[name].dims == (name,) and data[name].dtype.kind in "if":
            assert (np.diff(data[name].values) > 0).all(), name  # 2.5.1
            assert np.isfinite(data[name].values).all(), name


def test_bounds_of_a_coordinate_have_none_either(tmp_path):
    data = xr.Dataset(
        {"x": ("time", [1.0, np.nan]), "time_bounds": (("time", "end"), [[0.0, 1.0], [1.0, 2.0]])},
        coords={"time": ("time", [0.5, 1.5], {"bounds": "time_bounds"})},
    )
    save_result(data, tmp_path / "a.nc")
    with h5py.File(tmp_path / "a.nc") as raw:
        assert "_FillValue" not in raw["time_bounds"].attrs
        assert "_FillValue" in raw["x"].attrs


def test_what_is_read_is_what_was_saved(stored):
    data, path = stored
    assert load_result(path).identical(data)
    assert json.loads(load_result(path).attrs["provenance"])["package"] == "follicle_sim"


def test_threads_may_save_to_one_path(tmp_path):
    data = simulate(parse_scenario(SMALLEST))
    path = tmp_path / "result.nc"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: save_result(data, path), range(40)))
    assert load_result(path).identical(data)
    assert [each.name for each in tmp_path.iterdir()] == ["result.nc"]


# -- writes that fail


@pytest.fixture
def small():
    return xr.Dataset({"hair_density": ("subject", np.linspace(150.0, 170.0, 5))})


def test_a_result_comes_back(small, tmp_path):
    storage.save_result(small, tmp_path / "result.nc")
    assert storage.differing_variables(small, storage.load_result(tmp_path / "result.nc")) == []


def test_a_failed_write_holds_no_memory_open(small, tmp_path, monkeypatch):
    # A view that outlives the failure makes the finaliser of the memory complain, from Python 3.13
    # on also on the screen.
    given = []

    def no_room(path, data):
        given.append(data)
        raise OutputError(f"{path}: cannot write: No space left on device")

    monkeypatch.setattr(storage, "write_bytes_atomic", no_room)
    with pytest.raises(OutputError, match="No space left"):
        storage.save_result(small, tmp_path / "result.nc")
    with pytest.raises(ValueError, match="released memoryview"):
        bytes(given[0])


def test_nothing_is_said_after_the_message(small, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    with pytest.raises(OutputError) as caught:
        storage.save_result(small, tmp_path / "missing" / "result.nc")
    caught.value.circle = caught.value  # as kept by a traceback that is only freed by the collector
    del caught
    gc.collect()
    assert [str(each.exc_value) for each in said] == []


def test_a_damaged_file_ends_in_one_sentence(small, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    path = tmp_path / "result.nc"
    storage.save_result(small, path)
    whole = path.read_bytes()
    told = []
    for seed in range(12):
        data = bytearray(whole)
        for step in range(40):
            data[(seed * 7919 + step * 104_729) % len(data)] ^= 1 << (seed + step) % 8
        path.write_bytes(data)
        try:
            storage.read_result(path)
        except InputError as error:
            told.append(str(error))
        gc.collect()
    assert len(told) > 6
    assert all(each.startswith(f"{path}: ") for each in told)
    assert [str(each.exc_value) for each in said] == []
