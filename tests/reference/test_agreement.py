"""The compiled engine against the slow one: every event of every follicle, and what is seen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from engine_by_hand import live_through, started, synchronised
from engine_by_hand import stationary as stationary_start
from planned import drawn_people
from reference.engine import COLUMNS, Engine, by_age, person, sum_by_age

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.ages import AgeCurve
from follicle_sim.biology.causes import CalibreChange, ClockChange, Course, Hazard
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.factors import CHANNELS, load_factors
from follicle_sim.biology.forcing import integrate
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.signals import Setting
from follicle_sim.biology.strata import sensitivities
from follicle_sim.pharmacology.exposure import arm_factors
from follicle_sim.protocol.timeline import time_grid
from follicle_sim.scenario.model import Instrument
from follicle_sim.simulation.engine.agents.clocks import (
    Clocks,
    Rules,
    allocate_clocks,
    build_clocks,
    forcing_of,
)
from follicle_sim.simulation.engine.agents.events import advance
from follicle_sim.simulation.engine.agents.sight import TALLY_COLUMNS
from follicle_sim.simulation.engine.drive import acts_of, block_of, engine_rules
from follicle_sim.simulation.people.cohort import Cohort

FOLLICLES = 120
PACED = ("anagen", "telogen", "kenogen")
HISTORY, END = 700.0, 900.0
NAME = (20_261, 3, 0xABCDEF, 41)
VISITS = np.array([0.0, 28.0, 84.0, 168.0, 336.0, 500.25, 730.0, 900.0])
INSTRUMENT = Instrument(detection_calibre="15 um", terminal_calibre="40 um")
SEEN_BY = {
    "detection_calibre": 15.0,
    "terminal_calibre": 40.0,
    "visible_length": 1.0,
    "shed_window": 28.0,
}
FACTORS = load_factors()
ELASTICITY = {
    channel: dict(zip(FACTORS.names, FACTORS.elasticities(channel).tolist(), strict=True))
    for channel in CHANNELS
}


FASTER = ((20.0, 42.0, 42.7, 60.0), (0.8, 1.1, 1.3, 1.6))
RATES = ((25.0, 41.2, 57.5, 59.0), (0.9, 0.1, -1.5, -0.4))
SHORTER = ClockChange(Course(), phase="anagen", by_age=AgeCurve(*FASTER))
THINNER = CalibreChange(AgeCurve(*RATES), since=30.0, shaft=80.0)


@dataclass(frozen=True)
class Case:
    """Something for both engines to live through."""

    condition: str = "aga_male"
    treated: bool = True
    attack: tuple[tuple[float, float, float, float, float], ...] = ()
    destruction: float = 0.0
    destruction_power: float = 0.0
    stationary: bool = True
    biology: tuple[tuple[str, float], ...] = ()
    pace: tuple[float, float, float] = (0.0, 0.0, 0.0)
    calendar: float | None = None
    age: float | None = None  # year, at baseline
    resolution: float = 0.0
    patch: bool = False
    dish: bool = False


CASES = {
    "healthy, nothing changes": Case("healthy", treated=False),
    "androgens, drifting": Case(treated=False),
    "androgens, three drugs that start and stop": Case(),
    "attacks and destruction": Case(
        attack=((0.0, 14.0, 0.05, 0.0, 0.0), (203.3, 30.5, 0.02, 0.0, 0.0)),
        destruction=0.2 / 365.25,
    ),
    "attacks under which some hairs fall at once, by stratum": Case(
        attack=((0.0, 14.0, 0.05, 1.0, 0.5), (7.0, 60.5, 0.02, 0.25, 0.0)),
        destruction=0.2 / 365.25,
        destruction_power=1.5,
    ),
    "synchronised": Case(stationary=False),
    "no catagen": Case(biology=(("catagen_mean", 0.0),)),
    "a pace of one's own, and two images": Case(pace=(0.3, -0.2, 0.15), resolution=0.6),
    "a patch that is calmed, falls silent and awakes": Case("healthy", treated=False, patch=True),
    "seasons": Case("healthy", treated=False, calendar=45.0),
    "seasons that let hairs go": Case(
        "healthy", treated=False, calendar=300.0, biology=(("season_telogen", 0.4),)
    ),
    "ageing, thicker and then thinner": Case("healthy", age=41.0),
    "ageing beside androgens and drugs": Case(age=58.3, destruction=0.2 / 365.25),
    "follicles in a dish, a drug in the medium": Case("organ_culture", dish=True),
    "fast cycle": Case(biology=(("anagen_mean", 60.0), ("telogen_mean", 20.0))),
}


def factor_levels(grid: np.ndarray, treated: bool) -> np.ndarray:
    """Return (F, T): residual DHT 0.36 for a year and a half, waves of WNT, VEGF and BMP."""
    levels = np.ones((len(FACTORS.names), grid.size))
    if treated:
        pulse = np.exp(-np.maximum(grid, 0.0) / 60.0) * (grid > 0.0)
        levels[FACTORS.index("DHT"), (grid > 0.0) & (grid < 540.0)] = 0.36
        levels[FACTORS.index("WNT")] += 1.3 * pulse
        levels[FACTORS.index("VEGF")] += 0.8 * pulse
        levels[FACTORS.index("BMP")] += 0.5 * np.sin(grid / 40.0) * pulse
    return levels


SWITCH = Hazard(
    Course(),
    rate=1.0,
    activity=5.0,
    steepness=1.9,
    falls=1.0,
    through=(("IFNG", 1.0),),
    within_patches=True,
    lag=70.0,
    lag_back=270.0,
)
STRENGTH, IN_PATCH, OWN_LAG = 1.3, 0.8, 20.0


def in_patch(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the signal of a patch and whether it is awake: a drug, then silence, then a flare."""
    signal = np.where((grid > 30.0) & (grid < 250.0), 0.02, 1.0)
    return signal, np.where((grid >= 400.0) & (grid < 600.0), 0.0, 1.0)


