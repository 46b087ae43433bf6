"""How the numbers of a library are printed: each with its unit, and its source below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from follicle_sim.cli.text import print_indented

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from follicle_sim.base.quantity import Sourced


def print_value(console: Console, value: str, source: str, meaning: str = "") -> None:
    """Print what a number is in bold, and below it in grey what it means and its source."""
    print_indented(console, value, 2, style="bold")
    print_indented(console, f"{meaning}. {source}" if meaning else source, 6, style="dim")


def format_source(grade: str, source: str) -> str:
    """Return "grade: source" without saying the grade twice.

    Examples
    --------
    >>> format_source("review", "Smith 2001"), format_source("fitted", "fitted: to five trials")
    ('review: Smith 2001', 'fitted: to five trials')
    """
    return source if source.startswith(f"{grade}:") else f"{grade}: {source}"


def format_quantity(path: str, quantity: Sourced) -> str:
    """Return a number of a treatment with its name and unit, as in its file."""
    return f"{path} = {quantity.written}"


def list_quantities(treatment: BaseModel) -> Iterator[tuple[str, Sourced]]:
    """Yield the path and the number of everything in a treatment or a part of one."""
    from follicle_sim.base.quantity import ByAge, Quantity

    def walk(node: Any, path: str) -> Iterator[tuple[str, Sourced]]:
        if isinstance(node, Quantity | ByAge):
            yield path, node
            return
        if isinstance(node, tuple):
            for index, child in enumerate(node):
                yield from walk(child, f"{path}[{index}]")
            return
        if not isinstance(node, dict) and not hasattr(node, "model_fields_set"):
            return
        parts = node if isinstance(node, dict) else dict(node)
        for key, child in parts.items():
            if isinstance(child, Quantity | dict | tuple) or hasattr(child, "model_fields_set"):
                yield from walk(child, f"{path}.{key}".lstrip("."))

    yield from walk(treatment, "")
