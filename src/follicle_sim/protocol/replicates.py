"""What is not known of biology and of potencies, as replicates: one draw of both in each.

`[run] uncertainty = "posterior"`. Replicate r takes one draw of the posterior sample of biology
(biology/posterior.csv) and of each potency:

    log potency_r = log fitted + sum_k elasticity_k log(parameter_k,r / default_k) + sd z_r

The middle term moves a potency with the draw so that the model still meets the study the potency
came from; the last one is how well that study knows it (`inference.potency_error` found both).
A potency that is an assumption, and one that its study hardly knows, has sd MOST_SD. What the
scenario sets itself, and what is true by definition or stated by the user, is not drawn.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import xarray as xr

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.fitted import FittedValue
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.numerics import normals, uniforms
from follicle_sim.base.quantity import Quantity
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.posterior import load_posterior
from follicle_sim.pharmacology.dosing import word
from follicle_sim.pharmacology.fitted import load_fitted
from follicle_sim.pharmacology.potencies import MOST_POTENCY, POTENCY_PREFIX
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import STORED, treatments_of

MOST_SD = 0.7
"""Largest SD of a log potency, a factor of two either way (assumption: the same as the prior of
the biology fit). Beyond it the log-normal of the delta method would promise effects that the very
study excludes: needling's +5.4 hairs/cm2 (SE 7) leaves a log_se of 2.6, a factor of 13."""


MOST_REPLICATES = 1_000_000
"""Most replicates of one run. Higher numbers name further trials that only `experiments.planning`
runs; they use the same draws of the biology."""


def draw_scenario(scenario: Scenario, replicate: int) -> Scenario:
    """Return the scenario of one replicate, what is not known replaced by one draw of it.

    A pure function of the seed and the replicate; the scenario itself where its `run.uncertainty`
    is "none".

    Raises
    ------
    InputError
        If there are fewer draws than replicates, or one treatment is given under hypotheses with
        different potencies.

    Examples
    --------
    >>> from follicle_sim.scenario.load import parse_scenario
    >>> from follicle_sim.simulation.simulate import SMALLEST
    >>> posterior = SMALLEST + 'uncertainty = "posterior"\\nreplicates = 2'
    >>> scenarios = [draw_scenario(parse_scenario(posterior), r) for r in (0, 1)]
    >>> scenarios[0].biology["severity"] != scenarios[1].biology["severity"]
    True
    """
    one = scenario.run.model_copy(update={"replicates": 1})
    draws = draws_of(
        scenario.model_copy(update={"run": one}),
        treatments_of(scenario),
        scenario.run.seed,
        replicate,
    )
    if not draws:
        return scenario
    run = scenario.run.model_copy(update={"uncertainty": "none"})
    return scenario.model_copy(update={"biology": draws[0], "run": run})


def draws_of(
    scenario: Scenario, treatments: Mapping[str, Treatment], seed: int, first: int = 0
) -> list[FrozenMap[str, float]]:
    """Return the biology and potencies of every replicate from `first` on, by name.

    What the scenario sets is among them, as it sets it. Empty where its `run.uncertainty` is
    "none"; errors as `draw_scenario`.

    treatments : all that are given, by name
    """
    if scenario.run.uncertainty == "none":
        return []
    replicates = range(first, first + scenario.run.replicates)
    stored = scenario.background.numbers
    if stored is not None and stored.draws is not None and not first:
        return [_with(scenario, draw) for draw in stored.draws[: len(replicates)]]
    potencies = uncertain_potencies(scenario, treatments)
    return [_draw_parameters(scenario, seed, replicate, potencies) for replicate in replicates]


def _draw_parameters(
    scenario: Scenario, seed: int, replicate: int, potencies: Mapping[str, Quantity]
) -> FrozenMap[str, float]:
    draw = _biology_draw(seed, replicate % MOST_REPLICATES)
    # a potency follows what is drawn; to what the scenario sets it never did
    biology = {name: value for name, value in draw.items() if name not in scenario.biology}
    potency_draws = {
        f"{POTENCY_PREFIX}{name}": _potency_draw(name, potency, biology, seed, replicate)
        for name, potency in potencies.items()
    }
    return _with(scenario, {**biology, **potency_draws})


