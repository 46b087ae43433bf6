"""How long a scenario will take and how much memory it needs, before it runs."""

from dataclasses import dataclass

from follicle_sim.base.codes import CYCLE
from follicle_sim.biology.strata import STRATA
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.resolve import resolve
from follicle_sim.protocol.timeline import HISTORY_STEP
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.engine.agents.state import STATE
from follicle_sim.simulation.engine.run import default_threads
from follicle_sim.simulation.simulate import memory_needed

# Measured on one core of a server processor of 2023 (benchmarks/RESULTS.md has the present ones).
SECONDS_PER_EVENT = 6e-8
SECONDS_PER_LOOK = 2e-9
SECONDS_PER_NODE = 1e-8
START_UP = 2.2  # imports, loading the engine, tables and figures
SPEED_UP = 0.85  # share of a further thread that is gained
BASE_MEMORY = 250e6  # interpreter, compiled code and libraries


@dataclass(frozen=True)
class Cost:
    """Prediction for one scenario: seconds once compiled, threads assumed, bytes."""

    seconds: float
    threads: int
    memory: float


def predict_cost(scenario: Scenario, threads: int | None = None) -> Cost:
    """Predict time and memory from the number of events, looks and table entries.

    Where hairs are counted to decide who may take part, one candidate is assumed for each person
    let in: how many more are lived up to that count is known only afterwards.
    """
    protocol = resolve(scenario)[0]
    cycle = sum(protocol.parameters[f"{phase.name.lower()}_mean"] for phase in CYCLE)
    span = protocol.history + protocol.visits.end
    people = scenario.run.replicates * sum(protocol.sizes)
    follicles = people * scenario.population.follicles_per_subject
    sensitive = protocol.condition.androgen_sensitive
    # miniaturised follicles turn faster than their mean durations say
    turns = len(CYCLE) / max(cycle, 1.0) * (1.7 if sensitive else 1.0)
    events = follicles * (turns * span + 2)
    nodes = protocol.history / HISTORY_STEP + protocol.visits.end / protocol.step
    person_nodes = people * nodes
    inclusion = scenario.population.inclusion
    if inclusion is not None and inclusion.hair_density is not None:
        # arms that share people seek them once
        candidates = scenario.run.replicates * people_of(scenario).total
        follicles_each = scenario.population.follicles_per_subject
        events += candidates * follicles_each * (turns * scenario.run.history + 2)
        person_nodes += candidates * scenario.run.history / HISTORY_STEP
    work = (
        events * SECONDS_PER_EVENT
        + follicles * len(protocol.visits.days) * SECONDS_PER_LOOK
        + person_nodes * (STRATA if sensitive else 1) * SECONDS_PER_NODE
    )
    workers = threads or default_threads()
    scratch = workers * scenario.population.follicles_per_subject * STATE.itemsize
    return Cost(
        seconds=START_UP + work / (1 + SPEED_UP * (workers - 1)),
        threads=workers,
        memory=BASE_MEMORY + memory_needed(protocol) + scratch,
    )
