"""Treatments as data: one file per treatment, every number with unit, source and grade.

A treatment is title, route, dimension of its dose amount, and, where it does anything, disposition,
effect, signature over factors and potency. The file's name is the treatment's name.
A file may also say how the treatment varies (`person_cv`, `batch_cv`, `responders`) and hold
`variants`: hypotheses that a dose switches on by name.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.quantity import (
    Days,
    Litres,
    Positive,
    Potency,
    Quantity,
    Rate,
    Share,
    Signed,
    Variation,
    read_toml,
)
from follicle_sim.biology.factors import load_factors
from follicle_sim.biology.parameters import Parameter
from follicle_sim.pharmacology.disposition import (
    LN2,
    Response,
    one_compartment,
    two_compartments,
)
from follicle_sim.pharmacology.fitted import FITTED_PREFIX, LIBRARY, resolve_fitted
from follicle_sim.pharmacology.graft import Graft
from follicle_sim.pharmacology.variability import Responders, Variant, cv_of

AMOUNT_UNITS = {
    "mass": "mg",
    "volume": "mL",
    "particles": "particles/cm2",
    "sessions": "sessions",
    "grafts": "grafts/cm2",
}


POTENCY_PREFIX = "potency_"
MOST_POTENCY = 50.0


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Disposition(_Frozen):
    """How a dose becomes a level: strength, fraction, volume and linear kinetics.

    The level is an amount, or a concentration (per L) where `volume` is given. With
    `absorption_rate` the dose enters through a depot, without it at once. `to_peripheral` and
    `from_peripheral` (k12, k21) add a second compartment; `half_life` is then that of elimination
    from the central one.
    """

    strength: Quantity | None = None
    fraction: Share | None = None
    volume: Litres | None = None
    half_life: Days
    absorption_rate: Rate | None = None
    to_peripheral: Rate | None = None
    from_peripheral: Rate | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "Disposition":
        if (self.to_peripheral is None) != (self.from_peripheral is None):
            raise ValueError("to_peripheral and from_peripheral go together")
        if self.strength is not None and self.strength.value <= 0:
            raise ValueError("strength must be above 0")
        return self

    def response(self) -> Response:
        """Return the level after a unit dose in the canonical unit of the amount."""
        elimination = LN2 / self.half_life.value
        if self.to_peripheral is not None and self.from_peripheral is not None:
            response = two_compartments(
                elimination, self.to_peripheral.value, self.from_peripheral.value
            )
        else:
            response = one_compartment(elimination)
        if self.absorption_rate is not None:
            response = response.through(self.absorption_rate.value)
        content = 1.0
        for factor in (self.strength, self.fraction):
            content *= 1.0 if factor is None else factor.value
        return response.scaled(content if self.volume is None else content / self.volume.value)


class Emax(_Frozen):
    """E = maximum C^h / (ec50^h + C^h), through an effect compartment if it has a half-life."""

    kind: Literal["emax"]
    ec50: Quantity
    hill: Positive
    maximum: Positive
    equilibration_half_life: Days | None = None


class EnzymeTurnover(_Frozen):
    """Inactivation of an enzyme that is renewed: dE/dt = k_deg (1 - E) - k_inact C E."""

    kind: Literal["enzyme"]
    k_deg: Rate
    k_inact: Quantity


Effect = Annotated[Emax | EnzymeTurnover, Field(discriminator="kind")]


class Treatment(_Frozen):
    """One treatment: factors, or follicles (`graft`). One with neither is a vehicle."""

    name: str
    title: str
    route: str
    amount: Literal["mass", "volume", "particles", "sessions", "grafts"]
    disposition: Disposition | None = None
    effect: Effect | None = None
    signature: Mapping[str, Signed] = Field(default_factory=dict)
    potency: Potency | None = None
    graft: Graft | None = None
    person_cv: Variation | None = None
    batch_cv: Variation | None = None
    responders: Responders | None = None
    variants: Mapping[str, Variant] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parts_fit(self) -> "Treatment":
        parts = (self.disposition, self.effect, self.potency, self.signature or None)
        if None in parts and any(part is not None for part in parts):
            raise ValueError(
                "disposition, effect, signature and potency go together (a treatment with none of "
                "them is a vehicle)"
            )
        varies = (self.person_cv, self.batch_cv, self.responders, self.variants or None)
        if self.effect is None and any(part is not None for part in varies):
            raise ValueError("a vehicle does nothing, so nothing of it can vary")
        if (self.graft is not None) != (self.amount == "grafts") or (self.graft and self.effect):
            raise ValueError('a [graft] goes with amount = "grafts" and no effect on factors')
        self._check_signatures()
        if self.disposition is not None and self.effect is not None:
            self._check_units(self.disposition, self.effect)
        return self

    def _check_signatures(self) -> None:
        names = load_factors().names
        signatures = {"signature": self.signature}
        for name, variant in self.variants.items():
            if not variant.parts:
                raise ValueError(f"variants.{name} replaces nothing")
            signatures[f"variants.{name}.signature"] = variant.signature or {}
        for where, signature in signatures.items():
            for factor in signature:
                if factor not in names:
                    raise ValueError(f'{where}: no factor "{factor}"{did_you_mean(factor, names)}')

    def _check_units(self, disposition: Disposition, effect: Emax | EnzymeTurnover) -> None:
        unit = AMOUNT_UNITS[self.amount]
        if disposition.strength is not None:
            content, _, per = disposition.strength.unit.partition("/")
            if per != unit:
                raise ValueError(
                    f'disposition.strength is in "{disposition.strength.unit}"; it must be a '
                    f'content per {unit}, such as "mg/{unit}"'
                )
            unit = content
        if isinstance(effect, Emax):
            unit_needed, number, name = unit, effect.ec50, "ec50"
            if disposition.volume is not None:
                unit_needed = f"{unit}/L"
        else:
            unit_needed, number, name = f"1/({unit} d)", effect.k_inact, "k_inact"
            if disposition.volume is not None:
                unit_needed = f"L/({unit} d)"
        if number.unit != unit_needed:
            raise ValueError(
                f'effect.{name} is in "{number.unit}"; with this dose: "{unit_needed}"'
            )
        if number.value <= 0:
            raise ValueError(f"effect.{name} must be above 0")

    @property
    def acts(self) -> bool:
        """True where it moves factors."""
        return self.effect is not None

    @property
    def inert(self) -> bool:
        """True for a vehicle: neither factors nor follicles."""
        return self.effect is None and self.graft is None

    @property
    def differs_between_people(self) -> bool:
        """True where the same doses give people different effects, by this treatment's data."""
        cvs = (cv_of(self.person_cv), cv_of(self.batch_cv))
        return any(cv > 0.0 for cv in cvs) or self.responders is not None

    def response(self) -> Response:
        """Return the level at the site of effect after a unit dose.

        Raises
        ------
        ValueError
            If the treatment has no effect.
        """
        if self.disposition is None:
            raise ValueError(f"{self.name} has no disposition")
        response = self.disposition.response()
        if isinstance(self.effect, Emax) and self.effect.equilibration_half_life is not None:
            response = response.through(LN2 / self.effect.equilibration_half_life.value)
        return response

    def drives(self) -> dict[str, float]:
        """Return {factor: potency times S_F}: the change of its drive at E = 1."""
        potency = 0.0 if self.potency is None else self.potency.value
        return {name: potency * share.value for name, share in self.signature.items()}

    def with_variants(self, names: Sequence[str]) -> "Treatment":
        """Return a copy under the hypotheses of that name.

        Raises
        ------
        InputError
            If there is no such variant, or two of them replace the same entry.
        """
        replaced: dict[str, str] = {}
        for name in names:
            if name not in self.variants:
                hint = did_you_mean(name, self.variants) or "; it has none"
                problem = Problem(self.name, f'no variant "{name}"{hint}')
                raise InputError("variants", [problem])
            for part in self.variants[name].parts:
                earlier = replaced.setdefault(part, name)
                if earlier != name:
                    message = f'"{earlier}" and "{name}" both replace its {part}; keep one'
                    raise InputError("variants", [Problem(self.name, message)])
        return self.model_copy(
            update={part: getattr(self.variants[name], part) for part, name in replaced.items()}
        )

    def with_values(self, values: Mapping[str, float]) -> "Treatment":
        """Return a copy with some numbers replaced, such as `{"effect.ec50": 2.0}`.

        Raises
        ------
        InputError
            If a path names no number of this treatment, or a value is out of bounds.
        """
        if not values:
            return self
        data = self.model_dump(exclude_none=True)
        paths = list(_paths(data))
        for path, value in values.items():
            if path not in paths:
                where = f"{self.name}.{path}"
                raise InputError(
                    "overrides", [Problem(where, f"no such number{did_you_mean(path, paths)}")]
                )
            node = data
            for part in path.split("."):
                node = node[part]
            node.update(value=value, source="replaced by the caller", grade="assumption")
        return _validate(data, "overrides")


