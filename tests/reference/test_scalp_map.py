"""A scalp whose regions differ in severity, sensitivity and hair: both engines, end to end."""

import numpy as np
import pytest
from planned import drawn_people, planned
from reference.engine import COLUMNS, Engine, person
from regional import REGIONS, scenario

from follicle_sim import simulate
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.factors import CHANNELS, load_factors
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.strata import sensitivities
from follicle_sim.pharmacology.exposure import arm_factors
from follicle_sim.protocol.timeline import time_grid

DRUG = """
[[arms]]
label = "drug"
role = "treatment"
doses = [{ treatment = "finasteride_oral", amount = "1 mg", every = "1 day", until = "1 year" }]
"""
SEEN_BY = {"detection_calibre": 0.0, "terminal_calibre": 30.0, "visible_length": 1.0,
           "shed_window": 28.0}  # fmt: skip
FACTORS = load_factors()
ELASTICITY = {
    channel: dict(zip(FACTORS.names, FACTORS.elasticities(channel).tolist(), strict=True))
    for channel in CHANNELS
}
GRADES = {"norwood_iv": 1.5, "norwood_v": 2.2}


def severity_between(grades, area, severity):
    """Return the severity of a region, linear between Norwood IV and V."""
    low, high = (REGIONS.severity[grade][REGIONS.areas.index(area)] for grade in grades)
    first, last = grades.values()
    return low + (high - low) * (severity - first) / (last - first)


def slow_scalp(one, wrong=1.0):
    """Return hairs seen (S, V, R) and the shares of (S, V, 13) counts of the slow engine."""
    cohort = drawn_people(one, arm=1)
    p = load_parameters(one.biology)
    grid = time_grid(one.run.history, one.end, 1.0).tolist()
    a = sensitivities(load_condition("aga_male"), p["sensitivity_shape"])
    levels = arm_factors(one.arms[1], np.array(grid), DrawNames(seed=3, stream=cohort.stream))[0]
    factors = {name: levels[i].tolist() for i, name in enumerate(FACTORS.names)}
    regions = []
    for piece, area in enumerate(REGIONS.areas):
        k = wrong * REGIONS.sensitivity[piece]
        lived = []
        for s, severity in enumerate(cohort.severity):
            there = severity_between(GRADES, area, float(severity))
            who = person(
                p, grid, (k * a).tolist(), factors, ELASTICITY,
                severity=there / k if k else 0.0, progression=float(cohort.progression[s]),
            )  # fmt: skip
            slow = Engine(p, who, (3, 0, cohort.stream, s))
            count = round(int(cohort.follicles[s]) * REGIONS.density[piece])
            visits = list(one.design.visits)
            _, seen = slow.live(count, visits, SEEN_BY, first=piece * 2**24)
            lived.append(np.array([seen[column] for column in COLUMNS]).T)
        regions.append(np.array(lived))
    return np.stack(regions, axis=-1)


@pytest.fixture(scope="module")
def both():
    more = "severity = 1.8\nspread = { severity = 0.05, progression = 0.4 }"
    one = scenario(more=more, arms=DRUG, subjects=2, density=40)
    severity = drawn_people(one, arm=1).severity
    assert ((severity > 1.5) & (severity < 2.2)).all()
    assert severity[0] != severity[1]
    return one, simulate(one).sel(arm="drug")


def agrees(fast, slow):
    columns = {name: i for i, name in enumerate(COLUMNS)}
    np.testing.assert_allclose(fast.region_density, slow[:, :, columns["seen"]], rtol=1e-9)
    whole = slow @ np.array(REGIONS.share)
    seen, growing = whole[..., columns["seen"]], whole[..., columns["seen_anagen"]]
    np.testing.assert_allclose(fast.terminal_density, whole[..., columns["terminal"]], rtol=1e-9)
    np.testing.assert_allclose(fast.shaft_calibre, whole[..., columns["calibre"]] / seen, rtol=1e-9)
    np.testing.assert_allclose(fast.growth_rate, whole[..., columns["growth"]] / growing, rtol=1e-9)
    np.testing.assert_allclose(fast.phase_count, whole[..., -5:], rtol=1e-9, atol=1e-9)


def test_a_map_with_different_severities_agrees_with_the_slow_engine(both):
    one, fast = both
    assert len(set(REGIONS.severity["norwood_v"])) == 6
    assert planned(one).severity_map.severity[0] == 0.0
    agrees(fast, slow_scalp(one))


def test_another_sensitivity_is_noticed(both):
    one, fast = both
    with pytest.raises(AssertionError):
        agrees(fast, slow_scalp(one, wrong=0.9))
