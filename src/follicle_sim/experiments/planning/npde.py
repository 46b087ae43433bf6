"""Normalised prediction distribution errors of single people under a scenario.

Trials of the scenario are simulated, and each person is ranked among the simulated people of its
arm (`analysis.statistics.prediction_errors`). What the scores of a right model look like is not
taken from a formula: it is what the simulated trials' own scores look like, each ranked among the
others, so that it holds for few people, for visits that are missing and for what all people of a
trial share, such as an operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.analysis.statistics.prediction_errors import (
    Shape,
    shape_of,
    shares_as_far,
)
from follicle_sim.base.arguments import (
    check_call,
    check_dataset,
    check_text,
    check_texts,
    check_threads,
    check_whole,
)
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.progress import Parts, Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.planning.npde_people import Observed, Person, of_table, of_values
from follicle_sim.experiments.planning.npde_scores import Pool, scores_of
from follicle_sim.experiments.planning.predictive import (
    as_trial,
    compared_study,
    endpoint_values,
)
from follicle_sim.experiments.planning.trial_sources import PART
from follicle_sim.protocol.baseline.meet import with_baseline
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.resolve import resolve
from follicle_sim.results.counterparts import RECIPES
from follicle_sim.results.endpoints import arm_roles
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import memory_needed, simulate

FEWEST = 20
"""Trials at least: fewer cannot tell what is rare."""

FAR = 0.05
"""A model is called wrong where fewer of its own trials lie as far off, after Bonferroni's rule for
the three things that are looked at."""

SHARED = ("counterfactual", "split_scalp")


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One value of one person: what was read, what the model expects, and its score."""

    endpoint: str
    unit: str
    subject: str
    arm: str
    week: float
    observed: float
    expected: float
    npde: float


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """How the scores of an endpoint lie, and how often trials of the model lie as far off.

    Parameters
    ----------
    endpoint, people, values, trials
        Scores are `values` in number; `trials` were simulated.
    mean, variance, distance
        Of the scores; the last from N(0, 1), after Kolmogorov and Smirnov.
    mean_p, variance_p, distance_p
        Shares of the simulated trials that lie as far off.
    p
        Three times the smallest of them, 1 at most: that of the whole.
    """

    endpoint: str
    people: int
    values: int
    trials: int
    mean: float
    mean_p: float
    variance: float
    variance_p: float
    distance: float
    distance_p: float
    p: float

    @property
    def fits(self) -> bool:
        """Tell whether the people look like those of the model."""
        return self.p >= FAR

    @property
    def lowest_p(self) -> float:
        """The p of people further off than all trials: where it is high, any people fit."""
        return min(1.0, 3.0 / (1.0 + self.trials))

    @property
    def tells(self) -> bool:
        """Tell whether so many trials could show a model wrong at all: 60 or more."""
        return self.lowest_p < FAR


@dataclass(frozen=True)
class NpdeCheck:
    """What was found; `envelopes` are 5 and 95 % of the trials' sorted scores, by endpoint."""

    source: str
    rows: tuple[ErrorRow, ...]
    shapes: tuple[ShapeRow, ...]
    envelopes: Mapping[str, Floats]
    left_out: tuple[str, ...]


def npde(
    scenario: Scenario,
    study: str = "",
    *,
    against: xr.Dataset | None = None,
    endpoints: Sequence[str] = (),
    replicates: int = 200,
    threads: int | None = None,
    report: Report | None = None,
) -> NpdeCheck:
    """Hold single people against what a scenario predicts of them.

    Parameters
    ----------
    scenario
        The model. Its trials get as many people an arm as the data have.
    study
        Name of its [[compare]] table with rows of single people; may be left out where there is
        one only.
    against
        Another run (its first replicate) in place of a table: the data are simulated then.
    endpoints
        Of the data; default: all that both have.
    replicates
        Trials to simulate.
    threads, report
        As for `power`.

    Raises
    ------
    InputError
        No table of single people, no endpoint that both have, a single value, too few trials, a
        crossover, or predictions without spread.

    Examples
    --------
    >>> from follicle_sim import load_scenario, simulate
    >>> small = ["run.history=30 days", "population.subjects=6"]
    >>> model = load_scenario("scenarios/minoxidil_olsen_2002.toml", small)
    >>> check = npde(model, against=simulate(model, seed=5), replicates=20)
    >>> [shape.endpoint for shape in check.shapes], check.shapes[0].people
    (['hair_density', 'terminal_density'], 12)
    """
    scenario = check_scenario("npde", scenario)
    check_text("npde", "study", study)
    endpoints = check_texts("npde", "endpoints", endpoints)
    if against is not None:
        check_dataset("npde", against, ("arm", "subject", "time"))
    check_whole("npde", "replicates", replicates)
    check_threads("npde", threads)
    check_call("npde", "report", report)
    if replicates < FEWEST:
        raise _refused(scenario, "replicates", f"found {replicates}; {FEWEST} trials or more")
    if scenario.design.kind == "crossover":
        raise _refused(scenario, "design.kind", "not offered in a crossover")
    source, observed = _observed(scenario, study, against, endpoints)
    for endpoint, people in observed.people.items():
        if sum(len(person.values) for person in people) < 2:
            text = "the data have a single value; scores have a shape from two on"
            raise _refused(scenario, endpoint, text)
    shared = scenario.design.kind in SHARED and _joint(observed)
    size = max(_sizes(people) for people in observed.people.values())
    values, days, units = _simulated(
        scenario, list(observed.people), max(size, 2), shared, replicates, threads, report
    )
    rows: list[ErrorRow] = []
    shapes, envelopes = [], {}
    for endpoint, people in observed.people.items():
        pool = Pool(values[endpoint], days, [arm.label for arm in scenario.arms], scenario.run.seed)
        try:
            scores, expected, trials = scores_of(pool, people)
        except ValueError as error:
            raise _refused(scenario, endpoint, str(error)) from None
        rows += _rows(endpoint, units[endpoint], people, scores, expected)
        shapes.append(_shape_row(endpoint, people, scores, trials))
        ordered = np.sort(trials, axis=1)
        envelopes[endpoint] = np.nanquantile(ordered, [0.05, 0.95], axis=0)
    return NpdeCheck(source, tuple(rows), tuple(shapes), envelopes, observed.left_out)


