"""What the command line prints: progress, tables, a scenario read back, the trials held."""

from follicle_sim.console.explain import explain_with_status, print_explanation
from follicle_sim.console.progress import simulate_with_progress
from follicle_sim.console.run import print_run
from follicle_sim.console.scenario import print_scenario
from follicle_sim.console.trials import print_studies, print_study

__all__ = [
    "explain_with_status",
    "print_explanation",
    "print_run",
    "print_scenario",
    "print_studies",
    "print_study",
    "simulate_with_progress",
]
