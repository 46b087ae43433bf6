"""The potencies of treatments as parameters that a scenario may override by name."""

from collections.abc import Mapping

from follicle_sim.biology.parameters import Parameter
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.treatment import Treatment

POTENCY_PREFIX = "potency_"
MOST_POTENCY = 50.0


def potency_parameters(treatments: Mapping[str, Treatment] | None = None) -> dict[str, Parameter]:
    """Return what a scenario may override: the potency of each treatment, unless by definition.

    Named `potency_<treatment>`; 0 switches the treatment off.

    Parameters
    ----------
    treatments : by name; those of the library by default
    """
    if treatments is None:
        treatments = {name: load_treatment(name) for name in treatment_names()}
    parameters = {}
    for name, treatment in treatments.items():
        potency = treatment.potency
        if potency is not None and potency.grade != "definition":
            key = f"{POTENCY_PREFIX}{name}"
            parameters[key] = Parameter(
                name=key,
                value=potency.value,
                dimension="number",
                lower=0.0,
                upper=MOST_POTENCY,
                grade=potency.grade,
                source=potency.source,
                meaning=f"size of the effect of {name}, in units of its split over factors",
            )
    return parameters


def potency_overrides(overrides: Mapping[str, float]) -> dict[str, float]:
    """Return the overrides of potencies among a scenario's, as `{"treatment.potency": value}`."""
    return {
        f"{name.removeprefix(POTENCY_PREFIX)}.potency": value
        for name, value in overrides.items()
        if name.startswith(POTENCY_PREFIX)
    }
