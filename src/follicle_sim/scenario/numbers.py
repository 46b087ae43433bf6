"""Numbers of the package that a scenario runs with: today's, or those a stored result ran with.

A fit that is made anew changes biology parameters and potencies. A result keeps the values it was
made with, so that it can be repeated bit for bit all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.factors import FactorTable, load_factors, parse_factors
from follicle_sim.biology.health import load_health
from follicle_sim.biology.parameters import load_parameters, parameter_table
from follicle_sim.biology.people_spread import spreads
from follicle_sim.biology.scalps import Scalp
from follicle_sim.pharmacology.aftercare import load_aftercare
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.potencies import MOST_POTENCY, POTENCY_PREFIX, potency_parameters
from follicle_sim.pharmacology.treatment import Treatment, parse_treatment
from follicle_sim.scenario.background import Numbers
from follicle_sim.scenario.fields.known import Known, default_known
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.treatments import parse_own

SCHEMA = 1
"""Version of the record; a result without one runs with today's numbers."""

STORED = "stored with the result"
"""Source of every stored number: the texts of the library would be most of the file."""


SAID = ("contains", "contraindications", "not_known")
"""What a treatment says of itself that moves no hair: nothing to repeat a result with."""


def biology_of(
    scenario: Scenario, changes: Mapping[str, float] | None = None
) -> Mapping[str, float]:
    """Return every biology parameter of a scenario: its own, else stored ones, else today's.

    Today's are those of the people's condition where it sets one.

    changes : by name, what stands in place of the scenario's own, such as a posterior draw

    Raises
    ------
    InputError
        If the scenario sets one that does not exist, or out of bounds.
    """
    own = {
        name: value
        for name, value in (scenario.biology if changes is None else changes).items()
        if not name.startswith(POTENCY_PREFIX)
    }
    parameters = load_parameters({**scenario.population.disease.parameters, **own})
    stored = scenario.background.numbers
    return parameters if stored is None else {**parameters, **stored.biology, **own}


def treatments_of(scenario: Scenario) -> dict[str, Treatment]:
    """Return the treatments that arms are given and the scenario's own, by name."""
    own = parse_own(scenario.treatments)
    names = {dose.treatment for arm in scenario.arms for dose in arm.doses}
    stored = scenario.background.numbers
    stored_treatments = {} if stored is None else stored.treatments
    library = sorted(names - set(own))
    return {
        name: stored_treatments[name] if name in stored_treatments else load_treatment(name)
        for name in library
    } | own


def factors_of(scenario: Scenario) -> FactorTable:
    """Return the factor table of a scenario: the stored one, else today's.

    A factor that the stored table lacks is added where a treatment moves it, as it is today.
    """
    stored, today = scenario.background.numbers, load_factors()
    if stored is None:
        return today
    younger = [name for name in today.names if name not in stored.factors.factors]
    moved = _moved_factors(scenario) if younger else frozenset()
    added = {name: today.factors[name] for name in younger if name in moved}
    return FactorTable({**stored.factors.factors, **added}) if added else stored.factors


def _moved_factors(scenario: Scenario) -> frozenset[str]:
    try:
        treatments = treatments_of(scenario).values()
    except InputError:
        return frozenset()  # names that a caller brought along, of which nothing is known here
    return frozenset(name for treatment in treatments for name in treatment.moved_factors)


def as_record(
    scenario: Scenario, given_treatments: Mapping[str, Treatment] | None = None
) -> dict[str, Any]:
    """Return the numbers a scenario runs with as nested dicts, without the texts of their sources.

    given_treatments : all treatments that are given, where they are at hand

    The scenario's own treatments are not among them: they stand in the scenario.
    """
    treatments = {
        name: _bare(
            treatment.model_dump(mode="json", exclude={"name", *SAID}, exclude_defaults=True)
        )
        for name, treatment in (
            treatments_of(scenario) if given_treatments is None else given_treatments
        ).items()
        if name not in scenario.treatments
    }
    factors = {
        name: _bare(factor.model_dump(mode="json", exclude_none=True, exclude={"direction"}))
        for name, factor in factors_of(scenario).factors.items()
    }
    return {
        "schema": SCHEMA,
        "biology": dict(sorted(biology_of(scenario).items())),
        "treatments": treatments,
        "factors": factors,
        "marks": _marks(scenario),
    }


