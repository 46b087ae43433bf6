"""One trial through several instruments: the same people and hairs, read in different ways."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray
from follicle_sim.base.progress import Parts, Report
from follicle_sim.protocol.headcount import people_of
from follicle_sim.results.endpoints import people_last
from follicle_sim.scenario.fields.methods import load_methods
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.simulate import simulate_read


@dataclass(frozen=True)
class Seen:
    """A trial through one instrument, and through one that sees the same hairs without error."""

    method: str
    title: str
    data: xr.Dataset
    truth: xr.Dataset

    def errors(self, variable: str) -> tuple[float, float]:
        """Return the SD of a single change from baseline to the last visit, and of its error.

        Pooled over arms, in the unit of the variable; nan without a visit at day 0.
        """
        measured, true = (_last_changes(reading, variable) for reading in (self.data, self.truth))
        return _pool_sd(measured), _pool_sd(measured - true)


def compare_instruments(
    scenario: Scenario,
    methods: Sequence[str],
    *,
    threads: int | None = None,
    report: Report | None = None,
) -> tuple[Seen, ...]:
    """Return a trial through each of several methods.

    The scenario's own `[instrument]` table is left aside.

    Parameters
    ----------
    scenario
        From `load_scenario`.
    methods
        Names of methods (`follicle-sim instruments list`).
    threads
        Processors to use; changes no result.
    report
        Called with stage, people done and people in all, each method's people of their own.

    Raises
    ------
    InputError
        For an unknown method, or one that does not count hairs.
    """
    known_methods = load_methods()
    problems = []
    for name in methods:
        if name not in known_methods:
            problems.append(
                Problem("method", f'no method "{name}"{did_you_mean(name, known_methods)}')
            )
        elif "hair_density" not in known_methods[name].measures:
            counting = [
                other for other in known_methods if "hair_density" in known_methods[other].measures
            ]
            message = f"{name} does not count hairs; methods that do: {', '.join(counting)}"
            problems.append(Problem("method", message))
    if problems:
        raise InputError("instruments", problems)
    readings = []
    people = scenario.run.replicates * people_of(scenario).total
    parts = Parts("reading", len(methods) * people, report)
    for name in methods:
        tool = Instrument(method=name)
        trial = scenario.model_copy(update={"instrument": tool})
        readers = [tool, tool.perfected()]
        data, truth = simulate_read(trial, readers, threads=threads, progress=parts.part())
        readings.append(Seen(name, known_methods[name].title, data, truth))
    return tuple(readings)


def _last_changes(data: xr.Dataset, variable: str) -> FloatArray:
    values = people_last(data[variable], "arm", "time")
    zero = np.flatnonzero(data["time"].values == 0.0)
    base = values[:, zero[0]] if zero.size else np.full_like(values[:, 0], np.nan)
    return values[:, -1] - base


def _pool_sd(changes: FloatArray) -> float:
    complete = changes[:, np.isfinite(changes).all(axis=0)]
    if complete.shape[1] < 2:
        return float("nan")
    return float(np.sqrt(complete.var(axis=1, ddof=1).mean()))
