"""[[compare]] with a table of one's own: found beside the scenario, named, paired, kept."""

from pathlib import Path

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.protocol.notes import notes
from follicle_sim.reporting.own_table import own_table, write_own_table
from follicle_sim.scenario.load import dump_scenario, load_scenario, parse_scenario, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.text.own_data import changed_tables

SCENARIO = """
schema_version = 1
title = "clinic"
[population]
subjects = 3
follicles = 50
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
[[arms]]
label = "Drug"
role = "treatment"
[[arms]]
label = "saline"
role = "placebo"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
[run]
history = "30 days"
"""
DATA = '\n[[compare]]\ndata = "my_trial.csv"\n'
HEAD = "arm;week;endpoint;unit;mean;sd;n\n"
TABLE = (
    HEAD
    + "drug;12;hair density;hairs/cm2;150,5;18;24\n"
    + "saline;12;hair density;hairs/cm2;140;17,5;23\n"
)
ROWS = """
[[compare]]
[[compare.rows]]
arm = "drug"
week = 12
endpoint = "hair density"
unit = "hairs/cm2"
mean = 150.5
sd = 18
n = 24
[[compare.rows]]
arm = "saline"
week = 12
endpoint = "hair density"
unit = "hairs/cm2"
mean = 140
sd = 17.5
n = 23
"""


def files(folder: Path, scenario: str = SCENARIO + DATA, table: str = TABLE) -> Path:
    (folder / "my_trial.csv").write_text(table, encoding="utf-8-sig")
    file = folder / "clinic.toml"
    file.write_text(scenario, encoding="utf-8")
    return file


def refusal(scenario: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_scenario(scenario)
    return str(caught.value)


def test_a_file_beside_the_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(files(tmp_path))
    (comparison,) = scenario.compare
    assert comparison.study == "my_trial"
    assert comparison.arms == {"Drug": "drug", "saline": "saline"}
    assert [row["mean"] for row in comparison.rows] == [150.5, 140.0]


def test_rows_in_the_scenario_say_the_same(tmp_path: Path) -> None:
    (inside,) = parse_scenario(SCENARIO + ROWS).compare
    (beside,) = load_scenario(files(tmp_path)).compare
    assert inside.rows == beside.rows
    assert inside.arms == beside.arms
    assert inside.study == "own data"


def test_the_rows_stay_when_the_file_has_gone(tmp_path: Path) -> None:
    file = files(tmp_path)
    scenario = load_scenario(file)
    (tmp_path / "my_trial.csv").unlink()
    text = dump_scenario(scenario)
    assert parse_scenario(text) == scenario
    assert with_overrides(scenario, ["run.seed=9"]).compare == scenario.compare
    elsewhere = tmp_path / "other.toml"
    elsewhere.write_text(text, encoding="utf-8")
    assert load_scenario(elsewhere) == scenario


def test_kept_rows_and_a_changed_file_are_not_mixed(tmp_path: Path) -> None:
    scenario = load_scenario(files(tmp_path))
    kept = files(tmp_path, dump_scenario(scenario))
    assert load_scenario(kept) == scenario
    assert changed_tables(scenario, [tmp_path]) == []
    files(tmp_path, dump_scenario(scenario), TABLE.replace("150,5", "151,5"))
    with pytest.raises(InputError, match=r"compare\[0\].data: .* says other than the rows kept"):
        load_scenario(kept)
    (told,) = changed_tables(scenario, [tmp_path, tmp_path])
    assert "my_trial.csv says other than the 2 rows stored for my_trial" in told
    files(tmp_path, table="nothing")
    (told,) = changed_tables(scenario, [tmp_path])
    assert "cannot be read any more" in told


def test_other_ways_to_write_the_same_file_change_nothing(tmp_path: Path) -> None:
    scenario = load_scenario(files(tmp_path))
    files(tmp_path, table=TABLE.replace(",", ".").replace(";", ",").replace("\n", "\r\n"))
    assert load_scenario(tmp_path / "clinic.toml") == scenario
    assert changed_tables(scenario, [tmp_path]) == []


def test_a_bad_cell_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = files(tmp_path, table=TABLE.replace("17,5", "seventeen"))
    with pytest.raises(InputError, match=r"my_trial.csv: line 3, column sd: found \"seventeen\""):
        load_scenario(file)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('data = "my_trail.csv"', 'no such file beside this one; did you mean "my_trial.csv"?'),
        ("data = 3", "allowed: the name of one CSV file beside this one"),
    ],
)
def test_a_file_that_is_not_there(tmp_path: Path, data: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(files(tmp_path, f"{SCENARIO}\n[[compare]]\n{data}\n"))
    assert f"compare[0].data: found {data.split(' = ')[1]}" in str(caught.value)
    assert told in str(caught.value)


def test_a_file_cannot_be_swapped_by_an_override(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="named in the scenario file and nowhere else"):
        load_scenario(files(tmp_path), ["compare[0].data=other.csv"])


def test_a_text_has_no_folder_to_look_in() -> None:
    assert "compare[0].data: works in files only" in refusal(SCENARIO + DATA)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"drug"', '"drugs"', 'the data have an arm "drugs" and the scenario has none'),
        ('"drug"', '"drugs"', 'did you mean "Drug"? or say which is which: arms ='),
        ("150.5", "true", "compare[0].rows[0].mean: found true; allowed: a number"),
        ("150.5", '"1,505"', "compare[0].rows[0].mean: found"),
        ("sd = 18", "sdd = 18", 'compare[0].rows[0].sdd: unknown column; did you mean "sd"?'),
        ('"saline"\nweek', '"drug"\nweek', "compare[0].rows[1]: the same arm, week and endpoint"),
        ("[[compare]]", '[[compare]]\nstudy = "kaufman_1998"', "give your own data another name"),
        ("[[compare]]", "[[compare]]\nstudy = 3", "compare[0].study: found 3"),
        (
            "[[compare]]",
            '[[compare]]\narms = { Drug = "drog", saline = "saline" }',
            'unknown arm of own data; did you mean "drug"?',
        ),
    ],
)
def test_a_bad_row_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert old in ROWS
    assert told in refusal(SCENARIO + ROWS.replace(old, new, 1))


