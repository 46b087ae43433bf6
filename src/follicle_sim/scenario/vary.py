"""Named ways to vary a scenario, each checked, without a way through text."""

from __future__ import annotations

import operator

from pydantic import ValidationError

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.scenario.model import Arm, Run, Scenario


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return a scenario with another seed.

    Raises
    ------
    InputError
        A seed outside 0 to 2^32 - 1.
    """
    try:
        checked = Run.model_validate({"seed": operator.index(seed)}).seed
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError("<scenario>", [Problem("run.seed", message)]) from None
    run = scenario.run.model_copy(update={"seed": checked})
    return scenario.model_copy(update={"run": run})


def with_other_arms(scenario: Scenario, arms: tuple[Arm, ...]) -> Scenario:
    """Return a scenario with other arms, without the tables that speak of the arms it had.

    A `[[compare]]` table pairs arms by their labels, and an `[optimise]` table varies doses by
    their place in an arm; both would name what is no longer there.
    """
    return scenario.model_copy(update={"arms": arms, "compare": (), "optimise": None})
