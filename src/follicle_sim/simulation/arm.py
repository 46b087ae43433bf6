"""One arm of one replicate on its way through the engine: its people, their forcing, their hair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

import numpy as np

from follicle_sim.base.codes import NO_FOLLICLE
from follicle_sim.base.types import Floats
from follicle_sim.biology.forcing import Drive, integrate
from follicle_sim.biology.signals import Setting
from follicle_sim.pharmacology.dosing import Habit
from follicle_sim.pharmacology.exposure import arm_factors, people_differ
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.simulation.engine.agents.clocks import Block, Rules
from follicle_sim.simulation.engine.agents.grafts import Grafts
from follicle_sim.simulation.engine.agents.kernel import People, Sightings
from follicle_sim.simulation.engine.agents.sight import SEEN, TALLY_COLUMNS
from follicle_sim.simulation.engine.drive import Acts, acts_of, block_of, engine_rules, with_shock
from follicle_sim.simulation.engine.engine import AGENTS, Engine, Stop, Work
from follicle_sim.simulation.engine.run import Job, blocks
from follicle_sim.simulation.people.attendance import habit_of, visit_days
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.outbreak import Outbreak, break_out
from follicle_sim.simulation.record import ArmResult
from follicle_sim.simulation.surgery import grafts_of, sessions_undergone


def prepare_arm(protocol: Protocol, arm: PlannedArm, cohort: Cohort) -> ArmRun:
    """Make room for the results of people already drawn."""
    days = visit_days(protocol, cohort)
    habit = habit_of(protocol, cohort)
    grafts = grafts_of(arm.surgery, cohort.area, None if habit is None else habit.stops)
    widest = int((cohort.follicles + grafts.number.sum(axis=1)).max())
    people, visits, pieces = cohort.subject.size, days.shape[1], len(protocol.scalp.pieces)
    follicles = widest if protocol.record.follicles else 0
    result = ArmResult(
        cohort=cohort,
        visits=days,
        tally=np.empty((people, visits, TALLY_COLUMNS)),
        factors=np.empty((people, visits, len(protocol.factors.names))),
        phase=np.full((people, visits, follicles), NO_FOLLICLE, np.uint8),
        calibre=np.zeros((people, visits, follicles), np.float32),
        seen=np.empty((people, visits, pieces if covers(protocol) else 0)),
    )
    rules = engine_rules(protocol.parameters, protocol.instrument)
    outbreak = break_out(protocol.condition, protocol.scalp, cohort.severity, cohort.draw_names)
    return ArmRun(protocol, arm, rules, cohort, grafts, result, outbreak, habit)


@dataclass(frozen=True)
class ArmRun:
    """People of an arm, what is done to them, and the room for what they show."""

    protocol: Protocol
    arm: PlannedArm
    rules: Rules
    cohort: Cohort
    grafts: Grafts
    result: ArmResult
    outbreak: Outbreak
    habit: Habit | None = None
    engine: Engine = AGENTS

    def jobs(self) -> Iterator[Job]:
        """Yield work on blocks of subjects; forcing that all of them share is made once."""
        protocol, shared = self.protocol, None
        potency_cv = protocol.population.variation["potency"]
        if not people_differ(self.arm, potency_cv, protocol.treatments, self.habit):
            shared = self.drive(slice(0, 1))
        own = self.own_seasons or self.outbreak.differs
        nodes = 0 if shared and not own else protocol.grid.size
        follicles = int(self.cohort.follicles.max()) * len(protocol.scalp.pieces)
        for people in blocks(self.cohort.subject.size, follicles, nodes):
            yield partial(self.run, people, shared)

    @property
    def own_seasons(self) -> bool:
        """True where baselines fall on several days of the year: forcing is then each person's."""
        calendar = self.cohort.calendar
        return calendar is not None and bool((calendar != calendar[0]).any())

    def drive(self, people: slice) -> tuple[Floats, Drive]:
        """Return factor levels (S or 1, F, T) of a slice of subjects, and the forcing they make."""
        cohort, protocol = self.cohort, self.protocol
        varied = protocol.population.variation["potency"] > 0.0
        levels = arm_factors(
            self.arm,
            protocol.grid,
            cohort.draw_names.of(people),
            potency=cohort.potency[people] if varied else None,
            habit=None if self.habit is None else self.habit.of(people),
            overrides=protocol.potencies,
            treatments=protocol.treatments,
            table=protocol.factors,
        )
        return levels, integrate(levels, protocol.grid, protocol.parameters, protocol.factors)

    def run(self, people: slice, shared: tuple[Floats, Drive] | None, stop: Stop) -> int:
        """Live the subjects of a slice and write their rows of the result; return how many."""
        levels, drive = shared or self.drive(people)
        result, scalp = self.result, self.protocol.scalp
        rows = Sightings(result.tally[people], result.phase[people], result.calibre[people])
        pieces = len(scalp.pieces)
        acts = self.acts_on(people, levels, self.sensitivity)
        for piece in range(pieces):
            work = self.work(people, drive, next(acts), piece)
            sightings = rows if pieces == 1 else rows._replace(tally=np.empty_like(rows.tally))
            self.engine.live(work, sightings, stop)
            if pieces > 1:
                # what a target area shows that is drawn from the whole scalp
                share = scalp.share[piece] * sightings.tally
                rows.tally[:] = share if piece == 0 else rows.tally + share
            if result.seen.shape[2] > 0:
                result.seen[people, :, piece] = sightings.tally[:, :, SEEN]
        result.factors[people] = at_visits(levels, self.protocol.grid, work.people.visits)
        return work.people.subjects.size

    @property
    def sensitivity(self) -> Floats:
        """Androgen sensitivity (G,) of each stratum; grafts are a last one, that has none."""
        sensitivity = self.protocol.sensitivity
        return np.append(sensitivity, 0.0) if self.arm.surgery else sensitivity

    def work(self, people: slice, drive: Drive, acts: Acts, piece: int) -> Work:
        """Return what an engine is asked to do for a piece of the scalps of a slice of subjects."""
        protocol, cohort, days = self.protocol, self.cohort, self.result.visits
        return Work(
            self.block(people, drive, acts),
            self.sensitivity,
            self.rules,
            People(
                np.array([cohort.seed, cohort.replicate, cohort.stream]),
                cohort.subject[people],
                cohort.follicles[people],
                days if len(days) == 1 else days[people],
                protocol.scalp.first_name(piece),
            ),
            self.grafts._replace(number=self.grafts.number[people]),
        )

    def block(self, people: slice, drive: Drive, acts: Acts) -> Block:
        """Return what drives the follicles of a piece of the scalps of a slice of subjects."""
        protocol = self.protocol
        return block_of(
            self.cohort,
            people,
            drive,
            protocol.grid,
            protocol.parameters,
            acts,
            protocol.condition.miniaturised,
        )

    def acts_on(self, people: slice, levels: Floats, sensitivity: Floats) -> Iterator[Acts]:
        """Yield what condition and surgery do to each piece of the scalps of a slice of subjects.

        Where there are no patches it is the same in every piece.
        """
        protocol, outbreak, patchwork = self.protocol, self.outbreak, self.outbreak.patchwork
        setting = Setting(
            grid=protocol.grid,
            levels=levels,
            table=protocol.factors,
            shifts={number: z[people] for number, z in outbreak.shifts.items()},
            strength={number: factor[people] for number, factor in outbreak.strength.items()},
            sensitivity=sensitivity,
        )
        if patchwork is None:
            yield from repeat(self.acts(people, setting))
            return
        awake = patchwork.awake(people, protocol.grid)
        if patchwork.lag is not None:
            setting = replace(setting, lag=patchwork.lag[people])
        for piece in range(awake.shape[1]):
            factor = patchwork.factor[people, piece]
            yield self.acts(people, replace(setting, awake=awake[:, piece], patch=factor))

    def acts(self, people: slice, setting: Setting) -> Acts:
        """Return what condition and surgery do to a slice of subjects in a setting."""
        acts, surgery = acts_of(self.protocol.condition, setting), self.arm.surgery
        if not surgery:
            return acts
        undergone = np.ones((1, len(surgery)), np.bool_)
        if self.habit is not None:
            undergone = sessions_undergone(surgery, self.habit.stops[people])
        shocks = [session.shock for session in surgery]
        return replace(acts, attack=with_shock(acts.attack, shocks, setting.grid, undergone))


def covers(protocol: Protocol) -> bool:
    """Tell whether it is recorded how much of each piece of scalp is covered by hair."""
    return protocol.condition.patches is not None or len(protocol.scalp.pieces) > 1


def at_visits(levels: Floats, grid: Floats, visits: Floats) -> Floats:
    """Return factor levels at the visits, linear between grid times.

    levels : (S or 1, F, T); visits : (S or 1, V) day. Returns (S or 1, V, F).
    """
    cell = np.clip(np.searchsorted(grid, visits, side="right") - 1, 0, grid.size - 2)
    share = ((visits - grid[cell]) / (grid[cell + 1] - grid[cell]))[:, :, None]
    person = np.arange(len(levels))[:, None]
    low, high = levels[person, :, cell], levels[person, :, cell + 1]
    return np.asarray(low + share * (high - low))
