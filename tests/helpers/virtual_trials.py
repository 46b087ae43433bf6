"""Small trials of every design, for the tests of `follicle-sim trial` and what it writes."""

PARALLEL = """\
schema_version = 1
title = "A few men on finasteride"

[population]
subjects = 10
sex = "male"
age = ["20 years", "60 years"]
follicles = 60
target_area = "5.067 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = "typical"

[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "52 weeks"
adherence = 0.9

[[arms]]
label = "dummy"
role = "placebo"

[design]
kind = "parallel"
visits = ["0 days", "26 weeks", "52 weeks"]

[run]
history = "2 years"
"""

FULL = (
    PARALLEL.replace(
        "[[arms]]", '[population.inclusion]\nage = ["25 years", "50 years"]\n[[arms]]', 1
    )
    + """
[design.allocation]
drug = 2
dummy = 1
[design.late_visits]
share = 0.1
by = "1 week"
[design.dropout]
per_year = 0.3
[design.early_stop]
per_year = 0.2
[instrument]
method = "trichoscan"
[analysis]
method = "ancova"
multiplicity = "holm"
satisfaction = "five_point"
adverse_events = true
[[analysis.secondary]]
endpoint = "shaft_calibre"
"""
).replace('visits = ["0', 'missed_visits = 0.15\nadherence_spread = 0.7\nvisits = ["0')

ALLOCATED = "[design.allocation]\ndrug = 2\ndummy = 1\n"
SPLIT = FULL.replace('"parallel"', '"split_scalp"').replace(ALLOCATED, "")
SPLIT = SPLIT.replace('method = "ancova"\n', "")
SPLIT = SPLIT.replace("finasteride_oral", "minoxidil_topical_5").replace("1 mg", "1 mL")

CROSSOVER = PARALLEL.replace(
    '"parallel"', '"crossover"\nperiod = "26 weeks"\nwashout = "8 weeks"'
).replace(', "52 weeks"]', "]")

DELAYED = PARALLEL.replace('"parallel"', '"delayed_start"\nswitch = "26 weeks"')

ONE_ARM = PARALLEL.replace('[[arms]]\nlabel = "dummy"\nrole = "placebo"\n', "")

DESIGNS = {
    "parallel": FULL,
    "split_scalp": SPLIT,
    "crossover": CROSSOVER,
    "delayed_start": DELAYED,
    "one_arm": ONE_ARM,
}
