"""What is said of a stored result besides what it holds."""

import sys
from collections.abc import Sequence
from pathlib import Path

MOST_NAMES = 6


def print_incomplete(folder: Path) -> None:
    """Say on standard error what in a folder was not written to its end, if anything."""
    from follicle_sim.base.folders import incomplete

    for sentence in incomplete(folder):
        print(f"Note: {sentence}", file=sys.stderr)


def print_other_numbers(names: Sequence[str], not_stored: Sequence[str] = ()) -> None:
    """Say on standard error what of a stored result is otherwise in today's package.

    Parameters
    ----------
    names
        Numbers that the result holds, and is repeated with.
    not_stored
        Tables that it does not hold.
    """
    if names:
        shown = ", ".join(names[:MOST_NAMES])
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        text = f"repeated with the numbers stored in the result; today's differ in {shown}{more}"
        print(f"Note: {text}.", file=sys.stderr)
    if not_stored:
        text = f"changed since, and not stored in the result: {', '.join(not_stored)}"
        print(f"Note: {text}; it may come out otherwise.", file=sys.stderr)
