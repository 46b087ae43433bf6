"""What is counted in horizontal sections of a punch biopsy: follicles, and hairs below the skin."""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np

from follicle_sim.base.codes import Phase
from follicle_sim.base.estimates import FloatArray
from follicle_sim.results.recipe import Recipe

SECTIONS = "follicle_density"
"""Variable that only histology measures: where it is there, the endpoints below are meant."""

TERMINAL, VELLUS = 60.0, 30.0
"""Calibre (um) above which a hair of a section is terminal and below which it is vellus-like;
between them it is intermediate (dermatology.org/hairnailsmucousmembranes/figure1-9page.htm: above
0.06 mm and below 0.03 mm)."""


def _share(phase: Phase) -> Recipe:
    """Return the share of hairs that are in a phase, of all that follicles hold, seen or not."""

    def share(count: FloatArray) -> FloatArray:
        held = count[: Phase.KENOGEN].sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(count[phase] / held)

    return Recipe(("phase_count",), share, further=("phase",))


IN_SECTIONS: Mapping[str, Recipe] = {
    "follicle_density": Recipe(("follicle_density",)),
    "anagen_fraction": _share(Phase.ANAGEN),
    "catagen_fraction": _share(Phase.CATAGEN),
    "telogen_fraction": _share(Phase.TELOGEN),
}
"""A section tells catagen from telogen, and holds hairs that have not come out of the skin."""


def _of_class(low: float, high: float) -> Recipe:
    """Return the density of hairs of a class of calibre: its share of all that are counted."""

    def density(calibre: FloatArray, hairs: FloatArray) -> FloatArray:
        seen = calibre > 0.0
        of_class = (seen & (calibre >= low) & (calibre < high)).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(hairs * of_class / seen.sum(axis=0))

    return Recipe(("follicle_calibre", "hair_density"), density, further=("follicle",))


CLASSES: Mapping[str, Recipe] = {
    "terminal_density": _of_class(TERMINAL, np.inf),
    "intermediate_density": _of_class(VELLUS, TERMINAL),
    "vellus_density": _of_class(0.0, VELLUS),
}
"""Three classes of hair, where the calibre of every follicle is recorded (record.follicles)."""


def recipe_in_sections(endpoint: str, recorded: Container[str]) -> Recipe | None:
    """Return how an endpoint is read in sections, of what is recorded; None for others."""
    if SECTIONS not in recorded:
        return None
    if "follicle_calibre" in recorded and endpoint in CLASSES:
        return CLASSES[endpoint]
    return IN_SECTIONS.get(endpoint)
