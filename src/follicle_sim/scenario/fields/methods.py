"""Presets of the `[instrument]` table, read from methods.toml, and what each can see."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

PLAIN = "plain"

EXTRA_VARIABLES = (
    "telogen_fraction",
    "anagen_density",
    "cumulative_thickness",
    "global_rating",
    "pull_count",
    "pull_positive",
    "comb_count",
    "cover",
    "salt",
    "region_cover",
    "hairline_recession",
    "hairline_speed",
    "hairline_stable",
    "lppai",
    "follicle_density",
    "anagen_retention",
    "shaft_elongation",
)
"""Result variables that are there only where the instrument measures them."""

SMALLER_IS_BETTER = frozenset(
    {
        *("shed_rate", "telogen_fraction", "pull_count", "comb_count", "salt"),
        *("hairline_recession", "hairline_speed", "lppai"),
    }
)
"""Result variables of which less is good for hair."""

DERIVED = {
    "telogen_fraction": ("anagen_fraction",),
    "anagen_telogen_ratio": ("anagen_fraction",),
    "anagen_density": ("anagen_fraction", "hair_density"),
}
"""What can be worked out from other readings."""


@dataclass(frozen=True)
class Method:
    """One way of measuring hair.

    Parameters
    ----------
    title, about
        A few words, and a sentence.
    measures
        Names of the result variables it sees.
    values
        Keys of the `[instrument]` table as a file would hold them.
    sources
        Of each value: where it comes from, with the grade in front.
    """

    title: str
    about: str
    measures: tuple[str, ...]
    values: Mapping[str, Any]
    sources: Mapping[str, str]


@cache
def load_methods() -> Mapping[str, Method]:
    """Return every method by name, in the order of the file."""
    text = (
        files("follicle_sim.scenario.fields").joinpath("methods.toml").read_text(encoding="utf-8")
    )
    methods: dict[str, Method] = {}
    for name, tables in tomllib.loads(text).items():
        base = methods.get(tables.get("extends", ""))
        rows = {key: row for key, row in tables.items() if isinstance(row, dict)}
        values = {key: row["value"] for key, row in rows.items()}
        sources = {key: _graded(row["grade"], row["source"]) for key, row in rows.items()}
        methods[name] = Method(
            title=tables["title"],
            about=tables["about"],
            measures=tuple(tables["measures"] if base is None else base.measures),
            values=MappingProxyType({**(base.values if base else {}), **values}),
            sources=MappingProxyType({**(base.sources if base else {}), **sources}),
        )
    return MappingProxyType(methods)


def _graded(grade: str, source: str) -> str:
    return source if source.startswith(f"{grade}: ") else f"{grade}: {source}"


def seen_by(measures: Iterable[str]) -> frozenset[str]:
    """Return the variables and endpoints that these readings give, derived ones too.

    Examples
    --------
    >>> sorted(seen_by(["anagen_fraction"]))
    ['anagen_fraction', 'anagen_telogen_ratio', 'telogen_fraction']
    """
    listed = frozenset(measures)
    more = {name for name, needs in DERIVED.items() if listed.issuperset(needs)}
    return listed | more


def methods_that_see(variable: str) -> tuple[str, ...]:
    """Return the names of the methods that see a variable.

    Examples
    --------
    >>> methods_that_see("pull_count")
    ('hair_pull',)
    """
    return tuple(
        name for name, method in load_methods().items() if variable in seen_by(method.measures)
    )
