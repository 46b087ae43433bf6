"""From the doses of one arm to the factor levels of its people: what this room is for.

doses -> events -> level at the site -> effect -> factor levels
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.types import Floats
from follicle_sim.biology.factors import FactorTable, factor_levels, load_factors
from follicle_sim.pharmacology.dosing import DoseEvents, DoseLike, Habit, delivered, expand
from follicle_sim.pharmacology.library import load_treatment, treatment_file
from follicle_sim.pharmacology.opening import Sessions
from follicle_sim.pharmacology.site_effects import Acting, effect_means, nested_lots
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.pharmacology.variability import Responders, cv_of, person_multipliers

ONE_PERSON = DrawNames()
BLOCK = 64  # people at a time: bounds the memory of the fine grid, changes no result


class ArmLike(Protocol):
    """What this module reads of an arm; the scenario's `Arm` has it."""

    @property
    def label(self) -> str: ...
    @property
    def doses(self) -> Sequence[Any]: ...


def people_differ(
    arm: ArmLike,
    potency_cv: float,
    treatments: Mapping[str, Treatment] | None = None,
    habit: Habit | None = None,
) -> bool:
    """Return whether the subjects of an arm can have different factor levels."""
    if not arm.doses:
        return False
    uneven = any(dose.adherence < 1.0 or nested_lots(dose) for dose in arm.doses)
    if potency_cv > 0.0 or habit is not None or uneven:
        return True
    treatments_used = treatments_given(arm, {}, treatments or {})
    return any(treatment.differs_between_people for treatment in treatments_used.values())


def arm_factors(
    arm: ArmLike,
    grid: ArrayLike,
    who: DrawNames = ONE_PERSON,
    *,
    potency: Floats | Mapping[str, Floats] | None = None,
    overrides: Mapping[str, float] | None = None,
    treatments: Mapping[str, Treatment] | None = None,
    table: FactorTable | None = None,
    habit: Habit | None = None,
) -> Floats:
    """Return the factor levels of one arm over time, relative to untreated.

    Parameters
    ----------
    arm : label and doses
    grid : (T,) increasing forcing times, day; starts at or before the first dose
    who : names of the random draws of S people
    potency : (S,) multiplier of every effect, or (S,) by treatment; None, or a treatment that is
        left out, where it is 1
    overrides : {"treatment.path": value}, such as {"minoxidil_topical_5.potency": 1.2}
    treatments : treatments to use instead of those of the library, by name
    table : factor table; the packaged one by default
    habit : how each of the subjects keeps to the doses; None where the schedule says it all

    Returns
    -------
    (S, F, T), above 0; S is 1 where all people are equal. Exactly 1.0 where nothing has acted, so
    an arm whose amounts are all 0 equals an arm without doses bit for bit.

    Raises
    ------
    InputError
        For an unknown treatment, an impossible schedule, an amount of another dimension, or an
        override that names nothing.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> arm_factors(SimpleNamespace(label="untreated", doses=()), [0.0, 1.0, 2.0]).shape[::2]
    (1, 3)
    """
    grid = np.ascontiguousarray(grid, dtype=np.float64)
    if grid.ndim != 1 or grid.size < 2 or not (np.diff(grid) > 0).all():
        raise ValueError("grid needs at least two increasing times")
    table = load_factors() if table is None else table
    acting = acting_doses(arm, float(grid[-1]), overrides, treatments)
    differ = any(one.people_differ for one in acting.values())
    alike = potency is None and habit is None and not differ
    if alike or not acting:
        who = who.of(slice(0, 1))
        potency = None
    people = len(who.ids)
    levels = np.ones((people, len(table.names), grid.size))
    if not acting:
        return levels
    first = _cell_of_first_dose(acting, grid)
    drives = {name: one.treatment.drives() for name, one in acting.items()}
    own = potency if isinstance(potency, Mapping) else {}
    strength = np.ones(people) if potency is None or isinstance(potency, Mapping) else potency
    for low in range(0, people, BLOCK):
        some = slice(low, low + BLOCK)
        habit_of_some = None if habit is None else habit.of(some)
        effects = _effects_by_treatment(acting, grid[first:], who.of(some), habit_of_some)
        for name in own.keys() & effects.keys():
            effects[name] = effects[name] * own[name][some, None]
        levels[some, :, first:] = factor_levels(
            effects, drives, strength[some], grid[first:], table
        )
    return levels


def _cell_of_first_dose(acting: Mapping[str, Acting], grid: Floats) -> int:
    """Return the grid cell in which the first dose is given."""
    start = min(float(e.times[0]) for one in acting.values() for _, e in one.schedule)
    if start < grid[0]:
        raise ValueError(f"grid starts on day {grid[0]:g}, after the first dose (day {start:g})")
    return int(np.searchsorted(grid, start, side="right")) - 1


