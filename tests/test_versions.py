"""The versions that are allowed are those that work: bounds, what is installed, and the gate."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
COMPILED = ("pydantic", "numpy", "scipy", "numba", "pandas", "h5py", "matplotlib", "statsmodels")


def load_lowest():
    spec = importlib.util.spec_from_file_location("lowest", ROOT / ".ci" / "lowest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lowest = load_lowest()
PROJECT = lowest.read_project()
EXTRAS = sorted(PROJECT["optional-dependencies"])


def bounds(python, *extras):
    return lowest.lowest(PROJECT, extras, {"python_version": python})


def test_constraints_are_the_bounds_of_this_python():
    project = {
        "name": "Ours",
        "dependencies": ["one>=1.2", "one>=1.4; python_version >= '3.13'", "Two_x>=3"],
        "optional-dependencies": {"more": ["three>=0.1"], "all": ["ours[more]", "four>=4"]},
    }
    old, new = ({"python_version": python} for python in ("3.12", "3.13"))
    assert lowest.lowest(project, [], old) == {"one": Version("1.2"), "two-x": Version("3")}
    assert lowest.lowest(project, [], new)["one"] == Version("1.4")
    assert list(lowest.lowest(project, ["all"], old)) == ["one", "two-x", "three", "four"]


@pytest.mark.parametrize("line", ["one", "one>1", "one>=1,<2", "one==1", "one~=1.2"])
def test_anything_but_a_lower_bound_is_refused(line):
    project = {"name": "ours", "dependencies": [line], "optional-dependencies": {}}
    with pytest.raises(ValueError, match="found no lower bound alone"):
        lowest.lowest(project, [])


@pytest.mark.parametrize("python", SUPPORTED)
def test_everything_has_a_lower_bound_alone(python):
    found = bounds(python, *EXTRAS)
    assert set(COMPILED) < set(found)
    assert all(number > Version("0") for number in found.values())


def test_a_newer_python_only_raises_bounds():
    for old, new in pairwise(SUPPORTED):
        before, after = bounds(old, *EXTRAS), bounds(new, *EXTRAS)
        assert set(before) == set(after)
        assert all(after[name] >= before[name] for name in before)


def test_installed_versions_are_allowed():
    # an environment that was not made from pyproject.toml would test something else
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name, number in bounds(here, "test").items():
        assert Version(lowest.version(name)) >= number, name


def test_pythons_named_are_those_that_install():
    assert PROJECT["requires-python"] == f">={SUPPORTED[0]}"
    named = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if " Python :: 3." in each]
    assert named == sorted(named, key=Version)
    assert set(named) <= set(SUPPORTED)
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert tools["mypy"]["python_version"] == SUPPORTED[0]
    assert tools["ruff"]["target-version"] == f"py{SUPPORTED[0].replace('.', '')}"


def test_the_check_finds_another_version():
    installed = Version(lowest.version("numpy"))
    assert lowest.others({"numpy": installed}) == []
    assert lowest.others({"numpy": Version("0.1")}) == [f"numpy: installed {installed}, lowest 0.1"]


def test_the_gate_leaves_linear_algebra_as_the_machine_has_it():
    steering = re.compile(r"\b(OPENBLAS|GOTO|MKL|BLIS|OMP|VECLIB)_\w+\s*=")
    assert steering.search("export OMP_NUM_THREADS=1")
    for path in (ROOT / ".ci" / "run", ROOT / "pyproject.toml", ROOT / "tests" / "conftest.py"):
        assert not steering.search(path.read_text(encoding="utf-8")), path


IMPORT_ALL = """
import importlib, pkgutil, follicle_sim
for module in pkgutil.walk_packages(follicle_sim.__path__, "follicle_sim."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def test_importing_every_module_warns_of_nothing():
    # every warning is an error: what is deprecated today is gone with a newer library
    direct = lowest.lowest(PROJECT, ["test"])
    if len(lowest.others(direct)) < len(direct) / 2:
        pytest.skip("old libraries warn of each other")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
