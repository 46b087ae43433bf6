"""Transplants: the compiled engine against the slow one, from end to end."""

import numpy as np
import pytest
from planned import drawn_people
from reference.engine import COLUMNS, Engine, Transplant, person

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.factors import CHANNELS, load_factors
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.strata import sensitivities
from follicle_sim.pharmacology.exposure import arm_factors
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.protocol.timeline import time_grid

SCENARIO = """
schema_version = 1
title = "two transplants and a drug"
design = { kind = "parallel", visits = ["0 days", "4 weeks", "8 weeks", "24 weeks", "60 weeks"] }
run = { history = "1 year", seed = 9 }
[population]
subjects = 2
follicles = 60
target_area = "1 cm2"
follicle_density = "240 cm-2"
condition = "aga_male"
[treatments.punch]
title = "four hairs a graft"
route = "surgery"
amount = "grafts"
[treatments.punch.graft]
hairs_per_graft = { value = 4.0, unit = "1", source = "test", grade = "user" }
survival = { value = 0.7, unit = "1", source = "test", grade = "user" }
shaft = { value = 15.0, unit = "d", source = "test", grade = "user" }
shaft_cv = { value = 0.2, unit = "1", source = "test", grade = "user" }
rest = { value = 60.0, unit = "d", source = "test", grade = "user" }
rest_cv = { value = 0.5, unit = "1", source = "test", grade = "user" }
shock_share = { value = 0.3, unit = "1", source = "test", grade = "user" }
shock_start = { value = 10.0, unit = "d", source = "test", grade = "user" }
shock_duration = { value = 21.5, unit = "d", source = "test", grade = "user" }
[[arms]]
label = "surgery"
role = "treatment"
[[arms.doses]]
treatment = "punch"
amount = "40 grafts/cm2"
start = "28 days"
[[arms.doses]]
treatment = "hair_transplant"
amount = "30 grafts/cm2"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "1 year"
"""
HAZARDS = [(14.0, 28.0, 0.15), (38.0, 21.5, 0.3)]
FACTORS = load_factors()
ELASTICITY = {
    channel: dict(zip(FACTORS.names, FACTORS.elasticities(channel).tolist(), strict=True))
    for channel in CHANNELS
}


def slow_counts(survival: float = 0.9) -> np.ndarray:
    """Return (S, V, 7): phase counts, hairs seen and hairs shed of the slow engine."""
    scenario = parse_scenario(SCENARIO)
    cohort = drawn_people(scenario)
    p = load_parameters(scenario.biology)
    grid = time_grid(scenario.run.history, scenario.end, 1.0)
    a = sensitivities(load_condition("aga_male"), p["sensitivity_shape"])
    levels = arm_factors(scenario.arms[0], grid, DrawNames(seed=9, stream=cohort.stream),
                         treatments={"punch": load_treatment("hair_transplant")})[0]  # fmt: skip
    transplants = (
        Transplant(0.0, round(30 * 2.2 * 0.25), survival, (21.0, 0.3), (130.0, 0.4)),
        Transplant(28.0, round(40 * 4 * 0.25), 0.7, (15.0, 0.2), (60.0, 0.5)),
    )
    seen_by = {"detection_calibre": 0.0, "terminal_calibre": 30.0, "visible_length": 1.0}
    out = []
    for s in range(2):
        who = person(
            p,
            grid.tolist(),
            a.tolist(),
            {name: levels[i].tolist() for i, name in enumerate(FACTORS.names)},
            ELASTICITY,
            severity=float(cohort.severity[s]),
            progression=float(cohort.progression[s]),
            growth_scale=float(cohort.growth[s]),
            attack=[
                (start, days, -np.log(1.0 - share) / days, 1.0, 0.0)
                for start, days, share in HAZARDS
            ],
        )
        slow = Engine(p, who, (9, 0, cohort.stream, s))
        visits = list(scenario.design.visits)
        _, seen = slow.live(60, visits, seen_by | {"shed_window": 28.0}, transplants)
        out.append(np.array([seen[column] for column in (*COLUMNS[-5:], "seen", "shed")]).T)
    return np.array(out)


def fast_counts() -> np.ndarray:
    """Return the same of the compiled engine."""
    got = simulate(parse_scenario(SCENARIO)).isel(arm=0)
    seen, shed = got["hair_density"].values * 0.25, got["shed_rate"].values * 0.25 * 28.0
    return np.concatenate([got["phase_count"].values, np.stack([seen, shed], axis=2)], axis=2)


def test_two_transplants_agree_with_the_slow_engine() -> None:
    slow = slow_counts()
    np.testing.assert_allclose(fast_counts(), slow, atol=1e-9)
    follicles = slow[..., :5].sum(axis=2)
    assert (follicles[:, 0] == 60).all(), "nothing is there on the day of surgery"
    assert (follicles[:, 0] < follicles[:, 1]).all(), "grafts of the first day are"
    assert (follicles[:, 1] < follicles[:, 2]).all(), "and those of the second"


def test_another_survival_is_noticed() -> None:
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(fast_counts(), slow_counts(survival=0.5), atol=1e-9)
