"""Where a reader looks for the potency of a treatment, and the one place where it is set.

A potency is a number of `[biology]`, `potency_NAME`, as every arm on a treatment shares it. It is
also looked for beside the treatment, the arm or the dose; where these mean one treatment, that one
is meant. Beside an arm it is refused where other arms get the treatment: they would change too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.likeness import family
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.words import TREATMENTS, understand

PREFIX = "potency_"

Steps = list[str | int]


def find_potency(
    steps: Sequence[str | int], values: Mapping[str, Any], known: Known
) -> tuple[Steps, str]:
    """Return the steps of an override with a potency where it is set, and what is wrong with it.

    Parameters
    ----------
    steps
        Of the override, such as "arms", "exosomes", "potency".
    values
        Of the file.
    known
        Names a scenario may use, its own treatments among them.

    Returns
    -------
    steps
        Those given, where they speak of no potency or are at the right place already.
    message
        Empty, or what to write.
    """
    same = list(steps)
    match same:
        case ["treatments", name, "potency", "value"] if name in known.own:
            return same, ""
        case ["potency"] | ["biology", "potency"] | ["treatments", "potency"]:
            return _one_of(_treatments(values, known), known, same)
        case ["arms", arm, *_, "potency"] if not _has_arm(values, arm):
            return same, ""  # told like any other label that names no arm
        case ["arms", arm, "potency"]:
            return _in_arm(arm, _treatments(values, known, arm), values, known, same)
        case ["arms", arm, "doses", dose, "potency"]:
            return _in_arm(arm, _treatments(values, known, arm, dose), values, known, same)
        case ["doses", dose, "potency"]:
            return _one_of(_treatments(values, known, None, dose), known, same)
        case ["treatments", str(name), "potency"] if name in known.own:
            return [*same, "value"], ""
        case (
            ["treatments", str(name), "potency"]
            | ["treatments", str(name), "potency", "value"]
            | ["potency", str(name)]
            | [str(name), "potency"]
        ) if name not in ("population", "spread"):
            return _one_of([_name(name, known)], known, same)
        case ["biology", str(key)] | [str(key)] if key.startswith(PREFIX):
            name = key.removeprefix(PREFIX)
            begun = family(name, known.treatments) if key not in known.parameters else []
            used = {drug for drug in _treatments(values, known) if drug in begun}
            if len(used) == 1:
                return same, f'unknown; did you mean "biology.{PREFIX}{used.pop()}"?'
            return _one_of([name], known, same)
    return same, ""


def _has_arm(values: Mapping[str, Any], arm: str | int) -> bool:
    arms = values.get("arms")
    for place, table in enumerate(arms if isinstance(arms, list) else ()):
        if isinstance(table, Mapping) and arm in (place, table.get("label")):
            return True
    return False


def _in_arm(
    arm: str | int,
    treatments: Iterable[str],
    values: Mapping[str, Any],
    known: Known,
    steps: Steps,
) -> tuple[Steps, str]:
    """Return the place of a potency looked for in one arm; refused where other arms share it."""
    place, message = _one_of(treatments, known, steps)
    if message:
        return place, message
    key = str(place[-1])
    name = key.removeprefix(PREFIX)
    sharing = []
    for index, table in enumerate(values["arms"]):
        label = table.get("label", f"arms[{index}]") if isinstance(table, Mapping) else ""
        if name in _treatments(values, known, index):
            sharing.append(f'"{label}"')
    if len(sharing) < 2:
        return place, ""
    return steps, (
        f"a potency belongs to a treatment, not to an arm: {' and '.join(sharing)} all get {name}; "
        f"biology.{key} changes it in all of them. For one arm alone give that arm a treatment of "
        f"your own, a copy of {name} as [treatments.my_{name}] (follicle-sim treatments show "
        f"{name} prints its numbers), and set treatments.my_{name}.potency"
    )


def _one_of(treatments: Iterable[str], known: Known, steps: Steps) -> tuple[Steps, str]:
    names = list(dict.fromkeys(treatments))
    settable = [name for name in names if PREFIX + name in known.parameters]
    if len(settable) == 1:
        return ["biology", PREFIX + settable[0]], ""
    if settable:
        ways = " or ".join(f"biology.{PREFIX}{name}" for name in settable)
        return steps, f"which treatment? write {ways}"
    if not names:
        return steps, "nothing is given here, so nothing has a potency"
    listed = [name.removeprefix(PREFIX) for name in known.parameters if name.startswith(PREFIX)]
    named = ", ".join(names)
    if all(name in known.treatments for name in names):
        return steps, (
            f"{named} has no potency to set: its effect follows from its own numbers "
            "(follicle-sim treatments show prints them)"
        )
    return steps, f"{named} is no treatment with a potency{did_you_mean(names[0], listed)}"


def _treatments(
    values: Mapping[str, Any],
    known: Known,
    arm: str | int | None = None,
    dose: str | int | None = None,
) -> Iterator[str]:
    """Yield the treatments of all arms, or of one arm or dose."""
    arms = values.get("arms")
    for place, table in enumerate(arms if isinstance(arms, list) else ()):
        if not isinstance(table, Mapping):
            continue
        if arm is not None and arm not in (place, table.get("label"), table.get("id")):
            continue
        doses = table.get("doses")
        for number, line in enumerate(doses if isinstance(doses, list) else ()):
            name = line.get("treatment") if isinstance(line, Mapping) else None
            if isinstance(name, str) and dose in (None, number):
                yield _name(name, known)


def _name(word: str, known: Known) -> str:
    """Return the name of a treatment that is written in other words."""
    try:
        return str(understand(word, known.treatments, TREATMENTS))
    except PydanticCustomError:
        return word
