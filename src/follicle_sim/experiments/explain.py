"""Why the curve bends: one typical subject, link by link from the dose to the density expected.

Nothing is computed twice: levels, effects, factors and clocks are those of `simulate`, read where
they pass from one part of the model to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_kind
from follicle_sim.base.codes import CYCLE, PHASE_NAMES
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.types import Floats
from follicle_sim.biology.factors import CHANNELS
from follicle_sim.pharmacology.exposure import acting_doses
from follicle_sim.pharmacology.site_effects import Acting, cell_means, effect_means, site_levels
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS
from follicle_sim.protocol.baseline.meet import with_baseline
from follicle_sim.protocol.before import lead_of_doses
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.resolve import resolve
from follicle_sim.protocol.unfold import unfold
from follicle_sim.results.provenance import result_attrs
from follicle_sim.results.variables import OF_CHAIN
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Arm, Design, Scenario, Spread
from follicle_sim.scenario.numbers import treatments_of
from follicle_sim.simulation.arm import prepare_arm
from follicle_sim.simulation.engine.agents.clocks import (
    LOG_CALIBRE,
    Clocks,
    allocate_clocks,
    build_clocks,
    forcing_of,
)
from follicle_sim.simulation.people.cohort import draw_cohort
from follicle_sim.simulation.simulate import simulate_read

BEYOND = 2
"""Grid times after the last step of a run."""

FOLLICLES = 1_000_000
"""Of the typical subject: no expected value goes with it, but grafts are whole numbers."""

NO_TREATMENT = "no treatment"

Variables = dict[str, tuple[tuple[str, ...], Floats]]
"""Dimensions and values of a dataset's variables, by name."""

TENTH = 0.1
"""Follicles less and more sensitive to androgens than a typical one: the strata below and above
which about a tenth of the follicles lie."""


def explain(scenario: Scenario, arm: str | None = None) -> xr.Dataset:
    """Return every link between the doses of an arm and the density of one typical subject.

    The subject has the scenario's population values without spread, and an average response to
    treatment; where the arm's adherence is below 1, it is the first subject's own missed doses.
    Doses of a run-in act too, and what the controls of a delayed start are given from the switch
    on; what is shown begins at baseline.

    Parameters
    ----------
    scenario : from `load_scenario`
    arm : label; by default the first arm with a dose that acts, else the first arm

    Returns
    -------
    Dataset over `time`, the forcing steps from baseline to the last visit (days). `dose_amount`,
    `dose_level` and `effect` have a dimension treatment (absent where nothing acts); `factor_level`
    has factor; `clock_speed` and `log_calibre` have stratum, follicles of different androgen
    sensitivity; `phase_share` and `hair_density` are those of all follicles together. Dimension
    `arm` holds the arm and, where something acts in it, the same subject with no treatment. See
    `OF_CHAIN` for units.

    Raises
    ------
    InputError
        If the scenario has no such arm, and what `simulate` raises.

    Examples
    --------
    >>> from follicle_sim import parse_scenario
    >>> from follicle_sim.simulation.simulate import SMALLEST
    >>> data = explain(parse_scenario(SMALLEST, "example"))
    >>> dict(data.clock_speed.sizes)
    {'arm': 1, 'stratum': 1, 'phase': 4, 'time': 1}
    """
    scenario = check_scenario("explain", scenario)
    check_kind("explain", "arm", arm, str, "the label of an arm")
    check_one_area(scenario)
    plan = resolve(scenario)[0]
    dosed_arm = with_every_dose(scenario, find_arm(scenario, arm, plan.treatments))
    grid = plan.grid
    days = grid[grid >= 0.0][:-BEYOND]
    used = acting_doses(dosed_arm, float(grid[-BEYOND]), plan.potencies, plan.treatments)
    arms = [dosed_arm]
    if used:
        arms.append(Arm(label=_free_label(dosed_arm), role="untreated"))
    typical = typical_scenario(scenario, arms, tuple(days.tolist()))
    # the last of these visits may be rounded to a step less: one grid for all
    protocol = replace(resolve(typical)[0], grid=grid)
    variables = _factors_and_clocks(protocol, days.size) | _expected(typical, days)
    variables["elasticity"] = (("factor", "channel"), _elasticities(protocol))
    coordinates = _coordinates(protocol, days)
    if used:
        coordinates |= {
            "treatment": list(used),
            "amount_unit": (
                "treatment",
                [AMOUNT_UNITS[one.treatment.amount] for one in used.values()],
            ),
            "level_unit": ("treatment", [level_unit(one.treatment) for one in used.values()]),
        }
        variables |= _exposure(protocol, used, protocol.factors.names)
    data = xr.Dataset(variables, coords=coordinates, attrs=result_attrs(scenario, plan.treatments))
    data.attrs["arm"] = dosed_arm.label
    data["time"].attrs = {"units": "d", "long_name": "days since the baseline visit"}
    for name in variables:
        units, long_name = OF_CHAIN[name]
        data[name].attrs = {"units": units, "long_name": long_name}
    return data


