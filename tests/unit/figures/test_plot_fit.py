"""The figure of a fit: levels and changes have axes of their own."""

import pytest
from matplotlib.figure import Figure

from follicle_sim.experiments.calibration.fit_scenario import FittedRow
from follicle_sim.experiments.calibration.follicle_transitions import Transition
from follicle_sim.figures.fit import _group_rows, _row_name
from follicle_sim.figures.follicle_fit import _draw_rows


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


@pytest.mark.parametrize(
    ("most", "ticks"), [(1, ["0", "1"]), (7, ["0", "1", "3"]), (60, ["0", "10", "50"])]
)
def test_few_follicles_have_a_scale_too(most, ticks):
    """One tick at 0 is no scale: what is seen must be readable from the axis."""
    ax = Figure().add_subplot()
    _draw_rows([Transition("a", "anagen", "telogen", most, 0.4)], ax, several=False)
    assert [label.get_text() for label in ax.get_xticklabels()] == ticks
