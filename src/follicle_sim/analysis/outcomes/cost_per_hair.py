"""What an added hair costs: a ratio, whose interval may have no end."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtrit

from follicle_sim.analysis.statistics.effects import refuse


@dataclass(frozen=True)
class CostPerHair:
    """Cost over gain.

    Parameters
    ----------
    value
        Cost / gain, money per hair/cm2 added; NaN where nothing was gained.
    low, high
        Limits; `high` is infinite, and `low` NaN where nothing can be said, when the gain's
        interval holds 0.
    reason
        Why there is no interval, empty where there is one.
    """

    value: float
    low: float
    high: float
    reason: str = ""


def cost_per_added_hair(
    cost: float,
    gain: float,
    gain_se: float,
    *,
    cost_se: float = 0.0,
    df: float = math.inf,
    level: float = 0.95,
) -> CostPerHair:
    """Return the cost of one more hair/cm2, with Fieller's interval (1954, JRSS B 16:175).

    Parameters
    ----------
    cost, cost_se
        Of the treatment less that of the control, and its standard error (independent of the
        gain's); any currency.
    gain, gain_se, df
        Hairs/cm2 gained over the control, its standard error and degrees of freedom.
    level
        Of the interval.

    Raises
    ------
    InputError
        A standard error below 0, or a level outside (0, 1).

    Examples
    --------
    >>> found = cost_per_added_hair(1000.0, 20.0, 2.0)
    >>> round(found.value), round(found.low, 1), round(found.high, 1)
    (50, 41.8, 62.2)
    >>> cost_per_added_hair(1000.0, 3.0, 2.0).reason
    'the interval of the gain holds 0: there may be nothing to divide by'
    """
    if min(gain_se, cost_se) < 0.0 or not 0.0 < level < 1.0:
        raise refuse("cost", "standard errors are 0 or more, and the level is between 0 and 1")
    t = float(stdtrit(min(df, 1e9), 0.5 + level / 2))
    value = cost / gain if gain > 0.0 else math.nan
    margin = (t * gain_se) ** 2
    if not gain**2 > margin:
        reason = "the interval of the gain holds 0: there may be nothing to divide by"
        return CostPerHair(value, math.nan, math.inf, reason)
    if gain < 0.0:
        reason = "hair was lost: no price buys a gain"
        return CostPerHair(math.nan, math.nan, math.inf, reason)
    bottom = gain**2 - margin
    root = math.sqrt((cost * gain) ** 2 - bottom * (cost**2 - (t * cost_se) ** 2))
    return CostPerHair(value, (cost * gain - root) / bottom, (cost * gain + root) / bottom)
