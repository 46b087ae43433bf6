"""An in-silico laboratory for hair-follicle cycles.

>>> from follicle_sim import load_scenario, simulate, compare

Names are imported when first used, so that `import follicle_sim` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from follicle_sim.analysis.analyse import analyse as analyse
    from follicle_sim.analysis.outcomes.exposure_response import (
        exposure_response as exposure_response,
    )
    from follicle_sim.analysis.outcomes.patient_scales import patient_scales as patient_scales
    from follicle_sim.analysis.outcomes.phase_durations import phase_durations as phase_durations
    from follicle_sim.analysis.outcomes.who_responds import who_responds as who_responds
    from follicle_sim.base.errors import FollicleSimError as FollicleSimError
    from follicle_sim.base.errors import InputError as InputError
    from follicle_sim.biology.conditions import load_conditions as load_conditions
    from follicle_sim.biology.health import load_health as load_health
    from follicle_sim.evidence.studies import load_studies as load_studies
    from follicle_sim.experiments.calibration.fit_follicles import fit_follicles as fit_follicles
    from follicle_sim.experiments.calibration.fit_scenario import fit_scenario as fit_scenario
    from follicle_sim.experiments.culture_prior import culture_prior as culture_prior
    from follicle_sim.experiments.explain import explain as explain
    from follicle_sim.experiments.planning.npde import npde as npde
    from follicle_sim.experiments.planning.power import power as power
    from follicle_sim.experiments.planning.predictive import predictive_bands as predictive_bands
    from follicle_sim.experiments.schedules.optimise import optimise as optimise
    from follicle_sim.experiments.scoreboard.run import run_scoreboard as run_scoreboard
    from follicle_sim.pharmacology.library import load_treatments as load_treatments
    from follicle_sim.protocol.describe import describe as describe
    from follicle_sim.protocol.protocol import Protocol as Protocol
    from follicle_sim.protocol.resolve import resolve as resolve
    from follicle_sim.reporting.event_reading import arms_text as arms_text
    from follicle_sim.reporting.event_reading import read_event_table as read_event_table
    from follicle_sim.reporting.event_table import event_table as event_table
    from follicle_sim.results.compare import compare as compare
    from follicle_sim.results.dataframe import to_dataframe as to_dataframe
    from follicle_sim.results.endpoints import summarise as summarise
    from follicle_sim.results.provenance import scenario_of as scenario_of
    from follicle_sim.results.storage import load_result as load_result
    from follicle_sim.results.storage import save_result as save_result
    from follicle_sim.scenario.load import dump_scenario as dump_scenario
    from follicle_sim.scenario.load import load_scenario as load_scenario
    from follicle_sim.scenario.load import parse_scenario as parse_scenario
    from follicle_sim.scenario.load import with_overrides as with_overrides
    from follicle_sim.scenario.model import Scenario as Scenario
    from follicle_sim.simulation.simulate import simulate as simulate

_HOMES = {
    "FollicleSimError": "base.errors",
    "InputError": "base.errors",
    "Protocol": "protocol.protocol",
    "Scenario": "scenario.model",
    "analyse": "analysis.analyse",
    "arms_text": "reporting.event_reading",
    "compare": "results.compare",
    "culture_prior": "experiments.culture_prior",
    "describe": "protocol.describe",
    "dump_scenario": "scenario.load",
    "event_table": "reporting.event_table",
    "explain": "experiments.explain",
    "exposure_response": "analysis.outcomes.exposure_response",
    "fit_follicles": "experiments.calibration.fit_follicles",
    "fit_scenario": "experiments.calibration.fit_scenario",
    "load_conditions": "biology.conditions",
    "load_health": "biology.health",
    "load_result": "results.storage",
    "load_scenario": "scenario.load",
    "load_studies": "evidence.studies",
    "load_treatments": "pharmacology.library",
    "npde": "experiments.planning.npde",
    "optimise": "experiments.schedules.optimise",
    "parse_scenario": "scenario.load",
    "patient_scales": "analysis.outcomes.patient_scales",
    "phase_durations": "analysis.outcomes.phase_durations",
    "power": "experiments.planning.power",
    "predictive_bands": "experiments.planning.predictive",
    "read_event_table": "reporting.event_reading",
    "resolve": "protocol.resolve",
    "run_scoreboard": "experiments.scoreboard.run",
    "save_result": "results.storage",
    "scenario_of": "results.provenance",
    "simulate": "simulation.simulate",
    "summarise": "results.endpoints",
    "to_dataframe": "results.dataframe",
    "who_responds": "analysis.outcomes.who_responds",
    "with_overrides": "scenario.load",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("follicle-sim")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
