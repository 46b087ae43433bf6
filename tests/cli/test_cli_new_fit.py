"""A result repeats itself with the numbers it was made with, whatever a later fit found."""

import copy
import json

import h5py
import pytest
from command_line import TINY

from follicle_sim import load_result, parse_scenario, save_result, simulate
from follicle_sim.base import fitted as base_fitted
from follicle_sim.biology import factors, parameters
from follicle_sim.biology import posterior as draws
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.scenario.fields import known
from follicle_sim.scenario.numbers import as_record, changed_since, factors_of, read_record

MINOXIDIL = TINY.replace("finasteride_oral", "minoxidil_topical_5").replace("1 mg", "1 mL")
POSTERIOR = MINOXIDIL.replace("[run]", '[run]\nuncertainty = "posterior"\nreplicates = 2')


@pytest.fixture
def new_fit(monkeypatch):
    """Change every fitted number, every factor and the posterior sample, as a new fit would."""

    def forget():
        parameters.parameter_table.cache_clear()
        known.default_known.cache_clear()
        factors.load_factors.cache_clear()

    def fit():
        read, read_fitted, read_factors = (
            parameters._read_table,
            base_fitted._read_fitted,
            factors.read_toml,
        )
        sample = draws.load_posterior()

        def changed(name):
            found = copy.deepcopy(read(name))
            if name == "fitted.toml":
                found["values"]["severity"] = "0.9"
            return found

        def potencies(*arguments):
            found = dict(read_fitted(*arguments))
            return {
                name: each.model_copy(update={"value": 1.1 * each.value})
                for name, each in found.items()
            }

        def others(path):
            found = copy.deepcopy(read_factors(path))
            found["WNT"]["kenogen"]["value"] *= 1.5
            return found

        monkeypatch.setattr(parameters, "_read_table", changed)
        monkeypatch.setattr(base_fitted, "_read_fitted", potencies)
        monkeypatch.setattr(factors, "read_toml", others)
        turned = tuple({k: 0.99 * v for k, v in draw.items()} for draw in sample)
        monkeypatch.setattr(draws, "_packaged_draws", lambda: turned)
        forget()

    yield fit
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("text", [TINY, MINOXIDIL, POSTERIOR])
def test_an_old_result_repeats_after_a_new_fit(cli, tmp_path, new_fit, text):
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(text)
    assert cli("run", path, "-q", "--out", out).code == 0
    told = cli("rerun", out / "result.nc", "--check")
    assert told.code == 0
    assert "today's differ" not in told.err
    before = load_result(out / "result.nc")
    new_fit()
    told = cli("rerun", out / "result.nc", "--check")
    assert told.code == 0, told.err
    assert "equal, bit for bit" in told.out
    assert "repeated with the numbers stored in the result; today's differ in severity" in told.err
    assert "factor WNT" in told.err
    if text != TINY:
        assert "treatment minoxidil_topical_5" in told.err
    # the new numbers do make another result, which a file without the old ones cannot repeat
    again = simulate(parse_scenario(text))
    assert not (again["hair_density"].values == before["hair_density"].values).all()
    forget_numbers(out / "result.nc")
    assert cli("rerun", out / "result.nc", "--check", "-q").code == 3


def forget_numbers(path):
    """Make a result what an earlier version wrote."""
    with h5py.File(path, "r+") as raw:
        record = json.loads(raw.attrs["provenance"])
        del record["numbers"]
        raw.attrs["provenance"] = json.dumps(record)


def test_a_result_of_an_earlier_version_repeats_as_before(cli, tiny, tmp_path):
    out = tmp_path / "out"
    assert cli("run", tiny, "-q", "--out", out).code == 0
    forget_numbers(out / "result.nc")
    told = cli("rerun", out / "result.nc", "--check")
    assert (told.code, told.err) == (0, told.err)
    assert "equal, bit for bit" in told.out
    assert "stored in the result" not in told.err


def forget_a_factor(path, name):
    """Make a result what a version wrote that did not know a factor."""
    data = load_result(path).drop_sel(factor=name)
    record = json.loads(data.attrs["provenance"])
    del record["numbers"]["factors"][name]
    save_result(data.assign_attrs(provenance=json.dumps(record)), path)


