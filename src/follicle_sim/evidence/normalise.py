"""From the endpoints, units, spreads and sources of the papers to the project's own.

The tables are data (data/normalisation.toml and data/sources.toml); this module only applies them.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from follicle_sim.evidence.studies import DATA, Grade

Kind = Literal["level", "change", "difference", "percent_change", "percent_difference"]

# A 95 % interval of a normal estimate is this many standard errors wide.
_CI95_WIDTH = 3.92
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a raw endpoint and unit mean: ``value = raw * factor`` in `unit`."""

    endpoint: str
    statistic: str
    unit: str
    factor: float
    conversion: str
    relative: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard error in canonical units, None where nothing gives one, and its origin."""

    se: float | None
    source: str


@cache
def _tables() -> tuple[Mapping[str, Any], Mapping[str, str]]:
    tables = tomllib.loads((DATA / "normalisation.toml").read_text(encoding="utf-8"))
    endpoint_of = {raw: name for name, table in tables["endpoints"].items() for raw in table["raw"]}
    return tables, endpoint_of


@cache
def _grades() -> list[tuple[str, Grade]]:
    grades = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))["grades"]
    pairs = [(start, grade) for grade, starts in grades.items() for start in starts]
    # Longest first, so that one page of a site can be graded apart from the site.
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def endpoint_titles() -> Mapping[str, str]:
    """Return the title of every canonical endpoint."""
    return {name: table["title"] for name, table in _tables()[0]["endpoints"].items()}


def endpoint_wordings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the endpoint of every wording, and the usual wording of every endpoint.

    The usual one is the first whose figure is a mean; an endpoint that only a unit leads to has
    none.

    Examples
    --------
    >>> endpoint_wordings()[1]["anagen_fraction"]
    'anagen fraction'
    """
    tables, endpoint_of = _tables()
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
        for raw, table in _tables()[0]["units"].items()
    }


def measure(raw_endpoint: str, raw_unit: str) -> Measure:
    """Translate an endpoint and a unit of a paper.

    Raises
    ------
    KeyError
        The wording is not in data/normalisation.toml.

    Examples
    --------
    >>> found = measure("target area hair count", "hairs per 1-inch circle (5.1 cm2)")
    >>> found.endpoint, found.unit, round(876 * found.factor, 1)
    ('hair_density', 'cm-2', 172.9)
    """
    tables, endpoint_of = _tables()
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


def standard_error(spread: str, kind: str, n: int | None, factor: float) -> Spread:
    """Turn a reported spread into a standard error in canonical units.

    Parameters
    ----------
    spread, kind
        As printed: one number with "SE", "SD" or "none", or two numbers with "CI95".
    n
        People behind the number.
    factor
        Raw unit to canonical unit.

    Examples
    --------
    >>> spread = standard_error("7.95;10.90", "CI95", None, 0.01)
    >>> round(spread.se, 5), spread.source
    (0.00753, 'from CI95')
    """
    numbers = [float(text) for text in _NUMBER.findall(spread)]
    match kind, numbers:
        case "SE", [se]:
            return Spread(se * factor, "reported SE")
        case "SD", [sd] if n:
            return Spread(sd * factor / math.sqrt(n), "from SD and n")
        case "CI95", [low, high]:
            return Spread((high - low) * factor / _CI95_WIDTH, "from CI95")
        case "SD", [_]:
            return Spread(None, "SD without n")
        case "none", [_]:
            return Spread(None, "spread of unstated kind")
    return Spread(None, "")


def imputed_error(meaning: Measure, kind: Kind, sex: str, n: int | None) -> Spread:
    """Return the standard error a trial of this size usually has, to stand in for a missing one.

    Only for changes, and differences of changes, of a density in hairs/cm2 with a known number of
    people. A difference of two equal arms of n/2 has the standard error ``2 sd / sqrt(n)``.
    The SDs are in data/normalisation.toml (model, section 5.8).

    Examples
    --------
    >>> density = measure("hair density", "hairs/cm2")
    >>> round(imputed_error(density, "change", "M", 75).se, 3)
    2.598
    """
    sd = density_change_sd(meaning.endpoint, sex)
    if not n or sd is None or meaning.unit != _tables()[0]["imputation"]["unit"]:
        return Spread(None, "")
    group = _sd_group(sex)
    source = f"imputed: SD of one person's change {sd:g} hairs/cm2 ({group}), n = {n}"
    if kind == "change":
        return Spread(sd / math.sqrt(n), source)
    if kind == "difference":
        return Spread(2 * sd / math.sqrt(n), f"{source} in two equal arms")
    return Spread(None, "")


def density_change_sd(endpoint: str, sex: str) -> float | None:
    """Return the SD of one person's change of a density, hairs/cm2; None for other endpoints.

    Examples
    --------
    >>> density_change_sd("hair_density", "M"), density_change_sd("shaft_calibre", "M")
    (22.5, None)
    """
    rule = _tables()[0]["imputation"]
    if endpoint not in rule["endpoints"]:
        return None
    return float(rule["sd_change"][_sd_group(sex)])


def _sd_group(sex: str) -> str:
    return sex if sex in _tables()[0]["imputation"]["sd_change"] else "mixed"
