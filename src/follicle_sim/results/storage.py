"""Results on disk: NetCDF4, written whole or not at all."""

import os
import warnings
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_dataset, check_path
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.files import write_bytes_atomic
from follicle_sim.base.folders import incomplete
from follicle_sim.base.signatures import HDF5, first_bytes, name_binary
from follicle_sim.results.netcdf import read_netcdf, write_netcdf


def save_result(data: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a result as NetCDF4; an earlier file stays as it was if writing fails.

    Raises
    ------
    OutputError
        Where the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from follicle_sim import load_result, load_scenario, save_result, simulate
    >>> few = ["population.subjects=4", "run.history=30 days"]
    >>> result = simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", few))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_result(result, Path(folder) / "result.nc")
    ...     load_result(Path(folder) / "result.nc").identical(result)
    True
    """
    check_dataset("save_result", data)
    check_path("save_result", "path", path)
    packed: dict[Hashable, dict[str, Any]] = {
        name: {"zlib": True, "complevel": 2, "shuffle": True}
        for name, variable in data.data_vars.items()
        if variable.dtype.kind in "iuf"
    }
    # A coordinate, and the bounds of one, have no missing values (CF 1.11, 2.5.1 and 7.1).
    for name in {*data.coords, *(axis.attrs.get("bounds") for axis in data.coords.values())}:
        if name in data.variables:
            packed[name] = packed.get(name, {}) | {"_FillValue": None}
    # HDF5 crashes the process when a disk fills under it, so it writes to memory and we to disk.
    memory = write_netcdf(data, packed)
    # The view ends here whatever happens: one that lives on in the traceback of a failure keeps the
    # memory from closing, and from Python 3.13 on its finaliser says so after our own message.
    with memory.getbuffer() as view:
        write_bytes_atomic(path, view)


def load_result(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result into memory; warns where the folder was not written to its end.

    Raises
    ------
    InputError
        If there is no such file or it is not NetCDF4.

    Examples
    --------
    >>> from follicle_sim import load_result
    >>> load_result("none.nc")
    Traceback (most recent call last):
    ...
    follicle_sim.base.errors.InputError: none.nc: no such file; give the result.nc of a run
    """
    data = read_result(path)
    for sentence in incomplete(Path(path).parent):
        warnings.warn(sentence, stacklevel=2)
    return data


def read_result(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result into memory; errors as `load_result`."""
    check_path("load_result", "path", path)
    source = Path(path)
    if not source.is_file():
        message = "is a folder" if source.is_dir() else "no such file"
        raise InputError(str(source), [Problem("", f"{message}; give the result.nc of a run")])
    start = first_bytes(source)
    if not start.startswith(HDF5):
        kind = name_binary(start) or ("a text file" if start else "empty")
        hint = f"; to simulate a scenario file: follicle-sim run {source}" * (kind == "a text file")
        message = f"is {kind}, no result; give the result.nc of a run{hint}"
        raise InputError(str(source), [Problem("", message)])
    with suppress(Exception):  # whatever is wrong with a file, the way below says it
        return read_netcdf(source)
    try:
        _walk(source)
        with xr.open_dataset(source, engine="h5netcdf", decode_timedelta=False) as data:
            return data.load()
    except Exception as error:  # three libraries, each with errors of its own for a damaged file
        message = f"cannot be read as NetCDF4: {error or type(error).__name__}"
        raise InputError(str(source), [Problem("", message)]) from None


def _walk(source: Path) -> None:
    """Open every object of a file and its attributes, which raises what a damaged one raises.

    h5netcdf leaves a half-made file behind where this fails, whose end then prints a traceback.
    """

    def look(name: str, item: h5py.HLObject) -> None:
        list(item.attrs.items())

    with h5py.File(source) as raw:
        look("", raw)
        raw.visititems(look)


def differing_variables(first: xr.Dataset, second: xr.Dataset) -> list[str]:
    """Return names of variables that are not bit for bit equal, or are only in one of the two."""
    names = sorted(set(first.variables) ^ set(second.variables), key=str)
    for name in first.variables:
        if name in second.variables:
            one, other = first[name].values, second[name].values
            same = first[name].dims == second[name].dims and np.array_equal(one.shape, other.shape)
            if one.dtype.kind in "iuf" or other.dtype.kind in "iuf":
                same = same and one.dtype == other.dtype and one.tobytes() == other.tobytes()
            else:
                same = same and np.array_equal(one, other)
            if not same:
                names.append(name)
    return [str(name) for name in names]
