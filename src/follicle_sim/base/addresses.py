"""Numbers in memory by their address, for compiled code that runs once an event.

Passing an array from one compiled function to another counts references with locked instructions,
which cost more than all the arithmetic of an event. Hot code passes addresses; whoever owns the
array keeps it for as long as its address is used (`hold`).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import float64, int64, void
from numba.extending import intrinsic
from numpy.typing import NDArray

from follicle_sim.base.compiled import jit


@intrinsic
def number_at(typing_context: Any, address: Any, index: Any) -> Any:
    """Return the double at `address` + 8 `index` bytes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())
        return builder.load(builder.gep(pointer, [arguments[1]]))

    return float64(int64, int64), generate


@intrinsic
def put_number(typing_context: Any, address: Any, index: Any, value: Any) -> Any:
    """Store a double at `address` + 8 `index` bytes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())
        builder.store(arguments[2], builder.gep(pointer, [arguments[1]]))
        return context.get_dummy_value()

    return void(int64, int64, float64), generate


@intrinsic
def add_number(typing_context: Any, address: Any, index: Any, value: Any) -> Any:
    """Add to the double at `address` + 8 `index` bytes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())
        place = builder.gep(pointer, [arguments[1]])
        builder.store(builder.fadd(builder.load(place), arguments[2]), place)
        return context.get_dummy_value()

    return void(int64, int64, float64), generate


def _table_scope(module: Any) -> Any:
    """Return the mark of what is read from tables: numbers that no marked store writes to."""
    domain = module.add_metadata([ir.MetaDataString(module, "follicle_sim.addresses")])
    scope = module.add_metadata([ir.MetaDataString(module, "follicle_sim.tables"), domain])
    return module.add_metadata([scope])


@intrinsic
def table_at(typing_context: Any, address: Any, index: Any) -> Any:
    """Return a double of a table, as `number_at`; `add_beside` never writes to it.

    The compiler cannot see that two addresses lie apart. Told so, it vectorises a loop over both.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())
        number = builder.load(builder.gep(pointer, [arguments[1]]))
        number.set_metadata("alias.scope", _table_scope(builder.module))
        return number

    return float64(int64, int64), generate


@intrinsic
def add_beside(typing_context: Any, address: Any, index: Any, value: Any) -> Any:
    """Add to a double, as `add_number`, in a loop that reads only what it adds to and tables."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        scope = _table_scope(builder.module)
        pointer = builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())
        place = builder.gep(pointer, [arguments[1]])
        number = builder.load(place)
        number.set_metadata("noalias", scope)
        store = builder.store(builder.fadd(number, arguments[2]), place)
        store.set_metadata("noalias", scope)
        return context.get_dummy_value()

    return void(int64, int64, float64), generate


@jit
def hold(array: NDArray[np.float64]) -> int:
    """Keep an array alive up to this line: one whose address alone is used would be freed early."""
    return array.size
