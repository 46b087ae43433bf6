"""Scenarios and known names shared by tests; independent of the data shipped with the package."""

from dataclasses import dataclass

from follicle_sim.scenario import Known


@dataclass(frozen=True)
class Bounds:
    dimension: str
    lower: float
    upper: float


KNOWN = Known(
    treatments={
        "finasteride": "mass",
        "minoxidil": "volume",
        "exosomes": "particles",
        "laser": "sessions",
        "saline": "none",
    },
    routes={"finasteride": "oral", "minoxidil": "topical"},
    conditions={"healthy": (), "aga_male": ("norwood_ii", "norwood_iii", "norwood_iv")},
    parameters={
        "anagen_mean": Bounds("time", 30.0, 3000.0),
        "kenogen_cv": Bounds("number", 0.0, 2.0),
        "progression": Bounds("rate", 0.0, 1.0),
    },
    studies={"kaufman_1998": ("placebo", "finasteride_1mg"), "park_2022": ("exosomes",)},
)

# Every key the format has, so that a test can walk over all of them.
FULL = """\
schema_version = 1
title = "Finasteride against placebo"
description = "Two years of daily tablets."
source = "Kaufman 1998"

[population]
subjects = 50
target_area = "5.067 cm2"
follicle_density = "300 cm-2"
follicles = 1000
condition = "aga_male"
severity = "norwood_iii"
sex = "male"
age = "35 years"

[population.spread]
follicle_density = 0.2
severity = 0.3
progression = 0.4
potency = 0.5
growth = 0.1

[[arms]]
label = "placebo"
role = "placebo"

[[arms]]
label = "finasteride"
role = "treatment"

[[arms.doses]]
treatment = "finasteride"
amount = "1 mg"
route = "oral"
start = "1 week"
every = "1 day"
until = "104 weeks"
duration = "1 hour"
adherence = 0.9

[[arms.doses]]
treatment = "exosomes"
amount = "1e9 particles/cm2"
every = "1 week"
count = 12

[design]
kind = "counterfactual"
visits = {every = "4 weeks", until = "104 weeks"}
run_in = "4 weeks"
run_in_arm = "placebo"
visit_window = "1 day"
late_visits = {share = 0.1, by = "2 days"}
missed_visits = 0.05
missed_baseline = 0.01
early_stop = {per_year = 0.1}
adherence_spread = 0.5
recruitment = {opens = "1 March", lasts = "26 weeks"}

[design.dropout]
per_year = 0.1
lack_of_effect = {per_visit = 0.2, wanted = "5 cm-2", softness = "3 cm-2", after = "12 weeks"}

[instrument]
name = "macrophotograph"
detection_calibre = "20 um"
terminal_calibre = "40 um"
visible_length = "2 mm"
reader_error = 0.05

[record]
variables = ["hair_density", "shaft_calibre"]
follicles = true
memory_limit = "1 GB"

[run]
seed = 7
replicates = 2
history = "5 years"
forcing_step = "0.25 days"

[analysis]
endpoint = "terminal_density"
method = "paired_t"
level = 0.9
alpha = 0.025
sided = 1
set = "per_protocol"
least_doses = 0.7
most_late = "10 days"
missing = "complete_cases"
imputations = 30
stratify = false
multiplicity = "holm"
responder_gain = "12 cm-2"
satisfaction = "seven_point"
adverse_events = true

[[analysis.comparisons]]
treatment = "finasteride"
control = "placebo"

[[analysis.secondary]]
endpoint = "hair_density"
method = "signed_rank"

[[compare]]
study = "kaufman_1998"
arms = {placebo = "placebo", finasteride = "finasteride_1mg"}

[biology]
anagen_mean = "900 days"
kenogen_cv = 0.5
progression = "0.046 per year"
"""

SMALL = """\
schema_version = 1
title = "Untreated"
[population]
subjects = 2
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "healthy"
[[arms]]
label = "untreated"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "4 weeks"]
"""


ROOM_FOR_TESTS = """
schema_version = 1
title = "a few people, drug every 3.3 days, some doses missed"
[population]
subjects = 6
follicles = 60
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = { potency = 0.5 }
[[arms]]
label = "finasteride"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "3.3 days"
until = "300 days"
adherence = 0.7
[design]
kind = "parallel"
visits = ["0 days", "31.5 days"]
[run]
history = "90 days"
"""

EXOSOMES_AGAINST_SALINE = """
schema_version = 1
title = "exosomes against saline"
[population]
subjects = 5
target_area = "1 cm2"
follicle_density = "60 cm-2"
condition = "aga_male"
spread = { follicle_density = 0.2, severity = 0.3, potency = 0.5 }
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 3
[[arms]]
label = "saline"
role = "placebo"
[[arms.doses]]
treatment = "saline_injection"
amount = "1 session"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks"]
[run]
history = "90 days"
"""
