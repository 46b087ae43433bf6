"""Potencies come from the command that each names, from calibration rows, and meet them.

The objective is re-evaluated where the fit ended and on both sides of it, with other luck.
"""

from pathlib import Path

import pytest

from follicle_sim.evidence.observed import observations
from follicle_sim.experiments.calibration.fit_biology import with_biology
from follicle_sim.experiments.calibration.fit_potency import COMMAND
from follicle_sim.experiments.scoreboard.run import baselines
from follicle_sim.experiments.scoreboard.scoring import effective_use, score
from follicle_sim.pharmacology.fitted import load_fitted
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX
from follicle_sim.results.compare import compare
from follicle_sim.scenario.load import load_scenario
from follicle_sim.simulation.simulate import simulate

ROOT = Path(__file__).parents[2]
FITTED = {name: entry for name, entry in load_fitted("potencies").items() if entry.command}
BY_ID = {row.id: row for row in observations(derived=True)}

# The one potency met to a display-only study: there is no other number on this treatment that a
# potency could be set to, and the study is never counted.
FROM_DISPLAY = {"exosomes_adipose_microneedling"}


def of(name: str) -> tuple[Path, list[str]]:
    """Return the scenario and the observations in the command of an entry."""
    words = FITTED[name].command.removeprefix(COMMAND).split()
    assert words[1] == name
    return ROOT / words[0], [word for word in words[2:] if not word.startswith("--")]


@pytest.mark.parametrize("name", FITTED)
def test_potency_is_fitted_to_rows_for_calibration(name: str) -> None:
    path, rows = of(name)
    assert path.is_file()
    uses = {effective_use(BY_ID[row])[0] for row in rows}
    assert uses == ({"display"} if name in FROM_DISPLAY else {"calibration"})
    assert [text.split(": ")[0] for text in FITTED[name].data] == rows
    assert {"follicle-sim", "numpy", "scipy"} <= set(FITTED[name].versions)


@pytest.mark.parametrize("name", sorted(set(FITTED) - FROM_DISPLAY))
def test_objective_is_least_at_the_stored_potency(name: str) -> None:
    path, rows = of(name)
    people = load_scenario(
        path, ["design.kind=counterfactual", "population.subjects=80", "run.seed=12"]
    )
    costs = {}
    for factor in (0.6, 1.0, 1.6):
        changed = {f"{POTENCY_PREFIX}{name}": factor * FITTED[name].value}
        data = simulate(with_biology(people, changed))
        scored = score(compare(data).rows, people, name, baselines(data))
        # a control arm's own change is shown by the scoreboard, and a fit may use it all the same
        costs[factor] = sum(row.z**2 for row in scored if row.observation in rows and row.z)
    assert costs[1.0] < min(costs[0.6], costs[1.6]), costs
    assert costs[1.0] < 4.0 * len(rows)
