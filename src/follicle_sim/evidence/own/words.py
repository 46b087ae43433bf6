"""Endpoints and units in the words of a table: the registry's, or others that mean the same."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any

from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.base.likeness import nearest
from follicle_sim.evidence.normalise import endpoint_wordings, measure, unit_wordings

_ONLY_BY_UNIT = {"hair_count": "hair_density", "follicle_loss_rate": "follicle_density"}
"""Endpoint that a unit turns another one into, and that other one."""

RATIOS = ("anagen_telogen_ratio", "terminal_vellus_ratio", "alopecia_relative_risk")
"""Endpoints without a unit that are no shares: they may be above 1 and are never in percent."""

NEAR = 0.75
"""Share of letters that two words have in common, in order, when one is a slip for the other."""

_SUPER = str.maketrans({"\u00b2": "2", "\u207b": "-", "\u00b5": "u", "\u03bc": "u", "\u2212": "-"})


@cache
def _words() -> Mapping[str, Any]:
    text = files("follicle_sim.evidence.own").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _endpoints() -> Mapping[str, str]:
    """Return every wording of an endpoint, folded -> wording of the registry."""
    by_name, usual = endpoint_wordings()
    known = {_folded(raw): raw for raw in by_name}
    known |= {_folded(name): raw for name, raw in usual.items()}
    words = {_folded(word): usual[name] for word, name in _words()["endpoints"].items()}
    return words | known


@cache
def _units() -> Mapping[str, str]:
    known = {_folded(raw): raw for raw in unit_wordings()}
    return {_folded(word): raw for word, raw in _words()["units"].items()} | known


def _folded(text: str) -> str:
    plain = " ".join(text.translate(_SUPER).lower().replace("_", " ").replace("^", "").split())
    return plain.replace(" / ", "/").replace("/ ", "/")


def endpoint_of(text: str) -> str:
    """Return the registry's wording of an endpoint.

    Raises
    ------
    ValueError
        With what was found and the nearest wording.

    Examples
    --------
    >>> endpoint_of("Hair_Density"), endpoint_of("terminal_density")
    ('hair density', 'non-vellus hair count')
    """
    known = _endpoints()
    if (wording := known.get(_folded(text))) is not None:
        return wording
    match = nearest(_folded(text), known)
    # Two endpoints may share half of their letters and mean quite different things.
    near = match and SequenceMatcher(None, _folded(text), match).ratio() >= NEAR
    hint = f'; did you mean "{match}"?' if near else did_you_mean("\0", endpoint_wordings()[1])
    raise ValueError(f"found {shown(text)}, an unknown endpoint{hint}")


def unit_of(text: str, endpoint: str) -> str:
    """Return the registry's wording of a unit that an endpoint (in its wording) may have.

    Raises
    ------
    ValueError
        With what was found and what is allowed.

    Examples
    --------
    >>> unit_of("hairs/cm\u00b2", "hair density"), unit_of("\u00b5m", "hair diameter")
    ('hairs/cm2', 'um')
    >>> unit_of("%", "hair density")
    Traceback (most recent call last):
    ValueError: found "%", which is not a unit of hair density; for a change as a share of ...
    """
    allowed = _allowed(endpoint)
    unit = _units().get(_folded(text))
    if unit in allowed:
        return str(unit)
    if unit is None:
        match = nearest(_folded(text), allowed)
        hint = f'; did you mean "{match}"?' if match else f"; allowed: {', '.join(allowed)}"
        raise ValueError(f"found {shown(text)}, an unknown unit{hint}")
    hint = f"allowed: {', '.join(allowed)}"
    if unit == "%":
        hint = f'for a change as a share of the baseline write "% of baseline"; {hint}'
    raise ValueError(f"found {shown(text)}, which is not a unit of {endpoint}; {hint}")


@cache
def _allowed(endpoint: str) -> tuple[str, ...]:
    wordings = unit_wordings()
    name = measure(endpoint, "hairs/cm2").endpoint
    own = _words()["canonical"][name]
    percent = () if name in RATIOS else ("%", "% of subjects")
    return tuple(
        raw
        for raw, (unit, other, relative) in wordings.items()
        if relative
        or (unit == own and not other and (not raw.startswith("%") or raw in percent))
        or name == _ONLY_BY_UNIT.get(other)
    )
