"""What a dataset says, arm by visit: means, changes and differences with their uncertainty."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_dataset, check_number, check_texts
from follicle_sim.base.attributes import read_provenance, source_of
from follicle_sim.base.codes import BY_VISIT
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray, change_mean, estimate, level_mean, spread_within
from follicle_sim.results.by_treatment import WITHIN, by_treatment
from follicle_sim.results.origin import UNKNOWN, Origin, origin_of, write_rows_of_run
from follicle_sim.results.variables import OF_REGIONS

_PEOPLE = ("replicate", "subject")


def is_paired(dataset: xr.Dataset) -> bool:
    """Tell whether every arm holds the same people.

    So in a counterfactual design, on split scalps, and in a crossover arranged by treatment.
    """
    kind = dataset.attrs.get("design_kind")
    if kind is None:
        kind = scenario_of(dataset).get("design", {}).get("kind")
    return kind in ("counterfactual", "split_scalp", WITHIN)


def scenario_of(dataset: xr.Dataset) -> Mapping[str, Any]:
    """Return the scenario stored in the dataset's provenance, empty where there is none."""
    if "provenance" not in dataset.attrs:
        return {}
    source = source_of(dataset, "dataset")
    return dict(read_provenance(dataset.attrs, source)["scenario"])


def people_last(values: xr.DataArray, *leading: str) -> FloatArray:
    """Return values with dimensions `leading` first and all replicates and subjects in one last.

    A subject of another replicate is another person: nothing of its luck is shared.
    """
    people = [name for name in _PEOPLE if name in values.dims]
    array = np.asarray(values.transpose(*leading, *people).values, dtype=np.float64)
    return array.reshape(*array.shape[: len(leading)], -1)


def draws_of(dataset: xr.Dataset) -> int:
    """Return how many draws of what is not known a dataset holds, one a replicate; 1 for none."""
    uncertain = dataset.attrs.get("uncertainty", "none") != "none"
    return int(dataset.sizes.get("replicate", 1)) if uncertain else 1


def usual_level(dataset: xr.Dataset) -> float:
    """Return the level of intervals: 0.95 over people, 0.90 where parameters are drawn too.

    Forty draws have two beyond either end of a 90 % interval, and one beyond those of a 95 % one.
    """
    return 0.95 if draws_of(dataset) == 1 else 0.90


def interval_name(dataset: xr.Dataset, level: float) -> str:
    """Return what an interval of a mean is and holds."""
    if draws_of(dataset) == 1:
        return f"{100 * level:g} % confidence interval: people"
    return f"{100 * level:g} % credible interval: fitted parameters, potency and people"


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One arm at one visit.

    Parameters
    ----------
    arm, role, week, day, variable, unit
        What the row is about; `week` is ``day / 7``.
    n
        People behind it.
    mean, sd, se
        Over people. None where fewer than two. Where replicates draw parameters, `sd` is still
        that between people who share them, and the errors and intervals are over draws: they hold
        parameters, potency and the finite number of people in a replicate.
    change, change_se, change_low, change_high
        Mean change from baseline with its interval.
    difference, difference_se, difference_low, difference_high
        Change minus the control arm's change; None in the control arm or without one.
    interval
        What the intervals are and hold.
    """

    arm: str
    role: str
    week: float
    day: float
    variable: str
    unit: str
    n: int
    mean: float | None
    sd: float | None
    se: float | None
    change: float | None
    change_se: float | None
    change_low: float | None
    change_high: float | None
    difference: float | None
    difference_se: float | None
    difference_low: float | None
    difference_high: float | None
    interval: str


@dataclass(frozen=True, slots=True)
class EndpointTable:
    """The rows of `summarise`, arm by arm, the level of their intervals, the run they are from."""

    rows: tuple[EndpointRow, ...]
    control: str
    level: float
    interval: str = ""
    origin: Origin = UNKNOWN

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line a row, in its last columns scenario_hash, seed and overrides of the run.

        Raises OutputError and leaves an earlier file where it cannot.
        """
        write_rows_of_run(path, EndpointRow, self.rows, self.origin)


def control_arm(dataset: xr.Dataset) -> str:
    """Return the label of the control: the first placebo arm, else the first untreated, else ""."""
    labels, roles = arm_roles(dataset)
    for role in ("placebo", "untreated"):
        if role in roles:
            return labels[roles.index(role)]
    return ""


def arm_roles(dataset: xr.Dataset) -> tuple[list[str], list[str]]:
    """Return the arms' labels and their roles ("" where the dataset has none)."""
    labels = [str(label) for label in dataset["arm"].values]
    if "role" not in dataset.coords:
        return labels, [""] * len(labels)
    return labels, [str(role) for role in dataset["role"].values]


