"""Text to number and back: "4 weeks", "1 mg", "1e9 particles/cm2".

Every quantity inside the package is a float in the canonical unit of its dimension. Conversion is
done in exact rational arithmetic and rounded once: "0.1 weeks" and "0.7 days" are the same float.
"""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction

from follicle_sim.base.errors import UnitError, did_you_mean

YEAR = 365.25
"""Days of a year, in the mean over leap years."""

_DAY = Fraction(1)
_YEAR = Fraction(YEAR)
_INCH_MM = Fraction(254, 10)

_TIME = {
    **dict.fromkeys(("day", "days", "d"), _DAY),
    **dict.fromkeys(("week", "weeks", "wk", "w"), 7 * _DAY),
    **dict.fromkeys(("month", "months", "mo"), _YEAR / 12),
    **dict.fromkeys(("year", "years", "yr", "y", "a"), _YEAR),
    **dict.fromkeys(("hour", "hours", "h"), _DAY / 24),
    **dict.fromkeys(("minute", "minutes", "min"), _DAY / 1440),
    **dict.fromkeys(("second", "seconds", "s"), _DAY / 86400),
}
_LENGTH = {
    "mm": Fraction(1),
    "cm": Fraction(10),
    "m": Fraction(1000),
    "um": Fraction(1, 1000),
    "nm": Fraction(1, 10**6),
    **dict.fromkeys(("inch", "inches", "in"), _INCH_MM),
}
_AREA = {
    name: factor
    for unit, side in (("cm", Fraction(1)), ("mm", Fraction(1, 10)), ("m", Fraction(100)))
    for name, factor in ((f"{unit}2", side**2), (f"{unit}^2", side**2))
}
# Per area as a power: "cm-2"; superscripts are read as plain digits before.
_INVERSE_AREA = {f"{area[:-1]}-{area[-1]}": 1 / factor for area, factor in _AREA.items()}


def _counted_per_area(*heads: str) -> dict[str, Fraction]:
    """Return the ways to write so many things per area: "hairs/cm2", "hairs cm-2"."""
    shares = {f"{head}/{area}": 1 / factor for head in heads for area, factor in _AREA.items()}
    powers = _INVERSE_AREA.items()
    return shares | {f"{head} {area}": factor for head in heads for area, factor in powers}


_PER_AREA = {
    f"{head}{area}": 1 / factor for area, factor in _AREA.items() for head in ("/", "1/", "per ")
}
_PER_AREA |= _INVERSE_AREA | _counted_per_area("hairs", "hair", "follicles", "follicle")
_PER_TIME = (
    {
        f"{share}{slash}{name}": factor / days
        for name, days in _TIME.items()
        for slash in ("/", "per ")
        for share, factor in (("", Fraction(1)), ("% ", Fraction(1, 100)), ("%", Fraction(1, 100)))
    }
    | {f"1/{name}": 1 / days for name, days in _TIME.items()}
    | {f"{name}-1": 1 / days for name, days in _TIME.items()}
    | {f"{name}^-1": 1 / days for name, days in _TIME.items()}
)
_SPEED = {
    f"{length}{slash}{time}": size / days
    for length, size in _LENGTH.items()
    for time, days in _TIME.items()
    for slash in ("/", " per ")
} | {
    f"{length} {time}{power}": size / days
    for length, size in _LENGTH.items()
    for time, days in _TIME.items()
    for power in ("-1", "^-1")
}

