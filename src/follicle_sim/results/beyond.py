"""What of a run lies beyond anything published: a number that no trial has ever seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from follicle_sim.base.attributes import source_of
from follicle_sim.base.units import format_unit
from follicle_sim.evidence.widest import WATCHED, What, Widest, widest_published
from follicle_sim.results.endpoints import EndpointRow, summarise
from follicle_sim.results.provenance import stored_scenario


@dataclass(frozen=True, slots=True)
class Beyond:
    """The farthest that the mean of an arm goes beyond the widest published number.

    Parameters
    ----------
    arm, week
        Where in the run.
    value
        Of the arm's mean; unit and meaning are those of `widest`.
    widest
        The published number.
    """

    arm: str
    week: float
    value: float
    widest: Widest

    @property
    def sentence(self) -> str:
        """Return it in words, such as "hair weight of "drug" is up by 165 % at week 12: ..."."""
        name = self.widest.endpoint.replace("_", " ")
        seen = self.widest
        when = "" if seen.week is None else f" at week {seen.week:g}"
        up = "is" if seen.what == "level" else "is up by"
        return (
            f'{name} of "{self.arm}" {up} {self._number(self.value)} at week {self.week:g}: beyond '
            f"anything published (at most {self._number(seen.value)}: "
            f"{seen.arm.replace('_', ' ')}, {seen.study}{when})"
        )

    def _number(self, value: float) -> str:
        if self.widest.what == "relative_change":
            return f"{100 * value:.0f} %"
        return f"{value:.3g} {format_unit(self.widest.unit)}"


def beyond_published(
    dataset: xr.Dataset, variables: Sequence[str] = tuple(WATCHED)
) -> tuple[Beyond, ...]:
    """Return what of a run is beyond the widest published numbers.

    Gains are judged only where nothing attacks the hair: a trial in pattern loss says nothing of a
    regrowth from bare skin, as after chemotherapy or in a patch.

    Parameters
    ----------
    dataset
        Result of `simulate`.
    variables
        Endpoints to look at; those that it does not have, or that have no limit, are passed over.

    Returns
    -------
    One entry an arm and published number, at the visit that is farthest beyond.
    """
    present = [name for name in variables if name in dataset and name in WATCHED]
    if not present:
        return ()
    rows = summarise(dataset, present).rows
    found: dict[tuple[str, str, What], Beyond] = {}
    for widest in widest_published():
        for row in rows:
            value = _value(row, widest.what) if row.variable == widest.endpoint else None
            if value is None or value <= widest.value:
                continue
            key = (row.arm, widest.endpoint, widest.what)
            if key not in found or value > found[key].value:
                found[key] = Beyond(row.arm, row.week, value, widest)
    gains = any(what != "level" for _, _, what in found)
    if gains and _attacked(dataset):  # which reads the scenario: only where it matters
        found = {key: one for key, one in found.items() if key[2] == "level"}
    return tuple(found.values())


def _attacked(dataset: xr.Dataset) -> bool:
    if "provenance" not in dataset.attrs:
        return False
    scenario = stored_scenario(dataset.attrs, source_of(dataset, "dataset"))
    return not scenario.population.disease.quiet


def _value(row: EndpointRow, what: What) -> float | None:
    if what == "level":
        return row.mean
    if what == "change" or row.change is None or row.mean is None:
        return row.change
    start = row.mean - row.change
    return row.change / start if start > 0.0 else None
