"""What is struck falls later: the hazard moves in time and nothing of it is lost."""

import math

import numpy as np
import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.condition_reading import FOLDER, parse_condition
from follicle_sim.biology.delays import delayed
from follicle_sim.biology.signals import cell_mean

PULSE = np.array([[0.0, 0.0, 3.0, 1.0, *[0.0] * 26]])
UNEVEN = np.concatenate([np.arange(0.0, 10.0, 0.7), np.arange(10.0, 40.0, 1.6)])


def test_a_delay_moves_a_pulse_and_keeps_its_size() -> None:
    moved = delayed(PULSE, np.arange(31.0), 5.0)
    np.testing.assert_allclose(moved, np.roll(PULSE, 5, axis=1), atol=1e-12)


@pytest.mark.parametrize("sd", [0.0, 1.3, 4.0])
def test_no_strike_is_lost_or_made_on_an_uneven_grid(sd: float) -> None:
    cells = np.zeros((2, UNEVEN.size - 1))
    cells[:, 2:5] = [[0.4], [2.0]]
    moved = delayed(cells, UNEVEN, 8.0, sd)
    steps = np.diff(UNEVEN)
    np.testing.assert_allclose((moved * steps).sum(1), (cells * steps).sum(1), rtol=1e-12)
    middle = 0.5 * (UNEVEN[1:] + UNEVEN[:-1])
    late = (moved * steps * middle).sum(1) - (cells * steps * middle).sum(1)
    # a mean of cells knows its days to a part of a cell only
    np.testing.assert_allclose(late / (cells * steps).sum(1), 8.0, atol=0.5)


def test_delays_spread_evenly_over_their_width() -> None:
    grid = np.arange(0.0, 60.0, 0.01)
    cells = np.zeros((1, grid.size - 1))
    cells[0, 0] = 100.0  # all are struck in the first hundredth of a day
    moved = delayed(cells, grid, 20.0, 3.0)[0]
    share = moved * 0.01
    day = grid[:-1]
    assert share.sum() == pytest.approx(1.0, rel=1e-12)
    assert (share * day).sum() == pytest.approx(20.0, abs=0.01)
    assert math.sqrt((share * (day - 20.0) ** 2).sum()) == pytest.approx(3.0, abs=0.01)
    acting = day[share > 1e-9]
    assert acting.min() == pytest.approx(20.0 - 3.0 * math.sqrt(3.0), abs=0.02)
    assert acting.max() == pytest.approx(20.0 + 3.0 * math.sqrt(3.0), abs=0.02)


def test_the_mean_of_a_cell_is_that_of_the_relaxing_factor() -> None:
    rate, drive, start, step = 3.0, 0.25, 1.0, 1.0
    end = drive + (start - drive) * math.exp(-rate * step)
    fine = np.linspace(0.0, step, 200_001)
    course = drive + (start - drive) * np.exp(-rate * fine)
    mean = cell_mean(np.array([[start, end]]), rate, np.array([step]))
    assert mean.item() == pytest.approx(np.trapezoid(course, fine), rel=1e-9)


def _with(**changes: object) -> None:
    tables = read_toml(FOLDER / "telogen_effluvium.toml")
    attack = {**tables["attacks"][0], **changes}
    gone = [key for key, value in attack.items() if value is None]
    attack = {key: value for key, value in attack.items() if key not in gone}
    parse_condition("it", {**tables, "attacks": [attack]}, "it.toml")


def days(value: float) -> dict[str, object]:
    return {"value": value, "unit": "d", "source": "x", "grade": "assumption"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"delay_sd": days(2.0)}, "delay_sd needs a delay"),
        ({"delay": days(5.0), "start": None, "duration": None}, "delay needs a start"),
        ({"delay": days(5.0), "delay_sd": days(4.0)}, "up to 2.89"),
    ],
)
def test_delays_that_cannot_be_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        _with(**changes)


def test_a_clock_that_follows_harm_needs_an_attack() -> None:
    tables = read_toml(FOLDER / "effluvium_short_anagen.toml")
    clocks = [{**tables["clocks"][0], "harmed": True}]
    with pytest.raises(InputError, match="harmed needs an attack"):
        parse_condition("it", {**tables, "clocks": clocks}, "it.toml")
