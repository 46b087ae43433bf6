"""What a virtual trial leaves on disk: data, statistics, page, figures, and tables of CDISC."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import xarray as xr

from follicle_sim.base.errors import InputError, Interrupted, OutputError, Problem
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import being_written
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.reporting.cdisc import CDISC_FILES, DEFINE, write_cdisc
from follicle_sim.reporting.folders.run import (
    LEFT_BY_A_RUN,
    OF_TRAITS,
    so_far,
    who_responds_files,
)
from follicle_sim.reporting.page.figures import flow_figure, reactions_figure, trial_figure
from follicle_sim.reporting.page.text import page
from follicle_sim.reporting.reanalysis import RESULT
from follicle_sim.reporting.report import TrialReport, make_report
from follicle_sim.results.storage import save_result
from follicle_sim.scenario.load import dump_scenario
from follicle_sim.scenario.model import Scenario

REPORT_FILES = (
    "scenario.resolved.toml",
    "analysis.csv",
    "analysis.json",
    "trial.txt",
    "flow.png",
    "trial.png",
)
"""What is always written beside the data."""

REACTIONS = "reactions.png"
"""Where the plan asks for side effects."""


def forget(folder: Path) -> None:
    """Remove what an earlier trial reported in a folder: it is not about the data there now."""
    for name in (*REPORT_FILES, REACTIONS, *OF_TRAITS):
        (folder / name).unlink(missing_ok=True)
    _remove_tables(folder)


def report_trial(
    data: xr.Dataset, folder: Path, source: str, *, cdisc: bool = False
) -> tuple[TrialReport, tuple[str, ...]]:
    """Write data of one trial and everything told of them; return the report and the names.

    The data come first: what took long is safe before statistics or a figure can fail.

    Parameters
    ----------
    data, folder
        Of the trial, and where it goes.
    source
        File of the scenario, for messages.
    cdisc
        Also write the tables of CDISC.

    Raises
    ------
    InputError
        What cannot be analysed; the data stay, and reports that an earlier trial left go.
    OutputError, Interrupted
        As `write_trial`.
    """
    earlier = all((folder / name).is_file() for name in LEFT_BY_A_RUN)
    with being_written(folder, "trial"):
        save_result(data, folder / RESULT)
        try:
            report = make_report(data)
        except InputError as error:
            refused = error
            if earlier:
                forget(folder)
        else:
            return report, (RESULT, *write_trial(report, folder, cdisc=cdisc))
    way = f"the data are in {folder}: follicle-sim analyse asks them otherwise"
    # The analysis knows its table but not the file it stands in.
    table = "analysis." if refused.source == "analysis" else ""
    problems = [replace(problem, where=f"{table}{problem.where}") for problem in refused.problems]
    raise InputError(source, [*problems, Problem("", way)])


def _remove_tables(folder: Path) -> None:
    """Remove tables of CDISC that an earlier trial left, but nobody's real ones."""
    try:
        definitions = json.loads((folder / DEFINE).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    if isinstance(definitions, dict) and definitions.get("synthetic") is True:
        for name in CDISC_FILES:
            (folder / name).unlink(missing_ok=True)


def write_trial(report: TrialReport, folder: Path, *, cdisc: bool = False) -> tuple[str, ...]:
    """Write everything but the data themselves; return the names in order.

    Each file is whole or, on an error, what it was before. Tables of CDISC that an earlier trial
    left are removed where none are asked for, so that no folder mixes two trials.

    Raises
    ------
    OutputError
        Naming the file that could not be written and those that were.
    Interrupted
        On Ctrl-C, likewise.
    """
    done: list[str] = []

    def put(name: str, write: Callable[[Path], None]) -> None:
        write(folder / name)
        done.append(name)

    try:
        with being_written(folder, "trial"):
            planned = with_plan(report)
            put(
                "scenario.resolved.toml",
                lambda path: write_text_atomic(path, dump_scenario(planned)),
            )
            put("analysis.csv", report.result.to_csv)
            put("analysis.json", report.result.write_json)
            put("trial.txt", lambda path: write_text_atomic(path, page(report) + "\n"))
            put("flow.png", lambda path: save_figure(flow_figure(report), path))
            put("trial.png", lambda path: save_figure(trial_figure(report), path))
            if report.reactions:
                put(REACTIONS, lambda path: save_figure(reactions_figure(report), path))
            else:
                (folder / REACTIONS).unlink(missing_ok=True)
            data, primary = report.dataset, report.primary
            files = who_responds_files(data, primary.endpoint, primary.day / 7.0)
            for name, write in files.items():
                put(name, write)
            for name in set(OF_TRAITS) - set(files):
                (folder / name).unlink(missing_ok=True)
            if cdisc:
                done += write_cdisc(report, folder)
            else:
                _remove_tables(folder)
    except OutputError as error:
        raise OutputError(f"{error}\n{so_far(done, folder)}") from error
    except KeyboardInterrupt:
        raise Interrupted(f"stopped while writing; {so_far(done, folder)}") from None
    return tuple(done)


def with_plan(report: TrialReport) -> Scenario:
    """Return the scenario with the plan it was analysed by."""
    return report.scenario.model_copy(update={"analysis": report.plan})
