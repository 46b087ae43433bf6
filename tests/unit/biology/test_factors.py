"""Factor table, turnover, floor and channels."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from follicle_sim.base.errors import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.factors import (
    CHANNELS,
    FACTOR_FILE,
    FLOOR,
    channel,
    factor_levels,
    load_factors,
    parse_factors,
)
from follicle_sim.pharmacology.library import load_treatment, treatment_names

TABLE = load_factors()
GRID = np.arange(0.0, 31.0)


def levels_of(effect, **drives):
    return factor_levels({"x": effect}, {"x": drives}, np.ones(len(effect)), GRID, TABLE)


def test_the_table_holds_every_factor_of_the_model():
    kinds = {name: factor.kind for name, factor in TABLE.factors.items()}
    assert {n for n, k in kinds.items() if k == "promoter"} == {
        "WNT",
        "IGF1",
        "VEGF",
        "FGF7",
        "HGF",
    }
    assert {n for n, k in kinds.items() if k == "inhibitor"} == {"TGFB2", "DKK1", "BMP", "PGD2"}
    assert {n for n, k in kinds.items() if k == "endocrine"} == {"DHT", "DHT_SERUM"}
    assert kinds["IFNG"] == "immune"
    assert kinds["PERFUSION"] == "physical"
    # appended last: the order of the others is that of stored results
    assert TABLE.names[-2:] == ("IFNG", "PERFUSION")


@pytest.mark.parametrize("name", ["DHT", "DHT_SERUM", "IFNG", "PERFUSION"])
def test_factors_that_act_elsewhere_touch_no_channel(name):
    assert all(TABLE.factors[name].elasticity(c) == 0.0 for c in CHANNELS)


def test_only_bmp_touches_exogen_and_no_treatment_moves_it_unasked():
    touched = TABLE.elasticities("telogen")
    assert [name for name, x in zip(TABLE.names, touched, strict=True) if x] == ["BMP"]
    for name in treatment_names():
        assert "BMP" not in load_treatment(name).drives()


def test_igf1_repeats_the_hazard_ratio_of_organ_culture():
    ratio = np.log(0.708) / np.log(0.458)
    assert ratio == pytest.approx(0.44, abs=0.005)
    levels = np.ones((1, len(TABLE.names), 1))
    levels[0, TABLE.index("IGF1")] = 2.0
    assert np.exp(channel(levels, "anagen", TABLE)) == pytest.approx(ratio, abs=1e-3)


def test_the_sign_of_an_elasticity_must_fit_the_kind():
    tables = read_toml(FACTOR_FILE)
    tables["BMP"]["kenogen"]["value"] = 0.5
    with pytest.raises(InputError, match=r"BMP: .*kenogen: sign does not fit"):
        parse_factors(tables, "factors.toml")


def test_levels_follow_the_drive_as_a_solver_says():
    effect = np.where((GRID[:-1] >= 3) & (GRID[:-1] < 12), 0.8, 0.0)[None]
    effect[0, 20:] = 0.3
    rate = TABLE.factors["WNT"].turnover.value
    level = levels_of(effect, WNT=1.5)[0, TABLE.index("WNT")]
    state, expected = 1.0, [1.0]
    for now, then, e in zip(GRID[:-1], GRID[1:], effect[0], strict=True):
        rhs = lambda _, f, e=e: rate * (1 + 1.5 * e - f)  # noqa: E731
        state = solve_ivp(rhs, (now, then), [state], rtol=1e-11, atol=1e-13).y[0, -1]
        expected.append(state)
    np.testing.assert_allclose(level, expected, rtol=0, atol=1e-9)


def test_untouched_factors_and_people_are_exactly_one():
    effect = np.zeros((2, GRID.size - 1))
    effect[1, 5:] = 0.7
    levels = levels_of(effect, WNT=1.0, IGF1=-0.3)
    assert (levels[0] == 1.0).all()
    assert (levels[1, :, :6] == 1.0).all()
    touched = [TABLE.index("WNT"), TABLE.index("IGF1")]
    assert (np.delete(levels[1], touched, axis=0) == 1.0).all()
    for name in CHANNELS:
        logs = channel(levels, name, TABLE)
        assert (logs[0] == 0.0).all()
        assert (logs[1, :6] == 0.0).all()


def test_levels_never_fall_to_zero():
    levels = levels_of(np.ones((1, GRID.size - 1)), DHT=-5.0, WNT=-1.0)
    for name in ("DHT", "WNT"):
        assert levels[0, TABLE.index(name)].min() == pytest.approx(FLOOR)
        assert (levels[0, TABLE.index(name)] >= FLOOR).all()


@pytest.mark.parametrize(("name", "floor"), [("IFNG", 0.005), ("PERFUSION", 0.01)])
def test_a_factor_that_acts_through_hazards_may_fall_lower(name, floor):
    level = levels_of(np.ones((1, GRID.size - 1)), **{name: -5.0})[0, TABLE.index(name)]
    assert level[-1] == pytest.approx(floor, rel=1e-9)
    assert level.min() >= floor


def test_treatments_add_up_in_a_shared_factor():
    one = np.full((1, GRID.size - 1), 0.5)
    both = factor_levels(
        {"x": one, "y": one}, {"x": {"WNT": 1.0}, "y": {"WNT": 0.6}}, np.ones(1), GRID, TABLE
    )
    np.testing.assert_allclose(both, levels_of(one, WNT=1.6), rtol=1e-15)


def test_channel_is_the_sum_of_elasticity_times_log():
    levels = np.ones((1, len(TABLE.names), 2))
    levels[0, TABLE.index("WNT"), 1] = 1.7
    levels[0, TABLE.index("DKK1"), 1] = 0.6
    expected = np.log(1.7) - 0.5 * np.log(0.6)
    assert channel(levels, "kenogen", TABLE)[0] == pytest.approx([0.0, expected], rel=1e-14)
