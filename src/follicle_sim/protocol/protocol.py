"""The plan of a trial: what will be done, to whom, with which numbers, every name looked up.

A protocol is what is left of a scenario once every question of it has been answered: libraries are
read, arms unfolded, visits counted in days. It is made in one place, `protocol.resolve`, and only
travels downwards: whoever holds one asks no file and no library any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from follicle_sim.base.types import Floats
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.factors import FactorTable
from follicle_sim.biology.scalps import Scalp
from follicle_sim.biology.severity_map import SeverityMap
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.protocol.baseline.settle import Met
from follicle_sim.protocol.streams import Streams
from follicle_sim.protocol.surgery import Session
from follicle_sim.protocol.timeline import Visits
from follicle_sim.scenario.model import Record, Scenario
from follicle_sim.scenario.tables.arms import Dose
from follicle_sim.scenario.tables.design import Design
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.scenario.tables.population import Population


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """One arm as people go through it.

    Parameters
    ----------
    index
        Among the arms of the protocol.
    label, role
        In a crossover the label is that of a sequence, "drug then placebo".
    doses
        On the trial's own clock.
    size
        People planned for it: subjects times its share of the allocation.
    sought
        People that the source of its people is asked for: those of all arms where they come from
        one pool, else `size`.
    surgery
        Its transplants, in time order.
    drawn_as
        What names the arm in the draws: its id, else its label.
    streams
        Names of its people and follicles in the draws.
    given
        Label of the arm whose doses it has in each period.
    """

    index: int
    label: str
    role: str
    doses: tuple[Dose, ...]
    size: int
    sought: int
    surgery: tuple[Session, ...]
    drawn_as: str
    streams: Streams
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """What will be done in one replicate, or in all of them where they are planned alike.

    Parameters
    ----------
    source
        The scenario it was made from: for provenance and titles, and for nothing else.
    seed
        Of every draw.
    arms
        Unfolded: sequences of a crossover, late starters and run-ins have their own doses.
    visits
        Days.
    population, conduct
        Laws of the people's traits; allocation, recruitment, attendance, dropout, adherence.
    condition, parameters, treatments, factors
        Biology, read once: parameters in canonical units with the scenario's changes, every
        treatment that is given, the table of factors.
    potencies
        What the scenario (or a posterior draw) sets of treatments, {"treatment.potency": value}.
    drawn
        Every number of the biology that the scenario or a posterior draw sets, by name.
    sensitivity : (G,)
        Androgen sensitivity of each stratum of follicles.
    grid : (T,)
        Days on which forcing is tabulated.
    scalp
        The pieces that are simulated: a whole scalp's, or the one target area.
    severity_map
        How severe each piece is in people of a severity.
    history, lead, step
        Length of natural history; days before baseline from which on the grid is fine, and the
        length of its cells from there on.
    instrument, record
        How hair is read, and what is kept.
    met
        What was set in the population so that its baseline is counted as the scenario says; None
        where it says nothing.

    Examples
    --------
    >>> from follicle_sim import load_scenario, resolve
    >>> plan = resolve(load_scenario("scenarios/minoxidil_olsen_2002.toml"))[0]
    >>> plan.visits.days[-1], [arm.role for arm in plan.arms]
    (336.0, ['treatment', 'placebo'])
    """

    source: Scenario
    seed: int
    arms: tuple[PlannedArm, ...]
    visits: Visits
    population: Population
    conduct: Design
    condition: Condition
    scalp: Scalp
    severity_map: SeverityMap
    parameters: Mapping[str, float]
    treatments: Mapping[str, Treatment]
    factors: FactorTable
    potencies: Mapping[str, float]
    drawn: Mapping[str, float]
    sensitivity: Floats
    grid: Floats
    history: float
    lead: float
    step: float
    instrument: Instrument
    record: Record
    met: Met | None = None

    @property
    def on_average(self) -> bool:
        """True where expected values are wanted: no luck of follicles, readings or recruitment."""
        return self.source.run.engine == "expected"

    @property
    def sizes(self) -> tuple[int, ...]:
        """People planned for each arm."""
        return tuple(arm.size for arm in self.arms)
