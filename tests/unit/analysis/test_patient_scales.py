"""What people see and feel of a scalp follows from its hair, and says on what grounds."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from follicle_sim import patient_scales
from follicle_sim.analysis.outcomes.patient_scales import (
    dlqi_of,
    hair_thickness_density,
    load_patient_scales,
    seen_cover,
    sinclair_of,
)
from follicle_sim.base.errors import InputError
from follicle_sim.figures import plot_density


def result(density, calibre) -> xr.Dataset:
    dims = ("arm", "subject", "time")
    shape = np.broadcast_shapes(np.shape(density), np.shape(calibre))
    return xr.Dataset(
        {
            "hair_density": (
                dims,
                np.broadcast_to(density, shape).astype(float),
                {"units": "cm-2"},
            ),
            "shaft_calibre": (dims, np.broadcast_to(calibre, shape).astype(float)),
        },
        coords={
            "arm": ["A"],
            "role": ("arm", ["untreated"]),
            "time": np.arange(float(shape[2])) * 84.0,
        },
    )


def test_random_hairs_cover_what_a_scatter_of_them_covers() -> None:
    """A slow second way: points of skin, hit or not by segments that lie at random."""
    density, calibre, length, side = 60.0, 0.02, 0.5, 12.0  # per cm2, cm, cm, cm
    x, y, turn = (
        np.modf(np.arange(1, int(density * side**2) + 1) * np.sqrt(p))[0] for p in (2, 3, 5)
    )
    x, y, turn = side * x, side * y, np.pi * turn
    points = np.stack(np.meshgrid(np.linspace(4, 8, 60), np.linspace(4, 8, 60)), -1).reshape(-1, 2)
    covered = np.zeros(len(points), bool)
    for px, py, angle in zip(x, y, turn, strict=True):
        along = (points[:, 0] - px) * np.cos(angle) + (points[:, 1] - py) * np.sin(angle)
        across = (points[:, 1] - py) * np.cos(angle) - (points[:, 0] - px) * np.sin(angle)
        covered |= (abs(along) <= length / 2) & (abs(across) <= calibre / 2)
    thickness = hair_thickness_density(np.array(density), np.array(calibre * 1e4))
    assert covered.mean() == pytest.approx(float(seen_cover(thickness, 10.0 * length)), abs=0.03)


def test_the_published_sinclair_formula() -> None:
    """3.9 log(1 / CHTD) + 2.4, kept on the scale; by hand for 150 hairs of 45 um: 0.675 cm/cm2."""
    thickness = hair_thickness_density(
        np.array([150.0, 0.0, 400.0]), np.array([45.0, np.nan, 90.0])
    )
    np.testing.assert_allclose(thickness, [0.675, 0.0, 3.6])
    np.testing.assert_allclose(sinclair_of(thickness), [3.0657, 5.0, 1.0], atol=1e-4)


def test_quality_of_life_goes_through_its_anchors() -> None:
    scale = load_patient_scales()["dlqi"]
    at = np.array([scale.number("health_at"), scale.number("anchor_at"), 2.05])
    np.testing.assert_allclose(dlqi_of(at), [0.0, 8.16, 4.08])


def test_more_or_thicker_hair_is_never_worse() -> None:
    density = np.linspace(0.0, 400.0, 41)
    data = result(density[None, None, :], np.linspace(20.0, 90.0, 41)[None, None, :])
    scales = patient_scales(data)
    for name, better in (("seen_cover", 1), ("seen_scalp", -1), ("sinclair", -1), ("dlqi", -1)):
        assert (better * np.diff(scales[name].values) >= 0.0).all(), name


def test_length_and_contrast_are_arguments() -> None:
    data = result([[[100.0]]], [[[50.0]]])
    short, long = (patient_scales(data, length=mm) for mm in (5.0, 60.0))
    assert float(short.seen_cover.squeeze()) < float(long.seen_cover.squeeze())
    fair = patient_scales(data, ["seen_scalp"], contrast=0.25)
    assert list(fair) == ["seen_scalp"]
    assert float(fair.seen_scalp.squeeze()) == pytest.approx(
        0.25 * float(patient_scales(data).seen_scalp.squeeze())
    )


def test_dimensions_in_any_order_and_people_in_any_order() -> None:
    data = result(np.arange(1.0, 13.0).reshape(1, 3, 4) * 20.0, 55.0)
    turned = data.transpose("time", "subject", "arm").isel(subject=[2, 0, 1])
    one, other = patient_scales(data), patient_scales(turned)
    xr.testing.assert_identical(
        one, other.isel(subject=[1, 2, 0]).transpose("arm", "subject", "time")
    )


@pytest.mark.parametrize(
    ("scales", "more", "message"),
    [
        (["hairdex"], {}, "hairdex: no number that ties it"),
        (["patient_global_assessment"], {}, "seven_point"),
        (["sinclare"], {}, 'no scales "sinclare"; did you mean "sinclair"'),
        (None, {"length": 0.0}, "length: found 0 mm; allowed: above 0"),
        (None, {"contrast": 1.5}, "contrast: found 1.5; allowed: 0 to 1"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(scales, more, message) -> None:
    with pytest.raises(InputError, match=message):
        patient_scales(result([[[100.0]]], [[[50.0]]]), scales, **more)


def test_a_result_without_calibre_is_refused() -> None:
    with pytest.raises(InputError, match="the dataset has no shaft_calibre"):
        patient_scales(result([[[100.0]]], [[[50.0]]]).drop_vars("shaft_calibre"))


def test_every_scale_has_its_grounds_and_can_be_drawn() -> None:
    for scale in load_patient_scales().values():
        assert scale.source
        assert (scale.basis == "part assumed") == bool(scale.unverified)
    data = result([[[150.0, 170.0], [120.0, 130.0]]], 60.0)
    ax = plot_density(data.assign(patient_scales(data).data_vars), variable="sinclair")
    assert "sinclair" in ax.get_ylabel().lower()
