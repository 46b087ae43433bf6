"""What check says of a table of one's own that the scenario does not hold."""

import pytest

from follicle_sim import parse_scenario
from follicle_sim.protocol.data_notes import data_notes

SCENARIO = """
schema_version = 1
title = "clinic"
[population]
subjects = 24
follicles = 50
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "treatment"
[[arms]]
label = "none"
role = "untreated"
[design]
kind = "split_scalp"
visits = ["0 weeks", "12 weeks", "24 weeks"]
[[compare]]
"""


def row(**cells: object) -> str:
    cells = {"arm": "drug", "endpoint": "hair density", "unit": "hairs/cm2", "week": 12} | cells
    lines = (
        f'{key} = "{cell}"' if isinstance(cell, str) else f"{key} = {cell}"
        for key, cell in cells.items()
    )
    return "[[compare.rows]]\n" + "\n".join(lines) + "\n"


def sentences(*rows: str, scenario: str = SCENARIO) -> list[str]:
    return [text for _, text in data_notes(parse_scenario(scenario + "".join(rows)))]


def test_a_table_that_fits_has_no_note() -> None:
    assert (
        sentences(row(mean=140, n=24), row(mean=140, n=24, arm="none"), row(mean=1, week=0)) == []
    )


@pytest.mark.parametrize(
    ("week", "text"),
    [
        (
            13,
            "week 13 is no visit; the simulated value is interpolated between week 12 and week 24; "
            "the nearest visit is week 12",
        ),
        (
            20,
            "week 20 is no visit; the simulated value is interpolated between week 12 and week 24; "
            "the nearest visit is week 24",
        ),
        (
            30,
            "week 30 is no visit; it is outside of all visits and is not compared; "
            "the nearest visit is week 24",
        ),
    ],
)
def test_a_week_without_a_visit(week: float, text: str) -> None:
    assert sentences(row(mean=140, week=week), row(mean=140, week=week, arm="none")) == [text]


def test_more_people_in_the_table_than_in_the_scenario() -> None:
    text = 'the arm "drug" has 30 people in the table and 24 in the scenario'
    found = sentences(row(mean=140, n=30), row(mean=140, n=22, week=24))
    assert found == [f"{text} (population.subjects = 24)"]


def test_more_single_people_than_in_the_scenario() -> None:
    people = [row(subject=f"P{who}", value=140, week=week) for who in range(25) for week in (0, 12)]
    assert [text for text in sentences(*people) if "25 people in the table" in text]
    assert not [text for text in sentences(*people[2:]) if "people in the table" in text]


def test_a_difference_counts_the_people_of_both_arms() -> None:
    parallel = SCENARIO.replace("split_scalp", "parallel")
    difference = row(mean=9, n=48, control="none", is_change_from_baseline=1)
    assert sentences(difference, scenario=parallel) == []
    assert len(sentences(difference.replace("48", "49"), scenario=parallel)) == 1
    assert len(sentences(row(mean=140, n=25), scenario=parallel)) == 1
