"""The figure of side effects: every line told, nothing over another, downtime of each arm."""

import numpy as np
import pytest

from follicle_sim.figures.reactions import ReactionArm, ReactionLine, plot_reactions

LINES = (
    ReactionLine("redness (needles)", 0.8, 0.7, 0.9, (30, 9, 1), "40 of 50"),
    ReactionLine("granuloma", 0.0, 0.0, 0.058, (0, 0, 0), "0 of 50, at most 5.8 %"),
)
ARMS = (
    ReactionArm("exosomes, a name that is far too long to stand in full", LINES, np.arange(50.0)),
    ReactionArm("nothing that was counted", (), np.zeros(50)),
    ReactionArm("nobody", LINES[1:], np.zeros(0)),
    ReactionArm("untreated", (), np.zeros(50), given=False),
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_side_effect_is_told_with_its_people_and_its_limit():
    figure = plot_reactions(ARMS, "A trial", "What it stands for.")
    shares, down = figure.axes
    for told in (
        "redness (needles)",
        "granuloma",
        "0 of 50, at most 5.8 %",
        "none counted by any study",
        "nothing given in the trial",
    ):
        assert told in texts(shares)
    bars = [patch.get_width() for patch in shares.patches if patch.get_width() > 0.0]
    # 40 of 50, cut as 30, 9 and 1 of 40
    assert bars == pytest.approx([0.6, 0.18, 0.02])
    ends = [tuple(line.get_xdata()) for line in shares.lines]
    assert (0.7, 0.9) in ends
    assert (0.0, 0.058) in ends
    assert texts(down) == ["24"]  # the mean of 0 to 49 days, to two digits; nobody has none
    assert "What it stands for." in figure.texts[-1].get_text()


def test_nothing_stands_over_something_else():
    figure = plot_reactions(ARMS, "A trial", "What it stands for.")
    figure.canvas.draw()
    boxes = [text.get_window_extent() for ax in figure.axes for text in ax.texts]
    whole = figure.bbox
    for k, box in enumerate(boxes):
        assert box.x0 >= whole.x0
        assert box.x1 <= whole.x1
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
    shares, down = (ax.get_window_extent() for ax in figure.axes)
    assert max(box.x1 for box in boxes if box.x0 > shares.x1 and box.x1 < down.x1) <= down.x1
    said = [text for text in figure.axes[0].texts if "at most" in text.get_text()]
    assert all(text.get_window_extent().x1 < down.x0 for text in said)
