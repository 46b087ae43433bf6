"""The figure of a fit: levels and changes have axes of their own."""

from follicle_sim.experiments.calibration.fit_scenario import FittedRow
from follicle_sim.figures.fit import _group_rows, _row_name


def row(kind, week, control="", observed=11.3):
    return FittedRow(
        "own", "own:1", "exosomes", control, "hair_density", kind, week, "cm-2",
        observed, 2.2, observed, 0.0, 0.0, True, "",
    )  # fmt: skip


def test_levels_and_changes_have_axes_of_their_own():
    rows = [row("level", 0.0, observed=140.0), row("change", 12.0), row("difference", 12.0, "b")]
    (unit, changes), (_, levels) = _group_rows(rows)
    assert unit == "hairs/cm²"
    assert [each.kind for each in changes] == ["change", "difference"]
    assert [each.kind for each in levels] == ["level"]


def test_a_row_says_what_it_is():
    assert _row_name(row("level", 0.0)) == "exosomes, level, week 0"
    assert _row_name(row("difference", 12.0, "b")) == "exosomes minus b, difference, week 12"