def _refused(scenario: Scenario, place: str, text: str) -> InputError:
    return InputError(scenario.origin, [Problem(place, text)])


def _observed(
    scenario: Scenario, study: str, against: xr.Dataset | None, endpoints: Sequence[str]
) -> tuple[str, Observed]:
    """Return the name of the data and their people, of the endpoints that are asked for."""
    if against is None:
        table = compared_study(scenario, study)
        if not table.rows or "subject" not in table.rows[0]:
            text = f"{table.study} is no table of single people: give it one row a person and visit"
            raise _refused(scenario, "study", text)
        name, observed = table.study, of_table(table.rows, table.arms, scenario.design.visits)
    else:
        name, observed = str(against.attrs.get("title", "another run")), _of_run(scenario, against)
    known = {key: people for key, people in observed.people.items() if key in RECIPES}
    people = {key: some for key, some in known.items() if not endpoints or key in endpoints}
    missing = [key for key in endpoints if key not in known]
    if missing or not people:
        has = ", ".join(known) or "none that can be simulated"
        raise _refused(scenario, "endpoints", f"{', '.join(missing) or name}: the data have {has}")
    return name, Observed(people, observed.left_out)


def _of_run(scenario: Scenario, data: xr.Dataset) -> Observed:
    labels, _ = arm_roles(data)
    if labels != [arm.label for arm in scenario.arms]:
        text = f"arms are {', '.join(labels)}; the scenario has others"
        raise _refused(scenario, "against", text)
    shared = scenario.design.kind in SHARED
    people = {}
    for name in ("hair_density", "terminal_density"):
        if name in data:
            values, days = endpoint_values(data, name)
            if not set(days) <= set(scenario.design.visits):
                raise _refused(scenario, "against", "was seen on days that the scenario has not")
            people[name] = tuple(of_values(data, values, days, shared=shared))
    return Observed(people, ())


def _joint(observed: Observed) -> bool:
    """Tell whether somebody was seen in several arms."""
    everybody = [person for people in observed.people.values() for person in people]
    return any(len({arm for arm, _ in person.keys}) > 1 for person in everybody)


def _sizes(people: Sequence[Person]) -> int:
    number: dict[str, int] = {}
    for person in people:
        number[person.arm] = number.get(person.arm, 0) + 1
    return max(number.values(), default=0)


def _simulated(
    scenario: Scenario,
    endpoints: Sequence[str],
    subjects: int,
    shared: bool,
    replicates: int,
    threads: int | None,
    report: Report | None,
) -> tuple[dict[str, Floats], Floats, dict[str, str]]:
    """Return endpoints (R, A, S, T) of simulated trials, the days, and the units."""
    trial = as_trial(scenario, subjects)
    if shared:
        trial = trial.model_copy(update={"design": scenario.design})
    trial = with_baseline(trial, part=True)
    at_once = max(1, min(replicates, int(PART // memory_needed(resolve(trial)[0]))))
    parts = Parts("trials", replicates * people_of(trial).total, report)
    found: dict[str, list[Floats]] = {name: [] for name in endpoints}
    days, units = np.zeros(0), dict.fromkeys(endpoints, "")
    for low in range(0, replicates, at_once):
        number = min(at_once, replicates - low)
        part = trial.model_copy(update={"run": trial.run.model_copy(update={"replicates": number})})
        # 0 is the name of a run of its own, which may be what is held against them
        first = 1 + low
        data = simulate(part, threads=threads, progress=parts.part(), first_replicate=first)
        for name in endpoints:
            values, days = endpoint_values(data, name)
            found[name].append(values)
            units[name] = str(data[name].attrs.get("units", "")) if name in data else ""
    return {name: np.concatenate(some) for name, some in found.items()}, days, units


def _rows(
    endpoint: str,
    unit: str,
    people: Sequence[Person],
    scores: Sequence[Floats],
    expected: Sequence[Floats],
) -> list[ErrorRow]:
    return [
        ErrorRow(endpoint, unit, person.code, arm, day / 7.0, value, float(mean), float(score))
        for person, own, means in zip(people, scores, expected, strict=True)
        for (arm, day), value, score, mean in zip(
            person.keys, person.values, own, means, strict=True
        )
    ]


def _shape_row(
    endpoint: str, people: Sequence[Person], scores: Sequence[Floats], trials: Floats
) -> ShapeRow:
    found = shape_of(np.concatenate(scores))
    simulated: list[Shape] = [shape_of(trial) for trial in trials if np.isfinite(trial).sum() > 1]
    shares = shares_as_far(found, simulated)
    values = sum(own.size for own in scores)
    return ShapeRow(
        endpoint,
        len(people),
        values,
        len(simulated),
        found.mean,
        shares[0],
        found.variance,
        shares[1],
        found.distance,
        shares[2],
        min(1.0, 3.0 * min(shares)),
    )
