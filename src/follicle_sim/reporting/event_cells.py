"""One row of an event table: the dose it is, or what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.units import format_quantity
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.steady_state import doses_to_steady_state, slowest_half_life
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS

MISSING = ("", ".", "NA")
FIRST, ADDED = 1, 2
"""SS: all that was given before is replaced by the steady state; or it is added to that."""


class BadCellError(ValueError):
    """A cell that cannot be taken: its column, and what is wrong with it."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column, self.text = column, text


def dose_of(
    row: Mapping[str, str], treatments: Mapping[int, str], since: float
) -> dict[str, object] | None:
    """Return the dose of a row, None where it is none."""
    amount = number_of(row, "AMT", 0.0)
    event = number_of(row, "EVID", 1.0 if amount > 0.0 else 0.0)
    if event in (0.0, 2.0):
        return None
    if event != 1.0:
        raise BadCellError("EVID", f"found {event:g}; allowed: 0, 1 (a dose) and 2; no reset")
    _check(row, amount)
    steady, time = number_of(row, "SS", 0.0), number_of(row, "TIME", 0.0)
    interval, more = number_of(row, "II", 0.0), number_of(row, "ADDL", 0.0)
    treatment = _treatment(row, treatments)
    unit = AMOUNT_UNITS[load_treatment(treatment).amount]
    if row.get("UNIT", "") not in (*MISSING, unit):
        raise BadCellError("UNIT", f"found {row['UNIT']}; {treatment} is dosed in {unit}")
    lead = doses_to_steady_state(load_treatment(treatment), interval, since) if steady else 0
    more, time = more + lead, time - lead * interval
    dose: dict[str, object] = {
        "treatment": treatment,
        "amount": f"{amount!r} {unit}",
        "start": f"{time!r} days",
    }
    if more > 0.0:
        dose |= {"every": f"{interval!r} days", "count": int(more) + 1}
    duration = number_of(row, "DUR", 0.0)
    rate = number_of(row, "RATE", 0.0)
    if duration == 0.0 and rate > 0.0:
        duration = amount / rate
    return dose | ({"duration": f"{duration!r} days"} if duration > 0.0 else {})


def _check(row: Mapping[str, str], amount: float) -> None:
    """Refuse a dose whose numbers do not go together."""
    steady = number_of(row, "SS", 0.0)
    if steady not in (0.0, FIRST, ADDED):
        raise BadCellError("SS", f"found {row['SS']}; allowed: 0, 1 and 2")
    time = number_of(row, "TIME", math.nan)
    if math.isnan(time):
        raise BadCellError("TIME", "a number is needed: days since baseline, below 0 before it")
    if amount < 0.0:
        raise BadCellError("AMT", f"found {amount:g}; allowed: 0 or more")
    interval, more = number_of(row, "II", 0.0), number_of(row, "ADDL", 0.0)
    if more < 0.0 or more != int(more):
        raise BadCellError("ADDL", f"found {row['ADDL']}; allowed: a whole number, 0 or more")
    if more > 0.0 and not interval > 0.0:
        raise BadCellError(
            "II", f"found {row.get('II', '')!r}; {more:g} more doses need days between"
        )
    if steady and not (interval > 0.0 and amount > 0.0):
        column = "AMT" if interval > 0.0 else "II"
        text = f"found {row.get(column, '')!r}; a steady state needs an amount and days between"
        raise BadCellError(column, text)
    rate = number_of(row, "RATE", 0.0)
    if rate < 0.0:
        raise BadCellError("RATE", f"found {rate:g}; allowed: 0 or more, an amount a day")


def _treatment(row: Mapping[str, str], treatments: Mapping[int, str]) -> str:
    name = row.get("TREATMENT", "")
    if name in MISSING:
        number = number_of(row, "CMT", 1.0)
        if number not in treatments:
            text = f"nothing says what compartment {number:g} is"
            raise BadCellError("CMT", f"{text}; add a column TREATMENT, or name it")
        name = treatments[int(number)]
    if name not in treatment_names():
        hint = did_you_mean(name, treatment_names())
        raise BadCellError("TREATMENT", f'no treatment "{name}"{hint}')
    return name


def number_of(row: Mapping[str, str], column: str, usual: float) -> float:
    """Return the number in a column, the usual one where the cell is empty."""
    text = row.get(column, "")
    if text in MISSING:
        return usual
    try:
        number = float(text)
    except ValueError:
        raise BadCellError(column, f"found {text!r}; a number is needed") from None
    if not math.isfinite(number):
        raise BadCellError(column, f"found {text!r}; a finite number is needed")
    return number


def steady_sentence(row: Mapping[str, str], treatments: Mapping[int, str], since: float) -> str:
    """Return what a record of steady state becomes: how many doses, from when on, and why."""
    name, interval = _treatment(row, treatments), number_of(row, "II", 0.0)
    treatment = load_treatment(name)
    number = doses_to_steady_state(treatment, interval, since)
    first = format_quantity(number_of(row, "TIME", 0.0) - number * interval, "time")
    half_life = slowest_half_life(treatment)
    return (
        f"steady state of {name}, every {format_quantity(interval, 'time')}: {number} doses from "
        f"{first} on (half-life at the site of effect {half_life:.3g} days). Hair follows over "
        "months; let them begin earlier where it has settled too"
    )