def check_one_area(scenario: Scenario) -> None:
    """Refuse a scalp of regions: a chain is that of one of them."""
    who = scenario.population
    if who.scalp is not None and who.place.regional:
        regions = ", ".join(dict.fromkeys(who.place.areas))
        message = (
            f'found "{who.scalp}"; the chain from dose to density is told of one region: leave it '
            f"out and set population.region to one of {regions}"
        )
        raise InputError(scenario.origin, [Problem("population.scalp", message)])


def _factors_and_clocks(protocol: Protocol, steps: int) -> Variables:
    """Return factor levels, speeds and sizes of every arm, at the last steps of the run."""
    sensitivity = np.array(list(_strata(protocol).values()))
    levels, tables = zip(
        *(person_links(protocol, arm, sensitivity) for arm in protocol.arms), strict=True
    )
    sizes = [clocks.table[LOG_CALIBRE] for clocks in tables]
    width = np.diff(protocol.grid)
    speeds = [np.diff(clocks.table[: len(CYCLE)], axis=2) / width for clocks in tables]
    shown = slice(-BEYOND - steps, -BEYOND)  # nodes that begin a step from baseline on
    return {
        "factor_level": (("arm", "factor", "time"), np.concatenate(levels)[..., shown]),
        "clock_speed": (
            ("arm", "stratum", "phase", "time"),
            np.swapaxes(np.stack(speeds), 1, 2)[..., 1 - BEYOND - steps : 1 - BEYOND],
        ),
        "log_calibre": (("arm", "stratum", "time"), np.stack(sizes)[..., shown]),
    }


def _expected(typical: Scenario, days: Floats) -> Variables:
    """Return shares of phases and density of the typical subject, as expected values."""
    data = simulate_read(typical, [typical.instrument])[0].isel(subject=0).sel(time=days)
    counts = data["phase_count"].transpose("arm", "phase", "time").values
    return {
        "phase_share": (("arm", "state", "time"), counts / counts.sum(axis=1, keepdims=True)),
        "hair_density": (("arm", "time"), data["hair_density"].transpose("arm", "time").values),
    }


def _elasticities(protocol: Protocol) -> Floats:
    """Return the elasticity (F, channel) of every channel on every factor."""
    table = protocol.factors
    return np.stack([table.elasticities(channel) for channel in CHANNELS], axis=1)


def _coordinates(protocol: Protocol, days: Floats) -> dict[str, Any]:
    """Return the coordinates of what is there with and without a treatment that acts."""
    strata = _strata(protocol)
    return {
        "arm": [arm.label for arm in protocol.arms],
        "time": days,
        "factor": list(protocol.factors.names),
        "channel": list(CHANNELS),
        "stratum": list(strata),
        "sensitivity": ("stratum", list(strata.values())),
        "phase": [phase.name.lower() for phase in CYCLE],
        "state": list(PHASE_NAMES),
    }


def find_arm(
    scenario: Scenario,
    label: str | None = None,
    treatments: Mapping[str, Treatment] | None = None,
) -> Arm:
    """Return an arm by its label, or the one to explain where none is named.

    treatments : all that are given, where they are at hand

    Raises
    ------
    InputError
        If the scenario has no such arm.
    """
    if label is None:
        end = scenario.end + scenario.run.forcing_step
        all_treatments = treatments_of(scenario) if treatments is None else treatments
        acting = (arm for arm in scenario.arms if acting_doses(arm, end, treatments=all_treatments))
        return next(acting, scenario.arms[0])
    labels = [arm.label for arm in scenario.arms]
    if label not in labels:
        message = f'no arm "{label}"{did_you_mean(label, labels)}'
        raise InputError(scenario.origin, [Problem("arm", message)])
    return scenario.arms[labels.index(label)]


def with_every_dose(scenario: Scenario, arm: Arm) -> Arm:
    """Return an arm with every dose of its people: those of a run-in, and those after a switch.

    In a crossover it is what is given in one period, as if nothing else were.
    """
    alone = scenario.design.model_copy(update={"period": None, "washout": None})
    arms = unfold(scenario.model_copy(update={"design": alone})).arms
    return next(other for other in arms if other.label == arm.label)


