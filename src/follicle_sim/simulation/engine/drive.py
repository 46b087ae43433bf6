"""The engine's door: people, biology, forcing and instrument become the arrays it works on."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import CYCLE, Phase
from follicle_sim.base.numerics import log_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.conditions import Condition, Pulse
from follicle_sim.biology.forcing import Drive, in_season
from follicle_sim.protocol.timeline import SHED_WINDOW
from follicle_sim.scenario.model import Instrument
from follicle_sim.simulation.engine.agents.clocks import Block, Rules
from follicle_sim.simulation.people.cohort import Cohort


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


def block_of(
    cohort: Cohort,
    people: slice,
    drive: Drive,
    grid: Floats,
    condition: Condition,
    parameters: Mapping[str, float],
    shock: Sequence[Pulse] = (),
    sessions_undergone: NDArray[np.bool_] | None = None,
) -> Block:
    """Return the engine's input for a slice of a cohort.

    shock : pulses that make growing hairs fall at once; not together with attacks of a condition.
    sessions_undergone : (S, K) which of these pulses each person has; None for all of them.
    """
    pulses = (*condition.attack, *shock)
    having = (
        np.ones((1, len(pulses)), np.bool_) if sessions_undergone is None else sessions_undergone
    )
    attack = np.zeros((len(having), grid.size))
    for pulse, has in zip(pulses, having.T, strict=True):
        # the share of each grid cell that the pulse covers: its integral is exact on any grid
        since = np.clip(grid - pulse.start, 0.0, pulse.duration)
        hazard = pulse.hazard * np.diff(since) / np.diff(grid)
        attack[:, :-1] += np.where(has[:, None], hazard, 0.0)
    calendar = None if cohort.calendar is None else cohort.calendar[people]
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
        log_rho=in_season(drive.log_rho, calendar, grid, parameters),
        attack=attack,
        destruction=np.full_like(grid, condition.destruction),
        attacked_into=int(Phase.KENOGEN if shock else Phase.CATAGEN),
    )
