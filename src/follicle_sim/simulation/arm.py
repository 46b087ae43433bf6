"""One arm of one replicate on its way through the engine: its people, their forcing, their hair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import repeat

import numpy as np

from follicle_sim.base.codes import NO_FOLLICLE
from follicle_sim.base.types import Floats
from follicle_sim.biology.factors import with_changes
from follicle_sim.biology.forcing import Drive, integrate
from follicle_sim.biology.hazards import activity_on
from follicle_sim.biology.signals import Setting
from follicle_sim.pharmacology.dosing import Habit
from follicle_sim.pharmacology.exposure import arm_factors, people_differ
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.surgery import Session
from follicle_sim.simulation.engine.agents.clocks import Block, Rules
from follicle_sim.simulation.engine.agents.grafts import Grafts
from follicle_sim.simulation.engine.agents.kernel import People, Sightings
from follicle_sim.simulation.engine.agents.sight import SEEN, TALLY_COLUMNS
from follicle_sim.simulation.engine.drive import Acts, acts_of, block_of, engine_rules, with_shock
from follicle_sim.simulation.engine.engine import AGENTS, Engine, Stop, Work
from follicle_sim.simulation.engine.expected.engine import EXPECTED
from follicle_sim.simulation.engine.run import Job, blocks
from follicle_sim.simulation.people.attendance import habit_of, visit_days
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.outbreak import Outbreak, break_out
from follicle_sim.simulation.people.own_blood import donor_strengths
from follicle_sim.simulation.record import ArmResult
from follicle_sim.simulation.surgery import (
    Moved,
    follicles_in,
    grafts_of,
    moved_by,
    sessions_undergone,
)
from follicle_sim.simulation.tracking import room_for_spells, track


def prepare_arm(protocol: Protocol, arm: PlannedArm, cohort: Cohort) -> ArmRun:
    """Make room for the results of people already drawn."""
    days = visit_days(protocol, cohort)
    habit = habit_of(protocol, cohort)
    grafts = grafts_of(arm.surgery, cohort.area, None if habit is None else habit.stops)
    moved = moved_by(arm.surgery, protocol.scalp, grafts.number, cohort.follicles)
    if moved is not None:
        grafts = grafts._replace(number=moved.planted)
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
        activity=np.empty((people, visits if protocol.condition.inflamed else 0)),
        spells=room_for_spells(protocol, people),
    )
    rules = engine_rules(protocol.parameters, protocol.instrument)
    outbreak = break_out(protocol.condition, protocol.scalp, cohort.severity, cohort.draw_names)
    donors = donor_strengths(protocol, arm, cohort)
    engine = EXPECTED if protocol.on_average else AGENTS
    return ArmRun(
        protocol, arm, rules, cohort, grafts, result, outbreak, habit, moved, engine, donors
    )


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
    moved: Moved | None = None
    engine: Engine = AGENTS
    donors: Mapping[str, Floats] = field(default_factory=dict)  # (S,) by treatment

    def jobs(self) -> Iterator[Job]:
        """Yield work on blocks of subjects; forcing that all of them share is made once."""
        protocol, shared = self.protocol, None
        potency_cv = protocol.population.variation["potency"]
        if not people_differ(self.arm, potency_cv, protocol.treatments, self.habit):
            shared = self.drive(slice(0, 1))
        own = self.own_seasons or self.outbreak.differs or self.own_ages
        nodes = 0 if shared and not own else protocol.grid.size
        follicles = int(self.cohort.follicles.max()) * len(protocol.scalp.pieces)
        for people in blocks(self.cohort.subject.size, follicles, nodes):
            yield partial(self.run, people, shared)

    @property
    def own_seasons(self) -> bool:
        """True where baselines fall on several days of the year: forcing is then each person's."""
        calendar = self.cohort.calendar
        return calendar is not None and bool((calendar != calendar[0]).any())

    @property
    def own_ages(self) -> bool:
        """True where something follows age and people differ in theirs."""
        age = self.cohort.age
        return self.protocol.condition.follows_age and age is not None and not _alike(age)

    def drive(self, people: slice) -> tuple[Floats, Drive]:
        """Return factor levels (S or 1, F, T) of a slice of subjects, and the forcing they make."""
        cohort, protocol = self.cohort, self.protocol
        varied = protocol.population.variation["potency"] > 0.0
        levels = arm_factors(
            self.arm,
            protocol.grid,
            cohort.draw_names.of(people),
            potency=self.strengths(people, cohort.potency[people] if varied else None),
            habit=None if self.habit is None else self.habit.of(people),
            overrides=protocol.potencies,
            treatments=protocol.treatments,
            table=protocol.factors,
        )
        levels = with_changes(levels, protocol.condition.signals, protocol.grid, protocol.factors)
        return levels, integrate(levels, protocol.grid, protocol.parameters, protocol.factors)

    def strengths(
        self, people: slice, potency: Floats | None
    ) -> Floats | Mapping[str, Floats] | None:
        """Return the multiplier of every effect (S,), by treatment where the donor has a say."""
        if not self.donors:
            return potency
        size = self.cohort.subject[people].size
        everybody = np.ones(size) if potency is None else potency
        names = dict.fromkeys(dose.treatment for dose in self.arm.doses)
        return {
            name: everybody * self.donors[name][people] if name in self.donors else everybody
            for name in names
        }

    def run(self, people: slice, shared: tuple[Floats, Drive] | None, stop: Stop) -> int:
        """Live the subjects of a slice and write their rows of the result; return how many."""
        levels, drive = shared or self.drive(people)
        result, scalp = self.result, self.protocol.scalp
        rows = Sightings(result.tally[people], result.phase[people], result.calibre[people])
        pieces = len(scalp.pieces)
        setting = self.setting(people, levels)
        acts = self.acts_on(people, setting)
        for piece in range(pieces):
            work = self.work(people, drive, next(acts), piece)
            sightings = rows if pieces == 1 else rows._replace(tally=np.empty_like(rows.tally))
            self.engine.live(work, sightings, stop)
            self._take(people, work, piece, sightings.tally, stop)
            if result.spells.onset.shape[1] > 0:
                track(work, result.spells, people, stop)
            if pieces > 1:
                # what a target area shows that is drawn from the whole scalp
                share = scalp.share[piece] * sightings.tally
                rows.tally[:] = share if piece == 0 else rows.tally + share
            if result.seen.shape[2] > 0:
                result.seen[people, :, piece] = sightings.tally[:, :, SEEN]
        if inflamed := self.protocol.condition.inflamed:
            active = activity_on(inflamed, setting)
            result.activity[people] = in_cells(active, self.protocol.grid, work.people.visits)
        result.factors[people] = at_visits(levels, self.protocol.grid, work.people.visits)
        return work.people.subjects.size

    def sensitivity(self, piece: int = 0) -> Floats:
        """Return androgen sensitivity (G,) of a piece's strata; grafts are a last one, of none."""
        sensitivity = self.protocol.scalp.sensitivity_of(piece) * self.protocol.sensitivity
        return np.append(sensitivity, 0.0) if self.arm.surgery else sensitivity

    def work(self, people: slice, drive: Drive, acts: Acts, piece: int) -> Work:
        """Return what an engine is asked to do for a piece of the scalps of a slice of subjects."""
        scalp, cohort, days = self.protocol.scalp, self.cohort, self.result.visits
        here = np.array([self._reaches(session, piece) for session in self.arm.surgery], np.int64)
        return Work(
            self.block(people, drive, acts, piece),
            self.sensitivity(piece),
            self.rules,
            People(
                np.array([cohort.seed, cohort.replicate, cohort.stream]),
                cohort.subject[people],
                follicles_in(scalp, piece, cohort.follicles[people]),
                days if len(days) == 1 else days[people],
                scalp.first_name(piece),
            ),
            self.grafts._replace(number=self.grafts.number[people] * here),
        )

    def _reaches(self, session: Session, piece: int) -> bool:
        """Tell whether a transplant is set into a piece; one without a region is, everywhere."""
        return session.into in ("", *self.protocol.scalp.areas[piece : piece + 1])

    def _take(self, people: slice, work: Work, piece: int, tally: Floats, stop: Stop) -> None:
        """Take from a tally (S, V, TALLY_COLUMNS) of the donor area what has left it.

        Those that leave are the first of the piece by name: they have lived as in any other arm,
        and are counted up to the day on which they go.
        """
        scalp, moved = self.protocol.scalp, self.moved
        if moved is None or scalp.donor is None or scalp.areas[piece] != scalp.donor.area:
            return
        days = work.people.visits
        ends = [session.day for session in self.arm.surgery[1:]] + [np.inf]
        for k, session in enumerate(self.arm.surgery):
            gone = (days > session.day) & (days <= ends[k])
            taken = moved.taken[people, k]
            if not (gone.any() and taken.any()):
                continue
            theirs = work._replace(
                people=work.people._replace(follicles=taken),
                grafts=work.grafts._replace(number=np.zeros_like(work.grafts.number)),
            )
            seen = Sightings(
                np.empty_like(tally),
                np.empty((*tally.shape[:2], 0), np.uint8),
                np.empty((*tally.shape[:2], 0), np.float32),
            )
            self.engine.live(theirs, seen, stop)
            tally -= np.where(gone[:, :, None], seen.tally, 0.0)

    def block(self, people: slice, drive: Drive, acts: Acts, piece: int = 0) -> Block:
        """Return what drives the follicles of a piece of the scalps of a slice of subjects."""
        protocol = self.protocol
        return block_of(
            self.cohort,
            people,
            drive,
            protocol.grid,
            protocol.parameters,
            acts,
            protocol.severity_map.exposure(piece, miniaturised(protocol, self.cohort, people)),
        )

    def setting(self, people: slice, levels: Floats) -> Setting:
        """Return what the hazards on a slice of subjects depend on, wherever on the scalp."""
        protocol, outbreak = self.protocol, self.outbreak
        age = None if self.cohort.age is None else self.cohort.age[people]
        lag = None if outbreak.patchwork is None else outbreak.patchwork.lag
        return Setting(
            grid=protocol.grid,
            levels=levels,
            table=protocol.factors,
            shifts={number: z[people] for number, z in outbreak.shifts.items()},
            strength={number: factor[people] for number, factor in outbreak.strength.items()},
            sensitivity=protocol.sensitivity,
            lag=None if lag is None else lag[people],
            age=age[:1] if age is not None and _alike(age) else age,
        )

    def acts_on(
        self, people: slice, setting: Setting, sensitivity: Floats | None = None
    ) -> Iterator[Acts]:
        """Yield what condition and surgery do to each piece of the scalps of a slice of subjects.

        Where there are neither patches nor regions it is the same in every piece.

        sensitivity : (G,) of other strata than those of the pieces
        """
        protocol, patchwork = self.protocol, self.outbreak.patchwork
        strata = [
            self.sensitivity(piece) if sensitivity is None else sensitivity
            for piece in range(len(protocol.scalp.pieces))
        ]
        if patchwork is None and not protocol.scalp.regional:
            yield from repeat(self.acts(people, replace(setting, sensitivity=strata[0]), 0))
            return
        awake = None if patchwork is None else patchwork.awake(people, protocol.grid)
        for piece, own in enumerate(strata):
            here = replace(setting, sensitivity=own)
            if patchwork is not None and awake is not None:
                factor = patchwork.factor[people, piece]
                here = replace(here, awake=awake[:, piece], patch=factor)
            yield self.acts(people, here, piece)

    def acts(self, people: slice, setting: Setting, piece: int) -> Acts:
        """Return what condition and surgery do to a piece of the scalps of a slice of subjects."""
        acts = acts_of(self.protocol.condition, setting)
        surgery = [session for session in self.arm.surgery if self._reaches(session, piece)]
        if not surgery:
            return acts
        undergone = np.ones((1, len(surgery)), np.bool_)
        if self.habit is not None:
            undergone = sessions_undergone(surgery, self.habit.stops[people])
        shocks = [session.shock for session in surgery]
        return replace(acts, attack=with_shock(acts.attack, shocks, setting.grid, undergone))


def in_cells(cells: Floats, grid: Floats, visits: Floats) -> Floats:
    """Return values (S or 1, V) of the cells (S or 1, T - 1) that visits (S or 1, V) fall into."""
    cell = np.clip(np.searchsorted(grid, visits, side="right") - 1, 0, grid.size - 2)
    wide = np.broadcast_to(cells, (max(len(cells), len(visits)), cells.shape[1]))
    return np.take_along_axis(wide, np.broadcast_to(cell, (len(wide), cell.shape[1])), axis=1)


def miniaturised(protocol: Protocol, cohort: Cohort, people: slice) -> Floats:
    """Return how severe pattern hair loss is in some people, (S,) multiples of the fitted.

    It is their severity, but where that is one of something else.
    """
    severity = cohort.severity[people]
    other = protocol.condition.miniaturised
    return severity if other is None else np.full_like(severity, other)


def _alike(values: Floats) -> bool:
    return bool((values == values[0]).all())


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
