"""Files are told by their first bytes: texts, results, and what is neither."""

import os

import pytest
import xarray as xr

from follicle_sim.base.signatures import first_bytes, is_netcdf, name_binary


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"PK\x03\x04\x14", "a ZIP archive"),
        (b"\x89HDF\r\n\x1a\n", "a NetCDF4 or HDF5 file"),
        (b"CDF\x01\0\0", "a NetCDF file of the classic format"),
        (b"abc\0def", "a binary file"),
        (b"", ""),
        (b"schema_version = 1\n", ""),
        ("\u00e4 = 1".encode("latin-1"), ""),
        ("title = 'x'".encode("utf-16"), ""),
    ],
)
def test_a_file_is_named_by_its_first_bytes(start, name):
    found = name_binary(start)
    assert found.startswith(name) if name else found == ""


@pytest.mark.parametrize(("engine", "kind"), [("h5netcdf", "NETCDF4"), ("scipy", "NETCDF3_64BIT")])
def test_netcdf_of_both_kinds_is_known_whatever_its_name(tmp_path, engine, kind):
    path = tmp_path / "scenario.toml"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(path, engine=engine, format=kind)
    assert is_netcdf(path)


def test_what_cannot_be_read_has_no_bytes_and_does_not_block(tmp_path):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    for path in (tmp_path, tmp_path / "none", fifo, "a\0b"):
        assert first_bytes(path) == b""
        assert not is_netcdf(path)
