"""What a virtual trial leaves on disk: data, statistics, page, figures, and tables of CDISC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from follicle_sim.errors import Interrupted, OutputError
from follicle_sim.figures.style import save_figure
from follicle_sim.files import write_text_atomic
from follicle_sim.outputs import so_far
from follicle_sim.reporting.cdisc import CDISC_FILES, write_cdisc
from follicle_sim.reporting.page import page
from follicle_sim.reporting.report import TrialReport
from follicle_sim.reporting.shown import flow_figure, trial_figure
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


def forget(folder: Path) -> None:
    """Remove what an earlier trial reported in a folder: it is not about the data there now."""
    for name in (*REPORT_FILES, *CDISC_FILES):
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
        planned = with_plan(report)
        put("scenario.resolved.toml", lambda path: write_text_atomic(path, dump_scenario(planned)))
        put("analysis.csv", report.result.to_csv)
        put("analysis.json", report.result.write_json)
        put("trial.txt", lambda path: write_text_atomic(path, page(report) + "\n"))
        put("flow.png", lambda path: save_figure(flow_figure(report), path))
        put("trial.png", lambda path: save_figure(trial_figure(report), path))
        if cdisc:
            done += write_cdisc(report, folder)
        else:
            for name in CDISC_FILES:
                (folder / name).unlink(missing_ok=True)
    except OutputError as error:
        raise OutputError(f"{error}\n{so_far(done, folder)}") from error
    except KeyboardInterrupt:
        raise Interrupted(f"stopped while writing; {so_far(done, folder)}") from None
    return tuple(done)


def with_plan(report: TrialReport) -> Scenario:
    """Return the scenario with the plan it was analysed by."""
    return report.scenario.model_copy(update={"analysis": report.plan})
