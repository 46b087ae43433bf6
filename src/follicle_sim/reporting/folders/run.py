"""What a run leaves on disk: data, tables, the scenario as it ran, and figures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from follicle_sim.analysis.outcomes.phase_durations import phase_durations
from follicle_sim.analysis.outcomes.who_responds import is_telling, who_responds
from follicle_sim.base.codes import BY_VISIT
from follicle_sim.base.csv_text import csv_text, write_rows
from follicle_sim.base.errors import Interrupted, MismatchError, OutputError
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import being_written, writes_whole
from follicle_sim.results.beyond import Beyond, beyond_published
from follicle_sim.results.compare import ComparisonTable, compare
from follicle_sim.results.dataframe import to_dataframe
from follicle_sim.results.endpoints import EndpointTable, draws_of, summarise
from follicle_sim.results.storage import differing_variables, save_result
from follicle_sim.scenario.load import dump_scenario
from follicle_sim.scenario.model import Scenario

if TYPE_CHECKING:
    from follicle_sim.experiments.scoreboard.run import Scoreboard

FILES = (
    "result.nc",
    "scenario.resolved.toml",
    "endpoints.csv",
    "comparison.csv",
    "density.png",
    "phases.png",
    "comparison.png",
)
"""What a run writes. Figures of a variable that was not recorded are left out, and that of the
comparison where the scenario names no study."""

OF_DISEASES = {"salt": "salt", "hairline": "hairline_recession", "index": "lppai"}
"""Figures, without their ending, of what only some diseases have, and the variable each shows."""

SPECIAL = (*(f"{name}.png" for name in OF_DISEASES), "heads.png", "culture.png")
"""What a run writes besides where there is something to show."""

OF_A_DISH = {"anagen_retention", "shaft_elongation"}
"""Variables of follicles in organ culture: where they are, what is on a scalp is not shown."""

OF_TRAITS = ("who_responds.csv", "who_responds.png")
"""What a run writes besides where its result holds traits in which enough people differ."""

OF_TRACKED = ("phase_durations.csv", "phase_durations.png")
"""What a run writes besides where follicles were tracked."""

SUBJECTS = "subjects.csv"
"""What a run writes besides where it is asked to: a line for every subject, arm and visit."""

LEFT_BY_A_RUN = ("result.nc", "scenario.resolved.toml")
"""A folder that holds these was written by a run: its figures are ours to remove."""


@dataclass(frozen=True)
class Written:
    """A run's tables, for printing after they were written."""

    endpoints: EndpointTable
    comparison: ComparisonTable
    variable: str  # the density that the run's figures and table are about
    files: tuple[str, ...]  # names in the order written
    beyond: tuple[Beyond, ...]  # what nobody has published