def test_two_tables_have_two_names() -> None:
    first, second = parse_scenario(SCENARIO + ROWS + ROWS).compare
    assert (first.study, second.study) == ("own data", "own data 2")


def test_the_template_of_a_scenario_is_read_once_it_is_filled_in(tmp_path: Path) -> None:
    scenario = parse_scenario(SCENARIO)
    table = own_table(scenario)
    assert table.count("\nDrug,") == table.count("\nsaline,") == 2
    filled = table.replace("hairs/cm2,,,", "hairs/cm2,150,18,24")
    found = load_scenario(files(tmp_path, table=filled)).compare[0]
    assert [(row["arm"], row["week"]) for row in found.rows] == [
        (arm, week) for arm in ("Drug", "saline") for week in (0.0, 12.0)
    ]
    with pytest.raises(InputError, match="line 7, column mean: missing"):
        load_scenario(files(tmp_path, table=table))


def test_the_template_of_people(tmp_path: Path) -> None:
    table = own_table(parse_scenario(SCENARIO), people=True)
    assert table.count("\nP") == 2 * 2 * 3
    filled = table.replace("hairs/cm2,\n", "hairs/cm2,150\n")
    scenario = load_scenario(files(tmp_path, table=filled))
    assert len({row["subject"] for row in scenario.compare[0].rows}) == 6
    assert not any("compare" in note for note in notes(scenario))
    half = filled.replace("hairs/cm2,150\n", "hairs/cm2,\n", 1)
    told = notes(load_scenario(files(tmp_path, table=half)))
    expected = "Drug, hair density, week 0: 2 of 3 people; 1 (P001) missing (so in no change)"
    assert f"compare[0] (my_trial.csv): {expected}" in told


def test_a_filled_table_is_not_written_over(tmp_path: Path) -> None:
    from follicle_sim.base.errors import OutputError

    write_own_table(tmp_path / "my_trial.csv")
    assert (tmp_path / "my_trial.csv").read_text() == own_table()
    with pytest.raises(OutputError, match="is there already and may hold numbers"):
        write_own_table(tmp_path / "my_trial.csv")


def test_scenarios_without_own_data_are_as_before() -> None:
    scenario: Scenario = parse_scenario(SCENARIO)
    assert "rows" not in dump_scenario(scenario)
    assert scenario.compare == ()
