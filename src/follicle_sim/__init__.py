"""An in-silico laboratory for hair-follicle cycles.

>>> from follicle_sim import load_scenario, simulate, compare

Names are imported when first used, so that `import follicle_sim` costs nothing.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from follicle_sim.endpoints import summarise as summarise
    from follicle_sim.errors import FollicleSimError as FollicleSimError
    from follicle_sim.errors import InputError as InputError
    from follicle_sim.explain import explain as explain
    from follicle_sim.inference.power import power as power
    from follicle_sim.inference.predictive import predictive_bands as predictive_bands
    from follicle_sim.scenario.load import dump_scenario as dump_scenario
    from follicle_sim.scenario.load import load_scenario as load_scenario
    from follicle_sim.scenario.load import parse_scenario as parse_scenario
    from follicle_sim.scenario.load import with_overrides as with_overrides
    from follicle_sim.scenario.model import Scenario as Scenario
    from follicle_sim.simulate import simulate as simulate
    from follicle_sim.storage import load_result as load_result
    from follicle_sim.storage import save_result as save_result
    from follicle_sim.trials.compare import compare as compare
    from follicle_sim.trials.observed import load_studies as load_studies

_HOMES = {
    "FollicleSimError": "errors",
    "InputError": "errors",
    "Scenario": "scenario.model",
    "compare": "trials.compare",
    "dump_scenario": "scenario.load",
    "explain": "explain",
    "load_result": "storage",
    "load_scenario": "scenario.load",
    "load_studies": "trials.observed",
    "parse_scenario": "scenario.load",
    "power": "inference.power",
    "predictive_bands": "inference.predictive",
    "save_result": "storage",
    "simulate": "simulate",
    "summarise": "endpoints",
    "with_overrides": "scenario.load",
}

__all__ = sorted(_HOMES)


class _Package(ModuleType):
    """This package: its public functions go before the modules of the same name.

    Importing the module `follicle_sim.simulate` binds it here, which would hide the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


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