def _with(scenario: Scenario, draw: Mapping[str, float]) -> FrozenMap[str, float]:
    return FrozenMap({**draw, **scenario.biology})


def drawn_names(
    scenario: Scenario, treatments: Mapping[str, Treatment] | None = None
) -> tuple[str, ...]:
    """Return the names of everything that a replicate draws: biology, then potencies.

    treatments : all that are given, where they are at hand
    """
    if scenario.run.uncertainty == "none":
        return ()
    stored = scenario.background.numbers
    if stored is not None and stored.draws:
        return tuple(stored.draws[0])
    treatments = treatments_of(scenario) if treatments is None else treatments
    potencies = uncertain_potencies(scenario, treatments)
    names = [*load_posterior()[0], *(f"{POTENCY_PREFIX}{name}" for name in potencies)]
    return tuple(name for name in names if name not in scenario.biology)


def with_draws(
    data: xr.Dataset, names: Sequence[str], draws: Sequence[Mapping[str, float]], how: str
) -> xr.Dataset:
    """Return a result with what its replicates drew; as it is if they drew nothing.

    Adds the variable `drawn` (replicate, parameter), each value in the canonical unit of its
    parameter, and the attribute `uncertainty`.

    names : of what was drawn; draws : values by name, one table a replicate; how : the scenario's
    `run.uncertainty`
    """
    if not names:
        return data
    result = data.assign_coords(parameter=list(names))
    values = [[draw[name] for name in names] for draw in draws]
    result["drawn"] = (("replicate", "parameter"), np.array(values))
    result["drawn"].attrs = {
        "units": "",
        "long_name": "value of a parameter in a replicate, in its canonical unit",
    }
    return result.assign_attrs(uncertainty=how)


def uncertain_potencies(
    scenario: Scenario, treatments: Mapping[str, Treatment]
) -> Mapping[str, Quantity]:
    """Return the potencies that the doses of a scenario use and nobody knows, by treatment."""
    potencies: dict[str, Quantity] = {}
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            name = dose.treatment
            potency = treatments[name].with_variants(dose.variants).potency
            if potency is None or potency.grade not in ("fitted", "assumption"):
                continue
            if potencies.setdefault(name, potency) != potency:
                message = "another potency than in an earlier arm; draw them in two scenarios"
                raise InputError(
                    scenario.origin, [Problem(f"arms[{i}].doses[{j}].variants", message)]
                )
    return potencies


def _biology_draw(seed: int, replicate: int) -> Mapping[str, float]:
    draws = load_posterior()
    if replicate >= len(draws):
        message = f"replicate {replicate} of a posterior sample of {len(draws)} draws"
        raise InputError("run", [Problem("replicates", message)])
    # A random order and not random picks: no draw twice, and more replicates only add to it.
    number = np.arange(len(draws))
    decision = int(Decision.POSTERIOR_DRAW)
    order = np.argsort(uniforms(seed, 0, 0, number, SUBJECT_LEVEL, 0, decision), kind="stable")
    return draws[int(order[replicate])]


def _potency_draw(
    treatment: str, potency: Quantity, biology: Mapping[str, float], seed: int, replicate: int
) -> float:
    entry, name = _entry(potency), treatment
    sd, shift = MOST_SD, 0.0
    if entry is not None:
        name, fit = entry  # treatments that share a fit share its luck
        sd = min(MOST_SD, fit.log_se or MOST_SD)
        default = load_parameters()
        shift = sum(
            slope * math.log(biology[key] / default[key])
            for key, slope in fit.elasticity.items()
            if key in biology
        )
    decision = int(Decision.POTENCY_FIT)
    z = float(normals(seed, replicate, 0, 0, SUBJECT_LEVEL, word(name), decision))
    return min(MOST_POTENCY, potency.value * math.exp(shift + sd * z))


def _entry(potency: Quantity) -> tuple[str, FittedValue] | None:
    """Return the fit behind a potency, by the number itself: own treatments carry no reference."""
    for name, entry in _fits().items():
        fit = entry.quantity()
        if potency.source == STORED:
            fit = fit.model_copy(update={"source": STORED})
        if entry.grade == "fitted" and fit == potency:
            return name, entry
    return None


@cache
def _fits() -> Mapping[str, FittedValue]:
    return load_fitted("potencies")
