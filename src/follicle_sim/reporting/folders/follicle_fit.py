"""What the fit of a scenario to single follicles leaves on disk."""

from pathlib import Path

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.calibration.fit_follicles import FollicleFit
from follicle_sim.experiments.calibration.follicle_transitions import Transition
from follicle_sim.figures.follicle_fit import plot_follicle_fit
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.reporting.folders.fit import CurveRow
from follicle_sim.reporting.folders.record import write_record
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.model import Scenario


@writes_whole("fit")
def write_follicle_fit(
    fit: FollicleFit, scenario: Scenario, data: str, folder: Path, command: str
) -> tuple[str, ...]:
    """Write what was seen beside the fit, the profile, a figure and a record; return the names.

    data : the file that was fitted

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write_rows(folder / "fit.csv", Transition, fit.transitions)
    points = zip(fit.values.tolist(), fit.rise.tolist(), strict=True)
    write_rows(folder / "fit_profile.csv", CurveRow, [CurveRow(fit.name, *at) for at in points])
    save_figure(plot_follicle_fit(fit), folder / "fit.png")
    record = {
        "scenario": scenario.title,
        "scenario_hash": scenario_hash(scenario),
        "values": {fit.name: fit.best},
        "low": fit.low,
        "high": fit.high,
        "level": fit.level,
        "verdict": fit.verdict,
        "divided_because_people_differ": fit.between,
        "follicles": fit.follicles,
        "people": fit.people,
        "visits": fit.visits,
        "unlikely": list(fit.unlikely),
        "evaluations": fit.evaluations,
        "seconds": round(fit.seconds, 1),
    }
    write_record(folder / "fit.json", command, scenario.run.seed, [data], record)
    return "fit.json", "fit.csv", "fit_profile.csv", "fit.png"
