"""From factor levels to what drives the phase clocks: size, androgen brake and factor speeds.

Model sections 5.2 and 5.3. Reversible miniaturisation R and the brake Q are solved as deviations
from their untreated level, 1, so that a treatment which does nothing changes no bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import i0

from follicle_sim.biology.conditions import Condition, Pulse
from follicle_sim.codes import CYCLE, Phase
from follicle_sim.cohort import Cohort
from follicle_sim.engine.clocks import Block, Rules
from follicle_sim.numerics import log_array, relax
from follicle_sim.pharmacology.factors import FactorTable, channel
from follicle_sim.protocol.timeline import SHED_WINDOW
from follicle_sim.scenario.model import Instrument

Floats = NDArray[np.float64]

YEAR = 365.25


def engine_rules(parameters: Mapping[str, float], instrument: Instrument) -> Rules:
    """Collect what the engine needs of the biology and the instrument."""
    p = parameters
    names = [phase.name.lower() for phase in CYCLE]

    def sigma(cv: float) -> float:
        return float(np.sqrt(log_array(1.0 + cv * cv)))

    return Rules(
        mean=np.array([p[f"{name}_mean"] for name in names]),
        sigma=np.array([sigma(p[f"{name}_cv"]) for name in names]),
        gamma=np.array([-p["gamma_anagen"], p["gamma_telogen"], p["gamma_kenogen"]]),
        brake=np.array([p["brake_anagen"], -p["brake_telogen"], -p["brake_kenogen"]]),
        reversible=p["reversible_scale"],
        calibre_log_min=p["calibre_log_min"],
        calibre_log_max=p["calibre_log_max"],
        full_calibre=p["full_calibre"],
        full_calibre_sigma=sigma(p["full_calibre_cv"]),
        growth=p["growth_rate"],
        emergence_length=p["follicle_depth"] + instrument.shortest,
        detection_calibre=instrument.thinnest,
        terminal_calibre=instrument.terminal_calibre,
        shed_window=SHED_WINDOW,
        # without two images, phases are known
        resolution=instrument.resolution if instrument.regrowth else 0.0,
        regrowth=instrument.regrowth or 1.0,
    )


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
    return Drive(
        miniaturisation=parameters["progression"] * (exposure - exposure[:, [baseline]]),
        reversible=1.0 + relax(dht - 1.0, 1.0 / parameters["reversible_time"], grid),
        brake=1.0 + relax(dht - 1.0, 1.0 / parameters["brake_time"], grid),
        gain=relax(channel(levels, "calibre", table), 1.0 / parameters["calibre_time"], grid),
        log_rho=np.stack(
            [channel(levels, name, table) for name in ("anagen", "telogen", "kenogen")], axis=1
        ),
    )


def in_season(
    log_rho: Floats,
    cohort: Cohort,
    people: slice,
    grid: Floats,
    parameters: Mapping[str, float],
) -> Floats:
    """Return log_rho (S or 1, 3, T) with the season's wave on the anagen clock.

    log v_anagen gains A cos(2 pi (day of the year - peak) / year) - ln I0(A): the second term keeps
    the mean speed over a year. The wave sets in over the first year of the grid, so that the
    stationary start is that of the mean; scenarios with dates have the history for it. Nothing
    changes where the cohort has no calendar.
    """
    amplitude = parameters["season_anagen"]
    if cohort.calendar is None or amplitude == 0.0:
        return log_rho
    baseline = cohort.calendar[people]
    if (baseline == baseline[0]).all():
        baseline = baseline[:1]
    angle = 2.0 * np.pi * (baseline[:, None] + grid - parameters["season_anagen_peak"]) / YEAR
    onset = np.minimum(1.0, (grid - grid[0]) / YEAR)
    # rounded, as the last bits of a library's cosine differ between machines
    wave = amplitude * np.round(np.cos(angle), 12) - np.round(np.log(i0(amplitude)), 12)
    seasonal = np.repeat(log_rho, max(1, len(wave) // len(log_rho)), axis=0)
    seasonal[:, 0] += onset * wave
    return seasonal


def block_of(
    cohort: Cohort,
    people: slice,
    drive: Drive,
    grid: Floats,
    condition: Condition,
    parameters: Mapping[str, float],
    shock: Sequence[Pulse] = (),
    undergone: NDArray[np.bool_] | None = None,
) -> Block:
    """Return the engine's input for a slice of a cohort.

    shock : pulses that make growing hairs fall at once; not together with attacks of a condition.
    undergone : (S, K) which of these pulses each person of the slice has; None for all of them.
    """
    pulses = (*condition.attack, *shock)
    having = np.ones((1, len(pulses)), np.bool_) if undergone is None else undergone
    attack = np.zeros((len(having), grid.size))
    for pulse, has in zip(pulses, having.T, strict=True):
        # the share of each grid cell that the pulse covers: its integral is exact on any grid
        since = np.clip(grid - pulse.start, 0.0, pulse.duration)
        hazard = pulse.hazard * np.diff(since) / np.diff(grid)
        attack[:, :-1] += np.where(has[:, None], hazard, 0.0)
    return Block(
        grid=grid,
        severity=parameters["severity"] * cohort.severity[people],
        progression=cohort.progression[people],
        growth_scale=cohort.growth[people],
        pace=cohort.pace[people],
        miniaturisation=drive.miniaturisation,
        reversible=drive.reversible,
        brake=drive.brake,
        gain=drive.gain,
        log_rho=in_season(drive.log_rho, cohort, people, grid, parameters),
        attack=attack,
        destruction=np.full_like(grid, condition.destruction),
        attacked_into=int(Phase.KENOGEN if shock else Phase.CATAGEN),
    )
