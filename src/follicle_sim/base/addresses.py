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


@jit
def hold(array: NDArray[np.float64]) -> int:
    """Keep an array alive up to this line: one whose address alone is used would be freed early."""
    return array.size
