"""Figures: functions `plot_x(data, ax=None) -> ax` for notebooks, the command line and papers.

None of them shows a window, touches pyplot or changes matplotlib's settings for anybody else.
"""

from follicle_sim.figures.chain import plot_chain
from follicle_sim.figures.comparison import plot_comparison
from follicle_sim.figures.culture import plot_culture
from follicle_sim.figures.difference import plot_difference
from follicle_sim.figures.durations import plot_phase_durations
from follicle_sim.figures.exposure_response import plot_exposure_response
from follicle_sim.figures.fit import plot_fit
from follicle_sim.figures.follicle_fit import plot_follicle_fit
from follicle_sim.figures.heads import plot_heads
from follicle_sim.figures.multiples import plot_small_multiples
from follicle_sim.figures.npde import plot_npde
from follicle_sim.figures.papilla import plot_papilla
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.phases import plot_phases
from follicle_sim.figures.trajectories import plot_density
from follicle_sim.figures.who_responds import plot_who_responds

__all__ = [
    "plot_chain",
    "plot_comparison",
    "plot_culture",
    "plot_density",
    "plot_difference",
    "plot_exposure_response",
    "plot_fit",
    "plot_follicle_fit",
    "plot_heads",
    "plot_npde",
    "plot_papilla",
    "plot_phase_durations",
    "plot_phases",
    "plot_small_multiples",
    "plot_who_responds",
    "save_figure",
]
