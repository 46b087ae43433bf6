"""What the command line prints: progress, tables, scenarios, trials and treatments."""

from follicle_sim.console.explain import explain_with_status, print_explanation
from follicle_sim.console.inference import print_calibration, print_sensitivity
from follicle_sim.console.progress import simulate_with_progress, watched
from follicle_sim.console.run import print_run
from follicle_sim.console.scenario import print_scenario
from follicle_sim.console.scoreboard import (
    print_scoreboard,
    print_worsened,
    scoreboard_progress,
)
from follicle_sim.console.treatments import print_treatment, print_treatments
from follicle_sim.console.trials import print_studies, print_study

__all__ = [
    "explain_with_status",
    "print_calibration",
    "print_explanation",
    "print_run",
    "print_scenario",
    "print_scoreboard",
    "print_sensitivity",
    "print_studies",
    "print_study",
    "print_treatment",
    "print_treatments",
    "print_worsened",
    "scoreboard_progress",
    "simulate_with_progress",
    "watched",
]
