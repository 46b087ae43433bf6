"""From the endpoints, units and sources of the papers to the project's own.

The tables are data (data/normalisation.toml and data/sources.toml); this module only applies them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from follicle_sim.evidence.studies import DATA, Grade

Kind = Literal["level", "change", "difference", "percent_change", "percent_difference"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a raw endpoint and unit mean: ``value = raw * factor`` in `unit`."""

    endpoint: str
    statistic: str
    unit: str
    factor: float
    conversion: str
    relative: bool


@cache
def normalisation_tables() -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Return data/normalisation.toml, and the canonical endpoint of every wording in it."""
    tables = tomllib.loads((DATA / "normalisation.toml").read_text(encoding="utf-8"))
    endpoint_of = {raw: name for name, table in tables["endpoints"].items() for raw in table["raw"]}
    return tables, endpoint_of


@cache
def _grades() -> list[tuple[str, Grade]]:
    grades = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))["grades"]
    pairs = [(start, grade) for grade, starts in grades.items() for start in starts]
    # Longest first, so that one page of a site can be graded apart from the site.
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def endpoint_wordings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the endpoint of every wording, and the usual wording of every endpoint.

    The usual one is the first whose figure is a mean; an endpoint that only a unit leads to has
    none.

    Examples
    --------
    >>> endpoint_wordings()[1]["anagen_fraction"]
    'anagen fraction'
    """
    tables, endpoint_of = normalisation_tables()
    usual: dict[str, str] = {}
    for raw, name in endpoint_of.items():
        if raw == name.replace("_", " ") or (name not in usual and raw not in tables["statistics"]):
            usual[name] = raw
    return endpoint_of, usual


def unit_wordings() -> Mapping[str, tuple[str, str, bool]]:
    """Return the canonical unit of every unit, the endpoint it stands for, and if it is a share.

    Examples
    --------
    >>> unit_wordings()["% of baseline"]
    ('1', '', True)
    """
    return {
        raw: (table["unit"], table.get("endpoint", ""), table.get("relative", False))
        for raw, table in normalisation_tables()[0]["units"].items()
    }


def measure(raw_endpoint: str, raw_unit: str) -> Measure:
    """Translate an endpoint and a unit of a paper.

    Raises
    ------
    KeyError
        The wording is not in data/normalisation.toml.

    Examples
    --------
    >>> meaning = measure("target area hair count", "hairs per 1-inch circle (5.1 cm2)")
    >>> meaning.endpoint, meaning.unit, round(876 * meaning.factor, 1)
    ('hair_density', 'cm-2', 172.9)
    """
    tables, endpoint_of = normalisation_tables()
    unit = tables["units"][raw_unit]
    return Measure(
        endpoint=unit.get("endpoint", endpoint_of[raw_endpoint]),
        statistic=tables["statistics"].get(raw_endpoint, "mean"),
        unit=unit["unit"],
        factor=unit.get("multiply", 1.0) / unit.get("divide", 1.0),
        conversion=unit["conversion"],
        relative=unit.get("relative", False),
    )


def kind_of(*, is_change: bool, relative: bool, has_control: bool) -> Kind:
    """Name what a number is: a level, a change, a difference, or one of them as a share."""
    if has_control:
        return "percent_difference" if relative else "difference"
    if relative:
        return "percent_change"
    return "change" if is_change else "level"


def grade_of(seen_at: str) -> Grade:
    """Grade the page a number was read on.

    Examples
    --------
    >>> grade_of("https://pubmed.ncbi.nlm.nih.gov/18559765")
    'abstract'
    """
    return next(grade for start, grade in _grades() if seen_at.startswith(start))
