"""What the command line prints: progress, tables, scenarios, trials and treatments.

Each name is imported when first used: a run need not wait for what only a fit prints.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from follicle_sim.cli.printing.calibrate import print_calibration as print_calibration
    from follicle_sim.cli.printing.calibrate import print_sensitivity as print_sensitivity
    from follicle_sim.cli.printing.doctor import print_diagnosis as print_diagnosis
    from follicle_sim.cli.printing.explain import explain_with_status as explain_with_status
    from follicle_sim.cli.printing.explain import print_explanation as print_explanation
    from follicle_sim.cli.printing.instruments import print_method as print_method
    from follicle_sim.cli.printing.instruments import print_methods as print_methods
    from follicle_sim.cli.printing.instruments import print_seen as print_seen
    from follicle_sim.cli.printing.optimise import print_schedules as print_schedules
    from follicle_sim.cli.printing.plausible import print_plausible as print_plausible
    from follicle_sim.cli.printing.power import print_power as print_power
    from follicle_sim.cli.printing.power import print_written as print_written
    from follicle_sim.cli.printing.progress import simulate_with_progress as simulate_with_progress
    from follicle_sim.cli.printing.progress import watched as watched
    from follicle_sim.cli.printing.run import print_run as print_run
    from follicle_sim.cli.printing.show import print_scenario as print_scenario
    from follicle_sim.cli.printing.stored import print_incomplete as print_incomplete
    from follicle_sim.cli.printing.stored import print_other_numbers as print_other_numbers
    from follicle_sim.cli.printing.treatments import print_treatment as print_treatment
    from follicle_sim.cli.printing.treatments import print_treatments as print_treatments
    from follicle_sim.cli.printing.trial import print_trial as print_trial
    from follicle_sim.cli.printing.trials import print_studies as print_studies
    from follicle_sim.cli.printing.trials import print_study as print_study
    from follicle_sim.cli.printing.validate import print_scoreboard as print_scoreboard
    from follicle_sim.cli.printing.validate import print_worsened as print_worsened
    from follicle_sim.cli.printing.vpc import print_check as print_check

_HOMES = {
    "explain_with_status": "explain",
    "print_calibration": "calibrate",
    "print_check": "vpc",
    "print_diagnosis": "doctor",
    "print_explanation": "explain",
    "print_incomplete": "stored",
    "print_method": "instruments",
    "print_methods": "instruments",
    "print_other_numbers": "stored",
    "print_plausible": "plausible",
    "print_power": "power",
    "print_run": "run",
    "print_scenario": "show",
    "print_schedules": "optimise",
    "print_scoreboard": "validate",
    "print_seen": "instruments",
    "print_sensitivity": "calibrate",
    "print_studies": "trials",
    "print_study": "trials",
    "print_treatment": "treatments",
    "print_treatments": "treatments",
    "print_trial": "trial",
    "print_worsened": "validate",
    "print_written": "power",
    "simulate_with_progress": "progress",
    "watched": "progress",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