def _marks(scenario: Scenario) -> dict[str, str]:
    who, disease = scenario.population, scenario.population.disease
    tables: dict[str, object] = {}
    for name in (who.condition, *who.also):
        if name not in scenario.conditions:  # a scenario's own stand in it
            tables[f"condition {name}"] = _told(load_condition(name))
    like = disease.typical_spread
    spread = {trait: row.value for trait, row in spreads().get(like, {}).items()}
    tables[f"typical spread of {like}"] = spread
    if who.follicle_density is None and who.condition not in scenario.conditions:
        tables[f"usual follicle density of {who.condition}"] = disease.follicle_density
    if (place := who.scalp or who.region) is not None:
        tables[f"map of the scalp {place}"] = _mapped(who.place)
        named = {name: disease.grades[name] for name in disease.patterns}
        if named and who.condition not in scenario.conditions:
            tables[f"patterns of {who.condition}"] = named
    cares = {name for arm in scenario.arms for dose in arm.doses for name in dose.aftercare}
    for name in sorted(cares - set(scenario.aftercare)):
        tables[f"aftercare {name}"] = repr(load_aftercare().get(name))
    states = set(who.health) | set(who.inclusion.exclude if who.inclusion else ())
    for name in sorted(states - set(scenario.health)):
        tables[f"state of health {name}"] = repr(load_health().get(name))
    return {key: sha256(repr(table).encode()).hexdigest()[:16] for key, table in tables.items()}


def _told(condition: Condition) -> tuple[object, ...]:
    """Return what a condition does; parts that it does not have are not told."""
    parts = (condition.clocks, condition.patches, condition.parameters, condition.hairline)
    return (
        condition.androgen_sensitive,
        condition.default_severity,
        dict(condition.severities),
        condition.attacks,
        condition.losses or 0.0,
        *(part for part in parts if part),
    )


def _mapped(scalp: Scalp) -> tuple[object, ...]:
    """Return the numbers of a map; of areas that are alike, their shares alone."""
    if not scalp.regional:
        return scalp.share
    donor = None if scalp.donor is None else scalp.donor.area
    severity = dict(scalp.severity)
    return scalp.share, scalp.density, scalp.sensitivity, severity, scalp.surface, donor


def read_record(record: object, source: str) -> Numbers:
    """Return stored numbers.

    Raises
    ------
    InputError
        If the record is not as `as_record` writes it.
    """
    try:
        if not isinstance(record, Mapping) or record["schema"] != SCHEMA:
            raise ValueError(f"is not version {SCHEMA}")
        biology = {str(name): _finite(value) for name, value in record["biology"].items()}
        treatments = {
            str(name): parse_treatment(str(name), _dressed(tables), source)
            for name, tables in record["treatments"].items()
        }
        factors = {
            name: {**_dressed(table), "direction": STORED}
            for name, table in record["factors"].items()
        }
        # In today's order, in which they are added up; JSON has none. A factor that is younger than
        # the result was at 1 in it, and its treatments name none.
        stored = {name: factors[name] for name in load_factors().names if name in factors}
        table = parse_factors(stored, source)
        marks = {str(name): str(mark) for name, mark in record["marks"].items()}
        missing = set(parameter_table()) - set(biology)
        if missing:
            raise ValueError(f"lacks {', '.join(sorted(missing))}")
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        message = f"cannot be read: {str(error).splitlines()[0]}"
        raise InputError(source, [Problem("provenance.numbers", message)]) from None
    except InputError as error:
        problems = [
            Problem(f"provenance.numbers.{problem.where}", problem.message)
            for problem in error.problems
        ]
        raise InputError(source, problems) from None
    return Numbers(biology, treatments, table, marks)


