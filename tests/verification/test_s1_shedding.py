"""S1: hairs shed per day are the number of follicles over the mean length of a cycle."""

import numpy as np
import pytest
from engine_by_hand import HUMAN_MEANS, Lived, clocks_of, forcing_on, healthy_rules, lived

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.codes import CYCLE
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.protocol.timeline import SHED_WINDOW

FOLLICLES = 100_000
VISITS = SHED_WINDOW * np.arange(1, 66)


def check_s1(shed_per_day: float, follicles: float, cycle: float) -> None:
    """Raise AssertionError unless follicles / cycle hairs are shed per day, within 1 %."""
    ratio = shed_per_day * cycle / follicles
    assert abs(ratio - 1.0) <= 0.01, f"{ratio:.4f} times the expected shed"


def run(means=HUMAN_MEANS, **changes) -> Lived:
    """Live five years, looked at every four weeks so that every shed hair is counted once."""
    rules = healthy_rules(means, **changes)
    clocks = clocks_of(forcing_on(np.array([0.0, 1000.0, 2000.0])), rules)
    return lived(clocks, rules, VISITS, follicles=FOLLICLES)


def per_day(result: Lived) -> float:
    return float(result.shed.sum() / VISITS[-1])


def test_s1() -> None:
    check_s1(per_day(run()), FOLLICLES, sum(HUMAN_MEANS))


def test_s1_in_the_shed_rate_of_a_scenario() -> None:
    scenario = parse_scenario("""
        schema_version = 1
        title = "shedding of healthy scalp"
        arms = [{ label = "untreated", role = "untreated" }]
        design = { kind = "parallel", visits = { every = "28 days", until = "1820 days" } }
        run = { history = "28 days" }
        [population]
        subjects = 50
        target_area = "10 cm2"
        follicle_density = "250 cm-2"
        condition = "healthy"
    """)
    rate = simulate(scenario).shed_rate.isel(time=slice(1, None)).mean().item()
    biology = load_parameters()
    cycle = sum(biology[f"{phase.name.lower()}_mean"] for phase in CYCLE)
    check_s1(rate, 250.0, cycle)


def test_s1_fails_with_a_cycle_without_kenogen() -> None:
    """The classic count of anagen, catagen and telogen alone overstates shedding."""
    with pytest.raises(AssertionError, match=r"0\.9\d+ times"):
        check_s1(per_day(run()), FOLLICLES, sum(HUMAN_MEANS[:3]))


def test_s1_fails_when_follicles_skip_kenogen() -> None:
    with pytest.raises(AssertionError, match=r"1\.0\d+ times"):
        check_s1(per_day(run((*HUMAN_MEANS[:3], 0.0))), FOLLICLES, sum(HUMAN_MEANS))


def test_s1_fails_with_a_window_of_a_month() -> None:
    with pytest.raises(AssertionError, match=r"1\.0\d+ times"):
        check_s1(per_day(run(shed_window=30.0)), FOLLICLES, sum(HUMAN_MEANS))
