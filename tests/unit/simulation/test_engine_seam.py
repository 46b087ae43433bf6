"""Another engine fits where the agents are: it is given every person, and what it sees is shown."""

from dataclasses import dataclass, field, replace

import numpy as np

from follicle_sim import parse_scenario
from follicle_sim.protocol.resolve import resolve
from follicle_sim.simulation.engine.agents.kernel import Sightings
from follicle_sim.simulation.engine.engine import AGENTS, Stop, Work
from follicle_sim.simulation.simulate import live, record, recruit

SCENARIO = parse_scenario("""
schema_version = 1
title = "who carries the follicles"
arms = [{ label = "nobody treated", role = "untreated" }, { label = "B", role = "untreated" }]
[population]
subjects = 150
follicles = 100
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "healthy"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[run]
history = "1 year"
""")


@dataclass
class Listed:
    """The agents, with a list of the people that they were given."""

    people: list[int] = field(default_factory=list)

    def live(self, work: Work, sightings: Sightings, stop: Stop) -> None:
        AGENTS.live(work, sightings, stop)
        self.people += work.people.subjects.tolist()


class Bald:
    """An engine in which no follicle is ever seen."""

    def live(self, work: Work, sightings: Sightings, stop: Stop) -> None:
        for part in sightings:
            part[:] = 0


def lived(engine):
    protocols = resolve(SCENARIO)
    people = recruit(protocols)
    arms = [[replace(arm, engine=engine) for arm in row] for row in people.arms]
    people = replace(people, arms=arms)
    live(people, threads=1)
    return record(protocols, people, SCENARIO.instrument)


def test_an_engine_is_given_every_person_of_every_arm_once() -> None:
    listed = Listed()
    data = lived(listed)
    subjects = sorted(
        name
        for row in recruit(resolve(SCENARIO)).arms
        for arm in row
        for name in arm.cohort.subject.tolist()
    )
    assert sorted(listed.people) == subjects
    assert len(subjects) == 2 * 150
    assert (data.hair_density > 50.0).all()


def test_what_an_engine_sees_is_what_the_trial_shows() -> None:
    data = lived(Bald())
    assert (data.hair_density == 0.0).all()
    assert np.isfinite(data.factor_level).all()
