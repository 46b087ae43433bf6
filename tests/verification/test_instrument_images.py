"""Mean-field formulas of the instrument against images of the package's own follicle sites."""

import math

import numpy as np
import pytest

from follicle_sim.base.numerics import normals, uniforms
from follicle_sim.biology.sites import sites
from follicle_sim.protocol.optics import border_share, clumping, moved_share, told_apart
from follicle_sim.scenario import Instrument

SCALPS = 24
FOLLICLES = 900
UNITS_PER_CM2 = 80.0


def scalps():
    """Yield positions (n, 2) in mm and units (n,) of patches of scalp."""
    for subject in range(SCALPS):
        yield sites(3, 0, 0, subject, FOLLICLES, UNITS_PER_CM2)


def coins(shape, p: float, name: int):
    """Return True with chance p."""
    return uniforms(9, 0, 0, name, np.arange(math.prod(shape)), 0, 0).reshape(shape) < p


def dice(name: int) -> float:
    """Return a number between 0 and 1."""
    return uniforms(9, 1, 0, name, 0, 0, 0).item()


def bell(name: int):
    """Return two standard normals."""
    return normals(9, 2, 0, name, np.arange(2), 0, 0)


def separate(xy, unit, distance: float) -> int:
    """Count hairs as an image shows them: chains of hairs closer than `distance` are one."""
    count = 0
    for each in np.unique(unit):
        left = list(xy[unit == each])
        while left:
            count += 1
            cluster = [left.pop()]
            while cluster:
                here = cluster.pop()
                apart = [float(np.hypot(*(other - here))) for other in left]
                cluster += [o for o, d in zip(left, apart, strict=True) if d < distance]
                left = [o for o, d in zip(left, apart, strict=True) if d >= distance]
    return count


def check_occlusion(distance: float, share: float, formula=told_apart) -> float:
    """Raise AssertionError unless the formula counts as images do; return its error."""
    shown = hairs = 0
    for index, (xy, unit) in enumerate(scalps()):
        visible = coins(unit.shape, share, index)
        hairs += visible.sum()
        shown += separate(xy[visible], unit[visible], distance)
    alive = np.array([[float(SCALPS * FOLLICLES)]])
    predicted = formula(np.array([[float(hairs)]]), alive, distance).item()
    error = predicted / shown - 1.0
    assert abs(error) <= 0.025, f"{error:+.3f} off: {shown} of {hairs} told apart"
    return error


@pytest.mark.parametrize("distance", [0.05, 0.1, 0.15, 0.3])
@pytest.mark.parametrize("share", [0.4, 0.75, 1.0])
def test_occlusion_as_in_images(distance: float, share: float) -> None:
    check_occlusion(distance, share)


def test_occlusion_of_hairs_strewn_evenly_is_another() -> None:
    """Were there no follicular units, fewer hairs would merge: the wrong formula must fail."""

    def evenly(hairs, follicles, distance):
        area = SCALPS * FOLLICLES / (2.2 * UNITS_PER_CM2) * 100.0
        return hairs * (1.0 - 0.5 * hairs / area * math.pi * distance**2)

    with pytest.raises(AssertionError, match="off"):
        check_occlusion(0.1, 0.75, evenly)


def test_neighbouring_units_hide_hardly_any_hair() -> None:
    """What the formula leaves out: pairs of different units closer than 0.15 mm."""
    pairs = 0
    for xy, unit in scalps():
        near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) < 0.15
        pairs += np.sum(near & (unit[:, None] < unit[None]))
    assert pairs / (SCALPS * FOLLICLES) < 0.01


def inside(xy, shape: str, area: float):
    """Tell which positions lie in a target area (cm2) about the origin."""
    if shape == "circle":
        return np.hypot(xy[..., 0], xy[..., 1]) <= math.sqrt(100.0 * area / math.pi)
    return (np.abs(xy) <= 5.0 * math.sqrt(area)).all(axis=-1)


def check_relocation(shape: str, step: float, share: float, formula=clumping) -> float:
    """Raise AssertionError unless the SD of a change is that of areas laid over scalps, in 15 %."""
    name = iter(range(10**6))
    changes, counts = [], []
    for index, (xy, unit) in enumerate(scalps()):
        visible = xy[coins(unit.shape, share, index)]
        for _ in range(8):
            turn = 2.0 * math.pi * dice(next(name))
            back = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
            home = visible @ back - bell(next(name))
            for _ in range(6):
                one, other = (
                    inside(home - step * bell(next(name)), shape, 1.0).sum() for _ in range(2)
                )
                changes.append(other - one)
                counts.append(one)
    hairs = np.array([[np.mean(counts)]])
    tool = Instrument(relocation=f"{step} mm", shape=shape)
    each = moved_share(tool, np.array([[1.0]])) * formula(tool, hairs, hairs / share) * hairs
    measured, predicted = float(np.std(changes)), math.sqrt(2.0 * each.item())
    assert abs(predicted / measured - 1.0) <= 0.15, f"{predicted:.2f}, measured {measured:.2f}"
    return predicted / measured - 1.0


@pytest.mark.parametrize("shape", ["circle", "square"])
@pytest.mark.parametrize(("step", "share"), [(0.1, 0.8), (0.3, 0.8), (1.0, 0.8), (0.5, 0.4)])
def test_an_area_found_again_holds_other_hairs(shape: str, step: float, share: float) -> None:
    check_relocation(shape, step, share)


def test_units_strewn_by_chance_would_change_more() -> None:
    with pytest.raises(AssertionError, match="measured"):
        check_relocation("circle", 1.0, 0.8, lambda tool, hairs, alive: 1.0 + 1.5 * hairs / alive)


@pytest.mark.parametrize("shape", ["circle", "square"])
@pytest.mark.parametrize("length", [0.5, 1.5])
def test_hairs_across_the_border(shape: str, length: float) -> None:
    tool, area = Instrument(stub_length=f"{length} mm", shape=shape), 1.0
    crossing = touching = home = 0
    along = np.linspace(0.0, length, 31)
    for xy, _ in scalps():
        for turn in np.arange(12) * 2.0 * math.pi / 12 + 0.1:
            way = np.array([math.cos(turn), math.sin(turn)])
            hair = inside(xy[:, None] + along[:, None] * way, shape, area)
            home += hair[:, 0].sum()
            touching += hair.any(axis=1).sum()
            crossing += (hair[:, 0] & ~hair.all(axis=1)).sum()
    predicted = border_share(tool, np.array([[area]])).item()
    assert touching / home - 1.0 == pytest.approx(predicted, rel=0.05)
    assert crossing / home == pytest.approx(predicted, rel=0.05)
