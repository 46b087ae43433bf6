"""Datasets as NetCDF4 through h5py alone, several times as fast as through h5netcdf.

A NetCDF4 file is an HDF5 file whose dimensions are dimension scales. h5netcdf looks every object up
again by its path for each question it is asked; for the thirty variables of a small trial that
takes longer than the trial itself. What is not laid out as here is left to h5netcdf.

The layout is that of the NetCDF-4 file format (Unidata, NetCDF User's Guide, appendix C.3).
"""

import io
import os
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
import xarray as xr
from xarray.conventions import encode_cf_variable, encode_dataset_coordinates

HIDDEN = frozenset(
    {
        "CLASS",
        "NAME",
        "DIMENSION_LIST",
        "REFERENCE_LIST",
        "_Netcdf4Dimid",
        "_Netcdf4Coordinates",
        "_NCProperties",
    }
)
"""Attributes of the format, which are not the data's."""

NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable.%10d"
"""How the format names a dimension of so many places that has no values."""

PROPERTIES = f"version=2,h5py={h5py.version.version},hdf5={h5py.version.hdf5_version}"


class Unusual(Exception):
    """A file is not laid out as results are; h5netcdf may be able to read it."""


# -- writing ---------------------------------------------------------------------------------------


def write_netcdf(data: xr.Dataset, packed: Mapping[Hashable, Mapping[str, Any]]) -> io.BytesIO:
    """Return a dataset as the bytes of a NetCDF4 file.

    Parameters
    ----------
    data
        Numbers and texts.
    packed
        By the name of a variable, how it is written, in the words of xarray: `zlib`, `complevel`,
        `shuffle` and `_FillValue`.
    """
    memory = io.BytesIO()
    if 0 in data.sizes.values():  # a dimension that may grow, in this format
        with h5netcdf.File(memory, "w") as grown:
            data.dump_to_store(xr.backends.H5NetCDFStore(grown), encoding=packed)
        return memory
    variables, attributes = encode_dataset_coordinates(data)
    with h5py.File(memory, "w", track_order=True) as file:
        file.attrs["_NCProperties"] = PROPERTIES
        _describe(file, attributes)
        numbers = {dim: number for number, dim in enumerate(data.sizes)}
        for dim, length in data.sizes.items():
            if dim not in variables:
                scale = file.create_dataset(str(dim), (length,), ">f4", track_order=True)
                _make_scale(scale, NO_VARIABLE % length, numbers[dim])
        for name, variable in variables.items():
            variable.encoding = dict(packed.get(name, {}))
            target = _put(file, str(name), encode_cf_variable(variable, name=name))
            if name in numbers:
                _make_scale(target, str(name).encode(), numbers[name])
        scales = {dim: file[str(dim)] for dim in numbers}
        for name, variable in variables.items():
            _attach(file[str(name)], variable.dims, scales, numbers)
    return memory


def _put(file: h5py.File, name: str, variable: xr.Variable) -> h5py.Dataset:
    """Write values and what describes them."""
    values, attributes = variable.values, dict(variable.attrs)
    fill = attributes.pop("_FillValue", None)
    options: dict[str, Any] = {}
    if variable.encoding.get("zlib") and values.shape:
        options["compression"] = "gzip"
        options["compression_opts"] = variable.encoding["complevel"]
        options["shuffle"] = variable.encoding["shuffle"]
    if values.dtype.kind in "UO":
        options["dtype"] = h5py.string_dtype()
        values = values.astype(object)
    target = file.create_dataset(name, data=values, fillvalue=fill, track_order=True, **options)
    if fill is not None:
        target.attrs["_FillValue"] = np.atleast_1d(np.asarray(fill, target.dtype))
    _describe(target, attributes)
    return target


def _describe(item: h5py.HLObject, attributes: Mapping[Any, Any]) -> None:
    for key, value in attributes.items():
        # the format has no numbers that stand alone, only lists of one
        item.attrs[key] = value if isinstance(value, str) else np.atleast_1d(value)


def _make_scale(scale: h5py.Dataset, name: bytes, number: int) -> None:
    scale.make_scale(name)
    scale.attrs["_Netcdf4Dimid"] = np.int32(number)


def _attach(
    target: h5py.Dataset,
    dims: tuple[Hashable, ...],
    scales: Mapping[Hashable, h5py.Dataset],
    numbers: Mapping[Hashable, int],
) -> None:
    """Tie a variable to its dimensions; a coordinate is its own."""
    if not dims:
        return
    if not target.is_scale:
        for axis, dim in enumerate(dims):
            target.dims[axis].attach_scale(scales[dim])
        target.attrs["_Netcdf4Dimid"] = np.int32(numbers[dims[0]])
    target.attrs["_Netcdf4Coordinates"] = np.array([numbers[dim] for dim in dims], np.int32)


# -- reading ---------------------------------------------------------------------------------------


def read_netcdf(source: Path) -> xr.Dataset:
    """Return a file as a dataset in memory.

    Raises
    ------
    Unusual
        Where the file is not laid out as `write_netcdf` does it.
    Exception
        Of h5py and xarray, of many types, where the file is damaged.
    """
    variables = {}
    with h5py.File(source) as file:
        attributes = _attributes(file)
        items = {name: _dataset(item) for name, item in file.items()}
        scales = {name: item for name, item in items.items() if item.is_scale}
        dims = {int(item.attrs["_Netcdf4Dimid"]): name for name, item in scales.items()}
        for name, item in items.items():
            if name in scales and item.attrs["NAME"].startswith(NO_VARIABLE[:-4]):
                continue
            ids = item.attrs["_Netcdf4Coordinates"] if item.shape else ()
            shape = tuple(len(scales[dims[number]]) for number in ids)
            if shape != item.shape:
                raise Unusual(name)
            on = [dims[number] for number in ids]
            variables[name] = xr.Variable(on, _values(item), _attributes(item))
    data = xr.decode_cf(xr.Dataset(variables, attrs=attributes), decode_timedelta=False).load()
    data.encoding["source"] = os.path.abspath(source)
    return data


def _dataset(item: h5py.HLObject) -> h5py.Dataset:
    if not isinstance(item, h5py.Dataset):
        raise Unusual(item.name)
    return item


def _values(item: h5py.Dataset) -> Any:
    if h5py.check_string_dtype(item.dtype) is not None:
        return item.asstr()[...].astype("U")  # as a simulated dataset has them
    if item.dtype.kind not in "iuf" or item.dtype.metadata:
        raise Unusual(item.name)
    return item[...]


def _attributes(item: h5py.HLObject) -> dict[str, Any]:
    """Return what describes the data; a list of one stands for what is in it."""
    attributes = {}
    for key in item.attrs:
        if key not in HIDDEN:
            value = item.attrs[key]
            if isinstance(value, np.ndarray) and value.shape == (1,):
                value = value[0]
            if not isinstance(value, str | np.integer | np.floating):
                raise Unusual(key)
            attributes[key] = value
    return attributes
