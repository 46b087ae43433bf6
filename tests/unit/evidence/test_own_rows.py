"""Tables of one's own: how files are saved, and what each bad cell is answered with."""

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.normalise import endpoint_wordings
from follicle_sim.evidence.own.rows import read_rows
from follicle_sim.evidence.own.words import _words, unit_of

HEAD = "arm,week,endpoint,unit,mean,sd,n\n"
GOOD = "drug,12,hair density,hairs/cm2,150,18,24\n"


def refusal(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InputError) as caught:
        read_rows(data, "my_trial.csv")
    return str(caught.value)


def test_a_plain_table() -> None:
    (row,) = read_rows((HEAD + GOOD).encode(), "my_trial.csv")
    assert row == {
        "arm": "drug",
        "week": 12.0,
        "endpoint": "hair density",
        "unit": "hairs/cm2",
        "mean": 150.0,
        "sd": 18.0,
        "n": 24,
    }


@pytest.mark.parametrize(
    "data",
    [
        (HEAD + GOOD).replace("\n", "\r\n").encode("utf-8-sig"),
        (HEAD + GOOD).replace("\n", "\r").encode(),
        (HEAD + GOOD).replace(",", ";").encode(),
        (HEAD + GOOD).replace(",", "\t").encode("utf-16"),
        ("sep=;\n" + (HEAD + GOOD).replace(",", ";")).encode(),
        ("# a remark, with commas\n\n" + HEAD + "\n" + GOOD + "\n,,,,,,\n").encode(),
        (HEAD.upper() + GOOD).encode(),
        (HEAD.replace("week", "Weeks").replace("arm", "Group") + GOOD).encode(),
        (HEAD.replace(",sd", ",,sd").replace(",,", ",") + GOOD.replace("\n", ",,\n")).encode(),
        (HEAD + GOOD.replace("hairs/cm2", "hairs/cm\u00b2")).encode(),
        (HEAD + GOOD.replace("hairs/cm2", "cm-2")).encode(),
        (HEAD + GOOD.replace("hair density", "Hair_Density")).encode(),
        (HEAD + '"drug","12","hair density","hairs/cm2","150","18","24"\n').encode(),
    ],
)
def test_other_ways_to_save_the_same_table(data: bytes) -> None:
    assert read_rows(data, "x.csv") == read_rows((HEAD + GOOD).encode(), "x.csv")


def test_the_spread_in_the_cell_of_the_mean() -> None:
    head = "arm;week;endpoint;unit;mean;spread_kind;n\n"
    text = head + "A;12;hair density;hairs/cm2;150,5 \u00b1 18;SE;24"
    (row,) = read_rows(text.encode(), "x.csv")
    assert (row["mean"], row["se"]) == (150.5, 18.0)
    assert "sd" not in row


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("150", "abc", 'line 3, column mean: found "abc"; allowed: a number such as 12.5'),
        ("150", '"1,500"', 'column mean: found "1,500", which is 1.500 or 1500'),
        ("150", "", "line 3, column mean: missing; every row needs"),
        ("150", "150 \u00b1 18", "line 3, column sd: mean"),
        ("150", "-3", "line 3, column mean: found -3; hair density cannot be below 0; is it a"),
        ("18", "0", "line 3, column sd: found"),
        ("18", "18 hairs", "column sd: found"),
        (",24", ",24.5", "line 3, column n: found"),
        (",24", ",0", "line 3, column n: found"),
        (",12", ",12 weeks", 'week: found "12 weeks"; allowed: weeks since baseline as a number'),
        (",24", ",24 men", 'n: found "24 men"; allowed: a whole number of people, such as 24'),
        (",12", ",5000", "allowed: weeks since baseline"),
        ("hair density", "hair densty", 'unknown endpoint; did you mean "hair density"?'),
        ("hair density", "happiness", "unknown endpoint; allowed: hair_density"),
        ("hairs/cm2", "hair/cm", 'column unit: found "hair/cm", an unknown unit; did you mean'),
        ("hairs/cm2", "um", '"um", which is not a unit of hair density; allowed: hairs/cm2'),
        ("hairs/cm2", "%", 'for a change as a share of the baseline write "% of baseline"'),
        ("hairs/cm2", "% of baseline", "say is_change_from_baseline = 1"),
        ("drug,", ",", "line 3, column arm: missing"),
        (",24", "", "line 3: has 6 cells parted by a comma; the header has 7"),
        ("150,", "150,5,", "a number with a decimal comma stands in quotes"),
        ("150,", "150,5,", "line 3: has 8 cells"),
    ],
)
def test_a_bad_cell_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert old in GOOD
    lines = HEAD + GOOD.replace("12", "0", 1) + GOOD.replace(old, new, 1)
    expected = told.replace("column sd: mean", "column spread: sd is given too")
    assert expected in refusal(lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty; a header and one row"),
        (HEAD, "has a header and no row"),
        (HEAD.replace("arm", "amr") + GOOD, 'column "amr": unknown; did you mean "arm"?'),
        (HEAD.replace("week", "day") + GOOD, 'called "week" here, counted in weeks'),
        (HEAD.replace("week", "day") + GOOD, "missing: week; a table of means needs"),
        (HEAD.replace("sd", "mean") + GOOD, '"mean" is the same column as "mean"'),
        (HEAD.replace("sd", "colour") + GOOD, 'column "colour": unknown; allowed: arm, week'),
        ("a table\n", "cells are parted by comma, semicolon or tab"),
        (HEAD + 'drug,12,"hair density,hairs/cm2,150,18,24\n', "is a quote left open?"),
        (HEAD + GOOD + GOOD, "line 3: the same arm, week and endpoint as line 2"),
        (HEAD + GOOD + GOOD.replace("drug", "Drug"), 'arms "drug" and "Drug" differ in capitals'),
        (
            "arm;week;endpoint;unit;mean\nA;0;SALT;points;12,5\nA;4;SALT;points;12.5\n",
            '"12,5" (line 2, column mean) and "12.5" (line 3, column mean)',
        ),
        (
            "arm,week,endpoint,unit,mean\nA,12,SALT,points,15 \u00b1 2\n",
            "standard deviation or a standard error? Say it with a column spread_kind",
        ),
        (
            "arm,week,endpoint,unit,mean,ci_low\nA,12,SALT,points,15,12\n",
            "an interval needs both of its ends",
        ),
        (
            "arm,week,endpoint,unit,mean,ci_low,ci_high\nA,12,SALT,points,15,16,18\n",
            "the mean does not lie between",
        ),
        (
            "arm,week,endpoint,unit,mean\nA,12,anagen fraction,%,150\n",
            "a share cannot be above 100 %",
        ),
        (
            "arm,week,endpoint,unit,mean,role\nA,12,SALT,points,15,plcebo\n",
            'found "plcebo"; did you mean "placebo"?',
        ),
    ],
)
def test_a_bad_table_is_told(text: str, told: str) -> None:
    assert told in refusal(text)


