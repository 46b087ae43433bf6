"""Statistics of a stored trial under another plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr

from follicle_sim.base.attributes import source_of
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.results.checks import check_result
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.results.storage import read_result
from follicle_sim.scenario.load import from_document, to_document, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.problems import path_text
from follicle_sim.scenario.tables.analysis import REPEATED, Analysis, plan_problems
from follicle_sim.scenario.text.files import parse_toml

RESULT = "result.nc"


def load_trial(run: Path) -> xr.Dataset:
    """Return the stored data of a trial or run.

    Parameters
    ----------
    run
        Its folder, or the file in it.

    Raises
    ------
    InputError
        No such folder, no result in it, or a file that is none or was changed.
    """
    if run.is_dir() and not (run / RESULT).is_file():
        message = f"has no {RESULT}; give the folder that follicle-sim trial or run wrote"
        raise InputError(str(run), [Problem("", message)])
    file = run / RESULT if run.is_dir() else run
    data = read_result(file)
    check_result(data, str(file))
    return data


def folder_of(run: Path) -> Path:
    """Return where another analysis of a run goes: beside it, so that both can be read.

    Examples
    --------
    >>> folder_of(Path("results/mine")).as_posix(), folder_of(Path("mine/result.nc")).as_posix()
    ('results/mine.analysis', 'mine.analysis')
    """
    folder = run if run.suffix != ".nc" else run.parent
    folder = folder if folder.name else folder.resolve()
    return folder.with_name(f"{folder.name}.analysis")


def with_measure(scenario: Scenario, measure: str, source: str) -> Scenario:
    """Return a scenario whose plan tests another measure.

    A test that the plan names is left out where it is not one of that measure.

    Parameters
    ----------
    measure
        As the key of the `[analysis]` table.
    source
        Named by an error.

    Raises
    ------
    InputError
        An unknown measure (with the nearest), or one that the rest of the plan does not allow.
    """
    document = to_document(scenario)
    table = {**document.get("analysis", {}), "measure": measure}
    old = scenario.analysis
    if measure != old.measure and (measure == "responders" or old.method in REPEATED):
        table.pop("method", None)
    return from_document(document | {"analysis": table}, source)


def replanned(
    dataset: xr.Dataset,
    plan: Path | None,
    keys: Mapping[str, str],
    settings: Sequence[str] = (),
    measure: str = "",
) -> Analysis:
    """Return the plan to analyse a stored trial by.

    Parameters
    ----------
    dataset
        Says what scenario it was made from.
    plan
        TOML file whose `[analysis]` table takes the place of the scenario's; other tables of it
        are not read. None: the scenario's own.
    keys
        Keys of the table to change, as texts.
    settings
        More of them, as "key=value".
    measure
        What is tested; see `with_measure`. Empty: as the plan says.

    Raises
    ------
    InputError
        A file without the table, an unknown key or name (with the nearest), an endpoint that the
        instrument cannot see, a visit or arm that the trial does not have.
    """
    source = source_of(dataset, RESULT)
    scenario = stored_scenario(dataset.attrs, source)
    if plan is not None:
        try:
            text = plan.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is not UTF-8 text"
            raise InputError(str(plan), [Problem("", f"cannot be read: {reason}")]) from None
        table = parse_toml(text, str(plan)).get("analysis")
        if not isinstance(table, dict):
            raise InputError(str(plan), [Problem("analysis", "has no [analysis] table")])
        values = to_document(scenario) | {"analysis": table}
        scenario = from_document(values, str(plan), numbers=scenario.background.numbers)
    if measure:
        scenario = with_measure(scenario, measure, RESULT)
    changes = [f"analysis.{key}={value}" for key, value in keys.items()]
    changes += [f"analysis.{setting.removeprefix('analysis.')}" for setting in settings]
    changed = with_overrides(scenario, changes) if changes else scenario
    # A plan that was left at its defaults is not checked with the scenario.
    visits, labels = changed.design.visits, [arm.label for arm in changed.arms]
    problems = plan_problems(changed.analysis, labels, visits, changed.instrument)
    if problems:
        refusals = [Problem(path_text(path), message) for path, message in problems]
        raise InputError(source, refusals)
    return changed.analysis
