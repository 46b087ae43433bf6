"""A tiny scenario with a search, for the tests of schedules, and gains that are a formula."""

import numpy as np

from follicle_sim.base.numerics import normals
from follicle_sim.scenario import parse_scenario

SEARCH = """\
schema_version = 1
title = "a few men, sessions to choose"
[population]
subjects = 4
follicles = 200
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
spread = { severity = 0.3, potency = 0.3 }
[[arms]]
label = "sessions"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 3
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "24 weeks"]
[instrument]
reader_error = 0.1
[run]
history = "1 year"
[optimise]
arm = "sessions"
objective = "density_gain"
at = "24 weeks"
budget = "9000 USD"
trials = 12
subjects = 6
follicles = 60
retest_subjects = 12
[[optimise.doses]]
count = { least = 1, most = 6, step = 1 }
every = { least = "1 week", most = "4 weeks", step = "1 week" }
"""

COCKTAIL = """
[treatments.mix]
title = "a mix"
route = "intradermal_injection"
amount = "sessions"
[treatments.mix.disposition]
half_life = { value = 10.0, unit = "d", source = "a guess", grade = "user" }
[treatments.mix.effect]
kind = "emax"
ec50 = { value = 0.25, unit = "sessions", source = "a guess", grade = "user" }
hill = { value = 1.0, unit = "1", source = "a guess", grade = "user" }
maximum = { value = 1.0, unit = "1", source = "a guess", grade = "user" }
[treatments.mix.signature]
WNT = { value = 0.3, unit = "1", source = "a guess", grade = "user" }
IGF1 = { value = 0.1, unit = "1", source = "a guess", grade = "user" }
[treatments.mix.potency]
value = 1.0
unit = "1"
source = "a guess"
grade = "user"
[[costs]]
treatment = "mix"
per_dose = "400 USD"
visits = 1
[optimise.cocktail]
treatment = "mix"
factors.WNT = { least = 0.0, most = 0.6, step = 0.2 }
factors.IGF1 = { least = 0.0, most = 0.6, step = 0.2 }
most_total = 0.6
"""


def search_scenario(*changes, extra="", overrides=()):
    """Return the scenario with texts replaced, tables added and values set."""
    text = SEARCH
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse_scenario(text + extra, overrides=overrides)


def cocktail_scenario(overrides=()):
    """Return a search over the composition of a cocktail and the number of its sessions."""
    changes = [("exosomes_adipose_microneedling", "mix")]
    return search_scenario(*changes, extra=COCKTAIL, overrides=overrides)


def formula(truth, noise=0.0):
    """Return a stand-in for `Trials.gains`: truth(schedule) and luck by person and schedule."""

    def gains(self, schedule):
        people = np.arange(self.subjects)
        name = hash_of(schedule)
        luck = normals(self.seed, 0, 0, people, name, 0, 24)
        return truth(schedule) + noise * np.asarray(luck)

    return gains


def hash_of(schedule):
    """Return a number for a schedule, the same in every process."""
    text = repr(schedule).encode()
    return sum((i + 1) * letter for i, letter in enumerate(text)) % 2**31