def _paths(node: Mapping[str, Any], prefix: str = "") -> list[str]:
    paths = []
    for key, child in node.items():
        if isinstance(child, Mapping):
            path = f"{prefix}{key}"
            paths += [path] if "value" in child else _paths(child, f"{path}.")
    return paths


def parse_treatment(
    name: str,
    tables: Mapping[str, Any],
    source: str,
    fitted: Mapping[str, Mapping[str, Quantity]] | None = None,
) -> Treatment:
    """Check one treatment as read from TOML, fitted numbers filled in.

    Parameters
    ----------
    name : name of the treatment
    tables : contents of its file
    source : file name for messages
    fitted : sets of fitted numbers to use instead of the library's own files

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if "name" in tables:
        raise InputError(source, [Problem("name", "unknown key; a treatment is named by its file")])
    return _validate({"name": name, **resolve_fitted(tables, source, fitted)}, source)


def _validate(data: Mapping[str, Any], source: str) -> Treatment:
    try:
        return Treatment.model_validate(data)
    except ValidationError as error:
        problems = []
        for e in error.errors():
            path = ".".join(str(part) for part in e["loc"] if part not in ("emax", "enzyme"))
            problems.append(Problem(path, e["msg"].removeprefix("Value error, ")))
        raise InputError(source, problems) from None


def treatment_file(name: str, folder: Path = LIBRARY) -> Path:
    """Return the file of a treatment.

    Raises
    ------
    InputError
        If the library has no such treatment; the message names the nearest.
    """
    names = treatment_names(folder)
    if name not in names:
        hint = did_you_mean(name, names)
        raise InputError("treatment library", [Problem(name, f"unknown treatment{hint}")])
    return folder / f"{name}.toml"


def load_treatment(name: str, folder: Path = LIBRARY) -> Treatment:
    """Return one treatment of the library.

    Raises
    ------
    InputError
        If there is no such treatment or its file is wrong.

    Examples
    --------
    >>> load_treatment("finasteride_oral").amount
    'mass'
    """
    path = treatment_file(name, folder)
    return parse_treatment(name, read_toml(path), path.name)


def treatment_names(folder: Path = LIBRARY) -> tuple[str, ...]:
    """Return the names of all treatments, sorted."""
    stems = (path.stem for path in folder.glob("*.toml"))
    return tuple(sorted(stem for stem in stems if not stem.startswith(FITTED_PREFIX)))


def potency_parameters(treatments: Mapping[str, Treatment] | None = None) -> dict[str, Parameter]:
    """Return what a scenario may override: the potency of each treatment, unless by definition.

    Named `potency_<treatment>`; 0 switches the treatment off.

    Parameters
    ----------
    treatments : by name; those of the library by default
    """
    if treatments is None:
        treatments = {name: load_treatment(name) for name in treatment_names()}
    parameters = {}
    for name, treatment in treatments.items():
        potency = treatment.potency
        if potency is not None and potency.grade != "definition":
            key = f"{POTENCY_PREFIX}{name}"
            parameters[key] = Parameter(
                name=key,
                value=potency.value,
                dimension="number",
                lower=0.0,
                upper=MOST_POTENCY,
                grade=potency.grade,
                source=potency.source,
                meaning=f"size of the effect of {name}, in units of its split over factors",
            )
    return parameters


def potency_overrides(overrides: Mapping[str, float]) -> dict[str, float]:
    """Return the overrides of potencies among a scenario's, as `{"treatment.potency": value}`."""
    return {
        f"{name.removeprefix(POTENCY_PREFIX)}.potency": value
        for name, value in overrides.items()
        if name.startswith(POTENCY_PREFIX)
    }
