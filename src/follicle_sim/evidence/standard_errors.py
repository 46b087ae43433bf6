"""How sure a published number is: its standard error, or one that stands in for it.

A share of n people carries its error in itself: p and n are all there is to know, and nothing of
another trial is put in its place. So its binomial error is the number's own (`se`), and `se_source`
says that it was worked out and not printed. An error that other trials usually have is a guess at
what nobody printed: it is kept apart (`imputed_se`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.evidence.normalise import Kind, Measure, normalisation_tables

# A 95 % interval of a normal estimate is this many standard errors wide.
_CI95_WIDTH = 2.0 * NORMAL_95
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard error in canonical units, None where nothing gives one, and its origin."""

    se: float | None
    source: str


def standard_error(spread: str, kind: str, n: int | None, factor: float) -> Spread:
    """Turn a reported spread into a standard error in canonical units.

    Parameters
    ----------
    spread, kind
        As printed: one number with "SE", "SD" or "none", or two numbers with "CI95".
    n
        People behind the number.
    factor
        Raw unit to canonical unit.

    Examples
    --------
    >>> spread = standard_error("7.95;10.90", "CI95", None, 0.01)
    >>> round(spread.se, 5), spread.source
    (0.00753, 'from CI95')
    """
    numbers = [float(text) for text in _NUMBER.findall(spread)]
    match kind, numbers:
        case "SE", [se]:
            return Spread(se * factor, "reported SE")
        case "SD", [sd] if n:
            return Spread(sd * factor / math.sqrt(n), "from SD and n")
        case "CI95", [low, high]:
            return Spread((high - low) * factor / _CI95_WIDTH, "from CI95")
        case "SD", [_]:
            return Spread(None, "SD without n")
        case "none", [_]:
            return Spread(None, "spread of unstated kind")
    return Spread(None, "")


def is_share_of_people(endpoint: str) -> bool:
    """Tell whether an endpoint is the share of people who have something.

    Examples
    --------
    >>> is_share_of_people("salt20_responders"), is_share_of_people("anagen_fraction")
    (True, False)
    """
    return endpoint in normalisation_tables()[0]["binomial"]["endpoints"]


def share_error(meaning: Measure, raw_endpoint: str, raw_mean: float, n: int | None) -> Spread:
    """Return the binomial standard error ``sqrt(p (1 - p) / n)`` of a share of n people.

    p is ``(x + 1/2) / (n + 1)``, x being the people who have it: the mean of the posterior under
    the prior of Jeffreys, so that a share of 0 or 1 has an error too.

    Parameters
    ----------
    meaning
        Of the endpoint and unit.
    raw_endpoint
        The paper's wording: of some, n is not the number the share is of.
    raw_mean
        The share as printed.
    n
        People.

    Examples
    --------
    >>> from follicle_sim.evidence.normalise import measure
    >>> salt = measure("SALT<=20 responders", "%")
    >>> spread = share_error(salt, "SALT<=20 responders", 29.6, 351)
    >>> round(spread.se, 5), spread.source
    (0.02438, 'binomial, n = 351')
    >>> share_error(salt, "SALT<=20 responders", 0.0, 140).se > 0.0
    True
    """
    other = normalisation_tables()[0]["binomial"]["other_n"]
    share = raw_mean * meaning.factor
    counted = is_share_of_people(meaning.endpoint) and meaning.unit == "1" and not meaning.relative
    if not n or not counted or raw_endpoint in other or not 0.0 <= share <= 1.0:
        return Spread(None, "")
    p = (share * n + 0.5) / (n + 1.0)
    return Spread(math.sqrt(p * (1.0 - p) / n), f"binomial, n = {n}")


def imputed_error(meaning: Measure, kind: Kind, sex: str, n: int | None) -> Spread:
    """Return the standard error a trial of this size usually has, to stand in for a missing one.

    Only for changes, and differences of changes, of a density in hairs/cm2 with a known number of
    people. A difference of two equal arms of n/2 has the standard error ``2 sd / sqrt(n)``.
    The SDs are in data/normalisation.toml (model, section 5.8).

    Examples
    --------
    >>> from follicle_sim.evidence.normalise import measure
    >>> density = measure("hair density", "hairs/cm2")
    >>> round(imputed_error(density, "change", "M", 75).se, 3)
    2.598
    """
    sd = density_change_sd(meaning.endpoint, sex)
    if not n or sd is None or meaning.unit != normalisation_tables()[0]["imputation"]["unit"]:
        return Spread(None, "")
    group = _sd_group(sex)
    source = f"imputed: SD of one person's change {sd:g} hairs/cm2 ({group}), n = {n}"
    if kind == "change":
        return Spread(sd / math.sqrt(n), source)
    if kind == "difference":
        return Spread(2 * sd / math.sqrt(n), f"{source} in two equal arms")
    return Spread(None, "")


def density_change_sd(endpoint: str, sex: str) -> float | None:
    """Return the SD of one person's change of a density, hairs/cm2; None for other endpoints.

    Examples
    --------
    >>> density_change_sd("hair_density", "M"), density_change_sd("shaft_calibre", "M")
    (22.5, None)
    """
    rule = normalisation_tables()[0]["imputation"]
    if endpoint not in rule["endpoints"]:
        return None
    return float(rule["sd_change"][_sd_group(sex)])


def _sd_group(sex: str) -> str:
    return sex if sex in normalisation_tables()[0]["imputation"]["sd_change"] else "mixed"
