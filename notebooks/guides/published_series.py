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
# # What can I learn from a published series without a control?
#
# A preprint of 2024 reports 12 people with pattern hair loss. Exosomes of placental stem cells were
# injected every 14 days for two months. Hairs per cm² were 96.5 before, 111.7 after three weeks and
# 163.5 after six. The abstract gives no spread, and nobody was left untreated.
#
# Two questions: which potency would explain these numbers, and is any potency enough?
# Research use. Not medical advice.

# %%
# %matplotlib inline
from follicle_sim import fit_scenario, parse_scenario, power
from follicle_sim.figures import plot_fit

# %% [markdown]
# ## The numbers, typed from the abstract
#
# Three numbers need no file: they stand in the scenario, as `[[compare.rows]]`. The first is the
# baseline, and `hair_density` sets the scalp so that the instrument counts just that. The abstract
# does not say the dose; that of a registered trial with the same schedule is taken (assumption).

# %%
SERIES = """
schema_version = 1
title = "Placental exosomes: a published series of 12 people without a control"
source = "preprint rs-5252508, abstract (2024)"

[population]
subjects = 12
target_area = "1 cm2"
hair_density = "96.5 cm-2"
condition = "aga_male"
spread = "typical"

[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_placental_injection"
amount = "1e10 particles/cm2"
every = "14 days"
count = 5

[design]
kind = "counterfactual"
visits = ["0 weeks", "3 weeks", "6 weeks"]

[instrument]
method = "trichoscopy"

[[compare]]
rows = [
  { arm = "exosomes", week = 0, endpoint = "hair density", unit = "cm-2", mean = 96.5, n = 12 },
  { arm = "exosomes", week = 3, endpoint = "hair density", unit = "cm-2", mean = 111.7, n = 12 },
  { arm = "exosomes", week = 6, endpoint = "hair density", unit = "cm-2", mean = 163.5, n = 12 },
]
"""
scenario = parse_scenario(SERIES)

# %% [markdown]
# ## Which potency explains them?

# %%
fit = fit_scenario(scenario)
low, high = (f"{end:.2g}" if end is not None else "none" for end in (fit.low, fit.high))
print(f"potency {fit.best[0]:.2g}, {100 * fit.level:.0f} % interval {low} to {high}: {fit.verdict}")
print(f"chance of a misfit this large if the model were right: {fit.chance:.1g}\n")
print("week  published  best fit  without the drug")
for row in fit.rows:
    if row.used:
        print(f"{row.week:4g} {row.observed:+10.1f} {row.fitted:+9.1f} {row.untreated:+17.1f}")

# %%
plot_fit(fit)

# %% [markdown]
# The first rise is easy to explain. The second is not: **no potency is enough.** New hair has to
# begin, to come up and to become long and thick enough to be counted. Few resting follicles can do
# that within six weeks, whatever is injected. An interval of the potency takes for granted that the
# model holds, so here it says nothing.
#
# The model may be wrong. But a second reading of the place, a camera set otherwise, hair clipped
# shorter at the first visit, or a place chosen because it looked thin would give the same numbers.
# Other explanations were tried in place of the drug; each is worse by more than two standard errors
# if its rise is above 4:

# %%
for name, rise in fit.explanations.items():
    print(f"{name}: {rise:+.1f}")

# %% [markdown]
# ## A repeat that could answer
#
# Exosomes on one half of the scalp and nothing on the other: reader, camera, season and chance are
# then the same on both. At the default potency, how often would 12, 24 or 48 people show a
# difference at week 24?

# %%
REPEAT = (
    SERIES[: SERIES.index("[design]")]
    + """
[[arms]]
label = "nothing"
role = "untreated"

[design]
kind = "split_scalp"
visits = ["0 weeks", "24 weeks"]

[instrument]
method = "trichoscopy"
"""
)
repeat = power(parse_scenario(REPEAT), [12, 24, 48], replicates=100, type_one=False)
for row in repeat.rows:
    print(f"{row.people} people: {100 * row.power:.0f} % of such trials")
