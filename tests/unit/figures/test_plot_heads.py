"""Heads from above: as many as asked for, true to size, as dark as they are covered."""

import math

import numpy as np
import pytest
import xarray as xr
from matplotlib.patches import Wedge

from follicle_sim.base.errors import InputError
from follicle_sim.biology.scalps import load_scalps
from follicle_sim.figures import plot_heads
from follicle_sim.figures.heads import HAIR

SALT = load_scalps()["salt"]
WEEKS = np.arange(0.0, 80.0, 8.0)


def scalps(cover: float = 1.0, arms: int = 2, people: int = 4) -> xr.Dataset:
    shape = (arms, people, WEEKS.size, len(SALT.pieces))
    return xr.Dataset(
        {"region_cover": (("arm", "subject", "time", "region"), np.full(shape, cover))},
        coords={
            "arm": [f"arm {i}" for i in range(arms)],
            "time": 7.0 * WEEKS,
            "region": list(SALT.pieces),
            "region_share": ("region", SALT.weight),
        },
        attrs={"title": "scalps"},
    )


def wedges(ax) -> list[Wedge]:
    return [patch for patch in ax.patches if isinstance(patch, Wedge)]


def size(wedge: Wedge) -> float:
    inner = wedge.r - wedge.width
    return math.radians(wedge.theta2 - wedge.theta1) * (wedge.r**2 - inner**2) / 2.0


def test_every_piece_is_as_large_as_its_share():
    ax = plot_heads(scalps())
    drawn = [size(wedge) / math.pi for wedge in wedges(ax)]
    assert sum(drawn) == pytest.approx(1.0)
    assert sorted(drawn) == pytest.approx(sorted(SALT.share))


@pytest.mark.parametrize(("cover", "shade"), [(0.0, 0.0), (0.4, 0.4), (1.3, 1.0), (-0.1, 0.0)])
def test_a_piece_is_as_dark_as_it_is_covered(cover, shade):
    ax = plot_heads(scalps(cover), people=1)
    assert {wedge.get_facecolor() for wedge in wedges(ax)} == {HAIR(shade)}


def test_people_arms_and_visits():
    figure = plot_heads(scalps(), arms=["arm 1"], people=2).figure
    assert len(figure.axes) == 2 * 6
    titles = [ax.get_title() for ax in figure.axes[:6]]
    assert titles[0] == "week 0"
    assert titles[-1] == "week 72"
    assert len(plot_heads(scalps(people=1)).figure.axes) == 2 * 6


def test_what_cannot_be_drawn_is_told():
    with pytest.raises(InputError, match=r"needs a whole scalp \(population.scalp\)"):
        plot_heads(scalps().drop_vars("region_cover"))
    with pytest.raises(InputError, match='no arm "arm 3"; allowed: arm 0, arm 1'):
        plot_heads(scalps(), arms=["arm 3"])
