"""What transplants take from the donor area of a whole scalp, and what they leave there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from follicle_sim.base.errors import Problem
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.protocol.surgery import sessions
from follicle_sim.protocol.unfold import unfold
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import treatments_of
from follicle_sim.scenario.tables.arms import Arm
from follicle_sim.scenario.tables.population import Population


@dataclass(frozen=True)
class Harvest:
    """What an arm's transplants take from the donor area of a person with the mean density.

    Parameters
    ----------
    area
        Name of the donor area.
    grafts
        Taken in all.
    follicles
        Taken in all; `share` of those there, 0 to 1 and more where more are asked for than there
        are.
    density, left
        Follicles per area there before and after, cm-2.
    safe_share
        That can be taken without being seen.
    """

    area: str
    grafts: float
    follicles: float
    share: float
    density: float
    left: float
    safe_share: float

    def text(self) -> str:
        """Return what is taken and what is left, in words.

        Examples
        --------
        >>> words = Harvest("occipital", 1400.0, 3080.0, 0.11, 230.0, 204.7, 0.3).text()
        >>> print(words.replace("; ", ";\\n"))
        1,400 grafts come from the occipital region, 11 % of its follicles;
        205 of 230 follicles/cm2 are left there
        """
        words = (
            f"{self.grafts:,.0f} grafts come from the {self.area} region, {100 * self.share:.0f} % "
            f"of its follicles; {self.left:.0f} of {self.density:.0f} follicles/cm2 are left there"
        )
        if self.share > self.safe_share:
            return f"{words}: more than the {100 * self.safe_share:.0f} % that can go unseen"
        return words


def harvest_of(
    who: Population, arm: Arm, end: float, treatments: Mapping[str, Treatment]
) -> Harvest | None:
    """Return what an arm's transplants before day `end` take; None where nothing is taken."""
    scalp = who.place
    transplants = sessions(arm, end, treatments)
    if scalp.donor is None or not transplants:
        return None
    grafts = [each.density * scalp.surface * scalp.share_of(each.into) for each in transplants]
    follicles = sum(
        count * each.graft.hairs_per_graft.value
        for count, each in zip(grafts, transplants, strict=True)
    )
    donor = scalp.donor.area
    density = who.scalp_density * scalp.density_in(donor)
    share = follicles / (density * scalp.surface * scalp.share_of(donor))
    return Harvest(
        donor, sum(grafts), follicles, share, density, density * (1.0 - share),
        scalp.donor.safe_share,
    )  # fmt: skip


def harvest_problems(
    place: str, who: Population, arm: Arm, end: float, treatments: Mapping[str, Treatment]
) -> list[Problem]:
    """Return that an arm takes more from the donor area than there is, or nothing.

    place : of the arm in the scenario, for the message
    """
    harvest = harvest_of(who, arm, end, treatments)
    if harvest is None or harvest.share <= 1.0:
        return []
    most = harvest.grafts / harvest.share
    message = (
        f"{harvest.grafts:,.0f} grafts are taken and the {harvest.area} region holds about "
        f"{most:,.0f}; allowed: fewer grafts/cm2, or fewer regions in `into`"
    )
    return [Problem(f"{place}.doses", message)]


def donor_notes(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield place and sentence of what each arm's transplants take and leave."""
    if scenario.population.place.donor is None:
        return
    if not any(dose.into for arm in scenario.arms for dose in arm.doses):
        return
    unfolded, treatments = unfold(scenario), treatments_of(scenario)
    end = unfolded.visits.last_day + scenario.run.forcing_step
    for i, arm in enumerate(unfolded.arms):
        harvest = harvest_of(scenario.population, arm, end, treatments)
        if harvest is not None:
            yield f"arms[{i}]", f'of "{arm.label}", {harvest.text()}'
