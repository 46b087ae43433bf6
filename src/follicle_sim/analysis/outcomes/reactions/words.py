"""Counts of side effects in words."""

from __future__ import annotations

from follicle_sim.analysis.outcomes.reactions.reported import Reported


def counted_words(reported: Reported, amount: float, level: float = 0.95) -> str:
    """Return what was counted in words; of none, the most that it leaves open.

    Examples
    --------
    >>> from follicle_sim.analysis.outcomes.reactions.reported import load_reported
    >>> reaction, _ = load_reported()["exosomes_foreskin_injection"]
    >>> counted_words(reaction, 1e9)
    '0 of 30: at most 9.5 %'
    """
    count = reported.nearest(amount)
    low, high = count.limits(level)
    if count.at_most is not None:
        return f"at most {percent(high)} printed"
    between = f"{percent(low).removesuffix(' %')} to {percent(high)}"
    if count.events is None:
        return f"{percent(count.center)} ({between})"
    if count.events == 0:
        return f"0 of {count.of:,}: at most {percent(high)}"
    return f"{count.events:,} of {count.of:,}: {percent(count.center)} ({between})"


def percent(share: float) -> str:
    """Return a share in per cent, to two digits that mean something.

    Examples
    --------
    >>> percent(0.0949), percent(0.98), percent(0.9999)
    ('9.5 %', '98 %', '100 %')
    """
    return f"{100.0 * share:.2g} %" if share < 0.995 else "100 %"
