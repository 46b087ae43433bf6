"""What the fit of a scenario to its own numbers leaves on disk."""

from dataclasses import dataclass
from pathlib import Path

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.calibration.fit_scenario import FittedRow, ScenarioFit
from follicle_sim.figures.fit import plot_fit
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.reporting.folders.record import write_record
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.model import Scenario

COLUMNS = {
    "fitted": "simulated at the best fit, shift included",
    "untreated": "simulated without the drug, shift included",
    "shift": "what arms of published trials move by themselves, part of both",
}
"""What the columns beside `observed` hold, for the record."""


@dataclass(frozen=True)
class CurveRow:
    """One simulated point of the profile, as fit_profile.csv has it."""

    parameter: str
    value: float
    rise: float


@writes_whole("fit")
def write_fit(fit: ScenarioFit, scenario: Scenario, folder: Path, command: str) -> tuple[str, ...]:
    """Write the numbers beside the fit, the profile, a figure and a record; return the names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write_rows(folder / "fit.csv", FittedRow, fit.rows)
    points = zip(fit.values.tolist(), fit.rise.tolist(), strict=True)
    write_rows(folder / "fit_profile.csv", CurveRow, [CurveRow(fit.names[0], *at) for at in points])
    save_figure(plot_fit(fit), folder / "fit.png")
    record = {
        "scenario": scenario.title,
        "scenario_hash": scenario_hash(scenario),
        "values": dict(zip(fit.names, fit.best, strict=True)),
        "low": fit.low,
        "high": fit.high,
        "level": fit.level,
        "verdict": fit.verdict,
        "misfit": fit.misfit,
        "numbers": fit.numbers,
        "chance_of_a_misfit_as_large": fit.chance,
        "drift": fit.drift,
        "rise_with_another_explanation": dict(fit.explanations),
        "columns_of_fit_csv": COLUMNS,
        "simulations": fit.runs,
        "seconds": round(fit.seconds, 1),
    }
    data = [row.observation for row in fit.rows if row.used]
    write_record(folder / "fit.json", command, scenario.run.seed, data, record)
    return "fit.json", "fit.csv", "fit_profile.csv", "fit.png"
