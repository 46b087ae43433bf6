"""From dose events to the level of one treatment where it acts, and to its mean effect."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.types import Floats
from follicle_sim.pharmacology.disposition import concentration
from follicle_sim.pharmacology.dosing import DoseEvents, DoseLike, Habit, doses_taken
from follicle_sim.pharmacology.effect import emax, inhibited_share
from follicle_sim.pharmacology.opening import Sessions, multipliers
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.pharmacology.treatment_parts import Emax
from follicle_sim.pharmacology.variability import batch_multipliers, cv_of, lot_multipliers

SUBSTEP = 0.125
"""Longest step, day, on which an effect is computed.

Effects bend with concentration and concentration swings within a day (finasteride's half-life is
6 h), so a daily mean would overstate the effect: it is averaged over the forcing step afterwards.
"""


@dataclass(frozen=True)
class Acting:
    """One treatment as it is given in an arm.

    schedule : its doses with their events
    sessions : those of other treatments in the same arm that open the skin for it
    """

    treatment: Treatment
    schedule: tuple[tuple[DoseLike, DoseEvents], ...]
    sessions: tuple[Sessions, ...] = ()

    @property
    def taken_alike(self) -> bool:
        """True where everybody gets the same: every dose, every opening session, every lot."""
        sessions = all(session.alike for session in self.sessions)
        doses = (dose for dose, _ in self.schedule)
        return sessions and all(d.adherence >= 1.0 and not nested_lots(d) for d in doses)

    @property
    def people_differ(self) -> bool:
        """True where it can act differently in two people of the arm."""
        return self.treatment.differs_between_people or not self.taken_alike


def site_levels(
    acting: Acting, grid: Floats, who: DrawNames, habit: Habit | None = None
) -> tuple[Floats, Floats]:
    """Return the mean level of one treatment at its site of effect, on a finer grid.

    All doses of the treatment meet in the same compartments, however the schedule is written. Each
    enters them when it begins to act.

    Parameters
    ----------
    acting : the treatment, its doses, and what opens the skin for them
    grid : (T,) day, starting at or before the first event
    who : names of the draws of S people
    habit : of these subjects, if they differ

    Returns
    -------
    fine : (P (T - 1) + 1,) the grid with each cell cut into P equal parts
    level : (S, P (T - 1)) mean in each part; (1, ...) where everyone takes every dose
        and batches are alike
    """
    treatment, schedule = acting.treatment, acting.schedule
    batches_alike = cv_of(treatment.batch_cv) == 0.0 or all(shared_batch(d) for d, _ in schedule)
    if habit is None and batches_alike and acting.taken_alike:
        who = who.of(slice(0, 1))
    amounts = _amounts(acting, who, habit)
    times = np.concatenate([events.times + delay(dose) for dose, events in schedule])
    durations = np.concatenate([events.durations for _, events in schedule])
    order = np.argsort(times, kind="stable")
    parts = int(np.ceil(np.diff(grid).max() / SUBSTEP - 1e-9))
    fine = _refined(grid, parts)
    _, level = concentration(
        times[order], amounts[:, order], durations[order], treatment.response(), fine
    )
    return fine, level


def _amounts(acting: Acting, who: DrawNames, habit: Habit | None) -> Floats:
    """Return the amount (S, K) of every event of a schedule that each person gets."""
    treatment, schedule = acting.treatment, acting.schedule
    taken_amounts = [
        events.amounts
        * doses_taken(dose.treatment, events.times, who, adherence=dose.adherence, habit=habit)
        for dose, events in schedule
    ]
    amounts = np.concatenate(taken_amounts, axis=1)
    if acting.sessions:
        times = np.concatenate([events.times for _, events in schedule])
        amounts = amounts * multipliers(times, acting.sessions, who, habit)
    if any(lots_differ(dose) for dose, _ in schedule):
        parts = [_from_lots(dose, events, who) for dose, events in schedule]
        amounts = amounts * np.concatenate(parts, axis=1)
    batch_cv = cv_of(treatment.batch_cv)
    if batch_cv == 0.0:
        return amounts
    contents = [
        batch_multipliers(treatment.name, events.times, batch_cv, who, shared=shared_batch(dose))
        for dose, events in schedule
    ]
    full = [np.broadcast_to(content, (len(who.ids), content.shape[1])) for content in contents]
    return np.asarray(amounts * np.concatenate(full, axis=1))


def delay(dose: DoseLike) -> float:
    """Return the days from the delivery of a dose to the beginning of its effect."""
    chain = _chain_of(dose)
    return 0.0 if chain is None else float(chain.delay)


def lots_differ(dose: DoseLike) -> bool:
    """Return whether a dose comes from lots of a product that differ."""
    chain = _chain_of(dose)
    return chain is not None and chain.lot_cv > 0.0


def nested_lots(dose: DoseLike) -> bool:
    """Return whether each person is treated from one of several lots."""
    chain = _chain_of(dose)
    several = chain is not None and chain.lot_cv > 0.0 and chain.lots > 1
    return several and chain.lot_use == "nested"


def _from_lots(dose: DoseLike, events: DoseEvents, who: DrawNames) -> Floats:
    """Return what each session's lot holds relative to the mean lot (S, K)."""
    chain = _chain_of(dose)
    if chain is None or chain.lot_cv == 0.0:
        return np.ones((len(who.ids), events.times.size))
    nested = chain.lot_use == "nested"
    return lot_multipliers(
        chain.product, chain.lot_cv, chain.lots, events.times.size, who, nested=nested
    )


