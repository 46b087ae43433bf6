"""The figure of power: what is drawn, and that no text meets another."""

from dataclasses import replace

import pytest
from gaussian_trials import GaussianTrials
from matplotlib.backends.backend_agg import FigureCanvasAgg

from follicle_sim.experiments.planning.power import judge
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.power_rows import SmallestRow
from follicle_sim.figures.power import beside_people, people_needed, plot_power
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
        rows = [replace(row, people=row.n and row.n * people.total) for row in found.smallest]
        found = replace(found, smallest=tuple(rows), people=people)
    figure = plot_power(
        found.rows, found.lines(60.0), found.smallest, "Power: hair density", 0.05, found.people,
        subtitle="potency of exosomes adipose microneedling 2.14, fitted to park_2022; " * 2,
    )  # fmt: skip
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
    expected = [(2 * row.n, row.target) for row in found.smallest]
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in marks] == expected
    shown = " ".join(text.get_text() for text in figure.texts)
    assert f"80 % with {2 * found.smallest[0].n} (" in shown


def test_people_needed_in_words():
    def said(n, low, high, extrapolated, note=""):
        ends = [None if each is None else 2 * each for each in (n, low, high)]
        rest = (extrapolated, note, *ends[1:], "")
        return people_needed(SmallestRow("a", "48", 0.8, n, ends[0], low, high, *rest))

    assert said(45, 40, 51, False) == "90 (80–102)"
    assert said(70, 60, None, True) == "140 (120–?)*"
    assert said(None, None, 10, True, "at most 20: every trial was significant") == "at most 20"


def test_people_of_each_arm_are_told_beside_those_in_all():
    found = answer(12.0, (48.0,), ("drug", "dummy"))
    figure = plot_power(found.rows, found.lines(100.0), found.smallest, "Power", 0.05, found.people)
    (row, _) = found.smallest
    shown = " ".join(text.get_text() for text in figure.texts)
    assert f", {row.n} an arm; 90 % with" in shown
    assert figure.axes[0].get_xlabel() == "people in all, in 2 arms of equal size"
    assert beside_people(row, found.people) == f", {row.n} an arm"
    sides = Headcount((("left", 1), ("right", 1)), 1, "split_scalp")
    assert beside_people(row, sides) == ""


def test_the_size_of_the_plan_gets_a_star_where_the_axis_reaches_it():
    found = answer(12.0, (48.0,), ("drug", "dummy"))
    rest = (found.lines(100.0), found.smallest, "Power", 0.05, found.people)

    def stars(planned):
        figure = plot_power(found.rows, *rest, planned)
        told = [text.get_text() for each in figure.legends for text in each.get_texts()]
        marks = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "*"]
        return marks, "as planned: 60 people" in told

    figure = plot_power(found.rows, *rest, 60, "potency of drug 2, fitted")
    (star,) = [line for line in figure.axes[0].lines if line.get_marker() == "*"]
    assert star.get_ydata()[0] == 1.0
    assert figure.axes[0].get_ylim()[1] > 1.05  # the star does not touch the top
    assert "potency of drug 2, fitted" in [text.get_text() for text in figure.texts]
    assert stars(60) == ([60], True)
    assert stars(10_000) == ([], False)
    assert stars(None) == ([], False)


def test_a_star_at_a_number_is_explained_only_where_there_is_one():
    found = answer(12.0, (48.0,), ("drug", "dummy"))
    rows = [replace(row, extrapolated=False) for row in found.smallest]

    def note(smallest):
        figure = plot_power(found.rows, (), smallest, "Power", 0.05, found.people)
        return " ".join(text.get_text() for text in figure.texts)

    assert "rests on the fitted curve" not in note(rows)
    assert "rests on the fitted curve" in note([replace(rows[0], extrapolated=True), rows[1]])
