"""What is said of a stored result besides what it holds."""

import sys
from collections.abc import Sequence
from pathlib import Path

from follicle_sim.folders import incomplete

MOST_NAMES = 6


def print_incomplete(folder: Path) -> None:
    """Say on standard error what in a folder was not written to its end, if anything."""
    for sentence in incomplete(folder):
        print(f"Note: {sentence}", file=sys.stderr)


def print_other_numbers(names: Sequence[str]) -> None:
    """Say on standard error which numbers of a stored result are others in today's package."""
    shown = ", ".join(names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    text = f"repeated with the numbers stored in the result; today's differ in {shown}{more}"
    print(f"Note: {text}.", file=sys.stderr)
