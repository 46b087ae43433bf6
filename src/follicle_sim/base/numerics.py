"""Random draws, elementary functions and linear kinetics that give the same bits on every machine.

The exponential and logarithm of the C library, and NumPy's vectorised ones, differ in the last bit
between processors and versions. Those here use only operations that IEEE 754 defines exactly
(+, -, *, /, sqrt and bit moves), are accurate to about one unit in the last place, and vectorise.

Draws are Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405): a pure function of a key
(seed, replicate) and a counter (subject, follicle, cycle, decision).
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import float64, int64, uint32, uint64
from numba.extending import intrinsic
from numpy.typing import ArrayLike, NDArray

from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.types import Floats


@intrinsic
def _bits_of(typing_context: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return int64(float64), generate


@intrinsic
def _float_of(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return float64(int64), generate


# ln 2 in two parts: the first has 21 trailing zero bits, so k * LN2_HIGH is exact.
LN2_HIGH = float.fromhex("0x1.62e42feep-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
INVERSE_LN2 = float.fromhex("0x1.71547652b82fep+0")
# Adding 1.5 * 2^52 rounds a small double to the nearest integer, left in its low bits.
ROUNDER = 6755399441055744.0
EXPONENT_BIAS = 1023
MANTISSA_BITS = 52
EXP_LIMIT = 700.0

C2, C3, C4, C5, C6, C7 = (1.0 / math.factorial(n) for n in range(2, 8))
C8, C9, C10, C11, C12, C13 = (1.0 / math.factorial(n) for n in range(8, 14))


@jit_inline
def exp(x: float) -> float:
    """Return e^x for |x| <= 700 (clamped beyond): Cody-Waite reduction and a Taylor polynomial."""
    x = min(max(x, -EXP_LIMIT), EXP_LIMIT)
    shifted = x * INVERSE_LN2 + ROUNDER
    k = shifted - ROUNDER
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = C12 + r * C13
    p = C11 + r * p
    p = C10 + r * p
    p = C9 + r * p
    p = C8 + r * p
    p = C7 + r * p
    p = C6 + r * p
    p = C5 + r * p
    p = C4 + r * p
    p = C3 + r * p
    p = C2 + r * p
    scale = _float_of((_bits_of(shifted) - _bits_of(ROUNDER) + EXPONENT_BIAS) << MANTISSA_BITS)
    return (1.0 + (r + r * r * p)) * scale


@jit_inline
def log(x: float) -> float:
    """Return the natural logarithm of a positive, normal x: 2 artanh((m - 1)/(m + 1)) + k ln 2."""
    bits = _bits_of(x)
    k = (bits >> MANTISSA_BITS) - EXPONENT_BIAS
    m = _float_of((bits & 0xFFFFFFFFFFFFF) | (EXPONENT_BIAS << MANTISSA_BITS))
    if m > 1.4142135623730951:
        m *= 0.5
        k += 1
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = 1.0 / 21.0 + s * (1.0 / 23.0)
    p = 1.0 / 19.0 + s * p
    p = 1.0 / 17.0 + s * p
    p = 1.0 / 15.0 + s * p
    p = 1.0 / 13.0 + s * p
    p = 1.0 / 11.0 + s * p
    p = 1.0 / 9.0 + s * p
    p = 1.0 / 7.0 + s * p
    p = 1.0 / 5.0 + s * p
    p = 1.0 / 3.0 + s * p
    return k * LN2_HIGH + (2.0 * f + (2.0 * f * s * p + k * LN2_LOW))


@jit_inline
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four output words of Philox4x32-10 for a counter c and a key k."""
    mask = uint64(0xFFFFFFFF)
    shift = uint64(32)
    x0, x1, x2, x3 = uint64(c0) & mask, uint64(c1) & mask, uint64(c2) & mask, uint64(c3) & mask
    key0, key1 = uint64(k0) & mask, uint64(k1) & mask
    for _ in range(10):
        product0 = uint64(0xD2511F53) * x0
        product1 = uint64(0xCD9E8D57) * x2
        x0, x1, x2, x3 = (
            (product1 >> shift) ^ x1 ^ key0,
            product1 & mask,
            (product0 >> shift) ^ x3 ^ key1,
            product0 & mask,
        )
        key0 = (key0 + uint64(0x9E3779B9)) & mask
        key1 = (key1 + uint64(0xBB67AE85)) & mask
    return uint32(x0), uint32(x1), uint32(x2), uint32(x3)


@jit_inline
def unit_interval(high: int, low: int) -> float:
    """Return a double strictly between 0 and 1 from the top 26 bits of each of two 32-bit words."""
    joined = (uint64(high) >> uint64(6)) << uint64(26) | (uint64(low) >> uint64(6))
    return (float64(joined) + 0.5) * 2.220446049250313e-16


