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
# # How do I write a treatment of my own, and hold it against my own counts?
#
# A treatment is a table of numbers. A new one needs no Python. This guide writes one, checks what
# it does, and draws counts of one's own beside it. Research use. Not medical advice.

# %%
# %matplotlib inline
import csv
import io

from follicle_sim import InputError, explain, parse_scenario, simulate, summarise
from follicle_sim.figures import plot_chain, plot_density

# %% [markdown]
# ## The table
#
# Every number has a unit, a source and a grade. A guess may be called a guess.
#
# - `disposition`: how long the signal stays.
# - `effect`: how it saturates. At `ec50` half of the full effect is there.
# - `signature`: which signalling factors rise, and how much of each. What a factor touches is in
#   `src/follicle_sim/biology/factors.toml`.
# - `potency`: the size of all of it. It is one number, so that one study can set it.

# %%
SCENARIO = """
schema_version = 1
title = "Cocktail of the clinic, six sessions"
[population]
subjects = 40
follicles = 500
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
severity = "norwood_iv"
spread = "typical"
[[arms]]
label = "cocktail"
role = "treatment"
[[arms.doses]]
treatment = "my_cocktail"
amount = "1 session"
every = "2 weeks"
count = 6
[[arms]]
label = "untreated"
role = "untreated"
[design]
kind = "counterfactual"
visits = { every = "4 weeks", until = "48 weeks" }

[treatments.my_cocktail]
title = "Cocktail of the clinic"
route = "intradermal_injection"
amount = "sessions"                 # or mass, volume, particles
[treatments.my_cocktail.disposition]
half_life = { value = 7.0, unit = "d", source = "a guess", grade = "user" }
[treatments.my_cocktail.effect]
kind = "emax"
ec50 = { value = 0.25, unit = "sessions", source = "a guess", grade = "user" }
hill = { value = 1.0, unit = "1", source = "simplest", grade = "user" }
maximum = { value = 1.0, unit = "1", source = "potency carries the size", grade = "user" }
[treatments.my_cocktail.signature]  # rise of each factor at full effect
WNT = { value = 0.3, unit = "1", source = "a guess", grade = "user" }
IGF1 = { value = 0.1, unit = "1", source = "a guess", grade = "user" }
[treatments.my_cocktail.potency]
value = 1.0
unit = "1"
source = "a guess"
grade = "user"
"""

scenario = parse_scenario(SCENARIO)

# %% [markdown]
# It may also stand in a file of its own, `my_treatments/my_cocktail.toml`, without the
# `treatments.my_cocktail.` in front. A scenario then says `treatment_folder = "my_treatments"`.
#
# A slip is answered with its place and what is allowed:

# %%
try:
    parse_scenario(SCENARIO.replace("WNT =", "WTN ="))
except InputError as error:
    print(error)

# %% [markdown]
# ## What it does, link by link
#
# `explain` follows one typical subject: level at the site, effect, factors, clocks, density.

# %%
chain = explain(scenario)
plot_chain(chain).figure

# %% [markdown]
# ## Your own counts beside it
#
# A trial of your own goes into `[[compare]]`, as the guide `my_trial.py` shows. For a quick look at
# one arm a few lines do: read the table, and set each mean beside the simulated one. `potency` can
# then be changed until the two meet. Whoever does that has fitted it: the agreement proves nothing
# any more.

# %%
MY_COUNTS = """week,mean,se
0,117.0,3.1
12,124.5,3.6
24,123.0,3.9
"""  # made up, to show the form

mine = [{key: float(x) for key, x in row.items()} for row in csv.DictReader(io.StringIO(MY_COUNTS))]
result = simulate(scenario)
rows = {(row.arm, row.week): row for row in summarise(result, ["hair_density"]).rows}

print(f"{'week':>4}{'counted':>10}{'simulated':>11}{'gap / its error':>17}")
for row in mine:
    simulated = rows["cocktail", row["week"]]
    gap = (simulated.mean - row["mean"]) / (simulated.se**2 + row["se"] ** 2) ** 0.5
    print(f"{row['week']:4g}{row['mean']:10.1f}{simulated.mean:11.1f}{gap:+17.1f}")

# %%
ax = plot_density(result)
ax.errorbar(
    [row["week"] for row in mine],
    [row["mean"] for row in mine],
    [1.96 * row["se"] for row in mine],
    fmt="D",
    color="black",
    markersize=5,
    capsize=3,
    zorder=9,
)
ax.figure

# %% [markdown]
# Diamonds: the counts above with their 95 % intervals. The grey arm is what a study without a
# control does not have.
