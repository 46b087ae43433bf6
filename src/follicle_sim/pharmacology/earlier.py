"""Who failed on a treatment before: people whom it moves little, and who keep that trait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from follicle_sim.base.quantity import Share, read_toml
from follicle_sim.base.types import Flags, Floats
from follicle_sim.pharmacology.exposure import ArmLike, treatments_given
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.pharmacology.treatment import Treatment

FILE = Path(__file__).parent / "earlier.toml"


class Earlier(BaseModel):
    """What counts as a failure of an earlier treatment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    failed: Share  # own strength below which it failed; the mean of people is 1


@cache
def load_earlier() -> Earlier:
    """Return what counts as a failure, with its source."""
    return Earlier.model_validate(read_toml(FILE))


def failed_on(strength: Floats) -> Flags:
    """Return who (S,) failed on a treatment that moves them with these strengths, mean 1.

    Examples
    --------
    >>> import numpy as np
    >>> failed_on(np.array([0.38, 0.5, 1.9])).tolist()
    [True, False, False]
    """
    return strength < load_earlier().failed.value


def as_taken(
    name: str, arms: Sequence[ArmLike], treatments: Mapping[str, Treatment] | None = None
) -> Treatment:
    """Return a treatment as the arms give it, or else as the library says that people differ in it.

    One that no arm gives has the variant by which people differ, if its file has one: the trait is
    the person's, and other forms of the drug may ask for it.
    """
    for arm in arms:
        given = treatments_given(arm, {}, treatments or {})
        if name in given:
            return given[name]
    treatment = load_treatment(name)
    if people_answer_alike(treatment):
        for key, variant in (treatment.variants or {}).items():
            if variant.responders is not None or variant.person_cv is not None:
                return treatment.with_variants((key,))
    return treatment


def people_answer_alike(treatment: Treatment) -> bool:
    """Tell whether a treatment has no strength of one's own for anybody."""
    cv = treatment.person_cv
    return treatment.responders is None and (cv is None or cv.value == 0.0)
