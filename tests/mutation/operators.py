"""Mutants that the kept tool does not make: a term dropped from a formula, a bound dropped.

In the interface of Cosmic Ray's own operators, over the nodes of parso's trees.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator

Span = tuple[tuple[int, int], tuple[int, int]]

JOINED = {"arith_expr": "+-", "term": "*/", "and_expr": "&", "or_expr": "|", "and_test": ("and",)}
"""Kinds of nodes whose operands stand side by side, and what may stand between them."""

BOUNDS = ("max", "min", "np.maximum", "np.minimum", "np.clip")


def _number(node: Any) -> bool:
    return node.type == "number" or (node.type == "factor" and node.children[-1].type == "number")


class DropTerm(Operator):
    """Leave out one operand of a sum, a product, a quotient or a conjunction."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        """Yield the place of each operand that may go."""
        for index in _droppable(node):
            gone = node.children[index]
            yield gone.start_pos, gone.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the node without its droppable operand number `index`."""
        at = list(_droppable(node))[index]
        # the first goes with the operator after it, any other with the one before
        gone = {at, at + 1} if at == 0 else {at - 1, at}
        left = [child for i, child in enumerate(node.children) if i not in gone]
        text = "".join(child.get_code() for child in left)
        return parso.parse(f" {text.strip()}")

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Return what it does to small texts."""
        return (
            Example("a - b", "b", 0),
            Example("a - b", "a", 1),
            Example("a * b / c", "b / c", 0),
            Example("a * b / c", "a * b", 2),
            Example("a and b", "b", 0),
        )


def _droppable(node: Any) -> Iterator[int]:
    if node.type not in JOINED:
        return
    between = [child.value for child in node.children[1::2]]
    if not all(value in JOINED[node.type] for value in between):
        return
    if between[0] != "/":  # 1 / x without its 1 is another formula, not one with a term less
        yield 0
    yield from range(2, len(node.children), 2)


class DropBound(Operator):
    """Replace max, min and clip by what they bound."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        """Yield the place of the call, once for each argument that could stand alone."""
        for _ in _bounded(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the argument number `index` in place of the call."""
        kept = list(_bounded(node))[index]
        return parso.parse(f" ({kept.get_code().strip()})")

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Return what it does to small texts."""
        return (
            Example("np.maximum(0.0, x)", "(x)"),
            Example("min(a, b)", "(b)", 1),
            Example("np.clip(x, 0.0, 1.0)", "(x)"),
        )


def _bounded(node: Any) -> Iterator[Any]:
    if node.type != "atom_expr" or len(node.children) < 2:
        return
    *called, trailer = node.children
    name = "".join(child.get_code() for child in called).strip()
    if name not in BOUNDS or trailer.type != "trailer" or trailer.children[0].value != "(":
        return
    inside = trailer.children[1]
    if inside.type != "arglist":
        return
    plain = [child for child in inside.children[::2] if child.type != "argument"]
    yield from (child for child in plain[: 1 if name == "np.clip" else 2] if not _number(child))
