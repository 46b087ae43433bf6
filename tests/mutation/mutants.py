"""Finds the mutants of a source file, names each, and chooses some by their names alone.

A mutant's name is a hash of the file, the function, the operator, the text of the line and its
number among equal ones: lines above may come and go without renaming it, so that a choice of
mutants stays the same, and a reason given for a survivor stays with it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from operators import DropBound, DropTerm

ROOT = Path(__file__).parents[2]

SWAPPED = (
    "BinaryOperator_Add_Sub",
    "BinaryOperator_Sub_Add",
    "BinaryOperator_Mul_Div",
    "BinaryOperator_Div_Mul",
    "BinaryOperator_Pow_Mul",
    "BinaryOperator_FloorDiv_Mul",
    "BinaryOperator_Mod_Mul",
    "BinaryOperator_BitAnd_BitOr",
    "BinaryOperator_BitOr_BitAnd",
    "BinaryOperator_LShift_RShift",
    "BinaryOperator_RShift_LShift",
    "ComparisonOperator_Lt_LtE",
    "ComparisonOperator_LtE_Lt",
    "ComparisonOperator_Gt_GtE",
    "ComparisonOperator_GtE_Gt",
    "ComparisonOperator_Eq_NotEq",
    "ComparisonOperator_NotEq_Eq",
    "ComparisonOperator_Is_IsNot",
    "ComparisonOperator_IsNot_Is",
    "UnaryOperator_Delete_USub",
    "UnaryOperator_Delete_Not",
    "UnaryOperator_Delete_Invert",
    "AndWithOr",
    "OrWithAnd",
    "TrueWithFalse",
    "FalseWithTrue",
    "BreakWithContinue",
    "ContinueWithBreak",
)
OPERATORS: dict[str, Any] = {
    **{name: get_operator(f"core/Replace{name}") for name in SWAPPED},
    "NumberReplacer": get_operator("core/NumberReplacer"),
    "ZeroIterationForLoop": get_operator("core/ZeroIterationForLoop"),
    "DropTerm": DropTerm,
    "DropBound": DropBound,
}
"""Signs, bounds, constants, conditions, loops and dropped terms. Left out is what any call of a
function notices (a sum made a bit shift), which would only flatter the rate."""

# what the numbers do not depend on: types, checks for the type checker, guards of lengths, speed
SILENT = {"annassign", "assert_stmt", "decorator", "import_from", "import_name"}
SILENT_ARGUMENTS = ("strict", "optimize")


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    key: str
    file: str  # relative to the root
    function: str
    operator: str
    occurrence: int
    line: int
    column: int
    text: str
    inside: bool  # a function, not the lines of a module or of a class

    def code(self, source: str) -> str:
        """Return the whole text of the changed file."""
        changed = mutate_code(source, OPERATORS[self.operator](), self.occurrence)
        assert changed is not None
        return str(changed)


@cache
def source_of(file: str) -> str:
    """Return the text of a source file."""
    return (ROOT / file).read_text(encoding="utf-8")


def mutants_of(file: str, source: str | None = None) -> list[Mutant]:
    """Return all mutants of a file, in the order of their names."""
    source = source_of(file) if source is None else source
    lines = source.splitlines()
    nodes = list(ast_nodes(get_ast(source)))
    found = []
    for operator, make in OPERATORS.items():
        alike: Counter[tuple[str, str]] = Counter()
        for occurrence, (node, (line, column)) in enumerate(_places(make(), nodes)):
            function, text = _function(node), lines[line - 1].strip()
            alike[function, text] += 1
            if _silent(node):
                continue
            name = "|".join((file, function, operator, text, str(alike[function, text])))
            key = hashlib.sha256(name.encode()).hexdigest()[:12]
            inside = any(each.type == "funcdef" for each in _parents(node))
            at = (operator, occurrence, line, column, text)
            found.append(Mutant(key, file, function, *at, inside))
    return sorted(found, key=lambda mutant: mutant.key)


def every(mutants: list[Mutant], k: int) -> list[Mutant]:
    """Return about one mutant in k: those whose name, read as a number, is a multiple of k."""
    return [mutant for mutant in mutants if int(mutant.key, 16) % k == 0]


def _places(operator: Any, nodes: list[Any]) -> Iterator[tuple[Any, tuple[int, int]]]:
    for node in nodes:
        for start, _ in operator.mutation_positions(node):
            yield node, start


def _parents(node: Any) -> Iterator[Any]:
    while node is not None:
        yield node
        node = node.parent


def _function(node: Any) -> str:
    names = [each.name.value for each in _parents(node) if each.type in ("funcdef", "classdef")]
    return ".".join(reversed(names))


def _silent(node: Any) -> bool:
    if node.parent is not None and node.parent.type == "parameters":
        return True  # the star before keywords is no product
    below = None
    for each in _parents(node):
        if each.type in SILENT and not (each.type == "annassign" and _is_value(each, below)):
            return True
        if each.type == "argument" and each.children[0].get_code().strip() in SILENT_ARGUMENTS:
            return True
        if each.type == "tfpdef" and below is each.children[2]:
            return True
        if each.type == "funcdef" and each.annotation is not None and below is each.annotation:
            return True
        if each.type == "param" and each.annotation is not None and below is each.annotation:
            return True
        below = each
    return False


def _is_value(annotated: Any, below: Any) -> bool:
    return "=" in [getattr(each, "value", "") for each in annotated.children] and (
        below is annotated.children[-1]
    )
