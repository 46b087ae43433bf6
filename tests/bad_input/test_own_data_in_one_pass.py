"""What is wrong with a table of one's own comes together with what is wrong with the scenario."""

from pathlib import Path

import pytest
from clinic_example import CLINIC, replaced

from follicle_sim import InputError, load_scenario

COMPARE = '\n[[compare]]\ndata = "mine.csv"\n'
HEAD = "arm,week,endpoint,unit,mean\n"
BAD_CELL = f"{HEAD}exosomes,12,hair density,hairs/cm2,twelve\n"


def problems(folder: Path, scenario: str, table: str | None) -> list[tuple[str, str]]:
    if table is not None:
        (folder / "mine.csv").write_text(table)
    file = folder / "clinic.toml"
    file.write_text(scenario)
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    return [(Path(problem.source).name, problem.where) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("table", "of_the_table"),
    [
        (None, ("", "compare[0].data")),
        ("", ("mine.csv", "")),
        (BAD_CELL, ("mine.csv", "line 2, column mean")),
    ],
)
def test_a_bad_table_hides_no_problem_of_the_scenario(
    tmp_path: Path, table: str | None, of_the_table: tuple[str, str]
) -> None:
    text = replaced('"norwood_iii"', '"grade 9"', CLINIC)
    text = replaced('"hair_density"', '"hair_densty"', text)
    assert problems(tmp_path, text + COMPARE, table) == [
        ("", "population.severity"),
        ("", "analysis.endpoint"),
        of_the_table,
    ]
    assert problems(tmp_path, CLINIC + COMPARE, table) == [of_the_table]


def test_two_bad_tables_are_both_told(tmp_path: Path) -> None:
    two = CLINIC + COMPARE + COMPARE.replace("mine", "other")
    assert problems(tmp_path, two, BAD_CELL) == [
        ("mine.csv", "line 2, column mean"),
        ("", "compare[1].data"),
    ]


def test_arms_that_the_user_paired_are_judged_without_rows(tmp_path: Path) -> None:
    paired = f'{CLINIC}{COMPARE}arms = {{ nobody = "A" }}\n'
    told = problems(tmp_path, paired, None)
    assert told == [("", "compare[0].arms.nobody"), ("", "compare[0].data")]


def test_nothing_is_said_of_pairs_in_a_scenario_without_arms(tmp_path: Path) -> None:
    arms = CLINIC.index("[[arms]]")
    text = CLINIC[:arms] + CLINIC[CLINIC.index("[design]") :]
    assert [where for _, where in problems(tmp_path, text + COMPARE, None)][-1] == "compare[0].data"
    assert "compare[0].arms" not in [where for _, where in problems(tmp_path, text + COMPARE, None)]


def test_a_table_of_the_file_below_is_told_with_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(CLINIC + COMPARE)
    child = 'extends = "base.toml"\n[run]\nseed = -1\n'
    assert problems(tmp_path, child, None) == [
        ("", "run.seed"),
        ("base.toml", "compare[0].data"),
    ]
    replacing = f'replace = ["compare"]\n{child}'
    assert problems(tmp_path, replacing, None) == [("", "run.seed")]
