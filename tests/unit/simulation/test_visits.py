"""Visits on days of one's own, and what a person's own pace does."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from engine_by_hand import clocks_of, forcing_on, healthy_rules
from planned import planned

from follicle_sim import parse_scenario, simulate
from follicle_sim.protocol.timeline import Visits
from follicle_sim.simulation import arm as arm_run
from follicle_sim.simulation.arm import prepare_arm
from follicle_sim.simulation.engine.agents.clocks import Block, same_forcing
from follicle_sim.simulation.engine.agents.sight import GROWS, SEEN_ANAGEN
from follicle_sim.simulation.people.cohort import draw_cohort

SCENARIO = """
schema_version = 1
title = "four people and a drug"
design = { kind = "parallel", visits = ["0 days", "12 weeks", "24 weeks"] }
run = { history = "1 year", seed = 4 }
[population]
subjects = 4
follicles = 120
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[population.spread]
severity = 0.3
[[arms]]
label = "finasteride"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "20 weeks"
"""
NOMINAL = np.array([0.0, 84.0, 168.0])


def result(monkeypatch: pytest.MonkeyPatch, days: np.ndarray | None, last: float) -> xr.Dataset:
    """Run with people seen on `days` (S or 1, V), and forcing known up to `last`."""
    if days is not None:
        monkeypatch.setattr(arm_run, "visit_days", lambda *_: days)
    monkeypatch.setattr(Visits, "last_day", property(lambda _: last))
    return simulate(parse_scenario(SCENARIO))


def test_days_of_ones_own_and_a_longer_grid_move_no_bit_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nominal = result(monkeypatch, None, 168.0)
    days = np.tile(NOMINAL, (4, 1))
    assert result(monkeypatch, days, 230.0).equals(nominal)
    days[2] = [3.5, 84.0, 201.25]
    moved = result(monkeypatch, days, 230.0)
    others = [0, 1, 3]
    assert moved.isel(subject=others).equals(nominal.isel(subject=others))
    assert moved.isel(subject=2, time=1).equals(nominal.isel(subject=2, time=1))
    # the same person, had everybody come on those days
    alike = result(monkeypatch, days[[2]], 230.0).isel(subject=2)
    assert alike.equals(moved.isel(subject=2))
    assert not moved.isel(subject=2, time=2).equals(nominal.isel(subject=2, time=2))
    dht = moved.factor_level.sel(factor="DHT").isel(arm=0, time=2)
    assert float(dht[2]) > float(dht[0]), "four weeks later DHT has come back further"


def test_pace_is_a_constant_log_speed() -> None:
    grid = np.arange(0.0, 200.0)
    pace = np.array([0.2, -0.3, 0.1])
    one = clocks_of(forcing_on(grid, pace=pace), healthy_rules(), (0.0, 1.0))
    other = clocks_of(forcing_on(grid, log_rho=np.repeat(pace[:, None], 200, 1)), healthy_rules())
    np.testing.assert_allclose(one.table[:, :1], other.table, rtol=1e-14)


def test_another_pace_is_another_forcing() -> None:
    row = np.zeros((1, 5))
    pace = np.zeros((3, 3))
    pace[2, 1] = 1e-9
    block = Block(
        *(row[0], *[np.ones(3)] * 3, pace, row, row, row, row, np.zeros((1, 3, 5))),
        *([row[None]] * 3),
        shaft=row,
    )
    assert same_forcing(block, 1)
    assert not same_forcing(block, 2)


def test_a_hair_that_adds_too_little_between_two_images_looks_at_rest() -> None:
    plan = planned(parse_scenario(SCENARIO))
    first = plan.arms[0]
    assert prepare_arm(plan, first, draw_cohort(plan, first, 0)).rules.resolution == 0.0
    counts = []
    for resolution in (0.0, 1e-9, 0.55, 1e9):
        arm = prepare_arm(plan, first, draw_cohort(plan, first, 0))
        arm = replace(arm, rules=arm.rules._replace(resolution=resolution, regrowth=2.0))
        for job in arm.jobs():
            job(np.zeros(1, np.uint8))
        growing = arm.result.tally[..., SEEN_ANAGEN]
        assert not counts or (growing == counts[0]).all()
        counts.append(arm.result.tally[..., GROWS])
    every, all_seen, some, none = counts
    assert (every == all_seen).all()
    assert (some < every).all()
    assert (some > 0).all()
    assert (none == 0).all()
