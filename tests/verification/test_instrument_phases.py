"""A phototrichogram calls thin, slow anagen hairs telogen, and by how much is known beforehand."""

from functools import cache

import numpy as np
import pytest
import xarray as xr

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.codes import Phase
from follicle_sim.biology.parameters import load_parameters

# all full-size follicles alike, so that a hair's calibre tells how fast it grows
TEXT = """
schema_version = 1
title = "anagen share"
arms = [{{ label = "untreated", role = "untreated" }}]
design = {{ kind = "parallel", visits = ["0 days"] }}
run = {{ seed = 8, history = "3 years" }}
record = {{ follicles = true }}
biology = {{ full_calibre_cv = 0.0 }}
[population]
subjects = 40
target_area = "5 cm2"
follicle_density = "250 cm-2"
condition = "{condition}"
{severity}
[instrument]
detection_calibre = "5 um"
{instrument}
"""


@cache
def result(instrument: str = "", condition: str = "aga_male") -> xr.Dataset:
    severity = 'severity = "norwood_v"' if condition == "aga_male" else ""
    text = TEXT.format(condition=condition, severity=severity, instrument=instrument)
    return simulate(parse_scenario(text))


def images(regrowth: float, resolution: float) -> str:
    return f'regrowth = "{regrowth} days"\nresolution = "{resolution} mm"'


def predicted(regrowth: float, resolution: float) -> float:
    """Return the share of counted hairs that add `resolution` mm, follicle by follicle."""
    data, biology = result(), load_parameters()
    calibre = data.follicle_calibre.values
    growth = biology["growth_rate"] * calibre / biology["full_calibre"]
    seen = calibre > 0.0
    grows = seen & (data.follicle_phase.values == Phase.ANAGEN)
    return float((grows & (growth * regrowth >= resolution)).sum() / seen.sum())


def read(regrowth: float, resolution: float) -> float:
    data = result(images(regrowth, resolution))
    hairs = data.hair_density.values
    return float((data.anagen_fraction.values * hairs).sum() / hairs.sum())


def check_share(regrowth: float, resolution: float, expected: float) -> None:
    """Raise AssertionError unless two images give the expected anagen share, within 0.002."""
    found = read(regrowth, resolution)
    assert abs(found - expected) <= 0.002, f"{found:.3f} read, {expected:.3f} expected"


@pytest.mark.parametrize(("regrowth", "resolution"), [(3.0, 0.2), (1.0, 0.2), (2.0, 0.5)])
def test_the_share_read_is_that_of_hairs_that_grew_enough(
    regrowth: float, resolution: float
) -> None:
    check_share(regrowth, resolution, predicted(regrowth, resolution))


def test_a_camera_that_noticed_any_growth_would_read_more() -> None:
    with pytest.raises(AssertionError, match="expected"):
        check_share(2.0, 0.5, predicted(2.0, 0.0))


def test_thin_hairs_are_misread_and_healthy_ones_are_not() -> None:
    thin = [float(result(each).anagen_fraction.mean()) for each in ("", images(1.0, 0.2))]
    thick = [
        float(result(each, "healthy").anagen_fraction.mean()) for each in ("", images(1.0, 0.2))
    ]
    assert thin[0] - thin[1] > 0.02
    assert thick[0] == thick[1]


def test_longer_regrowth_and_finer_resolution_never_miss_more() -> None:
    by_days = [read(days, 0.3) for days in (1.0, 2.0, 3.0, 7.0)]
    assert by_days == sorted(by_days)
    by_size = [read(2.0, size) for size in (0.5, 0.3, 0.1, 0.0)]
    assert by_size == sorted(by_size)
    assert by_size[-1] == pytest.approx(predicted(2.0, 0.0), abs=1e-12)


def test_nothing_else_depends_on_the_second_image() -> None:
    one, two = result(), result(images(2.0, 0.5))
    for name in one.data_vars:
        same = one[name].values.tobytes() == two[name].values.tobytes()
        assert same == (name != "anagen_fraction"), name
    assert not np.isnan(two.anagen_fraction).any()