def level_unit(treatment: Treatment) -> str:
    """Return the unit of a treatment's level at its site of effect."""
    unit, disposition = AMOUNT_UNITS[treatment.amount], treatment.disposition
    if disposition is None:
        return ""
    if disposition.strength is not None:
        unit = disposition.strength.unit.partition("/")[0]
    return unit if disposition.volume is None else f"{unit}/L"


def _free_label(arm: Arm) -> str:
    return NO_TREATMENT if arm.label != NO_TREATMENT else f"{NO_TREATMENT} at all"


def typical_scenario(
    scenario: Scenario, arms: list[Arm], visits: tuple[float, ...] = ()
) -> Scenario:
    """Return the scenario of one subject without spread or luck, counted without error."""
    scenario = with_baseline(scenario)  # met by the people of the trial, not by the typical one
    who = scenario.population
    mixed = isinstance(who.severity, FrozenMap)
    population = {
        "subjects": 1,
        "follicles": FOLLICLES,
        "severity": who.disease.severity(who.severity) if mixed else who.severity,
        "spread": Spread(),
        "correlation": FrozenMap(),
        "inclusion": None,
    }
    record = {
        "variables": ("hair_density", "phase_count"),
        "follicles": False,
        "tracked_follicles": 0,
    }
    # no more than that of the design: nobody is recruited, misses a visit or leaves
    design = Design.model_construct(
        kind="counterfactual",
        visits=visits or scenario.design.visits,
        run_in=scenario.design.run_in,
    )
    return scenario.model_copy(
        update={
            "arms": tuple(arms),
            "compare": (),
            "population": scenario.population.model_copy(update=population),
            "design": design,
            "instrument": scenario.instrument.perfected(),
            "record": scenario.record.model_copy(update=record),
            "run": scenario.run.model_copy(
                update={"replicates": 1, "uncertainty": "none", "engine": "expected"}
            ),
        }
    )


def _strata(protocol: Protocol) -> dict[str, float]:
    """Return the androgen sensitivity of the follicles whose clocks are shown, by name."""
    here = protocol.scalp.sensitivity_of(0)
    every = here * protocol.sensitivity
    if every.size == 1:
        return {"typical": float(every[0])}
    few = int(TENTH * every.size)
    return {"resistant": float(every[few]), "typical": here, "sensitive": float(every[-1 - few])}


def person_links(protocol: Protocol, arm: PlannedArm, sensitivity: Floats) -> tuple[Floats, Clocks]:
    """Return factor levels (1, F, T) of an arm's only subject, and clocks of some follicles."""
    run, person = prepare_arm(protocol, arm, draw_cohort(protocol, arm, 0)), slice(0, 1)
    levels, drive = run.drive(person)
    acts = next(run.acts_on(person, run.setting(person, levels), sensitivity))
    block = run.block(person, drive, acts)
    room = allocate_clocks(sensitivity.size, protocol.grid.size)
    clocks: Clocks = build_clocks(room, forcing_of(block, 0), sensitivity, run.rules)
    return levels, clocks


def _exposure(protocol: Protocol, used: Mapping[str, Acting], factors: Sequence[str]) -> Variables:
    """Return dose, level, effect and drive of every treatment that acts in the first arm."""
    cohort = draw_cohort(protocol, protocol.arms[0], 0)
    # doses before baseline are not shown, what is left of them is
    lead = max(protocol.conduct.run_in or 0.0, lead_of_doses(protocol.arms))
    start = int(np.searchsorted(protocol.grid, -lead, side="right")) - 1
    grid = protocol.grid[start : protocol.grid.size + 1 - BEYOND]
    shown = int(np.searchsorted(grid, 0.0))
    amounts, levels, effects, drives = [], [], [], []
    for acting in used.values():
        fine, level = site_levels(acting, grid, cohort.draw_names)
        levels.append(cell_means(level, (fine.size - 1) // (grid.size - 1))[0, shown:])
        effects.append(effect_means(acting, grid, cohort.draw_names)[0, shown:])
        amount = np.zeros(grid.size - 1)
        for _, events in acting.schedule:
            cells = np.searchsorted(grid, events.times, side="right") - 1
            np.add.at(amount, cells, events.amounts)
        amounts.append(amount[shown:])
        drives.append([acting.treatment.drives().get(name, 0.0) for name in factors])
    course = ("treatment", "time")
    return {
        "dose_amount": (course, np.array(amounts)),
        "dose_level": (course, np.array(levels)),
        "effect": (course, np.array(effects)),
        "drive": (("treatment", "factor"), np.array(drives)),
    }