def _effects_by_treatment(
    acting: Mapping[str, Acting], grid: Floats, who: DrawNames, habit: Habit | None
) -> dict[str, Floats]:
    """Return the mean effect (S or 1, T - 1) of each treatment, people's own strength included."""
    effects = {}
    for name, one in acting.items():
        treatment = one.treatment
        effects[name] = effect_means(one, grid, who, habit)
        cv = cv_of(treatment.person_cv)
        multipliers = person_multipliers(name, cv, treatment.responders, who)
        if multipliers is not None:
            effects[name] = effects[name] * multipliers[:, None]
    return effects


def acting_doses(
    arm: ArmLike,
    end: float,
    overrides: Mapping[str, float] | None = None,
    treatments: Mapping[str, Treatment] | None = None,
) -> dict[str, Acting]:
    """Return the treatments of an arm that act before day `end`, each with its doses and events.

    Errors as `arm_factors`.
    """
    arm_treatments = treatments_given(arm, overrides or {}, treatments or {})
    schedule = _schedule_of(arm, arm_treatments, end)
    sessions = [
        Sessions(opening, dose, events)
        for dose, events in schedule
        if (opening := arm_treatments[dose.treatment].opens) is not None
    ]
    return {
        name: Acting(
            treatment,
            tuple((dose, events) for dose, events in schedule if dose.treatment == name),
            tuple(s for s in sessions if treatment.route in s.opening.routes),
        )
        for name, treatment in arm_treatments.items()
        if any(dose.treatment == name for dose, _ in schedule)
    }


def mixtures(
    arms: Sequence[ArmLike], treatments: Mapping[str, Treatment] | None = None
) -> dict[str, Responders]:
    """Return the mixtures of responders that some treatment of some arm gives, by trait."""
    all_treatments = [
        t for arm in arms for t in treatments_given(arm, {}, treatments or {}).values()
    ]
    return {t.responders.trait: t.responders for t in all_treatments if t.responders is not None}


def made_of_patients(
    arm: ArmLike, treatments: Mapping[str, Treatment] | None = None
) -> dict[str, Treatment]:
    """Return the treatments of an arm that go with the age or the health of who gets them."""
    given = treatments_given(arm, {}, treatments or {})
    return {name: treatment for name, treatment in given.items() if treatment.differs_by_donor}


def treatments_given(
    arm: ArmLike, overrides: Mapping[str, float], replacements: Mapping[str, Treatment]
) -> dict[str, Treatment]:
    """Return the treatments of an arm by name, with their variants and numbers set elsewhere."""
    by_name: dict[str, Treatment] = {}
    variants: dict[str, tuple[str, ...]] = {}
    for i, dose in enumerate(arm.doses):
        name = dose.treatment
        dose_variants = tuple(getattr(dose, "variants", ()))
        if name not in by_name:
            treatment = replacements[name] if name in replacements else load_treatment(name)
            by_name[name] = treatment.with_variants(dose_variants)
        # One person's drug cannot act in two ways at once: it meets in the same compartments.
        if variants.setdefault(name, dose_variants) != dose_variants:
            message = f"differ from those of an earlier dose of {name} in this arm"
            raise InputError(f"{arm.label}.doses[{i}]", [Problem("variants", message)])
    changes: dict[str, dict[str, float]] = {}
    for key, value in overrides.items():
        name, _, path = key.partition(".")
        if name not in replacements:
            treatment_file(name)  # a name that is not in this arm must still be one
        changes.setdefault(name, {})[path] = value
    return {name: t.with_values(changes.get(name, {})) for name, t in by_name.items()}


def _schedule_of(
    arm: ArmLike, treatments: Mapping[str, Treatment], end: float
) -> list[tuple[DoseLike, DoseEvents]]:
    """Return doses that can act, with their events; vehicles and zero amounts drop out here."""
    schedule: list[tuple[DoseLike, DoseEvents]] = []
    for i, dose in enumerate(arm.doses):
        where = f"{arm.label}.doses[{i}]"
        treatment = treatments[dose.treatment]
        dimension = getattr(dose, "amount_dimension", "") or treatment.amount
        if dimension != treatment.amount:
            message = f'amount is a {dimension}; "{treatment.name}" is dosed by {treatment.amount}'
            raise InputError(where, [Problem("amount", message)])
        events = delivered(expand(dose, end, where), dose)
        if treatment.acts and dose.amount != 0.0 and events.times.size:
            schedule.append((dose, events))
    return schedule