def make_folder(folder: Path) -> Path:
    """Create the output folder and make sure it can be written, before hours are spent.

    Raises
    ------
    OutputError
        With what to do; nothing in the folder is touched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{folder}: cannot write: {reason}; choose another folder with --out"
        raise OutputError(message) from None
    return folder


def main_variable(data: xr.Dataset, comparison: ComparisonTable) -> str:
    """Return the density most compared with trials, all hairs where there is a tie.

    Without a density, it is the first variable that was measured at visits. A dish has none.
    """
    if set(data.data_vars) >= OF_A_DISH:
        return "anagen_retention"
    names = [name for name in ("hair_density", "terminal_density") if name in data]
    if not names:
        measured = [str(name) for name, values in data.data_vars.items() if "time" in values.dims]
        return next(name for name in measured if name not in BY_VISIT)
    return max(names, key=lambda name: sum(row.endpoint == name for row in comparison.rows))


def mostly_changes(comparison: ComparisonTable, variable: str) -> bool:
    """Return whether the trials gave changes from baseline of a variable rather than levels.

    A figure of changes then shows them where they are; people differ far more in level.
    """
    kinds = [row.kind for row in comparison.rows if row.endpoint == variable and not row.derived]
    return sum(kind in ("change", "difference") for kind in kinds) > len(kinds) / 2


def shown_as_change(data: xr.Dataset, comparison: ComparisonTable, variable: str) -> bool:
    """Return whether a figure shows changes from baseline and not levels.

    Where parameters are drawn the level at baseline differs from draw to draw, and would hide what
    happens to it.
    """
    prefers_changes = mostly_changes(comparison, variable) or draws_of(data) > 1
    return prefers_changes and 0.0 in data["time"].values


def write_run(
    data: xr.Dataset, scenario: Scenario, folder: Path, *, subjects: bool = False
) -> Written:
    """Write every file of a run; each is whole or, on an error, what it was before.

    The data come first: what took long is safe before a table or a figure can fail. Until the last
    file is there the folder is marked as incomplete. A file that an earlier run left and this one
    does not make is removed, so that no folder mixes two runs; files of others stay.

    subjects : also write the table of `to_dataframe`

    Raises
    ------
    OutputError
        Naming the file that could not be written; those written before it stay and are named too.
    Interrupted
        On Ctrl-C, likewise.
    """
    done: list[str] = []

    def put(name: str, write: Callable[[Path], None]) -> None:
        write(folder / name)
        done.append(name)

    text = dump_scenario(scenario)
    earlier = all((folder / name).is_file() for name in LEFT_BY_A_RUN)
    try:
        with being_written(folder, "run"):
            put("result.nc", lambda path: save_result(data, path))
            put("scenario.resolved.toml", lambda path: write_text_atomic(path, text))
            endpoints = summarise(data)
            put("endpoints.csv", endpoints.to_csv)
            comparison = compare(data)
            put("comparison.csv", comparison.to_csv)
            if subjects:
                put(SUBJECTS, lambda path: write_text_atomic(path, _subjects_text(data)))
            variable = main_variable(data, comparison)
            for name, draw in _figures(data, comparison, variable, scenario).items():
                put(name, draw)
            gain = "salt" if "salt" in data else variable
            for name, write in who_responds_files(data, gain).items():
                put(name, write)
            for name, write in duration_files(data).items():
                put(name, write)
            ours = {*FILES, *SPECIAL, *OF_TRAITS, *OF_TRACKED, SUBJECTS}
            for name in ours - set(done) if earlier else ():
                (folder / name).unlink(missing_ok=True)
    except OutputError as error:
        raise OutputError(f"{error}\n{so_far(done, folder)}") from error
    except KeyboardInterrupt:
        raise Interrupted(f"stopped while writing; {so_far(done, folder)}") from None
    return Written(endpoints, comparison, variable, tuple(done), beyond_published(data))


def who_responds_files(
    data: xr.Dataset, variable: str, week: float | None = None
) -> dict[str, Callable[[Path], None]]:
    """Return how to write the table and the figure of who responds; empty where nothing would show.

    Parameters as of `who_responds`.
    """
    if not is_telling(data, variable, week):
        return {}
    from follicle_sim.figures.parts.style import save_figure
    from follicle_sim.figures.who_responds import draw_who_responds

    found = who_responds(data, variable, week=week)
    if not found.rows:
        return {}
    table, figure = OF_TRAITS
    return {
        table: found.to_csv,
        figure: lambda path: save_figure(draw_who_responds(data, found), path),
    }


def duration_files(data: xr.Dataset) -> dict[str, Callable[[Path], None]]:
    """Return how to write the table and figure of phase durations; empty without tracked ones.

    One visit sees no phase end.
    """
    if "spell_onset" not in data or data.sizes["time"] < 2:
        return {}
    from follicle_sim.figures import plot_phase_durations, save_figure

    found, (table, figure) = phase_durations(data), OF_TRACKED
    return {
        table: found.to_csv,
        figure: lambda path: save_figure(plot_phase_durations(found), path),
    }


def _subjects_text(data: xr.Dataset) -> str:
    table = to_dataframe(data)
    # None, and not NaN, is an empty cell; numbers keep all their digits.
    cells = table.astype(object).where(table.notna(), None)
    return csv_text([str(name) for name in table], cells.itertuples(index=False, name=None))


@writes_whole("explain")
def write_explanation(data: xr.Dataset, folder: Path) -> tuple[str, ...]:
    """Write what `explain` returned, and its figure; return the names.

    Raises
    ------
    OutputError
        Naming the file that could not be written.
    """
    from follicle_sim.figures import plot_chain, save_figure

    save_result(data, folder / "explain.nc")
    save_figure(plot_chain(data), folder / "explain.png")
    return "explain.nc", "explain.png"


def so_far(done: Sequence[str], folder: Path) -> str:
    """Return what is in a folder when writing stopped, for a message."""
    if not done:
        return f"nothing was written; files already in {folder} are as they were"
    return f"written to {folder}: {', '.join(done)}; its other files are as they were"


def _figures(
    data: xr.Dataset, comparison: ComparisonTable, variable: str, scenario: Scenario
) -> dict[str, Callable[[Path], None]]:
    """Return how to draw each figure that there is something for, by file name."""
    from follicle_sim.figures import (
        plot_comparison,
        plot_culture,
        plot_density,
        plot_heads,
        plot_phases,
        plot_small_multiples,
        save_figure,
    )
    from follicle_sim.figures.multiples import MANY_ARMS

    draw = plot_density if data.sizes["arm"] <= MANY_ARMS else plot_small_multiples
    figures: dict[str, Callable[[Path], None]] = {}
    in_a_dish = set(data.data_vars) >= OF_A_DISH
    if not in_a_dish and ("hair_density" in data or "terminal_density" in data):
        figures["density.png"] = lambda path: save_figure(
            draw(
                data,
                variable=variable,
                change=shown_as_change(data, comparison, variable),
                comparison=comparison,
            ),
            path,
        )
    for name, shown in OF_DISEASES.items():
        if shown in data:
            figures[f"{name}.png"] = partial(_save_course, draw, data, comparison, shown)
    if "region_cover" in data or "region_density" in data:
        figures["heads.png"] = lambda path: save_figure(plot_heads(data), path)
    if in_a_dish:
        figures["culture.png"] = lambda path: save_figure(
            plot_culture(data, comparison=comparison), path
        )
    if "phase_count" in data and not in_a_dish:
        figures["phases.png"] = lambda path: save_figure(plot_phases(data), path)
    if scenario.compare:
        figures["comparison.png"] = lambda path: save_figure(plot_comparison(comparison), path)
    return figures


def _save_course(
    draw: Callable[..., Any],
    data: xr.Dataset,
    comparison: ComparisonTable,
    variable: str,
    path: Path,
) -> None:
    from follicle_sim.figures import save_figure

    change = shown_as_change(data, comparison, variable)
    save_figure(draw(data, variable=variable, change=change, comparison=comparison), path)


@writes_whole("scoreboard")
def write_scoreboard(board: Scoreboard, folder: Path) -> tuple[str, ...]:
    """Write table, JSON and figure of a scoreboard; return the names in the order written.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    from follicle_sim.experiments.scoreboard.score_rows import ScoreRow
    from follicle_sim.figures.parts.style import save_figure
    from follicle_sim.figures.scoreboard import plot_scoreboard

    write_rows(folder / "scoreboard.csv", ScoreRow, board.rows)
    write_text_atomic(folder / "scoreboard.json", board.to_json())
    save_figure(plot_scoreboard(board.rows), folder / "scoreboard.png")
    return "scoreboard.csv", "scoreboard.json", "scoreboard.png"


def check_equal(before: xr.Dataset, after: xr.Dataset, source: str) -> None:
    """Compare a stored result with its repetition.

    Raises
    ------
    MismatchError
        Naming the variables that differ and the versions that made the two.
    """
    names = differing_variables(before, after)
    if names:
        made = [data.attrs.get("source", "unknown version") for data in (before, after)]
        raise MismatchError(
            f"{source}: {', '.join(names)}: not equal bit for bit; "
            f"stored by {made[0]}, repeated with {made[1]}"
        )