def test_a_result_from_before_a_factor_was_added_repeats(cli, tmp_path):
    path, out, again = tmp_path / "mine.toml", tmp_path / "out", tmp_path / "again"
    path.write_text(MINOXIDIL)
    assert cli("run", path, "-q", "--out", out).code == 0
    forget_a_factor(out / "result.nc", "PERFUSION")
    told = cli("rerun", out / "result.nc", "--check")
    assert (told.code, "today's differ" in told.err) == (0, False), told.err
    assert "equal, bit for bit" in told.out
    assert cli("rerun", out / "result.nc", "--out", again, "-q").code == 0
    record = json.loads(load_result(again / "result.nc").attrs["provenance"])["numbers"]
    assert "PERFUSION" not in record["factors"]


def test_a_treatment_added_to_an_old_result_brings_the_factor_it_moves():
    data = simulate(parse_scenario(MINOXIDIL))
    record = json.loads(data.attrs["provenance"])["numbers"]
    del record["factors"]["IFNG"], record["factors"]["PERFUSION"]
    old = parse_scenario(MINOXIDIL).remembering(numbers=read_record(record, "test"))
    assert "IFNG" not in factors_of(old).names
    other = parse_scenario(TINY.replace("finasteride_oral", "baricitinib_oral"))
    added = factors_of(other.remembering(numbers=read_record(record, "test")))
    assert added.names[-1] == "IFNG"
    assert "PERFUSION" not in added.names


def test_what_was_repeated_keeps_the_old_numbers_too(cli, tiny, tmp_path, new_fit):
    out, again = tmp_path / "out", tmp_path / "again"
    assert cli("run", tiny, "-q", "--out", out).code == 0
    new_fit()
    assert cli("rerun", out / "result.nc", "--out", again, "-q").code == 0
    first, second = load_result(out / "result.nc"), load_result(again / "result.nc")
    assert second.equals(first)
    records = [json.loads(data.attrs["provenance"])["numbers"] for data in (first, second)]
    assert records[0] == records[1]
    assert cli("rerun", again / "result.nc", "--check", "-q").code == 0


def test_overrides_stand_above_stored_numbers(new_fit):
    text = MINOXIDIL + '\n[biology]\nanagen_mean = "800 days"\npotency_minoxidil_topical_5 = 2.0\n'
    data = simulate(parse_scenario(text))
    record = json.loads(data.attrs["provenance"])["numbers"]
    assert record["biology"]["anagen_mean"] == 800.0
    new_fit()
    scenario = stored_scenario(data.attrs, "test")
    assert simulate(scenario).equals(data)
    assert "anagen_mean" not in changed_since(scenario)
    assert "severity" in changed_since(scenario)


def test_every_treatment_of_the_library_can_be_stored():
    from follicle_sim.pharmacology.library import load_treatment, treatment_names

    units = {"mass": "1 mg", "volume": "1 mL", "particles": "1e9 particles/cm2"}
    units |= {"sessions": "1 session", "grafts": "10 grafts/cm2"}
    doses = [
        f'{{ treatment = "{name}", amount = "{units[load_treatment(name).amount]}" }}'
        for name in treatment_names()
    ]
    scenario = parse_scenario(
        TINY.split("[[arms]]")[0]
        + f'[[arms]]\nlabel = "all"\nrole = "treatment"\ndoses = [{", ".join(doses)}]\n'
        + '[design]\nkind = "counterfactual"\nvisits = ["0 days"]\n'
    )
    text = json.dumps(as_record(scenario), sort_keys=True)
    stored = read_record(json.loads(text), "test")
    assert set(stored.treatments) == set(treatment_names())
    assert changed_since(scenario.remembering(numbers=stored)) == []
    assert len(text) < 1_200 * len(treatment_names())


def test_the_numbers_are_small(cli, finished):
    data = load_result(finished.folder / "result.nc")
    record = json.loads(data.attrs["provenance"])
    assert len(json.dumps(record["numbers"])) < 10_000


def test_a_table_that_is_not_stored_is_named_when_it_changed(cli, tiny, tmp_path, monkeypatch):
    from dataclasses import replace

    from follicle_sim.biology.conditions import load_condition
    from follicle_sim.scenario import numbers

    out = tmp_path / "out"
    assert cli("run", tiny, "-q", "--out", out).code == 0
    assert "changed since" not in cli("rerun", out / "result.nc", "--check").err
    other = replace(load_condition("aga_male"), losses=load_condition("ageing").losses)
    monkeypatch.setattr(numbers, "load_condition", lambda _name: other)
    told = cli("rerun", out / "result.nc", "--check")
    assert "changed since, and not stored in the result: condition aga_male" in told.err
    monkeypatch.undo()
    monkeypatch.setattr(numbers, "spreads", dict)
    told = cli("rerun", out / "result.nc", "--check")
    assert "not stored in the result: typical spread of aga_male" in told.err
