"""Results on disk: a write that fails leaves nothing open."""

import gc
import sys

import numpy as np
import pytest
import xarray as xr

from follicle_sim import storage
from follicle_sim.errors import OutputError


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