@jit_inline
def draw(
    seed: int, replicate: int, stream: int, subject: int, follicle: int, cycle: int, decision: int
) -> tuple[float, float]:
    """Return the two uniforms that belong to one decision. `stream` has 24 bits, `decision` 8."""
    tag = (uint64(stream) << uint64(8)) | uint64(decision)
    w0, w1, w2, w3 = philox(subject, follicle, cycle, tag, seed, replicate)
    return unit_interval(w0, w1), unit_interval(w2, w3)


CENTRE = 0.425
"""Half-width of the middle of the normal law, where one rational function serves."""


@jit_inline
def central_quantile(q: float) -> float:
    """Return the normal quantile of 0.5 + q for |q| <= CENTRE (AS 241)."""
    r = 0.180625 - q * q
    above = 2509.0809287301226727 * r + 33430.575583588128105
    above = (above * r + 67265.770927008700853) * r + 45921.953931549871457
    above = (above * r + 13731.693765509461125) * r + 1971.5909503065514427
    above = (above * r + 133.14166789178437745) * r + 3.387132872796366608
    below = 5226.495278852545925 * r + 28729.085735721942674
    below = (below * r + 39307.89580009271061) * r + 21213.794301586595867
    below = (below * r + 5394.1960214247511077) * r + 687.1870074920579083
    below = (below * r + 42.313330701600911252) * r + 1.0
    return q * above / below


