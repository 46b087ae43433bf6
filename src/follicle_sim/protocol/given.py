"""The treatments of a scenario, looked up in the library and in the scenario itself."""

from __future__ import annotations

from follicle_sim.pharmacology.library import Treatment, load_treatment
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.own import parse_own


def treatments_of(scenario: Scenario) -> dict[str, Treatment]:
    """Return the treatments that arms are given and the scenario's own, by name."""
    found = parse_own(scenario.treatments)
    given = {dose.treatment for arm in scenario.arms for dose in arm.doses}
    return {name: load_treatment(name) for name in sorted(given - set(found))} | dict(found)
