"""Drives the compiled engine without a scenario: chosen rules, forcing and start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import CYCLE
from follicle_sim.simulation.engine.agents.birth import initialise
from follicle_sim.simulation.engine.agents.clocks import (
    Clocks,
    Forcing,
    Rules,
    allocate_clocks,
    build_clocks,
)
from follicle_sim.simulation.engine.agents.grafts import no_grafts
from follicle_sim.simulation.engine.agents.kernel import Person, Sightings, live
from follicle_sim.simulation.engine.agents.sight import PHASES, SHED, TALLY_COLUMNS
from follicle_sim.simulation.engine.agents.state import STATE

Floats = NDArray[np.float64]
Name = tuple[int, int, int, int]
Start = Callable[[Any, Clocks, Rules, Name], None]

HUMAN_MEANS = (1000.0, 18.0, 100.0, 48.0)
HUMAN_CVS = (0.35, 0.2, 0.3, 0.8)
NOBODY = (1, 0, 0, 0)
NO_COUNTS = np.zeros(0, np.int64)
"""Grafts of each session where there is none."""


def healthy_rules(
    mean: Sequence[float] = HUMAN_MEANS, cv: Sequence[float] = HUMAN_CVS, **changes: Any
) -> Rules:
    """Return rules of follicles that are seen in every phase but kenogen, calibre 80 um."""
    rules = Rules(
        mean=np.array(mean, dtype=float),
        sigma=np.sqrt(np.log1p(np.square(cv))),
        gamma=np.array([-4.0, 0.15, 0.55]),
        brake=np.array([0.19, -0.14, -0.46]),
        reversible=0.15,
        calibre_log_min=-2.0,
        calibre_log_max=0.2,
        full_calibre=80.0,
        full_calibre_sigma=0.2,
        growth=0.37,
        emergence_length=5.0,
        detection_calibre=0.0,
        terminal_calibre=30.0,
        shed_window=28.0,
        resolution=0.0,
        regrowth=1.0,
    )
    return rules._replace(**changes)


def forcing_on(grid: Floats, **changes: Any) -> Forcing:
    """Return forcing of a healthy, untreated person; `changes` replace fields."""
    nothing = np.zeros(grid.size)
    return Forcing(
        grid=grid,
        miniaturisation=nothing,
        reversible=nothing,
        brake=nothing,
        gain=nothing,
        log_rho=np.zeros((3, grid.size)),
        attack=nothing[None],
        destruction=nothing[None],
        falls=nothing[None],
        shaft=nothing,
        growth_scale=1.0,
        pace=np.zeros(3),
    )._replace(**{name: _by_stratum(name, value) for name, value in changes.items()})


def _by_stratum(name: str, value: Any) -> Any:
    """Return a hazard with its axis of strata, which a hazard that all share may leave out."""
    return np.atleast_2d(value) if name in ("attack", "destruction", "falls") else value


def clocks_of(forcing: Forcing, rules: Rules, sensitivity: Sequence[float] = (0.0,)) -> Clocks:
    """Return clock tables of their own memory."""
    room = allocate_clocks(len(sensitivity), forcing.grid.size)
    return build_clocks(room, forcing, np.array(sensitivity, dtype=float), rules)


def step_at_zero(grid: Floats, phase: int, factor: float) -> tuple[Floats, Floats]:
    """Return a grid and log_rho (3, T) by which one clock changes its speed at once on day 0."""
    grid = np.union1d(grid, [0.0, 1e-6])
    log_rho = np.zeros((3, grid.size))
    log_rho[{0: 0, 2: 1, 3: 2}[phase], grid > 0.0] = np.log(factor)
    return grid, log_rho


def stationary(state: Any, clocks: Clocks, rules: Rules, name: Name) -> None:
    """Start by the exact stationary law."""
    initialise(state, clocks, rules, name, True)


def synchronised(state: Any, clocks: Clocks, rules: Rules, name: Name) -> None:
    """Start with every follicle at the beginning of anagen."""
    initialise(state, clocks, rules, name, False)


def started(
    clocks: Clocks, rules: Rules, follicles: int, name: Name = NOBODY, start: Start = stationary
) -> Any:
    """Return the state of one subject's follicles at the start of the grid."""
    state = np.zeros(follicles, STATE)
    start(state, clocks, rules, name)
    return state


@dataclass(frozen=True)
class Lived:
    """What S subjects of N follicles went through, seen at V visits."""

    visits: Floats  # (V,) day
    tally: Floats  # (S, V, TALLY_COLUMNS)

    @property
    def follicles(self) -> float:
        """Follicles of one subject."""
        return float(self.tally[0, 0, PHASES:].sum())

    @property
    def shares(self) -> Floats:
        """Share of each subject's follicles in each living phase, (S, V, 4)."""
        return self.tally[:, :, PHASES : PHASES + len(CYCLE)] / self.follicles

    @property
    def pooled(self) -> Floats:
        """Share of all follicles in each living phase, (V, 4)."""
        return self.shares.mean(axis=0)

    @property
    def shed(self) -> Floats:
        """Hairs shed in the window before each visit, all subjects, (V,)."""
        return self.tally[:, :, SHED].sum(axis=0)


def lived(
    clocks: Clocks,
    rules: Rules,
    visits: Sequence[float] | Floats,
    *,
    follicles: int,
    subjects: int = 1,
    start: Start = stationary,
    seed: int = 1,
) -> Lived:
    """Let subjects with the same clocks live through all visits."""
    visits = np.asarray(visits, dtype=float)
    tally = np.empty((subjects, visits.size, TALLY_COLUMNS))
    for subject in range(subjects):
        name = (seed, 0, 0, subject)
        state = started(clocks, rules, follicles, name, start)
        live_through(state, clocks, rules, name, visits, tally[subject])
    return Lived(visits, tally)


def live_through(
    state: Any,
    clocks: Clocks,
    rules: Rules,
    name: Name,
    visits: Floats,
    tally: Floats,
    scale: float = 1.0,
) -> int:
    """Call the engine's `live` without a record of single follicles; return its events."""
    none = np.empty((visits.size, 0), np.uint8), np.empty((visits.size, 0), np.float32)
    stop = np.zeros(1, np.uint8)
    person, seen = Person(name, scale, visits, NO_COUNTS), Sightings(tally, *none)
    events = live(state, clocks, rules, person, no_grafts(), seen, stop)
    return int(events)