def test_every_problem_at_once() -> None:
    told = refusal(HEAD + GOOD.replace("150", "x") + GOOD.replace(",24", ",y"))
    assert "line 2, column mean" in told
    assert "line 3, column n" in told


def test_text_of_another_encoding_is_told_with_its_line() -> None:
    data = (HEAD + GOOD.replace("drug", "dr\u00fcg")).encode("latin-1")
    assert "line 2: is not UTF-8 text (byte 0xfc)" in refusal(data)


def test_no_text_at_all() -> None:
    assert "no text file" in refusal(b"PK\x03\x04\x00\x00")
    assert "too large" in refusal(b"a" * 1_000_001)


def test_every_endpoint_of_the_registry_can_be_written_in_a_table_of_ones_own() -> None:
    for endpoint, wording in endpoint_wordings()[1].items():
        with pytest.raises(ValueError, match="an unknown unit"):
            unit_of("furlongs", wording)
        assert endpoint in _words()["canonical"]


def test_ratios_may_be_above_one_and_shares_may_not() -> None:
    text = "arm;week;endpoint;unit;mean\nA;0;{};{};11,1\n"
    (row,) = read_rows(text.format("terminal:vellus ratio", "ratio").encode(), "x.csv")
    assert row["mean"] == 11.1
    with pytest.raises(InputError, match="a share cannot be above 100 %"):
        read_rows(text.format("SALT<=20 responders", "ratio").encode(), "x.csv")


@pytest.mark.parametrize(
    "remark", ["# counted twice", " # one; two, three", "# why;;;;;;", "#", '"# said; so";;;;;;']
)
def test_remarks_may_stand_between_rows(remark: str) -> None:
    head, good = HEAD.replace(",", ";"), GOOD.replace(",", ";")
    text = f"{head}{good}{remark}\n{good.replace('12', '24')}{remark}\n"
    assert [row["week"] for row in read_rows(text.encode(), "my_trial.csv")] == [12.0, 24.0]
    bad = text.replace("150", "x", 2)
    assert "line 4, column mean" in refusal(bad)


def test_a_row_that_is_crossed_out_with_a_sign_is_asked_about() -> None:
    told = refusal(f"{HEAD}{GOOD}#{GOOD.replace('12', '24')}")
    assert 'line 3: begins with "#" and has a cell for every column' in told
    assert "delete the line, or take the # away" in told


@pytest.mark.parametrize(
    ("word", "change"),
    [
        *((word, True) for word in ("yes", "ja", "Wahr", "WAHR", "oui", "si", "s\u00ed", "vrai")),
        *((word, False) for word in ("no", "nein", "FALSCH", "non", "faux", "falso")),
    ],
)
def test_yes_and_no_in_the_words_of_spreadsheets(word: str, change: bool) -> None:
    head = HEAD.replace("n\n", "n,change\n")
    (row,) = read_rows(f"{head}{GOOD.strip()},{word}\n".encode(), "my_trial.csv")
    assert row.get("is_change_from_baseline") == (1 if change else None)


@pytest.mark.parametrize("unit", ["hairs/mm2", "hairs/mm\u00b2", "mm-2", "/mm2", "per mm2"])
def test_hairs_per_square_millimetre_are_converted(unit: str) -> None:
    from follicle_sim.evidence.own.held import held

    class Table:
        study, arms = "mine", {"drug": "drug"}
        rows = read_rows(f"{HEAD}drug,12,hair density,{unit},1.5,0.18,24\n".encode(), "x.csv")

    (row,) = held(Table()).observations
    assert (row.value, row.unit) == (pytest.approx(150.0), "cm-2")
    assert row.se == pytest.approx(18.0 / 24**0.5)
    assert row.conversion == "mm2 to cm2"


def test_a_count_that_no_scalp_has_per_square_millimetre_is_refused() -> None:
    told = refusal(HEAD + GOOD.replace("cm2", "mm2"))
    assert "column mean: found 150 hairs/mm2, which is 15,000 hairs/cm2" in told
    assert "is the unit hairs/cm2?" in told
