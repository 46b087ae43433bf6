"""Keys that no table has: the key that was meant, or what the program says to a thing it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.likeness import fold, nearest

# Words people bring from other tools and papers; the file has one word for each.
SYNONYMS = {
    "interval": "every",
    "ii": "every",
    "frequency": "every",
    "addl": "count",
    "sessions": "count",
    "number_of_sessions": "count",
    "amt": "amount",
    "dose": "amount",
    "drug": "treatment",
    "time": "start",
    "n": "subjects",
    "patients": "subjects",
    "area": "target_area",
    "density": "follicle_density",
    **dict.fromkeys(("grade", "stage", "norwood", "hamilton", "ludwig", "sinclair"), "severity"),
    **dict.fromkeys(("baseline", "baseline_density", "baseline_hair_density"), "hair_density"),
    **dict.fromkeys(("counts", "hairs", "hair_counts", "baseline_count"), "hair_count"),
    "cv": "spread",
    "weeks": "visits",
    "type": "kind",
    "parameters": "biology",
    "arm": "arms",
    "version": "schema_version",
    "primary_endpoint": "endpoint",
    "outcome": "endpoint",
    "test": "method",
    "file": "data",
    "csv": "data",
    "table": "data",
    "path": "data",
}

_SITE = (
    'where on the scalp hair is counted stands in population.region, as in region = "frontal"; '
    "without it the target area is that which the model is fitted to, the vertex of men and the "
    "part of women"
)
_DEPTH = (
    "the model has no depth of needles: a session of microneedling is one step of effect, whatever "
    "its length. Where depth makes a session stronger or weaker, change the potency, as in "
    "biology.potency_microneedling = 1.2"
)
_STRENGTH = (
    "a strength belongs to the treatment: minoxidil_topical_2, minoxidil_topical_5 and "
    "minoxidil_foam_5 hold 2 % and 5 %; of another strength write as many mL of 5 % as hold the "
    "same drug (1 mL of 3 % is 0.6 mL of 5 %)"
)
_MENOPAUSE = (
    'the model has no menopause: give ages (as in age = ["50 years", "65 years"]), the '
    "condition aga_female and a severity, which is all it knows of women before and after"
)
_BIOPSY = (
    "a biopsy is no instrument here: its terminal and vellus follicles are those people have, "
    'population.follicle_density = "30 terminal and 5 vellus follicles per 4-mm punch"'
)
_SALT = (
    "SALT is the share of the scalp lost to alopecia areata, which is no condition here; how far "
    'pattern loss has gone stands in "severity", how many hairs are counted in "hair_density"'
)
_WHICH_DENSITY = (
    'of hairs or of follicles? "hair_density" (hairs per area as counted at baseline) or '
    '"follicle_density" (follicles per area; some show no hair)'
)
_VELLUS = (
    'vellus hairs cannot be stated by themselves: give all hairs that are counted, "hair_density", '
    'or the terminal ones, "terminal_density"'
)
_POTENCY = (
    "a potency stands in [biology] under the name of its treatment, as in "
    "biology.potency_{treatment} = 1.5"
)

_LACKED = {
    **dict.fromkeys(
        ("site", "region", "location", "scalp_site", "scalp_region", "scalp_area"), _SITE
    ),
    **dict.fromkeys(("frontal", "vertex", "temporal"), _SITE),
    **dict.fromkeys(("needle_depth", "needle_length", "depth", "needle", "needling_depth"), _DEPTH),
    **dict.fromkeys(("strength", "concentration", "percent"), _STRENGTH),
    **dict.fromkeys(
        ("menopause", "menopausal", "menopausal_status", "menopause_status", "postmenopausal"),
        _MENOPAUSE,
    ),
    **dict.fromkeys(
        ("biopsy", "punch", "terminal_follicles", "vellus_follicles", "follicles_per_punch"),
        _BIOPSY,
    ),
    "potency": _POTENCY,
}

_OF_PEOPLE = {
    "density": _WHICH_DENSITY,
    **dict.fromkeys(("vellus_density", "vellus_count", "vellus_hairs", "vellus"), _VELLUS),
    **dict.fromkeys(("salt", "salt_score"), _SALT),
}
"""Keys that are explained where a table asks for hairs and for follicles: in the population."""


def explain_key(key: str, keys: Collection[str], treatment: str = "") -> str:
    """Return why the program has no such key and what to write, or "" for a key like any other.

    Examples
    --------
    >>> explain_key("needle_depth", ["treatment", "amount"])[:37]
    'the model has no depth of needles: a '
    """
    if {"hair_density", "follicle_density"} <= set(keys) and key.lower() in _OF_PEOPLE:
        return _OF_PEOPLE[key.lower()]
    word = nearest(key, _LACKED) if fold(key) not in map(fold, keys) else None
    if word is None or fold(word) != fold(key):
        return ""
    return _LACKED[word].replace("{treatment}", treatment or "TREATMENT")


def meant_key(key: str, keys: Iterable[str], missing: Collection[str]) -> str | None:
    """Return the key that was meant; one that is required and not there is the likeliest.

    Examples
    --------
    >>> meant_key("intervl", ["every", "count"], [])
    'every'
    """
    listed = list(keys)
    absent = nearest(key, [name for name in listed if name in missing])
    if absent is not None:
        return absent
    words: Mapping[str, str] = {word: word for word in listed} | {
        word: name for word, name in SYNONYMS.items() if name in listed and word not in listed
    }
    match = nearest(key, words)
    return words[match] if match else None


def unknown_key(key: str, keys: Collection[str], guess: str | None, treatment: str = "") -> str:
    """Return the message on a key that a table does not have."""
    if explanation := explain_key(key, keys, treatment):
        return f"unknown key; {explanation}"
    hint = f'; did you mean "{guess}"?' if guess else did_you_mean(key, keys)
    return f"unknown key{hint}"