def pulses(grid: list[float]) -> tuple[tuple[float, float, float, float, float], ...]:
    """The attack in that patch as a pulse for each cell, written from the equations alone.

    ln a follows ln(signal x awake), taken as its mean in a cell, and the hazard is
    A^n / (1 + A^n) at the mean a of the cell's ends.
    """
    signal, awake = (x.tolist() for x in in_patch(np.array(grid)))
    drive = [math.log(x * (1.0 if y else 1e-4)) for x, y in zip(signal, awake, strict=True)]
    a, out = drive[0], []
    for i in range(len(grid) - 1):
        step, middle = grid[i + 1] - grid[i], 0.5 * (drive[i] + drive[i + 1])
        lag = 270.0 if middle > a else OWN_LAG
        after = middle + (a - middle) * math.exp(-step / lag)
        activity = 5.0 * 0.5 * (math.exp(a) + math.exp(after)) * STRENGTH * IN_PATCH
        out.append((grid[i], step, activity**1.9 / (1.0 + activity**1.9), 1.0, 0.0))
        a = after
    return tuple(out)


@dataclass(frozen=True)
class Pair:
    """Both engines, ready to start."""

    clocks: Clocks
    rules: Rules
    state: Any
    slow: Engine


def pair(case: Case) -> Pair:
    """Set up both engines from the same parameters, levels and traits."""
    p = load_parameters(dict(case.biology))
    grid = time_grid(HISTORY, END, 1.0)
    condition = replace(
        load_condition(case.condition),
        attacks=tuple(
            Hazard(Course(start, lasting), rate=rate, falls=falls, sensitivity_power=power)
            for start, lasting, rate, falls, power in case.attack
        ),
        losses=(Hazard(Course(), rate=case.destruction, sensitivity_power=case.destruction_power),),
    )
    if case.age is not None:
        condition = replace(condition, clocks=(SHORTER,), calibres=(THINNER,))
    a = sensitivities(condition, p["sensitivity_shape"])
    levels = factor_levels(grid, case.treated)
    one = np.ones(1)
    cohort = Cohort(
        *NAME[:3],
        one,  # type: ignore[arg-type]
        one,  # type: ignore[arg-type]
        one,
        1.2 * one,
        1.4 * one,
        0.9 * one,
        one,
        np.array([case.pace]),
        calendar=None if case.calendar is None else case.calendar * one,
    )
    drive = integrate(levels[None], grid, p, FACTORS)
    age = None if case.age is None else np.array([365.25 * case.age])
    setting = Setting(grid, levels[None], FACTORS, {}, {}, a, age=age)
    attack = case.attack
    if case.patch:
        condition, attack = replace(condition, attacks=(SWITCH,)), pulses(grid.tolist())
        levels = levels.copy()
        levels[FACTORS.index("IFNG")], awake = in_patch(grid)
        setting = replace(
            setting,
            levels=levels[None],
            strength={0: STRENGTH * one},
            awake=awake[None],
            patch=IN_PATCH * one,
            lag=OWN_LAG * one,
        )
    acts = acts_of(condition, setting)
    block = block_of(cohort, slice(None), drive, grid, p, acts)
    rules = engine_rules(p, INSTRUMENT)._replace(resolution=case.resolution, regrowth=2.0)
    room = allocate_clocks(a.size, grid.size)
    clocks = build_clocks(room, forcing_of(block, 0), a, rules)
    start = stationary_start if case.stationary else synchronised
    who = person(
        p,
        grid.tolist(),
        a.tolist(),
        {name: levels[i].tolist() for i, name in enumerate(FACTORS.names)},
        ELASTICITY,
        severity=1.2,
        progression=1.4,
        growth_scale=0.9,
        attack=attack,
        destruction=case.destruction,
        destruction_power=case.destruction_power,
        pace=dict(zip(PACED, case.pace, strict=True)),
        shaft=() if case.age is None else [shaft(case.age + t / 365.25) for t in grid.tolist()],
    )
    if case.age is not None:
        speeds = [by_age(case.age + t / 365.25, *FASTER) for t in grid.tolist()]
        who.log_rho["anagen"] = [
            rho + math.log(speed) for rho, speed in zip(who.log_rho["anagen"], speeds, strict=True)
        ]
    if case.dish:
        speeds_in_dish(who.log_rho, grid.tolist())
    if case.calendar is not None:
        for phase in ("anagen", "telogen"):
            who.log_rho[phase] = season(p, phase, grid.tolist(), case.calendar)
    slow = Engine(p, who, NAME, stationary=case.stationary)
    return Pair(clocks, rules, started(clocks, rules, FOLLICLES, NAME, start), slow)


