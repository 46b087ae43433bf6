"""Numbers of a table of one's own: whatever the dialect of the file, the same numbers or a refusal,
and never other numbers."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.own.numbers import Cell, UnreadNumber, is_missing, mark_of, number
from follicle_sim.evidence.own.rows import read_rows

NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("140", None, 140.0),
        ("12.5", ".", 12.5),
        ("12,5", ",", 12.5),
        (".5", ".", 0.5),
        ("0,123", None, 0.123),
        ("1.234", ".", 1.234),
        ("1,234", ",", 1.234),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1,234,567", ".", 1234567.0),
        ("\u221212.5", ".", -12.5),
        ("\u201312.5", ".", -12.5),
        (f"1{NBSP}234", None, 1234.0),
        (f"1{THIN}234,5", ",", 1234.5),
        (f"{NARROW}140{NBSP}", None, 140.0),
        ("+3", ".", 3.0),
        ("2e3", ".", 2000.0),
    ],
)
def test_numbers_are_read(text: str, mark: str | None, value: float) -> None:
    assert number(text, mark) == value


@pytest.mark.parametrize(
    ("text", "mark", "words"),
    [
        ("1,234", ".", "which is 1.234 or 1234"),
        ("1,234", None, "which is 1.234 or 1234"),
        ("1.234", None, "which is 1.234 or 1234"),
        ("1.234", ",", "allowed: 1,2340 or 1234"),
        ("12,5", ".", "follow a point"),
        ("12.5", ",", "follow a comma"),
        ("1 234", ".", "a space inside a number"),
        ("140 (18)", ".", "brackets has a column of its own"),
        ("12 %", ".", "belongs into the column unit"),
        ("140 hairs/cm2", ".", "belongs into the column unit"),
        ("130-150", ".", "a range"),
        ("130 to 150", ".", "a range"),
        ("about 140", ".", "a number such as 12.5"),
        ("\u0661\u0662", ".", "a number such as 12.5"),
        ("1_000", ".", "a number such as 12.5"),
        ("inf", ".", "a number such as 12.5"),
        ("1e999", ".", "a finite number"),
        ("=1+2", ".", "a number such as 12.5"),
        ("12.", ".", "a number such as 12.5"),
        ("1'234", ".", "a number such as 12.5"),
        ("1,23,4", ".", "a number such as 12.5"),
    ],
)
def test_what_is_no_number_or_two_is_refused(text: str, mark: str | None, words: str) -> None:
    with pytest.raises(UnreadNumber) as caught:
        number(text, mark)
    assert words in str(caught.value)
    assert text in str(caught.value)


def test_the_mark_is_that_of_the_cells_that_have_one_reading() -> None:
    cells = [Cell("line 2", "1,234"), Cell("line 3", "140"), Cell("line 4", "12,5 \u00b1 3,25")]
    assert mark_of(cells, ".") == ","
    assert mark_of(cells[:2], None) is None
    assert mark_of(cells[:2], ".") == "."


def test_two_marks_in_one_table_are_refused_with_both_places() -> None:
    with pytest.raises(UnreadNumber, match=r'"12,5" \(line 2\) and "12\.5" \(line 3\)'):
        mark_of([Cell("line 2", "12,5"), Cell("line 3", "12.5")], ".")


@pytest.mark.parametrize("text", ["", " ", "NA", "n/a", "NaN", "-", "\u2014", ".", "missing"])
def test_words_for_nothing(text: str) -> None:
    assert is_missing(text)


VALUES = st.decimals(0, 99_999, places=3, allow_nan=False).map(lambda d: format(d.normalize(), "f"))


def written(value: str, mark: str, grouping: str) -> str:
    """Return a number as some country and program write it."""
    whole, _, decimals = value.partition(".")
    if grouping and len(whole) > 3:
        whole = f"{whole[:-3]}{grouping}{whole[-3:]}"
    return whole + (mark + decimals if decimals else "")


@settings(max_examples=400, deadline=None)
@given(
    means=st.lists(VALUES, min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t"]),
    mark=st.sampled_from([".", ","]),
    grouping=st.sampled_from(["", ".", ",", NBSP, THIN, NARROW, " ", "'"]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    first=st.sampled_from(["", "\ufeff", "sep", "# a remark, of ours; and more\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    pm=st.booleans(),
    around=st.sampled_from(["", " ", NBSP]),
)
def test_any_dialect_gives_the_same_numbers_or_a_refusal(
    means: list[str],
    delimiter: str,
    mark: str,
    grouping: str,
    ends: str,
    first: str,
    quoting: int,
    pm: bool,
    around: str,
) -> None:
    assume(grouping != mark)
    # Thousands parted by points in a table parted by commas without one decimal in it: nobody,
    # program or person, can tell 1.234 there from the registry's own way of writing 1.234. The
    # rule of such tables is tested below.
    decimals = pm or any("." in mean for mean in means)
    assume(decimals or not (delimiter == "," and grouping == "."))
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter, quoting=quoting, lineterminator=ends)
    writer.writerow(["arm", "week", "endpoint", "unit", "mean \u00b1 SD" if pm else "mean", "n"])
    for week, mean in enumerate(means):
        text = around + written(mean, mark, grouping)
        text += f" \u00b1 {written('18.5', mark, '')}" if pm else ""
        writer.writerow(["drug; new", week, "hair density", "hairs/cm\u00b2", text, 24])
    start = f"sep={delimiter}{ends}" if first == "sep" else first
    data = (start + sheet.getvalue()).encode("utf-8")
    rows = []
    with suppress(InputError):
        rows = read_rows(data, "trial.csv")
    if not rows:
        # Plain numbers in the way of one country are never refused.
        sure = grouping not in (" ", "'", ".", ",") and (pm or delimiter == ",")
        assert not (sure and mark == ".")
        return
    assert [row["mean"] for row in rows] == [float(mean) for mean in means]
    assert [row.get("sd") for row in rows] == [18.5 if pm else None] * len(means)
    assert {row["arm"] for row in rows} == {"drug; new"}
    assert {row["n"] for row in rows} == {24}


@pytest.mark.parametrize(
    ("delimiter", "other", "text", "value"),
    [
        # another cell decides
        (";", "12.5", "1.234", 1.234),
        ("\t", "1,234.5", "1.234", 1.234),
        (",", "12.5", "1.234", 1.234),
        (";", "12,5", "1,234", 1.234),
        (",", "12,5", "1,234", 1.234),
        (";", "12,5", "1.234", None),
        (",", "12,5", "1.234", None),
        (";", "1.234,5", "1.234", None),
        (";", "1.234.567", "1.234", None),
        (";", "12.5", "1,234", None),
        # none does: a table parted by commas has points
        (",", "12", "1.234", 1.234),
        (",", "12", "1,234", None),
        (";", "12", "1.234", None),
        (";", "12", "1,234", None),
        ("\t", "12", "1.234", None),
    ],
)
def test_a_number_that_could_be_two_is_read_by_the_rule_of_its_table(
    delimiter: str, other: str, text: str, value: float | None
) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter)
    writer.writerow(["arm", "week", "endpoint", "unit", "mean"])
    for week, mean in enumerate([other, text]):
        writer.writerow(["drug", week, "hair density", "hairs/cm2", mean])
    data = sheet.getvalue().encode()
    if value is None:
        with pytest.raises(InputError, match=r"line 3, column mean: .* which is 1\.234 or 1234; "):
            read_rows(data, "trial.csv")
    else:
        assert read_rows(data, "trial.csv")[1]["mean"] == value
