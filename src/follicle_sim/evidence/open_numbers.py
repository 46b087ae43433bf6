"""What papers leave open about an endpoint: a limit, an area. Whoever compares may give it."""

from collections.abc import Mapping

OPEN: Mapping[str, str] = {
    "any_regrowth": "share of the bare area",
    "minor_regrowth": "share of the bare area",
    "major_regrowth": "share of the bare area",
    "regrowth": "share of the bare area",
    "flare": "points of the SALT score",
    "flare_time": "points of the SALT score",
    "shedding_after_stop_time": "points of the SALT score",
    "salt30_reached": "visits in a window",
    "salt30_without_salt20": "points of the SALT score",
    "persistent_alopecia": "share of the hair",
    "persistent_alopecia_grade_1": "share of the hair",
    "persistent_alopecia_grade_2": "share of the hair",
    "alopecia_score": "share of the hair",
    "reported_hair_loss": "multiple of the shedding at baseline",
    "telogen_effluvium": "multiple of the shedding at baseline",
    "chronic_effluvium": "multiple of the shedding at baseline",
    "scarring_complete_response": "share of the activity index",
    "scarring_partial_response": "share of the activity index",
    "hair_count": "cm2",
}
"""By endpoint: what its number means."""


def not_open(endpoint: str) -> str:
    """Return why an endpoint takes no number, "" where it does.

    Examples
    --------
    >>> not_open("regrowth")
    ''
    """
    if endpoint in OPEN:
        return ""
    return f"{endpoint} has no number to assume; those that have: {', '.join(OPEN)}"