# dimension: units, first of them canonical (factor 1)
_UNITS: dict[str, dict[str, Fraction]] = {
    "time": {"days": _DAY, **_TIME},
    "length": _LENGTH,
    "calibre": {"um": Fraction(1)} | {unit: 1000 * size for unit, size in _LENGTH.items()},
    "area": _AREA,
    "density": {"cm-2": Fraction(1), **_PER_AREA},
    "mass": {
        "mg": Fraction(1),
        "g": Fraction(1000),
        "kg": Fraction(10**6),
        **dict.fromkeys(("ug", "mcg"), Fraction(1, 1000)),
        "ng": Fraction(1, 10**6),
    },
    "volume": {
        **dict.fromkeys(("mL", "ml", "cm3", "cm^3"), Fraction(1)),
        **dict.fromkeys(("L", "l"), Fraction(1000)),
        **dict.fromkeys(("uL", "ul"), Fraction(1, 1000)),
    },
    "particles": _counted_per_area("particles", "particle"),
    "grafts": _counted_per_area("grafts", "graft"),
    "sessions": dict.fromkeys(("sessions", "session", "doses", "dose"), Fraction(1)),
    "rate": {"/day": 1 / _DAY, **_PER_TIME},
    "speed": {"mm/day": Fraction(1), **_SPEED},
    "number": {"": Fraction(1), "%": Fraction(1, 100), "percent": Fraction(1, 100)},
    "money": {"USD": Fraction(1)},
    "memory": {
        **dict.fromkeys(("B", "bytes"), Fraction(1)),
        **{f"{prefix}B": Fraction(1000**n) for n, prefix in enumerate(("k", "M", "G", "T"), 1)},
        **{f"{prefix}iB": Fraction(1024**n) for n, prefix in enumerate(("K", "M", "G", "T"), 1)},
    },
}
AMOUNTS = ("mass", "volume", "particles", "sessions", "grafts")
# How a message names a quantity of each dimension.
NOUNS = {name: f"a {name}" for name in _UNITS} | {
    "area": "an area",
    "particles": "a number of particles per area",
    "sessions": "a number of sessions",
    "grafts": "a number of grafts per area",
    "number": "a plain number",
    "money": "an amount of money",
    "memory": "an amount of memory",
}
_EXAMPLE = {
    "time": "4 weeks",
    "length": "1 mm",
    "calibre": "30 um",
    "area": "5.067 cm2",
    "density": "226 cm-2",
    "mass": "1 mg",
    "volume": "1 mL",
    "particles": "1e9 particles/cm2",
    "sessions": "1 session",
    "grafts": "30 grafts/cm2",
    "rate": "0.046 per year",
    "speed": "0.37 mm/day",
    "number": "0.9 or 90 %",
    "money": "2500 USD",
    "memory": "2 GB",
}
# Tried in this order when writing; a unit is taken when it gives a short whole number.
_WRITE = {
    "time": (("years", "year"), ("weeks", "week"), ("months", "month"), ("days", "day")),
    "sessions": (("sessions", "session"),),
    "rate": (("per year", "per year"), ("per day", "per day")),
    "memory": (("GB", "GB"), ("MB", "MB"), ("B", "B")),
}
_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
# "10⁹" or "2 × 10⁹": the digits of a number may not stand high, or 10⁹ would be read as 109.
_POWER = re.compile(r"\s*([x×*·]\s*10|[⁰¹²³⁴-⁹⁺⁻])")


def dimensions() -> tuple[str, ...]:
    """Return the names of all dimensions."""
    return tuple(_UNITS)


def canonical_unit(dimension: str) -> str:
    """Return the unit values of this dimension are held in (empty for plain numbers).

    Examples
    --------
    >>> canonical_unit("time"), canonical_unit("calibre")
    ('days', 'um')
    """
    return next(iter(_units(dimension)))


def example(dimension: str) -> str:
    """Return an example of how a quantity of this dimension is written."""
    _units(dimension)
    return _EXAMPLE[dimension]


def describe_need(dimension: str) -> str:
    """Return what a message says of a dimension: what is needed, with an example.

    Examples
    --------
    >>> describe_need("time")
    'a time with a unit is needed, for example "4 weeks"'
    """
    text = example(dimension)
    if dimension == "number":
        return f"{NOUNS[dimension]} is needed, for example {text}"
    return f'{NOUNS[dimension]} with a unit is needed, for example "{text}"'


def parse(text: str, dimension: str) -> float:
    """Return the value of `text` in the canonical unit of `dimension`.

    Parameters
    ----------
    text
        A number and a unit, such as ``"4 weeks"``.
    dimension
        One of `dimensions`: time (days), length (mm), calibre (um), area (cm2), density (cm-2),
        mass (mg), volume (mL), particles (particles/cm2), sessions, rate (per day), speed (mm/day),
        number (plain or %), money (US dollars), memory (bytes).

    Raises
    ------
    UnitError
        If it is not a number, has no unit where one is needed, or a unit of something else.

    Examples
    --------
    >>> parse("4 weeks", "time")
    28.0
    >>> parse("90 %", "number")
    0.9
    """
    units = _units(dimension)
    number, unit = _split(text, describe_need(dimension))
    key = _lookup(unit, units)
    if key is not None:
        return _convert(number, units[key], text)
    if not unit:
        raise UnitError(f"found {_quote(text)} without a unit; {describe_need(dimension)}")
    for other, table in _UNITS.items():
        if other != "number" and _lookup(unit, table) is not None:
            raise UnitError(f"found {_quote(text)}, {NOUNS[other]}; {describe_need(dimension)}")
    hint = did_you_mean(unit, [name for name in units if name])
    raise UnitError(
        f'found {_quote(text)}, unknown unit "{unit[:40]}"; {describe_need(dimension)}{hint}'
    )


