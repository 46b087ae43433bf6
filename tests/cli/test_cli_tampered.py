"""A result that somebody changed ends in exit code 2 and a sentence that names it, never in 1."""

import json
import shutil

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from virtual_trials import DESIGNS

from follicle_sim import parse_scenario, save_result, simulate

NESTED = "[" * 100_000 + "]" * 100_000
READERS = (["rerun", "--check"], ["analyse", "--cdisc"])


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Results of several designs by name, each a file to copy."""
    folder = tmp_path_factory.mktemp("good")
    kinds = {name: DESIGNS[name] for name in ("parallel", "crossover", "split_scalp")}
    posterior = ["run.uncertainty=posterior", "run.replicates=2"]
    for name, text in kinds.items():
        save_result(simulate(parse_scenario(text)), folder / f"{name}.nc")
    several = simulate(parse_scenario(DESIGNS["parallel"], overrides=posterior))
    save_result(several, folder / "posterior.nc")
    return folder


def attribute(name, value):
    def change(raw):
        raw.attrs[name] = value

    return change


def without_attribute(name):
    return lambda raw: raw.attrs.__delitem__(name)


def without(name):
    return lambda raw: raw.__delitem__(name)


def renamed(name, new):
    return lambda raw: raw.move(name, new)


def values(name, new):
    """Change the values of a variable in place."""

    def change(raw):
        raw[name][...] = new(raw[name][...])

    return change


def typed(name, kind):
    """Write a variable again as another type, on the same dimensions."""

    def change(raw):
        old, attrs = raw[name], dict(raw[name].attrs)
        data = np.asarray(old[...]).astype(kind)
        del raw[name]
        new = raw.create_dataset(name, data=data)
        for key, value in attrs.items():
            if key == "units":
                new.attrs[key] = value

    return change


def provenance(edit):
    def change(raw):
        record = json.loads(raw.attrs["provenance"])
        raw.attrs["provenance"] = json.dumps(edit(record) or record)

    return change


CHANGES = {
    "provenance a text": attribute("provenance", "hello"),
    "provenance a JSON text": attribute("provenance", '"hello"'),
    "provenance a number": attribute("provenance", 5),
    "provenance numbers": attribute("provenance", np.arange(3)),
    "provenance a list": attribute("provenance", "[]"),
    "provenance nested": attribute("provenance", NESTED),
    "provenance nested less": attribute("provenance", "[" * 500 + "]" * 500),
    "provenance nested inside": provenance(
        lambda r: {**r, "scenario": json.loads("[" * 90 + "]" * 90)}
    ),
    "no provenance": without_attribute("provenance"),
    "scenario a list": provenance(lambda r: r.update(scenario=[])),
    "scenario empty": provenance(lambda r: r.update(scenario={})),
    "scenario nested": provenance(
        lambda r: r["scenario"].update(title=json.loads("[" * 90 + "]" * 90))
    ),
    "subjects negative": provenance(lambda r: r["scenario"]["population"].update(subjects=-5)),
    "one arm less": provenance(lambda r: r["scenario"]["arms"].pop()),
    "arms a text": provenance(lambda r: r["scenario"].update(arms="drug")),
    "other visits": provenance(
        lambda r: r["scenario"]["design"].update(visits=["0 days", "9 days"])
    ),
    "numbers a text": provenance(lambda r: r.update(numbers="x")),
    "numbers of tomorrow": provenance(lambda r: r["numbers"].update(schema=2)),
    "numbers without biology": provenance(lambda r: r["numbers"].pop("biology")),
    "numbers not finite": provenance(
        lambda r: r["numbers"]["biology"].update(severity=float("nan"))
    ),
    "numbers a parameter less": provenance(lambda r: r["numbers"]["biology"].pop("severity")),
    "numbers a factor less": provenance(lambda r: r["numbers"]["factors"].pop("DHT")),
    "numbers a treatment of text": provenance(lambda r: r["numbers"].update(treatments={"a": "b"})),
    "flow not JSON": attribute("flow", "hello"),
    "flow a list": attribute("flow", "[1]"),
    "flow a number": attribute("flow", 3.5),
    "flow of others": attribute("flow", '{"allocated": {"x": 1}, "completed": {}, "lost": {}}'),
    "flow nested": attribute("flow", NESTED),
    "periods not JSON": attribute("periods", "{"),
    "periods empty": attribute("periods", "[]"),
    "kind unknown": attribute("design_kind", "cohort"),
    "kind a number": attribute("design_kind", 3),
    "kind an array": attribute("design_kind", [1.0, 2.0]),
    "uncertainty an array": attribute("uncertainty", [1.0, 2.0]),
    "flow an array": attribute("flow", [1.0, 2.0]),
    "periods an array": attribute("periods", [1.0, 2.0]),
    "observable an array": attribute("observable", [1.0, 2.0]),
    "codes an array": attribute("phase_codes", [1.0, 2.0]),
    "kind another": attribute("design_kind", "counterfactual"),
    "observable not JSON": attribute("observable", "{{"),
    "subject renamed": renamed("subject", "people"),
    "arm renamed": renamed("arm", "group"),
    "time renamed": renamed("time", "visit"),
    "no subject": without("subject"),
    "no arm": without("arm"),
    "no time": without("time"),
    "no role": without("role"),
    "no density": without("hair_density"),
    "density renamed": renamed("hair_density", "density"),
    "density of text": typed("hair_density", "S5"),
    "density complex": typed("hair_density", complex),
    "time of text": typed("time", "S5"),
    "time not in order": values("time", lambda x: x[::-1]),
    "time not a number": values("time", lambda x: x * np.nan),
    "subject all alike": values("subject", lambda x: x * 0),
    "density infinite": values("hair_density", lambda x: x * np.inf),
    "density huge": values("hair_density", lambda x: x * 1e300),
}


def changed(good, tmp_path, name, change):
    path = tmp_path / "result.nc"
    shutil.copy(good / f"{name}.nc", path)
    with h5py.File(path, "r+") as raw:
        change(raw)
    return path


def never_one(outcome, path, codes=(2,)):
    assert outcome.code in codes, (outcome.code, outcome.err)
    assert "Traceback" not in outcome.err
    assert "should not happen" not in outcome.err
    if outcome.code:
        assert str(path) in outcome.err
        assert max(map(len, outcome.err.splitlines())) < 1000


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_file_is_refused_by_all_that_read_one(cli, good, tmp_path, what):
    path = changed(good, tmp_path, "parallel", CHANGES[what])
    for command, *options in READERS:
        never_one(cli(command, path, *options, "-q", "--out", tmp_path / "out"), path)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["crossover", "split_scalp", "posterior"])
@pytest.mark.parametrize("what", ["subject renamed", "flow a list", "periods empty", "no time"])
def test_in_every_design(cli, good, tmp_path, kind, what):
    path = changed(good, tmp_path, kind, CHANGES[what])
    for command, *options in READERS:
        never_one(cli(command, path, *options, "-q"), path)


@pytest.mark.parametrize(
    "change", [without("drawn"), typed("drawn", "S5"), without("parameter"), renamed("drawn", "d")]
)
def test_draws_that_were_changed(cli, good, tmp_path, change):
    path = changed(good, tmp_path, "posterior", change)
    never_one(cli("rerun", path, "--check", "-q"), path)


def test_a_parameter_that_does_not_exist_was_drawn(cli, good, tmp_path):
    path = changed(good, tmp_path, "posterior", values("parameter", lambda x: x[::-1]))
    never_one(cli("rerun", path, "--check", "-q"), path, codes=(2, 3))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999])
def test_a_file_that_was_cut(cli, good, tmp_path, share):
    whole = (good / "parallel.nc").read_bytes()
    path = tmp_path / "result.nc"
    path.write_bytes(whole[: int(share * len(whole))])
    for command, *options in READERS:
        never_one(cli(command, path, *options, "-q"), path)


def test_a_good_file_is_read(cli, good, tmp_path):
    for kind in ("parallel", "crossover", "split_scalp", "posterior"):
        path = tmp_path / f"{kind}.nc"
        shutil.copy(good / f"{kind}.nc", path)
        assert cli("rerun", path, "--check", "-q").code == 0
        if kind != "posterior":
            assert cli("analyse", path, "--cdisc", "-q", "--out", tmp_path / kind).code == 0


ODD = st.one_of(
    st.sampled_from(["", "[]", "{}", "null", "0", '{"a": 1}', "\x01", "é"]),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.lists(st.floats(), min_size=1, max_size=3),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example says no more here
)
@given(data=st.data())
def test_whatever_is_changed_the_end_is_no_crash(cli, good, tmp_path, data):
    kind = data.draw(st.sampled_from(["parallel", "crossover", "split_scalp"]))
    path = tmp_path / "result.nc"
    shutil.copy(good / f"{kind}.nc", path)
    with h5py.File(path, "r+") as raw:
        for _ in range(data.draw(st.integers(1, 3))):
            name = data.draw(st.sampled_from(sorted(raw)))
            deed = data.draw(
                st.sampled_from(["attribute", "own", "delete", "move", "set", "noise"])
            )
            if deed == "attribute":
                raw.attrs[data.draw(st.sampled_from(sorted(raw.attrs)))] = data.draw(ODD)
            elif deed == "own" and len(raw[name].attrs):
                key = data.draw(st.sampled_from(sorted(raw[name].attrs)))
                if key.isupper():  # how HDF5 ties variables to dimensions
                    del raw[name].attrs[key]
                else:
                    raw[name].attrs[key] = data.draw(ODD)
            elif deed == "delete":
                del raw[name]
            elif deed == "move":
                raw.move(name, f"{name}_2")
            elif raw[name].dtype.kind in "iuf" and raw[name].size:
                low, high = (-3, 300) if raw[name].dtype.kind == "f" else (0, 3)
                number = data.draw(st.integers(low, high))
                flat = np.asarray(raw[name][...]).copy()
                where = data.draw(st.integers(0, flat.size - 1))
                flat.reshape(-1)[where if deed == "noise" else slice(None)] = number
                raw[name][...] = flat
    for command, *options in READERS:
        outcome = cli(command, path, *options, "-q", "--out", tmp_path / "out")
        never_one(outcome, path, codes=(0, 2, 3))


def noise_in_bytes(whole, seed):
    data = bytearray(whole)
    for step in range(40):
        data[(seed * 7919 + step * 104_729) % len(data)] ^= 1 << (seed + step) % 8
    return bytes(data)


@pytest.mark.parametrize("seed", range(6))
def test_bytes_that_went_wrong(cli, good, tmp_path, seed):
    path = tmp_path / "result.nc"
    path.write_bytes(noise_in_bytes((good / "parallel.nc").read_bytes(), seed))
    for command, *options in READERS:
        never_one(cli(command, path, *options, "-q", "--out", tmp_path / "out"), path, (0, 2, 3))
