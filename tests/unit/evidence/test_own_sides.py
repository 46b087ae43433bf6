"""Rows of people that no person can have: a side in two arms, a change of side, a row of totals."""

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.own.rows import read_rows

HEAD = "subject;arm;side;week;endpoint;unit;value\n"
SPLIT = HEAD + "".join(
    f"P{who};{arm};{side};{week};hair density;hairs/cm2;14{who},5\n"
    for who in (1, 2, 3)
    for arm, side in (("exosomes", "left"), ("untreated", "right"))
    for week in (0, 12, 24)
)


def refusals(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read_rows(text.encode(), "mine.csv")
    return [(problem.where, problem.message) for problem in caught.value.problems]


def test_a_table_of_two_sides_is_read() -> None:
    assert len(read_rows(SPLIT.encode(), "mine.csv")) == 18


def test_both_arms_of_a_person_on_one_side_are_refused() -> None:
    ((where, text),) = refusals(SPLIT.replace("P3;exosomes;left", "P3;exosomes;right"))
    assert where == "line 14"
    assert 'subject "P3" has the side "right" in the arm "exosomes"' in text
    assert 'in the arm "untreated" (line 17)' in text
    assert "allowed: one side (left or right) for each arm of a person" in text


@pytest.mark.parametrize("side", ["right", "Right"])
def test_one_visit_on_the_other_side_is_refused_where_it_stands(side: str) -> None:
    moved = SPLIT.replace("P3;exosomes;left;12", f"P3;exosomes;{side};12")
    ((where, text),) = refusals(moved)
    assert where == "line 15"
    assert "the same at every visit" in text


def test_a_change_of_side_within_one_arm_is_refused() -> None:
    alone = "".join(line + "\n" for line in SPLIT.splitlines() if "untreated" not in line)
    ((where, text),) = refusals(alone.replace("P2;exosomes;left;24", "P2;exosomes;rigth;24"))
    assert where == "line 7"
    assert 'has the side "rigth" here and "left" in line 5' in text


def test_two_sides_of_a_person_in_one_arm_are_no_change_of_side() -> None:
    both = SPLIT.replace("untreated", "exosomes")
    assert len(read_rows(both.encode(), "mine.csv")) == 18


def test_periods_of_a_crossover_may_stand_for_sides() -> None:
    periods = SPLIT.replace("left", "period 1").replace("right", "period 2")
    assert len(read_rows(periods.encode(), "mine.csv")) == 18


@pytest.mark.parametrize(
    "name", ["mean", "SD", "Total", "n", "sum", "Mittelwert", "average", "Mean (n = 24)"]
)
def test_a_row_of_totals_is_no_person(name: str) -> None:
    ((where, text),) = refusals(f"{SPLIT}{name};exosomes;left;12;hair density;hairs/cm2;150,0\n")
    assert where == "line 20"
    assert f'subject "{name}" looks like a row of totals' in text
    assert "delete the row" in text


@pytest.mark.parametrize("code", ["N12", "SD-3", "meander", "Devi", "1"])
def test_codes_of_people_are_no_totals(code: str) -> None:
    text = f"{SPLIT}{code};exosomes;left;12;hair density;hairs/cm2;150,0\n"
    assert len(read_rows(text.encode(), "mine.csv")) == 19