def parse_amount(text: str) -> tuple[float, str]:
    """Return a dose amount in its canonical unit, and the dimension found.

    Returns
    -------
    tuple
        Value, and "mass" (mg), "volume" (mL), "particles" (particles/cm2) or "sessions".

    Examples
    --------
    >>> parse_amount("1 session")
    (1.0, 'sessions')
    >>> parse_amount("500 ug")
    (0.5, 'mass')
    """
    examples = ", ".join(f'"{_EXAMPLE[dimension]}"' for dimension in AMOUNTS)
    needed = f"an amount with a unit is needed, for example {examples}"
    number, unit = _split(text, needed)
    for dimension in AMOUNTS:
        key = _lookup(unit, _UNITS[dimension])
        if key is not None:
            return _convert(number, _UNITS[dimension][key], text), dimension
    if not unit:
        raise UnitError(f"found {_quote(text)} without a unit; {needed}")
    hint = did_you_mean(unit, [name for dimension in AMOUNTS for name in _UNITS[dimension]])
    raise UnitError(f'found {_quote(text)}, unknown unit "{unit[:40]}"; {needed}{hint}')


def format_quantity(value: float, dimension: str) -> str:
    """Return text that `parse` reads back as exactly `value`.

    Examples
    --------
    >>> format_quantity(728.0, "time")
    '104 weeks'
    >>> format_quantity(0.9, "number")
    '0.9'
    """
    value = float(value)
    if not math.isfinite(value):
        raise UnitError(f"{value} is not a finite quantity")
    if dimension in _WRITE and 0 < abs(value) < 1e15:
        for plural, singular in _WRITE[dimension]:
            scaled = Fraction(value) / _UNITS[dimension][plural]
            text = _number(float(scaled))
            # Whole and short in this unit; a rate is a decimal number and need only be short.
            if len(text) <= 6 and (scaled.denominator == 1 or dimension == "rate"):
                written = f"{text} {singular if text in ('1', '-1') else plural}"
                if parse(written, dimension) == value:
                    return written
    return f"{_number(value)} {canonical_unit(dimension)}".rstrip()


def _units(dimension: str) -> dict[str, Fraction]:
    if dimension not in _UNITS:
        raise UnitError(f'unknown dimension "{dimension}"{did_you_mean(dimension, _UNITS)}')
    return _UNITS[dimension]


def _split(text: str, needed: str) -> tuple[str, str]:
    plain = text.strip().translate({0x2212: "-"})
    match = _QUANTITY.fullmatch(plain) if len(plain) <= 100 else None
    if match is None:
        raise UnitError(f"found {_quote(text)}, not a number with a unit; {needed}")
    if _POWER.match(match[2]):
        message = "a power of ten is written as in 1e9, without superscripts"
        raise UnitError(f"found {_quote(text)}; {message}; {needed}")
    return match[1], _plain_unit(match[2])


def _plain_unit(unit: str) -> str:
    """Return a unit in the letters of the tables, however it was typed.

    Compatibility forms become plain ones: superscript digits and signs, one-letter "cm" or "m2",
    the two micro signs one; a dot between two units is a space.
    """
    plain = unicodedata.normalize("NFKC", unit)
    return " ".join(plain.translate({0x3BC: "u", 0x2212: "-", 0xB7: " ", 0x22C5: " "}).split())


def _lookup(unit: str, units: dict[str, Fraction]) -> str | None:
    if unit in units:
        return unit
    # Capitals matter in short symbols (mg is not Mg); in words they do not.
    lowered = unit.lower()
    return lowered if len(unit) > 3 and lowered in units else None


def _convert(number: str, factor: Fraction, text: str) -> float:
    rough = float(number)
    if rough == 0:
        return 0.0
    try:
        # The rough value bounds the exponent, so the exact fraction stays small.
        value = float(Fraction(number) * factor) if math.isfinite(rough) else math.inf
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise UnitError(f"found {_quote(text)}, too large a number")
    return value


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e6:
        return str(int(value))
    short = f"{value:.6g}"
    return re.sub(r"e\+?(-?)0*", r"e\1", short) if float(short) == value else repr(value)


def _quote(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def format_unit(unit: str) -> str:
    """Return a unit as people write it.

    Examples
    --------
    >>> format_unit("cm-2"), format_unit("mm d-1"), format_unit("1")
    ('hairs/cm2', 'mm/day', '')
    """
    known = {"cm-2": "hairs/cm2", "mm d-1": "mm/day", "d-1 cm-2": "hairs/cm2 per day", "1": ""}
    return known.get(unit, unit)
