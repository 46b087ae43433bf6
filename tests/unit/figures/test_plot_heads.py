"""Heads from above and behind: one drawing for every map, true to size and to its colours."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgba
from matplotlib.patches import Polygon

from follicle_sim.base.errors import InputError
from follicle_sim.biology.scalps import load_scalps
from follicle_sim.figures import plot_heads, save_figure
from follicle_sim.figures.heads import HAIR, SKIN
from follicle_sim.figures.parts.scalp_shapes import (
    area_of,
    head_of,
    pieces_of,
    room_in,
    scalp_of,
    seen_from,
)

MAPS = load_scalps()
SALT, REGIONS = MAPS["salt"], MAPS["regions"]
WEEKS = np.arange(0.0, 80.0, 8.0)


def scalps(value=1.0, arms=2, people=4, name="region_cover") -> xr.Dataset:
    scalp = SALT if name == "region_cover" else REGIONS
    shape = (arms, people, WEEKS.size, len(scalp.pieces))
    return xr.Dataset(
        {name: (("arm", "subject", "time", "region"), np.broadcast_to(value, shape).copy())},
        coords={
            "arm": [f"arm {i}" for i in range(arms)],
            "time": 7.0 * WEEKS,
            "region": list(scalp.pieces),
            "region_share": ("region", scalp.weight),
        },
        attrs={"title": "scalps"},
    )


def pieces(ax) -> list[Polygon]:
    """Return what is drawn on a head that is no skin."""
    drawn = [patch for patch in ax.patches if isinstance(patch, Polygon)]
    return [patch for patch in drawn if patch.get_facecolor() != to_rgba(SKIN)]


@pytest.mark.parametrize("name", MAPS)
def test_pieces_of_an_area_are_equally_large_and_fill_it(name):
    scalp = MAPS[name]
    sizes = np.array([sum(area_of(ring) for ring in rings) for rings in pieces_of(scalp)])
    for area in dict.fromkeys(scalp.areas):
        mine = sizes[np.array(scalp.areas) == area]
        whole = sum(area_of(np.array(ring)) for ring in scalp.outlines[area])
        np.testing.assert_allclose(mine, whole / mine.size, rtol=1e-6)
    np.testing.assert_allclose(sizes / sizes.sum(), scalp.share, atol=0.015)


def test_from_behind_the_back_is_seen_and_the_front_is_not():
    seen = {}
    for area, rings in zip(REGIONS.areas, pieces_of(REGIONS), strict=True):
        shown = [seen_from("behind", ring) for ring in rings]
        seen[area] = sum(area_of(ring) for ring in shown)
        for ring in shown:
            assert (np.abs(ring) <= 1.1 + 1e-9).all(), "nothing sticks out of the head"
    assert seen["occipital"] > seen["parietal"] > seen["midscalp"]
    assert seen["vertex"] > 0.2
    assert seen["frontal"] < 0.01
    above = {
        a: sum(map(area_of, r)) for a, r in zip(REGIONS.areas, pieces_of(REGIONS), strict=True)
    }
    assert above["frontal"] > 0.3
    assert all(len(head_of(view)) >= 4 for view in ("above", "behind"))


def test_a_number_is_written_where_there_is_room():
    square = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0)])
    assert room_in(square) == pytest.approx((1.0, 0.5, 2.0))
    hollow = np.array([(0, 0), (3, 0), (3, 2), (2, 2), (2, 1), (1, 1), (1, 2), (0, 2)], float)
    x, y, wide = room_in(hollow)
    assert (x, y, wide) == pytest.approx((1.5, 0.9, 3.0), abs=0.1)


@pytest.mark.parametrize(("cover", "shade"), [(0.0, 0.0), (0.4, 0.4), (1.3, 1.0), (-0.1, 0.0)])
def test_a_piece_is_as_dark_as_it_is_covered(cover, shade):
    ax = plot_heads(scalps(cover), people=1)
    assert {patch.get_facecolor() for patch in pieces(ax)} == {HAIR(shade)}
    assert len(pieces(ax)) == len(SALT.pieces)


def test_what_was_not_read_has_no_colour():
    ax = plot_heads(scalps(np.nan), people=1)
    assert {patch.get_facecolor() for patch in pieces(ax)} == {to_rgba("#dddddd")}


def test_people_arms_and_visits():
    figure = plot_heads(scalps(), arms=["arm 1"], people=2).figure
    assert len(figure.axes) == 2 * 6 + 2, "heads, the map with its names, the scale"
    texts = [text.get_text() for text in figure.texts]
    assert {"week 0", "week 72", "arm 1"} <= set(texts)
    assert len(plot_heads(scalps(people=1)).figure.axes) == 2 * 6 + 2


def test_regions_are_means_of_arms_on_one_scale_from_both_sides(tmp_path):
    values = np.zeros((2, 4, WEEKS.size, 6))
    values[0] = np.arange(4.0)[:, None, None] * 10.0 + 140.0  # mean 155
    values[1] = np.array([50.0, 100.0, 150.0, 200.0, 210.0, 220.0])
    ax = plot_heads(scalps(values, name="region_density"))
    figure = ax.figure
    assert len(figure.axes) == 2 * 2 * 2 + 2
    numbers = {text.get_text() for text in ax.texts}
    assert numbers == {"155"}
    assert {p.get_facecolor() for p in pieces(ax)} == {HAIR(155.0 / 250.0)}
    other = figure.axes[4]
    assert {"50", "100", "150", "200", "210", "220"} == {t.get_text() for t in other.texts}
    names = {text.get_text() for text in figure.axes[-2].texts}
    assert names == set(REGIONS.areas)
    assert figure.axes[-1].get_xlabel() == "hairs/cm²"
    assert figure.axes[-1].get_xlim() == (0.0, 250.0)
    save_figure(ax, tmp_path / "heads.png")
    save_figure(plot_heads(scalps(values, name="region_density")), tmp_path / "again.png")
    assert (tmp_path / "heads.png").read_bytes() == (tmp_path / "again.png").read_bytes()


def test_visits_can_be_chosen():
    data = scalps(100.0, name="region_density")
    figure = plot_heads(data, weeks=[0.0, 8.0, 72.0], arms=["arm 0"]).figure
    assert len(figure.axes) == 3 * 2 + 2
    assert {"week 0", "week 8", "week 72"} <= {text.get_text() for text in figure.texts}
    with pytest.raises(InputError, match="no visit in week 7; there are visits in weeks 0, 8, 16"):
        plot_heads(data, weeks=[7.0])


def test_what_cannot_be_drawn_is_told():
    with pytest.raises(InputError, match=r'needs a whole scalp \(population.scalp = "regions"\)'):
        plot_heads(scalps().drop_vars("region_cover"))
    with pytest.raises(InputError, match='no arm "arm 3"; allowed: arm 0, arm 1'):
        plot_heads(scalps(), arms=["arm 3"])
    strange = scalps().assign_coords(region=[f"bit {i}" for i in range(len(SALT.pieces))])
    with pytest.raises(InputError, match="no map of the scalp has these pieces: bit 0, bit 1"):
        plot_heads(strange)
    assert scalp_of(["a"]) is None
