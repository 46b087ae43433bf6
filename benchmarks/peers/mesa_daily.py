"""The same biology as a Mesa agent model: one Agent a follicle, a step of one day.

Written as Mesa's tutorials do, with the cheap choices taken: `agents.do` without shuffling, since
follicles do not meet; speeds as nested lists, which plain Python reads faster than arrays; no data
collector, only sums at the visits.
"""

import math

import mesa
import numpy as np
from numpy.typing import NDArray
from workload import Floats, Workload

from follicle_sim.simulation.engine.agents.clocks import ANAGEN, KENOGEN, TELOGEN
from follicle_sim.simulation.engine.agents.sight import (
    CALIBRE_SUM,
    GROWS,
    GROWTH_SUM,
    PHASES,
    SEEN,
    SEEN_ANAGEN,
    SHED,
    TALLY_COLUMNS,
    TERMINAL,
    WEIGHT_SUM,
)
from peers.daily import daily_tables


class Follicle(mesa.Agent):
    """One follicle, started from the stationary law at the speeds of the first day."""

    def __init__(self, model: "Scalp") -> None:
        super().__init__(model)
        draws, rules = model.draws, model.rules
        self.stratum = int(draws.integers(model.strata))
        spread = rules.full_calibre_sigma
        self.full = rules.full_calibre * math.exp(
            spread * draws.standard_normal() - 0.5 * spread**2
        )
        speed = [model.speed[p][self.stratum] for p in range(4)]
        weight = np.array(model.mean) / speed
        self.phase = int(draws.choice(4, p=weight / weight.sum()))
        sigma = model.sigma[self.phase]
        whole = model.mean[self.phase] * math.exp(sigma * draws.standard_normal() + 0.5 * sigma**2)
        elapsed = draws.random() * whole
        days = elapsed / speed[self.phase]
        self.left = whole - elapsed
        self.length = 0.0
        if self.phase == ANAGEN:
            self.length = days * rules.growth * model.calibre[self.stratum]
        self.shed = model.day - days if self.phase == KENOGEN else -math.inf
        self.club = model.calibre[self.stratum]

    def step(self) -> None:
        """Live one day."""
        model = self.model
        if self.phase == ANAGEN:
            self.length += model.growth[self.stratum]
        self.left -= model.speed[self.phase][self.stratum]
        if self.left <= 0.0:
            self.turn(model)

    def turn(self, model: "Scalp") -> None:
        """Enter the next phase; the rest of the day counts towards it."""
        rest = self.left / model.speed[self.phase][self.stratum]
        if self.phase == ANAGEN:
            self.club = model.calibre[self.stratum]
        elif self.phase == TELOGEN:
            self.shed = model.day + 1.0
        elif self.phase == KENOGEN:
            self.length = 0.0
        self.phase = (self.phase + 1) % 4
        sigma = model.sigma[self.phase]
        z = model.draws.standard_normal()
        whole = model.mean[self.phase] * math.exp(sigma * z - 0.5 * sigma * sigma)
        self.left = whole + rest * model.speed[self.phase][self.stratum]


class Scalp(mesa.Model):
    """The follicles of all people of a workload, who are alike."""

    def __init__(self, work: Workload, seed: int) -> None:
        super().__init__(seed=seed)
        self.draws = np.random.default_rng(seed)
        self.rules = work.rules
        self.mean = work.rules.mean.tolist()
        self.sigma = work.rules.sigma.tolist()
        self.strata = work.sensitivity.size
        self.tables = daily_tables(work)
        self.days = self.tables.days
        self.growth_scale = float(work.block.growth_scale[0])
        self.show_day(0)
        Follicle.create_agents(self, int(work.follicles.sum()))

    def show_day(self, d: int) -> None:
        """Set the speeds, calibre and growth that follicles read on day number d."""
        self.day = float(self.days[d])
        self.speed = self.tables.speed[d].tolist()
        self.calibre = self.tables.calibre[d].tolist()
        self.growth = (self.rules.growth * self.growth_scale * self.tables.calibre[d]).tolist()

    def step(self) -> None:
        """Let every follicle live one day."""
        self.agents.do("step")

    def see(self) -> Floats:
        """Return what the instrument sees, (TALLY_COLUMNS,)."""
        rules, scale = self.rules, self.growth_scale
        tally = [0.0] * TALLY_COLUMNS
        for f in self.agents:
            growing = f.phase == ANAGEN
            relative = self.calibre[f.stratum] if growing else f.club
            calibre = f.full * relative
            tally[PHASES + f.phase] += 1.0
            if self.day - f.shed < rules.shed_window:
                tally[SHED] += 1.0
            shown = f.length >= rules.emergence_length if growing else f.phase < KENOGEN
            if not shown or calibre < rules.detection_calibre:
                continue
            tally[SEEN] += 1.0
            tally[CALIBRE_SUM] += calibre
            if calibre >= rules.terminal_calibre:
                tally[TERMINAL] += 1.0
            if growing:
                tally[SEEN_ANAGEN] += 1.0
                tally[GROWS] += 1.0
                tally[GROWTH_SUM] += rules.growth * scale * relative
                tally[WEIGHT_SUM] += (calibre / rules.full_calibre) ** 2 * scale * relative
        return np.array(tally)


def run_mesa(work: Workload, seed: int = 1) -> NDArray[np.float64]:
    """Run the model; return tallies (1, V, TALLY_COLUMNS) of all people together."""
    model = Scalp(work, seed)
    visit_of = {day: v for v, day in enumerate(work.visits)}
    tallies = np.empty((1, work.visits.size, TALLY_COLUMNS))
    for d, day in enumerate(model.days):
        if d > 0:
            model.step()
            model.show_day(d)
        if day in visit_of:
            tallies[0, visit_of[day]] = model.see()
    return tallies
