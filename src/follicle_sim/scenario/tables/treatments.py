"""Treatments that a scenario brings along: `[treatments.NAME]` tables, as in a library file.

They stand in the scenario itself, fitted references already replaced by their numbers, so that a
stored scenario can be run again without the folder it came from. As in `known`, imports of the
pharmacology stand inside: a scenario that brings none does not need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo

from follicle_sim.base import units
from follicle_sim.base.errors import InputError, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.quantities import FieldType
from follicle_sim.scenario.fields.refusals import Collector, Path, choose, known_names, refuse
from follicle_sim.scenario.tables.health import STATE
from follicle_sim.scenario.tables.own_tables import OwnTables, frozen, thawed

if TYPE_CHECKING:
    from follicle_sim.pharmacology.treatment import Treatment
    from follicle_sim.pharmacology.variability import Variant


def parse_own(treatments: Mapping[str, Any]) -> dict[str, Treatment]:
    """Return a scenario's own treatments by name, ready for the pharmacology.

    Raises
    ------
    InputError
        If a table is not a treatment; tables of a checked scenario are.
    """
    from follicle_sim.pharmacology.treatment import parse_treatment

    return {
        name: parse_treatment(name, thawed(tables), f"treatments.{name}")
        for name, tables in treatments.items()
    }


def with_own_treatments(known: Known, treatments: object) -> Known:
    """Return known names with those of a scenario's own treatments, as far as they can be read.

    A table that is wrong still gives its name, so that the mistake is told once, where it is.
    """
    if not isinstance(treatments, Mapping) or not treatments:
        return known
    from follicle_sim.pharmacology.potencies import potency_parameters

    amounts: dict[str, str] = {}
    routes: dict[str, str] = {}
    variants: dict[str, tuple[str, ...]] = {}
    whole: dict[str, Treatment] = {}
    for name, tables in treatments.items():
        if name in known.treatments:
            continue  # refused by the field
        amount = tables.get("amount") if isinstance(tables, Mapping) else ""
        known_amount = isinstance(amount, str) and amount in units.AMOUNTS
        amounts[name] = str(amount) if known_amount else ""
        try:
            whole |= parse_own({name: tables})
        except (InputError, TypeError):
            continue  # told by the field
        routes[name], variants[name] = whole[name].route, tuple(whole[name].variants)
    return replace(
        known,
        treatments={**known.treatments, **amounts},
        routes={**known.routes, **routes},
        variants={**known.variants, **variants},
        parameters={**known.parameters, **potency_parameters(whole)},
        own=frozenset(amounts),
    )


@dataclass(frozen=True)
class OwnTreatments(OwnTables):
    """Treatments by name, each with the keys of a library file."""

    NOUN = "treatments"
    KIND = "a treatment"
    EXAMPLE = "my_drug"
    RESERVED = ("fitted_",)

    @staticmethod
    def _check_name(name: str, known: Known) -> None:
        if name in known.treatments and name not in known.own:
            refuse(
                "already a treatment of the library, which a scenario cannot change; for its "
                f"potency write biology.potency_{name}, for other numbers choose another name"
            )

    @staticmethod
    def _one(name: str, tables: Mapping[str, Any], known: Known) -> FrozenMap[str, Any]:
        treatment = parse_own({name: tables})[name]
        _check_states(treatment, known)
        values = treatment.model_dump(exclude={"name"}, exclude_defaults=True)
        return frozen(values)  # type: ignore[no-any-return]

    @staticmethod
    def _in_words(message: str) -> str:
        words = {
            "Field required": "missing; every treatment and every number of one needs it",
            "Extra inputs are not permitted": "unknown key",
        }
        return words.get(message, message[:1].lower() + message[1:])


def _check_states(treatment: Treatment, known: Known) -> None:
    """Refuse states of health that nobody knows, each with the nearest."""
    parts = Collector()
    for state in treatment.contraindications:
        parts.run(("contraindications", state), partial(choose, state, known.health, STATE))
    places: list[tuple[Path, Treatment | Variant]] = [((), treatment)]
    places += [(("variants", name), variant) for name, variant in treatment.variants.items()]
    for place, part in places:
        for state in part.donor_health or ():
            parts.run((*place, "donor_health", state), partial(choose, state, known.health, STATE))
    parts.finish()


@dataclass(frozen=True)
class VariantNames(FieldType):
    """Hypotheses of a treatment that a dose switches on."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            refuse(f'found {shown(value)}; allowed: a list of names, such as ["exogen_release"]')
        treatment = info.data.get("treatment")  # absent when it was itself refused
        if treatment is None:
            return ()
        names = known_names(info).variants.get(treatment, ())
        parts = Collector()
        for index, name in enumerate(value):
            parts.run((index,), partial(choose, name, names, f"variant of {treatment}"))
            if name in value[:index]:
                parts.problems.append(((index,), f"found {shown(name)} twice"))
        parts.finish()
        return tuple(value)

    def write(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}
