"""Follicles as a biopsy counts them: so many in a round punch."""

from __future__ import annotations

import math
import re

_PUNCH = re.compile(
    r"(.+?)\s*(?:per|/|in a|in one)\s*(\d+(?:\.\d+)?)[\s-]*mm[\s-]*(?:punch|biopsy).*"
)
_COUNTED = re.compile(r"(\d+(?:\.\d+)?)\s*(terminal|vellus|follicles?)?(?:\s*follicles?)?")


def read_punch(text: str) -> float | None:
    """Return follicles per square centimetre from those in a punch, or None for any other text.

    The skin of a punch is a disc of its diameter: 4 mm are 0.1257 cm2. Terminal and vellus
    follicles are added up: both are follicles.

    Examples
    --------
    >>> round(read_punch("35 follicles per 4-mm punch"), 1)
    278.5
    >>> read_punch("30 terminal and 5 vellus per 4-mm punch") == read_punch("35 per 4 mm punch")
    True
    >>> read_punch("35 cm-2") is None
    True
    """
    match = _PUNCH.fullmatch(" ".join(text.lower().split()))
    if match is None:
        return None
    counts = []
    for part in re.split(r"\s*(?:,|\+|\band\b)\s*", match[1]):
        number = _COUNTED.fullmatch(part)
        if number is None:
            return None
        counts.append(float(number[1]))
    radius = float(match[2]) / 20.0  # mm of diameter to cm of radius
    return sum(counts) / (math.pi * radius**2) if radius > 0.0 else None