def check_draw(draw: Mapping[str, float], scenario: Scenario) -> None:
    """Refuse a stored draw of biology and potencies that no replicate could have made.

    Raises
    ------
    InputError
        Naming the parameter.
    """
    potencies = potency_parameters(treatments_of(scenario))
    load_parameters({name: value for name, value in draw.items() if name not in potencies})
    for name in draw.keys() & potencies.keys():
        if not 0.0 <= draw[name] <= MOST_POTENCY:
            message = f"{draw[name]:g} is outside the allowed 0 to {MOST_POTENCY:g}"
            raise InputError("draw", [Problem(name, message)])


def known_with(numbers: Numbers | None) -> Known:
    """Return the names of this installation, and those of stored treatments."""
    known = default_known()
    if numbers is None:
        return known
    stored = numbers.treatments
    return replace(
        known,
        treatments={
            **known.treatments,
            **{name: treatment.amount for name, treatment in stored.items()},
        },
        routes={**known.routes, **{name: treatment.route for name, treatment in stored.items()}},
        variants={
            **known.variants,
            **{name: tuple(treatment.variants) for name, treatment in stored.items()},
        },
        parameters={**known.parameters, **potency_parameters(stored)},
    )


def numbers_after(numbers: Numbers | None, before: Scenario, after: Scenario) -> Numbers | None:
    """Return the stored numbers of a scenario that was changed.

    What its replicates drew goes along only where as many replicates of the same seed draw.
    """
    if numbers is None:
        return None
    runs = [
        (scenario.run.seed, scenario.run.replicates, scenario.run.uncertainty)
        for scenario in (before, after)
    ]
    return numbers if runs[0] == runs[1] else replace(numbers, draws=None)


def changed_since(scenario: Scenario) -> list[str]:
    """Return the names of stored numbers of a scenario that are others today; none without any.

    What the scenario sets itself is the same at any time.
    """
    numbers = scenario.background.numbers
    if numbers is None:
        return []
    today = {name: row.value for name, row in parameter_table().items()} | dict(scenario.biology)
    names = [name for name, value in numbers.biology.items() if today.get(name) != value]
    for name, stored in numbers.treatments.items():
        now = load_treatment(name) if name in treatment_names() else None
        if now is None or _plain(now) != _plain(stored):
            names.append(f"treatment {name}")
    for name, factor in load_factors().factors.items():
        stored_factor = numbers.factors.factors.get(name)
        if stored_factor is not None and _plain(factor) != _plain(stored_factor):
            names.append(f"factor {name}")
    return names


def not_repeated(scenario: Scenario) -> list[str]:
    """Return the names of tables that changed since a result was stored and are not in it."""
    numbers = scenario.background.numbers
    if numbers is None:
        return []
    now = _marks(scenario)
    return [name for name, mark in now.items() if numbers.marks.get(name) != mark]


def _plain(table: Treatment | Any) -> Any:
    told = {"direction", "title", "donor", *SAID}
    return _bare(table.model_dump(mode="json", exclude=told, exclude_none=True))


def _bare(node: Any) -> Any:
    """Return nested tables without the source of any number."""
    if isinstance(node, Mapping):
        return {
            key: _bare(item)
            for key, item in node.items()
            if not (key == "source" and "value" in node)
        }
    return [_bare(item) for item in node] if isinstance(node, (list, tuple)) else node


def _dressed(node: Any) -> Any:
    """Return nested tables with a source for every number again."""
    if isinstance(node, Mapping):
        tables = {key: _dressed(item) for key, item in node.items()}
        return {**tables, "source": STORED} if "value" in node and "unit" in node else tables
    return node


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value - value != 0.0:
        raise ValueError("a biology parameter is no finite number")
    return float(value)
