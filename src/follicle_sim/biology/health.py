"""States of health that clinics ask about, and how many people have each, by age and sex.

They decide who may take part, and of whose blood a treatment is made; none moves hair by itself.
"""

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from follicle_sim.base.entries import read_entry
from follicle_sim.base.quantity import Age, Share, read_toml
from follicle_sim.base.types import Flags, Floats
from follicle_sim.base.units import YEAR

FILE = Path(__file__).parent / "health.toml"


class Prevalence(BaseModel):
    """Share of people who have a state: of one sex or of both, at an age or at every age."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sex: Literal["female", "male"] | None = None
    age: Age | None = None
    share: Share


class HealthState(BaseModel):
    """One state of health: who can have it, how many do, and what is known of their hair.

    `hair` is told and moves nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    source: str = ""
    hair: str = ""
    sex: Literal["female", "male"] | None = None
    youngest: Age | None = None
    oldest: Age | None = None
    prevalence: tuple[Prevalence, ...] = ()

    @model_validator(mode="after")
    def _rows_fit(self) -> "HealthState":
        sexes = {row.sex for row in self.prevalence}
        if None in sexes and len(sexes) > 1:
            raise ValueError("prevalence: either every row names a sex or none does")
        for sex in sexes:
            ages = [row.age for row in self.prevalence if row.sex == sex]
            known = [age.value for age in ages if age is not None]
            if len(known) < len(ages) and len(ages) > 1:
                raise ValueError("prevalence: of several rows each needs an age")
            if any(late <= early for early, late in pairwise(known)):
                raise ValueError("prevalence: ages must rise from row to row")
        if self.youngest and self.oldest and self.oldest.value <= self.youngest.value:
            raise ValueError("oldest must be above youngest")
        return self

    def needs(self, *, stated: bool) -> tuple[str, ...]:
        """Return what must be known of people, "age" or "sex", to say how many have it.

        stated : a population says how many of those who can have it do
        """
        rows = () if stated else self.prevalence
        by_age = self.youngest or self.oldest or any(row.age for row in rows)
        by_sex = self.sex or any(row.sex for row in rows)
        return ("age",) * bool(by_age) + ("sex",) * bool(by_sex)

    def possible(self, people: int, age: Floats | None, sex: NDArray[np.str_] | None) -> Flags:
        """Return who (S,) can have it; age (S,) in days."""
        out = np.ones(people, np.bool_)
        if self.sex is not None:
            assert sex is not None
            out &= sex == self.sex
        for bound, older in ((self.youngest, True), (self.oldest, False)):
            if bound is not None:
                assert age is not None
                limit = bound.value * YEAR
                out &= (age >= limit) if older else (age < limit)
        return out

    def share_of(self, people: int, age: Floats | None, sex: NDArray[np.str_] | None) -> Floats:
        """Return how likely (S,) each person is to have it, by the file; age (S,) in days.

        Between two ages the share is a straight line, outside of them that of the nearest.
        """
        out = np.zeros(people)
        for group in dict.fromkeys(row.sex for row in self.prevalence):
            rows = [row for row in self.prevalence if row.sex == group]
            shares = [row.share.value for row in rows]
            if len(rows) == 1:
                level: Any = shares[0]
            else:
                assert age is not None
                knots = [row.age.value * YEAR for row in rows if row.age is not None]
                level = np.interp(age, knots, shares)
            if group is None:
                out = out + level
            else:
                assert sex is not None
                out = np.where(sex == group, level, out)
        return out * self.possible(people, age, sex)


def parse_state(name: str, tables: Mapping[str, Any], source: str) -> HealthState:
    """Return a state of health from the tables of its entry.

    Raises
    ------
    InputError
        With every problem of the entry.
    """
    return read_entry(HealthState, name, tables, source, below=Prevalence)


@cache
def load_health() -> Mapping[str, HealthState]:
    """Return every state of health of the library, by name; shares are of people, 0 to 1.

    Examples
    --------
    >>> load_health()["pregnancy"].sex
    'female'
    """
    return MappingProxyType(
        {name: parse_state(name, rows, FILE.name) for name, rows in read_toml(FILE).items()}
    )
