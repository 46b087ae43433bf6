"""The engine's door: people, biology, forcing and instrument become the arrays it works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.codes import CYCLE
from follicle_sim.base.numerics import log_array
from follicle_sim.base.types import Flags, Floats
from follicle_sim.biology.calibre_changes import calibre_changes
from follicle_sim.biology.clock_changes import clock_changes
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.forcing import Drive, in_season
from follicle_sim.biology.hazards import Struck, hazards_on
from follicle_sim.biology.signals import Setting
from follicle_sim.protocol.surgery import Shock
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


@dataclass(frozen=True)
class Acts:
    """What is done to the follicles of some people, besides what their cycle is driven by.

    attack, loss : hazards on growing hairs, and on follicles
    clocks : (S or 1, 3, T) added to the log speed of the clocks; None where nothing is
    shaft : (S or 1, T) log of the full size of shafts at each age; None where it does not change
    """

    attack: Struck
    loss: Struck
    clocks: Floats | None = None
    shaft: Floats | None = None


def block_of(
    cohort: Cohort,
    people: slice,
    drive: Drive,
    grid: Floats,
    parameters: Mapping[str, float],
    acts: Acts,
    severity: Floats | None = None,
) -> Block:
    """Return the engine's input for a slice of a cohort.

    acts : what their condition and their surgery do to them
    severity : (S,) multiples of miniaturisation in place of the cohort's severity
    """
    calendar = None if cohort.calendar is None else cohort.calendar[people]
    log_rho = in_season(drive.log_rho, calendar, grid, parameters)
    return Block(
        grid=grid,
        severity=parameters["severity"]
        * (cohort.severity[people] if severity is None else severity),
        progression=cohort.progression[people],
        growth_scale=cohort.growth[people],
        pace=cohort.pace[people],
        miniaturisation=drive.miniaturisation,
        reversible=drive.reversible,
        brake=drive.brake,
        gain=drive.gain,
        log_rho=log_rho if acts.clocks is None else log_rho + acts.clocks,
        attack=acts.attack.rate,
        destruction=acts.loss.rate,
        falls=acts.attack.falls,
        shaft=np.zeros((1, grid.size)) if acts.shaft is None else acts.shaft,
    )


def acts_of(condition: Condition, setting: Setting) -> Acts:
    """Return what a condition does in a setting."""
    return Acts(
        hazards_on(condition.attacks, setting),
        hazards_on(condition.losses, setting, first=len(condition.attacks)),
        clock_changes(condition.clocks, setting, condition.attacks),
        calibre_changes(condition.calibres, setting),
    )


def with_shock(attack: Struck, shocks: Sequence[Shock], grid: Floats, undergone: Flags) -> Struck:
    """Return attacks with those of surgery, under which growing hairs fall at once.

    undergone : (S or 1, K) which of these each person has
    """
    shock = np.zeros((len(undergone), 1, grid.size))
    for pulse, has in zip(shocks, undergone.T, strict=True):
        # the share of each grid cell that the pulse covers: its integral is exact on any grid
        since = np.clip(grid - pulse.start, 0.0, pulse.duration)
        hazard = pulse.hazard * np.diff(since) / np.diff(grid)
        shock[:, 0, :-1] += np.where(has[:, None], hazard, 0.0)
    total = attack.rate + shock
    falling = attack.rate * attack.falls + shock
    falls = np.divide(falling, total, out=np.zeros_like(total), where=total > 0.0)
    return Struck(total, np.minimum(falls, 1.0))
