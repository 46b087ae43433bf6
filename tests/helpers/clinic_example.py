"""A clinic's split-scalp trial as its people would write it down: small, of the whole package."""

CLINIC = """\
schema_version = 1
title = "Our clinic: exosomes after microneedling, split scalp, 24 men"
[population]
subjects = 24
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
severity = "norwood_iii"
sex = "male"
spread = "typical"
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "3 weeks"
count = 6
[[arms]]
label = "control"
role = "untreated"
[design]
kind = "split_scalp"
visits = ["0 weeks", "12 weeks", "24 weeks"]
[instrument]
method = "trichoscopy"
[analysis]
endpoint = "hair_density"
method = "paired_t"
"""

MINOXIDIL = (
    CLINIC.replace('"split_scalp"', '"parallel"')
    .replace('"paired_t"', '"ancova"')
    .replace('"exosomes_adipose_microneedling"', '"minoxidil_topical_5"')
    .replace('"1 session"', '"1 mL"')
    .replace('every = "3 weeks"\ncount = 6', 'every = "12 hours"\nuntil = "24 weeks"')
)
"""The same with a drug twice a day, in parallel arms."""


def replaced(old: str, new: str, text: str = CLINIC) -> str:
    """Return the example with one piece of it in other words."""
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)
