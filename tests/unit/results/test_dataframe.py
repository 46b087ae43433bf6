"""A result as a table: one row a subject, arm and visit, and every number where it belongs."""

import io

import numpy as np
import pandas as pd
import pytest
from virtual_trials import DESIGNS

from follicle_sim import parse_scenario, simulate, to_dataframe
from follicle_sim.results.dataframe import _INDEX
from follicle_sim.scenario.hashing import scenario_hash

FEW = ["population.subjects=4", "population.follicles=20"]


def made(design, *more):
    scenario = parse_scenario(DESIGNS[design], "x", [*FEW, *more])
    return scenario, simulate(scenario)


def same(cell, value):
    return cell == value or (pd.isna(cell) and pd.isna(value))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("replicates", [1, 3])
def test_every_number_stands_in_its_row(design, replicates):
    _, data = made(design, f"run.replicates={replicates}")
    table = to_dataframe(data)
    index = [name for name in _INDEX if name in data.dims]
    there = 1 if "enrolled" not in data else data["enrolled"].astype(float).mean().item()
    assert len(table) == there * np.prod([data.sizes[name] for name in index])
    assert not table.duplicated(index).any()
    for _, row in table.sample(8, random_state=1, replace=True).iterrows():
        here = data.sel({name: row[name] for name in index})
        assert row["role"] == str(here["role"].values)
        assert row["week"] == row["time"] / 7.0
        for name in data.data_vars:
            if name == "phase_count":
                for phase in data["phase"].values:
                    value = here[name].sel(phase=phase).item()
                    assert same(row[f"phase_count_{phase}"], value)
            elif name == "factor_level":
                assert same(row["factor_level_DHT"], here[name].sel(factor="DHT").item())
            elif name != "enrolled":
                assert same(row[name], here[name].item()), name


def test_types_units_and_the_run():
    scenario, data = made("parallel")
    table = to_dataframe(data)
    assert list(table.columns[:5]) == ["arm", "role", "subject", "time", "week"]
    assert list(table["arm"].cat.categories) == ["drug", "dummy"]
    assert set(table["severity_class"].cat.categories) == set(table["severity_class"])
    kinds = {str(table[name].dtype) for name in table}
    assert kinds == {"category", "int64", "float64"}
    numbers = [name for name in table if str(table[name].dtype) != "category"]
    units = table.attrs["units"]
    assert list(units) == numbers
    assert units["hair_density"] == "cm-2"
    assert (units["shaft_calibre"], units["time"]) == ("um", "d")
    assert units["growth_rate"] == "mm d-1"
    assert table.attrs["scenario_hash"] == scenario_hash(scenario)
    assert table.attrs["overrides"] == "; ".join(FEW)
    assert (table.attrs["seed"], table.attrs["paired"]) == (1, False)
    assert to_dataframe(made("split_scalp")[1]).attrs["paired"]


def test_names_need_no_quotes_in_r():
    for design in DESIGNS:
        names = to_dataframe(made(design)[1]).columns
        assert all(name.isidentifier() and not name.startswith("_") for name in names)
        assert len(set(names)) == len(names)


def test_places_nobody_was_allocated_to_have_no_row():
    _, data = made("parallel")  # two to one: 8 and 4 people in arms of 8 places
    counts = to_dataframe(data).groupby("arm", observed=True)["subject"].nunique()
    assert counts.to_dict() == {"drug": 8, "dummy": 4}


def test_single_follicles_are_left_out():
    _, data = made("one_arm", "record.follicles=true")
    assert "follicle_phase" in data
    table = to_dataframe(data)
    assert len(table) == 4 * data.sizes["time"]
    assert not [name for name in table if name.startswith("follicle_")]


def test_the_written_file_is_the_table_again():
    from follicle_sim.reporting.folders.run import _subjects_text

    table = to_dataframe(made("parallel")[1])
    text = _subjects_text(made("parallel")[1])
    assert "nan" not in text.lower()
    # older pandas reads the last digit of a number otherwise unless it is told to be exact
    read = pd.read_csv(io.StringIO(text), float_precision="round_trip")
    plain = table.astype(dict.fromkeys(("arm", "role", "severity_class"), "str"))
    pd.testing.assert_frame_equal(read, plain, check_dtype=False, check_exact=True)