def shaft(age: float) -> float:
    """Return the log of the full size of a shaft of 80 um at 30 years."""
    return math.log(1.0 + sum_by_age(30.0, age, *RATES) / 80.0)


DISH = {"anagen": 38.54, "kenogen": 1e-6}
"""By how much clocks run faster in a dish: biology/conditions/organ_culture.toml."""


def speeds_in_dish(log_rho: dict[str, list[float]], grid: list[float]) -> None:
    """Add the dish to log speeds: from the day after day 0 on, and half of the time around day 60.

    The step before day 0 is coarse, so that a change that begins there is not there on that node.
    """
    for phase, speed in DISH.items():
        for i, t in enumerate(grid):
            acting = 1.0 if 0.0 < t < 60.0 else 0.5 if t == 60.0 else 0.0
            log_rho[phase][i] += math.log(1.0 + acting * (speed - 1.0))


def season(p: Mapping[str, float], phase: str, grid: list[float], day: float) -> list[float]:
    """The yearly wave of the log speed of a clock; I0 from its integral by the midpoint rule."""
    a, peak = p[f"season_{phase}"], p[f"season_{phase}_peak"]
    turns = [2.0 * math.pi * (i + 0.5) / 1000 for i in range(1000)]
    mean = math.log(sum(math.exp(a * math.cos(turn)) for turn in turns) / 1000)
    return [
        min(1.0, (t - grid[0]) / 365.25)
        * (a * math.cos(2.0 * math.pi * (day + t - peak) / 365.25) - mean)
        for t in grid
    ]


def agree(fast: float, slow: float) -> bool:
    return fast == slow or math.isclose(fast, slow, rel_tol=1e-9, abs_tol=1e-9)


def check_start(state: Any, slow: Engine) -> None:
    for i in range(FOLLICLES):
        f, g = state[i], slow.begin(i)
        assert (int(f["phase"]), int(f["cycle"])) == (g.phase, g.cycle), f"follicle {i}"
        for field in ("entered", "due", "next", "mark", "shed", "attack", "destruction"):
            assert agree(float(f[field]), getattr(g, field)), f"follicle {i}: {field} at the start"
        assert agree(float(f["full_calibre"]), g.full_calibre)


def check_events(both: Pair) -> int:
    """Stop the compiled engine just after every event of the slow one; return how many."""
    people, _ = both.slow.live(FOLLICLES, [END], SEEN_BY)
    log = sorted((event, i) for i, f in enumerate(people) for event in f.log)
    happened = 0
    for (time, phase, cycle, due, following), i in log:
        stop = time + 1e-6
        happened += advance(both.state, both.clocks, both.rules, NAME, stop)
        if following <= stop:
            continue  # a phase of no length: its successor is compared
        f = both.state[i]
        assert (int(f["phase"]), int(f["cycle"])) == (phase, cycle), f"follicle {i}, day {time}"
        assert agree(float(f["entered"]), time), f"follicle {i}, day {time}: entered"
        assert agree(float(f["next"]), following), f"follicle {i}, day {time}: next"
        assert agree(float(f["due"]), due), f"follicle {i}, day {time}: due"
    happened += advance(both.state, both.clocks, both.rules, NAME, END)
    assert happened == len(log)
    return happened


