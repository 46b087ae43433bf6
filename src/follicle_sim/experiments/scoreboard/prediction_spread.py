"""How much each scored prediction moves with what is not known: `designs/spread.csv`.

    python -m follicle_sim.experiments.scoreboard.prediction_spread [DESIGN...]

Simulates every design under draws of the posterior (biology, and each potency with the error of its
fit; see `follicle_sim.protocol.replicates`) on the same people and luck, and stores the SD of every
scored prediction over the draws, so that the scoreboard need not repeat it. A test repeats one
design.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

import argparse
import datetime
import sys
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.files import write_text_atomic
from follicle_sim.experiments.scoreboard.designs import (
    DESIGNS,
    SPREAD_FILE,
    Spread,
    design_names,
    load_design,
    stored_spread,
)
from follicle_sim.experiments.scoreboard.run import baselines
from follicle_sim.experiments.scoreboard.scoring import score
from follicle_sim.protocol.replicates import draw_scenario
from follicle_sim.results.compare import compare
from follicle_sim.simulation.simulate import simulate

COMMAND = "python -m follicle_sim.experiments.scoreboard.prediction_spread"
DRAWS = 24

SMALLER = ("population.subjects=40", "population.follicles=1000")
"""Enough where every draw meets the same people and luck, so that only parameters differ."""


IN_PIECES = ("population.subjects=60", "population.follicles=30")
"""The same where a whole scalp is simulated: of each of its pieces."""


def spread_of(name: str, draws: int = DRAWS, people: Sequence[str] | None = None) -> list[Spread]:
    """Return the spread of every scored prediction of a design.

    Parameters
    ----------
    name : of a design
    draws : 2 or more
    people : overrides of the design, to make it smaller; None for those of its kind
    """
    if people is None:
        people = SMALLER if load_design(name).population.scalp is None else IN_PIECES
    posterior = ["run.uncertainty=posterior", f"run.replicates={draws}"]
    plan = load_design(name, [*people, *posterior])
    predicted: dict[tuple[str, str, str], list[float]] = {}
    for replicate in range(draws):
        scenario = draw_scenario(plan, replicate)
        # one draw, always on the people of the first replicate
        run = scenario.run.model_copy(update={"replicates": 1})
        data = simulate(scenario.model_copy(update={"run": run}))
        for row in score(compare(data).rows, scenario, name, baselines(data)):
            key = row.observation, row.arm, row.control
            predicted.setdefault(key, []).append(row.predicted)
    return [Spread(name, *key, float(np.std(values, ddof=1))) for key, values in predicted.items()]


def spread_text(rows: Sequence[Spread], draws: int = DRAWS) -> str:
    """Return the text of spread.csv."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("follicle-sim", "numpy", "scipy"))
    head = [
        f"# Written by `{COMMAND}`; do not edit.",
        f"# SD of each scored prediction over {draws} posterior draws; {', '.join(SMALLER)}",
        f"# date: {datetime.date.today()}; versions: {libraries}",
    ]
    names = ["design", "observation", "arm", "control", "sd"]
    cells = ((row.design, row.observation, row.arm, row.control, f"{row.sd:.4g}") for row in rows)
    return "\n".join([*head, csv_text(names, cells)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate and write; with names only those designs are renewed."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("designs", nargs="*", metavar="design", help="default: all")
    options = parser.parse_args(arguments)
    stored = stored_spread() if options.designs else ()
    spreads = [row for row in stored if row.design not in options.designs]
    for name in options.designs or design_names():
        rows = spread_of(name)
        print(f"{name}: {len(rows)} predictions", flush=True)
        spreads += rows
    text = spread_text(sorted(spreads, key=lambda row: row.design))
    write_text_atomic(DESIGNS / SPREAD_FILE, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
