"""`replace = ["arms"]`: what of an extended file a scenario takes nothing from."""

from __future__ import annotations

from typing import Any

from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown
from follicle_sim.scenario.text.merge import Document, label_of, split_steps

EXAMPLES = '"arms", "arms.drug" (one arm by its label), "compare" or "population.spread"'


def without(base: Document, names: object, source: str) -> Document:
    """Return an extended file without the parts that a scenario replaces.

    A part that the scenario gives itself so stands alone, and one that it does not give is gone.

    Parameters
    ----------
    base
        The file that is extended.
    names
        The value of `replace`: dotted names of tables, an arm by its label; None without any.
    source
        The scenario, for messages.

    Raises
    ------
    InputError
        For a name that the extended file does not have, with the nearest that it has.

    Examples
    --------
    >>> from follicle_sim.scenario.text.merge import document
    >>> base = document({"title": "x", "run": {"seed": 1, "replicates": 2}}, "base.toml")
    >>> without(base, ["run.seed"], "mine.toml").values
    {'title': 'x', 'run': {'replicates': 2}}
    """
    if names is None:
        return base
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        message = f"found {shown(names)}; allowed: a list of {EXAMPLES}"
        raise InputError(source, [Problem("replace", message)])
    values, origins = dict(base.values), dict(base.origins)
    problems = []
    for index, name in enumerate(names):
        if message := _take_out(values, origins, name):
            problems.append(Problem(f"replace[{index}]", f"found {shown(name)}; {message}"))
    if problems:
        raise InputError(source, problems)
    return Document(values, origins, base.source)


def _take_out(values: dict[str, Any], origins: dict[str, Any], name: str) -> str:
    """Take one part out of copies of tables; return what is wrong with its name, or nothing."""
    steps = split_steps(name)
    if steps is None or not all(isinstance(step, str) for step in steps):
        return f"allowed: {EXAMPLES}"
    *above, last = map(str, steps)
    for step in above:
        inner, places = values.get(step), origins.get(step)
        if step == "arms" and isinstance(inner, list) and isinstance(places, list):
            labels = [label_of(arm) for arm in inner]
            if len(above) > 1 or last not in labels:
                hint = did_you_mean(last, [label for label in labels if label])
                return f"the extended file has no such arm{hint}"
            at = labels.index(last)
            values[step] = [arm for place, arm in enumerate(inner) if place != at]
            origins[step] = [arm for place, arm in enumerate(places) if place != at]
            return ""
        if not isinstance(inner, dict) or not isinstance(places, dict):
            return f"the extended file has no table {step}{did_you_mean(step, values)}"
        values[step], origins[step] = dict(inner), dict(places)
        values, origins = values[step], origins[step]
    if last not in values:
        return f"the extended file does not have it{did_you_mean(last, values)}"
    del values[last], origins[last]
    return ""
