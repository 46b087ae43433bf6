"""The standard error of a published number, or the one that stands in where none was printed."""

from __future__ import annotations

import math

from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.standard_errors import density_change_sd, is_share_of_people
from follicle_sim.experiments.scoreboard.designs import scoring_rules
from follicle_sim.experiments.scoreboard.sources import Sources
from follicle_sim.results.compare import ComparisonRow


def find_error(
    row: ComparisonRow, observation: Observation, start: float, sources: Sources
) -> tuple[float | None, str]:
    """Return the standard error of an observed number and its source, imputed where needed."""
    rules = scoring_rules()
    if row.observed_se is not None:
        return row.observed_se, row.se_source
    if row.observation in rules.error:
        stated = rules.error[row.observation]
        return stated.se, f"assumption: {stated.why}"
    if row.imputed_se is not None:
        return row.imputed_se, row.se_source
    sizes = _sizes(observation, sources)
    if is_share_of_people(row.endpoint):
        return _of_share(row, sizes)
    person = _person_sd(row, observation.sex, start)
    if sizes is None or person is None:
        return None, ""
    sd, source = person
    se = math.sqrt(sum(sd**2 / n for n in sizes))
    size_text = " and ".join(f"{n:g}" for n in sizes)
    return se, f"imputed: {source}, n = {size_text}"


def _of_share(row: ComparisonRow, sizes: tuple[float, ...] | None) -> tuple[float | None, str]:
    """Return the binomial error of a share of so many people; none of a difference of shares.

    The share is that of Jeffreys' posterior, so that 0 has an error too.
    """
    if sizes is None or len(sizes) > 1:
        return None, ""
    n = sizes[0]
    p = (row.observed * n + 0.5) / (n + 1.0)
    return math.sqrt(p * (1.0 - p) / n), f"imputed: binomial, n = {n:g}"


def _person_sd(row: ComparisonRow, sex: str, start: float) -> tuple[float, str] | None:
    """Return how much one person's figure scatters, in the unit of the row."""
    rules = scoring_rules()
    if row.kind == "level":
        level = rules.level.get(row.endpoint)
        return None if level is None else (level.sd, f"SD between persons {level.sd:g}")
    relative = row.kind.startswith("percent")
    density = density_change_sd(row.endpoint, sex)
    if density is not None:
        source = f"SD of one person's change {density:g} hairs/cm2"
        return density / start if relative else density, source
    source = f"SD of one person's relative change {rules.relative.sd:g}"
    return rules.relative.sd * (1.0 if relative else abs(start)), source


def _sizes(observation: Observation, sources: Sources) -> tuple[float, ...] | None:
    """Return the people behind a number, one size per independent arm."""
    people = scoring_rules().people.get(observation.study)
    arms = people.arms if people is not None else {}
    arm_size = observation.n or arms.get(observation.arm)
    if not observation.control:
        return None if not arm_size else (arm_size,)
    if sources.studies[observation.study].within_person:
        # Two sides of a person share half of the variance (assumption): the error of one side.
        return None if not arm_size else (arm_size,)
    if not observation.derived_from:
        # A printed difference has the number of people of the whole trial.
        if observation.n:
            return observation.n / 2, observation.n / 2
    else:
        control = sources.observations[observation.derived_from[1]]
        control_size = control.n or arms.get(observation.control)
        if arm_size and control_size:
            return arm_size, control_size
        return None
    control_size = arms.get(observation.control)
    return (arm_size, control_size) if arm_size and control_size else None
