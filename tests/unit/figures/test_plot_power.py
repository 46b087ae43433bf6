"""The figure of power: what is drawn, and that no text meets another."""

from dataclasses import replace

import pytest
from gaussian_trials import GaussianTrials
from matplotlib.backends.backend_agg import FigureCanvasAgg

from follicle_sim.experiments.planning.power import judge
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.power_rows import SmallestRow
from follicle_sim.figures.power import in_all, people_needed, plot_power
from follicle_sim.protocol.headcount import Headcount


def answer(effect, weeks=(12.0, 48.0), arms=("exosomes weekly x 12 and minoxidil", "b", "dummy")):
    roles = (*["treatment"] * (len(arms) - 1), "placebo")
    law = GaussianTrials(arms, roles, (*[effect] * (len(arms) - 1), 0.0), 20.0, weeks=weeks)
    pairs = tuple((arm, arms[-1]) for arm in arms[:-1])
    plan = Plan("hair_density", weeks, "t_test", 0.05, 2, pairs=pairs)
    return judge({"on": law, "off": law}, (10, 30), 60, plan)


LONG = "exosomes weekly x 12 and minoxidil"
UNEQUAL = Headcount(((LONG, 20), ("saline, weekly, and vehicle", 13)), 33, "parallel")


@pytest.mark.parametrize("people", [None, UNEQUAL])
@pytest.mark.parametrize("arms", [("drug", "dummy"), (LONG, "b", "dummy")])
@pytest.mark.parametrize("effect", [0.0, 9.0, 200.0])
def test_texts_do_not_meet_and_are_not_cut(effect, arms, people):
    found = answer(effect, arms=arms)
    if people is not None:
        rows = [replace(row, people=row.n and people.times(row.n).total) for row in found.smallest]
        found = replace(found, smallest=tuple(rows), people=people)
    figure = plot_power(
        found.rows, found.lines(60.0), found.smallest, "Power: hair density", 0.05, found.people
    )
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [text.get_window_extent() for text in figure.texts]
    boxes += [text.get_window_extent() for each in figure.legends for text in each.get_texts()]
    width, height = canvas.get_width_height()
    for i, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_wanted_power_and_people_needed_are_marked():
    found = answer(12.0, (48.0,), ("drug", "dummy"))
    figure = plot_power(found.rows, found.lines(100.0), found.smallest, "Power", 0.05, found.people)
    (ax,) = figure.axes
    marks = [line for line in ax.lines if line.get_marker() == "D"]
    expected = [(row.n, row.target) for row in found.smallest]
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in marks] == expected
    shown = " ".join(text.get_text() for text in figure.texts)
    assert f"80 % with {found.smallest[0].n} (" in shown


def test_people_needed_in_words():
    def said(n, low, high, extrapolated, note=""):
        return people_needed(SmallestRow("a", "48", 0.8, n, None, low, high, extrapolated, note))

    assert said(45, 40, 51, False) == "45 (40–51)"
    assert said(70, 60, None, True) == "70 (60–?)*"
    assert said(None, None, 10, True, "at most 10: every trial was significant") == "at most 10"


def test_people_in_all_are_told_beside_n():
    found = answer(12.0, (48.0,), ("drug", "dummy"))
    figure = plot_power(found.rows, found.lines(100.0), found.smallest, "Power", 0.05, found.people)
    (row, _) = found.smallest
    shown = " ".join(text.get_text() for text in figure.texts)
    assert f", {2 * row.n} in all; 90 % with" in shown
    assert "n: people an arm; in all 2 n" in shown
    assert figure.axes[0].get_xlabel() == "people an arm"
    alone = replace(row, people=row.n)
    assert (in_all(row), in_all(alone)) == (f", {2 * row.n} in all", "")
