"""A small study without a control."""

TEXT = """
schema_version = 1
title = "exosomes, no control"
[population]
subjects = 6
target_area = "1 cm2"
follicle_density = "60 cm-2"
condition = "aga_male"
spread = { follicle_density = 0.2, severity = 0.3, potency = 0.5 }
[[arms]]
label = "crown"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_foreskin_injection"
amount = "1e9 particles/cm2"
[design]
kind = "parallel"
visits = ["0 days", "4 weeks", "12 weeks"]
recruitment = { opens = "1 January", lasts = "4 weeks" }
[instrument]
method = "trichoscopy"
[run]
history = "2 years"
"""
