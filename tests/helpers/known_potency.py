"""Virtual trials of a known potency, and each as the table of single people a clinic would keep."""

from functools import cache

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.base.csv_text import csv_text

NAME = "potency_exosomes_adipose_microneedling"
TRUTH = 1.5
WEEKS = (12.0, 24.0)
DESIGNS = ("parallel", "split_scalp")
TEXT = """
schema_version = 1
title = "a trial of known potency"
[population]
subjects = 20
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "aga_male"
spread = { follicle_density = 0.2, severity = 0.3, potency = 0.5 }
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 4
[[arms]]
label = "control"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks"]
[run]
history = "60 days"
seed = 4321
"""
SIDES = ("left", "right")
COLUMNS = ("subject", "arm", "side", "week", "endpoint", "unit", "value")


def scenario_of_kind(kind):
    """Return the scenario as one of its two designs."""
    return with_overrides(parse_scenario(TEXT), [f'design.kind="{kind}"'])


@cache
def trials_of(kind, trials):
    """Return virtual trials of the true potency, one a replicate; nobody changes them."""
    settings = [f"run.replicates={trials}", f"biology.{NAME}={TRUTH}"]
    return simulate(with_overrides(scenario_of_kind(kind), settings))


def rows_of_people(trial):
    """Return the cells of one trial, a row for every person, arm and visit."""
    split = trial.attrs["design_kind"] == "split_scalp"
    values = trial["hair_density"].transpose("arm", "subject", "time").values
    days = trial["time"].values
    rows = []
    for arm, label in enumerate(trial["arm"].values):
        for person in range(trial.sizes["subject"]):
            # the halves of a scalp are one person, the arms of a parallel trial are not
            code = f"P{person:03d}" if split else f"{label[0]}{person:03d}"
            for visit, day in enumerate(days):
                value = f"{values[arm, person, visit]:.4f}"
                side = SIDES[arm] if split else ""
                rows.append((code, label, side, f"{day / 7:g}", "hair density", "hairs/cm2", value))
    return rows


def people_table(trial):
    """Return one trial as the text of a CSV file of single people."""
    return csv_text(COLUMNS, rows_of_people(trial))


def holds(low, high):
    """Tell whether an interval holds the truth; None is an end that the data do not set."""
    return (low is None or low <= TRUTH) and (high is None or high >= TRUTH)
