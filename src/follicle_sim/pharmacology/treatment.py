"""One treatment as data: its parts, what they must be together, and copies with other numbers.

A treatment is title, route, dimension of its dose amount, and, where it does anything, disposition,
effect, signature over factors and potency. A file may also say how the treatment varies
(`person_cv`, `batch_cv`, `responders`), of whom it is made (`donor`), that a session opens the skin
for others (`opens`), which treatments are inside it and must not be given on top (`contains`) and
whom it is not for (`contraindications`). It may hold `variants`: hypotheses that a dose switches on
by name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown
from follicle_sim.base.quantity import Potency, Quantity, Signed, Variation
from follicle_sim.biology.factors import load_factors
from follicle_sim.pharmacology.disposition import LN2, Response
from follicle_sim.pharmacology.donor import DONORS, Donor, DonorAge, Health
from follicle_sim.pharmacology.fitted import resolve_fitted
from follicle_sim.pharmacology.graft import Graft
from follicle_sim.pharmacology.opening import Opening
from follicle_sim.pharmacology.suitability import Contraindication
from follicle_sim.pharmacology.treatment_parts import (
    AMOUNT_UNITS,
    Disposition,
    Effect,
    Emax,
    EnzymeTurnover,
    FrozenTable,
)
from follicle_sim.pharmacology.variability import Responders, Variant, cv_of


class Treatment(FrozenTable):
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
    donor: Donor | None = None
    donor_age: DonorAge | None = None
    donor_health: Health | None = None
    variants: Mapping[str, Variant] = Field(default_factory=dict)
    opens: Opening | None = None
    contains: tuple[str, ...] | None = None
    contraindications: Mapping[str, Contraindication] = Field(default_factory=dict)
    not_known: str = ""

    @field_validator("donor", mode="before")
    @classmethod
    def _one_of_the_donors(cls, donor: object) -> object:
        if donor is None or donor in DONORS:
            return donor
        hint = did_you_mean(str(donor), DONORS)
        raise ValueError(f"found {shown(donor)}{hint}; allowed: {', '.join(DONORS)}")

    @model_validator(mode="after")
    def _parts_fit(self) -> "Treatment":
        parts = (self.disposition, self.effect, self.potency, self.signature or None)
        if None in parts and any(part is not None for part in parts):
            raise ValueError(
                "disposition, effect, signature and potency go together (a treatment with none of "
                "them is a vehicle)"
            )
        donors = (self.donor_age, self.donor_health)
        varies = (self.person_cv, self.batch_cv, self.responders, self.variants or None, *donors)
        if self.effect is None and any(part is not None for part in varies):
            raise ValueError("a vehicle does nothing, so nothing of it can vary")
        if (self.graft is not None) != (self.amount == "grafts") or (self.graft and self.effect):
            raise ValueError('a [graft] goes with amount = "grafts" and no effect on factors')
        self._check_donor()
        self._check_signatures()
        if self.disposition is not None and self.effect is not None:
            self._check_units(self.disposition, self.effect)
        return self

    def _check_donor(self) -> None:
        for where, part in {
            "": self,
            **{f"variants.{k}.": v for k, v in self.variants.items()},
        }.items():
            for key in ("donor_age", "donor_health"):
                if getattr(part, key) is not None and self.donor != "self":
                    raise ValueError(
                        f'{where}{key}: the patient is the donor only where donor = "self"'
                    )

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
        return any(cv > 0.0 for cv in cvs) or self.responders is not None or self.differs_by_donor

    @property
    def differs_by_donor(self) -> bool:
        """True where the patient's age or health changes what is made of their blood."""
        return self.donor_age is not None or bool(self.donor_health)

    @property
    def moved_factors(self) -> frozenset[str]:
        """Names of the factors that it or one of its variants can move."""
        signatures = (self.signature, *(v.signature or {} for v in self.variants.values()))
        return frozenset(name for signature in signatures for name in signature)

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
