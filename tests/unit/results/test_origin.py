"""Tables say which run they are from, so that those of many folders can be put together."""

import csv

import pytest
import xarray as xr
from virtual_trials import PARALLEL

from follicle_sim import (
    InputError,
    compare,
    parse_scenario,
    simulate,
    summarise,
    with_overrides,
)
from follicle_sim.base.attributes import read_provenance
from follicle_sim.results.origin import UNKNOWN, origin_of
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.scenario.hashing import scenario_hash

LAST = ["scenario_hash", "seed", "overrides"]
TEXT = PARALLEL + '[[compare]]\nstudy = "kaufman_1998"\narms = { drug = "finasteride" }\n'
CHANGES = ["population.subjects=3", "population.follicles=20", 'arms.drug.doses[0].amount="5 mg"']


def lines(table, path):
    table.to_csv(path)
    return list(csv.DictReader(path.open(newline="", encoding="utf-8")))


def test_every_line_of_both_tables_says_its_run(tmp_path):
    scenario = parse_scenario(TEXT, "x", [*CHANGES, "run.seed=9"])
    data = simulate(scenario)
    for table in (summarise(data), compare(data)):
        rows = lines(table, tmp_path / "table.csv")
        assert rows
        assert list(rows[0])[-3:] == LAST
        assert {tuple(row[name] for name in LAST) for row in rows} == {
            (scenario_hash(scenario), "9", "; ".join([*CHANGES, "run.seed=9"]))
        }


def test_the_head_of_an_empty_table_has_the_columns_too(tmp_path):
    compare(simulate(parse_scenario(PARALLEL, "x", CHANGES))).to_csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8").strip().split(",")[-3:] == LAST


def test_changes_are_kept_in_their_order_through_a_result():
    scenario = with_overrides(parse_scenario(TEXT, "x", CHANGES[:1]), CHANGES[1:])
    assert scenario.background.overrides == tuple(CHANGES)
    data = simulate(scenario)
    again = stored_scenario(data.attrs, "x")
    assert again.background.overrides == tuple(CHANGES)
    assert origin_of(simulate(again)) == origin_of(data)
    more = with_overrides(again, ["run.seed=4"])
    assert more.background.overrides == (*CHANGES, "run.seed=4")


def test_without_changes_and_without_provenance_the_cells_are_empty():
    plain = simulate(parse_scenario(PARALLEL.replace("subjects = 10", "subjects = 2")))
    assert origin_of(plain).overrides == ""
    assert "overrides" not in read_provenance(plain.attrs, "x")
    assert origin_of(xr.Dataset()) == UNKNOWN


@pytest.mark.parametrize("wrong", ['"a=1"', "[5]", "{}"])
def test_overrides_of_another_type_are_refused(wrong):
    data = simulate(parse_scenario(PARALLEL, "x", CHANGES))
    text = data.attrs["provenance"]
    start, end = text.index('"overrides":'), text.index(',"package"')
    data.attrs["provenance"] = f'{text[:start]}"overrides":{wrong}{text[end:]}'
    for read in (lambda: origin_of(data), lambda: stored_scenario(data.attrs, "x.nc")):
        with pytest.raises(InputError, match=r"provenance\.overrides: is not the list of texts"):
            read()