def summarise(
    dataset: xr.Dataset, variables: Sequence[str] | None = None, level: float | None = None
) -> EndpointTable:
    """Summarise a dataset arm by visit.

    Parameters
    ----------
    dataset
        Result of `simulate`: dims arm, subject, time (days since baseline), perhaps replicate. A
        crossover is summarised by treatment, in days since the start of a period. People who are
        not there have NaN and are left out.
    variables
        Names; None for every variable with one number per subject and visit, and for the hairs of
        regions. A variable with a further dimension gives one series per entry,
        ``factor_level[DHT]``.
    level
        Of the intervals: by default 0.95, Student t over people, or 0.90, quantiles over draws,
        where every replicate has drawn its own parameters.

    Returns
    -------
    EndpointTable
        Rows ordered by variable, arm and time. Differences are between changes from baseline,
        person by person where arms hold the same people and between independent groups otherwise.

    Raises
    ------
    InputError
        A variable the dataset lacks, or a level outside (0, 1).

    Examples
    --------
    >>> from follicle_sim import load_scenario, simulate, summarise
    >>> few = ["population.subjects=4", "run.history=30 days"]
    >>> result = simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", few))
    >>> row = summarise(result, ["terminal_density"]).rows[-1]
    >>> row.variable, row.arm, row.week
    ('terminal_density', 'vehicle', 48.0)
    """
    check_dataset("summarise", dataset, ("arm", "subject", "time"))
    if variables is not None:
        variables = check_texts("summarise", "variables", variables)
    level = usual_level(dataset) if level is None else check_number("summarise", "level", level)
    if not 0.0 < level < 1.0:
        problem = Problem("level", f"{level:g} is not between 0 and 1")
        raise InputError("endpoint table", [problem])
    dataset = by_treatment(dataset)
    control = control_arm(dataset)
    rows: list[EndpointRow] = []
    for name, values in _series(dataset, variables):
        rows.extend(_rows(dataset, name, values, control, level))
    name, origin = interval_name(dataset, level), origin_of(dataset)
    return EndpointTable(tuple(rows), control, level, name, origin)


def _series(
    dataset: xr.Dataset, variables: Sequence[str] | None
) -> Iterator[tuple[str, xr.DataArray]]:
    plain = {"arm", "time", *_PEOPLE}
    measured = {
        str(name): values
        for name, values in dataset.data_vars.items()
        if {"arm", "subject", "time"} <= set(values.dims)
    }
    if variables is None:
        # who came on which day is no endpoint
        endpoints = [name for name in measured if name not in BY_VISIT]
        variables = [
            name for name in endpoints if set(measured[name].dims) <= plain or name in OF_REGIONS
        ]
    unknown = [name for name in variables if name not in measured]
    if unknown:
        raise InputError(
            "endpoint table",
            [
                Problem("variables", f'no variable "{name}"{did_you_mean(name, measured)}')
                for name in unknown
            ],
        )
    for name in variables:
        values = measured[name]
        further = [str(dim) for dim in values.dims if dim not in plain]
        if not further:
            yield name, values
            continue
        stacked = values.stack(entry=further)
        for entry, key in enumerate(stacked["entry"].values):
            label = ",".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))
            yield f"{name}[{label}]", stacked.isel(entry=entry)


def _rows(
    dataset: xr.Dataset, name: str, values: xr.DataArray, control: str, level: float
) -> Iterator[EndpointRow]:
    labels, roles = arm_roles(dataset)
    days = np.asarray(dataset["time"].values, dtype=np.float64)
    now = people_last(values, "arm", "time")
    # Without a visit at baseline there is no change to speak of, only levels.
    start = np.flatnonzero(days == 0.0)
    base = now[:, start[:1], :] if start.size else np.full_like(now[:, :1, :], np.nan)
    paired, draws = is_paired(dataset), draws_of(dataset)
    interval = interval_name(dataset, level)
    reference = labels.index(control) if control else None
    empty = np.full(days.size, np.nan)
    for i, (label, role) in enumerate(zip(labels, roles, strict=True)):
        alone = [(1.0, now[i], np.zeros_like(base[i]))]
        plain = estimate(level_mean, alone, paired=True, draws=draws)
        change = estimate(change_mean, [(1.0, now[i], base[i])], paired=True, draws=draws)
        sd = plain.se * np.sqrt(plain.n) if draws == 1 else spread_within(now[i], draws)
        columns = [plain.value, sd, plain.se]
        columns += [change.value, change.se, *change.interval(level)]
        if reference is None or i == reference:
            columns += [empty] * 4
        else:
            groups = [(1.0, now[i], base[i]), (-1.0, now[reference], base[reference])]
            apart = estimate(change_mean, groups, paired=paired, draws=draws)
            columns += [apart.value, apart.se, *apart.interval(level)]
        for k, day in enumerate(days):
            numbers: list[Any] = [*(_known(column[k]) for column in columns), interval]
            unit = str(values.attrs.get("units", ""))
            key = (label, role, float(day) / 7.0, float(day), name, unit, int(plain.n[k]))
            yield EndpointRow(*key, *numbers)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
