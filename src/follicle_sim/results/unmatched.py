"""Published numbers, and simulated arms, that have no counterpart, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.studies import Study


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A published number, or a simulated arm, that has no counterpart, and why."""

    what: Literal["observation", "arm"]
    study: str
    name: str
    arm: str
    endpoint: str
    week: float | None
    reason: str


def unmatched(observation: Observation, reason: str) -> Unmatched:
    """Return a number without a counterpart."""
    return Unmatched(
        what="observation",
        study=observation.study,
        name=observation.id,
        arm=observation.arm,
        endpoint=observation.endpoint,
        week=observation.week,
        reason=reason,
    )


def lonely_arms(
    study: Study, arms: Mapping[str, str], labels: Sequence[str], met: Set[str]
) -> Iterator[Unmatched]:
    """Yield every simulated arm that no published number of this study met.

    arms : simulated label -> arm id of the study
    """
    for label in labels:
        if label in met:
            continue
        if label in arms:
            reason = f'no number of arm "{arms[label]}" could be compared'
        else:
            reason = f"not paired with an arm of {study.id}{_note(study)}"
        yield Unmatched("arm", study.id, label, "", "", None, reason)


def _note(study: Study) -> str:
    return "" if study.control else ", which has no control arm"
