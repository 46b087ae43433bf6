"""A table of single follicles: what is read, and what is said of what cannot be."""

import pytest

from follicle_sim import InputError
from follicle_sim.evidence.own.follicles import read_follicles

HEADER = "arm,subject,follicle,day,seen\n"


def read(text: str):
    return read_follicles(text.encode(), "hairs.csv")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("A,1,1,0,hair\nA,1,1,28,anagn\n",
         'line 3, column seen: found "anagn", an unknown phase; did you mean "anagen"?'),
        ("A,1,1,0,hair\nA,1,1,28,hair\nA,1,1,14,hair\n",
         'line 4: found day 14 after day 28 of follicle "1" of subject "1"'),
        ("A,1,1,0,hair\nA,1,2,0,hair\nA,1,1,0,empty\n",
         'line 4: day 0 of follicle "1" of subject "1" stands in line 2 already'),
        ("A,1,2,0,hair\nA,1,1,0,\n",
         'line 3: follicle "1" of subject "1" has no visit at which anything was seen of it'),
        ("A,1,1,soon,hair\n", 'line 2, column day: found "soon"'),
        ("A,1,1,99999,hair\n", "line 2, column day: found"),
        ("A,,1,0,hair\n", "line 2, column subject: is empty"),
        ("A,1,1,0\n", "line 2: has 4 cells"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_with_its_line(rows: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        read(HEADER + rows)
    assert f"hairs.csv: {message}" in str(refused.value)


def test_every_bad_row_is_named_at_once_and_in_order() -> None:
    with pytest.raises(InputError) as refused:
        read(HEADER + "A,1,1,0,hare\nA,1,1,x,hair\nB,1,1,0,lost\n")
    assert [problem.where.split(",")[0] for problem in refused.value.problems] == [
        "line 2", "line 3", "line 4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("arm,subject,follicle,dy,seen", 'column "dy": unknown'),
        ("arm,subject,day,seen", "missing: follicle"),
        ("arm,subject,follicle,day,week,seen", "both day and week"),
        ("arm,subject,patient,follicle,day,seen", "two columns subject"),
    ],
)
def test_a_bad_header_is_told(header: str, message: str) -> None:
    row = ",".join("1" for _ in header.split(","))
    with pytest.raises(InputError) as refused:
        read(f"{header}\n{row}\n")
    assert message in str(refused.value)
    assert "line 1" in str(refused.value)


def test_other_words_weeks_and_decimal_commas_are_read() -> None:
    (one,) = read("group;patient;hair;weeks;phase\nA;p;7;0;Growing\nA;p;7;1,5;no hair\n")
    assert (one.arm, one.subject, one.follicle) == ("A", "p", "7")
    assert (one.days, one.seen) == ((0.0, 10.5), ("growing", "empty"))


def test_the_order_of_follicles_is_of_no_concern_and_missed_visits_are_left_out() -> None:
    rows = ["A,1,1,0,hair", "A,1,1,7,", "A,1,1,14,empty", "A,1,2,0,hair", "B,2,1,0,empty"]
    straight = read(HEADER + "\n".join(rows) + "\n")
    mixed = read(HEADER + "\n".join([rows[4], rows[0], rows[3], rows[1], rows[2]]) + "\n")
    assert [(s.arm, s.subject, s.follicle, s.days, s.seen) for s in straight] == [
        (s.arm, s.subject, s.follicle, s.days, s.seen) for s in mixed
    ]
    assert straight[0].days == (0.0, 14.0)
