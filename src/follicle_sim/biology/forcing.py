"""From factor levels to what drives the phase clocks: size, androgen brake and factor speeds.

Model sections 5.2 and 5.3. Reversible miniaturisation R and the brake Q are solved as deviations
from their untreated level, 1, so that a treatment which does nothing changes no bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import i0

from follicle_sim.base.numerics import relax
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.biology.factors import FactorTable, channel


@dataclass(frozen=True)
class Drive:
    """Forcing shared by people whose factor levels are equal; first axis S or 1."""

    miniaturisation: Floats  # (S, T) at progression 1, 0 at baseline
    reversible: Floats  # (S, T)
    brake: Floats  # (S, T)
    gain: Floats  # (S, T)
    log_rho: Floats  # (S, 3, T)


def integrate(
    levels: Floats, grid: Floats, parameters: Mapping[str, float], table: FactorTable
) -> Drive:
    """Turn factor levels (S, F, T) into the variables of model sections 5.2 and 5.3."""
    dht = levels[:, table.index("DHT")]
    steps = 0.5 * np.diff(grid) * (dht[:, 1:] + dht[:, :-1])
    exposure = np.concatenate([np.zeros((len(dht), 1)), np.cumsum(steps, axis=1)], axis=1)
    baseline = int(np.searchsorted(grid, 0.0))
    settled = dht[:, 0] - 1.0  # 0, unless a condition has changed the level since long before
    return Drive(
        miniaturisation=parameters["progression"] * (exposure - exposure[:, [baseline]]),
        reversible=1.0 + relax(dht - 1.0, 1.0 / parameters["reversible_time"], grid, settled),
        brake=1.0 + relax(dht - 1.0, 1.0 / parameters["brake_time"], grid, settled),
        gain=relax(channel(levels, "calibre", table), 1.0 / parameters["calibre_time"], grid),
        log_rho=np.stack(
            [channel(levels, name, table) for name in ("anagen", "telogen", "kenogen")], axis=1
        ),
    )


def in_season(
    log_rho: Floats, calendar: Floats | None, grid: Floats, parameters: Mapping[str, float]
) -> Floats:
    """Return log_rho (S or 1, 3, T) with the season's waves on the anagen and telogen clocks.

    log v gains A cos(2 pi (day of the year - peak) / year) - ln I0(A): the second term keeps the
    mean speed over a year. One wave ends anagen, the other lets club hairs go. Both set in over the
    first year of the grid, so that the stationary start is that of the mean; scenarios with dates
    have the history for it. Nothing changes without a calendar: the day of the year (S,) of each
    baseline, 1 January being 0.
    """
    if calendar is None:
        return log_rho
    baseline = calendar
    if (baseline == baseline[0]).all():
        baseline = baseline[:1]
    seasonal = log_rho
    for row, name in enumerate(("season_anagen", "season_telogen")):
        amplitude, peak = parameters[name], parameters[f"{name}_peak"]
        if amplitude == 0.0:
            continue
        angle = 2.0 * np.pi * (baseline[:, None] + grid - peak) / YEAR
        onset = np.minimum(1.0, (grid - grid[0]) / YEAR)
        # rounded, as the last bits of a library's cosine differ between machines
        wave = amplitude * np.round(np.cos(angle), 12) - np.round(np.log(i0(amplitude)), 12)
        if seasonal is log_rho:
            seasonal = np.repeat(log_rho, max(1, len(wave) // len(log_rho)), axis=0)
        seasonal[:, row] += onset * wave
    return seasonal
