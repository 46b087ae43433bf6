# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Whom may a clinic treat, and who responds?
#
# Clinics ask three things before they treat: may this person have it, will this person respond, and
# what must they leave after the session? This guide leaves people out for their health, draws gain
# against what people are like, and takes apart what is known and what is assumed.
#
# Research use. Not medical advice.

# %%
# %matplotlib inline
import json

from IPython.display import display

from follicle_sim import load_health, load_treatments, parse_scenario, simulate, who_responds
from follicle_sim.figures import plot_who_responds

# %% [markdown]
# ## Whom a treatment is not for
#
# Each treatment of the library says whom it is not given to, and where that was read. Each state of
# health says how many people have it, by age and sex, where a number was found.

# %%
for name in ("finasteride_oral", "prp_injection", "exosomes_foreskin_injection"):
    drug = load_treatments()[name]
    print(f"{name}: {', '.join(drug.contraindications) or 'nothing was read'}. {drug.not_known}")
print()
for name, state in load_health().items():
    shares = ", ".join(f"{100 * row.share.value:.2g} %" for row in state.prevalence)
    print(f"{name:20}{shares or 'not known: a scenario says it'}")

# %% [markdown]
# ## A scenario names whom it leaves out
#
# `exclude` lists states of health; `population.health` says how many people have one of which no
# number is known. `record.traits` keeps all that people differ in. The two hypotheses of plasma,
# `donor_age` and what washing takes (`aftercare`), are off unless a dose names them.

# %%
TEXT = """
schema_version = 1
title = "Men who may be treated"
[population]
subjects = 200
follicles = 250
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
sex = "male"
age = ["20 years", "75 years"]
severity = { norwood_ii = 0.3, norwood_iii = 0.4, norwood_iv = 0.3 }
spread = "typical"
health = { infection = 0.03, smoking = 0.2 }
[population.inclusion]
age = ["20 years", "70 years"]
exclude = ["infection", "cancer", "anticoagulants", "low platelets", "smoking"]
[record]
traits = true
[[arms]]
label = "untreated"
role = "untreated"
[[arms]]
label = "minoxidil"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
variants = ["responders"]
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
[[arms]]
label = "own plasma"
role = "treatment"
[[arms.doses]]
treatment = "prp_injection"
variants = ["donor_age"]
amount = "1 session"
every = "4 weeks"
count = 3
[design]
kind = "counterfactual"
visits = ["0 days", "24 weeks"]
[run]
history = "2 years"
"""
data = simulate(parse_scenario(TEXT))
flow = json.loads(data.attrs["flow"])
print(f"asked {flow['screened']}, let in {flow['enrolled']}; left out for: {flow['excluded']}")

# %% [markdown]
# ## Who gains
#
# Every man is simulated with and without, so his gain is against himself: there is no regression to
# the mean in it. No trial can see it so.

# %%
display(plot_who_responds(data))
found = who_responds(data)
for row in found.rows:
    if row.trait in ("age", "potency", "responder"):
        ends = f"{row.per_sd_low:+.1f} to {row.per_sd_high:+.1f}"
        print(f"{row.arm:12}{row.trait:12}{row.per_sd:+6.1f} hairs/cm² an SD of it ({ends})")

# %% [markdown]
# The enzyme that turns minoxidil into its active form decides who responds to it, and says nothing
# of plasma. How anybody responds at all (`potency`) differs by an assumed 40 %. Age matters little,
# even to plasma: platelets fall by 4 % a decade.
#
# In a parallel trial the same figure shows changes from baseline, the control arm among them, and
# says that natural course and regression to the mean are inside.

# %% [markdown]
# ## After the session
#
# What is done after a session is a share of the dose or of its effect. Every size is assumed; only
# the direction was read, on pages of clinics. So this shows what an assumption would mean.

# %%
WASHED = """
[[arms]]
label = "exosomes{after}"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
aftercare = {care}
amount = "1 session"
every = "4 weeks"
count = 3
"""
cares = {"": "[]", ", washed early": '["early_washing"]', ", exercise": '["exercise"]'}
arms = "".join(WASHED.format(after=after, care=care) for after, care in cares.items())
head, tail = TEXT.split("[[arms]]", 1)
first = '\nlabel = "untreated"\nrole = "untreated"\n'
washed = simulate(parse_scenario(f"{head}[[arms]]{first}{arms}[design]{tail.split('[design]')[1]}"))
gain = washed.hair_density.sel(time=168) - washed.hair_density.sel(time=0)
for arm in washed.arm.values[1:]:
    more = float((gain.sel(arm=arm) - gain.sel(arm="untreated")).mean())
    print(f"{arm:26}{more:+.1f} hairs/cm² against untreated, week 24")
