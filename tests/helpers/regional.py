"""A scalp of regions to simulate, and a run of one on another map than those of the library."""

from dataclasses import replace

import numpy as np

from follicle_sim import parse_scenario
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.scalps import load_scalps
from follicle_sim.biology.severity_map import severity_map
from follicle_sim.protocol.resolve import resolve
from follicle_sim.simulation.simulate import live, record, recruit

REGIONS = load_scalps()["regions"]

TEXT = """
schema_version = 1
title = "a scalp of regions"
run = {{ history = "2 years", seed = 3 }}
design = {{ kind = "counterfactual", visits = {visits} }}
[population]
subjects = {subjects}
target_area = "1 cm2"
follicle_density = "{density} cm-2"
condition = "{condition}"
{place}
{more}
[[arms]]
label = "nobody"
role = "untreated"
{arms}
"""

SURGERY = """
[[arms]]
label = "surgery"
role = "treatment"
[[arms.doses]]
treatment = "hair_transplant"
amount = "{amount} grafts/cm2"
start = "{start}"
into = {into}
"""


def scenario(
    place='scalp = "regions"',
    more='severity = "norwood_v"',
    arms="",
    *,
    subjects=6,
    density=200,
    condition="aga_male",
    visits='["0 days", "26 weeks", "60 weeks"]',
):
    """Return a scenario of men whose scalp, or a part of it, is simulated."""
    text = TEXT.format(
        place=place,
        more=more,
        arms=arms,
        subjects=subjects,
        density=density,
        condition=condition,
        visits=visits,
    )
    return parse_scenario(text)


def surgery(amount=20.0, start="0 days", into='["frontal"]'):
    """Return the text of an arm with a transplant."""
    return SURGERY.format(amount=amount, start=start, into=into)


def simulate_on(scalp, one):
    """Return the result of a scenario on a map that is not in the library."""
    (protocol,) = resolve(one)
    grades, named = protocol.condition.grades, one.population.grades_named
    protocol = replace(protocol, scalp=scalp, severity_map=severity_map(scalp, grades, named))
    people = recruit([protocol])
    live(people)
    return record([protocol], people, one.instrument)


def alike(scalp=REGIONS, grades=("norwood_ii", "norwood_iii", "norwood_iv", "norwood_v")):
    """Return a map whose regions are all as a target area at every grade."""
    known, count = load_condition("aga_male").grades, len(scalp.pieces)
    return replace(
        scalp,
        density=(1.0,) * count,
        sensitivity=(1.0,) * count,
        severity={grade: (known[grade],) * count for grade in grades},
    )


def weighted(data, name="region_density"):
    """Return the mean of a variable over the scalp."""
    share = data["region_share"].values
    return np.einsum("...r,r->...", data[name].values, share)