@jit
def tail_quantile(p: float) -> float:
    """Return the normal quantile of p outside the centre (AS 241)."""
    r = math.sqrt(-log(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        above = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
        above = (above * r + 0.24178072517745061177) * r + 1.27045825245236838258
        above = (above * r + 3.64784832476320460504) * r + 5.7694972214606914055
        above = (above * r + 4.6303378461565452959) * r + 1.42343711074968357734
        below = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
        below = (below * r + 0.0151986665636164571966) * r + 0.14810397642748007459
        below = (below * r + 0.68976733498510000455) * r + 1.6763848301838038494
        below = (below * r + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        above = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        above = (above * r + 0.0012426609473880784386) * r + 0.026532189526576123093
        above = (above * r + 0.29656057182850489123) * r + 1.7848265399172913358
        above = (above * r + 5.4637849111641143699) * r + 6.6579046435011037772
        below = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
        below = (below * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4
        below = (below * r + 0.0148753612908506148525) * r + 0.13692988092273580531
        below = (below * r + 0.59983220655588793769) * r + 1.0
    return -above / below if p < 0.5 else above / below


@jit_inline
def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of p in (0, 1), relative error about 1e-16.

    Algorithm AS 241, PPND16 (Wichura 1988, Applied Statistics 37:477).
    """
    q = p - 0.5
    return central_quantile(q) if abs(q) <= CENTRE else tail_quantile(p)


@jit
def _exp_into(x: Floats, out: Floats) -> None:
    for i in range(x.size):
        out[i] = exp(x[i])


@jit
def _log_into(x: Floats, out: Floats) -> None:
    for i in range(x.size):
        out[i] = log(x[i])


@jit
def _uniform_into(seed: int, replicate: int, names: NDArray[np.uint32], out: Floats) -> None:
    for i in range(out.size):
        stream, subject, follicle, cycle, decision = names[i]
        out[i] = draw(seed, replicate, stream, subject, follicle, cycle, decision)[0]


@jit
def _quantile_into(p: Floats, out: Floats) -> None:
    for i in range(p.size):
        out[i] = normal_quantile(p[i])


def exp_array(x: ArrayLike) -> Floats:
    """Return e^x element by element (shape of x), the same bits on every machine."""
    values = np.asarray(x, dtype=np.float64, order="C")
    out = np.empty_like(values)
    _exp_into(values.reshape(-1), out.reshape(-1))
    return out


def log_array(x: ArrayLike) -> Floats:
    """Return the natural logarithm of positive x, the same bits on every machine.

    Raises
    ------
    ValueError
        If any element is not positive and finite.
    """
    values = np.asarray(x, dtype=np.float64, order="C")
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError("log_array needs positive, finite values")
    out = np.empty_like(values)
    _log_into(values.reshape(-1), out.reshape(-1))
    return out


def uniforms(
    seed: int,
    replicate: int,
    stream: ArrayLike,
    subject: ArrayLike,
    follicle: ArrayLike,
    cycle: ArrayLike,
    decision: ArrayLike,
) -> Floats:
    """Return uniforms in (0, 1), one for each name; the integer arguments broadcast."""
    parts = np.broadcast_arrays(stream, subject, follicle, cycle, decision)
    names = np.stack([np.asarray(part, dtype=np.uint32).ravel() for part in parts], axis=1)
    out = np.empty(len(names))
    _uniform_into(seed, replicate, names, out)
    return out.reshape(parts[0].shape)


def normals(
    seed: int,
    replicate: int,
    stream: ArrayLike,
    subject: ArrayLike,
    follicle: ArrayLike,
    cycle: ArrayLike,
    decision: ArrayLike,
) -> Floats:
    """Return standard normal draws, one for each name; the integer arguments broadcast."""
    p = uniforms(seed, replicate, stream, subject, follicle, cycle, decision)
    out = np.empty_like(p)
    _quantile_into(p.reshape(-1), out.reshape(-1))
    return out


def lognormal_multipliers(cv: float, z: Floats) -> Floats:
    """Turn standard normal draws into multipliers of mean 1 and coefficient of variation `cv`."""
    if cv == 0.0:
        return np.ones_like(z)
    variance = log_array(1.0 + cv * cv)
    return exp_array(z * np.sqrt(variance) - 0.5 * variance)


@jit
def _decay_sum(
    times: Floats, amounts: Floats, rate: float, grid: Floats, nodes: Floats, cells: Floats
) -> None:
    for s in range(amounts.shape[0]):
        level = 0.0
        time = grid[0]
        k = 0
        while k < times.size and times[k] < grid[0]:
            level += amounts[s, k] * exp(-rate * (grid[0] - times[k]))
            k += 1
        for i in range(grid.size):
            if i > 0:
                area = 0.0
                while k < times.size and times[k] < grid[i]:
                    fade = exp(-rate * (times[k] - time))
                    area += level * (1.0 - fade) / rate
                    level = level * fade + amounts[s, k]
                    time = times[k]
                    k += 1
                fade = exp(-rate * (grid[i] - time))
                area += level * (1.0 - fade) / rate
                level *= fade
                time = grid[i]
                cells[s, i - 1] = area
            while k < times.size and times[k] == grid[i]:
                level += amounts[s, k]
                k += 1
            nodes[s, i] = level


def decay_sum(times: Floats, amounts: Floats, rate: float, grid: Floats) -> tuple[Floats, Floats]:
    """Superpose exponential decays: A(t) = sum over doses of amount exp(-rate (t - t_dose)).

    Parameters
    ----------
    times : (K,) dose times, day, sorted
    amounts : (S, K) amount of each dose for each subject
    rate : decay rate, 1/day, positive
    grid : (T,) increasing times, day

    Returns
    -------
    nodes : (S, T) A at the grid times, a dose that falls on a node included
    cells : (S, T - 1) exact integral of A over each grid cell
    """
    times = np.ascontiguousarray(times, dtype=np.float64)
    if (np.diff(times) < 0).any():
        raise ValueError("decay_sum needs sorted dose times")
    amounts = np.ascontiguousarray(np.atleast_2d(amounts), dtype=np.float64)
    nodes = np.empty((len(amounts), grid.size))
    cells = np.empty((len(amounts), grid.size - 1))
    _decay_sum(times, amounts, float(rate), np.ascontiguousarray(grid), nodes, cells)
    return nodes, cells


@jit
def _relax(drive: Floats, rate: float, grid: Floats, out: Floats) -> None:
    for i in range(1, grid.size):
        step = grid[i] - grid[i - 1]
        z = rate * step
        keep = exp(-z)
        # weights of the drive at both ends: the exact response to a linear ramp
        gone = 1.0 - keep
        late = 1.0 - gone / z if z > 1e-3 else z * (0.5 - z * (1.0 / 6.0 - z / 24.0))
        early = gone - late
        for s in range(out.shape[0]):
            out[s, i] = keep * out[s, i - 1] + early * drive[s, i - 1] + late * drive[s, i]


def relax(drive: Floats, rate: float, grid: Floats, start: ArrayLike = 0.0) -> Floats:
    """Solve y' = rate (drive - y) exactly for a drive that is linear between grid nodes.

    Parameters
    ----------
    drive : (S, T); rate : 1/day, positive; grid : (T,) day; start : y at grid[0], scalar or (S,)

    Returns
    -------
    (S, T) y at the grid nodes
    """
    drive = np.ascontiguousarray(np.atleast_2d(drive), dtype=np.float64)
    out = np.empty_like(drive)
    out[:, 0] = start
    _relax(drive, float(rate), np.ascontiguousarray(grid), out)
    return out


@jit
def _turnover(loss: Floats, rate: float, grid: Floats, out: Floats) -> None:
    for i in range(1, grid.size):
        step = grid[i] - grid[i - 1]
        for s in range(out.shape[0]):
            total = rate + loss[s, i - 1]
            if loss[s, i - 1] == 0.0:
                out[s, i] = 1.0 - (1.0 - out[s, i - 1]) * exp(-rate * step)
            else:
                level = rate / total
                out[s, i] = level + (out[s, i - 1] - level) * exp(-total * step)


def turnover(loss: Floats, rate: float, grid: Floats) -> Floats:
    """Solve e' = rate (1 - e) - loss e with e = 1 at grid[0], loss constant in each cell.

    Parameters
    ----------
    loss : (S, T - 1) mean loss rate in each cell, 1/day; rate : 1/day; grid : (T,) day

    Returns
    -------
    (S, T) amount at the nodes relative to its untreated level; exactly 1 where loss never acted
    """
    loss = np.ascontiguousarray(np.atleast_2d(loss), dtype=np.float64)
    out = np.ones((len(loss), grid.size))
    _turnover(loss, float(rate), np.ascontiguousarray(grid), out)
    return out
