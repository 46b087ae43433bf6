"""Places of follicles on the scalp."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from follicle_sim.biology.sites import GOLDEN_ANGLE, UNIT_SIZE_SHARES, sites

NAME = {"seed": 1, "replicate": 0, "stream": 0, "subject": 0}


def test_more_follicles_only_append() -> None:
    few_xy, few_unit = sites(**NAME, n=700)
    many_xy, many_unit = sites(**NAME, n=5000)
    np.testing.assert_array_equal(many_xy[:700], few_xy)
    np.testing.assert_array_equal(many_unit[:700], few_unit)
    rim = np.hypot(*few_xy.T).max()
    assert np.hypot(*many_xy[700:].T).min() > rim - 1.5


def test_units_have_the_sizes_asked_for() -> None:
    _, unit = sites(**NAME, n=50_000)
    size = np.bincount(unit)[:-1]  # the last one may be cut
    assert set(size) == {1, 2, 3, 4}
    assert size.mean() == pytest.approx(2.2, rel=0.01)
    share = np.bincount(size, minlength=5)[1:] / size.size
    assert np.abs(share - UNIT_SIZE_SHARES).max() < 0.01


@pytest.mark.parametrize("density", [65.0, 80.0, 110.0])
def test_units_stand_as_densely_as_asked_and_about_a_millimetre_apart(density: float) -> None:
    xy, unit = sites(**NAME, n=20_000, unit_density=density)
    inside = np.hypot(*xy.T) <= 20.0
    found = len(np.unique(unit[inside])) / (np.pi * 2.0**2)
    assert found == pytest.approx(density, rel=0.02)
    last = unit[-1]
    angle, radius = np.arange(last) * GOLDEN_ANGLE, np.sqrt(np.arange(last) + 0.5)
    centre = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]
    centre *= 10.0 / np.sqrt(np.pi * density)
    apart = cKDTree(centre).query(centre, 2)[0][:, 1]
    assert 0.85 < apart.mean() * np.sqrt(density / 80.0) < 1.4
    off = xy - centre[np.minimum(unit, last - 1)]
    assert np.sqrt((off[unit < last] ** 2).sum(axis=1).mean()) == pytest.approx(0.15, rel=0.02)


def test_people_differ_and_names_repeat() -> None:
    here, _ = sites(**NAME, n=100)
    again, _ = sites(**NAME, n=100)
    other, _ = sites(**NAME | {"subject": 1}, n=100)
    np.testing.assert_array_equal(here, again)
    assert not np.array_equal(here, other)


def test_nobody_and_nonsense() -> None:
    xy, unit = sites(**NAME, n=0)
    assert xy.shape == (0, 2)
    assert unit.shape == (0,)
    with pytest.raises(ValueError, match="positive"):
        sites(**NAME, n=10, unit_density=0.0)
    with pytest.raises(ValueError, match="n >= 0"):
        sites(**NAME, n=-1)
