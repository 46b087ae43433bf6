"""What the command line prints: progress, tables, a scenario read back, the trials held."""

from follicle_sim.console.inference import print_calibration, print_sensitivity, watched
from follicle_sim.console.progress import simulate_with_progress
from follicle_sim.console.run import print_run
from follicle_sim.console.scenario import print_scenario
from follicle_sim.console.trials import print_studies, print_study

__all__ = [
    "print_calibration",
    "print_run",
    "print_scenario",
    "print_sensitivity",
    "print_studies",
    "print_study",
    "simulate_with_progress",
    "watched",
]