@pytest.mark.parametrize("name", CASES)
def test_start_and_every_event_agree(name: str) -> None:
    both = pair(CASES[name])
    check_start(both.state, both.slow)
    assert check_events(both) > FOLLICLES


@pytest.mark.parametrize("name", CASES)
def test_what_is_seen_agrees(name: str) -> None:
    both = pair(CASES[name])
    tally = np.empty((VISITS.size, TALLY_COLUMNS))
    scale = 0.9
    live_through(both.state, both.clocks, both.rules, NAME, VISITS, tally, scale)
    seen_by = SEEN_BY | {"resolution": CASES[name].resolution, "regrowth": 2.0}
    _, seen = both.slow.live(FOLLICLES, VISITS.tolist(), seen_by)
    expected = np.array([seen[column] for column in COLUMNS]).T
    np.testing.assert_allclose(tally, expected, rtol=1e-9, atol=1e-9)


def test_both_hazards_act() -> None:
    """The agreement above means something: follicles are attacked and lost."""
    both = pair(CASES["attacks and destruction"])
    calm = pair(CASES["androgens, three drugs that start and stop"])
    (people, seen), (_, calm_seen) = (
        each.slow.live(FOLLICLES, [30.0, END], SEEN_BY) for each in (both, calm)
    )
    assert 0.1 < seen["lost"][-1] / FOLLICLES < 0.7
    assert seen["anagen"][0] < 0.8 * calm_seen["anagen"][0]
    assert all(f.next == math.inf for f in people if f.phase == 4)


@pytest.mark.parametrize("case", ["a different seed", "a different dose"])
def test_a_wrong_sibling_is_noticed(case: str) -> None:
    """The comparison of events refuses another seed, and one per cent more DHT."""
    both = pair(CASES["androgens, three drugs that start and stop"])
    if case == "a different seed":
        both.slow.name = (NAME[0] + 1, *NAME[1:])
    else:
        who = both.slow.who
        changed = replace(who, brake=[1.01 * q for q in who.brake])
        both = replace(both, slow=Engine(both.slow.p, changed, NAME))
    with pytest.raises(AssertionError):
        check_events(both)


SCENARIO = """
schema_version = 1
title = "both engines, from end to end"
design = { kind = "parallel", visits = ["0 days", "24 weeks", "48 weeks", "60 weeks"] }
run = { history = "2 years", seed = 9 }
record = { follicles = true }
[population]
subjects = 2
follicles = 150
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[population.spread]
severity = 0.3
progression = 0.5
growth = 0.1
[[arms]]
label = "finasteride"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "1 year"
"""


def test_a_scenario_agrees_from_end_to_end() -> None:
    """`simulate` against the slow engine, given the factor levels and traits of each person."""
    scenario = parse_scenario(SCENARIO)
    result = simulate(scenario).isel(arm=0)
    cohort = drawn_people(scenario)
    p = load_parameters(scenario.biology)
    grid = time_grid(scenario.run.history, scenario.end, 1.0)
    a = sensitivities(load_condition("aga_male"), p["sensitivity_shape"])
    levels = arm_factors(scenario.arms[0], grid, DrawNames(seed=9, stream=cohort.stream))[0]
    instrument = SEEN_BY | {"detection_calibre": 0.0, "terminal_calibre": 30.0}
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
        )
        slow = Engine(p, who, (9, 0, cohort.stream, s))
        _, seen = slow.live(150, list(scenario.design.visits), instrument)
        got = SimpleNamespace(**{k: v.values for k, v in result.isel(subject=s).data_vars.items()})
        area = 150 / 250.0
        shown, growing = np.array(seen["seen"]), np.array(seen["seen_anagen"])
        phases = np.array([seen[column] for column in COLUMNS[-5:]]).T
        np.testing.assert_array_equal(got.phase_count, phases)
        for name, expected in {
            "hair_density": shown / area,
            "terminal_density": np.array(seen["terminal"]) / area,
            "anagen_fraction": growing / shown,
            "shaft_calibre": np.array(seen["calibre"]) / shown,
            "growth_rate": np.array(seen["growth"]) / growing,
            "hair_weight": np.array(seen["weight"]) / area,
            "shed_rate": np.array(seen["shed"]) / area / 28.0,
        }.items():
            np.testing.assert_allclose(getattr(got, name), expected, rtol=1e-9, err_msg=name)