def _chain_of(dose: DoseLike) -> Any:
    """Return the links of a dose from vial to skin, None where it has none."""
    return getattr(dose, "chain", None)


def shared_batch(dose: DoseLike) -> bool:
    """Return whether one batch serves everybody treated on the same day of the trial."""
    return getattr(dose, "batches", "own") == "shared"


def effect_means(
    acting: Acting, grid: Floats, who: DrawNames, habit: Habit | None = None
) -> Floats:
    """Return the mean effect of one treatment in each cell of the grid.

    Parameters are those of `site_levels`.

    Returns
    -------
    (S, T - 1), or (1, T - 1) where everyone takes every dose
    """
    fine, level = site_levels(acting, grid, who, habit)
    effect = acting.treatment.effect
    if isinstance(effect, Emax):
        fine_effect = emax(level, effect.ec50.value, effect.hill.value, effect.maximum.value)
    else:
        assert effect is not None  # vehicles are not scheduled
        fine_effect = inhibited_share(level, effect.k_inact.value, effect.k_deg.value, fine)
    if any(retained(dose) != 1.0 for dose, _ in acting.schedule):
        fine_effect = fine_effect * _retained_share(acting, grid, (who, habit), level)
    return cell_means(fine_effect, (fine.size - 1) // (grid.size - 1))


def _retained_share(
    acting: Acting, grid: Floats, people: tuple[DrawNames, Habit | None], level: Floats
) -> Floats:
    """Return what is left of the effect, as `level`: the mean over all doses that still act.

    Doses of several sessions meet in one level; each counts by its part of it.
    """
    lessened = tuple(
        (dose, replace(events, amounts=retained(dose) * events.amounts))
        for dose, events in acting.schedule
    )
    _, kept = site_levels(replace(acting, schedule=lessened), grid, *people)
    return np.divide(kept, level, out=np.ones_like(level), where=level > 0.0)


def retained(dose: DoseLike) -> float:
    """Return what is left of the effect of a dose after what is done then (its aftercare)."""
    return float(getattr(dose, "retained", 1.0))


def cell_means(fine: Floats, parts: int) -> Floats:
    """Return the mean over each grid cell (S, T - 1) of values in its parts (S, parts (T - 1))."""
    # Added one after the other: a library's sum may group the terms by processor.
    total = np.zeros((len(fine), fine.shape[1] // parts))
    for part in range(parts):
        total += fine[:, part::parts]
    return total / parts


def _refined(grid: Floats, parts: int) -> Floats:
    """Return the grid with each cell cut into equal parts; its own nodes stay exact."""
    shares = np.arange(parts) / parts
    inside = grid[:-1, None] + np.diff(grid)[:, None] * shares
    return np.append(inside.reshape(-1), grid[-1])
