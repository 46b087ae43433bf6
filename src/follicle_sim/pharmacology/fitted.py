"""Fitted numbers of treatments: the sets that lie in the library's folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from follicle_sim.base.fitted import FittedValue, fill_fitted, read_fitted, save_fitted
from follicle_sim.base.quantity import Quantity

LIBRARY = Path(__file__).parent / "library"


def load_fitted(name: str, folder: Path = LIBRARY) -> dict[str, FittedValue]:
    """Return the entries of `fitted_<name>.toml`, in file order; errors as `read_fitted`."""
    return read_fitted(name, folder)


def write_fitted(
    name: str, entries: Mapping[str, FittedValue], heading: str = "", folder: Path = LIBRARY
) -> Path:
    """Write `fitted_<name>.toml`, whole or not at all, and return its path.

    Keep entries that a fit does not touch by passing them again:
    `write_fitted("potencies", {**load_fitted("potencies"), "minoxidil_topical_5": new})`.
    """
    return save_fitted(name, entries, heading, folder)


def resolve_fitted(
    node: Any, source: str, fitted: Mapping[str, Mapping[str, Quantity]] | None = None
) -> Any:
    """Replace references to fitted numbers in the tables of a treatment, as `fill_fitted`."""
    return fill_fitted(node, source, LIBRARY, fitted)
